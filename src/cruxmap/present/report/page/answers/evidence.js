// Conditions as evidence: tests of which variables are in which states (see engine/holding.js). A plan
// has a variable for each entry, and for some conditions of the model; all others are put together from
// these.

import { negated } from "../engine/holding.js";
import { mentionedIn } from "./candidates.js";

/**
 * What it is for all of these conditions to hold: tests, those about one variable as pairs of it and its
 * states.
 * @param {object} structure @param {object[]} conditions @returns {Test[]}
 */
export function evidenceOf(structure, conditions) {
  const found = conditions.flatMap((condition) => conjuncts(testOf(structure, condition)));
  const seen = new Set();
  return found.filter((test) => {
    const key = JSON.stringify(test);
    return !seen.has(key) && seen.add(key);
  });
}

/** The tests that all hold where one does. */
function conjuncts(test) {
  return test.of && test.count === test.of.length ? test.of.flatMap(conjuncts) : [test];
}

/**
 * What it is for a condition to hold.
 * @param {object} structure @param {object} condition @returns {Test}
 */
export function testOf(structure, condition) {
  const names = mentionedIn(condition);
  if (names.size === 1) return ofOneEntry(structure, condition, [...names][0]);
  const own = structure.conditionVariables.get(keyOf(condition));
  if (own !== undefined) return [own, [1]];
  if (condition.not) return negated(testOf(structure, condition.not), structure.states);
  const { at_least: some, all_of: all, any_of: any } = condition;
  const of = (parts) => parts.map((part) => testOf(structure, part));
  if (some) return { count: some.count, of: of(some.of) };
  if (all) return { count: all.length, of: of(all) };
  if (any) return { count: 1, of: of(any) };
  return ofTwoEvents(structure, condition);
}

/** That an event comes before another one, by so many steps, or within some steps of it. */
function ofTwoEvents(structure, condition) {
  const { event, before, by = 1, within, of: near } = condition;
  const other = before ?? near;
  const [first, second] = [structure.places[event], structure.places[other]];
  const never = structure.states[second] - 1;
  const steps = Array.from({ length: never + 1 }, (_, step) => step);
  const isBefore = (one, two) => two === never || two - one >= by;
  const isNear = (one, two) => two !== never && Math.abs(two - one) <= within;
  const holds = before === undefined ? isNear : isBefore;
  const held = steps.map((one) => (one === never ? [] : steps.filter((two) => holds(one, two))));
  return { first, second, held };
}

/** The variable of the one entry that a condition is about, and its states where that holds. */
function ofOneEntry(structure, condition, name) {
  const variable = structure.places[name];
  const entry = structure.entry.get(name);
  const states = [];
  for (let state = 0; state < structure.states[variable]; state++) {
    if (holdsAt(entry, condition, state)) states.push(state);
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
