// Answers at central judgements: what Python makes of the same models, changes and conditions.

import assert from "node:assert/strict";
import test from "node:test";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { casesOf } from "./cases.mjs";

const { models, steps, over_draws: overDraws } = casesOf("answers");
const CLOSE = 1e-9;
const NO_SLOPE = 1e-14; // what rounding leaves of a slope that is 0

const sessions = new Map();
const soon = (run) => setTimeout(run, 0);

/** A session on a model, brought to a step. */
function sessionAt(step) {
  const { model } = step;
  if (!sessions.has(model)) sessions.set(model, createSession(models[model], { later: soon }));
  const session = sessions.get(model);
  session.start(step.start);
  for (const [address, text] of Object.entries(step.set ?? {})) session.set(address, text);
  for (const [address, texts] of Object.entries(step.shares ?? {})) session.set(address, texts);
  for (const name of step.reject ?? []) session.reject(name, true);
  for (const name of step.accept ?? []) session.reject(name, false);
  session.given({ assuming: step.assuming, observed: step.observed });
  return session;
}

function assertNear(found, expected, what, absolute = 0) {
  if (typeof expected !== "number") return assert.equal(found ?? null, expected, what);
  const apart = Math.abs(found - expected);
  const isNear = apart <= CLOSE * Math.abs(expected) + absolute;
  assert.ok(isNear, `${what}: ${found} where ${expected} is expected`);
}

function assertAllNear(found, expected, what, absolute = 0) {
  for (const [name, value] of Object.entries(expected)) {
    assertNear(found(name), value, `${what} of ${name}`, absolute);
  }
}

/** A row is near where all of its measures are. */
function assertRow(found, expected, what) {
  assert.ok(found, what);
  const { voi } = expected;
  for (const [name, value] of Object.entries(expected)) {
    // Without a path there is nothing to learn: rounding in Python, exactly 0 here.
    const isRounding = voi !== 0 && found.voi === 0 && voi < 1e-25;
    const absolute = isRounding && typeof value === "number" ? 1e-12 : 1e-15;
    assertNear(found[name], value, `${name} of ${what}`, absolute);
  }
}

const nameOf = ({ answers, ...step }) => JSON.stringify(step);

for (const step of steps) {
  test(`central answers of ${nameOf(step)}`, async () => {
    const session = sessionAt(step);
    const { central } = session;
    const { answers } = step;
    if (answers.impossible !== undefined) {
      assert.ok(answers.impossible.endsWith(central.impossible), central.impossible);
      assert.equal(central.target, null);
      return;
    }
    assertNear(central.target, answers.target, "target");
    if (answers.log_odds === null) assert.ok(!Number.isFinite(central.logOdds));
    else assertNear(central.logOdds, answers.log_odds, "log-odds", 1e-13);
    const also = (name) => central.claims.get(name) ?? central.also[name];
    assertAllNear(also, answers.marginals, "probability", 1e-16);
    assertAllNear((address) => central.slopes.get(address), answers.slopes, "slope", NO_SLOPE);
    assertAllNear((text) => session.probability(text), answers.asked, "probability");
    if (answers.rows === undefined) return;
    assert.deepEqual(Object.fromEntries(session.leftOut), answers.left_out);
    for (const [id, row] of Object.entries(answers.rows)) assertRow(session.row(id), row, id);
    const rows = await session.greedy();
    const added = rows.filter((row) => row.added !== null);
    assert.deepEqual(new Set(rows.map((row) => row.id)), new Set(answers.shown));
    answers.best.added.forEach((value, k) => assertNear(added[k].added, value, `added ${k}`, 1e-13));
  });
}

/** Everything is near what is expected; what is not expected is not looked at. */
function assertAlike(found, expected, what) {
  if (expected === null || typeof expected !== "object") return assertNear(found, expected, what, 1e-15);
  if (Array.isArray(expected)) assert.equal(found?.length, expected.length, `how many ${what}`);
  for (const [name, value] of Object.entries(expected)) {
    assertAlike(found?.[name], value, `${name} of ${what}`);
  }
}

for (const { model, start, answers } of overDraws) {
  test(`averages over draws of ${model} by ${start}`, async () => {
    const session = createSession(models[model], { later: soon });
    session.start(start);
    const { mean, interval_90: interval, ...table } = answers;
    const estimate = (await session.estimate())[models[model].model.target];
    assertAlike(estimate, { mean, interval_90: interval }, "estimate");
    assertAlike(await session.cruxes(), table, "cruxes");
    session.set(models[model].addresses[0], "11%");
    assert.match((await session.cruxes()).sobol_reason, /as they are shipped/);
  });
}

test("shares of the spread are those that were shipped, of numbers, entries and their parts", async () => {
  const model = models["legal-case"];
  const [one, other] = model.addresses.filter((address) => !address.includes("."));
  const shares = {
    sample: 8,
    groups: [[one, 0.2, 0.3, 0.01]],
    judgements: { [one]: [0.1, 0.25], [other]: [0.05, 0.06] },
  };
  const entries = Object.fromEntries(model.entries.map(({ id }) => [id, { text: id, states: [], parts: [] }]));
  const start = Object.keys(model.worldviews)[0];
  const contents = { sobol: { [start]: shares }, entries };
  const session = createSession(model, { contents, later: soon });
  session.start(start);
  const table = await session.cruxes();
  assert.equal(table.sobol_sample, 8);
  assert.deepEqual(table.groups, [{ id: one, sobol_first: 0.2, sobol_total: 0.3, error: 0.01 }]);
  const rows = new Map(table.judgements.map((row) => [row.address, [row.sobol_first, row.sobol_total]]));
  assert.deepEqual(rows.get(other), [0.05, 0.06]);
  for (const [address, found] of rows) {
    if (![one, other].includes(address)) assert.deepEqual(found, [0, 0], address);
  }
  const totals = new Map([...table.claims, ...table.arguments].map((row) => [row.id, row.sobol_total]));
  assert.equal(totals.get(one) ?? 0.3, 0.3);
  assert.equal(totals.get(other) ?? 0.06, 0.06);
  session.set(one, "11%");
  const changed = await session.cruxes();
  assert.deepEqual([changed.groups, changed.judgements[0].sobol_total], [[], null]);
});
