// Who says little about the target: insight/whose.py and insight/own_spread.py, for worldviews that came
// after the page was made.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { under } from "../language/names.js";
import { layersAlone, MAP, settle } from "../language/worldviews.js";
import { mentionedIn } from "./candidates.js";
import { bearingOn } from "./mixtures.js";
import { makeState } from "./state.js";

/** Who moves the target's odds by less than a fifth says little about it, if the rest agrees. */
const LITTLE_MOVE = Math.log(1.2);

/** Who carries less than a tenth of the spread says little about the target, if the rest agrees. */
const LITTLE_SPREAD = 0.1;

/** Pairs of draws that exchange a worldview's own numbers; they are the last draws of all. */
const PAIRS = 96;

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
  const known = ownNumbers(structure, voice);
  if (known.count === 0) return true;
  const moved = ownMove(structure, voice, ask);
  if (!(Math.abs(moved) < LITTLE_MOVE)) return false;
  const share = await ownSpread(structure, voice, ask.logOdds, known);
  return !Number.isNaN(share) && share < LITTLE_SPREAD;
}

/** Whether what is stated is about all that the target mentions. */
function isAbout(condition, target) {
  const stated = mentionedIn(condition);
  return [...mentionedIn(target)].every((name) => stated.has(name));
}

/**
 * How many numbers that bear on the target a worldview gives itself; by address which of its numbers that
 * are no points are its `own`, and which are such at all (`spreading`, by column).
 */
function ownNumbers(structure, { name, state }) {
  const { model } = structure;
  const { setting } = state;
  const idle = Object.keys(model.brought).filter((id) => setting.notBrought[structure.index.get(id)]);
  const bearing = bearingOn(structure, state, new Set(idle));
  const places = new Set([...bearing, ...bearing.map((j) => setting.column[j])]);
  const isOwn = (j) => setting.origin[j] === name && name !== MAP && setting.fitted[j] === "";
  const spreading = new Uint8Array(model.addresses.length);
  for (const j of places) if (setting.sd[j] > 0) spreading[setting.column[j]] = 1;
  const own = spreading.map((spreads, j) => (spreads === 1 && isOwn(j) ? 1 : 0));
  const count = [...places].filter((j) => isOwn(j) && isGiven(model, setting, j)).length;
  return { count, own, spreading };
}

/** Whether somebody wrote a number, be it the map's own. */
function isGiven(model, setting, j) {
  const nobodys = [MAP, under(model.bringer, model.addresses[j])];
  return !nobodys.includes(setting.origin[j]) || !model.judgements.default.includes(j);
}

/**
 * How far a worldview's own layer moves the target from the map's numbers, beside what it extends: half
 * of the sum of what it does first and what it does last. Not a number where the target is certain in one
 * of these.
 */
function ownMove(structure, { name, state, extends: parent }, { stateOf, given, asking }) {
  const none = stateOf(MAP).logOdds;
  const whole = state.logOdds;
  if (parent === null) return finite(whole - none);
  const setting = settle(structure.model, layersAlone(structure.model, name));
  const alone = makeState(structure, asking, setting, given).logOdds;
  return finite((whole - stateOf(parent).logOdds + (alone - none)) / 2);
}

function finite(value) {
  return Number.isFinite(value) ? value : NaN;
}

// --- what part of the spread is its own ----------------------------------------------------------------

/**
 * What part of the variance of the target's log-odds a worldview's own numbers carry: 0 where nothing
 * spreads, not a number where the log-odds are not finite.
 * @param {object} structure @param {{name: string, state: object}} voice
 * @param {(columns: object) => Promise<Float64Array>} logOdds
 * @returns {Promise<number>}
 */
export async function ownSpread(structure, voice, logOdds, known = ownNumbers(structure, voice)) {
  const { own, spreading } = known;
  const { state } = voice;
  if (!own.some(Boolean)) return 0;
  if (own.every((mine, j) => mine === spreading[j])) return 1;
  const z = lastDraws(structure.model);
  const plain = await logOdds(columnsAt(state.setting, z, own, false));
  const changed = await logOdds(columnsAt(state.setting, z, own, true));
  const values = [...plain, ...changed];
  if (!values.every(Number.isFinite)) return NaN;
  if (Math.max(...values) - Math.min(...values) <= MAX_SPREAD_OF_A_CONSTANT) return 0;
  return shareOf(plain, changed, tangentOf(structure, state), own, z);
}

/** The last draws of all, [address * 2 PAIRS + draw]. */
function lastDraws(model) {
  const n = Math.max(model.model.draws, 2 * PAIRS);
  const keys = bytesOf(model.keys).subarray(0, model.addresses.length * BYTES_OF_A_KEY);
  return latinHypercube(keys, n, n - 2 * PAIRS, n);
}

/** The numbers of a setting in these draws, or with the own ones of each pair exchanged. */
function columnsAt({ mu, sd, column, single }, z, own, isChanged) {
  const D = 2 * PAIRS;
  const u = new Float64Array(mu.length * D);
  for (let j = 0; j < mu.length; j++) {
    const from = column[j];
    const shift = isChanged && own[from] === 1 ? PAIRS : 0;
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

/** The Shapley effect of the own numbers on the variance, from 0 to 1. */
function shareOf(plain, changed, linear, own, z) {
  const parts = Array.from({ length: PAIRS }, (_, k) => {
    const [one, other] = [plain[k], plain[PAIRS + k]];
    const [oneChanged, otherChanged] = [changed[k], changed[PAIRS + k]];
    const mine = oneChanged - one + other - otherChanged;
    const rest = otherChanged - one + other - oneChanged;
    return [mine ** 2 / 8, rest ** 2 / 8];
  });
  const alone = quotient(parts);
  if (!linear.some((slope) => slope !== 0)) return alone.share;
  const helped = quotient(parts.map((part, k) => helpedBy(part, k, linear, own, z)));
  return helped.error < alone.error ? helped.share : alone.share;
}

/** A pair's part with the linear function in it, of which all is known, taken out and put back. */
function helpedBy(part, k, linear, own, z) {
  const D = 2 * PAIRS;
  return part.map((seen, side) => {
    let [known, step] = [0, 0];
    linear.forEach((slope, j) => {
      if ((own[j] === 1) !== (side === 0)) return;
      known += slope ** 2;
      step += slope * (z[j * D + PAIRS + k] - z[j * D + k]);
    });
    return seen - step ** 2 / 2 + known;
  });
}

/** The part that the first's mean is of both, with what its standard error is proportional to. */
function quotient(parts) {
  const meanOf = (side) => parts.reduce((sum, part) => sum + part[side], 0) / parts.length;
  const [ours, theirs] = [meanOf(0), meanOf(1)];
  if (!(ours + theirs > 0)) return { share: 0, error: Infinity };
  const share = ours / (ours + theirs);
  const noise = parts.map(([mine, rest]) => mine - share * (mine + rest));
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { share: Math.min(1, Math.max(0, share)), error: Math.sqrt(variance) / (ours + theirs) };
}
