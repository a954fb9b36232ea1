/** Whether the rows of a table cover every case: what `src/cruxmap/language/coverage.py` says. */

import { mentionedBy } from "./conditions.js";

export const MAX_CASES = 100000;

/**
 * The values of each variable that conditions may be about: `true` and `false`, states, or steps, after
 * which `NEVER` comes.
 * @typedef {{choices: (string | number | boolean)[], phases?: {id: string, steps: number}[]}} Domain
 */
export const NEVER = 0;

function variablesOf(conditions) {
  return [...new Set(conditions.flatMap(mentionedBy))];
}

/**
 * How many cases the variables that conditions name make.
 * @param {object[]} conditions @param {Map<string, Domain>} domains @returns {number}
 */
export function countCases(conditions, domains) {
  return variablesOf(conditions).reduce((all, name) => all * domains.get(name).choices.length, 1);
}

/**
 * A case in which none of the conditions holds, with only what it takes; null if there is none.
 * @param {object[]} conditions @param {Map<string, Domain>} domains
 * @returns {Map<string, string | number | boolean> | null}
 */
export function uncovered(conditions, domains) {
  const space = new Space(variablesOf(conditions), domains);
  const holds = conditions.map((condition) => space.where(condition));
  const left = [];
  for (let n = 0; n < space.count; n += 1) if (!holds.some((test) => test(n))) left.push(n);
  return left.length === 0 ? null : space.told(left);
}

/** All cases of some variables, numbered by their choices, those of the first variable leading. */
class Space {
  constructor(variables, domains) {
    this.variables = variables;
    this.domains = domains;
    this.weights = new Map();
    this.count = 1;
    for (const name of [...variables].reverse()) {
      this.weights.set(name, this.count);
      this.count *= domains.get(name).choices.length;
    }
  }

  /** The number of the choice that a variable has in a case. */
  choice(name) {
    const [weight, size] = [this.weights.get(name), this.domains.get(name).choices.length];
    return (n) => Math.floor(n / weight) % size;
  }

  /** Name of a case that is left over only what sets it apart from those that are not. */
  told(left) {
    const found = new Map();
    let [ahead, around] = [left, this.count];
    for (const name of this.variables) {
      if (ahead.length === around) break;
      const choice = this.choice(name);
      const { choices } = this.domains.get(name);
      const place = ahead.reduce((least, n) => Math.min(least, choice(n)), Infinity);
      found.set(name, choices[place]);
      ahead = ahead.filter((n) => choice(n) === place);
      around /= choices.length;
    }
    return found;
  }

  /** Return a test of whether a condition holds in a case. */
  where(c) {
    if (c.claim !== undefined) return this.is(c.claim, [c.value]);
    if (c.question !== undefined) return this.is(c.question, c.states);
    if (c.not !== undefined) return negated(this.where(c.not));
    const parts = (c.all_of ?? c.any_of)?.map((part) => this.where(part));
    if (c.all_of !== undefined) return (n) => parts.every((test) => test(n));
    if (c.any_of !== undefined) return (n) => parts.some((test) => test(n));
    return this.whenOf(c);
  }

  is(name, values) {
    const choice = this.choice(name);
    const { choices } = this.domains.get(name);
    const places = new Set(values.map((value) => choices.indexOf(value)));
    return (n) => places.has(choice(n));
  }

  /** The same of a condition about events; a step is counted from 0, and never is the last of all. */
  whenOf(c) {
    const step = this.choice(c.event);
    const never = this.domains.get(c.event).choices.length - 1;
    if (c.ever !== undefined) return (n) => (step(n) !== never) === c.ever;
    if (c.during !== undefined || c.by_end_of !== undefined) {
      const [start, stop] = stepsOf(this.domains.get(c.event).phases, c.during ?? c.by_end_of);
      const first = c.during === undefined ? 0 : start;
      return (n) => first <= step(n) && step(n) < stop;
    }
    const other = this.choice(c.before ?? c.of);
    if (c.before !== undefined) {
      return (n) => step(n) !== never && (other(n) === never || other(n) - step(n) >= c.by);
    }
    const ever = (n) => step(n) !== never && other(n) !== never;
    return (n) => ever(n) && Math.abs(other(n) - step(n)) <= c.within;
  }
}

function negated(test) {
  return (n) => !test(n);
}

/**
 * The first step of a phase, counted from 0, and the one after its last.
 * @param {{id: string, steps: number}[]} phases @param {string} name @returns {[number, number]}
 */
export function stepsOf(phases, name) {
  let first = 0;
  for (const phase of phases) {
    if (phase.id === name) return [first, first + phase.steps];
    first += phase.steps;
  }
  throw new RangeError(`no phase ${name}`);
}
