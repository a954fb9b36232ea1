/**
 * What can only be seen on a whole map with what is brought to it: circles, uncovered cases, too many
 * arguments in one place, links and shares. What `src/cruxmap/language/checks.py` says.
 */

import { checkJudged, checkLink } from "./changes.js";
import { circlesIn } from "./circles.js";
import { countCases, MAX_CASES, NEVER, stepsOf, uncovered } from "./coverage.js";
import { mentionedBy } from "./conditions.js";
import { joined, nearestHint, ProblemError } from "./problems.js";
import { layersOf, MAP, numbersOf } from "./worldviews.js";

/** How many arguments can be weighed together. */
export const MOST_ARGUMENTS = 16;

const TYPES = ["claim", "question", "event", "argument"];

/**
 * Check a map with what is brought to it, its own numbers too. Throws ProblemError.
 * @param {object} model @param {object} before the same without it
 */
export function checkMap(model, before) {
  checkCircles(model);
  checkCoverage(model, before);
  const { index } = numbersOf(model);
  const places = new Set(model.addresses.slice(before.addresses.length).map((at) => index.get(at)));
  const { places: numbers } = numbersOf(model);
  for (const place of places) {
    const { sameAs } = numbers[place].value;
    if (sameAs !== null) checkLink(model, place, sameAs, nearestHint);
  }
  checkJudged(model, layersOf(model, MAP), places);
}

/**
 * Check what worldviews of files make of the numbers, and how many arguments meet. Throws ProblemError.
 * @param {object} model @param {{id: string}[]} shapes
 */
export function checkWorldviewNumbers(model, shapes) {
  const { index, rowAt } = numbersOf(model);
  for (const { id } of shapes) {
    const { judgements } = model.worldviews[id];
    const judged = judgements.flatMap(({ at }) => rowAt.get(at) ?? [index.get(at)]);
    checkJudged(model, layersOf(model, id), new Set(judged));
  }
  const worldviews = [MAP, ...Object.keys(model.worldviews).filter((id) => id !== MAP)];
  checkCounts(model, worldviews.map((id) => ({ id, rejected: layersOf(model, id).rejected })));
}

// --- circles ------------------------------------------------------------------------------------

function checkCircles(model) {
  const entries = TYPES.flatMap((type) => model.entries.filter((entry) => entry.type === type));
  const restsOn = new Map(entries.map((entry) => [entry.id, [...(entry.rests_on ?? [])]]));
  for (const { id, targets = [] } of entries) {
    for (const owner of new Set(targets.map((target) => target.id))) restsOn.get(owner)?.push(id);
  }
  const [circle] = circlesIn(restsOn);
  if (circle === undefined) return;
  const bringerOf = new Map(entries.map((entry) => [entry.id, entry.brought_by ?? null]));
  const bringers = [...new Set(circle.map((id) => bringerOf.get(id)))].filter((name) => name !== null);
  const together = bringers.length > 1 ? `${joined(bringers)} close it together: ` : "";
  const hint = "an argument map has no circles: leave out one step, or say it through a claim of its own";
  throw new ProblemError("cycle", `these rest on each other: ${circle.join(" -> ")}`, together + hint);
}

// --- arguments ----------------------------------------------------------------------------------

/**
 * Check that no more arguments than can be weighed together have force in one place, for any of some
 * worldviews. Throws ProblemError, that tells of the one in which most have.
 * @param {object} model @param {{id: string, rejected: Map<string, string>}[]} worldviews
 */
export function checkCounts(model, worldviews) {
  for (const [place, bearing] of argumentsMet(model)) {
    if (bearing.length <= MOST_ARGUMENTS) continue;
    const withForce = ({ rejected }) => bearing.filter((argument) => !rejected.has(argument)).length;
    const counts = worldviews.map(withForce);
    const most = Math.max(...counts);
    if (most <= MOST_ARGUMENTS) continue;
    const { id } = worldviews[counts.indexOf(most)];
    const whose = id === MAP ? "" : ` in \`${id}\``;
    const message = `${most} arguments bear on \`${place}\`${whose}, and ${MOST_ARGUMENTS} are the most`;
    const hint = "group them under claims, and argue from those";
    throw new ProblemError("too-many-arguments", message, hint);
  }
}

/** The arguments that are weighed together, by the address of what they bear on. */
function argumentsMet(model) {
  const met = new Map();
  for (const { type, id, direction, targets } of model.entries) {
    if (type !== "argument" || direction === "undercuts") continue;
    const places = targets.map((on) => (on.part === "" ? on.id : `${on.id}.${on.part}`));
    for (const place of new Set(places)) {
      if (!met.has(place)) met.set(place, []);
      met.get(place).push(id);
    }
  }
  return met;
}

// --- tables -------------------------------------------------------------------------------------

function checkCoverage(model, before) {
  const known = new Set(before.entries.map(({ id }) => id));
  const tables = (model.added?.entries ?? []).filter(({ id, rows }) => rows && !known.has(id));
  if (tables.length === 0) return;
  const entry = new Map(model.entries.map((one) => [one.id, one]));
  const domains = new Map(model.entries.map((one) => [one.id, domainOf(one)]));
  for (const { id, rows } of tables) {
    if (rows.some(({ when }) => when === null)) continue;
    checkRows(id, rows.map(({ when }) => when), { model, entry, domains });
  }
}

function checkRows(id, conditions, { model, entry, domains }) {
  if (countCases(conditions, domains) > MAX_CASES) {
    const message = `the rows of \`${id}\` name too many cases to try`;
    throw new ProblemError("otherwise-needed", message, "end the table with an `otherwise` row");
  }
  const excluded = excludedBy(model, entry, new Set(conditions.flatMap(mentionedBy)));
  const possible = uncovered([...conditions, ...excluded], domains);
  const found = possible ?? uncovered(conditions, domains);
  if (found === null) return;
  const hint = "add a row for it, or a last one for all that is left: `{otherwise: ...}`";
  const excluding = "; a definition excludes it, but worldviews may judge definitions";
  const message = `no row of \`${id}\` covers this case: ${caseText(found, domains)}`;
  throw new ProblemError("uncovered-case", message, possible === null ? hint + excluding : hint);
}

function domainOf({ type, states, phases }) {
  if (type === "question") return { choices: states };
  if (type !== "event") return { choices: [true, false] };
  return { choices: [...states.slice(0, -1).map((_, step) => step + 1), NEVER], phases };
}

/** What cannot be by the definitions of the claims that are named, of parts that are named too. */
function excludedBy(model, entry, named) {
  const { places } = numbersOf(model);
  const isCertain = (place, of) => places[place].value.certain === of;
  return [...named].flatMap((id) => {
    const definition = entry.get(id)?.definition;
    if (!definition || definition.rule === "at_least") return [];
    const { rule, parts, if_met: ifMet, otherwise } = definition;
    if (!parts.flatMap(mentionedBy).every((name) => named.has(name))) return [];
    const met = { [rule]: parts };
    const never = { all_of: [{ claim: id, value: true }, { not: met }] };
    const always = { all_of: [{ claim: id, value: false }, met] };
    return [...(isCertain(otherwise, 0) ? [never] : []), ...(isCertain(ifMet, 1) ? [always] : [])];
  });
}

function caseText(found, domains) {
  const told = ([name, value]) => `\`${name}\` ${valueText(value, domains.get(name))}`;
  return [...found].map(told).join(", ");
}

function valueText(value, { phases }) {
  if (typeof value !== "number") return `is ${value}`;
  if (value === NEVER) return "never happens";
  const phase = phases.find(({ id }) => value <= stepsOf(phases, id)[1]);
  return `happens in step ${value} (${phase.id})`;
}
