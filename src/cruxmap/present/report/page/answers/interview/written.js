// What is written of an interview: numbers that nobody was asked for and that moved, as `fitted` in
// insight/interview/written.py. What stands there already is read in replies.js.

import { expit } from "../../engine/special.js";
import { complement, scientific } from "../../language/decimals.js";
import { formatJudgement, Z_95 } from "../../language/notation.js";

const NOTICEABLE = 0.02;
const [DIGITS, ALL_DIGITS] = [4, 17];
const WIDER = 0.1;

/** What is said of a number that nobody was asked for and that moved. */
export const WHY_FITTED = "to what I answered in the interview";

/**
 * What nobody was asked for and that moved: judgements in the form of changes. The central value of each
 * is the mean, and its interval as wide as the map's, to a few digits.
 * @param {Believed} now @param {Set<string>} rejected arguments
 */
export function fitted({ laid: { ground, observed }, numbers, z }, rejected) {
  const { at, model, rowAt } = ground;
  const { owner } = model.judgements;
  const isOpen = (place) =>
    at.free[place] === 1 && !observed.known.has(place) && !rejected.has(owner[place]);
  const isElsewhere = (place) => numbers[place] !== at.standing[place];
  const hasMoved = (place) => isOpen(place) && Math.abs(z[place]) > NOTICEABLE && isElsewhere(place);
  const written = (place) => writtenAt(ground, place, numbers[place]);
  const found = [];
  const inRows = new Set([...rowAt.values()].flat());
  for (const [row, places] of rowAt) {
    if (!places.some(hasMoved)) continue;
    found.push({ at: row, shares: places.map(written), fitted: WHY_FITTED });
  }
  for (let place = 0; place < at.size; place++) {
    if (inRows.has(place) || !hasMoved(place)) continue;
    found.push({ at: model.addresses[place], value: written(place), fitted: WHY_FITTED });
  }
  return found;
}

/** A number that moved: its central value, and an interval as wide as the map's, rounded. */
function writtenAt({ at, model }, place, central) {
  const scale = model.judgements.scale[place];
  let [middle, width] = [central, at.width[place]];
  if (scale === "s") {
    middle = Math.max(middle, 0);
    width = Math.min(width, middle / Z_95);
  }
  return roundedText(scale, middle, width);
}

/**
 * A number with this logit or log, and this deviation of it, to a few digits at each end, or to more where
 * fewer would make the interval another: as `rounded` in written.py.
 */
function roundedText(scale, middle, width) {
  const [low, high] = [middle - Z_95 * width, middle + Z_95 * width];
  for (let digits = DIGITS; digits < ALL_DIGITS; digits += 1) {
    const [from, to] = [low, high].map((end) => numberAt(scale, end, digits));
    const found = (to.u - from.u) / (2 * Z_95);
    if (Math.abs(found - width) <= WIDER * width) return textBetween(scale, from, to);
  }
  const [from, to] = [low, high].map((end) => numberAt(scale, end, ALL_DIGITS));
  return textBetween(scale, from, to);
}

/** The number with this logit or log, to so many digits; of a probability and what it leaves, the smaller. */
function numberAt(scale, u, digits) {
  if (scale !== "p") {
    const ratio = Number(scientific(Math.exp(u), digits - 1));
    return { p: ratio, left: 0, u: Math.log(ratio) };
  }
  const smaller = Number(scientific(expit(-Math.abs(u)), digits - 1));
  const [p, left] = u <= 0 ? [smaller, complement(smaller)] : [complement(smaller), smaller];
  return { p, left, u: Math.log(p) - Math.log(left) };
}

function textBetween(scale, { p: low, left: most }, { p: high, left: least }) {
  const point = low === high && most === least;
  return formatJudgement({ scale, low, high, complements: [most, least], point });
}
