/**
 * Files of other reviewers: dropped anywhere on the page, or chosen; what each says, and all as one
 * folder.
 */

import { folderOf, takeIn, takeInstead, textsOf } from "../answers/receiving.js";
import { ProblemError } from "../language/problems.js";
import { UNCHANGED } from "../language/worldviews.js";
import { folderZip } from "../zip.js";
import { isBlind } from "./blind.js";
import { h, link, put, said, setText } from "./dom.js";
import { whoseNumbers } from "./linked.js";
import { problemWords } from "./problem.js";
import { capitalised, counted, listed } from "./words.js";

const ABOUT =
  "Drop files of worldviews anywhere on this page, or choose them: they stand beside the others. " +
  "They stay in this page, and nothing is sent.";

const HIDDEN = "They are shown when you have asked to see everybody's numbers.";

const KINDS = { claims: "claim", questions: "question", arguments: "argument", routes: "route" };

/**
 * Returns what takes in the files of others. `say` tells screen readers what came of it.
 *
 * @returns {{element: HTMLElement}}
 */
export function visitorsView(session, contents, say) {
  const input = h("input", {
    id: "reviewer-files",
    type: "file",
    multiple: true,
    accept: ".yaml,.yml,text/yaml",
    "aria-describedby": "reviewer-files-words",
    onchange: async () => {
      await receive([...input.files]);
      input.value = "";
    },
  });
  const words = h("p", { class: "note", id: "reviewer-files-words" }, ABOUT);
  const outcome = h("div", { class: "outcome", hidden: true });
  const list = h("ul", { class: "bare visitors told" });
  const made = madeWith(contents);
  const folder = folderButton(session);
  const element = h(
    "div",
    { class: "receiving screen" },
    h("h3", { id: "reviewers-files" }, "Files of reviewers"),
    words,
    h(
      "p",
      { class: "taking-field" },
      h("label", { for: "reviewer-files" }, "Add files of worldviews"),
      input,
    ),
    outcome,
    made,
    list,
    folder.element,
  );
  listenForDrops((files) => receive(files));
  session.on("reviewers", update);
  session.on("central", () => folder.update());
  update();

  async function receive(files) {
    const { written, refused } = await textsOf(files);
    const found = takeIn(session, written);
    const order = files.map(({ name }) => name);
    const place = ({ name }) => order.indexOf(name);
    tellOutcome(found, [...refused, ...found.refused].sort((a, b) => place(a) - place(b)));
  }

  function tellOutcome({ taken, known = [] }, refused) {
    const summary = summaryOf({ taken, known }, refused);
    outcome.hidden = false;
    const clear = h("button", { type: "button", class: "plain", onclick: close }, "Close this list");
    put(
      outcome,
      h("p", null, summary, taken.length > 0 && isBlind() ? ` ${HIDDEN}` : ""),
      refused.length > 0 && [
        h("ul", { class: "bare refused" }, refused.map((one) => refusedItem(one, instead))),
        h("p", null, clear),
      ],
    );
    say(summary);
  }

  function close() {
    outcome.hidden = true;
    input.focus();
  }

  /** Takes a file in place of the one with its id. */
  function instead(refused) {
    try {
      tellOutcome({ taken: [takeInstead(session, refused)] }, []);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      tellOutcome({ taken: [] }, [{ ...refused, instead: undefined, problems: problem.problems ?? [problem] }]);
    }
    input.focus();
  }

  function update() {
    put(
      list,
      session.visitors.map((shape) => visitorItem(session, contents, shape, say)),
    );
    list.hidden = session.visitors.length === 0;
    folder.update();
  }

  return { element };
}

/** Names the files that the page was made with; their worldviews are among those that were there. */
function madeWith({ with: files = [] }) {
  if (files.length === 0) return null;
  const names = files.map(({ name }, i) => [i > 0 ? ", " : "", said(name)]);
  return h("p", { class: "note" }, "This page was made with ", names, ".");
}

function listenForDrops(take) {
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = (isOver) => {
    document.documentElement.dataset.dropping = isOver ? "yes" : "no";
  };
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener("drop", (event) => {
    mark(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

function summaryOf({ taken, known }, refused) {
  const files = (n) => (n === 1 ? "One file" : `${n} files`);
  const stand = taken.length === 1 ? "stands" : "stand";
  const came = taken.length > 0 ? `${files(taken.length)} ${stand} beside the others.` : "";
  const were = known.length === 1 ? "was" : "were";
  const there = known.length > 0 ? `${files(known.length)} ${were} here already.` : "";
  const left = refused.length > 0 ? `${files(refused.length)} could not be taken in.` : "";
  return [came, there, left].filter(Boolean).join(" ") || "No file was chosen.";
}

/** A file that was not taken in, with what is wrong; what it says is shown to nobody who judges first. */
function refusedItem(refused, instead) {
  const { name, problems } = refused;
  const take = () => instead(refused);
  return h(
    "li",
    null,
    h("strong", null, said(name)),
    h(
      "ul",
      { class: "bare problem told" },
      problems.map((problem) => h("li", null, lineWords(problem), problemWords(problem))),
    ),
    refused.instead &&
      h(
        "button",
        { type: "button", class: "small-button", onclick: take },
        "Take this one instead of ",
        said(refused.instead.file?.name ?? refused.instead.id),
      ),
  );
}

function lineWords({ line }) {
  return line ? `Line ${line}: ` : "";
}

// --- one that is there ----------------------------------------------------------------------------------

function visitorItem(session, contents, shape, say) {
  const { id, file = {} } = shape;
  const outcome = h("p", { class: "note", role: "status", hidden: true });
  const tell = (...words) => {
    outcome.hidden = false;
    put(outcome, ...words);
  };
  const goOn = () => attempt(tell, () => tell(...goneOn(session, shape)));
  const takeOut = () =>
    attempt(tell, () => {
      session.dismiss(id);
      say(`${id} is taken out.`);
      document.getElementById("reviewer-files")?.focus();
    });
  return h(
    "li",
    { class: "visitor", id: `file-${id}` },
    h(
      "p",
      { class: "visitor-name" },
      h("a", { href: `#worldview-${id}` }, said(id)),
      " ",
      h("span", { class: "small quiet" }, said(file.name ?? "")),
    ),
    h("ul", { class: "bare small" }, factsOf(session, contents, shape)),
    h(
      "p",
      { class: "row" },
      button("Go on from this file", id, goOn),
      button("Take out", id, takeOut),
    ),
    outcome,
  );
}

function button(words, id, act) {
  const label = `${words}: ${id}`;
  return h("button", { type: "button", class: "small-button", "aria-label": label, onclick: act }, words);
}

/** Does something; where it is a problem, says so. */
function attempt(tell, act) {
  try {
    act();
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    tell(...problemWords(problem));
  }
}

/** Goes on from a file as the reader's own, and says what came of it. */
function goneOn(session, shape) {
  const { leftOut } = session.goOnFrom(shape);
  const lost = leftOut.map(({ at }, i) => [i > 0 ? ", " : "", said(at)]);
  return [
    "What it says is yours now, to go on from. Undo brings back what was before.",
    lost.length > 0 ? [" Left out, as it does not fit this map: ", lost, "."] : "",
  ];
}

function factsOf(session, contents, shape) {
  const { extends: parent, judgements = [], rejects = [], accepts = [], file = {} } = shape;
  const numbers = judgements.length;
  const says = [
    numbers > 0 && (numbers === 1 ? "one number" : `${counted(numbers)} numbers`),
    rejects.length > 0 && `rejects ${rejects.length}`,
    accepts.length > 0 && `takes over ${accepts.length}`,
  ].filter(Boolean);
  const from = parent ? `, on ${whoseNumbers(parent)}` : "";
  return [
    h("li", null, `${capitalised(says.length > 0 ? listed(says) : "no numbers")}${from}.`),
    broughtItem(session, contents, shape),
    remarksItem(contents, shape),
    changedItem(contents, file),
    warningsOf(file).map((warning) =>
      h("li", { class: "quiet" }, lineWords(warning), problemWords(warning)),
    ),
  ];
}

/** What else the command line would warn of: what has changed is told with links. */
function warningsOf({ warnings = [] }) {
  return warnings.filter(({ code }) => code !== "made-from-another");
}

/** What a file brings: its entries with their sentences. */
function broughtItem(session, contents, { brings = {} }) {
  const sections = Object.entries(KINDS);
  const all = sections.flatMap(([section, kind]) => entriesOf(brings[section], section, kind));
  if (all.length === 0) return null;
  const item = ({ id, kind, text }) =>
    h("li", null, `${kind} `, entryWords(id, contents), text && [": ", said(text)]);
  const count = all.length === 1 ? "one entry" : `${all.length} entries`;
  const summary = h("summary", null, `Brings ${count}`);
  return h("li", null, h("details", null, summary, h("ul", { class: "bare" }, all.map(item))));
}

function entriesOf(entries, section, kind) {
  if (!entries) return [];
  if (section !== "routes") {
    return Object.entries(entries).map(([id, { text = "" }]) => ({ id, kind, text }));
  }
  return Object.entries(entries).flatMap(([claim, routes]) =>
    routes.map(({ note = "" }) => ({ id: claim, kind: "a route to", text: note })),
  );
}

function entryWords(id, contents) {
  return Object.hasOwn(contents.entries, id) ? link(`#entry-${id}`, said(id)) : said(id);
}

function remarksItem(contents, { remarks = {} }) {
  const all = Object.entries(remarks);
  if (all.length === 0) return null;
  const summary = h("summary", null, all.length === 1 ? "One remark" : `${all.length} remarks`);
  const item = ([id, text]) => h("li", null, entryWords(id, contents), ": ", said(text));
  return h("li", null, h("details", null, summary, h("ul", { class: "bare" }, all.map(item))));
}

/** Which of the entries that a file is about have changed since it was made. */
function changedItem(contents, { isOther = false, changed = [] }) {
  if (changed.length === 0) return isOther && h("li", null, "Made from another state of this map.");
  const names = changed.map(({ id, isGone }, i) => [
    i > 0 ? ", " : "",
    entryWords(id, contents),
    isGone ? " (gone)" : "",
  ]);
  return h("li", { class: "changed-since" }, "Changed since this file was made: ", names, ".");
}

// --- all of them as one folder --------------------------------------------------------------------------

function folderButton(session) {
  const element = h(
    "p",
    { class: "row" },
    h("button", { type: "button", id: "download-folder", onclick: download }, "Download all as a folder"),
    h("span", { class: "note" }),
  );
  const words = element.childNodes[1];

  async function download() {
    const files = folderOf(session, ownOf(session));
    const bytes = await folderZip(files);
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
    h("a", { href: address, download: `${session.model.model.id}-worldviews.zip` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  function update() {
    const others = session.visitors.length + (session.contents?.with ?? []).length;
    element.hidden = others === 0;
    setText(words, session.own === UNCHANGED ? "" : "With yours among them.");
  }

  return { element, update };
}

/** The reader's own file, where something is changed. */
function ownOf(session) {
  if (session.own === UNCHANGED) return null;
  return { id: session.name, text: session.yaml({ id: session.name }) };
}
