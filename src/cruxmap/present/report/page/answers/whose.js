// Whose numbers an entry rests on, and between what its one number lies: insight/whose.py and kinds.py.

import { under } from "../language/names.js";
import { MAP, NOBODY, OWN } from "../language/worldviews.js";

const SAYS_HOW_LIKELY = new Set(["credence", "chance"]);

/** Whether somebody wrote a number, be it the map's own. */
export function isGiven(model, setting, j) {
  const nobodys = [MAP, under(model.bringer, model.addresses[j])];
  return !nobodys.includes(setting.origin[j]) || !model.judgements.default.includes(j);
}

/**
 * Whose the numbers are that say how likely something is: `own` (the worldview's), `fitted`, the id of
 * another worldview, `set` for what was changed here, `nobody's`, or `inherited` (the map's). Those that somebody
 * wrote count, if any is.
 * @param {object} structure @param {object} setting @param {string} worldview @param {string} id
 * @returns {string}
 */
export function whoseIs(structure, setting, worldview, id) {
  const places = ownPlaces(structure, id);
  const written = places.filter((j) => isGiven(structure.model, setting, j));
  return whoseAre(setting, worldview, written.length > 0 ? written : places);
}

/**
 * Whose the numbers in some places are. What the reader has fitted here is `fitted`, and not `set`.
 * @param {object} setting @param {string} worldview @param {number[]} places
 * @returns {string}
 */
export function whoseAre({ origin, fitted }, worldview, places) {
  const isMine = (j) => origin[j] === worldview || origin[j] === OWN;
  if (places.some((j) => origin[j] === worldview && worldview !== MAP && !fitted[j])) return "own";
  const isSet = places.some((j) => origin[j] === OWN && !fitted[j]);
  if (!isSet && places.some((j) => isMine(j) && fitted[j])) return "fitted";
  const other = places.find((j) => origin[j] !== MAP && origin[j] !== NOBODY);
  if (other !== undefined) return origin[other];
  return places.some((j) => origin[j] === NOBODY) ? NOBODY : "inherited";
}

/**
 * The 5th and 95th percentile of the one number that something has; `null` without one.
 * @param {object} structure @param {object} setting @param {{id: string, kind: string}} row
 * @returns {[number, number] | null}
 */
export function intervalOf(structure, setting, { id, kind }) {
  if (kind === "stage" || structure.entry.get(id.split(".")[0]).type === "question") return null;
  const { role } = structure.model.judgements;
  const said = ownPlaces(structure, id).filter((j) => SAYS_HOW_LIKELY.has(role[j]));
  if (said.length !== 1) return null;
  const { low, high } = setting.values[said[0]];
  return [low, high];
}

/**
 * The places of an entry's numbers; those of a phase or cause are its own alone, those of a state all.
 */
export function ownPlaces({ model, entry, of }, id) {
  const [owner, part] = id.split(/\.(.*)/s);
  const whole = part === undefined || entry.get(owner).type === "question";
  return of.get(owner).filter((j) => whole || model.judgements.part[j] === part);
}
