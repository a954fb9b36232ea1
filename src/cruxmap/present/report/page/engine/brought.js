// What is brought to a map whose plan is made: the tables of new variables, and what these do to the
// tables that are there, as network/lowering.py says it. No plan is needed for it; see cases.js.
//
// Everything here is plain data, which can be sent to a worker. Entries of the tables are numbered
// through: first those of the plan's own program, then those of a second program over the same judgements.

import { variablesOf } from "./holding.js";

/** A table with more entries than that only has those for arguments that somebody has in force at once. */
const MOST_ENTRIES = 16384;

/**
 * A new variable: how likely its states are, by what it rests on. `rests` are the new variables among
 * that, and `entries` has, for each set of the arguments on it (bit k: the k-th holds), the entry of its
 * first state; sets that nobody has in force together may be missing.
 *
 * @typedef {object} NewVariable
 * @property {number} variable
 * @property {number} states how many
 * @property {"rows" | "definition" | "causes" | "route" | "argument"} kind
 * @property {number[]} rests
 * @property {number[]} [on] the arguments on it
 * @property {{when: Test | null, entries: number[]}[]} [rows] the first one that holds counts
 * @property {Test | null} [when] without which it is false
 * @property {number} [entry] of a leak, or of an argument's credence
 * @property {number[]} [causes]
 * @property {Test[]} [premises]
 * @property {{variable: number, force: number}[]} [undercut]
 *
 * A part of a table that new variables bear on: the plan's `entries`, which are `variants[0]` where none
 * of them holds. Arguments (`isForced` false) have a variant for each set of them. Undercutters and
 * causes, with the entries of their `forces` (-1 where it is certain), have two: where one of them works,
 * the entries are `fixed`.
 *
 * @typedef {object} Place
 * @property {boolean} isForced
 * @property {number[]} by
 * @property {number[]} [forces]
 * @property {number[]} entries
 * @property {number[][]} [variants]
 * @property {number[]} [fixed]
 *
 * @typedef {object} Brought
 * @property {number} first the number of the first new variable
 * @property {ArrayLike<number>} states how many states each variable has, old ones too
 * @property {NewVariable[]} variables by number, from `first` on
 * @property {number[]} order their places in that list, what each rests on first
 * @property {Place[]} places
 * @property {object} program the second program
 * @property {number} offset how many entries the first one has
 */

/**
 * The tables of what a model has `added`.
 * @param {object} model the extended model
 * @param {{program: object, numbers: object, states: ArrayLike<number>, testOf: (condition: object) =>
 *   Test, inForce: () => Set<string>[]}} known
 *   the plan's own program and where its kinds of entries begin; how many states each variable has; what
 *   conditions mean; and sets of arguments that somebody has in force together
 * @returns {Brought}
 */
export function broughtTo(model, known) {
  const { second, variables, places } = numbered(model, known);
  const first = Math.min(...variables.map(({ variable }) => variable));
  variables.sort((one, other) => one.variable - other.variable);
  return {
    first,
    states: known.states,
    variables,
    order: inOrder(variables, first),
    places,
    program: second.finished(),
    offset: known.program.nEntries,
  };
}

/** What is written, with entries by their numbers, of which some rest on how many others there are. */
function numbered(model, known) {
  const counting = new SecondProgram(known.program, { logistic: 0, shares: 0 });
  const found = written(model, known, counting);
  if (counting.isNumbered) return { second: counting, ...found };
  const second = new SecondProgram(known.program, counting.counts);
  return { second, ...written(model, known, second) };
}

function inOrder(variables, first) {
  const order = [];
  const seen = new Set();
  const visit = (place) => {
    if (seen.has(place)) return;
    seen.add(place);
    variables[place].rests.forEach((variable) => visit(variable - first));
    order.push(place);
  };
  variables.forEach((_, place) => visit(place));
  return order;
}

function written(model, known, second) {
  const writer = new Writer(model, known, second);
  const variables = model.added.entries.map((entry) => writer.variableOf(entry));
  const routes = model.added.entries.filter(({ basis }) => basis === "routes");
  for (const claim of routes) {
    for (const route of claim.routes) variables.push(writer.routeOf({ ...route, of: claim.id }));
  }
  for (const variable of variables) variable.rests = writer.restsOf(variable);
  return { variables, places: writer.places() };
}

/** Writes the tables of one extension. */
class Writer {
  constructor(model, { program, numbers, states, testOf, inForce }, second) {
    Object.assign(this, { model, program, numbers, states, inForce, second });
    this.testOf = (condition) => (condition ? testOf(condition) : null);
    this.added = new Map(model.added.entries.map((entry) => [entry.id ?? entry.address, entry]));
    this.newOnes = new Set(Object.values(model.added.places));
    this.entry = new Map(model.entries.map((entry) => [entry.id, entry]));
    this.arguments = new Map();
    this.undercutters = new Map();
    for (const argument of model.added.entries) {
      if (argument.type === "argument") this.noteTargets(argument);
    }
  }

  /** An argument that names a question twice bears on all the states it names. */
  noteTargets({ id, variable, direction, weight, targets }) {
    const undercuts = direction === "undercuts";
    for (const { owner, part, states } of targets) {
      const found = undercuts ? this.undercutters : this.arguments;
      const key = keyOf(owner, undercuts ? "" : part);
      if (!found.has(key)) found.set(key, new Map());
      const there = found.get(key).get(variable)?.states ?? [];
      const sign = direction === "for" ? 1 : -1;
      const all = [...new Set([...there, ...(states ?? [])])];
      found.get(key).set(variable, { id, variable, weight, sign, states: all });
    }
  }

  on(owner, part) {
    return [...(this.arguments.get(keyOf(owner, part))?.values() ?? [])];
  }

  /**
   * The sets of some arguments, by number: bit k says whether the k-th is in it. With all of them a table
   * of so many entries may be too large; then there are those that somebody has in force together.
   */
  setsOf(on, nEntries) {
    const all = 2 ** on.length;
    if (all * nEntries <= MOST_ENTRIES) return Array.from({ length: all }, (_, set) => set);
    const sets = new Set();
    for (const names of this.inForce()) {
      const most = on.reduce((bits, { id }, k) => bits | (names.has(id) ? 1 << k : 0), 0);
      for (let set = most; ; set = (set - 1) & most) {
        sets.add(set);
        if (set === 0) break;
      }
    }
    return [...sets].sort((one, other) => one - other);
  }

  /** By set of the arguments on something, what is found of those in it. */
  bySet(on, nEntries, find) {
    const found = [];
    for (const set of this.setsOf(on, nEntries)) found[set] = find(heldIn(on, set));
    return found;
  }

  undercuttersOf(name) {
    return [...(this.undercutters.get(keyOf(name, ""))?.values() ?? [])];
  }

  // --- new variables ------------------------------------------------------------------------------------

  variableOf(entry) {
    if (entry.type === "argument") return this.argumentOf(entry);
    if (entry.type === "route") return this.routeOf(entry);
    if (entry.type === "question") return this.questionOf(entry);
    const { variable } = entry;
    const claim = { variable, states: 2 };
    if (entry.basis === "definition") {
      const met = { count: entry.count, of: entry.parts.map(this.testOf) };
      const rows = [
        { when: met, entries: [this.second.chance(entry.if_met)] },
        { when: null, entries: [this.second.chance(entry.otherwise)] },
      ];
      return { ...claim, kind: "rows", on: [], rows };
    }
    if (entry.basis === "routes") {
      const causes = entry.routes.map((route) => route.variable);
      const leak = this.second.chance(entry.leak);
      return { ...claim, kind: "causes", when: this.testOf(entry.when), entry: leak, causes };
    }
    const rows = entry.basis === "table" ? entry.rows : [{ when: null, credence: entry.credence }];
    const on = this.on(entry.id, "");
    const written = rows.map(({ when, credence }) => ({
      when: this.testOf(when),
      entries: this.bySet(on, 2 * rows.length, (held) => this.second.chance(credence, termsOf(held))),
    }));
    return { ...claim, kind: "rows", on: variablesIn(on), rows: written };
  }

  questionOf({ id, variable, states, rows }) {
    const on = this.on(id, "");
    const shares = ({ shares: bases }) =>
      this.bySet(on, states.length * rows.length, (held) =>
        this.second.shares(bases, states.map((state) => termsOf(held, state))),
      );
    const written = rows.map((row) => ({ when: this.testOf(row.when), entries: shares(row) }));
    return { variable, states: states.length, kind: "rows", on: variablesIn(on), rows: written };
  }

  routeOf({ address, variable, of, when, chance }) {
    const on = this.on(of, address.startsWith(`${of}.`) ? address.slice(of.length + 1) : null);
    const entries = this.bySet(on, 2, (held) => this.second.chance(chance, termsOf(held)));
    const rows = [{ when: null, entries }];
    return { variable, states: 2, kind: "route", when: this.testOf(when), on: variablesIn(on), rows };
  }

  argumentOf({ id, variable, credence, premises }) {
    const undercut = this.undercuttersOf(id).map((one) => ({
      variable: one.variable,
      force: this.second.chance(one.weight),
    }));
    const entry = this.second.chance(credence);
    return { variable, states: 2, kind: "argument", premises: premises.map(this.testOf), entry, undercut };
  }

  /** The new variables that one rests on. */
  restsOf({ when, rows = [], premises = [], on = [], causes = [], undercut = [] }) {
    const tests = [when, ...rows.map((row) => row.when), ...premises].filter(Boolean);
    const named = tests.flatMap((test) => [...variablesOf(test)]);
    const all = [...named, ...on, ...causes, ...variablesIn(undercut)];
    return [...new Set(all)].filter((variable) => this.newOnes.has(variable));
  }

  // --- tables that are there ----------------------------------------------------------------------------

  places() {
    return [...this.shifted(), ...this.attacked(), ...this.leaks()];
  }

  *shifted() {
    const { owner, part, role } = this.model.judgements;
    for (const [key, there] of this.arguments) {
      const [of, at] = JSON.parse(key);
      if (this.added.has(of) || this.added.has(`${of}.${at}`)) continue;
      const isThere = (name, j) => name === of && (part[j] || "") === at && role[j] !== "pace";
      const bases = new Set(owner.flatMap((name, j) => (isThere(name, j) ? [j] : [])));
      yield this.shiftedPlace(bases, [...there.values()], this.entry.get(of).states);
    }
  }

  /** The rows of a table with these numbers, and the same with further arguments. */
  shiftedPlace(bases, on, states) {
    const { program, numbers, second } = this;
    const entries = [];
    const rows = [];
    const note = (first, count, of) => {
      for (let k = 0; k < count; k++) entries.push(first + k);
      rows.push({ first, count, of });
    };
    const moved = (shift, held, state) => [...second.termsOf(shift), ...termsOf(held, state)];
    program.logistic.base.forEach((base, k) => {
      const shift = program.logistic.shift[k];
      if (!bases.has(base)) return;
      note(numbers.logistic + 2 * k, 2, (held) => second.chance(base, moved(shift, held)));
    });
    program.hazards.base.forEach((base, k) => {
      const shift = program.hazards.shift[k];
      const opening = program.hazards.opening[k];
      if (!bases.has(base)) return;
      note(numbers.hazards + 2 * k, 2, (held) => second.hazard(base, moved(shift, held), opening));
    });
    const { base, row: rowOf, rowFirst, shift: shifts } = program.shares;
    rowOf.forEach((row, group) => {
      const row0 = [...base.subarray(rowFirst[row], rowFirst[row + 1])];
      if (!bases.has(row0[0])) return;
      const begin = program.groupFirst[group];
      note(numbers.groups[group], row0.length, (held) =>
        second.shares(row0, row0.map((_, k) => moved(shifts[begin + k], held, states[k]))),
      );
    });
    const variants = this.bySet(on, entries.length, (held) =>
      rows.flatMap(({ first, count, of }) => {
        const begin = held.length === 0 ? first : of(held);
        return Array.from({ length: count }, (_, k) => begin + k);
      }),
    );
    return { isForced: false, by: variablesIn(on), entries, variants };
  }

  *attacked() {
    for (const [key, there] of this.undercutters) {
      const [of] = JSON.parse(key);
      if (this.added.has(of)) continue;
      const by = [...there.values()];
      const forces = by.map(({ weight }) => this.second.chance(weight));
      yield this.forcedPlace(this.entry.get(of).credence, by, forces, [1, 0]);
    }
  }

  *leaks() {
    const of = new Map();
    for (const route of this.model.added.entries) {
      if (route.type !== "route") continue;
      if (!of.has(route.of)) of.set(route.of, []);
      of.get(route.of).push(route);
    }
    for (const [claim, routes] of of) {
      const leak = this.model.addresses.indexOf(`${claim}.leak`);
      yield this.forcedPlace(leak, routes, routes.map(() => -1), [0, 1]);
    }
  }

  forcedPlace(judgement, by, forces, fixed) {
    const entries = [];
    this.program.logistic.base.forEach((base, k) => {
      const first = this.numbers.logistic + 2 * k;
      if (base === judgement) entries.push(first, first + 1);
    });
    return {
      isForced: true,
      by: variablesIn(by),
      forces,
      entries,
      fixed: entries.map((_, k) => fixed[k % 2]),
    };
  }
}

function keyOf(owner, part) {
  return JSON.stringify([owner, part || ""]);
}

function variablesIn(list) {
  return list.map(({ variable }) => variable);
}

/** Those of some things that are in a set. */
function heldIn(things, set) {
  return things.filter((_, k) => (set >> k) & 1);
}

/** The shift by arguments that hold; of a state of a question, by those that name it. */
function termsOf(held, state = null) {
  const named = state === null ? held : held.filter(({ states }) => states.includes(state));
  return named.map(({ weight, sign }) => [weight, sign, weight]);
}

/** Collects the entries of a program that stands behind another one, over the same judgements. */
class SecondProgram {
  constructor(program, counts) {
    this.shipped = program;
    this.expected = counts;
    this.shifts = new Map([["[]", { number: 0, terms: [] }]]);
    this.logistic = new Map();
    this.rows = new Map();
    this.groups = new Map();
    this.nShares = 0;
    this.hazards = new Map();
  }

  get counts() {
    return { logistic: this.logistic.size, shares: this.nShares };
  }

  /** Whether no entry's number rests on how many others there are. */
  get isNumbered() {
    return this.nShares === 0 && this.hazards.size === 0;
  }

  /** The terms of a shift in the program before this one. */
  termsOf(shift) {
    const { first, strength, sign, credence } = this.shipped.shifts;
    const terms = [];
    for (let t = first[shift]; t < first[shift + 1]; t++) terms.push([strength[t], sign[t], credence[t]]);
    return terms;
  }

  shiftOf(terms) {
    return noted(this.shifts, JSON.stringify(terms), (number) => ({ number, terms })).number;
  }

  /** The entry of "false" of a boolean with a probability; that of "true" follows. */
  chance(base, terms = []) {
    const shift = this.shiftOf(terms);
    const item = noted(this.logistic, `${base} ${shift}`, (number) => ({ number, base, shift }));
    return this.shipped.nEntries + 1 + 2 * item.number;
  }

  hazard(base, terms, opening) {
    const shift = this.shiftOf(terms);
    const key = `${base} ${shift} ${opening}`;
    const item = noted(this.hazards, key, (number) => ({ number, base, shift, opening }));
    const { logistic, shares } = this.expected;
    return this.shipped.nEntries + 1 + 2 * logistic + shares + 2 * item.number;
  }

  /** The entry of a distribution's first state. */
  shares(bases, terms) {
    const row = noted(this.rows, bases.join(), (number) => ({ number, bases })).number;
    const shifts = terms.map((some) => this.shiftOf(some));
    const group = noted(this.groups, `${row} ${shifts}`, () => {
      this.nShares += bases.length;
      return { row, shifts, start: this.nShares - bases.length };
    });
    return this.shipped.nEntries + 1 + 2 * this.expected.logistic + group.start;
  }

  finished() {
    const list = (map) => [...map.values()];
    const column = (items, name) => Int32Array.from(items, (item) => item[name]);
    const shifts = list(this.shifts);
    const terms = shifts.flatMap((shift) => shift.terms);
    const groups = list(this.groups);
    const [logistic, hazards] = [list(this.logistic), list(this.hazards)];
    const rows = list(this.rows).map(({ bases }) => bases);
    const nEntries = 1 + 2 * (logistic.length + hazards.length) + this.nShares;
    return {
      nEntries,
      shifts: {
        first: startsOf(shifts.map((shift) => shift.terms)),
        strength: Int32Array.from(terms, (term) => term[0]),
        sign: Int32Array.from(terms, (term) => term[1]),
        credence: Int32Array.from(terms, (term) => term[2]),
      },
      logistic: { base: column(logistic, "base"), shift: column(logistic, "shift") },
      shares: {
        base: Int32Array.from(rows.flat()),
        rowFirst: startsOf(rows),
        row: column(groups, "row"),
        shift: Int32Array.from(groups.flatMap((group) => group.shifts)),
      },
      openings: this.shipped.openings,
      hazards: {
        base: column(hazards, "base"),
        shift: column(hazards, "shift"),
        opening: column(hazards, "opening"),
      },
      steps: { opening: new Int32Array(0), position: new Int32Array(0) },
      groupFirst: startsOf(groups.map((group) => group.shifts)),
    };
  }
}

function noted(map, key, make) {
  if (!map.has(key)) map.set(key, make(map.size));
  return map.get(key);
}

function startsOf(lists) {
  const starts = new Int32Array(lists.length + 1);
  lists.forEach((list, k) => {
    starts[k + 1] = starts[k] + list.length;
  });
  return starts;
}
