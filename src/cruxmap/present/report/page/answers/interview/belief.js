// What is believed of all numbers once some things have been observed: a normal distribution, of low rank.
// As insight/interview/belief.py. Nothing here has a row and a column for each judgement.

import { addTo, cholesky, dot, solved, solvedBelow } from "./algebra.js";

/**
 * A prior, and observations that are linear in deviations: `slope` times these, with a variance `noise`.
 */
export class Belief {
  /**
   * @param {Coordinates} at @param {Prior} prior
   * @param {{slope: Float64Array, noise: number}[]} observations
   */
  constructor(at, prior, observations) {
    Object.assign(this, { at, prior, observations });
    /** The prior covariances with what is observed. */
    this.reached = observations.map(({ slope }) => this.before(slope));
    const matrix = observations.map(({ noise }, i) =>
      observations.map(({ slope }, j) => dot(slope, this.reached[i]) + (i === j ? noise : 0)),
    );
    this.lower = cholesky(matrix);
  }

  /** The prior covariances of deviations with what has this slope. @param {Float64Array} slope */
  before(slope) {
    const { own, factors } = this.prior;
    const along = this.at.centre(slope.slice());
    const found = this.at.centre(along.map((one, j) => own[j] * one));
    for (const factor of factors) addTo(found, dot(factor, along), factor);
    return found;
  }

  /** The same, given what is observed. */
  covariances(slope) {
    const found = this.before(slope);
    const weights = solved(this.lower, this.seenWith(slope));
    this.reached.forEach((row, i) => addTo(found, -weights[i], row));
    return found;
  }

  /** The prior covariance of each observation with what has this slope. */
  seenWith(slope) {
    return this.reached.map((row) => dot(row, slope));
  }

  /** The variance of what has this slope, given what is observed. */
  varianceOf(slope) {
    const along = this.at.centre(slope.slice());
    const { own, factors } = this.prior;
    let sum = 0;
    for (let j = 0; j < along.length; j++) sum += own[j] * along[j] ** 2;
    for (const factor of factors) sum += dot(factor, along) ** 2;
    const known = solvedBelow(this.lower, this.seenWith(slope));
    return sum - dot(known, known);
  }

  /** The variances of all deviations, given what is observed. */
  get variances() {
    const { own, factors } = this.prior;
    const found = own.slice();
    this.at.rows.forEach((row, r) => {
      const s = row.map((j) => this.at.sd[j] / this.at.lengths[r]);
      const all = row.reduce((sum, j, k) => sum + own[j] * s[k] ** 2, 0);
      row.forEach((j, k) => {
        found[j] = own[j] - 2 * own[j] * s[k] ** 2 + s[k] ** 2 * all;
      });
    });
    for (const factor of factors) for (let j = 0; j < found.length; j++) found[j] += factor[j] ** 2;
    const column = new Float64Array(this.reached.length);
    for (let j = 0; j < found.length; j++) {
      for (let i = 0; i < column.length; i++) column[i] = this.reached[i][j];
      const known = solvedBelow(this.lower, column);
      found[j] -= dot(known, known);
    }
    return found;
  }

  /** How hard each observation pulls where something is seen. @param {ArrayLike<number>} seen */
  pulls(seen) {
    return solved(this.lower, seen);
  }

  /** The mean for pulls. */
  mean(pulls) {
    const found = new Float64Array(this.at.size);
    this.reached.forEach((row, i) => addTo(found, pulls[i], row));
    return found;
  }
}
