// What is open: a worldview that was started from, what was changed, brought and is given, as steps that
// can be undone; the worldviews of others beside it; and who is told when something changes.

import { MAP, UNCHANGED } from "../language/worldviews.js";
import { freeId } from "../language/yaml.js";
import { givenOf, settledAt } from "./changed.js";
import { answeringOf, Extensions } from "./extensions.js";
import { History } from "./history.js";
import { checkStep } from "./own.js";

/** How many milliseconds after a change a plan for its certainties is made. */
const SPECIALISE_AFTER = 100;

/** What a session and all its parts rest on. */
export class Opened {
  /** @param {object} model @param {{wasm: boolean, later: (run: () => void, ms: number) => void}} options */
  constructor(model, { wasm, later }) {
    this.later = later;
    this.extensions = new Extensions(model, wasm);
    this.name = freeId(model, "mine");
    this.listeners = new Map();
    this.version = 0;
    this.history = new History({ start: MAP, own: UNCHANGED, given: givenOf(model) });
    this.found = new Map();
    const { shipped } = this.extensions;
    shipped.asking.prepare(this.worldviews.map((id) => shipped.shipped(id)));
  }

  // --- what is open -------------------------------------------------------------------------------------

  get step() {
    return this.history.step;
  }

  /** The worldview that was started from. */
  get startedFrom() {
    return this.step.start;
  }

  /** What is changed and brought, in the form of a worldview in the model's data. */
  get own() {
    return this.step.own;
  }

  /** The model with what others and the reader bring. */
  get extension() {
    return this.once("extension", () => this.extensionOf(this.step));
  }

  extensionOf({ own }) {
    return this.extensions.of(this.name, own);
  }

  get model() {
    return this.extension.model;
  }

  /** What answers: the shipped model alone where what is brought is too much to take into account. */
  get engine() {
    return this.beyond === "" ? this.extension : this.extensions.shipped;
  }

  /** Why no number can be shown with what is brought or given; empty where they are there. */
  get beyond() {
    return this.answering.beyond;
  }

  /** All that is known at central judgements (see state.js). */
  get state() {
    return this.answering.state;
  }

  get answering() {
    return this.once("answering", () => answeringOf(this.extensions.shipped, this.extension, this));
  }

  get structure() {
    return this.engine.structure;
  }

  get asking() {
    return this.engine.asking;
  }

  /** The shipped worldviews, the map's own numbers first, and then those of others' files. */
  get worldviews() {
    const { others } = this.extensions;
    return [MAP, ...Object.keys(others.model.worldviews).filter((id) => id !== MAP)];
  }

  /** The files of others, in the form of `Shape` (language/bringing.js). */
  get visitors() {
    return this.extensions.visitors;
  }

  /** Every number as it is now, as `settle` returns it. */
  get setting() {
    return this.once("setting", () => this.settled(this.step));
  }

  /**
   * The same of another worldview, without the reader's changes.
   * @param {string} id
   */
  shipped(id) {
    return this.extension.shipped(id);
  }

  settled(step) {
    const extension = this.extensionOf(step);
    return step.own === UNCHANGED ? extension.shipped(step.start) : settledAt(extension.model, step);
  }

  // --- steps ----------------------------------------------------------------------------------------------

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
    this.check(step); // what cannot be settled is a problem before anything changes
    this.history.go(step, instead);
    this.changed();
  }

  /** Check that a step can be settled; throws ProblemError. */
  check(step) {
    checkStep(this.extensionOf(step).model, step, this.name);
    this.settled(step);
  }

  /** Tell that something changed: `what` first, and then what is central. */
  changed(what = null) {
    this.version += 1;
    this.found = new Map();
    if (what !== null) this.emit(what, {});
    this.emit("central", {});
    const { version } = this;
    const isNow = () => version === this.version && this.beyond === "";
    this.later(() => isNow() && this.asking.specialise(this.setting), SPECIALISE_AFTER);
  }

  // --- listening ----------------------------------------------------------------------------------------

  /**
   * Be told of "central", "changes", "reviewers", "ranking", "first" (an estimate over the first draws),
   * "estimate", "cruxes", "diff", "shares" (of a diff, before its averages over draws are there), "progress"
   * or "problem".
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
}
