/** An axis of probabilities on the log-odds scale, on which "twice the odds" is as far everywhere. */

import { logit } from "../engine/special.js";

const LEAST_WIDTH = Math.log(30);

const [FARTHEST, ROOM] = [Math.log(1e12), 0.05];

const MAJOR = [
  1e-12,
  1e-10,
  1e-8,
  1e-6,
  1e-5,
  1e-4,
  1e-3,
  0.01,
  0.1,
  0.5,
  0.9,
  0.99,
  0.999,
  0.9999,
  0.99999,
  1 - 1e-6,
];

const MINOR = [2e-4, 5e-4, 2e-3, 5e-3, 0.02, 0.05, 0.2, 0.3, 0.7, 0.8, 0.95, 0.98, 0.995, 0.998];

/**
 * An axis that shows all of some probabilities; 0 and 1 stand at its ends.
 *
 * @param {Array<number|null|undefined>} probabilities what is no number is passed over
 * @returns {{low: number, high: number}} its ends in log-odds
 */
export function axisOf(probabilities) {
  const inside = probabilities.filter((p) => p > 0 && p < 1).map((p) => clipped(logit(p)));
  const [least, most] = inside.length ? [Math.min(...inside), Math.max(...inside)] : [-2, 2];
  const width = Math.max(LEAST_WIDTH, (most - least) * (1 + 2 * ROOM));
  const middle = (least + most) / 2;
  return { low: middle - width / 2, high: middle + width / 2 };
}

function clipped(u) {
  return Math.max(-FARTHEST, Math.min(FARTHEST, u));
}

/** Returns where a probability stands on an axis, from 0 to 1; beyond an end it stands there. */
export function along(axis, probability) {
  if (probability <= 0) return 0;
  if (probability >= 1) return 1;
  return Math.max(0, Math.min(1, (logit(probability) - axis.low) / (axis.high - axis.low)));
}

/** Returns the same for log-odds. */
export function alongLogOdds(axis, u) {
  return Math.max(0, Math.min(1, (u - axis.low) / (axis.high - axis.low)));
}

/** Returns up to `most` probabilities to write below an axis: round ones first, none near another. */
export function ticksAlong(axis, most = 7) {
  const shown = (p) => logit(p) >= axis.low && logit(p) <= axis.high;
  const major = MAJOR.filter(shown);
  if (major.length > most) return everyNth(major, Math.ceil(major.length / most));
  const ticks = [...major];
  for (const p of major.length < 4 ? MINOR.filter(shown) : []) {
    const near = ticks.some((tick) => Math.abs(along(axis, tick) - along(axis, p)) < 0.75 / most);
    if (!near && ticks.length < most) ticks.push(p);
  }
  return ticks.sort((a, b) => a - b);
}

/** Keeps every nth of a list, with one half among them where it is there. */
function everyNth(list, n) {
  const half = Math.max(0, list.indexOf(0.5));
  return list.filter((_, i) => (i - half) % n === 0);
}

/**
 * Returns how dense draws lie along an axis, as heights from 0 to 1 at evenly spaced places from 0 to 1.
 *
 * The quantiles (percentiles 0 to 100) are taken as draws and smoothed on the log-odds scale. Null where
 * they are all but one point, so that there is no shape to draw.
 */
export function densityAlong(axis, quantiles, places = 121) {
  const at = middles(quantiles.map((p) => alongUnclipped(axis, p)));
  const spread = deviation(at);
  if (!(spread > 0.004)) return null;
  const width = Math.max(0.006, 0.9 * spread * at.length ** -0.2);
  const heights = Array.from({ length: places }, (_, i) => {
    const x = i / (places - 1);
    return at.reduce((sum, y) => sum + Math.exp(-0.5 * ((x - y) / width) ** 2), 0);
  });
  const highest = Math.max(...heights);
  return heights.map((height) => height / highest);
}

function alongUnclipped(axis, p) {
  const u = p <= 0 ? -FARTHEST : p >= 1 ? FARTHEST : clipped(logit(p));
  return (u - axis.low) / (axis.high - axis.low);
}

function middles(list) {
  return list.slice(1).map((value, i) => (value + list[i]) / 2);
}

function deviation(list) {
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  return Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length);
}
