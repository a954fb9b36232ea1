// Interviews about small models: what Python says of them at every step.

import assert from "node:assert/strict";
import test from "node:test";
import { Interview } from "../../src/cruxmap/present/report/page/answers/interview/interview.js";
import { offBy } from "../../src/cruxmap/present/report/page/answers/interview/observed.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { parseJudgement } from "../../src/cruxmap/present/report/page/language/notation.js";
import { casesOf } from "./cases.mjs";
import { after, assertTold, groundOf } from "./interviews.mjs";

const { models } = casesOf("answers");

for (const [name, { interview: data, steps }] of Object.entries(casesOf("interview"))) {
  for (const wasm of [true, false]) {
    test(`an interview about ${name}, ${wasm ? "with" : "without"} WebAssembly`, async () => {
      let interview = new Interview(await groundOf(models[name], data, { wasm }));
      for (const step of steps) {
        assertTold(interview, step);
        if (step.reply !== null) interview = after(interview, step.reply);
      }
    });
  }
}

/** A session with an interview about a model. */
function interviewed(name, data, wasm = true) {
  const contents = { interview: data };
  return createSession(models[name], { contents, later: () => undefined, wasm });
}

/** Assert that what an interview says comes of the changes, whatever they are. */
function assertComesOfChanges({ central, interview }, when) {
  const off = Math.abs(interview.now.logOdds - central.logOdds);
  assert.ok(off <= 1e-9 * Math.max(1, Math.abs(central.logOdds)), `${when}: ${off} off`);
}

for (const [name, { interview: data, steps }] of Object.entries(casesOf("interview"))) {
  test(`what an interview about ${name} says is what the changes come to`, () => {
    const session = interviewed(name, data);
    const { interview } = session;
    for (const { reply } of steps) {
      if (reply === null) break;
      const question = interview.questionOf(reply.kind, reply.id);
      if (reply.what === "answered") interview.answer(question, reply.texts);
      if (reply.what === "skipped") interview.skip(question);
      if (reply.what === "rejected") interview.reject(question);
      assertComesOfChanges(session, reply.id);
    }
    const before = interview.now.logOdds;
    interview.back();
    assertComesOfChanges(session, "back");
    session.redo();
    assert.equal(interview.now.logOdds, before);
  });

  test(`a link in an interview about ${name} follows the number that it leads to`, () => {
    const session = interviewed(name, data);
    const { interview } = session;
    const { at, judgements, model } = interview.ground;
    const isPlain = ({ places: [place, ...more] }) =>
      more.length === 0 && at.free[place] === 1 && model.judgements.scale[place] === "p";
    const [link, end] = judgements.filter(isPlain);
    const read = (question) => interview.now.expected(question)[0];
    interview.answer(link, [`same as ${end.id}`]);
    assertComesOfChanges(session, "with a link");
    assert.equal(read(link), read(end));
    interview.answer(end, ["12%"]);
    assertComesOfChanges(session, "with its number answered");
    assert.equal(read(link), read(end));
    assert.equal(read(link), parseJudgement("12%", "p", model.lexicon).mu);
    interview.back();
    const statement = interview.ground.statements.at(-1);
    if (statement) interview.answer(statement.question, ["12%"]);
    assertComesOfChanges(session, "with its number fitted");
    assert.equal(read(link), read(end));
    assert.ok(!interview.now.fitted().some(({ at: address }) => address === link.id));
  });
}

test("a statement further out than statements lie does not draw back what is out there", () => {
  const [at, beyond, within] = [-8, { logOdds: -8, beyond: -1 }, { logOdds: -8, beyond: 0 }];
  assert.equal(offBy(beyond, -9), 0);
  assert.equal(offBy(beyond, at), 0);
  assert.equal(offBy(beyond, -7), -1);
  assert.equal(offBy(beyond, 9), -17);
  assert.equal(offBy(within, -9), 1);
  assert.equal(offBy({ logOdds: 8, beyond: 1 }, 8.5), 0);
});
