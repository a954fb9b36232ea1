/**
 * A link that carries a whole worldview, and the reading of links that strangers made.
 *
 * The fragment is `#worldview=1.` and the changes as deflated JSON in base64url. Whatever a fragment
 * holds, its reading ends: with changes that have been checked like anything typed, or with a
 * ProblemError.
 */

import { base64Of, bytesOf, deflated, inflated, textOf } from "../bytes.js";
import { withAll, withWhatFits } from "./changes.js";
import { conditionText, parseCondition } from "./conditions.js";
import { ProblemError } from "./problems.js";
import { lineage } from "./worldviews.js";

const VERSION = "1";
const START = /^#?worldview=([0-9]{1,4})\.([A-Za-z0-9_-]*)$/u;
const MOST_CHARACTERS = 60000;
const MOST_BYTES = 400000;
const MOST_CHANGES = 5000;
const MOST_CONDITIONS = 50;
const LONGEST_TEXT = 2000;

/**
 * Write a fragment.
 * @param {object} model
 * @param {{startedFrom: string, changes: object, given?: {assuming: object[], observed: object[]}}} state
 *   what is
 *   `given` as conditions, null where it is what the model gives
 * @returns {Promise<string>} `#worldview=…`
 */
export async function fragmentOf(model, { startedFrom, changes, given = null }) {
  const data = {
    model: model.model.id,
    digest: model.digest,
    from: startedFrom,
    set: changes.judgements.map(({ at, value, shares }) => [at, shares ?? value]),
    rejects: changes.rejects,
    accepts: changes.accepts,
  };
  if (given !== null) {
    data.given = [given.assuming, given.observed].map((conditions) => conditions.map(conditionText));
  }
  const bytes = await deflated(new TextEncoder().encode(JSON.stringify(data)));
  const text = base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");
  return `#worldview=${VERSION}.${text}`;
}

/**
 * Read a fragment that anybody may have made. Throws ProblemError.
 *
 * Where it was made from another state of the map, what cannot be read any more is left out, with its
 * reason.
 * @param {string} fragment
 * @param {object} model
 * @returns {Promise<{startedFrom: string, changes: object, given: {assuming: object[], observed: object[]}
 *   | null,
 *   isOther: boolean, leftOut: {at: string, why: string}[]}>} `isOther` where the map has changed since
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
  const changes = changesOf(model, data, isOther ? leftOut : null);
  const given = data.given === null ? null : givenOf(model, data.given, isOther ? leftOut : null);
  return { startedFrom: data.from, changes, given, isOther, leftOut };
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

function checkedGiven(value) {
  const lists = checkedList(value, 2, (part) => checkedList(part, MOST_CONDITIONS, checkedText));
  if (lists.length !== 2) throw unreadable("it is damaged");
  return lists;
}

// --- what it changes ----------------------------------------------------------------------------

/** Return the changes; where the map is another one, as far as they fit, with the rest in `leftOut`. */
function changesOf(model, data, leftOut) {
  const judgements = data.set.map(([at, set]) => ({ at, [Array.isArray(set) ? "shares" : "value"]: set }));
  const written = { judgements, rejects: data.rejects, accepts: data.accepts };
  if (leftOut === null) return withAll(model, data.from, written);
  const found = withWhatFits(model, data.from, written);
  leftOut.push(...found.leftOut);
  return found.changes;
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
