// The first sections of the page, on open sessions: what they say, and that texts stay texts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { answerView } from "../../src/cruxmap/present/report/page/view/answer.js";
import { blindView, isBlind, setBlind } from "../../src/cruxmap/present/report/page/view/blind.js";
import { changeCount } from "../../src/cruxmap/present/report/page/view/changed.js";
import { h } from "../../src/cruxmap/present/report/page/view/dom.js";
import { hangsOnView, ranked, rowsOf } from "../../src/cruxmap/present/report/page/view/hangs_on.js";
import { linked } from "../../src/cruxmap/present/report/page/view/linked.js";
import { leadingTo } from "../../src/cruxmap/present/report/page/view/outline.js";
import { partingView, stepsOf } from "../../src/cruxmap/present/report/page/view/parting.js";
import { scripted } from "../../src/cruxmap/present/report/page/view/scripted.js";
import { comparison, standingView } from "../../src/cruxmap/present/report/page/view/standing.js";
import { tagChoice, tagsOf } from "../../src/cruxmap/present/report/page/view/tags.js";
import { takesView } from "../../src/cruxmap/present/report/page/view/takes.js";
import { worldviewsView } from "../../src/cruxmap/present/report/page/view/worldviews.js";
import { casesOf } from "./cases.mjs";
import { fakeDocument } from "./fake_document.mjs";

const HOSTILE = "</script><img src=x onerror=alert(1)>\u202E\u2028javascript:alert(1)";
const { models } = casesOf("answers");
const opened = () => createSession(models["power-seeking"], { later: (run) => setTimeout(run, 1) });
fakeDocument();

function contentsOf(session, text = "A sentence.") {
  const { entries, model } = session.model;
  const p = (id) => 1 / (1 + Math.exp(-session.shippedLogOdds.get(id)));
  const estimate = (id) => ({
    mean: p(id),
    central: p(id),
    interval_90: [p(id) / 2, p(id)],
    whose: { said: [] },
  });
  return {
    target: model.target,
    asked: { of: model.target, given: [] },
    question: text,
    title: text,
    chapters: [
      {
        question: "What follows?",
        sentences: [`${model.target}: ${text}`],
        points: [`carlsmith: ${text}`],
      },
      { question: "Where do we part?", sentences: [text], points: [] },
    ],
    assuming: [],
    observed: [],
    entries: Object.fromEntries(
      entries.map(({ id, type }) => [id, { text, type, states: [], parts: [], tags: [text] }]),
    ),
    worldviews: Object.fromEntries(
      session.worldviews.map((id) => [
        id,
        {
          text,
          estimate: estimate(id),
          quantiles: Array.from({ length: 101 }, (_, i) => (p(id) * (50 + i)) / 100),
          said: [
            { of: model.target, words: text, credence: "5%", assuming: [], source: [{ text, url: text }] },
          ],
        },
      ]),
    ),
    pair: { highest: "carlsmith", lowest: "superforecasters" },
  };
}

function hasClass(element, name) {
  return (element.getAttribute("class") ?? "").split(" ").includes(name);
}

test("the answer is the question and the sentences, with what they name as links", () => {
  const session = opened();
  const { element } = answerView(contentsOf(session));
  assert.match(element.textContent, /What follows\?/);
  assert.doesNotMatch(element.textContent, /Where do we part\?/);
  const links = element.all((e) => e.tag === "a").map((e) => e.attributes.href);
  assert.deepEqual(links, ["#answer", "#worldview-carlsmith"]);
});

test("where there is no reviewer, nothing is said of reviewers, and no question stands without an answer", () => {
  const session = opened();
  const contents = contentsOf(session);
  const { map } = contents.worldviews;
  contents.worldviews = { map };
  contents.chapters[0].points = [];
  assert.doesNotMatch(answerView(contents).element.textContent, /What follows\?/);
  const { element } = worldviewsView(null, contents);
  assert.match(element.textContent, /by the map's own numbers, which are/);
  assert.doesNotMatch(element.textContent, /0 reviewers/);
});

test("where worldviews are fitted to what is stated, the page says that it computes otherwise", async () => {
  const session = opened();
  const contents = { ...contentsOf(session), reconcile: true };
  assert.match(answerView(contents, h("div")).element.textContent, /fitted to what its reviewer stated/);
  assert.match(answerView(contents, h("div")).element.textContent, /takes every number as it was given/);
  assert.doesNotMatch(answerView(contentsOf(session), h("div")).element.textContent, /fitted/);
  const told = [];
  session.estimate = async () => ({ "power-seeking-catastrophe": { mean: 0.123, interval_90: [0.1, 0.2] } });
  standingView(session, contents, { tell: (estimate) => told.push(estimate?.mean), say: () => {} });
  assert.deepEqual(told, [contents.worldviews.map.estimate.mean], "nobody stated what the map has");
  session.start("carlsmith");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(told.at(-1), 0.123);
});

test("the mean of the first draws stands there with its error until that of all is there", () => {
  const session = opened();
  const { element } = standingView(session, contentsOf(session), { tell: () => {}, say: () => {} });
  session.set("alignment-hard", "20%");
  const first = { [session.model.model.target]: { mean: 0.123, error: 0.004 } };
  session.emit("first", { estimate: first });
  assert.match(element.textContent, /12%mean over draws/);
  assert.match(element.textContent, /of the first draws, give or take 0\.40%; working/);
  session.set("alignment-hard", "30%");
  assert.match(element.textContent, /of before your last change; working/);
  session.emit("first", { estimate: first, version: session.version - 1 });
  assert.match(element.textContent, /of before your last change; working/);
});

test("names are linked only where something has that name", () => {
  const contents = contentsOf(opened());
  const nodes = linked("alignment-hard.x and no-such-thing, of superforecasters", contents);
  const links = nodes.filter((node) => typeof node !== "string");
  assert.deepEqual(
    links.map((node) => node.attributes.href),
    ["#entry-alignment-hard"],
  );
  assert.equal(h("p", null, nodes).textContent, "alignment-hard.x and no-such-thing, of superforecasters");
  const [whole] = linked("alignment-hard.if_met.", contents).filter((node) => typeof node !== "string");
  assert.equal(whole.textContent, "alignment-hard.if_met");
});

test("where the reader stands follows every change, and says so once", () => {
  const session = opened();
  const spoken = [];
  const standing = standingView(session, contentsOf(session), {
    tell: () => {},
    say: (x) => spoken.push(x),
  });
  const big = () => standing.element.all((e) => hasClass(e, "big"))[0].textContent;
  assert.equal(big(), "5.1%");
  assert.equal(
    comparison(session, contentsOf(session)),
    "These are the map's own numbers. To change one, open an entry of the argument.",
  );
  session.set("alignment-hard", "80%");
  assert.equal(big(), "10%");
  assert.match(standing.element.textContent, /After one change it is about twice as likely/);
  assert.equal(spoken.length, 1);
  assert.ok(standing.element.all((e) => hasClass(e, "stale")).length > 0, "the mean is of before");
});

test("weighed draws say what they are worth, and warn where few agree with what is observed", async () => {
  const session = opened();
  const standing = standingView(session, contentsOf(session), { tell: () => {}, say: () => {} });
  const [worth] = standing.element.all((e) => hasClass(e, "worth-of-draws"));
  assert.equal(worth.hidden, true);
  const estimates = [812.4, 41.2, 0.9].map((effective) => ({ mean: 0.1, interval_90: [0.1, 0.2], effective }));
  const told = [];
  for (const estimate of estimates) {
    session.estimate = async () => ({ "power-seeking-catastrophe": estimate });
    session.set("alignment-hard", `${20 + told.length}%`);
    assert.equal(worth.hidden, true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    told.push([worth.textContent, hasClass(worth, "problem")]);
  }
  assert.deepEqual(told[0], ["Weighed by what is observed: worth 812 of 1,000 draws.", false]);
  assert.match(told[1][0], /the 1,000 are worth 41 draws\. The mean and the spread are rough/);
  assert.match(told[2][0], /worth one draw/);
  assert.deepEqual(told.map(([, isProblem]) => isProblem), [false, true, true]);
});

test("an example of a condition is one of this map", () => {
  const session = opened();
  const standing = standingView(session, contentsOf(session), { tell: () => {}, say: () => {} });
  const [field] = standing.element.all((e) => e.attributes?.id === "given-condition");
  const text = field.attributes.placeholder.replace("for example: ", "");
  session.given({ assuming: [text] });
  assert.deepEqual(session.givenNow.assuming, [text]);
});

test("nothing is spoken while the page is blind", () => {
  const session = opened();
  const spoken = [];
  standingView(session, contentsOf(session), { tell: () => {}, say: (x) => spoken.push(x) });
  setBlind(true);
  const { element, bar } = blindView(session);
  assert.match(bar.textContent, /no number yet/);
  session.set("alignment-hard", "80%");
  assert.deepEqual(spoken, []);
  assert.match(bar.textContent, /one number/);
  const [mine] = element.all((e) => e.tag === "button");
  assert.equal(mine.disabled, false);
  mine.listeners.click();
  assert.equal(isBlind(), false);
});

test("changes are counted over numbers, rejections and conditions", () => {
  const session = opened();
  session.set("alignment-hard", "80%");
  session.given({ assuming: ["strong-incentives"] });
  assert.equal(changeCount(session), 2);
  session.reset();
  assert.equal(changeCount(session), 0);
});

test("rows of the ranking stand by rank, then by value; a question is one row", () => {
  const table = {
    claims: [
      { id: "a", kind: "premise", voi: 1, rank: 2 },
      { id: "q.x", kind: "premise", voi: 3, rank: null },
      { id: "b", kind: "stage", voi: 5, rank: null },
      { id: "c", kind: "premise", voi: 0, rank: null },
    ],
    arguments: [{ id: "d", kind: "argument", voi: 2, rank: 1 }],
    questions: [{ id: "q", kind: "premise", voi: 4, rank: null }],
  };
  const rows = rowsOf(table);
  assert.deepEqual(
    ranked(rows, false).map((row) => row.id),
    ["d", "a", "q"],
  );
  assert.deepEqual(
    ranked(rows, true).map((row) => row.id),
    ["d", "a", "b", "q"],
  );
  assert.deepEqual(
    rows.find((row) => row.id === "q").states.map((row) => row.id),
    ["q.x"],
  );
});

test("the steps of a gap lead from one end to the other", () => {
  const steps = stepsOf([{ share_logit: 1.5 }, { share_logit: -0.5 }], -3);
  assert.deepEqual(
    steps.map(({ from, to }) => [from, to]),
    [
      [-3, -1.5],
      [-1.5, -2],
    ],
  );
});

test("the comparison is of the reader's numbers as soon as they are the reader's", async () => {
  const session = opened();
  const { element } = partingView(session, contentsOf(session), () => {});
  const gap = () => element.all((e) => hasClass(e, "parting-gap"))[0].textContent;
  assert.match(gap(), /^At central numbers, carlsmith: 5\.1%, and superforecasters: 0\.21%\./);
  session.set("alignment-hard", "80%");
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(gap(), /^At central numbers, you: 10%, and the map: 5\.1%\./);
});

test("hostile texts stay texts in every section, and lead nowhere", () => {
  const session = opened();
  const contents = contentsOf(session, HOSTILE);
  const views = [
    answerView(contents),
    worldviewsView(session, contents),
    hangsOnView(session, contents, tagChoice(contents)),
    partingView(session, contents, () => {}),
    takesView(session, contents, Number),
    standingView(session, contents, { tell: () => {}, say: () => {} }),
  ];
  for (const { element } of views) {
    assert.deepEqual(
      element.all((e) => ["img", "script"].includes(e.tag)),
      [],
    );
    for (const link of element.all((e) => e.tag === "a")) assert.match(link.attributes.href, /^#/);
  }
  assert.ok(views[0].element.textContent.includes(HOSTILE));
});

test("a tag that is chosen keeps the cruxes with it, at the places that they have among all", () => {
  const session = opened();
  const contents = contentsOf(session);
  const every = ranked(session.alone(), false);
  const [first, second, ...others] = every.map(({ id }) => id);
  for (const entry of Object.values(contents.entries)) entry.tags = [];
  for (const id of [second, ...others]) contents.entries[id.split(".")[0]].tags = ["later", HOSTILE];
  const tags = tagChoice(contents);
  assert.deepEqual([...tagsOf(contents).keys()], ["later", HOSTILE]);
  const { element } = hangsOnView(session, contents, tags);
  const rows = () => element.all((e) => e.tag === "li" && hasClass(e, "crux")).map((e) => e.textContent);
  assert.ok(rows()[0].startsWith(`1${first}`));
  const [label] = element.all((e) => e.tag === "label" && e.textContent.includes("later"));
  const [later] = label.all((e) => e.tag === "input");
  later.checked = true;
  later.listeners.change();
  assert.equal(tags.keeps(first), false);
  assert.equal(tags.keeps(`${second}.part`), true, "what belongs to an entry is kept with it");
  assert.equal(tags.keeps("what-is-no-entry"), true);
  assert.ok(rows()[0].startsWith(`2${second}`));
  const [all] = element.all((e) => e.tag === "button" && e.textContent === "All entries");
  assert.equal(all.hidden, false);
  all.listeners.click();
  assert.ok(rows()[0].startsWith(`1${first}`));
  assert.equal(later.checked, false);
});

test("there is nothing to choose where no entry has a tag, until one with a tag is brought", () => {
  const session = opened();
  const contents = contentsOf(session);
  for (const entry of Object.values(contents.entries)) entry.tags = [];
  const tags = tagChoice(contents);
  const element = tags.view("entries");
  assert.equal(element.hidden, true);
  let heard = 0;
  tags.on(() => (heard += 1));
  contents.entries["brought-a"] = { text: "A.", tags: ["new", "new"] };
  tags.renew();
  assert.equal(element.hidden, false);
  assert.match(element.textContent, /new \(1\)/);
  const [box] = element.all((e) => e.attributes.type === "checkbox");
  box.checked = true;
  box.listeners.change();
  assert.equal(tags.isAny(), true);
  delete contents.entries["brought-a"];
  tags.renew();
  assert.equal(tags.isAny(), false, "a tag that is gone is asked for no more");
  assert.equal(heard, 2);
  assert.equal(element.hidden, true);
});

test("an outline keeps what has a tag and what leads to it", () => {
  const leaf = (id) => ({ id });
  const [a, b, c] = ["a", "b", "c"].map(leaf);
  const [above, beside] = [{ id: "above", children: [a, b] }, { id: "beside", children: [c] }];
  const top = { id: "top", children: [above, beside] };
  const kept = leadingTo([top], (id) => id === "b");
  assert.deepEqual(kept, new Set([b, above, top]));
  assert.deepEqual(leadingTo([top], () => false), new Set());
});

test("what scripts ask of anything else is a problem, and changes nothing", async () => {
  const session = opened();
  const asked = scripted(Promise.resolve(session));
  await asked.ready;
  const { version } = session;
  for (const odd of [undefined, null, true, 0, NaN, "", "__proto__", [], {}, () => 1, Symbol("s"), 1n, "\ud800"]) {
    assert.throws(() => asked.start(odd), { name: "ProblemError" });
    assert.throws(() => asked.set(odd, "1%"), { name: "ProblemError" });
    assert.throws(() => asked.reject(odd), { name: "ProblemError" });
    assert.throws(() => asked.probability(odd), { name: "ProblemError" });
    await assert.rejects(asked.diff(odd), { name: "ProblemError" });
  }
  assert.throws(() => asked.yaml({ id: 5 }), { code: "bad-id" });
  assert.equal(session.version, version);
});

test("scripts ask what readers ask, once the page is ready", async () => {
  const session = opened();
  const asked = scripted(Promise.resolve(session));
  assert.throws(() => asked.set("alignment-hard", "80%"), /not ready/);
  await asked.ready;
  asked.start("superforecasters");
  asked.set("alignment-hard", "80%");
  assert.equal(session.startedFrom, "superforecasters");
  assert.equal(asked.probability("alignment-hard"), session.probability("alignment-hard"));
  assert.throws(() => asked.set("alignment-hard", "lots"), /lots/);
  asked.rename("ann");
  assert.match(asked.bring("claim", { text: "It rains.", credence: "5%" }), /^ann-/);
  assert.match(asked.yaml(), /^worldview: ann$/m);
  assert.throws(() => asked.rename("superforecasters"), { name: "ProblemError" });
  const readOnly = scripted(Promise.resolve(null));
  await readOnly.ready;
  await assert.rejects(() => readOnly.estimate(), /read-only/);
});
