/** What the target hangs on: what learning one thing would do, premises and arguments before stages. */

import { along, axisOf } from "./axis.js";
import { whyUnknown } from "./beyond.js";
import { whoseMark, whoseWords } from "./brought.js";
import { asMade } from "./chapters.js";
import { isAsMade } from "./changed.js";
import { h, put, said, section, setText } from "./dom.js";
import { shownState } from "../language/names.js";
import { telling } from "../language/phrases.js";
import { entryLink, textOf } from "./linked.js";
import { asSentence } from "./problem.js";
import { whenQuiet, whileNear } from "./quiet.js";
import { axisBelow, bar, dot, gridLines, strip, upright } from "./strips.js";
import { percent } from "./words.js";

const [FIRST, ALL] = [8, 40];

/** The least share of the spread that is told. */
const WORTH_SAYING = 0.005;

const [AFTER_GREEDY, AFTER_MEANS] = [150, 900];

const BASES = {
  alone: "At central numbers, each alone.",
  greedy: "At central numbers: each beside those above it.",
  means: "Averaged over draws of the numbers.",
};

/** Returns the third section; `tags` are those that a reader has chosen. */
export function hangsOnView(session, contents, tags) {
  const list = h("ol", { class: "bare cruxes" });
  const heads = cruxHeads();
  const axisPlace = h("div", { class: "crux axis-row" });
  const basis = h("p", { class: "note" });
  const [more, stages] = [h("button", { type: "button", hidden: true }), stagesSwitch(() => draw())];
  const state = { rows: [], kind: "alone", old: false, all: false };
  more.addEventListener("click", () => {
    state.all = !state.all;
    draw();
  });
  const element = section(
    "hangs-on",
    "What it hangs on",
    h(
      "div",
      { class: "told" },
      h("p", null, introduction(contents)),
      h("div", { class: "row" }, basis, stages.element),
      tags.view("cruxes"),
      heads,
      list,
      axisPlace,
      more,
      asMade(contents, "hangs-on"),
    ),
  );

  const draw = () => {
    const every = ranked(state.rows, stages.on()).map((row, i) => ({ ...row, place: i + 1 }));
    const shown = every.filter((row) => tags.keeps(row.id));
    const axis = axisOf([session.central.target, ...shown.slice(0, ALL).flatMap((row) => [...ends(row)])]);
    const rows = shown.slice(0, state.all ? ALL : FIRST);
    const most = Math.max(1e-9, ...rows.map((row) => Math.max(row.voi_share ?? 0, row.added_share ?? 0)));
    put(
      list,
      rows.map((row) => cruxRow(row, { axis, most, contents, session })),
    );
    put(axisPlace, h("span"), h("div", { class: "crux-axis" }, axisBelow(axis, 4)), h("span"));
    for (const part of [heads, axisPlace]) part.hidden = shown.length === 0;
    more.hidden = shown.length <= FIRST;
    setText(more, state.all ? "Show fewer" : `Show more (${Math.min(shown.length, ALL) - FIRST})`);
    list.classList.toggle("stale", state.old);
    setText(basis, whyUnknown(session) || basisText(state, every));
  };
  tags.on(draw);
  const show = (rows, kind) => {
    Object.assign(state, { rows, kind, old: false });
    draw();
  };
  const failed = (error) => setText(basis, `No ranking: ${error.message}`);
  whenQuiet(session, {
    element,
    wait: AFTER_GREEDY,
    ask: () => session.greedy(),
    show: (rows) => (state.kind === "means" && !state.old ? null : show(rows, "greedy")),
    old: () => {
      state.old = true;
    },
    failed,
  }).changed();
  whenQuiet(session, {
    element,
    wait: AFTER_MEANS,
    ask: () => session.cruxes(),
    show: (answer) => {
      state.reason = isAsMade(session) ? null : answer.sobol_reason;
      show(rowsOf(answer), "means");
    },
    old: () => {},
    failed,
  }).changed();
  whileNear(session, element, () => show(session.alone(), "alone"));
  return { element };
}

function introduction({ target }) {
  return (
    `What would most change the estimate of ${target} if it were learned: not what is most doubtful, ` +
    "but what most turns on it. Each row opens its entry."
  );
}

function basisText({ kind, old, reason }, shown) {
  if (shown.length === 0) return "Nothing here would tell anything about the target.";
  if (old) return `${BASES[kind]} Of before your last change; working.`;
  return kind === "means" && reason ? `${BASES[kind]} ${asSentence(reason)}` : BASES[kind];
}

function stagesSwitch(changed) {
  const box = h("input", { type: "checkbox", onchange: changed });
  return {
    element: h("label", { class: "small" }, box, " with stages of the argument"),
    on: () => box.checked,
  };
}

/** Returns the rows of the command line's answer in one list, with questions as one row each. */
export function rowsOf({ claims, arguments: reasons, questions }) {
  const asked = new Set(questions.map((question) => question.id));
  const states = claims.filter((row) => asked.has(row.id.split(".")[0]));
  const whole = questions.map((question) => ({
    ...question,
    states: states.filter((state) => state.id.startsWith(`${question.id}.`)),
  }));
  return [...claims.filter((row) => !states.includes(row)), ...reasons, ...whole];
}

/** Returns rows in the order in which they are read: by rank where there is one, then by their value. */
export function ranked(rows, withStages) {
  const place = (row) => row.rank ?? Infinity;
  const telling = rows.filter((row) => row.voi > 0 && !row.downstream);
  const kinds = telling.filter((row) => withStages || row.kind !== "stage");
  return kinds.sort((a, b) => place(a) - place(b) || b.voi - a.voi);
}

function* ends(row) {
  if (row.states) yield* row.states.map((state) => state.given_true);
  else yield* [row.given_true, row.given_false];
}

function cruxHeads() {
  const heads = [
    "Premise or argument",
    "The target if it is true (●) and if not (○)",
    "What learning it tells",
  ];
  return h(
    "div",
    { class: "crux crux-heads tiny quiet", "aria-hidden": "true" },
    heads.map((x) => h("span", null, x)),
  );
}

function cruxRow(row, { axis, most, contents, session }) {
  const { target } = session.central;
  const ends = endsText(row, session.model);
  return h(
    "li",
    { class: "crux" },
    h(
      "div",
      { class: "crux-words" },
      h("span", { class: "place number" }, `${row.place}`),
      entryLink(row.id, contents),
      " ",
      h("span", { class: "tag" }, row.kind),
      " ",
      whoseMark(whoseWords(session, contents, row.id)),
      h("p", { class: "small" }, said(row.text ?? textOf(row.id, contents))),
    ),
    h(
      "div",
      { class: "crux-target" },
      row.states ? statesStrip(row, axis, target, ends) : endsStrip(row, axis, target, ends),
      h("p", { class: "tiny number-words" }, said(ends)),
    ),
    worthView(row, most),
  );
}

function endsStrip(row, axis, target, ends) {
  const [yes, no, now] = [row.given_true, row.given_false, target].map((p) => along(axis, p ?? target));
  return strip(
    24,
    ends,
    gridLines(axis, 24),
    upright(now, 0, 24, "now-line"),
    bar(no, yes, 12, 3, "reach"),
    row.given_false === null ? null : dot(no, 12, "if-false"),
    row.given_true === null ? null : dot(yes, 12, "if-true"),
  );
}

function statesStrip(row, axis, target, ends) {
  const places = row.states
    .filter((state) => state.given_true !== null)
    .map((x) => along(axis, x.given_true));
  return strip(
    24,
    ends,
    gridLines(axis, 24),
    upright(along(axis, target), 0, 24, "now-line"),
    bar(Math.min(...places), Math.max(...places), 12, 3, "reach"),
    places.map((x) => dot(x, 12, "if-true", 4)),
  );
}

function endsText(row, model) {
  if (row.states) {
    const shown = ({ id }) => shownState(model, row.id, id.slice(row.id.length + 1));
    return row.states.map((x) => `if ${shown(x)} ${percent(x.given_true)}`).join(", ");
  }
  const holds = row.kind === "argument" ? "it holds" : "true";
  const write = telling([[row.given_true, row.given_false]]);
  return (
    `if ${holds} ${write(row.given_true)}, if not ${write(row.given_false)}; its probability is ` +
    `${percent(row.probability)}`
  );
}

function worthView({ voi_share: alone, added_share: added, sobol_total: spread }, most) {
  const fill = (share, kind) => {
    const element = h("span", { class: kind });
    element.style.width = `${(100 * Math.max(0, Math.min(1, share / most))).toFixed(1)}%`;
    return element;
  };
  const beside = added === null || added === undefined ? null : added;
  return h(
    "div",
    { class: "crux-worth" },
    h(
      "div",
      { class: "worth", "aria-hidden": "true" },
      fill(alone ?? 0, "alone"),
      fill(beside ?? 0, "beside"),
    ),
    h(
      "p",
      { class: "tiny number-words" },
      `${percent(alone)} of what is unknown`,
      beside === null ? null : `; ${percent(Math.max(0, beside))} beside those above`,
      spread > WORTH_SAYING ? `; its number carries ${percent(spread)} of the spread` : null,
    ),
  );
}
