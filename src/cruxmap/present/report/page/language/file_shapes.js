/**
 * The shapes of what a worldview's file brings: which keys stand where, and what is a list. What
 * `src/cruxmap/language/schema.py` and `validation.py` say, with their problems.
 *
 * A file comes as text, arrays and Maps. Whether an id exists or a number can be read is for others to see.
 */

import { shapeOf } from "./conditions.js";
import { isLink, ownersOfKeys, unknownKey } from "./keys.js";
import { ProblemError } from "./problems.js";

// --- readers ------------------------------------------------------------------------------------

/** What a reader takes: a node, and the key that leads to it, if a key does. */

const isText = (node) => typeof node === "string";

function misfit(name, wanted, node, hint = "") {
  const kind = isText(node) ? "text" : Array.isArray(node) ? "a list" : "a mapping";
  const subject = name === undefined ? "this" : `\`${name}\``;
  const message = `${subject} must be ${wanted}, and here is ${node === "" ? "nothing" : kind}`;
  return new ProblemError("wrong-shape", message, hint);
}

function empty(name) {
  return new ProblemError("empty-list", `\`${name ?? "this"}\` is empty`);
}

function leaf(what) {
  return (node, name) => {
    if (!isText(node)) throw misfit(name, what, node);
  };
}

function listOf(read) {
  return (node, name) => {
    if (!Array.isArray(node)) throw misfit(name, "a list", node);
    for (const part of node) read(part);
  };
}

function mappingOf(read) {
  return (node, name) => {
    if (!(node instanceof Map)) throw noMapping(node, name);
    for (const [key, part] of node) read(part, key);
  };
}

function some(read) {
  return (node, name) => {
    read(node, name);
    if ((node.size ?? node.length) === 0) throw empty(name);
  };
}

/** One of several forms, by the kind of the node: `text`, `list` or `mapping`. */
function choice(wanted, { text, list, mapping }) {
  return (node, name) => {
    const read = isText(node) ? text : Array.isArray(node) ? list : mapping;
    if (read === undefined) throw misfit(name, wanted, node);
    read(node, name);
  };
}

function noMapping(node, name) {
  const slid = `if \`${name}\` is part of what is above it, indent it as far as the rest of that`;
  return misfit(name, "a mapping of keys and values", node, ownersOfKeys(name) !== null ? slid : "");
}

/** A mapping with known keys; those of `required` must be there. */
function shape(fields, required = []) {
  const known = new Map(Object.entries(fields));
  return (node, name) => {
    if (!(node instanceof Map)) throw noMapping(node, name);
    for (const [key, part] of node) {
      if (!known.has(key)) throw unknownKey(key, part);
      known.get(key)(part, key);
    }
    if ([...node.keys()].some(isLink)) return;
    const missing = required.find((key) => !node.has(key));
    if (missing !== undefined) throw new ProblemError("missing-key", `\`${missing}\` is missing`);
  };
}

// --- leaves and parts ---------------------------------------------------------------------------

const id = leaf("an id");
const word = leaf("text");
const sentence = leaf("a sentence");
const number = leaf("a number or phrase");
const whole = leaf("a whole number");

const words = choice("text or a list of texts", { text: word, list: listOf(word) });
const ids = choice("an id or a list of ids", { text: id, list: listOf(id) });
const states = choice("`true`, `false`, a state or a list of states", {
  text: word,
  list: some(listOf(word)),
});

const condition = (node, name) => {
  shapeOf(node, name);
};
const conditions = some(listOf(condition));
const separate = choice("a condition or a list of them", {
  text: condition,
  list: listOf(condition),
  mapping: condition,
});

const NOTED = { note: sentence, tags: words, source: words };
const TOLD = { ...NOTED, text: sentence };

const longNumber = shape({ ...NOTED, value: number }, ["value"]);
const judged = choice("a number, or a mapping with `value`", { text: number, mapping: longNumber });
const plainShares = some(mappingOf(judged));
const longShares = shape({ ...NOTED, value: plainShares }, ["value"]);
const LONG_FORM = ["value", "source", "note", "tags", "fitted"];

const shares = choice("a share for each state, as in `{a: 30%, b: rest}`", {
  mapping: (node, name) => {
    if (node.get("value") instanceof Map) return longShares(node, name);
    const isLong = node.has("value") && [...node.keys()].every((key) => LONG_FORM.includes(key));
    return (isLong ? longNumber : plainShares)(node, name);
  },
});

/** Rows of a table: each has a condition, or is what holds `otherwise`. */
function rows(wanted, row, otherwise) {
  const read = (node, name) => (node.has("otherwise") ? otherwise : row)(node, name);
  return some(listOf(choice(wanted, { mapping: read })));
}

const given = rows(
  "a row, as in `{when: ..., credence: ...}` or `{otherwise: ...}`",
  shape({ ...NOTED, id, when: condition, credence: judged }, ["when", "credence"]),
  shape({ ...NOTED, id, otherwise: judged }, ["otherwise"]),
);
const givenShares = rows(
  "a row, as in `{when: ..., credence: {...}}` or `{otherwise: {...}}`",
  shape({ ...NOTED, id, when: condition, credence: shares, state: leaf("an id") }, ["when"]),
  shape({ ...NOTED, id, otherwise: shares }, ["otherwise"]),
);

const route = shape({ ...NOTED, id, when: condition, chance: judged }, ["chance"]);
const routes = some(listOf(route));

const address = leaf("an address");
const statesOf = some(mappingOf(states));
const target = choice("a claim, a route, a phase or `{question: state}`", {
  text: address,
  mapping: statesOf,
});
const targets = choice("a claim, a route, a phase, `{question: state}`, or a list of them", {
  text: address,
  list: some(listOf(target)),
  mapping: statesOf,
});

// --- entries ------------------------------------------------------------------------------------

const claim = shape({
  ...TOLD,
  credence: judged,
  all_of: conditions,
  any_of: conditions,
  at_least: shape({ count: whole, of: conditions }, ["count", "of"]),
  if_met: judged,
  otherwise: judged,
  routes,
  leak: judged,
  when: condition,
  given,
});

const gap = shape({ from: id, to: id, at_least: mappingOf(whole) }, ["from", "to", "at_least"]);
const question = shape(
  { ...TOLD, states: some(listOf(leaf("an id"))), credence: shares, given: givenShares, gap },
  ["states"],
);

const argument = shape({
  ...TOLD,
  by: id,
  premises: separate,
  credence: judged,
  for: targets,
  against: targets,
  undercuts: ids,
  strength: judged,
  force: judged,
});

/** What the sections of a worldview's file hold that bring something. */
export const BROUGHT = {
  claims: mappingOf(claim),
  questions: mappingOf(question),
  arguments: mappingOf(argument),
  routes: mappingOf(routes),
};

/** The forms of single entries. */
const ENTRIES = { claim, question, argument, route };

/**
 * Check that an entry has the shape of its kind; throws ProblemError.
 * @param {"claim" | "question" | "argument" | "route"} kind @param {any} node text, arrays and Maps
 */
export function checkShape(kind, node) {
  ENTRIES[kind](node, undefined);
}

/**
 * Return plain values as a file is read: texts, arrays and Maps; what nobody writes becomes text.
 * @param {any} value
 */
export function asNode(value) {
  if (Array.isArray(value)) return value.map(asNode);
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [String(key), asNode(part)]));
  if (value !== null && typeof value === "object") {
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return new Map(parts.map(([key, part]) => [key, asNode(part)]));
  }
  return value === null || value === undefined ? "" : String(value);
}

/** Return texts, arrays and Maps as plain values. */
export function asPlain(node) {
  if (Array.isArray(node)) return node.map(asPlain);
  if (!(node instanceof Map)) return node;
  return Object.fromEntries([...node].map(([key, part]) => [key, asPlain(part)]));
}
