// Bytes as text and back: base64, raw deflate, and whole numbers as zigzag varints.

/**
 * The bytes that base64 stands for.
 * @param {string} base64
 * @returns {Uint8Array}
 */
export function bytesOf(base64) {
  if (Uint8Array.fromBase64) {
    return Uint8Array.fromBase64(base64);
  }
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

const PIECE = 8192;

/**
 * Bytes as base64, with `=` at the end.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function base64Of(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}

/**
 * What deflated bytes stand for.
 *
 * It is an error where they are not whole, or stand for more than `most` bytes.
 * @param {Uint8Array} bytes
 * @param {number} [most]
 * @returns {Promise<Uint8Array>}
 */
export function inflated(bytes, most = Infinity) {
  return passed(bytes, new DecompressionStream("deflate-raw"), most);
}

/**
 * Bytes deflated, without a header.
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>}
 */
export function deflated(bytes) {
  return passed(bytes, new CompressionStream("deflate-raw"), Infinity);
}

async function passed(bytes, stream, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    parts.push(value);
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError(`more than ${most} bytes`);
    }
  }
  return joined(parts, size);
}

function joined(parts, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The text that bytes write in UTF-8. It is an error where they write none.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/**
 * The data that the page carries: JSON, and where it has long lists of numbers, a zero byte and these as bytes.
 *
 * `bytes` at its top says where each of them belongs, by the way there, and where it begins and ends.
 * @param {Uint8Array} whole
 * @returns {*}
 */
export function dataIn(whole) {
  const end = whole.indexOf(0);
  if (end < 0) {
    return JSON.parse(textOf(whole));
  }
  const { bytes, ...data } = JSON.parse(textOf(whole.subarray(0, end)));
  for (const [way, start, stop] of bytes) {
    const last = way.pop();
    way.reduce((place, name) => place[name], data)[last] = whole.slice(end + 1 + start, end + 1 + stop);
  }
  return data;
}

/**
 * Whole numbers from zigzag varints, as bytes or as base64 of them.
 *
 * A byte has seven bits, the lowest first, and tells whether there are more. The last bit is the sign.
 * @param {string | Uint8Array} written
 * @returns {Int32Array}
 */
export function intsOf(written) {
  const bytes = typeof written === "string" ? bytesOf(written) : written;
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    count += 1 - (bytes[i] >> 7);
  }
  const numbers = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    let byte = bytes[at++];
    let number = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++];
      number |= (byte & 127) << shift;
    }
    numbers[i] = (number >>> 1) ^ -(number & 1);
  }
  return numbers;
}
