/** Strips on an axis of probabilities: a base line, bars, shapes and marks, and the axis below them. */

import { along, ticksAlong } from "./axis.js";
import { h, s } from "./dom.js";

const MARK = 5;

/** Returns a share of the width as SVG writes it. */
export function acrossText(place) {
  return `${(100 * place).toFixed(2)}%`;
}

/**
 * Returns a strip as wide as its place, of `height` pixels, named for screen readers by `label`.
 *
 * What is in it places itself by shares of the width, so that it fits every screen without being redrawn.
 */
export function strip(height, label, ...children) {
  return s(
    "svg",
    { class: "strip", width: "100%", height, role: "img", "aria-label": label },
    ...children,
  );
}

/** Returns faint lines at the ticks of an axis. */
export function gridLines(axis, height) {
  return ticksAlong(axis).map((p) => {
    const x = acrossText(along(axis, p));
    return s("line", { class: "grid", x1: x, x2: x, y1: 0, y2: height });
  });
}

/** Returns a bar between two places. */
export function bar(from, to, y, height, kind) {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const width = acrossText(Math.max(right - left, 0));
  return s("rect", { class: kind, x: acrossText(left), width, y: y - height / 2, height, rx: 1 });
}

/** Returns an upright line at a place. */
export function upright(place, top, bottom, kind) {
  return s("line", { class: kind, x1: acrossText(place), x2: acrossText(place), y1: top, y2: bottom });
}

/** Returns a dot at a place. */
export function dot(place, y, kind, radius = MARK) {
  return s("circle", { class: kind, cx: acrossText(place), cy: y, r: radius });
}

/** Returns a diamond at a place: what somebody said. */
export function diamond(place, y, kind) {
  const d = `M0 ${-MARK - 1}L${MARK + 1} 0L0 ${MARK + 1}L${-MARK - 1} 0Z`;
  return s("svg", { x: acrossText(place), y, overflow: "visible" }, s("path", { class: kind, d }));
}

/** Returns a shape from heights (0 to 1) at even places, standing on `base` and at most `tall` high. */
export function shape(heights, base, tall, kind) {
  const step = 1000 / (heights.length - 1);
  const points = heights.map((y, i) => `${(i * step).toFixed(1)} ${(100 * (1 - y)).toFixed(1)}`);
  const box = { viewBox: "0 0 1000 100", preserveAspectRatio: "none", width: "100%", height: tall };
  const path = s("path", { class: kind, d: `M0 100L${points.join("L")}L1000 100Z` });
  return s("svg", { ...box, y: base - tall }, path);
}

/** Returns the numbers below strips, for the eye alone: each strip says its own in words. */
export function axisBelow(axis, most = 7) {
  const labels = ticksAlong(axis, most).map((p) => {
    const label = h("span", { class: "tick" }, tickText(p));
    label.style.left = acrossText(along(axis, p));
    return label;
  });
  return h("div", { class: "axis", "aria-hidden": "true" }, ...labels);
}

/** Writes a round probability without digits that say nothing: `0.2%`, `50%`, `99.9%`, `1e-6`. */
function tickText(p) {
  if (p < 1e-5) return p.toExponential(0);
  return p > 1 - 1e-5 ? `1 - ${(1 - p).toExponential(0)}` : `${Number((100 * p).toPrecision(6))}%`;
}
