/**
 * YAML over several lines, as much of it as a worldview's file needs: mappings by indentation, values on
 * one line or on several that are indented further, texts under `>` or `|`, and lists of words.
 *
 * A text comes as a string, a list as an array, a mapping as a Map, as in `flow.js`.
 */

import { readValue } from "./flow.js";
import { ProblemError } from "./problems.js";

const MOST_CHARACTERS = 500000;
const MOST_LINES = 20000;
const DEEPEST = 20;
const LONGEST_LINE = 20000;
const LONGEST_KEY = 500;
const QUOTED = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^']|'')*'`;
const UNQUOTED = "[^\\s#\"'[\\]{},&*!|>%@`](?:[^:]|:(?=\\S))*?";
const KEY = new RegExp(`^(${QUOTED}|${UNQUOTED})[ \\t]*:(?:[ \\t]+|$)`, "u");
const SAYS_NOTHING = /^[ \t]*(?:#.*)?$|^(?:---|\.\.\.)[ \t]*$/u;
const AN_ITEM = /^- |^-$/u;
const INDICATOR = /^[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$/u;

/**
 * Read a file that is a mapping; throws ProblemError. Only the keys that are wanted are read.
 * @param {string} text
 * @param {string[]} wanted keys of the file
 * @returns {Map<string, any>} what is wanted and there, and every other key with null
 */
export function readFile(text, wanted) {
  if (text.length > MOST_CHARACTERS) throw unread(0, `a file has ${MOST_CHARACTERS} characters at most`);
  const lines = text.replace(/^\ufeff/u, "").split(/\r\n|\r|\n/u);
  if (lines.length > MOST_LINES) throw unread(0, `a file has ${MOST_LINES} lines at most`);
  const long = lines.findIndex((line) => line.length > LONGEST_LINE);
  if (long >= 0) throw unread(long + 1, `a line has ${LONGEST_LINE} characters at most`);
  return new Block(lines).mapping(0, 0, new Set(wanted));
}

function unread(line, why) {
  const place = line > 0 ? `line ${line}: ` : "";
  return new ProblemError("yaml-syntax", `${place}${why}`, "is this a worldview's file?");
}

function keyOf(line) {
  return KEY.exec(line.text.slice(0, LONGEST_KEY));
}

/** Where the reading of a file has come to. */
class Block {
  constructor(lines) {
    this.lines = lines;
    this.at = 0;
  }

  /** Read the entries that are indented so far; all values where nothing is `wanted` in particular. */
  mapping(indent, level, wanted = null) {
    if (level > DEEPEST) throw unread(this.at + 1, `more than ${DEEPEST} levels of nesting`);
    const entries = new Map();
    for (let line = this.next(); line !== null && line.indent >= indent; line = this.next()) {
      const found = line.indent === indent ? keyOf(line) : null;
      if (found === null) throw unread(line.number, "a key with a colon belongs here");
      const key = readValue(found[1]);
      if (entries.has(key)) throw unread(line.number, `\`${key}\` is there twice`);
      this.at += 1;
      const rest = line.text.slice(found[0].length);
      if (wanted === null || wanted.has(key)) entries.set(key, this.value(rest, indent, level));
      else this.skip(indent);
      if (!entries.has(key)) entries.set(key, null);
    }
    return entries;
  }

  /** Return the next line that says something, without leaving the one before it; null at the end. */
  next() {
    while (this.at < this.lines.length && SAYS_NOTHING.test(this.lines[this.at])) this.at += 1;
    if (this.at >= this.lines.length) return null;
    const line = this.lines[this.at];
    const indent = /^ */u.exec(line)[0].length;
    return { indent, text: line.slice(indent), number: this.at + 1 };
  }

  /** Leave the lines that belong to a key unread. */
  skip(indent) {
    for (let line = this.next(); line !== null; line = this.next()) {
      const isPart = line.indent > indent || (line.indent === indent && AN_ITEM.test(line.text));
      if (!isPart) return;
      this.at += 1;
    }
  }

  value(rest, indent, level) {
    if (INDICATOR.test(rest)) return this.scalar(rest, indent);
    const first = withoutComment(rest).trim();
    if (first !== "") return this.joined(first, indent);
    const line = this.next();
    if (line !== null && line.indent >= indent && AN_ITEM.test(line.text)) return this.list(line.indent);
    if (line === null || line.indent <= indent) return "";
    return keyOf(line) !== null ? this.mapping(line.indent, level + 1) : this.joined("", indent);
  }

  /** Read a value that may go on over lines that are indented further. */
  joined(first, indent) {
    const parts = [first];
    const number = this.at;
    for (let line = this.next(); line !== null && line.indent > indent; line = this.next()) {
      parts.push(withoutComment(line.text).trim());
      this.at += 1;
    }
    try {
      return readValue(parts.join(" "));
    } catch (problem) {
      throw problem instanceof ProblemError ? unread(number, problem.message) : problem;
    }
  }

  list(indent) {
    const items = [];
    for (let line = this.next(); line !== null && line.indent === indent; line = this.next()) {
      if (!AN_ITEM.test(line.text)) break;
      this.at += 1;
      items.push(this.joined(withoutComment(line.text.slice(1)).trim(), indent));
    }
    return items;
  }

  /** Read a text under `>` or `|`; how it is folded makes no difference here. */
  scalar(rest, indent) {
    const parts = [];
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.lines[this.at];
      if (line.trim() !== "" && /^ */u.exec(line)[0].length <= indent) break;
      parts.push(line.trim());
    }
    return parts.join(rest.startsWith("|") ? "\n" : " ").trim();
  }
}

/** Return a line without the comment at its end; what stands in quotes is none. */
function withoutComment(line) {
  let quote = "";
  let before = ""; // the last sign that is not blank
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at];
    if (quote !== "") {
      const isEscape = quote === '"' ? sign === "\\" : sign === "'" && line[at + 1] === "'";
      if (isEscape) at += 1;
      else if (sign === quote) quote = "";
    } else if ((sign === '"' || sign === "'") && "[{,:-".includes(before)) quote = sign;
    else if (sign === "#" && (at === 0 || /[ \t]/u.test(line[at - 1]))) return line.slice(0, at);
    if (!/\s/u.test(sign)) before = sign;
  }
  return line;
}
