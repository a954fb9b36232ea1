/**
 * Blind reading: nobody's numbers are shown until the reader has given theirs or asked to see them. Nor
 * are they while a question of the interview is open: whoever has read a number answers near it.
 *
 * What is anybody's number has the class `told`, and is not shown while numbers are hidden; what has the
 * class `untold` is shown only then (page.css).
 */

import { changeCount } from "./changed.js";
import { h, setText } from "./dom.js";
import { nearScreen } from "./quiet.js";

const ABOUT =
  "Nobody's numbers are shown yet, so that yours are your own. Read the argument below, open what you " +
  "have a view on, and give it your number. What you leave out keeps one that is not shown.";

const FILE =
  "The file does hold everybody's numbers. They are not shown, but somebody who searches in the file " +
  "itself would find them.";

/** For what numbers are hidden: the page is read blind, a question is open. */
const hiddenFor = { reading: false, question: false };

/** Says whether numbers are hidden now. */
export function isBlind() {
  return document.documentElement.dataset.blind === "yes";
}

/** Says whether the page is read blind, whether or not a question is open. */
export function isReadBlind() {
  return hiddenFor.reading;
}

/** Hides or shows everybody's numbers. */
export function setBlind(on) {
  hide({ reading: on });
  if (!on) delete document.documentElement.dataset.waits;
}

/** Hides everybody's numbers while a question is open; shows them again, unless the page is read blind. */
export function hideForQuestion(on) {
  hide({ question: on });
}

function hide(what) {
  Object.assign(hiddenFor, what);
  document.documentElement.dataset.blind = Object.values(hiddenFor).some(Boolean) ? "yes" : "no";
}

/** Returns the line that stands in place of what is hidden. */
export function untold() {
  const back = h("a", { class: "while-asked", href: "#interview" }, "To the open question");
  return h("p", { class: "untold note" }, "Hidden while you judge first. ", back);
}

/**
 * Returns what tells the reader that the page is blind, and how to see everybody's numbers: `element` for
 * the head of the page, and `bar`, which stays on the screen while the reader judges further down. `show` shows
 * them.
 */
export function blindView(session) {
  const count = h("p", null);
  const barCount = h("span", null);
  const show = () => {
    setBlind(false);
    element.hidden = true;
    document.getElementById("answer").focus();
  };
  const mine = () =>
    h("button", { type: "button", class: "main", onclick: show }, "I have given mine: show everybody's");
  const [first, second] = [mine(), mine()];
  const anyway = h("button", { type: "button", class: "plain", onclick: show }, "Show them without mine");
  const element = h(
    "aside",
    { class: "blind card", "aria-label": "This page is blind" },
    h("h3", null, "Judge first"),
    h("p", null, ABOUT),
    count,
    h("p", { class: "row" }, first, anyway),
    h("p", { class: "tiny quiet" }, FILE),
  );
  const bar = h(
    "aside",
    { class: "standing-bar screen untold", "aria-label": "Your numbers" },
    barCount,
    second,
  );
  const update = () => {
    const given = changeCount(session);
    for (const button of [first, second]) button.disabled = given === 0;
    for (const place of [count, barCount]) setText(place, countText(given));
  };
  session.on("central", update);
  update();
  const hideBar = (near) => (bar.hidden = near);
  nearScreen(element, hideBar, "0px");
  return { element, bar, show };
}

function countText(given) {
  if (given === 0) return "You have given no number yet.";
  return given === 1 ? "You have given one number." : `You have given ${given} numbers.`;
}
