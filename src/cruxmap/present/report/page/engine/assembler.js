/**
 * A small assembler for WebAssembly: functions of whole numbers on one imported memory, with loops and
 * 128-bit vectors of two doubles. Instructions are arrays of bytes; lists of them may be nested.
 */

const I32 = 0x7f;
const V128 = 0x7b;
const NOTHING = 0x40;

/** A whole number, not negative, in LEB128. */
function unsigned(number) {
  const bytes = [];
  let rest = number >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** A whole number in signed LEB128. */
function signed(number) {
  const bytes = [];
  let rest = number | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  bytes.push(rest & 127);
  return bytes;
}

const text = (name) => [...unsigned(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))];
const list = (items) => [...unsigned(items.length), ...items.flat()];
const section = (id, bytes) => [id, ...unsigned(bytes.length), ...bytes];

// --- instructions --------------------------------------------------------------------------------

export const get = (local) => [0x20, ...unsigned(local)];
export const set = (local) => [0x21, ...unsigned(local)];
export const number = (value) => [0x41, ...signed(value)];
export const fetch32 = (offset) => [0x28, 2, ...unsigned(offset)];
export const plus = [0x6a];
export const less = [0x49];
/** Load and store a vector at an address on the stack plus an offset. */
export const fetchVector = (offset) => [0xfd, 0x00, 3, ...unsigned(offset)];
export const storeVector = (offset) => [0xfd, 0x0b, 3, ...unsigned(offset)];
export const noughts = [0xfd, 0x0c, ...new Array(16).fill(0)];
export const addVectors = [0xfd, 0xf0, 0x01];
export const timesVectors = [0xfd, 0xf2, 0x01];

/** Add a number to a local. */
export const advance = (local, by) => [get(local), number(by), plus, set(local)];

/** Run a body again and again while the first local is less than the second one; at least once. */
export const repeatWhileLess = (local, end, ...body) => [
  [0x03, NOTHING],
  body,
  [get(local), get(end), less, 0x0d, 0x00],
  0x0b,
];

/** Run a body if the first local is less than the second one. */
export const ifLess = (local, end, ...body) => [get(local), get(end), less, [0x04, NOTHING], body, 0x0b];

// --- modules -------------------------------------------------------------------------------------

/**
 * The bytes of a module that imports its memory as `of.memory` and exports functions without results.
 *
 * @param {{name: string, parameters: number, numbers: number, vectors: number, body: any[]}[]} functions
 *   `parameters` and `numbers` count locals that are whole numbers, `vectors` those that are vectors; they
 *   are numbered in this order.
 * @returns {Uint8Array}
 */
export function moduleOf(functions) {
  const types = functions.map(({ parameters }) => [0x60, ...list(new Array(parameters).fill([I32])), 0]);
  const code = functions.map(({ numbers, vectors, body }) => {
    const locals = list([[...unsigned(numbers), I32], [...unsigned(vectors), V128]]);
    const bytes = [...locals, ...body.flat(Infinity), 0x0b];
    return [...unsigned(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([[...text("of"), ...text("memory"), 2, 0, 1]])),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(7, list(functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]))),
    ...section(10, list(code)),
  ]);
}
