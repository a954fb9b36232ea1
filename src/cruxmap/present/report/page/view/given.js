/** What is assumed and what is observed, and a way to change it. */

import { conditionWords, parseCondition } from "../language/conditions.js";
import { namesOf } from "../language/names.js";
import { h, put, said } from "./dom.js";
import { problemWords } from "./problem.js";

/** An example of a condition that this map knows. */
function exampleFor({ entries }) {
  const claim = entries.find((entry) => entry.type === "claim");
  const event = entries.find((entry) => entry.type === "event");
  const some = [claim && claim.id, event && `{event: ${event.id}, ever: true}`].filter(Boolean);
  return some.length > 0 ? `for example: ${some.join(", or ")}` : "";
}

/** Returns the lists with a button beside each, and a line to add to them. */
export function givenEditor(session, contents) {
  const lists = h("div", { class: "given-lists" });
  const problem = h("p", { class: "problem", id: "given-problem", role: "alert" });
  const field = h("input", {
    id: "given-condition",
    type: "text",
    placeholder: exampleFor(session.model),
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "given-problem",
  });
  const how = h(
    "select",
    { "aria-label": "How to take it" },
    h("option", { value: "assuming" }, "assume"),
    h("option", { value: "observed" }, "observe"),
  );
  const form = h(
    "form",
    { class: "row", onsubmit: (event) => add(event) },
    how,
    h("label", { for: "given-condition", class: "unseen" }, "A condition"),
    field,
    h("button", { type: "submit" }, "Add"),
  );
  const add = (event) => {
    event.preventDefault();
    if (field.value.trim() === "") return;
    const now = givenNow(session);
    attempt(() => {
      if (!isAmong(now[how.value], field.value.trim(), session.model)) {
        session.given({ ...now, [how.value]: [...now[how.value], field.value.trim()] });
      }
    });
  };
  const attempt = (change) => {
    try {
      change();
      field.value = "";
      put(problem);
      field.setAttribute("aria-invalid", "false");
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      put(problem, problemWords(error));
    }
  };
  let shown = null;
  const update = () => {
    const now = givenNow(session);
    const key = JSON.stringify(now);
    if (key === shown) return;
    shown = key;
    put(
      lists,
      givenList("Assumed", "assuming", now, session),
      givenList("Observed", "observed", now, session),
    );
  };
  update();
  const more = h(
    "details",
    null,
    h("summary", { id: "given-more" }, "Assume or observe something"),
    form,
    problem,
    h("p", { class: "tiny quiet" }, "Or open an entry, and choose how to take it there."),
  );
  return { element: h("div", { class: "given-now small" }, lists, more), update };
}

/** Returns what is assumed and observed now, as texts. */
export function givenNow(session) {
  const { assuming, observed } = session.givenNow;
  return { assuming: [...assuming], observed: [...observed] };
}

/** Says whether a condition is in a list already, however it is written; throws where it is none. */
function isAmong(texts, text, model) {
  const written = (one) => JSON.stringify(parseCondition(one, model));
  return texts.map(written).includes(written(text));
}

/** Says a condition as a sentence would. */
export function wordsOf(text, model) {
  try {
    return conditionWords(parseCondition(text, model), namesOf(model).textsOf);
  } catch {
    return text;
  }
}

function givenList(title, kind, now, session) {
  if (now[kind].length === 0) return null;
  const without = (i) => {
    session.given({ ...now, [kind]: now[kind].filter((_, k) => k !== i) });
    document.getElementById("given-more").focus();
  };
  const items = now[kind].map((text, i) =>
    h(
      "li",
      { class: "row" },
      said(wordsOf(text, session.model)),
      h(
        "button",
        { class: "plain", type: "button", "aria-label": `remove: ${text}`, onclick: () => without(i) },
        "remove",
      ),
    ),
  );
  return h("div", null, h("p", { class: "given-title" }, title), h("ul", { class: "bare" }, items));
}
