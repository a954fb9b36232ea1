// What an entry rests on, what speaks for and against it, and how likely its states or parts are now.

import { whyUnknown } from "./beyond.js";
import { isBlind } from "./blind.js";
import { h, put, said, setText } from "./dom.js";
import { directionOf, SIGNS } from "./entry_words.js";
import { linked } from "./linked.js";
import { entryLine, headed, updateAll } from "./panel_part.js";
import { argumentNow, chanceOf } from "./weights.js";
import { percent } from "./words.js";

/** What an entry rests on, in words and with links. */
export function basisView(session, contents, id) {
  const { basis_words: words, premises, targets } = contents.entries[id];
  const about = targets.map((target) => target.id);
  const others = [...new Set([...about, ...premises.flatMap(({ ids }) => ids)])];
  const lines = others.map((other) =>
    entryLine(session, contents, other, about.includes(other) ? "about" : "premise"),
  );
  const list =
    lines.length > 0 &&
    h(
      "ul",
      { class: "links" },
      lines.map((line) => line.element),
    );
  return {
    element: headed("What it rests on", basisLines(words, contents), list),
    update: updateAll(lines),
  };
}

/** A basis in words: lines that end in a colon or a stop are told, what follows them is listed. */
function basisLines(lines, contents) {
  const parts = [];
  let list = null;
  for (const line of lines) {
    if (/[.:]$/.test(line)) {
      parts.push(h("p", { class: "small" }, linked(line, contents)));
      list = null;
    } else {
      if (list === null) {
        list = h("ul", { class: "small" });
        parts.push(list);
      }
      list.append(h("li", null, linked(line, contents)));
    }
  }
  return parts;
}

/** The states of a question, phases of an event or routes of a claim, and how likely each is now. */
export function statesView(session, contents, id) {
  const entry = contents.entries[id];
  const isQuestion = entry.type === "question";
  const rows = isQuestion
    ? statesOf(id, entry)
    : entry.parts.map(({ address, words }) => [address, words]);
  const { claims } = session.central;
  const known = rows.filter(([address]) => whyUnknown(session) !== "" || claims.has(address));
  if (known.length === 0) {
    return null;
  }
  const cells = known.map(([address, words]) => ({ address, words, cell: h("td", { class: "number" }) }));
  const body = cells.map(({ words, cell }) => h("tr", null, h("th", { scope: "row" }, said(words)), cell));
  const title = isQuestion ? "How likely each state is now" : "How likely each part is now";
  const element = headed(title, h("table", null, h("tbody", null, body)));
  element.classList.add("told");
  const update = () => {
    for (const { address, cell } of cells) {
      setText(cell, percent(chanceOf(session, address)));
    }
  };
  return { element, update };
}

function wordsOfState({ id, text, shown = id }) {
  if (shown !== id) return shown;
  return text && text !== id ? `${id}: ${text}` : id;
}

function statesOf(id, entry) {
  return entry.states.map((state) => [
    `${id}.${state.id}`,
    wordsOfState(state),
  ]);
}

/** The arguments on an entry, the weightiest first as it is opened. */
export function bearingView(session, contents, id) {
  const { bearing } = contents.entries[id];
  if (bearing.length === 0) {
    return null;
  }
  const weight = (other) => (isBlind() ? 0 : argumentNow(session, contents, other).weight);
  const lines = [...bearing]
    .sort((a, b) => weight(b) - weight(a))
    .map((other) => {
      const how = howOn(contents.entries[other], id);
      return entryLine(session, contents, other, how, SIGNS[how]);
    });
  const note = "How likely each holds now; the bar says how much it counts.";
  const list = put(
    h("ul", { class: "links" }),
    lines.map((line) => line.element),
  );
  const element = headed("Arguments on it", h("p", { class: "note told" }, note), list);
  return { element, update: updateAll(lines) };
}

function howOn(argument, id) {
  return argument.targets.find((target) => target.id === id)?.how ?? directionOf(argument);
}
