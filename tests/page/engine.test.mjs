// Hashes, draws and table programs: what Python makes of the same cases.

import assert from "node:assert/strict";
import test from "node:test";
import { latinHypercube } from "../../src/cruxmap/present/report/page/engine/draws.js";
import { fill, programOf, pullback } from "../../src/cruxmap/present/report/page/engine/formulas.js";
import {
  blake2b, keysOf, randomWord, wordsOfKeys,
} from "../../src/cruxmap/present/report/page/engine/hash.js";
import {
  expit, logit, ndtri, softplus,
} from "../../src/cruxmap/present/report/page/engine/special.js";
import { assertClose, casesOf, textOfInts } from "./cases.mjs";

const hex = (word) => word.toString(16).padStart(8, "0");

test("hashes are those of BLAKE2b", () => {
  for (const { text, size, hash } of casesOf("hash").blake2b) {
    assert.equal(Buffer.from(blake2b(new TextEncoder().encode(text), size)).toString("hex"), hash);
  }
});

test("random words", () => {
  const { keys, counters, words } = casesOf("hash").words;
  const made = wordsOfKeys(keysOf(keys));
  const out = new Uint32Array(2);
  keys.forEach((key, k) => {
    counters.forEach((counter, c) => {
      randomWord(made, 4 * k, parseInt(counter.slice(0, 8), 16), parseInt(counter.slice(8), 16), out);
      assert.equal(hex(out[0]) + hex(out[1]), words[k][c], `${key}, ${counter}`);
    });
  });
});

test("functions of one number", () => {
  for (const [name, { x, y }] of Object.entries(casesOf("special"))) {
    assertClose(x.map({ expit, logit, ndtri, softplus }[name]), y, name);
  }
  assert.equal(ndtri(0), -Infinity);
  assert.equal(ndtri(1), Infinity);
  assert.equal(logit(0), -Infinity);
  assert.equal(logit(1), Infinity);
});

test("draws are Python's", () => {
  for (const { seed, addresses, draws, start, stop, z } of casesOf("draws")) {
    const keys = keysOf(addresses.map((address) => `${seed} ${address}`));
    assertClose(latinHypercube(keys, draws, start, stop), z.flat(), `${draws} draws from ${seed}`, 4e-15);
    const alone = latinHypercube(keys.subarray(0, 16), draws, start, stop);
    assertClose(alone, z[0], "one address by itself", 4e-15);
  }
});

for (const { name, program: fields, u, single, entries, cotangent, slope } of casesOf("formulas")) {
  const program = programOf({
    program: Object.fromEntries(Object.entries(fields).map(([name, ints]) => [name, textOfInts(ints)])),
  });
  const D = u[0].length;
  const flags = Uint8Array.from(single.flat());

  test(`formulas: ${name}`, () => {
    const [judgements, given] = [u, cotangent].map((rows) => Float64Array.from(rows.flat()));
    const found = fill(program, judgements, flags, D);
    assertClose(found, entries.flat(), "entries");
    const back = pullback(program, judgements, flags, found, given, D);
    assertClose(back, slope.flat(), "slopes", 1e-12, 1e-15);
  });

  test(`formulas: ${name}, draw by draw`, () => {
    for (let d = 0; d < D; d++) {
      const of = (rows) => Float64Array.from(rows, (row) => row[d]);
      const kept = Array.isArray(single[0]) ? Uint8Array.from(single, (row) => row[d]) : flags;
      const found = fill(program, of(u), kept, 1);
      assertClose(found, of(entries), `entries of draw ${d}`);
      const back = pullback(program, of(u), kept, found, of(cotangent), 1);
      assertClose(back, of(slope), `slopes of draw ${d}`, 1e-12, 1e-15);
    }
  });
}
