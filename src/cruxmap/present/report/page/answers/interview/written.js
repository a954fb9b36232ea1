// What is written of an interview: numbers that nobody was asked for and that moved, as `fitted` in
// insight/interview/written.py. What stands there already is read in replies.js.

import { roundedText, Z_95 } from "../../language/notation.js";

const NOTICEABLE = 0.02;
const DIGITS = 4;

/** What is said of a number that nobody was asked for and that moved. */
const WHY_FITTED = "to what I answered in the interview";

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
  return roundedText(scale, middle, width, DIGITS);
}
