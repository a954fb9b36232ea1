/**
 * Whether the rows of a table cover every case: what `src/cruxmap/language/coverage.py` says.
 *
 * All cases are numbered, and a set of them is one large integer with a bit for each.
 */

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
  let left = space.everything;
  for (const condition of conditions) left &= ~space.where(condition);
  if (left === 0n) return null;
  const found = new Map();
  let around = space.everything;
  for (const name of space.variables) {
    if (left === around) break;
    const { choices } = domains.get(name);
    const place = choices.findIndex((_, n) => (left & space.choices(name, n, n + 1)) !== 0n);
    found.set(name, choices[place]);
    around &= space.choices(name, place, place + 1);
    left &= around;
  }
  return found;
}

/** All cases of some variables, numbered by their choices, those of the first variable leading. */
class Space {
  constructor(variables, domains) {
    this.variables = variables;
    this.domains = domains;
    this.weights = new Map();
    this.known = new Map();
    const total = variables.reduce((all, name) => all * domains.get(name).choices.length, 1);
    this.everything = ones(total);
    let weight = total;
    for (const name of variables) {
      const cycle = weight;
      weight /= domains.get(name).choices.length;
      this.weights.set(name, { weight, cycles: ones(total) / ones(cycle) });
    }
  }

  /** The cases in which a variable has one of its choices from `start` to before `stop`. */
  choices(name, start, stop) {
    return this.first(name, stop) & ~this.first(name, Math.min(start, stop));
  }

  first(name, count) {
    const key = `${count} ${name}`;
    if (!this.known.has(key)) {
      const { weight, cycles } = this.weights.get(name);
      this.known.set(key, ones(weight * count) * cycles);
    }
    return this.known.get(key);
  }

  /** The cases in which a condition holds. */
  where(c) {
    if (c.claim !== undefined) return this.is(c.claim, c.value);
    if (c.question !== undefined) {
      return c.states.reduce((all, state) => all | this.is(c.question, state), 0n);
    }
    if (c.not !== undefined) return this.everything & ~this.where(c.not);
    const parts = (c.all_of ?? c.any_of)?.map((part) => this.where(part));
    if (c.all_of !== undefined) return parts.reduce((all, part) => all & part, this.everything);
    if (c.any_of !== undefined) return parts.reduce((all, part) => all | part, 0n);
    return this.whenOf(c);
  }

  whenOf(c) {
    if (c.ever !== undefined) return c.ever ? this.ever(c.event) : this.is(c.event, NEVER);
    const { phases } = this.domains.get(c.event);
    if (c.during !== undefined) return this.choices(c.event, ...stepsOf(phases, c.during));
    if (c.by_end_of !== undefined) return this.choices(c.event, 0, stepsOf(phases, c.by_end_of)[1]);
    if (c.before !== undefined) {
      const never = this.is(c.before, NEVER) & this.ever(c.event);
      return this.after(c.event, c.before, c.by) | never;
    }
    const apart = this.after(c.event, c.of, c.within + 1) | this.after(c.of, c.event, c.within + 1);
    return this.ever(c.event) & this.ever(c.of) & ~apart;
  }

  /**
   * The cases in which both events happen, the second at least some steps after the first: those with the
   * first in its first step, moved on by a step of both, and so on by doubling.
   */
  after(first, second, least) {
    const last = this.domains.get(second).choices.length - 1;
    let found = this.choices(first, 0, 1) & this.choices(second, least, last);
    const move = this.weights.get(first).weight + this.weights.get(second).weight;
    for (let moved = 1; moved < last; moved *= 2) {
      found |= (found & this.choices(second, 0, last - moved)) << BigInt(move * moved);
    }
    return found;
  }

  is(name, choice) {
    const place = this.domains.get(name).choices.indexOf(choice);
    return this.choices(name, place, place + 1);
  }

  ever(name) {
    return this.choices(name, 0, this.domains.get(name).choices.length - 1);
  }
}

/** A number with so many bits, all of them 1. */
function ones(count) {
  return (1n << BigInt(count)) - 1n;
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
