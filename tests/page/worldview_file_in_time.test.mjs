// Worldview files that have much of anything, written to do harm: read or refused in time.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { readWorldviewFile } from "../../src/cruxmap/present/report/page/language/worldview_file.js";
import { casesOf } from "./cases.mjs";

const everything = casesOf("files").models["good/arguments/everything/author/follower/newcomer/other"];

const MOST_SECONDS = 20; // each takes less than three; a machine may be busy

test("a file that has much of anything is read or refused in time", () => {
  const many = (count, line) => Array.from({ length: count }, (_, k) => line(k)).join("");
  const filled = (unit) => unit.repeat(Math.floor(900000 / unit.length));
  const units = ["9", "0.0", "1-", "1 to ", "1:", "1,", "~ ", "about ", "a", "very ", "+", "same as "];
  const texts = [
    ...units.map((unit) => `text: M.\njudgements:\n  point: "${filled(unit)}1"\n`),
    `text: M.\njudgements:\n${many(30000, (k) => `  point-${k}: 5%\n`)}`,
    `extends: author\n${many(30000, (k) => `key-${k}: 5\n`)}`,
    `text: M.\nrejects: [${many(40000, (k) => `reason-fo${k},`)}]\n`,
    `text: M.\nremarks:\n${many(9000, (k) => `  poin${k}: words\n`)}`,
    `text: M.\nstated:\n${many(9000, (k) => `- {of: poin${k}, credence: 5%}\n`)}`,
    `text: M.\nextends: author\nclaims:\n${many(9000, (k) => `  c${k}: {text: A, credence: 5%}\n`)}`,
    `text: M.\nroutes:\n  caused:\n${many(25000, () => "  - {chance: 5%}\n")}`,
    `worldview: ${filled("A ")}\ntext: M.\njudgements: {}\n`,
    `text: M.\nextends: ${filled("a-")}b\n`,
  ];
  for (const text of texts) {
    const start = performance.now();
    assert.throws(() => readWorldviewFile(text, everything, { name: "mine.yaml" }), (error) => {
      return error.problems.length > 0 && error.problems.length <= 400;
    });
    assert.ok(performance.now() - start < 1000 * MOST_SECONDS, text.slice(0, 60));
  }
});
