// One entry, with all that is known about it and all that can be changed about it.

import { isBlind, untold } from "./blind.js";
import { h, link, put, said, setText } from "./dom.js";
import { acceptSwitch, judgementEditor, rejectSwitch } from "./editor.js";
import {
  argumentWords,
  chanceWords,
  directionOf,
  entryAddress,
  presentNumber,
  SIGNS,
  typeWord,
} from "./entry_words.js";
import { givenView } from "./givens.js";
import { linked } from "./linked.js";
import { indexOf, isRejected, numberAt } from "./numbers.js";
import { argumentNow, chanceOf, information } from "./weights.js";
import { capitalised, moveWords, percent } from "./words.js";

/**
 * The panel. `show(id)` opens an entry in it, null closes it; `close` is called by its button and Escape.
 * @returns {{element: HTMLElement, show: (id: string|null) => void, update: () => void, focus: () => void,
 *   shown: () => string|null}}
 */
export function panelView(session, contents, { close, near }) {
  const element = h("div", { class: "panel", role: "region", hidden: true, onkeydown: key });
  let shown = null;
  let parts = [];
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
    parts = [];
    if (id === null) {
      put(element);
      return;
    }
    const entry = contents.entries[id];
    heading = h(
      "h3",
      { tabindex: "-1", class: "panel-title", id: `title-of-${id}` },
      said(entry.text || id),
    );
    element.setAttribute("aria-labelledby", heading.id);
    put(element, [
      headOf(id, entry),
      heading,
      toldOf(entry),
      numberOf(id, entry),
      changing(id, entry),
      basisOf(entry),
      statesOf(id, entry),
      bearingOf(id, entry),
      learningOf(id, entry),
      reviewersOf(entry),
      remarksOf(entry),
      linkOf(id),
    ]);
    update();
  }

  function add(part) {
    if (part !== null) {
      parts.push(part);
    }
    return part?.element ?? null;
  }

  // --- what it is ---

  function headOf(id, entry) {
    return h(
      "div",
      { class: "panel-head" },
      h(
        "span",
        {
          class: ["kind", `kind-${entry.type}`, entry.type === "argument" && `kind-${directionOf(entry)}`],
        },
        typeWord(entry),
      ),
      h("span", { class: "id" }, id),
      h(
        "button",
        { type: "button", class: "panel-close", "aria-label": "Close this entry", onclick: close },
        "Close",
      ),
    );
  }

  function numberOf(id, entry) {
    const number = h("span", { class: "number panel-number" });
    const words = h("span", { class: "small quiet" });
    const element = h("p", { class: "panel-now told" }, number, " ", words);

    function update() {
      if (entry.type === "argument") {
        const { rejected, holds } = argumentNow(session, contents, id);
        setText(number, rejected ? "no force" : percent(holds));
        setText(words, rejected ? whyNoForce(id, entry) : argumentWords(session, contents, id));
      } else {
        setText(number, chanceWords(session, contents, id));
        setText(
          words,
          session.central.impossible
            ? "undefined: what is given is impossible"
            : "now, at central numbers",
        );
      }
    }

    return add({ element, update });
  }

  function whyNoForce(id, entry) {
    return Object.hasOwn(session.model.brought, id)
      ? `now: only ${entry.brought_by} brings it`
      : "now: it is rejected";
  }

  function toldOf(entry) {
    const by = entry.by ? contents.voices[entry.by] : null;
    const lines = [
      entry.by &&
        h(
          "p",
          { class: "small" },
          "By ",
          said(by?.name ?? entry.by),
          by?.text ? [": ", said(by.text)] : "",
          by?.text ? "" : ".",
        ),
      entry.brought_by &&
        h(
          "p",
          { class: "small" },
          "Brought by ",
          said(entry.brought_by),
          "; it has force only where somebody takes it over.",
        ),
      sourcesOf(entry.sources),
      entry.note && h("p", { class: "small" }, said(entry.note)),
      entry.tags.length > 0 &&
        h(
          "p",
          { class: "tags" },
          entry.tags.map((tag) => [h("span", { class: "tag" }, said(tag)), " "]),
        ),
    ];
    return h("div", { class: "panel-told" }, lines);
  }

  function basisOf(entry) {
    const premises = entry.premises.flatMap(({ ids }) => ids);
    const targets = entry.targets.map((target) => target.id);
    const others = [...new Set([...targets, ...premises])];
    return section(
      "What it rests on",
      basisLines(entry.basis_words, contents),
      others.length > 0 &&
        h(
          "ul",
          { class: "links" },
          others.map((id) => entryLine(id, targets.includes(id) ? "about" : "premise")),
        ),
    );
  }

  /** A line about another entry with its number now, that opens it. */
  function entryLine(id, role, sign = "") {
    const other = contents.entries[id];
    const number = presentNumber(session, contents, id);
    parts.push(number);
    return h(
      "li",
      { class: `as-${role}` },
      h("span", { class: "role" }, sign ? `${sign} ` : "", role),
      h("a", { href: entryAddress(id) }, said(other.text || id)),
      number.element,
    );
  }

  function statesOf(id, entry) {
    const rows =
      entry.type === "question"
        ? entry.states.map((state) => [
            `${id}.${state.id}`,
            state.text && state.text !== state.id ? `${state.id}: ${state.text}` : state.id,
          ])
        : entry.parts.map(({ address, words }) => [address, words]);
    const known = rows.filter(([address]) => chanceOf(session, address) !== null);
    if (known.length === 0) {
      return null;
    }
    const body = h("tbody");
    for (const [address, words] of known) {
      const cell = h("td", { class: "number" });
      body.append(h("tr", null, h("th", { scope: "row" }, said(words)), cell));
      parts.push({ update: () => setText(cell, percent(chanceOf(session, address))) });
    }
    return section(
      entry.type === "question" ? "How likely each state is now" : "How likely each part is now",
      h("table", null, body),
    );
  }

  function bearingOf(id, entry) {
    if (entry.bearing.length === 0) {
      return null;
    }
    const list = h("ul", { class: "links" });
    const lines = entry.bearing.map((other) => {
      const how = howOn(contents.entries[other], id);
      return { id: other, element: entryLine(other, how, SIGNS[how]) };
    });
    const heaviest = (line) => (isBlind() ? 0 : -argumentNow(session, contents, line.id).weight);
    put(
      list,
      [...lines].sort((a, b) => heaviest(a) - heaviest(b)).map((line) => line.element),
    );
    return section(
      "Arguments on it",
      h("p", { class: "note" }, "How likely each holds now, and as a bar how much it counts."),
      list,
    );
  }

  // --- what can be changed ---

  function changing(id, entry) {
    const open = entry.numbers.filter(isOpen);
    const said = open.filter(isSaid);
    const some = (said.length > 0 ? said : open).slice(0, SHOWN_AT_ONCE);
    const more = open.filter((address) => !some.includes(address));
    const editors = (addresses) =>
      addresses.map((address) => add(judgementEditor(session, contents, address)));
    const numbers = h(
      "div",
      { class: "numbers" },
      editors(some),
      more.length > 0 &&
        h(
          "details",
          null,
          h("summary", null, moreNumbers(more.length)),
          lazily(() => editors(more)),
        ),
    );
    if (entry.type === "argument") {
      parts.push({
        update: () => {
          numbers.inert = isRejected(session, id);
        },
      });
    }
    const isShared = open.some((address) => numberAt(session, address).role === "share");
    const children = [
      open.length > 0 && numbers,
      isShared &&
        h(
          "p",
          { class: "note" },
          "Shares that you do not set keep their proportions and fill what is left.",
        ),
      ...switches(id, entry).map(add),
      add(givenView(session, contents, id)),
    ];
    return children.some(Boolean) ? section("Change it", children) : null;
  }

  function switches(id, entry) {
    const brought = Object.entries(session.model.brought).filter(
      ([name]) => name === id || name.startsWith(`${id}.`),
    );
    const taking = brought.map(([name, who]) => acceptSwitch(session, name, takeOverWords(id, name, who)));
    return entry.type === "argument" && taking.length === 0 ? [rejectSwitch(session, id)] : taking;
  }

  /** A part that is made when the details that it is in are first opened. */
  function lazily(make) {
    const place = h("div");
    queueMicrotask(() =>
      place.closest("details")?.addEventListener("toggle", () => {
        if (place.childElementCount === 0) {
          put(place, make());
        }
      }),
    );
    return place;
  }

  function isOpen(address) {
    return !(session.model.judgements.fixed ?? []).includes(indexOf(session.model, address));
  }

  /** Whether somebody gave the number and could doubt it: no default of the map, and no certainty. */
  function isSaid(address) {
    const isDefault = (session.model.judgements.default ?? []).includes(indexOf(session.model, address));
    const { certain, origin } = numberAt(session, address);
    return origin !== "map" || (!isDefault && certain === null);
  }

  // --- what others say ---

  function reviewersOf(entry) {
    const tables = entry.numbers
      .map((address) => [address, numbersOfAll(session, contents, address)])
      .filter(([, rows]) => rows.length > 0)
      .map(([address, rows]) =>
        h(
          "table",
          { class: "reviewers" },
          h("caption", null, said(capitalised(contents.judgements[address]?.words ?? address))),
          h("tbody", null, rows.map(rowOf)),
        ),
      );
    if (tables.length === 0) {
      return null;
    }
    const some = tables.slice(0, SHOWN_AT_ONCE);
    const more = tables.slice(SHOWN_AT_ONCE);
    const details =
      more.length > 0 && h("details", null, h("summary", null, moreNumbers(more.length)), more);
    return section("What each reviewer says", untold(), h("div", { class: "told" }, some, details));
  }

  function rowOf({ who, text, whose, source, note }) {
    return h(
      "tr",
      null,
      h("th", { scope: "row" }, said(who)),
      h("td", { class: "number" }, said(text)),
      h(
        "td",
        null,
        said(whose),
        source.length > 0 ? [" ", sourcesOf(source, "span")] : "",
        note ? [" ", h("span", { class: "quiet" }, said(note))] : "",
      ),
    );
  }

  function remarksOf(entry) {
    const remarks = entry.remarks;
    if (remarks.length === 0) {
      return null;
    }
    return h(
      "div",
      { class: "told" },
      section(
        "Remarks",
        remarks.map(({ worldview, text, sources = [] }) =>
          h(
            "p",
            { class: "small" },
            h("strong", null, said(worldview)),
            ": ",
            said(text),
            " ",
            sourcesOf(sources, "span"),
          ),
        ),
      ),
    );
  }

  // --- what learning it would do ---

  function learningOf(id, entry) {
    const names =
      entry.type === "question"
        ? entry.states.map((state) => `${id}.${state.id}`)
        : [id, ...entry.parts.map(({ address }) => address)];
    const list = h("ul", { class: "small learning" });
    const asked = names.filter((name) => session.central.givenTrue.has(name));
    if (asked.length === 0) {
      return null;
    }
    const lines = asked.map((name) => ({ name, element: h("li") }));
    list.append(...lines.map((line) => line.element));
    const element = section(
      "What learning it would do",
      h("p", { class: "note" }, "To the chance of what is asked, at central numbers."),
      list,
    );

    function update() {
      const { target, givenTrue, givenFalse } = session.central;
      for (const { name, element: line } of lines) {
        setText(
          line,
          learningWords(
            nameOf(name, id),
            target,
            chanceOf(session, name),
            givenTrue.get(name),
            givenFalse.get(name),
          ),
        );
      }
    }

    element.classList.add("told");
    return add({ element, update });
  }

  function nameOf(name, id) {
    return name === id ? null : name.slice(id.length + 1);
  }

  function linkOf(id) {
    return h(
      "p",
      { class: "note panel-link row" },
      h("a", { href: entryAddress(id) }, "Link to this entry"),
      near &&
        h(
          "button",
          { type: "button", class: "plain", onclick: () => near(id) },
          "What is near it on the map",
        ),
    );
  }

  function sourcesOf(sources, tag = "p") {
    if (!sources || sources.length === 0) {
      return null;
    }
    const parts = sources.flatMap((source, i) => [
      i > 0 ? ", " : "",
      source.url ? link(source.url, said(source.text)) : said(source.text),
    ]);
    return h(
      tag,
      { class: "sources small" },
      tag === "p" ? "Source: " : "(",
      parts,
      tag === "p" ? "" : ")",
    );
  }

  function update() {
    for (const part of parts) {
      part.update();
    }
  }

  return {
    element,
    show,
    update,
    focus: () => heading?.focus({ preventScroll: true }),
    shown: () => shown,
  };
}

const SHOWN_AT_ONCE = 5;

function takeOverWords(id, name, who) {
  const what = name === id ? "this argument" : `the route ${name.slice(id.length + 1)}`;
  return `Let ${what} count: ${who} brings it`;
}

function moreNumbers(count) {
  return count === 1 ? "One more number" : `${count} more numbers`;
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

let lastSection = 0;

function section(title, ...children) {
  lastSection += 1;
  const id = `part-${lastSection}`;
  return h("section", { class: "panel-part", "aria-labelledby": id }, h("h4", { id }, title), children);
}

function howOn(argument, id) {
  return argument.targets.find((target) => target.id === id)?.how ?? directionOf(argument);
}

/** What learning something would do to the target, in a sentence. */
export function learningWords(name, target, chance, ifTrue, ifFalse) {
  const what = name === null ? "" : `${name}: `;
  if (chance === null || !(chance > 0 && chance < 1)) {
    return `${what}there is nothing to learn: it is ${chance > 0.5 ? "certain" : "impossible"} now.`;
  }
  const sides = [
    ["if true", ifTrue],
    ["if false", ifFalse],
  ]
    .filter(([, p]) => Number.isFinite(p))
    .map(([words, p]) => `${words} ${percent(p)} (${moveWords(target, p)})`);
  const bans = information(target, chance, ifTrue, ifFalse);
  const most = entropy(target);
  const told = most > 0 ? `It tells ${percent(bans / most)} of what is open.` : "";
  return `${what}${percent(target)} now; ${sides.join("; ")}. ${told}`.trim();
}

function entropy(p) {
  return p > 0 && p < 1 ? -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.LN10 : 0;
}

/** What the map and every reviewer who says so themselves have at an address, and who has it from whom. */
export function numbersOfAll(session, contents, address) {
  const told = contents.judgements[address];
  const inherited = new Map();
  const rows = [];
  for (const worldview of session.worldviews) {
    const { text, origin } = numberAt(session, address, session.shipped(worldview));
    const own = told?.by?.[worldview];
    if (own !== undefined) {
      rows.push({
        who: worldview,
        text,
        whose: own.fitted ? "fitted" : "own",
        source: own.source ?? [],
        note: own.fitted ?? own.note,
      });
    } else if (worldview === "map") {
      rows.unshift({
        who: "map",
        text,
        whose: "the editor's, and nobody's view",
        source: told?.source ?? [],
        note: told?.note,
      });
    } else {
      inherited.set(origin, [...(inherited.get(origin) ?? []), worldview]);
    }
  }
  for (const [origin, who] of inherited) {
    const { text } = numberAt(session, address, session.shipped(who[0]));
    const from = `inherited from ${origin === "map" ? "the map" : origin}`;
    rows.push({
      who: rows.length === 1 ? "all others" : who.join(", "),
      text,
      whose: from,
      source: [],
      note: "",
    });
  }
  return rows;
}
