// What two worldviews could talk about: how far settling each thing should close the gap between them. As
// insight/double_cruxes.py.

import {
  binaryTable, chanceOf, difference, isCertain, logitOf, toCompare, valueOfInformation,
} from "./information.js";

/** What part of the disagreement is no more than rounding. */
const ROUNDING = 1e-12;

/** Log-odds of the target that are no further apart are the same: shares of so little are rounding. */
const ALIKE = 1e-9;

const LN_10 = Math.log(10);

const CERTAIN_FOR_ONE = "it is certain for one of the two";
const IMPOSSIBLE_FOR_ONE = "one of the two thinks a state impossible that the other does not";
const DOUBTED = "one of the two is, or would be, certain of what the other doubts";
const AGREED = "the two do not disagree about the target";

/**
 * What one worldview thinks of something: its value of information, the chances of its states, and the
 * target in each of them, `null` where that is impossible. The target is independent of what is
 * `separate`.
 * @typedef {{voi: number, target: object, given: (object | null)[], shares: number[], separate: boolean,
 *   downstream: boolean}} Look
 */

/**
 * What a worldview thinks of the candidates, by id.
 *
 * `tables` has the joint table of the target and each variable, averaged over draws: its states with the
 * target false, then with it true.
 * @param {object[]} candidates
 * @param {{target: {yes: number, no: number}, tables: Map<number, Float64Array>}} averages
 * @param {{connected: Set<number>, downstream: Set<number>}} position
 * @returns {Map<string, Look>}
 */
export function looksOf(candidates, { target, tables }, position) {
  const look = (one) => lookAt(one, tables.get(one.variable), target, position);
  return new Map(candidates.map((one) => [one.id, look(one)]));
}

function lookAt({ state, variable }, whole, target, position) {
  const table = state === null ? whole : binaryTable(whole, state);
  const n = table.length / 2;
  const separate = !position.connected.has(variable);
  const shares = Array.from({ length: n }, (_, s) => table[s] + table[n + s]);
  const chanceIn = (s) => (separate ? target : chanceOf(table[s], table[n + s]));
  return {
    voi: separate ? 0 : valueOfInformation(table),
    target,
    given: shares.map((share, s) => (share > 0 ? chanceIn(s) : null)),
    shares,
    separate,
    downstream: position.downstream.has(variable),
  };
}

/**
 * What settling each candidate would do to the gap between two worldviews, in the lists of the command
 * line's JSON; `because` says why some are left out of the ranking. Nothing where one of the two has no
 * looks.
 * @param {object[]} candidates
 * @param {object} structure
 * @param {Map<string, Look> | null} a
 * @param {Map<string, Look> | null} b
 * @param {Map<string, string>} because
 * @returns {object}
 */
export function doubleCruxes(candidates, structure, a, b, because) {
  if (a === null || b === null) {
    return listsOf([], new Map());
  }
  const rows = candidates.map((one) => rowOf(one, structure, a.get(one.id), b.get(one.id)));
  let place = 0;
  for (const row of shown(rows, because)) {
    row.rank = row.vod_share > 0 ? ++place : null;
  }
  return listsOf(rows, because);
}

function rowOf({ id, state, kind }, structure, a, b) {
  const number = state === null ? farthestState(a.shares, b.shares) : 1;
  const [vod, share, reason] = discrimination(a, b);
  const [p, q] = [a.shares[number], b.shares[number]];
  const row = {
    id,
    kind,
    probability_a: p,
    probability_b: q,
    voi_a: a.voi,
    voi_b: b.voi,
    vod,
    vod_share: share,
    score: vod === null ? null : Math.min(a.voi, b.voi) * apart(p, q),
    rank: null,
  };
  if (a.downstream || b.downstream) {
    row.downstream = true;
  }
  if (reason !== null) {
    row.reason = reason;
  }
  return state === null ? { ...row, state: structure.entry.get(id).states[number] } : row;
}

/** The state on which two differ most in log-odds; differences by rounding do not count. */
function farthestState(a, b) {
  const size = (s) => [rounded(apart(a[s], b[s])), rounded(Math.abs(a[s] - b[s]))];
  let best = 0;
  for (let s = 1; s < a.length; s++) {
    const [[here, more], [there, most]] = [size(s), size(best)];
    if (here > there || (here === there && more > most)) {
      best = s;
    }
  }
  return best;
}

function rounded(number) {
  return Math.round(number * 1e9);
}

/** How far two chances are apart in log-odds, 0 where one is no chance any more. */
function apart(p, q) {
  const isOpen = p > 0 && p < 1 && q > 0 && q < 1;
  return isOpen ? Math.abs(Math.log(p) - Math.log1p(-p) - Math.log(q) + Math.log1p(-q)) : 0;
}

/** The value of discrimination, its share of the disagreement, and a reason where one is missing. */
function discrimination(a, b) {
  const possible = [a, b].map((look) => look.shares.filter((share) => share > 0).length);
  if (Math.min(...possible) < 2) {
    return [null, null, CERTAIN_FOR_ONE];
  }
  if (a.shares.some((share, s) => share > 0 !== b.shares[s] > 0)) {
    return [null, null, IMPOSSIBLE_FOR_ONE];
  }
  const now = symmetricDivergence(a.target, b.target);
  const value = a.separate && b.separate ? 0 : valueOfDiscrimination(a, b, now);
  if (!Number.isFinite(value) || !Number.isFinite(now)) {
    return [null, null, DOUBTED];
  }
  if (now === 0 || Math.abs(logitOf(a.target) - logitOf(b.target)) <= ALIKE) {
    return [value, null, AGREED];
  }
  return Math.abs(value) <= ROUNDING * now ? [0, 0, null] : [value, value / now, null];
}

/** By how much an outcome is expected to narrow the disagreement about the target, in bans. */
function valueOfDiscrimination(a, b, now) {
  const weights = a.shares.map((share, s) => Math.sqrt(share) * Math.sqrt(b.shares[s]));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let then = 0;
  weights.forEach((weight, s) => {
    if (weight > 0) {
      then += (weight / all) * symmetricDivergence(a.given[s], b.given[s]);
    }
  });
  return now - then;
}

/**
 * `KL(p, q) + KL(q, p)` in bans: how far apart two credences in one thing are.
 * @param {{yes: number, no: number}} p
 * @param {{yes: number, no: number}} q
 * @returns {number}
 */
export function symmetricDivergence(p, q) {
  const isLower = p.yes < q.yes || (p.yes === q.yes && p.no <= q.no);
  const [low, high] = isLower ? [p, q] : [q, p];
  const gap = difference(high, low);
  if (gap === 0) {
    return 0;
  }
  const near = gap < low.yes * high.no;
  return (gap * (near ? Math.log1p(gap / (low.yes * high.no)) : logitOf(high) - logitOf(low))) / LN_10;
}

// --- lists ---------------------------------------------------------------------------------------

function listsOf(rows, because) {
  const group = (row) => (row.vod_share === null ? 2 : 0) + (because.has(row.id) ? 1 : 0);
  const sorted = [...rows].sort((a, b) => group(a) - group(b) || bestFirst(a, b));
  const others = sorted.filter((row) => row.state === undefined);
  return {
    double_cruxes: others.filter((row) => row.kind !== "argument"),
    double_crux_arguments: others.filter((row) => row.kind === "argument"),
    double_crux_questions: sorted.filter((row) => row.state !== undefined),
    widening: shown(rows, because).filter((row) => row.vod_share < 0).map((row) => row.id).reverse(),
    left_out: [...because].map(([id, why]) => ({ id, because: why })),
  };
}

/** Premises and arguments that are not left out, the best first; of a question the whole alone. */
function shown(rows, because) {
  const wholes = new Set(rows.filter((row) => row.state !== undefined).map((row) => row.id));
  const isPart = (id) => wholes.has(id.split(".")[0]) && !wholes.has(id);
  return rows
    .filter((row) => row.kind !== "stage" && !because.has(row.id) && !isPart(row.id))
    .sort(bestFirst);
}

function bestFirst(a, b) {
  const unknown = (row) => (row.vod_share === null ? 1 : 0);
  const byShare = toCompare(b.vod_share ?? 0) - toCompare(a.vod_share ?? 0);
  return unknown(a) - unknown(b) || byShare || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * Why a ranking leaves candidates out in either of two worldviews, in the order of the candidates.
 * Nothing is left out where one of the two is certain of the target.
 * @param {object[]} candidates
 * @param {{target: object, because: Map<string, string>}[]} sides
 * @returns {Map<string, string>}
 */
export function leftOutInEither(candidates, sides) {
  if (sides.some((side) => isCertain(side.target))) {
    return new Map();
  }
  const [one, other] = sides.map((side) => side.because);
  const reasons = candidates.map(({ id }) => [id, one.get(id) ?? other.get(id)]);
  return new Map(reasons.filter(([, why]) => why !== undefined));
}
