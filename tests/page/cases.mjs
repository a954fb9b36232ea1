// The tables of cases that Python runs too, and how close numbers must come.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { base64Of } from "../../src/cruxmap/present/report/page/bytes.js";

export const page = new URL("../../src/cruxmap/present/report/page/", import.meta.url);

/** Read a table of cases. */
export function casesOf(name) {
  return JSON.parse(readFileSync(new URL(`./cases/${name}.json`, import.meta.url), "utf8"));
}

/** Assert that numbers are those expected, to `relative` of each or to `absolute`. */
export function assertClose(found, expected, what, relative = 1e-12, absolute = 0) {
  assert.equal(found.length, expected.length, `${what}: how many`);
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(found[i] - expected[i]);
    const isClose = found[i] === expected[i] || apart <= relative * Math.abs(expected[i]) + absolute;
    assert.ok(isClose, `${what}, number ${i}: ${found[i]} where ${expected[i]} is expected`);
  }
}

/** Assert that data are alike, numbers to nine digits. */
export function assertAlike(found, expected, where) {
  if (typeof expected === "number") {
    const isClose = Math.abs(found - expected) <= 1e-9 * Math.abs(expected) + 1e-13;
    assert.ok(isClose, `${where}: ${found} where ${expected} is expected`);
  } else if (expected === null || typeof expected !== "object") {
    assert.equal(found, expected, where);
  } else {
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), where);
    for (const key of Object.keys(expected)) {
      assertAlike(found[key], expected[key], `${where}.${key}`);
    }
  }
}

/**
 * Base64 of whole numbers as zigzag varints; the inverse of `intsOf`.
 * @param {Iterable<number>} numbers
 * @returns {string}
 */
export function textOfInts(numbers) {
  const bytes = [];
  for (const number of numbers) {
    let left = ((number << 1) ^ (number >> 31)) >>> 0;
    for (; left > 127; left >>>= 7) {
      bytes.push((left & 127) | 128);
    }
    bytes.push(left);
  }
  return base64Of(Uint8Array.from(bytes));
}
