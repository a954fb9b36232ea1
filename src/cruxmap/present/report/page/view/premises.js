// The premises of what the reader adds: picked from the map, or written new.

import { conditionWords, parseCondition } from "../language/conditions.js";
import { namesOf } from "../language/names.js";
import { h, put, said } from "./dom.js";
import { entryOfPremise, lineOfForm, premisesAt } from "./draft.js";
import { newId, numberField, sentenceField } from "./draft_fields.js";
import { findView } from "./find.js";

/**
 * The list of premises with ways to add to it.
 * @param {{legend: string, hint: string, premises: object[], onInput: () => void}} how
 * @returns {{element: HTMLElement, value: () => object[], show: (problem: Error | null) => void,
 *   showAt: (number: number, part: string, problem: Error) => void, focus: () => void,
 *   focusAt: (number: number, part: string) => void}}
 */
export function premisesField(session, contents, { legend, hint, premises, onInput }) {
  const rows = [];
  const list = h("ul", { class: "bare premises" });
  const problemId = newId("problem");
  const problem = h("p", { id: problemId, class: "problem", "aria-live": "polite" });
  const find = findView(contents, pick, () => {}, {
    label: "Find one on the map",
    fits: (entry) => entry.type !== "argument",
  });
  const small = { type: "button", class: "small-button" };
  const write = h("button", { ...small, onclick: written }, "Write a new one");
  const element = h(
    "fieldset",
    { class: "field", "aria-describedby": problemId },
    h("legend", null, legend),
    h("p", { class: "note" }, hint),
    list,
    h("div", { class: "premise-adding" }, find.element, write),
    problem,
  );
  for (const premise of premises) add(premise, false);

  function pick(id) {
    const [first] = optionsAt(id);
    add({ form: first.form });
    onInput();
  }

  function written() {
    add({ text: "", credence: "" });
    onInput();
  }

  function optionsAt(id) {
    return premisesAt(id, contents.entries[id], namesOf(session.model).phasesOf.get(id) ?? []);
  }

  function add(premise, focus = true) {
    const row = premise.form === undefined ? newRow(premise) : pickedRow(premise);
    const remove = h(
      "button",
      { ...small, "aria-label": `Remove: ${row.words()}`, onclick: away },
      "Remove",
    );
    row.line = h("li", null, row.element, remove);
    rows.push(row);
    list.append(row.line);
    put(problem);
    if (focus) row.focus();

    function away() {
      rows.splice(rows.indexOf(row), 1);
      row.line.remove();
      put(problem);
      find.focus();
      onInput();
    }
  }

  function pickedRow({ form }) {
    const id = entryOfPremise(form, contents.entries);
    const options = id === null ? [] : optionsAt(id);
    const at = options.findIndex((option) => lineOfForm(option.form) === lineOfForm(form));
    if (at < 0) return keptRow(form);
    const { text } = contents.entries[id];
    const choice = h(
      "select",
      { "aria-label": `How it must be: ${text || id}`, onchange: onInput },
      options.map(({ words }, i) => h("option", { value: String(i) }, words)),
    );
    choice.value = String(at);
    return {
      element: h("div", { class: "premise-picked" }, h("span", null, said(text || id)), choice),
      words: () => text || id,
      value: () => ({ form: options[Number(choice.value)].form }),
      focus: () => choice.focus(),
    };
  }

  /** A condition that the list has no choice for: it stays as it is. */
  function keptRow(form) {
    const words = wordsOf(form, session.model);
    const place = h("div", { class: "premise-picked", tabindex: "-1" }, said(words));
    return { element: place, words: () => words, value: () => ({ form }), focus: () => place.focus() };
  }

  function newRow({ text, credence }) {
    const sentence = sentenceField({ label: "A new premise, in a sentence", value: text, onInput });
    const number = numberField({
      label: "How likely it is",
      value: credence,
      scale: "p",
      role: "credence",
      lexicon: session.model.lexicon,
      hint: "It becomes a claim of its own, as 60%, 40% to 80% or in words.",
      onInput,
    });
    return {
      element: h("div", { class: "premise-new" }, sentence.element, number.element),
      words: () => sentence.value().trim().slice(0, 60) || "a new premise",
      value: () => ({ text: sentence.value(), credence: number.value() }),
      focus: () => sentence.focus(),
      fields: { text: sentence, credence: number },
    };
  }

  return {
    element,
    value: () => rows.map((row) => row.value()),
    show: (error) => put(problem, error),
    showAt: (number, part, error) => rows[number].fields[part].show(error),
    focus: () => find.focus(),
    focusAt: (number, part) => rows[number].fields[part].focus(),
    clear() {
      put(problem);
      for (const { fields = {} } of rows) for (const field of Object.values(fields)) field.show(null);
    },
  };
}

/** A condition in words; as a file has it where it cannot be read. */
function wordsOf(form, model) {
  const line = lineOfForm(form);
  try {
    return conditionWords(parseCondition(line, model), namesOf(model).textsOf);
  } catch {
    return line;
  }
}
