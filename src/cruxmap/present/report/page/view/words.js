// Numbers in the words that people use for them.

import { formatProbability } from "../language/notation.js";

/** A probability as the language writes it; a dash where it is not defined. */
export function percent(probability) {
  return probability === null || probability === undefined || Number.isNaN(probability)
    ? "–"
    : formatProbability(probability);
}

const FRACTIONS = [
  [1 / 2, "half"],
  [1 / 3, "a third"],
  [1 / 4, "a quarter"],
  [1 / 5, "a fifth"],
  [1 / 10, "a tenth"],
];
const HARDLY = 0.03;

/** The share of a probability, or of what it leaves, that may be rounding alone. */
const ROUNDING = 1e-9;

/** How many times as much, in words: "about twice as", "about a third as", "hardly less". */
export function timesWords(ratio) {
  if (ratio > 1.9) {
    const near = ratio < 2.25 ? "twice" : `${roundly(ratio)} times`;
    return `about ${near} as`;
  }
  if (ratio >= 1) {
    return `about ${Number((100 * (ratio - 1)).toPrecision(ratio < 1.1 ? 1 : 2))}% more`;
  }
  const fraction = FRACTIONS.find(([size]) => Math.abs(Math.log(ratio / size)) < 0.1);
  if (fraction) {
    return `about ${fraction[1]} as`;
  }
  return ratio > 0.1
    ? `about ${Number((100 * (1 - ratio)).toPrecision(ratio > 0.9 ? 1 : 2))}% less`
    : `about 1/${Math.round(roundly(1 / ratio))} as`;
}

function roundly(number) {
  return number < 10 ? Number(number.toPrecision(2)) : Number(number.toPrecision(number < 100 ? 1 : 2));
}

/**
 * How a probability moves, in words: "about twice as likely". What is likely is said by what it leaves.
 * @param {number} before @param {number} after @returns {string}
 */
export function moveWords(before, after) {
  if (before === after || Math.abs(before - after) < ROUNDING * Math.min(before, 1 - before)) {
    return "as likely as before";
  }
  if (before <= 0 || before >= 1 || after <= 0 || after >= 1) {
    return after <= 0 ? "impossible now" : after >= 1 ? "certain now" : "no longer certain";
  }
  const unlikely = before + after <= 1;
  const ratio = unlikely ? after / before : (1 - after) / (1 - before);
  if (Math.abs(Math.log(ratio)) < HARDLY / 3) {
    return (after > before) ? "hardly likelier" : "hardly less likely";
  }
  return `${timesWords(ratio)} ${unlikely ? "likely" : "likely to be false"}`;
}

/** A whole number with its thousands apart, as the command line writes it. */
export function counted(number) {
  return Math.round(number).toLocaleString("en-US");
}

/** A text with its first letter large. */
export function capitalised(text) {
  return text === "" ? "" : text[0].toUpperCase() + text.slice(1);
}

/** Texts as a list in a sentence. */
export function listed(texts) {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
