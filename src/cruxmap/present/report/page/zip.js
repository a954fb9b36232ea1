/**
 * A folder of texts as one zip file. It has no times of its own, so that the same files give the same bytes.
 *
 * Texts are deflated where the browser can and where it helps. Names are UTF-8.
 */

import { deflated } from "./bytes.js";

const [STORED, DEFLATED] = [0, 8];
const VERSION = 20; // of the format: folders and deflation
const MADE_ON = (3 << 8) | VERSION; // the rights that follow are meant as Unix has them
const RIGHTS = 0o100644;
const UTF8_NAMES = 1 << 11;
const DATE = (1 << 5) | 1; // the first of January 1980, the first day that the format has
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const MOST_FILES = 65535;
const MOST_BYTES = 0xffffffff;

/**
 * Return a zip file with these files in their order.
 * @param {{name: string, text: string}[]} files each name once, folders parted by `/`; a text with a mark of
 *   byte order at its start keeps it
 * @returns {Promise<Uint8Array>}
 */
export async function folderZip(files) {
  checkNames(files.map(({ name }) => name));
  const entries = await Promise.all(files.map(entryOf));
  const writing = new Writing();
  for (const entry of entries) {
    entry.at = writing.size;
    writing.numbers([LOCAL, 4], [VERSION, 2], ...shared(entry), [0, 2]);
    writing.bytes(entry.name);
    writing.bytes(entry.data);
  }
  const start = writing.size;
  for (const entry of entries) {
    writing.numbers([CENTRAL, 4], [MADE_ON, 2], [VERSION, 2], ...shared(entry), [0, 2]);
    writing.numbers([0, 2], [0, 2], [0, 2], [RIGHTS * 0x10000, 4], [entry.at, 4]);
    writing.bytes(entry.name);
  }
  const count = entries.length;
  const length = writing.size - start;
  writing.numbers([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [length, 4], [start, 4], [0, 2]);
  return writing.whole();
}

/** What is told of a file both before its data and in the list at the end. */
function shared({ method, crc, data, size, name }) {
  return [
    [UTF8_NAMES, 2],
    [method, 2],
    [0, 2],
    [DATE, 2],
    [crc, 4],
    [data.length, 4],
    [size, 4],
    [name.length, 2],
  ];
}

async function entryOf({ name, text }) {
  const encoder = new TextEncoder();
  const plain = encoder.encode(text);
  const crc = crc32(plain);
  const tight = typeof CompressionStream === "undefined" ? plain : await deflated(plain);
  const isTighter = tight.length < plain.length;
  const data = isTighter ? tight : plain;
  return { name: encoder.encode(name), method: isTighter ? DEFLATED : STORED, crc, data, size: plain.length };
}

/** Refuse names that would be lost, or lead out of the folder, where somebody unpacks the file. */
function checkNames(names) {
  if (names.length > MOST_FILES) throw new RangeError(`${MOST_FILES} files at most go into one zip file`);
  const seen = new Set();
  for (const name of names) {
    const parts = name.split("/");
    const isOdd = parts.some((part) => part === "" || part === "." || part === "..");
    if (isOdd || /[\\\0:]/u.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name of a file`);
    const folded = name.normalize("NFC").toLowerCase();
    if (seen.has(folded)) throw new RangeError(`${JSON.stringify(name)} is there twice`);
    seen.add(folded);
  }
}

/** Bytes that are put together; whole numbers with their lowest byte first. */
class Writing {
  constructor() {
    this.parts = [];
    this.size = 0;
  }

  bytes(part) {
    this.parts.push(part);
    this.size += part.length;
    if (this.size > MOST_BYTES) throw new RangeError("a zip file has 4 GiB at most");
  }

  numbers(...pairs) {
    for (const [number, length] of pairs) {
      this.bytes(Uint8Array.from({ length }, (_, place) => Math.floor(number / 256 ** place) % 256));
    }
  }

  whole() {
    const found = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      found.set(part, at);
      at += part.length;
    }
    return found;
  }
}

let table = null;

/**
 * The checksum that zip files have of their data.
 * @param {Uint8Array} bytes
 * @returns {number}
 */
export function crc32(bytes) {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let rest = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) rest = (rest >>> 8) ^ table[(rest ^ bytes[at]) & 255];
  return (rest ^ 0xffffffff) >>> 0;
}
