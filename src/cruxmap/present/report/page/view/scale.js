// The scale of a slider: log-odds for probabilities, logarithms for ratios. Nothing here touches the page.

import { formatRatio } from "../language/notation.js";
import { percent } from "./words.js";

/** Standard deviations from the middle of a 90% interval to its ends. */
export const TO_END = 1.6448536269514722;

const LN10 = Math.log(10);
const WIDEST = 36;
const HARDLY = 1e-6;
const TICKS = {
  p: [1e-12, 1e-9, 1e-6, 1e-4, 0.001, 0.01, 0.1, 0.5].flatMap((p) => [
    Math.log(p / (1 - p)),
    Math.log((1 - p) / p),
  ]),
  r: [0.001, 0.01, 0.1, 0.3, 1, 3, 10, 30, 100, 1000, 1e4].map(Math.log),
};
const START = { p: [-Math.log(999), Math.log(999)], r: [-LN10, LN10], s: [0, Math.log(100)] };
const LEAST_APART = 0.12;

/**
 * The ends of a slider on which a judgement can be shown, with room to move it.
 * @param {"p"|"r"|"s"} scale @param {number[]} shown what must be on it
 * @returns {[number, number]}
 */
export function rangeOf(scale, shown) {
  let [low, high] = START[scale];
  for (const u of shown) {
    if (Math.abs(u) < WIDEST) {
      low = Math.min(low, u - (scale === "s" ? 0 : 1));
      high = Math.max(high, u + 1);
    }
  }
  return [scale === "s" ? 0 : low, high];
}

/** Where `u` is on a range, from 0 to 1; what is beyond is at its end. */
export function placeOf(u, [low, high]) {
  return Math.min(1, Math.max(0, (u - low) / (high - low)));
}

/** The marks of a range with their labels, far enough apart to be read. */
export function ticksOf(scale, range) {
  const all = [...new Set(TICKS[scale === "p" ? "p" : "r"])].filter(
    (u) => u > range[0] - HARDLY && u < range[1] + HARDLY,
  );
  const apart = LEAST_APART * (range[1] - range[0]);
  const kept = [];
  for (const u of all.sort((a, b) => Math.abs(a) - Math.abs(b))) {
    // from the middle outwards
    if (kept.every((other) => Math.abs(other - u) >= apart)) {
      kept.push(u);
    }
  }
  return kept.sort((a, b) => a - b).map((u) => ({ u, label: tickLabel(scale, u) }));
}

/** The label of a mark, which is a round number. */
function tickLabel(scale, u) {
  const value = scale === "p" ? 100 / (1 + Math.exp(-u)) : Math.exp(u);
  const near = value > 99 ? 12 : 3;
  return value < 1e-4
    ? labelOf(scale, u)
    : `${Number(value.toPrecision(near))}${scale === "p" ? "%" : "x"}`;
}

/** A place of the scale as people write it. */
export function labelOf(scale, u) {
  if (scale === "p") {
    return percent(u < 0 ? Math.exp(u) / (1 + Math.exp(u)) : 1 / (1 + Math.exp(-u)));
  }
  const ratio = Math.exp(u);
  return Math.abs(ratio - Math.round(ratio)) < HARDLY * ratio
    ? `${Math.round(ratio)}x`
    : formatRatio(ratio);
}

/** An interval after its middle was moved to `u`, within the range: as wide as before where it can be. */
export function withMiddle({ mu, sd }, u, [low, high]) {
  const middle = Math.min(high, Math.max(low, u));
  const half = Math.abs(mu) < WIDEST ? TO_END * sd : 0;
  const room = low === 0 ? Math.min(half, middle) : half; // a strength ends at 1x
  return { mu: middle, sd: room / TO_END };
}

/** An interval after one of its ends was moved to `u`; the other stays, and they keep a little apart. */
export function withEnd({ mu, sd }, side, u, [low, high]) {
  const ends = [mu - TO_END * sd, mu + TO_END * sd];
  const least = 0.02;
  if (side === "low") {
    ends[0] = Math.min(Math.max(u, low), ends[1] - least);
  } else {
    ends[1] = Math.max(Math.min(u, high), ends[0] + least);
  }
  return { mu: (ends[0] + ends[1]) / 2, sd: (ends[1] - ends[0]) / 2 / TO_END };
}

/** The interval that a point becomes first: odds, or a ratio, within a factor of two either way. */
export function widened({ mu }, scale) {
  const half = Math.log(2);
  const middle = scale === "s" ? Math.max(mu, half) : mu;
  return { mu: middle, sd: half / TO_END };
}
