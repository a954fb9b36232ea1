// Where conditions hold, by what states variables may still have: always, nowhere, or that is not settled
// yet.
//
// A test is `[variable, states]`, one variable in some states; `{first, second, held}`, two variables,
// where `held[s]` has the states of the second in which it holds with the first in state s; or `{count,
// of}`, at least so many of several tests.

/**
 * @typedef {[number, number[]] | {first: number, second: number, held: number[][]} |
 *   {count: number, of: Test[]}} Test
 * @typedef {Map<number, number[]>} Allowed by variable the states it may still have, in increasing order;
 *   without an entry, all of them
 */

/**
 * The test that holds where another does not. `states` has how many states each variable has.
 * @param {Test} test @param {ArrayLike<number>} states @returns {Test}
 */
export function negated(test, states) {
  if (Array.isArray(test)) return [test[0], others(test[1], states[test[0]])];
  if (test.of) {
    return { count: test.of.length - test.count + 1, of: test.of.map((part) => negated(part, states)) };
  }
  const held = test.held.map((some) => others(some, states[test.second]));
  return { ...test, held };
}

function others(some, n) {
  return Array.from({ length: n }, (_, state) => state).filter((state) => !some.includes(state));
}

/**
 * The variables that a test is about, each once.
 * @param {Test} test @returns {Set<number>}
 */
export function variablesOf(test) {
  if (Array.isArray(test)) return new Set([test[0]]);
  if (test.of) return new Set(test.of.flatMap((part) => [...variablesOf(part)]));
  return new Set([test.first, test.second]);
}

/**
 * Whether a test holds: `null` where that is not settled.
 * @param {Test} test @param {Allowed} allowed @param {ArrayLike<number>} states @returns {boolean | null}
 */
export function truthOf(test, allowed, states) {
  if (Array.isArray(test)) return ofPair(test, allowed, states);
  if (test.of) return ofCount(test, allowed, states);
  let [some, all] = [false, true];
  for (const state of statesOf(test.first, allowed, states)) {
    const truth = ofPair([test.second, test.held[state]], allowed, states);
    if (truth === null) return null;
    some ||= truth;
    all &&= truth;
  }
  return some === all ? some : null;
}

function ofPair([variable, held], allowed, states) {
  const may = allowed.get(variable);
  const n = may?.length ?? states[variable];
  let inside = 0;
  for (const state of held) if (may === undefined || may.includes(state)) inside += 1;
  return inside === 0 ? false : inside === n ? true : null;
}

function ofCount({ count, of }, allowed, states) {
  let [holding, open] = [0, 0];
  for (const part of of) {
    const truth = truthOf(part, allowed, states);
    if (truth === true) holding += 1;
    else if (truth === null) open += 1;
  }
  return holding >= count ? true : holding + open < count ? false : null;
}

/** The states that a variable may still have. */
export function statesOf(variable, allowed, states) {
  return allowed.get(variable) ?? Array.from({ length: states[variable] }, (_, state) => state);
}

/**
 * The variables that a test which is not settled waits for.
 * @param {Test} test @param {Allowed} allowed @param {ArrayLike<number>} states @returns {Set<number>}
 */
export function openVariables(test, allowed, states) {
  if (truthOf(test, allowed, states) !== null) return new Set();
  if (Array.isArray(test)) return new Set([test[0]]);
  if (test.of) return new Set(test.of.flatMap((part) => [...openVariables(part, allowed, states)]));
  const open = (variable) => (allowed.get(variable)?.length ?? states[variable]) > 1;
  return new Set([test.first, test.second].filter(open));
}

/**
 * How to part the states of one variable so that a test comes nearer to being settled: groups of states of
 * the first variable it waits for among those that `may` be parted; `null` where there is none.
 * @param {Test} test @param {Allowed} allowed @param {ArrayLike<number>} states
 * @param {(variable: number) => boolean} may
 * @returns {{variable: number, groups: number[][]} | null}
 */
export function splitOf(test, allowed, states, may) {
  if (truthOf(test, allowed, states) !== null) return null;
  if (Array.isArray(test)) {
    const [variable, held] = test;
    if (!may(variable)) return null;
    return parted(variable, allowed, states, (state) => held.includes(state));
  }
  if (test.of) {
    for (const part of test.of) {
      const split = splitOf(part, allowed, states, may);
      if (split !== null) return split;
    }
    return null;
  }
  const { first, second, held } = test;
  const ofSecond = statesOf(second, allowed, states);
  if (may(first)) {
    const row = (state) => ofSecond.filter((other) => held[state].includes(other)).join();
    const split = parted(first, allowed, states, row);
    if (split.groups.length > 1) return split;
  }
  if (!may(second)) return null;
  const ofFirst = statesOf(first, allowed, states);
  return parted(second, allowed, states, (other) => ofFirst.map((s) => held[s].includes(other)).join());
}

/** The states that a variable may still have, those with the same key together. */
function parted(variable, allowed, states, keyOf) {
  const groups = new Map();
  for (const state of statesOf(variable, allowed, states)) {
    const key = keyOf(state);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(state);
  }
  return { variable, groups: [...groups.values()] };
}

/**
 * The states allowed, with one variable kept to some.
 * @param {Allowed} allowed @param {number} variable @param {number[]} some @returns {Allowed}
 */
export function restricted(allowed, variable, some) {
  const may = allowed.get(variable);
  const kept = may === undefined ? some : may.filter((state) => some.includes(state));
  return new Map(allowed).set(variable, kept);
}
