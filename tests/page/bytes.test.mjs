// Bytes as text and back.

import assert from "node:assert/strict";
import test from "node:test";
import {
  base64Of, bytesOf, deflated, inflated, intsOf, textOf,
} from "../../src/cruxmap/present/report/page/bytes.js";
import { textOfInts } from "./cases.mjs";

const texts = ["", "a", "ab", "abc", "Grüße \u2028 👋", "x".repeat(100_000)];
const encode = (text) => new TextEncoder().encode(text);

test("base64 goes there and back, as Node writes it", () => {
  for (const text of texts) {
    const bytes = encode(text);
    assert.equal(base64Of(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(bytesOf(base64Of(bytes)), bytes);
    assert.equal(textOf(bytes), text);
  }
});

test("what is deflated is inflated again", async () => {
  for (const text of texts) {
    assert.equal(textOf(await inflated(await deflated(encode(text)))), text);
  }
});

test("a bomb is refused, and so are torn bytes", async () => {
  const bytes = await deflated(new Uint8Array(10_000_000));
  await assert.rejects(inflated(bytes, 100_000), RangeError);
  await assert.rejects(inflated(bytes.subarray(0, bytes.length - 3)));
  await assert.rejects(inflated(Uint8Array.of(255, 255, 255)));
});

test("whole numbers go there and back", () => {
  const numbers = [0, -1, 1, 63, 64, -64, -65, 8191, 8192, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31)];
  assert.deepEqual([...intsOf(textOfInts(numbers))], numbers);
  assert.equal(intsOf("").length, 0);
  assert.deepEqual([...intsOf(Buffer.from([0, 1, 2, 0x80, 0x01]).toString("base64"))], [0, -1, 1, 64]);
});
