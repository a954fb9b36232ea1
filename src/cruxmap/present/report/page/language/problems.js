/** What is wrong with what somebody typed, in the words of the command line, and which name they meant. */

const MOST_QUOTED = 100;
const MAX_LENGTH = 100;
const MAX_COMPARED = 2000;
const MAX_FINALISTS = 8;
const MOST_LISTED = 8;

/** One thing to mend: a stable code, a sentence, and a hint (empty where there is none). */
export class ProblemError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(code, message, hint = "") {
    super(clipped(message));
    this.name = "ProblemError";
    this.code = code;
    this.hint = clipped(hint);
  }
}

/** What a message calls a place: the key that leads to it, or `this`. */
export function subjectOf(name) {
  return name === "this" ? name : `\`${name}\``;
}

/** Say that a list names something twice. */
export function repeated(name) {
  return new ProblemError("repeated", `\`${name}\` is there twice`, "delete one of the two");
}

/** Say that a list or mapping, which a message calls `subject`, holds nothing. */
export function empty(subject) {
  return new ProblemError("empty-list", `${subject} is empty`, "put something into it, or delete it");
}

/** Cut short what a message quotes: the place tells where the rest is. */
function clipped(words) {
  if (words.length <= MOST_QUOTED) return words;
  return words.replace(/`([^`]*)`/g, (quoted, inner) => {
    const characters = Array.from(inner);
    if (characters.length <= MOST_QUOTED) return quoted;
    return `\`${characters.slice(0, MOST_QUOTED - 3).join("")}...\``;
  });
}

/**
 * Write names as a message lists them, the first few of many.
 * @param {Iterable<string>} names
 */
export function joined(names) {
  const all = [...names];
  const first = all.slice(0, MOST_LISTED).map((name) => `\`${name}\``);
  return first.join(", ") + (all.length > MOST_LISTED ? " and more" : "");
}

/**
 * Return the known name most like `name`; null where none is `atLeast` as like (1: equal).
 * @param {string} name
 * @param {Iterable<string>} known
 */
export function nearest(name, known, atLeast = 0.6) {
  if (lengthOf(name) > MAX_LENGTH) return null;
  const word = Array.from(name);
  let best = null;
  for (const other of finalists(name, known)) {
    const like = likeness(Array.from(other), word);
    if (like < atLeast) continue;
    const isTie = best !== null && like === best.like;
    if (best === null || like > best.like || (isTie && other > best.other)) best = { like, other };
  }
  return best === null ? null : best.other;
}

/**
 * Return the nearest known name among those of about the same length, as a hint; empty where none is near.
 */
export function nearestHint(name, known) {
  const apart = Math.max(3, Math.floor(lengthOf(name) / 3));
  const near = [...known].filter((other) => Math.abs(lengthOf(other) - lengthOf(name)) <= apart);
  const found = nearest(name, near);
  return found === null ? "" : `did you mean \`${found}\`?`;
}

/**
 * Return a hint with the names nearest to one that is not known: alike in spelling, or with it as a part.
 */
export function didYouMean(name, known) {
  const all = [...new Set(known)];
  const near = nearest(name, all);
  const like = near !== null ? [near] : all.filter((one) => name !== "" && one.includes(name)).slice(0, 3);
  return like.length > 0 ? `did you mean ${like.map((one) => `\`${one}\``).join(" or ")}?` : "";
}

/**
 * Return a hint that helps whoever typed a name that is not known, however far it is from all that are.
 */
export function suggestion(name, known) {
  const all = [...new Set(known)];
  const likely = didYouMean(name, all);
  if (likely !== "") return likely;
  if (all.length <= MAX_FINALISTS) return all.length > 0 ? `known: ${joined(all)}` : "";
  const short = Array.from(name).slice(0, MAX_LENGTH).join("");
  return `the nearest are ${joined(finalists(short, all).slice(0, 3))}`;
}

function lengthOf(text) {
  return Array.from(text).length;
}

/** Return the few names that share the most letters and pairs of letters with one. */
function finalists(name, known) {
  const parts = letters(name);
  const short = [];
  for (const other of known) {
    if (short.length === MAX_COMPARED) break;
    if (lengthOf(other) <= MAX_LENGTH) short.push({ other, shared: sharedWith(parts, letters(other)) });
  }
  return short.sort((a, b) => b.shared - a.shared).slice(0, MAX_FINALISTS).map(({ other }) => other);
}

function letters(name) {
  const single = Array.from(name);
  return new Set([...single, ...single.slice(1).map((letter, i) => single[i] + letter)]);
}

function sharedWith(parts, others) {
  let shared = 0;
  for (const part of parts) shared += others.has(part) ? 1 : 0;
  return shared;
}

/**
 * Return how alike two lists of letters are, from 0 to 1: Ratcliff and Obershelp's, as Python's difflib.
 */
function likeness(a, b) {
  const total = a.length + b.length;
  return total === 0 ? 1 : (2 * matched(a, b, 0, a.length, 0, b.length)) / total;
}

function matched(a, b, aStart, aStop, bStart, bStop) {
  const { i, j, size } = longestMatch(a, b, aStart, aStop, bStart, bStop);
  if (size === 0) return 0;
  return size + matched(a, b, aStart, i, bStart, j) + matched(a, b, i + size, aStop, j + size, bStop);
}

/** Return the longest block that two stretches share, the first in `a` and then in `b` of several. */
function longestMatch(a, b, aStart, aStop, bStart, bStop) {
  let best = { i: aStart, j: bStart, size: 0 };
  let lengths = new Map();
  for (let i = aStart; i < aStop; i += 1) {
    const now = new Map();
    for (let j = bStart; j < bStop; j += 1) {
      if (a[i] !== b[j]) continue;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      now.set(j, size);
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size };
    }
    lengths = now;
  }
  return best;
}
