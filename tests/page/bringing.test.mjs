// What worldviews' files bring, against Python with these files in the map's folder (make_bringing_cases.py).

import assert from "node:assert/strict";
import test from "node:test";

import { bytesOf } from "../../src/cruxmap/present/report/page/bytes.js";
import { routeWords, wordsOf } from "../../src/cruxmap/present/report/page/answers/brought_words.js";
import { broughtProblems, modelWith } from "../../src/cruxmap/present/report/page/language/bringing.js";
import { namesOf } from "../../src/cruxmap/present/report/page/language/names.js";
import { casesOf } from "./cases.mjs";

const { cases, models } = casesOf("bringing");

/** Return a worldview's file as a shape; shares in the order of their states. */
function shapeOf(model, id, file) {
  const { judgements = {}, claims, questions, arguments: some, routes, ...rest } = file;
  const isNamed = ([, section]) => section !== undefined;
  const brings = Object.fromEntries(Object.entries({ claims, questions, arguments: some, routes }).filter(isNamed));
  const list = Object.entries(judgements).map(([at, said]) => judgementOf(model, at, said));
  return { id, text: "Words.", ...rest, judgements: list, brings };
}

function judgementOf(model, at, said) {
  if (typeof said === "string") return { at, value: said };
  if (said.value !== undefined) return { at, ...said };
  const states = model.rows_at[at].map((place) => model.addresses[place].slice(at.length + 1));
  return { at, shares: states.map((state) => said[state]) };
}

function extended({ map, files }) {
  const model = models[map];
  return modelWith(model, Object.entries(files).map(([id, file]) => shapeOf(model, id, file)));
}

/** Return what is at each address and name, as `told` in make_bringing_cases.py. */
function told(model) {
  const { addresses, judgements } = model;
  const keys = Buffer.from(bytesOf(model.keys)).toString("hex");
  const at = (place) => addresses[place];
  const named = (entry) => {
    const { variable: _, definition, ...found } = entry;
    found.parts = entry.parts.map(({ address, kind }) => ({ address, kind }));
    for (const key of ["own_number", "credence", "weight"]) {
      if (typeof entry[key] === "number") found[key] = at(entry[key]);
    }
    if (definition === undefined) return found;
    const numbers = definition && { if_met: at(definition.if_met), otherwise: at(definition.otherwise) };
    return { ...found, definition: definition && { ...definition, ...numbers } };
  };
  const place = (address, n) => ({
    scale: judgements.scale[n],
    owner: judgements.owner[n],
    role: judgements.role[n],
    part: judgements.part[n],
    fixed: judgements.fixed.includes(n),
    default: judgements.default.includes(n),
    text: model.map.values[n],
    key: keys.slice(32 * n, 32 * n + 32),
    bringer: model.bringer[address] ?? null,
  });
  return {
    places: Object.fromEntries(addresses.map((address, n) => [address, place(address, n)])),
    rows: Object.fromEntries(model.share_rows.map((row) => [at(row[0]), row.map(at)])),
    rows_at: Object.fromEntries(Object.entries(model.rows_at).map(([name, row]) => [name, row.map(at)])),
    entries: Object.fromEntries(model.entries.map((entry) => [entry.id, named(entry)])),
    worldviews: model.worldviews,
    brought: model.brought,
  };
}

const plain = (data) => JSON.parse(JSON.stringify(data));

test("a model with files is as Python's with these files in the map's folder", () => {
  for (const one of cases.filter((row) => row.new !== undefined)) {
    const [before, after] = [told(models[one.map]), plain(told(extended(one)))];
    for (const [part, expected] of Object.entries(one.new)) {
      for (const [name, it] of Object.entries(after[part])) {
        const where = `${part} of ${name} in ${JSON.stringify(one.files)}`;
        assert.deepEqual(it, expected[name] ?? plain(before[part][name]), where);
      }
      const all = new Set([...Object.keys(before[part]), ...Object.keys(expected)]);
      assert.deepEqual(new Set(Object.keys(after[part])), all);
    }
  }
});

test("what is shipped keeps its places, and new variables stand after its", () => {
  for (const one of cases.filter((row) => row.new !== undefined)) {
    const [model, made] = [models[one.map], extended(one)];
    assert.deepEqual(made.addresses.slice(0, model.addresses.length), model.addresses);
    const ids = (entries) => entries.map(({ id }) => id);
    assert.deepEqual(ids(made.entries).slice(0, model.entries.length), ids(model.entries));
    assert.equal(made.shipped, model);
    const variables = Object.values(made.added.places);
    assert.deepEqual([...variables].sort((a, b) => a - b), variables.map((_, k) => k));
    for (const { id, variable } of made.added.entries) if (id) assert.equal(made.added.places[id], variable);
  }
});

test("what is wrong is the same problem as in Python", () => {
  for (const one of cases.filter((row) => row.problems !== undefined)) {
    const { problems } = one;
    let found = null;
    try {
      extended(one);
    } catch (problem) {
      found = [problem.code, problem.message, problem.code === "duplicate-id" ? "" : problem.hint];
    }
    const isAmong = problems.some((problem) => JSON.stringify(problem) === JSON.stringify(found));
    assert.ok(isAmong, `${JSON.stringify(one.files)}: ${JSON.stringify(found)} for ${JSON.stringify(problems)}`);
  }
});

test("problems are told by the entry that has them", () => {
  const model = models.town;
  const brings = {
    claims: { "eve-one": { text: "One.", credence: "150%" }, "eve-two": { text: "Two.", credence: "5%" } },
    arguments: { "eve-says": { text: "So.", for: "rian", strength: "2x" } },
    routes: { rain: [{ chance: "5%" }] },
  };
  const found = broughtProblems(model, brings, { bringer: "eve" });
  assert.deepEqual(
    found.map(({ kind, id, problem }) => [kind, id, problem.code]),
    [
      ["claims", "eve-one", "unreadable-judgement"],
      ["routes", "rain", "no-routes"],
      ["arguments", "eve-says", "unknown-id"],
    ],
  );
  const circle = { claims: { "eve-one": { text: "One.", all_of: ["eve-one"] } } };
  const [{ id, problem }] = broughtProblems(model, circle, { bringer: "eve" });
  assert.deepEqual([id, problem.code], ["eve-one", "cycle"]);
});

test("words for what is brought are as for what is in the map", () => {
  for (const one of cases.filter((row) => row.words !== undefined)) {
    const model = extended(one);
    const defaults = new Set(model.judgements.default.map((place) => model.addresses[place]));
    const texts = namesOf(model).textsOf;
    for (const added of model.added.entries) {
      const entry = model.entries.find(({ id }) => id === added.id);
      const expected = one.words[added.id ?? added.of];
      if (added.type === "route") {
        const { line, number, part } = routeWords(added, added.of, texts, model.brought[added.address]);
        assert.ok(expected.basis.includes(line), line);
        assert.equal(number, expected.numbers[added.address]);
        for (const { address, words } of part) assert.deepEqual(Object.fromEntries(expected.parts)[address], words);
        continue;
      }
      if (added.routes?.some(({ address }) => model.brought[address])) continue; // by somebody: routeWords
      const { basis, numbers, parts } = wordsOf(entry, added, model.addresses, defaults, texts);
      assert.deepEqual(basis, expected.basis);
      assert.deepEqual(Object.fromEntries(numbers), expected.numbers);
      assert.deepEqual(parts.map(({ address, words }) => [address, words]), expected.parts);
    }
  }
});

test("files can be received one after another", () => {
  for (const one of cases.filter((row) => row.new !== undefined && Object.keys(row.files).length > 1)) {
    const model = models[one.map];
    const shapes = Object.entries(one.files).map(([id, file]) => shapeOf(model, id, file));
    const all = modelWith(model, shapes);
    const made = shapes.reduce((before, shape) => modelWith(before, [shape]), model);
    assert.deepEqual(new Set(made.addresses), new Set(all.addresses));
    assert.deepEqual(made.brought, all.brought);
    assert.equal(made.shipped, model);
  }
});
