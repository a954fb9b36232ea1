// How much settling one thing would say about another, as in insight/information.py.
//
// Information is in bans (base-10 logarithms). A chance is a probability `yes` with its complement `no`,
// each accurate by itself, so that nothing is lost near 0 or 1; `0 log 0` is 0.

const LN_10 = Math.log(10);
const ABOVE_MINUS_ONE = -1 + 2 ** -53;

/** @typedef {{yes: number, no: number}} Chance */

/**
 * The chance that two weights, not both 0, stand for.
 * @param {number} weightNo @param {number} weightYes @returns {Chance}
 */
export function chanceOf(weightNo, weightYes) {
  const total = weightNo + weightYes;
  return { yes: weightYes / total, no: weightNo / total };
}

/**
 * A number to ten digits: what differs by rounding alone compares as equal.
 * @param {number} value @returns {number}
 */
export function toCompare(value) {
  return Number(value.toPrecision(10));
}

/**
 * The chance with these log-odds, infinite ones included.
 * @param {number} logit @returns {Chance}
 */
export function chanceFromLogit(logit) {
  const small = Math.exp(-Math.abs(logit));
  const [larger, smaller] = [1 / (1 + small), small / (1 + small)];
  return logit >= 0 ? { yes: larger, no: smaller } : { yes: smaller, no: larger };
}

/**
 * The log-odds of a chance, infinite where it is 0 or 1.
 * @param {Chance} p @returns {number}
 */
export function logitOf(p) {
  if (p.yes === 0) return -Infinity;
  return p.no === 0 ? Infinity : Math.log(p.yes) - Math.log(p.no);
}

/** @param {Chance} p @returns {boolean} */
export function isCertain(p) {
  return p.yes === 0 || p.no === 0;
}

/**
 * The entropy of a yes-or-no question, in bans.
 * @param {Chance} p @returns {number}
 */
export function entropy(p) {
  const smaller = Math.min(p.yes, p.no);
  const larger = Math.max(p.yes, p.no);
  const ofSmaller = smaller > 0 ? smaller * Math.log(smaller) : 0;
  return -(ofSmaller + larger * Math.log1p(-smaller)) / LN_10;
}

/**
 * `w H(p)` in bans, for two weights whose sum is w and whose parts are p.
 * @param {number} no @param {number} yes @returns {number}
 */
export function weightedEntropy(no, yes) {
  const whole = no + yes;
  const part = (weight) => (weight > 0 ? weight * Math.log(weight / whole) : 0);
  return -(part(no) + part(yes)) / LN_10;
}

/** `(1 + x) log(1 + x) - x` for x >= -1, by its series where the difference would cancel. */
function excess(value) {
  const x = Math.max(value, -1);
  if (Math.abs(x) < 1e-3) {
    return x * x * (1 / 2 - x * (1 / 6 - x * (1 / 12 - x * (1 / 20 - x * (1 / 30 - x / 42)))));
  }
  return (1 + x) * Math.log1p(Math.max(x, ABOVE_MINUS_ONE)) - x;
}

/**
 * The mutual information, in bans, of a target with each of some variables, given the case.
 *
 * `cases` has for each case the joint table of the target and all variables' states, one variable after
 * the other: first the rows of the target being false, then those of true (2 * nRows). Variable v begins
 * at row `first[v]`, and over cases its rows sum to 1. No term is negative (see information.py).
 * @param {Float64Array[]} cases @param {ArrayLike<number>} first @param {number} nRows
 * @returns {Float64Array}
 */
export function conditionalInformation(cases, first, nRows) {
  const told = new Float64Array(first.length);
  const last = first.length > 1 ? first[1] : nRows;
  for (const joint of cases) {
    const [ofNo, ofYes] = [sumOf(joint, 0, last), sumOf(joint, nRows, nRows + last)];
    if (!(ofNo > 0 && ofYes > 0)) continue;
    for (let v = 0; v < first.length; v++) {
      const stop = v + 1 < first.length ? first[v + 1] : nRows;
      for (let row = first[v]; row < stop; row++) {
        told[v] += ofRow(joint[row], joint[nRows + row], ofNo, ofYes);
      }
    }
  }
  return told.map((value) => value / LN_10);
}

function ofRow(no, yes, ofNo, ofYes) {
  const ofCase = ofNo + ofYes;
  const surplus = (yes * ofNo - no * ofYes) / ofCase;
  return ofSide(ofNo, no + yes, ofCase, -surplus) + ofSide(ofYes, no + yes, ofCase, surplus);
}

function ofSide(ofSideAlone, ofState, ofCase, surplus) {
  const expected = (ofSideAlone * ofState) / ofCase;
  return expected > 0 ? expected * excess(surplus / expected) : 0;
}

function sumOf(values, start, stop) {
  let total = 0;
  for (let k = start; k < stop; k++) total += values[k];
  return total;
}

/**
 * The mutual information, in bans, of a target and a variable: `joint` has the variable's states with
 * the target false, then with it true, and sums to 1.
 * @param {Float64Array} joint @returns {number}
 */
export function valueOfInformation(joint) {
  return conditionalInformation([joint], [0], joint.length / 2)[0];
}

/**
 * `p - q`, from the complements where those are smaller.
 * @param {Chance} p @param {Chance} q @returns {number}
 */
export function difference(p, q) {
  return p.yes + q.yes < 1 ? p.yes - q.yes : q.no - p.no;
}

/**
 * How far the target's chance is expected to move when the claim is settled.
 * @param {Chance} claim @param {Chance} givenTrue @param {Chance} givenFalse @returns {number}
 */
export function expectedMove(claim, givenTrue, givenFalse) {
  return 2 * claim.yes * claim.no * Math.abs(difference(givenTrue, givenFalse));
}

/**
 * The part of the target's variance that goes when the claim is settled.
 * @param {Chance} target @param {Chance} claim @param {Chance} givenTrue @param {Chance} givenFalse
 * @returns {number}
 */
export function varianceRemoved(target, claim, givenTrue, givenFalse) {
  const swing = difference(givenTrue, givenFalse);
  return claim.yes * claim.no * (swing / target.yes) * (swing / target.no);
}

// --- joint tables of the target and one variable --------------------------------------------------------

/**
 * The table of one state against the others, [no & other, no & state, yes & other, yes & state], from
 * that of all the variable's states.
 * @param {Float64Array} table @param {number} state @returns {Float64Array}
 */
export function binaryTable(table, state) {
  const n = table.length / 2;
  const found = new Float64Array(4);
  for (let side = 0; side < 2; side++) {
    for (let s = 0; s < n; s++) found[2 * side + (s === state ? 1 : 0)] += table[side * n + s];
  }
  return found;
}

/**
 * What such a table says of target and claim; `null` where the claim is certain.
 * @param {Float64Array} joint @returns {{givenTrue: Chance, givenFalse: Chance, claim: Chance} | null}
 */
export function crossing(joint) {
  const [ofFalse, ofTrue] = [joint[0] + joint[2], joint[1] + joint[3]];
  if (!(ofFalse > 0 && ofTrue > 0)) return null;
  return {
    givenTrue: chanceOf(joint[1], joint[3]),
    givenFalse: chanceOf(joint[0], joint[2]),
    claim: chanceOf(ofFalse, ofTrue),
  };
}
