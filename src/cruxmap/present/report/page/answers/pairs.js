// All worldviews side by side: the gaps between them, and who is near whom, as insight/pairs.py; and
// besides which entry carries most of each gap.

import { positionOf, settledNodes } from "./candidates.js";
import { clustered } from "./clustering.js";
import { bearingOn, gameOf, idleIn, mixturesOf } from "./mixtures.js";
import { ancestors } from "./separation.js";
import { NoValueError, shapley } from "./shapley.js";

const LN_10 = Math.log(10);

/** How far the sharing out goes that tells which entry carries most of a gap (see shapley.js). */
const ENOUGH = { exact: 8, batch: 6, most: 24 };

/** By how many standard errors the first must lead the second. */
const LEADS_BY = 3;

/** Log-odds that lie no further apart are the same. */
const SAME = 1e-9;

/**
 * Every pair of worldviews, in an order in which neighbours think alike, as the command line's JSON.
 * @param {object} structure
 * @param {{name: string, state: object}[]} voices each with its state at central judgements
 * @param {Map<string, number | null>} means the target's mean over draws, by name
 * @param {string[]} [saysLittle] who is left out, as they say little about the target
 * @returns {object}
 */
export function pairMatrix(structure, voices, means, saysLittle = []) {
  const possible = voices.filter(({ state }) => !state.isImpossible);
  const claims = claimsBelow(structure, voices);
  const apart = distances(possible.map(({ state }) => claims.map((id) => chancesOf(state, id))));
  const { order, merges } = clustered(apart, voices.length);
  const inOrder = order.map((place) => possible[place]);
  const all = [...inOrder, ...voices.filter(({ state }) => state.isImpossible)];
  const square = (value) => all.map((one) => all.map((other) => value(one, other)));
  const meanOf = ({ name }) => means.get(name) ?? null;
  const placeOf = new Map(order.map((place) => [possible[place], place]));
  return {
    target: structure.model.targets[0].name,
    worldviews: all.map(({ name }) => name),
    means: all.map(meanOf),
    probabilities: all.map(({ state }) => (state.isImpossible ? null : state.chance.yes)),
    gap_probability: square((one, other) => difference(meanOf(one), meanOf(other))),
    gap_logit: square(gapOf),
    distance: square((one, other) => distanceAt(apart, placeOf.get(one), placeOf.get(other))),
    merges,
    says_little: [...saysLittle],
  };
}

function difference(one, other) {
  return one === null || other === null ? null : one - other;
}

function gapOf({ state: one }, { state: other }) {
  const gap = one.logOdds === other.logOdds ? 0 : one.logOdds - other.logOdds;
  return Number.isFinite(gap) ? gap : null;
}

function distanceAt(apart, i, j) {
  return i === undefined || j === undefined ? null : apart[i][j];
}

// --- how far apart they are about the claims -----------------------------------------------------------

/**
 * The claims that the target, or what is given, rests on, and that are not given themselves. What has no
 * force in any of the worldviews leads nowhere.
 */
function claimsBelow(structure, voices) {
  if (voices.length === 0) return [];
  const { conditions, evidence } = voices[0].state;
  const idle = idleIn(structure, voices.map(({ state }) => state.setting));
  const column = new Int32Array(structure.model.addresses.length).fill(-1);
  const { graph } = positionOf(structure, { conditions, evidence, column, idle });
  const settled = settledNodes(structure, conditions, evidence).nodes;
  const above = ancestors(graph, [structure.model.targets[0].variable, ...settled]);
  const isOpen = (place) => above.has(place) && !settled.has(place);
  const claims = structure.model.entries.filter(({ type }) => type === "claim").map(({ id }) => id);
  return claims.filter((id) => isOpen(structure.places[id]));
}

function chancesOf(state, id) {
  const table = state.tableOf(state.structure.places[id]);
  const [no, yes] = [table[0] + table[2], table[1] + table[3]];
  return [no / (no + yes), yes / (no + yes)];
}

/** The root of the mean Jensen-Shannon divergence, in bans, between any two's chances of claims. */
function distances(chances) {
  return chances.map((one, i) => chances.map((other, j) => (i === j ? 0 : distanceOf(one, other))));
}

function distanceOf(one, other) {
  let sum = 0;
  one.forEach((chance, claim) => {
    chance.forEach((a, side) => {
      const b = other[claim][side];
      sum += relativeEntropy(a, (a + b) / 2) + relativeEntropy(b, (a + b) / 2);
    });
  });
  return Math.sqrt(Math.max(0, sum / (2 * LN_10)) / Math.max(1, one.length));
}

function relativeEntropy(a, b) {
  return a > 0 ? a * Math.log(a / b) : 0;
}

// --- which entry carries most of a gap -----------------------------------------------------------------

/**
 * Which entry carries most of the gap between two worldviews, by its Shapley value over the first orders
 * that their diff takes too: as many as tell which it is, so that its share is rough. `null` where there
 * is no gap, or none that can be shared out.
 *
 * `logOdds` gives the target's log-odds of columns {u, single, D}, or promises them.
 * @param {object} structure
 * @param {{name: string, state: object}} one
 * @param {{name: string, state: object}} other
 * @param {(columns: object) => Float64Array | Promise<Float64Array>} logOdds
 * @returns {Promise<{id: string, share_logit: number} | null>}
 */
export async function carrierOf(structure, one, other, logOdds) {
  const gap = gapOf(one, other);
  if (gap === null || Math.abs(gap) < SAME) return null;
  const isForwards = one.name <= other.name; // as in a diff: from the lesser name to the greater
  const settings = (isForwards ? [one, other] : [other, one]).map(({ state }) => state.setting);
  const bearing = bearingOn(structure, one.state, idleIn(structure, settings));
  const { owner, players } = gameOf(structure.model, ...settings, bearing);
  const worth = (taken, m) => logOdds({ ...mixturesOf(...settings, owner, taken, m), D: m });
  try {
    const how = { ...ENOUGH, isEnough: oneLeads };
    const found = await shapley(worth, players, structure.model.model.seed, undefined, how);
    const [first] = byPart(found.share, found.gap[0]);
    if (first === undefined) return null;
    const share = isForwards ? found.share[first] : 0 - found.share[first];
    return { id: players[first], share_logit: share };
  } catch (problem) {
    if (problem instanceof NoValueError) return null;
    throw problem;
  }
}

/** Players by the part of a gap that each carries: first what goes the gap's own way. */
function byPart(share, gap) {
  const along = (k) => share[k] * Math.sign(gap);
  return [...share.keys()].sort((a, b) => along(b) - along(a) || a - b);
}

function oneLeads(share, standardError, [gap]) {
  const [first, second] = byPart(share, gap);
  const error = Math.hypot(standardError[first], standardError[second]);
  return Math.abs(share[first] - share[second]) >= LEADS_BY * error;
}
