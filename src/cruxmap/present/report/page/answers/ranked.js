// The ranking of a state at central judgements: by value alone at once, and in the greedy order with
// pauses, in which the page may breathe.

import { rankedRows } from "./crux_rows.js";
import { bestFirst, NOTHING } from "./next_best.js";

/** How many milliseconds of work are done before the page may breathe. */
const AT_A_TIME = 8;

/** How many columns are asked about between two looks at the clock. */
const COLUMNS = 8;

/** Thrown where the state that was asked about is not the present one any more. */
export class Stale extends Error {}

/**
 * The rows that a ranking shows, in the order of `best` and then by value alone.
 * @param {object} state see state.js @param {object} [best] of `bestOf` @returns {object[]}
 */
export function rankedWith(state, best = NOTHING) {
  const { rows, shown } = state.ranking;
  return rankedRows(state.structure, rows, shown.map((one) => one.id), best);
}

/**
 * The next best of candidates in a state (see next_best.js). `pause` is awaited between parts of the
 * work; it may throw `Stale` to stop.
 * @param {object} state @param {object[]} candidates @param {() => Promise<void>} pause
 * @returns {Promise<{ids: string[], added: number[], inAll: number}>}
 */
export function bestOf(state, candidates, pause) {
  const { structure, asking } = state;
  const counts = candidates.map((one) => structure.states[one.variable]);
  const rows = candidates.flatMap(({ variable }, place) =>
    Array.from({ length: counts[place] }, (_, s) => asking.firstIndicator[variable] + s),
  );
  const each = Math.max(1, Math.floor(COLUMNS / asking.width(state.entries, state.evidence)));
  const ask = async (columns) => {
    const found = [];
    let since = performance.now();
    for (let at = 0; at < columns.length; at += each) {
      found.push(...sharesOf(state, rows, columns.slice(at, at + each)));
      if (performance.now() - since < AT_A_TIME) continue;
      await pause();
      since = performance.now();
    }
    return found;
  };
  return bestFirst(candidates, counts, jointOf(state, rows), ask);
}

/** The joint probabilities of the target and the states behind some indicators, given what is given. */
function jointOf({ chance: { no, yes }, sides }, rows) {
  const joint = new Float64Array(2 * rows.length);
  rows.forEach((indicator, row) => {
    joint[row] = no * sides[0].shares[indicator];
    joint[rows.length + row] = yes * sides[1].shares[indicator];
  });
  return joint;
}

/**
 * The probabilities of the states behind some indicators in columns, of a side of the target and
 * evidence.
 */
function sharesOf({ asking, entries, sidesOfTarget }, rows, columns) {
  const evidences = columns.map(({ side, evidence }) => [...sidesOfTarget[side], ...evidence]);
  const answers = asking.ask(entries, evidences, true);
  return answers.map(({ shares }) => Float64Array.from(rows, (indicator) => shares[indicator]));
}
