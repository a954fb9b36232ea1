// Conditions as evidence: which variables must be in which states. A plan has a variable for each entry,
// and for some conditions of the model; others would need another network, and are refused with words.

import { mentionedIn } from "./candidates.js";

/** A condition that this page's plan cannot be asked about; `condition` is the part of it. */
export class NoVariable extends Error {
  /** @param {object} condition */
  constructor(condition) {
    super("a condition needs a network of its own");
    this.name = "NoVariable";
    this.condition = condition;
  }
}

/**
 * What it is for all of these conditions to hold, or to fail: pairs of a variable and its states.
 * Throws `NoVariable` for a condition that the plan has no variable for.
 * @param {object} structure @param {object[]} conditions @returns {[number, number[]][]}
 */
export function evidenceOf(structure, conditions) {
  const found = conditions.flatMap((condition) => partsOf(structure, condition, true));
  const seen = new Set();
  return found.filter((pair) => {
    const key = JSON.stringify(pair);
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * A condition as a conjunction: of evidence for it (`holds`), or of evidence against it, where only that
 * is one (`any_of` fails where all its parts fail).
 * @param {object} structure @param {object} condition
 * @returns {{evidence: [number, number[]][], holds: boolean}}
 */
export function asConjunction(structure, condition) {
  try {
    return { evidence: partsOf(structure, condition, true), holds: true };
  } catch (problem) {
    if (!(problem instanceof NoVariable)) throw problem;
    try {
      return { evidence: partsOf(structure, condition, false), holds: false };
    } catch {
      throw problem;
    }
  }
}

function partsOf(structure, condition, holds) {
  const names = mentionedIn(condition);
  if (names.size === 1) return [ofOneEntry(structure, condition, [...names][0], holds)];
  const own = structure.conditionVariables.get(keyOf(condition));
  if (own !== undefined) return [[own, [holds ? 1 : 0]]];
  if (condition.not) return partsOf(structure, condition.not, !holds);
  const parts = holds ? condition.all_of : condition.any_of;
  if (parts) return parts.flatMap((part) => partsOf(structure, part, holds));
  const { at_least: some } = condition;
  const settlesAll = some && some.count === (holds ? some.of.length : 1);
  if (settlesAll) return some.of.flatMap((part) => partsOf(structure, part, holds));
  throw new NoVariable(condition);
}

/**
 * The variable of the one entry that a condition is about, and its states where that holds, or fails.
 */
function ofOneEntry(structure, condition, name, holds) {
  const variable = structure.places[name];
  const entry = structure.entry.get(name);
  const states = [];
  for (let state = 0; state < structure.states[variable]; state++) {
    if (holdsAt(entry, condition, state) === holds) states.push(state);
  }
  return [variable, states];
}

/**
 * Whether a condition about one entry holds where the entry is in a state; the last of an event is
 * never.
 */
function holdsAt(entry, condition, state) {
  const never = entry.states.length - 1;
  if (condition.claim !== undefined) return (condition.value ?? true) === (state === 1);
  if (condition.question !== undefined) return condition.states.includes(entry.states[state]);
  if (condition.not) return !holdsAt(entry, condition.not, state);
  if (condition.all_of) return condition.all_of.every((part) => holdsAt(entry, part, state));
  if (condition.any_of) return condition.any_of.some((part) => holdsAt(entry, part, state));
  if (condition.at_least) {
    const { count, of } = condition.at_least;
    return of.filter((part) => holdsAt(entry, part, state)).length >= count;
  }
  if (condition.ever !== undefined) return condition.ever === (state !== never);
  if (condition.during !== undefined) {
    const [first, last] = stepsOf(entry, condition.during);
    return first <= state && state < last;
  }
  if (condition.by_end_of !== undefined) return state < stepsOf(entry, condition.by_end_of)[1];
  if (condition.before !== undefined) return false; // it comes before itself nowhere
  return state !== never; // within some steps of itself: wherever it happens
}

/** The first step of a phase, counted from 0, and the one after its last. */
function stepsOf(entry, name) {
  let first = 0;
  for (const phase of entry.phases) {
    if (phase.id === name) return [first, first + phase.steps];
    first += phase.steps;
  }
  throw new RangeError(`no phase ${name}`);
}

/**
 * A condition as a text that is the same for the same condition, however its fields are ordered.
 * @param {object} condition @returns {string}
 */
export function keyOf(condition) {
  return JSON.stringify(condition, (_, value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
  });
}
