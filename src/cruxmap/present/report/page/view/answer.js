/** The question, and the answer in sentences as it was when this page was made. */

import { chapterView, chaptersOf } from "./chapters.js";
import { h, section } from "./dom.js";

const RECONCILED = "Each worldview is fitted to what its reviewer stated.";

const NOT_HERE =
  "That is told as it was when this page was made. What the page itself computes takes every number as it " +
  "was given, also where you start from a worldview: means and rankings may differ from those.";

/**
 * Returns the first section. `standing` is what shows the present state; null where nothing can be moved.
 *
 * @returns {{element: HTMLElement}}
 */
export function answerView(contents, standing = null) {
  const chapters = chaptersOf(contents, "answer");
  const element = section(
    "answer",
    "The question and the answer",
    h("p", { class: "question" }, h("bdi", null, contents.question)),
    givenText(contents),
    reconciledText(contents, standing !== null),
    standing,
    h(
      "div",
      { class: "told" },
      chapters.map((chapter, i) =>
        chapterView(chapter, contents, { told: i === 0 ? [] : chapter.sentences }),
      ),
    ),
  );
  return { element };
}

function reconciledText({ reconcile }, isLive) {
  if (!reconcile) return null;
  return h("p", { class: "quiet" }, RECONCILED, isLive ? ` ${NOT_HERE}` : null);
}

function givenText({ assuming, observed }) {
  const said = [
    ["Assuming", assuming],
    ["Having observed", observed],
  ].filter(([, list]) => list.length > 0);
  if (said.length === 0) return null;
  return h(
    "p",
    { class: "quiet" },
    said.map(([how, list]) => `${how} ${list.join(", ")}. `),
  );
}
