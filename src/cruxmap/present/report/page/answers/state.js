// One state of the page: settled numbers and what is given, into the target and everything else at
// central judgements, exact. As insight/live_model.py, with the joint probabilities that rankings are
// made of.

import { candidatesOf, positionOf } from "./candidates.js";
import { LOGIT_OF_CERTAINTY } from "./certainties.js";
import { clashText } from "./clashes.js";
import { rowOf, shownOf } from "./crux_rows.js";
import { evidenceOf, keyOf } from "./evidence.js";
import { chanceFromLogit } from "./information.js";
import { leftOut } from "./left_out.js";
import { pullback } from "../engine/formulas.js";
import { negated } from "../engine/holding.js";

/**
 * What is known at one setting, given conditions. Parts are found when they are first asked for.
 *
 * `setting` is what `settle` returns, `given` has the conditions `assuming` and `observed`, and `asking`
 * runs the plan (see asking.js).
 * @param {object} structure @param {object} asking @param {object} setting
 * @param {{assuming: object[], observed: object[]}} given @returns {State}
 */
export function makeState(structure, asking, setting, given) {
  return new State(structure, asking, setting, given);
}

class State {
  constructor(structure, asking, setting, given) {
    this.structure = structure;
    this.asking = asking;
    this.setting = setting;
    this.given = given;
    this.conditions = [...given.assuming, ...given.observed];
    this.evidence = evidenceOf(structure, this.conditions);
    this.entries = asking.entriesOf(setting);
    this.target = structure.model.targets[0].variable;
    this.known = new Map();
    /** What is given with the target being false, and being true. */
    this.sidesOfTarget = this.sidesOf([[this.target, [0]]], [[this.target, [1]]]);
    /** What is said of all that is given, where to ask both sides of the target takes twice as long. */
    this.both = asking.isPlain(this) ? null : asking.ask(this.entries, [this.evidence], true)[0];
    /** log P(target) - log P(not the target); not a number where what is given is impossible. */
    this.logOdds = this.logOddsOfTarget();
  }

  /** What the plan says of both sides of the target. */
  get sides() {
    return this.once("sides", () => this.asking.ask(this.entries, this.sidesOfTarget, true));
  }

  logOddsOfTarget() {
    if (this.both !== null) {
      if (this.both.logZ === -Infinity) return NaN;
      const first = this.asking.firstIndicator[this.target];
      const [no, yes] = this.both.shares.subarray(first, first + 2);
      if (no > 0 && yes > 0) return Math.log(yes) - Math.log(no);
    }
    return this.sides[1].logZ - this.sides[0].logZ;
  }

  /** @returns {Test[][]} what is given, with each of these */
  sidesOf(...besides) {
    return besides.map((more) => [...this.evidence, ...more]);
  }

  /** The same where other conditions are given. */
  sidesOfTargetGiven({ assuming, observed }) {
    const evidence = evidenceOf(this.structure, [...assuming, ...observed]);
    return [0, 1].map((side) => [...evidence, [this.target, [side]]]);
  }

  /** Keep what is found the first time. */
  once(name, find) {
    if (!this.known.has(name)) this.known.set(name, find());
    return this.known.get(name);
  }

  get isImpossible() {
    return Number.isNaN(this.logOdds);
  }

  /** The target's chance at central judgements. */
  get chance() {
    return chanceFromLogit(this.logOdds);
  }

  /** That what is given is impossible, and which of it clashes; `null` where it is possible. */
  get impossible() {
    return this.once("impossible", () =>
      this.isImpossible ? clashText(this.structure, this.asking, this.entries, this.conditions) : null,
    );
  }

  /**
   * The joint table of the target and a variable: its states with the target false, then with it true.
   * @param {number} variable @returns {Float64Array}
   */
  tableOf(variable) {
    const n = this.structure.states[variable];
    const { yes, no } = this.chance;
    const found = new Float64Array(2 * n);
    const first = this.asking.firstIndicator[variable];
    for (let state = 0; state < n; state++) {
      if (no > 0) found[state] = no * this.sides[0].shares[first + state];
      if (yes > 0) found[n + state] = yes * this.sides[1].shares[first + state];
    }
    return found;
  }

  /**
   * What is named, as [variable, states]: entries, states, phases and causes, as in `State.marginals`.
   */
  get named() {
    return namedIn(this.structure);
  }

  /** How likely a variable is in each of its states. */
  marginalOf(variable) {
    const n = this.structure.states[variable];
    const first = this.asking.firstIndicator[variable];
    if (this.both !== null) return this.both.shares.subarray(first, first + n);
    const table = this.tableOf(variable);
    return Float64Array.from({ length: n }, (_, state) => table[state] + table[n + state]);
  }

  /**
   * The probability of all that is named, and P(target | it) and P(target | not it); `null` if
   * undefined.
   */
  get claims() {
    return this.once("claims", () => {
      const state = this;
      return {
        claims: this.probabilities(),
        get givenTrue() {
          return state.targetGiven.givenTrue;
        },
        get givenFalse() {
          return state.targetGiven.givenFalse;
        },
      };
    });
  }

  probabilities() {
    const found = new Map();
    if (this.isImpossible) return found;
    for (const [name, [variable, states]] of this.named) {
      let [inside, all] = [0, 0];
      this.marginalOf(variable).forEach((share, state) => {
        all += share;
        if (states.includes(state)) inside += share;
      });
      found.set(name, inside / all);
    }
    return found;
  }

  get targetGiven() {
    return this.once("target given", () => {
      const found = { givenTrue: new Map(), givenFalse: new Map() };
      if (this.isImpossible) return found;
      for (const [name, [variable, states]] of this.named) this.addGiven(found, name, variable, states);
      return found;
    });
  }

  addGiven({ givenTrue, givenFalse }, name, variable, states) {
    const n = this.structure.states[variable];
    const table = this.tableOf(variable);
    const of = [0, 0, 0, 0]; // outside with the target false, and true; then inside
    for (let state = 0; state < n; state++) {
      const inside = states.includes(state) ? 2 : 0;
      of[inside] += table[state];
      of[inside + 1] += table[n + state];
    }
    givenTrue.set(name, of[2] + of[3] > 0 ? of[3] / (of[2] + of[3]) : null);
    givenFalse.set(name, of[0] + of[1] > 0 ? of[1] / (of[0] + of[1]) : null);
  }

  /** The probabilities of the model's further targets, by name; `null` where they are undefined. */
  get also() {
    return this.once("also", () => {
      const found = {};
      for (const { name, variable } of this.structure.model.targets.slice(1)) {
        const [no, yes] = this.isImpossible ? [] : this.marginalOf(variable);
        found[name] = this.isImpossible ? null : yes / (no + yes);
      }
      return found;
    });
  }

  /**
   * By address how the target's log-odds answer to each number; `null` where they do not, or it is
   * certain.
   */
  get slopes() {
    return this.once("slopes", () => {
      const { structure, asking, setting } = this;
      const { values } = this.entries;
      const J = structure.model.addresses.length;
      const byColumn = new Float64Array(J);
      const isOpen = Number.isFinite(this.logOdds);
      if (isOpen) {
        const cotangent = asking.slopesOfEntries(this.sides[0], this.sides[1]);
        const slope = pullback(structure.program, setting.mu, setting.single, values, cotangent, 1);
        for (let j = 0; j < J; j++) byColumn[setting.column[j]] += slope[j];
      }
      const bears = positionAt(this, setting.column).connected;
      const found = new Map();
      structure.model.addresses.forEach((address, j) => {
        if (setting.column[j] !== j) return;
        const isSure = Math.abs(setting.mu[j]) >= LOGIT_OF_CERTAINTY;
        const slope = bears.has(-1 - j) ? byColumn[j] : 0;
        found.set(address, isOpen && !isSure && Number.isFinite(slope) ? slope : null);
      });
      return found;
    });
  }

  // --- rankings -----------------------------------------------------------------------------------------

  get candidates() {
    return this.once("candidates", () => candidatesOf(this.structure, this.conditions, this.evidence));
  }

  /** Where entries stand to the target with all judgements at their central values. */
  get position() {
    return this.once("position", () => positionAt(this, null));
  }

  /** The joint tables of the candidates' variables with the target, by variable. */
  get tables() {
    return this.once("tables", () => {
      const variables = new Set(this.candidates.map((one) => one.variable));
      return new Map([...variables].map((variable) => [variable, this.tableOf(variable)]));
    });
  }

  /** Rows, reasons and order of a ranking by value alone at central judgements; see `rankingOf`. */
  get ranking() {
    return this.once("ranking", () => rankingOf(this, this.tables, this.chance, this.position));
  }

  // --- questions ----------------------------------------------------------------------------------------

  /**
   * The log-odds of a condition, given what is given and more; not a number where what is given is
   * impossible.
   * @param {object} condition @param {object[]} [more] @returns {number}
   */
  logOddsOf(condition, more = []) {
    return this.logOddsAt(evidenceOf(this.structure, [condition]), evidenceOf(this.structure, more));
  }

  /**
   * The same of tests that all hold.
   * @param {Test[]} parts @param {Test[]} [besides] @returns {number}
   */
  logOddsAt(parts, besides = []) {
    const fails = (part) => negated(part, this.structure.states);
    const cases = parts.map((part, k) => [...besides, ...parts.slice(0, k), fails(part)]);
    const [all, ...none] = this.asking
      .ask(this.entries, this.sidesOf([...besides, ...parts], ...cases), false)
      .map(({ logZ }) => logZ);
    return all - logOfSum(none);
  }
}

/** The logarithm of the sum of numbers with these logarithms; -Infinity of none. */
function logOfSum(logs) {
  const most = Math.max(-Infinity, ...logs);
  if (most === -Infinity) return most;
  return most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

const namedOf = new WeakMap();

function namedIn(structure) {
  if (!namedOf.has(structure)) namedOf.set(structure, new Map(namesOf(structure)));
  return namedOf.get(structure);
}

function* namesOf({ entry, places, model }) {
  for (const one of entry.values()) {
    const variable = places[one.id];
    if (one.type === "question") {
      for (const [state, name] of one.states.entries()) yield [`${one.id}.${name}`, [variable, [state]]];
    } else if (one.type === "event") {
      const steps = one.states.map((_, step) => step).slice(0, -1);
      yield [one.id, [variable, steps]];
      let first = 0;
      for (const phase of one.phases) {
        yield [`${one.id}.${phase.id}`, [variable, steps.slice(first, first + phase.steps)]];
        first += phase.steps;
      }
    } else {
      yield [one.id, [variable, [1]]];
      for (const { address } of one.parts ?? []) yield [address, [places[address], [1]]];
    }
  }
  for (const { name, variable } of model.targets) if (!entry.has(name)) yield [name, [variable, [1]]];
}

/**
 * Where entries stand to the target; `column` has the judgements that are open, `null` for none. What is
 * rejected has no force, and `powerless` arguments and causes have none.
 * @param {State} state @param {Int32Array | null} column @param {Iterable<string>} [powerless]
 */
export function positionAt(state, column, powerless = []) {
  const { structure, asking, conditions, evidence, setting } = state;
  const rejected = structure.model.addresses.filter((_, j) => setting.rejected[j]);
  const idle = new Set([...rejected, ...powerless]);
  const key = JSON.stringify([[...idle], conditions.map(keyOf), column && [...column]]);
  const none = new Int32Array(structure.model.addresses.length).fill(-1);
  return asking.remembered("position", key, () =>
    positionOf(structure, { conditions, evidence, column: column ?? none, idle }),
  );
}

/**
 * Rows by id, why candidates are left out, and the candidates that are shown, by value alone.
 * @param {State} state @param {Map<number, Float64Array>} tables @param {{yes: number, no: number}}
 *   target
 * @param {object} position
 */
export function rankingOf({ structure, candidates, setting }, tables, target, position) {
  const notBrought = new Set(structure.model.addresses.filter((_, j) => setting.notBrought[j]));
  const because = leftOut(structure, { candidates, tables, target, position, setting, notBrought });
  const rows = new Map();
  for (const one of candidates) {
    const separate = !position.connected.has(one.variable);
    const downstream = position.downstream.has(one.variable);
    rows.set(one.id, rowOf(one, tables.get(one.variable), target, { separate, downstream }));
  }
  return { rows, because, shown: shownOf(candidates, rows, because) };
}
