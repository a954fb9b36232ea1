// Compares worldviews of models that stand in a file: `node comparing.mjs FILE` prints what the page finds.

import { readFileSync } from "node:fs";
import { Asking } from "../../src/cruxmap/present/report/page/answers/asking.js";
import { diffOf } from "../../src/cruxmap/present/report/page/answers/diff.js";
import { makePool } from "../../src/cruxmap/present/report/page/answers/pool.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { takesOf } from "../../src/cruxmap/present/report/page/answers/takes.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";

function sideOf(model, name) {
  const settingWith = (texts) => {
    const judgements = [...texts].map(([at, value]) => ({ at, value }));
    return settle(model, layersOf(model, name, { judgements, rejects: [], accepts: [] }));
  };
  return { name, setting: settle(model, layersOf(model, name)), settingWith };
}

async function compared({ model, a, b, above }) {
  const structure = structureOf(model);
  const engine = { structure, asking: new Asking(structure), pool: makePool(model, null, 1, structure) };
  const given = { assuming: model.assumed, observed: model.observed };
  const [one, other] = [a, b].map((name) => sideOf(model, name));
  return {
    diff: await diffOf(engine, one, other, given),
    takes: await takesOf(engine, one, { above }, given),
  };
}

const found = [];
for (const asked of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  found.push(await compared(asked));
}
process.stdout.write(JSON.stringify(found));
