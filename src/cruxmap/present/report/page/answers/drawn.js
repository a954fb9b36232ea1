// Draws of judgements as table entries, and kernels for passes over them: what passes.js and
// case_passes.js have in common.

import { latinHypercube } from "../engine/draws.js";
import { fill } from "../engine/formulas.js";
import { makeKernel } from "../engine/kernel.js";
import { indicatorsOf, inputsOfVariables } from "../engine/plan.js";
import { specialise } from "../engine/specialise.js";

/** Draws that are drawn at a time, and kept: they depend on the seed alone, not on numbers. */
export const STRIP = 512;

/** How many columns a kernel runs side by side. */
export const LANES = 8;

/** Entries that may be certain without a plan being made for it. */
const FEW = 20;

const BYTES_OF_A_KEY = 16;

// --- judgements and entries ----------------------------------------------------------------------

/** The tables' entries in some of the draws, [entry * draws + draw]. */
export function entriesOfDraws(passes, setting, start, stop) {
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

// --- weights -------------------------------------------------------------------------------------

/** Weights of draws by their logarithms, the largest of them 1, and the logarithm of what that means. */
export function scaled(logs) {
  const logScale = Math.max(...logs);
  return { logScale, values: logs.map((log) => (logScale === -Infinity ? 0 : Math.exp(log - logScale))) };
}

export function logAdded(a, b) {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
}

// --- kernels -------------------------------------------------------------------------------------

/**
 * What each kind of pass needs: which indicators stay open (all others are as the evidence says), and of
 * which the slopes are read.
 */
export const KINDS = {
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
export function kernelOver(passes, job, kind, entries, D) {
  const of = {
    pairs: KINDS[kind].evidence(job),
    here: certainIn(entries, D, passes.summing.nEntries),
    more: [],
  };
  return kernelFor(passes, job, kind, of);
}

/**
 * The same where it is known what is certain `here`, and what evidence there is as `pairs`; `more` are
 * variables that stay open.
 */
export function kernelFor(passes, job, kind, { pairs, here, more }) {
  const evidence = indicatorsOf(passes.plan, pairs);
  const question = JSON.stringify([pairs, more]);
  const held = passes.kernels.get(kind);
  if (held?.question === question && serves(held, here, job.name)) {
    held.job = job.name;
    return { kernel: held.kernel, evidence };
  }
  const goesOn = held?.question === question && held.job === job.name;
  const certain = goesOn ? here.map((value, e) => (value === held.certain[e] ? value : -1)) : here;
  const open = [...KINDS[kind].open(passes), ...more];
  const kernel = specialKernel(passes, kind, { certain, evidence, open }, held?.kernel ?? null);
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

function specialKernel(passes, kind, { certain, evidence, open }, instead) {
  const { plan, wasm } = passes;
  const isOpen = inputsOfVariables(plan, open);
  const unlessOpen = (i) => (isOpen[plan.nLoads + i] ? -1 : 1);
  const fixed = Int8Array.from(evidence, (value, i) => (value === 0 ? 0 : unlessOpen(i)));
  const special = specialise(plan, certain, fixed);
  const inputs = inputsOfVariables(special, KINDS[kind].read(passes));
  if (kind === "pairs") {
    const moved = new Set((passes.summing.brought?.places ?? []).flatMap(({ entries }) => entries));
    for (let k = 0; k < plan.nLoads; k++) if (moved.has(plan.loads[k])) inputs[k] = 1;
  }
  return makeKernel(special, { lanes: LANES, wasm, inputs, instead });
}

/** By entry: 0 or 1 where all columns have exactly that, -1 elsewhere. */
export function certainIn(entries, D, nEntries) {
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
