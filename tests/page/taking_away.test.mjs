// What an open session gives away, and takes from others: worldview files and links.

import assert from "node:assert/strict";
import test from "node:test";

import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { casesOf } from "./cases.mjs";

const { models } = casesOf("answers");
const later = (run, milliseconds) => setTimeout(run, Math.min(milliseconds, 5));

function changed() {
  const session = createSession(models["legal-case"], { later });
  session.start("defence");
  session.set("shared-bench", "50%");
  return session;
}

test("a session is written as a worldview that extends what it started from", () => {
  const text = changed().yaml({ id: "mine" });
  assert.match(text, /^worldview: mine$/m);
  assert.match(text, /^extends: defence$/m);
  assert.match(text, /^ {2}shared-bench: 50% {2}# was .+$/m);
  assert.doesNotMatch(text, /^ {2}dark-street/m);
});

test("the id is free, and checked where somebody gives one", () => {
  const session = changed();
  assert.match(session.yaml(), /^worldview: mine$/m);
  assert.throws(() => session.yaml({ id: "defence" }), { code: "duplicate-id" });
  assert.throws(() => session.yaml({ id: "My view" }), { code: "bad-id", hint: "write `my-view`" });
  assert.throws(() => session.yaml({ id: "123" }), { code: "bad-id" });
  assert.throws(() => session.yaml({ id: "map" }), { code: "reserved-id" });
  assert.throws(() => session.yaml({ id: "x".repeat(201) }), { code: "bad-id" });
  assert.throws(() => session.yaml({ id: "a\nb: c" }), { code: "bad-id" });
});

test("a reviewer without a name is no file to extend: the numbers are written out", () => {
  const session = createSession(models["legal-case"], { later, contents: { anonymous: true } });
  session.start("defence");
  const text = session.yaml();
  assert.doesNotMatch(text, /extends/);
  assert.match(text, /^rejects: \[dark-street\]$/m);
});

test("a link opens as what it was made of, and can be undone", async () => {
  const session = changed();
  const link = await session.link();
  const other = createSession(models["legal-case"], { later });
  assert.deepEqual(await other.open(link), { isOther: false, leftOut: [] });
  assert.equal(other.startedFrom, "defence");
  assert.equal(other.central.target, session.central.target);
  other.undo();
  assert.equal(other.startedFrom, "map");
  await assert.rejects(other.open("#worldview=1.zzzz"), { code: "unreadable-link" });
  assert.equal(other.startedFrom, "map");
});
