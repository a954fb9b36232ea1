/** What the ids of a model stand for: entries by type, the states of questions, the phases of events. */

import { suggestion } from "./problems.js";

const prepared = new WeakMap();

/**
 * Return what a model's ids stand for, looked up once.
 * @returns {{typeOf: Map<string, string>, idsOf: (...types: string[]) => string[],
 *   statesOf: Map<string, string[]>, textsOf: Map<string, Record<string, string>>, phasesOf: Map<string, string[]>, timelineOf: Map<string, string>,
 *   hint: (name: string, known: Iterable<string>) => string}} `textsOf` has what
 *   readers are shown in place of the ids of states; `hint` says which of the names that are known
 *   somebody may have meant who typed one
 */
export function namesOf(model) {
  if (!prepared.has(model)) prepared.set(model, prepare(model));
  return prepared.get(model);
}

function prepare(model) {
  const typeOf = new Map(model.entries.map((entry) => [entry.id, entry.type]));
  const questions = model.entries.filter((entry) => entry.type === "question");
  const events = model.entries.filter((entry) => entry.type === "event");
  const phases = (entry) => entry.phases.map((phase) => phase.id);
  return {
    typeOf,
    hint: suggestion,
    idsOf: (...types) => [...typeOf].filter(([, type]) => types.includes(type)).map(([id]) => id),
    statesOf: new Map(questions.map((entry) => [entry.id, entry.states])),
    textsOf: new Map(questions.map((entry) => [entry.id, entry.state_texts ?? {}])),
    phasesOf: new Map(events.map((entry) => [entry.id, phases(entry)])),
    timelineOf: new Map(events.map((entry) => [entry.id, entry.timeline ?? phases(entry).join(" ")])),
  };
}

/** What readers are shown of a state: its text, or else its id. @param {object} model */
export function shownState(model, question, state) {
  return under(namesOf(model).textsOf.get(question), state) ?? state;
}

/**
 * Return what a record has under a name that people chose; undefined where it has none. What every object has,
 * such as `constructor`, is nobody's.
 * @param {Record<string, *> | undefined | null} record @param {string} name
 */
export function under(record, name) {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Write a type with its article: `a claim`, `an event`. */
export function aOrAn(type) {
  return `${/^[ae]/u.test(type) ? "an" : "a"} ${type}`;
}
