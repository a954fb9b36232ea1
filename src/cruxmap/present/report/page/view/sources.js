// Where something is said, as links.

import { h, link, said } from "./dom.js";

/** Sources one after the other; null where there are none. */
export function sourcesOf(sources) {
  if (!sources || sources.length === 0) {
    return null;
  }
  const words = ({ text, url }) => (url ? link(url, said(text)) : said(text));
  return h(
    "span",
    { class: "sources" },
    sources.map((source, i) => [i > 0 ? ", " : "", words(source)]),
  );
}
