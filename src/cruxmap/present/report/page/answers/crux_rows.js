// The rows of a table of cruxes: a claim, a state, a phase, a cause, an argument, or a whole question,
// as in insight/crux_rows.py. Each is measured from the joint probabilities of the target and one
// variable.

import {
  binaryTable,
  crossing,
  difference,
  entropy,
  expectedMove,
  toCompare,
  valueOfInformation,
  varianceRemoved,
} from "./information.js";

const NO_WORTH = { voi: 0, voi_share: 0, expected_move: 0, variance_removed: 0 };

/**
 * What joint probabilities say of a candidate, with the names of the command line's JSON.
 *
 * `separate` is what the graph separates from the target: any value there would be rounding.
 * @param {{id: string, state: number | null, kind: string}} candidate
 * @param {Float64Array} table the joint table of the target and the candidate's variable
 * @param {{yes: number, no: number}} target
 * @param {{separate: boolean, downstream: boolean}} position
 * @returns {object}
 */
export function rowOf(candidate, table, target, { separate, downstream }) {
  const row = { id: candidate.id, kind: candidate.kind, ...measures(candidate, table, target, separate) };
  if (downstream) row.downstream = true;
  return row;
}

function measures(candidate, table, target, separate) {
  if (candidate.state === null) {
    const voi = separate ? 0 : valueOfInformation(table);
    return { voi, voi_share: voi / entropy(target) };
  }
  const joint = binaryTable(table, candidate.state);
  const crossed = crossing(joint);
  if (crossed === null) return ofCertain(joint[1] + joint[3] > 0.5, target);
  if (separate) {
    const own = joint[1] + joint[3];
    return { probability: own, given_true: target.yes, given_false: target.yes, swing: 0, ...NO_WORTH };
  }
  const { givenTrue, givenFalse, claim } = crossed;
  const voi = valueOfInformation(joint);
  return {
    probability: claim.yes,
    given_true: givenTrue.yes,
    given_false: givenFalse.yes,
    swing: difference(givenTrue, givenFalse),
    voi,
    voi_share: voi / entropy(target),
    expected_move: expectedMove(claim, givenTrue, givenFalse),
    variance_removed: varianceRemoved(target, claim, givenTrue, givenFalse),
  };
}

function ofCertain(holds, target) {
  return {
    probability: holds ? 1 : 0,
    given_true: holds ? target.yes : null,
    given_false: holds ? null : target.yes,
    swing: null,
    ...NO_WORTH,
    reason: `it is certain (${holds ? "100%" : "0%"}) in this worldview`,
  };
}

/**
 * Return a comparison that puts the greatest value of information first, then the greatest swing;
 * rounding does not count.
 * @param {Iterable<object>} rows those that are compared @returns {(a: object, b: object) => number}
 */
function byValueOf(rows) {
  const voi = new Map();
  const swing = new Map();
  for (const row of rows) {
    voi.set(row.id, toCompare(row.voi));
    swing.set(row.id, toCompare(Math.abs(row.swing ?? 0)));
  }
  const most = (of, a, b) => of.get(b.id) - of.get(a.id);
  return (a, b) => most(voi, a, b) || most(swing, a, b) || (a.id < b.id ? -1 : 1);
}

/**
 * The candidates that a ranking shows, by value alone: premises and arguments that are not left out; of
 * a question only the whole.
 * @param {object[]} candidates @param {Map<string, object>} rows @param {Map<string, string>} because
 * @returns {object[]}
 */
export function shownOf(candidates, rows, because) {
  const wholes = new Set(candidates.filter((one) => one.state === null).map((one) => one.variable));
  const isWhole = (one) => one.state === null || !wholes.has(one.variable);
  const shown = candidates.filter((one) => one.kind !== "stage" && !because.has(one.id) && isWhole(one));
  const byValue = byValueOf(shown.map((one) => rows.get(one.id)));
  return shown.sort((a, b) => byValue(rows.get(a.id), rows.get(b.id)));
}

/**
 * Put rows into the lists of a table of cruxes: those shown first, the next best of them before the
 * others.
 * @param {object} structure @param {Map<string, object>} rows @param {Map<string, string>} because
 * @param {string[]} shown ids by value alone
 * @param {{ids: string[], added: number[], inAll: number}} best
 * @returns {{claims: object[], arguments: object[], questions: object[], sets: object[], left_out:
 *   object[]}}
 */
export function arranged(structure, rows, because, shown, best) {
  const rank = ranksOf(shown, best);
  const told = toldBy(rank, best);
  const place = (row) => rank.get(row.id) ?? rank.get(row.id.split(".")[0]) ?? 0;
  const group = (row) => (because.has(row.id) ? 2 : place(row) ? 0 : 1);
  const byValue = byValueOf(rows.values());
  const inOrder = (a, b) => group(a) - group(b) || place(a) - place(b) || byValue(a, b);
  const all = [...rows.values()].map(told).sort(inOrder);
  const type = (row) => (row.probability === undefined ? "question" : structure.entry.get(row.id)?.type);
  return {
    claims: all.filter((row) => !["question", "argument"].includes(type(row))),
    arguments: all.filter((row) => type(row) === "argument"),
    questions: all.filter((row) => type(row) === "question"),
    sets: setsOf(best),
    left_out: [...because].map(([id, why]) => ({ id, because: why })),
  };
}

/** The place of each row that is shown: the next best first, the others by value alone. */
function ranksOf(shown, { ids }) {
  const chosen = new Set(ids);
  const order = [...ids, ...shown.filter((id) => !chosen.has(id))];
  return new Map(order.map((id, number) => [id, number + 1]));
}

/** A function that adds to a row its place, and what it adds to those before it. */
function toldBy(rank, { ids, added, inAll }) {
  const values = new Map(ids.map((id, number) => [id, added[number]]));
  return (row) => {
    const value = values.get(row.id) ?? null;
    const share = value === null ? null : value / inAll;
    return { ...row, rank: rank.get(row.id) ?? null, added: value, added_share: share };
  };
}

/**
 * The rows that a ranking shows, in their order; a question is one row, with those of its states.
 * @param {object} structure @param {Map<string, object>} rows @param {string[]} shown ids by value alone
 * @param {{ids: string[], added: number[], inAll: number}} best @returns {object[]}
 */
export function rankedRows({ entry }, rows, shown, best) {
  const rank = ranksOf(shown, best);
  const told = toldBy(rank, best);
  return [...rank.keys()].map((id) => {
    const row = told(rows.get(id));
    if (row.probability !== undefined) return row;
    const states = entry.get(id).states.map((state) => rows.get(`${id}.${state}`));
    return { ...row, states: states.filter((state) => state !== undefined) };
  });
}

function setsOf({ ids, added, inAll }) {
  let voi = 0;
  return ids.map((_, size) => {
    voi += added[size];
    return { ids: ids.slice(0, size + 1), voi, voi_share: voi / inAll };
  });
}
