/**
 * Builds elements: every text becomes a text node, so nothing that somebody wrote is ever read as HTML.
 *
 * Attributes that could run a text (`on…` with a text, `style`, `srcdoc`) are refused; addresses of links
 * are `http(s)` or a place in this page.
 */

const SVG = "http://www.w3.org/2000/svg";

const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "hidden", "open"]);

const REFUSED = new Set(["style", "srcdoc", "innerhtml", "outerhtml"]);

const ADDRESSES = new Set(["href", "src", "action", "formaction", "xlink:href"]);

/**
 * Returns an HTML element.
 *
 * @param {string} tag
 * @param {Object<string, *>|null} [given] attributes; `onclick` and the like are functions, `class` may be
 *   a list (what is false or null is left out), `true` is an attribute without a value, null and false
 *   leave it out
 * @param {...*} children nodes, texts, numbers, lists of them; null, undefined and booleans are left out
 */
export function h(tag, given = null, ...children) {
  return filled(document.createElement(tag), given, children);
}

/** Returns an SVG element; see `h`. */
export function s(tag, given = null, ...children) {
  return filled(document.createElementNS(SVG, tag), given, children);
}

/** Puts children in the place of those that an element has; see `h`. Returns the element. */
export function put(element, ...children) {
  element.replaceChildren(...nodesOf(children));
  return element;
}

/** Sets the text of an element where it is another; a text that stays leaves the page untouched. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Says whether a link may be followed: `http`, `https`, or a place in this page. */
export function isSafeAddress(address) {
  return /^(?:https?:\/\/|#)/i.test(String(address));
}

/** Returns a link, or only its words where the address is none that may be followed. */
export function link(address, ...children) {
  if (!isSafeAddress(address)) return h("span", null, ...children);
  const outside = String(address).startsWith("#") ? {} : { rel: "noopener noreferrer", target: "_blank" };
  return h("a", { href: address, ...outside }, ...children);
}

/** Returns what somebody wrote, kept to itself whatever way its letters run. */
export function said(text, given = null) {
  return h("bdi", given, text);
}

/** Returns a section with a heading that links to it. `level` is that of the heading. */
export function section(id, title, ...children) {
  const heading = h("h2", { id: `${id}-title` }, title, " ", anchor(id, title));
  const given = { id, "aria-labelledby": `${id}-title`, tabindex: "-1" };
  return h("section", given, heading, ...children);
}

function anchor(id, title) {
  return h("a", { class: "anchor", href: `#${id}`, "aria-label": `Link to: ${title}` }, "#");
}

/**
 * Returns what tells screen readers of changes: `element` for the page, and `say(text)`, which waits until
 * nothing more was said for `wait` milliseconds and then says the last text only.
 */
export function liveRegion(wait = 700) {
  const polite = { role: "status", "aria-live": "polite", "aria-atomic": "true" };
  const element = h("p", { class: "unseen", ...polite });
  let timer = null;
  const say = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => setText(element, text), wait);
  };
  return { element, say };
}

/** Returns a function that calls another at most once a frame, with what it was given last. */
export function onceAFrame(action) {
  let waiting = null;
  return (...given) => {
    const asked = waiting !== null;
    waiting = given;
    if (asked) return;
    requestAnimationFrame(() => {
      const last = waiting;
      waiting = null;
      action(...last);
    });
  };
}

function filled(element, given, children) {
  for (const [name, value] of Object.entries(given ?? {})) setAttribute(element, name, value);
  element.append(...nodesOf(children));
  return element;
}

function nodesOf(children) {
  const shown = children.flat(Infinity).filter((child) => ![null, undefined, true, false].includes(child));
  return shown.map((child) => (isNode(child) ? child : document.createTextNode(String(child))));
}

function isNode(child) {
  return typeof child === "object" && "nodeType" in child;
}

function setAttribute(element, name, value) {
  const key = name.toLowerCase();
  if (key.startsWith("on")) return listen(element, key.slice(2), value);
  if (REFUSED.has(key)) throw new TypeError(`${name} is not set this way`);
  if (PROPERTIES.has(key) && key in element) {
    element[key] = value ?? (key === "value" ? "" : false);
    return;
  }
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, textOfAttribute(key, value));
}

function textOfAttribute(key, value) {
  if (value === true) return "";
  if (key === "class" && Array.isArray(value)) return value.filter(Boolean).join(" ");
  if (ADDRESSES.has(key) && !isSafeAddress(value) && !String(value).startsWith("blob:")) return "#";
  return String(value);
}

function listen(element, event, action) {
  if (action === null || action === undefined) return;
  if (typeof action !== "function") throw new TypeError(`on${event} takes a function`);
  element.addEventListener(event, action);
}
