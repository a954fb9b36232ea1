// Making a plan smaller by what is exactly 0 or 1: products with 0 go, factors of 1 go, sums of the same
// products are written once, and what the root does not need is left out. The answers stay the same.

const ZERO = -2;
const ONE = -1;

/** With how many sums of about its hash a sum is compared before it is written again. */
const MOST_TRIES = 64;

/**
 * Specialise a plan. Inputs keep their slots, so whatever runs the plan is given the same numbers as
 * before; what is certain is not looked at any more. After them there is one more constant, a 1.
 *
 * @param {Plan} plan
 * @param {Int8Array | null} certain by entry of the network: 0 or 1 where it is exactly that, -1 elsewhere
 * @param {Int8Array | null} [indicators] the same by indicator
 * @returns {Plan}
 */
export function specialise(plan, certain, indicators = null) {
  const names = namesOfInputs(plan, certain, indicators);
  return needed(plan, names, written(plan, names));
}

/** What every slot is called now: `ZERO`, `ONE` or a slot. Those of sums are still to be found. */
function namesOfInputs(plan, certain, indicators) {
  const { nLoads, loads, nIndicators, constants } = plan;
  const names = new Int32Array(plan.nSlots);
  const note = (slot, value) => {
    names[slot] = value === 0 ? ZERO : value === 1 ? ONE : slot;
  };
  for (let i = 0; i < nLoads; i++) {
    note(i, loads[i] === 0 ? 1 : certain === null ? -1 : certain[loads[i]]);
  }
  for (let i = 0; i < nIndicators; i++) {
    note(nLoads + i, indicators === null ? -1 : indicators[i]);
  }
  for (let i = 0; i < constants.length; i++) {
    note(nLoads + nIndicators + i, constants[i]);
  }
  return names;
}

/**
 * Write down the sums that are none of 0, 1, another number and an earlier sum, and note what all are
 * called. The sum that is written as the n-th has the slot `nInputs + 1 + n`.
 */
function written(plan, names) {
  const { nInputs, nSums, first, left, right } = plan;
  const a = new Int32Array(left.length);
  const b = new Int32Array(left.length);
  const sums = { a, b, starts: new Int32Array(nSums + 1), size: 0 };
  const places = emptyTable(nSums);
  for (let k = 0; k < nSums; k++) {
    const begin = sums.starts[sums.size];
    let end = begin;
    for (let t = first[k], stop = first[k + 1]; t < stop; t++) {
      const x = names[left[t]];
      const y = names[right[t]];
      if (x !== ZERO && y !== ZERO) {
        // the smaller first, so that equal products are written alike; `ONE` is smaller than any slot
        a[end] = x < y ? x : y;
        b[end++] = x < y ? y : x;
      }
    }
    if (end === begin) {
      names[nInputs + k] = ZERO;
    } else if (end === begin + 1 && a[begin] === ONE) {
      names[nInputs + k] = b[begin];
    } else {
      names[nInputs + k] = nInputs + 1 + numberOfSum(sums, end, places, nInputs);
    }
  }
  return sums;
}

/**
 * The number of the sum whose products have just been written up to `end`: an earlier one's, or its own.
 */
function numberOfSum(sums, end, places, unit) {
  const { a, b, starts, size } = sums;
  const begin = starts[size];
  let hash = 0;
  for (let t = begin; t < end; t++) {
    if (a[t] === ONE) {
      a[t] = unit;
    }
    if (b[t] === ONE) {
      b[t] = unit;
    }
    hash = Math.imul(hash ^ a[t], 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ b[t], 0x85ebca6b);
  }
  const last = places.length - 1;
  let place = (hash ^ (hash >>> 16)) & last;
  for (let tries = 0; tries < MOST_TRIES && places[place] >= 0; tries++) {
    if (isSame(sums, places[place], begin, end)) {
      return places[place];
    }
    place = (place + 1) & last;
  }
  if (places[place] < 0) {
    places[place] = size;
  }
  starts[size + 1] = end;
  sums.size += 1;
  return size;
}

function emptyTable(nSums) {
  let size = 1024;
  while (size < 2 * nSums) {
    size *= 2;
  }
  return new Int32Array(size).fill(-1);
}

function isSame({ a, b, starts }, number, begin, end) {
  let s = starts[number];
  if (starts[number + 1] - s !== end - begin) {
    return false;
  }
  for (let t = begin; t < end; t++, s++) {
    if (a[s] !== a[t] || b[s] !== b[t]) {
      return false;
    }
  }
  return true;
}

/** The plan of the sums that the root needs. */
function needed(plan, names, { a, b, starts, size }) {
  const unit = plan.nInputs;
  const firstSum = unit + 1;
  const roots = Array.from(plan.root, (slot) => names[slot]).filter((name) => name !== ZERO);
  const root = Int32Array.from(roots, (name) => (name === ONE ? unit : name));
  const number = new Int32Array(firstSum + size);
  for (const slot of root) {
    number[slot] = 1;
  }
  for (let k = size - 1; k >= 0; k--) {
    if (number[firstSum + k] === 0) {
      continue;
    }
    for (let t = starts[k]; t < starts[k + 1]; t++) {
      number[a[t]] = number[b[t]] = 1;
    }
  }
  let nSums = 0;
  let nProducts = 0;
  for (let slot = 0; slot <= unit; slot++) {
    number[slot] = slot;
  }
  for (let k = 0; k < size; k++) {
    if (number[firstSum + k] === 0) {
      continue;
    }
    number[firstSum + k] = firstSum + nSums;
    nSums += 1;
    nProducts += starts[k + 1] - starts[k];
  }
  const first = new Int32Array(nSums + 1);
  const left = new Int32Array(nProducts);
  const right = new Int32Array(nProducts);
  let sum = 0;
  let end = 0;
  for (let k = 0; k < size; k++) {
    if (number[firstSum + k] === 0) {
      continue;
    }
    for (let t = starts[k]; t < starts[k + 1]; t++, end++) {
      left[end] = number[a[t]];
      right[end] = number[b[t]];
    }
    first[++sum] = end;
  }
  return {
    ...plan,
    constants: Float64Array.of(...plan.constants, 1),
    nInputs: firstSum,
    nSums,
    nSlots: firstSum + nSums,
    first,
    left,
    right,
    root: root.map((slot) => number[slot]),
  };
}
