/**
 * The shapes of a worldview's file: which keys stand where, and what is a list. What
 * `src/cruxmap/language/schema.py` and `validation.py` say, with their problems.
 *
 * A file comes as text, arrays and Maps. Whether an id exists or a number can be read is for others to
 * see. A reader takes a node and the way to it, of keys and numbers, tells what does not fit, and returns
 * whether it fits. Parts near the top that do not fit are left out alone, so that the rest can be read.
 */

import { isLink, noList, noMapping, unknownKey } from "./keys.js";
import { empty, ProblemError, subjectOf } from "./problems.js";

// --- readers ------------------------------------------------------------------------------------

/** One descent: whom to `tell`, and how many keys at most lead to a part that is left out alone. */
class Descent {
  /**
   * @param {(problem: ProblemError, way: (string | number)[], ofValue: boolean) => void} tell
   * @param {number} depth @param {Set<string>} lacking ways, as JSON, to what something was left out of
   */
  constructor(tell, depth = -1, lacking = new Set()) {
    this.tell = tell;
    this.depth = depth;
    this.lacking = lacking;
    this.cuts = new Map(); // ways by their JSON
  }

  leftOut(way) {
    if (way.length > this.depth) return false;
    this.cuts.set(JSON.stringify(way), way);
    return true;
  }

  isLeftOut(way) {
    return way.length <= this.depth && this.cuts.has(JSON.stringify(way));
  }

  misfit(node, way, wanted, hint = "") {
    const kind = isText(node) ? "text" : Array.isArray(node) ? "a list" : "a mapping";
    const found = node === "" ? "nothing" : kind;
    const message = `${placeOf(way)} must be ${wanted}, and here is ${found}`;
    this.tell(new ProblemError("wrong-shape", message, hint), way, true);
    return false;
  }

  noMapping(node, way, keys = []) {
    const hint = noMapping(way.at(-1) ?? "this", node, keys);
    return this.misfit(node, way, "a mapping of keys and values", hint);
  }

  /** Read parts, each by itself: those that do not fit are left out, or all of it is. */
  parts(steps, read, way) {
    let fits = true;
    for (const [step, part] of steps) {
      const to = [...way, step];
      if (!read(part, to, step, this)) fits = this.leftOut(to) && fits;
    }
    return fits;
  }
}

const isText = (node) => typeof node === "string";

function placeOf(way) {
  return subjectOf(typeof way.at(-1) === "string" ? way.at(-1) : "this");
}

function leaf(what) {
  return (node, way, descent) => isText(node) || descent.misfit(node, way, what);
}

function listOf(read) {
  return (node, way, descent) => {
    if (!Array.isArray(node)) return descent.misfit(node, way, "a list", noList(node));
    return descent.parts(node.entries(), (part, to) => read(part, to, descent), way);
  };
}

function mappingOf(read) {
  return (node, way, descent) => {
    if (!(node instanceof Map)) return descent.noMapping(node, way);
    return descent.parts(node, (part, to) => read(part, to, descent), way);
  };
}

function some(read) {
  return (node, way, descent) => {
    const fits = read(node, way, descent);
    if (!fits || (node.size ?? node.length) > 0) return fits;
    descent.tell(empty(placeOf(way)), way, false);
    return false;
  };
}

/** One of several forms, by the kind of the node: `text`, `list` or `mapping`. */
function choice(wanted, { text, list, mapping }) {
  return (node, way, descent) => {
    const read = isText(node) ? text : Array.isArray(node) ? list : mapping;
    return read === undefined ? descent.misfit(node, way, wanted) : read(node, way, descent);
  };
}

/** A mapping with known keys; those of `required` must be there. */
function shape(fields, required = [], hint = "") {
  const known = new Map(Object.entries(fields));
  return (node, way, descent) => {
    if (!(node instanceof Map)) return descent.noMapping(node, way, [...known.keys()]);
    const read = (part, to, key) => {
      if (known.has(key)) return known.get(key)(part, to, descent);
      descent.tell(unknownKey(key, part, [...known.keys()]), to, false);
      return false;
    };
    let fits = descent.parts(node, read, way);
    const isQuiet = [...node.keys()].some(isLink) || descent.lacking.has(JSON.stringify(way));
    for (const key of required.filter((one) => !node.has(one))) {
      const problem = new ProblemError("missing-key", `\`${key}\` is missing`, hint);
      if (!isQuiet) descent.tell(problem, way, false);
      fits = false;
    }
    return fits && !required.some((key) => descent.isLeftOut([...way, key]));
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
  text: id,
  list: some(listOf(id)),
});

/** A condition contains conditions, so that what reads it is made below. */
const condition = (node, way, descent) => readCondition(node, way, descent);
const conditions = some(listOf(condition));
const truth = leaf("`true` or `false`");
const FORMS = {
  not: shape({ not: condition }, ["not"]),
  all_of: shape({ all_of: conditions }, ["all_of"]),
  any_of: shape({ any_of: conditions }, ["any_of"]),
};
const WHEN = "say when it happens: before, within, during, by_end_of or ever";
const FORMS_OF_EVENTS = {
  before: shape({ event: id, before: id, by: whole }, ["event", "before"]),
  within: shape({ event: id, within: whole, of: id }, ["event", "within", "of"]),
  during: shape({ event: id, during: id }, ["event", "during"]),
  by_end_of: shape({ event: id, by_end_of: id }, ["event", "by_end_of"]),
  ever: shape({ event: id, ever: truth }, ["event", "ever"]),
  event: shape({ event: id, before: id }, ["event", "before"], WHEN),
};
const readCondition = choice("a condition", {
  text: id,
  list: some(listOf(condition)),
  mapping: (node, way, descent) => {
    const forms = node.has("event") ? { ...FORMS, ...FORMS_OF_EVENTS } : FORMS;
    const form = Object.keys(forms).find((key) => node.has(key));
    return (form === undefined ? some(mappingOf(states)) : forms[form])(node, way, descent);
  },
});
const separate = choice("a condition or a list of them", {
  text: condition,
  list: listOf(condition),
  mapping: condition,
});

const NOTED = { note: sentence, tags: words, source: words };
const TOLD = { ...NOTED, text: sentence };

const elicited = leaf("`true` or `false`");
const longNumber = shape({ ...NOTED, value: number, elicited }, ["value"]);
const judged = choice("a number, or a mapping with `value`", { text: number, mapping: longNumber });
const plainShares = some(mappingOf(judged));
const longShares = shape({ ...NOTED, elicited, value: plainShares }, ["value"]);
const LONG_FORM = ["value", "source", "note", "tags", "elicited", "fitted"];

/** Tell the long form of one number, shares, and the long form of shares apart. */
function sharesForm(ofNumber, ofShares, ofLongShares) {
  return (node, way, descent) => {
    if (node.get("value") instanceof Map) return ofLongShares(node, way, descent);
    return (isLongForm(node) ? ofNumber : ofShares)(node, way, descent);
  };
}

/** Whether a mapping is the long form of a number, and no shares. */
export function isLongForm(node) {
  return node.has("value") && [...node.keys()].every((key) => LONG_FORM.includes(key));
}

/** Whether somebody gave a number: the innermost of its long forms that says so decides. */
export function isElicited(...nodes) {
  const said = nodes.map((node) => (node instanceof Map ? node.get("elicited") : undefined));
  return said.find((word) => word !== undefined) !== "false";
}

/** Check what says that nobody gave a number: then nothing says where it comes from. Throws ProblemError. */
export function checkElicited(node) {
  const elicited = node.get("elicited");
  if (elicited === undefined || elicited === "true") return;
  if (elicited !== "false") {
    const message = `\`${elicited}\` is not a truth value`;
    throw new ProblemError("not-true-or-false", message, "write `true` or `false`");
  }
  if (node.has("source")) {
    const message = "a number that nobody gave has no `source`";
    const hint = "take out `elicited: false` if the source gives the number, or else `source`";
    throw new ProblemError("misplaced-key", message, hint);
  }
  if (node.has("fitted")) {
    const message = "a number that was fitted follows from what somebody gave";
    throw new ProblemError("misplaced-key", message, "keep `fitted` or `elicited: false`");
  }
}

const shares = choice("a share for each state, as in `{a: 30%, b: rest}`", {
  mapping: sharesForm(longNumber, plainShares, longShares),
});

/** Rows of a table: each has a condition, or is what holds `otherwise`. */
function rows(wanted, row, otherwise) {
  const read = (node, ...more) => (node.has("otherwise") ? otherwise : row)(node, ...more);
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
  { ...TOLD, states: some(listOf(leaf("an id"))), state_texts: some(mappingOf(sentence)), credence: shares, given: givenShares, gap },
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

// --- files --------------------------------------------------------------------------------------

const fittedNumber = shape({ ...NOTED, value: number, elicited, fitted: sentence }, ["value"]);
const ownNumber = choice("a number, or a mapping with `value`", { text: number, mapping: fittedNumber });
const ownShares = some(mappingOf(ownNumber));
const fittedShares = shape({ ...NOTED, elicited, value: ownShares, fitted: sentence }, ["value"]);
const anyJudged = choice("a number, a mapping with `value`, or a share for each state", {
  text: number,
  mapping: sharesForm(fittedNumber, ownShares, fittedShares),
});
const stated = listOf(
  shape({ ...NOTED, of: condition, credence: number, assuming: separate }, ["of", "credence"]),
);
const asked = listOf(
  choice("an address, or `{of: CONDITION}`", {
    text: address,
    mapping: shape({ of: condition }, ["of"]),
  }),
);
const digest = leaf("a digest");

/** What the sections of a worldview's file hold that bring something. */
const SECTIONS = {
  claims: mappingOf(claim),
  questions: mappingOf(question),
  arguments: mappingOf(argument),
  routes: mappingOf(routes),
};

const WORLDVIEW = {
  ...TOLD,
  worldview: id,
  language: whole,
  voice: id,
  extends: id,
  made_from: shape({ map: digest, entries: mappingOf(digest) }, ["map"]),
  judgements: mappingOf(anyJudged),
  rejects: ids,
  accepts: choice("an address or a list of addresses", { text: address, list: listOf(address) }),
  stated,
  read_as: stated,
  remarks: mappingOf(sentence),
  asked,
  ...SECTIONS,
};
const worldview = shape(WORLDVIEW);

/** The keys of a worldview's file. */
export const KEYS = Object.keys(WORLDVIEW);

/** How many keys lead to a part of a worldview's file that is left out alone. */
const DEPTH = 3;

/** How many problems are told of. */
export const MOST_PROBLEMS = 200;

/** Ends the reading of a file of which enough is wrong. */
export class EnoughError extends Error {}

/**
 * Read a worldview's file into its shape, with a problem for each part that does not fit.
 * @param {Map<string, any>} root
 * @param {string[][]} spoiled ways to what is not part of the language, of which a problem tells already
 * @returns {{file: Map<string, any>, cuts: (string | number)[][], problems: {problem: ProblemError,
 *   way: (string | number)[], ofValue: boolean}[]}} the file without what does not fit, and the ways to it
 */
export function shapedFile(root, spoiled) {
  const problems = [];
  const tell = (problem, way, ofValue) => {
    problems.push({ problem, way, ofValue });
    if (problems.length > MOST_PROBLEMS) throw new EnoughError();
  };
  const whole = withoutParts(root, spoiled);
  const lacking = new Set(spoiled.map((way) => JSON.stringify(way.slice(0, -1))));
  const descent = new Descent(tell, DEPTH, lacking);
  try {
    worldview(whole, [], descent);
  } catch (error) {
    if (!(error instanceof EnoughError)) throw error;
    return { file: new Map(), cuts: [[]], problems };
  }
  const cuts = [...descent.cuts.values()];
  return { file: withoutParts(whole, cuts), cuts: [...spoiled, ...cuts], problems };
}

/** Return a node without the parts that some ways lead to; lists keep the places of the others. */
function withoutParts(node, ways) {
  if (ways.length === 0 || isText(node)) return node;
  const inner = new Map();
  for (const [step, ...rest] of ways) inner.set(step, [...(inner.get(step) ?? []), rest]);
  const isCut = (step) => (inner.get(step) ?? []).some((rest) => rest.length === 0);
  const left = (part, step) => withoutParts(part, inner.get(step) ?? []);
  if (Array.isArray(node)) return node.map((part, step) => (isCut(step) ? null : left(part, step)));
  const parts = [...node].filter(([step]) => !isCut(step));
  return new Map(parts.map(([step, part]) => [step, left(part, step)]));
}

// --- for what scripts and others hand over ------------------------------------------------------

function raise(problem) {
  throw problem;
}

/** What checks a section of what somebody brings; throws ProblemError. */
export const BROUGHT = Object.fromEntries(
  Object.entries(SECTIONS).map(([key, read]) => [key, (node) => read(node, [key], new Descent(raise))]),
);

/** What checks what somebody states, and what an interview has put; throws ProblemError. */
export const SAID = Object.fromEntries(
  Object.entries({ stated, asked }).map(([key, read]) => [key, (node) => read(node, [key], new Descent(raise))]),
);

/** The forms of single entries. */
const ENTRIES = { claim, question, argument, route };

/**
 * Check that an entry has the shape of its kind; throws ProblemError.
 * @param {"claim" | "question" | "argument" | "route"} kind @param {any} node text, arrays and Maps
 */
export function checkShape(kind, node) {
  ENTRIES[kind](node, [], new Descent(raise));
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
