// Putting evidence to the plan. The plan that travels serves any number in any place; what answers is
// the smallest plan at hand that is right for the state: one made for its certainties, or for those that
// all of the model's worldviews share, or the free one. What is brought to the model, and conditions that no
// variable tells, are summed over (see engine/cases.js).

import { barrenIn, casesOf } from "../engine/cases.js";
import { fill } from "../engine/formulas.js";
import { makeKernel } from "../engine/kernel.js";
import { addSlopes, addStates, entriesIn, likelihoods, weighed } from "../engine/mixing.js";
import { indicatorsOf, planOf } from "../engine/plan.js";
import { specialise } from "../engine/specialise.js";
import { certainEntries } from "./certainties.js";
import { evidenceOf } from "./evidence.js";

/** How many plans for the certainties of a state are kept. */
const KEPT = 3;

/** How many answers of one sort are remembered (see `remembered`). */
const REMEMBERED = 16;

/** How many lists of cases are remembered. */
const LISTS = 64;

/** What part of the general plan's products a plan of its own may have, to be worth its kernel. */
const WORTH = 0.8;

const FEW = 2;
const MANY = 8;

/**
 * One column of what was asked: log P(evidence), -Infinity where it is impossible; and with a gradient
 * P(state | evidence) by indicator, and d log P(evidence) / d entry by load. The indicators and entries of what
 * is brought come after the plan's own.
 * @typedef {{logZ: number, shares: Float64Array | null, ofLoads: Float64Array | null}} Answer
 */

/** How a structure's plan is asked; `use` a state's certainties first. */
export class Asking {
  /**
   * @param {object} structure
   * @param {{wasm?: boolean, base?: Asking | null}} [options] with what the model is made from as `base`, its
   *   plans are used
   */
  constructor(structure, { wasm = true, base = null } = {}) {
    this.structure = structure;
    this.brought = structure.brought;
    this.plans = base?.plans ?? new Plans(planOf(structure.model.network), wasm);
    this.memories = new Map();
    this.keys = new WeakMap();
    const { plan } = this.plans.free;
    this.nEntries = this.brought?.offset ?? structure.program.nEntries;
    this.loads = plan.loads;
    this.firstIndicator = plan.firstIndicator;
    this.nIndicators = plan.nIndicators;
    if (this.brought) this.extend(plan);
  }

  /** Number the indicators and entries of what is brought. */
  extend({ loads, firstIndicator, nIndicators }) {
    const { variables, offset, program } = this.brought;
    const second = Int32Array.from({ length: program.nEntries }, (_, entry) => offset + entry);
    this.loads = Int32Array.from([...loads, ...second]);
    this.firstIndicator = [...firstIndicator];
    for (const { variable, states } of variables) {
      this.firstIndicator[variable] = nIndicators;
      nIndicators += states;
    }
    this.nIndicators = nIndicators;
  }

  /**
   * Make the plan that is right wherever what all of these settings are certain of is so.
   * @param {object[]} settings
   */
  prepare(settings) {
    const shared = this.inPlan(this.certain(settings[0]));
    for (const setting of settings.slice(1)) {
      const other = this.inPlan(this.certain(setting));
      for (let e = 0; e < shared.length; e++) if (other[e] !== shared[e]) shared[e] = -1;
    }
    this.plans.prepare(shared);
  }

  /** Make the free plan's kernel now, for what is certain may be changed. */
  warm() {
    this.plans.free.kernel(FEW);
  }

  certain(setting) {
    return certainEntries(this.structure, setting);
  }

  /**
   * Make the plan of a setting's own certainties, where it is much smaller than the one at hand.
   * @param {object} setting
   */
  specialise(setting) {
    this.plans.specialise(this.inPlan(this.certain(setting)));
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

  /** The entries of all tables at a setting's central judgements, and which of them are certain. */
  entriesOf(setting) {
    const values = fill(this.structure.program, setting.mu, setting.single, 1);
    return { values, certain: this.certain(setting) };
  }

  /**
   * Ask about several pieces of evidence at the same entries.
   * @param {object} entries of `entriesOf` @param {Test[][]} evidences @param {boolean} gradient
   * @returns {Answer[]}
   */
  ask(entries, evidences, gradient) {
    return this.askEach(evidences.map((evidence) => ({ entries, evidence })), gradient);
  }

  /**
   * Ask about columns of entries and evidence.
   * @param {{entries: object, evidence: Test[]}[]} columns @param {boolean} gradient
   * @returns {Answer[]}
   */
  askEach(columns, gradient) {
    if (columns.every((column) => this.isPlain(column))) return this.plans.askEach(columns, gradient);
    const sums = columns.map(({ entries, evidence }) => new Sum(this, entries, evidence, gradient));
    const parts = sums.flatMap((sum) => sum.columns());
    const answers = this.plans.askEach(parts, gradient);
    let at = 0;
    for (const sum of sums) at += sum.take(answers, at);
    if (gradient) {
      const rare = sums.flatMap((sum) => sum.rare());
      const found = this.plans.askEach(rare.map(({ column }) => column), false);
      rare.forEach(({ take }, n) => take(found[n].logZ));
    }
    return sums.map((sum) => sum.answer());
  }

  /**
   * Throw `TooManyCases` where conditions would take too many at a setting.
   * @param {object} setting @param {object[]} conditions
   */
  check(setting, conditions) {
    if (!this.isPlain({ evidence: evidenceOf(this.structure, conditions) })) {
      const evidence = this.besides(evidenceOf(this.structure, conditions)).conditions;
      this.casesOf(this.certain(setting), evidence, true);
    }
  }

  /** What the plan says of evidence by itself, and conditions that make cases. */
  besides(evidence) {
    const isOld = (test) => Array.isArray(test) && !(this.brought && test[0] >= this.brought.first);
    return { evidence: evidence.filter(isOld), conditions: evidence.filter((test) => !isOld(test)) };
  }

  /** Whether the plan says it by itself. */
  isPlain({ evidence }) {
    return !this.brought && evidence.every(Array.isArray);
  }

  /** The cases of evidence that is more than states of the plan's variables, where something is certain. */
  casesOf(certain, conditions, gradient) {
    const key = JSON.stringify([this.keyOf(certain), conditions, gradient]);
    return this.remembered("cases", key, () => this.foundCases(certain, conditions, gradient), LISTS);
  }

  foundCases(certain, conditions, gradient) {
    const { brought, structure } = this;
    const of = { brought, states: structure.states, sure: certain, conditions };
    if (!brought || !gradient) return { main: casesOf(of), apart: [] };
    const { together, apart } = barrenIn(of);
    return {
      main: casesOf({ ...of, wanted: together }),
      apart: apart.map((wanted) => ({ wanted: new Set(wanted), cases: casesOf({ ...of, wanted }) })),
    };
  }

  keyOf(certain) {
    if (!this.brought) return "";
    if (!this.keys.has(certain)) {
      const { places, offset } = this.brought;
      const there = places.flatMap(({ entries }) => entries.map((entry) => certain[entry]));
      this.keys.set(certain, `${there} ${certain.subarray(offset)}`);
    }
    return this.keys.get(certain);
  }

  /**
   * d (log P of the second answer - log P of the first) / d entry, by entry of the network.
   * @param {Answer} first @param {Answer} second @returns {Float64Array}
   */
  slopesOfEntries(first, second) {
    const { loads } = this;
    const found = new Float64Array(this.structure.program.nEntries);
    for (let k = 0; k < loads.length; k++) found[loads[k]] += second.ofLoads[k] - first.ofLoads[k];
    return found;
  }

  /** Find something once for a key, and remember the last few of its sort. */
  remembered(sort, key, find, most = REMEMBERED) {
    if (!this.memories.has(sort)) this.memories.set(sort, new Map());
    const known = this.memories.get(sort);
    if (!known.has(key)) {
      if (known.size >= most) known.delete(known.keys().next().value);
      known.set(key, find());
    }
    return known.get(key);
  }
}

// --- sums over cases --------------------------------------------------------------------------------------

/** One column that is a sum over cases. */
class Sum {
  constructor(asking, entries, evidence, gradient) {
    Object.assign(this, { asking, gradient, values: entries.values });
    this.certain = entries.inPlan ??= asking.inPlan(entries.certain);
    const besides = asking.besides(evidence);
    this.evidence = besides.evidence;
    const { conditions } = besides;
    const { main, apart } = asking.casesOf(entries.certain, conditions, gradient);
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
    const weights = weighed(this.asking.brought, one, this.values);
    return weights.logWeight > -Infinity ? [{ one, evidence, weights, answer: null, likely: null }] : [];
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

  /** Columns for the variants that are too rare to be read from slopes, and what to do with their answers. */
  rare() {
    const { asking, values } = this;
    const { brought } = asking;
    const found = [];
    for (const part of this.all) {
      if (part.answer.logZ === -Infinity) continue;
      part.ofEntries = new Float64Array(asking.nEntries);
      const { loads } = asking.plans.free.plan;
      loads.forEach((entry, k) => {
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

  answer() {
    const logs = this.main.map(({ weights, answer }) => weights.logWeight + answer.logZ);
    const most = logs.reduce((highest, log) => Math.max(highest, log), -Infinity);
    const whole = logs.reduce((sum, log) => sum + (log === -Infinity ? 0 : Math.exp(log - most)), 0);
    const logZ = most === -Infinity ? most : most + Math.log(whole);
    if (!this.gradient) return { logZ, shares: null, ofLoads: null };
    const { asking } = this;
    const shares = new Float64Array(asking.nIndicators);
    const ofLoads = new Float64Array(asking.loads.length);
    if (most === -Infinity) return { logZ, shares, ofLoads };
    const slopes = new Float64Array(asking.structure.program.nEntries);
    this.main.forEach((part, n) => this.addPart(part, Math.exp(logs[n] - logZ), shares, slopes));
    if (asking.brought) this.addApart(logZ, shares);
    this.spread(slopes, ofLoads);
    return { logZ, shares, ofLoads };
  }

  addPart({ one, weights, answer, likely, ofEntries }, share, shares, slopes) {
    if (answer.logZ === -Infinity) return;
    const { brought } = this.asking;
    for (let i = 0; i < answer.shares.length; i++) shares[i] += share * answer.shares[i];
    if (!brought) {
      ofEntries.forEach((slope, entry) => {
        slopes[entry] += share * slope;
      });
      return;
    }
    addStates(one, weights, this.values, likely, share, this.adder(shares, null));
    addSlopes(brought, one, weights, this.values, likely, ofEntries, share, slopes);
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
    const { firstIndicator } = this.asking;
    return (variable, state, by) => {
      if (own === null || own.has(variable)) shares[firstIndicator[variable] + state] += by;
    };
  }

  /** Slopes by entry as slopes by load; where several loads have one entry, the first has it. */
  spread(slopes, ofLoads) {
    const { loads } = this.asking;
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

// --- plans ------------------------------------------------------------------------------------------------

/** The plans that are at hand for a network. */
class Plans {
  constructor(plan, wasm) {
    this.wasm = wasm;
    this.free = new Level(plan, null, wasm);
    this.common = null;
    this.special = [];
    this.notWorth = null;
  }

  prepare(shared) {
    this.common = this.made(this.free, shared);
  }

  made(from, certain) {
    return new Level(specialise(from.plan, certain), certain, this.wasm);
  }

  /** The smallest plan at hand that is right for what is certain. */
  levelFor(certain) {
    return this.special.find((level) => level.suits(certain)) ?? this.generalFor(certain);
  }

  generalFor(certain) {
    return this.common?.suits(certain) ? this.common : this.free;
  }

  specialise(certain) {
    const general = this.generalFor(certain);
    if ([...this.special, this.notWorth].some((level) => level?.isOf(certain))) return;
    const made = this.made(general, certain);
    if (made.plan.left.length > WORTH * general.plan.left.length) {
      this.notWorth = made;
      return;
    }
    made.kernel(FEW);
    this.special.unshift(made);
    this.special.length = Math.min(this.special.length, KEPT);
  }

  /** Ask about columns of entries, some of them `mixed`, and evidence on the plan's variables. */
  askEach(columns, gradient) {
    const groups = new Map();
    columns.forEach((column, number) => {
      const level = this.levelFor(column.entries.certain);
      if (!groups.has(level)) groups.set(level, []);
      groups.get(level).push(number);
    });
    const answers = [];
    for (const [level, numbers] of groups) {
      const lanes = numbers.length > FEW && level !== this.free ? MANY : FEW;
      for (let at = 0; at < numbers.length; at += lanes) {
        const some = numbers.slice(at, at + lanes);
        level.run(some.map((number) => columns[number]), lanes, gradient).forEach((answer, lane) => {
          answers[some[lane]] = answer;
        });
      }
    }
    return answers;
  }
}

/** A plan, what it takes for granted, and its kernels. */
class Level {
  constructor(plan, certain, wasm) {
    this.plan = plan;
    this.certainEntries = certain;
    this.wasm = wasm;
    this.kernels = new Map();
  }

  /** Whether the plan is right where these entries are certain. */
  suits(certain) {
    const mine = this.certainEntries;
    if (mine === null) return true;
    for (let e = 0; e < mine.length; e++) if (mine[e] >= 0 && mine[e] !== certain[e]) return false;
    return true;
  }

  /** Whether it takes all of these for granted. */
  isOf(certain) {
    const mine = this.certainEntries;
    return mine !== null && certain.every((value, e) => value === mine[e]);
  }

  kernel(lanes) {
    if (!this.kernels.has(lanes)) {
      this.kernels.set(lanes, makeKernel(this.plan, { lanes, wasm: this.wasm }));
    }
    return this.kernels.get(lanes);
  }

  /** The load of each entry. */
  get loadOf() {
    this.knownLoads ??= new Map([...this.plan.loads].map((entry, load) => [entry, load]));
    return this.knownLoads;
  }

  run(columns, lanes, gradient) {
    const kernel = this.kernel(lanes);
    const { loads, nLoads, nIndicators } = this.plan;
    for (let lane = 0; lane < lanes; lane++) {
      const { entries, evidence } = columns[Math.min(lane, columns.length - 1)];
      const indicators = indicatorsOf(this.plan, evidence);
      for (let k = 0; k < nLoads; k++) kernel.entries[k * lanes + lane] = entries.values[loads[k]];
      for (const [entry, value] of entries.mixed ?? []) {
        const load = this.loadOf.get(entry);
        if (load !== undefined) kernel.entries[load * lanes + lane] = value;
      }
      for (let i = 0; i < nIndicators; i++) kernel.indicators[i * lanes + lane] = indicators[i];
    }
    const { z, logZ, ofLoads, ofIndicators } = kernel.propagate(gradient);
    return columns.map((_, lane) => ({
      logZ: logZ[lane],
      shares: gradient ? laneOf(ofIndicators, lane, lanes, z[lane]) : null,
      ofLoads: gradient ? laneOf(ofLoads, lane, lanes, z[lane]) : null,
    }));
  }
}

/** The numbers of one lane, over what they are shares of; 0 where that is 0. */
function laneOf(values, lane, lanes, z) {
  const found = new Float64Array(values.length / lanes);
  if (!(z > 0)) return found;
  for (let k = 0; k < found.length; k++) found[k] = values[k * lanes + lane] / z;
  return found;
}
