/** What a page says that shows its answers and computes no others. */

import { h } from "./dom.js";

/** Returns the notice; `why` says why numbers cannot be moved here. */
export function readOnlyView(why) {
  return h(
    "p",
    { class: "warning" },
    "Numbers cannot be moved in this page. ",
    why ? `${sentence(why)} ` : null,
    "What it shows was computed when it was made.",
  );
}

function sentence(text) {
  const start = text[0].toUpperCase() + text.slice(1);
  return /[.?!]$/.test(start) ? start : `${start}.`;
}
