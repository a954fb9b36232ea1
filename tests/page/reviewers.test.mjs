// Several reviewers: files that are taken in or refused, each by itself, and how the page shows all of
// them.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./yaml_library.mjs";
import {
  folderOf, takeIn, takeInstead, textsOf,
} from "../../src/cruxmap/present/report/page/answers/receiving.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { togetherOf } from "../../src/cruxmap/present/report/page/answers/together.js";
import { openingView } from "../../src/cruxmap/present/report/page/view/opening.js";
import { pairsView } from "../../src/cruxmap/present/report/page/view/pairs.js";
import { numbersOfAll, reviewersView } from "../../src/cruxmap/present/report/page/view/reviewers.js";
import { MINE, partingView } from "../../src/cruxmap/present/report/page/view/parting.js";
import { togetherView } from "../../src/cruxmap/present/report/page/view/together.js";
import { visitorsView } from "../../src/cruxmap/present/report/page/view/visitors.js";
import { worldviewsView } from "../../src/cruxmap/present/report/page/view/worldviews.js";
import { casesOf } from "./cases.mjs";
import { fakeDocument } from "./fake_document.mjs";

const HOSTILE = "</script><img src=x onerror=alert(1)>\u202E";
const ANN = "worldview: ann\ntext: Ann says so.\njudgements:\n  alignment-hard: 10%\n";
const BOB = "worldview: bob\ntext: Bob.\nextends: ann\njudgements:\n  strong-incentives: 60% to 90%\n";
const { models } = casesOf("answers");
const dropped = listeningDocument();

/** A fake document that keeps what listens for files. */
function listeningDocument() {
  const listeners = {};
  fakeDocument().addEventListener = (event, action) => {
    listeners[event] = action;
  };
  return listeners;
}

function opened() {
  const contents = contentsOf(models["power-seeking"]);
  return createSession(models["power-seeking"], { contents, later: (run) => setTimeout(run, 1) });
}

function contentsOf({ entries, worldviews, model }) {
  const said = [{ of: model.target, words: "it", credence: "5%", assuming: [], source: [] }];
  const told = (id) => [id, { text: id, estimate: null, quantiles: null, said: id === "map" ? [] : said }];
  return {
    target: model.target,
    asked: { of: model.target, given: [] },
    chapters: [],
    assuming: [],
    entries: Object.fromEntries(entries.map(({ id, type }) => [id, { text: `Text of ${id}.`, type }])),
    judgements: {},
    worldviews: Object.fromEntries(["map", ...Object.keys(worldviews)].map(told)),
    pair: null,
    reconcile: false,
  };
}

function fileOf(name, content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { name, size: bytes.length, arrayBuffer: async () => bytes.buffer };
}

const soon = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const hasClass = (element, name) => (element.getAttribute("class") ?? "").split(" ").includes(name);
const withClass = (element, name) => element.all((e) => hasClass(e, name));
const buttons = (element, words) =>
  element.all((e) => e.tag === "button" && e.textContent.startsWith(words));

// --- taking files in ------------------------------------------------------------------------------------

test("files are read to the byte, and what is no text is refused by itself", async () => {
  const marked = "\uFEFFworldview: ann\r\n";
  const files = [
    fileOf("a.yaml", marked),
    fileOf("b.yaml", Uint8Array.of(0xff, 0xfe)),
    { name: "c.yaml", size: 1e9, arrayBuffer: () => assert.fail("too large to be read") },
  ];
  const { written, refused } = await textsOf(files);
  assert.deepEqual(written, [{ name: "a.yaml", text: marked }]);
  assert.deepEqual(refused.map(({ name, problems: [{ code }] }) => [name, code]), [
    ["b.yaml", "not-utf8"],
    ["c.yaml", "unreadable-file"],
  ]);
});

test("files stand beside the worldviews, whichever comes first", () => {
  const session = opened();
  const { taken, refused } = takeIn(session, [
    { name: "bob.yaml", text: BOB },
    { name: "ann.yaml", text: ANN },
  ]);
  assert.deepEqual(refused, []);
  assert.deepEqual(taken.map(({ id }) => id), ["ann", "bob"]);
  assert.deepEqual(session.worldviews.slice(-2), ["ann", "bob"]);
  assert.deepEqual(session.visitors.map(({ file: { name } }) => name), ["ann.yaml", "bob.yaml"]);
  session.start("bob");
  const bob = session.central.target;
  session.start("map");
  session.set("alignment-hard", "10%");
  session.set("strong-incentives", "60% to 90%");
  assert.equal(session.central.target, bob);
});

test("a file that cannot be taken in costs itself alone", () => {
  const session = opened();
  const { taken, refused } = takeIn(session, [
    { name: "broken.yaml", text: "worldview: [" },
    { name: "other.yaml", text: "- a list" },
    { name: "ann.yaml", text: ANN },
    { name: "lost.yaml", text: "worldview: lost\ntext: Lost.\nextends: nobody\njudgements: {}\n" },
    { name: "mapped.yaml", text: "worldview: carlsmith\ntext: New.\njudgements:\n  alignment-hard: 10%\n" },
  ]);
  assert.deepEqual(taken.map(({ id }) => id), ["ann"]);
  assert.deepEqual(refused.map(({ name }) => name), [
    "broken.yaml", "other.yaml", "lost.yaml", "mapped.yaml",
  ]);
  for (const { problems } of refused) assert.ok(problems.length > 0 && problems[0].message !== "");
  assert.match(refused[3].problems[0].message, /there is a worldview `carlsmith` in this map already/);
});

test("a file that is too much for the page's sums costs itself alone, and is tried once", () => {
  const session = opened();
  const routes = Array.from({ length: 250 }, (_, k) => `{id: r-${k}, when: strong-incentives, chance: 5%}`);
  const brings = `claims:\n  much-claim:\n    text: C.\n    routes: [${routes.join(", ")}]\n`;
  const much = { name: "much.yaml", text: `worldview: much\ntext: M.\n${brings}` };
  let tries = 0;
  const receive = session.receive.bind(session);
  session.receive = (shape) => {
    tries += shape.id === "much" ? 1 : 0;
    receive(shape);
  };
  const { target } = session.central;
  const good = [{ name: "bob.yaml", text: BOB }, { name: "ann.yaml", text: ANN }];
  const { taken, refused } = takeIn(session, [good[0], much, good[1]]);
  assert.deepEqual(taken.map(({ id }) => id), ["ann", "bob"]);
  assert.deepEqual(refused.map(({ name }) => name), ["much.yaml"]);
  const [{ code, hint }] = refused[0].problems;
  assert.equal(code, "needs-another-network");
  assert.match(hint, /`cruxmap report models\/power-seeking\.yaml --with FILE`$/u);
  assert.equal(tries, 1);
  assert.equal(session.central.target, target);
  for (const logOdds of session.shippedLogOdds.values()) assert.ok(Number.isFinite(logOdds));
  const alike = { name: "bob-2.yaml", text: BOB + brings, instead: session.visitors[1] };
  assert.throws(() => takeInstead(session, alike), { code: "needs-another-network" });
  assert.deepEqual(session.visitors.map(({ file }) => file.name), ["ann.yaml", "bob.yaml"]);
});

test("of two files of one worldview the second is refused, and can take the first one's place", () => {
  const session = opened();
  const second = { name: "newer.yaml", text: ANN.replace("10%", "90%") };
  const { refused } = takeIn(session, [{ name: "ann.yaml", text: ANN }, second]);
  assert.equal(refused[0].problems[0].code, "duplicate-id");
  assert.match(refused[0].problems[0].hint, /`ann\.yaml`/);
  const before = session.shippedLogOdds.get("ann");
  takeInstead(session, refused[0]);
  assert.deepEqual(session.visitors.map(({ file }) => file.name), ["newer.yaml"]);
  assert.ok(session.shippedLogOdds.get("ann") > before);
  const again = takeIn(session, [second]);
  assert.deepEqual(again.refused, [], "the same file again is no other");
  assert.deepEqual(again.taken, []);
  assert.deepEqual(again.known, session.visitors);
});

test("files that build on each other come in whatever their order, and a circle is refused", () => {
  const session = opened();
  const cut = "{text: Cut., against: alignment-hard, strength: 2x, premises: one-new}";
  const brings = `claims: {one-new: {text: New., credence: 5%}}\narguments: {one-cut: ${cut}}\n`;
  const { taken, refused } = takeIn(session, [
    { name: "three.yaml", text: "text: 3.\nextends: two\naccepts: [one-cut]\n" },
    { name: "two.yaml", text: "text: 2.\njudgements: {one-new: 30%}\n" },
    { name: "a.yaml", text: "text: A.\nextends: b\n" },
    { name: "b.yaml", text: "text: B.\nextends: a\n" },
    { name: "some name.yaml", text: `worldview: one\ntext: 1.\n${brings}` },
  ]);
  assert.deepEqual(taken.map(({ id }) => id), ["one", "two", "three"]);
  assert.deepEqual(refused.map(({ name }) => name), ["a.yaml", "b.yaml"]);
  assert.equal(refused[0].problems[0].code, "unknown-worldview");
});

test("the reader's own file stands beside what they go on with, and nothing builds on that", () => {
  const session = opened();
  const text = "Somebody would notice.";
  const id = session.bring("argument", { text, against: "alignment-hard", strength: "2x" });
  const changed = session.central.target;
  const builds = { name: "ann.yaml", text: `worldview: ann\ntext: A.\naccepts: [${id}]\n` };
  const [{ problems: [{ code, line }] }] = takeIn(session, [builds]).refused;
  assert.deepEqual([code, line], ["unknown-id", 3]);
  const downloaded = { name: "mine (1).yaml", text: session.yaml() };
  assert.deepEqual(takeIn(session, [downloaded]).refused, []);
  assert.deepEqual(session.visitors.map((shape) => shape.id), ["mine"]);
  assert.deepEqual(Object.keys(session.own.brings.arguments), [id.replace("mine", "mine-2")]);
  assert.equal(session.central.target, changed);
  assert.deepEqual(takeIn(session, [builds]).refused, []);
});

test("a file whose place another cannot take stays", () => {
  const session = opened();
  takeIn(session, [{ name: "ann.yaml", text: ANN }]);
  const [instead] = session.visitors;
  const text = "worldview: ann\ntext: Ann.\nextends: nobody\njudgements: {}\n";
  const broken = { name: "newer.yaml", text, instead };
  assert.throws(() => takeInstead(session, broken), { name: "ProblemError" });
  assert.deepEqual(session.visitors, [instead]);
});

test("the folder has every file as it came, the reader's own, and what to do with them", () => {
  const session = opened();
  takeIn(session, [{ name: "x.yaml", text: ANN }]);
  const own = { id: "mine", text: "worldview: mine\n" };
  const [readme, ...files] = folderOf(session, own);
  assert.equal(readme.name, "README.txt");
  assert.match(readme.text, /cruxmap merge models\/power-seeking\.yaml worldviews\/\*\.yaml/);
  assert.deepEqual(files, [
    { name: "worldviews/ann.yaml", text: ANN },
    { name: "worldviews/mine.yaml", text: own.text },
  ]);
});

// --- what the page shows --------------------------------------------------------------------------------

test("dropped files are listed, can be gone on from, and be taken out", async () => {
  const session = opened();
  const said = [];
  const { element } = visitorsView(session, session.contents, (words) => said.push(words));
  let isPrevented = false;
  const files = [fileOf("ann.yaml", ANN), fileOf("bad.yaml", `worldview: "${HOSTILE}"\njudgements: {}\n`)];
  dropped.drop({ dataTransfer: { files }, preventDefault: () => (isPrevented = true) });
  await soon();
  assert.ok(isPrevented);
  assert.deepEqual(said, ["One file stands beside the others. One file could not be taken in."]);
  assert.match(withClass(element, "visitor")[0].textContent, /^ann ann\.yamlOne number\./);
  assert.match(withClass(element, "refused")[0].textContent, /^bad\.yaml/);
  assert.deepEqual(element.all((e) => ["img", "script"].includes(e.tag)), []);

  buttons(element, "Go on from this file")[0].listeners.click();
  assert.equal(session.changes[0].address, "alignment-hard");
  assert.match(withClass(element, "visitor")[0].textContent, /yours now/);
  session.undo();
  buttons(element, "Take out")[0].listeners.click();
  assert.deepEqual(session.visitors, []);
  assert.deepEqual(withClass(element, "visitor"), []);
});

test("what a file brings, remarks on, and what changed since it was made is told", () => {
  const session = opened();
  const { element } = visitorsView(session, session.contents, () => {});
  const rich = `worldview: rich
text: Much to say.
made_from: {map: 0123456789abcdef, entries: {alignment-hard: "01234567", long-gone: "01234567"}}
remarks: {strong-incentives: "${HOSTILE}"}
arguments:
  rich-one: {text: It is found early., against: damaging-failures, strength: 2x}
`;
  assert.deepEqual(takeIn(session, [{ name: "rich.yaml", text: rich }]).refused, []);
  const words = withClass(element, "visitor")[0].textContent;
  assert.match(words, /Brings one entryargument rich-one: It is found early\./);
  assert.ok(words.includes(`One remarkstrong-incentives: ${HOSTILE}`));
  assert.match(words, /Changed since this file was made: alignment-hard, long-gone \(gone\)\./);
  assert.equal(words.match(/long-gone/g).length, 1);
  assert.deepEqual(element.all((e) => ["img", "script"].includes(e.tag)), []);
});

test("a file is gone on from, with what has changed since and what does not fit", async () => {
  const session = opened();
  const { element } = openingView(session);
  const input = element.all((e) => e.attributes.id === "worldview-file")[0];
  const words = element.all((e) => e.attributes.id === "worldview-file-words")[0];
  const told = async (name, content) => {
    input.files = [fileOf(name, content)];
    input.listeners.change();
    await soon();
    return words.textContent;
  };
  const made = "made_from: {map: 0123456789abcdef, entries: {alignment-hard: 00000000, long-gone: 00000000}}\n";
  const brings = "claims: {mine-new: {text: New., credence: 5%}}\nremarks: {strong-incentives: Words.}\n";
  const said = await told("mine.yaml", `${made}${ANN.replace("ann", "mine")}  nowhere: 5%\n${brings}`);
  assert.match(said, /^mine\.yaml is open, on the map's own numbers\./);
  assert.match(said, /Changed since it was made: alignment-hard, long-gone \(gone\)\./);
  assert.match(said, /Left out, as it does not fit this map: nowhere\./);
  const { judgements, brings: brought, remarks } = session.own;
  assert.deepEqual(judgements, [{ at: "alignment-hard", value: "10%" }]);
  assert.deepEqual([Object.keys(brought.claims), remarks], [["mine-new"], { "strong-incentives": "Words." }]);
  assert.match(await told("broken.yaml", new Uint8Array([0xff, 0xfe])), /It is not UTF-8 text/);
  assert.match(await told("large.yaml", "#".repeat((1 << 20) + 1)), /1,048,576 are the most/);
  assert.deepEqual(session.own.judgements, judgements);
});

test("a drop that is no file is left to the browser", () => {
  visitorsView(opened(), contentsOf(models["power-seeking"]), () => {});
  dropped.drop({ dataTransfer: { files: [] }, preventDefault: () => assert.fail() });
});

test("who came by a file has a row, at once with what is central, then with the mean", async () => {
  const session = opened();
  const { element } = worldviewsView(session, session.contents);
  takeIn(session, [{ name: "ann.yaml", text: ANN }]);
  const rowOf = () => element.all((e) => e.attributes.id === "worldview-ann")[0].textContent;
  assert.match(rowOf(), /^annfrom a file1\.3% central, mean: working/);
  for (let wait = 0; wait < 100 && rowOf().includes("working"); wait++) await soon(50);
  assert.match(rowOf(), /1\.3% mean and central/);
  session.dismiss("ann");
  assert.deepEqual(element.all((e) => e.attributes.id === "worldview-ann"), []);
});

test("what a file states of a state is marked where it is given no more than the estimate", () => {
  const model = models["legal-case"];
  const asked = { of: "{attacker: accused}", given: ["match-reported", "{local-man: false}"] };
  const contents = { ...contentsOf(model), asked };
  const session = createSession(model, { contents, later: (run) => setTimeout(run, 1) });
  const { element } = worldviewsView(session, contents);
  const stated = [
    "{of: {attacker: accused}, assuming: [match-reported, {local-man: false}], credence: 30%}",
    "{of: {attacker: accused}, assuming: alibi-given, credence: 40%}",
  ];
  const text = `worldview: ann\ntext: Words.\nstated: [${stated.join(", ")}]\n`;
  takeIn(session, [{ name: "ann.yaml", text }]);
  const [row] = element.all((e) => e.attributes.id === "worldview-ann");
  assert.match(row.textContent, /% central, mean: working/);
  assert.match(row.textContent, /said 30% for attacker is accused, assuming match-reported, not local-man/);
  assert.match(row.textContent, /said 40% for attacker is accused, assuming alibi-given/);
  assert.equal(withClass(row, "stated").length, 1);
});

test("what a file has fitted is said with its estimate, its number and where it parts from another", async () => {
  const session = opened();
  const { element } = worldviewsView(session, session.contents);
  const fitted = ANN.replace("10%", "{value: 10%, fitted: to the answers}");
  takeIn(session, [{ name: "ann.yaml", text: fitted }, { name: "bob.yaml", text: BOB }]);
  const rowOf = (id) => element.all((e) => e.attributes.id === `worldview-${id}`)[0].textContent;
  for (let wait = 0; wait < 100 && rowOf("bob").includes("working"); wait++) await soon(50);
  assert.match(rowOf("ann"), /1 of its numbers was fitted to what it states\./);
  assert.doesNotMatch(rowOf("bob"), /fitted/, "what it inherits it has not fitted");
  const contents = { ...session.contents, judgements: { "alignment-hard": { by: {}, map: "40%" } } };
  const { said, inherited } = numbersOfAll(session, contents, "alignment-hard");
  const ann = said.find(({ who }) => who === "ann");
  assert.deepEqual([ann.whose, ann.note], ["fitted", "to the answers"]);
  assert.deepEqual(inherited.find(({ who }) => who.includes("bob")).from, "ann, fitted there");
  const parting = partingView(session, session.contents, () => {});
  parting.element.querySelector = () => ({ scrollIntoView() {} });
  parting.compare("bob", "carlsmith");
  const isKnown = () => parting.element.textContent.includes("alignment-hard");
  for (let wait = 0; wait < 100 && !isKnown(); wait++) await soon(50);
  assert.match(parting.element.textContent, /bob 10% \(ann, fitted\), carlsmith 40% \(the map's\)/);
});

test("a number that nobody gave is nobody's, whoever's file it stands in", async () => {
  const session = opened();
  const { element } = worldviewsView(session, session.contents);
  const unasked = ANN.replace("10%", "{value: 10%, elicited: false}");
  takeIn(session, [{ name: "ann.yaml", text: unasked }, { name: "bob.yaml", text: BOB }]);
  const rowOf = (id) => element.all((e) => e.attributes.id === `worldview-${id}`)[0].textContent;
  for (let wait = 0; wait < 100 && rowOf("bob").includes("working"); wait++) await soon(50);
  const contents = { ...session.contents, judgements: { "alignment-hard": { by: {}, map: "40%" } } };
  const { said, inherited } = numbersOfAll(session, contents, "alignment-hard");
  assert.equal(said.find(({ who }) => who === "ann"), undefined);
  assert.deepEqual(inherited.find(({ from }) => from === "nobody's").who, ["ann", "bob"]);
  const parting = partingView(session, session.contents, () => {});
  parting.element.querySelector = () => ({ scrollIntoView() {} });
  parting.compare("bob", "carlsmith");
  const isKnown = () => parting.element.textContent.includes("alignment-hard");
  for (let wait = 0; wait < 100 && !isKnown(); wait++) await soon(50);
  assert.match(parting.element.textContent, /bob 10% \(nobody's\), carlsmith 40% \(the map's\)/);
});

test("a number that is older than what it is about says so beside it", () => {
  const session = opened();
  takeIn(session, [{ name: "ann.yaml", text: ANN }]);
  const by = { ann: { text: "10%", source: [], note: "", fitted: null, stale: "reworded" } };
  const entries = { "alignment-hard": { numbers: ["alignment-hard"], remarks: [] } };
  const judgements = { "alignment-hard": { words: "how likely", by, source: [], map: "40%" } };
  const { element } = reviewersView(session, { ...session.contents, entries, judgements }, "alignment-hard");
  const rowOf = (who) => element.all((e) => e.tag === "tr" && e.textContent.startsWith(who))[0].textContent;
  assert.match(rowOf("ann"), /Given before a change: reworded\.$/);
  assert.doesNotMatch(rowOf("map"), /change/);
});

test("weights are moved by slider or as numbers, and the pool follows at once", async () => {
  const session = opened();
  const { element } = togetherView(session, session.contents);
  const textOf = () => withClass(element, "pools")[0].textContent;
  for (let wait = 0; wait < 100 && !textOf().includes("mean, "); wait++) await soon(50);
  assert.match(textOf(), /^Mean of the estimates2\.7% mean, 2\.7% central/);
  const [slider] = element.all((e) => e.attributes.id === "weight-carlsmith");
  slider.value = "3";
  slider.listeners.input();
  await soon();
  const linear = togetherOf(session).central(new Map([["carlsmith", 3], ["superforecasters", 1]]));
  assert.match(textOf(), /^Mean of the estimates3\.9% central, mean: working/);
  assert.ok(Math.abs(linear.answers[0].probability - 0.039054) < 1e-6);
  const label = "How much carlsmith counts, as a number";
  const [number] = element.all((e) => e.attributes["aria-label"] === label);
  number.value = "0";
  number.listeners.change();
  await soon();
  assert.match(element.textContent, /A pool takes at least two worldviews/);
  buttons(element, "Let all count alike")[0].listeners.click();
  await soon();
  assert.match(textOf(), /^Mean of the estimates2\.7%/);
});

test("every pair has its gap and what carries most of it, and opens its diff", async () => {
  const session = opened();
  const chosen = [];
  const element = pairsView(session, session.contents, (...pair) => chosen.push(pair));
  assert.equal(element.hidden, true, "two need no table");
  takeIn(session, [{ name: "ann.yaml", text: ANN }]);
  assert.equal(element.hidden, false);
  const cells = () => withClass(element, "pair");
  const isDone = () => withClass(element, "pairs-legend")[0].textContent !== "";
  for (let wait = 0; wait < 200 && !isDone(); wait++) await soon(50);
  assert.equal(cells().length, 3);
  const words = cells().map((cell) => cell.attributes["aria-label"]);
  const about = words.find((text) => text.includes("ann") && text.includes("carlsmith"));
  assert.match(about, /^ann is 4\.2x lower in odds than carlsmith, about 100% of it by alignment-hard: /);
  cells()[0].listeners.click();
  assert.equal(chosen.length, 1);
  assert.deepEqual(cells().map((cell) => cell.tabIndex), [0, -1, -1]);
});

test("the choice of two has who came by a file, and what the reader made has no one's name", async () => {
  const session = opened();
  const { element, compare } = partingView(session, session.contents, () => {});
  const [first, second] = element.all((e) => e.tag === "select");
  const choices = () => first.childNodes.map(({ value }) => value);
  takeIn(session, [{ name: "mine.yaml", text: ANN.replace("ann", "mine") }]);
  assert.deepEqual(choices(), ["map", "carlsmith", "superforecasters", "mine"]);
  session.set("alignment-hard", "80%");
  assert.deepEqual(choices(), [MINE, "map", "carlsmith", "superforecasters", "mine"]);
  element.querySelector = () => ({ scrollIntoView() {} });
  compare("mine", "carlsmith");
  assert.deepEqual([first.value, second.value], ["mine", "carlsmith"]);
  assert.match(withClass(element, "parting-gap")[0].textContent, /mine: 1\.3%, and carlsmith: 5\.1%/);
});
