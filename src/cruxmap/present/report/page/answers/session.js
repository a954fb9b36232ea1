// The open session: a worldview that was started from, what was changed and is given, and what follows.
// Every change is a step that can be undone, makes a new version, and is answered at once at central
// judgements.

import { withNumber, withRejection } from "../language/changes.js";
import { conditionText, parseConditions, parseCondition } from "../language/conditions.js";
import { fragmentOf, readFragment } from "../language/fragment.js";
import { ProblemError } from "../language/problems.js";
import { layersOf, MAP, UNCHANGED } from "../language/worldviews.js";
import { readWorldviewFile } from "../language/worldview_file.js";
import { freeId, worldviewFile } from "../language/yaml.js";
import { Asking } from "./asking.js";
import { averagesAt } from "./averages.js";
import {
  changesOf,
  findEffects,
  givenOf,
  settledAt,
  stepWithout,
  textsOfGiven,
  tidied,
} from "./changed.js";
import { cruxTable } from "./cruxes.js";
import { diffOf } from "./diff.js";
import { NoVariable } from "./evidence.js";
import { History } from "./history.js";
import { chanceFromLogit } from "./information.js";
import { makePool, Superseded } from "./pool.js";
import { bestOf, rankedWith, Stale } from "./ranked.js";
import { makeState } from "./state.js";
import { structureOf } from "./structure.js";
import { takesOf } from "./takes.js";
import { diffWithTexts, takesWithTexts } from "./texts.js";

/** How many changes have their effects found at once, and not when the page has time. */
const [EFFECTS_AT_ONCE, EFFECTS_AFTER] = [2, 60];

/** How many milliseconds after a change a plan for its certainties is made. */
const SPECIALISE_AFTER = 100;

/** How many milliseconds after the page is idle what a changed certainty needs is made ready. */
const WARM_AFTER = 1500;

/** The name of the present state where it is compared, once something is changed. */
const PRESENT = "mine";

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

class Session {
  constructor(model, { contents = null, makeWorker = null, workers, wasm = true, later = setTimer }) {
    this.model = model;
    this.contents = contents;
    this.later = later;
    this.openPool = () => makePool(model, makeWorker, workers, this.structure);
    this.structure = structureOf(model);
    this.asking = new Asking(this.structure, { wasm });
    this.worldviews = [MAP, ...Object.keys(model.worldviews).filter((id) => id !== MAP)];
    this.settings = new Map();
    this.listeners = new Map();
    this.asking.prepare(this.worldviews.map((id) => this.shipped(id)));
    this.version = 0;
    this.history = new History({ start: MAP, own: UNCHANGED, given: givenOf(model) });
    this.found = new Map();
    this.kept = new Map(); // diffs of shipped worldviews, which no change makes old
    globalThis.requestIdleCallback?.(() => this.warm());
  }

  /** Make ready, while nobody waits, what the first change needs, and what a changed certainty needs. */
  warm() {
    this.gap(MAP);
    this.later(() => this.asking.warm(), WARM_AFTER);
  }

  // --- what is open -------------------------------------------------------------------------------------

  get step() {
    return this.history.step;
  }

  /** The worldview that was started from. */
  get startedFrom() {
    return this.step.start;
  }

  /** What is changed, in the form of a worldview in the model's data. */
  get own() {
    return this.step.own;
  }

  /** The conditions that are given now, as texts: `{assuming, observed}`. */
  get givenNow() {
    const texts = (conditions) => conditions.map(conditionText);
    return { assuming: texts(this.step.given.assuming), observed: texts(this.step.given.observed) };
  }

  /** Every number as it is now, as `settle` returns it. */
  get setting() {
    return this.once("setting", () => this.settled(this.step));
  }

  /**
   * The same of a shipped worldview.
   * @param {string} id
   */
  shipped(id) {
    if (!this.settings.has(id)) {
      this.settings.set(id, settledAt(this.model, { start: id, own: UNCHANGED }));
    }
    return this.settings.get(id);
  }

  settled(step) {
    return step.own === UNCHANGED ? this.shipped(step.start) : settledAt(this.model, step);
  }

  // --- changing -----------------------------------------------------------------------------------------

  /**
   * Start from a worldview, without changes; what is given stays, or where all is `afresh` it is the model's.
   * @param {string} id @param {{afresh?: boolean}} [how]
   */
  start(id, { afresh = false } = {}) {
    layersOf(this.model, id); // an unknown one is a problem before anything changes
    this.go({ start: id, own: UNCHANGED, given: afresh ? givenOf(this.model) : this.step.given });
  }

  /**
   * Set a number in the language's notation, or all shares of a row by a list; `null` takes the change
   * back. A step that is `continued`, as a drag is, takes the place of the step before it.
   * @param {string} address @param {string | string[] | null} text @param {{continued?: boolean}} [how]
   */
  set(address, text, { continued = false } = {}) {
    const { start, own, given, last } = this.step;
    const changed = tidied(withNumber(this.model, start, own, address, text));
    this.go({ start, own: changed, given, last: address }, continued && last === address);
  }

  /**
   * Reject an argument, or accept one that the start rejects or only others bring; `null` takes that
   * back.
   * @param {string} name @param {boolean | null} rejected
   */
  reject(name, rejected) {
    const { start, own, given } = this.step;
    this.go({ start, own: tidied(withRejection(this.model, start, own, name, rejected)), given });
  }

  /**
   * Put conditions in place of what is assumed, or observed: texts, `[]` for none.
   * @param {{assuming?: string[] | string, observed?: string[] | string}} conditions
   */
  given(conditions) {
    const { start, own } = this.step;
    const given = this.givenWith(conditions);
    this.explained(() => makeState(this.structure, this.asking, this.setting, given));
    this.go({ start, own, given });
  }

  /** What is given with other conditions in place of what is assumed, or observed. */
  givenWith(conditions) {
    const { assuming, observed } = textsOfGiven(conditions);
    const { given } = this.step;
    const read = (texts, now) => (texts === undefined ? now : parseConditions(texts, this.model));
    return { assuming: read(assuming, given.assuming), observed: read(observed, given.observed) };
  }

  /** Run something, with words where it needs a variable that the plan has not. */
  explained(run) {
    try {
      return run();
    } catch (problem) {
      throw problem instanceof NoVariable ? noVariable(problem.condition) : problem;
    }
  }

  /** Back to the start: the worldview as it is shipped, and what the model gives. */
  reset() {
    this.go({ start: this.startedFrom, own: UNCHANGED, given: givenOf(this.model) });
  }

  /**
   * Take one of `changes` back.
   * @param {object} change
   */
  takeBack(change) {
    this.go(stepWithout(this.model, this.step, change));
  }

  // --- taking it away ---------------------------------------------------------------------------------

  /**
   * The present numbers as a worldview's file, which the map's folder takes under that id.
   * @param {{id?: string, text?: string}} [worldview] its sentence is `text` @returns {string}
   */
  yaml({ id = freeId(this.model, "mine"), text } = {}) {
    const { start, own } = this.step;
    const isAnonymous = this.contents?.anonymous === true;
    const worldview = { id, text, startedFrom: start, changes: own, isAnonymous, given: this.givenNow };
    return worldviewFile(this.model, worldview);
  }

  /**
   * The present state as the fragment of a link.
   * @returns {Promise<string>} `#worldview=…`
   */
  async link() {
    const { start, own, given } = this.step;
    const isModels = JSON.stringify(given) === JSON.stringify(givenOf(this.model));
    return fragmentOf(this.model, { startedFrom: start, changes: own, given: isModels ? null : given });
  }

  /**
   * Take over what a link carries, which anybody may have made.
   * @param {string} fragment
   * @returns {Promise<{isOther: boolean, leftOut: {at: string, why: string}[]}>} whether the map has
   *   changed since the link was made, and what could not be taken over because of that
   */
  async open(fragment) {
    const found = await readFragment(fragment, this.model);
    const given = found.given ?? givenOf(this.model);
    const step = { start: found.startedFrom, own: tidied(found.changes), given };
    this.explained(() => makeState(this.structure, this.asking, this.settled(step), step.given));
    this.go(step);
    return { isOther: found.isOther, leftOut: found.leftOut };
  }

  /**
   * Take over a worldview's file; what is given stays.
   * @param {string} text
   * @returns {{id: string, isOther: boolean, leftOut: {at: string, why: string}[]}} what it calls itself,
   *   whether
   *   the map has changed since it was made, and what could not be taken over
   */
  openFile(text) {
    const { id, startedFrom, changes, isOther, leftOut } = readWorldviewFile(text, this.model);
    this.go({ start: startedFrom, own: tidied(changes), given: this.step.given });
    return { id, isOther, leftOut };
  }

  // --- back and forth ---------------------------------------------------------------------------------

  get canUndo() {
    return this.history.canUndo;
  }

  get canRedo() {
    return this.history.canRedo;
  }

  undo() {
    if (this.history.move(-1)) this.changed();
  }

  redo() {
    if (this.history.move(1)) this.changed();
  }

  go(step, instead = false) {
    this.settled(step); // what cannot be settled is a problem before anything changes
    this.history.go(step, instead);
    this.changed();
  }

  changed() {
    this.version += 1;
    this.found = new Map();
    this.emit("central", {});
    const { version } = this;
    this.later(() => version === this.version && this.asking.specialise(this.setting), SPECIALISE_AFTER);
  }

  // --- listening ----------------------------------------------------------------------------------------

  /**
   * Be told of "central", "changes", "ranking", "estimate", "cruxes", "diff", "shares" (of a diff, before its
   * averages over draws are there), "progress" or "problem".
   * @param {string} event @param {(message: object) => void} listener @returns {() => void} to stop
   */
  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(listener);
    return () => this.listeners.get(event).delete(listener);
  }

  emit(event, message) {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      listener({ version: this.version, ...message });
    }
  }

  /** Keep what is found of this version the first time. */
  once(name, find) {
    if (!this.found.has(name)) this.found.set(name, find());
    return this.found.get(name);
  }

  // --- at once ------------------------------------------------------------------------------------------

  /** All that is known at central judgements (see state.js). */
  get state() {
    return this.once("state", () => makeState(this.structure, this.asking, this.setting, this.step.given));
  }

  /** The answers at central judgements, exact. */
  get central() {
    return this.once("central", () => centralOf(this.version, this.state));
  }

  /**
   * The log-odds of now minus those of a shipped worldview, central, under the same conditions; `null`
   * where what is given is impossible in one of them.
   * @param {string} worldview @returns {number | null}
   */
  gap(worldview) {
    const gap = this.state.logOdds - this.shippedLogOdds.get(worldview);
    return Number.isNaN(gap) ? null : gap;
  }

  /** The target's central log-odds in each shipped worldview, given what is given now. */
  get shippedLogOdds() {
    const key = JSON.stringify(this.step.given);
    return this.asking.remembered("shipped", key, () => {
      const sides = this.state.sidesOfTarget;
      const columns = this.worldviews.flatMap((id) => {
        const entries = this.asking.entriesOf(this.shipped(id));
        return sides.map((evidence) => ({ entries, evidence }));
      });
      const answers = this.asking.askEach(columns, false);
      return new Map(
        this.worldviews.map((id, number) => [id, answers[2 * number + 1].logZ - answers[2 * number].logZ]),
      );
    });
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
    if (typeof text !== "string") throw new ProblemError("wrong-shape", "this must be an id or a condition");
    const isList = typeof given === "string" || Array.isArray(given);
    const all = this.givenWith(isList ? { assuming: given } : given);
    return this.explained(() => {
      const state = makeState(this.structure, this.asking, this.setting, all);
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
    return this.madePool;
  }

  /**
   * By target its central probability, its mean over draws and their 5th and 95th percentile;
   * `effective` is how many draws they are worth where something is observed. `null` where the session
   * has changed meanwhile.
   * @returns {Promise<object | null>}
   */
  estimate() {
    return this.overDraws("estimate", async (pool) => {
      const { state, model } = this;
      const found = state.isImpossible ? null : await pool.estimate(this.setting, this.step.given);
      const estimate = {};
      for (const { name } of model.targets) estimate[name] = this.estimateOf(name, found);
      return estimate;
    });
  }

  estimateOf(name, found) {
    const { state } = this;
    if (found === null) {
      const reason = `what is assumed and observed is ${state.impossible}`;
      return { central: null, mean: null, interval_90: null, reason };
    }
    const central = name === this.model.targets[0].name ? state.chance.yes : state.also[name];
    const { mean, median, interval_90: interval } = found.targets[name];
    const effective = found.effective === null ? {} : { effective: found.effective };
    return { central, mean, median, interval_90: interval, ...effective };
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
    const name = this.own === UNCHANGED ? this.startedFrom : PRESENT;
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
      const find = () => findEffects(this.state, step, changes);
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

function noVariable(condition) {
  const what = `this page cannot take \`${conditionText(condition)}\` into account`;
  const message = `${what}: it is about several entries`;
  const hint = "conditions on one entry can be given, several of them too; the command line takes any";
  return new ProblemError("needs-another-network", message, hint);
}

/** The answers at central judgements, found when they are asked for. */
function centralOf(version, state) {
  const isKnown = !state.isImpossible;
  return {
    version,
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
