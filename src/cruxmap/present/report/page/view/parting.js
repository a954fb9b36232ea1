/** Where two worldviews part: the gap, what each difference is worth, and what settling would close it. */

import { along, alongLogOdds, axisOf } from "./axis.js";
import { isBeyond, whyUnknown } from "./beyond.js";
import { asMade } from "./chapters.js";
import { expit, logit } from "../engine/special.js";
import { ownCount } from "./changed.js";
import { h, put, said, section, setText } from "./dom.js";
import { entryLink, textOf } from "./linked.js";
import { whenQuiet, whileNear } from "./quiet.js";
import { axisBelow, bar, dot, gridLines, strip, upright } from "./strips.js";
import { formatRatio } from "../language/notation.js";
import { telling } from "../language/phrases.js";
import { counted, percent } from "./words.js";

const [FIRST, CRUXES, AFTER] = [10, 6, 600];

/**
 * What the reader's own state is called among the worldviews, once something is changed; no id is like
 * it.
 */
export const MINE = "(mine)";

/** Times the odds below which a step is too small for a number. */
const HARDLY_MOVES = 1.005;

const ALIKE = { differences: [], reason: null };

/**
 * Returns the fourth section; `say` tells screen readers what the reader's choice gave, and `above` stands
 * before the choice. `compare` chooses two, and goes there.
 *
 * @returns {{element: HTMLElement, compare: (a: string, b: string) => void}}
 */
export function partingView(session, contents, say, above = null) {
  const [first, second] = [choiceOf("parting-a"), choiceOf("parting-b")];
  const gap = h("p", { class: "parting-gap" });
  const answer = h("div", { class: "parting-answer" });
  const note = h("p", { class: "note" });
  const element = section(
    "parting",
    "Where two of them part",
    h(
      "div",
      { class: "told" },
      above,
      h(
        "p",
        { class: "row", id: "parting-choice" },
        h("label", { for: "parting-a" }, "Compare"),
        first,
        h("label", { for: "parting-b" }, "with"),
        second,
      ),
      gap,
      note,
      answer,
      asMade(contents, "parting"),
    ),
  );
  fillChoices(first, second, session, contents);
  session.on("central", () => fillChoices(first, second, session, contents)); // before what reads them
  let isChosen = false;
  const chosen = () => [first.value, second.value];
  const quiet = whenQuiet(session, {
    element,
    wait: AFTER,
    ask: () => diffOfChosen(session, ...chosen()),
    show: (diff) => {
      answer.classList.toggle("stale", false);
      setText(note, noteText(diff));
      put(answer, diff === ALIKE ? null : diffView(named(diff, chosen()), contents));
      if (isChosen) say(gap.textContent);
      isChosen = false;
    },
    old: () => {
      answer.classList.toggle("stale", true);
      setText(
        note,
        chosen()[0] === chosen()[1] ? "" : "Sharing the gap out over what differs; this takes seconds.",
      );
    },
    failed: (error) => setText(note, `The gap could not be shared out: ${error.message}`),
  });
  const showGap = () => setText(gap, gapText(session, ...chosen()));
  const changed = () => {
    isChosen = true;
    showGap();
    put(answer);
    quiet.changed();
  };
  for (const choice of [first, second]) choice.addEventListener("change", changed);
  session.on("shares", ({ other, from, shares }) => {
    if (sideOf(first.value) !== from || sideOf(second.value) !== other) return;
    answer.classList.toggle("stale", false);
    setText(note, "What would close the gap is being averaged over draws.");
    put(answer, sharesView(named(shares, chosen()), contents));
  });
  session.on("progress", ({ of, done, most }) => {
    const pairs = `${counted(done)} pairs of orders, of at most ${counted(most)}`;
    if (of === "diff") setText(note, `Sharing the gap out: ${pairs}.`);
  });
  whileNear(session, element, showGap);
  quiet.changed();
  const compare = (a, b) => {
    [first.value, second.value] = [a, b];
    changed();
    element.querySelector("#parting-choice").scrollIntoView({ block: "start" });
    first.focus({ preventScroll: true });
  };
  return { element, compare };
}

/** A diff with its sides called as they were chosen. */
function named(diff, [a, b]) {
  return { ...diff, a, b };
}

function choiceOf(id) {
  return h("select", { id });
}

/** Offers all worldviews, and the reader's own once something is changed: then that is compared first. */
function fillChoices(first, second, session, contents) {
  const own = ownCount(session) > 0;
  const names = [...(own ? [MINE] : []), ...session.worldviews];
  if ([...first.childNodes].map(({ value }) => value).join(" ") === names.join(" ")) return;
  const before = [first.value, second.value];
  const pair = contents.pair ?? { highest: names[0], lowest: names.at(-1) };
  for (const choice of [first, second]) {
    put(
      choice,
      names.map((id) => h("option", { value: id }, nameOf(id))),
    );
  }
  const kept = before.every((id) => id !== "" && names.includes(id))
    ? before
    : [pair.highest, pair.lowest];
  [first.value, second.value] = own && !before.includes(MINE) ? [MINE, session.startedFrom] : kept;
}

/** Asks for the diff of two shipped worldviews, or of the reader's state and one. */
function diffOfChosen(session, a, b) {
  if (a === b) return Promise.resolve(ALIKE);
  return session.diff(sideOf(b), sideOf(a));
}

/** What the session calls a side: null for the reader's own. */
function sideOf(id) {
  return id === MINE ? null : id;
}

/** Names a side of the comparison as readers do. */
function nameOf(id) {
  if (id === MINE) return "you";
  return id === "map" ? "the map" : id;
}

function gapText(session, a, b) {
  if (a === b) return "Choose two that differ.";
  const [first, second] = [logOddsOf(session, a), logOddsOf(session, b)];
  if (Number.isNaN(first) || Number.isNaN(second)) {
    return isBeyond(session) ? whyUnknown(session) : "What is given is impossible for one of them.";
  }
  const [pa, pb] = [expit(first), expit(second)];
  const write = telling([[pa, pb]]);
  const both = `${nameOf(a)}: ${write(pa)}, and ${nameOf(b)}: ${write(pb)}`;
  const times = Math.exp(Math.abs(first - second));
  if (times < 1.005) return `At central numbers, ${both}: as good as the same.`;
  const apart = Number.isFinite(times) ? ` That is ${formatRatio(times)} apart in odds.` : "";
  return `At central numbers, ${both}.${apart}`;
}

/** The target's log-odds on a side, given what is given now; NaN where that is impossible. */
function logOddsOf(session, id) {
  return id === MINE ? (session.central.logOdds ?? NaN) : session.shippedLogOdds.get(id);
}

function noteText({ reason }) {
  return reason ? `The gap could not be shared out: ${reason}.` : "";
}

function diffView(diff, contents) {
  const shares = sharesView(diff, contents);
  if (diff.reason || diff.differences.length === 0) return shares;
  return [shares, h("h3", null, "What would close it"), doubleCruxes(diff, contents)];
}

/** Returns what is known before anything is averaged over draws. */
function sharesView(diff, contents) {
  if (diff.reason) return null;
  if (diff.differences.length === 0) return h("p", null, "They judge everything alike.");
  return [h("h3", null, "What the gap is made of"), waterfall(diff, contents)];
}

// --- what the gap is made of ------------------------------------------------------------------------

/** Returns the way from b to a, one step for each entry that they judge differently. */
function waterfall(diff, contents) {
  const shown = diff.differences.filter((x) => x.share_logit !== null);
  const [first, rest] = [shown.slice(0, FIRST), shown.slice(FIRST)];
  const [start, end] = [logit(diff.probability_b), logit(diff.probability_a)];
  const steps = stepsOf(first, start);
  const others = rest.reduce((sum, x) => sum + x.share_logit, 0);
  const places = [...steps.flatMap(({ from, to }) => [from, to]), end].map((u) => expit(u));
  const axis = axisOf([diff.probability_a, diff.probability_b, ...places]);
  const total = diff.gap_logit;
  return h(
    "div",
    { class: "waterfall" },
    endRow(diff.b, diff.probability_b, axis),
    h(
      "ol",
      { class: "bare" },
      steps.map((step) => stepRow(step, { axis, total, diff, contents })),
    ),
    rest.length > 0 ? restRow(rest.length, { from: end - others, to: end, axis, total }) : null,
    endRow(diff.a, diff.probability_a, axis),
    h("div", { class: "step axis-row" }, h("span"), axisBelow(axis)),
  );
}

/** Returns differences with where each begins and ends on the way, in log-odds. */
export function stepsOf(differences, start) {
  let at = start;
  return differences.map((difference) => {
    const from = at;
    at += difference.share_logit;
    return { ...difference, from, to: at };
  });
}

function endRow(name, probability, axis) {
  const x = along(axis, probability);
  return h(
    "div",
    { class: "step step-end" },
    h(
      "div",
      null,
      h("strong", null, nameOf(name)),
      " ",
      h("span", { class: "number" }, `${percent(probability)} central`),
    ),
    strip(24, `${nameOf(name)}: ${percent(probability)}`, gridLines(axis, 24), dot(x, 12, "mean")),
  );
}

function stepRow(step, { axis, total, diff, contents }) {
  const { id, text, share_logit: share, changes, from, to } = step;
  return h(
    "li",
    { class: "step" },
    stepWords(
      id,
      shareText(share, total),
      text ?? textOf(id, contents),
      contents,
      changesView(id, changes, diff),
    ),
    stepStrip(from, to, axis, shareText(share, total)),
  );
}

/** An entry beside its strip: its name, what it counts for, its sentence, and what else there is. */
function stepWords(id, number, text, contents, ...more) {
  return h(
    "div",
    { class: "step-words" },
    entryLink(id, contents),
    " ",
    h("span", { class: "number small" }, number),
    h("p", { class: "tiny quiet" }, said(text)),
    ...more,
  );
}

function restRow(number, { from, to, axis, total }) {
  const words = shareText(to - from, total);
  return h(
    "div",
    { class: "step" },
    h(
      "div",
      { class: "step-words quiet" },
      `${number} more differences `,
      h("span", { class: "number small" }, words),
    ),
    stepStrip(from, to, axis, words),
  );
}

function stepStrip(from, to, axis, words) {
  const [left, right] = [alongLogOdds(axis, from), alongLogOdds(axis, to)];
  const kind = to >= from ? "up" : "down";
  const ending = upright(right, 4, 28, `${kind}-end`);
  return strip(30, words, gridLines(axis, 30), bar(left, right, 15, 12, kind), ending);
}

function shareText(share, total) {
  const times = Math.exp(Math.abs(share));
  if (times < HARDLY_MOVES) return "hardly any of the gap";
  const way = share >= 0 ? "up" : "down";
  const part = total === 0 || total === null ? "" : `${partText(share / total)} of the gap, `;
  return `${part}${formatRatio(times)} ${way} in odds`;
}

function partText(part) {
  return `${(100 * part).toFixed(0)}%`.replace("-", "\u2212");
}

function changesView(id, changes, { a, b }) {
  if (changes.length === 0) return null;
  const items = changes.map((change) =>
    h(
      "li",
      null,
      change.address === id ? null : h("span", { class: "quiet" }, `${change.address}: `),
      sideText(a, change.a, change.origin_a, change.fitted_a),
      ", ",
      sideText(b, change.b, change.origin_b, change.fitted_b),
    ),
  );
  const list = h("ul", { class: "bare tiny" }, items);
  return items.length <= 2
    ? list
    : h("details", { class: "tiny" }, h("summary", null, `${items.length} numbers`), list);
}

function sideText(name, value, origin, isFitted) {
  const from = origin === name || origin === "set" ? "" : origin === "map" ? "the map's" : origin;
  const whose = [from, isFitted ? "fitted" : ""].filter((word) => word !== "").join(", ");
  const aside = whose === "" ? "" : ` (${whose})`;
  return h("span", null, `${nameOf(name)} `, said(value ?? "none", { class: "number" }), aside);
}

// --- what would close it ----------------------------------------------------------------------------

function doubleCruxes(diff, contents) {
  const all = [
    ...diff.double_cruxes,
    ...(diff.double_crux_arguments ?? []),
    ...(diff.double_crux_questions ?? []),
  ];
  const shown = all
    .filter((x) => x.rank !== null && x.rank !== undefined && x.vod_share > 0)
    .sort((x, y) => x.rank - y.rank)
    .slice(0, CRUXES);
  if (shown.length === 0) {
    return h("p", null, "Finding out about any one thing is expected to close none of it.");
  }
  const [a, b] = [nameOf(diff.a), nameOf(diff.b)];
  const about = `How likely ${a} (●) and ${b} (○) find it, and how much of what parts them finding out `;
  return [
    h("p", null, about, "about it is expected to close."),
    h(
      "ol",
      { class: "bare doubles" },
      shown.map((x) => doubleRow(x, diff, contents)),
    ),
  ];
}

function doubleRow(
  { id, text, state, probability_a: pa, probability_b: pb, vod_share: closes },
  diff,
  contents,
) {
  const of = state ? `${id}.${state}` : id;
  const write = telling([[pa, pb]]);
  const words = `${nameOf(diff.a)} ${write(pa)}, ${nameOf(diff.b)} ${write(pb)}`;
  return h(
    "li",
    { class: "step" },
    stepWords(id, `closes ${percent(closes)}`, text ?? textOf(of, contents), contents),
    h(
      "div",
      null,
      strip(
        24,
        words,
        bar(0, 1, 12, 1, "base"),
        bar(pa, pb, 12, 3, "reach"),
        dot(pb, 12, "if-false"),
        dot(pa, 12, "if-true"),
      ),
      h("p", { class: "tiny number-words" }, words),
    ),
  );
}
