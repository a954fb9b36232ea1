// What a worldview puts in each place, laid over the map and over what it extends.

import assert from "node:assert/strict";
import test from "node:test";

import { layersOf, lineage, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";

const model = {
  addresses: ["a", "b", "q.x", "q.y", "q.z"],
  judgements: {
    scale: ["p", "p", "p", "p", "p"],
    role: ["credence", "credence", "share", "share", "share"],
  },
  share_rows: [[2, 3, 4]],
  rows_at: { q: [2, 3, 4] },
  lexicon: { probability: {}, ratio: {} },
  map: { values: ["10%", "same as a", "20%", "30%", "rest"] },
  brought: {},
  bringer: {},
  settings: [],
  worldviews: {
    ann: { extends: null, judgements: [{ at: "a", value: "likely" }], rejects: [], accepts: [] },
    bob: { extends: "ann", judgements: [{ at: "q.x", value: "5%" }], rejects: ["b"], accepts: [] },
  },
};

function texts(setting) {
  return setting.values.map((value) => value.text);
}

test("numbers are inherited, and links lead to the column whose draw they share", () => {
  const found = settle(model, layersOf(model, "ann"));
  assert.deepEqual(texts(found), ["likely", "likely", "20%", "30%", "rest"]);
  assert.deepEqual([...found.column], [0, 0, 2, 3, 4]);
  assert.deepEqual(found.origin, ["ann", "map", "map", "map", "map"]);
  assert.equal(found.values[4].low, 0.5);
});

test("one share by itself is kept as given, and what is rejected has no force", () => {
  const found = settle(model, layersOf(model, "bob"));
  assert.deepEqual([...found.single], [0, 0, 1, 0, 0]);
  assert.deepEqual(found.rejected, [false, true, false, false, false]);
  assert.equal(found.mu[1], -1e30);
  assert.equal(found.values[4].low, 0.5, "single shares do not change the proportions of the others");
});

test("the page's own changes lie on top, as a worldview that extends the one started from", () => {
  const own = { judgements: [{ at: "q", shares: ["60%", "rest", "10%"] }], rejects: [], accepts: ["b"] };
  const found = settle(model, layersOf(model, "bob", own));
  assert.deepEqual(texts(found), ["likely", "likely", "60%", "rest", "10%"]);
  assert.equal(found.values[3].low, 0.3);
  assert.deepEqual([...found.single], [0, 0, 0, 0, 0]);
  assert.deepEqual(found.origin, ["ann", "map", "set", "set", "set"]);
});

test("a worldview that is not there is a problem that names the nearest one", () => {
  assert.throws(() => lineage(model, "anna"), { code: "unknown-worldview", hint: "did you mean `ann`?" });
});
