// What I changed: a list, each with its effect; undo and redo; back to the start; taking it away.

import { h, link, put, said, setText } from "./dom.js";
import { entryAddress } from "./entry_words.js";
import { ownerOf } from "./numbers.js";
import { telling } from "../language/phrases.js";
import { checkWorldviewId } from "../language/yaml.js";
import { capitalised, moveWords } from "./words.js";

/** @returns {{element: HTMLElement, update: () => void}} */
export function changesView(session, contents) {
  const undo = h("button", { type: "button", onclick: () => session.undo() }, "Undo");
  const redo = h("button", { type: "button", onclick: () => session.redo() }, "Redo");
  const reset = h("button", { type: "button", onclick: () => session.reset() }, "Back to the start");
  const words = h("p", { class: "changes-words" });
  const list = h("ol", { class: "changes-list" });
  const taking = takingAway(session);
  const element = h(
    "div",
    { class: "changes" },
    words,
    list,
    h("div", { class: "row screen" }, undo, redo, reset),
    taking.element,
  );
  document.addEventListener("keydown", key);

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
      changes.map((change) => changeLine(session, contents, change)),
    );
    list.hidden = changes.length === 0;
    taking.update();
  }

  let timer = 0;
  session.on("central", () => {
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

function changeLine(session, contents, change) {
  const { address } = change;
  const id =
    change.kind === "set" ? (ownerOf(session.model, address) ?? String(address).split(".")[0]) : address;
  const entry = contents.entries[id];
  const name = entry ? h("a", { href: entryAddress(id) }, said(address)) : null;
  return h(
    "li",
    null,
    h("span", { class: "change-what" }, name, " ", whatWords(contents, change)),
    h("span", { class: "change-effect small quiet told" }, effectWords(session, change)),
    h(
      "button",
      {
        type: "button",
        class: "small-button screen",
        "aria-label": `Take back: ${change.kind === "given" ? (change.text ?? change.before) : address}`,
        onclick: () => session.takeBack(change),
      },
      "Take back",
    ),
  );
}

function whatWords(contents, { kind, address, text, before }) {
  if (kind === "reject") {
    return `is ${text}`;
  }
  if (kind === "given") {
    const how = address === "assuming" ? "assumed" : "observed";
    return text === null ? [said(before), ` is no longer ${how}`] : [said(text), ` is ${how}`];
  }
  const words = contents.judgements[address]?.words;
  return [
    words ? [said(words), ", "] : "",
    h("span", { class: "told" }, "from ", said(before), " "),
    "to ",
    h("strong", null, said(text)),
  ];
}

/** What one change does by itself: the target with it and, alone taken back, without it. */
function effectWords(session, { effect }) {
  const now = session.central.target;
  if (effect === null || effect === undefined || !Number.isFinite(now)) {
    return "";
  }
  const without = now + effect;
  const write = telling([[without, now]]);
  return `Without it ${write(without)}; with it ${write(now)}, ${moveWords(without, now)}.`;
}

// --- taking it away ---

function takingAway(session) {
  const field = h("input", {
    id: "worldview-id",
    type: "text",
    value: "mine",
    autocomplete: "off",
    spellcheck: "false",
    oninput: checked,
  });
  const problem = h("p", { class: "problem", id: "worldview-id-problem", "aria-live": "polite" });
  const button = h(
    "button",
    { type: "button", class: "main", onclick: download },
    "Download as a worldview",
  );
  const name = h("code");
  const folder = `arguments/${session.model.model.map_folder}/worldviews`;
  const linking = hosted() ? linkingOf(session) : null;
  field.setAttribute("aria-describedby", problem.id);
  const include = session.model.model.lists_worldviews
    ? h(
        "li",
        null,
        "The model lists its worldviews: add the name to ",
        h("code", null, "worldviews"),
        " in ",
        h("code", null, said(session.model.model.file)),
        ".",
      )
    : null;
  const element = h(
    "div",
    { class: "taking" },
    h("h3", null, "Take it away"),
    h(
      "div",
      { class: "row screen" },
      h("label", { for: "worldview-id" }, "Name"),
      field,
      button,
      linking?.element,
    ),
    problem,
    linking?.words,
    h(
      "ol",
      { class: "small" },
      h("li", null, "Save the file as ", name, "."),
      include,
      h(
        "li",
        null,
        h("code", null, "cruxmap check"),
        " reads it; ",
        h("code", null, "cruxmap estimate"),
        " then gives the numbers of this page.",
      ),
      h("li", null, "Or send the file to whoever keeps the map."),
    ),
  );
  checked();

  function checked() {
    const id = field.value.trim();
    const wrong = wrongWithId(session, id);
    const good = wrong === null;
    field.setAttribute("aria-invalid", String(!good));
    setText(problem, good ? "" : `${capitalised(wrong.message)}: ${wrong.hint}.`);
    setText(name, `${folder}/${good ? id : "NAME"}.yaml`);
    button.disabled = !good;
    return good;
  }

  function download() {
    const id = field.value.trim();
    const address = URL.createObjectURL(new Blob([session.yaml({ id })], { type: "text/yaml" }));
    h("a", { href: address, download: `${id}.yaml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  return { element, update: () => linking?.update() };
}

/** The problem with a worldview's id; null if there is none. */
function wrongWithId(session, id) {
  try {
    checkWorldviewId(session.model, id);
    return null;
  } catch (problem) {
    return problem;
  }
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
