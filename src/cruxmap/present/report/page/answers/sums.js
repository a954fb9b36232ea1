// Sums over the cases of what is brought and of conditions that no variable tells (see engine/cases.js):
// which columns of the plan they take, and what comes of them.

import { barrenIn, casesOf } from "../engine/cases.js";
import { addSlopes, addStates, entriesIn, likelihoods, weighed } from "../engine/mixing.js";

/** How many lists of cases are remembered. */
const LISTS = 64;

/** For how many different things that are brought lists of cases are kept. */
const KEPT = 8;

const kept = new Map();

/** The lists of cases of what is brought, which do not depend on numbers. */
function listsFor(brought) {
  if (brought === null) return new Map();
  const { first, states, variables, places, offset } = brought;
  const key = JSON.stringify([first, offset, [...states], variables, places]);
  const lists = kept.get(key) ?? new Map();
  kept.delete(key);
  kept.set(key, lists);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return lists;
}

/** What sums over a plan rest on: what is brought to it, and how indicators and entries are numbered. */
export class Summing {
  /**
   * @param {Plan} plan @param {{brought: Brought | null, states: ArrayLike<number>, nEntries: number}} of
   *   `nEntries` are those of the plan's tables alone
   */
  constructor(plan, { brought, states, nEntries }) {
    Object.assign(this, { plan, brought, states, nEntries });
    this.nAll = nEntries;
    this.loads = plan.loads;
    this.firstIndicator = plan.firstIndicator;
    this.indicatorVariables = plan.indicatorVariables;
    this.lists = listsFor(brought);
    this.keys = new WeakMap();
    if (brought) this.extend();
    this.nIndicators = this.indicatorVariables.length;
  }

  /** Number the indicators and entries of what is brought: they come after the plan's own. */
  extend() {
    const { variables, program } = this.brought;
    const second = Int32Array.from({ length: program.nEntries }, (_, entry) => this.nEntries + entry);
    this.nAll += program.nEntries;
    this.loads = Int32Array.from([...this.loads, ...second]);
    this.firstIndicator = [...this.firstIndicator];
    const indicators = [...this.indicatorVariables];
    for (const { variable, states } of variables) {
      this.firstIndicator[variable] = indicators.length;
      for (let state = 0; state < states; state++) indicators.push(variable);
    }
    this.indicatorVariables = Int32Array.from(indicators);
  }

  /** What the plan says of evidence by itself, and conditions that make cases. */
  besides(evidence) {
    const isOld = (test) => Array.isArray(test) && !(this.brought && test[0] >= this.brought.first);
    return { evidence: evidence.filter(isOld), conditions: evidence.filter((test) => !isOld(test)) };
  }

  /** Whether the plan says all of it by itself. */
  isPlain(evidence) {
    return !this.brought && evidence.every(Array.isArray);
  }

  /** What is certain of the plan's own entries, whichever way what is brought turns out. */
  inPlan(certain) {
    if (!this.brought) return certain;
    const found = certain.slice(0, this.nEntries);
    for (const { isForced, entries, fixed, by } of this.brought.places) {
      if (!isForced || by.every((variable) => this.isOut(variable, certain))) continue;
      entries.forEach((entry, k) => {
        if (found[entry] !== fixed[k]) found[entry] = -1;
      });
    }
    return found;
  }

  /** Whether an argument or cause cannot hold, by its own number. */
  isOut(variable, certain) {
    const { kind, entry, rows } = this.brought.variables[variable - this.brought.first];
    if (kind === "argument") return certain[entry + 1] === 0;
    return rows.every(({ entries }) => entries.every((first) => certain[first + 1] === 0));
  }

  /**
   * The cases of conditions where something is certain: the `main` ones, and where all variables are
   * `wanted`, those of variables that bear on nothing.
   */
  casesOf(certain, conditions, wanted) {
    const key = JSON.stringify([this.keyOf(certain), conditions, wanted]);
    if (!this.lists.has(key)) {
      if (this.lists.size >= LISTS) this.lists.delete(this.lists.keys().next().value);
      this.lists.set(key, this.foundCases(certain, conditions, wanted));
    }
    return this.lists.get(key);
  }

  foundCases(certain, conditions, wanted) {
    const { brought, states } = this;
    const of = { brought, states, sure: certain, conditions };
    if (!brought || !wanted) return { main: casesOf(of), apart: [] };
    const { together, apart } = barrenIn(of);
    return {
      main: casesOf({ ...of, wanted: together }),
      apart: apart.map((some) => ({ wanted: new Set(some), cases: casesOf({ ...of, wanted: some }) })),
    };
  }

  keyOf(certain) {
    if (!this.brought) return "";
    if (!this.keys.has(certain)) {
      const there = this.brought.places.flatMap(({ entries }) => entries.map((entry) => certain[entry]));
      this.keys.set(certain, `${there} ${certain.subarray(this.nEntries)}`);
    }
    return this.keys.get(certain);
  }
}

/**
 * One column that is a sum over cases. Its `columns` are to be asked and the answers to be given to
 * `take`; where all is `wanted`, those that are `rare` too; then there is an `answer`.
 */
export class Sum {
  /**
   * @param {Summing} summing @param {{values: Float64Array, certain: Int8Array}} entries
   * @param {Test[]} evidence @param {boolean} wanted whether shares and slopes are
   * @param {object} [cases] where they are known
   */
  constructor(summing, entries, evidence, wanted, cases = null) {
    Object.assign(this, { summing, wanted, values: entries.values });
    this.certain = entries.inPlan ??= summing.inPlan(entries.certain);
    const besides = summing.besides(evidence);
    this.evidence = besides.evidence;
    const { main, apart } = cases ?? summing.casesOf(entries.certain, besides.conditions, wanted);
    this.main = main.flatMap((one) => this.weighed(one));
    this.apart = apart.map(({ wanted, cases }) => ({
      wanted,
      parts: cases.flatMap((one) => this.weighed(one)),
    }));
    this.all = [...this.main, ...this.apart.flatMap(({ parts }) => parts)];
  }

  /** A case with its numbers; none where it has no weight, or evidence rules it out. */
  weighed(one) {
    const evidence = conjoined([...one.evidence, ...this.evidence]);
    if (evidence === null) return [];
    const weights = weighed(this.summing.brought, one, this.values);
    return weights.logWeight > -Infinity ? [{ one, evidence, weights, answer: null, likely: null }] : [];
  }

  /** A column that says which states are possible, whatever is brought. */
  outline() {
    const places = this.summing.brought?.places ?? [];
    const open = places.filter(({ isForced }) => isForced).flatMap(({ entries }) => entries);
    const positive = (entry) => (this.certain[entry] < 0 ? 0.5 : this.values[entry]);
    return this.column(this, open.map((entry) => [entry, positive(entry)]));
  }

  /** Leave out the cases that are impossible by what the plan said of the outline. */
  keepPossible({ shares }) {
    const { firstIndicator } = this.summing;
    const isPossible = ({ evidence }) =>
      evidence.every(([variable, states]) =>
        states.some((state) => shares[firstIndicator[variable] + state] > 0),
      );
    this.keepIf(isPossible);
  }

  keepIf(isKept) {
    this.main = this.main.filter(isKept);
    for (const some of this.apart) some.parts = some.parts.filter(isKept);
    this.all = [...this.main, ...this.apart.flatMap(({ parts }) => parts)];
  }

  column({ evidence }, mixed) {
    return { entries: { values: this.values, certain: this.certain, mixed }, evidence };
  }

  columns() {
    return this.all.map((part) => this.column(part, part.weights.mixed));
  }

  take(answers, at) {
    this.all.forEach((part, n) => {
      part.answer = answers[at + n];
    });
    return this.all.length;
  }

  /** Columns for variants that are too rare to be read from slopes, and what to do with their answers. */
  rare() {
    const { summing, values } = this;
    const { brought } = summing;
    const found = [];
    for (const part of this.all) {
      if (part.answer.logZ === -Infinity) continue;
      part.ofEntries = new Float64Array(summing.nEntries);
      summing.plan.loads.forEach((entry, k) => {
        part.ofEntries[entry] += part.answer.ofLoads[k];
      });
      if (!brought) continue;
      part.likely = likelihoods(brought, part.one, part.weights, values, part.ofEntries);
      part.likely.forEach((likely, g) =>
        likely.forEach((value, variant) => {
          if (value >= 0) return;
          const mixed = entriesIn(brought, part.one, part.weights, values, g, variant);
          const take = (logZ) => {
            likely[variant] = Math.exp(logZ - part.answer.logZ);
          };
          found.push({ column: this.column(part, mixed), take });
        }),
      );
    }
    return found;
  }

  /** What comes of it; `sloping` where slopes are asked for. */
  answer(sloping = true) {
    const logs = this.main.map(({ weights, answer }) => weights.logWeight + answer.logZ);
    const most = logs.reduce((highest, log) => Math.max(highest, log), -Infinity);
    const whole = logs.reduce((sum, log) => sum + (log === -Infinity ? 0 : Math.exp(log - most)), 0);
    const logZ = most === -Infinity ? most : most + Math.log(whole);
    if (!this.wanted) return { logZ, shares: null, ofLoads: null };
    const { summing } = this;
    const shares = new Float64Array(summing.nIndicators);
    const ofLoads = new Float64Array(summing.loads.length);
    if (most === -Infinity) return { logZ, shares, ofLoads };
    const slopes = sloping ? new Float64Array(summing.nAll) : null;
    this.main.forEach((part, n) => this.addPart(part, Math.exp(logs[n] - logZ), shares, slopes));
    if (summing.brought) this.addApart(logZ, shares);
    if (sloping) this.spread(slopes, ofLoads);
    return { logZ, shares, ofLoads };
  }

  addPart({ one, weights, answer, likely, ofEntries }, share, shares, slopes) {
    if (answer.logZ === -Infinity) return;
    const { brought } = this.summing;
    for (let i = 0; i < answer.shares.length; i++) shares[i] += share * answer.shares[i];
    if (brought) addStates(one, weights, this.values, likely, share, this.adder(shares, null));
    if (slopes === null) return;
    if (brought) addSlopes(brought, one, weights, this.values, likely, ofEntries, share, slopes);
    else {
      ofEntries.forEach((slope, entry) => {
        slopes[entry] += share * slope;
      });
    }
  }

  /** What bears on nothing but itself, of which cases of their own tell. */
  addApart(logZ, shares) {
    const seen = new Set();
    for (const { wanted, parts } of this.apart) {
      const own = new Set([...wanted].filter((variable) => !seen.has(variable) && this.isLeft(variable)));
      for (const { one, weights, answer, likely } of parts) {
        if (answer.logZ === -Infinity) continue;
        const share = Math.exp(weights.logWeight + answer.logZ - logZ);
        addStates(one, weights, this.values, likely, share, this.adder(shares, own));
      }
      for (const variable of own) seen.add(variable);
    }
  }

  /** Whether the main cases do not tell of a variable. */
  isLeft(variable) {
    return !this.main.some(
      ({ one }) =>
        one.fixed.some(([v]) => v === variable) ||
        one.groups.some(({ joints }) => joints[0]?.states.some(([v]) => v === variable)),
    );
  }

  adder(shares, own) {
    const { firstIndicator } = this.summing;
    return (variable, state, by) => {
      if (own === null || own.has(variable)) shares[firstIndicator[variable] + state] += by;
    };
  }

  /** Slopes by entry as slopes by load; where several loads have one entry, the first has it. */
  spread(slopes, ofLoads) {
    const { loads } = this.summing;
    for (let k = 0; k < loads.length; k++) {
      ofLoads[k] = slopes[loads[k]];
      slopes[loads[k]] = 0;
    }
  }
}

/** States of variables as one list of each variable's; `null` where one is left none. */
function conjoined(pairs) {
  const found = new Map();
  for (const [variable, states] of pairs) {
    const before = found.get(variable);
    const left = before ? before.filter((state) => states.includes(state)) : states;
    if (left.length === 0) return null;
    found.set(variable, left);
  }
  return [...found];
}
