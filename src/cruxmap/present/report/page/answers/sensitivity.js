// How the target answers to each number, one at a time and all others central: its range between the
// number's 5th and 95th percentile, and its slope. As insight/sensitivity.py.

import { LOGIT_OF_CERTAINTY, middleOf, Z_95 } from "../language/notation.js";
import { chanceFromLogit, logitOf, toCompare } from "./information.js";

/**
 * A row per number of the setting, the widest range of the target first; links have none, nor have
 * certainties that nobody wrote. `logOdds` answers for columns of judgements; `sobol` has the
 * shares of the spread, where they are known.
 * @param {object} state @param {{connected: Set<number>}} position
 * @param {(columns: {u: Float64Array, single: Uint8Array, D: number}) => Promise<Float64Array>} logOdds
 * @param {{judgements: object} | null} sobol
 * @returns {Promise<object[]>}
 */
export async function judgementRows(state, position, logOdds, sobol) {
  const { structure, setting } = state;
  const { addresses, judgements } = structure.model;
  const [low, high] = await rangesOf(state, position, logOdds);
  const shares = sharesInForce(structure.model, setting);
  const isDefault = new Set(judgements.default);
  const rows = [];
  addresses.forEach((address, j) => {
    const value = setting.values[j];
    const isCertain = value.certain !== null;
    if (setting.column[j] !== j || (isCertain && isDefault.has(j) && !setting.rejected[j])) return;
    const [middle, from, to] = shares.get(j) ?? endsOf(value);
    const [first, total] = sobol === null ? [null, null] : shareAt(sobol, address);
    rows.push({
      address,
      central: middleOf(value),
      low: value.low,
      high: value.high,
      in_force: middle,
      in_force_low: from,
      in_force_high: to,
      target_low: low[j],
      target_high: high[j],
      slope: Math.abs(setting.mu[j]) < LOGIT_OF_CERTAINTY ? (state.slopes.get(address) ?? null) : null,
      sobol_first: first,
      sobol_total: total,
      ...reasonOf(setting.rejected[j], isCertain),
    });
  });
  return rows.sort(inOrder);
}

/**
 * The first and the total Sobol share of a number; those that are not listed carry nothing.
 * @param {{judgements: object}} sobol @param {string} address @returns {[number | null, number | null]}
 */
export function shareAt({ judgements }, address) {
  return Object.hasOwn(judgements, address) ? judgements[address] : [0, 0];
}

function reasonOf(isRejected, isCertain) {
  if (isRejected) return { reason: "the argument is rejected in this worldview" };
  return isCertain ? { reason: "a certainty has no slope" } : {};
}

function inOrder(a, b) {
  const width = (row) => toCompare(widthOf(row));
  const slope = (row) => toCompare(Math.abs(row.slope ?? 0));
  return width(b) - width(a) || slope(b) - slope(a) || (a.address < b.address ? -1 : 1);
}

/** How far apart the two ends of the target's range are, in log-odds. */
function widthOf({ target_low: low, target_high: high }) {
  if (low === high || low === null || high === null) return 0;
  const [a, b] = [low, high].map((p) => logitOf({ yes: p, no: 1 - p }));
  return Math.abs(b - a);
}

/** P(target) with each number at its lower end, and at its upper one; central where nothing moves it. */
async function rangesOf(state, { connected }, logOdds) {
  const { setting, structure } = state;
  const J = structure.model.addresses.length;
  const movers = [...connected].filter((node) => node < 0).map((node) => -1 - node);
  movers.sort((a, b) => a - b);
  const D = 2 * movers.length;
  const ends = [0, 1].map(() => new Array(J).fill(state.chance.yes));
  if (D === 0) return ends;
  const place = new Map(movers.map((j, k) => [j, k]));
  const u = new Float64Array(J * D);
  for (let j = 0; j < J; j++) {
    u.fill(setting.mu[j], j * D, (j + 1) * D);
    const k = setting.sd[j] > 0 ? place.get(setting.column[j]) : undefined;
    if (k === undefined) continue;
    u[j * D + k] -= Z_95 * setting.sd[j];
    u[j * D + movers.length + k] += Z_95 * setting.sd[j];
  }
  const found = await logOdds({ u, single: setting.single, D });
  movers.forEach((j, k) => {
    [k, movers.length + k].forEach((column, end) => {
      ends[end][j] = Number.isNaN(found[column]) ? null : chanceFromLogit(found[column]).yes;
    });
  });
  return ends;
}

function endsOf(value) {
  return [middleOf(value), value.low, value.high];
}

/** What each share counts as in its row, at its middle, 5th and 95th percentile. */
function sharesInForce(model, setting) {
  const found = new Map();
  for (const row of model.share_rows) {
    row.forEach((j, place) => {
      const values = endsOf(setting.values[j]);
      found.set(j, values.map((end) => rowInForce(row, setting, setting.column[j], end)[place]));
    });
  }
  return found;
}

/** The central shares of a row, in its order; `end` stands in for the number at `column`. */
function rowInForce(row, setting, column, end) {
  const values = row.map((j) => (setting.column[j] === column ? end : middleOf(setting.values[j])));
  const valueOf = (j, k, single) => (setting.single[j] === single ? values[k] : 0);
  const sumOf = (single) => row.reduce((sum, j, k) => sum + valueOf(j, k, single), 0);
  const [kept, others] = [sumOf(1), sumOf(0)];
  return row.map((j, k) => {
    const whole = setting.single[j] ? (others ? Math.max(kept, 1) : kept) : others;
    const room = setting.single[j] ? 1 : Math.max(1 - kept, 0);
    return whole ? (values[k] * room) / whole : 0;
  });
}
