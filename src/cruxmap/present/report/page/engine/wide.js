// Running a plan in numbers of wide range, value * 2^(256 power), for one column: exact where Z is so
// small that doubles lose it. Slow, and seldom needed. As in Python's engine.

const SCALE = 2 ** 256;
const HALF = 2 ** 128;
const LOG_SCALE = 256 * Math.LN2;

/** How many reasons for Z = 0 are remembered. */
const KNOWN = 4;

/**
 * The same as `wideRun` of a plan, for one column after another: if one is impossible, so are all that are
 * 0 in the same places.
 * @param {Plan} plan
 * @returns {(inputs: Float64Array, gradient: boolean) => {logZ: number, slopes: Float64Array | null}}
 */
export function wideRunner(plan) {
  const known = [];
  return (inputs, gradient) => {
    if (known.some((noughts) => noughts.every((slot) => inputs[slot] === 0))) {
      return impossible(plan, gradient);
    }
    const found = wideRun(plan, inputs, gradient);
    if (found.logZ === -Infinity) {
      known.unshift([...inputs.keys()].filter((slot) => inputs[slot] === 0));
      known.length = Math.min(known.length, KNOWN);
    }
    return found;
  };
}

function impossible(plan, gradient) {
  return { logZ: -Infinity, slopes: gradient ? new Float64Array(plan.nInputs) : null };
}

/**
 * Run a plan for one column.
 * @param {Plan} plan
 * @param {Float64Array} inputs by input slot
 * @param {boolean} gradient whether slopes are wanted
 * @returns {{logZ: number, slopes: Float64Array | null}} log Z, -Infinity where it is 0, and by input slot
 *   the slope d Z / d input divided by Z, 0 where Z is 0
 */
export function wideRun(plan, inputs, gradient) {
  if (!isPossible(plan, inputs)) {
    return impossible(plan, gradient);
  }
  const numbers = wideNumbers(2 * plan.nSlots);
  for (let slot = 0; slot < plan.nInputs; slot++) {
    numbers.put(slot, inputs[slot], 0);
  }
  for (let k = 0; k < plan.nSums; k++) {
    const slot = plan.nInputs + k;
    for (let t = plan.first[k]; t < plan.first[k + 1]; t++) {
      numbers.addProduct(slot, plan.left[t], plan.right[t]);
    }
  }
  const z = wideNumbers(1);
  for (const slot of plan.root) {
    z.add(0, numbers.values[slot], numbers.powers[slot]);
  }
  const logZ = Math.log(z.values[0]) + z.powers[0] * LOG_SCALE;
  if (!gradient) {
    return { logZ, slopes: null };
  }
  passSlopes(plan, numbers);
  return { logZ, slopes: inputs.map((_, slot) => numbers.over(plan.nSlots + slot, z)) };
}

/** Whether Z is more than 0, whatever its size. */
function isPossible({ nInputs, nSums, nSlots, first, left, right, root }, inputs) {
  const possible = new Uint8Array(nSlots);
  for (let slot = 0; slot < nInputs; slot++) {
    possible[slot] = inputs[slot] === 0 ? 0 : 1;
  }
  for (let k = 0; k < nSums; k++) {
    let any = 0;
    for (let t = first[k]; any === 0 && t < first[k + 1]; t++) {
      any = possible[left[t]] & possible[right[t]];
    }
    possible[nInputs + k] = any;
  }
  return root.some((slot) => possible[slot] === 1);
}

function passSlopes({ nInputs, nSums, nSlots, first, left, right, root }, numbers) {
  for (const slot of root) {
    numbers.add(nSlots + slot, 1, 0);
  }
  for (let k = nSums - 1; k >= 0; k--) {
    const slope = nSlots + nInputs + k;
    for (let t = first[k]; t < first[k + 1]; t++) {
      numbers.addProduct(nSlots + left[t], slope, right[t]);
      numbers.addProduct(nSlots + right[t], slope, left[t]);
    }
  }
}

/** So many numbers, all 0 at first: `values[n] * SCALE ** powers[n]`, the value within `HALF` of 1. */
function wideNumbers(size) {
  const values = new Float64Array(size);
  const powers = new Int32Array(size);

  function put(n, value, power) {
    while (value >= HALF && value < Infinity) {
      value /= SCALE;
      power += 1;
    }
    while (value > 0 && value < 1 / HALF) {
      value *= SCALE;
      power -= 1;
    }
    values[n] = value;
    powers[n] = value === 0 ? 0 : power;
  }

  /** Add to the n-th number; what is a `SCALE` smaller twice over is lost in rounding. */
  function add(n, value, power) {
    if (value === 0) {
      return;
    }
    const ahead = power - powers[n];
    if (values[n] === 0 || ahead > 1) {
      put(n, value, power);
    } else if (ahead === 1) {
      put(n, value + values[n] / SCALE, power);
    } else if (ahead === 0) {
      put(n, values[n] + value, power);
    } else if (ahead === -1) {
      put(n, values[n] + value / SCALE, powers[n]);
    }
  }

  /** Add the product of two others to the n-th number. */
  function addProduct(n, a, b) {
    let value = values[a] * values[b];
    let power = powers[a] + powers[b];
    if (value > 0 && value < 1 / HALF) {
      value *= SCALE;
      power -= 1;
    }
    add(n, value, power);
  }

  /** The n-th number over another, as an ordinary one. */
  function over(n, other) {
    let ratio = values[n] / other.values[0];
    let power = powers[n] - other.powers[0];
    for (; power > 0 && ratio > 0 && ratio < Infinity; power--) {
      ratio *= SCALE;
    }
    for (; power < 0 && ratio > 0; power++) {
      ratio /= SCALE;
    }
    return ratio;
  }

  return { values, powers, put, add, addProduct, over };
}
