/** What it would take to carry the target over a threshold that the reader types. */

import { THERE_ALREADY } from "../answers/takes.js";
import { formatRatio } from "../language/notation.js";
import { asMade } from "./chapters.js";
import { h, put, section, setText } from "./dom.js";
import { entryLink } from "./linked.js";
import { problemWords } from "./problem.js";
import { percent } from "./words.js";

/**
 * Returns the section.
 *
 * @param {(text: string) => number} probabilityOf reads a threshold; throws what says why it cannot
 */
export function takesView(session, contents, probabilityOf) {
  const side = h(
    "select",
    { "aria-label": "Side of the threshold" },
    h("option", { value: "above" }, "above"),
    h("option", { value: "below" }, "below"),
  );
  const field = h("input", {
    id: "takes-threshold",
    type: "text",
    size: "9",
    value: twiceTheOdds(session.central),
    autocomplete: "off",
  });
  const problem = h("p", { class: "problem", role: "alert" });
  const status = h("p", { class: "note", role: "status" });
  const answer = h("div");
  const form = h(
    "form",
    { class: "row", onsubmit: (event) => ask(event) },
    h("label", { for: "takes-threshold" }, "What would carry the estimate"),
    side,
    field,
    h("button", { type: "submit", class: "main" }, "Find out"),
  );
  let asked = null;
  const ask = async (event) => {
    event.preventDefault();
    const threshold = read();
    if (threshold === null) {
      asked = null; // what was asked before would stand as if it answered this
      put(answer);
      setText(status, "");
      return;
    }
    const version = session.version;
    asked = { version };
    const mine = asked;
    setText(status, "Searching for the fewest changes; this may take half a minute.");
    try {
      const takes = await session.takes({ [side.value]: threshold });
      if (asked !== mine || takes === null) return;
      put(answer, takesAnswer(takes, contents));
      answer.classList.toggle("stale", version !== session.version);
      setText(status, version === session.version ? "" : "Of before your last change.");
    } catch (error) {
      if (asked === mine) setText(status, `No answer: ${error.message}`);
    }
  };
  const read = () => {
    try {
      const threshold = probabilityOf(field.value);
      field.setAttribute("aria-invalid", "false");
      put(problem);
      return threshold;
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      put(problem, problemWords(error));
      return null;
    }
  };
  session.on("progress", ({ of, done, most }) => {
    if (of !== "takes") return;
    setText(status, `Fitting the ways that were found to all draws: ${done} of ${most} are done.`);
  });
  session.on("central", () => {
    if (asked !== null && asked.version !== session.version) {
      answer.classList.toggle("stale", true);
      setText(status, "Of before your last change. Ask again for the present numbers.");
    }
  });
  const about =
    "The fewest numbers that would have to change, each within three deviations of its own interval.";
  const element = section(
    "takes",
    "What would it take?",
    h(
      "div",
      { class: "told" },
      h("p", null, about),
      form,
      problem,
      status,
      answer,
      asMade(contents, "takes"),
    ),
  );
  return { element };
}

/** A threshold to begin with: twice the odds of the present estimate. */
function twiceTheOdds({ target, impossible }) {
  return impossible !== null || target <= 0 || target >= 1 ? "10%" : percent((2 * target) / (1 + target));
}

function takesAnswer(takes, contents) {
  const ways = takes.frontier ?? [];
  if (ways.length === 0) return h("p", null, noWayText(takes.reason));
  return h(
    "ol",
    { class: "ways" },
    ways.map((way) => wayView(way, contents)),
  );
}

function noWayText(reason) {
  if (reason === THERE_ALREADY) return "Nothing has to change: the estimate is there already.";
  return `Nothing found would do it: ${reason ?? "there is no way"}.`;
}

function wayView({ count, estimate, steps }, contents) {
  const number = count === 1 ? "One change" : `${count} changes`;
  return h(
    "li",
    null,
    h("p", null, `${number}: then it is ${percent(estimate)}.`),
    h(
      "ul",
      { class: "small" },
      steps.map((step) => stepView(step, contents)),
    ),
  );
}

function stepView({ address, log_odds: move, deviations, value, before, after }, contents) {
  const write = value.endsWith("x") ? formatRatio : percent;
  const how = `${move > 0 ? "raise" : "lower"} `;
  const far = ` (${Math.abs(deviations).toFixed(1)} deviations)`;
  return h(
    "li",
    null,
    how,
    entryLink(address, contents),
    ` from ${write(before)} to ${write(after)}`,
    far,
  );
}
