/** Where the reader stands: the target now, from whose numbers, compared with where that started. */

import { shownState, under } from "../language/names.js";
import { whyUnknown } from "./beyond.js";
import { isBlind } from "./blind.js";
import { changeCount, isAsMade } from "./changed.js";
import { h, onceAFrame, put, said, setText } from "./dom.js";
import { givenEditor } from "./given.js";
import { whoseNumbers } from "./linked.js";
import { nearScreen, whenQuiet } from "./quiet.js";
import { formatInterval } from "../language/phrases.js";
import { MAP } from "../language/worldviews.js";
import { counted, moveWords, percent } from "./words.js";

const [WAIT, MOST_OPEN] = [120, 4];

/** The least number of draws that an estimate may rest on, as the command line has it. */
const FEW = 100;

const BOTH =
  "Central: with every number in its middle; it follows at once. Mean: over draws of the numbers, the " +
  "credence to act on.";

/**
 * Returns the present state. `element` belongs into the first section, `bar` follows the reader down the
 * page. `tell` is called with each new estimate, and with null when a change has made it old; `say` tells
 * screen readers what follows from a change.
 *
 * @returns {{element: HTMLElement, bar: HTMLElement}}
 */
export function standingView(session, contents, { tell, say }) {
  const central = h("output", { class: "big number", "aria-live": "off" });
  const mean = h("span", { class: "big number" });
  const interval = h("span", { class: "number" });
  const compared = h("p", { class: "compared" });
  const reason = h("p", { class: "problem", hidden: true });
  const also = h("dl", { class: "also small" });
  const alsoPart = alsoView(also, session);
  const work = h("span", { class: "quiet tiny working" });
  const worth = h("p", { class: "small worth-of-draws", role: "status", hidden: true });
  const given = givenEditor(session, contents);
  const spread = h("div", { class: "figure" }, mean, h("span", { class: "small" }, "mean over draws"));
  const element = h(
    "div",
    { class: "standing card told", role: "group", "aria-label": "Where you stand" },
    startChoice(session, contents),
    h(
      "div",
      { class: "now" },
      h("div", { class: "figure" }, central, h("span", { class: "small" }, "central")),
      spread,
    ),
    h("p", { class: "small quiet" }, interval, " ", work),
    worth,
    reason,
    compared,
    h("p", { class: "tiny quiet" }, BOTH),
    alsoPart,
    given.element,
  );
  const bar = standingBar(session, contents);

  const showCentral = () => {
    const why = whyUnknown(session);
    setText(central, percent(session.central.target));
    reason.hidden = why === "";
    setText(reason, why);
    setText(compared, comparison(session, contents));
    showAlso(also, session);
    bar.update();
  };
  const showSpread = ({ mean: m, interval_90: ends, effective = null }) => {
    spread.classList.toggle("stale", false);
    showWorth(worth, effective, session.model.model.draws);
    setText(mean, percent(m));
    setText(interval, intervalText(ends));
    setText(work, "");
    bar.showMean(m);
    tell({ central: session.central.target, mean: m, interval_90: ends });
  };
  const quiet = whenQuiet(session, {
    element: document.documentElement,
    wait: WAIT,
    ask: async () => shippedEstimate(session, contents) ?? (await session.estimate())[contents.target],
    show: showSpread,
    old: () => {
      spread.classList.toggle("stale", true);
      setText(work, "of before your last change; working");
      worth.hidden = true;
      bar.showMean(null);
      tell(null);
    },
    failed: (error) => setText(work, `No mean: ${error.message}`),
  });
  session.on("first", ({ version, estimate }) => {
    const { mean: m, error } = estimate[contents.target];
    if (version !== session.version || m === null) return;
    spread.classList.toggle("stale", false);
    setText(mean, percent(m));
    setText(interval, "");
    setText(work, `of the first draws, give or take ${percent(error)}; working`);
  });
  session.on("central", () => {
    showCentral();
    if (!isBlind()) say(sentenceOf(session, contents));
  });
  session.on("central", onceAFrame(given.update));
  showCentral();
  const made = shippedEstimate(session, contents);
  if (made === null) quiet.changed();
  else showSpread(made);
  const hideBar = (near) => (bar.element.hidden = near);
  nearScreen(element, hideBar, "0px");
  return { element, bar: bar.element };
}

function intervalText(ends) {
  if (!ends) return "";
  const text = formatInterval(...ends);
  return text.includes(" to ") ? `90% of draws: ${text}` : "in every draw";
}

/** Returns a worldview's estimate that travels with the page; null where the model does not list it. */
function estimateIn({ worldviews }, id) {
  return under(worldviews, id)?.estimate ?? null;
}

/** Tells how many draws the weighed ones are worth where something is observed, and warns where few. */
function showWorth(element, effective, draws) {
  element.hidden = effective === null;
  if (effective === null) return;
  const isFew = effective < FEW;
  element.classList.toggle("problem", isFew);
  const worth = `Weighed by what is observed: worth ${counted(effective)} of ${counted(draws)} draws.`;
  setText(element, isFew ? fewText(Math.round(effective), draws) : worth);
}

function fewText(near, draws) {
  const worth = near === 1 ? "one draw" : `${near} draws`;
  return (
    `Few draws agree with what is observed: the ${counted(draws)} are worth ${worth}. ` +
    "The mean and the spread are rough; central is exact."
  );
}

/**
 * Returns the estimate that travels with the page, where nothing was changed; null where it is fitted to
 * what a reviewer stated, as what the page computes is not.
 */
function shippedEstimate(session, contents) {
  if (!isAsMade(session) || (contents.reconcile && session.startedFrom !== MAP)) return null;
  return estimateIn(contents, session.startedFrom);
}

function startChoice(session, contents) {
  const choice = h("select", { id: "start", onchange: () => session.start(choice.value) });
  const update = () => {
    choice.value = session.startedFrom;
  };
  const fill = () => {
    const options = session.worldviews.map((id) => h("option", { value: id }, optionText(id, contents)));
    put(choice, options);
    update();
  };
  session.on("central", update);
  session.on("reviewers", fill);
  fill();
  return h("p", { class: "start row" }, h("label", { for: "start" }, "Start from"), choice);
}

function optionText(id, contents) {
  if (id === "map") return "the map's own numbers";
  return estimateIn(contents, id)?.whose?.says_little ? `${id} (says little)` : id;
}

/** Says how the target compares with where the reader started. */
export function comparison(session, contents) {
  const { startedFrom: id } = session;
  const count = changeCount(session);
  const before = estimateIn(contents, id)?.central ?? null;
  const after = session.central.target;
  if (count === 0) return `These are ${whoseNumbers(id)}. To change one, open an entry of the argument.`;
  const number = count === 1 ? "one change" : `${count} changes`;
  if (before === null || after === null) return `After ${number} from ${whoseNumbers(id)}.`;
  const words = moveWords(before, after);
  return `After ${number} it is ${words}: ${whoseNumbers(id)} make it ${percent(before)}.`;
}

function sentenceOf(session, contents) {
  const why = whyUnknown(session);
  if (why !== "") return why;
  const central = percent(session.central.target);
  return `${contents.target}: ${central} central. ${comparison(session, contents)}`;
}

/** The further targets, folded where there are many. */
function alsoView(list, session) {
  const number = Object.keys(session.central.also).length;
  if (number === 0) return null;
  const summary = h("summary", null, `Further targets, central: ${number}`);
  return h("details", { class: "small also-part", open: number <= MOST_OPEN }, summary, list);
}

/** A target by its name; a state with a text of its own by that. */
function shownTarget(model, name) {
  const [question, state] = name.split(/\.(.*)/s);
  const shown = state === undefined ? undefined : shownState(model, question, state);
  return shown === state ? name : `${question}: ${shown}`;
}

function showAlso(list, session) {
  const names = Object.keys(session.central.also);
  if (list.childNodes.length !== 2 * names.length) {
    put(
      list,
      names.map((name) => [h("dt", null, said(shownTarget(session.model, name))), h("dd", { class: "number" })]),
    );
  }
  names.forEach((name, i) => setText(list.childNodes[2 * i + 1], percent(session.central.also[name])));
}

/** Returns the line that stays on the screen while the reader moves numbers further down. */
function standingBar(session, contents) {
  const central = h("strong", { class: "number" });
  const mean = h("span", { class: "number quiet" });
  const compared = h("span", { class: "quiet bar-words" });
  const element = h(
    "aside",
    { class: "standing-bar screen told", hidden: true, "aria-label": "The target now" },
    h("a", { href: "#answer", class: "bar-name" }, contents.target),
    central,
    mean,
    compared,
  );
  const update = () => {
    setText(central, `${percent(session.central.target)} central`);
    setText(compared, isAsMade(session) ? whoseNumbers(session.startedFrom) : brief(session, contents));
  };
  const showMean = (p) => setText(mean, p === null ? "mean: working" : `${percent(p)} mean`);
  return { element, update, showMean };
}

function brief(session, contents) {
  const before = estimateIn(contents, session.startedFrom)?.central ?? null;
  const after = session.central.target;
  return before === null || after === null ? "" : moveWords(before, after);
}
