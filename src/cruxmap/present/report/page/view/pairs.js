/**
 * Who parts from whom, and on what: every pair of worldviews, with the entry that carries most of each
 * gap.
 */

import { togetherOf } from "../answers/together.js";
import { formatRatio } from "../language/notation.js";
import { h, put, said, setText } from "./dom.js";
import { entryLink, textOf } from "./linked.js";
import { whenQuiet } from "./quiet.js";
import { listed, percent } from "./words.js";

const AFTER = 900;

/** Fewer worldviews need no table. */
const FEWEST = 3;

/** Times the odds below which two are as good as the same. */
const SAME = 1.05;

/** How many entries have a letter of their own; what carries fewer gaps is named when one looks closer. */
const MOST_LETTERS = 12;
const LETTERS = "ABCDEFGHIJKL";

const ABOUT =
  "Each number is how many times the odds of one are those of the other, at central numbers: blue where " +
  "the row is higher, orange where it is lower. Beside each name is its mean. The letter is the entry " +
  "that carries most of the gap. Neighbours think alike about the claims that the target rests on. " +
  "Choose a gap to see what it is made of.";

/**
 * Returns the table; `compare(a, b)` opens the diff of two.
 *
 * @returns {HTMLElement}
 */
export function pairsView(session, contents, compare) {
  const together = togetherOf(session);
  const place = h("div", { class: "pairs-table", role: "region", tabindex: "0" });
  place.setAttribute("aria-label", "Who parts from whom, as a table");
  const legend = h("ol", { class: "bare small pairs-legend" });
  const note = h("p", { class: "note", role: "status" }, "Working.");
  const element = h(
    "div",
    { class: "pairs", hidden: true },
    h("h3", null, "Who parts from whom, and on what"),
    h("p", { class: "small quiet" }, ABOUT),
    place,
    note,
    legend,
  );
  let shown = "";

  const quiet = whenQuiet(session, {
    element: place,
    wait: AFTER,
    ask: async () => {
      if (shown !== keyOf(session)) show(together.pairsAtOnce());
      const matrix = await together.pairs({ carriers: false });
      if (matrix === null) return null;
      show(matrix);
      return matrix.worldviews.length < FEWEST ? matrix : together.pairs();
    },
    show,
    old: () => place.classList.toggle("stale", shown !== keyOf(session)),
    failed: (error) => setText(note, `The pairs could not be found: ${error.message}`),
  });
  session.on("progress", ({ of, done, most }) => {
    if (of === "pairs") setText(note, done < most ? `Looking into the gaps: ${done} of ${most}.` : "");
  });
  session.on("reviewers", update);
  update();

  /** The table is there where there is more than one pair. */
  function update() {
    element.hidden = together.voices.length < FEWEST;
    quiet.changed();
  }

  function show(matrix) {
    element.hidden = matrix.worldviews.length < FEWEST;
    const letters = lettersOf(matrix);
    put(place, tableOf(matrix, letters, contents, compare));
    put(legend, legendOf(matrix, letters, contents));
    setText(note, matrix.carried_by ? littleText(matrix) : "Looking into the gaps.");
    shown = matrix.carried_by ? keyOf(session) : "";
    place.classList.toggle("stale", false);
  }

  return element;
}

/** What the table depends on: it does not change with the reader's own numbers. */
function keyOf(session) {
  return JSON.stringify([session.worldviews, session.step.given]);
}

function littleText({ says_little: little }) {
  return little.length > 0 ? `Left out, as they say little about this target: ${listed(little)}.` : "";
}

/** A letter for each entry that carries most gaps, those that carry more first. */
function lettersOf({ carried_by: carried }) {
  const counts = new Map();
  (carried ?? []).forEach((row, i) =>
    row.slice(0, i).forEach((carrier) => {
      if (carrier !== null) counts.set(carrier.id, (counts.get(carrier.id) ?? 0) + 1);
    }),
  );
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return new Map(
    sorted.slice(0, MOST_LETTERS).map(([id, count], k) => [id, { letter: LETTERS[k], count }]),
  );
}

function legendOf({ worldviews: { length: n } }, letters, contents) {
  const most = (n * (n - 1)) / 2;
  return [...letters].map(([id, { letter, count }]) =>
    h(
      "li",
      null,
      h("strong", { class: "pair-letter" }, letter),
      " ",
      entryLink(id, contents),
      h("span", { class: "quiet" }, ` carries most in ${count} of ${most} pairs. `),
      said(textOf(id, contents), { class: "quiet" }),
    ),
  );
}

function tableOf(matrix, letters, contents, compare) {
  const { worldviews } = matrix;
  const widest = widestOf(matrix);
  const cells = [];
  const head = h(
    "tr",
    null,
    h("th", { scope: "col" }, h("span", { class: "unseen" }, "Worldview")),
    worldviews.slice(0, -1).map((name, j) => h("th", { scope: "col", title: name }, columnName(name, j))),
  );
  const rows = worldviews.map((name, i) =>
    h(
      "tr",
      null,
      rowHead(matrix, i),
      worldviews.slice(0, -1).map((_, j) => {
        if (j >= i) return h("td", { class: "nothing" });
        const cell = cellOf(matrix, [i, j], { letters, widest, contents, compare });
        cells.push({ i, j, button: cell.button });
        return cell.element;
      }),
    ),
  );
  moveByArrows(cells);
  return h("table", null, h("thead", null, head), h("tbody", null, rows));
}

/** A column is called by the number of its row, and to whoever hears it by its name. */
function columnName(name, j) {
  return [
    h("span", { "aria-hidden": "true" }, String(j + 1)),
    h("span", { class: "unseen" }, name),
  ];
}

function rowHead({ worldviews, means, probabilities }, i) {
  return h(
    "th",
    { scope: "row" },
    h("span", { class: "quiet", "aria-hidden": "true" }, `${i + 1} `),
    said(worldviews[i] === "map" ? "the map's own" : worldviews[i]),
    h("span", { class: "number tiny quiet" }, ` ${percent(means[i] ?? probabilities[i])}`),
  );
}

function widestOf({ gap_logit: gaps }) {
  return Math.max(...gaps.flat().map((gap) => Math.abs(gap ?? 0)), Math.log(2));
}

function cellOf(matrix, [i, j], { letters, widest, contents, compare }) {
  const [a, b] = [matrix.worldviews[i], matrix.worldviews[j]];
  const gap = matrix.gap_logit[i][j];
  const carrier = matrix.carried_by?.[i][j] ?? null;
  const times = gap === null ? null : Math.exp(Math.abs(gap));
  const letter = carrier === null ? "" : (letters.get(carrier.id)?.letter ?? "");
  const words = wordsOf(a, b, gap, carrier, contents);
  const button = h(
    "button",
    { type: "button", class: "pair", title: words, "aria-label": `${words} Open the diff.` },
    h("span", { "aria-hidden": "true" }, times === null ? "–" : times < SAME ? "=" : formatRatio(times)),
    letter && h("sup", { class: "pair-letter", "aria-hidden": "true" }, letter),
  );
  button.addEventListener("click", () => compare(a, b));
  const way = times === null || times < SAME ? "even" : gap > 0 ? "higher" : "lower";
  const element = h("td", { class: `pair-cell ${way}` }, button);
  element.style.setProperty("--depth", `${depthOf(gap, widest)}%`);
  return { element, button };
}

/** How deep a cell is coloured, in per cent. */
function depthOf(gap, widest) {
  return gap === null ? 0 : Math.round((100 * Math.abs(gap)) / widest);
}

/** A pair in words: how far apart, and on what most. */
function wordsOf(a, b, gap, carrier, contents) {
  if (gap === null) return `${a} and ${b}: no gap that is a number.`;
  const times = Math.exp(Math.abs(gap));
  if (times < SAME) return `${a} and ${b}: as good as the same.`;
  const apart = `${a} is ${formatRatio(times)} ${gap > 0 ? "higher" : "lower"} in odds than ${b}`;
  if (carrier === null) return `${apart}.`;
  const part = Math.round((10 * carrier.share_logit) / gap) * 10;
  const text = textOf(carrier.id, contents).replace(/\.$/, "");
  return `${apart}, about ${part}% of it by ${carrier.id}${text ? `: ${text}` : ""}.`;
}

/** One of the cells can be reached by Tab, and the others from it by arrows. */
function moveByArrows(cells) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const at = (i, j) => cells.find((cell) => cell.i === i && cell.j === j);
  cells.forEach(({ i, j, button }, number) => {
    button.tabIndex = number === 0 ? 0 : -1;
    button.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      const next = step && at(i + step[0], j + step[1]);
      if (!step) return;
      event.preventDefault();
      if (!next) return;
      button.tabIndex = -1;
      next.button.tabIndex = 0;
      next.button.focus();
    });
  });
}
