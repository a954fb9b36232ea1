// Moving the map by pointer: pan by dragging, zoom by wheel and by two fingers.

import { zoomed } from "./map_geometry.js";

const A_DRAG = 4; // pixels; less is a click
const BY_LINE = 0.05;
const BY_PIXEL = 0.002;
const BY_PINCH = 0.01; // a trackpad's, which comes as a wheel with Ctrl

/**
 * Let a sheet in a frame be moved. `started` is called before, `looked` says where the map is, `turnTo`
 * moves it. The wheel scrolls the page until somebody is in the map, or holds Ctrl; `hint` says so.
 */
export function movable(frame, sheet, { started, looked, turnTo, hint }) {
  const pointers = new Map();
  let pinch = null;
  let dragged = 0;
  let origin = null;

  frame.addEventListener("wheel", wheel, { passive: false });
  sheet.addEventListener("pointerdown", down);
  sheet.addEventListener("pointermove", move);
  sheet.addEventListener("pointerup", up);
  sheet.addEventListener("pointercancel", up);
  sheet.addEventListener("click", click, { capture: true });
  sheet.addEventListener("dragstart", (event) => event.preventDefault());

  function placeIn(event) {
    return { x: event.clientX - origin.left, y: event.clientY - origin.top };
  }

  function wheel(event) {
    hint.hidden = event.ctrlKey || frame.contains(document.activeElement);
    if (hint.hidden) {
      event.preventDefault();
      origin = frame.getBoundingClientRect();
      const by = event.deltaMode === 1 ? BY_LINE : event.ctrlKey ? BY_PINCH : BY_PIXEL;
      turnTo(zoomed(looked(), Math.exp(-event.deltaY * by), placeIn(event)));
    }
  }

  function down(event) {
    if (event.button !== 0) {
      return;
    }
    started();
    origin = frame.getBoundingClientRect();
    pointers.set(event.pointerId, placeIn(event));
    dragged = pointers.size > 1 ? A_DRAG : 0;
    pinch = pointers.size === 2 ? spread() : null;
    hint.hidden = true;
  }

  function move(event) {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = placeIn(event);
    dragged += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (dragged < A_DRAG) {
      return;
    }
    if (!sheet.hasPointerCapture(event.pointerId)) {
      sheet.setPointerCapture(event.pointerId);
    }
    pointers.set(event.pointerId, now);
    if (pinch !== null && pointers.size === 2) {
      const next = spread();
      turnTo(moved(zoomed(looked(), next.size / pinch.size, next.middle), pinch.middle, next.middle));
      pinch = next;
    } else {
      turnTo(moved(looked(), before, now));
    }
  }

  function up(event) {
    pointers.delete(event.pointerId);
    pinch = null;
  }

  /** What ends a drag is no click. */
  function click(event) {
    if (dragged >= A_DRAG) {
      event.preventDefault();
      event.stopPropagation();
      dragged = 0;
    }
  }

  function spread() {
    const [a, b] = [...pointers.values()];
    const size = Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    return { size, middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }
}

function moved(look, from, to) {
  return { ...look, x: look.x + to.x - from.x, y: look.y + to.y - from.y };
}
