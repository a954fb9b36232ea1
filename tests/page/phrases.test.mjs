// Numbers as people see them, written in the page as in Python: one table of cases for both.

import assert from "node:assert/strict";
import test from "node:test";

import { formatProbability, formatRatio } from "../../src/cruxmap/present/report/page/language/notation.js";
import { formatInterval, telling } from "../../src/cruxmap/present/report/page/language/phrases.js";
import { casesOf } from "./cases.mjs";

const { numbers, pairs, percents, ratios, intervals } = casesOf("phrases");

test("probabilities and ratios have as many digits as in Python", () => {
  const shares = numbers.filter((number) => number >= 0 && number <= 1);
  shares.forEach((p, i) => assert.deepEqual([2, 3, 4, 5, 6, 7].map((d) => formatProbability(p, d)), percents[i]));
  numbers.forEach((value, i) => assert.deepEqual([2, 3, 4, 5].map((d) => formatRatio(value, d)), ratios[i]));
});

test("numbers beside each other are told apart", () => {
  assert.deepEqual(pairs.map(([low, high]) => formatInterval(low, high)), intervals);
  assert.equal(telling([[0.5, 0.5001]])(null), "-");
});
