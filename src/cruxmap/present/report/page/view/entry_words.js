// What an entry is and how likely it is now, in a few words: the same wherever it is shown.

import { formatRatio } from "../language/notation.js";
import { h, setText } from "./dom.js";
import { argumentNow, chanceOf, stepOf } from "./weights.js";
import { capitalised, percent } from "./words.js";

/** What an entry is to the one above it in the outline, as people read it. */
export const ROLES = {
  target: "asked",
  besides: "besides",
  "defined by": "part of it",
  route: "in a cause",
  case: "in a case",
  phase: "in a phase",
  premise: "premise",
  for: "for",
  against: "against",
  undercuts: "undercuts",
  assumed: "assumed",
  observed: "observed",
};

/** A sign for those roles that have one, so that colour is never alone. */
export const SIGNS = { for: "+", against: "−", undercuts: "×" };

/** The address of the link that opens an entry. */
export function entryAddress(id) {
  return `#entry-${id}`;
}

/** The id that a fragment opens, or null where it is another fragment. */
export function entryOfFragment(fragment, contents) {
  const id = fragment.startsWith("#entry-") ? fragment.slice("#entry-".length) : "";
  return Object.hasOwn(contents.entries, id) ? id : null;
}

/** How likely an entry is now: its chance, or the likeliest state of a question or phase of an event. */
export function chanceWords(session, contents, id) {
  const entry = contents.entries[id];
  if (entry.type === "question") {
    const states = entry.states.map((state) => ({ ...state, p: chanceOf(session, `${id}.${state.id}`) }));
    const known = states.filter(({ p }) => p !== null);
    if (known.length === 0) {
      return "–";
    }
    const likeliest = known.reduce((best, state) => (state.p > best.p ? state : best));
    return `${percent(likeliest.p)} ${likeliest.shown ?? likeliest.id}`;
  }
  return percent(chanceOf(session, id));
}

/** What an argument does now, in words that follow the chance that it holds. */
export function argumentWords(session, contents, id) {
  const { strength, force } = argumentNow(session, contents, id);
  if (force !== null) {
    return `likely to hold now; then it takes away ${percent(force)} of what it undercuts`;
  }
  const does = directionOf(contents.entries[id]) === "against" ? "divides" : "multiplies";
  const times = formatRatio(Math.exp(strength)).replace("x", "");
  return `likely to hold now; then it ${does} the odds by ${times}`;
}

/** A bar as long as a weight, which is from 0 to 1; `show` changes it where that is to be seen. */
function weightBar(kind) {
  const fill = h("span", { class: "bar-fill" });
  const element = h("span", { class: ["bar", `bar-${kind}`], "aria-hidden": "true" }, fill);
  let shown = -1;
  function show(weight) {
    const step = stepOf(weight, 50);
    if (step !== shown) {
      shown = step;
      fill.style.transform = `scaleX(${step / 50})`;
    }
  }
  return { element, show };
}

/** An element that says how likely an entry is now, with a bar for an argument's weight or the chance. */
export function presentNumber(session, contents, id) {
  const entry = contents.entries[id];
  const argument = entry.type === "argument";
  const text = h("span", { class: "number present-text" });
  const bar = weightBar(argument ? directionOf(entry) : "chance");
  const element = h(
    "span",
    { class: ["present told", argument && "present-argument"] },
    text,
    bar.element,
  );

  function update() {
    if (argument) {
      const now = argumentNow(session, contents, id);
      setText(text, now.rejected ? "no force" : percent(now.holds));
      bar.show(now.weight);
    } else {
      setText(text, chanceWords(session, contents, id));
      bar.show(likeliestChance(session, contents, id));
    }
  }

  return { element, update };
}

/** An element that says how likely it is that a cause brings a claim about. */
export function routeNumber(session, address) {
  const text = h("span", { class: "number present-text" });
  const bar = weightBar("chance");
  const element = h("span", { class: "present told" }, text, bar.element);

  function update() {
    const chance = chanceOf(session, address);
    setText(text, percent(chance));
    bar.show(chance ?? 0);
  }

  return { element, update };
}

function likeliestChance(session, contents, id) {
  const { type, states = [] } = contents.entries[id];
  const names = type === "question" ? states.map((state) => `${id}.${state.id}`) : [id];
  return Math.max(0, ...names.map((name) => chanceOf(session, name) ?? 0));
}

/** Which way an argument goes: for, against or undercuts. */
export function directionOf(entry) {
  return entry.targets?.[0]?.how ?? "for";
}

/** What kind of entry it is, as a word with a large letter. */
export function typeWord(entry) {
  return entry.type === "argument"
    ? `Argument ${directionOf(entry)}`.replace("undercuts", "that undercuts")
    : capitalised(entry.type);
}
