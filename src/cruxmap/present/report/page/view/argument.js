// The argument: its outline and its map, the field that finds entries, and the panel of the open one.

import { h, put } from "./dom.js";
import { entryAddress, entryOfFragment } from "./entry_words.js";
import { findView } from "./find.js";
import { keepMeans } from "./last_mean.js";
import { mapView } from "./map_view.js";
import { outlineView } from "./outline.js";
import { panelView } from "./panel.js";

const NARROW = "(max-width: 60rem)";

/**
 * `ask(id)`, where an interview can be held, begins one about an entry; `tags` are those that are chosen.
 * @returns {{element: HTMLElement, update: () => void, open: (id: string) => void}}
 */
export function argumentView(session, contents, { ask = null, tags }) {
  const narrow = matchMedia(NARROW);
  keepMeans(session);
  const outline = outlineView(session, contents, (id, line) => open(id, line));
  const panel = panelView(session, contents, { close, near: contents.map ? showNear : null, ask });
  const find = findView(
    contents,
    (id) => open(id),
    (ids) => map?.find(ids),
  );
  const beside = h("div", { class: "panel-side" }, emptyWords());
  const outlinePart = h(
    "div",
    { class: "outline-part" },
    h(
      "div",
      { class: "row screen" },
      h("button", { type: "button", onclick: () => outline.unfold(false) }, "Unfold all"),
      h("button", { type: "button", onclick: () => outline.unfold(true) }, "Fold all"),
    ),
    outline.element,
  );
  const mapPart = h("div", { class: "map-part", hidden: true });
  const places = anchors(contents);
  const tabs = { outline: tab("Outline", "outline"), map: contents.map && tab("Map", "map") };
  const element = h(
    "div",
    { class: "argument" },
    h(
      "div",
      { class: "argument-tools screen" },
      h(
        "div",
        { class: "choice", role: "group", "aria-label": "How to show the argument" },
        tabs.outline,
        tabs.map,
      ),
      find.element,
    ),
    tags.view("entries"),
    h(
      "div",
      { class: "argument-main" },
      h("div", { class: "argument-shown" }, outlinePart, mapPart),
      beside,
    ),
    places.element,
  );
  let map = null;
  let kind = "outline";
  let back = null;
  let openLine = null;

  narrow.addEventListener("change", placePanel);
  tags.on(keepTagged);
  addEventListener("hashchange", follow);
  document.addEventListener("click", click);
  choose("outline");
  put(beside, panel.element, emptyWords());
  queueMicrotask(follow);

  function tab(words, name) {
    return h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(name) }, words);
  }

  /** Show the outline or the map, which is made when it is first looked at. */
  function choose(name) {
    kind = name;
    if (name === "map" && map === null) {
      map = mapView(session, contents, (id) => open(id));
      mapPart.append(map.element);
      map.mark(panel.shown());
      keepTagged();
    }
    outlinePart.hidden = name !== "outline";
    mapPart.hidden = name !== "map";
    for (const [each, button] of Object.entries(tabs)) {
      button?.setAttribute("aria-pressed", String(each === name));
    }
    element.classList.toggle("with-map", name === "map");
    placePanel();
  }

  /** Links to entries, wherever they are in the page, open them here. */
  function click(event) {
    const anchor = event.target.closest?.("a[href^='#entry-']") ?? null;
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented;
    const id = anchor === null ? null : entryOfFragment(decoded(anchor.getAttribute("href")), contents);
    if (id !== null && !elsewhere) {
      event.preventDefault();
      open(id, null, anchor);
    }
  }

  /** Open the entry that the address names, and close it where the address names none any more. */
  function follow() {
    const id = entryOfFragment(decoded(location.hash), contents);
    if (id !== null && id !== panel.shown()) {
      back = document.activeElement;
      show(id, null);
      bring();
      panel.focus();
    } else if (panel.shown() !== null && ["", "#", "#argument"].includes(location.hash)) {
      shut();
    }
  }

  /**
   * Open an entry: its panel, its line and its box. `line` is the one where it was opened, `from` what the
   * reader goes back to.
   */
  function open(id, line = null, from = line ?? document.activeElement) {
    back = from;
    if (location.hash !== entryAddress(id)) {
      history.pushState(null, "", entryAddress(id));
    }
    show(id, line);
    if (narrow.matches || !element.contains(from)) {
      bring();
    }
    panel.focus();
  }

  function show(id, line) {
    openLine = line ?? outline.reveal(id);
    outline.mark(id, openLine);
    map?.mark(id);
    if (kind === "map") {
      map.show(id);
    }
    panel.show(id);
    beside.classList.add("filled");
    placePanel();
    if (kind === "outline" && line === null) {
      openLine?.firstElementChild.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
  }

  /** Scroll to what is open: its line, its box, or on a phone the panel below the map. */
  function bring() {
    const isOutline = kind === "outline" && openLine !== null;
    const place = isOutline ? openLine.firstElementChild : narrow.matches ? panel.element : element;
    const block = isOutline && !narrow.matches ? "center" : "start";
    place.scrollIntoView({ block, behavior: "instant" });
  }

  function close() {
    history.replaceState(null, "", "#argument");
    shut();
  }

  function shut() {
    panel.show(null);
    outline.mark(null);
    map?.mark(null);
    beside.classList.remove("filled");
    const line = kind === "outline" ? openLine : null;
    const place = back?.isConnected && back.offsetParent !== null ? back : line;
    place?.focus();
  }

  /** The panel is beside the argument where there is room, else below the line of its entry. */
  function placePanel() {
    const below = narrow.matches && kind === "outline" && openLine !== null;
    panel.element.style.marginLeft = "";
    if (below && panel.shown() !== null) {
      openLine.firstElementChild.after(panel.element);
      const indent = openLine.getBoundingClientRect().left - outline.element.getBoundingClientRect().left;
      panel.element.style.marginLeft = `${-indent}px`; // as wide as the outline, however deep the line is
    } else if (panel.element.parentElement !== beside) {
      beside.prepend(panel.element);
    }
  }

  function showNear(id) {
    choose("map");
    map.near(id);
  }

  function keepTagged() {
    const keeps = tags.isAny() ? tags.keeps : null;
    outline.only(keeps);
    map?.only(keeps);
    placePanel();
  }

  function update() {
    tags.renew();
    renew();
    outline.update();
    map?.update();
    if (panel.shown() !== null) {
      panel.update();
    }
  }

  /** Follow what is brought and goes again; what is written in the panel stays, and so does the focus. */
  function renew() {
    const id = panel.shown();
    const focused = document.activeElement;
    const isWriting = id !== null && panel.element.contains(focused);
    if (id !== null && !Object.hasOwn(contents.entries, id)) {
      close();
    }
    if (!outline.renew()) {
      return;
    }
    places.update();
    map?.renew();
    if (panel.shown() !== null) {
      openLine = outline.reveal(id);
      outline.mark(id, openLine);
      map?.mark(id);
      placePanel();
      if (isWriting && document.activeElement !== focused) {
        focused.focus({ preventScroll: true });
      }
    }
  }

  session.on("central", update);
  new MutationObserver(update).observe(document.documentElement, { attributeFilter: ["data-blind"] });
  return { element, update, open };
}

/** Places for the links to entries to lead to, for whatever follows links by itself. */
function anchors(contents) {
  const element = h("div", { class: "unseen" });
  const update = () => {
    const ids = Object.keys(contents.entries);
    put(
      element,
      ids.map((id) => h("span", { id: entryAddress(id).slice(1) })),
    );
  };
  update();
  return { element, update };
}

function emptyWords() {
  return h(
    "p",
    { class: "note panel-empty screen" },
    "Choose an entry to see what is known about it, and to change its numbers.",
  );
}

function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return "";
  }
}
