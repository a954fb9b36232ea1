// What the target turns on in the present state, as the command line's `cruxes` says it: averages over
// draws for claims, arguments and questions, and central judgements for numbers. As insight/cruxes.py.

import { under } from "../language/names.js";
import { MAP } from "../language/worldviews.js";
import { arranged } from "./crux_rows.js";
import { positionAt, rankingOf } from "./state.js";
import { judgementRows, shareAt } from "./sensitivity.js";
import { sentenceOf } from "./sentences.js";
import { intervalOf, ownPlaces, whoseIs } from "./whose.js";

/** Why a changed state has no Sobol shares. */
export const NO_SOBOL = "shares of the spread are computed for the worldviews as they are shipped";
const NO_SOBOL_OF_MAP =
  "shares of the spread are computed for the worldviews as they are shipped, and not for the map's own numbers";

/**
 * The table of cruxes of a state. `start` is the worldview that it started from, `isShipped` whether
 * nothing was changed; `joint` are the averages over draws (see pool.js), `null` where what is given is
 * impossible; `best` finds the next best of candidates, and `logOdds` the target's log-odds for columns
 * of judgements.
 * @param {object} state see state.js
 * @param {{start: string, isShipped: boolean, contents: object | null, joint: object | null, best:
 *   (candidates: object[]) => Promise<object>, logOdds: (columns: object) => Promise<Float64Array>}} of
 * @returns {Promise<object>}
 */
export async function cruxTable(state, { start, isShipped, contents, joint, best, logOdds }) {
  const { model } = state.structure;
  const table = emptyTable(start, model.targets[0].name);
  if (state.isImpossible || joint === null) {
    return { ...table, reason: `what is assumed and observed is ${state.impossible ?? "impossible"}` };
  }
  const { target } = joint;
  table.estimate = target.yes;
  if (target.yes === 0 || target.no === 0) {
    const certain = `the target is certain in this worldview (${target.no === 0 ? "100%" : "0%"})`;
    return { ...table, reason: `${certain}, so it turns on nothing` };
  }
  const position = positionAt(state, openColumns(state.setting));
  const { rows, because, shown } = rankingOf(state, tablesOf(state, joint, position), target, position);
  const sobol = isShipped ? (under(contents?.sobol, start) ?? null) : null;
  for (const [id, row] of rows) rows.set(id, withNumbers(row, state, { start, contents, sobol }));
  const found = [judgementRows(state, position, logOdds, sobol), best(shown)];
  const [judgements, chosen] = await Promise.all(found);
  const lists = arranged(state.structure, rows, because, shown.map((one) => one.id), chosen);
  return {
    ...table,
    ...lists,
    judgements,
    groups: (sobol?.groups ?? []).map(groupOf),
    draws: model.model.draws,
    sobol_sample: sobol?.sample ?? 0,
    central: state.chance.yes,
    ...(sobol === null ? { sobol_reason: start === MAP ? NO_SOBOL_OF_MAP : NO_SOBOL } : {}),
  };
}

function emptyTable(worldview, target) {
  const rows = { claims: [], arguments: [], questions: [], judgements: [], groups: [] };
  const lists = { ...rows, sets: [], left_out: [] };
  return { worldview, target, estimate: null, ...lists, draws: 0, sobol_sample: 0, central: null };
}

/** The judgements that are open, as the graph takes them: their column, or -1 for points. */
function openColumns({ column, sd }) {
  return column.map((of, j) => (sd[j] > 0 ? of : -1));
}

/** The averaged joint tables; what the graph separates from the target is independent of it. */
function tablesOf(state, { target, tables }, position) {
  const found = new Map();
  for (const { variable } of state.candidates) {
    const table = tables.get(variable);
    found.set(variable, position.connected.has(variable) ? table : independent(table, target));
  }
  return found;
}

function independent(table, { no, yes }) {
  const n = table.length / 2;
  return table.map((_, k) => (k < n ? no : yes) * (table[k % n] + table[(k % n) + n]));
}

function groupOf([id, first, total, error]) {
  return { id, sobol_first: first, sobol_total: total, error };
}

/**
 * The total share of what settling the numbers of a row would do; of a whole entry that of its group. It
 * is the sum of their own where they were not analysed together, and `null` where there are no shares.
 */
function totalOf({ model, entry }, sobol, id, places) {
  if (sobol === null) return null;
  const [owner, part] = id.split(/\.(.*)/s);
  const isWhole = part === undefined || entry.get(owner).type === "question";
  const group = isWhole ? sobol.groups.find(([name]) => name === owner) : undefined;
  if (group !== undefined) return groupOf(group).sobol_total;
  const totals = places.map((j) => shareAt(sobol, model.addresses[j])[1]);
  return totals.includes(null) ? null : totals.reduce((sum, total) => sum + total, 0);
}

/**
 * Add to a row its text, whose its numbers are, between what its one number lies, and its Sobol share.
 */
function withNumbers(row, { structure, setting }, { start, contents, sobol }) {
  const more = {
    sobol_total: totalOf(structure, sobol, row.id, ownPlaces(structure, row.id)),
    whose: whoseIs(structure, setting, start, row.id),
  };
  if (contents) more.text = sentenceOf(contents, row.id);
  if (row.probability !== undefined) more.interval_90 = intervalOf(structure, setting, row);
  return { ...row, ...more };
}
