// The reader's own words on an entry, without a number.

import { h, put, said, setText } from "./dom.js";
import { sentenceField } from "./draft_fields.js";
import { headed } from "./panel_part.js";

/** @returns {{element: HTMLElement, update: () => void}} */
export function remarkView(session, contents, id) {
  const shown = h("p", { class: "small my-words" });
  const open = h("button", { type: "button", onclick: write });
  const place = h("div");
  const element = headed("Your words on it", shown, h("p", { class: "row screen" }, open), place);
  update();

  function mine() {
    const remarks = session.own.remarks ?? {};
    return Object.hasOwn(remarks, id) ? remarks[id] : "";
  }

  function write() {
    const field = sentenceField({
      label: "What you think of it, without a number",
      value: mine(),
      hint: "It is in your file, and nothing is computed with it. Left empty, it is taken away.",
    });
    const form = h(
      "form",
      {
        class: "objection",
        "aria-label": "Your words on it",
        "data-draft": true, // what is written here would be lost with the page
        onsubmit: keep,
        onkeydown: key,
      },
      field.element,
      h(
        "p",
        { class: "row" },
        h("button", { type: "submit", class: "main" }, "Keep it"),
        h("button", { type: "button", onclick: close }, "Cancel"),
      ),
    );
    put(place, form);
    open.hidden = true;
    field.focus();

    function keep(event) {
      event.preventDefault();
      const text = field.value().trim();
      session.remark(id, text === "" ? null : text);
      close();
    }
  }

  function close() {
    put(place);
    open.hidden = false;
    update();
    open.focus();
  }

  function key(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  function update() {
    const text = mine();
    shown.hidden = text === "";
    put(shown, said(text));
    setText(open, text === "" ? "Write a remark" : "Change your remark");
  }

  return { element, update };
}
