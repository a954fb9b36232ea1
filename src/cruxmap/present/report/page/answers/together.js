// What the worldviews of a session make together: who is heard, the pool of their answers, and who parts
// from whom on what. The numbers are those of pooled.js and pairs.js; here is what is kept, and when it
// is old.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { expit, logit } from "../engine/special.js";
import { parseCondition } from "../language/conditions.js";
import { under } from "../language/names.js";
import { conditionOfPlain } from "../language/plain_conditions.js";
import { hasNobodys, layersOfOpinions, MAP, settle } from "../language/worldviews.js";
import { givenOf } from "./changed.js";
import { carrierOf, pairMatrix } from "./pairs.js";
import {
  answerOfNumbers,
  checkedWeights,
  explanationOf,
  inACircle,
  mixingOf,
  noOpinionText,
  pooledNumbers,
  poolOfAnswers,
  whoIsHeard,
} from "./pooled.js";
import { numbersIn, saysLittle } from "./says_little.js";
import { makeState } from "./state.js";
import { meanOf, quantiles } from "./summaries.js";
import { awaited, shortPause } from "./waiting.js";

/** How many states of a worldview are kept, under other conditions. */
const STATES_KEPT = 4;


/** How many draws of pooled numbers are made before the page may breathe. */
const DRAWS_AT_A_TIME = 128;

const opened = new WeakMap();

/**
 * What a session's worldviews make together; the same for the same session.
 * @param {object} session
 * @returns {Together}
 */
export function togetherOf(session) {
  if (!opened.has(session)) opened.set(session, new Together(session));
  return opened.get(session);
}

class Together {
  constructor(session) {
    this.session = session;
    this.kept = new Map();
    this.states = new WeakMap();
    this.visitors = [...this.present];
    session.on("reviewers", () => this.forget());
  }

  get present() {
    return this.session.visitors ?? [];
  }

  /** Forget what is known where a file was taken out: another may come under its name. */
  forget() {
    const isGone = this.visitors.some((shape) => !this.present.includes(shape));
    this.visitors = [...this.present];
    if (isGone) this.kept.clear();
  }

  /** Those whom the model compares, and whoever came since; the map's own numbers may be among them. */
  get voices() {
    return [...this.session.model.model.worldviews, ...this.present.map((shape) => shape.id)];
  }

  /** The same without the map's own numbers. */
  get reviewers() {
    return this.voices.filter((id) => id !== MAP);
  }

  get given() {
    return this.session.step.given;
  }

  /** What the model gives by itself. */
  get givenByModel() {
    return givenOf(this.session.model);
  }

  /** Keep what is found for a name under what is given, unless it fails. */
  keep(name, find, given = this.given) {
    const key = JSON.stringify([name, given]);
    if (!this.kept.has(key)) {
      const found = find();
      this.kept.set(key, found);
      found.catch?.(() => this.kept.get(key) === found && this.kept.delete(key));
    }
    return this.kept.get(key);
  }

  /** The state of a worldview as it is in its file, at central judgements. */
  stateOf(id, given = this.given) {
    const { session } = this;
    const setting = session.shipped(id);
    if (!this.states.has(setting)) this.states.set(setting, new Map());
    const ofSetting = this.states.get(setting);
    const key = JSON.stringify(given);
    if (!ofSetting.has(key)) {
      if (ofSetting.size >= STATES_KEPT) ofSetting.clear();
      ofSetting.set(key, makeState(session.structure, session.asking, setting, given));
    }
    return ofSetting.get(key);
  }

  // --- over draws -------------------------------------------------------------------------------------

  /**
   * A worldview's estimate as it was when the page was made, if that is right under what is given; `null`
   * where it is not, or there is none.
   * @param {string} id
   */
  made(id, given = this.given) {
    const { contents } = this.session;
    if (this.shapeOf(id) !== undefined || contents === null || contents.reconcile) return null;
    const isAsMade = JSON.stringify(given) === JSON.stringify(this.givenByModel);
    return isAsMade ? (under(contents.worldviews, id)?.estimate ?? null) : null;
  }

  /** The file by which a worldview came; undefined for those that were there. */
  shapeOf(id) {
    return this.present.find((shape) => shape.id === id);
  }

  /**
   * The target's mean over draws in a worldview, what lies about it, and the mean's log-odds.
   * @param {object} pool of the session's present version @param {string} id
   * @returns {Promise<{mean: number | null, interval_90: [number, number] | null, logOdds: number,
   *   quantiles: number[] | null}>} `quantiles` in hundredths, of what was not made with the page
   */
  async estimate(pool, id, given = this.given) {
    const made = this.made(id, given);
    if (made !== null) return { ...NO_ESTIMATE, ...made, logOdds: logitOr(made.mean) };
    return this.keep(
      `estimate ${id}`,
      async () => {
        if (this.stateOf(id, given).isImpossible) return NO_ESTIMATE;
        const found = await pool.estimate(this.session.shipped(id), given);
        return estimateOf(found, this.session.model.targets[0].name);
      },
      given,
    );
  }

  /**
   * The estimates of those who came by files, as those of the others were made: under what the model
   * gives. `tell` is called with each that is known. `null` where the session has changed meanwhile.
   * @param {(id: string, estimate: object) => void} tell @returns {Promise<boolean | null>}
   */
  async estimatesOfVisitors(tell) {
    const { session, givenByModel: given } = this;
    return session.overDraws("visitors", async (pool, version) => {
      for (const { id } of this.present) {
        const estimate = await this.estimate(pool, id, given);
        const little = await this.isLittle(pool, id, given);
        const [central, fitted] = [this.centralIn(id, given), this.fittedIn(id, given)];
        const found = { ...estimate, central, little, fitted };
        if (version === session.version) tell(id, found);
      }
      return true;
    });
  }

  /** The target's central probability in a worldview; `null` where what is given is impossible. */
  centralIn(id, given = this.givenByModel) {
    const state = this.stateOf(id, given);
    return state.isImpossible ? null : state.chance.yes;
  }

  /** How many numbers that bear on the target a worldview has fitted. */
  fittedIn(id, given = this.givenByModel) {
    const voice = { name: id, state: this.stateOf(id, given) };
    return numbersIn(this.session.structure, voice).counts.fitted;
  }

  /** Who of some worldviews says little about the target. */
  async littleOf(pool, voices) {
    const little = [];
    for (const id of voices) if (await this.isLittle(pool, id)) little.push(id);
    return little;
  }

  async isLittle(pool, id, given = this.given) {
    const made = this.made(id, given);
    if (made !== null) return made.whose?.says_little === true;
    const find = async () => {
      const { session } = this;
      const { structure, asking, model } = session;
      const shape = this.shapeOf(id);
      const parent = (shape ?? under(model.worldviews, id))?.extends ?? null;
      const stated = statedOf(session, shape, id);
      const voice = { name: id, state: this.stateOf(id, given), extends: parent, stated };
      const stateOf = (name) => this.stateOf(name, given);
      const logOdds = (columns) => pool.logOdds(columns, given);
      return saysLittle(structure, voice, { stateOf, logOdds, given, asking });
    };
    return this.keep(`little ${id}`, find, given);
  }

  // --- the pool ---------------------------------------------------------------------------------------

  /**
   * The pool at central judgements, at once, of those who have a weight.
   * @param {Map<string, number>} weights
   */
  central(weights) {
    const ids = [...weights.keys()];
    const worldviews = ids.map((id) => this.centralOf(id));
    const found = poolOfAnswers({ worldviews, weights, prior: this.stateOf(MAP).logOdds });
    if (found.answers.length === 0) return found;
    return this.withNumbers(found, weights, () => {
      const logOdds = this.logOddsAt(pooledNumbers(this.mixing(found, weights), null, 1));
      return [expit(logOdds), null];
    });
  }

  centralOf(id) {
    const { logOdds, isImpossible, impossible } = this.stateOf(id);
    return { name: id, logOdds, impossible: isImpossible ? impossible : null };
  }

  /** What a pool of numbers is made of: those with an estimate, and all others that could have had one. */
  mixing({ worldviews }, weights) {
    const { session } = this;
    const able = [...weights].filter(([id]) => Object.hasOwn(worldviews, id));
    const isLess = this.noOpinion(weights) !== "";
    const settingOf = (id) => (isLess ? this.opinionsOf(id) : session.shipped(id));
    const heard = able.map(([id, weight]) => ({ setting: settingOf(id), weight }));
    const everybody = [...weights.keys(), MAP].map(settingOf);
    return mixingOf(session.model, everybody, heard);
  }

  /** What those who have a weight have that is no opinion, be it from another: empty if there is nothing. */
  noOpinion(weights) {
    const { session } = this;
    const ids = [...weights.keys()];
    const isFitted = ids.some((id) => session.shipped(id).fitted.some((why) => why !== ""));
    const isNobodys = ids.some((id) => hasNobodys(session.model, id, true));
    return noOpinionText(isFitted, isNobodys);
  }

  /** The numbers of a worldview without what is no opinion. Throws ProblemError. */
  opinionsOf(id) {
    const { model } = this.session;
    return settle(model, layersOfOpinions(model, id));
  }

  /** The target's log-odds at some numbers, none of which is a share that others fill up. */
  logOddsAt(mu) {
    const { asking } = this.session;
    const entries = asking.entriesOf({ mu, single: new Uint8Array(mu.length) });
    const [no, yes] = asking.ask(entries, this.stateOf(MAP).sidesOfTarget, false);
    return yes.logZ - no.logZ;
  }

  /** A pool of answers with the pool of numbers beside it, or why there is none. */
  withNumbers(found, weights, find) {
    const leftOut = this.noOpinion(weights);
    const told = ([probability, interval]) => ({
      ...found,
      answers: [...found.answers, answerOfNumbers(probability, interval, leftOut)],
      explanation: explanationOf(found.answers[1].probability, probability, leftOut),
    });
    const without = (problem) => {
      const isCircle = problem.code === "same-as-circle";
      if (problem.name !== "TooManyCases" && !isCircle) throw problem;
      const why = isCircle ? inACircle(leftOut) : problem.message;
      return { ...found, explanation: `Judgements are not pooled: ${why}.` };
    };
    try {
      const answer = find();
      return answer instanceof Promise ? answer.then(told).catch(without) : told(answer);
    } catch (problem) {
      return without(problem);
    }
  }

  /**
   * The pool over draws, as the command line's JSON: of those who have a weight, or without any of all
   * who do not say little. `null` where the session has changed meanwhile.
   * @param {unknown} [weights] @returns {Promise<object | null>}
   */
  async pool(weights = null) {
    const given = weights === null ? null : checkedWeights(weights, this.reviewers);
    const key = JSON.stringify(["pool", given && [...given]]);
    return this.session.overDraws("pool", (pool) => this.poolAt(pool, given), key);
  }

  async poolAt(pool, given) {
    const { model } = this.session;
    const little = given === null ? await this.littleOf(pool, this.reviewers) : [];
    const weights = given ?? new Map(whoIsHeard(this.reviewers, little).map((id) => [id, 1]));
    const worldviews = [];
    for (const id of weights.keys()) {
      const { logOdds } = await this.estimate(pool, id);
      worldviews.push({ ...this.centralOf(id), logOdds });
    }
    const { logOdds: prior } = await this.estimate(pool, MAP);
    const found = poolOfAnswers({ worldviews, weights: given, prior });
    const whole = { model: model.model.id, target: model.targets[0].name, ...found, says_little: little };
    if (found.answers.length === 0) return whole;
    const find = () => this.numbersOverDraws(pool, this.mixing(found, weights));
    return this.withNumbers(whole, weights, find);
  }

  /** The mean and the 90% interval of the target over draws of pooled numbers. */
  async numbersOverDraws(pool, mixing) {
    const { model } = this.session;
    const n = model.model.draws;
    const parts = [];
    for (let start = 0; start < n; start += DRAWS_AT_A_TIME) {
      const stop = Math.min(n, start + DRAWS_AT_A_TIME);
      const u = pooledNumbers(mixing, normalsOf(model, start, stop), stop - start);
      const columns = { u, single: new Uint8Array(model.addresses.length), D: stop - start };
      parts.push(awaited(pool.logOdds(columns, this.given)));
      await shortPause();
    }
    const all = (await Promise.all(parts)).flatMap((part) => [...part]);
    const logOdds = Float64Array.from(all.filter((value) => !Number.isNaN(value))).sort();
    const weights = new Float64Array(logOdds.length).fill(1);
    const [low, high] = quantiles(logOdds, weights, [0.05, 0.95]);
    return [meanOf(logOdds.map(expit), weights), [expit(low), expit(high)]];
  }

  // --- pairs ------------------------------------------------------------------------------------------

  /**
   * Every pair of worldviews, as the command line's JSON; with `everyone`, those too who say little. With
   * `carriers`, [row][column] has besides which entry carries most of each gap. `onProgress` is told how
   * many pairs were looked into. `null` where the session has changed meanwhile.
   * @param {{everyone?: boolean, carriers?: boolean}} [how] @returns {Promise<object | null>}
   */
  async pairs({ everyone = false, carriers = true } = {}) {
    const key = JSON.stringify(["pairs", everyone, carriers]);
    return this.session.overDraws("pairs", async (pool, version) => {
      const matrix = await this.matrix(pool, everyone);
      return carriers ? { ...matrix, carried_by: await this.carriers(pool, matrix, version) } : matrix;
    }, key);
  }

  /**
   * The pairs at central numbers, at once, without means, and with those whose voice is not weighed yet.
   */
  pairsAtOnce() {
    const little = this.voices.filter((id) => this.made(id)?.whose?.says_little === true);
    const heard = whoIsHeard(this.voices, little);
    const voices = heard.map((name) => ({ name, state: this.stateOf(name) }));
    return pairMatrix(this.session.structure, voices, new Map(), little);
  }

  async matrix(pool, everyone) {
    const little = everyone ? [] : await this.littleOf(pool, this.voices);
    const heard = whoIsHeard(this.voices, little);
    const [voices, means] = [[], new Map()];
    for (const name of heard) {
      voices.push({ name, state: this.stateOf(name) });
      means.set(name, (await this.estimate(pool, name)).mean);
      await shortPause();
    }
    return pairMatrix(this.session.structure, voices, means, little);
  }

  /**
   * Which entry carries most of each gap, [row][column]; `null` where none does, or too many are mixed.
   */
  async carriers(pool, { worldviews }, version) {
    const { session, given } = this;
    const most = (worldviews.length * (worldviews.length - 1)) / 2;
    const found = worldviews.map(() => worldviews.map(() => null));
    const logOdds = (columns) => pool.logOdds(columns, given);
    let done = 0;
    for (const [i, one] of worldviews.entries()) {
      for (const [j, other] of worldviews.slice(0, i).entries()) {
        const [a, b] = [one, other].map((name) => ({ name, state: this.stateOf(name) }));
        const carrier = await this.keep(`carrier ${one} ${other}`, () =>
          unlessTooMany(carrierOf(session.structure, a, b, logOdds)),
        );
        found[i][j] = carrier;
        found[j][i] = carrier && { ...carrier, share_logit: 0 - carrier.share_logit };
        done += 1;
        if (version === session.version) session.emit("progress", { of: "pairs", done, most });
      }
    }
    return found;
  }
}

/** What is promised; `null` where too many brought entries would have to be mixed. */
async function unlessTooMany(promise) {
  try {
    return await promise;
  } catch (problem) {
    if (problem.name === "TooManyCases") return null;
    throw problem;
  }
}

/** The standard normals of addresses in some draws, by the address's number. */
function normalsOf(model, start, stop) {
  const z = latinHypercube(bytesOf(model.keys), model.model.draws, start, stop);
  const size = stop - start;
  return (address) => z.subarray(address * size, (address + 1) * size);
}

const NO_ESTIMATE = { mean: null, interval_90: null, logOdds: NaN, quantiles: null };

function logitOr(mean) {
  return mean === null ? NaN : logit(mean);
}

function estimateOf({ targets, weights }, target) {
  const { mean, interval_90: interval, meanOfNot, draws } = targets[target];
  const logOdds = mean === null ? NaN : Math.log(mean) - Math.log(meanOfNot);
  const spread = mean === null ? null : hundredths(draws, weights);
  return { mean, interval_90: interval, logOdds, quantiles: spread };
}

/** The percentiles from 0 to 100 of draws, which may have weights. */
function hundredths(draws, weights) {
  const possible = [...draws.keys()].filter((d) => !Number.isNaN(draws[d]) && (weights?.[d] ?? 1) > 0);
  possible.sort((a, b) => draws[a] - draws[b]);
  const values = Float64Array.from(possible, (d) => draws[d]);
  const ofValues = Float64Array.from(possible, (d) => weights?.[d] ?? 1);
  return quantiles(values, ofValues, Array.from({ length: 101 }, (_, k) => k / 100));
}

/** The conditions that a worldview itself has stated something of. */
function statedOf({ model, contents }, shape, id) {
  if (shape?.stated !== undefined) return shape.stated.map(({ of }) => conditionOfPlain(model, of));
  const said = contents?.worldviews[id]?.said ?? [];
  return said.map(({ of }) => parseCondition(of, model));
}
