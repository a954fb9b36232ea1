// Plans: running them in WebAssembly, in JavaScript, in numbers of wide range, and specialised.

import assert from "node:assert/strict";
import test from "node:test";
import { certainEntries } from "../../src/cruxmap/present/report/page/answers/certainties.js";
import { structureOf } from "../../src/cruxmap/present/report/page/answers/structure.js";
import { fill } from "../../src/cruxmap/present/report/page/engine/formulas.js";
import { kernelBytes, makeKernel } from "../../src/cruxmap/present/report/page/engine/kernel.js";
import {
  indicatorsOf, inputsOfVariables, planOf,
} from "../../src/cruxmap/present/report/page/engine/plan.js";
import { specialise } from "../../src/cruxmap/present/report/page/engine/specialise.js";
import { wideRun } from "../../src/cruxmap/present/report/page/engine/wide.js";
import { assertClose, casesOf } from "./cases.mjs";

/** Numbers that look random, the same every time. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A plan of sums of a few products each, of inputs with inputs and with earlier sums. */
function randomPlan(random, { nLoads = 30, nVariables = 6, nSums = 200 } = {}) {
  const below = (n) => Math.floor(random() * n);
  const nIndicators = 2 * nVariables;
  const constants = Float64Array.of(0.5, 1, 0);
  const nInputs = nLoads + nIndicators + constants.length;
  const sizes = Array.from({ length: nSums }, () => 1 + below(4));
  const first = Int32Array.from([0, ...sizes]);
  for (let k = 0; k < nSums; k++) {
    first[k + 1] += first[k];
  }
  const left = new Int32Array(first[nSums]);
  const right = left.map(() => below(nInputs));
  for (let k = 0; k < nSums; k++) {
    for (let t = first[k]; t < first[k + 1]; t++) {
      const recent = Math.max(0, k - 20) + below(Math.min(k, 20));
      left[t] = random() < 0.8 && k > 0 ? nInputs + recent : below(nInputs);
    }
  }
  return {
    nLoads,
    loads: Int32Array.from({ length: nLoads }, (_, i) => 2 * i),
    nIndicators,
    indicatorVariables: Int32Array.from({ length: nIndicators }, (_, i) => i >> 1),
    indicatorStates: Int32Array.from({ length: nIndicators }, (_, i) => i & 1),
    firstIndicator: Int32Array.from({ length: nVariables }, (_, v) => 2 * v),
    constants,
    nInputs,
    nSums,
    nSlots: nInputs + nSums,
    first,
    left,
    right,
    root: Int32Array.of(nInputs + nSums - 1, nInputs + nSums - 2),
  };
}

/** Entries between 0 and 1, some of them 0 or 1, and which those are. */
function randomEntries(random, nEntries) {
  const entries = Float64Array.from({ length: nEntries }, () => {
    const kind = random();
    return kind < 0.2 ? 0 : kind < 0.35 ? 1 : random();
  });
  entries[0] = 1;
  const certain = Int8Array.from(entries, (entry) => (entry === 0 || entry === 1 ? entry : -1));
  return { entries, certain };
}

/**
 * What a kernel says of entries, with the same indicators in all lanes; copies, [number * lanes + lane].
 */
function run(plan, entries, indicators, options = {}) {
  const lanes = options.lanes ?? 2;
  const kernel = makeKernel(plan, { lanes, ...options });
  kernel.load(entries, 1, new Int32Array(lanes));
  for (let i = 0; i < kernel.indicators.length; i++) {
    kernel.indicators[i] = indicators[Math.floor(i / lanes)];
  }
  const { z, logZ, ofLoads, ofIndicators } = kernel.propagate();
  return { z: [...z], logZ: [...logZ], ofLoads: [...ofLoads], ofIndicators: [...ofIndicators] };
}

const everySecond = (numbers) => numbers.filter((_, i) => i % 2 === 0);

test("a kernel is small enough to be compiled at once", () => {
  assert.ok(kernelBytes(2).length < 4096);
  assert.ok(kernelBytes(8).length < 4096);
});

test("WebAssembly and JavaScript give the same numbers, in any number of lanes", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomNumbers(seed);
    const plan = randomPlan(random);
    const { entries } = randomEntries(random, 2 * plan.nLoads);
    const indicators = indicatorsOf(plan, [[1, [0]]]);
    const here = run(plan, entries, indicators, { wasm: false });
    for (const lanes of [2, 4, 8]) {
      const there = run(plan, entries, indicators, { lanes });
      for (const [name, numbers] of Object.entries(there)) {
        const ofFirstLane = numbers.filter((_, i) => i % lanes === 0);
        assert.deepEqual(ofFirstLane, everySecond(here[name]), `${name}, seed ${seed}, ${lanes} lanes`);
      }
    }
  }
});

test("WebAssembly is there", () => {
  const plan = randomPlan(randomNumbers(1));
  assert.ok(makeKernel(plan).memory instanceof WebAssembly.Memory);
  assert.equal(makeKernel(plan, { wasm: false }).memory, null);
});

test("slopes are those of small steps", () => {
  const random = randomNumbers(7);
  const plan = randomPlan(random, { nSums: 40 });
  const entries = Float64Array.from({ length: 2 * plan.nLoads }, () => 0.5 + random() / 2);
  const indicators = indicatorsOf(plan, []);
  const { ofLoads } = run(plan, entries, indicators);
  const step = 1e-5;
  plan.loads.forEach((entry, load) => {
    const z = [-step, step].map((by) => {
      const moved = entries.map((value, e) => (e === entry && e > 0 ? value + by : value));
      return run(plan, moved, indicators).z[0];
    });
    if (entry > 0) {
      assertClose([ofLoads[2 * load]], [(z[1] - z[0]) / (2 * step)], `load ${load}`, 1e-6, 1e-6);
    }
  });
});

test("a plan specialised to what is certain gives what the free one gives", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomNumbers(seed);
    const plan = randomPlan(random);
    const { entries, certain } = randomEntries(random, 2 * plan.nLoads);
    const known = certain.map((value) => (random() < 0.8 ? value : -1));
    const small = specialise(plan, known);
    const indicators = indicatorsOf(plan, [[2, [1]]]);
    const free = run(plan, entries, indicators);
    const special = run(small, entries, indicators);
    assert.ok(small.left.length < plan.left.length);
    assertClose(special.z, free.z, `Z, seed ${seed}`);
    assertClose(special.ofIndicators, free.ofIndicators, `P(state), seed ${seed}`);
    const sloped = (found) => found.ofLoads.filter((_, i) => known[plan.loads[i >> 1]] < 0 && i > 1);
    assertClose(sloped(special), sloped(free), `slopes, seed ${seed}`);
  }
});

test("a plan specialised to indicators, with the slopes of some inputs only", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = randomNumbers(seed);
    const plan = randomPlan(random);
    const { entries, certain } = randomEntries(random, 2 * plan.nLoads);
    const set = indicatorsOf(plan, [[2, [1]]]);
    const inputs = inputsOfVariables(plan, [0, 3]);
    const fixed = Int8Array.from(set, (value, i) => (inputs[plan.nLoads + i] ? -1 : value));
    const small = specialise(plan, certain, fixed);
    const special = run(small, entries, set, { inputs });
    const free = run(plan, entries, set);
    const asked = (found) => found.ofIndicators.filter((_, i) => inputs[plan.nLoads + (i >> 1)]);
    assertClose(special.z, free.z, `Z, seed ${seed}`);
    assertClose(asked(special), asked(free), `P(state), seed ${seed}`);
  }
});

test("equal sums are written once, and what is 0 or 1 throughout is no sum", () => {
  const plan = randomPlan(randomNumbers(3));
  const all = specialise(plan, new Int8Array(2 * plan.nLoads).fill(0));
  assert.ok(all.nSums < plan.nSums);
  const again = specialise(all, null);
  assert.equal(again.left.length, all.left.length);
  const indicators = new Int8Array(plan.nIndicators);
  const nothing = specialise(plan, new Int8Array(2 * plan.nLoads), indicators);
  const entries = new Float64Array(2 * plan.nLoads);
  entries[0] = 1;
  assertClose(run(nothing, entries, indicators).z, run(plan, entries, indicators).z, "Z");
});

test("a kernel's memory serves the next one, larger or smaller", () => {
  const random = randomNumbers(5);
  const large = randomPlan(random, { nSums: 20000 });
  const small = specialise(large, randomEntries(random, 2 * large.nLoads).certain);
  const { entries } = randomEntries(randomNumbers(6), 2 * large.nLoads);
  const indicators = indicatorsOf(large, []);
  let kernel = null;
  for (const plan of [small, large, small]) {
    kernel = makeKernel(plan, { instead: kernel });
    const loaded = Float64Array.from({ length: 2 * plan.nLoads }, (_, i) => entries[plan.loads[i >> 1]]);
    const found = kernel.run(loaded, new Float64Array(2 * plan.nIndicators).fill(1));
    const expected = run(plan, entries, indicators);
    assert.deepEqual([...found.z], expected.z);
    assert.deepEqual([...found.ofIndicators], expected.ofIndicators);
  }
});

// --- numbers of wide range -----------------------------------------------------------------------

test("numbers of wide range are those of doubles where these do", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomNumbers(seed);
    const plan = randomPlan(random);
    const { entries } = randomEntries(random, 2 * plan.nLoads);
    const indicators = indicatorsOf(plan, [[1, [0]]]);
    const { z, logZ, ofLoads } = run(plan, entries, indicators);
    const inputs = Float64Array.of(...plan.loads.map((e) => 0 * e), ...indicators, ...plan.constants);
    plan.loads.forEach((entry, load) => {
      inputs[load] = entries[entry];
    });
    const wide = wideRun(plan, inputs, true);
    assertClose([wide.logZ], [logZ[0]], `log Z, seed ${seed}`, 1e-12, 1e-12);
    const expected = everySecond(ofLoads).map((slope) => (z[0] > 0 ? slope / z[0] : 0));
    assertClose([...wide.slopes.subarray(0, plan.nLoads)], expected, `slopes, seed ${seed}`);
  }
});

/**
 * A chain of `length` claims that must all hold: Z is the product of the loads, times the first indicator.
 */
function chain(length) {
  const nInputs = length + 2;
  return {
    nLoads: length,
    loads: Int32Array.from({ length }, (_, i) => i + 1),
    nIndicators: 2,
    indicatorVariables: Int32Array.of(0, 0),
    indicatorStates: Int32Array.of(0, 1),
    firstIndicator: Int32Array.of(0),
    constants: new Float64Array(0),
    nInputs,
    nSums: length,
    nSlots: nInputs + length,
    first: Int32Array.from({ length: length + 1 }, (_, k) => k),
    left: Int32Array.from({ length }, (_, k) => k),
    right: Int32Array.from({ length }, (_, k) => (k === 0 ? length : nInputs + k - 1)),
    root: Int32Array.of(nInputs + length - 1),
  };
}

test("where Z is too small for a double, its logarithm and the slopes are still right", () => {
  const plan = chain(300);
  for (const wasm of [true, false]) {
    const kernel = makeKernel(plan, { wasm });
    const entries = new Float64Array(2 * 301).fill(0.5);
    for (let entry = 1; entry <= 300; entry++) {
      entries[2 * entry] = 10 ** -(entry % 100);
    }
    kernel.load(entries, 2, [0, 1]);
    kernel.indicators.fill(1);
    const { z, logZ, ofLoads, ofIndicators } = kernel.propagate();
    assertClose([...logZ], [-14850 * Math.LN10, -300 * Math.LN2], "log Z");
    assertClose([...z], [1, 2 ** -300], "what slopes are relative to");
    assertClose(everySecond(ofLoads).map((slope, i) => slope * entries[2 * (i + 1)]),
      new Array(300).fill(1), "elasticities");
    assertClose([...ofIndicators], [1, 2 ** -300, 0, 0], "P(state)");
  }
});

test("what is impossible has Z = 0, and no slopes where a number can be told from none", () => {
  const plan = chain(3);
  const kernel = makeKernel(plan);
  kernel.load(Float64Array.of(1, 0.5, 0, 0.5), 1, [0, 0]);
  kernel.indicators.fill(1);
  const { z, logZ, ofIndicators } = kernel.propagate();
  assert.deepEqual([...z, ...logZ, ...ofIndicators], [0, 0, -Infinity, -Infinity, 0, 0, 0, 0]);
});

test("what was impossible once is known to be so again, and what is possible stays possible", () => {
  const plan = chain(3);
  const kernel = makeKernel(plan);
  const logs = [];
  for (const loads of [[0.5, 0, 0.5], [0, 0, 0.5], [0.5, 0.5, 0], [0.5, 0.5, 0.5], [0.5, 0, 0.1]]) {
    kernel.load(Float64Array.of(1, ...loads), 1, [0, 0]);
    kernel.indicators.fill(1);
    logs.push(kernel.propagate().logZ[0]);
  }
  assert.deepEqual(logs, [-Infinity, -Infinity, -Infinity, Math.log(0.125), -Infinity]);
});

test("evidence that names what has no indicators is an error", () => {
  const plan = chain(3);
  assert.deepEqual([...indicatorsOf(plan, [[0, [1]], [0, [0, 1]]])], [0, 1]);
  const without = { ...plan, firstIndicator: Int32Array.of(-1) };
  assert.throws(() => indicatorsOf(without, [[0, [1]]]), RangeError);
});

// --- against Python's engine ---------------------------------------------------------------------

const { models } = casesOf("answers");

for (const [name, cases] of Object.entries(casesOf("propagation"))) {
  const structure = structureOf(models[name]);
  const free = planOf(models[name].network);
  const single = new Uint8Array(cases.u.length);
  cases.evidence.forEach((evidence, column) => {
    const mu = Float64Array.from(cases.u, (row) => row[column]);
    const entries = fill(structure.program, mu, single, 1);
    const certain = certainEntries(structure, { mu, single });

    test(`column ${column} of ${name}, free and specialised`, () => {
      for (const plan of [free, specialise(free, certain)]) {
        const { z, logZ, ofIndicators, ofLoads } = run(plan, entries, indicatorsOf(plan, evidence));
        if (cases.log_z[column] === null) {
          assert.deepEqual([...z, ...logZ], [0, 0, -Infinity, -Infinity]);
          continue;
        }
        assertClose([logZ[0]], [cases.log_z[column]], "log Z", 1e-12, 1e-13);
        const shares = cases.asked.map((variable, row) => {
          const state = row - cases.asked.indexOf(variable);
          return ofIndicators[2 * (plan.firstIndicator[variable] + state)] / z[0];
        });
        assertClose(shares, cases.shares[column], "P(state)", 1e-12, 1e-300);
        const slopes = new Float64Array(entries.length);
        plan.loads.forEach((entry, load) => {
          slopes[entry] += ofLoads[2 * load] / z[0];
        });
        const isOpen = (_, entry) => plan === free || (certain[entry] < 0 && entry > 0);
        const expected = cases.slopes[column].filter(isOpen);
        assertClose(slopes.filter(isOpen), expected, "slopes", 1e-11, 1e-300);
      }
    });
  });
}
