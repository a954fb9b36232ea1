// What a session brings, says and receives: steps, ids, files and links; numbers are held elsewhere.

import assert from "node:assert/strict";
import test from "node:test";

import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { casesOf } from "./cases.mjs";

const { "legal-case": legal } = casesOf("answers").models;
const model = { ...legal, sources: { ...legal.sources, brief: null } };
const later = () => undefined;
const contents = {
  sources: { brief: { title: "Brief", author: "", url: "https://example.org/", date: "" } },
  entries: Object.fromEntries(
    model.entries.map(({ id, type }) => [
      id,
      { text: id, type, bearing: [], basis_words: [], parts: [], numbers: [], remarks: [], premises: [], targets: [] },
    ]),
  ),
  judgements: Object.fromEntries(model.addresses.map((at) => [at, { words: at, by: {} }])),
  worldviews: {},
};

function opened(start = "defence") {
  const session = createSession(model, { later, contents });
  session.start(start);
  return session;
}

const OBJECTION = {
  text: "The witness wears glasses, and had left them at home.",
  against: "saw-face",
  strength: "3x to 10x",
  credence: "60%",
  premises: [{ not: "local-man" }, { text: "He cannot see without them.", credence: "70%" }],
};

test("what is brought has ids of its sentence, and premises that are written new", () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  assert.equal(id, "mine-witness-wears-glasses-had-left");
  const { claims, arguments: some } = session.own.brings;
  assert.deepEqual(Object.keys(claims), ["mine-he-cannot-see-without-them"]);
  assert.deepEqual(some[id].premises, [{ not: "local-man" }, "mine-he-cannot-see-without-them"]);
  assert.equal(session.bring("argument", OBJECTION), `${id}-2`);
  const place = session.model.addresses.indexOf(id);
  assert.equal(session.setting.origin[place], "set");
  assert.equal(session.setting.rejected[place], false);
  assert.equal(session.shipped("prosecution").rejected[place], true);
});

test("a premise is listed below the argument that it was brought for", () => {
  const session = opened();
  const alone = session.bring("claim", { text: "Alone.", credence: "10%" });
  const id = session.bring("argument", OBJECTION);
  const premise = "mine-he-cannot-see-without-them";
  const reply = session.bring("argument", { text: "No.", undercuts: id, force: "50%", premises: [premise] });
  const listed = () => session.changes.map(({ address, under }) => [address, under]);
  assert.deepEqual(listed(), [[alone, null], [id, null], [premise, id], [reply, null]]);
  session.withdraw(reply);
  const [claim] = session.own.brings.arguments[id].premises.slice(-1);
  session.bring("claim", { id: claim, text: "He cannot see.", all_of: [alone, "local-man"] });
  assert.deepEqual(listed(), [[id, null], [premise, id], [alone, premise]]);
});

test("conditions may stand on one line", () => {
  const session = opened();
  const entry = { text: "So.", all_of: ["{not: local-man}", "{any_of: [saw-face, alibi-given]}"] };
  const id = session.bring("claim", entry);
  assert.deepEqual(session.own.brings.claims[id].all_of, [
    { not: "local-man" },
    { any_of: ["saw-face", "alibi-given"] },
  ]);
});

test("what is brought is undone, done again, replaced and withdrawn", () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  session.undo();
  assert.deepEqual(session.own.brings, {});
  assert.equal(session.model.addresses.includes(id), false);
  session.redo();
  assert.equal(session.model.addresses.includes(id), true);
  const premises = session.own.brings.arguments[id].premises;
  assert.equal(session.bring("argument", { ...OBJECTION, id, text: "Other words.", premises }), id);
  assert.equal(session.own.brings.arguments[id].text, "Other words.");
  assert.throws(() => session.bring("argument", { ...OBJECTION, id: "saw-face" }), { code: "unknown-id" });
  assert.throws(() => session.withdraw("mine-he-cannot-see-without-them"), { code: "still-needed" });
  session.withdraw(id);
  session.withdraw("mine-he-cannot-see-without-them");
  assert.deepEqual(session.changes, []);
  assert.throws(() => session.withdraw(id), { code: "unknown-id" });
});

test("numbers of what is brought change in what is brought", () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  session.set(`${id}.strength`, "4x");
  session.set(`${id}.strength`, "5x", { continued: true });
  session.set("mine-he-cannot-see-without-them", "80%");
  assert.equal(session.own.brings.arguments[id].strength, "5x");
  assert.equal(session.own.brings.claims["mine-he-cannot-see-without-them"].credence, "80%");
  assert.deepEqual(session.own.judgements, []);
  assert.throws(() => session.set(`${id}.strength`, "0.5x"), { code: "strength-below-one" });
  session.undo();
  session.undo();
  assert.equal(session.own.brings.arguments[id].strength, "3x to 10x");
});

test("circles and other mistakes change nothing", () => {
  const session = opened();
  const claim = session.bring("claim", { text: "A claim.", all_of: ["saw-face"] });
  const version = session.version;
  const circle = { text: "Round.", against: "saw-face", strength: "2x", premises: claim };
  assert.throws(() => session.bring("argument", circle), {
    code: "cycle",
    message: "these rest on each other: saw-face -> mine-round -> mine-claim -> saw-face",
  });
  for (const [kind, entry, code] of [
    ["argument", { text: "A.", against: "saw-fase", strength: "2x" }, "unknown-id"],
    ["route", { of: "saw-face", chance: "5%", text: "A." }, "no-routes"],
    ["route", { chance: "5%" }, "missing-key"],
    ["claim", { credence: "5%" }, "missing-key"],
    ["claim", "text", "wrong-shape"],
    ["event", {}, "wrong-shape"],
    ["argument", null, "wrong-shape"],
  ]) {
    assert.throws(() => session.bring(kind, entry), { code }, JSON.stringify(entry));
  }
  assert.equal(session.version, version);
});

test("remarks are steps, and in the file", () => {
  const session = opened();
  session.remark("saw-face", " It was dark. ");
  session.remark("local-man", "Hm: #1.");
  assert.deepEqual(session.own.remarks, { "saw-face": "It was dark.", "local-man": "Hm: #1." });
  assert.match(session.yaml(), /^remarks:\n {2}saw-face: "It was dark\."\n {2}local-man: "Hm: #1\."$/m);
  assert.deepEqual(session.changes.map(({ kind, address }) => [kind, address]), [
    ["remark", "saw-face"],
    ["remark", "local-man"],
  ]);
  session.takeBack(session.changes[0]);
  session.remark("local-man", null);
  assert.deepEqual(session.changes, []);
  assert.throws(() => session.remark("nobody", "Hm."), { code: "unknown-id" });
});

test("another name gives other ids, in the file alone or everywhere", () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  session.bring("argument", { text: "Not at all.", undercuts: id });
  session.remark(id, "Mine.");
  session.reject(id, true);
  const file = session.yaml({ id: "eve" });
  assert.match(file, /^worldview: eve$/m);
  assert.doesNotMatch(file, /mine/);
  assert.match(file, /^rejects: \[eve-witness-wears-glasses-had-left\]$/m);
  assert.equal(session.name, "mine");
  session.rename("eve");
  assert.equal(session.yaml(), file);
  assert.deepEqual(session.own.rejects, ["eve-witness-wears-glasses-had-left"]);
  session.undo();
  session.undo();
  assert.deepEqual(session.own.remarks, {});
  assert.equal(session.own.brings.arguments["eve-not-all"].undercuts, "eve-witness-wears-glasses-had-left");
  assert.throws(() => session.rename("defence"), { code: "duplicate-id" });
});

test("a link carries what is brought and said", async () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  session.remark("saw-face", "It was dark.");
  session.given({ assuming: ["mine-he-cannot-see-without-them"] });
  const other = createSession(model, { later });
  assert.deepEqual(await other.open(await session.link()), { isOther: false, leftOut: [] });
  assert.deepEqual(other.own, session.own);
  assert.deepEqual(other.givenNow, session.givenNow);
  assert.equal(other.yaml(), session.yaml());
  other.withdraw(id);
  other.withdraw("mine-he-cannot-see-without-them");
  assert.deepEqual(other.givenNow.assuming, []);
});

const VISITOR = () => ({
  id: "eve",
  text: "Eve.",
  extends: "defence",
  judgements: [{ at: "local-man", value: "5%", source: "brief#P2", note: "Sure." }],
  remarks: { "saw-face": "Dark." },
  brings: { arguments: { "eve-says": { text: "She says.", against: "saw-face", strength: "2x" } } },
});

test("others' worldviews stand beside the shipped ones, with what they bring", () => {
  const session = opened();
  const heard = [];
  session.on("reviewers", () => heard.push(session.worldviews.at(-1)));
  const shape = VISITOR();
  session.receive(shape);
  assert.equal(session.visitors[0], shape);
  assert.deepEqual(heard, ["eve"]);
  assert.deepEqual(session.worldviews, ["map", "defence", "prosecution", "eve"]);
  const place = session.model.addresses.indexOf("eve-says");
  assert.deepEqual(
    ["eve", "prosecution"].map((id) => session.shipped(id).rejected[place]),
    [false, true],
  );
  session.start("eve");
  assert.equal(session.setting.rejected[place], false);
  assert.throws(() => session.dismiss("eve"), { code: "still-needed" });
  session.start("map");
  session.reject("eve-says", false);
  assert.match(session.yaml(), /^accepts: \[eve-says\]$/m);
  assert.throws(() => session.dismiss("eve"), { code: "still-needed" });
  session.undo();
  session.dismiss("eve");
  assert.deepEqual(session.worldviews, ["map", "defence", "prosecution"]);
  assert.throws(() => session.dismiss("eve"), { code: "unknown-worldview" });
  session.redo();
  session.undo();
  assert.equal(session.startedFrom, "defence");
});

test("a file that does not fit is taken in by nobody", () => {
  const session = opened();
  const bad = VISITOR();
  bad.brings.arguments["eve-says"].against = "nothing-there";
  assert.throws(() => session.receive([VISITOR(), { ...bad, id: "fay" }]), { code: "duplicate-id" });
  assert.throws(() => session.receive(bad), { code: "unknown-id" });
  assert.deepEqual([session.visitors, session.worldviews.length], [[], 3]);
});

test("a file with the reader's own name gives the reader another", () => {
  const session = opened();
  const id = session.bring("argument", OBJECTION);
  session.receive({ ...VISITOR(), id: "mine", brings: { arguments: { [id]: { text: "A.", against: "saw-face", strength: "2x" } } } });
  assert.equal(session.name, "mine-2");
  assert.deepEqual(Object.keys(session.own.brings.arguments), [id.replace("mine", "mine-2")]);
  session.undo();
  assert.deepEqual(session.own.brings, {});
});

test("one can go on from a file, as far as it fits", () => {
  const session = opened();
  const shape = VISITOR();
  shape.brings.arguments["eve-two"] = { text: "Two.", against: "nothing", strength: "2x" };
  shape.judgements.push({ at: "gone", value: "5%" });
  const { id, leftOut } = session.goOnFrom(shape);
  assert.deepEqual([id, session.name, session.startedFrom], ["eve", "eve", "defence"]);
  assert.deepEqual(leftOut.map(({ at }) => at), ["eve-two", "gone"]);
  assert.deepEqual(Object.keys(session.own.brings.arguments), ["eve-says"]);
  assert.deepEqual(session.own.judgements, [{ at: "local-man", value: "5%" }]);
  assert.deepEqual(session.own.remarks, { "saw-face": "Dark." });
});

test("a sentence that somebody wrote goes on with the file", () => {
  const session = opened();
  session.goOnFrom(VISITOR());
  assert.match(session.yaml(), /^worldview: eve\ntext: "Eve\."\nextends: defence$/m);
  assert.match(session.yaml({ text: "Other." }), /^text: "Other\."$/m);
  const other = opened();
  other.goOnFrom({ ...VISITOR(), text: "The numbers of defence with 1 change, made in the report's page." });
  other.set("local-man", "6%");
  other.set("shared-bench", "6%");
  assert.match(other.yaml(), /with 3 changes, made in/);
});

test("the seventeenth argument in one place is one too many", () => {
  const session = opened();
  const sign = (k) => ({ text: `Sign ${k}.`, for: "shared-bench", strength: "2x" });
  const met = session.model.entries.flatMap(({ targets = [] }) => targets).filter(({ id }) => id === "shared-bench");
  for (let k = met.length; k < 16; k += 1) session.bring("argument", sign(k));
  assert.throws(() => session.bring("argument", sign(16)), {
    code: "too-many-arguments",
    message: "17 arguments bear on `shared-bench` in `mine`, and 16 are the most",
  });
});

test("contents show what is open now", () => {
  const session = opened();
  const shown = session.contents;
  const id = session.bring("argument", { ...OBJECTION, source: "brief#P1", note: "So." });
  const entry = shown.entries[id];
  assert.deepEqual([entry.text, entry.brought_by, entry.note], [OBJECTION.text, "mine", "So."]);
  assert.deepEqual(entry.sources, [{ text: "brief P1", url: "https://example.org/" }]);
  assert.deepEqual(entry.targets, [{ id: "saw-face", part: "", how: "against" }]);
  assert.deepEqual(shown.entries["saw-face"].bearing, [id]);
  assert.equal(shown.judgements[`${id}.strength`].words, "how strong it is");
  session.receive(VISITOR());
  assert.deepEqual(shown.entries["saw-face"].bearing, ["eve-says", id]);
  assert.deepEqual(shown.entries["saw-face"].remarks, [{ worldview: "eve", text: "Dark.", sources: [] }]);
  const said = { text: "5%", source: [{ text: "brief P2", url: "https://example.org/" }], note: "Sure.", fitted: null };
  assert.deepEqual(shown.judgements["local-man"].by.eve, said);
  assert.equal(shown.worldviews.eve.extends, "defence");
  session.reset();
  assert.deepEqual(shown.entries["saw-face"].bearing, ["eve-says"]);
  session.dismiss("eve");
  assert.equal(shown.entries, contents.entries);
});

test("more than eight entries are written, and give no numbers", () => {
  const session = opened();
  for (let k = 0; k < 9; k += 1) session.bring("claim", { text: `Claim ${k}.`, credence: "5%" });
  assert.match(session.beyond, /^9 entries/);
  assert.equal(session.central.target, null);
  assert.equal(session.central.beyond, session.beyond);
  assert.equal(session.gap("prosecution"), null);
  assert.throws(() => session.probability("saw-face"), { code: "needs-another-network" });
  assert.match(session.yaml(), /mine-claim-8/);
  session.undo();
  assert.equal(Object.keys(session.own.brings.claims).length, 8);
});

test("an estimate over the first draws is told before the one over all", async () => {
  const session = opened();
  session.bring("argument", OBJECTION);
  const first = [];
  session.on("first", ({ estimate }) => first.push(estimate));
  const all = await session.estimate();
  const { name } = session.model.targets[0];
  assert.equal(first.length, 1);
  const [early, late] = [first[0][name], all[name]];
  assert.ok(early.error > 0 && late.error === undefined);
  assert.equal(early.central, late.central);
  assert.ok(Math.abs(early.mean - late.mean) < 5 * early.error, `${early.mean} and ${late.mean}`);
  session.close();
});

test("an effect is what taking back what was brought would do", () => {
  const session = opened();
  const before = session.central.target;
  const id = session.bring("argument", { text: "No.", against: "saw-face", strength: "3x" });
  assert.notEqual(session.central.target, before);
  const [change] = session.changes;
  assert.deepEqual([change.kind, change.address, change.text], ["bring", id, "No."]);
  assert.ok(Math.abs(session.central.target + change.effect - before) < 1e-14);
  session.takeBack(change);
  assert.equal(session.central.target, before);
  const seen = session.preview("argument", { text: "No.", against: "saw-face", strength: "3x" });
  assert.ok(Math.abs(seen.target + change.effect - before) < 1e-14);
  assert.equal(seen.beyond, "");
  assert.deepEqual(session.changes, []);
});

test("what is brought has no force for others, so the gap to them moves with the target alone", () => {
  const session = opened();
  session.bring("argument", { text: "No.", against: "saw-face", strength: "3x" });
  const other = opened("prosecution");
  const gap = session.central.logOdds - other.central.logOdds;
  assert.ok(Math.abs(session.gap("prosecution") - gap) < 1e-13);
  session.receive(VISITOR());
  const eve = opened();
  eve.receive(VISITOR());
  eve.start("eve");
  assert.ok(Math.abs(session.gap("eve") - (session.central.logOdds - eve.central.logOdds)) < 1e-13);
});

test("nothing that asks is made for what is too much to be computed with", () => {
  const shapeOf = (count) => {
    const each = (_, k) => [`much-${k}`, { text: "T.", for: "shared-bench", strength: "2x" }];
    return { id: "much", brings: { arguments: Object.fromEntries(Array.from({ length: count }, each)) } };
  };
  const waiting = [];
  const session = createSession(model, { later: (run) => waiting.push(run) });
  assert.throws(() => session.goOnFrom(shapeOf(40)), { code: "too-many-arguments" });
  assert.deepEqual(session.changes, []);
  session.goOnFrom(shapeOf(16));
  assert.equal(session.central.target, null);
  assert.match(session.beyond, /^16 entries of your own/u);
  for (const run of waiting) run();
  assert.equal(session.extension.made.asking, undefined);
});

test("a worldview with hundreds of routes to one claim is too much, and nobody's numbers go", () => {
  const routes = Array.from({ length: 600 }, (_, k) => ({ id: `r-${k}`, when: "shared-bench", chance: "5%" }));
  const brings = { claims: { "much-claim": { text: "T.", routes } } };
  const session = opened();
  session.receive(VISITOR());
  const { logOdds } = session.central;
  const much = { id: "much", text: "T.", brings };
  assert.throws(() => session.receive(much), ({ code, message, hint }) => {
    assert.equal(code, "needs-another-network");
    assert.match(message, /^with it, the map would have too many cases/u);
    assert.match(hint, /`cruxmap report \S+legal-case\.yaml --with FILE`$/u);
    return true;
  });
  assert.deepEqual(session.visitors, [VISITOR()]);
  assert.equal(session.beyond, "");
  assert.equal(session.central.logOdds, logOdds);
});

test("a file that is too much with what the reader has brought is refused too", () => {
  const uncertain = { text: "T.", for: "shared-bench", strength: "2x", credence: "50%" };
  const claim = { text: "C.", credence: "50%" };
  const FIVE = [0, 1, 2, 3, 4];
  const eve = (count) => {
    const each = Array.from({ length: count }, (_, k) => [`eve-a-${k}`, FIVE.map((n) => `eve-c-${k}-${n}`)]);
    const claims = each.flatMap(([, premises]) => premises.map((id) => [id, claim]));
    const all = each.map(([id, premises]) => [id, { ...uncertain, premises }]);
    const brings = { claims: Object.fromEntries(claims), arguments: Object.fromEntries(all) };
    return { id: "eve", text: "Eve.", brings };
  };
  const session = opened();
  const [few, more] = [eve(1), eve(2)];
  session.receive(few);
  session.start("eve");
  session.bring("argument", { ...uncertain, strength: "3x", premises: FIVE.map(() => claim) });
  const { logOdds } = session.central;
  assert.throws(() => session.putVisitors([more]), { message: /^with it, what you have changed would have too/u });
  assert.deepEqual(session.visitors, [few]);
  assert.equal(session.central.logOdds, logOdds);
  session.reset();
  session.putVisitors([more]);
  assert.equal(session.beyond, "");
  assert.notEqual(session.central.logOdds, logOdds);
});

test("what another number is the same as is not withdrawn", () => {
  const session = opened();
  const id = session.bring("claim", { text: "So.", credence: "20%" });
  session.set("shared-bench", `same as ${id}`);
  assert.throws(() => session.withdraw(id), { code: "still-needed" });
  session.set("shared-bench", null);
  session.withdraw(id);
  assert.deepEqual(session.own.brings, {});
});

test("what is put in the place of something brought has the parts that others need", () => {
  const session = opened("map");
  const given = [{ id: "one", when: "local-man", credence: "10%" }, { otherwise: "20%" }];
  const claim = session.bring("claim", { text: "So.", given });
  const plain = { id: claim, text: "So.", credence: "20%" };
  session.set("shared-bench", `same as ${claim}.one`);
  const { target } = session.central;
  const about = { code: "still-needed", message: `\`shared-bench\` is the same as \`${claim}.one\`, which would be gone` };
  assert.throws(() => session.bring("claim", plain), about);
  assert.throws(() => session.preview("claim", plain), about);
  assert.equal(session.central.target, target);
  session.set("shared-bench", null);
  const other = session.bring("claim", { text: "Other.", credence: `same as ${claim}.one` });
  assert.throws(() => session.bring("claim", plain), { code: "unknown-address" });
  session.withdraw(other);
  assert.equal(session.bring("claim", plain), claim);
  const question = { text: "Which?", states: ["aa", "bb"], credence: { aa: "10%", bb: "rest" } };
  const id = session.bring("question", question);
  session.given({ assuming: [`{${id}: aa}`] });
  const without = { id, text: "Which?", states: ["cc", "bb"], credence: { cc: "10%", bb: "rest" } };
  assert.throws(() => session.bring("question", without), { code: "unknown-state" });
  session.bring("question", { ...question, id, states: ["cc", "aa", "bb"], credence: { ...question.credence, cc: "5%" } });
  assert.equal(session.probability(`{${id}: aa}`), 1);
});
