// Who says little about the target, and how much of an estimate is a worldview's own or fitted:
// insight/whose.py and insight/own_spread.py, for worldviews that came after the page was made.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { fitsAny, hasNobodys, layersOfParts, MAP, settle } from "../language/worldviews.js";
import { mentionedIn } from "./candidates.js";
import { bearingOn } from "./mixtures.js";
import { shapley } from "./shapley.js";
import { makeState } from "./state.js";
import { isGiven } from "./whose.js";

/** Who moves the target's odds by less than a fifth says little about it, if the rest agrees. */
const LITTLE_MOVE = Math.log(1.2);

/** Who carries less than a tenth of the spread says little about the target, if the rest agrees. */
const LITTLE_SPREAD = 0.1;

/** Pairs of draws that exchange the numbers of players; they are the last draws of all. */
const PAIRS = 96;

/** A worldview's own numbers, those that it fitted, and all others. */
const MOST_PLAYERS = 3;

const MAX_SPREAD_OF_A_CONSTANT = 1e-12;
const BYTES_OF_A_KEY = 16;

/**
 * Whether a worldview says little about the target.
 *
 * `voice` has the worldview's `name`, its `state` at central judgements, the id that it `extends` (null:
 * the map) and the conditions, read, that it has `stated`; `stateOf` gives the state of a setting or an
 * id, and `logOdds` promises the target's log-odds of columns {u, single, D}.
 * @param {object} structure
 * @param {{name: string, state: object, extends: string | null, stated: object[]}} voice
 * @param {{stateOf: (id: string) => object, logOdds: (columns: object) => Promise<Float64Array>,
 *   given: object, asking: object}} ask
 * @returns {Promise<boolean>}
 */
export async function saysLittle(structure, voice, ask) {
  const { model } = structure;
  if (voice.stated.some((condition) => isAbout(condition, model.targets[0].condition))) return false;
  const known = numbersIn(structure, voice);
  if (known.counts.own + known.counts.fitted === 0) return true;
  const moved = await movesOf(structure, voice, ask);
  if (!(Math.abs(moved.own + moved.fitted) < LITTLE_MOVE)) return false;
  const shares = await sharesOfSpread(structure, voice, ask.logOdds, known);
  const share = shares.own + shares.fitted;
  return !Number.isNaN(share) && share < LITTLE_SPREAD;
}

/** Whether what is stated is about all that the target mentions. */
function isAbout(condition, target) {
  const stated = mentionedIn(condition);
  return [...mentionedIn(target)].every((name) => stated.has(name));
}

/**
 * Of the numbers that bear on the target, how many a worldview gives itself and how many it fitted
 * (`counts`); and by address which of them are no points: its `own`, those it `fitted`, and all of them
 * (`spreading`).
 * @param {object} structure @param {{name: string, state: object}} voice
 */
export function numbersIn(structure, { name, state }) {
  const { model } = structure;
  const { setting } = state;
  const idle = Object.keys(model.brought).filter((id) => setting.notBrought[structure.index.get(id)]);
  const bearing = bearingOn(structure, state, new Set(idle));
  const places = [...new Set([...bearing, ...bearing.map((j) => setting.column[j])])];
  const isHere = (j) => setting.origin[j] === name && name !== MAP;
  const isFitted = (j) => isHere(j) && setting.fitted[j] !== "";
  const isOwn = (j) => isHere(j) && setting.fitted[j] === "";
  const spreading = new Uint8Array(model.addresses.length);
  for (const j of places) if (setting.sd[j] > 0) spreading[setting.column[j]] = 1;
  const which = (is) => spreading.map((spreads, j) => (spreads === 1 && is(j) ? 1 : 0));
  const own = places.filter((j) => isOwn(j) && isGiven(model, setting, j)).length;
  const counts = { own, fitted: places.filter(isFitted).length };
  return { counts, own: which(isOwn), fitted: which(isFitted), spreading };
}

/**
 * How far a worldview moves the target from the map's numbers, and what its own numbers, and those that it
 * fitted, do of that: their Shapley values, with what it extends, and what nobody gave, for the third player.
 * Not a number where the target is certain with some of these, what is given impossible, or links run in a circle.
 * @param {object} structure
 * @param {{name: string, state: object, extends: string | null}} voice
 * @param {{stateOf: (id: string) => object, given: object, asking: object}} ask
 * @returns {Promise<{whole: number, own: number, fitted: number}>}
 */
export async function movesOf(structure, voice, ask) {
  const fits = fitsAny(structure.model, voice.name);
  const isOnMap = voice.extends === null && !hasNobodys(structure.model, voice.name);
  const players = ["own", ...(fits ? ["fitted"] : []), ...(isOnMap ? [] : ["extended"])];
  const values = Array.from({ length: 1 << players.length }, (_, number) =>
    logOddsOf(structure, voice, ask, new Set(players.filter((_, k) => (number >> k) & 1)), players),
  );
  if (!values.every(Number.isFinite)) return { whole: NaN, own: NaN, fitted: NaN };
  const worth = (taken, m) =>
    Float64Array.from({ length: m }, (_, row) => {
      const bits = players.map((_, k) => taken[row * players.length + k] << k);
      return values[bits.reduce((sum, bit) => sum + bit, 0)];
    });
  const { share } = await shapley(worth, players, 0);
  return { whole: values.at(-1) - values[0], own: share[0], fitted: fits ? share[1] : 0 };
}

/** The target's log-odds where some of a worldview's players are laid over the map's numbers. */
function logOddsOf(structure, voice, { stateOf, given, asking }, there, players) {
  const { name, state, extends: parent } = voice;
  if (there.size === players.length) return state.logOdds;
  if (there.size === 0) return stateOf(MAP).logOdds;
  const isParent = there.size === 1 && there.has("extended") && !hasNobodys(structure.model, name);
  if (isParent) return stateOf(parent).logOdds;
  const isThere = (player) => there.has(player) || !players.includes(player);
  const parts = { own: there.has("own"), fitted: isThere("fitted"), extended: isThere("extended") };
  try {
    const setting = settle(structure.model, layersOfParts(structure.model, name, parts));
    return makeState(structure, asking, setting, given).logOdds;
  } catch (problem) {
    if (problem.code === "same-as-circle") return NaN;
    throw problem;
  }
}

// --- what part of the spread is its own ----------------------------------------------------------------

/**
 * What parts of the variance of the target's log-odds a worldview's own numbers carry, and those that it
 * fitted: 0 where nothing spreads, not a number where the log-odds are not finite.
 * @param {object} structure @param {{name: string, state: object}} voice
 * @param {(columns: object) => Promise<Float64Array>} logOdds
 * @returns {Promise<{own: number, fitted: number}>}
 */
export async function sharesOfSpread(structure, voice, logOdds, known = numbersIn(structure, voice)) {
  const { own, fitted, spreading } = known;
  const { state } = voice;
  const isAll = (some) => some.every((mine, j) => mine === spreading[j]);
  if (![...own, ...fitted].some(Boolean)) return { own: 0, fitted: 0 };
  if (isAll(own)) return { own: 1, fitted: 0 };
  if (isAll(fitted)) return { own: 0, fitted: 1 };
  const players = playersOf(known);
  const z = lastDraws(structure.model);
  const corners = await cornersOf([...players.values()], (changed) =>
    logOdds(columnsAt(state.setting, z, changed)),
  );
  const values = corners.flatMap((corner) => [...corner]);
  if (!values.every(Number.isFinite)) return { own: NaN, fitted: NaN };
  if (Math.max(...values) - Math.min(...values) <= MAX_SPREAD_OF_A_CONSTANT) return { own: 0, fitted: 0 };
  const shares = sharesOf(corners, tangentOf(structure, state), [...players.values()], z);
  const shareOf = (name) => shares[[...players.keys()].indexOf(name)] ?? 0;
  return { own: shareOf("own"), fitted: shareOf("fitted") };
}

/** By player the columns, 1 for each that is theirs; what is in nobody's is `others`. */
function playersOf({ own, fitted, spreading }) {
  const players = new Map(Object.entries({ own, fitted }).filter(([, columns]) => columns.some(Boolean)));
  const isOthers = spreading.some((spreads, j) => spreads && !own[j] && !fitted[j]);
  if (players.size < 2 || isOthers) {
    const isElse = (_, j) => [...players.values()].every((columns) => columns[j] === 0);
    players.set("others", own.map((mine, j) => (isElse(mine, j) ? 1 : 0)));
  } else {
    players.set("fitted", own.map((mine) => 1 - mine));
  }
  return players;
}

/**
 * The log-odds at the one draw of each pair, but with the inputs of those players from the other that the
 * bits of the row's number name.
 */
async function cornersOf(players, logOddsWith) {
  const corners = new Array(1 << players.length);
  const put = (number, both) => {
    corners[number] = both.slice(0, PAIRS);
    corners[corners.length - 1 - number] = both.slice(PAIRS);
  };
  put(0, await logOddsWith(null));
  const exchanged = players.length < MOST_PLAYERS ? players.slice(0, 1) : players;
  for (const [k, columns] of exchanged.entries()) put(1 << k, await logOddsWith(columns));
  return corners;
}

/** The last draws of all, [address * 2 PAIRS + draw]. */
function lastDraws(model) {
  const n = Math.max(model.model.draws, 2 * PAIRS);
  const keys = bytesOf(model.keys).subarray(0, model.addresses.length * BYTES_OF_A_KEY);
  return latinHypercube(keys, n, n - 2 * PAIRS, n);
}

/** The numbers of a setting in these draws, or with those of each pair exchanged that are `changed`. */
function columnsAt({ mu, sd, column, single }, z, changed) {
  const D = 2 * PAIRS;
  const u = new Float64Array(mu.length * D);
  for (let j = 0; j < mu.length; j++) {
    const from = column[j];
    const shift = changed?.[from] === 1 ? PAIRS : 0;
    for (let d = 0; d < D; d++) u[j * D + d] = mu[j] + sd[j] * z[from * D + ((d + shift) % D)];
  }
  return { u, single, D };
}

/** The slopes of the log-odds per standard normal at central judgements, by column. */
function tangentOf({ model, index }, { slopes, setting }) {
  const linear = new Float64Array(model.addresses.length);
  for (const [address, slope] of slopes) {
    const j = index.get(address);
    linear[j] = slope === null ? 0 : slope * setting.sd[j];
  }
  return linear;
}

/** The Shapley effects of two or three players on the variance, each from 0 to 1. */
function sharesOf(corners, linear, players, z) {
  const parts = Array.from({ length: PAIRS }, (_, k) => partsOf(corners.map((corner) => corner[k])));
  const plain = quotients(parts);
  if (!linear.some((slope) => slope !== 0)) return plain.shares;
  const helped = quotients(parts.map((part, k) => helpedBy(part, k, linear, players, z)));
  return helped.error < plain.error ? helped.shares : plain.shares;
}

/**
 * What a pair says of each player's part of the variance: half of the square of the mean effect, and of
 * three players a part of what only all of them do together.
 */
function partsOf(values) {
  const players = Math.log2(values.length);
  const signs = (sign) => values.reduce((sum, value, number) => sum + sign(number) * value, 0);
  const isOdd = (number) => [0, 1, 2].filter((k) => (number >> k) & 1).length % 2;
  const alternating = players < MOST_PLAYERS ? 0 : signs((number) => (isOdd(number) ? -1 : 1));
  return Array.from({ length: players }, (_, k) => {
    const effect = signs((number) => ((number >> k) & 1 ? 1 : -1)) / (values.length / 2);
    return effect ** 2 / 2 + alternating ** 2 / 96;
  });
}

/** A pair's parts with the linear function in them, of which all is known, taken out and put back. */
function helpedBy(part, k, linear, players, z) {
  const D = 2 * PAIRS;
  return part.map((seen, player) => {
    let [known, step] = [0, 0];
    linear.forEach((slope, j) => {
      if (players[player][j] !== 1) return;
      known += slope ** 2;
      step += slope * (z[j * D + PAIRS + k] - z[j * D + k]);
    });
    return seen - step ** 2 / 2 + known;
  });
}

/** The part that each player's mean is of all, with what the sum of standard errors is proportional to. */
function quotients(parts) {
  const players = parts[0].map((_, player) => player);
  const sumOf = (part) => part.reduce((sum, value) => sum + value, 0);
  const meanOf = (values) => sumOf(values) / values.length;
  const means = players.map((player) => meanOf(parts.map((part) => part[player])));
  const whole = sumOf(means);
  if (!(whole > 0)) return { shares: players.map(() => 0), error: Infinity };
  const errors = players.map((player) => {
    const noise = parts.map((part) => part[player] - (means[player] / whole) * sumOf(part));
    const mean = meanOf(noise);
    return Math.sqrt(sumOf(noise.map((value) => (value - mean) ** 2))) / whole;
  });
  const shares = means.map((value) => Math.min(1, Math.max(0, value / whole)));
  return { shares, error: sumOf(errors) };
}
