// Which table entries are exactly 0 or 1 in a setting, by its judgements and not by rounding: what a
// plan is specialised to. (The logistic function of 40 is 1 as well, but only until the number moves.)

/** What 100% is on the logit scale; 0% is minus this. */
export const LOGIT_OF_CERTAINTY = 1e30;

/**
 * Mark each entry: -1 where it is not known, 0 or 1 where it is exactly that.
 * @param {object} structure see structure.js @param {{mu: Float64Array, single: Uint8Array}} setting
 * @returns {Int8Array}
 */
export function certainEntries({ program }, setting) {
  if (!program.parts) return certainIn(program, setting);
  const found = new Int8Array(program.nEntries);
  let at = 0;
  for (const part of program.parts) {
    found.set(certainIn(part, setting), at);
    at += part.nEntries;
  }
  return found;
}

const known = new WeakMap();

/**
 * The numbers of the first entry of each kind, and of the first entry of each group of shares.
 * @param {object} program
 */
export function entryNumbers(program) {
  if (!known.has(program)) known.set(program, numbered(program));
  return known.get(program);
}

function numbered({ logistic, shares, hazards, groupFirst, nEntries }) {
  const ofShares = 1 + 2 * logistic.base.length;
  const ofHazards = ofShares + shares.shift.length;
  return {
    logistic: 1,
    groups: [...groupFirst].map((first) => ofShares + first),
    hazards: ofHazards,
    steps: ofHazards + 2 * hazards.base.length,
    all: nEntries,
  };
}

function certainIn(program, { mu, single }) {
  const numbers = entryNumbers(program);
  const certain = new Int8Array(numbers.all).fill(-1);
  certain[0] = 1;
  const ofPair = (entry, judgement) => {
    if (Math.abs(mu[judgement]) < LOGIT_OF_CERTAINTY) return;
    certain[entry] = mu[judgement] > 0 ? 0 : 1;
    certain[entry + 1] = mu[judgement] > 0 ? 1 : 0;
  };
  program.logistic.base.forEach((base, k) => ofPair(numbers.logistic + 2 * k, base));
  program.hazards.base.forEach((base, k) => ofPair(numbers.hazards + 2 * k, base));
  markShares(program.shares, numbers.groups, mu, single, certain);
  program.steps.opening.forEach((opening, k) => {
    if (program.openings.open[opening] === 1) certain[numbers.steps + k] = 1;
  });
  return certain;
}

/**
 * A share is 0 where it is 0%, or where one that is kept as given takes all; alone in its row it is 1.
 */
function markShares({ base, rowFirst, row }, groups, mu, single, certain) {
  for (let r = 0; r + 1 < rowFirst.length; r++) {
    const members = base.subarray(rowFirst[r], rowFirst[r + 1]);
    const full = members.some((j) => single[j] && mu[j] >= LOGIT_OF_CERTAINTY);
    const none = [...members].map((j) => mu[j] <= -LOGIT_OF_CERTAINTY || (full && !single[j]));
    const left = none.filter((gone) => !gone).length;
    if (left === members.length && left > 1) continue;
    if (left === 0) continue; // nothing is left for any state: the formulas decide
    row.forEach((of, group) => {
      if (of !== r) return;
      none.forEach((gone, k) => {
        if (gone) certain[groups[group] + k] = 0;
        else if (left === 1) certain[groups[group] + k] = 1;
      });
    });
  }
}
