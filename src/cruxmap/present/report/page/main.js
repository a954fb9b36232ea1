/** Opens the page: reads its data, shows it, and lets scripts and tests ask what a reader can ask. */

import { createSession } from "./answers/session.js";
import { parseJudgement } from "./language/notation.js";
import { followAddress } from "./view/address.js";
import { answerView } from "./view/answer.js";
import { argumentView } from "./view/argument.js";
import { blindView, isBlind, setBlind, untold } from "./view/blind.js";
import { changesView } from "./view/changes.js";
import { dataOf, workerMaker } from "./view/data.js";
import { h, liveRegion, section } from "./view/dom.js";
import { hangsOnView } from "./view/hangs_on.js";
import { interviewView } from "./view/interview.js";
import { followServer, newsOfPage, takeUp } from "./view/live.js";
import { pairsView } from "./view/pairs.js";
import { partingView } from "./view/parting.js";
import { asSentence } from "./view/problem.js";
import { readOnlyView } from "./view/read_only.js";
import { scripted } from "./view/scripted.js";
import { standingView } from "./view/standing.js";
import { tagChoice } from "./view/tags.js";
import { takesView } from "./view/takes.js";
import { togetherView } from "./view/together.js";
import { visitorsView } from "./view/visitors.js";
import { worldviewsView } from "./view/worldviews.js";

const HIDDEN_AT_FIRST = ["worldviews", "together", "hangs-on", "parting", "takes"];

/** Opens the page of this document; `globalThis.cruxmap.ready` says when it answers. */
export function openPage() {
  if (new URLSearchParams(location.search).has("blind")) hideAtOnce();
  const ready = opened();
  globalThis.cruxmap = scripted(ready);
  ready.catch(async (error) => {
    await documentRead();
    showFailure("This page cannot compute here.", error);
  });
}

/** Hides the document's numbers until the live page, which shows none at first, is there. */
function hideAtOnce() {
  setBlind(true);
  document.documentElement.dataset.waits = "yes";
}

async function opened() {
  const [contents, model] = await Promise.all([dataOf("contents"), dataOf("model")]);
  if (contents.blind) setBlind(true);
  const session = model.exact ? createSession(model, { contents, makeWorker: workerMaker() }) : null;
  await documentRead();
  const news = await newsOfPage();
  const carried = news === null ? null : await takeUp(session);
  if (session === null) showReadOnly(contents, model);
  else showAll(session, session.contents, model);
  if (news !== null) attempt(() => followServer(session, news, carried));
  return session;
}

function documentRead() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

/** Puts the live sections in the place of those in the document; one that fails leaves what is written. */
function showAll(session, contents, model) {
  const threshold = (text) => thresholdOf(text, model.lexicon);
  const live = liveRegion();
  const tags = tagChoice(contents);
  const files = visitorsView(session, contents, live.say);
  const worldviews = worldviewsView(session, contents, [files.element]);
  document.body.append(live.element);
  let interview = null;
  const ask = session.interview && ((id) => interview?.ask(id));
  const sections = [
    () => showAnswer(session, contents, { tell: worldviews.showMine, say: live.say }),
    () => replace("worldviews", worldviews.element),
    () => replace("hangs-on", hangsOnView(session, contents, tags).element),
    () => showTogether(session, contents),
    () => showParting(session, contents, live.say),
    () => replace("takes", takesView(session, contents, threshold).element),
    () => showArgument(session, contents, { ask, tags }),
    () => showChanges(session, contents),
  ];
  for (const show of sections) attempt(show);
  const blind = isBlind() ? showBlind(session) : null;
  if (blind !== null || session.interview !== null) addUntold(blind === null);
  const show = () => blind?.show();
  attempt(() => (interview = showInterview(session, contents, { say: live.say, show })));
  document.documentElement.dataset.live = "yes";
  delete document.documentElement.dataset.waits;
  followAddress(session, tell);
}

function attempt(show) {
  try {
    show();
  } catch (error) {
    showFailure("A part of this page could not be opened.", error);
  }
}

/** The interview is the first that is offered. */
function showInterview(session, contents, ways) {
  if (session.interview === null) return null;
  const view = interviewView(session, contents, ways);
  document.getElementById("answer").before(view.element);
  const link = h("li", null, h("a", { href: "#interview" }, "Make it yours"));
  document.querySelector("header nav ul")?.prepend(link);
  return view;
}

function showAnswer(session, contents, told) {
  const standing = standingView(session, contents, told);
  replace("answer", answerView(contents, standing.element).element);
  document.body.append(standing.bar);
}

/** The pools stand after the worldviews. */
function showTogether(session, contents) {
  const { element } = togetherView(session, contents);
  document.getElementById("worldviews").after(element);
  const link = h("li", null, h("a", { href: "#together" }, "All of them together"));
  document.querySelector('header nav a[href="#worldviews"]')?.parentNode.after(link);
}

function showParting(session, contents, say) {
  const pairs = pairsView(session, contents, (a, b) => parting.compare(a, b));
  const parting = partingView(session, contents, say, pairs);
  replace("parting", parting.element);
}

function showArgument(session, contents, ways) {
  const { element } = argumentView(session, contents, ways);
  replace("argument", section("argument", "The argument", element));
}

function showChanges(session, contents) {
  const title = "What you changed";
  replace("changes", section("changes", title, changesView(session, contents).element));
  document.querySelector("header nav ul")?.append(h("li", null, h("a", { href: "#changes" }, title)));
}

function showReadOnly(contents, model) {
  document.querySelector("main").prepend(readOnlyView(model.why_not_exact));
  replace("worldviews", worldviewsView(null, contents).element);
}

function showBlind(session) {
  document.querySelector("main > .warning")?.remove(); // says the same for pages without scripts
  const { element, bar, show } = blindView(session);
  document.getElementById("answer").append(element);
  document.body.append(bar);
  return { show };
}

/** Puts a line in the place of what is hidden; at the head of the page where nothing else says so. */
function addUntold(atHead) {
  const ids = atHead ? ["answer", ...HIDDEN_AT_FIRST] : HIDDEN_AT_FIRST;
  for (const id of ids) document.getElementById(id)?.append(untold());
}

/** Puts a section in the place of the document's; where that has none, before the argument. */
function replace(id, element) {
  const written = document.getElementById(id);
  const argument = document.getElementById("argument");
  if (written !== null) written.replaceWith(element);
  else if (argument !== null && id !== "changes") argument.before(element);
  else document.querySelector("main").append(element);
}

/** Reads a threshold: a point in the language's notation. */
function thresholdOf(text, lexicon) {
  const { point, low, sameAs } = parseJudgement(text, "p", lexicon);
  if (sameAs !== null || !point || low <= 0 || low >= 1) {
    throw new RangeError("A threshold is one number between 0% and 100%, such as 10%");
  }
  return low;
}

function showFailure(what, error) {
  console.error(error);
  tell(`${what} ${asSentence(error.message)} What stands below is as it was when the file was made.`);
}

/** Shows a notice at the head of the page, in the place of one before. */
function tell(...children) {
  document.getElementById("notice")?.remove();
  const notice = h("div", { id: "notice", class: "warning", role: "alert" }, ...children);
  document.querySelector("main")?.prepend(notice);
}

if (typeof document !== "undefined") openPage();
