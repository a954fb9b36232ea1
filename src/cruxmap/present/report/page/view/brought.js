// What the reader and reviewers' files bring: which things these are, whose, and what they bear on. The
// outline and the map show them beside what the page was made with.

import { h, said } from "./dom.js";

/**
 * @typedef {{name: string, id: string, type: string, text: string, whose: string,
 *   targets: {id: string, how: string}[], rests: {id: string, sign: number}[]}} Brought an entry, or a
 *   cause of a claim (`name` is its address, `id` the claim); `rests` are the entries that it has as
 *   premises
 */

/** Whether an entry is the reader's own. */
export function isMine(session, id) {
  const { claims = {}, questions = {}, arguments: reasons = {} } = session.own.brings ?? {};
  return [claims, questions, reasons].some((some) => Object.hasOwn(some, id));
}

/** Whether a cause of a claim is the reader's own. */
export function isMyRoute(session, address) {
  const dot = address.indexOf(".");
  const routes = session.own.brings?.routes ?? {};
  const own = Object.hasOwn(routes, address.slice(0, dot)) ? routes[address.slice(0, dot)] : [];
  return own.some(({ id }) => id === address.slice(dot + 1));
}

/** Whether a number is one of what the reader brings. */
export function isMyNumber({ model }, address) {
  const { own = null, bringer = {} } = model;
  return own !== null && Object.hasOwn(bringer, address) && bringer[address] === own;
}

/** The names of what is the reader's own at an entry: itself, and causes of it. */
export function ownNames(session, id) {
  const routes = session.own.brings?.routes ?? {};
  const ways = Object.hasOwn(routes, id) ? routes[id].map((route) => `${id}.${route.id}`) : [];
  return isMine(session, id) ? [id, ...ways] : ways;
}

/** Whose an entry is, in words: "yours", "brought by ann"; empty for what is the map's. */
export function whoseWords(session, contents, id) {
  if (isMine(session, id)) return "yours";
  const who = contents.entries[id]?.brought_by;
  return who ? `brought by ${who}` : "";
}

/** Whose an entry is, as a mark beside it; null for what is the map's. */
export function whoseMark(words) {
  if (words === "") return null;
  return h("span", { class: ["tag", "whose-mark", words === "yours" && "mine"] }, said(words));
}

/**
 * What is brought besides what the page was made with, in the order in which it came.
 * @returns {Brought[]}
 */
export function broughtThings(session, contents) {
  return (session.model.added?.entries ?? []).map((added) =>
    added.type === "route" ? routeThing(session, contents, added) : entryThing(session, contents, added),
  );
}

function entryThing(session, contents, added) {
  const { id, type } = added;
  const entry = contents.entries[id];
  const owners = new Map((entry.targets ?? []).map((target) => [target.id, target.how]));
  return {
    name: id,
    id,
    type,
    text: entry.text || id,
    whose: whoseWords(session, contents, id),
    targets: [...owners].map(([owner, how]) => ({ id: owner, how })),
    rests: restsOf(conditionsIn(added)),
  };
}

function routeThing(session, contents, { address, of, when }) {
  const words = contents.entries[of].parts.find((part) => part.address === address)?.words ?? address;
  const sentence = contents.judgements[address]?.note;
  const who = session.model.brought?.[address];
  const whose = isMyRoute(session, address) ? "yours" : who ? `brought by ${who}` : "";
  const rests = restsOf(when === null ? [] : [when]);
  const targets = [{ id: of, how: "part" }];
  return { name: address, id: of, type: "route", text: sentence || words, whose, targets, rests };
}

/** The conditions that an entry has as premises, parts or cases. */
function conditionsIn({ premises = [], parts = [], rows = [], routes = [], when = null }) {
  const cases = [...rows, ...routes].map((row) => row.when);
  return [...premises, ...parts, ...cases, when].filter((condition) => condition !== null);
}

function restsOf(conditions) {
  const signs = new Map();
  for (const [id, sign] of conditions.flatMap((condition) => [...signsIn(condition)])) {
    signs.set(id, signs.has(id) && signs.get(id) !== sign ? 0 : sign);
  }
  return [...signs].map(([id, sign]) => ({ id, sign }));
}

/** The entries that a condition names; with 1 where it helps, -1 where it hinders, 0 for either. */
function* signsIn(condition, sign = 1) {
  const c = condition;
  if (c.claim !== undefined) yield [c.claim, c.value ? sign : -sign];
  else if (c.question !== undefined) yield [c.question, 0];
  else if (c.not !== undefined) yield* signsIn(c.not, -sign);
  else if (c.all_of !== undefined) for (const part of c.all_of) yield* signsIn(part, sign);
  else if (c.any_of !== undefined) for (const part of c.any_of) yield* signsIn(part, sign);
  else if (c.at_least !== undefined) for (const part of c.at_least.of) yield* signsIn(part, sign);
  else yield* signsInEvents(c, sign);
}

function* signsInEvents(c, sign) {
  if (c.ever !== undefined) yield [c.event, c.ever ? sign : -sign];
  else yield [c.event, c.by_end_of === undefined ? 0 : sign];
  for (const other of [c.before, c.of]) if (typeof other === "string") yield [other, 0];
}

// --- in the outline -----------------------------------------------------------------------------------

/**
 * An outline with what is brought in its places: arguments below what they are about, claims below what
 * rests on them, and what nothing rests on at the end.
 * @param {object[]} outline the nodes of the contents @param {Brought[]} things
 */
export function outlineWith(outline, things) {
  if (things.length === 0) return outline;
  const below = belowOf(things);
  const told = new Set();
  const inPlace = outline.map((node) => nodeWith(node, below, told));
  const left = things.filter(({ name }) => !told.has(name));
  const later = left.flatMap((thing) =>
    told.has(thing.name) ? [] : [nodeOf(thing, "besides", below, told, [])],
  );
  return [...inPlace, ...later];
}

/** What comes below each entry: what bears on it, and below what is brought what it rests on. */
function belowOf(things) {
  const named = new Map(things.map((thing) => [thing.name, thing]));
  const below = new Map();
  const put = (id, child) => below.set(id, [...(below.get(id) ?? []), child]);
  for (const thing of things) {
    for (const { id, how } of thing.targets) put(id, { as: how === "part" ? "route" : how, thing });
    for (const { id } of thing.rests) {
      const old = { name: id, id, text: "", whose: "", isOld: true };
      put(thing.name, { as: "premise", thing: named.get(id) ?? old });
    }
  }
  return below;
}

function nodeWith(node, below, told) {
  if (node.again) return node;
  const own = (node.children ?? []).map((child) => nodeWith(child, below, told));
  const found = below.get(node.id) ?? [];
  const more = found.map(({ as, thing }) => nodeOf(thing, as, below, told, [node.id]));
  return more.length === 0 && own.every((child, i) => child === node.children[i])
    ? node
    : { ...node, folded: node.folded && more.length === 0, children: [...own, ...more] };
}

function nodeOf(thing, as, below, told, above) {
  const { name, id, text, whose } = thing;
  const node = { id, as, text, whose, ...(thing.type === "route" ? { route: name } : {}) };
  if (thing.isOld || told.has(name) || above.includes(name)) return { ...node, again: true };
  told.add(name);
  const children = (below.get(name) ?? []).map((child) =>
    nodeOf(child.thing, child.as, below, told, [...above, name]),
  );
  return { ...node, folded: false, children };
}

// --- on the map ---------------------------------------------------------------------------------------

/** The lines of the map that what is brought makes. @param {Brought[]} things */
export function linesOf(things) {
  return things.flatMap(({ name, targets, rests }) => [
    ...rests.map(({ id, sign }) => ({ from: id, to: name, how: "part", sign })),
    ...targets.map(({ id, how }) => ({ from: name, to: id, how, sign: SIGNS_OF_LINES[how] })),
  ]);
}

const SIGNS_OF_LINES = { for: 1, against: -1, undercuts: -1, part: 1 };

const [ROOM, MOST_LINES] = [30, 4];

/** A sentence in lines of a box, the last with dots where there is more. */
export function wrapped(text, room = ROOM, most = MOST_LINES) {
  const words = text
    .replace(/[\p{Cf}\p{Cc}]/gu, " ")
    .split(/\s+/u)
    .filter((word) => word !== "");
  const lines = [];
  let line = [];
  const lengthOf = (some) => some.join(" ").length;
  for (const word of words.flatMap((one) => piecesOf(one, room))) {
    if (line.length > 0 && lengthOf([...line, word]) > room) {
      lines.push(line.join(" "));
      if (lines.length === most) return shortened(lines, room);
      line = [];
    }
    line.push(word);
  }
  return line.length > 0 ? [...lines, line.join(" ")] : lines;
}

function shortened(lines, room) {
  const last = Array.from(lines.at(-1)).slice(0, room - 2).join("");
  return [...lines.slice(0, -1), `${last} …`];
}

function piecesOf(word, room) {
  const letters = Array.from(word).slice(0, room * (MOST_LINES + 1));
  const pieces = [];
  for (let start = 0; start < letters.length; start += room) {
    pieces.push(letters.slice(start, start + room).join(""));
  }
  return pieces;
}
