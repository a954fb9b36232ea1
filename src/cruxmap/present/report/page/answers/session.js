// The open session: what is open and how it is changed (opened.js, changing.js), and what follows. Every
// change makes a new version, and is answered at once at central judgements.

import { mentionedBy, parseCondition } from "../language/conditions.js";
import { ProblemError } from "../language/problems.js";
import { MAP, UNCHANGED } from "../language/worldviews.js";
import { averagesAt } from "./averages.js";
import { contentsWith, openContents } from "./brought_contents.js";
import { changesOf, findEffects } from "./changed.js";
import { Changing } from "./changing.js";
import { cruxTable } from "./cruxes.js";
import { diffOf } from "./diff.js";
import { evidenceOf } from "./evidence.js";
import { Interviewer } from "./interview/interviewer.js";
import { chanceFromLogit } from "./information.js";
import { makePool, Superseded } from "./pool.js";
import { bestOf, rankedWith, Stale } from "./ranked.js";
import { takesOf } from "./takes.js";
import { diffWithTexts, takesWithTexts } from "./texts.js";

/** How many changes have their effects found at once, and not when the page has time. */
const [EFFECTS_AT_ONCE, EFFECTS_AFTER] = [2, 60];

/** How many milliseconds after the page is idle what a changed certainty needs is made ready. */
const WARM_AFTER = 1500;

/**
 * Open a session on a model's data. `contents` is what people read, for texts and Sobol shares;
 * `makeWorker` and `workers` are for the pool (see pool.js); `later` runs something when the page has
 * time.
 * @param {object} model
 * @param {{contents?: object, makeWorker?: () => Worker | null, workers?: number, wasm?: boolean,
 *   later?: (run: () => void, milliseconds: number) => void}} [options]
 * @returns {Session}
 */
export function createSession(model, options = {}) {
  return new Session(model, options);
}

class Session extends Changing {
  constructor(model, { contents = null, makeWorker = null, workers, wasm = true, later = setTimer }) {
    super(model, { wasm, later });
    this.contents = contents;
    if (contents?.entries) this.contents = openContents(contents, () => this.contentsNow(contents));
    this.openPool = () => makePool(model, makeWorker, workers, this.extensions.shipped.structure);
    this.interview = contents?.interview ? new Interviewer(this, contents.interview) : null;
    this.kept = new Map(); // diffs of shipped worldviews, which no change makes old
    globalThis.requestIdleCallback?.(() => this.warm());
  }

  /** What people read of the model as it is open now. */
  contentsNow(shipped) {
    const { extension, visitors, name, own } = this;
    if (extension === this.extensions.shipped) return shipped;
    extension.contents ??= contentsWith(shipped, extension.model, { visitors, own: { id: name, ...own } });
    return extension.contents;
  }

  /** Make ready, while nobody waits, what the first change needs, and what a changed certainty needs. */
  warm() {
    this.gap(MAP);
    this.later(() => this.asking.warm(), WARM_AFTER);
  }

  // --- at once ------------------------------------------------------------------------------------------

  /** The answers at central judgements, exact. */
  get central() {
    return this.once("central", () => centralOf(this.version, this.state, this.beyond));
  }

  /**
   * The log-odds of now minus those of a shipped worldview, central, under the same conditions; `null`
   * where what is given is impossible in one of them.
   * @param {string} worldview @returns {number | null}
   */
  gap(worldview) {
    if (this.beyond !== "") return null;
    const gap = this.state.logOdds - this.shippedLogOdds.get(worldview);
    return Number.isNaN(gap) ? null : gap;
  }

  /** The target's central log-odds in each worldview without changes, given what is given now. */
  get shippedLogOdds() {
    const { given } = this.step;
    const conditions = [...given.assuming, ...given.observed];
    const engine = this.engineFor(conditions);
    return engine.asking.remembered("shipped", JSON.stringify(given), () => {
      const target = engine.model.targets[0].variable;
      const evidence = evidenceOf(engine.structure, conditions);
      const columns = this.worldviews.flatMap((id) => {
        const entries = engine.asking.entriesOf(engine.shipped(id));
        return [0, 1].map((side) => ({ entries, evidence: [...evidence, [target, [side]]] }));
      });
      const answers = engine.asking.askEach(columns, false);
      return new Map(
        this.worldviews.map((id, number) => [id, answers[2 * number + 1].logZ - answers[2 * number].logZ]),
      );
    });
  }

  /** What answers for worldviews without changes: nothing that the reader brings has force in them. */
  engineFor(conditions) {
    const { others } = this.extensions;
    const isKnown = (name) => others.structure.entry.has(name);
    return conditions.flatMap(mentionedBy).every(isKnown) ? others : this.extension;
  }

  /** The rows of the ranking by value alone, at central judgements. */
  alone() {
    return this.once("alone", () => (this.isOpen ? rankedWith(this.state) : []));
  }

  /**
   * The row of anything that could be learned, at central judgements; `null` where there is none.
   * @param {string} id
   */
  row(id) {
    return this.isOpen ? (this.state.ranking.rows.get(id) ?? null) : null;
  }

  /** Why the ranking leaves things out, by id. */
  get leftOut() {
    return this.isOpen ? this.state.ranking.because : new Map();
  }

  /** Whether there is anything to learn: the target is neither undefined nor certain. */
  get isOpen() {
    return Number.isFinite(this.state.logOdds);
  }

  /**
   * The rows of the ranking in the greedy order, with what each adds, at central judgements. `null`
   * where the session has changed meanwhile.
   * @returns {Promise<object[] | null>}
   */
  greedy() {
    return this.once("greedy", () =>
      this.answered("ranking", "rows", async () => {
        const { state } = this;
        if (!this.isOpen) return [];
        return rankedWith(state, await bestOf(state, state.ranking.shown, this.pause()));
      }),
    );
  }

  /** A pause between parts of the work; it stops the work where the session changes meanwhile. */
  pause() {
    const { version } = this;
    return async () => {
      await new Promise((resolve) => this.later(resolve, 0));
      if (version !== this.version) throw new Stale();
    };
  }

  /**
   * The probability of a condition at central judgements. `given` takes the place of what is assumed, or
   * of what its `assuming` and `observed` name.
   * @param {string} text @param {string | string[] | {assuming?: string[], observed?: string[]}} [given]
   * @returns {number}
   */
  probability(text, given = {}) {
    const isAsGiven = given !== null && Object.keys(given).length === 0;
    const known = isAsGiven ? this.central.claims.get(text) : undefined;
    if (typeof known === "number") return known;
    if (typeof text !== "string") {
      throw new ProblemError("wrong-shape", "this must be an id or a condition");
    }
    this.checkAnswers();
    const isList = typeof given === "string" || Array.isArray(given);
    const all = this.givenWith(isList ? { assuming: given } : given);
    return this.explained(() => {
      const state = this.stateGiven(all);
      const named = state.named.get(text);
      const logOdds = named ? state.logOddsAt([named]) : state.logOddsOf(parseCondition(text, this.model));
      if (!Number.isNaN(logOdds)) return chanceFromLogit(logOdds).yes;
      const words = `what is assumed and observed is ${state.impossible}`;
      throw new ProblemError("impossible-evidence", words, HINT_OF_IMPOSSIBLE);
    });
  }

  // --- over draws ---------------------------------------------------------------------------------------

  /** The workers, once there is something for them to do. */
  get pool() {
    this.madePool ??= this.openPool();
    this.madePool.extendTo?.(this.structure);
    return this.madePool;
  }

  /** Throw a ProblemError where too much is brought or given for numbers. */
  checkAnswers() {
    if (this.beyond !== "") throw new ProblemError("needs-another-network", this.beyond);
  }

  /**
   * By target its central probability, its mean over draws and their 5th and 95th percentile;
   * `effective` is how many draws they are worth where something is observed. `null` where the session
   * has changed meanwhile. What the first draws say is told before ("first"), each mean with its standard
   * `error`.
   * @returns {Promise<object | null>}
   */
  estimate() {
    return this.overDraws("estimate", async (pool, version) => {
      const { state, model } = this;
      const estimate = (found) =>
        Object.fromEntries(model.targets.map(({ name }) => [name, this.estimateOf(name, found)]));
      const onFirst = (found) => {
        if (version === this.version) this.emit("first", { estimate: estimate(found) });
      };
      if (state.isImpossible) return estimate(null);
      return estimate(await pool.estimate(this.setting, this.step.given, { onFirst }));
    });
  }

  estimateOf(name, found) {
    const { state } = this;
    if (found === null) {
      const reason = this.beyond || `what is assumed and observed is ${state.impossible}`;
      return { central: null, mean: null, interval_90: null, reason };
    }
    const central = name === this.model.targets[0].name ? state.chance.yes : state.also[name];
    const { mean, median, interval_90: interval, error } = found.targets[name];
    const effective = found.effective === null ? {} : { effective: found.effective };
    const uncertain = error === undefined ? {} : { error };
    return { central, mean, median, interval_90: interval, ...uncertain, ...effective };
  }

  /**
   * What the target turns on, as the command line's JSON, averaged over draws; Sobol shares are those
   * that were shipped, and `null` with a reason where something is changed. `null` where the session has
   * changed meanwhile.
   * @returns {Promise<object | null>}
   */
  cruxes() {
    return this.overDraws("cruxes", async (pool) => {
      const { state, setting } = this;
      const { given } = this.step;
      const variables = [...new Set(state.candidates.map((one) => one.variable))];
      return cruxTable(state, {
        start: this.startedFrom,
        isShipped: changesOf(this.model, this.step).length === 0,
        contents: this.contents,
        joint: state.isImpossible ? null : await averagesAt(pool, setting, given, variables),
        best: (candidates) => bestOf(state, candidates, this.pause()),
        logOdds: (columns) => pool.logOdds(columns, given),
      });
    });
  }

  /**
   * Where the present state (`a`) and a worldview (`b`) part, as the command line's JSON; `null` stands
   * for the present state, and `from` for another `a`. `null` where the session has changed meanwhile.
   * @param {string | null} other @param {string | null} [from] @returns {Promise<object | null>}
   */
  diff(other, from = null) {
    const { structure, asking } = this;
    const [a, b] = [this.sideOf(from), this.sideOf(other)];
    const { given } = this.step;
    const key = JSON.stringify([from, other, given]);
    const find = async (pool, version) => {
      this.checkAnswers();
      const isNow = () => version === this.version;
      const onProgress = (done, most) => isNow() && this.emit("progress", { of: "diff", done, most });
      const onShares = (shares) => isNow() && this.emit("shares", { other, from, shares });
      const diff = await diffOf({ structure, asking, pool }, a, b, given, { onProgress, onShares });
      return diffWithTexts(diff, this.contents, this.model);
    };
    if (from === null || other === null) return this.overDraws("diff", find, key);
    return this.kept.get(key) ?? this.overDraws("diff", async (...pool) => {
      const answer = await find(...pool);
      this.kept.set(key, Promise.resolve(answer));
      return answer;
    }, key);
  }

  /**
   * A shipped worldview, or the present state, which bears the name of its start as long as it is that.
   */
  sideOf(id) {
    if (id !== null) return { name: id, setting: this.shipped(id) };
    const name = this.own === UNCHANGED ? this.startedFrom : this.name;
    return { name, setting: this.setting };
  }

  /**
   * The least changes of numbers that carry the estimate of the present state to a goal, as the command
   * line's JSON: `above` or `below` a probability, or to `agree_with` a worldview; `far` lets numbers move
   * by more than three deviations. `null` where the session has changed meanwhile.
   * @param {{above?: number, below?: number, agree_with?: string, far?: boolean}} goal
   * @returns {Promise<object | null>}
   */
  takes({ above, below, agree_with: other, far = false }) {
    const { structure, asking, step } = this;
    const settingWith = (texts) => this.settled({ ...step, own: withNumbers(step.own, texts) });
    const side = { ...this.sideOf(null), settingWith };
    const wanted = { above, below, agreeWith: other === undefined ? undefined : this.sideOf(other) };
    const find = async (pool, version) => {
      this.checkAnswers();
      const isNow = () => version === this.version;
      const onProgress = (done, most) => isNow() && this.emit("progress", { of: "takes", done, most });
      const options = { far, onProgress, pause: this.pause() };
      const takes = await takesOf({ structure, asking, pool }, side, wanted, step.given, options);
      return takesWithTexts(takes, this.contents, structure);
    };
    return this.overDraws("takes", find, JSON.stringify(["takes", above, below, other, far]));
  }

  /**
   * Find something of this version in the pool, once for a key; `null` where the session changes
   * meanwhile.
   */
  overDraws(name, find, key = name) {
    const { version } = this;
    return this.once(key, () => this.answered(name, name, () => find(this.pool.at(version), version)));
  }

  /** Tell listeners of an answer when it is there; `null` where the session changes meanwhile. */
  async answered(event, name, find) {
    const { version } = this;
    try {
      const answer = await find();
      if (version !== this.version) return null;
      this.emit(event, { [name]: answer });
      return answer;
    } catch (problem) {
      if (problem instanceof Superseded || problem instanceof Stale) return null;
      this.emit("problem", { problem });
      throw problem;
    }
  }

  /** Let the workers go. */
  close() {
    this.madePool?.close();
    this.madePool = null;
  }

  // --- what was changed ---------------------------------------------------------------------------------

  /**
   * What was changed since the start, each with its effect: the change of the target's central
   * probability if this one alone is taken back. `null` where it is undefined, or not found yet
   * ("changes" tells when).
   */
  get changes() {
    return this.once("changes", () => {
      const { version, step } = this;
      const changes = changesOf(this.model, step);
      const find = () => this.beyond === "" && findEffects(this.state, step, changes);
      if (changes.length <= EFFECTS_AT_ONCE) find();
      else {
        this.later(() => {
          if (version !== this.version) return;
          find();
          this.emit("changes", {});
        }, EFFECTS_AFTER);
      }
      return changes;
    });
  }
}

const HINT_OF_IMPOSSIBLE =
  "found by inference: look for a 0% or a 100% on the way, or for two that exclude each other";

/** The page's changes with other numbers in some places besides. */
function withNumbers(own, texts) {
  const judgements = [...texts].map(([at, value]) => ({ at, value }));
  return { ...own, judgements: [...own.judgements, ...judgements] };
}

function setTimer(run, milliseconds) {
  setTimeout(run, milliseconds);
}

/** The answers at central judgements, found when they are asked for. */
function centralOf(version, state, beyond) {
  const isKnown = !state.isImpossible;
  return {
    version,
    beyond,
    target: isKnown ? state.chance.yes : null,
    chance: isKnown ? state.chance : null,
    logOdds: isKnown ? state.logOdds : null,
    impossible: state.impossible,
    get also() {
      return state.also;
    },
    get claims() {
      return state.claims.claims;
    },
    get givenTrue() {
      return state.claims.givenTrue;
    },
    get givenFalse() {
      return state.claims.givenFalse;
    },
    get slopes() {
      return state.slopes;
    },
  };
}
