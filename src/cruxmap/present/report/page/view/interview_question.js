// One question of an interview: its words, the fields for an answer, and what else may be said to it. No
// number of anybody is shown with it: who has read one answers near it.

import { parseJudgement, parseShare, sliderText } from "../language/notation.js";
import { ProblemError } from "../language/problems.js";
import { h, put, said } from "./dom.js";
import { newId, numberField } from "./draft_fields.js";
import { entryAddress } from "./entry_words.js";
import { problemWords } from "./problem.js";
import { judgementSlider } from "./slider.js";
import { listed } from "./words.js";

/** Where a slider stands before anything is said. */
const UNSAID = { p: 0, r: 0, s: Math.log(3) };

/** How many arguments are told at once. */
const TOLD_AT_ONCE = 3;

const READ_MORE = "Read more about it in the argument";

/** The least part of the odds that is said as a number. */
const LEAST_SAID = 0.01;

/**
 * The form of a question. `answer(texts)` takes the answer, and throws ProblemError; `skip` and `back` are
 * done by their buttons, the latter null where there is nothing to go back to. `reject(id)` rejects an
 * argument: the one that is asked about, if `isArgument`, or one that is listed; what is in the fields
 * goes with it.
 * @param {object} session
 * @param {{question: object, words: object, move: number | null, isArgument: boolean,
 *   before: string[] | null}} asked `before` is an answer that was given
 * @param {{answer: (texts: string[]) => void, skip: () => void, back: (() => void) | null,
 *   reject: (id: string, texts: string[]) => void}} ways
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function questionView(session, { question, words, move, isArgument, before }, ways) {
  const { answer, skip, back } = ways;
  const wrong = h("p", { class: "problem", role: "alert", tabindex: "-1" });
  const fields = fieldsOf(session, question, words, before);
  const title = newId("question");
  const heading = h("h3", { id: title, tabindex: "-1", class: "asked" }, said(words.ask));
  const texts = () => fields.map((field) => field.value().trim());
  const reject = (id) => ways.reject(id, texts());
  const button = (text, act) => act && h("button", { type: "button", onclick: act }, text);
  const element = h(
    "form",
    {
      class: "interview-question",
      "aria-labelledby": title,
      "data-draft": true,
      novalidate: true,
      onsubmit: submit,
    },
    granted(words),
    heading,
    words.background.map((line) => h("p", { class: "note" }, said(line))),
    speaking("What speaks for it", argumentsIn(words, "speaks_for"), reject),
    speaking("What speaks against it", argumentsIn(words, "speaks_against"), reject),
    fields.map((field) => field.element),
    wrong,
    h(
      "p",
      { class: "row" },
      h("button", { type: "submit", class: "main" }, "Answer"),
      button("I don't know", skip),
      isArgument && button("I reject this argument", () => reject(question.entry)),
      button("Back", back),
    ),
    move === null ? null : whyView(words, move),
    h("p", { class: "small" }, h("a", { href: entryAddress(question.entry) }, READ_MORE)),
  );

  function submit(event) {
    event.preventDefault();
    put(wrong);
    for (const field of fields) field.show(null);
    const empty = fields.find((field) => field.value().trim() === "");
    if (empty) {
      empty.show(new ProblemError("missing-key", "give a number, or say that you don't know"));
      empty.focus();
      return;
    }
    try {
      answer(texts());
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (fields.length === 1) {
        fields[0].show(error);
        fields[0].focus();
      } else {
        put(wrong, problemWords(error));
        wrong.focus();
      }
    }
  }

  return { element, focus: () => heading.focus() };
}

/** What is to be granted before the question is asked. */
function granted({ given, assuming }) {
  if (given.length + assuming.length === 0) return null;
  const list = (lines) => h("ul", null, lines.map((line) => h("li", null, said(line))));
  return h(
    "div",
    { class: "granted small" },
    assuming.length > 0 && [h("p", null, "What is assumed:"), list(assuming)],
    given.length > 0 && [h("p", null, "Suppose that"), list(given)],
  );
}

/** The arguments for what is asked, or against it: their ids, and a line each. */
function argumentsIn(words, side) {
  const first = side === "speaks_for" ? 0 : words.speaks_for.length;
  return words[side].map((line, k) => ({ line, id: words.arguments[first + k] }));
}

/** Arguments in a line each, with what rejects them; most of them folded where there are many. */
function speaking(title, lines, reject) {
  if (lines.length === 0) return null;
  const list = (some) => h("ul", null, some.map((one) => h("li", null, argumentLine(one, reject))));
  const more = lines.slice(TOLD_AT_ONCE);
  return h(
    "div",
    { class: "speaking small" },
    h("p", { class: "speaking-title" }, title),
    list(lines.slice(0, TOLD_AT_ONCE)),
    more.length > 0 && h("details", null, h("summary", null, `${more.length} more`), list(more)),
  );
}

function argumentLine({ line, id }, reject) {
  const button = {
    type: "button",
    class: "plain reject-argument",
    "aria-label": `Reject this argument: ${line}`,
    onclick: () => reject(id),
  };
  return [said(line), " ", h("button", button, "Reject")];
}

function whyView(words, move) {
  return h(
    "details",
    { class: "small" },
    h("summary", null, "Why is this asked?"),
    h("p", null, whySentence(words, move)),
  );
}

/** Why a question is asked: how far its answer is expected to move the target, and by what way. */
function whySentence({ way }, move) {
  const more = Math.expm1(move);
  const share = `${Math.round(100 * Math.max(more, LEAST_SAID))}%`;
  const by = more >= LEAST_SAID ? `about ${share}` : `less than ${share}`;
  const through = way.length > 0 ? ` It bears on the estimate by way of ${listed(way)}.` : "";
  return `Your answer is expected to move the odds of the estimate by ${by}, up or down.${through}`;
}

// --- fields --------------------------------------------------------------------------------------

function fieldsOf(session, question, words, before) {
  const { lexicon } = session.model;
  if (words.states.length > 0) {
    return words.states.map((state, k) => shareField(state, { lexicon, words, value: before?.[k] ?? "" }));
  }
  const scale = session.interview.scaleOf(question);
  return [answerField({ scale, lexicon, words, value: before?.[0] ?? "" })];
}

function hintOf({ scale, examples }) {
  return `${scale}; as ${examples.join(", ")}.`.replace(/^./u, (letter) => letter.toUpperCase());
}

/** A number as a text, and a slider that writes one. */
function answerField({ scale, lexicon, words, value }) {
  const field = numberField({
    label: "Your answer",
    value,
    scale,
    lexicon,
    hint: hintOf(words),
    role: scale === "s" ? "strength" : scale === "r" ? "pace" : "credence",
    onInput: follow,
  });
  const slider = judgementSlider({
    scale,
    name: "Your answer",
    value: { mu: UNSAID[scale], sd: 0 },
    onMove: ({ mu, sd }) => {
      field.set(sliderText(scale, mu, sd));
      place.classList.remove("unsaid");
      field.show(null);
      slider.show({ mu, sd });
    },
    onEnd() {},
  });
  const place = h("div", { class: "slider-place" }, slider.element);
  field.element.append(place);
  follow();

  /** The slider shows what is typed; its thumb is hollow where nothing is, as it has to be somewhere. */
  function follow() {
    place.classList.toggle("unsaid", field.value().trim() === "");
    const read = readOf(field.value(), scale, lexicon);
    if (read !== null) slider.show(read);
  }

  return field;
}

function readOf(text, scale, lexicon) {
  try {
    const { mu, sd, sameAs, certain } = parseJudgement(text, scale, lexicon);
    return sameAs === null && certain === null ? { mu, sd } : null;
  } catch {
    return null;
  }
}

/** The share of one state of a row. */
function shareField(state, { lexicon, words, value }) {
  const hint = "A share of 100%, or `rest`: what the others leave.".replaceAll("`", "");
  const field = numberField({ label: state, value, scale: "p", lexicon, hint, role: "share" });
  field.element.classList.add("share-field");
  const show = (problem) => field.show(problem);
  return { ...field, show, read: () => parseShare(field.value().trim(), lexicon), words };
}
