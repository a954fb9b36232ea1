// Running a plan: all of its sums, and then their slopes from the last sum to the first, for several lanes
// side by side. A lane is a setting of the loads and the indicators. WebAssembly does it, or JavaScript
// where that is not to be had: both add up the same products in the same order, so their numbers are the
// same.

import {
  addVectors,
  advance,
  fetch32,
  fetchVector,
  get,
  ifLess,
  moduleOf,
  noughts,
  plus,
  repeatWhileLess,
  set,
  storeVector,
  timesVectors,
} from "./assembler.js";
import { slotsChangingWith } from "./plan.js";
import { wideRun } from "./wide.js";

/** Where Z is below this, underflow may have lost some of it. */
const TINY = 1e-200;

const BYTES = 8;
const PAGE = 65536;

/**
 * @typedef {object} Propagated
 * What a run gives, until the next one: arrays are views. In each lane, log P(evidence) is `logZ`,
 * -Infinity where it is impossible. `ofLoads` has the slopes d Z / d load and `ofIndicators` the P(state,
 * evidence), each [number * lanes + lane] and in units in which P(evidence) is `z`. These are 1, and `z`
 * is Z, except where Z is so small that it had to be computed in numbers of a wider range; there `z` is 1.
 * So divide by `z`, and compare lanes by `logZ`.
 * @property {Float64Array} z
 * @property {Float64Array} logZ
 * @property {Float64Array} ofLoads
 * @property {Float64Array} ofIndicators
 */

/**
 * Make a kernel for a plan.
 *
 * @param {Plan} plan
 * @param {object} [options]
 * @param {number} [options.lanes] an even number
 * @param {boolean} [options.wasm] whether WebAssembly may be used
 * @param {Uint8Array | null} [options.inputs] by input slot, those whose slopes will be wanted; null for
 *   all
 * @param {object | null} [options.instead] a kernel that is not used any more: its memory is taken over
 */
export function makeKernel(plan, { lanes = 2, wasm = true, inputs = null, instead = null } = {}) {
  const forward = valuesOf(plan);
  const backward = slopesOf(plan, slotsChangingWith(plan, inputs ?? new Uint8Array(plan.nInputs).fill(1)));
  const machine = wasm ? compiled(plan, forward, backward, lanes, instead) : null;
  return kernelOf(plan, lanes, machine ?? plain(plan, forward, backward, lanes));
}

/**
 * A kernel on a machine that fills `numbers` [slot * lanes + lane]: the values of all slots, then their
 * slopes.
 */
function kernelOf(plan, lanes, machine) {
  const { nLoads, nIndicators, nSlots, nInputs, constants, loads } = plan;
  const { numbers } = machine;
  const values = numbers.subarray(0, nSlots * lanes);
  const slopes = numbers.subarray(nSlots * lanes);
  const indicators = values.subarray(nLoads * lanes, (nLoads + nIndicators) * lanes);
  const ofIndicators = new Float64Array(nIndicators * lanes);
  const ofLoads = slopes.subarray(0, nLoads * lanes);
  const z = new Float64Array(lanes);
  const logZ = new Float64Array(lanes);
  constants.forEach((constant, i) => {
    const slot = nInputs - constants.length + i;
    values.fill(constant, slot * lanes, (slot + 1) * lanes);
  });

  function addUpRoot() {
    z.fill(0);
    for (const slot of plan.root) {
      for (let lane = 0; lane < lanes; lane++) {
        z[lane] += values[slot * lanes + lane];
      }
    }
  }

  function readSlopes() {
    slopes.fill(0);
    for (const slot of plan.root) {
      for (let lane = 0; lane < lanes; lane++) {
        slopes[slot * lanes + lane] += 1;
      }
    }
    machine.backward();
    const from = nLoads * lanes;
    for (let i = 0; i < ofIndicators.length; i++) {
      ofIndicators[i] = indicators[i] * slopes[from + i];
    }
  }

  /** Put right the lanes in which Z is low. */
  function widen(gradient) {
    for (let lane = 0; lane < lanes; lane++) {
      logZ[lane] = Math.log(z[lane]);
      if (z[lane] >= TINY && z[lane] < Infinity) {
        continue;
      }
      const column = Float64Array.from({ length: nInputs }, (_, slot) => values[slot * lanes + lane]);
      const found = wideRun(plan, column, gradient);
      logZ[lane] = found.logZ;
      z[lane] = found.logZ === -Infinity ? 0 : 1;
      for (let i = 0; gradient && i < nLoads; i++) {
        ofLoads[i * lanes + lane] = found.slopes[i];
      }
      for (let i = 0; gradient && i < nIndicators; i++) {
        const value = column[nLoads + i];
        ofIndicators[i * lanes + lane] = value === 0 ? 0 : value * found.slopes[nLoads + i];
      }
    }
  }

  return {
    plan,
    lanes,
    memory: machine.memory,
    /** The values of the loads [load * lanes + lane], to be written to. */
    entries: values.subarray(0, nLoads * lanes),
    /** The values of the indicators [indicator * lanes + lane], to be written to. */
    indicators,

    /**
     * Load a column of entries into every lane.
     * @param {Float64Array} entries [entry of the network * nColumns + column]
     * @param {number} nColumns
     * @param {ArrayLike<number>} columns by lane
     */
    load(entries, nColumns, columns) {
      for (let i = 0; i < nLoads; i++) {
        const row = loads[i] * nColumns;
        for (let lane = 0; lane < lanes; lane++) {
          values[i * lanes + lane] = entries[row + columns[lane]];
        }
      }
    },

    /**
     * Run for what is loaded. Without `gradient`, only `z` and `logZ` are found.
     * @returns {Propagated}
     */
    propagate(gradient = true) {
      machine.forward();
      addUpRoot();
      if (gradient) {
        readSlopes();
      }
      widen(gradient);
      return { z, logZ, ofLoads, ofIndicators };
    },

    /**
     * Load and run.
     * @param {Float64Array} entries [load * lanes + lane]
     * @param {Float64Array} ofEvidence the indicators [indicator * lanes + lane]
     * @param {{gradient?: boolean}} [options]
     * @returns {Propagated}
     */
    run(entries, ofEvidence, { gradient = true } = {}) {
      values.set(entries);
      indicators.set(ofEvidence);
      return this.propagate(gradient);
    },
  };
}

// --- what to add up ------------------------------------------------------------------------------
//
// A list of steps: `sizes` says how many pairs of slots each has, `pairs` has them one after another, and
// `into` is a slot of each. The slope of a slot has the number `nSlots` later.

/** Steps that set `into` to the sum of products of pairs. */
function valuesOf({ nInputs, nSums, first, left, right }) {
  const pairs = new Uint32Array(2 * left.length);
  for (let t = 0; t < left.length; t++) {
    pairs[2 * t] = left[t];
    pairs[2 * t + 1] = right[t];
  }
  const sizes = new Uint32Array(nSums);
  const into = new Uint32Array(nSums);
  for (let k = 0; k < nSums; k++) {
    sizes[k] = first[k + 1] - first[k];
    into[k] = nInputs + k;
  }
  return { sizes, pairs, into };
}

/**
 * Steps that take the slope `into` of a sum, times the second of a pair, to the first of it, from the last
 * sum.
 */
function slopesOf({ nInputs, nSums, nSlots, first, left, right }, wanted) {
  const pairs = new Uint32Array(4 * left.length);
  const sizes = new Uint32Array(nSums);
  const into = new Uint32Array(nSums);
  let n = 0;
  let end = 0;
  for (let k = nSums - 1; k >= 0; k--) {
    if (wanted[nInputs + k] === 0) {
      continue;
    }
    const begin = end;
    for (let t = first[k]; t < first[k + 1]; t++) {
      if (wanted[left[t]] === 1) {
        pairs[end++] = nSlots + left[t];
        pairs[end++] = right[t];
      }
      if (wanted[right[t]] === 1) {
        pairs[end++] = nSlots + right[t];
        pairs[end++] = left[t];
      }
    }
    sizes[n] = (end - begin) / 2;
    into[n++] = nSlots + nInputs + k;
  }
  return { sizes: sizes.subarray(0, n), pairs: pairs.subarray(0, end), into: into.subarray(0, n) };
}

// --- in JavaScript -------------------------------------------------------------------------------

function plain({ nSlots }, forward, backward, lanes) {
  const numbers = new Float64Array(2 * nSlots * lanes);
  return {
    numbers,
    memory: null,
    forward: () => addProducts(numbers, forward, lanes),
    backward: () => passSlopes(numbers, backward, lanes),
  };
}

function addProducts(numbers, { sizes, pairs, into }, lanes) {
  for (let lane = 0; lane < lanes; lane++) {
    let t = 0;
    for (let k = 0; k < sizes.length; k++) {
      const stop = t + 2 * sizes[k];
      let sum = 0;
      for (; t < stop; t += 2) {
        sum += numbers[pairs[t] * lanes + lane] * numbers[pairs[t + 1] * lanes + lane];
      }
      numbers[into[k] * lanes + lane] = sum;
    }
  }
}

function passSlopes(numbers, { sizes, pairs, into }, lanes) {
  for (let lane = 0; lane < lanes; lane++) {
    let t = 0;
    for (let k = 0; k < sizes.length; k++) {
      const stop = t + 2 * sizes[k];
      const slope = numbers[into[k] * lanes + lane];
      for (; t < stop; t += 2) {
        numbers[pairs[t] * lanes + lane] += slope * numbers[pairs[t + 1] * lanes + lane];
      }
    }
  }
}

// --- in WebAssembly ------------------------------------------------------------------------------

/** The same in WebAssembly; null where there is none, or no room. */
function compiled({ nSlots }, forward, backward, lanes, instead) {
  if (typeof WebAssembly === "undefined") {
    return null;
  }
  const size = BYTES * lanes;
  const lists = [forward, backward].flatMap(({ sizes, pairs, into }) => [
    [sizes, BYTES],
    [pairs, size],
    [into, size],
  ]);
  const places = [];
  let end = 2 * nSlots * size;
  for (const [list] of lists) {
    places.push(end);
    end += list.byteLength;
  }
  try {
    const memory = memoryOf(end, instead);
    lists.forEach(([list, unit], n) => {
      const there = new Uint32Array(memory.buffer, places[n], list.length);
      for (let i = 0; i < list.length; i++) {
        there[i] = list[i] * unit;
      }
    });
    const { exports } = new WebAssembly.Instance(moduleFor(lanes), { of: { memory } });
    const run = (loop, [sizes, pairs, into]) => () => loop(sizes, pairs, pairs, into);
    return {
      numbers: new Float64Array(memory.buffer, 0, 2 * nSlots * lanes),
      memory,
      forward: run(exports.forward, places.slice(0, 3)),
      backward: run(exports.backward, places.slice(3)),
    };
  } catch {
    return null; // a policy that forbids it, an old browser, or no memory
  }
}

/** A memory of so many bytes at least: new, or that of a kernel which is not used any more. */
function memoryOf(bytes, instead) {
  const pages = Math.ceil(bytes / PAGE);
  if (instead === null || instead.memory === null) {
    return new WebAssembly.Memory({ initial: pages });
  }
  const has = instead.memory.buffer.byteLength / PAGE;
  if (has < pages) {
    instead.memory.grow(pages - has);
  }
  return instead.memory;
}

const modules = new Map();

function moduleFor(lanes) {
  if (!modules.has(lanes)) {
    modules.set(lanes, new WebAssembly.Module(kernelBytes(lanes)));
  }
  return modules.get(lanes);
}

/**
 * The kernel's bytes. `forward` and `backward` take addresses: of the sizes, where these end, of the
 * pairs, and of `into`; slots are addresses there, and a size is in bytes.
 * @param {number} lanes
 * @returns {Uint8Array}
 */
export function kernelBytes(lanes) {
  const [sizes, sizesEnd, pairs, into, stop, one, other] = [0, 1, 2, 3, 4, 5, 6];
  const sums = Array.from({ length: lanes / 2 }, (_, n) => 7 + n);
  const each = (instructions) => sums.map((sum, n) => instructions(sum, 16 * n));
  const eachStep = (begin, eachPair, finish) =>
    ifLess(
      sizes,
      sizesEnd,
      repeatWhileLess(
        sizes,
        sizesEnd,
        [get(pairs), get(sizes), fetch32(0), plus, set(stop)],
        begin,
        ifLess(
          pairs,
          stop,
          repeatWhileLess(
            pairs,
            stop,
            [get(pairs), fetch32(0), set(one), get(pairs), fetch32(4), set(other)],
            eachPair,
            advance(pairs, 8),
          ),
        ),
        finish,
        advance(into, 4),
        advance(sizes, 4),
      ),
    );
  const product = (x, y) => [x, y, timesVectors];
  const at = (address, offset) => [get(address), fetchVector(offset)];
  const forward = eachStep(
    each((sum) => [noughts, set(sum)]),
    each((sum, lane) => [get(sum), product(at(one, lane), at(other, lane)), addVectors, set(sum)]),
    [get(into), fetch32(0), set(one), each((sum, lane) => [get(one), get(sum), storeVector(lane)])],
  );
  const backward = eachStep(
    [get(into), fetch32(0), set(one), each((sum, lane) => [at(one, lane), set(sum)])],
    each((sum, lane) => [
      [get(one), at(one, lane), product(get(sum), at(other, lane)), addVectors],
      storeVector(lane),
    ]),
    [],
  );
  const locals = { parameters: 4, numbers: 3, vectors: lanes / 2 };
  return moduleOf([
    { name: "forward", ...locals, body: forward },
    { name: "backward", ...locals, body: backward },
  ]);
}
