// A model's network and entries, decoded once: what stands where, and what rests on what.

import { intsOf } from "../bytes.js";
import { broughtTo } from "../engine/brought.js";
import { programOf, together } from "../engine/formulas.js";
import { variablesOf } from "../engine/holding.js";
import { layersOf, MAP } from "../language/worldviews.js";
import { entryNumbers } from "./certainties.js";
import { keyOf, testOf } from "./evidence.js";

/**
 * What is where in a model. `entry` finds an entry by id, `index` the number of an address, `places` the
 * variable of an entry, phase or cause; `states` has how many states each variable has, `of` the
 * addresses that an entry owns. Of a model that has something `added` to another one, all of that is as
 * if it were in the network; `brought` has its tables (see engine/brought.js), `null` in other models.
 * @param {object} model the data of the page @returns {object}
 */
export function structureOf(model) {
  const { network } = model;
  const decoded = decodedOf(network);
  const structure = {
    model,
    entry: new Map(model.entries.map((entry) => [entry.id, entry])),
    index: new Map(model.addresses.map((address, number) => [address, number])),
    places: network.places,
    states: decoded.states,
    of: ownedBy(model),
    conditionVariables: new Map(
      model.condition_variables.map(({ condition, variable }) => [keyOf(condition), variable]),
    ),
    program: decoded.program,
    rests: decoded.rests,
    brought: null,
  };
  return model.added?.entries.length ? extended(structure, decoded) : structure;
}

function ownedBy(model) {
  const of = new Map(model.entries.map((entry) => [entry.id, []]));
  model.judgements.owner.forEach((owner, number) => of.get(owner).push(number));
  return of;
}

const known = new WeakMap();

/** What a network says, decoded once. */
function decodedOf(network) {
  if (!known.has(network)) {
    const program = programOf(network);
    const rests = restsOn(network, judgementsOfEntries(program));
    const holders = holdersOf(listsOf(network.entry_tables));
    known.set(network, { program, rests, holders, states: intsOf(network.states) });
  }
  return known.get(network);
}

/** The variables in whose tables each entry is. */
function holdersOf(tables) {
  const holders = new Map();
  tables.forEach((entries, variable) => {
    for (const entry of entries) {
      if (!holders.has(entry)) holders.set(entry, []);
      holders.get(entry).push(variable);
    }
  });
  return holders;
}

/** A structure with what is added to its model. */
function extended(structure, { program, rests, holders, states }) {
  const { model } = structure;
  const { added } = model;
  structure.places = { ...structure.places, ...added.places };
  structure.states = Int32Array.from([...states, ...new Array(Object.keys(added.places).length).fill(2)]);
  for (const { type, variable, states: names } of added.entries) {
    if (type === "question") structure.states[variable] = names.length;
  }
  const brought = broughtTo(model, {
    program,
    numbers: entryNumbers(program),
    states: structure.states,
    testOf: (condition) => testOf(structure, condition),
    inForce: () => inForceTogether(model),
  });
  structure.brought = brought;
  structure.program = together(program, brought.program);
  structure.rests = extendedRests(rests, brought, holders);
  return structure;
}

/** The arguments in force in any two worldviews, which may be mixed, and in the reader's own. */
function inForceTogether(model) {
  const names = model.added.entries.filter(({ type }) => type === "argument").map(({ id }) => id);
  const each = [MAP, ...Object.keys(model.worldviews)].map((worldview) => {
    const { rejected } = layersOf(model, worldview);
    return names.filter((name) => model.bringer?.[name] === model.own || !rejected.has(name));
  });
  return each.flatMap((one, k) => each.slice(k).map((other) => new Set([...one, ...other])));
}

/** What variables rest on where something is brought. */
function extendedRests(rests, brought, holders) {
  const ofSecond = judgementsOfEntries(brought.program);
  const judgementsOf = (entries) => {
    const own = entries.filter((entry) => entry >= brought.offset);
    return new Set(own.flatMap((entry) => [...ofSecond[entry - brought.offset]]));
  };
  const parents = [...rests.parents];
  const judgements = [...rests.judgements];
  for (const { variable, ...of } of brought.variables) {
    const tests = [of.when, ...(of.rows ?? []).map(({ when }) => when), ...(of.premises ?? [])];
    const named = tests.filter(Boolean).flatMap((test) => [...variablesOf(test)]);
    const forces = (of.undercut ?? []).map(({ force }) => force);
    const entries = [...(of.rows ?? []).flatMap((row) => row.entries), ...forces, of.entry ?? 0];
    parents[variable] = [...new Set([...named, ...of.rests])];
    judgements[variable] = [...judgementsOf(entries)];
  }
  for (const { by, entries, variants = [], forces = [] } of brought.places) {
    const more = judgementsOf([...variants.flat(), ...forces]);
    for (const variable of new Set(entries.flatMap((entry) => holders.get(entry) ?? []))) {
      parents[variable] = [...new Set([...parents[variable], ...by])];
      judgements[variable] = [...new Set([...judgements[variable], ...more])];
    }
  }
  return { parents, judgements };
}

/**
 * The judgements on which each entry depends, `same as` not followed, as `dependencies` in formulas.py.
 */
function judgementsOfEntries(program) {
  const { shifts, logistic, shares, openings, hazards, steps } = program;
  const numbers = entryNumbers(program);
  const on = Array.from({ length: numbers.all }, () => new Set());
  const byShift = (entry, shift) => {
    for (const strength of strengthsOf(shifts, shift)) on[entry].add(strength);
  };
  logistic.base.forEach((base, k) => {
    for (const entry of [numbers.logistic + 2 * k, numbers.logistic + 2 * k + 1]) {
      on[entry].add(base);
      byShift(entry, logistic.shift[k]);
    }
  });
  shares.row.forEach((row, group) => {
    const first = numbers.groups[group];
    const all = new Set();
    for (let k = 0; k < numbers.groups[group + 1] - first; k++) {
      all.add(shares.base[shares.rowFirst[row] + k]);
      const shift = shares.shift[first - numbers.groups[0] + k];
      for (const strength of strengthsOf(shifts, shift)) all.add(strength);
    }
    for (let entry = first; entry < numbers.groups[group + 1]; entry++) on[entry] = all;
  });
  hazards.base.forEach((base, k) => {
    for (const entry of [numbers.hazards + 2 * k, numbers.hazards + 2 * k + 1]) {
      on[entry].add(base).add(openings.pace[hazards.opening[k]]);
      byShift(entry, hazards.shift[k]);
    }
  });
  steps.opening.forEach((opening, k) => on[numbers.steps + k].add(openings.pace[opening]));
  return on;
}

/** The judgements of the strengths in one shift. */
function strengthsOf({ first, strength }, shift) {
  return strength.subarray(first[shift], first[shift + 1]);
}

/**
 * The parents and judgements that each variable rests on. Tables that are turned round by Bayes' rule
 * are turned back: what they stand beside rests on them.
 */
function restsOn(network, judgementsOf) {
  const parents = listsOf(network.parents);
  const judgements = listsOf(network.entry_tables).map((entries) => {
    const all = new Set();
    for (const entry of entries) for (const judgement of judgementsOf[entry]) all.add(judgement);
    return [...all];
  });
  for (const turned of network.turned ?? []) {
    parents[turned.variable] = [...turned.parents];
    judgements[turned.variable] = [...turned.judgements];
  }
  for (const turned of network.turned ?? []) parents[turned.below].push(turned.variable);
  return { parents, judgements };
}

function listsOf({ first, of }) {
  const [starts, members] = [intsOf(first), intsOf(of)];
  const length = starts.length - 1;
  return Array.from({ length }, (_, k) => [...members.subarray(starts[k], starts[k + 1])]);
}
