// Putting evidence to the plan. The plan that travels serves any number in any place; what answers is
// the smallest plan at hand that is right for the state: one made for its certainties, or for those that
// all of the model's worldviews share, or the free one.

import { fill } from "../engine/formulas.js";
import { makeKernel } from "../engine/kernel.js";
import { indicatorsOf, planOf } from "../engine/plan.js";
import { specialise } from "../engine/specialise.js";
import { certainEntries } from "./certainties.js";

/** How many plans for the certainties of a state are kept. */
const KEPT = 3;

/** How many answers of one sort are remembered (see `remembered`). */
const REMEMBERED = 16;

/** What part of the general plan's products a plan of its own may have, to be worth its kernel. */
const WORTH = 0.8;

const FEW = 2;
const MANY = 8;

/**
 * One column of what was asked: log P(evidence), -Infinity where it is impossible; and with a gradient
 * P(state | evidence) by indicator, and d log P(evidence) / d load.
 * @typedef {{logZ: number, shares: Float64Array | null, ofLoads: Float64Array | null}} Answer
 */

/** How a structure's plan is asked; `use` a state's certainties first. */
export class Asking {
  /** @param {object} structure @param {{wasm?: boolean}} [options] */
  constructor(structure, { wasm = true } = {}) {
    this.structure = structure;
    this.wasm = wasm;
    this.free = new Level(planOf(structure.model.network), null, wasm);
    this.common = null;
    this.special = [];
    this.notWorth = null;
    this.memories = new Map();
    this.firstIndicator = this.free.plan.firstIndicator;
  }

  /**
   * Make the plan that is right wherever what all of these settings are certain of is so.
   * @param {object[]} settings
   */
  prepare(settings) {
    const shared = this.certain(settings[0]);
    for (const setting of settings.slice(1)) {
      const other = this.certain(setting);
      for (let e = 0; e < shared.length; e++) if (other[e] !== shared[e]) shared[e] = -1;
    }
    this.common = this.made(this.free, shared);
  }

  /** Make the free plan's kernel now, for what is certain may be changed. */
  warm() {
    this.free.kernel(FEW);
  }

  certain(setting) {
    return certainEntries(this.structure, setting);
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

  /**
   * Make the plan of a setting's own certainties, where it is much smaller than the one at hand.
   * @param {object} setting
   */
  specialise(setting) {
    const certain = this.certain(setting);
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

  /** The entries of all tables at a setting's central judgements, and which of them are certain. */
  entriesOf(setting) {
    const values = fill(this.structure.program, setting.mu, setting.single, 1);
    return { values, certain: this.certain(setting) };
  }

  /**
   * Ask about several pieces of evidence at the same entries.
   * @param {object} entries of `entriesOf` @param {[number, number[]][][]} evidences @param {boolean}
   *   gradient
   * @returns {Answer[]}
   */
  ask(entries, evidences, gradient) {
    return this.askEach(evidences.map((evidence) => ({ entries, evidence })), gradient);
  }

  /**
   * Ask about columns of entries and evidence.
   * @param {{entries: object, evidence: [number, number[]][]}[]} columns @param {boolean} gradient
   * @returns {Answer[]}
   */
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

  /**
   * d (log P of the second answer - log P of the first) / d entry, by entry of the network.
   * @param {Answer} first @param {Answer} second @returns {Float64Array}
   */
  slopesOfEntries(first, second) {
    const { loads } = this.free.plan;
    const found = new Float64Array(this.structure.program.nEntries);
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

  run(columns, lanes, gradient) {
    const kernel = this.kernel(lanes);
    const { loads, nLoads, nIndicators } = this.plan;
    for (let lane = 0; lane < lanes; lane++) {
      const { entries, evidence } = columns[Math.min(lane, columns.length - 1)];
      const indicators = indicatorsOf(this.plan, evidence);
      for (let k = 0; k < nLoads; k++) kernel.entries[k * lanes + lane] = entries.values[loads[k]];
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
