/** What a page says that shows its answers and computes no others. */

import { isBlind, setBlind } from "./blind.js";
import { h } from "./dom.js";
import { asSentence } from "./problem.js";

/** Returns the notice; `why` says why numbers cannot be moved. A blind page asks before it shows any. */
export function readOnlyView(why) {
  const show = () => {
    setBlind(false);
    button.remove();
  };
  const button = h("button", { type: "button", onclick: show }, "Show everybody's numbers");
  return h(
    "div",
    { class: "warning" },
    h(
      "p",
      null,
      "Numbers cannot be moved in this page. ",
      why ? `${asSentence(why)} ` : null,
      "What it shows was computed when it was made.",
    ),
    isBlind() ? button : null,
  );
}
