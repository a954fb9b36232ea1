// One answer from many worldviews: pools of their answers, and of their numbers, as insight/pool.py. What
// takes Markov chains (what the reviewers' numbers have in common, `judgements-hierarchical`) is left to
// the command line.

import { expit, logit, softplus } from "../engine/special.js";
import { didYouMean, ProblemError } from "../language/problems.js";
import { MAP } from "../language/worldviews.js";
import { formatProbability, LOGIT_OF_CERTAINTY } from "../language/notation.js";

/** A disputed certainty counts as 1% or 99% in a pool of numbers: one reviewer cannot veto the rest. */
const NEARLY_CERTAIN = Math.log(99);

/** The least weight that somebody may have; the most is its inverse. */
const LEAST_WEIGHT = 1e-9;

/** Where fewer would be left, nobody is left out of what is said of several worldviews. */
const FEWEST_VOICES = 2;

/** Log-odds that lie no further apart than this count as the same. */
const SAME = 0.005;

const TOO_FEW = "a pool takes at least two worldviews whose estimate lies between 0% and 100%";
const OF_NUMBERS = "the mean of the reviewers' log-odds in every place";

/**
 * @typedef {{id: string, probability: number, interval_90: [number, number] | null,
 *   rests_on: string}} Pooled
 */

/**
 * The worldviews but those that say little; all of them where fewer than two would be left.
 * @param {string[]} worldviews @param {string[]} little @returns {string[]}
 */
export function whoIsHeard(worldviews, little) {
  const heard = worldviews.filter((name) => !little.includes(name));
  return heard.length >= FEWEST_VOICES ? heard : [...worldviews];
}

/**
 * Weights by name, as somebody gives them. Throws ProblemError.
 * @param {unknown} weights @param {string[]} known @returns {Map<string, number>}
 */
export function checkedWeights(weights, known) {
  if (weights === null || typeof weights !== "object" || Array.isArray(weights)) {
    throw new ProblemError("unclear-weights", "weights are no mapping", "give {ann: 2, bob: 1}");
  }
  const found = new Map();
  for (const [name, weight] of Object.entries(weights)) {
    const isWeight = typeof weight === "number" && weight >= LEAST_WEIGHT && weight <= 1 / LEAST_WEIGHT;
    if (!isWeight || name === MAP) {
      const written = `\`${name}=${String(weight)}\` gives nobody a weight`;
      throw new ProblemError("unclear-weights", written, "give {ann: 2, bob: 1}");
    }
    if (!known.includes(name)) {
      const hint = didYouMean(name, known) || `known: ${known.join(", ")}`;
      throw new ProblemError("unknown-worldview", `there is no worldview \`${name}\``, hint);
    }
    found.set(name, weight);
  }
  return found;
}

/**
 * By how much to stretch the mean log-odds of n experts away from their prior (Neyman and Roughgarden
 * 2021).
 * @param {number} n
 */
export function extremisingFactor(n) {
  return (n * (Math.sqrt(3 * n * n - 3 * n + 1) - 2)) / (n * n - n - 1);
}

// --- pools of answers ---------------------------------------------------------------------------------

/**
 * The pools of some worldviews' answers, as the command line's JSON without what rests on draws.
 * @param {{worldviews: {name: string, logOdds: number, impossible?: string | null}[], weights: Map<string,
 *   number> | null, prior: number}} of the target's log-odds in each, those of the map as `prior`
 *   (not finite where there is none)
 * @returns {{worldviews: Object<string, number>, prior: number | null, factor: number | null,
 *   answers: Pooled[], left_out: {worldview: string, reason: string}[], reason?: string}}
 */
export function poolOfAnswers({ worldviews, weights, prior }) {
  const able = worldviews.filter(({ logOdds }) => Number.isFinite(logOdds));
  const leftOut = worldviews
    .filter((one) => !able.includes(one))
    .map((one) => ({ worldview: one.name, reason: whyNot(one) }));
  const estimates = Object.fromEntries(able.map(({ name, logOdds }) => [name, expit(logOdds)]));
  const found = { worldviews: estimates, prior: null, factor: null, answers: [], left_out: leftOut };
  if (able.length < 2) return { ...found, reason: TOO_FEW };
  const factor = extremisingFactor(able.length);
  const counts = able.map(({ name }) => weights?.get(name) ?? 1);
  const isPrior = Number.isFinite(prior);
  const answers = pools(able.map(({ logOdds }) => logOdds), counts, isPrior ? prior : null, factor);
  return { ...found, prior: isPrior ? expit(prior) : null, factor, answers };
}

function whyNot({ logOdds, impossible }) {
  if (Number.isNaN(logOdds)) return `what is assumed or observed there is ${impossible ?? "impossible"}`;
  return `the target is certain there (${formatProbability(expit(logOdds))})`;
}

function pools(logOdds, weights, prior, factor) {
  const linear = mean(logOdds.map(expit), weights);
  const middle = mean(logOdds, weights);
  const howLikely = new Set(weights).size === 1 ? "each as likely" : "as likely as its weight";
  const answer = (id, probability, restsOn) => ({ id, probability, interval_90: null, rests_on: restsOn });
  const answers = [
    answer("linear", linear, `the mean of the estimates: one of the worldviews is right, ${howLikely}`),
    answer(
      "logarithmic",
      expit(middle),
      "the mean of the log-odds (geometric mean of odds): everybody saw the same evidence, with errors",
    ),
  ];
  if (prior === null) return answers;
  const from = `${formatProbability(expit(prior))}, the map's own estimate as the prior`;
  const words =
    `the logarithmic pool moved ${factor.toFixed(2)} times as far from ${from}: ` +
    "reviewers hold partly different evidence";
  return [...answers, answer("extremised", expit(prior + factor * (middle - prior)), words)];
}

function mean(values, weights) {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, k) => sum + weights[k] * value, 0) / whole;
}

// --- a pool of numbers --------------------------------------------------------------------------------

/**
 * What of the worldviews a pool of their numbers takes: everybody's central numbers tell what is certain,
 * and how far out a disputed certainty counts; those with a weight are averaged.
 * @typedef {{settings: object[], weights: number[], rows: number[][], agreed: Uint8Array,
 *   lowest: Float64Array, highest: Float64Array}} Mixing
 */

/**
 * @param {object} model
 * @param {object[]} everybody all settings, the map's and those that are left out among them
 * @param {{setting: object, weight: number}[]} heard
 * @returns {Mixing}
 */
export function mixingOf(model, everybody, heard) {
  const size = model.addresses.length;
  const rows = model.share_rows;
  const central = everybody.map((setting) => countedAt(setting, rows, null, 1));
  const agreed = new Uint8Array(size);
  const lowest = new Float64Array(size);
  const highest = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    const values = central.map((u) => u[j]);
    agreed[j] = values.every((u) => isCertain(u) && u === values[0]) ? 1 : 0;
    const others = values.map((u) => (isCertain(u) ? 0 : u));
    lowest[j] = Math.min(-NEARLY_CERTAIN, ...others);
    highest[j] = Math.max(NEARLY_CERTAIN, ...others);
  }
  const settings = heard.map(({ setting: { mu, sd, column, single } }) => ({ mu, sd, column, single }));
  return { settings, weights: heard.map(({ weight }) => weight), rows, agreed, lowest, highest };
}

function isCertain(u) {
  return Math.abs(u) >= LOGIT_OF_CERTAINTY;
}

/**
 * The pooled numbers [address * D + draw]: in every place the mean by weight of log-odds, or of logs,
 * draw by draw; of shares that of logs, together 100%.
 * @param {Mixing} mixing
 * @param {((address: number) => Float64Array) | null} normals the standard normals of an address in each
 *   draw; null for central numbers
 * @param {number} D
 * @returns {Float64Array}
 */
export function pooledNumbers({ settings, weights, rows, agreed, lowest, highest }, normals, D) {
  const each = settings.map((setting) => countedAt(setting, rows, normals, D));
  for (const u of each) {
    for (let i = 0; i < u.length; i++) {
      const j = Math.floor(i / D);
      if (isCertain(u[i]) && !agreed[j]) u[i] = u[i] > 0 ? highest[j] : lowest[j];
    }
  }
  const pooled = new Float64Array(each[0].length);
  for (let i = 0; i < pooled.length; i++) pooled[i] = mean(each.map((u) => u[i]), weights);
  for (const j of rows.flat()) {
    for (let i = j * D; i < (j + 1) * D; i++) {
      const logOfShare = -mean(each.map((u) => softplus(-u[i])), weights);
      pooled[i] = logitOfShare(Math.exp(logOfShare));
    }
  }
  return pooled;
}

/** The numbers of a setting in each draw, with the shares of each row adding up to 1. */
function countedAt({ mu, sd, column, single }, rows, normals, D) {
  const u = new Float64Array(mu.length * D);
  for (let j = 0; j < mu.length; j++) {
    const z = normals !== null && sd[j] > 0 ? normals(column[j]) : null;
    for (let d = 0; d < D; d++) u[j * D + d] = z === null ? mu[j] : mu[j] + sd[j] * z[d];
  }
  for (const row of rows) for (let d = 0; d < D; d++) putTogether(u, row, single, D, d);
  return u;
}

/** Shares that are kept as given come first, and the others fill what is left. */
function putTogether(u, row, single, D, d) {
  const shares = row.map((j) => expit(u[j * D + d]));
  const [taken, others] = [1, 0].map((kept) =>
    shares.reduce((sum, share, k) => sum + (single[row[k]] === kept ? share : 0), 0),
  );
  const fillUp = others > 0 ? Math.max(1 - taken, 0) / others : 0;
  row.forEach((j, k) => {
    u[j * D + d] = logitOfShare(shares[k] * (single[j] ? 1 / Math.max(taken, 1) : fillUp));
  });
}

function logitOfShare(share) {
  return Math.min(LOGIT_OF_CERTAINTY, Math.max(-LOGIT_OF_CERTAINTY, logit(share)));
}

/**
 * The pool of numbers as an answer.
 * @param {number} probability @param {[number, number] | null} interval
 * @param {string} [leftOut] what is no opinion and left out, if anything @returns {Pooled}
 */
export function answerOfNumbers(probability, interval, leftOut = "") {
  const restsOn = leftOut === "" ? OF_NUMBERS : `${OF_NUMBERS}, without ${leftOut}`;
  return { id: "judgements-logarithmic", probability, interval_90: interval, rests_on: restsOn };
}

/**
 * Why pooling answers and pooling numbers come out differently, in this case.
 * @param {number} answers the probability by the logarithmic pool of answers @param {number} numbers
 * @param {string} [leftOut] what is no opinion and left out, if anything
 */
export function explanationOf(answers, numbers, leftOut = "") {
  const what = ofReviewers(leftOut);
  const counts = ` ${what.charAt(0).toUpperCase()}${what.slice(1)} counts in their answers alone.`;
  return differenceOf(answers, numbers) + (what === "" ? "" : counts);
}

/** What is called so that is no opinion: numbers that reviewers fitted, and those that nobody gave. */
export function noOpinionText(isFitted, isNobodys) {
  if (isFitted) return isNobodys ? "what they fitted or nobody gave" : "what they fitted";
  return isNobodys ? "what nobody gave" : "";
}

/** Why numbers are not pooled that link in a circle without what is left out. */
export function inACircle(leftOut) {
  return `without ${ofReviewers(leftOut)}, links run in a circle`;
}

function ofReviewers(leftOut) {
  return leftOut.replace("they", "reviewers");
}

function differenceOf(answers, numbers) {
  const move = logit(numbers) - logit(answers);
  const [first, second] = [formatProbability(numbers), formatProbability(answers)];
  if (Math.abs(move) <= SAME) {
    return `Pooling judgements first gives ${first}, and so does pooling the answers.`;
  }
  const times = digits(Math.exp(Math.abs(move)));
  return (
    `Pooling judgements first gives ${first}, ${times} times ${move > 0 ? "higher" : "lower"} in odds ` +
    `than pooling the answers (${second}): the target is not linear in the judgements, so extremes that ` +
    "a reviewer holds together no longer meet once each place has the middle number, and reviewers who " +
    "agree on the answer for different reasons keep neither reason in full."
  );
}

/** A number with two digits, as Python's `:.2g` writes it. */
function digits(number) {
  const rounded = Number(number.toPrecision(2));
  if (rounded >= 1e2) {
    const [base, power] = rounded.toExponential().split("e+");
    return `${base}e+${power.padStart(2, "0")}`;
  }
  return String(rounded);
}
