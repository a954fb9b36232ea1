// Passes over draws: blocks of judgements, through the tables and the plan, to what is averaged. A worker
// runs them, or the page itself (see pool.js); a block gives the same numbers wherever it runs.

import { bytesOf, intsOf } from "../bytes.js";
import { fill, programOf, together } from "../engine/formulas.js";
import { planOf } from "../engine/plan.js";
import { estimateByCases, jointByCases, logOddsByCases, takesCases } from "./case_passes.js";
import { entriesOfDraws, kernelOver, LANES, logAdded, scaled } from "./drawn.js";
import { Summing } from "./sums.js";

const BYTES_OF_A_KEY = 16;

/**
 * @typedef {object} Passes what all passes of a model share
 * @typedef {Test[]} Evidence see engine/holding.js
 * @typedef {{mu: Float64Array, sd: Float64Array, column: Int32Array, single: Uint8Array}} Setting
 *
 * @typedef {object} Job
 * @property {"estimate" | "joint" | "logOdds"} kind
 * @property {string} name jobs of one name are about the same numbers, or mixtures of the same
 * @property {Evidence} assumed
 * @property {Evidence} observed
 * @property {Setting} [setting]
 */

/**
 * Decode what passes need of a model.
 * @param {object} model the page's data, or what `partForPasses` leaves of it
 * @param {{wasm?: boolean}} [options]
 * @returns {Passes}
 */
export function makePasses(model, { wasm = true } = {}) {
  const passes = {
    wasm,
    plan: planOf(model.network),
    states: intsOf(model.network.states),
    own: { program: programOf(model.network), keys: bytesOf(model.keys) },
    nDraws: model.model.draws,
    targets: model.targets.map(({ variable }) => variable),
    strips: new Map(),
    kernels: new Map(),
  };
  extendPasses(passes, null);
  return passes;
}

/**
 * The part of a model that passes need, to be sent to a worker.
 * @param {object} model
 */
export function partForPasses({ network, keys, model, targets }) {
  const { states, program, plan } = network;
  return { network: { states, program, plan }, keys, model: { draws: model.draws }, targets };
}

/**
 * What passes need of what is brought to a model, to be sent to a worker; `null` where nothing is.
 * @param {object} structure
 */
export function extensionForPasses({ brought, model }) {
  return brought === null ? null : { brought, keys: model.keys };
}

/**
 * Let passes answer with what `extensionForPasses` has of an extension in place of the one before. The
 * draws of the model's own addresses stay.
 * @param {Passes} passes
 * @param {{brought: Brought, keys: string} | null} extension
 */
export function extendPasses(passes, extension) {
  const { own, plan, strips } = passes;
  const brought = extension?.brought ?? null;
  const states = brought?.states ?? passes.states;
  passes.program = brought === null ? own.program : together(own.program, brought.program);
  passes.keys = extension === null ? own.keys : bytesOf(extension.keys);
  passes.summing = new Summing(plan, { brought, states, nEntries: own.program.nEntries });
  const nOwn = own.keys.length / BYTES_OF_A_KEY;
  const nAll = passes.keys.length / BYTES_OF_A_KEY;
  for (const rows of strips.values()) {
    rows.length = nOwn;
    while (rows.length < nAll) rows.push(null);
  }
}

// --- passes --------------------------------------------------------------------------------------

/**
 * The targets' probabilities in some of the draws, given what is assumed and observed.
 * @param {Passes} passes
 * @param {Job} job
 * @param {number} start
 * @param {number} stop
 * @returns {{no: Float64Array, yes: Float64Array, logWeights: Float64Array | null}} P(not the target) and
 *   P(target), [target * draws + draw], not a number where what is given is impossible; and where
 *   something is observed, the logarithm of how probable that is
 */
export function estimateOver(passes, job, start, stop) {
  if (takesCases(passes, job)) return estimateByCases(passes, job, start, stop);
  const { targets } = passes;
  const D = stop - start;
  const entries = entriesOfDraws(passes, job.setting, start, stop);
  const { kernel, evidence } = kernelOver(passes, job, "targets", entries, D);
  const no = new Float64Array(targets.length * D);
  const yes = new Float64Array(targets.length * D);
  const logZ = new Float64Array(D);
  setAll(kernel, evidence);
  overColumns(kernel, entries, D, LANES, true, (found, lane, d) => {
    logZ[d] = found.logZ[lane];
    targets.forEach((variable, target) => {
      const at = passes.plan.firstIndicator[variable] * LANES + lane;
      no[target * D + d] = found.ofIndicators[at] / found.z[lane];
      yes[target * D + d] = found.ofIndicators[at + LANES] / found.z[lane];
    });
  });
  return { no, yes, logWeights: logWeightsOver(passes, job, entries, D, logZ) };
}

/**
 * Sums over some of the draws of P(target, state), for the first target and every state with an indicator.
 * @param {Passes} passes
 * @param {Job} job
 * @param {number} start
 * @param {number} stop
 * @returns {{sums: Float64Array, ofTarget: Float64Array, logScale: number}} `sums` is [target's state *
 *   indicators + indicator] and `ofTarget` [target's state]; where something is observed, a draw counts by
 *   how probable that is, and sums are to be multiplied by exp(logScale)
 */
export function jointOver(passes, job, start, stop) {
  if (takesCases(passes, job)) return jointByCases(passes, job, start, stop);
  const D = stop - start;
  const entries = entriesOfDraws(passes, job.setting, start, stop);
  const { kernel, evidence } = kernelOver(passes, job, "pairs", entries, D);
  const { nIndicators } = passes.plan;
  const sums = new Float64Array(2 * nIndicators);
  const ofTarget = new Float64Array(2);
  setSides(passes, kernel, evidence);
  const weights = job.observed.length > 0 ? scaled(logOfObserved(passes, job, entries, D)) : null;
  overColumns(kernel, entries, D, LANES / 2, true, (found, column, d) => {
    const lanes = [2 * column, 2 * column + 1];
    const logZ = logAdded(found.logZ[lanes[0]], found.logZ[lanes[1]]);
    if (logZ === -Infinity) {
      return;
    }
    lanes.forEach((lane, side) => {
      const share = Math.exp(found.logZ[lane] - logZ) * (weights === null ? 1 : weights.values[d]);
      ofTarget[side] += share;
      const factor = share === 0 ? 0 : share / found.z[lane];
      for (let i = 0; factor > 0 && i < nIndicators; i++) {
        sums[side * nIndicators + i] += factor * found.ofIndicators[i * LANES + lane];
      }
    });
  });
  return { sums, ofTarget, logScale: weights === null ? 0 : weights.logScale };
}

/**
 * The first target's log-odds for columns of judgements, given what is assumed and observed.
 * @param {Passes} passes
 * @param {Job} job
 * @param {{u: Float64Array, single: Uint8Array, D: number}} columns `u` is [address * D + column],
 *   `single` a flag per address, or one per address and column
 * @returns {Float64Array} not a number where what is given is impossible
 */
export function logOddsOver(passes, job, { u, single, D }) {
  if (takesCases(passes, job)) return logOddsByCases(passes, job, { u, single, D });
  const entries = fill(passes.program, u, single, D);
  const { kernel, evidence } = kernelOver(passes, job, "sides", entries, D);
  const logOdds = new Float64Array(D);
  setSides(passes, kernel, evidence);
  overColumns(kernel, entries, D, LANES / 2, false, ({ logZ }, column, d) => {
    logOdds[d] = logZ[2 * column + 1] - logZ[2 * column];
  });
  return logOdds;
}

/** What a task of each kind of job does. */
const WORK = {
  estimate: (passes, job, { start, stop }) => estimateOver(passes, job, start, stop),
  joint: (passes, job, { start, stop }) => jointOver(passes, job, start, stop),
  logOdds: (passes, job, columns) => logOddsOver(passes, job, columns),
};

/**
 * Do a task of a job: for some of the draws, or for columns.
 * @param {Passes} passes
 * @param {Job} job
 * @param {object} task
 */
export function doTask(passes, job, task) {
  return WORK[job.kind](passes, job, task);
}

/**
 * Run columns of entries through a kernel, `together` of them at a time, each in as many lanes as that
 * leaves.
 */
function overColumns(kernel, entries, D, together, gradient, take) {
  const times = LANES / together;
  const columns = new Int32Array(LANES);
  for (let d = 0; d < D; d += together) {
    const n = Math.min(together, D - d);
    for (let lane = 0; lane < LANES; lane++) {
      columns[lane] = d + Math.min(Math.floor(lane / times), n - 1);
    }
    kernel.load(entries, D, columns);
    const found = kernel.propagate(gradient);
    for (let column = 0; column < n; column++) {
      take(found, column, d + column);
    }
  }
}

/** Set the indicators of all lanes. */
function setAll(kernel, evidence) {
  for (let i = 0; i < kernel.indicators.length; i++) {
    kernel.indicators[i] = evidence[Math.floor(i / LANES)];
  }
}

/** Set the indicators of lanes by turns: the first target is false, it is true. */
function setSides({ plan, targets }, kernel, evidence) {
  setAll(kernel, evidence);
  const at = plan.firstIndicator[targets[0]] * LANES;
  for (let lane = 0; lane < LANES; lane += 2) {
    kernel.indicators[at + LANES + lane] = 0;
    kernel.indicators[at + lane + 1] = 0;
  }
}

// --- how much a draw counts ----------------------------------------------------------------------

/**
 * The log-weights of draws: none where nothing is observed, and known where nothing is assumed besides.
 */
function logWeightsOver(passes, job, entries, D, logZ) {
  if (job.observed.length === 0) {
    return null;
  }
  return job.assumed.length === 0 ? logZ : logOfObserved(passes, job, entries, D);
}

/** The logarithm of how probable what is observed is, in each column. */
function logOfObserved(passes, job, entries, D) {
  const { kernel, evidence } = kernelOver(passes, job, "observed", entries, D);
  const logs = new Float64Array(D);
  setAll(kernel, evidence);
  overColumns(kernel, entries, D, LANES, false, ({ logZ }, lane, d) => {
    logs[d] = logZ[lane];
  });
  return logs;
}
