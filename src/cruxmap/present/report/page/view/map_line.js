// A line of the map: as thick as it counts now, and what it does by colour and by dashes.

import { isBlind } from "./blind.js";
import { h, s } from "./dom.js";
import { lineWeight, stepOf } from "./weights.js";

const [LEAST_WIDTH, MOST_WIDTH] = [0.8, 7];
const STEPS = 12;
const BLIND_STEP = 3;
const HOW_WORDS = {
  for: "for",
  against: "against",
  undercuts: "undercuts an argument",
  part: "part of the basis",
};

/** `update` takes what learning each entry would tell (see `toldBy`), and makes the line thick or thin. */
export function lineOf(session, contents, edge) {
  const element = s("path", { class: ["edge", `edge-${edge.how}`, signClass(edge)], d: edge.path });
  let shownStep = -1;

  function update(told) {
    const step = isBlind() ? BLIND_STEP : stepOf(lineWeight(session, contents, edge, told), STEPS);
    if (step !== shownStep) {
      shownStep = step;
      const width = LEAST_WIDTH + ((MOST_WIDTH - LEAST_WIDTH) * step) / STEPS;
      element.style.setProperty("--weight", width.toFixed(2));
      element.classList.toggle("idle", step === 0);
    }
  }

  return { edge, element, shown: true, update };
}

function signClass({ how, sign }) {
  return how === "part" ? ({ 1: "sign-up", "-1": "sign-down" }[sign] ?? "sign-either") : null;
}

/** What the lines and bars mean; `leftOut` entries are not on the map. */
export function legend(leftOut) {
  const sample = (how, sign) =>
    s(
      "svg",
      { class: "sample", width: 36, height: 10, "aria-hidden": "true" },
      s("path", { class: ["edge", `edge-${how}`, sign], d: "M1 5H35" }),
    );
  return h(
    "div",
    { class: "legend tiny" },
    ...Object.entries(HOW_WORDS).map(([how, words]) =>
      h("span", null, sample(how, how === "part" ? "sign-up" : null), words),
    ),
    h("span", null, sample("part", "sign-down"), "part that makes it less likely"),
    h(
      "span",
      { class: "quiet" },
      "Thick lines count more now. Bars: how likely; of arguments, how much they count.",
    ),
    leftOut > 0
      ? h("span", { class: "quiet" }, `${leftOut} entries that tell least are in the outline only.`)
      : "",
  );
}
