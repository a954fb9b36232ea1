/** What is wrong with something that the reader wrote or opened, as nodes. */

import { said } from "./dom.js";
import { capitalised } from "./words.js";

/** Returns a problem's message and its hint, if it has one. */
export function problemWords({ message, hint }) {
  return hint ? [capitalised(message), ": ", said(hint), "."] : [asSentence(message)];
}

/** Returns a text with its first letter large and a stop at its end. */
export function asSentence(text) {
  return /[.?!]$/.test(text) ? capitalised(text) : `${capitalised(text)}.`;
}
