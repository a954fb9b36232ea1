// An interview: the questions that say most about a model's target, one after another, and what follows.
// As insight/interview/interview.py, which says where the method is from; it rests on what has been
// answered, and not on the order.

import { expit } from "../../engine/special.js";
import { formatJudgement, pointOf, Z_95 } from "../../language/notation.js";
import { LOGIT_OF_CERTAINTY } from "../certainties.js";
import { addTo, cholesky, dot, solved } from "./algebra.js";
import { Belief } from "./belief.js";
import { FURTHEST, logitOfShare } from "./coordinates.js";
import { howManyMatter, THOUGHT_OF } from "./progress.js";
import { likeliest, times } from "./search.js";

const [SD_OF_A_JUDGEMENT, SD_OF_A_STATEMENT] = [0.1, 0.13];
const MOST_SD = 4;
const [TAIL, WIDER_IN_THE_TAIL] = [3, 0.2];
const KURTOSIS = 15;
const SHORTLIST = 20;
const UNLIKELIEST = 0.03;
const FIRST = 8;
const COSTS_LITTLE = 0.25;
const HARDLY_MATTERS = 0.02;
const CLASHING = 2.5;
const TO_BLAME = 0.1;
const NOTICEABLE = 0.02;
const ROUNDED = 1e9;

/** What is said of a number that nobody was asked for and that moved. */
export const WHY_FITTED = "to what I answered in the interview";

/**
 * One question. Its `kind` and `id` together are its name. A judgement has `places`: those of its
 * addresses; a statement has as its `test` what holds where it is so (see evidence.js), and its
 * `condition` as data.
 * @typedef {{kind: "judgement" | "stated", id: string, entry: string, topic: string, places: number[],
 *   isWhole: boolean, test: Test[] | null, condition: object | null}} Question
 *
 * What became of one: `values` are one for each place, or one for a statement, as `parseJudgement` reads
 * them.
 * @typedef {{question: Question, what: "answered" | "skipped" | "rejected", values: object[]}} Reply
 *
 * A question worth asking: the expected `reduction` of the variance of the target's logit, a part of it;
 * `sd` is the predicted deviation of that logit before the answer, and `move` by how much it is expected
 * to move.
 * @typedef {{question: Question, reduction: number, sd: number, move: number}} Suggestion
 */

/** The name of a question. @param {Question} question */
export function nameOf({ kind, id }) {
  return `${kind} ${id}`;
}

/** An interview so far. What changes it makes another. */
export class Interview {
  /**
   * @param {Ground} ground see ground.js
   * @param {Reply[]} replies one for each question
   * @param {string[]} asked entries that were asked about besides
   */
  constructor(ground, replies = [], asked = []) {
    this.ground = ground;
    this.replies = replies;
    this.asked = asked;
    this.known = new Map();
  }

  once(name, find) {
    if (!this.known.has(name)) this.known.set(name, find());
    return this.known.get(name);
  }

  /**
   * The interview with a reply, in the place of an earlier one to the same question. Who rejects an
   * argument has no numbers for it, and who gives it a number does not reject it.
   * @param {Reply} reply
   */
  after(reply) {
    return new Interview(this.ground, [...this.besides(reply), reply], this.asked);
  }

  /** The replies that stay when there is another. */
  besides(reply) {
    const goes = (earlier) => {
      const isSame = nameOf(earlier.question) === nameOf(reply.question);
      const isOfOne = earlier.question.entry === reply.question.entry;
      const rejects = [earlier.what, reply.what].includes("rejected") && reply.what !== "skipped";
      return isSame || (isOfOne && rejects);
    };
    return this.replies.filter((earlier) => !goes(earlier));
  }

  // --- what the answers come to ------------------------------------------------------------------

  /** The target's log-odds with what was answered, and everything else at its mean. */
  get logOdds() {
    return this.found.logOdds[0];
  }

  /** How far these are believed to be from what the reviewer's own numbers would give. */
  get predictedSd() {
    return Math.sqrt(this.variance);
  }

  /** What the answers so far imply for a question, by place: logits, and logs of ratios. */
  expected(question) {
    if (question.test === null) return question.places.map((place) => this.numbers[place]);
    return [this.measured(this.found.z, [question]).logOdds[1]];
  }

  /** The judgements at the mean, those that are answered as they were answered. */
  get numbers() {
    return this.once("numbers", () => this.judgementsAt(this.found.z));
  }

  get variance() {
    return this.once("variance", () => {
      const [target] = this.found.slopes;
      return Math.max(dot(target, this.toTarget), 0);
    });
  }

  /** The covariance of all deviations with the target's logit. */
  get toTarget() {
    return this.once("to target", () => this.found.belief.covariances(this.found.slopes[0]));
  }

  // --- which question next -----------------------------------------------------------------------

  /**
   * The question that is best now; null where what is left would hardly matter. @returns {Suggestion |
   * null}
   */
  next() {
    const ranked = this.questions();
    if (ranked.length === 0 || ranked[0].move < HARDLY_MATTERS) return null;
    if (this.replies.length >= FIRST) return ranked[0];
    const topics = new Set(this.replies.map(({ question }) => question.topic));
    const isNew = ({ question }) => !topics.has(question.topic);
    const other = ranked.find(isNew) ?? ranked[0];
    return other.move ** 2 >= COSTS_LITTLE * ranked[0].move ** 2 ? other : ranked[0];
  }

  /**
   * What may be asked now, what is expected to tell most first; ties are in the order of ids. Among the first
   * are only questions about entries all things considered, while these matter.
   */
  questions() {
    return this.once("questions", () => {
      const { variance } = this;
      if (variance <= 0) return [];
      const sd = Math.sqrt(variance);
      const stated = this.worthOfStatements();
      const isFirst = this.replies.length < FIRST;
      let judged = this.worthOfJudgements({ whole: isFirst });
      const hardlyMatters = ({ value }) => value < HARDLY_MATTERS ** 2;
      if (isFirst && [...stated, ...judged].every(hardlyMatters)) {
        judged = this.worthOfJudgements({ whole: false });
      }
      return ranked([...stated, ...judged]).map(({ question, value }) => {
        return { question, reduction: Math.min(value / variance, 1), sd, move: Math.sqrt(value) };
      });
    });
  }

  get replied() {
    return new Set(this.replies.map(({ question }) => nameOf(question)));
  }

  /** Statements ranked by their slopes at the map's numbers, and the first of them anew by fresh ones. */
  worthOfStatements() {
    const { found, ground, gone, replied } = this;
    const isOut = ({ question }) => replied.has(nameOf(question)) || gone.has(question.entry);
    const left = ground.statements.filter((one) => !isOut(one));
    const stale = left.map(({ slope }) => this.along(this.withoutKnown(slope.slice())));
    const values = this.spread(stale);
    const short = ranked(left.map((one, k) => ({ ...one, value: values[k] }))).slice(0, SHORTLIST);
    const { logOdds, slopes } = this.measured(found.z, short.map(({ question }) => question));
    this.fresh = new Map(short.map(({ question }, k) => [nameOf(question), slopes[k + 1]]));
    const worth = this.spread(short.map((_, k) => this.along(slopes[k + 1])));
    const isOpen = ({ logOdds: atMap }, k) => [atMap, logOdds[k + 1]].some(isLikelyEnough);
    const valued = short.map(({ question }, k) => ({ question, value: worth[k] }));
    return valued.filter((_, k) => isOpen(short[k], k));
  }

  /** How an answer about a statement with this slope would move the mean, one deviation. */
  along(slope) {
    const { belief } = this.found;
    const covariances = belief.covariances(slope);
    const variance = Math.max(dot(slope, covariances), 0);
    const sd = Math.sqrt(variance + SD_OF_A_STATEMENT ** 2);
    return covariances.map((one) => one / sd);
  }

  /**
   * The variances of the target's logit over answers that move the mean along something: by none of it, or some
   * deviations either way, three points with the moments of what may be answered.
   * @param {Float64Array[]} along
   */
  spread(along) {
    const { z, logOdds: [here] } = this.found;
    const [part, far] = [0.5 / KURTOSIS, Math.sqrt(KURTOSIS)];
    const moved = (way) => along.map((one) => this.judgementsAt(z.map((value, j) => value + way * one[j])));
    const there = this.ground.heightsAt([...moved(far), ...moved(-far)]);
    const off = there.map((height) => (Number.isFinite(height) ? height - here : 0));
    return along.map((_, k) => {
      const [up, down] = [off[k], off[k + along.length]];
      const mean = part * (up + down);
      return part * ((up - mean) ** 2 + (down - mean) ** 2) + (1 - 2 * part) * mean ** 2;
    });
  }

  /**
   * Judgements ranked by the target's slopes, and the first of them by what answers would do; with `whole`, those
   * alone that are all there is to say of their entry. Where one has several numbers, its answer is taken apart
   * into as many that are independent, and their variances are added.
   */
  worthOfJudgements({ whole }) {
    const { found: { belief }, ground, gone, toTarget, replied } = this;
    const { variances } = belief;
    const noise = SD_OF_A_JUDGEMENT ** 2;
    const worth = ({ places }) =>
      places.reduce((sum, place) => sum + toTarget[place] ** 2 / (variances[place] + noise), 0);
    const left = ground.judgements.filter((question) => {
      const isOut = replied.has(nameOf(question)) || gone.has(question.entry);
      return !isOut && (!whole || question.isWhole);
    });
    const some = left.map((question) => ({ question, places: this.openPlaces(question) }));
    const first = ranked(some.map((one) => ({ ...one, value: worth(one) })));
    const short = first.slice(0, SHORTLIST).filter(({ value }) => rounded(value) > 0);
    const parts = short.map(({ places }) => this.apart(places));
    const values = this.spread(parts.flat());
    let at = 0;
    return short.map(({ question }, k) => {
      const own = values.slice(at, (at += parts[k].length));
      return { question, value: own.reduce((sum, value) => sum + value, 0) };
    });
  }

  /** The places of a question's numbers that may move. */
  openPlaces({ places }) {
    const { free } = this.ground.at;
    return places.filter((place) => free[place] === 1 && !this.answers.known.has(place));
  }

  /** How independent parts of an answer about some numbers would move the mean, each by one deviation. */
  apart(places) {
    const { belief } = this.found;
    const { size } = this.ground.at;
    const covariances = places.map((place) => belief.covariances(unit(place, size)));
    const noise = SD_OF_A_JUDGEMENT ** 2;
    const between = (i, k) => (covariances[i][places[k]] + covariances[k][places[i]]) / 2;
    const lower = cholesky(places.map((_, i) => places.map((_, k) => between(i, k) + (i === k ? noise : 0))));
    const found = [];
    covariances.forEach((row, i) => {
      const part = row.slice();
      for (let k = 0; k < i; k++) addTo(part, -lower[i][k], found[k]);
      found.push(part.map((value) => value / lower[i][i]));
    });
    return found;
  }

  /** What an answer to a question observes; of several numbers, that which tells most of the target. */
  observedBy(question) {
    if (question.test !== null) {
      return { slope: this.fresh.get(nameOf(question)), noise: SD_OF_A_STATEMENT ** 2 };
    }
    const places = this.openPlaces(question);
    const slope = new Float64Array(this.ground.at.size);
    const length = Math.sqrt(places.reduce((sum, place) => sum + this.toTarget[place] ** 2, 0)) || 1;
    for (const place of places) slope[place] = this.toTarget[place] / length;
    return { slope, noise: SD_OF_A_JUDGEMENT ** 2 };
  }

  /** The entries about which nothing more is asked: somebody does not know, or rejects them. */
  get gone() {
    const without = this.replies.filter(({ what }) => what !== "answered");
    return new Set([...without.map(({ question }) => question.entry), ...this.asked]);
  }

  /** The arguments that are rejected. */
  get rejected() {
    const rejected = this.replies.filter(({ what }) => what === "rejected");
    return new Set(rejected.map(({ question }) => question.entry));
  }

  /** About how many of the best questions would matter, asked in turn. */
  more() {
    const best = this.questions().slice(0, THOUGHT_OF);
    const asked = best.map(({ question }) => this.observedBy(question));
    return howManyMatter(asked, this.found.belief, this.toTarget, HARDLY_MATTERS);
  }

  // --- what does not fit -------------------------------------------------------------------------

  /**
   * What earlier answers imply instead of a reply, where that is far from it, and which of them do most;
   * null if not.
   * @param {Reply} reply
   * @returns {{implied: number, number: number, earlier: Reply[]} | null} a logit, or the log of a ratio, and
   *   of which of the reply's values
   */
  clash(reply) {
    if (reply.what === "skipped") return null;
    return new Interview(this.ground, this.besides(reply), this.asked).clashOf(reply);
  }

  clashOf(reply) {
    const { found, ground } = this;
    const { slopes, seen, sds } = this.asObserved(reply);
    if (seen.length === 0) return null;
    const spread = (slope, k) => Math.sqrt(found.belief.varianceOf(slope) + sds[k] ** 2);
    const deviations = slopes.map(spread);
    const distances = seen.map((off, k) => Math.abs(off) / deviations[k]);
    const worst = distances.indexOf(Math.max(...distances));
    if (distances[worst] < CLASHING) return null;
    const pulls = found.belief.pulls(found.seen);
    const blame = new Map();
    this.answers.of.forEach((one, i) => {
      const part = dot(found.belief.reached[i], slopes[worst]) * pulls[i];
      blame.set(one, (blame.get(one) ?? 0) - part / seen[worst]);
    });
    const earlier = this.replies.filter((one) => (blame.get(one) ?? 0) > TO_BLAME);
    earlier.sort((one, other) => rounded(blame.get(other)) - rounded(blame.get(one)));
    if (earlier.length === 0) return null;
    const values = this.expected(reply.question);
    const number = Math.min(worst, values.length - 1);
    return { implied: values[number], number, earlier };
  }

  /** The slopes of what a reply observes, how far each is from the mean, and the deviation of each. */
  asObserved(reply) {
    const { found, ground } = this;
    const { pins, statements } = answersOf(ground, [reply]);
    if (statements.length > 0) {
      const { logOdds, slopes } = this.measured(found.z, [reply.question]);
      const [{ logOdds: answer, sd }] = statements;
      return { slopes: slopes.slice(1), seen: [answer - logOdds[1]], sds: [sd] };
    }
    const slopes = pins.map(({ place }) => unit(place, ground.at.size));
    const seen = pins.map(({ place, z }) => z - found.z[place]);
    return { slopes, seen, sds: pins.map(() => SD_OF_A_JUDGEMENT) };
  }

  /** The answers that are furthest from what all others imply, in deviations, furthest first. */
  toLookAtAgain(n = 3) {
    const { belief, seen } = this.found;
    if (seen.length === 0) return [];
    const pulls = belief.pulls(seen);
    const places = new Map();
    this.answers.of.forEach((reply, i) => {
      if (reply.what === "answered") places.set(reply, [...(places.get(reply) ?? []), i]);
    });
    const far = [...places].map(([reply, at]) => {
      const precision = at.map((i) => {
        const row = belief.pulls(unit(i, seen.length));
        return at.map((k) => row[k]);
      });
      const along = at.map((i) => pulls[i]);
      return { reply, distance: dot(along, solved(cholesky(precision), along)) / at.length };
    });
    const order = (one, other) =>
      rounded(other.distance) - rounded(one.distance) || byName(one.reply, other.reply);
    return far.sort(order).slice(0, n).map(({ reply }) => reply);
  }

  // --- what is written ---------------------------------------------------------------------------

  /**
   * What nobody was asked for and that moved: judgements in the form of changes. The central value of each
   * is the mean, and its interval as wide as the map's.
   */
  fitted() {
    const { ground: { at, model, rowAt }, answers: { known }, found: { z } } = this;
    const { rejected } = this;
    const { owner } = model.judgements;
    const isOpen = (place) => at.free[place] === 1 && !known.has(place) && !rejected.has(owner[place]);
    const isElsewhere = (place) => this.numbers[place] !== at.standing[place];
    const hasMoved = (place) => isOpen(place) && Math.abs(z[place]) > NOTICEABLE && isElsewhere(place);
    const found = [];
    const inRows = new Set([...rowAt.values()].flat());
    for (const [row, places] of rowAt) {
      if (!places.some(hasMoved)) continue;
      found.push({ at: row, shares: places.map((place) => this.written(place)), fitted: WHY_FITTED });
    }
    for (let place = 0; place < at.size; place++) {
      if (inRows.has(place) || !hasMoved(place)) continue;
      found.push({ at: model.addresses[place], value: this.written(place), fitted: WHY_FITTED });
    }
    return found;
  }

  /** A number that moved: its central value as it is, its interval as wide as the map's. */
  written(place) {
    const { at, model } = this.ground;
    const scale = model.judgements.scale[place];
    let [middle, half] = [this.numbers[place], Z_95 * at.width[place]];
    if (scale === "s") {
      middle = Math.max(middle, 0);
      half = Math.min(half, middle);
    }
    return textBetween(scale, middle - half, middle + half);
  }

  // --- how it is found ---------------------------------------------------------------------------

  get answers() {
    return this.once("answers", () => answersOf(this.ground, this.replies));
  }

  /** The judgements at a place. Links follow what is answered, unless they are so too. */
  judgementsAt(z) {
    const { ground: { at }, answers: { known } } = this;
    const u = at.unconstrained(z);
    for (const [place, value] of known) u[place] = value;
    return u.map((one, j) => (known.has(j) ? one : u[at.column[j]]));
  }

  /** The target and some statements at a place; what is answered is known and does not move. */
  measured(z, questions) {
    const tests = questions.map(({ test }) => test);
    const { logOdds, slopes } = this.ground.slopes.of(this.judgementsAt(z), tests, this.answers.known);
    for (const slope of slopes) this.withoutKnown(slope);
    return { logOdds, slopes };
  }

  withoutKnown(slope) {
    for (const place of this.answers.known.keys()) slope[place] = 0;
    return slope;
  }

  /** The mean of what is believed. */
  get found() {
    return this.once("found", () => {
      const zero = new Float64Array(this.ground.at.size);
      const start = this.pointAt({ z: zero, source: zero });
      const here = likeliest(start, (point) => this.stepFrom(point), (place) => this.pointAt(place));
      return { z: here.place.z, logOdds: here.logOdds, slopes: here.slopes, ...this.linear(here) };
    });
  }

  /** What is at a place, and minus the logarithm of how likely it is. */
  pointAt(place) {
    const { pins, statements } = this.answers;
    const { logOdds, slopes } = this.measured(place.z, statements.map(({ question }) => question));
    let off = 0;
    for (const pin of pins) off += ((pin.z - place.z[pin.place]) / SD_OF_A_JUDGEMENT) ** 2;
    statements.forEach((stated, k) => {
      off += ((stated.logOdds - logOdds[k + 1]) / stated.sd) ** 2;
    });
    return { place, logOdds, slopes, cost: (times(place, place) + off) / 2 };
  }

  /** The belief with every observation as linear as it is at a point, and where each is seen then. */
  linear({ place, logOdds, slopes }) {
    const { ground: { at, prior }, answers: { pins, statements } } = this;
    const stated = slopes.slice(1);
    const pinned = pins.map((pin) => unit(pin.place, at.size));
    const belief = new Belief(at, prior, [
      ...pinned.map((slope) => ({ slope, noise: SD_OF_A_JUDGEMENT ** 2 })),
      ...stated.map((slope, k) => ({ slope, noise: statements[k].sd ** 2 })),
    ]);
    const off = stated.map((slope, k) => statements[k].logOdds - logOdds[k + 1] + dot(slope, place.z));
    return { belief, seen: [...pins.map(({ z }) => z), ...off] };
  }

  /** Where a step of Gauss and Newton leads. */
  stepFrom(point) {
    const { belief, seen } = this.linear(point);
    const pulls = belief.pulls(seen);
    const source = new Float64Array(this.ground.at.size);
    belief.observations.forEach(({ slope }, i) => addTo(source, pulls[i], slope));
    return { z: belief.mean(pulls), source };
  }
}

// --- answers as observations ---------------------------------------------------------------------

/**
 * Replies as observations, in the order of their names: which numbers are `known`, by place; `pins` are
 * those of them that may move, with where they are in deviations; and `statements` with their log-odds.
 * `of` are the replies that each comes from, pins before statements.
 */
function answersOf({ at, model }, replies) {
  const known = new Map();
  const pins = [];
  const statements = [];
  for (const reply of [...replies].sort(byName)) {
    const { question, what, values } = reply;
    if (what === "skipped") continue;
    if (what === "answered" && question.test !== null) {
      const logOdds = Math.min(Math.max(values[0].mu, -FURTHEST), FURTHEST);
      statements.push({ question, logOdds, sd: sdOf(logOdds), reply });
      continue;
    }
    const { places, u } = what === "rejected" ? rejection(model, question) : numbersOf(question, values);
    const whole = at.standing.slice();
    places.forEach((place, k) => {
      known.set(place, u[k]);
      whole[place] = u[k];
    });
    const z = at.deviations(whole);
    for (const place of places) {
      const near = Math.min(Math.max(z[place], -MOST_SD), MOST_SD);
      if (at.free[place] === 1) pins.push({ place, z: near, reply });
    }
  }
  return { known, pins, statements, of: [...pins, ...statements].map(({ reply }) => reply) };
}

/** How near an answer with these log-odds is taken to be to what is implied. */
function sdOf(logOdds) {
  return SD_OF_A_STATEMENT + WIDER_IN_THE_TAIL * Math.max(0, Math.abs(logOdds) - TAIL);
}

/** What a rejected argument comes to: its credence is as far out as a certainty. */
function rejection(model, { entry }) {
  const { credence } = model.entries.find(({ id }) => id === entry);
  return { places: [credence], u: [-LOGIT_OF_CERTAINTY] };
}

function numbersOf({ places }, values) {
  if (places.length === 1) return { places, u: [values[0].mu] };
  const shares = values.map(({ mu }) => expit(mu));
  const sum = shares.reduce((all, share) => all + share, 0);
  return { places, u: shares.map((share) => logitOfShare(share / sum)) };
}

function byName({ question: one }, { question: other }) {
  if (one.kind !== other.kind) return one.kind < other.kind ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

// --- numbers -------------------------------------------------------------------------------------

/** What is worth most first, to so many decimals; ties in the order of ids. */
function ranked(worth) {
  return [...worth].sort(({ question: one, value }, { question: other, value: otherValue }) => {
    const difference = rounded(otherValue) - rounded(value);
    if (difference !== 0) return difference;
    if (one.id !== other.id) return one.id < other.id ? -1 : 1;
    return one.kind < other.kind ? -1 : 1;
  });
}

function rounded(value) {
  return Math.round(value * ROUNDED);
}

function unit(place, size) {
  const row = new Float64Array(size);
  row[place] = 1;
  return row;
}

function isLikelyEnough(logOdds) {
  const p = expit(logOdds);
  return UNLIKELIEST < p && p < 1 - UNLIKELIEST;
}

/** A number between two ends, logits or logs, so that reading it gives them back. */
export function textBetween(scale, low, high) {
  const point = low === high;
  if (scale !== "p") {
    return formatJudgement({ scale, low: Math.exp(low), high: Math.exp(high), complements: [], point });
  }
  if (point) return formatJudgement(pointOf(expit(low), expit(-low), ""));
  const complements = [expit(-low), expit(-high)];
  return formatJudgement({ scale, low: expit(low), high: expit(high), complements, point });
}
