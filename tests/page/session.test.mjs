// The open session: steps that can be undone, what was changed with its effects, listeners, and problems.

import assert from "node:assert/strict";
import test from "node:test";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { casesOf } from "./cases.mjs";

const { models } = casesOf("answers");
const later = (run, milliseconds) => setTimeout(run, Math.min(milliseconds, 5));
const soon = () => new Promise((resolve) => setTimeout(resolve, 30));

function opened(name, start = "map") {
  const session = createSession(models[name], { later });
  if (start !== "map") session.start(start);
  return session;
}

test("worldviews begin with the map's own", () => {
  assert.deepEqual(opened("legal-case").worldviews, ["map", "defence", "prosecution"]);
});

test("every change is a version, and a step that can be undone", () => {
  const session = opened("power-seeking");
  const before = session.central.target;
  const { version } = session;
  assert.equal(session.canUndo, false);
  session.set("alignment-hard", "90%");
  const after = session.central.target;
  assert.notEqual(after, before);
  session.undo();
  assert.equal(session.central.target, before);
  session.redo();
  assert.equal(session.central.target, after);
  session.set("alignment-hard", null);
  assert.equal(session.central.target, before);
  session.reset();
  assert.deepEqual(session.changes, []);
  session.undo();
  session.undo();
  assert.equal(session.central.target, after);
  assert.equal(session.version, version + 7);
});

test("a drag is one step", () => {
  const session = opened("power-seeking");
  session.set("alignment-hard", "10%");
  for (const text of ["20%", "30%"]) session.set("alignment-hard", text, { continued: true });
  session.set("strong-incentives", "40%", { continued: true });
  session.undo();
  assert.equal(session.changes[0].text, "30%");
  session.undo();
  assert.deepEqual(session.changes, []);
  assert.equal(session.canUndo, false);
});

test("a change is listed with what taking it back alone would do", () => {
  const session = opened("legal-case", "defence");
  const start = session.central.target;
  session.set("shared-bench", "50%");
  const [change] = session.changes;
  assert.equal(change.kind, "set");
  assert.equal(change.text, "50%");
  const place = session.model.addresses.indexOf("shared-bench");
  assert.equal(change.before, session.shipped("defence").values[place].text);
  assert.ok(Math.abs(session.central.target + change.effect - start) < 1e-15);
  session.reject("few-people-counted", true);
  session.given({ assuming: ["match-reported"] });
  assert.deepEqual(session.changes.map(({ kind, text, before }) => [kind, text, before]), [
    ["set", "50%", change.before],
    ["reject", "rejected", "accepted"],
    ["given", null, "not-picked-out"],
    ["given", null, "alibi-given"],
  ]);
});

test("effects of many changes are found when there is time", async () => {
  const session = opened("legal-case");
  for (const address of ["shared-bench", "saw-face", "local-man"]) session.set(address, "12%");
  assert.deepEqual(session.changes.map(({ effect }) => effect), [null, null, null]);
  const told = new Promise((resolve) => session.on("changes", resolve));
  assert.equal((await told).version, session.version);
  for (const change of session.changes) {
    const other = createSession(models["legal-case"], { later });
    for (const { address } of session.changes) if (address !== change.address) other.set(address, "12%");
    const effect = other.central.target - session.central.target;
    assert.ok(Math.abs(change.effect - effect) < 1e-14, change.address);
  }
});

test("each change can be taken back by itself", () => {
  const session = opened("legal-case", "defence");
  session.set("shared-bench", "50%");
  session.reject("few-people-counted", true);
  session.given({ assuming: ["match-reported", "{local-man: false}"] });
  while (session.changes.length) {
    const n = session.changes.length;
    session.takeBack(session.changes[0]);
    assert.equal(session.changes.length, n - 1);
  }
  assert.deepEqual(session.givenNow, { assuming: session.model.model.assuming, observed: [] });
});

test("the gap to another worldview is in log-odds, under the same conditions", () => {
  const session = opened("legal-case", "defence");
  const other = opened("legal-case", "prosecution");
  const gap = session.central.logOdds - other.central.logOdds;
  assert.ok(Math.abs(session.gap("prosecution") - gap) < 1e-13);
  assert.equal(session.gap("defence"), 0);
  for (const one of [session, other]) one.given({ assuming: [] });
  const assumed = session.central.logOdds - other.central.logOdds;
  assert.ok(Math.abs(session.gap("prosecution") - assumed) < 1e-13);
});

test("what is impossible is told with a reason", () => {
  const session = opened("power-seeking");
  session.set("damaging-failures", "0%");
  session.given({ assuming: ["damaging-failures"] });
  assert.equal(session.central.target, null);
  assert.equal(session.central.impossible, "impossible: damaging-failures");
  assert.equal(session.gap("carlsmith"), null);
  assert.deepEqual(session.alone(), []);
  assert.throws(() => session.probability("alignment-hard"), { code: "impossible-evidence" });
});

test("what cannot be read changes nothing", () => {
  const session = opened("power-seeking");
  const { version } = session;
  const wrong = [
    () => session.set("alignment-hard", "about"),
    () => session.set("alignment-had", "5%"),
    () => session.reject("alignment-hard", true),
    () => session.given({ assuming: ["nothing-like-it"] }),
    () => session.start("nobody"),
  ];
  for (const change of wrong) assert.throws(change, { name: "ProblemError" });
  assert.equal(session.version, version);
  assert.equal(session.canUndo, false);
});

test("listeners are told of each change, until they stop listening", () => {
  const session = opened("power-seeking");
  const versions = [];
  const stop = session.on("central", ({ version }) => versions.push(version));
  session.set("alignment-hard", "90%");
  session.undo();
  stop();
  session.redo();
  assert.deepEqual(versions, [1, 2]);
});

test("the greedy order of a state that has changed meanwhile is null", async () => {
  const session = opened("legal-case");
  const old = session.greedy();
  session.set("shared-bench", "1%");
  const rows = session.greedy();
  assert.equal(await old, null);
  assert.deepEqual((await rows).map((row) => row.rank), (await rows).map((_, k) => k + 1));
});

test("averages of a state that has changed meanwhile are null", async () => {
  const session = opened("legal-case");
  const old = [session.estimate(), session.cruxes()];
  session.set("shared-bench", "1%");
  assert.ok(await session.estimate());
  assert.deepEqual(await Promise.all(old), [null, null]);
});

test("a certainty is answered at once, and by a plan of its own later", async () => {
  const session = opened("everything", "author");
  session.set("certain", "50%");
  session.set("one-suffices.otherwise", "3%");
  const before = session.central.target;
  await soon();
  session.set("bare", "7%");
  session.set("bare", null);
  assert.ok(Math.abs(session.central.target - before) < 1e-14);
});

test("probabilities of conditions, with others in place of what is assumed", () => {
  const session = opened("power-seeking");
  const both = session.probability("{all_of: [alignment-hard, strong-incentives]}");
  const [one, other] = ["alignment-hard", "strong-incentives"].map((text) => session.probability(text));
  assert.ok(Math.abs(both - one * other) < 1e-15);
  assert.equal(session.probability("alignment-hard", ["alignment-hard"]), 1);
  assert.equal(session.probability("alignment-hard", { observed: ["{alignment-hard: false}"] }), 0);
});

test("what is given in another shape is a problem that says which, and changes nothing", () => {
  const session = opened("power-seeking");
  const problems = [
    [() => session.given(), "wrong-shape", /`\{assuming: \[\.\.\.\], observed/],
    [() => session.given(null), "wrong-shape", /what is given/],
    [() => session.given({ assume: ["alignment-hard"] }), "unknown-key", /unknown key `assume`/],
    [() => session.given({ observed: [{ claim: "alignment-hard" }] }), "wrong-shape", /`observed` must be/],
    [() => session.probability("alignment-hard", { observe: [] }), "unknown-key", /`observe`/],
    [() => session.probability("alignment-hard", null), "wrong-shape", /what is given/],
    [() => session.probability(), "wrong-shape", /an id or a condition/],
  ];
  for (const [run, code, message] of problems) assert.throws(run, { name: "ProblemError", code, message });
  assert.equal(session.version, 0);
  session.given({ assuming: "alignment-hard", observed: undefined });
  assert.deepEqual(session.givenNow, { assuming: ["alignment-hard"], observed: [] });
});

test("the present state is compared with a worldview, and worldviews with each other", async () => {
  const session = opened("legal-case", "defence");
  const shipped = await session.diff("prosecution");
  assert.deepEqual([shipped.a, shipped.b], ["defence", "prosecution"]);
  session.set("shared-bench", "50%");
  const changed = await session.diff("prosecution");
  assert.equal(changed.a, "mine");
  assert.ok(Math.abs(changed.gap_logit - session.gap("prosecution")) < 1e-12);
  assert.ok(changed.differences.find(({ id }) => id === "shared-bench").changes.length > 0);
  const between = await session.diff("prosecution", "defence");
  assert.equal(between.gap_logit, shipped.gap_logit);
  session.set("shared-bench", "60%");
  const old = session.diff("prosecution");
  session.set("shared-bench", "70%");
  assert.equal(await old, null);
});

test("all states of a question are no evidence, and some of them are no knowledge of which", () => {
  const session = opened("everything");
  session.given({ assuming: [], observed: ["{exact: [yes, no, 2030]}"] });
  assert.equal(session.row("exact") === null, false);
  const before = session.alone().map(({ id }) => id);
  session.given({ observed: [] });
  assert.deepEqual(session.alone().map(({ id }) => id), before);
});

test("what is separated from the target on the graph is worth exactly nothing", () => {
  const session = opened("everything");
  session.given({ assuming: [], observed: [] });
  for (const id of ["tiny", "apart.2030"]) {
    const { voi, swing, expected_move: move } = session.row(id);
    assert.deepEqual([voi, swing, move], [0, 0, 0], id);
  }
  assert.equal(session.central.slopes.get("tiny"), 0);
});

test("a question is one row of the ranking, with those of its states", () => {
  const session = opened("diagnosis");
  const question = session.alone().find(({ id }) => id === "looks-like");
  assert.deepEqual(question.states.map(({ id }) => id), session.structure.entry.get("looks-like").states.map(
    (state) => `looks-like.${state}`,
  ));
  const sum = question.states.reduce((all, { probability }) => all + probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-12);
});

test("a change that others rest on cannot be taken back alone, and has no effect of its own", () => {
  const model = structuredClone(models["legal-case"]);
  const [first, second] = ["shared-bench", "saw-face"];
  model.map.values[model.addresses.indexOf(first)] = `same as ${second}`;
  const session = createSession(model, { later });
  session.set(first, "50%");
  session.set(second, `same as ${first}`);
  assert.equal(session.changes[0].effect, null);
  assert.equal(typeof session.changes[1].effect, "number");
  assert.throws(() => session.takeBack(session.changes[0]), { code: "same-as-circle" });
  assert.equal(session.changes.length, 2);
});
