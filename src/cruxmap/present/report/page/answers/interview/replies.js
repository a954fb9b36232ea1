// Replies: those that the reader's changes hold, as `replies_in` in insight/interview/written.py reads them
// of a file; and answers as they are read.

import { expit, logit } from "../../engine/special.js";
import { conditionOfPlain } from "../../language/plain_conditions.js";
import { parseJudgement, parseShare } from "../../language/notation.js";
import { ProblemError } from "../../language/problems.js";
import { checkStatedCredence } from "../../language/worldview_file.js";
import { keyOf } from "../evidence.js";
import { nameOf } from "./observed.js";

/** The replies that changes hold, in their order, one to each question: as `replies_in` in written.py. */
export function repliesOf(ground, own, setting) {
  const found = new Map();
  const add = (question, what, values = []) => found.set(nameOf(question), { question, what, values });
  for (const judgement of own.judgements) {
    if (judgement.fitted || !isJudged(ground, judgement.at)) continue;
    const question = ground.judgement(judgement.at);
    const values = question.places.map((place) => setting.values[place]);
    const stands = [...(found.get(nameOf(question))?.stands ?? []), judgement];
    found.set(nameOf(question), { question, what: "answered", values, stands });
  }
  for (const name of own.rejects) {
    const isArgument = ground.structure.entry.get(name)?.type === "argument";
    if (isArgument) add(ground.judgement(name), "rejected");
  }
  for (const said of own.stated ?? []) {
    const condition = isAsAssumed(ground, said) ? conditionIn(ground, said.of) : null;
    if (condition === null) continue;
    const question = ground.statement(condition);
    if (found.has(nameOf(question))) continue;
    add(question, "answered", [parseJudgement(said.credence, "p", ground.model.lexicon)]);
  }
  for (const item of own.asked ?? []) {
    const question = askedOf(ground, item);
    if (question !== null && !found.has(nameOf(question))) add(question, "skipped");
  }
  return [...found.values()];
}

function askedOf(ground, item) {
  if (typeof item !== "string") {
    const condition = conditionIn(ground, item.of);
    return condition === null ? null : ground.statement(condition);
  }
  return isJudged(ground, item) ? ground.judgement(item) : null;
}

function isJudged(ground, name) {
  return ground.index.has(name) || ground.rowAt.has(name);
}

/** The entries that changes say were asked about, as a whole. */
export function entriesAsked(ground, { asked }) {
  return (asked ?? []).filter((item) => typeof item === "string" && !isJudged(ground, item));
}

/** A condition on entries of the shipped model; null for any other. */
function conditionIn(ground, of) {
  try {
    return conditionOfPlain(ground.model, of);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    return null;
  }
}

/** Whether something is stated under what the model assumes, and nothing else. */
export function isAsAssumed({ model }, { assuming = [] }) {
  const all = [assuming].flat().map((one) => conditionIn({ model }, one));
  const keys = new Set(all.map((one) => (one === null ? "" : keyOf(one))));
  const wanted = new Set(model.assumed.map(keyOf));
  return keys.size === wanted.size && [...wanted].every((key) => keys.has(key));
}

/** Answers to a question as they are read. Throws ProblemError. */
export function valuesOf(ground, { test, places }, texts) {
  const { lexicon, judgements } = ground.model;
  if (test !== null) return [statedValue(ground.model, texts[0])];
  if (places.length === 1) {
    const [place] = places;
    return [parseJudgement(texts[0], judgements.scale[place], lexicon, judgements.role[place])];
  }
  return sharesOf(texts.map((text) => parseShare(text, lexicon)));
}

/** Shares with what `rest` leaves as a number. */
function sharesOf(shares) {
  const known = shares.filter(({ rest }) => !rest).map(({ mu }) => expit(mu));
  const left = Math.max(1 - known.reduce((sum, share) => sum + share, 0), 0);
  return shares.map((share) => (share.rest ? { ...share, mu: logit(left) } : share));
}

/** What is stated, which is a number and no certainty. Throws ProblemError. */
function statedValue(model, text) {
  checkStatedCredence(model, text, "a stated credence");
  return parseJudgement(text, "p", model.lexicon, "credence");
}
