// About how many more questions would matter: the best ones are answered in thought, one after another, as
// if everything were linear.

import { dot } from "./algebra.js";

/** How many questions are thought of: the best ones. */
export const THOUGHT_OF = 30;

/** How many of them are counted at most. */
export const MOST = 20;

/**
 * About how many of the best questions would matter, asked in turn; `MOST` where it is more.
 * @param {{slope: Float64Array, noise: number}[]} asked what the best questions observe
 * @param {Belief} belief @param {Float64Array} toTarget covariances of all deviations with the target's
 * logit
 * @param {number} least by how much a question must be expected to move that logit
 */
export function howManyMatter(asked, belief, toTarget, least) {
  const carried = asked.map(({ slope }) => belief.covariances(slope));
  const matrix = asked.map(({ slope }) => carried.map((row) => dot(slope, row)));
  const along = asked.map(({ slope }) => dot(slope, toTarget));
  const left = new Set(asked.keys());
  let count = 0;
  while (left.size > 0 && count < MOST) {
    const worth = (k) => along[k] ** 2 / (matrix[k][k] + asked[k].noise);
    const best = [...left].reduce((one, other) => (worth(other) > worth(one) ? other : one));
    if (Math.sqrt(Math.max(worth(best), 0)) < least) break;
    learn(matrix, along, best, asked[best].noise);
    left.delete(best);
    count += 1;
  }
  return count;
}

/** Take off what is known once one of them is answered. */
function learn(matrix, along, best, noise) {
  const row = [...matrix[best]];
  const total = row[best] + noise;
  const ofTarget = along[best];
  for (let i = 0; i < along.length; i++) {
    along[i] -= (row[i] * ofTarget) / total;
    for (let k = 0; k < along.length; k++) matrix[i][k] -= (row[i] * row[k]) / total;
  }
}
