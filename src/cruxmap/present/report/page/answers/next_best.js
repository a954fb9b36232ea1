// The next best crux: what each one tells about the target beyond those chosen before it, as in
// insight/next_best.py. Each time the one is chosen with the largest conditional mutual information,
// exact.

import { conditionalInformation, weightedEntropy } from "./information.js";

/** How many cruxes are chosen one after another. */
export const HOW_MANY = 8;
const MOST_CASES = 512;
const ROUNDING = 1e-12;

/**
 * No cruxes: they come in the order in which they were chosen, with what each added, and all there is to
 * learn.
 */
export const NOTHING = { ids: [], added: [], inAll: 0 };

/**
 * Choose the first few of candidates, which come in the order of their value alone.
 *
 * `ask(columns)` answers for columns `{side, evidence}` with the probabilities of all candidates'
 * states, one candidate after the other, given the side of the target, what is given, and the evidence.
 * It is a promise, so that it may let the page breathe, and may reject to stop. `joint` has the target's
 * two states against these rows where nothing is chosen; it is 0 where what is given is impossible.
 * @param {{variable: number, id: string}[]} candidates @param {number[]} counts states of each of them
 * @param {Float64Array} joint @param {(columns: object[]) => Promise<Float64Array[]>} ask
 * @returns {Promise<{ids: string[], added: number[], inAll: number}>}
 */
export async function bestFirst(candidates, counts, joint, ask) {
  if (!candidates.length) return NOTHING;
  const first = startsOf(counts);
  const nRows = joint.length / 2;
  const layout = { candidates, counts, first, nRows };
  let cases = [{ evidence: [], joint }];
  const inAll = leftIn(layout, joint);
  const chosen = [];
  const added = [];
  while (inAll > 0 && chosen.length < Math.min(HOW_MANY, candidates.length)) {
    if (chosen.length) cases = await split(layout, cases, chosen.at(-1), ask);
    const values = conditionalInformation(cases.map((one) => one.joint), first, nRows);
    for (const place of chosen) values[place] = -Infinity;
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const best = values.findIndex((value) => value >= most - ROUNDING * inAll);
    chosen.push(best);
    added.push(values[best] > ROUNDING * inAll ? values[best] : 0);
  }
  return { ids: chosen.map((place) => candidates[place].id), added, inAll };
}

function startsOf(counts) {
  let at = 0;
  return counts.map((count) => (at += count) - count);
}

/** What is left to learn about the target in one case. */
function leftIn({ counts, nRows }, joint) {
  let [no, yes] = [0, 0];
  for (let row = 0; row < counts[0]; row++) {
    no += joint[row];
    yes += joint[nRows + row];
  }
  return weightedEntropy(no, yes);
}

/**
 * Tell the states of one more candidate apart in every case. All but the likeliest are asked, and that
 * one is what is left. Cases that tell nothing more go, and of too many those in which least is left to
 * learn.
 */
async function split(layout, cases, place, ask) {
  const { candidates, counts, nRows } = layout;
  const [variable, nStates] = [candidates[place].variable, counts[place]];
  const plans = cases.map((one) => planned(layout, one.joint, place));
  const columns = plans.flatMap(({ asked }, number) =>
    asked.map(({ side, state }) => ({ side, evidence: [...cases[number].evidence, [variable, [state]]] })),
  );
  const answers = columns.length ? await ask(columns) : [];
  let at = 0;
  const parts = [];
  cases.forEach(({ evidence, joint }, number) => {
    const found = Array.from({ length: nStates }, () => new Float64Array(2 * nRows));
    const rest = Float64Array.from(joint);
    for (const { side, state, mass } of plans[number].asked) {
      const given = answers[at++];
      for (let row = 0; row < nRows; row++) {
        const value = mass * given[row];
        if (!(value > 0)) continue;
        found[state][side * nRows + row] = value;
        rest[side * nRows + row] -= value;
      }
    }
    found[plans[number].likeliest] = rest.map((value) => Math.max(value, 0));
    found.forEach((part, state) => {
      parts.push({ evidence: [...evidence, [variable, [state]]], joint: part });
    });
  });
  return mostToLearn(layout, parts);
}

/**
 * Which states of a candidate to ask about in a case, by side, and the likeliest, which is what is left.
 */
function planned({ counts, first, nRows }, joint, place) {
  const mass = (side, state) => joint[side * nRows + first[place] + state];
  let likeliest = 0;
  for (let state = 1; state < counts[place]; state++) {
    if (mass(0, state) + mass(1, state) > mass(0, likeliest) + mass(1, likeliest)) likeliest = state;
  }
  const asked = [];
  for (const side of [0, 1]) {
    for (let state = 0; state < counts[place]; state++) {
      const isAsked = state !== likeliest && mass(side, state) > 0;
      if (isAsked) asked.push({ side, state, mass: mass(side, state) });
    }
  }
  return { likeliest, asked };
}

function mostToLearn(layout, parts) {
  const left = parts.map((part) => leftIn(layout, part.joint));
  const order = parts.map((_, number) => number).sort((a, b) => left[b] - left[a] || a - b);
  const kept = order.slice(0, MOST_CASES).sort((a, b) => a - b);
  return kept.filter((number) => left[number] > ROUNDING ** 2).map((number) => parts[number]);
}
