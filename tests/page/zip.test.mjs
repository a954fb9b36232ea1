// Zip files that the page writes: what may be in them. `tests/test_page_zip.py` reads them with others' tools.

import assert from "node:assert/strict";
import test from "node:test";

import { crc32, folderZip } from "../../src/cruxmap/present/report/page/zip.js";

test("the checksum is that of the format", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array()), 0);
});

test("the same files give the same bytes, whenever they are written", async () => {
  const files = [{ name: "worldviews/ann.yaml", text: "text: Ann.\n".repeat(50) }];
  const first = await folderZip(files);
  const before = Date.now;
  Date.now = () => before() + 1e10;
  try {
    assert.deepEqual(await folderZip(files), first);
  } finally {
    Date.now = before;
  }
  assert.ok(first.length < 300, "it is deflated");
});

test("a text is kept as it is where the browser cannot deflate", async () => {
  const before = globalThis.CompressionStream;
  globalThis.CompressionStream = undefined;
  try {
    const found = new TextDecoder().decode(await folderZip([{ name: "a", text: "a".repeat(1000) }]));
    assert.ok(found.includes("a".repeat(1000)));
  } finally {
    globalThis.CompressionStream = before;
  }
});

test("names that lead elsewhere, or that some system takes for the same, are refused", async () => {
  for (const name of ["", "/a", "a/", "a//b", "../a", "a/./b", "a\\b", "c:a", "a\0"]) {
    await assert.rejects(folderZip([{ name, text: "" }]), { name: "RangeError" }, name);
  }
  for (const [one, other] of [["a", "a"], ["Ann.yaml", "ann.yaml"], ["\u00e9", "e\u0301"]]) {
    const files = [one, other].map((name) => ({ name, text: "" }));
    await assert.rejects(folderZip(files), /is there twice/u);
  }
});
