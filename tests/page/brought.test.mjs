// What is brought to a model, as cases of its plan: the answers of a model that has it in.

import assert from "node:assert/strict";
import test from "node:test";
import { Asking } from "../../src/cruxmap/present/report/page/answers/asking.js";
import { makeState } from "../../src/cruxmap/present/report/page/answers/state.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { parseConditions } from "../../src/cruxmap/present/report/page/language/conditions.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { casesOf } from "./cases.mjs";

const { shipped, cases } = casesOf("brought");
const CLOSE = 1e-9;

/** The log-odds of a probability, from as much as is known of it. */
function assertNear(found, expected, what, absolute = 0) {
  if (typeof expected !== "number") return assert.equal(found ?? null, expected, what);
  const apart = Math.abs(found - expected);
  const isNear = apart <= CLOSE * Math.abs(expected) + absolute;
  assert.ok(isNear, `${what}: ${found} where ${expected} is expected`);
}

function modelOf({ extension }) {
  return { ...shipped, ...extension, network: shipped.network, shipped };
}

const base = new Asking(structureOf(shipped));
base.prepare(["map", "author"].map((id) => settle(shipped, layersOf(shipped, id))));

for (const one of cases) {
  const model = modelOf(one);
  for (const { answers, assuming, observed } of one.steps) {
    test(`${one.name}, assuming [${assuming}], observed [${observed}]`, () => {
      const structure = structureOf(model);
      const asking = new Asking(structure, { base });
      const setting = settle(model, layersOf(model, one.name));
      const given = {
        assuming: parseConditions(assuming, model),
        observed: parseConditions(observed, model),
      };
      const state = makeState(structure, asking, setting, given);
      if (answers.impossible) return assert.equal(state.impossible, answers.impossible);
      assertNear(state.chance.yes, answers.target, "target");
      assertNear(state.logOdds, answers.log_odds, "log-odds");
      const { claims } = state.claims;
      for (const [name, value] of Object.entries(answers.marginals)) {
        assertNear(claims.get(name), value, name, 0);
      }
      for (const [address, slope] of Object.entries(answers.slopes)) {
        assertNear(state.slopes.get(address), slope, `slope of ${address}`, 1e-13);
      }
    });
  }
}
