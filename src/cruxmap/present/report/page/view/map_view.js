// The argument as a map, live: to pan, to zoom, to search, to fold to what is near an entry.
//
// Every entry is a link that opens it. Lines are as thick as they count now; what they do is told by
// colour and by dashes. Only what is on the screen is brought up to date.

import { broughtThings, linesOf, wrapped } from "./brought.js";
import { h, put, s, said } from "./dom.js";
import {
  around,
  centred,
  fitted,
  freeBeside,
  isSeen,
  laidNear,
  nearestTowards,
  neighbourhood,
} from "./map_geometry.js";
import { showing, wayBetween, zoomed } from "./map_geometry.js";
import { legend, lineOf } from "./map_line.js";
import { movable } from "./map_moving.js";
import { nodeOf } from "./map_node.js";
import { toldBy } from "./weights.js";

const [TOO_FAR, FAR, TO_READ] = [0.12, 0.3, 0.7];
const FROM_NEAR = 0.5;
const ZOOM = 1.25;
const PAN = 80;

/** The size of a box, as map_layout.py has it; how far below the map stands what bears on nothing. */
const [CHARACTER, LINE, PADDING, ROW_BELOW] = [6.2, 14, 16, 40];

/**
 * @param {(id: string) => void} open what opens an entry
 * @returns {{element: HTMLElement, update: () => void, mark: (id: string|null) => void,
 *   find: (ids: string[]) => void, show: (id: string) => void, renew: () => void,
 *   only: (keeps: ((id: string) => boolean)|null) => void}} `renew` draws what is brought; `only` leaves
 *   out what is not kept
 */
export function mapView(session, contents, open) {
  const map = contents.map;
  const home = new Map(map.nodes.map((node) => [node.id, node]));
  let boxes = home;
  let look = { x: 0, y: 0, k: 1 };
  let screen = { w: 800, h: 500 };
  let current = [contents.outline[0]?.id, map.nodes[0]?.id].find((id) => home.has(id)) ?? null;
  let frame = 0;
  let stale = true;
  let fresh = false;

  const nodes = new Map(map.nodes.map((node) => [node.id, nodeOf(session, contents, node)]));
  const edges = map.edges.map((edge) => lineOf(session, contents, edge));
  const lineSheet = s(
    "g",
    { class: "map-lines" },
    edges.map((edge) => edge.element),
  );
  const nodeSheet = s(
    "g",
    { class: "map-nodes" },
    [...nodes.values()].map((node) => node.element),
  );
  const sheet = s("g", null, lineSheet, nodeSheet);
  const svg = s(
    "svg",
    { class: "map-sheet", "aria-label": "The argument as a map", role: "group" },
    sheet,
  );
  const hint = h(
    "p",
    { class: "map-hint tiny", hidden: true },
    "Click the map first to zoom with the wheel, or hold Ctrl.",
  );
  const told = h("p", { class: "map-told small", hidden: true, "aria-hidden": "true" });
  const frameElement = h(
    "div",
    {
      class: "map-frame",
      tabindex: "0",
      role: "group",
      "aria-label":
        "Map. Arrows move it, plus and minus zoom, 0 shows all of it. Tab goes to the entries.",
    },
    svg,
    hint,
    told,
  );
  const steps = h(
    "select",
    { "aria-label": "How near", onchange: () => near !== null && fold(near) },
    h("option", { value: "1" }, "1 step"),
    h("option", { value: "2" }, "2 steps"),
    h("option", { value: "3" }, "3 steps"),
  );
  const nearButton = h("button", { type: "button", onclick: () => fold(current) }, "Only what is near");
  const allButton = h(
    "button",
    {
      type: "button",
      hidden: true,
      onclick: () => {
        unfold();
        nearButton.focus(); // the button that was pressed is gone
      },
    },
    "The whole map",
  );
  const nearWords = h("span", { class: "tiny quiet near-words", role: "status" });
  let near = null;
  let keeps = null;
  const element = h(
    "div",
    { class: "map" },
    h(
      "div",
      { class: "map-tools" },
      button("+", "Zoom in", () => zoom(ZOOM)),
      button("−", "Zoom out", () => zoom(1 / ZOOM)),
      button("Fit", "Show all of it", fit),
      nearButton,
      steps,
      allButton,
      nearWords,
    ),
    frameElement,
    legend(map.left_out ?? 0),
  );

  listen();

  // --- looking ---

  function button(sign, label, action) {
    return h(
      "button",
      { type: "button", class: "map-button", "aria-label": label, title: label, onclick: action },
      sign,
    );
  }

  function measure() {
    const box = frameElement.getBoundingClientRect();
    screen = { w: box.width, h: box.height };
  }

  function turnTo(wanted) {
    look = wanted;
    if (frame === 0) {
      frame = requestAnimationFrame(draw);
    }
  }

  function draw() {
    frame = 0;
    sheet.setAttribute(
      "transform",
      `translate(${look.x.toFixed(1)} ${look.y.toFixed(1)}) scale(${look.k.toFixed(4)})`,
    );
    svg.classList.toggle("far", look.k < FAR);
    refresh();
  }

  function zoom(factor, at = { x: screen.w / 2, y: screen.h / 2 }) {
    turnTo(zoomed(look, factor, at));
  }

  /** A map that can be read whole is as high as it is; one that is not has all the room. */
  function setHeight() {
    const { width } = frameElement.getBoundingClientRect();
    const scale = Math.min(1, (width - 24) / map.width);
    if (scale > FROM_NEAR) {
      const high = (map.height * scale + 24).toFixed(0);
      frameElement.style.height = `max(18rem, min(${high}px, 72vh, 46rem))`;
    }
  }

  function fit() {
    if (boxes.size === 0) {
      return;
    }
    measure();
    turnTo(fitted(around([...boxes.values()]), screen));
  }

  // --- what it says now ---

  let onScreenNow = false;
  const restingOn = new Map();

  function update() {
    stale = true;
    if (onScreenNow) {
      refresh();
    }
  }

  function refresh() {
    for (const [id, box] of boxes) {
      const node = nodes.get(id);
      if (stale) {
        node.fresh = false;
      }
      if (!node.fresh && look.k >= FAR && isSeen(look, box, screen)) {
        node.fresh = true;
        node.update();
      }
    }
    if (stale) {
      const told = toldBy(session);
      for (const edge of edges) {
        if (edge.shown) {
          edge.update(told);
        }
      }
      for (const node of nodes.values()) {
        node.weigh();
      }
    }
    stale = false;
  }

  // --- folding to a neighbourhood ---

  function fold(id) {
    if (id === null) {
      return;
    }
    near = id;
    lay();
    goTo(id, false);
    fit();
  }

  function unfold() {
    near = null;
    lay();
    fit();
  }

  /** Choose what is drawn, and where: what is near an entry or everything, of what is kept. */
  function lay() {
    const lines = edges.map(({ edge }) => edge);
    const all = near === null ? home : laidNear(home, neighbourhood(lines, near, Number(steps.value)));
    const isShown = ([name, box]) => name === near || keeps(box.id ?? name);
    boxes = keeps === null ? all : new Map([...all].filter(isShown));
    place();
    allButton.hidden = near === null;
    put(nearWords, near === null ? "" : `${boxes.size} of ${home.size} entries, around ${near}`);
    if (!boxes.has(current)) {
      goTo([contents.outline[0]?.id, ...boxes.keys()].find((id) => boxes.has(id)) ?? null, false);
    }
  }

  function only(wanted) {
    keeps = wanted;
    lay();
    if (fresh) {
      fit();
    }
  }

  function place() {
    for (const [id, node] of nodes) {
      const box = boxes.get(id);
      node.element.style.display = box === undefined ? "none" : "";
      if (box !== undefined) {
        node.element.setAttribute("transform", `translate(${box.x} ${box.y})`);
      }
    }
    for (const one of edges) {
      const [from, to] = [boxes.get(one.edge.from), boxes.get(one.edge.to)];
      one.shown = from !== undefined && to !== undefined;
      one.element.style.display = one.shown ? "" : "none";
      if (one.shown) {
        const isLaid = near === null && one.edge.path !== undefined;
        one.element.setAttribute("d", isLaid ? one.edge.path : wayBetween(from, to));
      }
    }
    stale = true;
  }

  // --- what is brought ---

  let shownKey = JSON.stringify([]);
  const brought = new Set();

  /** Draw what is brought beside what it touches, and take away what is there no more. */
  function renew() {
    const things = broughtThings(session, contents);
    const key = JSON.stringify(things);
    if (key === shownKey) {
      return;
    }
    shownKey = key;
    const before = new Map([...brought].map((name) => [name, home.get(name)]));
    takeAway();
    for (const thing of inOrder(things)) {
      const lines = wrapped(thing.text);
      const size = {
        w: Math.max(...lines.map((line) => line.length), 14) * CHARACTER + PADDING,
        h: (lines.length + 2) * LINE + PADDING, // its number, and whose it is
      };
      const kept = before.get(thing.name);
      const isSame = kept?.w === size.w && kept.h === size.h;
      const box = { ...(isSame ? kept : placeFor(thing, size)), id: thing.id, lines, thing };
      home.set(thing.name, box);
      brought.add(thing.name);
      const node = nodeOf(session, contents, box);
      nodes.set(thing.name, node);
      nodeSheet.append(node.element);
    }
    for (const edge of linesOf(things)) {
      const line = lineOf(session, contents, edge);
      edges.push(line);
      lineSheet.append(line.element);
    }
    if (near === null) {
      lay();
    } else if (home.has(near)) {
      fold(near);
    } else {
      unfold();
    }
  }

  function takeAway() {
    for (const name of brought) {
      nodes.get(name).element.remove();
      nodes.delete(name);
      home.delete(name);
    }
    brought.clear();
    const added = edges.filter(({ edge }) => edge.path === undefined);
    for (const line of added) {
      line.element.remove();
      edges.splice(edges.indexOf(line), 1);
    }
  }

  /** A place beside what a thing bears on, or what rests on it; else below everything. */
  function placeFor({ name, targets }, size) {
    const above = targets.map(({ id }) => home.get(id)).find((box) => box !== undefined);
    const resting = (restingOn.get(name) ?? []).map((other) => home.get(other));
    const anchor = above ?? resting.find((box) => box !== undefined);
    if (anchor !== undefined) {
      return freeBeside(home.values(), anchor, size);
    }
    const all = around([...home.values()]);
    return { x: all.x, y: all.y + all.h + ROW_BELOW, ...size };
  }

  /** Things so that what one is drawn beside comes before it. */
  function inOrder(things) {
    restingOn.clear();
    for (const { name, rests } of things) {
      for (const { id } of rests) {
        restingOn.set(id, [...(restingOn.get(id) ?? []), name]);
      }
    }
    const left = [...things];
    const ordered = [];
    const isThere = (name) => home.has(name) || ordered.some((thing) => thing.name === name);
    while (left.length > 0) {
      const next = left.findIndex(({ name, targets }) =>
        [...targets.map(({ id }) => id), ...(restingOn.get(name) ?? [])].some(isThere),
      );
      ordered.push(...left.splice(Math.max(next, 0), 1));
    }
    return ordered;
  }

  // --- going about ---

  function goTo(id, focus = true) {
    if (id === null || !boxes.has(id)) {
      return;
    }
    nodes.get(current)?.element.setAttribute("tabindex", "-1");
    current = id;
    const { element: link } = nodes.get(id);
    link.setAttribute("tabindex", "0");
    if (focus) {
      link.focus({ preventScroll: true });
    }
  }

  function keyOfFrame(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const onNode = event.target.closest(".node") !== null;
    const action =
      onNode && event.key in MOVES && !event.shiftKey
        ? () => goTo(nearestTowards(boxes, current, event.key))
        : event.key in MOVES
          ? () =>
              turnTo({
                ...look,
                x: look.x + MOVES[event.key][0] * PAN,
                y: look.y + MOVES[event.key][1] * PAN,
              })
          : ACTIONS[event.key];
    if (action !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  }

  const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const ACTIONS = {
    "+": () => zoom(ZOOM),
    "=": () => zoom(ZOOM),
    "-": () => zoom(1 / ZOOM),
    0: fit,
    n: () => fold(current),
    a: unfold,
  };

  function listen() {
    frameElement.addEventListener("keydown", keyOfFrame);
    frameElement.addEventListener("focusin", (event) => {
      const node = event.target.closest?.(".node");
      if (node) {
        goTo(node.dataset.name, false);
        turnTo(showing(look, boxes.get(node.dataset.name), screen));
        say(node.dataset.name);
      }
    });
    svg.addEventListener("pointerover", (event) => say(event.target.closest(".node")?.dataset.name));
    svg.addEventListener("click", (event) => {
      const node = event.target.closest(".node");
      if (node === null) {
        frameElement.focus({ preventScroll: true });
      } else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        goTo(node.dataset.name);
        open(node.dataset.id);
      }
    });
    movable(frameElement, svg, { started: measure, looked: () => look, turnTo, hint });
    new IntersectionObserver(([change]) => {
      const first = !fresh && change.isIntersecting;
      onScreenNow = change.isIntersecting;
      if (first) {
        fresh = true;
        setHeight();
        fit();
        if (look.k < TOO_FAR) {
          turnTo(centred(look, boxes.get(current), screen)); // a small screen starts at what is asked
        }
      } else if (onScreenNow && stale) {
        refresh();
      }
    }).observe(frameElement);
    new ResizeObserver(() => {
      const before = screen;
      measure();
      if (fresh && before.w !== screen.w) {
        turnTo({ ...look, x: look.x + (screen.w - before.w) / 2 });
      }
    }).observe(frameElement);
  }

  /** Tell what the box under the pointer says, which from far cannot be read. */
  function say(id) {
    told.hidden = id === undefined || look.k > TO_READ;
    if (!told.hidden) {
      put(told, said(nodes.get(id).words()));
    }
  }

  place();
  goTo(current, false);
  renew();

  return {
    element,
    update,
    renew,
    mark(id) {
      for (const [name, node] of nodes) {
        node.element.classList.toggle("opened", name === id);
        if (name === id) {
          node.element.setAttribute("aria-current", "true");
        } else {
          node.element.removeAttribute("aria-current");
        }
      }
      goTo(id, false);
    },
    near: fold,
    only,
    find(ids) {
      svg.classList.toggle("searching", ids.length > 0);
      const found = new Set(ids);
      for (const [name, node] of nodes) {
        node.element.classList.toggle("found", found.has(name));
      }
    },
    show(id) {
      if (!boxes.has(id) && home.has(id)) {
        unfold();
      }
      if (boxes.has(id)) {
        measure();
        turnTo(centred(look, boxes.get(id), screen));
        goTo(id, false);
      }
    },
  };
}
