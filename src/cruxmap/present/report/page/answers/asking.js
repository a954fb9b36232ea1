// Putting evidence to the plan. The plan that travels serves any number in any place; what answers is
// the smallest plan at hand that is right for the state: one made for its certainties, or for those that
// all of the model's worldviews share, or the free one. What is brought to the model, and conditions that
// no variable tells, are summed over (see engine/cases.js).

import { fill } from "../engine/formulas.js";
import { laneOf, makeKernel } from "../engine/kernel.js";
import { indicatorsOf, planOf } from "../engine/plan.js";
import { specialise } from "../engine/specialise.js";
import { certainEntries } from "./certainties.js";
import { evidenceOf } from "./evidence.js";
import { Sum, Summing } from "./sums.js";

/** How many plans for the certainties of a state are kept. */
const KEPT = 3;

/** How many answers of one sort are remembered (see `remembered`). */
const REMEMBERED = 16;

/** What part of the general plan's products a plan of its own may have, to be worth its kernel. */
const WORTH = 0.8;

/** How many lanes a kernel has for few columns, and for many; plain JavaScript is fastest with few. */
const FEW = 2;
const MANY = 8;

/**
 * One column of what was asked: log P(evidence), -Infinity where it is impossible; and with a gradient
 * P(state | evidence) by indicator, and d log P(evidence) / d entry by load. The indicators and entries of
 * what is brought come after the plan's own.
 * @typedef {{logZ: number, shares: Float64Array | null, ofLoads: Float64Array | null}} Answer
 */

/** How a structure's plan is asked; `use` a state's certainties first. */
export class Asking {
  /**
   * @param {object} structure
   * @param {{wasm?: boolean, base?: Asking | null}} [options] with what the model is made from as `base`,
   *   its plans are used
   */
  constructor(structure, { wasm = true, base = null } = {}) {
    this.structure = structure;
    const { brought, states, program } = structure;
    this.plans = base?.plans ?? new Plans(planOf(structure.model.network), wasm);
    const nEntries = brought?.offset ?? program.nEntries;
    this.summing = new Summing(this.plans.free.plan, { brought, states, nEntries });
    this.firstIndicator = this.summing.firstIndicator;
    this.memories = new Map();
  }

  /**
   * Make the plan that is right wherever what all of these settings are certain of is so.
   * @param {object[]} settings
   */
  prepare(settings) {
    const shared = this.summing.inPlan(this.certain(settings[0]));
    for (const setting of settings.slice(1)) {
      const other = this.summing.inPlan(this.certain(setting));
      for (let e = 0; e < shared.length; e++) if (other[e] !== shared[e]) shared[e] = -1;
    }
    this.plans.prepare(shared);
  }

  /** Make kernels now: the free plan's, for what is certain may be changed, and that for many columns. */
  warm() {
    this.plans.free.kernel(FEW);
    this.plans.common?.kernel(this.plans.wasm ? MANY : FEW);
  }

  certain(setting) {
    return certainEntries(this.structure, setting);
  }

  /**
   * Make the plan of a setting's own certainties, where it is much smaller than the one at hand.
   * @param {object} setting
   */
  specialise(setting) {
    this.plans.specialise(this.summing.inPlan(this.certain(setting)));
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
    const { summing } = this;
    const sums = columns.map(({ entries, evidence }) => new Sum(summing, entries, evidence, gradient));
    this.leaveOut(sums.filter((sum) => sum.all.length > MANY));
    const answers = this.plans.askEach(sums.flatMap((sum) => sum.columns()), gradient);
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
   * How many columns one of these takes.
   * @param {object} entries @param {Test[]} evidence
   */
  width(entries, evidence) {
    if (this.isPlain({ evidence })) return 1;
    const { conditions } = this.summing.besides(evidence);
    const { main, apart } = this.summing.casesOf(entries.certain, conditions, true);
    return apart.reduce((sum, { cases }) => sum + cases.length, main.length);
  }

  /** Whether the plan says it by itself. */
  isPlain({ evidence }) {
    return this.summing.isPlain(evidence);
  }

  /** Leave out the cases that are impossible. */
  leaveOut(sums) {
    const outlines = this.plans.askEach(sums.map((sum) => sum.outline()), true);
    sums.forEach((sum, n) => sum.keepPossible(outlines[n]));
  }

  /**
   * Throw `TooManyCases` where conditions would take too many at a setting.
   * @param {object} setting @param {object[]} conditions
   */
  check(setting, conditions) {
    const evidence = evidenceOf(this.structure, conditions);
    if (this.isPlain({ evidence })) return;
    this.summing.casesOf(this.certain(setting), this.summing.besides(evidence).conditions, true);
  }

  /**
   * d (log P of the second answer - log P of the first) / d entry, by entry of the network.
   * @param {Answer} first @param {Answer} second @returns {Float64Array}
   */
  slopesOfEntries(first, second) {
    const { loads, nAll } = this.summing;
    const found = new Float64Array(nAll);
    for (let k = 0; k < loads.length; k++) found[loads[k]] += second.ofLoads[k] - first.ofLoads[k];
    return found;
  }

  /** Find something once for a key, and remember the last few of its sort. */
  remembered(sort, key, find) {
    if (!this.memories.has(sort)) this.memories.set(sort, new Map());
    const known = this.memories.get(sort);
    if (!known.has(key)) {
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
      known.set(key, find());
    }
    return known.get(key);
  }
}

// --- plans ------------------------------------------------------------------------------------------

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

  /**
   * For many columns, the plan that is right where only some of what worldviews share is so: a brought
   * undercut makes an argument of credence 100% uncertain.
   */
  levelForMany(certain) {
    const level = this.levelFor(certain);
    if (level !== this.free || this.common === null) return level;
    const shared = this.common.certainEntries.map((value, e) => (value === certain[e] ? value : -1));
    this.special.unshift(this.made(this.free, shared));
    this.special.length = Math.min(this.special.length, KEPT);
    return this.special[0];
  }

  /** Ask about columns of entries, some of them `mixed`, and evidence on the plan's variables. */
  askEach(columns, gradient) {
    const groups = new Map();
    const isMany = columns.length > MANY;
    columns.forEach((column, number) => {
      const { certain } = column.entries;
      const level = isMany && column.entries.mixed ? this.levelForMany(certain) : this.levelFor(certain);
      if (!groups.has(level)) groups.set(level, []);
      groups.get(level).push(number);
    });
    const answers = [];
    for (const [level, numbers] of groups) {
      const isWide = this.wasm && numbers.length > FEW && level !== this.free;
      const lanes = isWide ? MANY : FEW;
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
