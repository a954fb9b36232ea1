/** The question, and the answer in sentences as it was when this page was made. */

import { chapterView, chaptersOf } from "./chapters.js";
import { h, section } from "./dom.js";

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
