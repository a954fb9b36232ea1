// Running a plan: all of its sums, and then their slopes, for several lanes side by side. A lane is a
// setting of the loads and the indicators. WebAssembly does it, or JavaScript where that is not to be had:
// both add up the same products in the same order, so their numbers are the same.
//
// A slope is a sum of products too: of the slope of each sum that the slot is in and the other factor
// there. So one loop serves values and slopes.

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
import { wideRunner } from "./wide.js";

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
 * @param {Uint8Array | null} [options.inputs] by input slot, those whose slopes will be wanted (null: all)
 * @param {object | null} [options.instead] a kernel that is not used any more: its memory is taken over
 */
export function makeKernel(plan, { lanes = 2, wasm = true, inputs = null, instead = null } = {}) {
  const wanted = slotsChangingWith(plan, inputs ?? new Uint8Array(plan.nInputs).fill(1));
  const lists = [valuesOf(plan), slopesOf(plan, wanted)];
  const machine = wasm ? compiled(plan, lists, lanes, instead) : null;
  return kernelOf(plan, lanes, machine ?? plain(plan, lists, lanes));
}

/**
 * A kernel on a machine that fills `numbers` [slot * lanes + lane]: the values of all slots, then their
 * slopes, then a 1.
 */
function kernelOf(plan, lanes, machine) {
  const { nLoads, nIndicators, nSlots, nInputs, constants, loads } = plan;
  const { numbers } = machine;
  const values = numbers.subarray(0, nSlots * lanes);
  const slopes = numbers.subarray(nSlots * lanes, 2 * nSlots * lanes);
  const indicators = values.subarray(nLoads * lanes, (nLoads + nIndicators) * lanes);
  const ofIndicators = new Float64Array(nIndicators * lanes);
  const ofLoads = slopes.subarray(0, nLoads * lanes);
  const z = new Float64Array(lanes);
  const logZ = new Float64Array(lanes);
  const column = new Float64Array(nInputs);
  const runWide = wideRunner(plan);
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
    machine.fillSlopes();
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
      for (let slot = 0; slot < nInputs; slot++) {
        column[slot] = values[slot * lanes + lane];
      }
      const found = runWide(column, gradient);
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
      machine.fillValues();
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
// A list of steps: `sizes` says how many pairs of numbers each has, `pairs` has them one after another,
// and `into` is where the sum of their products goes. The slope of a slot has the number `nSlots` later,
// and the last number is 1.

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

/** The slopes of the slots that are wanted, from the last one to the first. */
function slopesOf(plan, wanted) {
  const { nInputs, nSums, nSlots, first, left, right, root } = plan;
  const { sizes, into, begins, nPairs } = stepsOfSlopes(timesUsed(plan, wanted));
  const pairs = new Uint32Array(2 * nPairs);
  const note = (slot, slope, value) => {
    const at = 2 * begins[slot]++;
    pairs[at] = slope;
    pairs[at + 1] = value;
  };
  for (const slot of root) {
    if (wanted[slot] === 1) {
      note(slot, 2 * nSlots, 2 * nSlots);
    }
  }
  for (let k = nSums - 1; k >= 0; k--) {
    const slope = nSlots + nInputs + k;
    for (let t = first[k]; t < first[k + 1]; t++) {
      if (wanted[left[t]] === 1) {
        note(left[t], slope, right[t]);
      }
      if (wanted[right[t]] === 1) {
        note(right[t], slope, left[t]);
      }
    }
  }
  return { sizes, pairs, into };
}

/** How often each wanted slot is a factor, or is in the root. */
function timesUsed({ nSlots, left, right, root }, wanted) {
  const counts = new Int32Array(nSlots);
  for (const slot of root) {
    counts[slot] += wanted[slot];
  }
  for (let t = 0; t < left.length; t++) {
    counts[left[t]] += wanted[left[t]];
    counts[right[t]] += wanted[right[t]];
  }
  return counts;
}

/** A step for each slot that is used, from the last one, and where the pairs of each begin. */
function stepsOfSlopes(counts) {
  const nSlots = counts.length;
  const begins = new Int32Array(nSlots);
  const sizes = new Uint32Array(nSlots);
  const into = new Uint32Array(nSlots);
  let [n, nPairs] = [0, 0];
  for (let slot = nSlots - 1; slot >= 0; slot--) {
    begins[slot] = nPairs;
    nPairs += counts[slot];
    if (counts[slot] > 0) {
      sizes[n] = counts[slot];
      into[n++] = nSlots + slot;
    }
  }
  return { sizes: sizes.subarray(0, n), into: into.subarray(0, n), begins, nPairs };
}

// --- in JavaScript -------------------------------------------------------------------------------

function plain({ nSlots }, [values, slopes], lanes) {
  const numbers = new Float64Array((2 * nSlots + 1) * lanes);
  numbers.fill(1, 2 * nSlots * lanes);
  return {
    numbers,
    memory: null,
    fillValues: () => addProducts(numbers, values, lanes),
    fillSlopes: () => addProducts(numbers, slopes, lanes),
  };
}

/** Two lanes at a time: a pair of slots is looked up once for both. */
function addProducts(numbers, { sizes, pairs, into }, lanes) {
  for (let lane = 0; lane < lanes; lane += 2) {
    let t = 0;
    for (let k = 0; k < sizes.length; k++) {
      const stop = t + 2 * sizes[k];
      let [sum, next] = [0, 0];
      for (; t < stop; t += 2) {
        const one = pairs[t] * lanes + lane;
        const other = pairs[t + 1] * lanes + lane;
        sum += numbers[one] * numbers[other];
        next += numbers[one + 1] * numbers[other + 1];
      }
      const at = into[k] * lanes + lane;
      numbers[at] = sum;
      numbers[at + 1] = next;
    }
  }
}

// --- in WebAssembly ------------------------------------------------------------------------------

/** The same in WebAssembly; null where there is none, or no room. */
function compiled({ nSlots }, lists, lanes, instead) {
  if (typeof WebAssembly === "undefined") {
    return null;
  }
  const size = BYTES * lanes;
  const arrays = lists.flatMap(({ sizes, pairs, into }) => [
    [sizes, BYTES],
    [pairs, size],
    [into, size],
  ]);
  const places = [];
  let end = (2 * nSlots + 1) * size;
  for (const [array] of arrays) {
    places.push(end);
    end += array.byteLength;
  }
  try {
    const memory = memoryOf(end, instead);
    arrays.forEach(([array, unit], n) => {
      const there = new Uint32Array(memory.buffer, places[n], array.length);
      for (let i = 0; i < array.length; i++) {
        there[i] = array[i] * unit;
      }
    });
    const { exports } = new WebAssembly.Instance(moduleFor(lanes), { of: { memory } });
    const run = ([sizes, pairs, into]) => () => exports.addProducts(sizes, pairs, pairs, into);
    const numbers = new Float64Array(memory.buffer, 0, (2 * nSlots + 1) * lanes);
    numbers.fill(0).fill(1, 2 * nSlots * lanes);
    return {
      numbers,
      memory,
      fillValues: run(places.slice(0, 3)),
      fillSlopes: run(places.slice(3)),
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
 * The kernel's bytes. Its one function takes addresses: of the sizes, where these end, of the pairs, and
 * of `into`; numbers are addresses there, and a size is in bytes.
 * @param {number} lanes
 * @returns {Uint8Array}
 */
export function kernelBytes(lanes) {
  const [sizes, sizesEnd, pairs, into, stop, one, other] = [0, 1, 2, 3, 4, 5, 6];
  const sums = Array.from({ length: lanes / 2 }, (_, n) => 7 + n);
  const each = (instructions) => sums.map((sum, n) => instructions(sum, 16 * n));
  const addProduct = [
    [get(pairs), fetch32(0), set(one)],
    [get(pairs), fetch32(4), set(other)],
    each((sum, lane) => [
      [get(sum), get(one), fetchVector(lane), get(other), fetchVector(lane)],
      [timesVectors, addVectors, set(sum)],
    ]),
    advance(pairs, 8),
  ];
  const step = [
    [get(pairs), get(sizes), fetch32(0), plus, set(stop)],
    each((sum) => [noughts, set(sum)]),
    repeatWhileLess(pairs, stop, addProduct),
    [get(into), fetch32(0), set(one)],
    each((sum, lane) => [get(one), get(sum), storeVector(lane)]),
    advance(into, 4),
    advance(sizes, 4),
  ];
  const body = ifLess(sizes, sizesEnd, repeatWhileLess(sizes, sizesEnd, step));
  return moduleOf([{ name: "addProducts", parameters: 4, numbers: 3, vectors: lanes / 2, body }]);
}

/**
 * What a kernel answers for one lane, over what the numbers are shares of; 0 where that is 0.
 * @param {Float64Array} values lane by lane @param {number} lane @param {number} lanes how many there are
 * @param {number} z @returns {Float64Array}
 */
export function laneOf(values, lane, lanes, z) {
  const found = new Float64Array(values.length / lanes);
  if (!(z > 0)) return found;
  for (let k = 0; k < found.length; k++) found[k] = values[k * lanes + lane] / z;
  return found;
}
