// Going on from a worldview's file as one's own: the file is chosen here. What is dropped on the page
// stands beside the others (visitors.js).

import { textsOf } from "../answers/receiving.js";
import { ProblemError } from "../language/problems.js";
import { h, put, said } from "./dom.js";
import { problemWords } from "./problem.js";

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
  const { written, refused } = await textsOf([file]);
  if (refused.length > 0) return problemWords(refused[0].problems[0]);
  try {
    const { isOther, changed, leftOut } = session.openFile(written[0].text);
    const lost = [" Left out, as it does not fit this map: ", namesOf(leftOut), "."];
    return [
      [said(file.name), " is open, on ", startWords(session), ". Undo brings back what was before."],
      changedWords(isOther, changed),
      leftOut.length > 0 ? lost : "",
    ];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return problemWords(error);
  }
}

/** Which of the entries that the file speaks of have changed since it was made. */
function changedWords(isOther, changed) {
  if (changed.length === 0) return isOther ? " The map has changed since it was made." : "";
  const names = changed.map(({ id, isGone }) => ({ at: isGone ? `${id} (gone)` : id }));
  return [" Changed since it was made: ", namesOf(names), "."];
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
