// The argument as a map, live: to pan, to zoom, to search, to fold to what is near an entry.
//
// Every entry is a link that opens it. Lines are as thick as they count now; what they do is told by
// colour and by dashes. Only what is on the screen is brought up to date.

import { isBlind } from "./blind.js";
import { h, put, s, setText } from "./dom.js";
import { chanceWords, directionOf, entryAddress, typeWord } from "./entry_words.js";
import {
  around,
  centred,
  fitted,
  isSeen,
  laidNear,
  nearestTowards,
  neighbourhood,
  showing,
  wayBetween,
  zoomed,
} from "./map_geometry.js";
import { argumentNow, lineWeight, stepOf, toldBy } from "./weights.js";
import { percent } from "./words.js";

const FAR = 0.3;
const BLIND_STEP = 3;
const TOO_FAR = 0.12;
const ZOOM = 1.25;
const PAN = 80;
const LINE = 14;
const A_DRAG = 4;
const LEAST_WIDTH = 0.8;
const MOST_WIDTH = 7;
const HOW_WORDS = {
  for: "for",
  against: "against",
  undercuts: "undercuts an argument",
  part: "part of the basis",
};

/**
 * @param {(id: string) => void} open what opens an entry
 * @returns {{element: HTMLElement, update: () => void, mark: (id: string|null) => void,
 *   find: (ids: string[]) => void, show: (id: string) => void}}
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
  const edges = map.edges.map((edge) => edgeOf(edge));
  const sheet = s(
    "g",
    null,
    s(
      "g",
      { class: "map-lines" },
      edges.map((edge) => edge.element),
    ),
    s(
      "g",
      { class: "map-nodes" },
      [...nodes.values()].map((node) => node.element),
    ),
  );
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

  /** As high as the whole map is at the width there is, within bounds that the style sets. */
  function setHeight() {
    const { width } = frameElement.getBoundingClientRect();
    const high = map.height * Math.min(1, (width - 24) / map.width) + 24;
    frameElement.style.height = `max(18rem, min(${high.toFixed(0)}px, 72vh, 46rem))`;
  }

  function fit() {
    measure();
    turnTo(fitted(around([...boxes.values()]), screen));
  }

  // --- what it says now ---

  let onScreenNow = false;

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

  function edgeOf(edge) {
    const way = s("path", { class: ["edge", `edge-${edge.how}`, signClass(edge)], d: edge.path });
    let shownStep = -1;
    function weigh(told) {
      const step = isBlind() ? BLIND_STEP : stepOf(lineWeight(session, contents, edge, told));
      if (step !== shownStep) {
        shownStep = step;
        way.setAttribute(
          "stroke-width",
          (LEAST_WIDTH + ((MOST_WIDTH - LEAST_WIDTH) * step) / 12).toFixed(2),
        );
        way.classList.toggle("idle", step === 0);
      }
    }
    return { edge, element: way, shown: true, update: weigh };
  }

  // --- folding to a neighbourhood ---

  function fold(id) {
    if (id === null) {
      return;
    }
    near = id;
    const columns = neighbourhood(map.edges, id, Number(steps.value));
    boxes = laidNear(home, columns);
    place();
    allButton.hidden = false;
    put(nearWords, `${boxes.size} of ${home.size} entries, around ${id}`);
    goTo(id, false);
    fit();
  }

  function unfold() {
    near = null;
    boxes = home;
    place();
    allButton.hidden = true;
    put(nearWords);
    fit();
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
        one.element.setAttribute("d", boxes === home ? one.edge.path : wayBetween(from, to));
      }
    }
    stale = true;
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
    setText(nearButton, "Only what is near");
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
    const pointers = new Map();
    let pinch = null;
    let dragged = 0;
    let origin = null;
    frameElement.addEventListener("keydown", keyOfFrame);
    frameElement.addEventListener("focusin", (event) => {
      const node = event.target.closest?.(".node");
      if (node) {
        goTo(node.dataset.id, false);
        turnTo(showing(look, boxes.get(node.dataset.id), screen));
      }
    });
    frameElement.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !frameElement.contains(document.activeElement)) {
          hint.hidden = false;
          return;
        }
        hint.hidden = true;
        event.preventDefault();
        zoom(
          Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : event.ctrlKey ? 0.01 : 0.002)),
          placeIn(event),
        );
      },
      { passive: false },
    );
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) {
        return;
      }
      measure();
      origin = frameElement.getBoundingClientRect();
      pointers.set(event.pointerId, placeIn(event, origin));
      dragged = pointers.size > 1 ? A_DRAG : 0;
      pinch = pointers.size === 2 ? spread() : null;
      hint.hidden = true;
    });
    svg.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) {
        return;
      }
      const now = placeIn(event, origin);
      dragged += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      if (dragged < A_DRAG) {
        return;
      }
      if (!svg.hasPointerCapture(event.pointerId)) {
        svg.setPointerCapture(event.pointerId);
      }
      pointers.set(event.pointerId, now);
      if (pinch !== null && pointers.size === 2) {
        const next = spread();
        const turned = zoomed(look, next.size / pinch.size, next.middle);
        turnTo({
          ...turned,
          x: turned.x + next.middle.x - pinch.middle.x,
          y: turned.y + next.middle.y - pinch.middle.y,
        });
        pinch = next;
      } else {
        turnTo({ ...look, x: look.x + now.x - before.x, y: look.y + now.y - before.y });
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, (event) => {
        pointers.delete(event.pointerId);
        pinch = null;
      });
    }
    svg.addEventListener("click", (event) => {
      const node = event.target.closest(".node");
      if (dragged >= A_DRAG) {
        event.preventDefault();
        event.stopPropagation();
      } else if (node !== null && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        goTo(node.dataset.id);
        open(node.dataset.id);
      } else if (node === null) {
        frameElement.focus({ preventScroll: true });
      }
    });
    svg.addEventListener("dragstart", (event) => event.preventDefault());

    function spread() {
      const [a, b] = [...pointers.values()];
      return {
        size: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
        middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      };
    }

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

  function placeIn(event, box = frameElement.getBoundingClientRect()) {
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  place();
  goTo(current, false);

  return {
    element,
    update,
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

function signClass({ how, sign }) {
  return how === "part" ? ({ 1: "sign-up", "-1": "sign-down" }[sign] ?? "sign-either") : null;
}

/** One entry as a box with its sentence, its number and a bar as long as its chance. */
function nodeOf(session, contents, node) {
  const entry = contents.entries[node.id];
  const argument = entry.type === "argument";
  const number = s("text", { class: "node-number told", x: node.w / 2, y: node.h - 9 });
  const bar = s("rect", { class: "node-bar told", x: 0, y: node.h - 4, width: node.w, height: 4 });
  const lines = node.lines.map((line, i) =>
    s("text", { class: "node-text", x: node.w / 2, y: LINE * (i + 1) + 5 }, line),
  );
  const element = s(
    "a",
    {
      href: entryAddress(node.id),
      tabindex: "-1",
      draggable: "false",
      class: ["node", `node-${entry.type}`, argument && `node-${directionOf(entry)}`],
    },
    s("title", null, entry.text || node.id),
    s("rect", { class: "node-box", width: node.w, height: node.h, rx: argument ? 9 : 2 }),
    lines,
    number,
    bar,
  );
  element.dataset.id = node.id;
  let shownStep = -1;
  let rejected = null;

  function words() {
    if (!argument) {
      return chanceWords(session, contents, node.id);
    }
    const now = argumentNow(session, contents, node.id);
    return now.rejected ? "no force" : `holds ${percent(now.holds)}`;
  }

  function update() {
    const text = isBlind() ? "" : words();
    if (number.textContent !== text) {
      setText(number, text);
      element.setAttribute("aria-label", `${typeWord(entry)}: ${entry.text || node.id} ${text}`);
    }
  }

  function weigh() {
    const now = argument ? argumentNow(session, contents, node.id) : null;
    const step = stepOf(argument ? now.weight : (session.central.claims.get(node.id) ?? 0), 40);
    if (step !== shownStep) {
      shownStep = step;
      bar.setAttribute("width", ((node.w * step) / 40).toFixed(1));
    }
    if (argument && now.rejected !== rejected) {
      rejected = now.rejected;
      element.classList.toggle("rejected", rejected);
    }
  }

  return { element, update, weigh, fresh: false };
}

function legend(leftOut) {
  const sample = (how, sign) =>
    s(
      "svg",
      { class: "sample", width: 36, height: 10, "aria-hidden": "true" },
      s("path", { class: ["edge", `edge-${how}`, sign], d: "M1 5H35", "stroke-width": 3 }),
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
