// Averages over draws: what Python makes of the same models, and how the work is shared out and dropped.

import assert from "node:assert/strict";
import test from "node:test";
import {
  makePool, Superseded, workersAtHand,
} from "../../src/cruxmap/present/report/page/answers/pool.js";
import {
  effectiveNumber, meanOf, quantiles, summaryOf,
} from "../../src/cruxmap/present/report/page/answers/summaries.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { serveOn } from "../../src/cruxmap/present/report/page/answers/worker.js";
import { assertClose, casesOf } from "./cases.mjs";

const { models } = casesOf("answers");
const averages = casesOf("averages");
const NO_WORKER = null;

const sessions = new Map(Object.entries(models).map(([name, model]) => [name, createSession(model)]));
const givenBy = (model) => ({ assuming: model.assumed, observed: model.observed });
const cases = Object.entries(averages).flatMap(([name, each]) =>
  Object.entries(each).map(([worldview, expected]) => ({ name, worldview, expected })),
);
const isWeighed = ({ name }) => models[name].observed.length > 0;

function poolFor(name, makeWorker = NO_WORKER, n = 1) {
  return makePool(models[name], makeWorker, n, sessions.get(name).structure);
}

/** A worker that runs in this thread, with messages that are copied on their way. */
class FakeWorker {
  constructor() {
    const scope = {
      onmessage: null,
      postMessage: (message) => setTimeout(() => this.onmessage?.({ data: structuredClone(message) })),
    };
    serveOn(scope);
    this.scope = scope;
    this.isOver = false;
    this.count = 0;
  }

  postMessage(message) {
    this.count += 1;
    const data = structuredClone(message);
    setTimeout(() => this.isOver || this.scope.onmessage({ data }));
  }

  terminate() {
    this.isOver = true;
  }
}

/** What a joint table with the target says of the entry alone. */
function marginal(table) {
  const n = table.length / 2;
  return Array.from({ length: n }, (_, state) => table[state] + table[n + state]);
}

/** Whether Python took the entry for independent of the target, as rankings in the page do. */
function isProduct(table) {
  const n = table.length / 2;
  const no = table.slice(0, n).reduce((a, b) => a + b, 0);
  return marginal(table).every((p, state) => Math.abs(table[state] - no * p) < 1e-15);
}

for (const { name, worldview, expected } of cases.filter((one) => !isWeighed(one))) {
  test(`estimates and tables of ${name} in ${worldview}`, async () => {
    const pool = poolFor(name);
    const setting = sessions.get(name).shipped(worldview);
    const { targets, effective } = await pool.estimate(setting, givenBy(models[name]));
    for (const [target, numbers] of Object.entries(expected.targets)) {
      const { mean, median, interval_90: interval, meanOfNot } = targets[target];
      const found = [mean, median, ...interval, meanOfNot];
      const those = [numbers.mean, numbers.median, ...numbers.interval_90, 1 - numbers.mean];
      assertClose(found, those, target, 1e-9);
    }
    assert.equal(effective, null);
    const places = models[name].network.places;
    const variables = Object.keys(expected.tables).map((entry) => places[entry]);
    const { target, tables, draws } = await pool.joint(setting, givenBy(models[name]), variables);
    assert.equal(draws, models[name].model.draws);
    assertClose([target.yes], [Object.values(expected.targets)[0].mean], "the first target", 1e-9);
    assert.equal(tables.size, variables.length);
    for (const [entry, table] of Object.entries(expected.tables)) {
      const found = tables.get(places[entry]);
      assertClose(marginal(found), marginal(table), entry, 1e-9, 1e-15);
      if (!isProduct(table)) {
        assertClose(found, table, `${entry} with the target`, 1e-9, 1e-15);
      }
    }
  });
}

for (const { name, worldview, expected } of cases.filter(isWeighed)) {
  test(`draws of ${name} in ${worldview} are weighed by what is observed`, async () => {
    const pool = poolFor(name);
    const setting = sessions.get(name).shipped(worldview);
    const { targets, effective } = await pool.estimate(setting, givenBy(models[name]));
    const { draws } = models[name].model;
    assert.ok(effective > draws / 2 && effective < draws + 1e-6, `${effective} of ${draws} draws`);
    for (const [target, numbers] of Object.entries(expected.targets)) {
      const spread = numbers.interval_90[1] - numbers.interval_90[0];
      const error = spread / Math.sqrt(effective) + 1e-12;
      const { mean, median, interval_90: interval } = targets[target];
      assertClose([mean], [numbers.mean], target, 0, 2 * error);
      assertClose([median], [numbers.median], target, 0, 3 * error);
      assertClose(interval, numbers.interval_90, target, 0, 5 * error);
    }
    const { target } = await pool.joint(setting, givenBy(models[name]));
    assertClose([target.yes], [Object.values(targets)[0].mean], "the first target", 1e-12);
  });
}

test("what is assumed besides what is observed does not count as observed", async () => {
  const model = models.diagnosis;
  const setting = sessions.get("diagnosis").shipped("map");
  const pool = poolFor("diagnosis");
  const all = { assuming: [...model.assumed, ...model.observed], observed: [] };
  const assumed = await pool.estimate(setting, all);
  const seen = await pool.estimate(setting, givenBy(model));
  const name = model.targets[0].name;
  assert.deepEqual([...assumed.targets[name].draws], [...seen.targets[name].draws]);
  const both = await pool.estimate(setting, { assuming: model.observed, observed: model.observed });
  assertClose(both.weights, [...seen.weights], "weights", 1e-9);
});

// --- log-odds of columns -------------------------------------------------------------------------

/** Columns of judgements: the draws' middles in the worldviews of a model, with each `times` over. */
function columnsOfWorldviews(name, times) {
  const session = sessions.get(name);
  const shipped = session.worldviews.map((id) => session.shipped(id));
  const settings = Array.from({ length: times }, () => shipped).flat();
  const D = settings.length;
  const J = models[name].addresses.length;
  const u = Float64Array.from({ length: J * D }, (_, i) => settings[i % D].mu[Math.floor(i / D)]);
  const single = Uint8Array.from({ length: J * D }, (_, i) => settings[i % D].single[Math.floor(i / D)]);
  return { u, single, D };
}

for (const name of Object.keys(averages)) {
  test(`log-odds of the worldviews of ${name}, as columns`, async () => {
    const session = sessions.get(name);
    const given = givenBy(models[name]);
    const found = await poolFor(name).logOdds(columnsOfWorldviews(name, 100), given);
    const expected = session.worldviews.map((id) => {
      session.start(id);
      return session.central.logOdds;
    });
    assertClose(found, Array.from({ length: 100 }, () => expected).flat(), name, 1e-9);
  });
}

test("no columns are no log-odds", async () => {
  const columns = { u: new Float64Array(0), single: new Uint8Array(0), D: 0 };
  assert.equal((await poolFor("library").logOdds(columns, {})).length, 0);
});

// --- sharing the work out ------------------------------------------------------------------------

test("workers give what this thread gives", async () => {
  const made = [];
  const pool = poolFor("legal-case", () => {
    made.push(new FakeWorker());
    return made.at(-1);
  }, 3);
  const setting = sessions.get("legal-case").shipped("defence");
  const given = givenBy(models["legal-case"]);
  const [there, tables] = await Promise.all([pool.estimate(setting, given), pool.joint(setting, given)]);
  const here = poolFor("legal-case");
  assert.deepEqual(there, await here.estimate(setting, given));
  const expected = await here.joint(setting, given);
  for (const [variable, table] of expected.tables) {
    assertClose(tables.tables.get(variable), table, `table of ${variable}`, 1e-12, 1e-15);
  }
  assert.equal(made.length, 3);
  assert.ok(made.every(({ count }) => count > 2), "each has something to do");
  pool.close();
  assert.ok(made.every(({ isOver }) => isOver));
});

test("a worker that cannot start is replaced by this thread", async () => {
  class Broken {
    postMessage() {
      setTimeout(() => this.onerror({}));
    }

    terminate() {}
  }
  const setting = sessions.get("library").shipped("map");
  const given = givenBy(models.library);
  const expected = await poolFor("library").estimate(setting, given);
  assert.deepEqual(await poolFor("library", () => new Broken(), 2).estimate(setting, given), expected);
  const refused = () => {
    throw new Error("the policy forbids it");
  };
  assert.deepEqual(await poolFor("library", refused, 2).estimate(setting, given), expected);
});

test("a job is dropped for one of a later version, and by hand", async () => {
  const pool = poolFor("library");
  const setting = sessions.get("library").shipped("map");
  const given = givenBy(models.library);
  const dropped = [pool.at(1).estimate(setting, given), pool.at(1).joint(setting, given)];
  const kept = pool.at(2).estimate(setting, given);
  for (const job of dropped) {
    await assert.rejects(job, Superseded);
  }
  assert.ok((await kept).targets["opens-on-time"].mean > 0);
  await assert.rejects(pool.at(1).joint(setting, given), Superseded);
  assert.ok((await pool.joint(setting, given)).target.yes > 0, "without a version it is the newest");
  const last = pool.estimate(setting, given);
  pool.cancel();
  await assert.rejects(last, Superseded);
});

test("what goes wrong in a task breaks the promise, and the next job is done", async () => {
  const pool = poolFor("library", () => new FakeWorker(), 1);
  const setting = sessions.get("library").shipped("map");
  await assert.rejects(pool.estimate({ mu: null }, givenBy(models.library)), Error);
  assert.ok((await pool.estimate(setting, givenBy(models.library))).targets["opens-on-time"].mean > 0);
});

test("how many workers", () => {
  assert.ok(workersAtHand() >= 1 && workersAtHand() <= 4);
});

// --- summing up ----------------------------------------------------------------------------------

test("quantiles of equal weights are numpy's", () => {
  const values = Float64Array.of(1, 2, 4, 8, 16);
  const found = quantiles(values, new Float64Array(5).fill(3), [0, 0.05, 0.5, 0.95, 1]);
  assertClose(found, [1, 1.2, 4, 14.4, 16], "quantiles");
  assert.deepEqual(quantiles(Float64Array.of(7), Float64Array.of(2), [0.05, 0.5, 0.95]), [7, 7, 7]);
});

test("a number with twice the weight counts about twice", () => {
  const once = quantiles(Float64Array.of(1, 2, 2, 3, 3, 3), new Float64Array(6).fill(1), [0.5]);
  assertClose(once, [2.5], "six numbers");
  const some = quantiles(Float64Array.of(1, 2, 3), Float64Array.of(1, 2, 3), [0.5]);
  assert.ok(some[0] > 2 && some[0] < 3);
  assert.equal(meanOf([1, 2, 3], [1, 2, 3]), 14 / 6);
  assert.equal(effectiveNumber(Float64Array.of(1, 1, 0)), 2);
});

test("draws in which what is given is impossible are left out", () => {
  const found = summaryOf([0.75, NaN, 0.25], [0.25, NaN, 0.75], null);
  assert.equal(found.mean, 0.5);
  assert.equal(found.median, 0.5);
  assert.equal(summaryOf([NaN], [NaN], null).mean, null);
  const sure = summaryOf([0, 0, 0], [1 + 2 ** -52, 1, 1 + 2 ** -51], Float64Array.of(0.3, 0.1, 0.7));
  assert.deepEqual([sure.mean, sure.median, sure.interval_90], [1, 1, [1, 1]], "no rounding above 1");
  assert.equal(summaryOf([0.5], [0.5], Float64Array.of(0)).mean, null);
});
