// The notations of the language, read and written in the page as in Python: one table of cases for both.

import assert from "node:assert/strict";
import test from "node:test";

import {
  formatJudgement,
  formatProbability,
  formatRatio,
  intervalText,
  parseJudgement,
  phrasesOf,
  roundedText,
  sliderText,
} from "../../src/cruxmap/present/report/page/language/notation.js";
import { assertClose, casesOf } from "./cases.mjs";

const { cases, lexicon } = casesOf("notation");
const SCALES = { strength: "s", pace: "r" };

/** Return what a text means, or the problem that it is. */
function readAs(row) {
  try {
    const own = row.lexicon === "own" ? lexicon : null;
    return parseJudgement(row.text, SCALES[row.role] ?? "p", own, row.role);
  } catch (problem) {
    assert.equal(problem.name, "ProblemError", `${row.text}: ${problem.stack}`);
    return { problem: [problem.code, problem.message, problem.hint] };
  }
}

function ends({ low, high, complements }) {
  return { low, high, complements };
}

test("every notation reads as Python reads it, or is the same problem", () => {
  for (const row of cases) {
    const what = `${row.text} (${row.role})`;
    const found = readAs(row);
    assert.deepEqual(found.problem, row.problem, what);
    assert.equal(found.sameAs ?? undefined, row.same_as, what);
    if (row.problem !== undefined || row.same_as !== undefined) continue;
    assert.deepEqual(ends(found), ends(row), what);
    assert.equal(found.certain, row.certain, what);
    assertClose([found.mu, found.sd], [row.mu, row.sd], what);
    assert.equal(formatJudgement(found), row.written, what);
  }
});

test("a slider sets a text with few digits, which reads as a number near where it stands", () => {
  const shown = [
    ["p", -3, 0.5, "2.1% to 10%"],
    ["p", 3, 0, "95.3%"],
    ["p", 8, 1, "99.83% to 99.9935%"],
    ["p", -20, 0, "2.1e-9"],
    ["p", 0, 0, "50%"],
    ["r", 1, 0.3, "1.7x to 4.5x"],
    ["s", 0.1, 0.3, "1x to 1.8x"],
    ["s", -2, 0, "1x"],
    ["p", 1e9, 0, "99.9999999999906%"],
    ["p", NaN, 0, "50%"],
  ];
  for (const [scale, mu, sd, text] of shown) assert.equal(sliderText(scale, mu, sd), text);
});

test("a number is rounded as Python rounds what is fitted", () => {
  const middle = -1.23456789;
  const shown = [
    ["p", Math.log(0.3456789 / 0.6543211), 0, "34.57%"],
    ["p", middle, 0.5, "11.33% to 39.84%"],
    ["p", 7.654321, 0.5, "99.8922% to 99.97918%"],
    ["p", -14, 0, "8.315e-7"],
    ["p", -1e30, 0, "0%"],
    ["p", 1e30, 0, "100%"],
    ["p", middle, 1e-4, "22.535% to 22.541%"],
    ["p", middle, 1e-9, "22.538293797% to 22.538293855%"],
    ["r", -middle, 0.5, "1.51x to 7.822x"],
    ["r", middle, 0, "0.291x"],
    ["s", 0, 0, "1x"],
  ];
  for (const [scale, mu, sd, text] of shown) assert.equal(roundedText(scale, mu, sd, 4), text);
});

test("whatever a slider sets can be read, is no certainty, and stays near", () => {
  const reach = { p: [-30, 30], r: [-20, 20], s: [0, 20] };
  for (const [scale, [least, most]] of Object.entries(reach)) {
    for (let mu = least; mu <= most; mu += 0.37) {
      for (const sd of [0, 0.001, 0.01, 0.1, 1, 5]) {
        const read = parseJudgement(sliderText(scale, mu, sd), scale, null);
        assert.equal(read.certain, null);
        const isInReach = mu - 2 * sd >= least && mu + 2 * sd <= most;
        if (isInReach) assert.ok(Math.abs(read.mu - mu) < 0.06, `${read.text}: ${read.mu}, not ${mu}`);
      }
    }
  }
});

test("the ends of an interval may be dragged past each other", () => {
  assert.equal(intervalText("p", 1, -1), intervalText("p", -1, 1));
  assert.equal(intervalText("p", 1, 1.001), "73%");
});

test("numbers are written for people as Python writes them", () => {
  const numbers = [0.051376, 0.5, 0.93, 0.99968, 3e-9, 1 - 3e-9, 0, 1 - 1e-16, 0.125, 0.001, null];
  const shown = ["5.1%", "50%", "93%", "99.97%", "3e-9", "1 - 3e-9", "0%", "100%", "12%", "0.10%", "-"];
  assert.deepEqual(numbers.map((p) => formatProbability(p)), shown);
  const ratios = [0.0312, 0.5, 1, 3.25, 24.5, 1e6, 0.00001, null].map((ratio) => formatRatio(ratio));
  assert.deepEqual(ratios, ["0.031x", "0.5x", "1.0x", "3.2x", "24x", "1000000x", "1e-05x", "-"]);
});

test("phrases are offered with the least first, however the model has them", () => {
  const own = {
    probability: { "all but sure": "97%", likely: "55% to 80%", "almost no chance": "1% to 5%" },
    ratio: { "very strong": "30x to 100x", moderate: "3x to 10x", weak: "1.5x to 3x" },
  };
  const offered = (scale) => phrasesOf(own, scale).map(([phrase]) => phrase);
  assert.deepEqual(offered("p"), ["almost no chance", "likely", "all but sure"]);
  assert.deepEqual(offered("s"), ["weak", "moderate", "very strong"]);
  assert.deepEqual(phrasesOf(own, "p")[1], ["likely", "55% to 80%"]);
  assert.deepEqual(phrasesOf({}, "p"), []);
});
