// What the parts of an entry's panel have in common. A part is `{element, update}`; an empty one is null.

import { whoseMark, whoseWords } from "./brought.js";
import { h, put, said } from "./dom.js";
import { entryAddress, presentNumber } from "./entry_words.js";

/** How many numbers of an entry are shown at once; the others are folded away. */
export const SHOWN_AT_ONCE = 5;

let lastPart = 0;

/** A part with its heading. */
export function headed(title, ...children) {
  lastPart += 1;
  const id = `part-${lastPart}`;
  return h("section", { class: "panel-part", "aria-labelledby": id }, h("h4", { id }, title), children);
}

/** What is folded away: made when it is first opened. */
export function folded(count, make) {
  const place = h("div");
  const summary = h("summary", null, count === 1 ? "One more number" : `${count} more numbers`);
  const open = () => {
    if (place.childElementCount === 0) {
      put(place, make());
    }
  };
  return h("details", { ontoggle: open }, summary, place);
}

/** A line that opens another entry, with what that is to this one and its number now. */
export function entryLine(session, contents, id, role, sign = "") {
  const number = presentNumber(session, contents, id);
  const words = said(contents.entries[id].text || id);
  const whose = whoseMark(whoseWords(session, contents, id));
  const element = h(
    "li",
    { class: `as-${role}` },
    h("span", { class: "role" }, sign ? `${sign} ` : "", role, " ", whose),
    h("a", { href: entryAddress(id) }, words),
    number.element,
  );
  return { element, update: number.update };
}

/** Several parts as one, for their updates. */
export function updateAll(parts) {
  return () => {
    for (const part of parts) {
      part?.update();
    }
  };
}
