// What came out of an interview: the estimate, what it hangs on, where the reader parts from whom, and
// answers that they may want to look at again. A blind page shows everybody's numbers when it is asked to.

import { expit } from "../engine/special.js";
import { formatRatio, Z_95 } from "../language/notation.js";
import { MAP } from "../language/worldviews.js";
import { whyUnknown } from "./beyond.js";
import { isBlind } from "./blind.js";
import { h, said } from "./dom.js";
import { entryAddress } from "./entry_words.js";
import { replyLine } from "./interview_clash.js";
import { percent } from "./words.js";

/** How many of what it hangs on, and of answers to look at again, are told. */
const [HANGS_ON, TO_LOOK_AT] = [3, 3];

const SHOW = "Show everybody's numbers";

/**
 * @param {object} session @param {object} contents
 * @param {{more: string, go: (() => void) | null, again: (reply: object) => void, show: () => void}} ways
 * `more` says
 *   how much is left, `go` asks on
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function outcomeView(session, contents, { more, go, again, show }) {
  const heading = h("h3", { tabindex: "-1", id: "interview-outcome" }, "What came out");
  const { interview } = session;
  const far = interview.toLookAtAgain(TO_LOOK_AT);
  const element = h(
    "div",
    { class: "interview-outcome", role: "group", "aria-labelledby": "interview-outcome" },
    heading,
    estimateWords(session, contents),
    hangingWords(session, contents),
    isBlind() ? null : partingWords(session),
    far.length > 0 && [
      h("p", null, "These answers fit your others least. That need not mean that they are wrong."),
      h("ul", { class: "bare" }, far.map((reply) => h("li", null, replyLine(session, reply, again)))),
    ],
    h("p", { class: "small quiet" }, fittedWords(session)),
    h(
      "p",
      { class: "row" },
      isBlind() && h("button", { type: "button", class: "main", onclick: show }, SHOW),
      go && h("button", { type: "button", onclick: go }, "Go on asking"),
      h("a", { href: "#changes" }, "Take your numbers away"),
      h("span", { class: "small quiet" }, more),
    ),
  );
  return { element, focus: () => heading.focus() };
}

function estimateWords(session, { target }) {
  const why = whyUnknown(session);
  if (why !== "") return h("p", { class: "problem" }, why);
  const half = Z_95 * session.interview.now.predictedSd;
  const [low, high] = [-half, half].map((end) => percent(expit(session.central.logOdds + end)));
  return h(
    "p",
    null,
    "By your answers, ",
    said(target),
    " has a probability of ",
    h("strong", { class: "number" }, percent(session.central.target)),
    ", central. ",
    low === high ? "" : `With every number your own it would be between ${low} and ${high}, `,
    low === high ? "" : "nine times out of ten.",
  );
}

function hangingWords(session, contents) {
  const rows = session.alone().slice(0, HANGS_ON);
  if (rows.length === 0) return null;
  const lines = rows.map(({ id }) => {
    const [owner, ...part] = Object.hasOwn(contents.entries, id) ? [id] : id.split(".");
    const words = contents.entries[owner].text || owner;
    const link = h("a", { href: entryAddress(owner) }, said(words));
    return h("li", null, link, part.length > 0 && ` (${part.join(".")})`);
  });
  return [h("p", null, "It hangs most on this:"), h("ul", null, lines)];
}

/** Who is nearest to the reader, and who is furthest away. */
function partingWords(session) {
  const gaps = session.worldviews
    .filter((id) => id !== MAP)
    .map((id) => ({ id, gap: session.gap(id) }))
    .filter(({ gap }) => Number.isFinite(gap))
    .sort((one, other) => Math.abs(one.gap) - Math.abs(other.gap));
  if (gaps.length < 2) return null;
  const [near, far] = [gaps[0], gaps.at(-1)];
  const times = formatRatio(Math.exp(Math.abs(far.gap)));
  const by = `, who is ${times} ${far.gap > 0 ? "lower" : "higher"} in odds than you.`;
  return h("p", null, "Nearest to you is ", said(near.id), ", and furthest away ", said(far.id), by);
}

function fittedWords(session) {
  const fitted = session.own.judgements.filter((judgement) => judgement.fitted).length;
  const { given } = session.interview;
  const replies = `You have replied to ${given === 1 ? "one question" : `${given} questions`}.`;
  if (fitted === 0) return `${replies} No other number has moved.`;
  const [others, verb] = fitted === 1 ? ["One other number has", "is"] : [`${fitted} others have`, "are"];
  const becomes = "each becomes yours where you set it yourself";
  return `${replies} ${others} moved, and ${verb} marked as fitted; ${becomes}.`;
}
