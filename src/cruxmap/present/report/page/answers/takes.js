// What would it take: the least changes of judgements that carry the estimate to a goal. As
// insight/what_it_takes.py, with the same search and the same numbers. Where something is observed,
// draws count by how probable that is, here as everywhere in the page.

import { expit, logit } from "../engine/special.js";
import { complement, decimalOf, floatOf, general, oneMinus } from "../language/decimals.js";
import { formatJudgement, formatProbability, parseJudgement, Z_95 } from "../language/notation.js";
import { bearingOn, idleIn } from "./mixtures.js";
import { differentWays, lengthOf, membersOf, Search } from "./shortest_moves.js";
import { makeState } from "./state.js";
import { MAX_DEVIATIONS, middleOf, roomOf, ROUNDING, Terrain } from "./terrain.js";
import { shortPause } from "./waiting.js";

/**
 * Up to how many judgements one way changes, and how many ways there are that have no entry in common.
 */
const MAX_CHANGES = 5;
const MAX_WAYS = 3;

/** Draws over which ways are looked for, and over which one is made the shortest. */
const SEARCH_DRAWS = 16;
const FIT_DRAWS = 64;

/** Why nothing is to be done where the goal is reached as it is. */
export const THERE_ALREADY = "the estimate is there already";

/** How near the goal, in log-odds, an answer must come from the far side, before it is written down. */
const PRECISION = 1e-4;

/** How often a fit is set anew. */
const MAX_FITS = 8;

/**
 * With how many digits the numbers of an answer are written: as few of these as are enough for the goal.
 */
const DIGITS = [4, 6, 9];

/**
 * The least changes of a setting's judgements that carry its estimate, the mean over draws, to a goal.
 *
 * The goal is one of `above` and `below`, probabilities, or `agreeWith`, another side. `settingWith`
 * gives the setting with other numbers in some places, by a map of texts. `onProgress` is told how many
 * of the ways that were found are made to fit over all draws.
 * @param {{structure: object, asking: object, pool: object}} engine
 * @param {{name: string, setting: object, settingWith: (texts: Map<string, string>) => object}} side
 * @param {{above?: number, below?: number, agreeWith?: {name: string, setting: object}}} wanted
 * @param {{assuming: object[], observed: object[]}} given
 * @param {{far?: boolean, ways?: number, onProgress?: (done: number, of: number) => void,
 *   pause?: () => Promise<void>}} [options] `pause` is awaited between parts of the work; what it throws
 *   ends the work
 * @returns {Promise<object>} as the command line's JSON
 */
export async function takesOf(engine, side, wanted, given, options = {}) {
  const { far = false, ways = MAX_WAYS, onProgress = () => {}, pause = shortPause } = options;
  const taking = new Taking(engine, side, given, far, pause);
  const start = await taking.estimate(side.setting);
  const goal = await goalOf(taking, start, wanted);
  const answer = (frontier, reason) => ({
    worldview: side.name,
    target: taking.model.targets[0].name,
    estimate: Number.isNaN(start) ? null : expit(start),
    central: taking.central(side.setting),
    goal: goal?.text ?? `agree with ${wanted.agreeWith.name}`,
    threshold: goal?.threshold ?? null,
    most_deviations: taking.limit,
    frontier,
    ...(reason === null ? {} : { reason }),
  });
  const reason = whyNot(taking, start, goal, wanted);
  if (reason !== null) {
    return answer([], reason);
  }
  const places = movable(taking);
  if (!places.length) {
    return answer([], "nothing that may change can move the target");
  }
  const terrain = taking.terrain(SEARCH_DRAWS);
  const off = start - (await terrain.heights([standing(taking)]))[0];
  const search = new Search(terrain, logit(goal.threshold) - off, goal.rise);
  const bounds = { atMost: ways, maxChanges: MAX_CHANGES };
  const { found, farthest } = await differentWays(search, places, bounds);
  const takes = [];
  for (const [number, move] of found.entries()) {
    onProgress(number, found.length);
    const take = await fitted(taking, goal, start, move);
    if (take !== null) {
      takes.push(take);
    }
  }
  if (!takes.length) {
    return answer([], await outOfReach(taking, farthest));
  }
  return answer(takes.sort((a, b) => a.count - b.count || a.deviations - b.deviations), null);
}

function standing({ setting }) {
  return new Float64Array(setting.mu.length);
}

// --- the goal ------------------------------------------------------------------------------------

/** The goal; `null` where the side to agree with has no estimate between 0 and 1. */
async function goalOf(taking, start, { above, below, agreeWith }) {
  const percent = formatProbability;
  if (above !== undefined) {
    return { threshold: above, rise: true, text: `above ${percent(above)}` };
  }
  if (below !== undefined) {
    return { threshold: below, rise: false, text: `below ${percent(below)}` };
  }
  const reached = await taking.estimate(agreeWith.setting);
  const mean = expit(reached);
  const text = `agree with ${agreeWith.name} (${percent(mean)})`;
  return Number.isFinite(reached) ? { threshold: mean, rise: reached >= start, text } : null;
}

function isMet({ threshold, rise }, logOdds) {
  const wanted = logit(threshold);
  return rise ? logOdds >= wanted - ROUNDING : logOdds <= wanted + ROUNDING;
}

/** Why there are no ways to look for; `null` where there may be some. */
function whyNot(taking, start, goal, { agreeWith }) {
  if (Number.isNaN(start)) {
    return `what is assumed or observed is ${taking.stateOf(taking.setting).impossible}`;
  }
  if (agreeWith?.name === taking.name) {
    return "a worldview agrees with itself";
  }
  if (goal === null) {
    return `\`${agreeWith.name}\` has no estimate that could be reached`;
  }
  if (isMet(goal, start)) {
    return THERE_ALREADY;
  }
  if (!Number.isFinite(start)) {
    return "the target is certain in this worldview: no number that may move reaches it";
  }
  return null;
}

async function outOfReach(taking, farthest) {
  const each = taking.limit === null ? "," : `, each by at most ${taking.limit} deviations,`;
  const got = await taking.estimate(taking.settingAt(numbersAfter(taking, farthest)));
  const mean = formatProbability(expit(got));
  const reached = Number.isNaN(got) ? "" : `; the farthest found comes to ${mean} mean`;
  return `no change that was tried, of up to ${MAX_CHANGES} judgements${each} reaches it${reached}`;
}

/** The judgements, by number, that may move and reach the target; links follow what they name. */
function movable({ structure, setting, room, conditions, evidence }) {
  const column = setting.column.map((of) => (room.stays[of] ? -1 : of));
  const idle = idleIn(structure, [setting]);
  return bearingOn(structure, { conditions, evidence }, idle, column).sort((a, b) => a - b);
}

// --- a setting with other numbers ----------------------------------------------------------------

/** A setting whose numbers are moved, and what follows over all draws. */
class Taking {
  constructor(engine, { name, setting, settingWith }, given, far, pause) {
    Object.assign(this, engine, { engine, name, setting, settingWith, given, pause });
    this.model = engine.structure.model;
    this.limit = far ? null : MAX_DEVIATIONS;
    this.room = roomOf(this.model, setting, far);
    const { conditions, evidence } = this.stateOf(setting);
    Object.assign(this, { conditions, evidence });
  }

  terrain(draws) {
    const n = Math.min(draws, this.model.model.draws);
    return new Terrain(this.engine, this.setting, this.room, this.given, n, this.pause);
  }

  stateOf(setting) {
    return makeState(this.structure, this.asking, setting, this.given);
  }

  settingAt(values) {
    return this.settingWith(new Map([...values].map(([j, { text }]) => [this.model.addresses[j], text])));
  }

  /** The log-odds of the mean over all draws; not a number where what is given is impossible. */
  async estimate(setting) {
    const { targets } = await this.pool.estimate(setting, this.given);
    const { mean, meanOfNot } = targets[this.model.targets[0].name];
    return mean === null ? NaN : Math.log(mean) - Math.log(meanOfNot);
  }

  central(setting) {
    const state = this.stateOf(setting);
    return state.isImpossible ? null : state.chance.yes;
  }

  deviations(j, after) {
    return (after.mu - before(this, j).mu) / this.room.unit[j];
  }

  allows(j, after) {
    return this.limit === null || Math.abs(this.deviations(j, after)) <= this.limit;
  }
}

/** A judgement with these ends, read from how it is written, so that file and page agree. */
function judged({ model }, j, ends) {
  const isShare = model.judgements.scale[j] === "p";
  const scale = isShare ? "p" : "r";
  const [low, high] = ends;
  const complements = ends.map(complement);
  const text = formatJudgement({ scale, low, high, complements, point: low === high });
  return parseJudgement(text, model.judgements.scale[j], model.lexicon, model.judgements.role[j]);
}

/** A judgement with its interval around another centre; no strength's end is below 1x. */
function around(taking, j, centre) {
  const { model, setting } = taking;
  const scale = model.judgements.scale[j];
  const natural = (u) => (scale === "p" ? expit(u) : Math.exp(u));
  const spread = Z_95 * setting.sd[j];
  const ends = [centre - spread, centre + spread].map(natural);
  return judged(taking, j, scale === "s" ? ends.map((end) => Math.max(end, 1)) : ends);
}

/** The numbers after a move, by number of address. */
function numbersAfter(taking, move) {
  const { start, unit } = taking.room;
  return new Map(membersOf(move).map((j) => [j, around(taking, j, start[j] + unit[j] * move[j])]));
}

/** A number before it moves, a share as it is in force. */
function before(taking, j) {
  const written = taking.setting.values[j];
  const start = taking.room.start[j];
  return Math.abs(start - written.mu) < ROUNDING ? written : around(taking, j, start);
}

// --- over all draws ------------------------------------------------------------------------------

/** Make a move fit: over all draws it is to meet the goal, as written. `null` where it does not. */
async function fitted(taking, goal, start, move) {
  const exact = await movedTo(taking, goal, start, move);
  const { values, reached } = await written(taking, goal, exact);
  return isMet(goal, reached) ? takeOf(taking, values, reached) : null;
}

/**
 * The numbers after the shortest such move that meets the goal, and the log-odds then.
 *
 * The few draws of the terrain are off by about as much wherever nearby they are asked, so what they are
 * to reach is set anew by what all draws say.
 */
async function movedTo(taking, goal, start, from) {
  const terrain = taking.terrain(FIT_DRAWS);
  const members = membersOf(from);
  const wanted = logit(goal.threshold) + ((goal.rise ? 1 : -1) * PRECISION) / 2;
  let off = start - (await terrain.heights([standing(taking)]))[0];
  let move = from;
  let values = null;
  let reached = NaN;
  for (let fit = 0; fit < MAX_FITS; fit++) {
    const found = await new Search(terrain, wanted - off, goal.rise).shortest(members, move);
    move = found.move;
    values = numbersAfter(taking, move);
    reached = await taking.estimate(taking.settingAt(values));
    if (Math.abs(reached - wanted) <= PRECISION / 2 || !found.there) {
      break;
    }
    off += reached - wanted;
  }
  return { values, reached };
}

/** Numbers that meet the goal with as few digits as are enough, and the log-odds then. */
async function written(taking, goal, exact) {
  for (const digits of DIGITS) {
    for (const beyond of [false, true]) {
      const fewer = ([j, value]) => [j, fewerDigits(taking, j, value, digits, beyond)];
      const values = new Map([...exact.values].map(fewer));
      const reached = await taking.estimate(taking.settingAt(values));
      if (isMet(goal, reached)) {
        return { values, reached };
      }
    }
  }
  return exact;
}

/** Round a number to the nearest, or on in the direction in which it was moved, if it may go there. */
function fewerDigits(taking, j, value, digits, beyond) {
  const [on, back] = value.mu > before(taking, j).mu ? ["up", "down"] : ["down", "up"];
  const rounded = roundedTo(taking, j, value, digits, beyond ? on : "nearest");
  return taking.allows(j, rounded) ? rounded : roundedTo(taking, j, value, digits, back);
}

function roundedTo(taking, j, { low, high, scale }, digits, way) {
  return judged(taking, j, [low, high].map((end) => roundedEnd(end, scale === "p", digits, way)));
}

/** An end with so many digits; of a probability near 1, so many digits of its distance from 1. */
function roundedEnd(end, isProbability, digits, way) {
  if (!isProbability || end <= 0.5) {
    return Number(roundedText(end, digits, way));
  }
  const opposite = { up: "down", down: "up", nearest: "nearest" }[way];
  return floatOf(oneMinus(decimalOf(roundedText(1 - end, digits, opposite))));
}

/**
 * A number from 0 on as text with so many digits, to the nearest, up or down; what the float is exactly
 * counts.
 * @param {number} number
 * @param {number} digits
 * @param {"nearest" | "up" | "down"} way
 * @returns {string}
 */
export function roundedText(number, digits, way) {
  if (number === 0) {
    return "0";
  }
  const [mantissa, power] = number.toExponential(EXACT).split("e");
  const all = mantissa.replace(".", "");
  const kept = BigInt(all.slice(0, digits));
  const rest = all.slice(digits);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const isNearer = rest > half || (rest === half && kept % 2n === 1n);
  const isUp = way === "up" ? /[1-9]/.test(rest) : way === "nearest" && isNearer;
  return `${kept + (isUp ? 1n : 0n)}e${Number(power) - digits + 1}`;
}

/** Digits after the first that `toExponential` can give. */
const EXACT = 100;

// --- an answer -----------------------------------------------------------------------------------

function takeOf(taking, values, reached) {
  const steps = [...values].map(([j, after]) => stepOf(taking, j, after));
  steps.sort((a, b) => Math.abs(b.deviations) - Math.abs(a.deviations));
  return {
    count: steps.length,
    steps,
    deviations: lengthOf(steps.map((step) => step.deviations)),
    total_log_odds: steps.reduce((sum, step) => sum + Math.abs(step.log_odds), 0),
    estimate: expit(reached),
    central: taking.central(taking.settingAt(values)),
  };
}

function stepOf(taking, j, after) {
  const from = before(taking, j);
  const address = taking.model.addresses[j];
  const deviations = taking.deviations(j, after);
  const value = formatJudgement(after);
  const rounded = roundedTo(taking, j, from, DIGITS[0], "nearest");
  const old = (from.point ? "" : from.text) || formatJudgement(rounded);
  const ends = `${centreFirst(taking, j, from, old)} to ${centreFirst(taking, j, after, value)}`;
  const verb = after.mu > from.mu ? "raise" : "lower";
  return {
    address,
    before: middleOf(from),
    after: middleOf(after),
    log_odds: after.mu - from.mu,
    deviations,
    value,
    sentence: `${verb} ${address} by ${counted(deviations)}, from ${ends}`,
  };
}

function counted(deviations) {
  const number = general(Math.abs(deviations), 2);
  return `${number} deviation${number === "1" ? "" : "s"}`;
}

/** Put the centre of an interval before what is written; a point is that alone. */
function centreFirst(taking, j, value, text) {
  const middle = middleOf(value);
  const point = { low: middle, high: middle, scale: value.scale };
  const centre = roundedTo(taking, j, point, DIGITS[0], "nearest");
  return value.point ? text : `${formatJudgement(centre)} (${text})`;
}
