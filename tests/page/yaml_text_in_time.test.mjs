// Texts of any size, read or refused in time: files that somebody wrote to do harm.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { MOST_CHARACTERS, readYaml } from "../../src/cruxmap/present/report/page/language/yaml_text.js";

const MOST_SECONDS = 10; // each takes less than one; a machine may be busy

function readInTime(text, name) {
  const start = performance.now();
  const found = readYaml(text);
  assert.ok(performance.now() - start < 1000 * MOST_SECONDS, `${name} takes too long`);
  return found;
}

const filled = (unit, before = "", after = "") =>
  before + unit.repeat(Math.floor((MOST_CHARACTERS - before.length - after.length) / unit.length)) + after;

test("one sign over and over is read in time", () => {
  const units = ["[", "[]", "{", "- ", "-\n", "? ", '"', "'", "\n", " ", "\t", ": ", "&a ", "*a\n", "!a ", "#\n"];
  const lines = ["---\n", "|\n", "]", ",", "<<: b\n", "a: 1\n", "? a\n: b\n", "- ? \n", "a: b  \t \n", "a\r\n"];
  for (const unit of [...units, ...lines, "- &a b\n", "%\n", "\u2028", "\u0007", "\u202e", "\ufeff"]) {
    readInTime(filled(unit), JSON.stringify(unit));
  }
});

test("texts, lists and mappings without end are read in time", () => {
  for (const [unit, before, after] of [
    ["x ", "a: ", "\n"],
    ["  x\n", "a: |\n", ""],
    ["  x\n\n", "a: >\n", ""],
    ["  x\n", "a:\n", ""],
    ["x \n ", 'a: "', '"'],
    ["x \n", "a: '", "'"],
    ["\\u0041", 'a: "', '"'],
    ["\\\\", 'a: "', '"'],
    ["a,", "a: [", "]"],
    ["a: b,", "a: [", "]"],
    ["*a , ", "a: [", "]"],
    ["x\ny, ", "a: [", "]"],
    ["- b\n", "a:\n", ""],
  ]) {
    readInTime(filled(unit, before, after), JSON.stringify(unit));
  }
  readInTime(`a: [${"x\ny, ".repeat(19000)}]\n`, "texts over lines between brackets");
});

test("a file that is too large, or has too many parts, is refused", () => {
  const large = readInTime("x".repeat(10_000_000), "ten million signs");
  const keys = Array.from({ length: 1_000_000 }, (_, k) => `k${k}: 1\n`).join("");
  const many = [readInTime(keys, "a million keys"), readInTime(keys.slice(0, MOST_CHARACTERS), "many keys")];
  for (const { root, problems } of [large, ...many]) {
    assert.equal(root, null);
    assert.deepEqual(problems.map(({ code }) => code), ["unreadable-file"]);
  }
  assert.equal(readYaml(`a: ${"x".repeat(MOST_CHARACTERS - 10)}\n`).problems.length, 0);
});

test("nesting beyond a hundred levels is refused, however it is written", () => {
  const steps = Array.from({ length: 300 }, (_, k) => `${" ".repeat(k)}a:\n`).join("");
  for (const text of [filled("["), filled("{a: "), filled("- "), filled("? "), steps, filled("[{a: ")]) {
    const { root, problems } = readInTime(text, text.slice(0, 20));
    assert.equal(root, null);
    assert.deepEqual(problems.map(({ code }) => code), ["too-deep"]);
  }
});
