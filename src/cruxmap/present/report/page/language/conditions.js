/**
 * Conditions: what people type on one line as data, checked against the entries there are, and back as
 * text.
 *
 * The rules are those of `src/cruxmap/language/conditions.py` and `typed.py`. A condition is plain data:
 * `{claim, value}`, `{question, states}`, `{event, ever}`, `{event, during}`, `{event, by_end_of}`,
 * `{event, before, by}`, `{event, within, of}`, `{not}`, `{all_of}`, `{any_of}`.
 */

import { readLine } from "./flow.js";
import { noList, unknownKey } from "./keys.js";
import { aOrAn, namesOf, under } from "./names.js";
import { empty, joined, nearestHint, ProblemError, repeated, subjectOf } from "./problems.js";

const MAX_DIGITS = 15;

// --- reading ------------------------------------------------------------------------------------

/**
 * Read a condition as it stands on one line; throws ProblemError with the first thing that is wrong.
 * @param {string} text
 * @param {object} model
 * @returns {object} the condition as data
 */
export function parseCondition(text, model) {
  return conditionOf(readLine(text), namesOf(model));
}

/**
 * Return the condition that stands in a file; throws ProblemError with the first thing that is wrong.
 * @param {string | any[] | Map<string, any>} node @param {object} names those of `namesOf`
 */
export function conditionOf(node, names) {
  return new Resolver(names).condition(shapeOf(node, undefined));
}

/** Return the conditions of a list that may be empty, or one condition by itself. */
export function separateConditions(node, names) {
  if (node === undefined) return [];
  return (Array.isArray(node) ? node : [node]).map((part) => conditionOf(part, names));
}

/** Read several conditions. */
export function parseConditions(texts, model) {
  return texts.map((text) => parseCondition(text, model));
}

/**
 * Return the id of an argument, or the address of a route that a worldview brings; throws ProblemError.
 * @param {string} name
 */
export function parseArgument(name, model) {
  if (!Object.hasOwn(model.brought, name)) new Resolver(namesOf(model)).isA("argument", name);
  return name;
}

// --- shapes -------------------------------------------------------------------------------------

const FORMS_OF_EVENTS = {
  before: { before: "id", by: "whole" },
  within: { within: "whole", of: "id" },
  during: { during: "id" },
  by_end_of: { by_end_of: "id" },
  ever: { ever: "truth" },
};
const WHAT_LEAVES_ARE = { id: "an id", whole: "a whole number", truth: "`true` or `false`" };

/**
 * Return a node in the shape of a condition: which form it has, and its parts. Throws ProblemError.
 * @param {string | any[] | Map<string, any>} node @param {string} [name] the key that leads to it
 */
export function shapeOf(node, name = "this") {
  if (typeof node === "string") return { form: "claim", id: node };
  if (Array.isArray(node)) return { form: "all", parts: listOf(node, name) };
  for (const form of ["not", "all_of", "any_of"]) if (node.has(form)) return connective(node, form);
  const form = node.has("event") ? Object.keys(FORMS_OF_EVENTS).find((key) => node.has(key)) : null;
  if (form === undefined) throw eventAlone();
  return form === null ? valuesShape(node, name) : eventShape(node, form);
}

function listOf(node, name) {
  if (!Array.isArray(node)) throw misfit(name, "a list", node, noList(node));
  const parts = node.map((part) => shapeOf(part, "this"));
  if (parts.length === 0) throw empty(subjectOf(name));
  return parts;
}

function connective(node, form) {
  const part = node.get(form);
  const parts = form === "not" ? [shapeOf(part, form)] : listOf(part, form);
  checkKeys(node, [form]);
  return { form, parts };
}

function eventShape(node, form) {
  const leaves = FORMS_OF_EVENTS[form];
  const shape = { form };
  for (const [key, kind] of Object.entries({ event: "id", ...leaves })) {
    const value = node.get(key);
    if (value === undefined) continue;
    if (typeof value !== "string") throw misfit(key, WHAT_LEAVES_ARE[kind], value);
    shape[key] = value;
  }
  if (form === "within" && !node.has("of")) throw new ProblemError("missing-key", "`of` is missing");
  checkKeys(node, ["event", ...Object.keys(leaves)]);
  return shape;
}

function eventAlone() {
  const hint = "say when it happens: before, within, during, by_end_of or ever";
  return new ProblemError("missing-key", "`before` is missing", hint);
}

function checkKeys(node, known) {
  for (const key of node.keys()) {
    if (known.includes(key)) continue;
    throw unknownKey(key, node.get(key), known);
  }
}

function valuesShape(node, name) {
  const wanted = "`true`, `false`, a state or a list of states";
  for (const [id, value] of node) {
    if (value instanceof Map) throw misfit(id, wanted, value);
    const odd = Array.isArray(value) ? value.find((state) => typeof state !== "string") : undefined;
    if (odd !== undefined) throw misfit("this", "an id", odd);
    if (value.length === 0 && value !== "") throw empty(subjectOf(id));
  }
  if (node.size === 0) throw empty(subjectOf(name));
  return { form: "values", values: [...node] };
}

function misfit(name, wanted, node, hint = "") {
  const found = node === "" ? "nothing" : typeof node === "string" ? "text" : kindOf(node);
  const message = `${subjectOf(name)} must be ${wanted}, and here is ${found}`;
  return new ProblemError("wrong-shape", message, hint);
}

function kindOf(node) {
  return Array.isArray(node) ? "a list" : "a mapping";
}

// --- looking up ---------------------------------------------------------------------------------

const INSTEAD = {
  question: (id, state) => `name one of its states, as in \`{${id}: ${state}}\``,
  event: (id) => `write \`{event: ${id}, ever: true}\`, or \`before\`, \`during\` and so on`,
  argument: () => "arguments are not conditions: give what it rests on a claim of its own",
};

/** Looks up what shapes name, and says what is wrong with it. */
class Resolver {
  constructor(names) {
    this.names = names;
  }

  condition(shape) {
    switch (shape.form) {
      case "claim":
        return this.claim(shape.id);
      case "all":
        return together(shape.parts.map((part) => this.condition(part)));
      case "not":
        return { not: this.condition(shape.parts[0]) };
      case "all_of":
      case "any_of":
        return { [shape.form]: shape.parts.map((part) => this.condition(part)) };
      case "values":
        return together(shape.values.map(([id, value]) => this.value(id, value)));
      default:
        return this.event(shape);
    }
  }

  event(shape) {
    const { form, event } = shape;
    if (form === "before") {
      const by = shape.by === undefined ? 1 : wholeNumber(shape.by, 1);
      this.comparable(event, shape.before);
      return { event, before: shape.before, by };
    }
    if (form === "within") {
      const within = wholeNumber(shape.within, 0);
      this.comparable(event, shape.of);
      return { event, within, of: shape.of };
    }
    if (form === "ever") {
      const ever = truth(shape.ever);
      this.isA("event", event);
      return { event, ever };
    }
    this.isA("event", event);
    this.phase(event, shape[form]);
    return { event, [form]: shape[form] };
  }

  isA(type, id, ofClaim = "") {
    const found = this.names.typeOf.get(id);
    if (found === undefined) throw this.unknown(id, type, this.names.idsOf(type));
    if (found === type) return;
    const instead = type === "claim" ? (INSTEAD[found]?.(id, this.names.statesOf.get(id)?.[0]) ?? "") : "";
    const hint = found === "claim" ? ofClaim : instead;
    const message = `\`${id}\` is ${aOrAn(found)}, and ${aOrAn(type)} belongs here`;
    throw new ProblemError("wrong-reference", message, hint);
  }

  unknown(id, what, known) {
    return unknownId(this.names, id, what, known);
  }

  claim(id) {
    const dot = id.indexOf(".");
    const [owner, part] = dot < 0 ? [id, ""] : [id.slice(0, dot), id.slice(dot + 1)];
    const instead = this.names.typeOf.has(id) ? "" : this.instead(id, owner, part);
    if (instead !== "") {
      const what = instead.includes("during") ? "a phase's chance, not a condition" : "not a condition";
      throw new ProblemError("wrong-reference", `\`${id}\` is ${what}`, `write \`${instead}\``);
    }
    if (dot >= 0 && this.names.typeOf.get(owner) === "question") checkState(this.names, owner, part);
    this.isA("claim", id);
    return { claim: id, value: true };
  }

  /** Return the condition that is meant by text which is no id; nothing if there is none. */
  instead(written, owner, part) {
    const { typeOf, statesOf } = this.names;
    if (part !== "" && typeOf.get(owner) === "event") return `{event: ${owner}, during: ${part}}`;
    if (part !== "" && (statesOf.get(owner) ?? []).includes(part)) return `{${owner}: ${part}}`;
    for (const word of [" and ", " or "]) {
      const parts = written.split(word);
      if (parts.length === 1 || !parts.every((name) => typeOf.has(name))) continue;
      return word === " and " ? `[${parts.join(", ")}]` : `{any_of: [${parts.join(", ")}]}`;
    }
    const name = written.replace(/^not /u, "").replace(/^!/u, "");
    return name !== written && typeOf.has(name) ? `{${name}: false}` : "";
  }

  value(id, value) {
    const type = this.names.typeOf.get(id);
    if (type === "question") return this.states(id, typeof value === "string" ? [value] : value);
    const known = () => this.names.idsOf("claim", "question");
    if (type === undefined) throw this.unknown(id, "claim or question", known());
    this.isA("claim", id);
    if (typeof value === "string") return { claim: id, value: truth(value) };
    throw new ProblemError("not-true-or-false", `\`${id}\` is a claim: true or false`);
  }

  states(question, states) {
    if (new Set(states).size < states.length) {
      const state = states.find((one, i) => states.indexOf(one) < i);
      throw repeated(state);
    }
    for (const state of states) checkState(this.names, question, state);
    return { question, states };
  }

  phase(event, phase) {
    const phases = this.names.phasesOf.get(event);
    if (phases.includes(phase)) return;
    const hint = nearestHint(phase, phases) || `its phases are ${joined(phases)}`;
    const message = `the timeline of \`${event}\` has no phase \`${phase}\``;
    throw new ProblemError("unknown-phase", message, hint);
  }

  comparable(first, second) {
    for (const event of [first, second]) this.isA("event", event);
    const [one, other] = [first, second].map((event) => this.names.timelineOf.get(event));
    if (one === other) return;
    const message = `\`${first}\` is on the timeline \`${one}\`, \`${second}\` on \`${other}\``;
    throw new ProblemError("different-timelines", message, "only events on one timeline can be compared");
  }
}

/** Check that an id is of a type; throws ProblemError. */
export function isA(names, type, id, ofClaim = "") {
  new Resolver(names).isA(type, id, ofClaim);
}

/** Say that an id stands for nothing, and which is meant among those that are known. */
export function unknownId(names, id, what, known) {
  return new ProblemError("unknown-id", `there is no ${what} \`${id}\``, names.hint(id, known));
}

/** Check that a question has a state; throws ProblemError. */
export function checkState(names, question, state) {
  const states = names.statesOf.get(question);
  if (states.includes(state)) return;
  const hint = nearestHint(state, states) || `its states are ${joined(states)}`;
  throw new ProblemError("unknown-state", `\`${question}\` has no state \`${state}\``, hint);
}

function together(parts) {
  return parts.length === 1 ? parts[0] : { all_of: parts };
}

function truth(text) {
  if (text === "true" || text === "false") return text === "true";
  const message = `\`${text}\` is not a truth value`;
  throw new ProblemError("not-true-or-false", message, "write `true` or `false`");
}

/** Return a whole number from `least` up; throws ProblemError. */
export function wholeNumber(text, least) {
  if (/^[0-9]+$/u.test(text) && text.length <= MAX_DIGITS && Number(text) >= least) return Number(text);
  const message = `\`${text}\` is not a whole number from ${least} up`;
  throw new ProblemError("not-a-whole-number", message, "write it in digits");
}

/**
 * Return the ids of the claims, questions and events that a condition is about, with repeats.
 * @param {object} condition @returns {string[]}
 */
export function mentionedBy(condition) {
  const c = condition;
  if (c.claim !== undefined) return [c.claim];
  if (c.question !== undefined) return [c.question];
  if (c.event !== undefined) return [c.event, c.before ?? c.of].filter((name) => name !== undefined);
  if (c.not !== undefined) return mentionedBy(c.not);
  return (c.all_of ?? c.any_of ?? c.at_least.of).flatMap(mentionedBy);
}

// --- writing ------------------------------------------------------------------------------------

/**
 * Write a condition on one line, as the language writes it.
 * @param {object} condition
 * @returns {string}
 */
export function conditionText(condition) {
  const c = condition;
  const list = (parts) => `[${parts.map(conditionText).join(", ")}]`;
  if (c.claim !== undefined) return c.value ? c.claim : `{${c.claim}: false}`;
  if (c.question !== undefined) {
    return `{${c.question}: ${c.states.length === 1 ? c.states[0] : `[${c.states.join(", ")}]`}}`;
  }
  if (c.before !== undefined) {
    return `{event: ${c.event}, before: ${c.before}${(c.by ?? 1) === 1 ? "" : `, by: ${c.by}`}}`;
  }
  if (c.within !== undefined) return `{event: ${c.event}, within: ${c.within}, of: ${c.of}}`;
  if (c.during !== undefined) return `{event: ${c.event}, during: ${c.during}}`;
  if (c.by_end_of !== undefined) return `{event: ${c.event}, by_end_of: ${c.by_end_of}}`;
  if (c.ever !== undefined) return `{event: ${c.event}, ever: ${c.ever}}`;
  if (c.not !== undefined) return `{not: ${conditionText(c.not)}}`;
  if (c.at_least !== undefined) {
    return `{at_least: {count: ${c.at_least.count}, of: ${list(c.at_least.of)}}}`;
  }
  return c.all_of !== undefined ? `{all_of: ${list(c.all_of)}}` : `{any_of: ${list(c.any_of)}}`;
}

/**
 * Say a condition as a sentence would, each entry by its id: what `src/cruxmap/insight/sentences.py` says.
 * A state with a text of its own is that, in quotation marks.
 * @param {object} condition @param {Map<string, Record<string, string>>} [texts] of states, by question
 * @returns {string}
 */
export function conditionWords(condition, texts = NO_TEXTS) {
  const c = condition;
  const partWords = (part) => wordsOfPart(part, texts);
  if (c.claim !== undefined) return c.value ? c.claim : `not ${c.claim}`;
  if (c.question !== undefined) return `${c.question} is ${stateWords(c, texts)}`;
  if (c.not !== undefined) return notWords(c.not, texts);
  if (c.all_of !== undefined) return listed(c.all_of.map(partWords), "and");
  if (c.any_of !== undefined) return listed(c.any_of.map(partWords), "or");
  if (c.at_least !== undefined) {
    return `at least ${c.at_least.count} of ${listed(c.at_least.of.map(partWords), "and")}`;
  }
  return eventWords(c);
}

function eventWords(c) {
  if (c.before !== undefined) {
    const by = c.by ?? 1;
    return `${c.event} comes ${by === 1 ? "" : `at least ${by} steps `}before ${c.before}`;
  }
  if (c.within === 0) return `${c.event} and ${c.of} come in the same step`;
  if (c.within !== undefined) {
    return `${c.event} and ${c.of} come within ${c.within} step${c.within > 1 ? "s" : ""}`;
  }
  if (c.during !== undefined) return `${c.event} happens during ${c.during}`;
  if (c.by_end_of !== undefined) return `${c.event} happens by the end of ${c.by_end_of}`;
  return `${c.event} ${c.ever ? "happens" : "never happens"}`;
}

function notWords(c, texts) {
  if (c.claim !== undefined) return conditionWords({ ...c, value: !c.value });
  if (c.ever !== undefined) return conditionWords({ ...c, ever: !c.ever });
  if (c.question !== undefined) return `${c.question} is not ${stateWords(c, texts)}`;
  if (c.by_end_of !== undefined) return `${c.event} does not happen by the end of ${c.by_end_of}`;
  if (c.during !== undefined) return `${c.event} does not happen during ${c.during}`;
  return `it is not so that ${wordsOfPart(c, texts)}`;
}

function wordsOfPart(c, texts) {
  const parts = c.all_of ?? c.any_of ?? [];
  const words = conditionWords(c, texts);
  return parts.length > 1 ? `(${words})` : words;
}

const NO_TEXTS = new Map();

/** Name states of a question: by id, or by their texts, which are quoted. */
function stateWords({ question, states }, texts) {
  const told = texts.get(question);
  const word = (state) => {
    const text = under(told, state);
    return text === undefined ? state : `"${text.replace(/\.$/u, "").replaceAll('"', "'")}"`;
  };
  return listed(states.map(word), "or");
}


/** Write a list: `a`, `a or b`, `a, b, or c`. */
function listed(parts, word) {
  if (parts.length < 2) return parts.join("");
  const comma = parts.length > 2 ? "," : "";
  return `${parts.slice(0, -1).join(", ")}${comma} ${word} ${parts.at(-1)}`;
}
