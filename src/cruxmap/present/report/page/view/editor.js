// What can be changed about an entry's numbers, and about an argument that it counts.

import { parseJudgement, parseShare, phrasesOf, sliderText } from "../language/notation.js";
import { ProblemError } from "../language/problems.js";
import { NOBODY } from "../language/worldviews.js";
import { isBlind } from "./blind.js";
import { isMyNumber } from "./brought.js";
import { h, put, said, setText } from "./dom.js";
import { framed } from "./frames.js";
import { isChanged, isRejected, numberAt } from "./numbers.js";
import { problemWords } from "./problem.js";
import { widened } from "./scale.js";
import { judgementSlider } from "./slider.js";
import { capitalised, moveWords } from "./words.js";

const EXAMPLES = {
  p: "5%, 1% to 5%, about 5%, unlikely",
  r: "2x, 0.5x to 3x",
  s: "3x, 2x to 10x, strong",
};

/** Where a slider stands before the reader has said anything. */
const UNSAID = { p: 0, r: 0, s: Math.log(3) };

let lastId = 0;

function newId(word) {
  lastId += 1;
  return `${word}-${lastId}`;
}

/**
 * The editor of one judgement: a text in the language's notation, and a slider that writes such a text.
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function judgementEditor(session, contents, address, words = null) {
  const name = words ?? contents.judgements[address]?.words ?? address;
  const ids = { field: newId("number"), problem: newId("problem"), phrases: newId("phrases") };
  const { lexicon } = session.model;
  const { scale, role } = numberAt(session, address);
  let continued = false;
  const set = framed((text) =>
    attempt(() => {
      session.set(address, text, { continued }); // a drag, or a text that is typed, is one step to undo
      continued = true;
    }),
  );
  const field = h("input", {
    id: ids.field,
    type: "text",
    placeholder: EXAMPLES[scale],
    class: "judgement-text",
    autocomplete: "off",
    spellcheck: "false",
    list: ids.phrases,
    autocapitalize: "off",
    "aria-describedby": ids.problem,
    oninput: typed,
    onkeydown: keyOfField,
    onblur: () => {
      ended();
      update();
    },
  });
  const problem = h("p", { id: ids.problem, class: "problem", "aria-live": "polite" });
  const whose = h("span", { class: "whose" });
  const back = h("button", { type: "button", class: "small-button", onclick: setBack }, "Set back");
  const width = h("button", { type: "button", class: "small-button", onclick: changeWidth });
  const sliderPlace = h("div", { class: "slider-place" });
  const effect = h("p", { class: "tiny quiet told judgement-effect" });
  let slider = null;
  let reading = "";

  const element = h(
    "div",
    { class: "judgement" },
    h("div", { class: "judgement-head" }, h("label", { for: ids.field }, capitalised(name)), whose),
    h("div", { class: "judgement-entry" }, field, width, back),
    problem,
    sliderPlace,
    effect,
    phrases(lexicon, scale, ids.phrases),
  );
  let wasBlind = isBlind();
  makeSlider();
  update();

  /** Whether the number is not to be seen yet: the reader judges first. */
  function isHidden() {
    const isSet = isChanged(session, address) && numberAt(session, address).fitted === "";
    return isBlind() && !isSet && !isMyNumber(session, address);
  }

  function shownNumber() {
    const value = numberAt(session, address);
    return isHidden() ? { ...value, text: "", mu: UNSAID[scale], sd: 0, certain: null } : value;
  }

  function makeSlider() {
    const value = shownNumber();
    if (!Number.isFinite(value.mu) || value.rest) {
      slider = null;
      put(sliderPlace);
      return;
    }
    slider = judgementSlider({
      scale,
      name,
      value,
      marks: marksOf(session, contents, address),
      onMove: move,
      onEnd: ended,
    });
    put(sliderPlace, slider.element);
  }

  function move({ mu, sd }) {
    set(sliderText(scale, mu, sd));
  }

  function ended() {
    set.flush();
    continued = false;
  }

  function typed() {
    attempt(() => {
      parse(field.value);
      set(field.value.trim());
    });
  }

  /** Do what somebody asked for, and tell what is wrong with it where it cannot be done. */
  function attempt(change) {
    tell(problemOf(change));
  }

  function parse(text) {
    return role === "share"
      ? parseShare(text.trim(), lexicon)
      : parseJudgement(text, scale, lexicon, role);
  }

  function tell(error) {
    field.setAttribute("aria-invalid", String(error !== null));
    put(problem, error && problemWords(error));
  }

  function keyOfField(event) {
    if (event.key === "Escape" && reading !== field.value) {
      event.stopPropagation();
      field.value = reading;
      tell(null);
    } else if (event.key === "Enter") {
      set.flush();
    }
  }

  function setBack() {
    attempt(() => session.set(address, null));
    makeSlider();
    update();
    field.focus();
  }

  function changeWidth() {
    const value = numberAt(session, address);
    const wanted = value.sd === 0 ? widened(value, scale) : { mu: value.mu, sd: 0 };
    attempt(() => session.set(address, sliderText(scale, wanted.mu, wanted.sd)));
    makeSlider();
    update();
  }

  /** Show the number as it is now; what is being typed stays. */
  function update() {
    const value = shownNumber();
    if (wasBlind !== isBlind()) {
      wasBlind = isBlind();
      makeSlider();
    }
    reading = value.text;
    if (document.activeElement !== field) {
      field.value = value.text;
      tell(null);
    }
    slider?.show(value);
    const changed = isChanged(session, address);
    const isOwn = changed || isMyNumber(session, address);
    setText(whose, isOwn ? yourWords(value) : isHidden() ? "" : whoseWords(value));
    whose.classList.toggle("mine", isOwn && !value.fitted);
    back.hidden = !changed || isMyNumber(session, address);
    width.hidden = value.certain !== null || slider === null || isHidden();
    setText(effect, slopeWords(scale, session.central.slopes.get(address), session.central.target));
    setText(width, value.sd === 0 ? "Give an interval" : "Make it a point");
  }

  return { element, update };
}

/** Where the number was at the start, and where those reviewers put it who say so themselves. */
function marksOf(session, contents, address) {
  if (isBlind() || isMyNumber(session, address)) {
    return [];
  }
  const { startedFrom } = session;
  const at = (worldview) => numberAt(session, address, session.shipped(worldview));
  const voices = Object.keys(contents.judgements[address]?.by ?? {}).map((worldview) => {
    const { mu, text } = at(worldview);
    return { u: mu, words: `${worldview}: ${text}`, kind: "voice" };
  });
  const start = { u: at(startedFrom).mu, words: `at the start: ${at(startedFrom).text}`, kind: "start" };
  return [...voices, start].filter(({ u }) => Number.isFinite(u));
}

function yourWords({ fitted }) {
  return fitted ? "fitted to your answers" : "yours";
}

function whoseWords({ origin, fitted }) {
  if (origin === NOBODY) return NOBODY;
  const owner = origin === "map" ? "the map's own" : `${origin}'s`;
  return fitted ? `${owner}, fitted` : owner;
}

/** The phrases that may stand in place of a number, for the field to offer. */
function phrases(lexicon, scale, id) {
  return h(
    "datalist",
    { id },
    phrasesOf(lexicon, scale).map(([phrase, text]) =>
      h("option", { value: phrase, label: `${phrase}: ${text}` }),
    ),
  );
}

const HARDLY = 0.01;

/** What moving a number does to the target now, in words; `slope` is that of log-odds. */
export function slopeWords(scale, slope, target) {
  if (slope === undefined || slope === null || !(target > 0 && target < 1)) {
    return "";
  }
  if (Math.abs(slope) * Math.LN2 < HARDLY) {
    return "Moving it a little hardly moves what is asked.";
  }
  const odds = (target / (1 - target)) * 2 ** slope;
  const moved = moveWords(target, odds / (1 + odds));
  return `${scale === "p" ? "If its odds double" : "If it doubles"}, what is asked is ${moved}.`;
}

/** The switch that rejects an argument. */
export function rejectSwitch(session, id) {
  return countingSwitch(session, id, "Reject it: the argument has no force at all", true);
}

/** The switch that takes over what another worldview brings: an argument, or a route. */
export function acceptSwitch(session, name, words) {
  return countingSwitch(session, name, words, false);
}

function countingSwitch(session, name, words, rejects) {
  const box = h("input", { type: "checkbox", onchange: choose });
  const problem = h("p", { class: "problem", role: "status" });
  const label = h("label", { class: "switch" }, box, h("span", null, said(words)));

  function choose() {
    const wrong = problemOf(() => session.reject(name, rejects === box.checked));
    update();
    put(problem, wrong && problemWords(wrong));
  }

  function update() {
    box.checked = isRejected(session, name) === rejects;
  }

  update();
  return { element: h("div", null, label, problem), update };
}

/** What is wrong with something that somebody asked for; null where it was done. */
function problemOf(change) {
  try {
    change();
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error;
    }
    return error;
  }
}
