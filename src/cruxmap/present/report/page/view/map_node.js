// An entry on the map: a box with its sentence and its number, and a link that opens it.

import { isBlind } from "./blind.js";
import { s, setText } from "./dom.js";
import { chanceWords, directionOf, entryAddress, typeWord } from "./entry_words.js";
import { argumentNow, chanceOf, stepOf } from "./weights.js";
import { percent } from "./words.js";

const LINE = 14;
const BAR_STEPS = 40;

/**
 * `update` writes its number, `weigh` its bar: how likely it is, or how much an argument counts. `words`
 * is what it says and how likely that is now. A node of what is brought has a `thing`: an entry, or a
 * cause of one.
 */
export function nodeOf(session, contents, node) {
  const { thing = null } = node;
  const entry = contents.entries[node.id];
  const isRoute = thing?.type === "route";
  const argument = entry.type === "argument";
  const kind = isRoute ? "A further cause" : typeWord(entry);
  const text = isRoute ? thing.text : entry.text || node.id;
  const whose = thing?.whose ? ` (${thing.whose})` : "";
  const number = s("text", { class: "node-number told", x: node.w / 2, y: node.h - 9 });
  const bar = s("rect", { class: "node-bar told", x: 0, y: node.h - 4, width: node.w, height: 4 });
  const lines = node.lines.map((line, i) =>
    s("text", { class: "node-text", x: node.w / 2, y: LINE * (i + 1) + 5 }, line),
  );
  const element = s(
    "a",
    {
      href: entryAddress(node.id),
      tabindex: "-1",
      draggable: "false",
      "aria-label": `${kind}${whose}: ${text}`, // until its number is written
      class: [
        "node",
        isRoute ? "node-route" : `node-${entry.type}`,
        argument && `node-${directionOf(entry)}`,
        thing !== null && "brought",
      ],
    },
    s("rect", { class: "node-box", width: node.w, height: node.h, rx: argument ? 9 : 2 }),
    thing?.whose
      ? s("text", { class: "node-text node-whose", x: node.w / 2, y: node.h - 23 }, thing.whose)
      : null,
    lines,
    number,
    bar,
  );
  element.dataset.id = node.id;
  element.dataset.name = thing?.name ?? node.id;
  let shownStep = -1;
  let rejected = null;

  function numberWords() {
    if (isRoute) {
      return percent(chanceOf(session, thing.name));
    }
    if (!argument) {
      return chanceWords(session, contents, node.id);
    }
    const now = argumentNow(session, contents, node.id);
    return now.rejected ? "no force" : `holds ${percent(now.holds)}`;
  }

  function words() {
    return `${kind}${whose}: ${text} ${isBlind() ? "" : numberWords()}`;
  }

  function update() {
    const text = isBlind() ? "" : numberWords();
    if (number.textContent !== text) {
      setText(number, text);
      element.setAttribute("aria-label", words());
    }
  }

  function weigh() {
    const now = argument ? argumentNow(session, contents, node.id) : null;
    const step = stepOf(argument ? now.weight : (chanceOf(session, element.dataset.name) ?? 0), BAR_STEPS);
    if (step !== shownStep) {
      shownStep = step;
      bar.setAttribute("width", ((node.w * step) / BAR_STEPS).toFixed(1));
    }
    if (argument && now.rejected !== rejected) {
      rejected = now.rejected;
      element.classList.toggle("rejected", rejected);
    }
  }

  return { element, update, weigh, words, fresh: false };
}
