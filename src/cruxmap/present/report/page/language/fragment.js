/**
 * A link that carries a whole worldview, and the reading of links that strangers made.
 *
 * The fragment is `#worldview=1.` and the changes as deflated JSON in base64url. Whatever a fragment
 * holds, its reading ends: with changes that have been checked like anything typed, or with a
 * ProblemError.
 */

import { base64Of, bytesOf, deflated, inflated, textOf } from "../bytes.js";
import { modelWith, sectionsOf } from "./bringing.js";
import { checkRemark } from "./brought_worldviews.js";
import { withAll } from "./changes.js";
import { conditionText, parseCondition } from "./conditions.js";
import { asNode, SAID } from "./file_shapes.js";
import { fittedTo } from "./fitting.js";
import { checkId } from "./ids.js";
import { withNames } from "./own_entries.js";
import { ProblemError } from "./problems.js";
import { checkAsked, checkStated } from "./statements.js";
import { bringsAnything, lineage, UNCHANGED } from "./worldviews.js";
import { freeId } from "./yaml.js";

const VERSION = "1";
const START = /^#?worldview=([0-9]{1,4})\.([A-Za-z0-9_-]*)$/u;
const MOST_CHARACTERS = 60000;
const MOST_BYTES = 400000;
const MOST_CHANGES = 5000;
const MOST_CONDITIONS = 50;
const LONGEST_TEXT = 2000;
const DEEPEST = 100;
const SECTIONS = ["claims", "questions", "arguments", "routes"];

/**
 * Write a fragment.
 * @param {object} model
 * @param {{startedFrom: string, changes: object, name?: string,
 *   given?: {assuming: object[], observed: object[]}}} state `name` is that of the reader's worldview; what is
 *   `given` as conditions, null where it is what the model gives
 * @returns {Promise<string>} `#worldview=…`
 */
export async function fragmentOf(model, { startedFrom, changes: some, name = "mine", given = null }) {
  const changes = { ...UNCHANGED, ...some };
  const data = {
    model: model.model.id,
    digest: model.digest,
    from: startedFrom,
    set: changes.judgements.map(({ at, value, shares }) => [at, shares ?? value]),
    rejects: changes.rejects,
    accepts: changes.accepts,
  };
  if (bringsAnything(changes)) Object.assign(data, { name, brings: changes.brings });
  if (Object.keys(changes.remarks).length > 0) data.remarks = Object.entries(changes.remarks);
  const fitted = fittedIn(changes.judgements);
  if (fitted.length > 0) data.fitted = fitted;
  const nobodys = [...changes.judgements.keys()].filter((k) => changes.judgements[k].elicited === false);
  if (nobodys.length > 0) data.nobodys = nobodys;
  if (changes.stated.length > 0) data.stated = changes.stated;
  if (changes.asked !== null) data.asked = changes.asked;
  if (given !== null) {
    data.given = [given.assuming, given.observed].map((conditions) => conditions.map(conditionText));
  }
  const bytes = await deflated(new TextEncoder().encode(JSON.stringify(data)));
  const text = base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");
  return `#worldview=${VERSION}.${text}`;
}

/** What numbers were fitted to, each with the places of those numbers in the list. */
function fittedIn(judgements) {
  const places = new Map();
  judgements.forEach(({ fitted }, k) => {
    if (fitted) places.set(fitted, [...(places.get(fitted) ?? []), k]);
  });
  return [...places];
}

/**
 * Read a fragment that anybody may have made. Throws ProblemError.
 *
 * Where it was made from another state of the map, what cannot be read any more is left out, with its
 * reason.
 * @param {string} fragment
 * @param {object} model
 * @returns {Promise<{startedFrom: string, changes: object, given: {assuming: object[], observed: object[]}
 *   | null, name: string, isOther: boolean, leftOut: {at: string, why: string}[]}>} `isOther` where the map
 *   has changed since; `name` is one that the reader's worldview may have, and what it brings is called after
 */
export async function readFragment(fragment, model) {
  const data = checkedData(await unpacked(fragment));
  if (data.model !== model.model.id) {
    const shown = data.model.slice(0, 100);
    throw unreadable(`it is about another model, \`${shown}\``, "open it in that model's page");
  }
  lineage(model, data.from);
  const isOther = data.digest !== model.digest;
  const leftOut = [];
  const name = freeId(model, data.name);
  const { changes, extended } = changesOf(model, data, name, isOther ? leftOut : null);
  const given = data.given === null ? null : givenOf(extended, data.given, isOther ? leftOut : null);
  return { startedFrom: data.from, changes, given, name, isOther, leftOut };
}

function unreadable(why, hint = "ask for it again, or for the file") {
  return new ProblemError("unreadable-link", `this link cannot be read: ${why}`, hint);
}

async function unpacked(fragment) {
  const text = String(fragment);
  if (text.length > MOST_CHARACTERS) throw unreadable(`it is longer than ${MOST_CHARACTERS} characters`);
  const found = START.exec(text);
  if (found === null) throw unreadable("it does not hold a worldview");
  if (found[1] !== VERSION) {
    throw unreadable("another version of the page made it", "open it in that version");
  }
  try {
    const base64 = found[2].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = bytesOf(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="));
    return JSON.parse(textOf(await inflated(bytes, MOST_BYTES)));
  } catch {
    throw unreadable("it is damaged");
  }
}

// --- the shape of the data ----------------------------------------------------------------------

function checkedData(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw unreadable("it is damaged");
  const part = (key) => (Object.hasOwn(data, key) ? data[key] : undefined);
  const given = part("given");
  return {
    model: checkedText(part("model")),
    digest: checkedText(part("digest")),
    from: checkedText(part("from")),
    set: checkedList(part("set"), MOST_CHANGES, checkedPair),
    rejects: checkedList(part("rejects"), MOST_CHANGES, checkedText),
    accepts: checkedList(part("accepts"), MOST_CHANGES, checkedText),
    given: given === undefined ? null : checkedGiven(given),
    name: checkedName(part("name") ?? "mine"),
    brings: checkedBrings(part("brings") ?? {}),
    remarks: checkedList(part("remarks") ?? [], MOST_CHANGES, checkedRemark),
    fitted: checkedList(part("fitted") ?? [], MOST_CHANGES, checkedFitted),
    nobodys: checkedList(part("nobodys") ?? [], MOST_CHANGES, checkedPlace),
    stated: checkedSaid("stated", part("stated") ?? []),
    asked: part("asked") === undefined ? null : checkedSaid("asked", part("asked")),
  };
}

function checkedText(value) {
  if (typeof value !== "string" || value.length > LONGEST_TEXT) throw unreadable("it is damaged");
  return value;
}

function checkedList(value, most, checkedPart) {
  if (!Array.isArray(value) || value.length > most) throw unreadable("it is damaged");
  return value.map(checkedPart);
}

function checkedPair(value) {
  const [at, set] = checkedList(value, 2, (part) => part);
  const isRow = Array.isArray(set);
  return [checkedText(at), isRow ? checkedList(set, MOST_CHANGES, checkedText) : checkedText(set)];
}

function checkedName(value) {
  checkId(checkedText(value));
  return value;
}

function checkedRemark(value) {
  const [entry, sentence] = checkedList(value, 2, (part) => part);
  if (typeof sentence !== "string") throw unreadable("it is damaged");
  return [checkedText(entry), sentence];
}

/** Check a sentence, and the places of the numbers that were fitted to what it says. */
function checkedFitted(value) {
  const [sentence, places] = checkedList(value, 2, (part) => part);
  return [checkedText(sentence), checkedList(places, MOST_CHANGES, checkedPlace)];
}

function checkedPlace(place) {
  if (!Number.isInteger(place)) throw unreadable("it is damaged");
  return place;
}

/** Check that what is stated, or was asked, is made of texts, lists and mappings, and has the shape of a file. */
function checkedSaid(key, value) {
  checkedList(value, MOST_CHANGES, (one) => checkPlain(one, DEEPEST));
  SAID[key](asNode(value));
  return value;
}

/** Check that what is brought is made of texts, lists and mappings, and has the shape of a file. */
function checkedBrings(value) {
  const isMapping = isObject(value) && Object.keys(value).every((key) => SECTIONS.includes(key));
  if (!isMapping || !Object.values(value).every(isObject)) throw unreadable("it is damaged");
  checkPlain(value, DEEPEST);
  sectionsOf(value);
  return value;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function checkPlain(value, deepest) {
  if (typeof value === "string") return;
  if (value === null || typeof value !== "object" || deepest === 0) throw unreadable("it is damaged");
  for (const part of Object.values(value)) checkPlain(part, deepest - 1);
}

function checkedGiven(value) {
  const lists = checkedList(value, 2, (part) => checkedList(part, MOST_CONDITIONS, checkedText));
  if (lists.length !== 2) throw unreadable("it is damaged");
  return lists;
}

// --- what it changes ----------------------------------------------------------------------------

/**
 * Return the changes, and the model with what they bring; where the map is another one, as far as they fit,
 * with the rest in `leftOut`.
 */
function changesOf(model, data, name, leftOut) {
  const reasons = new Map(data.fitted.flatMap(([fitted, places]) => places.map((k) => [k, { fitted }])));
  for (const k of data.nobodys) reasons.set(k, { elicited: false });
  const judgements = data.set.map(([at, set], k) => {
    return { at, [Array.isArray(set) ? "shares" : "value"]: set, ...reasons.get(k) };
  });
  const { rejects, accepts, brings, stated, asked } = data;
  const remarks = Object.fromEntries(data.remarks);
  const said = { judgements, rejects, accepts, brings, remarks, stated, asked };
  const written = name === data.name ? said : withNames(said, data.name, name);
  const extendedBy = (own) =>
    bringsAnything(own) ? modelWith(model, [], { id: name, brings: own.brings }) : model;
  if (leftOut === null) {
    const extended = extendedBy(written);
    for (const [entry, sentence] of Object.entries(written.remarks)) checkRemark(extended, entry, sentence);
    for (const one of written.stated) checkStated(extended, one);
    for (const item of written.asked ?? []) checkAsked(extended, item);
    return { changes: withAll(extended, data.from, written), extended };
  }
  const found = fittedTo(model, { start: data.from, name, written });
  leftOut.push(...found.leftOut);
  return { changes: found.changes, extended: extendedBy(found.changes) };
}

function givenOf(model, given, leftOut) {
  const read = (text) => {
    try {
      return [parseCondition(text, model)];
    } catch (problem) {
      if (leftOut === null) throw problem;
      leftOut.push({ at: text, why: problem.message });
      return [];
    }
  };
  const [assuming, observed] = given.map((texts) => texts.flatMap(read));
  return { assuming, observed };
}
