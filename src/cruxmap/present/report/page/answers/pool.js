// Workers that share the draws out among them. Where there are none (in Node, or where a browser refuses
// them), the page does the same itself, a task at a time. A job is dropped when one of a later version
// comes.

import { intsOf } from "../bytes.js";
import { evidenceOf } from "./evidence.js";
import { STRIP } from "./drawn.js";
import { doTask, extendPasses, extensionForPasses, makePasses, partForPasses } from "./passes.js";
import { effectiveNumber, errorOf, summaryOf, weightsOf } from "./summaries.js";
import { structureOf } from "./structure.js";

/** The most workers that are of use. */
const MOST_WORKERS = 4;

/** How many draws, or columns, a task has: so few that a job can be dropped soon. */
const TASK = { estimate: 128, joint: 64, logOdds: 256 };

/** After so many draws an estimate says what it has. */
const FIRST = 256;

/** After so many milliseconds without a word a worker is given up. */
const PATIENCE = 30000;

/** Thrown by jobs that were dropped, for one of a later version or by `cancel`. */
export class Superseded extends Error {
  constructor() {
    super("another state has come since");
  }
}

/**
 * What is asked of a pool. `given` has conditions, `assuming` and `observed`. Promises are kept by what
 * their answers say, or broken by `Superseded`.
 *
 * @typedef {object} Asked
 * @property {(setting: Setting, given: Given, options?: {onFirst?: (found: object) => void}) =>
 *   Promise<object>} estimate
 *   Every target's probability over the draws: `targets` has by name what `summaryOf` gives. `effective`
 *   is how many draws they are worth where something is observed, null elsewhere; `weights` are theirs.
 *   `onFirst` is told what the first draws say, if there are many more; each target has there the standard
 *   `error` of its mean too.
 * @property {(setting: Setting, given: Given, variables?: number[]) => Promise<object | null>} joint
 *   The averages over the draws of P(target, state), for the first target: `target` is its chance
 *   {no, yes}, and `tables` has by variable (without `variables` for all) its two states with each of the
 *   variable's, [target's state * states + state], with sum 1. null where what is given is impossible in
 *   all draws.
 * @property {(columns: object, given: Given) => Promise<Float64Array>} logOdds
 *   The first target's log-odds for columns of judgements {u, single, D}; see `logOddsOver`.
 */

/** How many workers serve this machine. */
export function workersAtHand() {
  const cores = typeof navigator === "object" ? (navigator.hardwareConcurrency ?? 1) : 1;
  return Math.max(1, Math.min(MOST_WORKERS, cores));
}

/**
 * Make a pool. It can be asked itself, and then the version is the newest one so far.
 * @param {object} model the page's data
 * @param {(() => Worker | null) | null} [makeWorker] makes a worker that runs worker.js; without, there
 *   are none
 * @param {number} [n] how many workers
 * @param {object} [structure] that of the model
 * @param {{patience?: number}} [options]
 * @returns {Asked & {at: (version: number) => Asked, extendTo: (structure: object) => void,
 *   cancel: () => void, close: () => void}}
 */
export function makePool(
  model,
  makeWorker = null,
  n = workersAtHand(),
  structure = structureOf(model),
  { patience = PATIENCE } = {},
) {
  const hands = makeHands(model, makeWorker, n, patience);
  const jobs = makeJobs(hands);
  let now = { structure, extension: extensionForPasses(structure) };
  const asked = (version) =>
    askedOf(
      () => now.structure,
      (what, ...job) => jobs.run(version() ?? jobs.newest(), { what, extension: now.extension }, ...job),
    );
  return {
    ...asked(() => null),

    /**
     * The same for a version of the state: when it is first asked, all jobs of earlier ones are dropped.
     */
    at(version) {
      return asked(() => version);
    },

    /**
     * From now on, answer with what is brought to the model; the workers stay.
     * @param {object} other its structure, or that of the model itself
     */
    extendTo(other) {
      if (other === now.structure) return;
      const { brought, model: before } = now.structure;
      const isSame = other.brought === brought && other.model.keys === before.keys;
      now = { structure: other, extension: isSame ? now.extension : extensionForPasses(other) };
    },

    /** Drop all jobs. */
    cancel() {
      jobs.drop(() => true);
    },

    /** Drop all jobs, and let the workers go. */
    close() {
      jobs.drop(() => true);
      hands.forEach((hand) => hand.close());
    },
  };
}

function askedOf(structure, run) {
  const ofDraws = (size) => tasksOf(structure().model.model.draws, size);
  const evidence = ({ assuming = [], observed = [] }) => ({
    assumed: evidenceOf(structure(), assuming),
    observed: evidenceOf(structure(), observed),
  });
  return {
    async estimate(setting, given, { onFirst = null } = {}) {
      const { model } = structure();
      const job = { kind: "estimate", ...evidence(given), setting: numbersOf(setting) };
      const first = Math.ceil(FIRST / TASK.estimate);
      const tell = onFirst && ((parts) => onFirst(withErrors(estimateOf(model, parts))));
      return estimateOf(model, await run(job, ofDraws(TASK.estimate), { first, tell }));
    },

    async joint(setting, given, variables = null) {
      const { model, brought } = structure();
      const job = { kind: "joint", ...evidence(given), setting: numbersOf(setting) };
      const indicators = indicatorVariablesOf(model, brought);
      const found = jointOf(indicators, variables, await run(job, ofDraws(TASK.joint)));
      return found === null ? null : { ...found, draws: model.model.draws };
    },

    async logOdds(columns, given) {
      const job = { kind: "logOdds", ...evidence(given) };
      return joined(await run(job, tasksOfColumns(columns, TASK.logOdds)), 1, (part) => part);
    },
  };
}

/** What draws need of a setting: it may have more to it, and that stays here. */
function numbersOf({ mu, sd, column, single }) {
  return { mu, sd, column, single };
}

// --- jobs and tasks ------------------------------------------------------------------------------

/** A list of jobs, whose tasks hands take in turn. */
function makeJobs(hands) {
  const jobs = [];
  let newest = -Infinity;

  function run(version, { what, extension }, tasks, { first = 0, tell = null } = {}) {
    if (version < newest) {
      return Promise.reject(new Superseded());
    }
    newest = version;
    drop((other) => other.version < version);
    if (tasks.length === 0) {
      return Promise.resolve([]);
    }
    return new Promise((resolve, reject) => {
      const job = { ...what, name: `${what.kind} ${version}` };
      const open = [...tasks.keys()];
      const told = tell !== null && first < tasks.length ? { first, tell } : null;
      const left = tasks.length;
      jobs.push({ job, extension, version, tasks, open, left, told, results: [], resolve, reject });
      hands.forEach(takeUp);
    });
  }

  function drop(which) {
    for (const job of jobs.filter(which)) {
      end(job);
      job.reject(new Superseded());
    }
  }

  function end(job) {
    jobs.splice(jobs.indexOf(job), 1);
    job.isOver = true;
  }

  /** Give a hand that has nothing to do a task of the first job that has one. */
  function takeUp(hand, place) {
    const job = jobs.find(({ open }) => open.length > 0);
    if (hand.isBusy || job === undefined) {
      return;
    }
    hand.isBusy = true;
    const number = chosenTask(job, place, hands.length);
    const then = (note) => (found) => {
      hand.isBusy = false;
      if (!job.isOver) {
        note(job, number, found);
      }
      hands.forEach(takeUp);
    };
    hand.do(job, job.tasks[number]).then(then(finish), then(fail));
  }

  function finish(job, number, found) {
    job.results[number] = found;
    job.left -= 1;
    if (job.told !== null && hasFirst(job)) {
      const { first, tell } = job.told;
      job.told = null;
      tell(job.results.slice(0, first));
    }
    if (job.left === 0) {
      end(job);
      job.resolve(job.results);
    }
  }

  function fail(job, _, error) {
    end(job);
    job.reject(error);
  }

  return { run, drop, newest: () => newest };
}

/** Whether the results of the first tasks are there. */
function hasFirst({ results, told }) {
  for (let k = 0; k < told.first; k++) if (results[k] === undefined) return false;
  return true;
}

/**
 * Take an open task of a job: one in a strip of draws that this hand has drawn, or will have, if there is
 * one.
 */
function chosenTask({ tasks, open, told }, place, nHands) {
  const early = told === null ? -1 : open.findIndex((number) => number < told.first);
  if (early >= 0) return open.splice(early, 1)[0];
  const stripOf = (number) => Math.floor((tasks[number].start ?? 0) / STRIP);
  const own = open.findIndex((number) => stripOf(number) % nHands === place);
  return open.splice(own >= 0 ? own : open.length - 1, 1)[0];
}

/** So many draws, or columns, in tasks of a size. */
function tasksOf(n, size) {
  const tasks = [];
  for (let start = 0; start < n; start += size) {
    tasks.push({ start, stop: Math.min(n, start + size) });
  }
  return tasks;
}

function tasksOfColumns({ u, single, D }, size) {
  return tasksOf(D, size).map(({ start, stop }) => {
    const part = (rows) => columnsOf(rows, D, start, stop);
    return { u: part(u), single: single.length === u.length ? part(single) : single, D: stop - start };
  });
}

function columnsOf(rows, D, start, stop) {
  const part = new rows.constructor((rows.length / D) * (stop - start));
  for (let row = 0; row * D < rows.length; row++) {
    part.set(rows.subarray(row * D + start, row * D + stop), row * (stop - start));
  }
  return part;
}

// --- hands ---------------------------------------------------------------------------------------
//
// A hand does one task at a time: `do` promises what it gives.

function makeHands(model, makeWorker, n, patience) {
  const here = handHere(model);
  const workers = [];
  for (let k = 0; k < n && makeWorker !== null; k++) {
    const worker = made(makeWorker);
    if (worker === null) {
      break;
    }
    workers.push(worker);
  }
  return workers.length > 0 ? workers.map((worker) => handOf(worker, model, here, patience)) : [here];
}

function made(makeWorker) {
  try {
    return makeWorker();
  } catch {
    return null; // a policy that forbids workers
  }
}

/** This thread; between tasks it lets others have their turn. */
function handHere(model) {
  let passes = null;
  let known = null;
  return {
    isBusy: false,
    async do({ job, extension }, task) {
      await new Promise((go) => {
        setTimeout(go);
      });
      passes ??= makePasses(model);
      if (extension !== known) extendPasses(passes, extension);
      known = extension;
      return doTask(passes, job, task);
    },
    close() {},
  };
}

/** A worker; this thread takes its place if it fails, or says nothing for too long. */
function handOf(worker, model, here, patience) {
  let isThere = true;
  let pending = null;
  let known = null;
  let extended = null;
  let watch = null;
  const settled = () => {
    clearTimeout(watch);
    const { resolve, reject } = pending ?? { resolve() {}, reject() {} };
    pending = null;
    return { resolve, reject };
  };
  const giveUp = () => {
    isThere = false;
    worker.terminate?.();
    if (pending === null) return;
    const { job, task } = pending;
    settled().resolve(here.do(job, task));
  };
  const wait = () => {
    clearTimeout(watch);
    watch = setTimeout(giveUp, patience);
    watch.unref?.(); // in Node
  };
  worker.onmessage = ({ data: { found, error, isAtWork } }) => {
    if (!isThere) return;
    if (isAtWork) wait();
    else if (error === undefined) settled().resolve(found);
    else settled().reject(new Error(error));
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    giveUp();
  };
  worker.onmessageerror = giveUp;
  worker.postMessage({ model: partForPasses(model) });
  return {
    isBusy: false,
    do(job, task) {
      if (!isThere) {
        return here.do(job, task);
      }
      return new Promise((resolve, reject) => {
        pending = { job, task, resolve, reject };
        wait();
        if (job.extension !== extended) worker.postMessage({ extension: job.extension });
        extended = job.extension;
        worker.postMessage({ job: job.job === known ? null : job.job, task });
        known = job.job;
      });
    },
    close() {
      clearTimeout(watch);
      worker.terminate();
    },
  };
}

// --- putting the parts together ------------------------------------------------------------------

/** Rows of numbers from parts, each [row * columns of the part + column]. */
function joined(parts, nRows, of) {
  const lists = parts.map(of);
  const nColumns = lists.reduce((sum, list) => sum + list.length / nRows, 0);
  const all = new Float64Array(nRows * nColumns);
  let at = 0;
  for (const list of lists) {
    const size = list.length / nRows;
    for (let row = 0; row < nRows; row++) {
      all.set(list.subarray(row * size, (row + 1) * size), row * nColumns + at);
    }
    at += size;
  }
  return all;
}

function estimateOf({ targets }, parts) {
  const no = joined(parts, targets.length, (part) => part.no);
  const yes = joined(parts, targets.length, (part) => part.yes);
  const draws = no.length / targets.length;
  const isWeighed = parts[0].logWeights !== null;
  const weights = isWeighed ? weightsOf(joined(parts, 1, (part) => part.logWeights)) : null;
  const found = {};
  targets.forEach(({ name }, t) => {
    const row = (rows) => rows.subarray(t * draws, (t + 1) * draws);
    found[name] = summaryOf(row(no), row(yes), weights);
  });
  return { targets: found, weights, effective: isWeighed ? effectiveNumber(weights) : null };
}

/** The standard error of each target's mean, beside it. */
function withErrors(found) {
  const { targets, weights } = found;
  const withError = (one) => ({ ...one, error: errorOf(one, weights) });
  const named = Object.entries(targets).map(([name, one]) => [name, withError(one)]);
  return { ...found, targets: Object.fromEntries(named) };
}

/** The variable of each indicator, those of what is brought after the plan's. */
function indicatorVariablesOf({ network }, brought) {
  const own = intsOf(network.plan.indicators.variable);
  const each = ({ variable, states }) => new Array(states).fill(variable);
  const more = (brought?.variables ?? []).flatMap(each);
  return Int32Array.from([...own, ...more]);
}

function jointOf(variables, wanted, parts) {
  const most = parts.reduce((highest, part) => Math.max(highest, part.logScale), -Infinity);
  const sums = new Float64Array(2 * variables.length);
  const ofTarget = new Float64Array(2);
  for (const part of parts) {
    const factor = part.logScale === -Infinity ? 0 : Math.exp(part.logScale - most);
    part.sums.forEach((sum, i) => {
      sums[i] += factor * sum;
    });
    part.ofTarget.forEach((sum, side) => {
      ofTarget[side] += factor * sum;
    });
  }
  const whole = ofTarget[0] + ofTarget[1];
  if (!(whole > 0)) {
    return null;
  }
  return {
    target: { no: ofTarget[0] / whole, yes: ofTarget[1] / whole },
    tables: tablesOf(variables, wanted, sums),
  };
}

/** Sums by variable that is wanted (null: by all), each variable's with sum 1. */
function tablesOf(variables, wanted, sums) {
  const tables = new Map();
  for (let begin = 0, end = 0; begin < variables.length; begin = end) {
    while (end < variables.length && variables[end] === variables[begin]) {
      end += 1;
    }
    if (wanted !== null && !wanted.includes(variables[begin])) {
      continue;
    }
    const sides = [0, variables.length].map((side) => sums.subarray(side + begin, side + end));
    const whole = sides.reduce((sum, side) => sum + side.reduce((a, b) => a + b, 0), 0);
    tables.set(variables[begin], Float64Array.of(...sides[0], ...sides[1]).map((sum) => sum / whole));
  }
  return tables;
}
