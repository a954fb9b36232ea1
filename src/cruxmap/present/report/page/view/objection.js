// In an entry's panel: what the reader adds to it, changes or takes away of their own, and what that did.

import { telling } from "../language/phrases.js";
import { ProblemError } from "../language/problems.js";
import { whyUnknown } from "./beyond.js";
import { ownNames } from "./brought.js";
import { h, put, said, setText } from "./dom.js";
import { draftOf, KINDS, ownForm } from "./draft.js";
import { entryAddress } from "./entry_words.js";
import { meanNow } from "./last_mean.js";
import { objectionForm } from "./objection_form.js";
import { headed } from "./panel_part.js";
import { problemWords } from "./problem.js";
import { moveWords, percent } from "./words.js";

/** @returns {{element: HTMLElement, update: () => void}} */
export function objectionView(session, contents, id) {
  const place = h("div", { class: "objection-place" });
  const own = h("div", { class: "own-things" });
  const problem = h("p", { class: "problem", role: "alert" });
  const words = contents.entries[id].type === "argument" ? "Object to it" : "Object, or add to it";
  const add = h("button", { type: "button", onclick: () => open(null, add) }, words);
  const result = resultView(session, contents, id, () => add.focus());
  const element = headed(
    "Is something missing?",
    result.element,
    own,
    problem,
    h("p", { class: "row" }, add),
    place,
  );
  element.classList.toggle("screen", true);
  let shownOwn = "";
  update();

  /** Open the form: for something new, or for what is the reader's own. */
  function open(name, from) {
    result.hide();
    const form = objectionForm(session, contents, {
      about: name === null ? id : aboutOf(name, id, contents),
      name,
      done(brought, draft, before) {
        shut();
        const what = `Your ${KINDS[draft.kind].name} is ${name === null ? "added" : "changed"}.`;
        result.show(what, brought, before);
      },
      close() {
        shut();
        (from.isConnected === false ? add : from).focus();
      },
    });
    put(place, form.element);
    setOpen(true);
    form.focus();
  }

  function shut() {
    put(place);
    setOpen(false);
  }

  function setOpen(on) {
    add.hidden = on;
    own.hidden = on;
  }

  /** A line about something of the reader's own: this entry, or a cause of it. */
  function ownLine(name) {
    const found = ownForm(session, name);
    const hasForm = found !== null && draftOf(name, found) !== null;
    const label = name === id ? null : (found.form.note ?? name);
    const small = (words) => ({
      type: "button",
      class: "small-button",
      "aria-label": label === null ? null : `${words}: ${label}`,
    });
    const [change, away] = ["Change it", "Take it away"].map((words) => h("button", small(words), words));
    change.addEventListener("click", () => open(name, change));
    away.addEventListener("click", () => takeAway(name));
    return h(
      "p",
      { class: "row own-thing" },
      h("span", null, label === null ? "This is yours." : ["Yours: ", said(label)]),
      hasForm && change,
      away,
    );
  }

  /** Take something away; where others rest on it, say so. */
  function takeAway(name) {
    try {
      session.withdraw(name);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      put(problem, problemWords(error));
    }
  }

  function update() {
    result.update();
    const names = ownNames(session, id);
    const key = JSON.stringify(names.map((name) => [name, ownForm(session, name)?.form.note]));
    if (key === shownOwn) return;
    shownOwn = key;
    put(problem);
    put(own, names.map(ownLine));
  }

  return { element, update };
}

/** What the form for something of the reader's own is about: what an argument bears on, or the entry. */
function aboutOf(name, id, contents) {
  return name === id ? (contents.entries[id].targets?.[0]?.id ?? id) : id;
}

// --- what it did --------------------------------------------------------------------------------------

/** Says what was added and what that did; it is gone with the next change. */
function resultView(session, contents, id, focusBack) {
  const what = h("strong");
  const central = h("p", { class: "told" });
  const mean = h("p", { class: "told small quiet", role: "status" });
  const opens = h("p", { hidden: true });
  const undo = h("button", { type: "button", class: "small-button", onclick: takenBack }, "Undo");
  const element = h("div", { class: "objection-result", tabindex: "-1", hidden: true });
  let shown = null;
  let stop = () => {};

  function show(words, name, before) {
    stop();
    const stops = [session.on("estimate", update), session.on("first", showFirst)];
    stop = () => stops.forEach((one) => one());
    shown = { version: session.version, before };
    setText(what, words);
    setText(central, effectSentence(session, before.central));
    const owner = Object.hasOwn(contents.entries, name) ? name : name.split(".")[0];
    opens.hidden = owner === id;
    put(opens, h("a", { href: entryAddress(owner) }, "Open it, to change its numbers"));
    put(
      element,
      h("p", null, what),
      h("p", { class: "untold note" }, "What it does is hidden while you judge first."),
      central,
      mean,
      opens,
      h("p", { class: "row" }, undo),
    );
    update();
    element.hidden = false;
    element.focus();
    element.scrollIntoView?.({ block: "nearest" });
  }

  function hide() {
    shown = null;
    stop();
    element.hidden = true;
    put(element);
  }

  function takenBack() {
    session.undo();
    hide();
    focusBack();
  }

  function update() {
    if (shown === null) return;
    if (shown.version !== session.version) hide();
    else setText(mean, meanSentence(session, shown.before.mean, meanNow(session, contents)));
  }

  /** The mean over the first draws, until that over all is there. */
  function showFirst({ version, estimate }) {
    const { mean: found, error } = estimate[contents.target];
    if (shown === null || shown.version !== version || version !== session.version) return;
    setText(mean, `Its mean over the first draws is ${percent(found)}, give or take ${percent(error)}.`);
  }

  return { element, show, hide, update };
}

/** What a change did to the target, central. */
export function effectSentence(session, before) {
  const why = whyUnknown(session);
  if (why !== "") return why;
  const now = session.central.target;
  if (before === null) return `What is asked is ${telling([])(now)} now, central.`;
  const write = telling([[before, now]]);
  if (write(before) === write(now)) return `What is asked stays at ${write(now)}, central.`;
  return `What is asked goes from ${write(before)} to ${write(now)}, central: ${moveWords(before, now)}.`;
}

function meanSentence(session, before, mean) {
  if (whyUnknown(session) !== "") return "";
  if (mean === null) return "The mean over draws follows.";
  const write = telling([[before, mean]]);
  if (before === null) return `Its mean over draws is ${write(mean)}.`;
  return `Its mean over draws: from ${write(before)} to ${write(mean)}.`;
}
