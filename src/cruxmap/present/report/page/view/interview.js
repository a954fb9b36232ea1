// The interview: an offer at the head of the page, one question at a time, and what came out in the end.
// While a question is open, the page shows nobody's numbers, unless the reader wants to see them.

import { MOST } from "../answers/interview/progress.js";
import { MAP } from "../language/worldviews.js";
import { hideForQuestion, isReadBlind } from "./blind.js";
import { changeCount } from "./changed.js";
import { h, put, said, section } from "./dom.js";
import { clashView, sharesText } from "./interview_clash.js";
import { outcomeView } from "./interview_outcome.js";
import { questionView } from "./interview_question.js";

const TITLE = "Make it yours: ten questions";

const ABOUT =
  "Up to ten questions, one at a time: always the one that matters most, given your answers so far. They " +
  "become your own numbers. Other numbers that they bear on move with them, and are marked as " +
  "fitted. What comes of it is shown once you have answered.";

/** After how many replies the outcome is shown, and again after as many. */
const AT_A_TIME = 10;

/** Milliseconds after which it is said that a question is being looked for. */
const WAIT = 150;

/**
 * The section with the interview. `say` tells screen readers; `show` lets a blind page show everybody's
 * numbers. `ask(id)` begins about an entry and what it rests on.
 * @returns {{element: HTMLElement, ask: (id: string) => void}}
 */
export function interviewView(session, contents, { say, show }) {
  const { interview } = session;
  const place = h("div", { class: "interview-place" });
  const element = section("interview", TITLE, place);
  element.classList.add("screen", "interview");
  let isOpen = false;
  let until = AT_A_TIME;
  let asking = 0;
  let shownAt = -1;
  let about = null;
  let showsNumbers = false;
  session.on("central", () => {
    if (shownAt === session.version) return;
    if (isOpen) ask(false);
    else showOffer();
  });
  showOffer();

  function setOpen(on) {
    isOpen = on;
    document.documentElement.dataset.interview = on ? "yes" : "no";
    hideForQuestion(on && !showsNumbers);
  }

  /** Ask about an entry and what it rests on alone, or with null about everything. */
  function askAbout(id) {
    about = id;
    interview.askAbout(id);
    start();
  }

  function showOffer() {
    setOpen(false);
    shownAt = session.version;
    const { given } = interview;
    put(
      place,
      h("p", null, ABOUT),
      startNote(session),
      h(
        "p",
        { class: "row" },
        h("button", { type: "button", class: "main", onclick: start }, given > 0 ? "Go on" : "Begin"),
        given > 0 && h("span", { class: "small quiet" }, repliesWords(given)),
      ),
    );
  }

  function start() {
    change(() => interview.begin());
    until = Math.max(AT_A_TIME, interview.given + AT_A_TIME - (interview.given % AT_A_TIME));
    setOpen(true);
    ask(true);
  }

  /** Change the session; what is shown then is shown by whoever changes it. */
  function change(work) {
    shownAt = session.version + 1;
    work();
    shownAt = session.version;
  }

  /** Ask the next question, once it is found. */
  async function ask(takesFocus) {
    const number = ++asking;
    const { version } = session;
    shownAt = version;
    const words = h("p", { class: "quiet", role: "status" }, "Looking for the next question …");
    const wait = setTimeout(() => put(place, words), WAIT);
    let found = null;
    try {
      found = await interview.next();
    } finally {
      clearTimeout(wait);
    }
    if (number !== asking || version !== session.version || !isOpen) return;
    if (found === null || interview.given >= until) showOutcome(found, takesFocus);
    else showQuestion(found, { takesFocus });
  }

  function showQuestion(found, { takesFocus = true, before = null } = {}) {
    const { question } = found;
    const words = interview.wordsOf(question);
    const isArgument = session.model.entries.find(({ id }) => id === question.entry)?.type === "argument";
    const view = questionView(session, { ...found, words, isArgument, before }, {
      answer: (texts) => answer(found, texts),
      skip: () => reply(() => interview.skip(question)),
      reject: (id, texts) => reject(found, id, texts),
      back: interview.canGoBack ? back : null,
    });
    const head = h(
      "p",
      { class: "row small quiet" },
      h("span", null, questionWords(interview.given + 1, found.more)),
      h("button", { type: "button", class: "plain", onclick: pause }, "Stop for now"),
    );
    put(place, lastWords(), aboutWords(), head, view.element, numbersSwitch(question, words));
    if (takesFocus) view.focus();
  }

  /** What is asked about where it is not everything, and the way back to that. */
  function aboutWords() {
    if (about === null) return null;
    const button = { type: "button", class: "plain", onclick: () => askAbout(null) };
    return h(
      "p",
      { class: "small about-part" },
      "About this, and what it rests on: ",
      said(contents.entries[about]?.text || about),
      " ",
      h("button", button, "Ask about everything"),
    );
  }

  /** Whether everybody's numbers are shown while a question is open, and the map's own for this one. */
  function numbersSwitch(question, words) {
    if (isReadBlind()) return null;
    const map = h("span", { class: "maps-number" });
    const update = () => put(map, showsNumbers ? mapWords(question, words) : null);
    const box = h("input", { type: "checkbox", checked: showsNumbers, onchange: choose });
    function choose() {
      showsNumbers = box.checked;
      hideForQuestion(!showsNumbers);
      update();
    }
    update();
    const label = h("label", { class: "switch" }, box, h("span", null, "Show numbers while I answer"));
    return h("div", { class: "row small quiet" }, label, map);
  }

  function mapWords(question, { states }) {
    const { nobodys = [] } = session.model.judgements;
    const isNobodys = question.places.length > 0 && question.places.every((at) => nobodys.includes(at));
    const whose = isNobodys ? ", which nobody gave" : "";
    return `The map has ${sharesText(states, interview.mapped(question))}${whose}.`;
  }

  /** Reject the argument that is asked about; or one that is listed, and put the question again. */
  function reject(found, id, texts) {
    const { question } = found;
    if (id === question.entry) {
      reply(() => interview.reject(question));
      return;
    }
    change(() => interview.reject(interview.questionOf("judgement", id)));
    showQuestion(found, { before: texts });
  }

  /** Take an answer, unless earlier ones say something else: then it is asked which one gives way. */
  function answer(found, texts) {
    const clash = interview.clash(found.question, texts);
    if (clash === null) {
      reply(() => interview.answer(found.question, texts));
      return;
    }
    const view = clashView(session, { ...found, texts, clash, words: interview.wordsOf(found.question) }, {
      keep: () => reply(() => interview.answer(found.question, texts)),
      change: () => showQuestion(found, { before: texts }),
      again: (earlier) => showAgain(earlier),
    });
    put(place, view.element);
    view.focus();
  }

  function reply(give) {
    change(give);
    ask(true);
  }

  function back() {
    change(() => interview.back());
    ask(true);
  }

  function pause() {
    if (interview.given > 0) showOutcome({}, true);
    else showOffer();
  }

  /** Ask again what was answered. */
  function showAgain({ question, texts }) {
    setOpen(true);
    showQuestion({ question, move: null, more: null }, { before: texts });
  }

  /** What the last answer was, and what the map has there. */
  function lastWords() {
    const { last } = interview;
    if (last === null) return null;
    const { question, what, texts } = last;
    const words = interview.wordsOf(question);
    const yours = what === "answered" ? `You said ${sharesText(words.states, texts)}.` : REPLIED[what];
    return h(
      "p",
      { class: "small quiet last-answer" },
      said(words.ask),
      ` ${yours}`,
      isReadBlind() ? null : ` ${mapWords(question, words)}`,
    );
  }

  function showOutcome(next, takesFocus) {
    setOpen(false);
    shownAt = session.version;
    const view = outcomeView(session, contents, {
      more: next === null ? "No further question would move it much." : moreWords(next.more),
      go: next === null ? null : () => {
        until = interview.given + AT_A_TIME;
        setOpen(true);
        ask(true);
      },
      again: showAgain,
      show,
    });
    put(place, aboutWords(), view.element);
    if (takesFocus) view.focus();
    say("That is what came out.");
  }

  return { element, ask: askAbout };
}

const REPLIED = { skipped: "You left it open.", rejected: "You rejected the argument." };

function repliesWords(given) {
  return given === 1 ? "You have replied to one question." : `You have replied to ${given} questions.`;
}

/** Says from where an interview starts, where that is not where the reader stands. */
function startNote(session) {
  if (session.startedFrom === MAP) return null;
  const kept = changeCount(session) > 0 ? "; what you have changed stays" : "";
  return h("p", { class: "small quiet" }, `It starts from the map's own numbers${kept}.`);
}

/** The number of a question, and how many would matter after it. */
function questionWords(number, more) {
  if (more === null || more === undefined) return "Asked again";
  if (more > 1) return `Question ${number}; after it ${moreWords(more - 1)}`;
  return `Question ${number}, the last that would matter`;
}

/** How many more questions would matter. */
function moreWords(more) {
  if (more === null || more === undefined) return "";
  if (more >= MOST - 1) return `more than ${MOST - 1} more would matter`;
  return more === 1 ? "one more would matter" : `about ${more} more would matter`;
}
