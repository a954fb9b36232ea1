// Going on from a worldview's file as one's own: the file is chosen here. What is dropped on the page
// stands beside the others (visitors.js).

import { ProblemError } from "../language/problems.js";
import { h, put, said } from "./dom.js";
import { problemWords } from "./problem.js";

const MOST_BYTES = 500_000;
const MOST_NAMED = 8;

/**
 * @param {object} session
 * @returns {{element: HTMLElement}}
 */
export function openingView(session) {
  const input = h("input", {
    id: "worldview-file",
    type: "file",
    accept: ".yaml,.yml,text/yaml",
    onchange: () => open(input.files[0]),
  });
  const words = h("p", { class: "note", role: "status", id: "worldview-file-words" });
  input.setAttribute("aria-describedby", words.id);
  const element = h(
    "div",
    { class: "taking screen" },
    h("h3", null, "Go on from a file"),
    h(
      "p",
      { class: "taking-field" },
      h("label", { for: "worldview-file" }, "A worldview's file, to go on from as your own"),
      input,
    ),
    words,
  );

  async function open(file) {
    if (!file) return;
    put(words, ...(await opened(session, file)));
    input.value = "";
  }

  return { element };
}

/** Take a file over, and say what came of it. */
async function opened(session, file) {
  if (file.size > MOST_BYTES) return ["That file is too large for a worldview's."];
  try {
    const { isOther, leftOut } = session.openFile(await file.text());
    const lost = [" Left out, as it does not fit this map: ", namesOf(leftOut), "."];
    return [
      [said(file.name), " is open, on ", startWords(session), ". Undo brings back what was before."],
      isOther ? " The map has changed since it was made." : "",
      leftOut.length > 0 ? lost : "",
    ];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return problemWords(error);
  }
}

function startWords(session) {
  const { startedFrom } = session;
  return startedFrom === "map" ? ["the map's own numbers"] : [said(startedFrom), "'s numbers"];
}

function namesOf(leftOut) {
  const some = leftOut.slice(0, MOST_NAMED);
  const more = leftOut.length - some.length;
  const names = some.map(({ at }, i) => [i > 0 ? ", " : "", said(at)]);
  return [names, more > 0 ? ` and ${more} more` : ""];
}
