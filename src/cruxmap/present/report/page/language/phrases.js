/**
 * Numbers beside numbers, as `src/cruxmap/present/phrases.py` writes them: with digits enough to tell them
 * apart.
 */

import { fixed, scientific } from "./decimals.js";
import { formatProbability } from "./notation.js";

const MAX_DIGITS = 12;
const ROUNDING = 1e-12;
const ROUNDED_TO_TENS = 9.95;

/**
 * Return a way to write numbers with digits enough to tell each pair apart.
 * @param {(number | null)[][]} pairs
 * @param {(number: number, digits: number) => string} [write]
 * @returns {(number: number | null) => string}
 */
export function telling(pairs, write = formatProbability) {
  const both = pairs.filter(([a, b]) => isNumber(a) && isNumber(b) && Math.abs(a - b) > ROUNDING);
  let digits = 2;
  while (digits < MAX_DIGITS && both.some(([a, b]) => write(a, digits) === write(b, digits))) digits += 1;
  return (number) => (isNumber(number) ? write(number, digits) : "-");
}

function isNumber(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/** Write where a probability moves: `from 5.1% to 5.4%`. */
export function fromTo(before, after) {
  const write = telling([[before, after]]);
  return `from ${write(before)} to ${write(after)}`;
}

/**
 * Write the ends of an interval of a probability as the language does; one number where they are the same.
 */
export function formatInterval(low, high) {
  const write = telling([[low, high]]);
  return [...new Set([write(low), write(high)])].join(" to ");
}

/** Write a difference of probabilities in percentage points: `+3.2 pp`. */
export function formatPoints(difference) {
  if (!isNumber(difference)) return "-";
  const shown = 100 * difference;
  if (shown === 0) return "0 pp";
  const written = Math.abs(shown) >= ROUNDED_TO_TENS ? fixed(shown, 0) : twoDigits(shown);
  return `${shown > 0 ? "+" : ""}${written} pp`;
}

/** Write a number below 9.95 with two digits, zeros at its end included, as Python's `#.2g` does. */
function twoDigits(number) {
  const [mantissa, exponent] = scientific(number, 1).split("e");
  const power = Number(exponent);
  return power >= -4 ? fixed(number, 1 - power) : `${mantissa}e-${String(-power).padStart(2, "0")}`;
}
