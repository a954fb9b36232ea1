// Passes over draws: blocks of judgements, through the tables and the plan, to what is averaged. A worker
// runs them, or the page itself (see pool.js); a block gives the same numbers wherever it runs.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { fill, programOf } from "../engine/formulas.js";
import { makeKernel } from "../engine/kernel.js";
import { indicatorsOf, inputsOfVariables, planOf } from "../engine/plan.js";
import { specialise } from "../engine/specialise.js";

/** Draws that are drawn at a time, and kept: they depend on the seed alone, not on numbers. */
export const STRIP = 512;

const LANES = 8;

/** Entries that may be certain without a plan being made for it. */
const FEW = 20;

const BYTES_OF_A_KEY = 16;

/**
 * @typedef {object} Passes what all passes of a model share
 * @typedef {[number, number[]][]} Evidence variables, and the states that each may still have
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
  const plan = planOf(model.network);
  return {
    wasm,
    plan,
    program: programOf(model.network),
    keys: bytesOf(model.keys),
    nDraws: model.model.draws,
    targets: model.targets.map(({ variable }) => variable),
    strips: new Map(),
    kernels: new Map(),
  };
}

/**
 * The part of a model that passes need, to be sent to a worker.
 * @param {object} model
 */
export function partForPasses({ network, keys, model, targets }) {
  const { states, program, plan } = network;
  return { network: { states, program, plan }, keys, model: { draws: model.draws }, targets };
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
  const D = stop - start;
  const entries = entriesOfDraws(passes, job.setting, start, stop);
  const { kernel, evidence } = kernelOver(passes, job, "pairs", entries, D);
  const { nIndicators } = passes.plan;
  const sums = new Float64Array(2 * nIndicators);
  const ofTarget = new Float64Array(2);
  setSides(passes, kernel, evidence);
  const weights = job.observed.length > 0 ? weightsFirst(passes, job, entries, D) : null;
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

/**
 * The weights of draws by what is observed, the largest of them 1, and the logarithm of what it stands
 * for.
 */
function weightsFirst(passes, job, entries, D) {
  const logs = logOfObserved(passes, job, entries, D);
  const logScale = Math.max(...logs);
  return { logScale, values: logs.map((log) => (logScale === -Infinity ? 0 : Math.exp(log - logScale))) };
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

function logAdded(a, b) {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
}

// --- judgements and entries ----------------------------------------------------------------------

/** The tables' entries in some of the draws, [entry * draws + draw]. */
function entriesOfDraws(passes, setting, start, stop) {
  const { mu, sd, column, single } = setting;
  const D = stop - start;
  const u = new Float64Array(mu.length * D);
  const drawn = Uint8Array.from(sd, (value) => (value > 0 ? 1 : 0));
  const needed = new Set(column.filter((_, j) => drawn[j]));
  for (let from = start; from < stop; ) {
    const strip = Math.floor(from / STRIP);
    const to = Math.min(stop, (strip + 1) * STRIP);
    const rows = stripOf(passes, strip, needed);
    for (let j = 0; j < mu.length; j++) {
      const z = drawn[j] ? rows[column[j]] : null;
      for (let d = from; d < to; d++) {
        u[j * D + d - start] = z === null ? mu[j] : mu[j] + sd[j] * z[d - strip * STRIP];
      }
    }
    from = to;
  }
  return fill(passes.program, u, single, D);
}

/** A strip's standard normals by address, at least those that are needed. */
function stripOf({ strips, keys, nDraws }, strip, needed) {
  if (!strips.has(strip)) {
    strips.set(strip, new Array(keys.length / BYTES_OF_A_KEY).fill(null));
  }
  const rows = strips.get(strip);
  const missing = [...needed].filter((address) => rows[address] === null);
  if (missing.length > 0) {
    const start = strip * STRIP;
    const stop = Math.min(nDraws, start + STRIP);
    const wanted = new Uint8Array(missing.length * BYTES_OF_A_KEY);
    missing.forEach((address, n) => {
      const at = address * BYTES_OF_A_KEY;
      wanted.set(keys.subarray(at, at + BYTES_OF_A_KEY), n * BYTES_OF_A_KEY);
    });
    const z = latinHypercube(wanted, nDraws, start, stop);
    missing.forEach((address, n) => {
      rows[address] = z.subarray(n * (stop - start), (n + 1) * (stop - start));
    });
  }
  return rows;
}

// --- kernels -------------------------------------------------------------------------------------

/**
 * What each kind of pass needs: which indicators stay open (all others are as the evidence says), and of
 * which the slopes are read.
 */
const KINDS = {
  targets: { evidence: given, open: ({ targets }) => targets, read: ({ targets }) => targets },
  pairs: { evidence: given, open: everything, read: everything },
  sides: { evidence: given, open: ({ targets }) => targets.slice(0, 1), read: () => [] },
  observed: { evidence: ({ observed }) => observed, open: () => [], read: () => [] },
};

function given({ assumed, observed }) {
  return [...assumed, ...observed];
}

function everything({ plan }) {
  return plan.indicatorVariables;
}

/**
 * The kernel of a kind of pass, specialised to what is exactly 0 or 1 in all of these columns and in those
 * that jobs of this name had before, and the indicators that the job's evidence makes.
 */
function kernelOver(passes, job, kind, entries, D) {
  const evidence = indicatorsOf(passes.plan, KINDS[kind].evidence(job));
  const question = JSON.stringify(KINDS[kind].evidence(job));
  const here = certainIn(entries, D, passes.program.nEntries);
  const held = passes.kernels.get(kind);
  if (held?.question === question && serves(held, here, job.name)) {
    held.job = job.name;
    return { kernel: held.kernel, evidence };
  }
  const goesOn = held?.question === question && held.job === job.name;
  const certain = goesOn ? here.map((value, e) => (value === held.certain[e] ? value : -1)) : here;
  const kernel = specialKernel(passes, kind, certain, evidence, held?.kernel ?? null);
  passes.kernels.set(kind, { question, job: job.name, certain, kernel });
  return { kernel, evidence };
}

/** Whether a kernel is right for what is certain here, and not much larger than need be. */
function serves(held, here, name) {
  let more = 0;
  for (let e = 0; e < here.length; e++) {
    if (held.certain[e] >= 0 && held.certain[e] !== here[e]) {
      return false;
    }
    more += held.certain[e] < 0 && here[e] >= 0 ? 1 : 0;
  }
  return held.job === name || more <= FEW;
}

function specialKernel(passes, kind, certain, evidence, instead) {
  const { plan, wasm } = passes;
  const open = inputsOfVariables(plan, KINDS[kind].open(passes));
  const fixed = Int8Array.from(evidence, (value, i) => (value === 0 ? 0 : open[plan.nLoads + i] ? -1 : 1));
  const special = specialise(plan, certain, fixed);
  const inputs = inputsOfVariables(special, KINDS[kind].read(passes));
  return makeKernel(special, { lanes: LANES, wasm, inputs, instead });
}

/** By entry: 0 or 1 where all columns have exactly that, -1 elsewhere. */
function certainIn(entries, D, nEntries) {
  const certain = new Int8Array(nEntries);
  for (let e = 0; e < nEntries; e++) {
    const first = entries[e * D];
    let isAlike = first === 0 || first === 1;
    for (let d = 1; isAlike && d < D; d++) {
      isAlike = entries[e * D + d] === first;
    }
    certain[e] = isAlike ? first : -1;
  }
  return certain;
}
