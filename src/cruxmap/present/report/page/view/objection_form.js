// The form in which the reader writes an argument, a further cause, or a claim, suited to the entry that
// it is about. What is wrong stands at its field.

import { telling } from "../language/phrases.js";
import { ProblemError } from "../language/problems.js";
import { isBlind } from "./blind.js";
import { h, put, said, setText } from "./dom.js";
import { draftOf, emptyDraft, entryOf, isArgument, KINDS, ownForm, problemsOf, waysAt } from "./draft.js";
import { newId, numberField, oneOf, sentenceField, someOf } from "./draft_fields.js";
import { linked } from "./linked.js";
import { meanNow } from "./last_mean.js";
import { premisesField } from "./premises.js";
import { asSentence, problemWords } from "./problem.js";
import { percent } from "./words.js";

/**
 * The form. `about` is the entry that something is added to, `name` what is changed, or null for something
 * new. `done` is called with its name once it is brought, the draft, and where the target stood before;
 * `close` where the reader goes back without that.
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function objectionForm(session, contents, { about, name = null, done, close }) {
  const before = name === null ? null : ownForm(session, name);
  const entry = contents.entries[about];
  const ways = waysAt(about, entry);
  let draft = before === null ? emptyDraft(about, entry) : draftOf(name, before);
  let fields = {};
  let timer = 0;
  const place = h("div");
  const wrong = h("p", { class: "problem", role: "alert", tabindex: "-1" });
  const seen = h("p", { class: "tiny quiet told form-preview", role: "status" });
  const title = newId("form");
  const element = h(
    "form",
    {
      class: "objection",
      "aria-labelledby": title,
      "data-draft": true, // what is written here would be lost with the page
      novalidate: true,
      onsubmit: submit,
      onkeydown: key,
    },
    h("h5", { id: title }, name === null ? "Add to it" : `Change your ${KINDS[draft.kind].name}`),
    ways.why !== "" && name === null ? whyNot(entry, ways, contents) : null,
    place,
    wrong,
    h(
      "p",
      { class: "row" },
      h("button", { type: "submit", class: "main" }, name === null ? "Add it" : "Change it"),
      h("button", { type: "button", onclick: close }, "Cancel"),
    ),
    seen,
  );
  build();

  /** Make the fields for the present kind, with what was written so far. */
  function build() {
    fields = fieldsOf();
    put(
      place,
      name === null && ways.kinds.length > 1 ? kindField().element : null,
      Object.values(fields).map((field) => field.element),
    );
  }

  function kindField() {
    return oneOf({
      legend: "What do you add?",
      options: ways.kinds.map((value) => ({ value, words: KINDS[value].choice })),
      value: draft.kind,
      onChange(kind) {
        draft = { ...written(), kind };
        build();
        place.querySelector?.("input:checked")?.focus();
        look();
      },
    });
  }

  function fieldsOf() {
    const { kind } = draft;
    const { lexicon } = session.model;
    const number = (part, scale, label, hint) =>
      numberField({ label, value: draft[part], scale, lexicon, hint, role: part, onInput: look });
    const made = {};
    const isAbout = isArgument(kind) && kind !== "undercuts" && draft.target === null;
    if (isAbout) Object.assign(made, placeFields());
    made.text = sentenceField({ label: SENTENCES[kind], value: draft.text, onInput: cleared("text") });
    if (kind === "claim") {
      made.credence = number("credence", "p", "How likely it is", "As 60%, 40% to 80% or in words.");
      return made;
    }
    if (kind === "route") {
      made.premises = premisesOf("When can it happen?", "Only when all of these hold.");
      const words = "Chance that it then brings it about";
      made.chance = number("chance", "p", words, "As 5%, 1% to 5% or in words.");
      return made;
    }
    made[WEIGHTS[kind].part] = number(WEIGHTS[kind].part, ...WEIGHTS[kind].words);
    made.premises = premisesOf("What does it rest on?", "It counts only when all of these hold.");
    const words = "How likely the reasoning holds, once its premises do";
    made.credence = number("credence", "p", words, "Left empty: 100%.");
    return made;
  }

  function placeFields() {
    if (ways.states.length > 0) {
      const options = ways.states.map(({ id, text }) => ({ value: id, words: text || id }));
      const legend = draft.kind === "for" ? "For which states" : "Against which states";
      return { states: someOf({ legend, options, values: draft.states, onChange: look }) };
    }
    if (ways.placeWords === "" || ways.places.length === 0) return {};
    const options = ways.places;
    return { place: oneOf({ legend: ways.placeWords, options, value: draft.place, onChange: look }) };
  }

  function premisesOf(legend, hint) {
    const how = { legend, hint, premises: draft.premises, onInput: look };
    return premisesField(session, contents, how);
  }

  function cleared(part) {
    return () => {
      fields[part].show(null);
      look();
    };
  }

  /** The draft with what stands in the fields now. */
  function written() {
    const values = Object.entries(fields).map(([part, field]) => [part, field.value()]);
    const now = { ...draft, ...Object.fromEntries(values) };
    return now.states.length > 0 ? { ...now, place: about } : now;
  }

  /** Say what it would do, once nothing is typed for a while. */
  function look() {
    clearTimeout(timer);
    setText(seen, "");
    timer = setTimeout(() => setText(seen, previewSentence()), PREVIEW_AFTER);
  }

  function previewSentence() {
    if (session.preview === undefined || isBlind() || element.isConnected === false) return "";
    const now = written();
    if (problemsOf(now, session.model.lexicon, asked()).size > 0) return "";
    try {
      const { target, beyond } = session.preview(...entryOf(now, before?.form));
      if (beyond !== "") return asSentence(beyond);
      if (target === null) return "What is given would be impossible.";
      return wouldSentence(session.central.target, target);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return "";
    }
  }

  /** Which states there are to choose from: none where what it is about is not to be chosen. */
  function asked() {
    return { states: fields.states === undefined ? [] : ways.states };
  }

  function submit(event) {
    event.preventDefault();
    draft = written();
    const problems = problemsOf(draft, session.model.lexicon, asked());
    tell(problems);
    if (problems.size > 0) return;
    const standing = { central: session.central.target, mean: meanNow(session, contents) };
    let brought = null;
    try {
      brought = session.bring(...entryOf(draft, before?.form));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      refuse(error);
      return;
    }
    done(brought, draft, standing);
  }

  /** Show what is wrong at its fields, and go to the first of them. */
  function tell(problems) {
    put(wrong);
    for (const field of Object.values(fields)) (field.clear ?? field.show)?.(null);
    let first = null;
    for (const part of Object.keys(fields)) {
      for (const [at, problem] of problems) {
        const [field, number, inner] = at.split(".");
        if (field !== part) continue;
        const isInner = number !== undefined;
        if (isInner) fields[part].showAt(Number(number), inner, problem);
        else fields[part].show(problem);
        first ??= () => (isInner ? fields[part].focusAt(Number(number), inner) : fields[part].focus());
      }
    }
    first?.();
  }

  /** Say why the session does not take it: at the premises where these close a circle. */
  function refuse(error) {
    const words = problemWords(error);
    if (error.code === "cycle" && fields.premises !== undefined) {
      fields.premises.show(words);
      fields.premises.focus();
      return;
    }
    put(wrong, words);
    wrong.focus();
  }

  function key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }

  const focus = () => (place.querySelector?.("input, textarea, select") ?? null)?.focus();
  return { element, focus };
}

const PREVIEW_AFTER = 250;

function wouldSentence(before, after) {
  if (before === null) return `What is asked would be ${percent(after)}, central.`;
  const write = telling([[before, after]]);
  if (write(before) === write(after)) return `What is asked would stay at ${write(after)}, central.`;
  return `What is asked would go from ${write(before)} to ${write(after)}, central.`;
}

const SENTENCES = {
  for: "The argument, in a sentence",
  against: "The argument, in a sentence",
  undercuts: "Why the reasoning fails, in a sentence",
  route: "How it comes about, in a sentence",
  claim: "The claim, in a sentence that is true or false",
};

const TIMES = "the odds, where it holds; as 3x, 1.5x to 3x or in words.";

const WEIGHTS = {
  for: { part: "strength", words: ["s", "How strong it is", `It multiplies ${TIMES}`] },
  against: { part: "strength", words: ["s", "How strong it is", `It divides ${TIMES}`] },
  undercuts: {
    part: "force",
    words: ["p", "How much of the argument it takes away", "Where it holds. Left empty: 100%."],
  },
};

/** Why an entry cannot be argued about by itself, and what can. */
function whyNot(entry, { why }, contents) {
  const parts = entry.basis_words.filter((line) => !/[.:]$/.test(line));
  return h(
    "div",
    { class: "small" },
    h("p", null, said(why)),
    h(
      "ul",
      null,
      parts.map((line) => h("li", null, linked(line, contents))),
    ),
  );
}
