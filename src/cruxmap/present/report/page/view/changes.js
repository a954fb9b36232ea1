// What I changed: a list, each with its effect; undo and redo; back to the start; taking it away.

import { expit } from "../engine/special.js";
import { shownState, under } from "../language/names.js";
import { formatRatio } from "../language/notation.js";
import { ProblemError } from "../language/problems.js";
import { telling } from "../language/phrases.js";
import { numbersOf } from "../language/worldviews.js";
import { checkWorldviewId } from "../language/yaml.js";
import { h, link, put, said, setText } from "./dom.js";
import { entryAddress } from "./entry_words.js";
import { wordsOf } from "./given.js";
import { sharesText } from "./interview_clash.js";
import { numberAt, ownerOf } from "./numbers.js";
import { openingView } from "./opening.js";
import { problemWords } from "./problem.js";
import { capitalised, moveWords, percent } from "./words.js";

/** @returns {{element: HTMLElement, update: () => void}} */
export function changesView(session, contents) {
  const undo = button("Undo", () => session.undo());
  const redo = button("Redo", () => session.redo());
  const reset = button("Back to the start", () => session.reset());
  const words = h("p", { class: "changes-words" });
  const list = h("ol", { class: "changes-list" });
  const taking = takingAway(session);
  const unfolded = { fitted: false };
  const element = h(
    "div",
    { class: "changes" },
    words,
    list,
    h("div", { class: "row screen" }, undo, redo, reset),
    taking.element,
    openingView(session).element,
  );
  document.addEventListener("keydown", key);

  /** A button that hands the focus on where it has nothing more to do, so that Tab goes on from here. */
  function button(words, act) {
    const element = h("button", { type: "button", onclick: press }, words);
    function press() {
      act();
      update();
      if (element.disabled) [undo, redo].find((other) => !other.disabled)?.focus();
    }
    return element;
  }

  function key(event) {
    const typing =
      event.target.closest?.("input, textarea, select") !== null && event.target.type !== "checkbox";
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      if (event.shiftKey) {
        session.redo();
      } else {
        session.undo();
      }
    }
  }

  function update() {
    const { changes } = session;
    undo.disabled = !session.canUndo;
    redo.disabled = !session.canRedo;
    reset.disabled = changes.length === 0;
    setText(words, wordsOfAll(changes, session));
    put(
      list,
      changes.map((change) => changeLine(session, contents, change, unfolded)),
    );
    list.hidden = changes.length === 0;
    list.classList.remove("stale");
    taking.update();
  }

  let timer = 0;
  session.on("central", () => {
    list.classList.add("stale");
    clearTimeout(timer);
    timer = setTimeout(update, QUIET); // not while a number is dragged
  });
  session.on("changes", update);
  update();
  return { element, update };
}

/** Milliseconds without a change after which the list is written anew. */
const QUIET = 120;

function wordsOfAll(changes, session) {
  const start =
    session.startedFrom === "map" ? "the map's own numbers" : `${session.startedFrom}'s numbers`;
  if (changes.length === 0) {
    return `Nothing is changed: these are ${start}. Open an entry to change its numbers.`;
  }
  return `${changes.length === 1 ? "One change" : `${changes.length} changes`} to ${start}.`;
}

/** The line of a change; what is `unfolded` in it stays so when the list is written anew. */
function changeLine(session, contents, change, unfolded) {
  const { address } = change;
  const ids = { stated: () => "", set: () => ownerOf(session.model, address) };
  const id = ids[change.kind]?.() ?? String(address).split(".")[0];
  const entry = under(contents.entries, id);
  const name = entry ? h("a", { href: entryAddress(id) }, said(address)) : null;
  return h(
    "li",
    { class: change.under ? "change-under" : null },
    h("span", { class: "change-what" }, name, " ", whatWords(session, contents, change)),
    change.kind === "fitted" && fittedList(session, contents, unfolded),
    h("span", { class: "change-effect small quiet told" }, effectWords(session, change)),
    h(
      "button",
      {
        type: "button",
        class: "small-button screen",
        "aria-label": `Take back: ${takenBackWords(change)}`,
        onclick: (event) => takeBack(session, change, event.currentTarget),
      },
      "Take back",
    ),
  );
}

function takenBackWords({ kind, address, text, before }) {
  if (kind === "given") return text ?? before;
  if (kind === "fitted") return "all that is fitted";
  return kind === "remark" ? `your words on ${address}` : address;
}

/** Take a change back; where others rest on it, say so in its place. */
function takeBack(session, change, button) {
  try {
    session.takeBack(change);
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error;
    }
    button.replaceWith(h("span", { class: "problem", role: "alert" }, problemWords(error)));
  }
}

function whatWords({ model }, contents, { kind, address, text, before }) {
  if (kind === "reject") {
    return `is ${text}`;
  }
  if (kind === "given") {
    const how = address === "assuming" ? "assumed" : "observed";
    const taken = text === null ? `No longer ${how}: ` : `${capitalised(how)}: `;
    return [taken, said(wordsOf(text ?? before, model))];
  }
  if (kind === "bring") {
    return ["is yours: ", said(text ?? "")];
  }
  if (kind === "remark") {
    return ["in your words: ", said(text ?? "")];
  }
  if (kind === "stated") {
    return [said(wordsOf(address, model)), ", all things considered: ", h("strong", null, said(text))];
  }
  if (kind === "fitted") {
    const [count, own] = text === "1" ? ["One number is", "it is"] : [`${text} numbers are`, "they are"];
    return `${count} fitted to your answers: ${own} not your own.`;
  }
  const words = under(contents.judgements, address)?.words;
  return [
    words ? [said(words), ": "] : "",
    h("strong", null, said(text)),
    h("span", { class: "told" }, ", before ", said(before)),
  ];
}

/** How many of the numbers that are fitted are told at once: those that have moved furthest. */
const FITTED_AT_ONCE = 12;

/** The numbers that are fitted, folded: they tell of the map's own. */
function fittedList(session, contents, unfolded) {
  const fitted = session.own.judgements.filter((judgement) => judgement.fitted);
  const moved = new Map(fitted.map(({ at }) => [at, movedBy(session, at)]));
  const all = [...moved.keys()].sort((one, other) => moved.get(other) - moved.get(one));
  const list = (some) => h("ul", { class: "bare" }, some.map((at) => fittedLine(session, contents, at)));
  const more = all.slice(FITTED_AT_ONCE);
  const moreWords = h("summary", null, `${more.length} more`);
  const rest = more.length > 0 && h("details", null, moreWords, list(more));
  const onclick = () => (unfolded.fitted = !element.open);
  const which = all.length === 1 ? "Which one" : "Which ones, furthest moved first";
  const summary = h("summary", { onclick }, which);
  const given = { class: "small told change-fitted", open: unfolded.fitted };
  const element = h("details", given, summary, list(all.slice(0, FITTED_AT_ONCE)), rest);
  return element;
}

function fittedLine(session, contents, at) {
  const words = under(contents.judgements, at)?.words;
  return h(
    "li",
    null,
    h("a", { href: entryAddress(ownerOf(session.model, at)) }, said(at)),
    " ",
    words ? [said(words), ": "] : "",
    said(centresAt(session, at)),
    " ",
    h("span", { class: "tag whose-mark" }, "fitted"),
  );
}

/** How far the number at an address is from the start's, or the furthest of a row: a logit, or a log. */
function movedBy(session, at) {
  const before = session.shipped(session.startedFrom);
  const steps = placesAt(session.model, at).map((place) => session.setting.mu[place] - before.mu[place]);
  return Math.max(...steps.map(Math.abs));
}

function placesAt(model, at) {
  const { index, rowAt } = numbersOf(model);
  return rowAt.get(at) ?? [index.get(at)];
}

/** The number at an address in its middle, or those of a row by their states. */
function centresAt(session, at) {
  const row = placesAt(session.model, at).map((place) => session.model.addresses[place]);
  const texts = row.map((address) => {
    const { mu, scale } = numberAt(session, address);
    return scale === "p" ? percent(expit(mu)) : formatRatio(Math.exp(mu));
  });
  const { model } = session;
  const shown = (address) => shownState(model, ownerOf(model, address), address.slice(at.length + 1));
  return sharesText(row[0] === at ? [] : row.map(shown), texts);
}

/** What one change does by itself: the target with it and, alone taken back, without it. */
function effectWords(session, { kind, effect, under: above = null }) {
  if (kind === "remark") {
    return "Nothing is computed with it.";
  }
  if (kind === "stated") {
    return "What is fitted meets it.";
  }
  if (above !== null) {
    return "It counts in what rests on it, above.";
  }
  const now = session.central.target;
  if (effect === null || effect === undefined || !Number.isFinite(now)) {
    return "";
  }
  const without = now + effect;
  const write = telling([[without, now]]);
  if (write(without) === write(now)) {
    return `What is asked stays at ${write(now)} with it.`;
  }
  return `Without it ${write(without)}; with it ${write(now)}, ${moveWords(without, now)}.`;
}

// --- taking it away ---

function takingAway(session) {
  const { model } = session;
  const field = h("input", {
    id: "worldview-id",
    type: "text",
    value: session.name,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "worldview-id-problem",
    oninput: checked,
    onchange: named,
  });
  const sentence = h("input", { id: "worldview-text", type: "text", autocomplete: "off" });
  const problem = h("p", { class: "problem", id: "worldview-id-problem", "aria-live": "polite" });
  const button = h(
    "button",
    { type: "button", class: "main", onclick: download },
    "Download as a worldview",
  );
  const name = h("code");
  const outside = h("p", { class: "note" });
  const linking = hosted() ? linkingOf(session) : null;
  const element = h(
    "div",
    { class: "taking" },
    h("h3", null, "Take it away"),
    h(
      "p",
      { class: "taking-field screen" },
      h("label", { for: "worldview-id" }, "Name of your worldview"),
      field,
    ),
    problem,
    h(
      "p",
      { class: "taking-field screen" },
      h("label", { for: "worldview-text" }, "What you think, in a sentence (if you like)"),
      sentence,
    ),
    h("p", { class: "row screen" }, button, linking?.element),
    outside,
    linking?.words,
    whatToDo(model, name),
  );
  let shownName = session.name;
  checked();

  /** What is wrong with the name, or with doing something under it; null where nothing is. */
  function problemOf(action) {
    try {
      action(field.value.trim());
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) {
        throw error;
      }
      return error;
    }
  }

  function checked() {
    tell(problemOf((id) => checkWorldviewId(session.model, id)));
  }

  /** The ids of what the reader brings begin with the name, once it is written. */
  function named() {
    tell(problemOf((id) => session.rename(id)));
  }

  function tell(wrong) {
    field.setAttribute("aria-invalid", String(wrong !== null));
    put(problem, wrong && problemWords(wrong));
    setText(
      name,
      `arguments/${model.model.map_folder}/worldviews/${wrong ? "NAME" : field.value.trim()}.yaml`,
    );
    button.disabled = wrong !== null;
  }

  function download() {
    const id = field.value.trim();
    const written = session.yaml({ id, text: sentence.value.trim() || undefined });
    const address = URL.createObjectURL(new Blob([written], { type: "text/yaml" }));
    h("a", { href: address, download: `${id}.yaml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  function update() {
    linking?.update();
    if (shownName !== session.name) {
      shownName = session.name;
      field.value = session.name;
      checked();
    }
    const isGiven = session.changes.some((change) => change.kind === "given");
    setText(
      outside,
      isGiven ? OUTSIDE : "",
    );
  }

  return { element, update };
}

const OUTSIDE =
  "What you assume or observe is the model's to say, and not in the file. " +
  "Until the model says so too, the program's numbers are not this page's.";

const GIVES = " gives this page's numbers.";

/** What to do with the file, in words. */
function whatToDo(model, name) {
  const lists = model.model.lists_worldviews;
  const code = (text) => h("code", null, said(text));
  const add = ["Add its name to ", code("worldviews"), " in ", code(model.model.file), "."];
  const gives = [code("cruxmap check"), " reads it, and ", code("cruxmap estimate"), GIVES];
  return h(
    "div",
    { class: "small" },
    h("p", null, "Send the file to whoever keeps the map. If that is you:"),
    h(
      "ol",
      null,
      h("li", null, "Put it there with ", code("cruxmap merge"), ", or save it as ", name, "."),
      lists && h("li", null, add),
      h("li", null, gives),
    ),
  );
}

function hosted() {
  return /^https?:$/.test(globalThis.location?.protocol ?? "");
}

/** The button that copies a link with all that was changed, and the words about it. */
function linkingOf(session) {
  const words = h("p", { class: "note", role: "status" });
  const element = h("button", { type: "button", onclick: copy }, "Copy a link");

  async function copy() {
    const fragment = await session.link();
    const address = `${location.href.split("#")[0]}#${fragment.replace(/^#/, "")}`;
    try {
      await navigator.clipboard.writeText(address);
      put(words, "The link is copied. Whoever opens it sees these numbers.");
    } catch {
      put(words, "Copy this link: ", link(address, address));
    }
  }

  return { element, words, update: () => put(words) };
}
