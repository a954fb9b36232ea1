// Goes on from each shape of a worldview's file on standard input, with a model's data, as JSON; writes the files
// that a session makes of them, and what it left out: `tests/test_page_brought_files.py`.

import { readFileSync } from "node:fs";

import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";

const { model, shapes } = JSON.parse(readFileSync(0, "utf8"));
const written = shapes.map((shape) => {
  const session = createSession(model, { later: () => undefined });
  const { leftOut } = session.goOnFrom(shape);
  return { file: session.yaml(), leftOut };
});
console.log(JSON.stringify(written));
