// Summing up a probability over draws: the mean, which is the credence to act on, and percentiles, as
// insight/estimate.py does. Where something is observed, draws count by how probable that is.

const PERCENTILES = [0.05, 0.5, 0.95];

/**
 * Sum up draws of a probability.
 * @param {ArrayLike<number>} no P(not the target) by draw, not a number where what is given is impossible
 * @param {ArrayLike<number>} yes P(target)
 * @param {Float64Array | null} weights
 * @returns {{mean: number | null, median: number | null, interval_90: [number, number] | null,
 *   meanOfNot: number | null, draws: Float64Array, logOdds: Float64Array}}
 */
export function summaryOf(no, yes, weights) {
  const draws = Float64Array.from(yes, (value) => Math.min(1, value)); // rounding may lift a quotient
  const logOdds = draws.map((value, d) => Math.log(value) - Math.log(no[d]));
  const possible = [...draws.keys()].filter((d) => !Number.isNaN(draws[d]) && (weights?.[d] ?? 1) > 0);
  if (possible.length === 0) {
    return { mean: null, median: null, interval_90: null, meanOfNot: null, draws, logOdds };
  }
  possible.sort((a, b) => draws[a] - draws[b]);
  const values = Float64Array.from(possible, (d) => draws[d]);
  const ofValues = Float64Array.from(possible, (d) => weights?.[d] ?? 1);
  const [low, median, high] = quantiles(values, ofValues, PERCENTILES);
  return {
    mean: Math.min(1, meanOf(values, ofValues)),
    median,
    interval_90: [low, high],
    meanOfNot: meanOf(possible.map((d) => no[d]), ofValues),
    draws,
    logOdds,
  };
}

/**
 * The mean of numbers by weights.
 * @param {ArrayLike<number>} values
 * @param {ArrayLike<number>} weights
 */
export function meanOf(values, weights) {
  let sum = 0;
  let whole = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    whole += weights[i];
  }
  return sum / whole;
}

/**
 * Quantiles of sorted numbers, between neighbours on a straight line. With equal weights the k-th of n
 * numbers, counted from 0, is the quantile k / (n - 1), as numpy has it; with others, a number moves on by
 * the weight of those before it and its own.
 * @param {Float64Array} values
 * @param {Float64Array} weights
 * @param {number[]} shares
 * @returns {number[]}
 */
export function quantiles(values, weights, shares) {
  const n = values.length;
  const places = new Float64Array(n);
  let before = 0;
  for (let k = 0; k < n; k++) {
    places[k] = k * weights[k] + (n - 1) * before;
    before += weights[k];
  }
  return shares.map((share) => {
    const place = share * places[n - 1];
    let k = 0;
    while (k < n - 2 && places[k + 1] <= place) {
      k += 1;
    }
    if (n === 1) {
      return values[0];
    }
    const along = Math.min(1, Math.max(0, (place - places[k]) / (places[k + 1] - places[k])));
    return values[k] + (values[k + 1] - values[k]) * along;
  });
}

/**
 * Weights from their logarithms, the largest of them 1; all 0 where nothing is possible.
 * @param {Float64Array} logWeights
 */
export function weightsOf(logWeights) {
  const most = logWeights.reduce((a, b) => Math.max(a, b), -Infinity);
  return logWeights.map((log) => (most === -Infinity ? 0 : Math.exp(log - most)));
}

/**
 * How many draws of equal weight weighted ones are worth.
 * @param {Float64Array} weights
 */
export function effectiveNumber(weights) {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return squares > 0 ? (sum * sum) / squares : 0;
}

/**
 * The standard error of a mean over draws.
 * @param {{mean: number | null, draws: Float64Array}} summary of `summaryOf`
 * @param {Float64Array | null} weights
 * @returns {number | null}
 */
export function errorOf({ mean, draws }, weights) {
  if (mean === null) return null;
  let [squares, whole, n] = [0, 0, 0];
  draws.forEach((value, d) => {
    const weight = Number.isNaN(value) ? 0 : (weights?.[d] ?? 1);
    squares += (weight * (value - mean)) ** 2;
    whole += weight;
    n += weight > 0 ? 1 : 0;
  });
  return n > 1 ? Math.sqrt((squares * n) / (n - 1)) / whole : null;
}
