// Hashes and random words, as `hashlib.blake2b` and engine/random_words.py make them.
//
// Numbers of 64 bits are two halves of 32, the high one first.

// --- BLAKE2b (RFC 7693) -----------------------------------------------------------------------------

const BLOCK = 128;
const ROUNDS = 12;

const START = Uint32Array.of(
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
);

const WORDS_OF_ROUND = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The words that are mixed with each other, as places of their high halves: columns, then diagonals. */
const COLUMNS_AND_DIAGONALS = [
  [0, 8, 16, 24], [2, 10, 18, 26], [4, 12, 20, 28], [6, 14, 22, 30],
  [0, 10, 20, 30], [2, 12, 22, 24], [4, 14, 16, 26], [6, 8, 18, 28],
];

const state = new Uint32Array(16);
const work = new Uint32Array(32);
const message = new Uint32Array(32);

/**
 * The BLAKE2b hash of bytes, of `size` bytes (1 to 64), without a key.
 * @param {Uint8Array} bytes
 * @param {number} size
 * @returns {Uint8Array}
 */
export function blake2b(bytes, size) {
  state.set(START);
  state[1] ^= 0x01010000 ^ size;
  const last = Math.max(0, Math.ceil(bytes.length / BLOCK) - 1) * BLOCK;
  for (let at = 0; at <= last; at += BLOCK) {
    readBlock(bytes, at);
    compress(Math.min(at + BLOCK, bytes.length), at === last);
  }
  const hash = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    hash[i] = state[((i >> 3) << 1) + 1 - ((i >> 2) & 1)] >>> (8 * (i & 3));
  }
  return hash;
}

function readBlock(bytes, at) {
  for (let i = 0; i < 32; i++) {
    message[i ^ 1] = wordAt(bytes, at + 4 * i);
  }
}

/** Four bytes as a number, the lowest first; zeros beyond the end. */
function wordAt(bytes, at) {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

function compress(length, isLast) {
  work.set(state);
  work.set(START, 16);
  work[25] ^= length;
  if (isLast) {
    work[28] = ~work[28];
    work[29] = ~work[29];
  }
  for (let round = 0; round < ROUNDS; round++) {
    const words = WORDS_OF_ROUND[round % 10];
    for (let i = 0; i < 8; i++) {
      const four = COLUMNS_AND_DIAGONALS[i];
      mix(four[0], four[1], four[2], four[3], 2 * words[2 * i], 2 * words[2 * i + 1]);
    }
  }
  for (let i = 0; i < 16; i++) {
    state[i] ^= work[i] ^ work[i + 16];
  }
}

function mix(a, b, c, d, x, y) {
  add(a, work[b], work[b + 1]);
  add(a, message[x], message[x + 1]);
  xorAndTurn(d, a, 32);
  add(c, work[d], work[d + 1]);
  xorAndTurn(b, c, 24);
  add(a, work[b], work[b + 1]);
  add(a, message[y], message[y + 1]);
  xorAndTurn(d, a, 16);
  add(c, work[d], work[d + 1]);
  xorAndTurn(b, c, 63);
}

function add(at, high, low) {
  const sum = work[at + 1] + low;
  work[at] += high + (sum > 0xffffffff ? 1 : 0);
  work[at + 1] = sum;
}

/** XOR with another word, then turn to the right by so many bits. */
function xorAndTurn(at, by, bits) {
  const high = work[at] ^ work[by];
  const low = work[at + 1] ^ work[by + 1];
  const one = bits < 32 ? high : low;
  const other = bits < 32 ? low : high;
  if (bits === 32) {
    work[at] = low;
    work[at + 1] = high;
  } else {
    work[at] = (one >>> bits) | (other << -bits); // shifts count modulo 32
    work[at + 1] = (other >>> bits) | (one << -bits);
  }
}

// --- keys and random words --------------------------------------------------------------------------

/**
 * A key per text, its hash: 16 bytes each, one after another.
 * @param {string[]} texts
 * @returns {Uint8Array}
 */
export function keysOf(texts) {
  const encoder = new TextEncoder();
  const keys = new Uint8Array(16 * texts.length);
  texts.forEach((text, i) => keys.set(blake2b(encoder.encode(text), 16), 16 * i));
  return keys;
}

/**
 * Keys as words, four a key: the high and the low half of its first word, then those of its second.
 * @param {Uint8Array} keys
 * @returns {Uint32Array}
 */
export function wordsOfKeys(keys) {
  const words = new Uint32Array(keys.length / 4);
  for (let i = 0; i < words.length; i++) {
    words[i ^ 1] = wordAt(keys, 4 * i);
  }
  return words;
}

/**
 * A random word for a key and a counter: two rounds of SplitMix64's finaliser.
 *
 * `words` are those of keys, and `at` is where the key's four begin. The word goes into `out`.
 * @param {Uint32Array} words
 * @param {number} at
 * @param {number} counterHigh
 * @param {number} counterLow
 * @param {Uint32Array} out two places
 */
export function randomWord(words, at, counterHigh, counterLow, out) {
  times(counterHigh, counterLow, 0x9e3779b9, 0x7f4a7c15, out);
  const sum = out[1] + words[at + 1];
  finalise((out[0] + words[at] + (sum > 0xffffffff ? 1 : 0)) | 0, sum | 0, out);
  finalise(out[0] ^ words[at + 2], out[1] ^ words[at + 3], out);
}

function finalise(high, low, out) {
  times(high ^ (high >>> 30), low ^ ((low >>> 30) | (high << 2)), 0xbf58476d, 0x1ce4e5b9, out);
  const h = out[0];
  const l = out[1];
  times(h ^ (h >>> 27), l ^ ((l >>> 27) | (h << 5)), 0x94d049bb, 0x133111eb, out);
  const top = out[0];
  out[1] ^= (out[1] >>> 31) | (top << 1);
  out[0] = top ^ (top >>> 31);
}

/** The low 64 bits of a product. */
function times(aHigh, aLow, bHigh, bLow, out) {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const middle = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const other = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff);
  const carried = (middle >>> 16) + (other >>> 16);
  out[0] = Math.imul(a1, b1) + carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh);
  out[1] = Math.imul(aLow, bLow);
}
