/**
 * What the reader brings, in the form of a worldview's file: put in, replaced, taken out, renamed. Every
 * function returns new entries and leaves those it is given as they are.
 */

import { readLine } from "./flow.js";
import { asNode, asPlain, checkShape } from "./file_shapes.js";
import { idFrom } from "./ids.js";
import { didYouMean, ProblemError } from "./problems.js";

/** The section of a file that has entries of a kind. */
const SECTION = { claim: "claims", question: "questions", argument: "arguments" };
const KINDS = ["argument", "route", "claim", "question"];

/** The keys under which conditions stand. */
const CONDITIONS = ["premises", "when", "all_of", "any_of"];

/**
 * An entry that is brought: `id` is that of a claim, question or argument, or `claim.route`.
 * @typedef {{kind: string, id: string, text: string, form: object}} Brought
 */

/**
 * List what is brought, claims first.
 * @param {object} brings @returns {Brought[]}
 */
export function entriesIn(brings = {}) {
  const of = (kind) =>
    Object.entries(brings[SECTION[kind]] ?? {}).map(([id, form]) => ({ kind, id, text: form.text, form }));
  const routes = Object.entries(brings.routes ?? {}).flatMap(([claim, forms]) =>
    forms.map((form) => ({
      kind: "route",
      id: `${claim}.${form.id}`,
      text: form.note ?? form.id,
      form: { of: claim, ...form },
    })),
  );
  return [...of("claim"), ...of("question"), ...of("argument"), ...routes];
}

/**
 * List what is brought, each entry before those that it rests on: an argument, and then its premises.
 * @param {object} brings @returns {(Brought & {under: string | null})[]} `under` is the one listed before
 *   it that rests on it
 */
export function entriesByUse(brings = {}) {
  const all = entriesIn(brings);
  const restedOn = new Map(all.map((entry) => [entry.id, all.filter(({ id }) => restsOn(entry, id))]));
  const isRestedOn = (entry) => [...restedOn.values()].some((some) => some.includes(entry));
  const found = new Map();
  const visit = (entry, under) => {
    if (found.has(entry.id)) return;
    found.set(entry.id, { ...entry, under });
    for (const one of restedOn.get(entry.id)) visit(one, entry.id);
  };
  for (const entry of all) if (!isRestedOn(entry)) visit(entry, null);
  return [...found.values()];
}

/** Whether an entry mentions another, and not as what it argues about or leads to. */
function restsOn({ id, form }, other) {
  const { for: _for, against, undercuts, of, ...rest } = form;
  return id !== other && mentions(rest, other);
}

/** How many entries are brought. */
export function countIn(brings) {
  return entriesIn(brings).length;
}

/**
 * Put in an entry, in the form of a file, or put it in the place of one with its `id`. Premises may be
 * written new, `{text, credence}`, and become claims of their own. Throws ProblemError.
 * @param {object} brings @param {string} kind @param {object} entry
 * @param {{name: string, isTaken: (id: string) => boolean}} whose the reader's worldview
 * @returns {{brings: object, id: string}}
 */
export function withEntry(brings, kind, entry, { name, isTaken }) {
  if (!KINDS.includes(kind)) {
    const hint = `it is one of ${KINDS.join(", ")}`;
    throw new ProblemError("wrong-shape", `nobody can bring a \`${kind}\``, hint);
  }
  const node = asNode(entry);
  if (!(node instanceof Map)) {
    throw new ProblemError("wrong-shape", `what is brought must be a mapping, as in \`{text: ...}\``);
  }
  const taker = new Taker(brings, name, isTaken);
  const id = kind === "route" ? taker.route(node) : taker.entry(kind, node);
  return { brings: taker.brings, id };
}

/** Takes in entries, and the claims that are written new in them. */
class Taker {
  constructor(brings, name, isTaken) {
    this.brings = brings;
    this.name = name;
    this.isTaken = (id) => isTaken(id) || entriesIn(this.brings).some((entry) => entry.id === id);
  }

  entry(kind, node) {
    const form = new Map(node);
    const replaced = this.replaced(kind, form);
    form.delete("id");
    this.readConditions(form);
    checkShape(kind, form);
    const id = replaced ?? idFrom(this.name, form.get("text") ?? "", kind, this.isTaken);
    this.put(SECTION[kind], id, asPlain(inOrder(form)));
    return id;
  }

  /** Return the id of the entry in whose place a form is put; undefined for a new one. */
  replaced(kind, form) {
    const id = form.get("id");
    if (id === undefined || id === "") return undefined;
    const mine = entriesIn(this.brings).filter((entry) => entry.kind === kind);
    if (!mine.some((entry) => entry.id === id)) throw notMine(kind, id, mine);
    return id;
  }

  route(node) {
    const { of: claim, text, ...rest } = Object.fromEntries(node);
    if (typeof claim !== "string" || claim === "") {
      throw new ProblemError("missing-key", "`of` is missing", "name the claim that it is a route to");
    }
    const form = new Map(Object.entries(rest));
    if (text !== undefined && text !== "" && !form.has("note")) form.set("note", text);
    this.readConditions(form);
    const given = form.get("id");
    const mine = entriesIn(this.brings).filter(({ kind }) => kind === "route");
    const address = given?.includes(".") ? given : `${claim}.${given}`;
    if (given && !mine.some(({ id }) => id === address)) throw notMine("route", given, mine);
    const sentence = form.get("note") ?? (typeof form.get("when") === "string" ? form.get("when") : "");
    const id = given
      ? address.slice(claim.length + 1)
      : idFrom(this.name, sentence, "route", (one) => this.isTaken(`${claim}.${one}`));
    const ordered = inOrder(form.set("id", id));
    checkShape("route", ordered);
    const others = this.brings.routes?.[claim] ?? [];
    const at = others.findIndex((route) => route.id === id);
    const routes = at < 0 ? [...others, asPlain(ordered)] : putAt(others, at, asPlain(ordered));
    this.put("routes", claim, routes);
    return `${claim}.${id}`;
  }

  put(section, id, value) {
    this.brings = { ...this.brings, [section]: { ...this.brings[section], [id]: value } };
  }

  /** Read conditions that stand on one line, and make claims of those that are written new. */
  readConditions(form) {
    for (const key of CONDITIONS) if (form.has(key)) form.set(key, this.condition(form.get(key)));
    if (form.get("at_least") instanceof Map && form.get("at_least").has("of")) {
      const some = form.get("at_least");
      form.set("at_least", new Map([...some, ["of", this.condition(some.get("of"))]]));
    }
    for (const key of ["given", "routes"]) {
      if (!Array.isArray(form.get(key))) continue;
      const rows = form.get(key).map((row) => (row instanceof Map ? new Map(row) : row));
      for (const row of rows) if (row instanceof Map) this.readConditions(row);
      form.set(key, rows);
    }
  }

  condition(node) {
    if (Array.isArray(node)) return node.map((part) => this.condition(part));
    if (typeof node === "string") return /^\s*[[{]/u.test(node) ? this.condition(readLine(node)) : node;
    if (node.has("text")) return this.entry("claim", node);
    const parts = ["not", "all_of", "any_of"];
    const inner = ([key, part]) => [key, parts.includes(key) ? this.condition(part) : part];
    return new Map([...node].map(inner));
  }
}

/** Keys in the order in which people write them; others stand before a note. */
const FIRST = "id text by source states premises when credence for against undercuts strength force";
const ORDER = [...FIRST.split(" "), "chance", "", "tags", "note"];

function inOrder(form) {
  const place = (key) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.indexOf(""));
  return new Map([...form].sort(([one], [other]) => place(one) - place(other)));
}

function notMine(kind, id, mine) {
  const hint = didYouMean(id, mine.map((entry) => entry.id)) || "leave `id` out to bring something new";
  return new ProblemError("unknown-id", `you have brought no ${kind} \`${id}\``, hint);
}

/**
 * Return what is left without an entry. Throws ProblemError where there is none, or where something else
 * that is brought rests on it.
 * @param {object} brings @param {string} id
 */
export function withoutEntry(brings, id) {
  const mine = entriesIn(brings);
  const entry = mine.find((one) => one.id === id);
  if (entry === undefined) throw notMine("entry", id, mine);
  const [user] = usersOf(brings, id);
  if (user !== undefined) {
    const message = `\`${user}\` is about \`${id}\` or rests on it`;
    throw new ProblemError("still-needed", message, `withdraw \`${user}\` first, or change it`);
  }
  if (entry.kind !== "route") return without(brings, SECTION[entry.kind], id);
  const { of: claim, id: route } = entry.form;
  const left = brings.routes[claim].filter((one) => one.id !== route);
  if (left.length === 0) return without(brings, "routes", claim);
  return { ...brings, routes: { ...brings.routes, [claim]: left } };
}

function without(brings, section, id) {
  const left = Object.entries(brings[section]).filter(([one]) => one !== id);
  const { [section]: _, ...others } = brings;
  return left.length === 0 ? others : { ...others, [section]: Object.fromEntries(left) };
}

/**
 * Return the ids of what is brought and mentions an entry that is brought too.
 * @param {object} brings @param {string} id @returns {string[]}
 */
export function usersOf(brings, id) {
  return entriesIn(brings).filter((one) => one.id !== id && mentions(one.form, id)).map((one) => one.id);
}

/** Keys under which people's words stand, in which no id is meant. */
const WORDS = new Set(["text", "note", "source", "tags", "by", "id", "elicited", "fitted"]);

/** Whether a part of a file mentions an entry, or an address of it. */
export function mentions(node, id) {
  let found = false;
  renamed(node, (name) => {
    found ||= name === id || name.startsWith(`${id}.`);
    return name;
  });
  return found;
}

/**
 * Return an entry's form with other names where it mentions entries or addresses.
 * @param {*} node @param {(name: string) => string} rename
 */
function renamed(node, rename) {
  if (typeof node === "string") {
    return node.startsWith("same as ") ? `same as ${rename(node.slice(8).trim())}` : rename(node);
  }
  if (Array.isArray(node)) return node.map((part) => renamed(part, rename));
  const parts = Object.entries(node).map(([key, part]) =>
    WORDS.has(key) ? [key, part] : [rename(key), renamed(part, rename)],
  );
  return Object.fromEntries(parts);
}

/**
 * Return changes with the ids of what they bring made anew for a worldview of another name.
 * @param {object} own @param {string} from the worldview's name @param {string} to its new one
 */
export function withNames(own, from, to) {
  const ids = new Set(
    entriesIn(own.brings).map(({ kind, id, form }) => (kind === "route" ? form.id : id)),
  );
  const start = `${from}-`;
  const other = (id) => (ids.has(id) && id.startsWith(start) ? `${to}-${id.slice(start.length)}` : id);
  const rename = (name) => name.split(".").map(other).join(".");
  const section = (entries = {}) =>
    Object.fromEntries(Object.entries(entries).map(([id, form]) => [rename(id), renamed(form, rename)]));
  const brings = Object.fromEntries(
    Object.entries(own.brings).map(([name, entries]) => [name, section(entries)]),
  );
  if (brings.routes !== undefined) {
    for (const routes of Object.values(brings.routes)) {
      for (const route of routes) if (route.id !== undefined) route.id = other(route.id);
    }
  }
  return {
    ...own,
    judgements: own.judgements.map((one) => ({ ...one, at: rename(one.at), ...linksOf(one, rename) })),
    rejects: own.rejects.map(rename),
    accepts: own.accepts.map(rename),
    brings,
    remarks: Object.fromEntries(Object.entries(own.remarks).map(([id, words]) => [rename(id), words])),
    stated: (own.stated ?? []).map((one) => renamed(one, rename)),
    asked: own.asked?.map((item) => renamed(item, rename)) ?? null,
  };
}

function linksOf({ value, shares }, rename) {
  return shares === undefined ? { value: renamed(value, rename) } : { shares: renamed(shares, rename) };
}

/**
 * Return what is brought with another number at the address of one of its numbers; null where no number
 * of it has that address, or where a form has no place for what is set.
 * @param {object} brings @param {string} address
 * @param {{value?: string, shares?: Record<string, string>}} set shares by their states
 */
export function withOwnNumber(brings, address, { value, shares }) {
  const [owner, part, ...more] = address.split(".");
  if (more.length > 0) return null;
  const set = (node) => (isLong(node) ? { ...node, value: shares ?? value } : (shares ?? value));
  const route = brings.routes?.[owner]?.findIndex(({ id }) => id === part) ?? -1;
  if (route >= 0) {
    const forms = brings.routes[owner];
    const changed = { ...forms[route], chance: set(forms[route].chance) };
    return { ...brings, routes: { ...brings.routes, [owner]: putAt(forms, route, changed) } };
  }
  const section = Object.values(SECTION).find((name) => Object.hasOwn(brings[name] ?? {}, owner));
  if (section === undefined) return null;
  const form = withNumberIn(brings[section][owner], part, section, shares !== undefined, set);
  return form === null ? null : { ...brings, [section]: { ...brings[section], [owner]: form } };
}

function isLong(node) {
  return node !== null && typeof node === "object" && Object.hasOwn(node, "value");
}

function withNumberIn(form, part, section, isShares, set) {
  if (isShares !== (section === "questions")) return null;
  if (part === undefined) return { ...form, credence: set(form.credence) };
  if (section === "arguments" || ["if_met", "leak"].includes(part)) return { ...form, [part]: set(form[part]) };
  for (const [list, number] of [["routes", "chance"], ["given", "credence"]]) {
    const rows = form[list] ?? [];
    const isRow = (row) => (row.id ?? (Object.hasOwn(row, "otherwise") ? "otherwise" : undefined)) === part;
    const at = rows.findIndex(isRow);
    if (at < 0) continue;
    const key = Object.hasOwn(rows[at], "otherwise") ? "otherwise" : number;
    if (rows[at].state !== undefined) return null;
    return { ...form, [list]: putAt(rows, at, { ...rows[at], [key]: set(rows[at][key]) }) };
  }
  return part === "otherwise" ? { ...form, otherwise: set(form.otherwise) } : null;
}

function putAt(list, at, value) {
  return list.map((one, k) => (k === at ? value : one));
}
