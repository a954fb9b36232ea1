// What questions are worth: by how much an answer is expected to move the target's log-odds. As
// insight/interview/worth.py, which says where the method is from.

import { expit } from "../../engine/special.js";
import { addTo, cholesky, dot } from "./algebra.js";
import { DEGREES_OF_FREEDOM, unit } from "./believed.js";
import { SD_OF_A_JUDGEMENT, SD_OF_A_STATEMENT } from "./observed.js";

const KURTOSIS = 3 + 6 / (DEGREES_OF_FREEDOM - 4);
const SHORTLIST = 20;
const UNLIKELIEST = 0.03;
const ROUNDED = 1e9;

/**
 * A question, the variance of the target's log-odds over its answers (`value`), and what an answer
 * `observes`: of several numbers, that which tells most of the target.
 * @typedef {{question: Question, value: number, observes: {slope: Float64Array, noise: number}}} Worth
 */

/** What is worth most first, to so many decimals; ties in the order of ids. */
export function ranked(worth) {
  return [...worth].sort(({ question: one, value }, { question: other, value: otherValue }) => {
    const difference = rounded(otherValue) - rounded(value);
    if (difference !== 0) return difference;
    if (one.id !== other.id) return one.id < other.id ? -1 : 1;
    return one.kind < other.kind ? -1 : 1;
  });
}

/** A number to so many decimals, times their power of ten. */
export function rounded(value) {
  return Math.round(value * ROUNDED);
}

/**
 * Statements ranked by their slopes at the map's numbers, and the first of them anew by fresh ones.
 * @param {Believed} now @param {(question: Question) => boolean} isOut what is not asked for
 * @returns {Worth[]}
 */
export function worthOfStatements(now, isOut) {
  const { laid, z } = now;
  const left = laid.ground.statements.filter(({ question }) => !isOut(question));
  const stale = left.map(({ slope }) => along(now, laid.withoutKnown(slope.slice())));
  const values = spread(now, stale);
  const short = ranked(left.map((one, k) => ({ ...one, value: values[k] }))).slice(0, SHORTLIST);
  const { logOdds, slopes } = laid.measured(z, short.map(({ question }) => question));
  const worth = spread(now, short.map((_, k) => along(now, slopes[k + 1])));
  const isOpen = ({ logOdds: atMap }, k) => [atMap, logOdds[k + 1]].some(isLikelyEnough);
  const noise = SD_OF_A_STATEMENT ** 2;
  const valued = short.map(({ question }, k) => {
    return { question, value: worth[k], observes: { slope: slopes[k + 1], noise } };
  });
  return valued.filter((_, k) => isOpen(short[k], k));
}

function isLikelyEnough(logOdds) {
  const p = expit(logOdds);
  return UNLIKELIEST < p && p < 1 - UNLIKELIEST;
}

/** How an answer about a statement with this slope would move the mean, one deviation. */
function along({ belief }, slope) {
  const covariances = belief.covariances(slope);
  const variance = Math.max(dot(slope, covariances), 0);
  const sd = Math.sqrt(variance + SD_OF_A_STATEMENT ** 2);
  return covariances.map((one) => one / sd);
}

/**
 * The variances of the target's log-odds over answers that move the mean along something: by none of it,
 * or some deviations either way, three points with the moments of what may be answered.
 * @param {Believed} now @param {Float64Array[]} ways
 */
function spread({ laid, z, logOdds: [here], surprise }, ways) {
  const [part, far] = [0.5 / KURTOSIS, Math.sqrt(KURTOSIS)];
  const moved = (by) => ways.map((way) => laid.judgementsAt(z.map((value, j) => value + by * way[j])));
  const there = laid.ground.heightsAt([...moved(far), ...moved(-far)]);
  const off = there.map((height) => (Number.isFinite(height) ? height - here : 0));
  return ways.map((_, k) => {
    const [up, down] = [off[k], off[k + ways.length]];
    const mean = part * (up + down);
    const found = part * ((up - mean) ** 2 + (down - mean) ** 2) + (1 - 2 * part) * mean ** 2;
    return surprise * found;
  });
}

/**
 * Judgements ranked by the target's slopes, and the first of them by what answers would do. Where one has
 * several numbers, its answer is taken apart into as many that are independent, and their variances are
 * added.
 * @param {Believed} now @param {(question: Question) => boolean} isOut what is not asked for
 * @returns {Worth[]}
 */
export function worthOfJudgements(now, isOut) {
  const { belief: { variances }, laid, toTarget } = now;
  const noise = SD_OF_A_JUDGEMENT ** 2;
  const worth = ({ places }) =>
    places.reduce((sum, place) => sum + toTarget[place] ** 2 / (variances[place] + noise), 0);
  const left = laid.ground.judgements.filter((question) => !isOut(question));
  const some = left.map((question) => ({ question, places: openPlaces(laid, question) }));
  const first = ranked(some.map((one) => ({ ...one, value: worth(one) })));
  const short = first.slice(0, SHORTLIST).filter(({ value }) => rounded(value) > 0);
  const parts = short.map(({ places }) => apart(now, places));
  const values = spread(now, parts.flat());
  let at = 0;
  return short.map(({ question, places }, k) => {
    const own = values.slice(at, (at += parts[k].length));
    const value = own.reduce((sum, one) => sum + one, 0);
    return { question, value, observes: { slope: mostTelling(now, places), noise } };
  });
}

/** The places of a question's numbers that may move. */
function openPlaces({ ground: { at }, observed: { known } }, { places }) {
  return places.filter((place) => at.free[place] === 1 && !known.has(place));
}

/** How independent parts of an answer about some numbers would move the mean, each by one deviation. */
function apart({ belief, laid }, places) {
  const { size } = laid.ground.at;
  const covariances = places.map((place) => belief.covariances(unit(place, size)));
  const noise = SD_OF_A_JUDGEMENT ** 2;
  const between = (i, k) =>
    (covariances[i][places[k]] + covariances[k][places[i]]) / 2 + (i === k ? noise : 0);
  const lower = cholesky(places.map((_, i) => places.map((_, k) => between(i, k))));
  const found = [];
  covariances.forEach((row, i) => {
    const part = row.slice();
    for (let k = 0; k < i; k++) addTo(part, -lower[i][k], found[k]);
    found.push(part.map((value) => value / lower[i][i]));
  });
  return found;
}

/** The slope of that which tells most of the target of all that some numbers say together. */
function mostTelling({ laid, toTarget }, places) {
  const slope = new Float64Array(laid.ground.at.size);
  const length = Math.sqrt(places.reduce((sum, place) => sum + toTarget[place] ** 2, 0)) || 1;
  for (const place of places) slope[place] = toTarget[place] / length;
  return slope;
}
