// An answer that earlier ones contradict: what was said, what they imply, and which of them gives way.

import { h, said } from "./dom.js";
import { newId } from "./draft_fields.js";

/**
 * @param {object} session
 * @param {{question: object, words: object, texts: string[], clash: {implied: string, part: number,
 *   earlier: object[]}}} found
 * @param {{keep: () => void, change: () => void, again: (reply: object) => void}} ways `keep` the answer,
 * `change`
 *   it, or give an earlier one again
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function clashView(session, { words, texts, clash }, { keep, change, again }) {
  const title = newId("clash");
  const heading = h("h3", { id: title, tabindex: "-1" }, "Which one gives way?");
  const state = words.states.length > 0 ? ` for ${words.states[clash.part]}` : "";
  const element = h(
    "div",
    { class: "interview-clash", role: "group", "aria-labelledby": title },
    heading,
    h("p", null, said(words.ask)),
    h(
      "p",
      null,
      `You say ${texts[clash.part]}${state}. By your earlier answers it would be about `,
      h("strong", { class: "number" }, clash.implied),
      ".",
    ),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", class: "main", onclick: keep }, "Both stand as I gave them"),
      h("button", { type: "button", onclick: change }, "Change this answer"),
    ),
    h("p", null, "Or change an earlier one, which says most against it:"),
    h("ul", { class: "bare" }, clash.earlier.map((reply) => h("li", null, replyLine(session, reply, again)))),
  );
  return { element, focus: () => heading.focus() };
}

/** What was replied to a question, what others imply if that is known, and a button to reply again. */
export function replyLine(session, reply, again) {
  const words = session.interview.wordsOf(reply.question);
  const isRejected = reply.texts === null;
  const given = isRejected ? "rejected it" : sharesText(words.states, reply.texts);
  const strong = h("strong", { class: "reply-text" }, said(given));
  const others = reply.implied && sharesText(words.states, reply.implied);
  const implied = others ? `; your other answers imply ${others}.` : ".";
  return [
    h("span", null, said(words.ask), isRejected ? " You " : " You said ", strong, implied),
    " ",
    h("button", {
      type: "button",
      class: "small-button",
      "aria-label": `Answer again: ${words.ask}`,
      onclick: () => again(reply),
    }, "Answer again"),
  ];
}

/** An answer on one line. */
export function sharesText(states, texts) {
  return states.length > 0 ? states.map((state, k) => `${state} ${texts[k]}`).join(", ") : texts[0];
}
