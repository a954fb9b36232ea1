// One entry, with all that is known about it and all that can be changed about it.

import { basisView, bearingView, statesView } from "./basis.js";
import { whyUnknown } from "./beyond.js";
import { isMine } from "./brought.js";
import { changingView } from "./changing.js";
import { h, put, said, setText } from "./dom.js";
import { argumentWords, chanceWords, directionOf, entryAddress, typeWord } from "./entry_words.js";
import { learningView } from "./learning.js";
import { objectionView } from "./objection.js";
import { updateAll } from "./panel_part.js";
import { remarkView } from "./remarks.js";
import { reviewersView } from "./reviewers.js";
import { sourcesOf } from "./sources.js";
import { argumentNow } from "./weights.js";
import { percent } from "./words.js";

const PARTS = [
  numberView,
  changingView,
  objectionView,
  basisView,
  statesView,
  bearingView,
  learningView,
  reviewersView,
  remarkView,
];

/** Parts in which somebody may be writing: they stay when the entry is told anew. */
const KEPT = new Set([objectionView, remarkView]);

/**
 * The panel. `show(id)` opens an entry in it, null closes it; `close` is called by its button and Escape,
 * `near`, where there is a map, by the button that goes there, `ask`, where an interview can be held, by
 * that which begins one about the entry.
 * @returns {{element: HTMLElement, show: (id: string|null) => void, update: () => void, focus: () => void,
 *   shown: () => string|null}}
 */
export function panelView(session, contents, { close, near, ask }) {
  const element = h("div", { class: "panel", role: "region", hidden: true, onkeydown: key });
  let shown = null;
  let update = () => {};
  let heading = null;

  function key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.stopPropagation();
      close();
    }
  }

  function show(id) {
    shown = id;
    element.hidden = id === null;
    if (id === null) {
      update = () => {};
      put(element);
      return;
    }
    const places = PARTS.map((view) => ({ view, place: h("div", { class: "part-place" }), part: null }));
    const head = h("div", null);
    heading = h("h3", { tabindex: "-1", class: "panel-title", id: `title-of-${id}` });
    const told = h("div", null);
    element.setAttribute("aria-labelledby", heading.id);
    put(element, head, heading, told, places.map(({ place }) => place), waysOn(id));
    let shownKey = null;
    update = () => {
      const entry = contents.entries[id];
      const key = JSON.stringify([entry, isMine(session, id)]);
      if (key !== shownKey) {
        shownKey = key;
        put(head, headOf(id, entry, close));
        put(heading, said(entry.text || id));
        put(told, toldOf(id, entry, session, contents));
        for (const one of places) {
          fill(one, id);
        }
      }
      updateAll(places.map(({ part }) => part))();
    };
    update();
  }

  function waysOn(id) {
    const canAsk = ask && session.interview.canAskAbout(id);
    return linkOf(id, { near, ask: canAsk ? ask : null });
  }

  /** Make a part, anew where nobody writes in it. */
  function fill(one, id) {
    if (one.part === null || !KEPT.has(one.view)) {
      one.part = one.view(session, contents, id);
      put(one.place, one.part?.element);
    }
  }

  return {
    element,
    show,
    update: () => update(),
    focus: () => heading?.focus({ preventScroll: true }),
    shown: () => shown,
  };
}

function headOf(id, entry, close) {
  const kind = ["kind", `kind-${entry.type}`, entry.type === "argument" && `kind-${directionOf(entry)}`];
  const button = {
    type: "button",
    class: "panel-close",
    "aria-label": "Close this entry",
    onclick: close,
  };
  return h(
    "div",
    { class: "panel-head" },
    h("span", { class: kind }, typeWord(entry)),
    h("span", { class: "id" }, id),
    h("button", button, "Close"),
  );
}

/** Who says it and where, with a note and tags. */
function toldOf(id, entry, session, contents) {
  const voice = entry.by ? contents.voices[entry.by] : null;
  return h(
    "div",
    { class: "panel-told" },
    entry.by &&
      h("p", { class: "small" }, "By ", said(voice?.name ?? entry.by), ". ", said(voice?.text ?? "")),
    isMine(session, id)
      ? h("p", { class: "small" }, h("span", { class: "tag whose-mark mine" }, "yours"), " You bring it.")
      : entry.brought_by && h("p", { class: "small" }, "Brought by ", said(entry.brought_by), "."),
    entry.sources.length > 0 && h("p", { class: "small" }, "Source: ", sourcesOf(entry.sources)),
    entry.note && h("p", { class: "small" }, said(entry.note)),
    entry.tags.length > 0 &&
      h(
        "p",
        null,
        entry.tags.map((tag) => [h("span", { class: "tag" }, said(tag)), " "]),
      ),
  );
}

/** How likely the entry is now; of an argument also what it does then. */
function numberView(session, contents, id) {
  const entry = contents.entries[id];
  const number = h("span", { class: "number panel-number" });
  const words = h("span", { class: "small quiet" });
  const element = h("p", { class: "panel-now told" }, number, " ", words);

  function update() {
    const why = whyUnknown(session);
    if (why !== "") {
      setText(number, "–");
      setText(words, why);
    } else if (entry.type === "argument") {
      const { rejected, holds } = argumentNow(session, contents, id);
      setText(number, rejected ? "no force" : percent(holds));
      setText(words, rejected ? whyNoForce(session, id, entry) : argumentWords(session, contents, id));
    } else {
      setText(number, chanceWords(session, contents, id));
      setText(words, `now, at central numbers${givenWords(session.givenNow)}`);
    }
  }

  return { element, update };
}

/** Why the number may be another than what was typed: it is under what is given. */
function givenWords({ assuming, observed }) {
  const given = [assuming.length > 0 && "assumed", observed.length > 0 && "observed"].filter(Boolean);
  return given.length === 0 ? "" : `, given what is ${given.join(" and ")}`;
}

function whyNoForce(session, id, entry) {
  if (isMine(session, id)) {
    return "now: you reject it";
  }
  return Object.hasOwn(session.model.brought, id)
    ? `now: only ${entry.brought_by} brings it`
    : "now: it is rejected";
}

function linkOf(id, { near, ask }) {
  const button = (act, words) =>
    act && h("button", { type: "button", class: "plain", onclick: () => act(id) }, words);
  return h(
    "p",
    { class: "note panel-link row" },
    h("a", { href: entryAddress(id) }, "Link to this entry"),
    button(near, "What is near it on the map"),
    button(ask, "Ask me about this part"),
  );
}
