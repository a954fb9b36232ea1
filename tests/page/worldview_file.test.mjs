// Worldview files opened in the page: those that it wrote read back, and whatever else is there ends in words.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { readWorldviewFile } from "../../src/cruxmap/present/report/page/language/worldview_file.js";
import { UNCHANGED } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { worldviewFile } from "../../src/cruxmap/present/report/page/language/yaml.js";
import { casesOf } from "./cases.mjs";

const { cases, models } = casesOf("worldviews");
const about = { id: "house", file: "models/house.yaml", map_folder: "house", assuming: [], observed: [] };
const model = { ...models.house, model: about, made_from: { map: "0123456789abcdef", entries: {} } };

test("what the page wrote for a worldview reads back as it was", () => {
  for (const { worldview, changes } of cases.filter((row) => row.settled !== undefined)) {
    if (worldview === "map" || (worldview === "bob" && changes.rejects.includes("creaks"))) continue;
    const text = worldviewFile(model, { id: "own", startedFrom: worldview, changes });
    const found = readWorldviewFile(text, model);
    assert.deepEqual(found.leftOut, []);
    const sorted = (judgements) => [...judgements].sort((a, b) => (a.at < b.at ? -1 : 1));
    assert.deepEqual(sorted(found.changes.judgements), sorted(changes.judgements));
    assert.deepEqual([found.changes.rejects, found.changes.accepts], [changes.rejects, changes.accepts]);
    assert.deepEqual([found.id, found.startedFrom, found.isOther], ["own", worldview, false]);
  }
});

test("a file that is written out holds no more changes than were made", () => {
  const changes = { ...UNCHANGED, judgements: [{ at: "door", value: "1%" }] };
  const text = worldviewFile(model, { id: "own", startedFrom: "map", changes });
  assert.match(text, /^ {2}heat: a hunch$/m);
  assert.deepEqual(readWorldviewFile(text, model).changes, changes);
});

test("a number that was changed is kept though its argument is rejected", () => {
  const judgements = [{ at: "creaks.strength", value: "4x" }];
  const changes = { ...UNCHANGED, judgements, rejects: ["creaks"] };
  const text = worldviewFile(model, { id: "own", startedFrom: "map", changes });
  assert.deepEqual(readWorldviewFile(text, model).changes, changes);
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
claims:
  pet: {text: There is a pet., credence: 5%}
`;

test("what people write by hand is read, and what does not fit is left out", () => {
  const found = readWorldviewFile(WRITTEN, model);
  assert.deepEqual(found.changes, {
    ...UNCHANGED,
    judgements: [
      { at: "door", value: "about 6%" },
      { at: "heat", value: "< 1%" },
      { at: "colour", shares: ["10%", "20%", "rest"] },
      { at: "size.cold", shares: ["15%", "rest"] },
      { at: "draughty.open", value: "very likely" },
    ],
    rejects: ["quiet"],
    accepts: ["deaf"],
  });
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["claims", "gone", "mood", "nobody"]);
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
    "judgements:\n  a: 1%\n  a: 2%\n",
    "judgements: {a: *b}\n",
    "extends: nobody\njudgements: {door: 5%}\n",
    "extends: __proto__\njudgements: {door: 5%}\n",
    `judgements: ${"[".repeat(500)}\n`,
    `judgements:\n${Array.from({ length: 110 }, (_, k) => `${"  ".repeat(k + 1)}a:\n`).join("")}`,
    "judgements: {door: 5%}\n".padEnd(1100000, " "),
    "\n".repeat(30000),
    `${"x".repeat(30000)}: 5\n`,
  ];
  for (const text of bad) {
    assert.throws(() => readWorldviewFile(text, model), { name: "ProblemError" }, JSON.stringify(text.slice(0, 60)));
  }
});

test("a file of nothing but blanks and quotes is read at once", () => {
  for (const value of [`a${" ".repeat(19900)}x`, `"${" ".repeat(19900)}"`, `a${"\t ".repeat(9900)}x`]) {
    const lines = Array.from({ length: 24 }, (_, k) => `  key-${k}: ${value}\n`);
    const start = performance.now();
    const { leftOut } = readWorldviewFile(`judgements:\n${lines.join("")}`, model);
    assert.ok(performance.now() - start < 2000);
    assert.equal(leftOut.length, 24);
  }
});

test("a file with bytes of it changed reads, or is a problem", () => {
  for (let at = 0; at < WRITTEN.length; at += 3) {
    for (const sign of ["", "\n", ":", "'", "\u2028"]) {
      try {
        readWorldviewFile(WRITTEN.slice(0, at) + sign + WRITTEN.slice(at + 1), model);
      } catch (problem) {
        assert.equal(problem.name, "ProblemError", problem.stack);
      }
    }
  }
});
