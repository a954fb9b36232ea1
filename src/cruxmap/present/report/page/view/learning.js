// What learning something would do to what is asked, in words.

import { shownState } from "../language/names.js";
import { whyUnknown } from "./beyond.js";
import { h, setText } from "./dom.js";
import { headed } from "./panel_part.js";
import { chanceOf, information } from "./weights.js";
import { capitalised, moveWords, percent } from "./words.js";

/** A share of what is open that is smaller may be rounding. */
const ROUNDING = 1e-12;

/** What learning an entry, or each of its states or parts, would do; null where that is nothing. */
export function learningView(session, contents, id) {
  const { type, states, parts } = contents.entries[id];
  const names =
    type === "question"
      ? states.map((state) => `${id}.${state.id}`)
      : [id, ...parts.map(({ address }) => address)];
  const lines = names
    .filter((name) => whyUnknown(session) !== "" || session.central.claims.has(name))
    .map((name) => ({ name, shown: name === id ? null : shownState(session.model, id, name.slice(id.length + 1)), element: h("li") }));
  if (lines.length === 0) {
    return null;
  }
  const note = h("p", { class: "note" }, "To the chance of what is asked, at central numbers.");
  const list = h(
    "ul",
    { class: "small learning" },
    lines.map((line) => line.element),
  );
  const element = headed("What learning it would do", note, list);
  element.classList.add("told");

  function update() {
    const { target, givenTrue, givenFalse } = session.central;
    const why = whyUnknown(session);
    for (const { name, shown, element: line } of lines) {
      if (why !== "") {
        setText(line, why);
        continue;
      }
      const sides = [givenTrue.get(name), givenFalse.get(name)];
      setText(line, learningWords(shown, target, chanceOf(session, name), ...sides));
    }
  }

  return { element, update };
}

/** What learning something would do to the target, in a sentence. */
export function learningWords(name, target, chance, ifTrue, ifFalse) {
  const sentence = learningSentence(target, chance, ifTrue, ifFalse);
  return name === null ? capitalised(sentence) : `${name}: ${sentence}`;
}

function learningSentence(target, chance, ifTrue, ifFalse) {
  if (chance === null) {
    return "undefined, as what is given is impossible.";
  }
  if (!(chance > 0 && chance < 1)) {
    return `there is nothing to learn: it is ${chance > 0.5 ? "certain" : "impossible"} now.`;
  }
  const sides = [
    ["if true", ifTrue],
    ["if false", ifFalse],
  ]
    .filter(([, p]) => Number.isFinite(p))
    .map(([words, p]) => `${words} ${percent(p)} (${moveWords(target, p)})`);
  const bans = information(target, chance, ifTrue, ifFalse);
  const most = entropy(target);
  const told = most > 0 ? toldWords(bans / most) : "";
  return `${percent(target)} now; ${sides.join("; ")}. ${told}`.trim();
}

/** How much of what is open is told, in words; what may be rounding alone is nothing. */
function toldWords(share) {
  if (share < ROUNDING) return "It tells nothing about what is asked.";
  return `It tells ${percent(share)} of what is open.`;
}

function entropy(p) {
  return p > 0 && p < 1 ? -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.LN10 : 0;
}
