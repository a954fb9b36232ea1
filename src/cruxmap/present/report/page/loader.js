/**
 * Runs the page's script, which travels deflated: the policy of the page names its hash, and would let
 * nothing else run.
 *
 * Where a browser cannot inflate, the page stays the document that it is, and says so.
 */

import { bytesOf, inflated, textOf } from "./bytes.js";

const TOO_OLD = "This browser cannot run the page: a newer one can.";
const AS_MADE = `${TOO_OLD} What stands below is as it was when the file was made.`;
const HIDDEN = `${TOO_OLD} Without ?blind after its address, it shows what was found when the file was made.`;

/** Puts the text of the page's workers in its place, then runs the page's script, which makes `cruxmap`. */
async function load() {
  const [worker, main] = await Promise.all([blockOf("worker"), blockOf("script")]);
  document.getElementById("worker").textContent = worker;
  const element = document.createElement("script");
  element.textContent = main;
  document.head.append(element);
}

async function blockOf(id) {
  return textOf(await inflated(bytesOf(document.getElementById(id).textContent)));
}

/** Hides the document's numbers before any is seen where the address asks for a blind page. */
function hideIfBlind() {
  if (new URLSearchParams(location.search).has("blind")) document.documentElement.dataset.waits = "yes";
}

/** Says that the page stays a document. One that is blind keeps its numbers hidden, as its address asks. */
function sayDocument() {
  const say = () => {
    const notice = document.createElement("p");
    notice.className = "warning";
    notice.setAttribute("role", "alert");
    notice.textContent = document.documentElement.dataset.waits ? HIDDEN : AS_MADE;
    document.querySelector("main")?.prepend(notice);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", say);
  else say();
}

if (typeof document !== "undefined") {
  hideIfBlind();
  const loaded = load();
  globalThis.cruxmap = { ready: loaded.then(() => globalThis.cruxmap.ready) };
  loaded.catch(sayDocument);
}
