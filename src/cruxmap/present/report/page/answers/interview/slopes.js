// The log-odds of statements at a place, and their slopes in deviations: one column of the plan each, and
// one of what is given. As insight/interview/slopes.py.

import { fill, pullback } from "../../engine/formulas.js";
import { certainEntries } from "../certainties.js";

/** The log-odds that stand for certainty. */
const AS_GOOD_AS_CERTAIN = 30;

/** How many slopes are carried back to judgements at a time. */
const TOGETHER = 8;

export class Slopes {
  /**
   * @param {object} extension the shipped model's structure, and what asks its plan
   * @param {Coordinates} coordinates @param {Test[]} given
   */
  constructor({ structure, asking }, coordinates, given) {
    Object.assign(this, { structure, asking, coordinates, given });
    this.target = structure.model.targets[0].variable;
  }

  /** Judgements with the entries that they make. */
  at(u) {
    const { structure } = this;
    const single = new Uint8Array(u.length);
    const values = fill(structure.program, u, single, 1);
    return { u, single, entries: { values, certain: certainEntries(structure, { mu: u, single }) } };
  }

  /**
   * The target and some statements at judgements: their log-odds, and slopes of these in deviations. A
   * statement takes one column: with the slopes g of log P(what is given) and g' of log P(statement, what
   * is given), those of its log-odds are (g' - g) / (1 - p).
   * @param {Float64Array} u @param {Test[][]} statements
   * @param {Int32Array} [column] the place whose number each has, where links are others than the map's
   * @returns {{logOdds: Float64Array, slopes: Float64Array[]}} the target first
   */
  of(u, statements, column = this.coordinates.column) {
    const { asking, given, target } = this;
    const here = this.at(u);
    const sides = [0, 1].map((state) => [...given, [target, [state]]]);
    const cases = statements.map((tests) => [...given, ...tests]);
    const [all, no, yes, ...held] = asking.ask(here.entries, [given, ...sides, ...cases], true);
    const logs = held.map(({ logZ }) => Math.min(logZ - all.logZ, 0));
    const stated = logs.map((log) => log - Math.log(-Math.expm1(log)));
    const logOdds = Float64Array.of(yes.logZ - no.logZ, ...stated.map(asFinite));
    const cotangents = held.map((one, k) => {
      const slopes = asking.slopesOfEntries(all, one);
      const left = -Math.expm1(logs[k]);
      const isCertain = !Number.isFinite(stated[k]);
      return slopes.map((slope) => (isCertain ? 0 : slope / left));
    });
    const ofTarget = asking.slopesOfEntries(no, yes);
    return { logOdds, slopes: this.carriedBack(here, column, [ofTarget, ...cotangents]) };
  }

  /** Slopes in entries as slopes in deviations. */
  carriedBack({ u, single, entries }, column, cotangents) {
    const { program } = this.structure;
    const found = [];
    for (let from = 0; from < cotangents.length; from += TOGETHER) {
      const some = cotangents.slice(from, from + TOGETHER);
      const D = some.length;
      const [judgements, filled] = [spread(u, D), spread(entries.values, D)];
      const cotangent = new Float64Array(entries.values.length * D);
      some.forEach((row, d) => {
        for (let e = 0; e < row.length; e++) cotangent[e * D + d] = row[e];
      });
      const slope = pullback(program, judgements, single, filled, cotangent, D);
      for (let d = 0; d < D; d++) {
        const one = new Float64Array(u.length);
        for (let j = 0; j < u.length; j++) one[column[j]] += finite(slope[j * D + d]);
        found.push(this.coordinates.toDeviations(one, u));
      }
    }
    return found;
  }
}

/** A column as so many that are alike, [row * D + column]. */
function spread(column, D) {
  const found = new Float64Array(column.length * D);
  for (let k = 0; k < column.length; k++) found.fill(column[k], k * D, (k + 1) * D);
  return found;
}

/** Log-odds with a large number for a certainty. */
function asFinite(logOdds) {
  return Math.min(Math.max(logOdds, -AS_GOOD_AS_CERTAIN), AS_GOOD_AS_CERTAIN);
}

/** Slopes of what is certain are not defined, and count as none. */
function finite(slope) {
  return Number.isFinite(slope) ? slope : 0;
}
