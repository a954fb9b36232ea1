// Finding an entry by its words or its id: a field with the list of what fits; "/" goes there.

import { h, put, said } from "./dom.js";
import { typeWord } from "./entry_words.js";

const MOST = 12;

/**
 * The entries that a text fits, the best first: an id that starts so, other ids, sentences with all words.
 * @param {(entry: object) => boolean} [fits] which entries are asked for
 * @returns {string[]} ids
 */
export function searchEntries(contents, text, most = MOST, fits = () => true) {
  const words = plain(text)
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) {
    return [];
  }
  const found = [];
  for (const [id, entry] of Object.entries(contents.entries)) {
    const rank = fits(entry) ? rankOf(id, plain(entry.text ?? ""), words) : null;
    if (rank !== null) {
      found.push([rank, id]);
    }
  }
  return found
    .sort(([a], [b]) => a - b)
    .slice(0, most)
    .map(([, id]) => id);
}

function rankOf(id, sentence, words) {
  const parts = id.split("-");
  const whole = words.join("-");
  if (id === whole) {
    return 0;
  }
  if (id.startsWith(whole)) {
    return 1;
  }
  if (words.every((word) => id.includes(word))) {
    return 2;
  }
  if (!words.every((word) => id.includes(word) || sentence.includes(word))) {
    return null;
  }
  const starts = words.filter(
    (word) => parts.includes(word) || sentence.startsWith(word) || sentence.includes(` ${word}`),
  );
  return 3 + (words.length - starts.length);
}

/** A text without capitals and accents. */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

let lastList = 0;

/**
 * The field: a combobox. `choose` is called with the id of what was chosen, `onFound` with all that fit.
 * A field within a form has a label of its own, and "/" does not go there; `fits` says what it finds.
 * @param {{label?: string | null, fits?: (entry: object) => boolean}} [within]
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function findView(contents, choose, onFound = () => {}, { label = null, fits = () => true } = {}) {
  lastList += 1;
  const listId = `found-${lastList}`;
  const fieldId = `find-${lastList}`;
  let found = [];
  let active = -1;
  const field = h("input", {
    id: fieldId,
    type: "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: look,
    onkeydown: key,
    onfocus: look,
    onblur: () => close(),
    placeholder: "words or id",
  });
  const list = h("ul", {
    id: listId,
    role: "listbox",
    class: "found",
    "aria-label": "Entries that fit",
    hidden: true,
  });
  const none = h("p", { class: "found-none tiny quiet", role: "status" });
  const element = h(
    "div",
    { class: ["find screen", label !== null && "find-in-form"] },
    h("label", { for: fieldId }, label ?? ["Find ", h("kbd", { "aria-hidden": "true" }, "/")]),
    field,
    list,
    none,
  );
  if (label === null) document.addEventListener("keydown", slash);

  function slash(event) {
    if (
      event.key === "/" &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      !isTyping(event.target)
    ) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }

  function look() {
    found = searchEntries(contents, field.value, MOST, fits);
    active = -1;
    put(
      list,
      found.map((id, i) =>
        h(
          "li",
          {
            id: `${listId}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => pick(i),
          },
          h("span", { class: "tag" }, typeWord(contents.entries[id])),
          " ",
          said(contents.entries[id].text || id),
          " ",
          h("span", { class: "id" }, id),
        ),
      ),
    );
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    field.removeAttribute("aria-activedescendant");
    put(none, field.value.trim() !== "" && found.length === 0 ? "No entry has these words." : "");
    onFound(searchEntries(contents, field.value, Infinity, fits));
  }

  function close() {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function move(by) {
    if (list.hidden) {
      look();
    }
    if (found.length > 0) {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = active < 0 && by < 0 ? found.length - 1 : (active + by + found.length) % found.length;
      list.children[active].setAttribute("aria-selected", "true");
      list.children[active].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", `${listId}-${active}`);
    }
  }

  function pick(i) {
    const id = found[i];
    close();
    if (id !== undefined) {
      if (label !== null) field.value = ""; // for the next one
      choose(id);
    }
  }

  function key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      pick(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (label !== null && list.hidden && field.value === "") return; // the form's
      if (list.hidden) {
        field.value = "";
        onFound([]);
      }
      close();
    } else {
      return;
    }
    event.preventDefault();
  }

  return { element, focus: () => field.focus() };
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}
