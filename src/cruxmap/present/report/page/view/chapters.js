/** The main points in sentences, as `run` prints them: each chapter stands in the section it is about. */

import { h } from "./dom.js";
import { linked } from "./linked.js";

const SECTIONS = {
  "On what does it hang?": "hangs-on",
  "Where do we part?": "parting",
  "What would it take?": "takes",
};

/** Returns the chapters that belong into a section. */
export function chaptersOf({ chapters }, id) {
  const belongs = ({ question }) => (SECTIONS[question] ?? "answer") === id;
  return chapters.filter((chapter) => belongs(chapter) && chapter.sentences.length > 0);
}

/**
 * Returns a chapter below its question, or another `heading`; `told` are its sentences that are shown.
 * Nothing where nothing would stand below it.
 */
export function chapterView(
  chapter,
  contents,
  { heading = chapter.question, told = chapter.sentences } = {},
) {
  const { points } = chapter;
  if (told.length === 0 && points.length === 0) return null;
  return h(
    "div",
    { class: "chapter" },
    h("h3", null, heading),
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

/** Returns what was found when the page was made, for a section whose live part stands above it. */
export function asMade(contents, id) {
  return chaptersOf(contents, id).map((chapter) =>
    chapterView(chapter, contents, { heading: "As it was when this page was made" }),
  );
}
