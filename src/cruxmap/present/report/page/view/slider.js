// One judgement on a line: its middle and the ends of its interval, each to be dragged or moved by keys.

import { h } from "./dom.js";
import { labelOf, placeOf, rangeOf, ticksOf, TO_END, withEnd, withMiddle } from "./scale.js";

const STEP = 0.1;
const LARGE_STEP = 0.5;
const KEYS = {
  ArrowRight: STEP,
  ArrowUp: STEP,
  ArrowLeft: -STEP,
  ArrowDown: -STEP,
  PageUp: LARGE_STEP,
  PageDown: -LARGE_STEP,
};

/**
 * A slider of log-odds or of a log. It only shows and asks: `onMove` is told where somebody wants the
 * judgement, and `show` says where it is.
 * @param {{scale: "p"|"r"|"s", name: string, value: {mu: number, sd: number},
 *   marks?: {u: number, words: string, kind: "start"|"voice"}[],
 *   onMove: (value: {mu: number, sd: number}) => void, onEnd: () => void}} options
 */
export function judgementSlider({ scale, name, value, marks = [], onMove, onEnd }) {
  let shown = value;
  let drag = null;
  const range = rangeOf(scale, [value.mu, value.mu - TO_END * value.sd, value.mu + TO_END * value.sd]);
  const band = h("div", { class: "slider-band" });
  const others = marks.map(({ u, words, kind }) =>
    at(h("span", { class: ["slider-mark", `slider-${kind}`], title: words, "aria-hidden": "true" }), u),
  );
  const thumbs = {
    middle: thumb("middle", `${name}: middle`),
    low: thumb("low", `${name}: lower end of the 90% interval`),
    high: thumb("high", `${name}: upper end of the 90% interval`),
  };
  const ticks = ticksOf(scale, range).map(({ u, label }) =>
    at(h("span", { class: "slider-tick" }, label), u),
  );
  const track = h(
    "div",
    { class: "slider-track" },
    band,
    ...others,
    thumbs.middle,
    thumbs.low,
    thumbs.high,
  );
  const element = h(
    "div",
    { class: "slider" },
    track,
    h("div", { class: "slider-ticks", "aria-hidden": "true" }, ...ticks),
  );

  track.addEventListener("pointerdown", startDrag);
  track.addEventListener("pointermove", moveDrag);
  track.addEventListener("pointerup", endDrag);
  track.addEventListener("pointercancel", endDrag);
  show(value);

  function at(part, u) {
    part.style.left = `${(100 * placeOf(u, range)).toFixed(2)}%`;
    return part;
  }

  function thumb(part, label) {
    const found = h("span", {
      class: `thumb thumb-${part}`,
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-valuemin": range[0].toFixed(3),
      "aria-valuemax": range[1].toFixed(3),
    });
    found.dataset.part = part;
    found.addEventListener("keydown", (event) => key(event, part));
    found.addEventListener("blur", onEnd);
    return found;
  }

  function moved(from, part, u) {
    return part === "middle" ? withMiddle(from, u, range) : withEnd(from, part, u, range);
  }

  function placed(part) {
    const side = { low: -1, middle: 0, high: 1 }[part];
    return Math.min(range[1], Math.max(range[0], shown.mu + side * TO_END * shown.sd));
  }

  function key(event, part) {
    let u = placed(part);
    if (event.key in KEYS) {
      u += KEYS[event.key] * (event.shiftKey ? 5 : 1);
    } else if (event.key === "Home" || event.key === "End") {
      u = range[event.key === "Home" ? 0 : 1];
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    onMove(moved(shown, part, u));
  }

  function startDrag(event) {
    if (event.button !== 0) {
      return;
    }
    const box = track.getBoundingClientRect(); // read once: nothing is measured while a thumb moves
    const part = event.target.dataset.part ?? "middle";
    const u = range[0] + ((event.clientX - box.left) / box.width) * (range[1] - range[0]);
    const offset = event.target.dataset.part === undefined ? 0 : placed(part) - u;
    drag = { part, box, offset, from: shown };
    track.setPointerCapture(event.pointerId);
    thumbs[part].focus({ preventScroll: true });
    event.preventDefault();
    moveDrag(event);
  }

  function moveDrag(event) {
    if (drag === null) {
      return;
    }
    const along = (event.clientX - drag.box.left) / drag.box.width;
    const u = range[0] + along * (range[1] - range[0]) + drag.offset;
    onMove(moved(drag.from, drag.part, u));
  }

  function endDrag() {
    if (drag !== null) {
      drag = null;
      onEnd();
    }
  }

  /** Show a judgement at `mu` with the deviation `sd`; a point has no ends to drag. */
  function show({ mu, sd }) {
    shown = { mu, sd };
    const point = sd === 0;
    element.classList.toggle("point", point);
    for (const [part, side] of [
      ["middle", 0],
      ["low", -1],
      ["high", 1],
    ]) {
      const u = mu + side * TO_END * sd;
      at(thumbs[part], u);
      thumbs[part].setAttribute("aria-valuenow", placed(part).toFixed(3));
      thumbs[part].setAttribute("aria-valuetext", labelOf(scale, u));
      thumbs[part].hidden = point && part !== "middle";
    }
    const [low, high] = [mu - TO_END * sd, mu + TO_END * sd].map((u) => placeOf(u, range));
    band.style.left = `${(100 * low).toFixed(2)}%`;
    band.style.width = `${(100 * (high - low)).toFixed(2)}%`;
    thumbs.middle.classList.toggle("beyond", Math.abs(mu) > Math.max(-range[0], range[1]) + 1e-9);
  }

  return { element, show };
}
