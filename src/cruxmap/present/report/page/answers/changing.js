// What a reader does: numbers, rejections and conditions changed, entries and words brought, files and
// links given away and taken over, other worldviews received. Each is a step that can be undone.

import { withNumber, withRejection } from "../language/changes.js";
import { conditionText, mentionedBy, parseConditions } from "../language/conditions.js";
import { fittedTo } from "../language/fitting.js";
import { fragmentOf, readFragment } from "../language/fragment.js";
import { entriesIn } from "../language/own_entries.js";
import { ProblemError } from "../language/problems.js";
import { bringsAnything, layersOf, lineage, MAP, UNCHANGED } from "../language/worldviews.js";
import { readOwnFile } from "../language/worldview_file.js";
import { checkWorldviewId, freeId, MADE_HERE, worldviewFile } from "../language/yaml.js";
import { checkAnswerable } from "./answerable.js";
import { givenOf, settledAt, stepWithout, textsOfGiven, tidied } from "./changed.js";
import { answeringOf } from "./extensions.js";
import { Opened } from "./opened.js";
import {
  broughtTo,
  checkStep,
  remarkedIn,
  setInBrought,
  stepWithNames,
  stepWithoutEntry,
  tooMuchIn,
} from "./own.js";
import { makeState } from "./state.js";

/** A session as far as it can be changed. */
export class Changing extends Opened {
  /** The conditions that are given now, as texts: `{assuming, observed}`. */
  get givenNow() {
    const texts = (conditions) => conditions.map(conditionText);
    return { assuming: texts(this.step.given.assuming), observed: texts(this.step.given.observed) };
  }

  // --- changing -----------------------------------------------------------------------------------------

  /**
   * Start from a worldview, without changes; what is given stays, or where all is `afresh` it is the model's.
   * @param {string} id @param {{afresh?: boolean}} [how]
   */
  start(id, { afresh = false } = {}) {
    layersOf(this.model, id); // an unknown one is a problem before anything changes
    const mine = new Set(entriesIn(this.own.brings).map((entry) => entry.id));
    const isLeft = (condition) => !mentionedBy(condition).some((name) => mine.has(name));
    const { assuming, observed } = afresh ? givenOf(this.model) : this.step.given;
    const given = { assuming: assuming.filter(isLeft), observed: observed.filter(isLeft) };
    this.go({ start: id, own: UNCHANGED, given });
  }

  /**
   * Set a number in the language's notation, or all shares of a row by a list; `null` takes the change
   * back. A step that is `continued`, as a drag is, takes the place of the step before it. A number of what
   * the reader brings changes in what is brought.
   * @param {string} address @param {string | string[] | null} text @param {{continued?: boolean}} [how]
   */
  set(address, text, { continued = false } = {}) {
    const { start, given, last } = this.step;
    const own = withoutFittedRow(this.step.own, address);
    const changed =
      setInBrought(this.model, own, address, text) ??
      tidied(withNumber(this.model, start, own, address, text));
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
    if (this.beyond === "") this.explained(() => this.stateGiven(given));
    this.go({ start, own, given });
  }

  /** What is given with other conditions in place of what is assumed, or observed. */
  givenWith(conditions) {
    const { assuming, observed } = textsOfGiven(conditions);
    const { given } = this.step;
    const read = (texts, now) => (texts === undefined ? now : parseConditions(texts, this.model));
    return { assuming: read(assuming, given.assuming), observed: read(observed, given.observed) };
  }

  /** The present numbers under other conditions. */
  stateGiven(given) {
    const { structure, asking } = this;
    return makeState(structure, asking, this.setting, given);
  }

  /** Run something, with words for a reader where the page has no network for it. */
  explained(run) {
    try {
      return run();
    } catch (problem) {
      throw explained(problem);
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
    const step = stepWithout(this.model, this.step, change);
    this.go({ ...step, own: tidied(this.refitted(step.own, change)) });
  }

  /** Changes with what is fitted to the answers in them, where anything is and it is not what is taken back. */
  refitted(own, { kind }) {
    const isFitted = kind !== "fitted" && own.judgements.some(({ fitted }) => fitted);
    return isFitted && this.interview?.isBegun ? this.interview.refitted(own) : own;
  }

  // --- bringing -----------------------------------------------------------------------------------------

  /**
   * Bring an entry, in the form of a worldview's file; with the `id` of one that was brought, put it in the
   * place of that. A route says under `of` to which claim it leads. Premises may be written new, as
   * `{text, credence}`. Throws ProblemError.
   * @param {"argument" | "route" | "claim" | "question"} kind @param {object} entry
   * @returns {string} its id; a route's address
   */
  bring(kind, entry) {
    const { step, id } = this.stepWith(kind, entry);
    this.go(step);
    return id;
  }

  stepWith(kind, entry) {
    const { start, own, given } = this.step;
    const { own: changed, id } = broughtTo(this.model, own, this.name, kind, entry);
    return { step: { start, own: changed, given }, id };
  }

  /**
   * What the target would be with an entry, central, without bringing it; null where that is impossible, or
   * `beyond` what can be computed. Throws ProblemError as `bring` does.
   * @param {string} kind @param {object} entry @returns {{target: number | null, beyond: string}}
   */
  preview(kind, entry) {
    const { step } = this.stepWith(kind, entry);
    this.check(step);
    const setting = this.settled(step);
    const { state, beyond } = answeringOf(this.extensions.shipped, this.extensionOf(step), { step, setting });
    return { target: state.isImpossible ? null : state.chance.yes, beyond };
  }

  /**
   * Take back what was brought: by its id, or a route's address. Throws ProblemError where something else
   * that was brought rests on it.
   * @param {string} id
   */
  withdraw(id) {
    const step = stepWithoutEntry(this.step, id);
    this.go({ ...step, own: tidied(step.own) });
  }

  /**
   * Say something of an entry, without a number; `null` takes the words back.
   * @param {string} entry @param {string | null} sentence
   */
  remark(entry, sentence) {
    const { start, own, given } = this.step;
    this.go({ start, own: tidied(remarkedIn(this.model, own, entry, sentence)), given });
  }

  /**
   * Give the reader's worldview another id; what it brings is called after it.
   * @param {string} id
   */
  rename(id) {
    if (id === this.name) return;
    checkWorldviewId(this.extensions.others.model, id);
    this.extensions.of(id, stepWithNames(this.step, this.name, id).own); // ids that are taken are a problem
    this.renameTo(id);
    this.changed();
  }

  renameTo(id) {
    this.history.change((step) => stepWithNames(step, this.name, id));
    this.name = id;
  }

  // --- other worldviews -----------------------------------------------------------------------------------

  /**
   * Take in the files of others, beside the worldviews that are there; files that mention each other come
   * together. Throws ProblemError, and takes in none of them, where something does not fit.
   * @param {object | object[]} shapes of `Shape` (language/bringing.js)
   */
  receive(shapes) {
    const more = [shapes].flat();
    const ids = more.map(({ id }) => id);
    const { name, visitors } = this;
    const other = ids.includes(name) ? this.nameBeside(ids) : name;
    if (other !== name) this.renameTo(other);
    try {
      this.putVisitors([...visitors, ...more]);
    } catch (problem) {
      if (other !== name) this.renameTo(name);
      throw problem;
    }
  }

  /** An id for the reader's worldview that neither a worldview nor any of these has. */
  nameBeside(ids) {
    const { model } = this.extensions.others;
    let id = freeId(model, this.name);
    for (let k = 2; ids.includes(id) || id in model.worldviews; k += 1) id = `${this.name}-${k}`;
    return id;
  }

  /**
   * Let one of the received files go. Throws ProblemError where what is open rests on it.
   * @param {string} id
   */
  dismiss(id) {
    const left = this.visitors.filter((shape) => shape.id !== id);
    if (left.length === this.visitors.length) {
      throw new ProblemError("unknown-worldview", `no file of \`${id}\` was received`);
    }
    try {
      this.putVisitors(left);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      const hint = "start from another worldview, or take back what rests on it";
      const message = `\`${id}\` is needed, for what is open or another file rests on it`;
      throw new ProblemError("still-needed", message, hint);
    }
  }

  /**
   * Put files in the place of those of others. Steps that do not fit any more are forgotten. Throws
   * ProblemError where one that is new does not fit, or would take somebody's numbers away.
   */
  putVisitors(shapes) {
    const { extensions, step, visitors } = this;
    const isMore = shapes.some((shape) => !visitors.includes(shape));
    const couldBe = isMore && this.beyond === "";
    const putBack = extensions.receive(shapes);
    try {
      this.check(step);
      const reader = { step, setting: this.settled(step), couldBe };
      if (isMore) checkAnswerable(extensions, this.extensionOf(step), reader);
    } catch (problem) {
      putBack();
      throw problem;
    }
    this.history.keepWhere((step) => this.isSound(step));
    this.kept.clear();
    this.changed("reviewers");
  }

  isSound(step) {
    try {
      this.check(step);
      return true;
    } catch (problem) {
      if (problem instanceof ProblemError) return false;
      throw problem;
    }
  }

  // --- taking it away, and taking over --------------------------------------------------------------------

  /**
   * The present numbers as a worldview's file, which the map's folder takes under that id.
   * @param {{id?: string, text?: string}} [worldview] its sentence is `text` @returns {string}
   */
  yaml({ id = this.name, text } = {}) {
    checkWorldviewId(this.extensions.others.model, id);
    const { start, own } = id === this.name ? this.step : stepWithNames(this.step, this.name, id);
    const { model } = this.extensions.of(id, own);
    const isAnonymous = this.contents?.anonymous === true;
    const worldview = { id, text, startedFrom: start, changes: own, isAnonymous, given: this.givenNow };
    return worldviewFile(model, worldview);
  }

  /**
   * The present state as the fragment of a link.
   * @returns {Promise<string>} `#worldview=…`
   */
  async link() {
    const { start, own, given } = this.step;
    const isModels = JSON.stringify(given) === JSON.stringify(givenOf(this.model));
    const state = { startedFrom: start, changes: own, given: isModels ? null : given, name: this.name };
    return fragmentOf(this.model, state);
  }

  /**
   * Take over what a link carries, which anybody may have made.
   * @param {string} fragment
   * @returns {Promise<{isOther: boolean, leftOut: {at: string, why: string}[]}>} whether the map has
   *   changed since the link was made, and what could not be taken over because of that
   */
  async open(fragment) {
    const { model } = this.extensions.others;
    const found = await readFragment(fragment, model);
    const given = found.given ?? givenOf(model);
    const name = bringsAnything(found.changes) ? found.name : this.name;
    this.goAs(name, { start: found.startedFrom, own: tidied(found.changes), given });
    return { isOther: found.isOther, leftOut: found.leftOut };
  }

  /**
   * Take over a worldview's file; what is given stays.
   * @param {string} text
   * @returns {{id: string, isOther: boolean, changed: {id: string, isGone: boolean}[],
   *   leftOut: {at: string, why: string}[]}} what it calls itself, whether the map has changed since it was
   *   made, and which entries that it speaks of, and what could not be taken over
   */
  openFile(text) {
    const { shape, changed, leftOut } = readOwnFile(text, this.extensions.others.model);
    const found = this.goOnFrom(shape);
    return { ...found, changed, leftOut: [...leftOut, ...found.leftOut] };
  }

  /**
   * Go on from a worldview of a file as the reader's own; what is given stays. What does not fit is left out.
   * @param {object} shape of `Shape` (language/bringing.js)
   * @returns {{id: string, isOther: boolean, leftOut: {at: string, why: string}[]}} as of `openFile`
   */
  goOnFrom(shape) {
    const { model } = this.extensions.others;
    const { id, judgements = [], rejects = [], accepts = [], brings = {}, remarks = {} } = shape;
    const start = shape.extends ?? MAP;
    lineage(model, start);
    const name = freeId(model, id || this.name);
    const { stated = [], asked = null } = shape;
    const said = { judgements, rejects, accepts, brings, remarks, stated, asked };
    const written = name === id ? said : stepWithNames({ own: said, given: {} }, id, name).own;
    const { changes, leftOut } = fittedTo(model, { start, name, written });
    const own = tidied({ ...changes, ...headOf(model, shape) });
    this.goAs(name, { start, own, given: this.step.given });
    const isOther = (shape.madeFrom?.map ?? model.made_from?.map) !== model.made_from?.map;
    return { id, isOther, leftOut };
  }

  /** Take a step under another name, which what it brings is called after. */
  goAs(name, step) {
    const extension = this.extensions.of(name, step.own);
    checkStep(extension.model, step, name);
    const setting = settledAt(extension.model, step);
    const conditions = [...step.given.assuming, ...step.given.observed];
    if (tooMuchIn(step.own) === "") { // what asks is made here, and is large where much is brought
      this.explained(() => extension.asking.check(setting, conditions));
    }
    if (name !== this.name) this.renameTo(name);
    this.go(step);
  }
}

/** Changes without a row of shares that is fitted, or that nobody gave, where one of these shares is to be set. */
function withoutFittedRow(own, address) {
  const row = address.slice(0, Math.max(address.lastIndexOf("."), 0));
  const isIt = ({ at, fitted, elicited, shares }) =>
    at === row && (fitted || elicited === false) && shares !== undefined;
  if (!own.judgements.some(isIt)) return own;
  return { ...own, judgements: own.judgements.filter((one) => !isIt(one)) };
}

/** What a file says of itself that goes on with it: its sentence, if somebody wrote it, and its voice. */
function headOf(model, { text, voice }) {
  const isMade = text === undefined || text.endsWith(MADE_HERE);
  const isVoice = model.voices?.includes(voice) ?? false;
  return { ...(isMade ? {} : { text }), ...(isVoice ? { voice } : {}) };
}

/** A problem in the words of the page where something takes too many cases. */
function explained(problem) {
  if (problem.name === "TooManyCases") {
    return new ProblemError("needs-another-network", problem.message);
  }
  return problem;
}
