/** What is wrong with something that the reader wrote or opened, as nodes. */

import { h, said } from "./dom.js";
import { capitalised } from "./words.js";

/** Returns a message and its hint, if it has one, as nodes: what is between backticks is code. */
export function problemWords({ message, hint }) {
  return hint
    ? [...quoted(capitalised(message)), ": ", ...quoted(asStopped(hint))]
    : quoted(asSentence(message));
}

/** Returns a text with its first letter large and a stop at its end. */
export function asSentence(text) {
  return asStopped(capitalised(text));
}

function asStopped(text) {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function quoted(text) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? h("code", null, said(part)) : said(part)));
}
