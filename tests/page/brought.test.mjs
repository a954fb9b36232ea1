// What is brought to a model, as cases of its plan: the answers of a model that has it in.

import assert from "node:assert/strict";
import test from "node:test";
import { Asking } from "../../src/cruxmap/present/report/page/answers/asking.js";
import { makePool } from "../../src/cruxmap/present/report/page/answers/pool.js";
import { makeState } from "../../src/cruxmap/present/report/page/answers/state.js";
import { serveOn } from "../../src/cruxmap/present/report/page/answers/worker.js";
import { bytesOf } from "../../src/cruxmap/present/report/page/bytes.js";
import { latinHypercube } from "../../src/cruxmap/present/report/page/engine/draws.js";
import { evidenceOf } from "../../src/cruxmap/present/report/page/answers/evidence.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { parseConditions } from "../../src/cruxmap/present/report/page/language/conditions.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { casesOf } from "./cases.mjs";

const { shipped, cases } = casesOf("brought");
const CLOSE = 1e-9;

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

// --- over draws -------------------------------------------------------------------------------------

/** A pool without workers that answers for all of the extensions in turn. */
const pool = makePool(shipped);
const NOTHING = { assuming: [], observed: [] };

for (const one of cases) {
  test(`means over draws of ${one.name}`, async () => {
    const model = modelOf(one);
    const structure = structureOf(model);
    pool.extendTo(structure);
    const setting = settle(model, layersOf(model, one.name));
    const { targets } = await pool.estimate(setting, NOTHING);
    for (const [name, mean] of Object.entries(one.means)) {
      assertNear(targets[name].mean, mean, name);
      assertNear(targets[name].meanOfNot, 1 - mean, `not ${name}`, 1e-15);
    }
  });
}

/** A worker that runs in this thread, with messages that are copied on their way. */
class FakeWorker {
  constructor() {
    this.scope = {
      onmessage: null,
      postMessage: (message) => setTimeout(() => this.onmessage?.({ data: structuredClone(message) })),
    };
    serveOn(this.scope);
  }

  postMessage(message) {
    const data = structuredClone(message);
    setTimeout(() => this.scope.onmessage({ data }));
  }

  terminate() {}
}

/** The settings of each draw. */
function drawnSettings(model, setting, n) {
  const z = latinHypercube(bytesOf(model.keys), n);
  return Array.from({ length: n }, (_, d) => ({
    ...setting,
    mu: setting.mu.map((middle, j) => middle + setting.sd[j] * z[setting.column[j] * n + d]),
  }));
}

const FEW = 24;

for (const name of ["tables", "routes", "undercuts"]) {
  test(`averages and log-odds of ${name} are those of its draws`, async () => {
    const one = cases.find((other) => other.name === name);
    const few = { ...modelOf(one), model: { ...shipped.model, draws: FEW } };
    const structure = structureOf(few);
    const asking = new Asking(structure, { base });
    const setting = settle(few, layersOf(few, name));
    const texts = name === "tables" ? ["{any_of: [{asked: yes}, bare]}"] : ["{caused: false}"];
    const given = {
      assuming: parseConditions(["in-own-words"], few),
      observed: parseConditions(texts, few),
    };
    const settings = drawnSettings(few, setting, FEW);
    const states = settings.map((drawn) => makeState(structure, asking, drawn, given));
    const logs = settings.map((drawn) => {
      const evidence = evidenceOf(structure, given.observed);
      return asking.ask(asking.entriesOf(drawn), [evidence], false)[0].logZ;
    });
    const most = Math.max(...logs);
    const weights = logs.map((log) => Math.exp(log - most));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);

    const joint = await makePool(few, () => new FakeWorker(), 2, structure).joint(setting, given);
    const mean = states.reduce((sum, state, d) => sum + (weights[d] / whole) * state.chance.yes, 0);
    assertNear(joint.target.yes, mean, "target");
    for (const [variable, table] of joint.tables) {
      table.forEach((value, place) => {
        const wanted = states.reduce(
          (sum, state, d) => sum + (weights[d] / whole) * state.tableOf(variable)[place],
          0,
        );
        assertNear(value, wanted, `${place} of variable ${variable}`, 1e-15);
      });
    }
    const [u, single] = [new Float64Array(setting.mu.length * FEW), setting.single];
    settings.forEach((drawn, d) => drawn.mu.forEach((value, j) => (u[j * FEW + d] = value)));
    const found = await makePool(few, null, 1, structure).logOdds({ u, single, D: FEW }, given);
    states.forEach((state, d) => assertNear(found[d], state.logOdds, `log-odds of draw ${d}`));
  });
}

test("workers are told of what is brought, and no longer of what is not", async () => {
  const [first, second] = [cases[2], cases[8]];
  const workers = makePool(shipped, () => new FakeWorker(), 2);
  for (const one of [first, null, second, first]) {
    const model = one === null ? shipped : modelOf(one);
    const structure = structureOf(model);
    workers.extendTo(structure);
    pool.extendTo(structure);
    const setting = settle(model, layersOf(model, one?.name ?? "author"));
    const wanted = await pool.estimate(setting, NOTHING);
    assert.deepEqual(await workers.estimate(setting, NOTHING), wanted, one?.name);
  }
  workers.close();
});

test("an estimate says what the first draws say", async () => {
  const many = { ...shipped, model: { ...shipped.model, draws: 640 } };
  const drawing = makePool(many);
  const setting = settle(many, layersOf(many, "author"));
  const told = [];
  const { targets } = await drawing.estimate(setting, NOTHING, { onFirst: (found) => told.push(found) });
  assert.equal(told.length, 1);
  for (const [name, { mean, draws }] of Object.entries(targets)) {
    const first = told[0].targets[name];
    assert.deepEqual([...first.draws], [...draws.subarray(0, 256)]);
    assert.ok(Math.abs(first.mean - mean) < 5 * first.error + 1e-12, `${name}: ${first.mean}, ${mean}`);
    const spread = first.draws.reduce((sum, value) => sum + (value - first.mean) ** 2, 0) / 255;
    assertNear(first.error, Math.sqrt(spread / 256), `error of ${name}`, 1e-18);
  }
});

test("a worker that says nothing is given up", async () => {
  class Silent {
    postMessage() {}

    terminate() {
      this.isOver = true;
    }
  }
  const silent = new Silent();
  const setting = settle(shipped, layersOf(shipped, "author"));
  const patient = makePool(shipped, () => silent, 1, structureOf(shipped), { patience: 30 });
  const alive = setInterval(() => {}, 10); // Node waits for no watchdog
  pool.extendTo(structureOf(shipped));
  assert.deepEqual(await patient.estimate(setting, NOTHING), await pool.estimate(setting, NOTHING));
  clearInterval(alive);
  assert.ok(silent.isOver);
});

test("of many arguments on one claim those count together that somebody has in force", () => {
  const shapes = Array.from({ length: 14 }, (_, k) => ({
    id: `visitor-${k}`,
    text: "Brings something.",
    voice: null,
    extends: null,
    judgements: [],
    rejects: [],
    accepts: [],
    remarks: {},
    stated: [],
    readAs: [],
    brings: {
      arguments: { [`visitor-${k}-one`]: { text: "One.", for: "interval", strength: `${k + 2}x` } },
    },
    madeFrom: null,
  }));
  const all = createSession(shipped, { later: () => undefined });
  all.receive(shapes);
  const { brought } = all.extensions.others.structure;
  assert.ok(brought.program.nEntries < 2000, `${brought.program.nEntries} entries`);
  for (const k of [0, 13]) {
    const alone = createSession(shipped, { later: () => undefined });
    alone.receive([shapes[k]]);
    for (const session of [all, alone]) session.start(`visitor-${k}`);
    assertNear(all.probability("interval"), alone.probability("interval"), shapes[k].id);
    assertNear(all.probability("all-needed"), alone.probability("all-needed"), shapes[k].id);
  }
  for (let k = 0; k < 14; k++) all.reject(`visitor-${k}-one`, false);
  assert.match(all.beyond, /too many cases/);
});
