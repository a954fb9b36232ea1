// Judgements become table entries, and slopes in entries become slopes in judgements: engine/formulas.py.
//
// Arrays of numbers have a row per thing and a number per draw: [row * D + d]. Entries are sound at 0% and
// 100% (no NaN in a value or a slope), and small p and small 1 - p keep their relative accuracy.

import { intsOf } from "../bytes.js";
import { expit, softplus } from "./special.js";

/** The logit of a credence that is 0% lies below this, and no other does. */
export const NO_CREDENCE = -1e29;

/** The log of the weight of a state that nothing is left for. */
const IMPOSSIBLE = -1e300;

const RECORDS = {
  shifts: ["first", "strength", "sign", "credence"],
  logistic: ["base", "shift"],
  shares: ["base", "row_first", "row", "shift"],
  openings: ["pace", "open", "steps"],
  hazards: ["base", "shift", "opening"],
  steps: ["opening", "position"],
};

/**
 * How judgements become table entries: the records of engine/network.py's `TableProgram`.
 *
 * @typedef {Object} TableProgram
 * @property {number} nEntries the constant 1 included
 * @property {Object<string, Int32Array>} shifts first, strength, sign, credence
 * @property {Object<string, Int32Array>} logistic base, shift
 * @property {Object<string, Int32Array>} shares base, rowFirst, row, shift
 * @property {Object<string, Int32Array>} openings pace, open, steps
 * @property {Object<string, Int32Array>} hazards base, shift, opening
 * @property {Object<string, Int32Array>} steps opening, position
 * @property {Int32Array} groupFirst where each group's items start, and where the last's end
 */

/**
 * The table program of a network that travelled: its `program` has the fields of each record as ints.
 * @param {{program: Object<string, string>}} network
 * @returns {TableProgram}
 */
export function programOf(network) {
  const program = {};
  for (const [record, fields] of Object.entries(RECORDS)) {
    program[record] = {};
    for (const field of fields) {
      const name = field === "row_first" ? "rowFirst" : field;
      program[record][name] = intsOf(network.program[`${record}.${field}`]);
    }
  }
  const { logistic, shares, hazards, steps } = program;
  const pairs = logistic.base.length + hazards.base.length;
  program.nEntries = 1 + 2 * pairs + shares.shift.length + steps.position.length;
  program.groupFirst = new Int32Array(shares.row.length + 1);
  shares.row.forEach((row, group) => {
    const size = shares.rowFirst[row + 1] - shares.rowFirst[row];
    program.groupFirst[group + 1] = program.groupFirst[group] + size;
  });
  return program;
}

/**
 * A program with another one behind it, over the same judgements: its entries come after those of the
 * first.
 * @param {TableProgram} first
 * @param {TableProgram} second
 * @returns {{nEntries: number, parts: TableProgram[]}}
 */
export function together(first, second) {
  return { nEntries: first.nEntries + second.nEntries, parts: [first, second] };
}

/** The parts of a program, each with what of some entries is its own. */
function* partsOf(program, entries, D) {
  let at = 0;
  for (const part of program.parts) {
    yield [part, entries.subarray(at, at + part.nEntries * D)];
    at += part.nEntries * D;
  }
}

/**
 * The entries for judgements.
 *
 * `u` is [address * D + d]. `single` marks the shares that are kept as given: a flag per address, or
 * one per address and draw, as in `u`.
 * @param {TableProgram} program or two `together`
 * @param {Float64Array} u
 * @param {Uint8Array} single
 * @param {number} D
 * @param {Float64Array} [out]
 * @returns {Float64Array} [entry * D + d]
 */
export function fill(program, u, single, D, out = new Float64Array(program.nEntries * D)) {
  if (program.parts) {
    for (const [part, own] of partsOf(program, out, D)) fill(part, u, single, D, own);
    return out;
  }
  const { logistic, hazards, shares, steps } = program;
  const shift = shiftsOf(program.shifts, u, D);
  out.fill(1, 0, D);
  let at = D;
  fillLogistic(logistic, u, shift, D, out, at);
  at += 2 * D * logistic.base.length;
  fillShares(program, u, single, shift, D, out, at);
  at += D * shares.shift.length;
  const open = opened(program.openings, u, D);
  fillHazards(hazards, open.part, u, shift, D, out, at);
  at += 2 * D * hazards.base.length;
  fillSteps(steps, program.openings, open.total, u, D, out, at);
  return out;
}

/**
 * The slope in `u` of `sum(cotangent * entries)`, where `entries` are those of `fill`.
 *
 * The derivative of a strength's `max(0, u)` is 0 at and below 0.
 * @param {TableProgram} program or two `together`
 * @param {Float64Array} u
 * @param {Uint8Array} single
 * @param {Float64Array} entries
 * @param {Float64Array} cotangent [entry * D + d]
 * @param {number} D
 * @returns {Float64Array} [address * D + d]
 */
export function pullback(program, u, single, entries, cotangent, D) {
  if (program.parts) {
    const cotangents = [...partsOf(program, cotangent, D)];
    const slopes = [...partsOf(program, entries, D)].map(([part, own], k) =>
      pullback(part, u, single, own, cotangents[k][1], D),
    );
    return slopes[0].map((slope, place) => slope + slopes[1][place]);
  }
  const { logistic, hazards, shares, steps, openings } = program;
  const slope = new Float64Array(u.length);
  const shift = shiftsOf(program.shifts, u, D);
  const ofShift = new Float64Array(shift.length);
  let at = D;
  pullLogistic(logistic, entries, cotangent, D, at, slope, ofShift);
  at += 2 * D * logistic.base.length;
  pullShares(program, u, single, entries, cotangent, D, at, slope, ofShift);
  at += D * shares.shift.length;
  const open = opened(openings, u, D);
  pullHazards(hazards, openings, open, u, shift, cotangent, D, at, slope, ofShift);
  at += 2 * D * hazards.base.length;
  pullSteps(steps, openings, open.late, entries, cotangent, D, at, slope);
  pullShifts(program.shifts, u, ofShift, D, slope);
  return slope;
}

// --- shifts -------------------------------------------------------------------------------------------

/** The logit shifts by the arguments that hold; the first has no terms. */
function shiftsOf({ first, strength, sign, credence }, u, D) {
  const shift = new Float64Array((first.length - 1) * D);
  for (let s = 1; s < first.length - 1; s++) {
    for (let term = first[s]; term < first[s + 1]; term++) {
      for (let d = 0; d < D; d++) {
        shift[s * D + d] += sign[term] * inForce(u, strength[term], credence[term], D, d);
      }
    }
  }
  return shift;
}

/** The log of a strength, 0 where it is below 0 or its argument's credence is 0%. */
function inForce(u, strength, credence, D, d) {
  const force = u[strength * D + d];
  return force > 0 && (credence === strength || u[credence * D + d] > NO_CREDENCE) ? force : 0;
}

function pullShifts({ first, strength, sign, credence }, u, ofShift, D, slope) {
  for (let s = 1; s < first.length - 1; s++) {
    for (let term = first[s]; term < first[s + 1]; term++) {
      for (let d = 0; d < D; d++) {
        if (inForce(u, strength[term], credence[term], D, d) > 0) {
          slope[strength[term] * D + d] += sign[term] * ofShift[s * D + d];
        }
      }
    }
  }
}

// --- booleans -----------------------------------------------------------------------------------------

/** A boolean each: false, then true. */
function fillLogistic({ base, shift }, u, shifts, D, out, at) {
  for (let i = 0; i < base.length; i++) {
    const from = at + 2 * i * D;
    for (let d = 0; d < D; d++) {
      const x = u[base[i] * D + d] + shifts[shift[i] * D + d];
      const small = Math.exp(-Math.abs(x));
      const whole = 1 + small;
      out[from + d] = (x > 0 ? small : 1) / whole;
      out[from + D + d] = (x > 0 ? 1 : small) / whole;
    }
  }
}

/** The slope of a logistic is p (1 - p). */
function pullLogistic({ base, shift }, entries, cotangent, D, at, slope, ofShift) {
  for (let i = 0; i < base.length; i++) {
    for (let d = 0; d < D; d++) {
      const no = at + 2 * i * D + d;
      const yes = no + D;
      const change = (cotangent[yes] - cotangent[no]) * entries[no] * entries[yes];
      slope[base[i] * D + d] += change;
      ofShift[shift[i] * D + d] += change;
    }
  }
}

// --- shares -------------------------------------------------------------------------------------------

/**
 * How the shares of a row fill it up: some are kept as given, the others share what is left.
 *
 * Gives a function of the row's place `from` to `to` among all shares and of a draw, which fills `row`.
 */
function rowSettler({ base }, u, single, D) {
  const byDraw = single.length === u.length ? D : 1;
  const row = { overfull: 1, left: 1, logOthers: 0 };
  const isKept = (share, d) => single[base[share] * byDraw + (byDraw === 1 ? 0 : d)] !== 0;
  const logOf = (share, d) => -softplus(-u[base[share] * D + d]);
  const settle = (from, to, d) => {
    let [large, small, taken, highest] = [0, 0, 0, IMPOSSIBLE];
    for (let share = from; share < to; share++) {
      const x = u[base[share] * D + d];
      if (isKept(share, d)) {
        const p = expit(x);
        // 1 - taken, without cancellation where one single share is nearly all there is
        large += p > 0.5 ? 1 : 0;
        small += p > 0.5 ? expit(-x) : -p;
        taken += p;
      } else {
        highest = Math.max(highest, logOf(share, d));
      }
    }
    let others = 0;
    for (let share = from; share < to; share++) {
      others += isKept(share, d) ? 0 : Math.exp(logOf(share, d) - highest);
    }
    row.overfull = Math.max(taken, 1);
    row.left = Math.max(1 - large + small, 0);
    row.logOthers = others > 0 ? highest + Math.log(others) : 0;
    return row;
  };
  return { row, settle, isKept, logOf };
}

/** The log of the weight of each share in its row. */
function logWeights(program, u, single, D) {
  const { shares } = program;
  const { row, settle, isKept, logOf } = rowSettler(shares, u, single, D);
  const weights = new Float64Array(shares.base.length * D);
  for (let r = 0; r < shares.rowFirst.length - 1; r++) {
    const [from, to] = [shares.rowFirst[r], shares.rowFirst[r + 1]];
    for (let d = 0; d < D; d++) {
      settle(from, to, d);
      const logLeft = row.left > 0 ? Math.log(row.left) : IMPOSSIBLE;
      const logOverfull = Math.log(row.overfull);
      for (let share = from; share < to; share++) {
        const logP = logOf(share, d);
        weights[share * D + d] = isKept(share, d)
          ? logP - logOverfull
          : Math.max(logP + logLeft - row.logOthers, IMPOSSIBLE);
      }
    }
  }
  return weights;
}

/** A distribution per group, normalised; in logarithms, so that no share is too small for that. */
function fillShares(program, u, single, shifts, D, out, at) {
  const { shares, groupFirst } = program;
  const weights = logWeights(program, u, single, D);
  for (let group = 0; group < shares.row.length; group++) {
    const [from, to] = [groupFirst[group], groupFirst[group + 1]];
    const toShare = shares.rowFirst[shares.row[group]] - from;
    for (let d = 0; d < D; d++) {
      let highest = -Infinity;
      for (let item = from; item < to; item++) {
        const moved = weights[(item + toShare) * D + d] + shifts[shares.shift[item] * D + d];
        out[at + item * D + d] = moved;
        highest = Math.max(highest, moved);
      }
      let sum = 0;
      for (let item = from; item < to; item++) {
        sum += out[at + item * D + d] = Math.exp(out[at + item * D + d] - highest);
      }
      for (let item = from; item < to; item++) {
        out[at + item * D + d] /= sum;
      }
    }
  }
}

/** Back through the normalising of each group, then through the filling up of each row. */
function pullShares(program, u, single, entries, cotangent, D, at, slope, ofShift) {
  const { shares, groupFirst } = program;
  const ofLog = new Float64Array(shares.base.length * D);
  for (let group = 0; group < shares.row.length; group++) {
    const [from, to] = [groupFirst[group], groupFirst[group + 1]];
    const toShare = shares.rowFirst[shares.row[group]] - from;
    for (let d = 0; d < D; d++) {
      let mean = 0;
      for (let item = from; item < to; item++) {
        mean += entries[at + item * D + d] * cotangent[at + item * D + d];
      }
      for (let item = from; item < to; item++) {
        const change = entries[at + item * D + d] * (cotangent[at + item * D + d] - mean);
        ofShift[shares.shift[item] * D + d] += change;
        ofLog[(item + toShare) * D + d] += change;
      }
    }
  }
  pullRows(shares, u, single, ofLog, D, slope);
}

function pullRows(shares, u, single, ofLog, D, slope) {
  const { row, settle, isKept } = rowSettler(shares, u, single, D);
  for (let r = 0; r < shares.rowFirst.length - 1; r++) {
    const [from, to] = [shares.rowFirst[r], shares.rowFirst[r + 1]];
    for (let d = 0; d < D; d++) {
      settle(from, to, d);
      let [ofKept, ofOthers] = [0, 0];
      for (let share = from; share < to; share++) {
        if (isKept(share, d)) {
          ofKept += ofLog[share * D + d];
        } else {
          ofOthers += ofLog[share * D + d];
        }
      }
      const ofLeft = row.left > 0 ? ofOthers / row.left : 0;
      const ofTaken = (row.overfull > 1 ? ofKept / row.overfull : 0) + ofLeft;
      for (let share = from; share < to; share++) {
        const place = shares.base[share] * D + d;
        const x = u[place];
        const shared = isKept(share, d)
          ? expit(x) * ofTaken
          : Math.exp(Math.min(-softplus(-x) - row.logOthers, 0)) * ofOthers;
        slope[place] += expit(-x) * (ofLog[share * D + d] - shared);
      }
    }
  }
}

// --- what is open of a phase --------------------------------------------------------------------------

/** pace^(-position / (steps - 1)), over the largest such weight of the last `nOpen` steps. */
function stepWeight(logPace, position, nOpen, steps) {
  const fromLast = logPace > 0 ? steps - nOpen - position : steps - 1 - position;
  return Math.exp(logPace * (fromLast / (steps - 1)));
}

/**
 * What is open of phases, [opening * D + d] each: the sum of its weights, the mean of
 * position / (steps - 1) under them, its part of the weights of the phase, and the slope of the log of
 * that in the log of the pace.
 */
function opened({ pace, open, steps }, u, D) {
  const size = pace.length * D;
  const found = {
    total: new Float64Array(size),
    late: new Float64Array(size),
    part: new Float64Array(size),
    ofLogPart: new Float64Array(size),
  };
  const some = { total: 0, late: 0 };
  const whole = { total: 0, late: 0 };
  for (let k = 0; k < pace.length; k++) {
    const closed = (steps[k] - open[k]) / (steps[k] - 1);
    for (let d = 0; d < D; d++) {
      const logPace = u[pace[k] * D + d];
      tail(logPace, open[k], steps[k], some);
      tail(logPace, steps[k], steps[k], whole);
      found.total[k * D + d] = some.total;
      found.late[k * D + d] = some.late;
      found.part[k * D + d] = (Math.exp(-Math.max(logPace, 0) * closed) * some.total) / whole.total;
      found.ofLogPart[k * D + d] = whole.late - some.late;
    }
  }
  return found;
}

/** The sum of the weights of the last `nOpen` steps, and the mean of position / (steps - 1) under them. */
function tail(logPace, nOpen, steps, into) {
  let [total, late] = [0, 0];
  for (let position = steps - nOpen; position < steps; position++) {
    const weight = stepWeight(logPace, position, nOpen, steps);
    total += weight;
    late += weight * (position / (steps - 1));
  }
  into.total = total;
  into.late = late / total;
}

/** (1 - p)^phi, then 1 - (1 - p)^phi, with phi the part of the phase that is open. */
function fillHazards({ base, shift, opening }, part, u, shifts, D, out, at) {
  for (let i = 0; i < base.length; i++) {
    const from = at + 2 * i * D;
    for (let d = 0; d < D; d++) {
      const x = u[base[i] * D + d] + shifts[shift[i] * D + d];
      const exponent = -part[opening[i] * D + d] * softplus(x);
      out[from + d] = Math.exp(exponent);
      out[from + D + d] = -Math.expm1(exponent);
    }
  }
}

/** The slope through the hazard, and through the part of the phase that is open. */
function pullHazards(items, { pace }, open, u, shifts, cotangent, D, at, slope, ofShift) {
  const { base, shift, opening } = items;
  for (let i = 0; i < base.length; i++) {
    for (let d = 0; d < D; d++) {
      const x = u[base[i] * D + d] + shifts[shift[i] * D + d];
      const part = open.part[opening[i] * D + d];
      const exponent = part * softplus(x);
      const no = at + 2 * i * D + d;
      const ofExponent = (cotangent[no + D] - cotangent[no]) * Math.exp(-exponent);
      const change = ofExponent * part * expit(x);
      slope[base[i] * D + d] += change;
      ofShift[shift[i] * D + d] += change;
      slope[pace[opening[i]] * D + d] += ofExponent * exponent * open.ofLogPart[opening[i] * D + d];
    }
  }
}

/** The weight of one step among those that are open. */
function fillSteps({ opening, position }, { pace, open, steps }, total, u, D, out, at) {
  for (let i = 0; i < position.length; i++) {
    const k = opening[i];
    for (let d = 0; d < D; d++) {
      const weight = stepWeight(u[pace[k] * D + d], position[i], open[k], steps[k]);
      out[at + i * D + d] = weight / total[k * D + d];
    }
  }
}

/** The slope of a step's weight in the log of the pace. */
function pullSteps({ opening, position }, { pace, steps }, late, entries, cotangent, D, at, slope) {
  for (let i = 0; i < position.length; i++) {
    const k = opening[i];
    const place = position[i] / (steps[k] - 1);
    for (let d = 0; d < D; d++) {
      const item = at + i * D + d;
      slope[pace[k] * D + d] += cotangent[item] * entries[item] * (late[k * D + d] - place);
    }
  }
}
