/**
 * The worldviews together: pools of their answers and of their numbers, with how much each reviewer
 * counts.
 */

import { togetherOf } from "../answers/together.js";
import { whoIsHeard } from "../answers/pooled.js";
import { formatInterval } from "../language/phrases.js";
import { along, axisOf } from "./axis.js";
import { h, onceAFrame, put, said, section, setText } from "./dom.js";
import { whenQuiet } from "./quiet.js";
import { axisBelow, bar, dot, gridLines, strip, upright } from "./strips.js";
import { capitalised, listed, percent } from "./words.js";

const [AFTER, TALL, BASE] = [400, 30, 16];

/** The most that a slider lets somebody count; a number may be larger. */
const MOST = 3;

const NAMES = {
  linear: "Mean of the estimates",
  logarithmic: "Mean of the log-odds",
  extremised: "The same, moved away from the map's own",
  "judgements-logarithmic": "Estimate at the mean of their numbers",
};

const ABOUT =
  "One answer from all reviewers, by how much each counts. The pools differ in what they take for " +
  "granted.";

const NOT_HERE =
  "What the reviewers' numbers have in common, with the map's own as the prior, takes Markov chains: " +
  "cruxmap pool tells it, and where the uncertainty lies.";

/** Returns the section of pools. */
export function togetherView(session, contents) {
  const together = togetherOf(session);
  const list = h("ul", { class: "bare weights" });
  const answers = h("ul", { class: "bare pools" });
  const notes = h("div", { class: "small quiet" });
  const working = h("p", { class: "note", role: "status" });
  const alike = h(
    "button",
    { type: "button", class: "small-button screen", onclick: () => countAlike() },
    "Let all count alike again",
  );
  const element = section(
    "together",
    "All of them together",
    h(
      "div",
      { class: "told" },
      h("p", null, ABOUT),
      h("h3", null, "How much each counts"),
      list,
      h("p", null, alike),
      h("h3", null, "What they make together"),
      answers,
      working,
      notes,
      h("p", { class: "tiny quiet" }, NOT_HERE),
    ),
  );
  const state = { weights: new Map(), little: [], isChosen: false, central: null, pooled: null };
  let rows = new Map();

  const quiet = whenQuiet(session, {
    element,
    wait: AFTER,
    ask: () => ask(),
    show: (pooled) => {
      state.pooled = pooled;
      setText(working, "");
      showAnswers();
    },
    old: () => {
      setText(working, "Means over draws are being found.");
      showCentralSoon();
    },
    failed: (error) => setText(working, `No pool over draws: ${error.message}`),
  });

  /** Those who count, by their weights. */
  const heard = () => new Map([...state.weights].filter(([, weight]) => weight > 0));

  async function ask() {
    if (state.isChosen) return heard().size === 0 ? NOBODY : together.pool(Object.fromEntries(heard()));
    const pooled = await together.pool();
    if (pooled !== null && !state.isChosen) takeLittle(pooled.says_little);
    return pooled;
  }

  /** Who says little counts nothing at first. */
  function takeLittle(little) {
    state.little = little;
    const names = whoIsHeard(together.reviewers, little);
    for (const name of together.reviewers) state.weights.set(name, names.includes(name) ? 1 : 0);
    rows.forEach((row) => row.update());
    showCentral();
  }

  function fill() {
    const names = together.reviewers;
    for (const name of [...state.weights.keys()]) if (!names.includes(name)) state.weights.delete(name);
    for (const name of names) if (!state.weights.has(name)) state.weights.set(name, 1);
    rows = new Map(names.map((name) => [name, weightRow(name, state, changed)]));
    put(list, [...rows.values()].map((row) => row.element));
  }

  function changed() {
    state.isChosen = true;
    rows.forEach((row) => row.update());
    quiet.changed();
  }

  function countAlike() {
    state.isChosen = false;
    takeLittle(state.little);
    quiet.changed();
  }

  function showCentral() {
    state.central = attempted(() => together.central(heard()));
    state.pooled = null;
    const centralIn = (name) => attempted(() => together.centralIn(name, together.given));
    rows.forEach((row, name) => row.showEstimate(centralIn(name)));
    showAnswers();
  }
  const showCentralSoon = onceAFrame(showCentral);

  function showAnswers() {
    const { central, pooled } = state;
    answers.classList.toggle("stale", pooled === null);
    const found = pooled ?? central;
    if (typeof found === "string" || found === null) {
      put(answers, h("li", null, found ?? ""));
      return;
    }
    const axis = axisOf(placesOf(central, pooled));
    const of = (all, id) => all?.answers?.find((answer) => answer.id === id);
    const ids = Object.keys(NAMES).filter((id) => of(central, id) ?? of(pooled, id));
    put(
      answers,
      ids.map((id) => answerRow(id, of(central, id), of(pooled, id), axis)),
      ids.length > 0 && h("li", { class: "under-pools" }, axisBelow(axis)),
    );
    put(notes, notesOf(found, state).map((words) => h("p", null, words)));
  }

  session.on("reviewers", () => {
    fill();
    if (!state.isChosen) for (const name of together.reviewers) state.weights.set(name, 1);
    quiet.changed();
  });
  fill();
  quiet.changed();
  return { element };
}

const NOBODY = { answers: [], left_out: [], says_little: [], reason: "nobody counts" };

/** What something is, or why it is not. */
function attempted(find) {
  try {
    return find();
  } catch (problem) {
    return problem.message;
  }
}

function placesOf(central, pooled) {
  const all = [central, pooled].filter((one) => one !== null && typeof one !== "string");
  const answers = all.flatMap((one) => one.answers);
  const ends = answers.flatMap(({ probability, interval_90: ends }) => [probability, ...(ends ?? [])]);
  return [...ends, ...all.flatMap((one) => Object.values(one.worldviews ?? {}))];
}

/** Who counts how much: a slider, and the same as a number. */
function weightRow(name, state, changed) {
  const id = `weight-${name}`;
  const slider = h("input", {
    type: "range",
    min: 0,
    max: MOST,
    step: 0.05,
    id,
    oninput: () => set(Number(slider.value)),
  });
  const number = h("input", {
    type: "number",
    min: 0,
    step: "any",
    "aria-label": `How much ${name} counts, as a number`,
    onchange: () => set(Number(number.value)),
  });
  const estimate = h("span", { class: "number small" });
  const share = h("span", { class: "small quiet" });
  const element = h(
    "li",
    { class: "weight-row" },
    h("label", { for: id, class: "weight-name" }, said(name)),
    estimate,
    slider,
    number,
    share,
  );

  function set(weight) {
    state.weights.set(name, Number.isFinite(weight) && weight > 0 ? Math.min(weight, 1e9) : 0);
    changed();
  }

  function update() {
    const weight = state.weights.get(name);
    const whole = [...state.weights.values()].reduce((sum, one) => sum + one, 0);
    const part = whole > 0 ? `${Math.round((100 * weight) / whole)}%` : "0%";
    slider.value = String(Math.min(MOST, weight));
    slider.setAttribute("aria-valuetext", weight === 0 ? "does not count" : `${weight}, ${part} of all`);
    if (document.activeElement !== number) number.value = String(weight);
    const isLittle = weight === 0 && state.little.includes(name);
    setText(share, weight > 0 ? `${part} of all` : isLittle ? "left out: says little" : "left out");
    element.classList.toggle("pale", weight === 0);
  }

  const showEstimate = (central) => {
    const isKnown = typeof central === "number";
    setText(estimate, isKnown ? `${percent(central)} central` : (central ?? "not defined"));
  };
  update();
  return { element, update, showEstimate };
}

function answerRow(id, central, pooled, axis) {
  const { probability, interval_90: ends, rests_on: restsOn } = pooled ?? central;
  const spread = ends ? `, 90% of draws: ${formatInterval(...ends)}` : "";
  const words = pooled
    ? `${percent(probability)} mean${central ? `, ${percent(central.probability)} central` : ""}`
    : `${percent(probability)} central, mean: working`;
  const x = (p) => along(axis, p);
  return h(
    "li",
    { class: "worldview" },
    h(
      "div",
      { class: "worldview-words" },
      h("strong", null, NAMES[id]),
      h("span", { class: "number small" }, words),
      ends && h("span", { class: "number small quiet" }, `90% of draws: ${formatInterval(...ends)}`),
      h("p", { class: "tiny quiet" }, `${capitalised(restsOn)}.`),
    ),
    strip(
      TALL,
      `${NAMES[id]}: ${words}${spread}`,
      gridLines(axis, TALL),
      ends ? bar(x(ends[0]), x(ends[1]), BASE, 3, "interval") : null,
      central ? upright(x(central.probability), BASE - 9, BASE + 9, "central") : null,
      pooled ? dot(x(probability), BASE, "mean") : null,
    ),
  );
}

/** Who is left out, and why; why the pools differ, or why there are none. */
function notesOf({ left_out: leftOut, reason, explanation }, { little, isChosen, weights }) {
  const silent = isChosen ? [] : little.filter((name) => weights.get(name) === 0);
  return [
    reason && `${capitalised(reason)}.`,
    ...(leftOut ?? []).map(({ worldview, reason: why }) => `Left out: ${worldview} (${why}).`),
    silent.length > 0 &&
      `Left out, as they say little about this target: ${listed(silent)}. ` +
        "Give them a weight to let them count.",
    explanation,
  ].filter(Boolean);
}
