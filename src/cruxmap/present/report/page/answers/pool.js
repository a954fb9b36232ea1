// Workers that share the draws out among them. Where there are none (in Node, or where a browser refuses
// them), the page does the same itself, a task at a time. A job is dropped when one of a later version
// comes.

import { intsOf } from "../bytes.js";
import { STRIP, doTask, makePasses, partForPasses } from "./passes.js";
import { effectiveNumber, summaryOf, weightsOf } from "./summaries.js";

/** The most workers that are of use. */
const MOST_WORKERS = 4;

/** How many draws, or columns, a task has: so few that a job can be dropped soon. */
const TASK = { estimate: 128, joint: 64, logOdds: 256 };

/** Thrown by jobs that were dropped, for one of a later version or by `cancel`. */
export class Superseded extends Error {
  constructor() {
    super("another state has come since");
  }
}

/**
 * @typedef {{assumed: Evidence, observed: Evidence}} Given
 *
 * @typedef {object} Pool
 * @property {(setting: Setting, given: Given, version: number) => Promise<object>} estimate
 * @property {(setting: Setting, given: Given, version: number) => Promise<object>} joint
 * @property {(columns: object, given: Given, version: number) => Promise<Float64Array>} logOdds
 * @property {() => void} cancel
 * @property {() => void} close
 */

/** How many workers serve this machine. */
export function workersAtHand() {
  const cores = typeof navigator === "object" ? navigator.hardwareConcurrency ?? 1 : 1;
  return Math.max(1, Math.min(MOST_WORKERS, cores));
}

/**
 * Make a pool.
 * @param {object} model the page's data
 * @param {(() => Worker | null) | null} makeWorker
 * @param {number} [n] how many workers
 * @returns {Pool}
 */
export function makePool(model, makeWorker = null, n = workersAtHand()) {
  const hands = makeHands(model, makeWorker, n);
  const jobs = makeJobs(hands);
  return {
    /**
     * Every target's probability over the draws: `targets` has by name what `summaryOf` gives. `effective`
     * is how many draws they are worth where something is observed, null elsewhere.
     */
    async estimate(setting, given, version) {
      const tasks = tasksOfDraws(model.model.draws, TASK.estimate);
      return estimateOf(model, await jobs.run("estimate", numbersOf(setting), given, version, tasks));
    },

    /**
     * The averages over the draws of P(target, state), for the first target: `target` is its chance {no,
     * yes}, and `tables` has by variable its two states with each of the variable's, [target's state *
     * states + state], with sum 1. null where what is given is impossible in all draws.
     */
    async joint(setting, given, version) {
      const tasks = tasksOfDraws(model.model.draws, TASK.joint);
      return jointOf(model, await jobs.run("joint", numbersOf(setting), given, version, tasks));
    },

    /** The first target's log-odds for columns of judgements {u, single, D}; see `logOddsOver`. */
    async logOdds(columns, given, version) {
      const tasks = tasksOfColumns(columns, TASK.logOdds);
      return joined(await jobs.run("logOdds", null, given, version, tasks), 1, (part) => part);
    },

    /** Drop all jobs. */
    cancel() {
      jobs.drop(() => true);
    },

    /** Drop all jobs, and let the workers go. */
    close() {
      jobs.drop(() => true);
      for (const hand of hands) {
        hand.close();
      }
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
  let counter = 0;

  function run(kind, setting, given, version, tasks) {
    if (version < newest) {
      return Promise.reject(new Superseded());
    }
    newest = version;
    drop((other) => other.version < version);
    if (tasks.length === 0) {
      return Promise.resolve([]);
    }
    return new Promise((resolve, reject) => {
      const { assumed = [], observed = [] } = given;
      jobs.push({
        what: { kind, name: `${kind} ${counter++}`, assumed, observed, setting },
        ...{ version, tasks, open: [...tasks.keys()], left: tasks.length, results: [], resolve, reject },
      });
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
    hand.do(job.what, job.tasks[number]).then(then(finish), then(fail));
  }

  function finish(job, number, found) {
    job.results[number] = found;
    job.left -= 1;
    if (job.left === 0) {
      end(job);
      job.resolve(job.results);
    }
  }

  function fail(job, _, error) {
    end(job);
    job.reject(error);
  }

  return { run, drop };
}

/**
 * Take an open task of a job: one in a strip of draws that this hand has drawn, or will have, if there is
 * one.
 */
function chosenTask({ tasks, open }, place, nHands) {
  const stripOf = (number) => Math.floor((tasks[number].start ?? 0) / STRIP);
  const own = open.findIndex((number) => stripOf(number) % nHands === place);
  return open.splice(own >= 0 ? own : open.length - 1, 1)[0];
}

function tasksOfDraws(nDraws, size) {
  const tasks = [];
  for (let start = 0; start < nDraws; start += size) {
    tasks.push({ start, stop: Math.min(nDraws, start + size) });
  }
  return tasks;
}

function tasksOfColumns({ u, single, D }, size) {
  return tasksOfDraws(D, size).map(({ start, stop }) => {
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

function makeHands(model, makeWorker, n) {
  const here = handHere(model);
  const workers = [];
  for (let k = 0; k < n && makeWorker !== null; k++) {
    const worker = made(makeWorker);
    if (worker === null) {
      break;
    }
    workers.push(worker);
  }
  return workers.length > 0 ? workers.map((worker) => handOf(worker, model, here)) : [here];
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
  return {
    isBusy: false,
    async do(job, task) {
      await new Promise((go) => {
        setTimeout(go);
      });
      passes ??= makePasses(model);
      return doTask(passes, job, task);
    },
    close() {},
  };
}

/** A worker; this thread takes its place if it fails to start. */
function handOf(worker, model, here) {
  let isThere = true;
  let pending = null;
  let known = null;
  worker.onmessage = ({ data: { found, error } }) => {
    const { resolve, reject } = pending;
    pending = null;
    if (error === undefined) {
      resolve(found);
    } else {
      reject(new Error(error));
    }
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    isThere = false;
    pending?.resolve(here.do(pending.job, pending.task));
    pending = null;
  };
  worker.postMessage({ model: partForPasses(model) });
  return {
    isBusy: false,
    do(job, task) {
      if (!isThere) {
        return here.do(job, task);
      }
      return new Promise((resolve, reject) => {
        pending = { job, task, resolve, reject };
        worker.postMessage({ job: job === known ? null : job, task });
        known = job;
      });
    },
    close() {
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

function estimateOf({ targets, model: { draws } }, parts) {
  const no = joined(parts, targets.length, (part) => part.no);
  const yes = joined(parts, targets.length, (part) => part.yes);
  const isWeighed = parts[0].logWeights !== null;
  const weights = isWeighed ? weightsOf(joined(parts, 1, (part) => part.logWeights)) : null;
  const found = {};
  targets.forEach(({ name }, t) => {
    const row = (rows) => rows.subarray(t * draws, (t + 1) * draws);
    found[name] = summaryOf(row(no), row(yes), weights);
  });
  return { targets: found, weights, effective: isWeighed ? effectiveNumber(weights) : null };
}

function jointOf({ network }, parts) {
  const variables = intsOf(network.plan.indicators.variable);
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
    tables: tablesOf(variables, sums),
  };
}

/** Sums by variable, each variable's with sum 1. */
function tablesOf(variables, sums) {
  const tables = new Map();
  for (let begin = 0, end = 0; begin < variables.length; begin = end) {
    while (end < variables.length && variables[end] === variables[begin]) {
      end += 1;
    }
    const sides = [0, variables.length].map((side) => sums.subarray(side + begin, side + end));
    const whole = sides.reduce((sum, side) => sum + side.reduce((a, b) => a + b, 0), 0);
    tables.set(variables[begin], Float64Array.of(...sides[0], ...sides[1]).map((sum) => sum / whole));
  }
  return tables;
}
