// Texts of files, read as Python reads them: one table of cases for both.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { MOST_CHARACTERS, readYaml } from "../../src/cruxmap/present/report/page/language/yaml_text.js";
import { casesOf } from "./cases.mjs";

const { cases } = casesOf("yaml_text");

function plainOf(node) {
  if (Array.isArray(node)) return node.map(plainOf);
  if (!(node instanceof Map)) return node;
  return Object.fromEntries([...node].map(([key, part]) => [key, plainOf(part)]));
}

/** The texts that a comment follows, in the order of the file. */
function commentedIn(places, node) {
  if (node === null || typeof node === "string") return [];
  const steps = Array.isArray(node) ? [...node.entries()] : [...node];
  return steps.flatMap(([step, part]) =>
    typeof part === "string"
      ? places.partAt(node, step).commented ? [part] : []
      : commentedIn(places, part),
  );
}

const ways = (spoiled) => [...new Set(spoiled.map((way) => JSON.stringify(way)))].sort();

test("each text holds what it holds for Python, and has the same problems", () => {
  for (const row of cases) {
    const found = readYaml(row.text);
    const name = JSON.stringify(row.text.slice(0, 80));
    assert.deepEqual(found.problems.map(({ code }) => code), row.problems.map(([code]) => code), name);
    found.problems.forEach(({ code, line, message, hint }, k) => {
      if (code !== "yaml-syntax") assert.deepEqual([code, line, message, hint], row.problems[k], name);
    });
    if (row.problems.some(([code]) => code === "yaml-syntax")) {
      assert.equal(found.root, null, name);
      continue;
    }
    assert.deepEqual(found.root === null ? null : plainOf(found.root), row.root, name);
    assert.deepEqual(ways(found.spoiled), ways(row.spoiled), name);
    assert.deepEqual(commentedIn(found.places, found.root), row.commented, name);
  }
});

// --- files that somebody wrote to do harm -----------------------------------------------------------

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

test("names that objects have by themselves are keys like others", () => {
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then"];
  const { root, problems } = readYaml(names.map((name) => `${name}: {polluted: yes}\n`).join(""));
  assert.deepEqual(problems, []);
  assert.deepEqual([...root.keys()], names);
  assert.equal({}.polluted, undefined);
  assert.equal(Object.prototype.polluted, undefined);
});

test("a text with signs of it changed is read, or is a problem with a line", () => {
  const text = cases.map((row) => row.text).filter((each) => each.length < 60).join("\n").slice(0, 900);
  for (let at = 0; at < text.length; at += 1) {
    for (const sign of ["", "\n", "\t", ":", "'", '"', "[", "}", "- ", "? ", "&a ", "*a", "|", "#", "%"]) {
      const { root, problems } = readYaml(text.slice(at, at + 40) + sign + text.slice(at + 41, at + 90));
      assert.ok(root !== null || problems.length > 0);
      for (const problem of problems) assert.ok(problem.line >= 1 && problem.code !== "" && problem.message);
    }
  }
});
