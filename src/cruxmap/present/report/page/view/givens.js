// What is taken as given: conditions that are assumed, or observed.

import { ProblemError } from "../language/problems.js";
import { h, put } from "./dom.js";
import { problemWords } from "./problem.js";

/**
 * The conditions about an entry that can be taken as given, as the language writes them, with words.
 * @returns {{text: string, words: string}[]}
 */
export function conditionsOf(id, entry) {
  switch (entry.type) {
    case "claim":
      return [
        { text: id, words: "true" },
        { text: `{${id}: false}`, words: "false" },
      ];
    case "question":
      return entry.states.map((state) => ({
        text: `{${id}: ${state.id}}`,
        words: state.text || state.id,
      }));
    case "event":
      return [
        { text: `{event: ${id}, ever: true}`, words: "happens" },
        { text: `{event: ${id}, ever: false}`, words: "never happens" },
        ...entry.parts.map(({ address }) => phaseCondition(id, address.slice(id.length + 1))),
      ];
    default:
      return [];
  }
}

function phaseCondition(id, phase) {
  return { text: `{event: ${id}, during: ${phase}}`, words: `happens during ${phase}` };
}

const KINDS = { assuming: "Assume", observed: "Observe" };

/** What is given after an entry is taken as `text` in the way `kind`; null leaves the entry open. */
export function givenWith(given, conditions, kind, text) {
  const own = new Set(conditions.map((condition) => condition.text));
  const rest = (list) => list.filter((one) => !own.has(one));
  const changed = { assuming: rest(given.assuming), observed: rest(given.observed) };
  if (kind !== null) {
    changed[kind].push(text);
  }
  return changed;
}

/** The choice of what is taken as given about an entry; null where nothing can be. */
export function givenView(session, contents, id) {
  const conditions = conditionsOf(id, contents.entries[id]);
  if (conditions.length === 0) {
    return null;
  }
  const choices = [["", "open: as its numbers say"]];
  for (const [kind, word] of Object.entries(KINDS)) {
    choices.push(...conditions.map(({ text, words }) => [`${kind} ${text}`, `${word}: ${words}`]));
  }
  const select = h(
    "select",
    { onchange: () => choose(select.value) },
    choices.map(([value, words]) => h("option", { value }, words)),
  );
  const note = h("p", { class: "note" });
  const element = h("div", { class: "taken-as" }, h("label", null, "Take it as ", select), note);

  function choose(value) {
    const at = value.indexOf(" ");
    const [kind, text] = at < 0 ? [null, null] : [value.slice(0, at), value.slice(at + 1)];
    try {
      session.given(givenWith(session.givenNow, conditions, kind, text));
    } catch (error) {
      if (!(error instanceof ProblemError)) {
        throw error;
      }
      update();
      put(note, problemWords(error));
    }
  }

  function update() {
    const now = Object.keys(KINDS).flatMap((kind) =>
      conditions
        .filter(({ text }) => session.givenNow[kind].includes(text))
        .map(({ text }) => `${kind} ${text}`),
    );
    select.value = now[0] ?? "";
    put(note, NOTES[select.value.split(" ")[0]] ?? "");
  }

  update();
  return { element, update };
}

const NOTES = {
  assuming: "Assumed: what would follow if it were so. All numbers stay as they are.",
  observed: "Observed: a fact. What would have made it likely becomes likelier itself.",
};
