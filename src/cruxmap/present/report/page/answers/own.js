// What the reader brings and says, put to the changes of a step: entries, remarks, numbers in what was
// brought. Every function returns new changes; what they make of the map is checked where they are laid.

import { checkCounts } from "../language/brought_checks.js";
import { checkRemark } from "../language/brought_worldviews.js";
import { readSet, unknownAddress } from "../language/changes.js";
import { conditionText, mentionedBy, parseArgument, parseCondition, unknownId } from "../language/conditions.js";
import { namesOf } from "../language/names.js";
import { ProblemError } from "../language/problems.js";
import {
  countIn,
  entriesIn,
  mentions,
  withEntry,
  withNames,
  withoutEntry,
  withOwnNumber,
} from "../language/own_entries.js";
import { layersOf, numbersOf } from "../language/worldviews.js";

/** How many entries may be brought that answers take into account. */
export const MOST_BROUGHT = 8;

/**
 * Why what is brought is too much to be taken into account; empty where it is not.
 * @param {object} own @returns {string}
 */
export function tooMuchIn(own) {
  const count = countIn(own.brings);
  if (count <= MOST_BROUGHT) return "";
  const brought = `${count} entries of your own are more than the ${MOST_BROUGHT} that this page can compute with`;
  return `${brought}; the file that you take away has them all`;
}

/**
 * Changes with an entry that is brought, or brought anew; its id. Throws ProblemError.
 * @param {object} model @param {object} own @param {string} name @param {string} kind @param {object} entry
 * @returns {{own: object, id: string}}
 */
export function broughtTo(model, own, name, kind, entry) {
  const { typeOf } = namesOf(model);
  const { index } = numbersOf(model);
  const isTaken = (id) => typeOf.has(id) || index.has(id);
  const { brings, id } = withEntry(own.brings, kind, entry, { name, isTaken });
  return { own: { ...own, brings }, id };
}

/**
 * A step without an entry that was brought, and what was said of it. Throws ProblemError.
 * @param {object} step @param {string} id
 */
export function stepWithoutEntry({ start, own, given }, id) {
  const isOf = (name) => name === id || name.startsWith(`${id}.`);
  const isLeft = (condition) => !mentionedBy(condition).some(isOf);
  const link = linksIn(own).find(({ at, to }) => !isOf(at) && isOf(to));
  if (link !== undefined) throw stillNeeded(link.at, `a number of \`${id}\``);
  const remarks = Object.entries(own.remarks).filter(([entry]) => entry !== id);
  return {
    start,
    own: {
      ...own,
      brings: withoutEntry(own.brings, id),
      judgements: own.judgements.filter(({ at }) => !isOf(at)),
      rejects: own.rejects.filter((name) => !isOf(name)),
      accepts: own.accepts.filter((name) => !isOf(name)),
      remarks: Object.fromEntries(remarks),
      stated: (own.stated ?? []).filter((one) => !mentions(one, id)),
      asked: own.asked?.filter((item) => !mentions(item, id)) ?? null,
    },
    given: { assuming: given.assuming.filter(isLeft), observed: given.observed.filter(isLeft) },
  };
}

/** The numbers that are the same as others: where they stand, and the addresses of the others. */
function linksIn({ judgements }) {
  const [start, found] = ["same as ", []];
  for (const { at, value, shares } of judgements) {
    const texts = [value, shares].flat().filter((text) => text?.startsWith?.(start));
    for (const text of texts) found.push({ at, to: text.slice(start.length).trim() });
  }
  return found;
}

function stillNeeded(at, what) {
  return new ProblemError("still-needed", `\`${at}\` is the same as ${what}`, "change it first");
}

/** Check that what is given of entries of the reader's own has all its states. Throws ProblemError. */
function checkGivenOfOwn(model, own, conditions) {
  const mine = new Set(entriesIn(own.brings).map(({ id }) => id));
  for (const condition of conditions) {
    if (mentionedBy(condition).some((id) => mine.has(id))) parseCondition(conditionText(condition), model);
  }
}

/**
 * Changes with words about an entry, or without where they are null or empty. Throws ProblemError.
 * @param {object} model @param {object} own @param {string} entry @param {string | null} sentence
 */
export function remarkedIn(model, own, entry, sentence) {
  const others = Object.entries(own.remarks).filter(([id]) => id !== entry);
  const words = sentence === null ? "" : String(sentence).trim();
  checkRemark(model, entry, words || "words");
  return { ...own, remarks: Object.fromEntries(words === "" ? others : [...others, [entry, words]]) };
}

/**
 * Changes with another number in what was brought; null where the address is of something else. Throws
 * ProblemError.
 * @param {object} model @param {object} own @param {string} address @param {string | string[]} text
 */
export function setInBrought(model, own, address, text) {
  if (text === null || numbersOf(model).bringer[numbersOf(model).index.get(addressIn(model, address))] !== model.own) {
    return null;
  }
  const { at, value, shares } = readSet(model, address, text);
  const states = shares && numbersOf(model).rowAt.get(at).map((place) => model.addresses[place]);
  const byState = states?.map((share, k) => [share.slice(at.length + 1), shares[k]]);
  const set = byState === undefined ? { value } : { shares: Object.fromEntries(byState) };
  const brings = withOwnNumber(own.brings, at, set);
  if (brings === null) return null;
  const judgements = own.judgements.filter((judgement) => judgement.at !== at);
  return { ...own, brings, judgements };
}

/** The address itself, or that of the first share where it stands for several. */
function addressIn(model, address) {
  const row = numbersOf(model).rowAt.get(address);
  return row === undefined ? address : model.addresses[row[0]];
}

/** A step with the ids of what is brought made anew for another name. */
export function stepWithNames(step, from, to) {
  const own = withNames(step.own, from, to);
  const known = new Map(entriesIn(step.own.brings).map(({ id }, k) => [id, entriesIn(own.brings)[k].id]));
  const renamed = (node) => {
    if (typeof node === "string") return known.get(node) ?? node;
    if (Array.isArray(node)) return node.map(renamed);
    if (node === null || typeof node !== "object") return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, renamed(part)]));
  };
  return { ...step, own, given: renamed(step.given), last: known.get(step.last) ?? step.last };
}

/**
 * Check that everything a step names is there, and that not too many arguments have force in one place.
 * Throws ProblemError.
 * @param {object} model @param {object} step @param {string} name the reader's
 */
export function checkStep(model, { start, own, given }, name) {
  const { index, rowAt } = numbersOf(model);
  const { typeOf } = namesOf(model);
  for (const { at } of own.judgements) {
    if (!index.has(at) && !rowAt.has(at)) throw unknownAddress(model, at);
  }
  for (const { at, to } of linksIn(own)) {
    if (!index.has(to)) throw stillNeeded(at, `\`${to}\`, which would be gone`);
  }
  for (const argument of [...own.rejects, ...own.accepts]) parseArgument(argument, model);
  for (const [entry, sentence] of Object.entries(own.remarks)) checkRemark(model, entry, sentence);
  for (const id of [...given.assuming, ...given.observed].flatMap(mentionedBy)) {
    if (!typeOf.has(id)) throw unknownId(namesOf(model), id, "entry", typeOf.keys());
  }
  checkGivenOfOwn(model, own, [...given.assuming, ...given.observed]);
  checkCounts(model, [{ id: name, rejected: layersOf(model, start, own).rejected }]);
}
