// What the reader adds: the form, its fields to and from the language, and its place in outline and map.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  broughtThings,
  linesOf,
  outlineWith,
  wrapped,
} from "../../src/cruxmap/present/report/page/view/brought.js";
import {
  draftOf,
  emptyDraft,
  entryOf,
  entryOfPremise,
  lineOfForm,
  ownForm,
  premisesAt,
  problemsOf,
  waysAt,
} from "../../src/cruxmap/present/report/page/view/draft.js";
import { ProblemError } from "../../src/cruxmap/present/report/page/language/problems.js";
import { freeBeside } from "../../src/cruxmap/present/report/page/view/map_geometry.js";
import { effectSentence } from "../../src/cruxmap/present/report/page/view/objection.js";
import { objectionForm } from "../../src/cruxmap/present/report/page/view/objection_form.js";
import { remarkView } from "../../src/cruxmap/present/report/page/view/remarks.js";
import { fakeDocument } from "./fake_document.mjs";

const LEXICON = { probability: { likely: "55% to 80%" }, ratio: { weak: "1.5x to 3x" } };
const CLAIM = { type: "claim", basis: "credence", parts: [], states: [] };
const ROUTES = {
  type: "claim",
  basis: "routes",
  parts: [{ address: "goal.bought", words: "by bought" }],
  states: [],
};
const PHASE = { address: "thaw.spring", words: "during spring" };
const EVENT = { type: "event", basis: "emerges", parts: [PHASE] };
const QUESTION = {
  type: "question",
  basis: "shares",
  parts: [],
  states: [
    { id: "wet", text: "wet" },
    { id: "dry", text: "dry" },
    { id: "so-so", text: "so so" },
  ],
};
const ARGUMENT = { type: "argument", basis: "argument", parts: [], states: [] };

test("what can be added is what the language takes there", () => {
  assert.deepEqual(waysAt("rain", CLAIM).kinds, ["against", "for", "claim"]);
  assert.deepEqual(waysAt("goal", ROUTES).kinds, ["route", "against", "for", "claim"]);
  assert.deepEqual(waysAt("goal", { ...ROUTES, parts: [] }).kinds, ["route", "claim"]);
  assert.deepEqual(waysAt("thaw", EVENT).places, [{ value: "thaw.spring", words: "during spring" }]);
  assert.deepEqual(waysAt("season", QUESTION).states, QUESTION.states);
  assert.deepEqual(waysAt("clouds", ARGUMENT).kinds, ["undercuts", "claim"]);
  for (const basis of ["definition", "gap", "later_of", "earlier_of"]) {
    const { kinds, why } = waysAt("all", { ...CLAIM, basis });
    assert.deepEqual(kinds, ["claim"]);
    assert.match(why, /argue about these:$/iu);
  }
});

test("a draft is written as a file has it, and read back", () => {
  const draft = {
    ...emptyDraft("rain", CLAIM),
    kind: "against",
    text: " It is haze. ",
    strength: "weak",
    credence: "60% to 90%",
    premises: [{ form: { clouds: "false" } }, { text: "Haze looks so.", credence: "likely" }],
  };
  const [kind, form] = entryOf(draft);
  assert.equal(kind, "argument");
  assert.deepEqual(form, {
    text: "It is haze.",
    against: "rain",
    premises: [{ clouds: "false" }, { text: "Haze looks so.", credence: "likely" }],
    credence: "60% to 90%",
    strength: "weak",
  });
  const strength = { value: "weak", source: "post#P2" };
  const premises = [{ clouds: "false" }, "mine-haze-looks-so"];
  const kept = { ...form, premises, strength, source: "post#P1" };
  const again = draftOf("mine-it-is-haze", { kind, form: kept });
  assert.equal(again.place, "rain");
  assert.deepEqual(entryOf(again, kept), ["argument", { ...kept, id: "mine-it-is-haze" }]);
});

test("an argument about states, a way, an undercut and a claim are written as a file has them", () => {
  const of = { text: "x", strength: "2x" };
  const states = { ...emptyDraft("season", QUESTION), ...of, kind: "for", states: ["wet"] };
  assert.deepEqual(entryOf(states)[1].for, { season: "wet" });
  assert.deepEqual(entryOf({ ...states, states: ["wet", "dry"] })[1].for, { season: ["wet", "dry"] });
  const bought = { text: "Bought.", chance: "5%" };
  const way = { ...emptyDraft("goal", ROUTES), ...bought };
  assert.deepEqual(entryOf(way), ["route", { of: "goal", text: "Bought.", chance: "5%" }]);
  const on = { ...emptyDraft("goal", ROUTES), kind: "for", text: "x", strength: "2x" };
  assert.equal(entryOf(on)[1].for, "goal.bought");
  const undercut = { ...emptyDraft("clouds", ARGUMENT), text: "No.", force: "80%" };
  assert.deepEqual(entryOf(undercut), ["argument", { text: "No.", undercuts: "clouds", force: "80%" }]);
  const claim = { ...emptyDraft("rain", CLAIM), kind: "claim", text: "New.", credence: "20%" };
  assert.deepEqual(entryOf(claim), ["claim", { text: "New.", credence: "20%" }]);
});

test("what is brought is found under its name, and only there", () => {
  const routes = { goal: [{ id: "mine-y", chance: "5%" }] };
  const brings = { arguments: { "mine-x": { text: "x" } }, routes };
  const session = { own: { brings } };
  assert.equal(ownForm(session, "mine-x").kind, "argument");
  assert.equal(ownForm(session, "goal.mine-y").kind, "route");
  for (const name of ["goal", "goal.other", "constructor", "__proto__.id", "mine-x.strength", ""]) {
    assert.equal(ownForm(session, name), null, name);
  }
});

test("a form that this page cannot show whole is not opened for editing", () => {
  const form = { text: "x", given: [{ when: "a", credence: "5%" }, { otherwise: "6%" }] };
  assert.equal(draftOf("mine-x", { kind: "claim", form }), null);
  const several = { text: "x", for: ["a", "b"], strength: "2x" };
  const again = entryOf(draftOf("mine-x", { kind: "argument", form: several }), several);
  assert.deepEqual(again[1].for, ["a", "b"]);
});

test("what is missing or unreadable is said of its own field, all of it at once", () => {
  const draft = {
    ...emptyDraft("season", QUESTION),
    strength: "0.5x",
    credence: "150%",
    premises: [{ form: "rain" }, { text: " ", credence: "5% to 1%" }],
  };
  const found = problemsOf(draft, LEXICON, { states: QUESTION.states });
  const fields = ["text", "states", "strength", "credence", "premises.1.text", "premises.1.credence"];
  assert.deepEqual([...found.keys()], fields);
  assert.match(found.get("premises.1.credence").hint, /1% to 5%/);
  const all = { ...draft, states: ["wet", "dry", "so-so"] };
  assert.match(problemsOf(all, LEXICON, { states: QUESTION.states }).get("states").message, /all states/);
  const good = { ...emptyDraft("rain", CLAIM), text: "x", strength: "weak" };
  assert.equal(problemsOf(good, LEXICON).size, 0);
  assert.deepEqual([...problemsOf({ ...good, kind: "claim" }, LEXICON).keys()], ["credence"]);
  assert.deepEqual([...problemsOf({ ...good, kind: "route" }, LEXICON).keys()], ["chance"]);
});

test("a premise is true or false, in a state or not, or happens in a phase", () => {
  const lines = (id, entry, phases) => premisesAt(id, entry, phases).map(({ form }) => lineOfForm(form));
  assert.deepEqual(lines("rain", CLAIM), ["rain", "{rain: false}"]);
  assert.equal(lines("season", QUESTION).length, 6);
  assert.equal(lines("season", QUESTION)[3], "{not: {season: wet}}");
  assert.deepEqual(lines("thaw", EVENT, ["winter", "spring"]).slice(2), [
    "{event: thaw, during: winter}",
    "{event: thaw, during: spring}",
    "{event: thaw, by_end_of: winter}",
  ]);
  assert.deepEqual(premisesAt("clouds", ARGUMENT), []);
  const entries = { rain: CLAIM, season: QUESTION, thaw: EVENT };
  const all = Object.entries(entries).flatMap(([id, entry]) =>
    premisesAt(id, entry, ["winter", "spring"]).map(({ form }) => [id, form]),
  );
  for (const [id, form] of all) assert.equal(entryOfPremise(form, entries), id);
  for (const form of [{ all_of: ["rain", "season"] }, { event: "thaw", before: "rain" }, ["rain"], "no"]) {
    assert.equal(entryOfPremise(form, entries), null);
  }
});

// --- outline and map ----------------------------------------------------------------------------------

const WAY = { address: "rain.mine-way", words: "by a way" };
const AGAINST = { id: "rain", how: "against" };
const contents = {
  judgements: { "rain.mine-way": { note: "By a way." } },
  entries: {
    goal: { text: "Goal.", type: "claim", targets: [], parts: [] },
    rain: { text: "Rain.", type: "claim", targets: [], parts: [WAY] },
    "mine-a": { text: "A.", type: "argument", targets: [AGAINST], brought_by: "mine" },
    "mine-b": { text: "B.", type: "argument", targets: [{ id: "mine-a", how: "undercuts" }] },
    "mine-c": { text: "C.", type: "claim", targets: [], parts: [] },
    "ann-d": { text: "D.", type: "claim", targets: [], parts: [], brought_by: "ann" },
  },
};
const session = {
  own: {
    brings: {
      arguments: { "mine-a": {}, "mine-b": {} },
      claims: { "mine-c": {} },
      routes: { rain: [{ id: "mine-way" }] },
    },
  },
  model: {
    brought: { "mine-a": "mine", "rain.mine-way": "mine" },
    added: {
      entries: [
        { type: "claim", id: "mine-c" },
        { type: "claim", id: "ann-d" },
        {
          type: "argument",
          id: "mine-a",
          premises: [{ claim: "mine-c", value: true }, { not: { claim: "goal", value: true } }],
        },
        { type: "argument", id: "mine-b", premises: [] },
        { type: "route", address: "rain.mine-way", of: "rain", when: { claim: "goal", value: true } },
      ],
    },
  },
};
const outline = [
  {
    id: "goal",
    as: "target",
    folded: false,
    children: [{ id: "rain", as: "defined by", folded: true, children: [] }],
  },
  { id: "rain", as: "besides", again: true },
];

test("what is brought stands below what it bears on, its premises below it, and says whose it is", () => {
  const things = broughtThings(session, contents);
  const [top, again, left] = outlineWith(outline, things);
  assert.equal(again, outline[1], "a reference stays as it is");
  const [rain] = top.children;
  assert.equal(rain.folded, false);
  const told = (node) => [node.id, node.as, node.again ?? false, (node.children ?? []).map(told)];
  assert.deepEqual(rain.children.map(told), [
    ["mine-a", "against", false, [
      ["mine-c", "premise", false, []],
      ["goal", "premise", true, []],
      ["mine-b", "undercuts", false, []],
    ]],
    ["rain", "route", false, [["goal", "premise", true, []]]],
  ]);
  assert.equal(rain.children[1].route, "rain.mine-way");
  assert.equal(rain.children[1].text, "By a way.");
  assert.deepEqual([left.id, left.as, left.whose], ["ann-d", "besides", "brought by ann"]);
  const whose = ["yours", "brought by ann", "yours", "yours", "yours"];
  assert.deepEqual(things.map((thing) => thing.whose), whose);
  assert.equal(outlineWith(outline, []), outline);
});

test("undercuts of each other's, however long their circle, end", () => {
  const circle = ["a", "b", "c"].map((name, i) => ({
    name,
    id: name,
    type: "argument",
    text: name,
    whose: "yours",
    targets: [{ id: ["b", "c", "a"][i], how: "undercuts" }],
    rests: [],
  }));
  const nodes = outlineWith([], circle);
  assert.deepEqual(nodes.map(({ id }) => id), ["a"]);
});

test("lines of the map say which way each goes", () => {
  const lines = linesOf(broughtThings(session, contents));
  assert.deepEqual(lines.map(({ from, to, how, sign }) => [from, to, how, sign]), [
    ["mine-c", "mine-a", "part", 1],
    ["goal", "mine-a", "part", -1],
    ["mine-a", "rain", "against", -1],
    ["mine-b", "mine-a", "undercuts", -1],
    ["goal", "rain.mine-way", "part", 1],
    ["rain.mine-way", "rain", "part", 1],
  ]);
});

test("a box is put beside another and covers none", () => {
  const boxes = [];
  for (let i = 0; i < 40; i += 1) {
    boxes.push({ x: (i % 5) * 300, y: Math.floor(i / 5) * 90, w: 200, h: 70 });
  }
  const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  for (let count = 0; count < 20; count += 1) {
    const place = freeBeside(boxes, boxes[17], { w: 190, h: 86 });
    assert.ok(!boxes.some((box) => overlaps(box, place)), `box ${count}`);
    boxes.push(place);
  }
  const one = { x: 0, y: 0, w: 100, h: 50 };
  const alone = freeBeside([one], one, { w: 80, h: 50 });
  assert.deepEqual(alone, { x: 146, y: 0, w: 80, h: 50 });
});

test("a sentence is cut into the lines of a box, however long its words", () => {
  assert.deepEqual(wrapped("one two three", 8), ["one two", "three"]);
  assert.equal(wrapped("x".repeat(10_000)).length, 4);
  assert.ok(wrapped("word ".repeat(3000)).every((line) => line.length <= 30));
  assert.ok(!wrapped("\u202Eevil \u2067text").join("").match(/[\u202E\u2067]/u));
  assert.deepEqual(wrapped("   "), []);
});

// --- the form -----------------------------------------------------------------------------------------

const HOSTILE = "</script><img src=x onerror=alert(1)>\u202E\u2028javascript:alert(1)";

/** A session that keeps what it is asked to bring; `refusing` is what it throws instead. */
function stub({ refusing = null, brings = {} } = {}) {
  const asked = [];
  const entries = Object.entries(FORM_CONTENTS.entries).map(([id, { type }]) => ({ id, type }));
  const withParts = entries.map((entry) =>
    entry.type === "question"
      ? { ...entry, states: ["wet", "dry", "so-so"] }
      : { ...entry, phases: [{ id: "winter" }, { id: "spring" }] },
  );
  return {
    asked,
    version: 1,
    startedFrom: "map",
    own: { judgements: [], rejects: [], accepts: [], brings, remarks: {} },
    givenNow: { assuming: [], observed: [] },
    model: { lexicon: LEXICON, entries: withParts, model: { assuming: [], observed: [] }, brought: {} },
    central: { target: 0.25, impossible: null },
    on: () => () => {},
    bring(kind, entry) {
      if (refusing !== null) throw refusing;
      asked.push([kind, entry]);
      return "mine-x";
    },
  };
}

const FORM_CONTENTS = {
  target: "goal",
  worldviews: {},
  entries: {
    rain: { ...CLAIM, text: "Rain.", basis_words: [], targets: [] },
    all: { ...CLAIM, basis: "definition", basis_words: ["It is true when:", "rain"], targets: [] },
    season: { ...QUESTION, text: HOSTILE, targets: [] },
    thaw: { ...EVENT, states: [], text: "It thaws.", targets: [] },
    clouds: { ...ARGUMENT, text: "Clouds.", targets: [{ id: "rain", how: "for" }] },
  },
};

/** The form, with ways to write in it. */
function formOn(session, about, name = null) {
  fakeDocument();
  const told = { done: [], closed: 0 };
  const { element } = objectionForm(session, FORM_CONTENTS, {
    about,
    name,
    done: (...given) => told.done.push(given),
    close: () => {
      told.closed += 1;
    },
  });
  const labelled = (words) => {
    const label = element.all((one) => one.tag === "label" && one.textContent.startsWith(words))[0];
    const { for: id } = label.attributes;
    return element.all((one) => one.attributes.id === id)[0];
  };
  const fill = (words, text) => {
    labelled(words).value = text;
    labelled(words).listeners.input();
  };
  const choose = (words) => {
    const label = element.all((one) => one.tag === "label" && one.textContent.startsWith(words))[0];
    const [box] = label.all((one) => one.tag === "input");
    for (const other of element.all((one) => one.attributes.name === box.attributes.name)) {
      if (other.attributes.type === "radio") other.checked = other === box;
    }
    box.checked = true;
    box.listeners.change();
  };
  const submit = () => element.listeners.submit({ preventDefault() {} });
  const problems = () =>
    element.all((one) => one.tag === "p" && one.attributes.class === "problem" && one.textContent !== "");
  return { element, told, fill, choose, submit, problems, labelled };
}

test("the form brings what is written in it, once nothing is missing", () => {
  const session = stub();
  const form = formOn(session, "rain");
  form.submit();
  assert.equal(form.problems().length, 2);
  assert.equal(form.labelled("The argument").attributes["aria-invalid"], "true");
  assert.deepEqual(session.asked, []);
  form.fill("The argument", ` ${HOSTILE} `);
  form.fill("How strong it is", "1.5x to 3x");
  form.submit();
  assert.deepEqual(session.asked, [
    ["argument", { text: HOSTILE.trim(), against: "rain", strength: "1.5x to 3x" }],
  ]);
  const [[brought, , before]] = form.told.done;
  assert.equal(brought, "mine-x");
  assert.equal(before.central, 0.25);
  assert.deepEqual(form.problems(), []);
});

test("what was written stays when another kind is chosen", () => {
  const session = stub();
  const form = formOn(session, "rain");
  form.fill("The argument", "So it is.");
  form.choose("A new claim");
  assert.equal(form.labelled("The claim").value, "So it is.");
  form.fill("How likely it is", "likely");
  form.submit();
  assert.deepEqual(session.asked, [["claim", { text: "So it is.", credence: "likely" }]]);
});

test("an argument about a question names its states", () => {
  const session = stub();
  const form = formOn(session, "season");
  form.choose("An argument for it");
  form.fill("The argument", "x");
  form.fill("How strong it is", "weak");
  form.submit();
  assert.match(form.problems()[0].textContent, /A state is missing/);
  form.choose("dry");
  form.submit();
  assert.deepEqual(session.asked[0][1].for, { season: "dry" });
});

test("what is defined by others says what can be argued about instead", () => {
  const { element } = formOn(stub(), "all");
  assert.match(element.textContent, /defined by others.*Argue about these:rain/);
});

test("a form for what is the reader's own has what they wrote, and brings it under its id", () => {
  const premises = ["rain", { not: { season: "wet" } }];
  const kept = { text: "No.", undercuts: "clouds", premises, force: "80%" };
  const session = stub({ brings: { arguments: { "mine-x": kept } } });
  const form = formOn(session, "clouds", "mine-x");
  assert.equal(form.labelled("How much of the argument").value, "80%");
  form.submit();
  assert.deepEqual(session.asked, [["argument", { id: "mine-x", ...kept }]]);
});

test("a circle is told at the premises, anything else below the form", () => {
  const fill = (form) => {
    form.fill("The argument", "x");
    form.fill("How strong it is", "2x");
    form.submit();
    return form;
  };
  const circle = new ProblemError("cycle", "`rain` depends on itself: rain, clouds, rain", "");
  const at = fill(formOn(stub({ refusing: circle }), "rain"));
  const [list] = at.element.all((one) => one.tag === "fieldset" && /^What does it/.test(one.textContent));
  assert.match(list.textContent, /depends on itself: rain, clouds, rain/);
  const many = new ProblemError("too-many-arguments", "17 arguments bear on `rain`", "");
  const form = fill(formOn(stub({ refusing: many }), "rain"));
  const [alert] = form.element.all((one) => one.attributes.role === "alert");
  assert.match(alert.textContent, /17 arguments/);
  assert.deepEqual(form.told.done, []);
});

test("Escape leaves the form, and nothing else", () => {
  const form = formOn(stub(), "rain");
  const seen = [];
  const event = { key: "Escape", preventDefault: () => seen.push(1), stopPropagation: () => seen.push(2) };
  form.element.listeners.keydown(event);
  assert.equal(form.told.closed, 1);
  assert.deepEqual(seen, [1, 2]);
  form.element.listeners.keydown({ ...event, defaultPrevented: true });
  assert.equal(form.told.closed, 1, "a list that closed by it keeps the form open");
});

test("what an addition did is said in words, and where there are no numbers, why", () => {
  const session = { central: { target: 0.05, impossible: null }, beyond: "" };
  const half = /^What is asked goes from 10% to 5\.0%, central: about half as likely/;
  assert.match(effectSentence(session, 0.1), half);
  assert.match(effectSentence(session, 0.05), /stays at 5\.0%/);
  const beyond = { central: { target: null, impossible: null }, beyond: "Nine entries are brought." };
  assert.equal(effectSentence(beyond, 0.05), "Nine entries are brought.");
  const impossible = { central: { target: null, impossible: "impossible: a and b" } };
  assert.match(effectSentence(impossible, 0.05), /^What is assumed and observed is impossible/);
});

test("a remark is kept without blanks, and an empty one is taken away", () => {
  fakeDocument();
  const kept = [];
  const session = { own: { remarks: { rain: HOSTILE } }, remark: (...given) => kept.push(given) };
  const { element } = remarkView(session, FORM_CONTENTS, "rain");
  assert.equal(element.all((one) => one.attributes.class === "small my-words")[0].textContent, HOSTILE);
  for (const text of [" new words ", "  "]) {
    element.all((one) => one.tag === "button")[0].listeners.click();
    const [field] = element.all((one) => one.tag === "textarea");
    assert.equal(field.value, HOSTILE);
    field.value = text;
    element.all((one) => one.tag === "form")[0].listeners.submit({ preventDefault() {} });
  }
  assert.deepEqual(kept, [["rain", "new words"], ["rain", null]]);
});
