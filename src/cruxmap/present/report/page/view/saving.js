/** Saving what was changed in a served page: into the worldview one started from, or as a new one. */

import { withNames } from "../language/own_entries.js";
import { ProblemError } from "../language/problems.js";
import { bringsAnything, numbersOf } from "../language/worldviews.js";
import { checkWorldviewId } from "../language/yaml.js";
import { ownCount } from "./changed.js";
import { h, put, said, setText } from "./dom.js";
import { problemWords } from "./problem.js";

const ONLY_GIVEN = "What you assume or observe is the model's to say, and is not saved with a worldview.";

/**
 * Returns the part of the page that saves.
 *
 * @param {object} session
 * @param {{versions: object, isLoading: boolean, ask: (path: string, sent: object) => Promise<object>,
 *   wasSaved: (saved: object) => void}} server `versions` are those of the worldviews' files
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function savingView(session, server) {
  const into = h("button", { type: "button", class: "main", onclick: () => saveInto() });
  const field = h("input", {
    id: "save-id",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "save-words",
  });
  const sentence = h("input", { id: "save-text", type: "text", autocomplete: "off" });
  const anew = h("button", { type: "button", onclick: () => saveAnew() }, "Save as a new worldview");
  const note = h("p", { class: "note" });
  const words = h("div", { id: "save-words", role: "status" });
  const element = h(
    "div",
    { class: "taking saving screen", id: "saving" },
    h("h3", null, "Save into the files"),
    h("p", { class: "row" }, into),
    h("p", { class: "taking-field" }, h("label", { for: field.id }, "Name of a new worldview"), field),
    h(
      "p",
      { class: "taking-field" },
      h("label", { for: sentence.id }, "What it says, in a sentence (if you like)"),
      sentence,
    ),
    h("p", { class: "row" }, anew),
    note,
    words,
  );
  let isBusy = false;

  const isNothing = () => ownCount(session) === 0 && !bringsAnything(session.own) && !isSaid(session.own);

  function update() {
    const { startedFrom } = session;
    const isFile = Object.hasOwn(server.versions, startedFrom);
    into.hidden = !isFile;
    setText(into, `Save into ${startedFrom}`);
    into.disabled = isBusy || isNothing();
    anew.disabled = isBusy || isNothing();
    const isOther = isNothing() && session.changes.length > 0;
    setText(note, isOther ? ONLY_GIVEN : isNothing() ? "Nothing is changed that could be saved." : "");
  }

  const saveInto = () => attempt(() => send(session.startedFrom, server.versions[session.startedFrom]));

  const saveAnew = () =>
    attempt(() => {
      const id = field.value.trim();
      checkWorldviewId(session.model, id);
      session.rename(id);
      return send(id, null);
    });

  /** Does something that may be refused, and says in its place why. */
  async function attempt(work) {
    if (server.isLoading) return; // another page comes, with the same changes
    isBusy = true;
    update();
    put(words, "Saving …");
    try {
      await work();
      put(words);
    } catch (error) {
      put(words, refusal(error));
    }
    isBusy = false;
    update();
  }

  async function send(id, version) {
    const { own } = session;
    const isNew = version === null;
    const text = sentence.value.trim();
    const sent = sentOf(session, isNew ? own : withNames(own, session.name, id), { id, version, text });
    const saved = await server.ask("/save", sent);
    server.wasSaved({ ...saved, before: server.versions[id] ?? null, own });
  }

  function refusal(error) {
    if (!(error instanceof ProblemError)) {
      return h("p", { class: "problem", role: "alert" }, `It was not saved: ${error.message}.`);
    }
    const { problems = [], on_disk: onDisk, mine, version, id } = error.answer ?? {};
    const again = () => attempt(() => send(id, version));
    const isSame = error.code === "changed-meanwhile" && version !== null && mine !== null;
    const leave = h("button", { type: "button", onclick: () => put(words) }, "Leave it as it is on disk");
    const over = h("button", { type: "button", onclick: again }, "Put my changes over it");
    const unread = { class: "both", "data-draft": true }; // no other page comes before it is chosen
    const both = () => [
      h("div", unread, textView("On disk now", onDisk), textView("With your changes", mine)),
      h("p", { class: "row" }, isSame ? over : null, leave),
    ];
    return [
      h("p", { class: "problem", role: "alert" }, problemWords(error)),
      problems.length > 0 ? h("ul", { class: "problem" }, problems.map(problemItem)) : null,
      onDisk === undefined ? null : both(),
    ];
  }

  session.on("central", update);
  update();
  return { element, update, isBusy: () => isBusy };
}

function isSaid({ remarks, stated = [], asked = null }) {
  return Object.keys(remarks ?? {}).length + stated.length > 0 || asked !== null;
}

function problemItem(problem) {
  const place = h("code", null, said(`${problem.file}:${problem.line}`));
  return h("li", null, place, " ", problemWords(problem));
}

function textView(title, text) {
  const shown = text === null ? h("p", { class: "quiet" }, "There is none.") : h("pre", null, text);
  return h("div", null, h("h4", null, title), shown);
}

/** What is sent: the changes as data, shares by their states. */
function sentOf(session, own, { id, version, text }) {
  const [judgements, reasons, nobodys] = [{}, {}, []];
  for (const { at, value, shares, fitted, elicited } of own.judgements) {
    judgements[at] = shares === undefined ? value : byState(session.model, at, shares);
    if (fitted) reasons[at] = fitted;
    if (elicited === false) nobodys.push(at);
  }
  return {
    id,
    version,
    from: session.startedFrom,
    text,
    judgements,
    rejects: own.rejects,
    accepts: own.accepts,
    remarks: own.remarks ?? {},
    brings: own.brings ?? {},
    fitted: reasons,
    nobodys,
    stated: own.stated ?? [],
    asked: own.asked ?? null,
  };
}

function byState(model, at, shares) {
  const row = numbersOf(model).rowAt.get(at);
  const stateOf = (place) => model.addresses[place].slice(at.length + 1);
  return Object.fromEntries(row.map((place, k) => [stateOf(place), shares[k]]));
}
