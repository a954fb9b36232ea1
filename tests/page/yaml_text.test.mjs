// Texts of files, read as Python reads them: one table of cases for both.

import assert from "node:assert/strict";
import test from "node:test";

import "./yaml_library.mjs";
import { readYaml } from "../../src/cruxmap/present/report/page/language/yaml_text.js";
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
