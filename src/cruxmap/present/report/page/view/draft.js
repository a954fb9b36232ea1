// What the reader is about to add to the map, as the fields of a form, and as the language writes it.
// Nothing here touches the page.

import { parseJudgement } from "../language/notation.js";
import { ProblemError } from "../language/problems.js";

/**
 * @typedef {{kind: "for" | "against" | "undercuts" | "route" | "claim", id: string | null, place: string,
 *   states: string[], target: * | null, text: string, strength: string, credence: string, force: string,
 *   chance: string, premises: (Picked | Written)[]}} Draft `place` is what it is about: a claim, an
 *   argument, `claim.route`, `event.phase`, or the question of `states`; `target` is what it is about
 *   where the form cannot show it, and stays as it is; an `id` is that of what is edited
 *
 * @typedef {{form: *}} Picked a condition of the map as a file has it
 * @typedef {{text: string, credence: string}} Written a premise that becomes a claim of its own
 */

/** How the kinds of what can be added are called in the form, and once they are there. */
export const KINDS = {
  for: { choice: "An argument for it", name: "argument" },
  against: { choice: "An argument against it", name: "argument" },
  undercuts: { choice: "An argument that undercuts it: the reasoning fails", name: "argument" },
  route: { choice: "A further cause: another way in which it can come about", name: "cause" },
  claim: { choice: "A new claim, for arguments to rest on", name: "claim" },
};

/** Whether a kind is an argument. */
export function isArgument(kind) {
  return KINDS[kind].name === "argument";
}

const WHY_NOT = {
  definition: "It is defined by others, so it cannot be argued about by itself. Argue about these:",
  gap: "It follows from two events, so it cannot be argued about by itself. Argue about these:",
  later_of: "It is the last of several events, so argue about these:",
  earlier_of: "It is the first of several events, so argue about these:",
};

/**
 * What can be added at an entry.
 * @param {string} id @param {object} entry of the contents
 * @returns {{kinds: string[], places: {value: string, words: string}[], placeWords: string,
 *   states: {id: string, text: string}[], why: string}} `places` to choose from where there are several,
 *   `states` of a question; `why` says why the entry itself cannot be argued about
 */
export function waysAt(id, entry) {
  const places = [{ value: id, words: id }];
  const found = { kinds: ["claim"], places, placeWords: "", states: [], why: "" };
  const why = Object.hasOwn(WHY_NOT, entry.basis) ? WHY_NOT[entry.basis] : "";
  if (why !== "") return { ...found, why };
  if (entry.type === "argument") return { ...found, kinds: ["undercuts", "claim"] };
  const both = ["against", "for"];
  if (entry.type === "question") return { ...found, kinds: [...both, "claim"], states: entry.states };
  if (entry.type === "event") {
    const placeWords = "About which phase";
    return { ...found, kinds: [...both, "claim"], places: placesOf(entry), placeWords };
  }
  if (entry.basis !== "routes") return { ...found, kinds: [...both, "claim"] };
  const causes = placesOf(entry);
  const kinds = causes.length > 0 ? ["route", ...both, "claim"] : ["route", "claim"];
  return { ...found, kinds, places: causes, placeWords: "About which of its causes" };
}

function placesOf({ parts }) {
  return parts.map(({ address, words }) => ({ value: address, words }));
}

/** A draft without a word in it, of the first kind that an entry takes. */
export function emptyDraft(id, entry) {
  const { kinds, places } = waysAt(id, entry);
  return {
    kind: kinds[0],
    id: null,
    place: places[0]?.value ?? id,
    states: [],
    target: null,
    text: "",
    strength: "",
    credence: "",
    force: "",
    chance: "",
    premises: [],
  };
}

// --- from and to what a file says ---------------------------------------------------------------------

/**
 * What the reader brings under a name, as a file has it; null where it is not theirs.
 * @returns {{kind: "argument" | "route" | "claim", form: object} | null}
 */
export function ownForm(session, name) {
  const { arguments: reasons = {}, claims = {}, routes = {} } = session.own.brings ?? {};
  if (Object.hasOwn(reasons, name)) return { kind: "argument", form: reasons[name] };
  if (Object.hasOwn(claims, name)) return { kind: "claim", form: claims[name] };
  const dot = name.indexOf(".");
  const [owner, part] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  const form = (Object.hasOwn(routes, owner) ? routes[owner] : []).find((route) => route.id === part);
  return form === undefined ? null : { kind: "route", form };
}

/** The draft that a file's entry is, to be changed; null where the form has no place for all of it. */
export function draftOf(name, { kind, form }) {
  const draft = { ...emptyDraft(name, { type: "claim", basis: "credence" }), id: name };
  draft.text = form.text ?? form.note ?? "";
  if (kind === "claim") {
    const credence = numberText(form.credence);
    return credence === "" ? null : { ...draft, kind: "claim", credence };
  }
  const conditions = listed(kind === "route" ? form.when : form.premises);
  draft.premises = conditions.map((condition) => ({ form: condition }));
  if (kind === "route") {
    const place = name.slice(0, name.indexOf("."));
    return { ...draft, kind: "route", place, chance: numberText(form.chance) };
  }
  const how = ["for", "against", "undercuts"].find((one) => form[one] !== undefined);
  const numbers = ["strength", "credence", "force"].map((part) => [part, numberText(form[part])]);
  return { ...draft, kind: how, ...Object.fromEntries(numbers), ...targetOf(form[how]) };
}

function listed(value) {
  return value === undefined || value === null ? [] : [value].flat();
}

/** A number as a text, in whichever form it is written. */
function numberText(number) {
  return typeof number === "object" && number !== null ? String(number.value ?? "") : (number ?? "");
}

/** What an argument is about, as the form shows it, or kept as it is. */
function targetOf(target) {
  if (typeof target === "string") return { place: target };
  if (Array.isArray(target)) return target.length === 1 ? targetOf(target[0]) : { target };
  const [[question, states]] = Object.entries(target);
  return { place: question, states: [states].flat() };
}

/** What of an entry's form the fields show; the rest of what is edited stays. */
const SHOWN = new Set(
  "id text note for against undercuts strength credence force premises when chance of".split(" "),
);

/**
 * What a draft says, as `session.bring` takes it: the kind, and the entry as a file has it.
 * @param {Draft} draft @param {object | null} [before] the form that is edited; what this form does not
 *   show of it stays
 * @returns {["argument" | "route" | "claim", object]}
 */
export function entryOf(draft, before = null) {
  const { kind, text, credence } = draft;
  const entry = Object.fromEntries(Object.entries(before ?? {}).filter(([key]) => !SHOWN.has(key)));
  if (draft.id !== null) entry.id = draft.id;
  const premises = draft.premises.map((one) => (one.form === undefined ? trimmed(one) : one.form));
  const asBefore = (numbers) => withForms(trimmed(numbers), before);
  if (kind === "claim") return ["claim", { ...entry, ...trimmed({ text }), ...asBefore({ credence }) }];
  if (kind === "route") {
    const when = premises.length > 0 ? { when: premises } : {};
    const said = { ...trimmed({ text }), ...asBefore({ chance: draft.chance }) };
    const [of] = draft.place.split("."); // the place is one of its causes, for an argument
    return ["route", { ...entry, of, ...said, ...when }];
  }
  const weight = kind === "undercuts" ? { force: draft.force } : { strength: draft.strength };
  const numbers = asBefore({ credence, ...weight });
  const owner = draft.states.length > 0 ? { [draft.place]: stateOf(draft) } : draft.place;
  const about = draft.target ?? owner;
  const resting = premises.length > 0 ? { premises } : {};
  return ["argument", { ...entry, ...trimmed({ text }), [kind]: about, ...resting, ...numbers }];
}

function stateOf({ states }) {
  return states.length === 1 ? states[0] : states;
}

/** Numbers in the long form where they had it before: with a source, or a note. */
function withForms(numbers, before) {
  const isLong = (form) => typeof form === "object" && form !== null && form.value !== undefined;
  const parts = Object.entries(numbers).map(([key, text]) => {
    const form = before?.[key];
    return [key, isLong(form) ? { ...form, value: text } : text];
  });
  return Object.fromEntries(parts);
}

/** Texts without blanks around them; what is empty is left out. */
function trimmed(texts) {
  const some = Object.entries(texts).map(([key, text]) => [key, text.trim()]);
  return Object.fromEntries(some.filter(([, text]) => text !== ""));
}

// --- what is wrong with it ----------------------------------------------------------------------------

/**
 * What is missing in a draft or cannot be read, each with its field: `text`, `states`, `strength`,
 * `credence`, `force`, `chance`, or `premises.2.text` and `premises.2.credence`.
 * @param {Draft} draft @param {object} lexicon @param {{states: object[]}} ways
 * @returns {Map<string, ProblemError>}
 */
export function problemsOf(draft, lexicon, { states = [] } = {}) {
  const found = new Map();
  const check = (field, text, scale, role, needed) => {
    const problem = problemOf(text, scale, role, needed, lexicon);
    if (problem !== null) found.set(field, problem);
  };
  if (draft.text.trim() === "") found.set("text", missing("the sentence", "say it in a sentence"));
  if (isArgument(draft.kind)) {
    if (states.length > 0 && draft.target === null && draft.states.length === 0) {
      found.set("states", missing("a state", "choose at least one"));
    }
    if (states.length > 0 && draft.states.length === states.length) {
      const message = "an argument about all states changes nothing";
      found.set("states", new ProblemError("not-arguable", message, "leave at least one out"));
    }
    if (draft.kind === "undercuts") check("force", draft.force, "p", "force", "");
    else check("strength", draft.strength, "s", "strength", "as in `3x`, `1.5x to 3x`, or `weak`");
  }
  if (draft.kind === "route") check("chance", draft.chance, "p", "chance", "as in `5%` or `1% to 5%`");
  else check("credence", draft.credence, "p", "credence", draft.kind === "claim" ? LIKE : "");
  draft.premises.forEach((premise, number) => {
    if (premise.form !== undefined || draft.kind === "claim") return;
    const field = `premises.${number}`;
    if (premise.text.trim() === "") {
      found.set(`${field}.text`, missing("the premise", "say it in a sentence, or remove it"));
    }
    check(`${field}.credence`, premise.credence, "p", "credence", LIKE);
  });
  return found;
}

const LIKE = "as in `60%`, `40% to 80%`, or `likely`";

/** What is wrong with a number; `needed` is a hint where there must be one. */
function problemOf(text, scale, role, needed, lexicon) {
  if (text.trim() === "") return needed === "" ? null : missing(`the ${role}`, needed);
  try {
    parseJudgement(text, scale, lexicon, role);
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error;
  }
}

function missing(what, hint) {
  return new ProblemError("missing-key", `${what} is missing`, hint);
}

// --- premises -----------------------------------------------------------------------------------------

/**
 * The conditions about an entry that a premise can be, as a file has them, with words.
 * @param {string} id @param {object} entry of the contents @param {string[]} [phases] of an event
 * @returns {{form: *, words: string}[]}
 */
export function premisesAt(id, entry, phases = []) {
  if (entry.type === "claim") {
    return [
      { form: id, words: "is true" },
      { form: { [id]: "false" }, words: "is false" },
    ];
  }
  if (entry.type === "question") {
    const states = entry.states.map((state) => ({ name: state.id, words: state.text || state.id }));
    const without = ({ name, words }) => ({ form: { not: { [id]: name } }, words: `is not ${words}` });
    return [
      ...states.map(({ name, words }) => ({ form: { [id]: name }, words: `is ${words}` })),
      ...(states.length > 2 ? states.map(without) : []),
    ];
  }
  if (entry.type !== "event") return [];
  return [
    { form: { event: id, ever: "true" }, words: "happens" },
    { form: { event: id, ever: "false" }, words: "never happens" },
    ...phases.map((phase) => ({ form: { event: id, during: phase }, words: `happens during ${phase}` })),
    ...phases.slice(0, -1).map((phase) => ({
      form: { event: id, by_end_of: phase },
      words: `has happened by the end of ${phase}`,
    })),
  ];
}

/** A condition in the form that a file has, on one line as a file would have it. */
export function lineOfForm(form) {
  if (Array.isArray(form)) return `[${form.map(lineOfForm).join(", ")}]`;
  if (typeof form !== "object" || form === null) return String(form);
  const parts = Object.entries(form).map(([key, value]) => `${key}: ${lineOfForm(value)}`);
  return `{${parts.join(", ")}}`;
}

/** The entry that a premise in a file's form is about, where it is about one alone; else null. */
export function entryOfPremise(form, entries) {
  if (typeof form === "string") return Object.hasOwn(entries, form) ? form : null;
  if (Array.isArray(form) || typeof form !== "object" || form === null) return null;
  if (form.not !== undefined) return entryOfPremise(form.not, entries);
  const keys = Object.keys(form);
  if (keys.length === 1) return Object.hasOwn(entries, keys[0]) ? keys[0] : null;
  const isSimple = keys.length === 2 && ["ever", "during", "by_end_of"].includes(keys[1]);
  return keys[0] === "event" && isSimple && Object.hasOwn(entries, form.event) ? form.event : null;
}
