// The fields of a form about what the reader adds: each with its label, its hint and its problem,
// which screen readers are told of too.

import { formatRatio, parseJudgement, phrasesOf } from "../language/notation.js";
import { formatInterval } from "../language/phrases.js";
import { h, put, said, setText } from "./dom.js";
import { problemWords } from "./problem.js";

let lastField = 0;

/** A name for an element of a form that no other has. */
export function newId(word) {
  lastField += 1;
  return `${word}-new-${lastField}`;
}

/** What is wrong with a field, below it; `show(problem)` shows one, or none for null. */
export function problemPlace(control) {
  const id = newId("problem");
  const element = h("p", { id, class: "problem", "aria-live": "polite" });
  const describing = [control.getAttribute("aria-describedby"), id].filter(Boolean);
  control.setAttribute("aria-describedby", describing.join(" "));
  const isField = control.tagName !== "FIELDSET"; // a group is neither valid nor not
  const show = (problem) => {
    if (isField) control.setAttribute("aria-invalid", String(problem !== null));
    put(element, problem && problemWords(problem));
  };
  return { element, show };
}

/**
 * A sentence in a field of several lines.
 * @param {{label: string, value: string, hint?: string, onInput?: () => void}} how
 */
export function sentenceField({ label, value, hint = "", onInput = () => {} }) {
  const id = newId("sentence");
  const hintId = newId("hint");
  const described = hint === "" ? {} : { "aria-describedby": hintId };
  const field = h("textarea", { id, rows: "3", value, dir: "auto", oninput: onInput, ...described });
  const problem = problemPlace(field);
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    hint === "" ? null : h("p", { id: hintId, class: "note" }, hint),
    field,
    problem.element,
  );
  return { element, value: () => field.value, show: problem.show, focus: () => field.focus() };
}

/**
 * A number in the language's notation, with its phrases to choose from, and with what it is read as.
 * @param {{label: string, value: string, scale: "p" | "s", lexicon: object, hint: string, role: string,
 *   onInput?: () => void}} how
 */
export function numberField({ label, value, scale, lexicon, hint, role, onInput = () => {} }) {
  const [id, hintId] = [newId("number"), newId("hint")];
  const field = h("input", {
    id,
    type: "text",
    value,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": hintId,
    oninput: changed,
  });
  const problem = problemPlace(field);
  const phrases = phrasesOf(lexicon, scale);
  const choice = h(
    "select",
    { "aria-label": `${label}: in words`, onchange: choose },
    h("option", { value: "" }, "in words …"),
    phrases.map(([phrase, text]) => h("option", { value: phrase }, `${phrase} (${text})`)),
  );
  const note = h("p", { id: hintId, class: "note" }, hint);
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    note,
    h("div", { class: "field-entry" }, field, choice),
    problem.element,
  );
  follow();

  function choose() {
    if (choice.value !== "") field.value = choice.value;
    changed();
  }

  function changed() {
    follow();
    problem.show(null);
    onInput();
  }

  /** The choice shows the phrase that is typed, and the note what it is read as. */
  function follow() {
    const text = field.value.trim();
    choice.value = phrases.some(([phrase]) => phrase === text) ? text : "";
    setText(note, readingOf(text, scale, lexicon, role) || hint);
  }

  function set(text) {
    field.value = text;
    follow();
  }

  return { element, value: () => field.value, set, show: problem.show, focus: () => field.focus() };
}

/** What a text is read as where that is not what it says; empty where it cannot be read, or says it. */
function readingOf(text, scale, lexicon, role) {
  if (text === "") return "";
  try {
    const read = parseJudgement(text, scale, lexicon, role);
    if (read.sameAs !== null) return "";
    const plain = plainText(read);
    return plain === text ? "" : `Read as ${plain}.`;
  } catch {
    return "";
  }
}

function plainText({ scale, low, high }) {
  if (scale === "p") return formatInterval(low, high);
  return [...new Set([low, high].map((end) => formatRatio(end).replace(/\.0x$/u, "x")))].join(" to ");
}

/**
 * A choice of one among several, as buttons to choose from.
 * @param {{legend: string, options: {value: string, words: string}[], value: string,
 *   onChange: (value: string) => void}} how
 */
export function oneOf({ legend, options, value, onChange }) {
  const name = newId("choice");
  const boxes = options.map((option) =>
    h("input", {
      type: "radio",
      name,
      value: option.value,
      checked: option.value === value,
      onchange: () => onChange(option.value),
    }),
  );
  const element = h(
    "fieldset",
    { class: "field" },
    h("legend", null, legend),
    options.map((option, i) =>
      h("label", { class: "switch" }, boxes[i], h("span", null, said(option.words))),
    ),
  );
  const focus = () => (boxes.find((box) => box.checked) ?? boxes[0])?.focus();
  return { element, value: () => boxes.find((box) => box.checked)?.value ?? "", focus };
}

/** A choice of some among several. */
export function someOf({ legend, options, values, onChange }) {
  const boxes = options.map((option) =>
    h("input", { type: "checkbox", checked: values.includes(option.value), onchange: changed }),
  );
  const chosen = () => options.filter((_, i) => boxes[i].checked).map((option) => option.value);
  const element = h(
    "fieldset",
    { class: "field" },
    h("legend", null, legend),
    options.map((option, i) =>
      h("label", { class: "switch" }, boxes[i], h("span", null, said(option.words))),
    ),
  );
  const problem = problemPlace(element);
  element.append(problem.element);

  function changed() {
    problem.show(null);
    onChange(chosen());
  }

  return { element, value: chosen, show: problem.show, focus: () => boxes[0]?.focus() };
}
