// Draws of judgements: the Latin hypercube of standard normals of engine/draws.py, number by number.
//
// Draw d of N is the normal quantile of `(pi(d) + v_d) / N`: pi is a permutation of the strata and v a
// uniform, both computed from d by a counter and the address's key. So an address's draws are the same
// whatever other addresses there are, and a block of them is a slice of all.

import { randomWord, wordsOfKeys } from "./hash.js";
import { ndtri } from "./special.js";

const ROUNDS = 10;

/** The high half of the counters of the permutation, which begin at 2^48. */
const COUNTERS_OF_SHIFTS = 0x10000;

/**
 * Draws `start` to `stop` of `nDraws` standard normals for each key.
 * @param {Uint8Array} keys 16 bytes each
 * @param {number} nDraws
 * @param {number} [start]
 * @param {number} [stop]
 * @returns {Float64Array} [key * (stop - start) + draw]
 */
export function latinHypercube(keys, nDraws, start = 0, stop = nDraws) {
  const words = wordsOfKeys(keys);
  const nKeys = words.length / 4;
  const size = stop - start;
  const z = new Float64Array(nKeys * size);
  const permutation = permutationOf(nDraws);
  for (let key = 0; key < nKeys; key++) {
    drawColumn(words, 4 * key, permutation, start, z.subarray(key * size, (key + 1) * size));
  }
  return z;
}

/** The sizes of a permutation of 0 ... n - 1, and room for what each round adds. */
function permutationOf(n) {
  const nHigh = Math.floor(Math.sqrt(n - 1)) + 1;
  const nLow = Math.ceil(n / nHigh);
  const sizes = Array.from({ length: ROUNDS }, (_, turn) => (turn % 2 ? nHigh : nLow));
  return { n, nHigh, nLow, shifts: sizes.map((size) => new Int32Array(size)) };
}

/**
 * Fill the draws of one key.
 *
 * Above one half, the quantile is that of the distance from 1, the other way: a probability near 1
 * would be rounded.
 */
function drawColumn(words, at, permutation, start, z) {
  const { n } = permutation;
  const word = new Uint32Array(2);
  drawShifts(words, at, permutation, word);
  for (let d = 0; d < z.length; d++) {
    const stratum = permuted(permutation, start + d);
    randomWord(words, at, 0, start + d, word);
    const within = (word[0] * 0x100000 + (word[1] >>> 12) + 0.5) * 2 ** -52;
    const upper = 2 * stratum >= n;
    const p = (upper ? n - 1 - stratum + (1 - within) : stratum + within) / n;
    z[d] = upper ? -ndtri(p) : ndtri(p);
  }
}

/** Fill what each round adds to one coordinate by the other. */
function drawShifts(words, at, { nHigh, nLow, shifts }, word) {
  let counter = 0;
  for (let turn = 0; turn < ROUNDS; turn++) {
    const below = turn % 2 ? nLow : nHigh;
    const wrap = 2 ** 32 % below;
    const shift = shifts[turn];
    for (let i = 0; i < shift.length; i++) {
      randomWord(words, at, COUNTERS_OF_SHIFTS, counter++, word);
      shift[i] = ((word[0] % below) * wrap + word[1]) % below;
    }
  }
}

/**
 * Where the permutation takes a draw: a Feistel network on pairs (high, low), of which there are slightly
 * more than n. Whatever leaves the range is sent round again, which comes back to it.
 */
function permuted({ n, nHigh, nLow, shifts }, draw) {
  let place = draw;
  do {
    let high = Math.floor(place / nLow);
    let low = place - high * nLow;
    for (let turn = 0; turn < ROUNDS; turn += 2) {
      high += shifts[turn][low];
      if (high >= nHigh) {
        high -= nHigh;
      }
      low += shifts[turn + 1][high];
      if (low >= nLow) {
        low -= nLow;
      }
    }
    place = high * nLow + low;
  } while (place >= n);
  return place;
}
