// What is wrong with something that somebody wrote, as a sentence with what is quoted set apart.

import { h, said } from "./dom.js";
import { capitalised } from "./words.js";

/** A problem and its hint as nodes; what stands between backticks is set as code. */
export function problemWords({ message, hint }) {
  return [
    ...quoted(capitalised(message)),
    ...(hint ? [": ", ...quoted(hint)] : []),
    /[.?]$/.test(hint ?? "") ? "" : ".",
  ];
}

function quoted(text) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? h("code", null, said(part)) : said(part)));
}
