// What is believed of a reviewer's numbers before they answer. insight/interview/prior.py finds it, and it
// travels with the page as its factors.

/** What whole numbers that travel are parts of. */
const GRAIN = 1024;

/**
 * `own` are variances of each coordinate by itself, `factors` what moves them together; both are 0 where
 * nothing may move.
 * @typedef {{own: Float64Array, factors: Float64Array[]}} Prior
 */

/**
 * The prior that travels.
 * @param {Coordinates} at
 * @param {{own: number[], factors: {weight: number, steps: number[], grains: number[]}[]}} written each
 * factor
 *   at places that are told by the steps to them, in 1024ths
 * @returns {Prior}
 */
export function priorOf(at, { own, factors }) {
  const columns = factors.map(({ weight, steps, grains }) => {
    const column = new Float64Array(at.size);
    let place = 0;
    steps.forEach((step, k) => {
      place += step;
      column[place] = grains[k] / GRAIN;
    });
    return at.centre(column).map((value) => value * weight);
  });
  return { own: Float64Array.from(own), factors: columns };
}
