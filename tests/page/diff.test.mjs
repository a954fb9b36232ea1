// Diffs of worldviews, and of what the page has changed: what Python finds.

import assert from "node:assert/strict";
import test from "node:test";
import { Asking } from "../../src/cruxmap/present/report/page/answers/asking.js";
import { averagesAt } from "../../src/cruxmap/present/report/page/answers/averages.js";
import { diffOf } from "../../src/cruxmap/present/report/page/answers/diff.js";
import { makePool } from "../../src/cruxmap/present/report/page/answers/pool.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { diffWithTexts } from "../../src/cruxmap/present/report/page/answers/texts.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { assertAlike, casesOf } from "./cases.mjs";

const cases = casesOf("diffs");

function engineOf(model) {
  const structure = structureOf(model);
  return { structure, asking: new Asking(structure), pool: makePool(model) };
}

function sideOf(model, name, own) {
  return { name, setting: settle(model, layersOf(model, name, own)) };
}

/** The map's own numbers with some changes of the page's. */
function nowWith(model, judgements) {
  return { ...sideOf(model, "map", { judgements, rejects: [], accepts: [] }), name: "now" };
}

function givenOf(model) {
  return { assuming: model.assumed, observed: model.observed };
}

const AVERAGED = [
  "mean_a", "mean_b", "double_cruxes", "double_crux_arguments", "double_crux_questions", "widening",
  "left_out",
];

/** What of a diff does not depend on how draws were weighed. */
function withoutAverages(diff) {
  return Object.fromEntries(Object.entries(diff).filter(([name]) => !AVERAGED.includes(name)));
}

for (const { model, exact, diff } of cases) {
  test(`diff of ${diff.a} and ${diff.b} in ${model.model.id}`, async () => {
    const [a, b] = [diff.a, diff.b].map((name) => sideOf(model, name));
    const found = await diffOf(engineOf(model), a, b, givenOf(model));
    if (exact) {
      assertAlike(found, diff, "");
    } else {
      assertAlike(withoutAverages(found), withoutAverages(diff), "");
      assert.ok(Math.abs(found.mean_a - diff.mean_a) < 0.02, "the mean, within error");
      assert.deepEqual(found.left_out, diff.left_out);
    }
  });

  test(`swapping ${diff.a} and ${diff.b} in ${model.model.id} negates the shares`, async () => {
    const [a, b] = [diff.a, diff.b].map((name) => sideOf(model, name));
    const engine = engineOf(model);
    const shares = [];
    const shareOf = (one) => [one.id, one.share_logit];
    const onShares = ({ differences }) => shares.push(new Map(differences.map(shareOf)));
    await diffOf(engine, a, b, givenOf(model), { onShares });
    await diffOf(engine, b, a, givenOf(model), { onShares });
    assert.equal(shares[0].size, diff.differences.length);
    for (const [id, share] of shares[0]) {
      assert.equal(shares[1].get(id), 0 - share);
    }
  });
}

test("a worldview does not differ from itself", async () => {
  const { model, diff } = cases[0];
  const side = sideOf(model, diff.a);
  const found = await diffOf(engineOf(model), side, side, givenOf(model));
  assert.equal(found.gap_logit, 0);
  assert.deepEqual(found.differences, []);
  assert.match(found.reason, /itself/);
});

test("what the page has changed counts as a worldview does that says the same", async () => {
  const { model, diff } = cases.find((one) => one.model.model.id === "power-seeking");
  const { judgements } = model.worldviews[diff.b];
  const now = nowWith(model, judgements);
  const found = await diffOf(engineOf(model), sideOf(model, diff.a), now, givenOf(model));
  const shareOf = (one) => [one.id, one.share_logit, one.share_probability];
  assertAlike(found.differences.map(shareOf), diff.differences.map(shareOf), "");
  assert.equal(found.differences[0].changes[0].origin_b, "set");
});

test("a certain target has no shares, and a reason", async () => {
  const { model, diff } = cases.find((one) => one.model.model.id === "power-seeking");
  const judgements = [{ at: "advanced-systems-possible", value: "0%" }];
  const now = nowWith(model, judgements);
  const found = await diffOf(engineOf(model), sideOf(model, diff.a), now, givenOf(model));
  assert.equal(found.gap_logit, null);
  assert.equal(found.differences.find((one) => one.id === "advanced-systems-possible").share_logit, null);
  assert.equal(found.reason, "power-seeking-catastrophe is certain in `now` (0%)");
});

test("what is given may be impossible", async () => {
  const { model, diff } = cases.find((one) => one.model.model.id === "power-seeking");
  const judgements = [{ at: "advanced-systems-possible", value: "0%" }];
  const now = nowWith(model, judgements);
  const given = { assuming: [{ claim: "advanced-systems-possible", value: true }], observed: [] };
  const found = await diffOf(engineOf(model), now, sideOf(model, diff.a), given);
  assert.equal(found.probability_a, null);
  assert.equal(found.mean_a, null);
  assert.equal(found.gap_logit, null);
  assert.match(found.reason, /^in `now` what is assumed or observed is impossible/);
});

test("texts, and what voices say, are added where they are known", async () => {
  const { model, diff } = cases.find((one) => one.model.model.id === "legal-case");
  const voice = model.worldviews[diff.a].voice;
  const [one, other] = diff.differences.map(({ id }) => id);
  const entries = Object.fromEntries(
    model.entries.map(({ id, type }) => [id, { text: `About ${id}.`, type, by: null, targets: [] }]),
  );
  const sources = [{ text: "trial p. 3", url: null }];
  const about = { text: "Said.", type: "argument", by: voice, targets: [{ id: one, part: "" }], sources };
  const said = model.entries.filter(({ id, type }) => type === "argument" && id !== one && id !== other);
  const [first, second] = said.map(({ id }) => id);
  Object.assign(entries, { [second]: about, [first]: about });
  const by = { [diff.a]: { note: "inferred", source: [] } };
  const noted = { note: "rule: as said", source: sources, by };
  const judgements = Object.fromEntries(model.addresses.map((address) => [address, noted]));
  const contents = { entries, judgements };
  const { differences, double_cruxes: cruxes } = diffWithTexts(diff, contents, model);
  const heard = [first, second].map((id) => ({ id, by: voice, text: "Said.", sources: ["trial#p. 3"] }));
  const found = Object.fromEntries(differences.map((row) => [row.id, row]));
  assert.equal(found[one].text, `About ${one}.`);
  assert.deepEqual(found[one].heard_a, heard);
  assert.deepEqual([found[one].heard_b, found[other].heard_a], [[], []]);
  const told = { [diff.a]: ["inferred", []], map: ["rule: as said", ["trial#p. 3"]] };
  for (const change of differences.flatMap((row) => row.changes)) {
    const sides = [
      [change.origin_a, change.note_a, change.sources_a],
      [change.origin_b, change.note_b, change.sources_b],
    ];
    for (const [origin, ...found] of sides) assert.deepEqual(found, told[origin] ?? ["", []], origin);
  }
  assert.ok(cruxes.every((row) => row.text.includes("About")));
  assert.equal(diffWithTexts(diff, null, model), diff);
});

test("a pool that fails while mixtures are made fails the diff, and nothing else", async () => {
  const { model, diff } = cases.find((one) => one.model.model.id === "legal-case");
  const [a, b] = [diff.a, diff.b].map((name) => sideOf(model, name));
  const engine = engineOf(model);
  let asked = 0;
  engine.pool = { ...engine.pool, logOdds: () => Promise.reject(new RangeError(`${++asked}`)) };
  const seen = [];
  const note = (reason) => seen.push(reason);
  process.on("unhandledRejection", note);
  await assert.rejects(diffOf(engine, a, b, givenOf(model)), RangeError);
  process.off("unhandledRejection", note);
  assert.deepEqual(seen, []);
  assert.equal(asked, 1);
});

test("averages of a setting are asked for once, and anew where they were dropped", async () => {
  const setting = {};
  const given = { assuming: [], observed: [] };
  let asked = 0;
  const dropped = { joint: () => Promise.reject(new RangeError("dropped")) };
  const pool = { joint: () => Promise.resolve({ asked: ++asked }) };
  const first = averagesAt(dropped, setting, given, [1]);
  const second = averagesAt(pool, setting, given, [1]);
  await assert.rejects(first, RangeError);
  assert.deepEqual(await second, { asked: 1 });
  assert.deepEqual(await averagesAt(pool, setting, given, [1]), { asked: 1 });
  const both = [averagesAt(pool, setting, given, [2]), averagesAt(pool, setting, given, [2])];
  assert.deepEqual(await Promise.all(both), [{ asked: 2 }, { asked: 2 }]);
  assert.equal(await averagesAt({ joint: () => Promise.resolve(null) }, {}, given, [1]), null);
});
