// What the worldviews of a session make together: who is heard, the pool of their answers, and who parts
// from whom on what. The numbers are those of pooled.js and pairs.js; here is what is kept, and when it
// is old.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { expit, logit } from "../engine/special.js";
import { parseCondition } from "../language/conditions.js";
import { under } from "../language/names.js";
import { MAP } from "../language/worldviews.js";
import { givenOf } from "./changed.js";
import { carrierOf, pairMatrix } from "./pairs.js";
import {
  answerOfNumbers,
  checkedWeights,
  explanationOf,
  mixingOf,
  pooledNumbers,
  poolOfAnswers,
  whoIsHeard,
} from "./pooled.js";
import { saysLittle } from "./says_little.js";
import { makeState } from "./state.js";
import { meanOf, quantiles } from "./summaries.js";
import { awaited, shortPause } from "./waiting.js";

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

  /** Whether what is given is what the model gives. */
  get isAsGiven() {
    return JSON.stringify(this.given) === JSON.stringify(givenOf(this.session.model));
  }

  /** Keep what is found for a name under what is given, unless it fails. */
  keep(name, find) {
    const key = JSON.stringify([name, this.given]);
    if (!this.kept.has(key)) {
      const found = find();
      this.kept.set(key, found);
      found.catch?.(() => this.kept.get(key) === found && this.kept.delete(key));
    }
    return this.kept.get(key);
  }

  /** The state of a worldview as it is in its file, at central judgements under what is given. */
  stateOf(id) {
    const { session } = this;
    const setting = session.shipped(id);
    if (this.states?.given !== this.given) this.states = { given: this.given, of: new WeakMap() };
    if (!this.states.of.has(setting)) {
      const state = makeState(session.structure, session.asking, setting, this.given);
      this.states.of.set(setting, state);
    }
    return this.states.of.get(setting);
  }

  // --- over draws -------------------------------------------------------------------------------------

  /**
   * A worldview's estimate as it was when the page was made, if that is right now; `null` where it is
   * not, or there is none.
   * @param {string} id
   */
  made(id) {
    const { contents } = this.session;
    const isVisitor = this.present.some((shape) => shape.id === id);
    if (isVisitor || contents === null || contents.reconcile || !this.isAsGiven) return null;
    return contents.worldviews[id]?.estimate ?? null;
  }

  /**
   * The target's mean over draws in a worldview, what lies about it, and the mean's log-odds.
   * @param {object} pool of the session's present version @param {string} id
   * @returns {Promise<{mean: number | null, interval_90: [number, number] | null, logOdds: number}>}
   */
  async estimate(pool, id) {
    const made = this.made(id);
    if (made !== null) return { ...made, logOdds: made.mean === null ? NaN : logit(made.mean) };
    return this.keep(`estimate ${id}`, async () => {
      if (this.stateOf(id).isImpossible) return { mean: null, interval_90: null, logOdds: NaN };
      const found = await pool.estimate(this.session.shipped(id), this.given);
      const { mean, interval_90: interval, meanOfNot } = found.targets[this.session.model.targets[0].name];
      const logOdds = mean === null ? NaN : Math.log(mean) - Math.log(meanOfNot);
      return { mean, interval_90: interval, logOdds };
    });
  }

  /** Who of some worldviews says little about the target. */
  async littleOf(pool, voices) {
    const little = [];
    for (const id of voices) if (await this.isLittle(pool, id)) little.push(id);
    return little;
  }

  async isLittle(pool, id) {
    const shape = this.present.find((one) => one.id === id);
    const made = shape === undefined ? this.session.contents?.worldviews[id]?.estimate : undefined;
    if (made !== undefined && made !== null && this.isAsGiven) return made.whose?.says_little === true;
    return this.keep(`little ${id}`, async () => {
      const { session, given } = this;
      const { structure, asking, model } = session;
      const parent = (shape ?? under(model.worldviews, id))?.extends ?? null;
      const stated = statedOf(session, shape, id);
      const voice = { name: id, state: this.stateOf(id), extends: parent, stated };
      const stateOf = (name) => this.stateOf(name);
      const logOdds = (columns) => pool.logOdds(columns, given);
      return saysLittle(structure, voice, { stateOf, logOdds, given, asking });
    });
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
    return this.withNumbers(found, () => {
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
    const heard = able.map(([id, weight]) => ({ setting: session.shipped(id), weight }));
    const everybody = [...weights.keys(), MAP].map((id) => session.shipped(id));
    return mixingOf(session.model, everybody, heard);
  }

  /** The target's log-odds at some numbers, none of which is a share that others fill up. */
  logOddsAt(mu) {
    const { asking } = this.session;
    const entries = asking.entriesOf({ mu, single: new Uint8Array(mu.length) });
    const [no, yes] = asking.ask(entries, this.stateOf(MAP).sidesOfTarget, false);
    return yes.logZ - no.logZ;
  }

  /** A pool of answers with the pool of numbers beside it, or why there is none. */
  withNumbers(found, find) {
    const told = ([probability, interval]) => ({
      ...found,
      answers: [...found.answers, answerOfNumbers(probability, interval)],
      explanation: explanationOf(found.answers[1].probability, probability),
    });
    const without = (problem) => {
      if (problem.name !== "TooManyCases") throw problem;
      return { ...found, explanation: `Judgements are not pooled: ${problem.message}.` };
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
    return this.withNumbers(whole, () => this.numbersOverDraws(pool, this.mixing(found, weights)));
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

/** The conditions that a worldview itself has stated something of. */
function statedOf({ model, contents }, shape, id) {
  const stated = shape?.stated ?? contents?.worldviews[id]?.said ?? [];
  return stated.map(({ of }) => parseCondition(of, model));
}
