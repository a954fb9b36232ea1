// Worldview files opened in the page: those that it wrote read back, and whatever else is there ends in
// words. Those of others: what Python says of each.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { modelWith } from "../../src/cruxmap/present/report/page/language/bringing.js";
import { fittedTo } from "../../src/cruxmap/present/report/page/language/fitting.js";
import { lineage, UNCHANGED } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import {
  readOwnFile, readWorldviewFile,
} from "../../src/cruxmap/present/report/page/language/worldview_file.js";
import { worldviewFile } from "../../src/cruxmap/present/report/page/language/yaml.js";
import { casesOf } from "./cases.mjs";

const { cases, models } = casesOf("worldviews");
const files = casesOf("files");
const about = { id: "house", file: "models/house.yaml", map_folder: "house", assuming: [], observed: [] };
const model = { ...models.house, model: about, made_from: { map: "0123456789abcdef", entries: {} } };

/** Go on from a file as one's own, as a session does. */
function opened(text) {
  const { shape, isOther, changed, leftOut } = readOwnFile(text, model);
  const start = shape.extends ?? "map";
  lineage(model, start);
  const found = fittedTo(model, { start, name: shape.id || "own", written: shape });
  const { changes } = found;
  const left = [...leftOut, ...found.leftOut];
  return { id: shape.id, startedFrom: start, changes, isOther, changed, leftOut: left };
}

test("what the page wrote for a worldview reads back as it was", () => {
  for (const { worldview, changes } of cases.filter((row) => row.settled !== undefined)) {
    if (worldview === "map" || (worldview === "bob" && changes.rejects.includes("creaks"))) continue;
    const text = worldviewFile(model, { id: "own", startedFrom: worldview, changes });
    const found = opened(text);
    assert.deepEqual(found.leftOut, []);
    const sorted = (judgements) => [...judgements].sort((a, b) => (a.at < b.at ? -1 : 1));
    assert.deepEqual(sorted(found.changes.judgements), sorted(changes.judgements));
    assert.deepEqual([found.changes.rejects, found.changes.accepts], [changes.rejects, changes.accepts]);
    assert.deepEqual([found.id, found.startedFrom, found.isOther], ["own", worldview, false]);
  }
});

test("a file from the map's own numbers has those that were changed, and none that is the map's", () => {
  const changes = { ...UNCHANGED, judgements: [{ at: "door", value: "1%" }] };
  const text = worldviewFile(model, { id: "own", startedFrom: "map", changes });
  assert.match(text, /^judgements:\n {2}door: 1% {2}# was [^\n]+\n(?! )/m);
  assert.deepEqual(opened(text).changes, changes);
  const whole = opened(text.replace("judgements:\n", "judgements:\n  heat: a hunch\n"));
  assert.deepEqual(whole.changes, changes); // as files had it once
});

test("a number that was changed is kept though its argument is rejected", () => {
  const judgements = [{ at: "creaks.strength", value: "4x" }];
  const changes = { ...UNCHANGED, judgements, rejects: ["creaks"] };
  const text = worldviewFile(model, { id: "own", startedFrom: "map", changes });
  assert.deepEqual(opened(text).changes, changes);
});

/** What an interview leaves in a reader's changes. */
const interviewed = {
  ...UNCHANGED,
  judgements: [
    { at: "door", value: model.map.values[model.addresses.indexOf("door")] }, // as the map has it
    { at: "heat", value: "12.5% to 40%", fitted: "to what I answered: so, in the interview" },
    { at: "colour", shares: ["20%", "30%", "50%"], fitted: "to what I answered: so, in the interview" },
  ],
  stated: [
    { of: "door", credence: "8% to 65%", assuming: ["heat"], source: "post#P1", note: "Hm: well." },
    { of: { not: { colour: ["red", "blue"] } }, credence: "about 5%" },
  ],
  asked: ["creaks.strength", { of: { event: "dawn", ever: "true" } }],
};

test("an interview's file has its answers and no other number, and goes on where it stopped", () => {
  for (const asked of [interviewed.asked, []]) {
    const changes = { ...interviewed, asked };
    const text = worldviewFile(model, { id: "own", startedFrom: "map", changes });
    const found = opened(text);
    assert.deepEqual(found.leftOut, []);
    const sorted = (judgements) => [...judgements].sort((a, b) => (a.at < b.at ? -1 : 1));
    assert.deepEqual(sorted(found.changes.judgements), sorted(changes.judgements));
    assert.deepEqual([found.changes.stated, found.changes.asked], [changes.stated, asked]);
  }
});

test("what of an interview's file does not fit is left out with its reason", () => {
  const lost = "stated:\n- {of: gone, credence: 5%}\n- {of: door, credence: 100%}\n- {of: door, credence: 5%}\n";
  const found = opened(`text: Mine.\n${lost}asked: [gone, door, {of: gone}]\n`);
  assert.deepEqual(found.changes.stated, [{ of: "door", credence: "5%" }]);
  assert.deepEqual(found.changes.asked, ["door"]);
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["stated", "stated", "gone", "asked"]);
});

const WRITTEN = `# What somebody wrote by hand
worldview: eve
voice: zoe
text: >-
  Eve: sees things
  otherwise.
extends: ann     # and not the map
made_from:
  map: fedcba9876543210
stated:
- {of: door, credence: 5%,
   assuming: [heat]}
- of: heat
  credence: 10%
judgements:
  door: about 6%   # no: less
  heat: {value: "< 1%", source: letters#3, note: 'it''s #1: cold'}
  colour:
    red: 10%
    green: {value: 20%, note: said}
    blue: rest
  size.cold: {small: 15%,
    large: rest}  # both
  "draughty.open":
    very likely
  gone: 5%
  mood: 3
rejects:
  - quiet
  - nobody
accepts: deaf
remarks: {door: "It # creaks"}
`;

test("what people write by hand is read, and what does not fit is left out", () => {
  const found = opened(WRITTEN);
  assert.deepEqual(found.changes, {
    ...UNCHANGED,
    judgements: [
      { at: "door", value: "about 6%" },
      { at: "heat", value: "< 1%" },
      { at: "colour", shares: ["10%", "20%", "rest"] },
      { at: "size.cold", shares: ["15%", "rest"] },
      { at: "draughty.open", value: "very likely" },
    ],
    remarks: { door: "It # creaks" },
    rejects: ["quiet"],
    accepts: ["deaf"],
    stated: [{ of: "door", credence: "5%", assuming: ["heat"] }, { of: "heat", credence: "10%" }],
  });
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["gone", "nobody", "mood"]);
  assert.deepEqual([found.id, found.startedFrom, found.isOther], ["eve", "ann", true]);
});

test("what is no worldview's file is a problem", () => {
  const bad = [
    "",
    "text: nothing else\n",
    "- a\n- b\n",
    "<html>\n",
    "\0\x01\x02",
    "judgements: [1, 2\n",
    "judgements:\n  a: 1%\n    b: 2%\n",
    "extends: nobody\njudgements: {door: 5%}\n",
    "extends: __proto__\njudgements: {door: 5%}\n",
    `judgements: ${"[".repeat(500)}\n`,
    `judgements:\n${Array.from({ length: 110 }, (_, k) => `${"  ".repeat(k + 1)}a:\n`).join("")}`,
    "judgements: {door: 5%}\n".padEnd(1100000, " "),
    "\n".repeat(30000),
    `${"x".repeat(30000)}: 5\n`,
  ];
  for (const text of bad) {
    assert.throws(() => opened(text), { name: "ProblemError" }, JSON.stringify(text.slice(0, 60)));
  }
});

test("a file of nothing but blanks and quotes is read at once", () => {
  for (const value of [`a${" ".repeat(19900)}x`, `"${" ".repeat(19900)}"`, `a${"\t ".repeat(9900)}x`]) {
    const lines = Array.from({ length: 24 }, (_, k) => `  key-${k}: ${value}\n`);
    const start = performance.now();
    const { leftOut } = opened(`judgements:\n${lines.join("")}`);
    assert.ok(performance.now() - start < 2000);
    assert.equal(leftOut.length, 24);
  }
});

test("a file with bytes of it changed reads, or is a problem", () => {
  for (let at = 0; at < WRITTEN.length; at += 3) {
    for (const sign of ["", "\n", ":", "'", "\u2028"]) {
      try {
        opened(WRITTEN.slice(0, at) + sign + WRITTEN.slice(at + 1));
      } catch (problem) {
        assert.equal(problem.name, "ProblemError", problem.stack);
      }
    }
  }
});

// --- files of others --------------------------------------------------------------------------------

/** The problems or warnings of a file as [code, line, message]; what is no YAML is told in other words. */
function told(list) {
  return list.map(([code, ...place]) => (code === "yaml-syntax" ? [code] : [code, ...place]));
}

const everything = files.models["good/arguments/everything/author/follower/newcomer/other"];
const asRow = ({ code, line, message }) => [code, line, message];
const inOrder = (list) => list.map((row) => JSON.stringify(row)).sort();

function read(row) {
  try {
    return readWorldviewFile(row.text, files.models[row.map], { name: row.name });
  } catch (error) {
    if (error.problems === undefined) throw error;
    return { problems: error.problems };
  }
}

/** What the page tells of a whole map only where nothing else is wrong with it. */
const AFTER_OTHERS = ["same-as-circle", "shares-sum", "uncovered-case"];

test("each file is refused exactly where Python refuses it, with problems that Python tells", () => {
  let same = 0;
  for (const row of files.cases) {
    const problems = told((read(row).problems ?? []).map(asRow));
    const wanted = told(row.problems ?? []);
    const name = JSON.stringify(row.text.slice(0, 300));
    assert.equal(problems.length > 0, wanted.length > 0, name);
    const all = inOrder(wanted);
    for (const problem of inOrder(problems)) assert.ok(all.includes(problem), `${problem} ${name}`);
    const lines = new Set(problems.map(([, line]) => line));
    for (const [code, line] of wanted) {
      const isTold = lines.has(line) || AFTER_OTHERS.includes(code) || problems.length > 2;
      assert.ok(isTold, `${code} ${line} ${name}`);
    }
    if (JSON.stringify(inOrder(problems)) === JSON.stringify(inOrder(wanted))) same += 1;
  }
  assert.ok(files.cases.length - same <= 7, `${same} of ${files.cases.length} are told in full`);
});

test("each file that Python takes says the same here, and has the same warnings", () => {
  const taken = files.cases.filter((row) => row.problems === undefined);
  assert.ok(taken.length > 20);
  for (const row of taken) {
    const { id, shape, warnings } = read(row);
    const name = JSON.stringify(row.text.slice(0, 300));
    assert.equal(id, row.id, name);
    assert.deepEqual(warnings.map(asRow), row.warnings, name);
    const extended = modelWith(files.models[row.map], [shape]);
    assert.deepEqual(extended.worldviews[id], row.worldview, name);
    const { text, remarks, stated, readAs, asked, file } = shape;
    const says = { text, remarks, stated: stated.length, read_as: readAs.length, asked: asked?.length ?? null };
    assert.deepEqual(says, row.says, name);
    assert.deepEqual(file, { name: row.name, text: row.text }, name);
  }
});

test("a file tells of the entries that are not as they were", () => {
  const state = { map: "0123456789abcdef", entries: { point: "01234567", bare: "89abcdef" } };
  const now = { ...everything, made_from: state };
  const made = (lines) => `text: Own.\nmade_from:\n  map: ${lines}\njudgements: {point: 5%}\n`;
  const changedBy = (lines) => readWorldviewFile(made(lines), now, { name: "own.yaml" });
  const same = changedBy("0123456789abcdef");
  assert.deepEqual([same.isOther, same.changed, same.warnings], [false, [], []]);
  const entries = "fedcba9876543210\n  entries: {point: 00000000, bare: 89abcdef, gone: 11111111}";
  const { isOther, changed, warnings } = changedBy(entries);
  assert.equal(isOther, true);
  assert.deepEqual(changed, [{ id: "point", isGone: false }, { id: "gone", isGone: true }]);
  assert.deepEqual(warnings.map(({ code, line }) => [code, line]), [["made-from-another", 3]]);
});

// --- files that somebody wrote to do harm -----------------------------------------------------------

test("names that objects have by themselves do no harm", () => {
  const text =
    "text: M.\njudgements: {__proto__: {value: {__proto__: 5%}}, mood: {__proto__: 5%, calm: 1%}}\n" +
    "remarks: {__proto__: words, constructor: words}\nclaims: {__proto__: {__proto__: {polluted: 1}}}\n" +
    "made_from: {map: 0123456789abcdef, entries: {__proto__: 01234567}}\n";
  const read = () => readWorldviewFile(text, everything, { name: "__proto__.yaml" });
  assert.throws(read, { name: "ProblemError" });
  readOwnFile(text, everything);
  assert.equal({}.polluted, undefined);
});
