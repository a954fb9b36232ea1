// Sharing out a difference between two states of affairs among the steps that lead from one to the other:
// insight/shapley.py, with the same orders and the same end.
//
// The Shapley value of a step is its mean effect over all orders in which the steps can be taken. It is
// exact for a dozen steps; beyond that orders are taken in reversed pairs, with standard errors.

import { keysOf, wordsOfKeys } from "../engine/hash.js";

/**
 * How far the work goes: steps up to which all `2^n` combinations are valued, pairs of orders that are valued
 * at a time and at most, and whether shares with these errors are enough.
 */
const IN_FULL = { exact: 12, batch: 16, most: 4096, isEnough: areSettled };

/** Sampling stops when every standard error is below this part of the larger of gap and largest share. */
const TOLERANCE = 0.01;

/** Thrown where some combination on the way has no finite value. */
export class NoValueError extends Error {}

/**
 * Shares and their standard errors, [step * measures + measure]; those of a measure add up to its `gap`.
 *
 * `pairs` counts the sampled pairs of orders, 0 where the shares are exact. `converged` tells whether the
 * errors of every measure came below the tolerance.
 * @typedef {Object} ShapleyValues
 * @property {Float64Array} share
 * @property {Float64Array} standardError
 * @property {Float64Array} gap a number per measure
 * @property {number} pairs
 * @property {boolean} converged
 */

/**
 * Share out `worth(all steps) - worth(no step)`; seed and names decide which orders are sampled.
 *
 * `worth` takes which steps have been taken in m states of affairs, [m * steps], and m. It gives their
 * values, [m * measures], or a promise of them. `onBatch` is told how many pairs of orders have been
 * valued and how many there can be at most; what it throws ends the work. `how` may ask for less than it
 * takes to know all shares well.
 * @param {(taken: Uint8Array, m: number) => Float64Array | Promise<Float64Array>} worth
 * @param {string[]} steps
 * @param {number} seed
 * @param {(done: number, of: number) => void} [onBatch]
 * @param {{exact?: number, batch?: number, most?: number,
 *   isEnough?: (share: Float64Array, standardError: Float64Array, gap: Float64Array) => boolean}} [how]
 * @returns {Promise<ShapleyValues>}
 */
export async function shapley(worth, steps, seed, onBatch = () => {}, how = {}) {
  const { exact, ...sampled } = { ...IN_FULL, ...how };
  const valued = async (taken, m) => {
    const values = await worth(taken, m);
    if (!values.every(Number.isFinite)) {
      throw new NoValueError();
    }
    return values;
  };
  return steps.length <= exact
    ? overAllSets(valued, steps.length)
    : overSampledOrders(valued, steps, seed, onBatch, sampled);
}

async function overAllSets(valued, steps) {
  const m = 2 ** steps;
  const taken = new Uint8Array(m * steps);
  const size = new Uint8Array(m);
  for (let set = 0; set < m; set++) {
    for (let step = 0; step < steps; step++) {
      taken[set * steps + step] = (set >> step) & 1;
      size[set] += (set >> step) & 1;
    }
  }
  const values = await valued(taken, m);
  const measures = values.length / m;
  const weight = weightsOfSizes(steps);
  const share = new Float64Array(steps * measures);
  for (let set = 0; set < m; set++) {
    for (let step = 0; step < steps; step++) {
      const after = set | (1 << step);
      for (let k = 0; k < measures && after !== set; k++) {
        const effect = values[after * measures + k] - values[set * measures + k];
        share[step * measures + k] += weight[size[set]] * effect;
      }
    }
  }
  const gap = values.slice(-measures).map((value, k) => value - values[k]);
  return { share, standardError: new Float64Array(share.length), gap, pairs: 0, converged: true };
}

/** The part of the orders that put a given set of so many steps before a given further one. */
function weightsOfSizes(steps) {
  const factorial = [1];
  for (let n = 1; n <= steps; n++) {
    factorial.push(n * factorial[n - 1]);
  }
  const part = (k) => (factorial[k] * factorial[steps - k - 1]) / factorial[steps];
  return Array.from({ length: steps }, (_, k) => part(k));
}

/**
 * The first order of a numbered pair: the steps, by number, sorted by their hashes.
 * @param {string[]} steps
 * @param {number} seed
 * @param {number} pair
 * @returns {number[]}
 */
export function orderOf(steps, seed, pair) {
  const words = wordsOfKeys(keysOf(steps.map((step) => `${seed} ${pair} ${step}`)));
  const apart = (a, b) => words[4 * a] - words[4 * b] || words[4 * a + 1] - words[4 * b + 1] || a - b;
  return steps.map((_, step) => step).sort(apart);
}

async function overSampledOrders(valued, steps, seed, onBatch, { batch, most, isEnough }) {
  const n = steps.length;
  const values = await valued(Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 0 : 1)), 2);
  const measures = values.length / 2;
  const ends = [values.subarray(0, measures), values.subarray(measures)];
  const gap = ends[1].map((value, k) => value - ends[0][k]);
  const means = []; // of each pair, the steps' mean effects
  for (;;) {
    const orders = [];
    for (let pair = means.length; pair < means.length + batch; pair++) {
      orders.push(orderOf(steps, seed, pair));
    }
    means.push(...(await effectsOfPairs(valued, orders, ends)));
    onBatch(means.length, most);
    const { share, standardError } = meansAndErrors(means);
    const converged = isEnough(share, standardError, gap);
    if (converged || means.length >= most) {
      return { share, standardError, gap, pairs: means.length, converged };
    }
  }
}

/** The mean of each number over several lists of them, and its standard error. */
function meansAndErrors(lists) {
  const share = new Float64Array(lists[0].length);
  const squares = new Float64Array(share.length);
  for (const list of lists) {
    list.forEach((number, i) => {
      share[i] += number / lists.length;
    });
  }
  for (const list of lists) {
    list.forEach((number, i) => {
      squares[i] += (number - share[i]) ** 2;
    });
  }
  const n = lists.length;
  return { share, standardError: squares.map((sum) => Math.sqrt(sum / (n - 1)) / Math.sqrt(n)) };
}

function areSettled(share, standardError, gap) {
  const measures = gap.length;
  return gap.every((whole, k) => {
    const ofMeasure = (numbers) => numbers.filter((_, i) => i % measures === k).map(Math.abs);
    const largest = ofMeasure(share).reduce((a, b) => Math.max(a, b), Math.abs(whole));
    return ofMeasure(standardError).every((error) => error <= TOLERANCE * largest);
  });
}

/** Each step's effect, averaged over an order and its reverse: [step * measures + measure] per pair. */
async function effectsOfPairs(valued, orders, ends) {
  const n = orders[0].length;
  const measures = ends[0].length;
  const both = [...orders, ...orders.map((order) => order.toReversed())];
  const moments = n - 1;
  const taken = new Uint8Array(both.length * moments * n);
  both.forEach((order, which) => {
    for (let moment = 0; moment < moments; moment++) {
      const at = (which * moments + moment) * n;
      for (let k = 0; k <= moment; k++) {
        taken[at + order[k]] = 1;
      }
    }
  });
  const inner = await valued(taken, both.length * moments);
  const effects = orders.map(() => new Float64Array(n * measures));
  both.forEach((order, which) => {
    let before = ends[0];
    order.forEach((step, k) => {
      const at = (which * moments + k) * measures;
      const after = k < moments ? inner.subarray(at, at + measures) : ends[1];
      const effect = effects[which % orders.length];
      for (let measure = 0; measure < measures; measure++) {
        effect[step * measures + measure] += (after[measure] - before[measure]) / 2;
      }
      before = after;
    });
  });
  return effects;
}
