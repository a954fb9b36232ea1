// What it would take: the same search and the same numbers as Python's.

import assert from "node:assert/strict";
import test from "node:test";
import { Asking } from "../../src/cruxmap/present/report/page/answers/asking.js";
import { makePool } from "../../src/cruxmap/present/report/page/answers/pool.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { poured } from "../../src/cruxmap/present/report/page/answers/shortest_moves.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { roundedText, takesOf } from "../../src/cruxmap/present/report/page/answers/takes.js";
import { roomOf, Terrain } from "../../src/cruxmap/present/report/page/answers/terrain.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { assertAlike, casesOf } from "./cases.mjs";

const models = new Map(casesOf("diffs").map(({ model }) => [model.model.id, model]));

function sideOf(model, name) {
  const settingWith = (texts) => {
    const judgements = [...texts].map(([at, value]) => ({ at, value }));
    return settle(model, layersOf(model, name, { judgements, rejects: [], accepts: [] }));
  };
  return { name, setting: settle(model, layersOf(model, name)), settingWith };
}

for (const { model: id, worldview, goal, takes } of casesOf("takes")) {
  test(`takes of ${worldview} in ${id}: ${JSON.stringify(goal)}`, async () => {
    const model = models.get(id);
    const structure = structureOf(model);
    const engine = { structure, asking: new Asking(structure), pool: makePool(model) };
    const { far, agree_with: other, ...wanted } = goal;
    wanted.agreeWith = other === undefined ? undefined : sideOf(model, other);
    const given = { assuming: model.assumed, observed: model.observed };
    assertAlike(await takesOf(engine, sideOf(model, worldview), wanted, given, { far }), takes, "");
  });
}

test("numbers with few digits", () => {
  for (const { number, digits, way, rounded } of casesOf("rounding")) {
    assert.equal(Number(roundedText(number, digits, way)), rounded, `${number} ${way} to ${digits}`);
  }
});

test("water rises as high as it must", () => {
  assert.deepEqual(poured([1, 2], 0, [-1, -1], [1, 1]), [0, 0]);
  assert.deepEqual(poured([1, 2], 9, [-1, -1], [1, 1]), [1, 1]);
  assert.deepEqual(poured([0, 0], 9, [-1, -1], [1, 1]), [0, 0]);
  const [small, large] = poured([1, -2], 2.5, [-9, -9], [9, 9]);
  assert.ok(Math.abs(small - 0.5) < 1e-12 && Math.abs(large + 1) < 1e-12);
});

test("a session's answer meets the goal when it is set", async () => {
  const session = createSession(models.get("power-seeking"));
  session.start("carlsmith");
  session.set("alignment-hard", "30% to 50%");
  const told = [];
  session.on("progress", ({ of, done, most }) => told.push([of, done, most]));
  const takes = await session.takes({ above: 0.1 });
  assert.deepEqual(told[0], ["takes", 0, told.length]);
  assert.equal(takes.worldview, "mine");
  const [take] = takes.frontier;
  assert.ok(takes.estimate < 0.1 && take.estimate >= 0.1);
  for (const { address, value } of take.steps) {
    session.set(address, value);
  }
  const estimate = await session.estimate();
  assert.ok(Math.abs(estimate[takes.target].mean - take.estimate) < 1e-12);
});

test("the estimate may be there already, or be certain, or have no evidence", async () => {
  const session = createSession(models.get("power-seeking"));
  session.start("carlsmith");
  assert.equal((await session.takes({ below: 0.9 })).reason, "the estimate is there already");
  session.set("alignment-hard", "0%");
  assert.match((await session.takes({ above: 0.5 })).reason, /^the target is certain in this worldview/);
  session.given({ assuming: ["alignment-hard"] });
  const takes = await session.takes({ above: 0.5 });
  assert.equal(takes.estimate, null);
  assert.equal(takes.central, null);
  assert.match(takes.reason, /^what is assumed or observed is impossible/);
});

test("sentences end with what entries say, where that is known", async () => {
  const model = models.get("power-seeking");
  const entries = Object.fromEntries(
    model.entries.map(({ id, type }) => [id, { text: `All of ${id}.`, type, by: null, targets: [] }]),
  );
  const session = createSession(model, { contents: { entries } });
  session.start("carlsmith");
  const { frontier } = await session.takes({ above: 0.2 });
  for (const { address, sentence } of frontier.flatMap((take) => take.steps)) {
    assert.ok(sentence.endsWith(`: All of ${address}.`), sentence);
  }
});

test("slopes are what small moves do, also where draws are weighed by what is observed", async () => {
  const model = models.get("diagnosis");
  const structure = structureOf(model);
  const engine = { structure, asking: new Asking(structure), pool: makePool(model) };
  const { setting } = sideOf(model, "physician");
  const given = { assuming: model.assumed, observed: model.observed };
  const room = roomOf(model, setting, false);
  const terrain = new Terrain(engine, setting, room, given, 8, () => Promise.resolve());
  const at = Float64Array.from(room.start, (_, j) => (room.stays[j] || room.row[j] >= 0 ? 0 : 0.1));
  const { height, slope } = await terrain.slope(at);
  const [same] = await terrain.heights([at]);
  assert.ok(Math.abs(same - height) < 1e-12);
  const moved = [...at.keys()].filter((j) => at[j] !== 0);
  assert.ok(moved.length > 5);
  for (const j of moved) {
    const by = (h) => at.map((value, k) => (k === j ? value + h : value));
    const [above, below] = await terrain.heights([by(1e-4), by(-1e-4)]);
    assert.ok(Math.abs((above - below) / 2e-4 - slope[j]) < 1e-6, model.addresses[j]);
  }
});

test("a change ends the search", async () => {
  const session = createSession(models.get("legal-case"));
  session.start("defence");
  const asked = session.takes({ above: 0.9 });
  session.set("local-man", "10%");
  assert.equal(await asked, null);
});

test("only what may move is moved", async () => {
  const model = models.get("diagnosis");
  const session = createSession(model);
  session.start("physician");
  const takes = await session.takes({ below: 0.9 });
  const [least] = takes.frontier;
  assert.ok(least.estimate <= 0.9);
  assert.ok(least.steps.every(({ deviations }) => Math.abs(deviations) <= 3));
});
