/** The question, and the answer in sentences as it was when this page was made. */

import { h, section } from "./dom.js";
import { linked } from "./linked.js";

/**
 * Returns the first section. `standing` is what shows the present state; null where nothing can be moved.
 *
 * @returns {{element: HTMLElement}}
 */
export function answerView(contents, standing = null) {
  const [first, ...others] = contents.chapters.filter((chapter) => chapter.sentences.length > 0);
  const element = section(
    "answer",
    "The question and the answer",
    h("p", { class: "question" }, h("bdi", null, contents.question)),
    givenText(contents),
    standing,
    h(
      "div",
      { class: "told chapters" },
      first ? chapterView(first, contents, true) : null,
      others.map((chapter) => chapterView(chapter, contents)),
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

/** Returns a chapter; the first leaves out what stands above it, the question and what is given. */
function chapterView({ question, sentences, points }, contents, isFirst = false) {
  const told = isFirst ? [] : sentences;
  return h(
    "div",
    { class: "chapter" },
    h("h3", null, question),
    told.map((sentence) => h("p", null, linked(sentence, contents))),
    points.length > 0
      ? h(
          "ul",
          null,
          points.map((point) => h("li", null, linked(point, contents))),
        )
      : null,
  );
}
