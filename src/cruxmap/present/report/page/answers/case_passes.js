// Passes over draws that are sums over cases (see sums.js): of what is brought to a model, and of
// conditions that no variable tells. In each draw the cases are the same, with other weights and entries.

import { fill } from "../engine/formulas.js";
import { laneOf } from "../engine/kernel.js";
import { certainIn, entriesOfDraws, kernelFor, KINDS, LANES, logAdded, scaled } from "./drawn.js";
import { Sum } from "./sums.js";

/** About how many columns are held at a time. */
const AT_A_TIME = 64;

/** Whether a job needs cases. */
export function takesCases({ summing }, { assumed, observed }) {
  return !summing.isPlain([...assumed, ...observed]);
}

/** The same as `estimateOver`. */
export function estimateByCases(passes, job, start, stop) {
  const D = stop - start;
  const { targets, summing } = passes;
  const draws = drawsOf(passes, entriesOfDraws(passes, job.setting, start, stop), D);
  const no = new Float64Array(targets.length * D).fill(NaN);
  const yes = new Float64Array(targets.length * D).fill(NaN);
  const logZ = new Float64Array(D).fill(-Infinity);
  const read = (found, lane) => ({
    logZ: found.logZ[lane],
    shares: targets.map((variable) => {
      const at = summing.firstIndicator[variable] * LANES + lane;
      return [found.ofIndicators[at] / found.z[lane], found.ofIndicators[at + LANES] / found.z[lane]];
    }),
  });
  const { run } = askedOver(passes, job, "targets", draws, { gradient: true, wanted: false });
  run([[]], read, (d, [sum]) => {
    const logs = sum.main.map(({ weights, answer }) => weights.logWeight + answer.logZ);
    logZ[d] = logs.reduce(logAdded, -Infinity);
    if (logZ[d] === -Infinity) return;
    targets.forEach((_, target) => {
      let [isNot, is] = [0, 0];
      sum.main.forEach(({ answer }, n) => {
        if (logs[n] === -Infinity) return;
        const share = Math.exp(logs[n] - logZ[d]);
        isNot += share * answer.shares[target][0];
        is += share * answer.shares[target][1];
      });
      no[target * D + d] = isNot;
      yes[target * D + d] = is;
    });
  });
  const isWeighed = job.observed.length > 0;
  const isKnown = isWeighed && job.assumed.length === 0;
  const logWeights = !isWeighed ? null : isKnown ? logZ : logOfObserved(passes, job, draws);
  return { no, yes, logWeights };
}

/** The same as `jointOver`; the indicators of what is brought come after the plan's. */
export function jointByCases(passes, job, start, stop) {
  const D = stop - start;
  const { nIndicators } = passes.summing;
  const draws = drawsOf(passes, entriesOfDraws(passes, job.setting, start, stop), D);
  const sums = new Float64Array(2 * nIndicators);
  const ofTarget = new Float64Array(2);
  const weights = job.observed.length > 0 ? scaled(logOfObserved(passes, job, draws)) : null;
  const read = ({ logZ, z, ofLoads, ofIndicators }, lane) => ({
    logZ: logZ[lane],
    shares: laneOf(ofIndicators, lane, LANES, z[lane]),
    ofLoads: laneOf(ofLoads, lane, LANES, z[lane]),
  });
  const { run } = askedOver(passes, job, "pairs", draws, { gradient: true, wanted: true });
  run(sidesOf(passes), read, (d, both) => {
    const answers = both.map((sum) => sum.answer(false));
    const logZ = logAdded(answers[0].logZ, answers[1].logZ);
    if (logZ === -Infinity) return;
    answers.forEach((answer, side) => {
      const share = Math.exp(answer.logZ - logZ) * (weights === null ? 1 : weights.values[d]);
      ofTarget[side] += share;
      for (let i = 0; share > 0 && i < nIndicators; i++) {
        sums[side * nIndicators + i] += share * answer.shares[i];
      }
    });
  });
  return { sums, ofTarget, logScale: weights === null ? 0 : weights.logScale };
}

/** The same as `logOddsOver`. */
export function logOddsByCases(passes, job, { u, single, D }) {
  const draws = drawsOf(passes, fill(passes.program, u, single, D), D);
  const logOdds = new Float64Array(D);
  const { run } = askedOver(passes, job, "sides", draws, { gradient: false, wanted: false });
  const read = ({ logZ }, lane) => ({ logZ: logZ[lane] });
  run(sidesOf(passes), read, (d, both) => {
    const [no, yes] = both.map((sum) => sum.answer().logZ);
    logOdds[d] = yes - no;
  });
  return logOdds;
}

/** The logarithm of how probable what is observed is, in each draw. */
function logOfObserved(passes, job, draws) {
  const logs = new Float64Array(draws.D);
  const { run } = askedOver(passes, job, "observed", draws, { gradient: false, wanted: false });
  const read = ({ logZ }, lane) => ({ logZ: logZ[lane] });
  run([[]], read, (d, [sum]) => {
    logs[d] = sum.answer().logZ;
  });
  return logs;
}

function sidesOf({ targets }) {
  return [[[targets[0], [0]]], [[targets[0], [1]]]];
}

/**
 * Draws, each by its entries, and which of these are certain in all of them; the `outline` is possible
 * where one of them is.
 */
function drawsOf({ summing }, entries, D) {
  const { nAll } = summing;
  const certain = certainIn(entries, D, nAll);
  const inPlan = openedPlaces(summing, certain);
  const at = (d) => {
    const values = new Float64Array(nAll);
    for (let e = 0; e < nAll; e++) values[e] = entries[e * D + d];
    return { values, certain, inPlan };
  };
  const possible = Float64Array.from(certain, (value) => (value < 0 ? 0.5 : value));
  return { D, certain, at, inPlan, outline: { values: possible, certain, inPlan } };
}

/** What is certain of the plan's own entries, but where something brought may move them. */
function openedPlaces(summing, certain) {
  const found = summing.inPlan(certain).slice();
  for (const { entries } of summing.brought?.places ?? []) for (const entry of entries) found[entry] = -1;
  return found;
}

/**
 * What asks draws about a kind of pass: `run` asks each about several sides, what is given with more, and
 * `take`s the sums of each.
 */
function askedOver(passes, job, kind, draws, { gradient, wanted }) {
  const { summing } = passes;
  const all = KINDS[kind].evidence(job);
  const { evidence, conditions } = summing.besides(all);
  const cases = summing.casesOf(draws.certain, conditions, wanted);
  const lists = [cases.main, ...cases.apart.map((some) => some.cases)];
  const split = new Set(lists.flat().flatMap((one) => one.evidence.map(([variable]) => variable)));
  const more = [...split].sort((a, b) => a - b);
  const { kernel, evidence: known } = kernelFor(passes, job, kind, {
    pairs: evidence,
    here: draws.inPlan,
    more,
  });
  const ask = (columns, read, sloping) => answersOf(passes.plan, kernel, known, columns, sloping, read);
  const logOf = ({ logZ }, lane) => logZ[lane];
  const possibleCases = (what) => {
    const sum = new Sum(summing, draws.outline, what, wanted, cases);
    const logs = ask(sum.columns(), logOf, false);
    return new Set(sum.all.filter((_, n) => logs[n] > -Infinity).map(({ one }) => one));
  };
  const run = (sides, read, take) => {
    const possible = sides.map((side) => possibleCases([...evidence, ...side]));
    const width = possible.reduce((sum, some) => sum + some.size, 0);
    const size = Math.max(1, Math.floor(AT_A_TIME / Math.max(1, width)));
    for (let first = 0; first < draws.D; first += size) {
      const some = Array.from({ length: Math.min(size, draws.D - first) }, (_, k) => first + k);
      const sums = some.map((d) => {
        const entries = draws.at(d);
        return sides.map((side, n) => {
          const sum = new Sum(summing, entries, [...evidence, ...side], wanted, cases);
          sum.keepIf(({ one }) => possible[n].has(one));
          return sum;
        });
      });
      const flat = sums.flat();
      const answers = ask(flat.flatMap((sum) => sum.columns()), read, gradient);
      let at = 0;
      for (const sum of flat) at += sum.take(answers, at);
      if (wanted) {
        const rare = flat.flatMap((sum) => sum.rare());
        const found = ask(rare.map(({ column }) => column), logOf, false);
        rare.forEach((one, n) => one.take(found[n]));
      }
      some.forEach((d, k) => take(d, sums[k]));
      passes.onProgress?.();
    }
  };
  return { run };
}

/** Run columns, as many at a time as there are lanes, and read something of each. */
function answersOf(plan, kernel, known, columns, gradient, read) {
  const { nLoads, loads, firstIndicator, indicatorVariables, indicatorStates } = plan;
  const found = [];
  const load = loadsOf(plan);
  for (let first = 0; first < columns.length; first += LANES) {
    const some = columns.slice(first, first + LANES);
    for (let lane = 0; lane < LANES; lane++) {
      const { entries, evidence } = some[Math.min(lane, some.length - 1)];
      for (let k = 0; k < nLoads; k++) kernel.entries[k * LANES + lane] = entries.values[loads[k]];
      for (const [entry, value] of entries.mixed) {
        if (load.has(entry)) kernel.entries[load.get(entry) * LANES + lane] = value;
      }
      for (let i = 0; i < known.length; i++) kernel.indicators[i * LANES + lane] = known[i];
      for (const [variable, states] of evidence) {
        for (let i = firstIndicator[variable]; indicatorVariables[i] === variable; i++) {
          if (!states.includes(indicatorStates[i])) kernel.indicators[i * LANES + lane] = 0;
        }
      }
    }
    const run = kernel.propagate(gradient);
    some.forEach((_, lane) => found.push(read(run, lane)));
  }
  return found;
}

const known = new WeakMap();

/** The load of each entry of a plan. */
function loadsOf(plan) {
  if (!known.has(plan)) known.set(plan, new Map([...plan.loads].map((entry, load) => [entry, load])));
  return known.get(plan);
}
