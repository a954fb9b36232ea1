// Links that carry a worldview: what is written reads back, and what strangers write never does harm.

import assert from "node:assert/strict";
import test from "node:test";

import { base64Of, deflated } from "../../src/cruxmap/present/report/page/bytes.js";
import { fragmentOf, readFragment } from "../../src/cruxmap/present/report/page/language/fragment.js";
import { UNCHANGED } from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { casesOf } from "./cases.mjs";

const { cases, models } = casesOf("worldviews");
const model = { ...models.house, digest: "0123456789abcdef", model: { id: "house" } };

/** Return the fragment that some data make. */
async function fragmentWith(data) {
  const bytes = await deflated(new TextEncoder().encode(typeof data === "string" ? data : JSON.stringify(data)));
  const text = base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `#worldview=1.${text}`;
}

const nothing = { model: "house", digest: model.digest, from: "map", set: [], rejects: [], accepts: [] };

test("what a link carries reads back", async () => {
  for (const { worldview, changes: some } of cases.filter((row) => row.settled !== undefined)) {
    const changes = { ...UNCHANGED, ...some };
    if (worldview === "bob" && changes.rejects.includes("creaks")) continue; // which bob rejects anyhow
    const fragment = await fragmentOf(model, { startedFrom: worldview, changes });
    assert.match(fragment, /^#worldview=1\.[A-Za-z0-9_-]+$/);
    const found = await readFragment(fragment, model);
    const rest = { given: null, name: "mine", isOther: false, leftOut: [] };
    assert.deepEqual(found, { startedFrom: worldview, changes, ...rest });
  }
});

test("what is given travels too", async () => {
  const given = { assuming: [{ claim: "door", value: false }], observed: [{ event: "dawn", ever: true }] };
  const fragment = await fragmentOf(model, { startedFrom: "map", changes: UNCHANGED, given });
  assert.deepEqual((await readFragment(fragment, model)).given, given);
});

test("what an interview made travels, and whatever else is there ends in words", async () => {
  const fitted = "to what I answered";
  const judgements = [
    { at: "door", value: "6%" },
    { at: "heat", value: "12.5% to 40%", fitted },
    { at: "colour", shares: ["20%", "30%", "50%"], fitted },
    { at: "creaks.strength", value: "3x", elicited: false },
  ];
  const stated = [{ of: { colour: "red" }, credence: "5%", assuming: ["door"] }];
  for (const asked of [[], ["creaks.strength", { of: "heat" }]]) {
    const changes = { ...UNCHANGED, judgements, stated, asked };
    const found = await readFragment(await fragmentOf(model, { startedFrom: "map", changes }), model);
    assert.deepEqual([found.changes, found.leftOut], [changes, []]);
  }
  const bad = [
    { stated: "door" },
    { stated: [{ of: "door" }] },
    { stated: [{ of: "door", credence: "100%" }] },
    { stated: [{ of: "gone", credence: "5%" }] },
    { stated: [{ of: "door", credence: 5 }] },
    { asked: "door" },
    { asked: ["gone"] },
    { asked: [null] },
    { asked: [["door"]] },
    { asked: [{ of: {} }] },
    { fitted: [["a", ["0"]]] },
    { fitted: [[5, [0]]] },
    { fitted: 5 },
    { nobodys: ["0"] },
    { nobodys: 5 },
  ];
  for (const some of bad) {
    const data = await fragmentWith({ ...nothing, set: [["door", "6%"]], ...some });
    await assert.rejects(readFragment(data, model), { name: "ProblemError" }, JSON.stringify(some));
  }
});

test("what is brought travels, and whatever else is there ends in words", async () => {
  const town = { ...casesOf("bringing").models.town, digest: model.digest, model: { id: "town", seed: 1 } };
  const dark = { text: "It is dark.", against: "rain", strength: "2x", premises: { not: "wind" } };
  const brings = { arguments: { "mine-dark": dark } };
  const judgements = [{ at: "mine-dark", value: "60%" }];
  const changes = { ...UNCHANGED, brings, remarks: { rain: "Hm." }, judgements };
  const found = await readFragment(await fragmentOf(town, { startedFrom: "map", changes }), town);
  assert.deepEqual([found.changes, found.name], [changes, "mine"]);
  const bad = [
    "text",
    [],
    { claims: [] },
    { claims: "a" },
    { events: {} },
    { claims: { a: 5 } },
    { claims: { a: { text: "A." } } },
    { arguments: { a: null } },
    { routes: { wet: "a" } },
    { routes: { rain: [{ chance: "5%" }] } },
    { routes: { wet: { a: "b" } } },
    { claims: { rain: { text: "A.", credence: "5%" } } },
    { claims: JSON.parse(`{"a": ${'{"not":'.repeat(500)}"b"${"}".repeat(500)}}`) },
    { claims: JSON.parse('{"__proto__": {"text": "A.", "credence": "5%"}}') },
  ];
  for (const digest of [town.digest, "fedcba9876543210"]) {
    for (const some of bad) {
      const data = { ...nothing, model: "town", digest, name: "eve", brings: some, remarks: [["gone", "Hm."]] };
      const reading = readFragment(await fragmentWith(data), town);
      const found = await reading.catch((problem) => problem);
      assert.ok(found.name === "ProblemError" || found.leftOut.length > 0, JSON.stringify(some).slice(0, 99));
    }
  }
  for (const name of ["a b", 5, "", "map", "x".repeat(300), "__proto__"]) {
    const data = await fragmentWith({ ...nothing, model: "town", name, brings });
    await assert.rejects(readFragment(data, town), { name: "ProblemError" });
  }
});

test("shares that only fit together are read together", async () => {
  const set = [["colour.red", "60%"], ["colour.green", "40%"], ["colour.blue", "0%"]];
  const found = await readFragment(await fragmentWith({ ...nothing, set }), model);
  assert.equal(found.changes.judgements.length, 3);
});

test("a link from another state of the map says so, and leaves out what cannot be read any more", async () => {
  const set = [["door", "1%"], ["gone", "5%"], ["heat", "3x"], ["colour.red", "150%"]];
  const other = { ...nothing, digest: "fedcba9876543210", set, rejects: ["creaks", "gone"] };
  const found = await readFragment(await fragmentWith({ ...other, given: [["door", "gone"], []] }), model);
  assert.equal(found.isOther, true);
  assert.deepEqual(found.changes.judgements, [{ at: "door", value: "1%" }]);
  assert.deepEqual(found.changes.rejects, ["creaks"]);
  assert.deepEqual(found.given, { assuming: [{ claim: "door", value: true }], observed: [] });
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["gone", "heat", "colour.red", "gone", "gone"]);
});

/** Return the model with so many more arguments. */
function withMany(n) {
  const ids = Array.from({ length: n }, (_, k) => `argument-${k}`);
  const more = (list, make) => [...list, ...ids.map(make)];
  const { judgements } = model;
  return {
    ...model,
    addresses: more(model.addresses, (id) => id),
    judgements: {
      ...judgements,
      scale: more(judgements.scale, () => "p"),
      owner: more(judgements.owner, (id) => id),
      role: more(judgements.role, () => "credence"),
      part: more(judgements.part, () => ""),
    },
    map: { values: more(model.map.values, () => "50%") },
    entries: more(model.entries, (id) => ({ id, type: "argument", states: ["false", "true"] })),
  };
}

test("nothing that fits is lost for how much there is beside it", async () => {
  const set = [...Array(400).fill(["door", "1%"]), ["gone", "5%"], ["heat", "about 7%"]];
  const other = { ...nothing, digest: "fedcba9876543210", set };
  const found = await readFragment(await fragmentWith(other), model);
  assert.deepEqual(found.changes.judgements, [{ at: "door", value: "1%" }, { at: "heat", value: "about 7%" }]);
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["gone"]);
});

test("of several numbers the one that closes a circle is left out", async () => {
  const set = [["door", "same as heat"], ["window", "1%"], ["heat", "same as door"], ["colour.red", "60%"]];
  const other = { ...nothing, digest: "fedcba9876543210", set };
  const found = await readFragment(await fragmentWith(other), model);
  assert.deepEqual(found.changes.judgements.map(({ at }) => at), ["door", "window", "colour.red"]);
  assert.match(found.leftOut[0].why, /runs in a circle/);
});

test("a long link that hardly fits is read at once", async () => {
  const large = withMany(600);
  const names = Array.from({ length: 600 }, (_, k) => `argument-${k}`);
  const set = names.map((name) => [name, "1%"]);
  const most = { ...nothing, digest: "fedcba9876543210", set: [...set, ["gone", "5%"]] };
  const start = performance.now();
  const found = await readFragment(await fragmentWith({ ...most, rejects: [...names, "gone"] }), large);
  assert.ok(performance.now() - start < 2000);
  assert.equal(found.changes.judgements.length, 600);
  assert.equal(found.changes.rejects.length, 600);
  assert.deepEqual(found.leftOut.map(({ at }) => at), ["gone", "gone"]);
});

test("what strangers write is a problem, and never a crash", async () => {
  const deep = "[".repeat(200000);
  const bad = [
    "",
    "#",
    "#entry-door",
    "#worldview=",
    "#worldview=2.AAAA",
    "#worldview=1.",
    "#worldview=1.%00",
    "#worldview=1.////",
    "#worldview=1.A",
    `#worldview=1.${"A".repeat(70000)}`,
    await fragmentWith(""),
    await fragmentWith("null"),
    await fragmentWith("[]"),
    await fragmentWith(deep),
    await fragmentWith(" ".repeat(500000)),
    await fragmentWith({}),
    await fragmentWith({ ...nothing, model: "street" }),
    await fragmentWith({ ...nothing, from: "nobody" }),
    await fragmentWith({ ...nothing, from: "__proto__" }),
    await fragmentWith({ ...nothing, from: 3 }),
    await fragmentWith({ ...nothing, set: {} }),
    await fragmentWith({ ...nothing, set: [["door"]] }),
    await fragmentWith({ ...nothing, set: [["door", 5]] }),
    await fragmentWith({ ...nothing, set: [["door", "zzz"]] }),
    await fragmentWith({ ...nothing, set: [["door", ["1%"]]] }),
    await fragmentWith({ ...nothing, set: [["colour", ["1%"]]] }),
    await fragmentWith({ ...nothing, set: [["colour", [["1%"]]]] }),
    await fragmentWith({ ...nothing, set: [["__proto__", "1%"]] }),
    await fragmentWith({ ...nothing, set: [["door", "same as window"]] }),
    await fragmentWith({ ...nothing, set: [["door", "9".repeat(3000)]] }),
    await fragmentWith({ ...nothing, set: Array(6000).fill(["door", "1%"]) }),
    await fragmentWith({ ...nothing, rejects: ["door"] }),
    await fragmentWith({ ...nothing, rejects: ["constructor"] }),
    await fragmentWith({ ...nothing, rejects: [null] }),
    await fragmentWith({ ...nothing, given: 5 }),
    await fragmentWith({ ...nothing, given: [["door"]] }),
    await fragmentWith({ ...nothing, given: [["{not: door"], []] }),
    await fragmentWith({ ...nothing, given: [[`${"{not: ".repeat(300)}door${"}".repeat(300)}`], []] }),
  ];
  for (const fragment of bad) {
    await assert.rejects(readFragment(fragment, model), { name: "ProblemError" }, fragment.slice(0, 60));
  }
});

test("a fragment with every byte of it changed reads, or is a problem", async () => {
  const changes = { judgements: [{ at: "door", value: "about 5%" }], rejects: ["creaks"], accepts: [] };
  const fragment = await fragmentOf(model, { startedFrom: "map", changes });
  for (let at = 0; at < fragment.length; at += 1) {
    const other = fragment[at] === "x" ? "y" : "x";
    try {
      await readFragment(fragment.slice(0, at) + other + fragment.slice(at + 1), model);
    } catch (problem) {
      assert.equal(problem.name, "ProblemError", problem.stack);
    }
  }
});
