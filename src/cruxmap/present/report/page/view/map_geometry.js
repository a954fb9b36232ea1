// Where things are on the map, and what of it is looked at. Nothing here touches the page.

const NEAREST = 4;
export const FARTHEST = 0.02;
const COLUMN = 90;
const ROW = 18;
const MOST_IN_COLUMN = 9;

/** @typedef {{x: number, y: number, k: number}} Look where the map's origin is on the screen; its scale */

/** The look after zooming by a factor about a place of the screen, which stays where it is. */
export function zoomed({ x, y, k }, factor, at) {
  const wanted = Math.min(NEAREST, Math.max(FARTHEST, k * factor));
  const by = wanted / k;
  return { x: at.x - by * (at.x - x), y: at.y - by * (at.y - y), k: wanted };
}

/** The look at which a box fills the screen, no larger than life. */
export function fitted(box, screen, margin = 12) {
  const room = { w: Math.max(1, screen.w - 2 * margin), h: Math.max(1, screen.h - 2 * margin) };
  const k = Math.min(1, Math.max(FARTHEST, Math.min(room.w / box.w, room.h / box.h)));
  return { x: screen.w / 2 - k * (box.x + box.w / 2), y: screen.h / 2 - k * (box.y + box.h / 2), k };
}

/** The look with a box in the middle, at a scale at which it can be read. */
export function centred(look, box, screen, least = 0.8) {
  const k = Math.max(look.k, least);
  return { x: screen.w / 2 - k * (box.x + box.w / 2), y: screen.h / 2 - k * (box.y + box.h / 2), k };
}

/** The look moved as little as shows a box whole. */
export function showing(look, box, screen, margin = 16) {
  const shift = (start, size, from, room) => {
    const low = from + look.k * start - margin;
    const high = from + look.k * (start + size) + margin;
    return low < 0 || high - low > room ? -low : Math.min(0, room - high);
  };
  return {
    x: look.x + shift(box.x, box.w, look.x, screen.w),
    y: look.y + shift(box.y, box.h, look.y, screen.h),
    k: look.k,
  };
}

/** Whether a box is on the screen, wholly or in part. */
export function isSeen(look, box, screen) {
  const x = look.x + look.k * box.x;
  const y = look.y + look.k * box.y;
  return x < screen.w && y < screen.h && x + look.k * box.w > 0 && y + look.k * box.h > 0;
}

/** The box around several boxes. */
export function around(boxes) {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.w));
  const bottom = Math.max(...boxes.map((box) => box.y + box.h));
  return { x, y, w: right - x, h: bottom - y };
}

/**
 * How far entries are from one, in lines; only those at most `steps` away.
 * @param {{from: string, to: string}[]} edges
 * @returns {Map<string, number>} the column of each: positive what bears on it, negative what it bears on
 */
export function neighbourhood(edges, id, steps) {
  const beside = new Map();
  const join = (one, other, side) => beside.set(one, [...(beside.get(one) ?? []), [other, side]]);
  for (const { from, to } of edges) {
    join(to, from, 1);
    join(from, to, -1);
  }
  const columns = new Map([[id, 0]]);
  let edge = [id];
  for (let step = 0; step < steps; step += 1) {
    const next = [];
    for (const name of edge) {
      for (const [other, side] of beside.get(name) ?? []) {
        if (!columns.has(other)) {
          columns.set(other, columns.get(name) + side);
          next.push(other);
        }
      }
    }
    edge = next;
  }
  return columns;
}

/**
 * A layout of a neighbourhood by itself: columns from what it bears on, at the left, to what bears on it.
 * A long column stands in several.
 * @returns {Map<string, {x: number, y: number, w: number, h: number}>}
 */
export function laidNear(boxes, columns) {
  const byColumn = new Map();
  for (const [id, column] of columns) {
    if (boxes.has(id)) {
      byColumn.set(column, [...(byColumn.get(column) ?? []), id]);
    }
  }
  const placed = new Map();
  let x = 0;
  for (const column of [...byColumn.keys()].sort((a, b) => a - b)) {
    const ids = byColumn.get(column).sort((a, b) => boxes.get(a).y - boxes.get(b).y);
    const n = Math.ceil(ids.length / MOST_IN_COLUMN);
    for (let part = 0; part < n; part += 1) {
      const [start, end] = [part, part + 1].map((k) => Math.round((k * ids.length) / n));
      x += stacked(placed, boxes, ids.slice(start, end), x) + (part + 1 < n ? ROW : COLUMN);
    }
  }
  return placed;
}

/** Place boxes below one another, about the middle, and return how wide they are. */
function stacked(placed, boxes, ids, x) {
  const height = ids.reduce((sum, id) => sum + boxes.get(id).h + ROW, -ROW);
  let y = -height / 2;
  for (const id of ids) {
    const { w, h } = boxes.get(id);
    placed.set(id, { x, y, w, h });
    y += h + ROW;
  }
  return Math.max(...ids.map((id) => boxes.get(id).w));
}

/** The way of a line from one box to another that lies to its left, or anywhere. */
export function wayBetween(from, to) {
  const leftwards = from.x > to.x;
  const start = { x: leftwards ? from.x : from.x + from.w, y: from.y + from.h / 2 };
  const sameColumn = Math.abs(from.x - to.x) < 1;
  const end = { x: leftwards || sameColumn ? to.x + to.w : to.x, y: to.y + to.h / 2 };
  const bend = sameColumn ? COLUMN / 2 : Math.abs(start.x - end.x) / 2;
  const out = leftwards ? -bend : bend;
  const into = leftwards || sameColumn ? bend : -bend;
  const places = [start, { x: start.x + out, y: start.y }, { x: end.x + into, y: end.y }, end];
  const [first, ...others] = places.map(({ x, y }) => `${x.toFixed(0)} ${y.toFixed(0)}`);
  return `M${first}C${others.join(" ")}`;
}

const [ROOM_BESIDE, ROOM_AROUND, STEP] = [46, 12, 24];
const MOST_STEPS = 60;

/**
 * A place for a box beside another that covers none of those there are: to its right, where there is room,
 * as what bears on an entry stands there; else as near as there is room.
 * @param {Iterable<object>} boxes @param {object} anchor @param {{w: number, h: number}} size
 * @returns {{x: number, y: number, w: number, h: number}}
 */
export function freeBeside(boxes, anchor, { w, h }) {
  const all = [...boxes];
  const isFree = (place) => !all.some((box) => overlaps(place, box));
  const right = anchor.x + anchor.w + ROOM_BESIDE;
  const level = anchor.y + (anchor.h - h) / 2;
  const turns = Array.from({ length: MOST_STEPS }, (_, i) => STEP * (i % 2 === 0 ? i / 2 : -(i + 1) / 2));
  let best = null;
  for (let across = -MOST_STEPS; across < MOST_STEPS; across += 1) {
    const x = right + STEP * across;
    for (const down of turns) {
      const place = { x, y: level + down, w, h };
      const far = Math.abs(across * STEP) * (across < 0 ? 1.4 : 1) + Math.abs(down);
      if ((best === null || far < best.far) && isFree(place)) best = { far, place };
    }
  }
  if (best !== null) return best.place;
  const { x, y, h: height } = around(all);
  return { x, y: y + height + ROOM_AROUND, w, h };
}

function overlaps(a, b) {
  const apart = (start, size, other, room) =>
    start >= other + room + ROOM_AROUND || other >= start + size + ROOM_AROUND;
  return !apart(a.x, a.w, b.x, b.w) && !apart(a.y, a.h, b.y, b.h);
}

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** The box nearest to another in the direction of an arrow key; null where there is none. */
export function nearestTowards(boxes, id, key) {
  const [dx, dy] = DIRECTIONS[key];
  const middle = (box) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 });
  const from = middle(boxes.get(id));
  let best = null;
  for (const [other, box] of boxes) {
    const at = middle(box);
    const along = (at.x - from.x) * dx + (at.y - from.y) * dy;
    const aside = Math.abs((at.x - from.x) * dy) + Math.abs((at.y - from.y) * dx);
    if (other !== id && along > 1) {
      const far = along + 2.5 * aside;
      best = best === null || far < best.far ? { id: other, far } : best;
    }
  }
  return best?.id ?? null;
}
