/** Which tags a reader asks for: entries with one of them are shown, in the argument and its cruxes. */

import { h, put, said, setText } from "./dom.js";

/**
 * What is chosen, the same wherever it is shown; nothing chosen is everything.
 *
 * @returns {{view: (what: string) => HTMLElement, keeps: (id: string) => boolean, isAny: () => boolean,
 *   on: (changed: () => void) => void, renew: () => void}} `view` makes boxes to tick, hidden where no
 *   entry has a tag; `keeps` tells of an entry, or a part of one, whether it is to be seen; `renew` follows
 *   what is brought and goes again
 */
export function tagChoice(contents) {
  const chosen = new Set();
  const listeners = [];
  const views = [];
  let known = new Map();

  const hasOne = (entry) => entry.tags.some((tag) => chosen.has(tag));
  const entryAt = (id) => [id, id.split(".")[0]].find((name) => Object.hasOwn(contents.entries, name));

  function keeps(id) {
    const name = entryAt(id);
    return chosen.size === 0 || name === undefined || hasOne(contents.entries[name]);
  }

  function changed() {
    for (const view of views) view.update();
    for (const listener of listeners) listener();
  }

  function choose(tag, isChosen) {
    if (isChosen) chosen.add(tag);
    else chosen.delete(tag);
    changed();
  }

  function renew() {
    const counted = tagsOf(contents);
    if (JSON.stringify([...counted]) === JSON.stringify([...known])) return;
    known = counted;
    const gone = [...chosen].filter((tag) => !known.has(tag));
    for (const tag of gone) chosen.delete(tag);
    for (const view of views) view.make();
    if (gone.length > 0) changed();
  }

  function view(what) {
    const made = tagsView(contents, { what, chosen, choose, clear, known: () => known });
    views.push(made);
    return made.element;
  }

  function clear() {
    chosen.clear();
    changed();
  }

  renew();
  return { view, keeps, isAny: () => chosen.size > 0, on: (listener) => listeners.push(listener), renew };
}

/** Returns the tags of the entries, in their order, with how many entries have each. */
export function tagsOf(contents) {
  const counted = new Map();
  for (const { tags } of Object.values(contents.entries)) {
    for (const tag of new Set(tags)) counted.set(tag, (counted.get(tag) ?? 0) + 1);
  }
  return counted;
}

/** Boxes to tick, one per tag, and how many entries are left. */
function tagsView(contents, { what, chosen, choose, clear, known }) {
  const boxes = h("div", { class: "tag-boxes" });
  const all = h("button", { type: "button", hidden: true, onclick: showAll }, "All entries");
  const words = h("p", { class: "tiny quiet", role: "status" });
  const legend = h("legend", null, `Only ${what} tagged`);
  const element = h("fieldset", { class: "tags" }, legend, boxes, all, words);
  const ticked = new Map();

  function showAll() {
    clear();
    ticked.values().next().value?.focus(); // the button that was pressed is gone
  }

  function make() {
    ticked.clear();
    const labels = [...known()].map(([tag, count]) => {
      const box = h("input", { type: "checkbox", onchange: () => choose(tag, box.checked) });
      ticked.set(tag, box);
      return h("label", { class: "small" }, box, " ", said(tag), ` (${count})`);
    });
    put(boxes, labels);
    element.hidden = labels.length === 0;
    update();
  }

  function update() {
    for (const [tag, box] of ticked) box.checked = chosen.has(tag);
    all.hidden = chosen.size === 0;
    const entries = Object.values(contents.entries);
    const left = entries.filter(({ tags }) => tags.some((tag) => chosen.has(tag))).length;
    const told = `${left} of ${entries.length} entries have one of these tags.`;
    setText(words, chosen.size === 0 ? "" : told);
  }

  make();
  return { element, make, update };
}
