// Replies as observations: which numbers they say, and how near to what is meant they are taken to be. As
// insight/interview/observed.py.

import { ProblemError } from "../../language/problems.js";
import { layersOf, MAP, settle } from "../../language/worldviews.js";
import { countedShares, FURTHEST } from "./coordinates.js";

/** How near, in deviations, an answer about a judgement is taken to be to what is meant. */
export const SD_OF_A_JUDGEMENT = 0.1;

/** How near, in logits, an answer about an entry all things considered is. */
export const SD_OF_A_STATEMENT = 0.13;

const MOST_SD = 4;
const [TAIL, WIDER_IN_THE_TAIL] = [3, 0.2];

/**
 * One question. Its `kind` and `id` together are its name. A judgement has `places`: those of its
 * addresses; a statement has as its `test` what holds where it is so (see evidence.js), and its
 * `condition` as data.
 * @typedef {{kind: "judgement" | "stated", id: string, entry: string, topic: string, places: number[],
 *   isWhole: boolean, test: Test[] | null, condition: object | null}} Question
 *
 * What became of one: `values` are one for each place, or one for a statement, as `parseJudgement` reads
 * them. What `stands` in the reader's changes for it, if it comes from there, may be links, or single shares.
 * @typedef {{question: Question, what: "answered" | "skipped" | "rejected", values: object[],
 *   stands?: object[]}} Reply
 *
 * Replies as observations, in the order of their names: which numbers are `known`, by place, where a link
 * among them follows the number that it leads to: `column` is the place whose number each has. `pins` are
 * those of them that may move by themselves, with where they are in deviations, a link before its number
 * moves; and `statements` with their log-odds. `of` are the replies that each comes from, pins before
 * statements.
 * @typedef {{known: Map<number, number>, column: Int32Array, pins: {place: number, z: number, reply: Reply}[],
 *   statements: {question: Question, logOdds: number, beyond: number, sd: number, reply: Reply}[],
 *   of: Reply[]}} Observed
 */

/** The name of a question. @param {Question} question */
export function nameOf({ kind, id }) {
  return `${kind} ${id}`;
}

/** The order of replies by their names. @param {Reply} one @param {Reply} other */
export function byName({ question: one }, { question: other }) {
  if (one.kind !== other.kind) return one.kind < other.kind ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

/**
 * The numbers that replies say, and others that lie over the map's: judgements in the form of changes.
 * @param {Reply[]} replies @param {object[]} [others] @returns {Setting}
 */
export function said({ model }, replies, others = []) {
  const rejects = replies.filter(({ what }) => what === "rejected").map(({ question }) => question.entry);
  const answers = replies.filter(({ question, what }) => what === "answered" && question.test === null);
  const settled = (formsOf) => {
    const judgements = [...answers.flatMap(formsOf), ...others];
    return settle(model, layersOf(model, MAP, { judgements, rejects }));
  };
  try {
    return settled((reply) => reply.stands ?? [formOf(reply)]);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    return settled((reply) => [formOf(reply)]); // links ran in a circle, without an answer that broke it
  }
}

/** An answer about a judgement as it stands in changes. @param {Reply} reply */
function formOf({ question: { id }, values }) {
  const texts = values.map(({ text }) => text);
  return texts.length > 1 ? { at: id, shares: texts } : { at: id, value: texts[0] };
}

/** Replies as observations; what was skipped is none. @param {Reply[]} replies @returns {Observed} */
export function observed(ground, replies) {
  const { at, model } = ground;
  const setting = said(ground, replies);
  const u = countedShares(model.share_rows, setting);
  const z = at.deviations(u);
  const known = new Map();
  const pins = [];
  const statements = [];
  for (const reply of [...replies].sort(byName)) {
    const { question, what, values } = reply;
    if (what === "skipped") continue;
    if (what === "answered" && question.test !== null) {
      const logOdds = Math.min(Math.max(values[0].mu, -FURTHEST), FURTHEST);
      const beyond = values[0].mu === logOdds ? 0 : Math.sign(logOdds);
      statements.push({ question, logOdds, beyond, sd: sdOf(logOdds), reply });
      continue;
    }
    for (const place of what === "rejected" ? [credenceOf(model, question)] : question.places) {
      known.set(place, u[place]);
      const near = Math.min(Math.max(z[place], -MOST_SD), MOST_SD);
      if (at.free[place] === 1) pins.push({ place, z: near, reply });
    }
  }
  const of = [...pins, ...statements].map(({ reply }) => reply);
  return { known, column: setting.column, pins, statements, of };
}

/**
 * Whether a statement says what is further out than `FURTHEST`, as log-odds are already: how far out is not
 * told apart there, so it pulls nowhere.
 */
export function isPast({ beyond }, logOdds) {
  return beyond !== 0 && beyond * logOdds >= FURTHEST;
}

/** How far a statement is from log-odds that are implied. */
export function offBy(stated, logOdds) {
  return isPast(stated, logOdds) ? 0 : stated.logOdds - logOdds;
}

/** How near an answer with these log-odds is taken to be to what is implied. */
function sdOf(logOdds) {
  return SD_OF_A_STATEMENT + WIDER_IN_THE_TAIL * Math.max(0, Math.abs(logOdds) - TAIL);
}

/** The place of the credence of the argument that a question is about. */
function credenceOf(model, { entry }) {
  return model.entries.find(({ id }) => id === entry).credence;
}
