// The search for where a belief is highest, by steps of Gauss and Newton, each mixed with the last few:
// step by step as insight/interview/search.py, which says where that is from.

import { cholesky, dot, solved } from "./algebra.js";

const SETTLED = 1e-4;
const MOST_STEPS = 20;
const REMEMBERED = 4;
const SHORTEST = 1e-3;
const HARDLY_LESS = 1e-9;
const RIDGE = 1e-10;

/**
 * A point `z`, and the `source` that it comes from: `z` is the prior covariance times that.
 * @typedef {{z: Float64Array, source: Float64Array}} Place
 */

/**
 * The point where steps end. `cost` of a point is minus the logarithm of how likely it is.
 * @template {{place: Place, cost: number}} P
 * @param {P} start @param {(point: P) => Place} step where a step leads @param {(place: Place) => P} at
 * @returns {P}
 */
export function likeliest(start, step, at) {
  let here = start;
  let steps = [];
  for (let k = 0; k < MOST_STEPS; k++) {
    const end = step(here);
    const way = plus(end, -1, here.place);
    if (way.z.every((value) => Math.abs(value) < SETTLED)) break;
    steps = [...steps.slice(-REMEMBERED), { end, way }];
    let there = at(mixed(steps));
    if (steps.length > 1 && there.cost > here.cost + HARDLY_LESS) {
      steps = steps.slice(-1);
      there = at(end);
    }
    for (let part = 1; there.cost > here.cost + HARDLY_LESS && part > SHORTEST; ) {
      part /= 2;
      there = at(plus(here.place, part, way));
    }
    here = there;
  }
  return here;
}

/** The place that is part of the way of another further on. */
function plus(place, part, other) {
  const moved = (from, by) => from.map((value, j) => value + part * by[j]);
  return { z: moved(place.z, other.z), source: moved(place.source, other.source) };
}

/** The product of two places under the inverse of the prior covariance. */
export function times(one, other) {
  return dot(one.source, other.z);
}

/** The end of the last step, less what the steps before have in common with its way. */
function mixed(steps) {
  const last = steps.at(-1);
  const ways = steps.slice(1).map(({ way }, k) => plus(way, -1, steps[k].way));
  if (ways.length === 0) return last.end;
  const products = ways.map((one) => ways.map((other) => times(one, other)));
  const ridge = RIDGE * products.reduce((trace, row, k) => trace + row[k], 0);
  products.forEach((row, k) => (row[k] += ridge));
  const shares = solved(cholesky(products), ways.map((one) => times(one, last.way)));
  return shares.reduce((end, share, k) => plus(end, -share, plus(steps[k + 1].end, -1, steps[k].end)), last.end);
}
