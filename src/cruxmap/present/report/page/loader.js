/**
 * Runs the page's script, which travels deflated: the policy of the page names its hash, and would let
 * nothing else run.
 *
 * Where a browser cannot inflate, the page stays the document that it is.
 */

import { bytesOf, inflated, textOf } from "./bytes.js";

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

if (typeof document !== "undefined") {
  hideIfBlind();
  globalThis.cruxmap = { ready: load().then(() => globalThis.cruxmap.ready) };
}
