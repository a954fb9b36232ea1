// An interview: the questions that say most about a model's target, one after another, and what follows.
// As insight/interview/interview.py.

import { cholesky, dot, solved } from "./algebra.js";
import { believed, unit } from "./believed.js";
import { countedShares } from "./coordinates.js";
import { byName, nameOf, observed, offBy, said, SD_OF_A_JUDGEMENT } from "./observed.js";
import { howManyMatter, THOUGHT_OF } from "./progress.js";
import { ranked, rounded, worthOfJudgements, worthOfStatements } from "./worth.js";
import { fitted } from "./written.js";

const FIRST = 8;
const COSTS_LITTLE = 0.25;
const HARDLY_MATTERS = 0.02;
const CLASHING = 2.5;
const TO_BLAME = 0.1;

/**
 * A question worth asking: the expected `reduction` of the variance of the target's logit, a part of it;
 * `sd` is the predicted deviation of that logit before the answer, and `move` by how much it is expected
 * to move. What an answer `observes` is as in worth.js.
 * @typedef {{question: Question, reduction: number, sd: number, move: number,
 *   observes: {slope: Float64Array, noise: number}}} Suggestion
 */

/** An interview so far. What changes it makes another. */
export class Interview {
  #found = null;
  #ranked = null;

  /**
   * @param {Ground} ground see ground.js
   * @param {Reply[]} replies one for each question
   * @param {string[]} asked entries that were asked about besides
   * @param {Set<string> | null} part the entries that are asked about; null for all
   */
  constructor(ground, replies = [], asked = [], part = null) {
    Object.assign(this, { ground, replies, asked, part });
  }

  /**
   * The interview with a reply, in the place of an earlier one to the same question. Who rejects an
   * argument has no numbers for it, and who gives it a number does not reject it.
   * @param {Reply} reply
   */
  after(reply) {
    return this.withReplies([...this.besides(reply), reply]);
  }

  withReplies(replies) {
    return new Interview(this.ground, replies, this.asked, this.part);
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

  /** The target's log-odds with what was answered and what is fitted, as a file says them. */
  get logOdds() {
    const { ground, replies } = this;
    const setting = said(ground, replies, this.fitted());
    return ground.heightsAt([countedShares(ground.model.share_rows, setting)])[0];
  }

  /** How far these are believed to be from what the reviewer's own numbers would give. */
  get predictedSd() {
    return Math.sqrt(this.found.variance);
  }

  /** What the answers so far imply for a question, by place: logits, and logs of ratios. */
  expected(question) {
    const { laid, numbers, z } = this.found;
    if (question.test === null) return question.places.map((place) => numbers[place]);
    return [laid.measured(z, [question]).logOdds[1]];
  }

  /** What is believed. @returns {Believed} */
  get found() {
    return (this.#found ??= believed(this.ground, observed(this.ground, this.replies)));
  }

  // --- which question next -----------------------------------------------------------------------

  /**
   * The question that is best now; null where what is left would hardly matter. @returns {Suggestion |
   * null}
   */
  next() {
    const suggested = this.questions();
    if (suggested.length === 0 || suggested[0].move < HARDLY_MATTERS) return null;
    if (this.replies.length >= FIRST) return suggested[0];
    const topics = new Set(this.replies.map(({ question }) => question.topic));
    const isNew = ({ question }) => !topics.has(question.topic);
    const other = suggested.find(isNew) ?? suggested[0];
    return other.move ** 2 >= COSTS_LITTLE * suggested[0].move ** 2 ? other : suggested[0];
  }

  /**
   * What may be asked now, what is expected to tell most first; ties are in the order of ids. Among the
   * first are only questions about entries all things considered, while these matter.
   * @returns {Suggestion[]}
   */
  questions() {
    return (this.#ranked ??= this.suggested());
  }

  suggested() {
    const { found, gone, part, replied } = this;
    const { variance } = found;
    if (variance <= 0) return [];
    const isElsewhere = ({ entry }) => part !== null && !part.has(entry);
    const isOut = (question) =>
      replied.has(nameOf(question)) || gone.has(question.entry) || isElsewhere(question);
    const stated = worthOfStatements(found, isOut);
    const isFirst = this.replies.length < FIRST;
    const isPart = (question) => isOut(question) || !question.isWhole;
    let judged = worthOfJudgements(found, isFirst ? isPart : isOut);
    const hardlyMatters = ({ value }) => value < HARDLY_MATTERS ** 2;
    if (isFirst && [...stated, ...judged].every(hardlyMatters)) judged = worthOfJudgements(found, isOut);
    const sd = Math.sqrt(variance);
    return ranked([...stated, ...judged]).map(({ question, value, observes }) => {
      return { question, reduction: Math.min(value / variance, 1), sd, move: Math.sqrt(value), observes };
    });
  }

  get replied() {
    return new Set(this.replies.map(({ question }) => nameOf(question)));
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
    const { belief, toTarget, surprise } = this.found;
    const asked = this.questions().slice(0, THOUGHT_OF).map(({ observes }) => observes);
    return howManyMatter(asked, belief, toTarget, HARDLY_MATTERS / Math.sqrt(surprise));
  }

  // --- what does not fit -------------------------------------------------------------------------

  /**
   * What earlier answers imply instead of a reply, where that is far from it, and which of them do most;
   * null if not.
   * @param {Reply} reply
   * @returns {{implied: number, number: number, earlier: Reply[]} | null} a logit, or the log of a ratio,
   *   and of which of the reply's values
   */
  clash(reply) {
    if (reply.what === "skipped") return null;
    return this.withReplies(this.besides(reply)).clashOf(reply);
  }

  clashOf(reply) {
    const { belief, laid, seen: seenBefore } = this.found;
    const { slopes, seen, sds } = this.asObserved(reply);
    if (seen.length === 0) return null;
    const spread = (slope, k) => Math.sqrt(belief.varianceOf(slope) + sds[k] ** 2);
    const deviations = slopes.map(spread);
    const distances = seen.map((off, k) => Math.abs(off) / deviations[k]);
    const worst = distances.indexOf(Math.max(...distances));
    if (distances[worst] < CLASHING) return null;
    const pulls = belief.pulls(seenBefore);
    const blame = new Map();
    laid.observed.of.forEach((one, i) => {
      const part = dot(belief.reached[i], slopes[worst]) * pulls[i];
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
    const { ground, found: { laid, z } } = this;
    const { pins, statements } = observed(ground, [reply]);
    if (statements.length > 0) {
      const { logOdds, slopes } = laid.measured(z, [reply.question]);
      const [stated] = statements;
      return { slopes: slopes.slice(1), seen: [offBy(stated, logOdds[1])], sds: [stated.sd] };
    }
    const slopes = pins.map(({ place }) => unit(place, ground.at.size));
    const seen = pins.map((pin) => pin.z - z[pin.place]);
    return { slopes, seen, sds: pins.map(() => SD_OF_A_JUDGEMENT) };
  }

  /** The answers that are furthest from what all others imply, in deviations, furthest first. */
  toLookAtAgain(n = 3) {
    const { belief, laid, seen } = this.found;
    if (seen.length === 0) return [];
    const pulls = belief.pulls(seen);
    const places = new Map();
    laid.observed.of.forEach((reply, i) => {
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

  /** What nobody was asked for and that moved, as judgements in the form of changes: see written.js. */
  fitted() {
    return fitted(this.found, this.rejected);
  }
}
