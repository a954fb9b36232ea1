/**
 * The page as it is served: it hears of changed files, and takes them over, with what the reader changed.
 *
 * Taking over is loading the page again. What is changed is carried over and laid on the new numbers
 * one by one: what does not fit any more is listed, and where a number was changed on disk too, both are
 * shown, and the reader chooses. A page in a file has no server, and none of this.
 */

import { takeIn } from "../answers/receiving.js";
import { fragmentOf } from "../language/fragment.js";
import { ProblemError } from "../language/problems.js";
import { MAP } from "../language/worldviews.js";
import { isReadBlind, setBlind } from "./blind.js";
import { dataOf } from "./data.js";
import { h, put, said, setText } from "./dom.js";
import { entryAddress } from "./entry_words.js";
import { ownerOf } from "./numbers.js";
import { problemWords } from "./problem.js";
import { savingView } from "./saving.js";

const SAYS = {
  gone: "The program that serves this page has ended. What you changed is still here.",
  stuck: "The files have changed, and this browser keeps nothing: download what you changed.",
  saved: "Saved. The page is made anew.",
  problems: "There are problems in the files. Until they are mended, this is as it was.",
  newer: "There is a newer page. It waits until you are done with what you are writing.",
  first: "The page follows the files. Means and what is said in sentences are being found.",
  whole: "The page follows the files.",
};

const LOST = "What you changed and does not fit the files any more:";

const NOT_THERE = "You started from it, and it is not there any more";

const CONFLICTS = "You changed these, and so did somebody on disk. Yours count until you choose:";

const unlistedWords = (id, file) =>
  `The model lists its worldviews: add ${id} to \`worldviews\` in ${file}. `;

const SMALL = { type: "button", class: "small-button" };

/** Fields whose text is carried over: what is written to take away, and to save. */
const [TAKEN_AWAY, TO_SAVE] = ["worldview-text", ["save-id", "save-text"]];

const CARRIED = "cruxmap-carried";
const TOKEN = "x-cruxmap-token";
const [AGAIN, BUSY, AT_REST, IDLE, STEADY] = [2000, 500, 400, 1500, 1500];

/** Returns what the server says of the page when it is opened; null in a page that is a file. */
export async function newsOfPage() {
  const block = document.getElementById("news");
  return block === null || block.textContent === "" ? null : dataOf("news");
}

// --- what is carried over ---------------------------------------------------------------------------

/**
 * Lays what was carried over a session that was just made. Returns what came of it, null where nothing was
 * carried.
 */
export async function takeUp(session) {
  const carried = readCarried();
  if (carried === null) return null;
  if (carried.isRevealed) setBlind(false);
  const { place, lost, savedAs, written } = carried;
  const found = { place, lost, savedAs, written, conflicts: [] };
  if (session !== null) found.lost.push(...refusedOf(session, carried.files));
  const from = session === null ? null : startIn(session, carried);
  if (from === null) return found;
  if (from !== carried.starts[0]) found.lost.push({ at: carried.starts[0].start, why: NOT_THERE });
  try {
    session.start(from.start, { afresh: true });
    const { leftOut } = await session.open(from.fragment);
    found.lost.push(...leftOut.map(({ at, why }) => ({ at, why, text: textAt(carried, at) })));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    found.lost.push({ at: "All that you changed", why: error.message, file: carried.file });
  }
  if (from === carried.starts[0]) found.conflicts = settled(session, carried.changes);
  return found;
}

/** Takes in the files of others that the page before had; those that do not fit any more are lost. */
function refusedOf(session, files) {
  const { refused } = takeIn(session, files);
  return refused.map(({ name, problems }) => ({ at: name || "A file", why: problems[0].message }));
}

function textAt({ changes }, at) {
  return changes.find(({ address }) => address === at)?.text ?? null;
}

function readCarried() {
  try {
    const text = sessionStorage.getItem(CARRIED);
    sessionStorage.removeItem(CARRIED);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The first of the worldviews to start from that there still is. */
function startIn(session, { starts }) {
  return starts.find(({ start }) => session.worldviews.includes(start)) ?? null;
}

/**
 * Takes back what says no more than the files do by now; returns which numbers and remarks were changed
 * there too.
 */
function settled(session, before) {
  const conflicts = [];
  const known = new Map(before.map((change) => [keyOf(change), change]));
  for (const { kind, address, text, before: now } of session.changes.map((one) => changeOf(session, one))) {
    const old = known.get(keyOf({ kind, address }));
    if (!IN_CONFLICT.includes(kind) || old === undefined || old.before === now) continue;
    if (text === now) takeBack(session, { kind, address });
    else conflicts.push({ kind, address, was: old.before });
  }
  return conflicts;
}

/** What the reader and somebody on disk may both say otherwise. */
const IN_CONFLICT = ["set", "remark"];

function keyOf({ kind, address }) {
  return `${kind} ${address}`;
}

function takeBack(session, { kind, address }) {
  if (kind === "remark") session.remark(address, null);
  else session.set(address, null);
}

/** Keeps what is changed for the page that comes next. Returns whether that could be done. */
async function carry({ session, conflicts, lost, saved, savedAs }) {
  const was = new Map(conflicts.map((conflict) => [keyOf(conflict), conflict.was]));
  try {
    const here = { isRevealed: !isReadBlind(), place: placeOnScreen(), lost, written: writtenIn(saved) };
    const carried = { ...here, savedAs: saved?.id ?? savedAs, ...(await stateOf(session, saved)) };
    for (const change of carried.changes) {
      if (was.has(keyOf(change))) change.before = was.get(keyOf(change));
    }
    sessionStorage.setItem(CARRIED, JSON.stringify(carried));
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

/** What is written in fields, and not kept anywhere else; what was saved is in its file. */
function writtenIn(saved) {
  const fields = [TAKEN_AWAY, ...(saved === null ? TO_SAVE : [])];
  return fields.map((id) => ({ id, text: document.getElementById(id)?.value ?? "" }));
}

function writeAgain(written) {
  for (const { id, text } of written) {
    const field = document.getElementById(id);
    if (field !== null && text !== "") field.value = text;
  }
}

async function stateOf(session, saved) {
  if (session === null) return { starts: [], changes: [], files: [], file: "" };
  const { model, startedFrom, step, name } = session;
  const isModels = JSON.stringify(session.givenNow) === JSON.stringify(givenTexts(model));
  const given = isModels ? null : step.given;
  const own = saved === null ? step.own : withoutSaved(step.own, saved.own);
  const starts = [];
  const before = [startedFrom, ...below(model, startedFrom)].filter((start) => start !== saved?.id);
  for (const start of saved === null ? before : [saved.id, ...before]) {
    const changes = start === saved?.id ? own : step.own;
    const state = { startedFrom: start, changes, name, given };
    starts.push({ start, fragment: await fragmentOf(model, state) });
  }
  const files = session.visitors.flatMap(({ file }) => (file ? [file] : []));
  const changes = saved === null ? session.changes.map((one) => changeOf(session, one)) : [];
  return { starts, changes, files, file: session.yaml() };
}

/** A change as data; before one's remark is what the worldview that was started from says there. */
function changeOf(session, { kind, address, text, before }) {
  return { kind, address, text, before: kind === "remark" ? remarkOnDisk(session, address) : before };
}

function remarkOnDisk({ contents, startedFrom }, entry) {
  const remarks = contents.entries[entry]?.remarks ?? [];
  return remarks.find(({ worldview }) => worldview === startedFrom)?.text ?? null;
}

function givenTexts({ model: { assuming, observed } }) {
  return { assuming, observed };
}

/** What a worldview extends, one after the other, and at last the map. */
function below(model, id) {
  const found = [];
  for (let at = id; at !== MAP; found.push(at)) at = model.worldviews[at]?.extends ?? MAP;
  return found;
}

/** What was changed since it was saved. */
function withoutSaved(own, saved) {
  const isNew = (one, others) => !others.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const left = (some, others) => some.filter((one) => isNew(one, others));
  const parts = (some) => Object.entries(some ?? {});
  const rest = (some, others) => Object.fromEntries(left(parts(some), parts(others)));
  const sections = parts(own.brings).map(([key, some]) => [key, rest(some, saved.brings[key])]);
  return {
    judgements: left(own.judgements, saved.judgements),
    rejects: left(own.rejects, saved.rejects),
    accepts: left(own.accepts, saved.accepts),
    remarks: rest(own.remarks, saved.remarks),
    stated: left(own.stated ?? [], saved.stated ?? []),
    asked: JSON.stringify(own.asked ?? null) === JSON.stringify(saved.asked ?? null) ? null : own.asked,
    brings: Object.fromEntries(sections.filter(([, entries]) => Object.keys(entries).length > 0)),
  };
}

// --- where the reader is ------------------------------------------------------------------------------

/** The first thing with a name that is on the screen, and how far down it is. */
function placeOnScreen() {
  for (const element of document.querySelectorAll("main section[id], main [id^='entry-']")) {
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) return { id: element.id, top };
  }
  return null;
}

/** Brings the reader back there, and again while the page still grows, until they move themselves. */
function goBackTo(place) {
  const element = place === null ? null : document.getElementById(place.id);
  if (element === null) return;
  const go = () => scrollBy({ top: element.getBoundingClientRect().top - place.top, behavior: "instant" });
  const growth = new ResizeObserver(go);
  const stop = () => growth.disconnect();
  growth.observe(document.querySelector("main"));
  for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(event, stop, { once: true, passive: true });
  }
  setTimeout(stop, STEADY);
  go();
}

/** Says whether the reader is in the middle of something that another page would lose; Enter ends it. */
function isBusy(entered) {
  const active = document.activeElement;
  const types = active?.matches("textarea, select, input:not([type=range], [type=checkbox])") ?? false;
  return (types && active !== entered) || document.querySelector("[data-draft], dialog[open]") !== null;
}

// --- listening ----------------------------------------------------------------------------------------

/**
 * Follows the server from now on.
 *
 * @param {object|null} session null where nothing can be moved
 * @param {object} news what the server said when the page was loaded
 * @param {object|null} carried what `takeUp` returned
 */
export function followServer(session, news, carried) {
  const live = new Live(session, news, carried);
  document.querySelector("main").prepend(live.element);
  if (session !== null) document.querySelector("#changes .taking")?.before(live.saving.element);
  writeAgain(carried?.written ?? []);
  live.show();
  goBackTo(carried?.place ?? null);
  live.listen();
  return live;
}

class Live {
  constructor(session, news, carried) {
    Object.assign(this, { session, news, token: news.token, page: news.page, versions: news.versions });
    this.conflicts = carried?.conflicts ?? [];
    this.lost = carried?.lost ?? [];
    this.isGone = false;
    this.isLoading = false;
    this.isAbout = null;
    this.saved = null;
    this.savedAs = carried?.savedAs ?? null;
    this.saving = session === null ? null : savingView(session, this);
    this.isLeaving = false;
    this.lastTouched = 0;
    this.isPressed = false;
    this.entered = null;
    this.words = h("span", { role: "status" });
    this.act = h("button", { type: "button", hidden: true, onclick: () => this.leave() }, "Take it over");
    this.rest = h("div", null);
    const line = h("p", { class: "live-line small" }, this.words, " ", this.act);
    this.element = h("aside", { id: "live", class: "live screen", "aria-label": "Live" }, line, this.rest);
    for (const event of ["wheel", "touchmove", "pointerdown", "pointermove", "keydown"]) {
      addEventListener(event, () => (this.lastTouched = Date.now()), { passive: true });
    }
    for (const event of ["pointerdown", "pointerup", "pointercancel"]) {
      addEventListener(event, () => (this.isPressed = event === "pointerdown"), { passive: true });
    }
    addEventListener("keydown", ({ key, target }) => {
      this.entered = key === "Enter" && target.matches?.("input") ? target : null;
    });
    session?.on("central", () => this.changed());
  }

  /** Waits for news again and again; a page that is not looked at waits until it is. */
  async listen() {
    while (!this.isLeaving) {
      if (document.hidden) await shownAgain();
      try {
        await this.hear(await this.ask(`/news?after=${this.isGone ? -1 : this.news.revision}`));
      } catch (error) {
        if (error instanceof ProblemError && error.code === "wrong-token") await this.leave();
        this.isGone = true;
        this.show();
        await passed(AGAIN);
      }
    }
  }

  /** Asks the server; what it refuses is a ProblemError, which has what else was said in `answer`. */
  async ask(path, sent) {
    const headers = { [TOKEN]: this.token, ...(sent ? { "content-type": "application/json" } : {}) };
    const how = sent ? { method: "POST", body: JSON.stringify(sent) } : {};
    const response = await fetch(path, { ...how, headers, cache: "no-store", redirect: "error" });
    const answer = await response.json();
    if (response.ok) return answer;
    throw Object.assign(new ProblemError(answer.code, answer.message, answer.hint), { answer });
  }

  async hear(news) {
    Object.assign(this, { news, isGone: false });
    if (news.page === this.page && this.saved === null) this.versions = news.versions;
    this.saving?.update();
    this.show();
    if (this.saved !== null && !this.isWaiting) await this.leave();
    else if (this.isOld && !this.isWaiting) this.leaveWhenFree();
  }

  changed() {
    if (this.savedAs === null && this.conflicts.length === 0) return;
    if (this.session.changes.length > 0) this.savedAs = null;
    this.show();
  }

  /** Goes on from what was saved, as soon as the server has a page with it. */
  wasSaved(saved) {
    this.saved = saved;
    this.hear(this.news);
  }

  /** Whether a worldview is none of the model's, which lists those that it takes. */
  isUnlisted(id) {
    const { model } = this.session.model;
    return model.lists_worldviews && !model.worldviews.includes(id);
  }

  /** Whether the server has another page than this one. */
  get isOld() {
    return this.news.page !== null && this.news.page !== this.page;
  }

  /** Whether the server's page is still one from before something was saved. */
  get isWaiting() {
    return this.saved !== null && (this.news.versions[this.saved.id] ?? null) === this.saved.before;
  }

  async leaveWhenFree() {
    const { page } = this.news;
    if (this.isAbout === page) return;
    this.isAbout = page;
    while (this.isAbout === page && this.news.page === page && !this.isLeaving) {
      const isIdle = Date.now() - this.lastTouched > (this.news.found === "now" ? IDLE : AT_REST);
      const isSaving = this.isWaiting || this.saving?.isBusy();
      const isTouching = this.isPressed || isBusy(this.entered);
      if (!isSaving && !isTouching && isIdle) await this.leave();
      else this.show();
      await passed(BUSY);
    }
    if (this.isAbout === page) this.isAbout = null;
  }

  /** Loads the page that there is now, with what is changed carried over. */
  async leave() {
    if (this.isLeaving) return;
    this.isLeaving = true;
    const { saved } = this;
    this.isStuck = !(await carry(this));
    const isSaving = this.saved === null && this.saving?.isBusy(); // it was begun meanwhile
    const wasSaved = this.saved !== saved; // or it was even done
    if (this.isStuck || isSaving || wasSaved) {
      this.isLeaving = false;
      if (wasSaved) await this.hear(this.news);
      else this.show();
      return;
    }
    this.isLoading = true; // nothing is saved from now on
    const { hash, pathname, search } = location;
    if (hash.startsWith("#worldview=")) history.replaceState(null, "", pathname + search);
    location.reload();
  }

  // --- what is shown ------------------------------------------------------------------------------------

  show() {
    setText(this.words, this.sentence());
    this.element.classList.toggle("live-telling", this.isTelling);
    this.act.hidden = !this.isOld || this.isGone || this.saved !== null;
    put(this.rest, this.problems(), this.conflictList(), this.lostList());
  }

  sentence() {
    const { news } = this;
    if (this.isGone) return SAYS.gone;
    if (this.isStuck) return SAYS.stuck;
    if (this.saved !== null) return SAYS.saved;
    if (news.problems.length > 0) return SAYS.problems;
    if (this.isOld) return `${this.savedWords()}${SAYS.newer}`;
    const doing = news.doing === null ? "" : ` Now: ${news.doing.what}.`;
    return `${this.savedWords()}${news.found === "now" ? SAYS.whole : SAYS.first}${doing}`;
  }

  savedWords() {
    const { savedAs, session } = this;
    if (savedAs === null) return "";
    const saved = `Saved: ${savedAs}. `;
    if (session === null || !this.isUnlisted(savedAs)) return saved;
    return saved + unlistedWords(savedAs, session.model.model.file);
  }

  /** Whether there is something that the reader has to see, wherever they are on the page. */
  get isTelling() {
    const { news, conflicts, lost } = this;
    const isWrong = this.isGone || this.isStuck || news.problems.length > 0;
    const isSaved = this.saved !== null || this.savedAs !== null;
    return isWrong || isSaved || this.isOld || conflicts.length + lost.length > 0;
  }

  problems() {
    const items = this.news.problems.map((problem) =>
      h("li", null, h("code", null, said(`${problem.file}:${problem.line}`)), " ", problemWords(problem)),
    );
    return items.length > 0 ? h("ul", { class: "live-problems problem", role: "alert" }, items) : null;
  }

  conflictList() {
    const items = this.conflicts.map((conflict) => this.conflictItem(conflict)).filter(Boolean);
    if (items.length === 0) return null;
    const about = { class: "live-conflicts warning", role: "alert" };
    return h("div", about, h("p", null, CONFLICTS), h("ul", null, items));
  }

  conflictItem(conflict) {
    const { session } = this;
    const { kind, address, was } = conflict;
    const found = session.changes.find((one) => keyOf(one) === keyOf(conflict));
    if (found === undefined) return null;
    const { text, before } = changeOf(session, found);
    const done = () => {
      this.conflicts = this.conflicts.filter((other) => other !== conflict);
      this.show();
    };
    const take = () => {
      takeBack(session, conflict);
      done();
    };
    const about = kind === "remark" ? `your words on ${address}` : address;
    const button = (words, act) =>
      h("button", { ...SMALL, "aria-label": `${words}: ${about}`, onclick: act }, words);
    const owner = kind === "set" ? (ownerOf(session.model, address) ?? address.split(".")[0]) : address;
    const told = (one) => (kind === "set" ? said(one) : one === null ? "nothing" : ["“", said(one), "”"]);
    return h(
      "li",
      null,
      h("a", { href: entryAddress(owner) }, said(address)),
      kind === "remark" ? ", in words: on disk now " : ": on disk now ",
      h("strong", null, told(before)),
      ", yours ",
      h("strong", null, told(text)),
      ", before ",
      told(was),
      ". ",
      button("Keep mine", done),
      " ",
      button("Take the one on disk", take),
    );
  }

  /** Tells what of the changes could not be laid over the new files, until the reader has seen it. */
  lostList() {
    if (this.lost.length === 0) return null;
    const dismiss = () => {
      this.lost = [];
      this.show();
    };
    return h(
      "div",
      { class: "live-lost warning", role: "alert" },
      h("p", null, LOST),
      h("ul", null, this.lost.map(lostItem)),
      h("button", { ...SMALL, onclick: dismiss }, "I have seen it"),
    );
  }
}

function lostItem({ at, why, text = null, file = null }) {
  const yours = text === null ? null : [", yours ", said(text)];
  const whole = file === null ? null : h("pre", { class: "live-file" }, file);
  return h("li", null, said(at), yours, ": ", problemWords({ message: why }), whole);
}

function passed(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function shownAgain() {
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}
