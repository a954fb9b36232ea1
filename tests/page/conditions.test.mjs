// Conditions as people type them, read in the page as in Python: one table of cases for both.

import assert from "node:assert/strict";
import test from "node:test";

import {
  conditionText,
  conditionWords,
  parseArgument,
  parseCondition,
} from "../../src/cruxmap/present/report/page/language/conditions.js";
import { casesOf } from "./cases.mjs";

const { cases, model } = casesOf("conditions");

/** Return the data of a condition, or the problem that it is. */
function readAs(text) {
  try {
    return { condition: parseCondition(text, model) };
  } catch (problem) {
    assert.equal(problem.name, "ProblemError", `${text}: ${problem.stack}`);
    return { problem: [problem.code, problem.message, problem.hint] };
  }
}

test("every condition reads as Python reads it, or is the same problem", () => {
  for (const { text, condition, problem, written, words } of cases) {
    const found = readAs(text);
    assert.deepEqual(found.problem, problem, text);
    if (problem !== undefined) continue;
    assert.deepEqual(found.condition, condition, text);
    assert.equal(conditionText(found.condition), written);
    assert.equal(conditionWords(found.condition), words);
    assert.deepEqual(readAs(written).condition, condition, `${written}, written back`);
  }
});

test("only an argument can be rejected", () => {
  assert.equal(parseArgument("draught", model), "draught");
  assert.throws(() => parseArgument("open-door", model), { code: "wrong-reference" });
  assert.throws(() => parseArgument("drought", model), { hint: "did you mean `draught`?" });
});
