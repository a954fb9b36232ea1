// A model's network and entries, decoded once: what stands where, and what rests on what.

import { intsOf } from "../bytes.js";
import { programOf } from "../engine/formulas.js";
import { keyOf } from "./evidence.js";

/**
 * What is where in a model. `entry` finds an entry by id, `index` the number of an address, `places` the
 * variable of an entry, phase or cause; `states` has how many states each variable has, `of` the
 * addresses that an entry owns.
 * @param {object} model the data of the page @returns {object}
 */
export function structureOf(model) {
  const { network } = model;
  const program = programOf(network);
  const numbers = entryNumbers(program);
  return {
    model,
    entry: new Map(model.entries.map((entry) => [entry.id, entry])),
    index: new Map(model.addresses.map((address, number) => [address, number])),
    places: network.places,
    states: intsOf(network.states),
    of: ownedBy(model),
    conditionVariables: new Map(
      model.condition_variables.map(({ condition, variable }) => [keyOf(condition), variable]),
    ),
    program,
    numbers,
    rests: restsOn(network, judgementsOfEntries(program, numbers)),
  };
}

function ownedBy(model) {
  const of = new Map(model.entries.map((entry) => [entry.id, []]));
  model.judgements.owner.forEach((owner, number) => of.get(owner).push(number));
  return of;
}

/** The numbers of the first entry of each kind, and of the first entry of each group of shares. */
function entryNumbers({ logistic, shares, hazards, groupFirst, nEntries }) {
  const ofShares = 1 + 2 * logistic.base.length;
  const ofHazards = ofShares + shares.shift.length;
  return {
    logistic: 1,
    groups: [...groupFirst].map((first) => ofShares + first),
    hazards: ofHazards,
    steps: ofHazards + 2 * hazards.base.length,
    all: nEntries,
  };
}

/**
 * The judgements on which each entry depends, `same as` not followed, as `dependencies` in formulas.py.
 */
function judgementsOfEntries({ shifts, logistic, shares, openings, hazards, steps }, numbers) {
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
