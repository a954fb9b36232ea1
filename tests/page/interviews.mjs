// An interview of a page against Python's: what `helpers/page_interview.py` tells of each step.

import assert from "node:assert/strict";
import { Ground } from "../../src/cruxmap/present/report/page/answers/interview/ground.js";
import { Interview } from "../../src/cruxmap/present/report/page/answers/interview/interview.js";
import { valuesOf } from "../../src/cruxmap/present/report/page/answers/interview/replies.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { expit } from "../../src/cruxmap/present/report/page/engine/special.js";
import { parseCondition } from "../../src/cruxmap/present/report/page/language/conditions.js";

/**
 * How near numbers must come: relative to them where they are large, and absolutely where they are small.
 */
const CLOSE = 1e-9;

function assertNear(found, expected, what) {
  const isNear = Math.abs(found - expected) <= CLOSE * Math.max(1, Math.abs(expected));
  assert.ok(isNear, `${what}: ${found} where ${expected} is expected`);
}

/** What is there before anything is replied. */
export async function groundOf(model, data, { wasm = true } = {}) {
  const session = createSession(model, { later: () => undefined, wasm });
  const ground = new Ground(session.extensions.shipped, data);
  await ground.prepare(() => Promise.resolve());
  return ground;
}

/** The interview after a reply that is plain data. */
export function after(interview, { kind, id, what, texts }) {
  return interview.after(replyOf(interview.ground, { kind, id, what, texts }));
}

function replyOf(ground, { kind, id, what, texts }) {
  const question =
    kind === "stated" ? ground.statement(parseCondition(id, ground.model)) : ground.judgement(id);
  return { question, what, values: what === "answered" ? valuesOf(ground, question, texts) : [] };
}

const named = ({ question: { kind, id } }) => [kind, id];

/** Assert that an interview says what Python says. */
export function assertTold(interview, { told, reply }) {
  assertNear(interview.logOdds, told.log_odds, "log-odds");
  assertNear(interview.predictedSd, told.sd, "its predicted deviation");
  const ranked = interview.questions();
  assert.equal(ranked.length, told.count);
  told.ranked.forEach(([kind, id, reduction], k) => {
    assert.deepEqual(named(ranked[k]), [kind, id], `question ${k}`);
    assertNear(ranked[k].reduction, reduction, `what ${id} takes off`);
  });
  const best = interview.next();
  assert.deepEqual(best && named(best), told.next, "the next question");
  assertFitted(interview, told.fitted);
  assert.deepEqual(interview.toLookAtAgain().map(named), told.again, "to look at again");
  if (reply !== null) assertClash(interview, replyOf(interview.ground, reply), told.clash);
}

function assertFitted(interview, expected) {
  const { model: { addresses }, rowAt } = interview.ground;
  const state = (place) => addresses[place].slice(addresses[place].lastIndexOf(".") + 1);
  const byState = (at, shares) => rowAt.get(at).map((place, k) => [state(place), shares[k]]);
  const forms = interview.fitted().map(({ at, value, shares }) => [at, value ?? Object.fromEntries(byState(at, shares))]);
  assert.deepEqual(Object.fromEntries(forms), expected, "what is fitted");
}

function assertClash(interview, reply, expected) {
  const found = interview.clash(reply);
  assert.equal(found === null, expected === null, "whether it clashes");
  if (found === null) return;
  const { question: { test, places } } = reply;
  const { scale } = interview.ground.model.judgements;
  const natural = test === null && scale[places[0]] !== "p" ? Math.exp : expit;
  assertNear(natural(found.implied), expected.implied, "what is implied");
  assert.deepEqual(found.earlier.map(named), expected.earlier, "what implies it");
}
