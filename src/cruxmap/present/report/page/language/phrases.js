/**
 * Numbers beside numbers, as `src/cruxmap/present/phrases.py` writes them: with digits enough to tell them
 * apart.
 */

import { formatProbability } from "./notation.js";

const MAX_DIGITS = 12;
const ROUNDING = 1e-12;

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

/**
 * Write the ends of an interval of a probability as the language does; one number where they are the same.
 */
export function formatInterval(low, high) {
  const write = telling([[low, high]]);
  return [...new Set([write(low), write(high)])].join(" to ");
}
