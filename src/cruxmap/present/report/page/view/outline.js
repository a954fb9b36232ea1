// The argument as an outline: claims, and under each what speaks for and against it.
//
// A tree as screen readers know it: arrows move and fold, Home and End go to the ends, letters find the
// next line that starts with them, Enter opens the entry. Lines are made when they are first unfolded.

import { broughtThings, outlineWith, whoseMark, whoseWords } from "./brought.js";
import { h, said } from "./dom.js";
import { entryAddress, presentNumber, ROLES, routeNumber, SIGNS } from "./entry_words.js";
import { onScreen } from "./on_screen.js";

/**
 * @param {(id: string) => void} open what opens an entry
 * @returns {{element: HTMLElement, update: () => void, reveal: (id: string) => HTMLElement|null,
 *   unfold: (folded: boolean) => void, mark: (id: string|null) => void, renew: () => boolean,
 *   only: (keeps: ((id: string) => boolean)|null) => void}} `renew` puts what is brought in its places,
 *   and says whether anything changed; `only` leaves out what is not kept and leads to nothing that is
 */
export function outlineView(session, contents, open) {
  const screen = onScreen();
  const lines = new Map(); // li -> its line
  let roots = contents.outline;
  let places = placesOf(roots);
  let shownKey = JSON.stringify([]);
  let keeps = null;
  let leading = null; // the nodes that are kept, or above one that is
  const element = h("ul", {
    class: "outline",
    role: "tree",
    "aria-label": "The argument as an outline",
    onkeydown: key,
    onclick: click,
  });
  let current = null;
  let opened = null;
  element.append(...roots.map((node) => lineOf(node, null, 1)));
  goTo(element.firstElementChild, false);
  renew();

  function lineOf(node, parent, level) {
    const entry = contents.entries[node.id];
    const children = node.children ?? [];
    const text = h("span", { class: "line-text" });
    const isRoute = node.route !== undefined;
    const number = isRoute ? routeNumber(session, node.route) : presentNumber(session, contents, node.id);
    const id = lineId(node, parent);
    const li = h("li", {
      role: "treeitem",
      tabindex: "-1",
      "aria-level": level,
      "aria-labelledby": id,
      class: ["line", `as-${node.as.replace(" ", "-")}`, node.again && "again"],
    });
    const sign = SIGNS[node.as];
    const role = isRoute ? "a further cause" : (ROLES[node.as] ?? node.as);
    const whose = whoseMark(isRoute ? node.whose : whoseWords(session, contents, node.id));
    text.append(
      ...(level > 1 || node.as !== "target"
        ? [h("span", { class: "role" }, sign ? `${sign} ` : "", role)]
        : []),
      ...(whose === null ? [] : [whose, " "]),
      h(
        "a",
        { href: entryAddress(node.id), tabindex: "-1", class: "line-link" },
        said(isRoute ? node.text : entry.text || node.id),
      ),
      node.again
        ? h(
            "span",
            { class: "quiet" },
            " ",
            h("span", { "aria-hidden": "true" }, "↑"),
            h("span", { class: "unseen" }, "told above"),
          )
        : "",
    );
    const twist = h("span", { class: "twist", "aria-hidden": "true" });
    li.append(h("div", { class: "line-row", id }, twist, text, number.element));
    const line = { node, li, parent, level, group: null, number, key: keyOf(node) };
    lines.set(li, line);
    screen.watch(li.firstElementChild, number.update);
    if (children.length > 0) {
      setFolded(line, node.folded || level > 12);
    }
    keepLine(line);
    return li;
  }

  function setFolded(line, folded) {
    if ((line.node.children ?? []).length === 0) {
      return;
    }
    if (!folded && line.group === null) {
      line.group = h("ul", { role: "group" });
      line.group.append(...line.node.children.map((child) => lineOf(child, line, line.level + 1)));
      line.li.append(line.group);
    }
    line.li.setAttribute("aria-expanded", String(!folded));
    if (line.group !== null) {
      line.group.hidden = folded;
    }
  }

  // --- what is kept ---

  function only(wanted) {
    keeps = wanted;
    leading = wanted === null ? null : leadingTo(roots, wanted);
    const stack = [...element.children];
    while (stack.length > 0) {
      const line = lines.get(stack.pop());
      keepLine(line);
      if (leading !== null && (line.node.children ?? []).some((child) => leading.has(child))) {
        setFolded(line, false);
      }
      stack.push(...(line.group?.children ?? []));
    }
    if (current !== null && !isShown(current)) {
      goTo(shownLines()[0], false);
    }
  }

  function keepLine({ li, node }) {
    li.hidden = leading !== null && !leading.has(node);
    li.classList.toggle("on-the-way", leading !== null && !keeps(node.id));
  }

  function isShown(li) {
    return li.closest("ul[hidden], li[hidden]") === null;
  }

  // --- what is brought, and goes again ---

  /** What a line says: one that says the same stays, with all that was unfolded below it. */
  function keyOf(node) {
    const { text, brought_by: who } = contents.entries[node.id] ?? {};
    return JSON.stringify([node.id, node.as, node.again ?? false, node.route, node.text, text, who]);
  }

  function renew() {
    const things = broughtThings(session, contents);
    const key = JSON.stringify(things);
    if (key === shownKey) {
      return false;
    }
    shownKey = key;
    roots = outlineWith(contents.outline, things);
    places = placesOf(roots);
    renewLines(element, null, roots);
    if (!lines.has(current)) {
      current = null;
      goTo(element.firstElementChild, false);
    }
    if (keeps !== null) {
      only(keeps);
    }
    return true;
  }

  /** Put the lines of some nodes in a list: those that are there and say the same stay where they are. */
  function renewLines(list, parent, nodes) {
    const before = [...list.children];
    const unused = new Set(before);
    const after = nodes.map((node) => {
      const key = keyOf(node);
      const li = before.find((one) => unused.has(one) && lines.get(one).key === key);
      if (li === undefined) {
        return lineOf(node, parent, parent === null ? 1 : parent.level + 1);
      }
      unused.delete(li);
      renewLine(lines.get(li), node);
      return li;
    });
    unused.forEach(forget);
    after.forEach((li, i) => {
      if (list.children[i] !== li) {
        list.insertBefore(li, list.children[i] ?? null);
      }
    });
  }

  function renewLine(line, node) {
    const had = (line.node.children ?? []).length;
    line.node = node;
    const children = node.children ?? [];
    if (children.length === 0) {
      renewLines(line.group ?? h("ul"), line, []);
      line.group?.remove();
      line.group = null;
      line.li.removeAttribute("aria-expanded");
      return;
    }
    if (line.group !== null) {
      renewLines(line.group, line, children);
    }
    if (children.length > had) {
      setFolded(line, false); // what came is to be seen
    }
  }

  function forget(li) {
    for (const below of [li, ...li.querySelectorAll(".line")]) {
      lines.delete(below);
      screen.leave(below.firstElementChild);
    }
    li.remove();
  }

  function isFolded(line) {
    return line.li.getAttribute("aria-expanded") === "false";
  }

  function goTo(li, focus = true) {
    if (li === null || li === undefined) {
      return;
    }
    current?.setAttribute("tabindex", "-1");
    current = li;
    li.setAttribute("tabindex", "0");
    if (focus) {
      li.focus({ preventScroll: true });
      li.firstElementChild.scrollIntoView({ block: "nearest" });
    }
  }

  function click(event) {
    const li = event.target.closest(".line");
    if (li === null || event.target.closest(".panel") !== null) {
      return;
    }
    const line = lines.get(li);
    if (event.target.closest(".twist") !== null) {
      setFolded(line, !isFolded(line));
      goTo(li, false);
    } else if (event.target.closest(".line-row") !== null && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      goTo(li);
      open(line.node.id, li);
    }
  }

  function shownLines() {
    return [...element.querySelectorAll(".line")].filter(isShown);
  }

  function key(event) {
    const line = lines.get(event.target);
    if (line === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const done =
      KEYS[event.key] ?? (event.key.length === 1 && /\S/u.test(event.key) ? startingWith : null);
    if (done !== null && done(line, event.key) !== false) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function step(line, by) {
    const shown = shownLines();
    goTo(shown[shown.indexOf(line.li) + by]);
  }

  const KEYS = {
    ArrowDown: (line) => step(line, 1),
    ArrowUp: (line) => step(line, -1),
    ArrowRight: (line) => (isFolded(line) ? setFolded(line, false) : goTo(firstBelow(line))),
    ArrowLeft: (line) =>
      line.group !== null && !isFolded(line) ? setFolded(line, true) : goTo(line.parent?.li),
    Home: () => goTo(shownLines()[0]),
    End: () => goTo(shownLines().at(-1)),
    Enter: (line) => open(line.node.id, line.li),
    " ": (line) => open(line.node.id, line.li),
    "*": (line) => siblingsOf(line).forEach((li) => setFolded(lines.get(li), false)),
    "/": () => false,
  };

  function firstBelow({ group }) {
    return [...(group?.children ?? [])].find((li) => !li.hidden);
  }

  function siblingsOf(line) {
    return [...line.li.parentElement.children].filter((li) => lines.has(li));
  }

  function startingWith(line, letter) {
    const shown = shownLines();
    const at = shown.indexOf(line.li);
    const wanted = letter.toLowerCase();
    const found = [...shown.slice(at + 1), ...shown.slice(0, at)].find((li) =>
      (lines.get(li).node.text ?? contents.entries[lines.get(li).node.id].text)
        .toLowerCase()
        .startsWith(wanted),
    );
    goTo(found);
  }

  /** Unfold what is above an entry, and return its line; null where the outline does not tell it. */
  function reveal(id) {
    const way = places.get(id);
    if (way === undefined) {
      return null;
    }
    let group = element;
    let li = null;
    for (const number of way) {
      if (li !== null) {
        setFolded(lines.get(li), false);
        group = lines.get(li).group;
      }
      li = group.children[number];
      li.hidden = false; // what is opened is shown, whatever is kept
    }
    return li;
  }

  /** Fold everything but what is asked, or unfold everything. */
  function unfold(folded) {
    const stack = [...element.children];
    while (stack.length > 0) {
      const line = lines.get(stack.pop());
      setFolded(line, folded && line.level > 1);
      stack.push(...(line.group?.children ?? []));
    }
    if (folded && current !== null && !isShown(current)) {
      goTo(shownLines()[0], false);
    }
  }

  /** Unfold everything for paper and bring it up to date; fold it again after that. */
  function forPaper() {
    const before = new Set([...lines.keys()].filter((li) => isFolded(lines.get(li))));
    const after = () => {
      for (const [li, line] of lines) {
        if (before.has(li)) {
          setFolded(line, true);
        }
      }
    };
    unfold(false);
    screen.runAll();
    addEventListener("afterprint", after, { once: true });
  }

  /** Mark the line of the entry that is open. */
  function mark(id, li = null) {
    opened?.removeAttribute("aria-current");
    opened = id === null ? null : (li ?? reveal(id));
    opened?.setAttribute("aria-current", "true");
    if (opened !== null) {
      goTo(opened, false);
    }
  }

  addEventListener("beforeprint", forPaper);
  return { element, update: screen.run, reveal, unfold, mark, renew, only };
}

let lastLine = 0;

function lineId() {
  lastLine += 1;
  return `line-${lastLine}`;
}

/** Returns the nodes of an outline that are kept, and those above them. */
export function leadingTo(outline, keeps) {
  const ordered = outline.map((node) => [node, null]);
  for (const [node] of ordered) {
    ordered.push(...(node.children ?? []).map((child) => [child, node])); // what is pushed is come to
  }
  const found = new Set();
  for (const [node, above] of ordered.reverse()) {
    if (keeps(node.id) || found.has(node)) {
      found.add(node);
      if (above !== null) found.add(above);
    }
  }
  return found;
}

/** Where each entry is told first in an outline: the numbers of the children on the way to it. */
export function placesOf(outline) {
  const places = new Map();
  const stack = outline.map((node, i) => [node, [i]]).reverse();
  while (stack.length > 0) {
    const [node, way] = stack.pop();
    if (!node.again && !places.has(node.id)) {
      places.set(node.id, way);
    }
    stack.push(...(node.children ?? []).map((child, i) => [child, [...way, i]]).reverse());
  }
  return places;
}
