// All that can be changed about an entry: its numbers, whether it counts, and what is taken as given.

import { isMine, isMyRoute } from "./brought.js";
import { h } from "./dom.js";
import { acceptSwitch, judgementEditor, rejectSwitch } from "./editor.js";
import { givenView } from "./givens.js";
import { indexOf, isRejected, numberAt } from "./numbers.js";
import { folded, headed, SHOWN_AT_ONCE, updateAll } from "./panel_part.js";

/** @returns {{element: HTMLElement, update: () => void}|null} */
export function changingView(session, contents, id) {
  const entry = contents.entries[id];
  const open = entry.numbers.filter((address) => isOpen(session.model, address));
  const parts = [numbersView(session, contents, open), ...switches(session, id, entry)];
  parts.push(givenView(session, contents, id));
  const some = parts.filter((part) => part !== null);
  if (some.length === 0) {
    return null;
  }
  if (entry.type === "argument" && parts[0] !== null) {
    const numbers = parts[0].element;
    some.push({ update: () => (numbers.inert = isRejected(session, id)) }); // they count for nothing then
  }
  return {
    element: headed(
      "Change it",
      some.map((part) => part.element),
    ),
    update: updateAll(some),
  };
}

/** The editors of some numbers: those that somebody gave and could doubt, and the others folded away. */
function numbersView(session, contents, addresses) {
  if (addresses.length === 0) {
    return null;
  }
  const given = addresses.filter((address) => isGiven(session, address));
  const some = (given.length > 0 ? given : addresses).slice(0, SHOWN_AT_ONCE);
  const more = addresses.filter((address) => !some.includes(address));
  const editors = [];
  const made = (all) =>
    all.map((address) => {
      const editor = judgementEditor(session, contents, address);
      editors.push(editor);
      return editor.element;
    });
  const isShared = addresses.some((address) => numberAt(session, address).role === "share");
  const element = h(
    "div",
    { class: "numbers" },
    made(some),
    more.length > 0 && folded(more.length, () => made(more)),
    isShared && h("p", { class: "note" }, "Shares that you do not set fill what is left, in proportion."),
  );
  return { element, update: () => updateAll(editors)() };
}

function switches(session, id, entry) {
  const isOthers = (name) => (name === id ? !isMine(session, id) : !isMyRoute(session, name));
  const brought = Object.entries(session.model.brought).filter(
    ([name]) => (name === id || name.startsWith(`${id}.`)) && isOthers(name),
  );
  const taking = brought.map(([name, who]) => acceptSwitch(session, name, takeOverWords(id, name, who)));
  return entry.type === "argument" && taking.length === 0 ? [rejectSwitch(session, id)] : taking;
}

function takeOverWords(id, name, who) {
  const what = name === id ? "this argument" : `the route ${name.slice(id.length + 1)}`;
  return `Let ${what} count: ${who} brings it`;
}

function isOpen(model, address) {
  return !model.judgements.fixed.includes(indexOf(model, address));
}

/** Whether somebody gave the number and could doubt it: no default of the map, and no certainty. */
function isGiven(session, address) {
  const isDefault = session.model.judgements.default.includes(indexOf(session.model, address));
  const { certain, origin } = numberAt(session, address);
  return origin !== "map" || (!isDefault && certain === null);
}
