// Whose numbers an entry rests on, and between what its one number lies: insight/whose.py and kinds.py.

const SAYS_HOW_LIKELY = new Set(["credence", "chance"]);

/**
 * Whose the numbers are that say how likely something is: `own` (the worldview's), `fitted`, the id of
 * another worldview, `set` for what was changed here, or `inherited` (the map's).
 * @param {object} structure @param {object} setting @param {string} worldview @param {string} id
 * @returns {string}
 */
export function whoseIs(structure, setting, worldview, id) {
  const places = ownPlaces(structure, id);
  const isHere = (j) => setting.origin[j] === worldview && worldview !== "map";
  if (places.some((j) => isHere(j) && !setting.fitted[j])) return "own";
  if (places.some((j) => setting.origin[j] === worldview && setting.fitted[j])) return "fitted";
  const other = places.find((j) => setting.origin[j] !== "map");
  return other === undefined ? "inherited" : setting.origin[other];
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
