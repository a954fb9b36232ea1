/** Sentences of the answer with the entries and worldviews that they name as links. */

import { sentenceOf } from "../answers/sentences.js";
import { h } from "./dom.js";

const NAME = /[a-z0-9]+(?:-[a-z0-9]+)+(?:\.[a-z0-9_-]+)*|[a-z0-9]+(?:\.[a-z0-9_-]+)+/g;

/** Returns a text as nodes: what it names is a link to where that is told. */
export function linked(text, contents) {
  const nodes = [];
  let end = 0;
  const [first] = text.split(":", 1);
  if (first.length < text.length && isReviewer(first, contents)) {
    nodes.push(h("a", { href: `#worldview-${first}` }, first));
    end = first.length;
  }
  for (const found of text.matchAll(NAME)) {
    const place = placeOf(found[0], contents);
    if (place === null || found.index < end) continue;
    nodes.push(text.slice(end, found.index), h("a", { href: place }, found[0]));
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}

/** Returns the link that opens an entry, or the entry that an address belongs to; null for neither. */
export function placeOf(name, contents) {
  const owner = name.split(".")[0];
  if (Object.hasOwn(contents.entries, owner)) return `#entry-${owner}`;
  return isReviewer(name, contents) ? `#worldview-${name}` : null;
}

function isReviewer(name, { worldviews }) {
  return Object.hasOwn(worldviews, name) && name !== "map";
}

/** Returns the name of an entry or address as a link that opens it. */
export function entryLink(name, contents) {
  const place = placeOf(name, contents);
  return place === null
    ? h("span", { class: "name" }, name)
    : h("a", { class: "name", href: place }, name);
}

/** Returns the sentence of an entry, or of the state, phase or route that an address names. */
export function textOf(name, contents) {
  return Object.hasOwn(contents.entries, name.split(".")[0]) ? sentenceOf(contents, name) : "";
}

/** Names a worldview within a sentence. */
export function whoseNumbers(id) {
  if (id === "map") return "the map's own numbers";
  return id.endsWith("s") ? `${id}' numbers` : `${id}'s numbers`;
}
