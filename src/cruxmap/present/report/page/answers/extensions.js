// A model with what is brought to it, and what answers for it. The shipped plan serves all of them: new
// entries make other fillings of its tables.

import { modelWith } from "../language/bringing.js";
import { mentionedBy } from "../language/conditions.js";
import { bringsAnything, UNCHANGED } from "../language/worldviews.js";
import { Asking } from "./asking.js";
import { settledAt } from "./changed.js";
import { tooMuchIn } from "./own.js";
import { makeState } from "./state.js";
import { structureOf } from "./structure.js";

/**
 * The state of a step, or one without answers where too much is brought for them: `beyond` says why.
 * @param {Extension} shipped @param {Extension} extension
 * @param {{step: object, setting: object}} now @returns {{state: object, beyond: string}}
 */
export function answeringOf(shipped, extension, { step, setting }) {
  let beyond = tooMuchIn(step.own);
  if (beyond === "") {
    const made = triedState(extension, setting, step.given);
    if (typeof made !== "string") return { state: made, beyond };
    beyond = made;
  }
  const isKnown = (condition) => mentionedBy(condition).every((name) => shipped.structure.entry.has(name));
  const { given } = step;
  const [assuming, observed] = [given.assuming, given.observed].map((all) => all.filter(isKnown));
  const rest = triedState(shipped, setting, { assuming, observed });
  const known = typeof rest !== "string";
  const state = known ? rest : makeState(shipped.structure, shipped.asking, setting, NOTHING_GIVEN);
  return { state: withoutAnswers(state, beyond), beyond };
}

const NOTHING_GIVEN = { assuming: [], observed: [] };

/** A state, or why there is none. */
function triedState({ structure, asking }, setting, given) {
  try {
    return makeState(structure, asking, setting, given);
  } catch (problem) {
    if (problem.name !== "TooManyCases") throw problem;
    return problem.message;
  }
}

/** A state that tells nothing, with the reason. */
function withoutAnswers(state, why) {
  return Object.create(state, {
    logOdds: { value: NaN },
    isImpossible: { value: true },
    impossible: { value: why },
    known: { value: new Map() },
  });
}

/** How many extensions are kept, for going back and forth. */
const KEPT = 12;

/**
 * A model, its structure and what asks its plan; the latter are made when they are first wanted. Those of
 * an extension that is alike but for its numbers serve again.
 */
class Extension {
  constructor(model, { base, wasm, alike = null }) {
    this.model = model;
    this.base = base;
    this.wasm = wasm;
    this.alike = alike;
    this.settings = new Map();
    this.contents = null; // kept by the session
    this.made = {};
  }

  get structure() {
    this.made.structure ??= this.alike === null ? structureOf(this.model) : this.otherStructure();
    return this.made.structure;
  }

  otherStructure() {
    const { model } = this;
    const entry = new Map(model.entries.map((one) => [one.id, one]));
    return { ...this.alike.structure, model, entry };
  }

  get asking() {
    this.made.asking ??= this.alike === null ? this.newAsking() : this.otherAsking();
    return this.made.asking;
  }

  newAsking() {
    return new Asking(this.structure, { wasm: this.wasm, base: this.base?.asking });
  }

  otherAsking() {
    const { structure } = this;
    const asking = Object.create(Asking.prototype);
    return Object.assign(asking, this.alike.asking, { structure, memories: new Map() });
  }

  /** Whether another model differs in numbers alone. */
  isAlike(model) {
    const sign = ({ addresses, added }) => JSON.stringify([addresses.length, added]);
    this.made.sign ??= sign(this.model);
    return this.made.sign === sign(model);
  }

  /** Every number of a worldview, without changes. */
  shipped(id) {
    if (!this.settings.has(id)) {
      this.settings.set(id, settledAt(this.model, { start: id, own: UNCHANGED }));
    }
    return this.settings.get(id);
  }
}

export class Extensions {
  /** @param {object} model as it was shipped @param {boolean} wasm */
  constructor(model, wasm) {
    this.shipped = new Extension(model, { base: null, wasm });
    this.visitors = [];
    this.others = this.shipped;
    this.kept = new Map();
  }

  /**
   * Put the files of other worldviews in the place of those there are; throws ProblemError before anything
   * changes.
   * @param {object[]} shapes @returns {() => void} to have those back that were there before
   */
  receive(shapes) {
    const { others, visitors } = this;
    const { model } = this.shipped;
    this.others = shapes.length === 0 ? this.shipped : this.made(modelWith(model, shapes));
    this.visitors = shapes;
    this.kept.clear();
    return () => {
      Object.assign(this, { others, visitors });
      this.kept.clear();
    };
  }

  made(model) {
    const { wasm } = this.shipped;
    const alike = [...this.kept.values()].find((one) => one.isAlike(model)) ?? null;
    return new Extension(model, { base: this.shipped, wasm, alike });
  }

  /**
   * The extension by what the reader brings, under the name of a worldview; throws ProblemError.
   * @param {string} name @param {object} own changes @returns {Extension}
   */
  of(name, own) {
    if (!bringsAnything(own)) return this.others;
    const key = JSON.stringify([name, own.brings]);
    if (!this.kept.has(key)) {
      const made = this.made(modelWith(this.others.model, [], { id: name, brings: own.brings }));
      if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
      this.kept.set(key, made);
    }
    return this.kept.get(key);
  }
}
