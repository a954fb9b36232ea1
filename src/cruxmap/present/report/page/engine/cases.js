// What is brought to a map as cases of the plan that is there: in each case the old variables are in some
// of their states, and the tables that new variables bear on have other entries. Conditions that no
// variable tells are cases too.
//
// The cases are the leaves of a tree. Old variables are split by the conditions that new ones wait for;
// new ones where a group of them that hangs together bears on several places. All others bear on one
// place: what they do there is mixed into its entries, by how likely it is. Only the sums and products
// are found here, not the numbers: see mixing.js.

import { openVariables, restricted, splitOf, statesOf, truthOf, variablesOf } from "./holding.js";

/** How many cases are summed over at most. */
export const MOST_CASES = 1024;

/** How many products the weights of one group of new variables may have. */
const MOST_PRODUCTS = 20000;

/** How many variables may be open together, and in how many ways, the impossible ones among them too. */
const [MOST_OPEN, MOST_WAYS] = [200, 1 << 20];

/** Thrown where an answer would take too many cases; the message is for readers. */
export class TooManyCases extends Error {
  constructor() {
    super(
      "what is brought, assumed and observed makes too many cases to sum over here; " +
        "the command line has no such limit",
    );
    this.name = "TooManyCases";
  }
}

/**
 * A sum of products of entries.
 * @typedef {number[][]} Sum
 *
 * New variables that hang together, with at most one place (its number, -1 for none): `joints` has each
 * way they can be, with the weight of it by variant of the place's entries, in the order of `variants`.
 * @typedef {{place: number, variants: number[], joints: {states: [number, number][],
 *   weights: [number, Sum][]}[]}} Group
 *
 * @typedef {object} Case
 * @property {[number, number[]][]} evidence the old variables, and the states each may have
 * @property {[number, number][]} fixed new variables, and their states
 * @property {Group[]} groups the weight of a case is the product of theirs
 */

/**
 * The cases in which conditions hold. Together they are exhaustive, and no two hold together.
 * @param {{brought: Brought | null, states: ArrayLike<number>, sure: Int8Array | null, conditions: Test[],
 *   wanted?: number[]}} of
 *   `sure` has 0 or 1 for entries that are exactly that; the distributions of the new variables that are
 *   `wanted` can be read from the cases, and of those that bear on places
 * @returns {Case[]}
 */
export function casesOf({ brought, states, sure, conditions, wanted = [] }) {
  const tree = new Tree(brought, states, sure, wanted);
  tree.grow(allowedBy(conditions), conditions, new Set());
  return tree.cases;
}

/** What conditions on one variable leave it. */
function allowedBy(conditions) {
  let allowed = new Map();
  for (const test of conditions) if (Array.isArray(test)) allowed = restricted(allowed, ...test);
  return allowed;
}

/**
 * Which new variables are to be read from the cases of what bears on places, and for which others, in
 * groups, cases of their own are to be found: those that bear on nothing but wait for conditions.
 * @param {{brought: Brought, states: ArrayLike<number>, sure: Int8Array, conditions: Test[]}} of
 * @returns {{together: number[], apart: number[][]}}
 */
export function barrenIn({ brought, states, sure, conditions }) {
  const tree = new Tree(brought, states, sure, []);
  const found = tree.looked(allowedBy(conditions), conditions, new Set());
  if (found === null) return { together: [], apart: [] };
  const all = brought.variables.map(({ variable }) => variable);
  const barren = all.filter((v) => !found.relevant.has(v) && !isFixed(found.allowed, v));
  const [free, waiting] = [[], []];
  for (const variable of barren) {
    const above = tree.above([variable], found.allowed);
    const isOpen = (v) => tree.openOf(v, found.allowed).length > 0;
    const waits = [...above].some((v) => found.relevant.has(v) || isOpen(v));
    (waits ? waiting : free).push({ variable, above });
  }
  const isAbove = (one) => waiting.some((other) => other !== one && other.above.has(one.variable));
  const apart = waiting.filter((one) => !isAbove(one)).map(({ above }) => [...above]);
  return { together: [...found.relevant, ...free.map(({ variable }) => variable)], apart };
}

function isFixed(allowed, variable) {
  return allowed.get(variable)?.length === 1;
}

const NONE = [];
const CERTAIN = [[]];

class Tree {
  constructor(brought, states, sure, wanted) {
    this.brought = brought;
    this.states = states;
    this.sure = sure;
    this.wanted = wanted;
    this.first = brought?.first ?? Infinity;
    this.places = (brought?.places ?? []).map((place) => (this.isMoved(place) ? place : null));
    this.cases = [];
    this.memory = { allowed: null, known: null };
  }

  /** Whether anything can move the entries of a place. */
  isMoved({ isForced, entries, fixed }) {
    const unmoved = (entry, k) => this.sure[entry] >= 0 && (!isForced || this.sure[entry] === fixed[k]);
    return !entries.every(unmoved);
  }

  variable(variable) {
    return this.brought.variables[variable - this.first];
  }

  isOld = (variable) => variable < this.first;

  truth(test, allowed) {
    return test === null ? true : truthOf(test, allowed, this.states);
  }

  // --- growing ------------------------------------------------------------------------------------------

  /** Find the cases among some states, where conditions are still to hold; `parted` are new variables. */
  grow(allowed, conditions, parted) {
    if (conditions.some((test) => this.truth(test, allowed) === false)) return;
    const found = this.looked(allowed, conditions, parted);
    if (found === null) return;
    const split = this.splitFor(found, conditions);
    if (split !== null) {
      for (const group of split.groups) {
        const more = this.isOld(split.variable) ? parted : new Set(parted).add(split.variable);
        this.grow(restricted(found.allowed, split.variable, group), conditions, more);
      }
      return;
    }
    this.cases.push(this.caseOf(found, this.groupsOf(found)));
    if (this.cases.length > MOST_CASES) throw new TooManyCases();
  }

  /** What follows at a node: the states allowed, the new variables that matter, and those `kept` open. */
  looked(allowed, conditions, parted) {
    if (this.brought === null) return { allowed, relevant: new Set(), kept: new Set() };
    const named = conditions.flatMap((test) => [...variablesOf(test)]);
    const kept = new Set([...named.filter((v) => !this.isOld(v)), ...parted]);
    const after = this.derived(allowed, kept);
    if (after === null) return null;
    const bearing = this.places.flatMap((place) => (place === null ? [] : place.by));
    const open = [...bearing, ...this.wanted].filter((v) => !isFixed(after, v));
    const relevant = this.above([...open, ...kept], after);
    return { allowed: after, relevant, kept };
  }

  /** The states allowed, new variables having the one that they can have; `null` where they have none. */
  derived(allowed, kept) {
    let found = allowed;
    for (const place of this.brought.order) {
      const { variable } = this.brought.variables[place];
      const { parents, open, sums } = this.distribution(variable, found);
      if (parents.length || open.length) continue;
      const possible = statesOf(variable, found, this.states).filter((state) => sums()[state].length > 0);
      if (possible.length === 0) return null;
      if (possible.length === 1 && !kept.has(variable)) found = restricted(found, variable, possible);
    }
    return found;
  }

  /** Some new variables and all that they rest on and that is not fixed. */
  above(variables, allowed) {
    const found = new Set();
    const waiting = [...variables];
    while (waiting.length) {
      const variable = waiting.pop();
      if (found.has(variable)) continue;
      found.add(variable);
      waiting.push(...this.distribution(variable, allowed).parents);
    }
    return found;
  }

  openOf(variable, allowed) {
    return this.distribution(variable, allowed).open;
  }

  /** What to part next; `null` where a case is reached. */
  splitFor(found, conditions) {
    const { allowed, relevant } = found;
    if (this.brought !== null) {
      for (const place of this.brought.order) {
        const { variable } = this.brought.variables[place];
        if (!relevant.has(variable)) continue;
        for (const test of this.openOf(variable, allowed)) {
          const split = splitOf(test, allowed, this.states, this.isOld);
          if (split !== null) return split;
        }
      }
    }
    for (const test of conditions) {
      const split = splitOf(test, allowed, this.states, () => true);
      if (split !== null) return split;
    }
    const wide = this.groupsOf(found).find(({ places }) => places.length > 1);
    return wide === undefined ? null : this.cutOf(wide, allowed, conditions);
  }

  /** The variable of a group that bears on several places by whose states it falls apart best. */
  cutOf({ variables }, allowed, conditions) {
    let best = null;
    for (const variable of variables) {
      const groups = statesOf(variable, allowed, this.states).map((state) => [state]);
      let left = 0;
      for (const group of groups) {
        const after = this.looked(restricted(allowed, variable, group), conditions, new Set([variable]));
        if (after === null) continue;
        for (const { places } of this.groupsOf(after)) left += Math.max(0, places.length - 1);
      }
      const cost = left * variables.length + groups.length;
      if (best === null || cost < best.cost) best = { variable, groups, cost };
    }
    return best;
  }

  // --- new variables ------------------------------------------------------------------------------------

  /**
   * How a new variable is distributed: the `parents` among the new ones that are not fixed, the conditions
   * that are `open` because of old ones, and with both settled the `sums` by state.
   */
  distribution(variable, allowed) {
    if (this.memory.allowed !== allowed) this.memory = { allowed, known: new Map() };
    const { known } = this.memory;
    if (!known.has(variable)) known.set(variable, this.foundDistribution(variable, allowed));
    return known.get(variable);
  }

  foundDistribution(variable, allowed) {
    const of = this.variable(variable);
    if (of.kind === "argument") return this.ofArgument(of, allowed);
    if (of.kind === "causes") return this.ofCauses(of, allowed);
    const isRoute = of.kind === "route";
    const truth = isRoute ? this.truth(of.when, allowed) : true;
    const isNever = isRoute && of.rows[0].entries.every((entry) => this.sure[entry + 1] === 0);
    if (truth === false || isNever) return FALSE;
    const tests = truth === null ? [of.when] : [];
    let row = null;
    for (const one of of.rows) {
      const holds = this.truth(one.when, allowed);
      if (holds === null) tests.push(one.when);
      if (holds === true) row = one;
      if (holds === true) break;
    }
    return {
      ...this.waiting(tests, of.on, allowed),
      sums: () => {
        const first = row.entries[this.setOf(of.on, allowed)];
        if (first === undefined) throw new TooManyCases();
        return Array.from({ length: of.states }, (_, state) => this.sum([[first + state]]));
      },
    };
  }

  ofCauses({ when, entry, causes }, allowed) {
    const truth = this.truth(when, allowed);
    if (truth === false) return FALSE;
    return {
      ...this.waiting(truth === null ? [when] : [], causes, allowed),
      sums: () =>
        causes.some((v) => this.holds(v, allowed))
          ? [NONE, CERTAIN]
          : [this.sum([[entry]]), this.sum([[entry + 1]])],
    };
  }

  ofArgument({ premises, entry, undercut }, allowed) {
    const truths = premises.map((test) => this.truth(test, allowed));
    if (this.sure[entry + 1] === 0 || truths.includes(false)) return FALSE;
    const tests = premises.filter((_, k) => truths[k] === null);
    const by = undercut.map(({ variable }) => variable);
    return {
      ...this.waiting(tests, by, allowed),
      sums: () => {
        const [fails, stands] = this.undercutBy(undercut, allowed);
        const no = [[entry], ...fails.map((product) => [entry + 1, ...product])];
        return [this.sum(no), this.sum(stands.map((product) => [entry + 1, ...product]))];
      },
    };
  }

  /** That one of the undercutters that hold works, and that none does; a force of -1 is certain. */
  undercutBy(undercut, allowed) {
    const works = [];
    let stands = [];
    for (const { variable, force } of undercut) {
      if (!this.holds(variable, allowed)) continue;
      works.push(force < 0 ? [...stands] : [...stands, force + 1]);
      if (force < 0) return [works, []];
      stands = [...stands, force];
    }
    return [works, [stands]];
  }

  waiting(tests, on, allowed) {
    const parents = new Set(on.filter((v) => !isFixed(allowed, v)));
    const open = [];
    for (const test of tests) {
      let isOpen = false;
      for (const v of openVariables(test, allowed, this.states)) {
        if (this.isOld(v)) isOpen = true;
        else parents.add(v);
      }
      if (isOpen) open.push(test);
    }
    return { parents: [...parents], open };
  }

  /** Which of some variables hold, by bits. */
  setOf(variables, allowed) {
    return variables.reduce((bits, v, k) => bits | (this.holds(v, allowed) ? 1 << k : 0), 0);
  }

  holds(variable, allowed) {
    return allowed.get(variable)?.[0] === 1;
  }

  /** A sum without what is exactly 0, and without factors of exactly 1. */
  sum(products) {
    const left = products.filter((product) => !product.some((entry) => this.sure[entry] === 0));
    return left.map((product) => product.filter((entry) => this.sure[entry] !== 1));
  }

  // --- groups -------------------------------------------------------------------------------------------

  /** The new variables that hang together, by what they rest on and what they bear on. */
  groupsOf(found) {
    if (this.brought === null) return [];
    found.groups ??= this.groupsIn(found);
    return found.groups;
  }

  groupsIn({ allowed, relevant, kept }) {
    const group = new Map(); // by variable
    const groups = new Set();
    const join = (variables) => {
      const all = { variables: new Set(variables), factors: [], places: [] };
      for (const variable of variables) {
        const old = group.get(variable);
        if (old === undefined || !groups.delete(old)) continue;
        for (const member of old.variables) all.variables.add(member);
        all.factors.push(...old.factors);
        all.places.push(...old.places);
      }
      for (const member of all.variables) group.set(member, all);
      groups.add(all);
      return all;
    };
    for (const place of this.brought.order) {
      const { variable } = this.brought.variables[place];
      if (!relevant.has(variable)) continue;
      const isOpen = !isFixed(allowed, variable);
      const { parents } = this.distribution(variable, allowed);
      if (isOpen || kept.has(variable)) {
        join(isOpen ? [variable, ...parents] : parents).factors.push(variable);
      }
    }
    this.places.forEach((place, number) => {
      const may = place?.by.filter((v) => !isFixed(allowed, v) || this.holds(v, allowed)) ?? [];
      if (may.length) join(may.filter((v) => !isFixed(allowed, v))).places.push(number);
    });
    return [...groups];
  }

  caseOf({ allowed }, groups) {
    const evidence = [...allowed].filter(([variable]) => this.isOld(variable));
    const others = [...allowed].filter(([variable]) => !this.isOld(variable));
    const settled = others.filter(([, states]) => states.length === 1);
    return {
      evidence,
      fixed: settled.map(([variable, [state]]) => [variable, state]),
      groups: groups.map((group) => this.weighed(group, allowed)),
    };
  }

  /** A group with the weights of all its ways to be. */
  weighed({ variables, factors, places }, allowed) {
    const order = this.brought.order.map((place) => this.brought.variables[place].variable);
    const open = order.filter((variable) => variables.has(variable));
    const place = places.length ? this.places[places[0]] : null;
    const variants = new Map();
    const joints = [];
    if (open.length > MOST_OPEN) throw new TooManyCases();
    let [products, ways] = [0, 0];
    const visit = (k, before) => {
      if (k < open.length) {
        for (const state of statesOf(open[k], before, this.states)) {
          visit(k + 1, restricted(before, open[k], [state]));
        }
        return;
      }
      ways += 1;
      if (ways > MOST_WAYS) throw new TooManyCases();
      let weight = CERTAIN;
      for (const variable of factors) {
        weight = multiplied(weight, this.distribution(variable, before).sums()[before.get(variable)[0]]);
        if (weight.length === 0) return;
      }
      const weights = [];
      for (const [variant, sum] of this.variantsOf(place, before)) {
        const whole = multiplied(weight, sum);
        if (whole.length === 0) continue;
        if (!variants.has(variant)) variants.set(variant, variants.size);
        weights.push([variants.get(variant), whole]);
        products += whole.length;
      }
      if (products > MOST_PRODUCTS) throw new TooManyCases();
      if (weights.length) {
        joints.push({ states: open.map((variable) => [variable, before.get(variable)[0]]), weights });
      }
    };
    visit(0, allowed);
    return { place: places.length ? places[0] : -1, variants: [...variants.keys()], joints };
  }

  /** Which entries a place has where new variables are fixed, each with a weight. */
  variantsOf(place, allowed) {
    if (place === null) return [[0, CERTAIN]];
    if (!place.isForced) {
      const set = this.setOf(place.by, allowed);
      if (place.variants[set] === undefined) throw new TooManyCases();
      return [[set, CERTAIN]];
    }
    const by = place.by.map((variable, k) => ({ variable, force: place.forces[k] }));
    const [works, stands] = this.undercutBy(by, allowed);
    return [
      [0, this.sum(stands)],
      [1, this.sum(works)],
    ];
  }
}

const FALSE = { parents: [], open: [], sums: () => [CERTAIN, NONE] };

function multiplied(one, other) {
  if (one === CERTAIN) return other;
  return one.flatMap((left) => other.map((right) => [...left, ...right]));
}
