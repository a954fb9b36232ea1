import assert from "node:assert/strict";
import test from "node:test";

import { slopeWords } from "../../src/cruxmap/present/report/page/view/editor.js";
import { entryOfFragment } from "../../src/cruxmap/present/report/page/view/entry_words.js";
import { searchEntries } from "../../src/cruxmap/present/report/page/view/find.js";
import { conditionsOf, givenWith } from "../../src/cruxmap/present/report/page/view/givens.js";
import { placesOf } from "../../src/cruxmap/present/report/page/view/outline.js";
import { learningWords } from "../../src/cruxmap/present/report/page/view/learning.js";
import { numbersOfAll } from "../../src/cruxmap/present/report/page/view/reviewers.js";
import { layersOf, settle } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import {
  argumentNow,
  information,
  lineWeight,
  stepOf,
  toldBy,
} from "../../src/cruxmap/present/report/page/view/weights.js";
import { moveWords, timesWords } from "../../src/cruxmap/present/report/page/view/words.js";

const contents = {
  entries: {
    "rain-falls": {
      text: "Rain falls.",
      type: "claim",
      numbers: ["rain-falls"],
      parts: [],
      states: [],
      targets: [],
    },
    clouds: {
      text: "Dark clouds, déjà vu.",
      type: "argument",
      numbers: ["clouds", "clouds.strength"],
      targets: [{ id: "rain-falls", how: "for" }],
    },
    haze: {
      text: "It is haze.",
      type: "argument",
      numbers: ["haze", "haze.force"],
      targets: [{ id: "clouds", how: "undercuts" }],
    },
    season: {
      text: "Which season?",
      type: "question",
      states: [
        { id: "wet", text: "wet" },
        { id: "dry", text: "dry" },
      ],
      parts: [],
      numbers: [],
    },
    thaw: {
      text: "It thaws.",
      type: "event",
      states: [],
      parts: [{ address: "thaw.spring", words: "during spring" }],
      numbers: [],
    },
  },
  judgements: {
    "rain-falls": { words: "how likely it is", by: { ann: { fitted: null, source: [] } }, source: [] },
  },
};
const addresses = ["rain-falls", "clouds", "clouds.strength", "haze", "haze.force"];
const model = {
  addresses,
  judgements: {
    scale: ["p", "p", "s", "p", "p"],
    role: [],
    owner: ["rain-falls", "clouds", "clouds", "haze", "haze"],
  },
  share_rows: [],
  rows_at: {},
  brought: {},
  map: { values: ["50%", "50%", "30x", "50%", "100%"] },
  worldviews: {
    ann: { extends: null, judgements: [{ at: "rain-falls", value: "90%" }], rejects: [], accepts: [] },
    bob: { extends: null, judgements: [], rejects: ["clouds"], accepts: [] },
    cid: { extends: null, judgements: [], rejects: [], accepts: [] },
  },
};
const shipped = (id) => settle(model, layersOf(model, id));
const session = {
  model,
  setting: shipped("map"),
  worldviews: ["map", "ann", "bob", "cid"],
  shipped,
  central: {
    target: 0.5,
    claims: new Map([
      ["clouds", 0.5],
      ["haze", 0.25],
    ]),
    givenTrue: new Map([
      ["clouds", 0.7],
      ["haze", 0.5],
    ]),
    givenFalse: new Map([
      ["clouds", 0.3],
      ["haze", 0.5],
    ]),
  },
};

test("an argument counts by its chance and its strength, an undercut by its force", () => {
  assert.equal(argumentNow(session, contents, "clouds").weight, 0.5);
  assert.equal(argumentNow(session, contents, "haze").weight, 0.25);
  const rejecting = { ...session, setting: shipped("bob") };
  assert.equal(argumentNow(rejecting, contents, "clouds").weight, 0);
});

test("a line that is part of a basis is as thick as what learning its start tells", () => {
  const told = toldBy(session);
  assert.equal(lineWeight(session, contents, { from: "clouds", to: "rain-falls", how: "part" }, told), 1);
  assert.equal(lineWeight(session, contents, { from: "haze", to: "rain-falls", how: "part" }, told), 0);
  assert.equal(stepOf(0.5), 6);
});

test("value of information is that of the definition, and nothing for what is certain", () => {
  const expected = 0.5 * (0.7 * Math.log10(0.7 / 0.5) + 0.3 * Math.log10(0.3 / 0.5)) * 2;
  assert.ok(Math.abs(information(0.5, 0.5, 0.7, 0.3) - expected) < 1e-15);
  assert.equal(information(0.5, 1, 0.5, null), 0);
});

test("entries are found by id, then by words, without accents and capitals", () => {
  assert.deepEqual(searchEntries(contents, "rain falls"), ["rain-falls"]);
  assert.deepEqual(searchEntries(contents, "DEJA"), ["clouds"]);
  assert.deepEqual(searchEntries(contents, "it"), ["haze", "thaw"]);
  assert.deepEqual(searchEntries(contents, "   "), []);
  assert.deepEqual(searchEntries(contents, "(["), []);
});

test("only entries of the map are opened by a fragment", () => {
  assert.equal(entryOfFragment("#entry-clouds", contents), "clouds");
  assert.equal(entryOfFragment("#entry-__proto__", contents), null);
  assert.equal(entryOfFragment("#entry-constructor", contents), null);
  assert.equal(entryOfFragment("#w=abc", contents), null);
});

test("conditions are written as the language writes them", () => {
  const texts = (id) => conditionsOf(id, contents.entries[id]).map(({ text }) => text);
  assert.deepEqual(texts("rain-falls"), ["rain-falls", "{rain-falls: false}"]);
  assert.deepEqual(texts("season"), ["{season: wet}", "{season: dry}"]);
  assert.deepEqual(texts("thaw"), [
    "{event: thaw, ever: true}",
    "{event: thaw, ever: false}",
    "{event: thaw, during: spring}",
  ]);
  assert.deepEqual(texts("clouds"), []);
});

test("what is taken as given of an entry replaces what was", () => {
  const conditions = conditionsOf("rain-falls", contents.entries["rain-falls"]);
  const given = { assuming: ["rain-falls", "{season: wet}"], observed: [] };
  assert.deepEqual(givenWith(given, conditions, "observed", "{rain-falls: false}"), {
    assuming: ["{season: wet}"],
    observed: ["{rain-falls: false}"],
  });
  assert.deepEqual(givenWith(given, conditions, null, null), {
    assuming: ["{season: wet}"],
    observed: [],
  });
});

test("an entry's place in the outline is where it is told first", () => {
  const outline = [
    {
      id: "a",
      as: "target",
      children: [
        { id: "b", as: "for", children: [] },
        { id: "a", as: "case", again: true },
      ],
    },
    { id: "c", as: "besides", children: [] },
  ];
  assert.deepEqual(
    [...placesOf(outline)],
    [
      ["a", [0]],
      ["b", [0, 0]],
      ["c", [1]],
    ],
  );
});

test("reviewers' numbers say whose they are", () => {
  const { said, inherited } = numbersOfAll(session, contents, "rain-falls");
  assert.deepEqual(
    said.map(({ who, text, whose }) => [who, text, whose]),
    [
      ["map", "50%", "the editor's, and nobody's view"],
      ["ann", "90%", "own"],
    ],
  );
  assert.deepEqual(inherited, [{ from: "map", text: "50%", who: ["bob", "cid"] }]);
});

test("who rejects an argument is said", () => {
  const { said, inherited } = numbersOfAll(session, contents, "clouds");
  assert.deepEqual(
    said.map(({ who, text }) => [who, text]),
    [
      ["map", "50%"],
      ["bob", "rejected"],
    ],
  );
  assert.deepEqual(inherited, [{ from: "map", text: "50%", who: ["ann", "cid"] }]);
});

test("what learning something would do is said in words", () => {
  const told = learningWords(null, 0.1, 0.5, 0.2, 0.05);
  assert.match(
    told,
    /^10% now; if true 20% \(about twice as likely\); if false 5\.0% \(about half as likely\)\./,
  );
  assert.match(
    learningWords("wet", 0.1, 1, 0.1, null),
    /^wet: there is nothing to learn: it is certain now\.$/,
  );
});

test("rounding tells nothing", () => {
  assert.match(learningWords(null, 0.1, 0.5, 0.1 + 1e-16, 0.1), /if true 10% \(as likely as before\)/);
  assert.match(learningWords(null, 0.1, 0.5, 0.1 + 1e-16, 0.1), /It tells nothing about what is asked\./);
});

test("ratios are said in words", () => {
  assert.equal(timesWords(2), "about twice as");
  assert.equal(timesWords(0.34), "about a third as");
  assert.equal(timesWords(42), "about 40 times as");
  assert.equal(moveWords(0.9, 0.95), "about half as likely to be false");
  assert.equal(moveWords(0.2, 0.2), "as likely as before");
});

test("what moving a number does is said in words", () => {
  assert.equal(slopeWords("p", 1, 0.1), "If its odds double, what is asked is about 82% more likely.");
  assert.equal(slopeWords("s", -1, 0.01), "If it doubles, what is asked is about half as likely.");
  assert.equal(slopeWords("p", 0, 0.1), "Moving it a little hardly moves what is asked.");
  assert.equal(slopeWords("p", null, 0.1), "");
});
