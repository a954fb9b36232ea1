/**
 * YAML text becomes plain values that remember on which line they were written: what
 * `src/cruxmap/language/yaml_text.py` says.
 *
 * Nothing is converted: each scalar stays text. This is the only module that knows the YAML library. The
 * library tells of each node as it begins and ends. So nesting is measured before any recursion follows
 * it, keys stay apart from what objects have by themselves, and aliases, anchors and tags are told of and
 * never followed.
 */

import { CAUSES, HIDDEN_BREAK, UNPRINTABLE, nameOf } from "./flow.js";
import { yamlLibrary } from "./yaml_library.js";

/** Levels of nesting that a file may have. */
export const DEEPEST = 100;

/** Characters that a file may have: more would keep a page busy for seconds. */
export const MOST_CHARACTERS = 1 << 20;

/** Texts, lists and mappings that a file may have. */
const MOST_PARTS = 100000;

/** How many problems are told of. */
const MOST_PROBLEMS = 1000;

const LONGEST_KEY = 1024; // the language's reader looks no further for a colon
const LONGEST_LINE = 2000;
const NO_TOKEN = "found character that cannot start any token (while scanning for the next token)";
const NO_CHARACTER = "found invalid Unicode character escape code (while parsing a quoted scalar)";
const MISSED_COMMA = "missed comma between flow collection entries";
const JOINT = "\u2028"; // a sign that no text has any more when it is given to the library
const JOINTS = /[ \t]*\u2028[ \t]*/gu;
const [MOST_JOINED, MOST_WHERE_JOINED] = [20, 200000];
const TAB_INDENT = /(?<=^|[\r\n]) *(?:- +)*-?\t/u;
const BLANKS_BEFORE_BREAK = /(?<![\\ \t])[ \t]+[\r\n]/u;
const HIDDEN_BREAKS = new RegExp(HIDDEN_BREAK, "gu");
const ANY_UNPRINTABLE = new RegExp(`${UNPRINTABLE.source}|[\\u2028\\u2029]`, "gu");

/** Where the parts of a file stand: lines counted from 1, as editors count them. */
export class Places {
  constructor() {
    this.within = new WeakMap();
    this.line = 1;
  }

  /** Note a part of a list or mapping: the line of its key, and how it is written. */
  note(container, step, part) {
    if (!this.within.has(container)) this.within.set(container, new Map());
    this.within.get(container).set(step, part);
  }

  /** @returns {{keyLine: number, line: number, plain: boolean, commented: boolean} | null} */
  partAt(container, step) {
    return this.within.get(container)?.get(step) ?? null;
  }

  /**
   * Return the line to which a way of keys and numbers leads from the top: that of its key, or of what
   * stands there (`ofValue`).
   */
  lineOf(root, way, ofValue = false) {
    let [node, line] = [root, this.line];
    for (const step of way) {
      const part = node !== null && typeof node === "object" ? this.partAt(node, step) : null;
      if (part === null) return line;
      line = ofValue ? part.line : part.keyLine;
      node = node instanceof Map ? node.get(step) : node[step];
    }
    return line;
  }
}

/**
 * Read one file. Never throws, whatever the text.
 *
 * A text comes as a string, a list as an array, a mapping as a Map, as in `flow.js`. `root` is null where
 * the file cannot be read to its end. `spoiled` lists the places, as one or two keys from the top, that
 * hold something which is not part of the language.
 * @param {string} text
 * @returns {{root: string | any[] | Map<string, any> | null, places: Places, problems: {code: string,
 *   message: string, hint: string, line: number}[], spoiled: string[][]}}
 */
export function readYaml(text) {
  if (text.length > MOST_CHARACTERS) {
    const most = MOST_CHARACTERS.toLocaleString("en-US");
    const has = `it has ${text.length.toLocaleString("en-US")} characters`;
    const message = `cannot be read: ${has}, and ${most} are the most`;
    const problems = [problemAt("unreadable-file", message, 1)];
    return { root: null, places: new Places(), problems, spoiled: [] };
  }
  const reading = new Reading(text.replace(/^\ufeff+/u, ""));
  const root = reading.read();
  const { places, problems, spoiled } = reading;
  return { root, places, problems, spoiled };
}

function problemAt(code, message, line, hint = "") {
  return { code, message, hint, line };
}

// --- what the library tells ---------------------------------------------------------------------

/**
 * What stands in the library's results in place of a node. As a key it is a word of its own, so that no
 * two keys meet and none is a property that objects have.
 */
class Token {
  constructor(kind, start) {
    this.kind = kind; // "text", "list", "mapping", "alias"
    this.start = start;
    this.end = start;
    this.foreign = ""; // "tags" or "anchors" where it has some
    this.parts = []; // texts, items, or pairs of key and value
    this.text = "";
    this.name = "";
  }

  get [Symbol.toStringTag]() {
    return "Token";
  }

  toString() {
    return this.name;
  }
}

/** Ends the reading of a file. */
class StopError extends Error {}

/** One descent through a file: where it is, and what is wrong. */
class Reading {
  constructor(text) {
    this.text = text;
    this.problems = [];
    this.spoiled = [];
    this.places = new Places();
    this.duplicates = [];
    this.tokens = []; // by the number in their names
    this.frames = [];
    this.documents = 0;
    this.ended = 0; // where the first document ends
  }

  read() {
    try {
      return this.readOrStop();
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
      return null;
    }
  }

  readOrStop() {
    this.tellHiddenBreaks();
    const text = this.text.replace(HIDDEN_BREAKS, " ");
    const found = UNPRINTABLE.exec(text);
    if (found !== null) {
      const hint = found[0] === "\0" ? "is this UTF-16 without a mark, or not a text file?" : "delete it";
      this.say("yaml-syntax", `${nameOf(found[0])} may not stand in a file`, found.index, hint);
      return null;
    }
    this.text = text;
    this.fed = text;
    let root;
    try {
      root = this.treeOverLines();
      this.checkTabs();
    } catch (error) {
      if (error instanceof StopError) throw error;
      const problem = this.syntaxProblem(error);
      if (problem !== null) this.problems.push(problem);
      return null;
    }
    return this.walked(root);
  }

  /**
   * Return the token of the file's value. Where a text between brackets goes on in a line that is indented
   * less than the library wants, the line break is given to it as another sign.
   */
  treeOverLines() {
    for (let left = MOST_JOINED; ; left -= 1) {
      try {
        return this.tree();
      } catch (error) {
        const at = error.reason === MISSED_COMMA ? error.mark.position : 0;
        const before = /(?:[^\s,[\]{}"'])[ \t]*((?:\r\n|\r|\n)[ \t]*)$/u.exec(
          this.fed.slice(Math.max(0, at - LONGEST_KEY), at),
        );
        if (before === null || left === 0 || this.text.length > MOST_WHERE_JOINED) throw error;
        const from = at - before[1].length;
        this.fed = this.fed.slice(0, from) + JOINT + " ".repeat(before[1].length - 1) + this.fed.slice(at);
        Object.assign(this, { tokens: [], frames: [], documents: 0 });
      }
    }
  }

  /** Return the token of the file's value; throws what the library does, and StopError. */
  tree() {
    const library = yamlLibrary();
    const listener = (event, state) => (event === "open" ? this.open(state) : this.close(state));
    const options = { schema: library.FAILSAFE_SCHEMA, json: true, listener };
    library.safeLoadAll(this.fed, () => {}, options);
    return this.root;
  }

  open(state) {
    const { frames } = this;
    const above = frames.at(-1);
    const at = this.afterBlanks(state.position);
    const isAgain = above !== undefined && above.at === at;
    if (above === undefined) this.beginDocument(state);
    const level = above === undefined ? 1 : above.level + (isAgain ? 0 : 1);
    if (level > DEEPEST + 1) this.tooDeep(frames.find((frame) => frame.level === DEEPEST + 1).at);
    const inFlow = above !== undefined && (above.inFlow || "[{".includes(this.text[above.at] ?? " "));
    if (inFlow && !isAgain) this.checkInBrackets(state.position, at);
    frames.push({ at, from: state.position, level, inFlow });
  }

  close(state) {
    const { at, from, level, inFlow } = this.frames.pop();
    let token = state.result instanceof Token ? state.result : null;
    if (state.kind === "scalar" && token === null) {
      token = this.token("text", at);
      token.end = state.position;
      token.text = this.written(state.result, token);
      if (inFlow) this.checkColons(token);
    } else if (state.kind === "sequence" && token === null) {
      token = this.token("list", at);
      token.parts = state.result.map((part) => this.partOf(part, at));
    } else if (state.kind === "mapping" && token === null) {
      token = this.mappingOf(state.result, at);
    } else if (token === null) {
      token = this.token("text", from);
    }
    if ((token.kind === "list" || token.kind === "mapping") && level > DEEPEST) this.tooDeep(at);
    if (state.anchor !== null) token.foreign = "anchors";
    if (state.tag !== null && state.tag !== "?") token.foreign = "tags";
    if (token.foreign !== "") token.start = Math.min(token.start, at);
    if (token.kind !== "text") token.end = state.position;
    state.result = token;
    if (this.frames.length === 0 && this.documents === 1) {
      this.root = token;
      this.ended = state.position;
    }
  }

  /**
   * Return a text as it is: without the blanks before its line breaks, of which the library keeps some in
   * quotes, and without a line break that the file does not have at its end.
   */
  written(text, { start, end }) {
    const sign = this.text[start];
    if (sign === "|" || sign === ">") return end > this.text.length ? text.replace(/\n$/u, "") : text;
    const isJoined = this.fed !== this.text && this.fed.slice(start, end).includes(JOINT);
    const joined = isJoined ? text.replace(JOINTS, " ") : text;
    if (sign !== '"' && sign !== "'") return joined;
    const raw = this.text.slice(start, end);
    if (sign === '"') checkEscapes(raw, start);
    if (!BLANKS_BEFORE_BREAK.test(raw)) return joined;
    const options = { schema: yamlLibrary().FAILSAFE_SCHEMA };
    const tidy = raw.replace(new RegExp(BLANKS_BEFORE_BREAK, "gu"), (found) => found.at(-1));
    return yamlLibrary().safeLoad(tidy, options);
  }

  /** Set what the library would follow or look up aside: aliases lead nowhere, and tags mean nothing. */
  beginDocument(state) {
    this.documents += 1;
    if (this.documents > 1) this.checkSecond(state.position);
    else this.checkDirectives(state.position);
    const alias = (name) => {
      const token = this.token("alias", this.text.lastIndexOf("*", state.position));
      token.text = name;
      return token;
    };
    const isThere = () => true;
    state.anchorMap = new Proxy(Object.create(null), {
      get: (_, name) => (name === "hasOwnProperty" ? isThere : alias(name)),
      set: isThere,
    });
    const kinds = ["scalar", "sequence", "mapping"].map((kind) => [kind, anyTag(kind)]);
    state.typeMap = { ...Object.fromEntries(kinds), fallback: anyTag(null) };
  }

  /** Refuse what the library takes between brackets: nothing before a comma, say. */
  checkInBrackets(position, at) {
    const sign = this.text[at] ?? "";
    let before = position - 1;
    while (before >= 0 && " \t\r\n".includes(this.text[before])) before -= 1;
    const isItem = ",[{".includes(this.text[before]) && before >= 0;
    const isQuestion = sign === "?" && !/\s/u.test(this.text[at + 1] ?? " ");
    if (sign === ":" || isQuestion || (sign === "," && isItem)) {
      throw new Fault("did not find expected node content (while parsing a flow node)", at);
    }
  }

  checkColons({ start, end }) {
    if ("\"'".includes(this.text[start])) return;
    const found = /:[,?[\]{}]/u.exec(this.text.slice(start, end + 2));
    if (found === null) return;
    throw new Fault("found unexpected ':' (while scanning a plain scalar)", start + found.index);
  }

  checkDirectives(position) {
    const odd = /(?:^|[\r\n])%(?!(?:YAML|TAG)[ \t])/u.exec(this.text.slice(0, position));
    if (odd === null) return;
    throw new Fault("found unknown directive name (while scanning a directive)", odd.index);
  }

  checkSecond(position) {
    const between = this.text.slice(this.ended, position);
    const mark = /(?:^|[\r\n])(---)(?=\s|$)/u.exec(between);
    if (mark === null && this.afterBlanks(position) >= this.text.length) return;
    if (mark === null) throw new Fault("did not find expected <document start>", position);
    const at = this.ended + mark.index + mark[0].length - 3;
    this.say("several-documents", "a second document starts here", at, "one file holds one document");
    throw new StopError();
  }

  tooDeep(at) {
    this.say("too-deep", `more than ${DEEPEST} levels of nesting`, at);
    throw new StopError();
  }

  token(kind, start) {
    if (this.tokens.length === MOST_PARTS) {
      const message = `it has more than ${MOST_PARTS.toLocaleString("en-US")} parts`;
      this.say("unreadable-file", `cannot be read: ${message}`, start);
      throw new StopError();
    }
    const token = new Token(kind, start);
    token.name = `#${this.tokens.length}`;
    this.tokens.push(token);
    return token;
  }

  /** Return the token of a part of a list; a pair in brackets comes without one. */
  partOf(part, at) {
    if (part instanceof Token) return part;
    if (part === null || part === undefined) return this.token("text", at);
    const pair = this.mappingOf(part, at);
    pair.start = pair.parts[0][0].start;
    return pair;
  }

  mappingOf(result, at) {
    const token = this.token("mapping", at);
    const isBlock = this.text[at] !== "{";
    for (const [name, value] of Object.entries(result)) {
      const isToken = name.startsWith("#");
      const key = isToken ? this.tokens[Number(name.slice(1))] : this.oddKey(name, at, isBlock);
      if (value instanceof Token) this.checkLength(key);
      token.parts.push([key, value instanceof Token ? value : this.nothingAfter(key)]);
    }
    if (isBlock) for (const [key] of token.parts.slice(1)) this.checkKey(key);
    return token;
  }

  /** Return the token of a value that is not there. */
  nothingAfter({ end }) {
    const colon = /^[ \t]*:/u.exec(this.text.slice(end, end + LONGEST_KEY));
    return this.token("text", end + (colon === null ? 0 : colon[0].length));
  }

  /** Refuse a key that is too long, or goes over lines, unless it is written after `? `. */
  checkLength({ start, end }) {
    const before = this.text.slice(Math.max(0, start - 9), start);
    const isLong = end - start > LONGEST_KEY && !/\?[ \t]+$/u.test(before);
    if (!isLong && !this.fed.slice(start, Math.min(end, start + LONGEST_KEY)).includes(JOINT)) return;
    throw new Fault("could not find expected ':' (while scanning a simple key)", start);
  }

  /** Refuse a key that does not begin its line: the library takes one right after a closing bracket. */
  checkKey(key) {
    let before = key.start - 1;
    while (before >= 0 && " \t".includes(this.text[before])) before -= 1;
    if (this.text[before] === "?") before -= 1;
    while (before >= 0 && " \t".includes(this.text[before])) before -= 1;
    if (before < 0 || "\r\n".includes(this.text[before])) return;
    throw new Fault("did not find expected key (while parsing a block mapping)", key.start);
  }

  /** Return the token of a key that the library has made a text of: nothing, or a list. */
  oddKey(name, at, isBlock) {
    if (name === "null" && isBlock) throw new Fault("mapping keys are not allowed in this context", at);
    return this.token(name === "null" ? "text" : "list", at);
  }

  /** Return where the next thing stands that is no blank and no comment. */
  afterBlanks(position) {
    const { text } = this;
    let at = position;
    for (; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === "#" && (at === 0 || " \t\r\n".includes(text[at - 1]))) {
        while (at + 1 < text.length && text[at + 1] !== "\n" && text[at + 1] !== "\r") at += 1;
      } else if (!" \t\r\n".includes(sign)) break;
    }
    return at;
  }

  // --- the language's own rules -----------------------------------------------------------------

  tellHiddenBreaks() {
    for (const found of this.text.matchAll(HIDDEN_BREAKS)) {
      const message = `${nameOf(found[0])} ends a line for YAML, and for no editor`;
      this.say("yaml-feature", message, found.index, "write a space instead");
    }
  }

  /** Return the tree of nodes for that of tokens, and tell what is not part of the language. */
  walked(root) {
    const isEmpty = root === undefined || (root.kind === "text" && root.end === root.start);
    if (isEmpty && (root === undefined || root.foreign === "")) return new Map();
    this.places.line = this.lineAt(root.start);
    const { node } = this.part(root, []);
    for (const { key, first } of this.duplicates) {
      const hint = `the first is on line ${first}`;
      this.say("duplicate-key", `\`${key.node}\` is there twice`, key.at, hint);
    }
    return node;
  }

  /** Return what a token stands for, and how it is written. */
  part(token, path) {
    const line = this.lineAt(token.start);
    if (token.kind === "alias") return { ...this.alias(token, path), line };
    if (token.foreign !== "") this.foreign(token, path);
    if (token.kind === "text") return { ...this.textPart(token, path), line };
    const node = token.kind === "list" ? this.list(token, path) : this.mapping(token, path);
    return { node, plain: false, commented: false, line };
  }

  list(token, path) {
    const list = [];
    token.parts.forEach((each, number) => {
      const { node, ...how } = this.part(each, path);
      list.push(node);
      this.places.note(list, number, { ...how, keyLine: how.line });
    });
    return list;
  }

  mapping(token, path) {
    const entries = new Map();
    for (const [keyToken, valueToken] of token.parts) {
      const key = this.key(keyToken, path);
      const { node, ...how } = this.part(valueToken, [...path, key.node]);
      if (entries.has(key.node)) {
        this.duplicate(entries, key, node, path);
        continue;
      }
      entries.set(key.node, node);
      this.places.note(entries, key.node, { ...how, keyLine: key.line });
    }
    return entries;
  }

  /** Note a key that is there twice: a section that is begun twice goes on, else the first counts. */
  duplicate(entries, key, node, path) {
    this.duplicates.push({ key, first: this.places.partAt(entries, key.node).keyLine });
    const first = entries.get(key.node);
    if (path.length === 0 && first instanceof Map && node instanceof Map) {
      for (const [name, entry] of node) {
        if (first.has(name)) continue;
        first.set(name, entry);
        this.places.note(first, name, this.places.partAt(node, name));
      }
    } else if (path.length === 1) this.spoiled.push([path[0], key.node]);
  }

  textPart(token, path) {
    const plain = token.end === token.start || !"\"'|>".includes(this.text[token.start]);
    if (plain) return { node: token.text, plain, commented: this.commentFollows(token) };
    const found = UNPRINTABLE.exec(token.text) ?? HIDDEN_BREAK.exec(token.text);
    if (found !== null) {
      const message = `${nameOf(found[0])} may not stand in a text`;
      this.say("yaml-feature", message, token.start, "leave the escape out");
      this.spoil(path);
    }
    const text = token.text.replace(ANY_UNPRINTABLE, "\ufffd");
    return { node: text.trim() === "" ? "" : text, plain, commented: false };
  }

  commentFollows({ end }) {
    const isNext = this.text[end] === "#" && " \t".includes(this.text[end - 1]);
    return isNext || /^[ \t]+#/u.test(this.text.slice(end, end + 200));
  }

  key(token, path) {
    const key = { ...this.part(token, path), at: token.start };
    if (typeof key.node !== "string") {
      this.say("yaml-feature", "a key must be a word, not a list or a mapping", token.start);
      this.spoil(path);
      return { ...key, node: "?" };
    }
    if (key.node === "<<" && key.plain) {
      const message = "merge keys are not part of the language";
      this.say("yaml-feature", message, token.start, "write the entries out");
      this.spoil(path);
    }
    return key;
  }

  alias(token, path) {
    const hint =
      "write it out (`same as ADDRESS` for a judgement); quote a sentence that begins with `*`";
    this.say("yaml-feature", `\`*${token.text}\` refers to an anchor`, token.start, hint);
    this.spoil(path);
    return { node: "", plain: false, commented: false };
  }

  foreign(token, path) {
    const mark = token.foreign === "tags" ? "!" : "&";
    const hint = `leave it out; quote a sentence that begins with \`${mark}\``;
    this.say("yaml-feature", `${token.foreign} are not part of the language`, token.start, hint);
    this.spoil(path);
  }

  spoil(path) {
    this.spoiled.push(path.slice(0, 2));
  }

  say(code, message, at, hint = "") {
    if (this.problems.length === MOST_PROBLEMS) throw new StopError();
    this.problems.push(problemAt(code, message, this.lineAt(at), hint));
  }

  // --- places -----------------------------------------------------------------------------------

  /** Return the line, counted from 1 as editors count, on which a character stands. */
  lineAt(at) {
    const starts = (this.starts ??= lineStarts(this.text));
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  line(number) {
    const starts = (this.starts ??= lineStarts(this.text));
    if (number < 1 || number > starts.length) return "";
    const line = this.text.slice(starts[number - 1], starts[number] ?? this.text.length);
    return line.replace(/[\r\n]+$/u, "");
  }

  // --- what went wrong, in the user's words -----------------------------------------------------

  /** Refuse tabs that indent: outside of brackets and of texts over several lines. */
  checkTabs() {
    if (!TAB_INDENT.test(this.text)) return;
    const spans = this.tokens
      .filter(({ kind, start }) => kind === "text" || "[{".includes(this.text[start]))
      .map(({ start, end }) => [start, end])
      .sort((a, b) => a[0] - b[0]);
    let [next, reach] = [0, -1];
    for (const found of this.text.matchAll(new RegExp(TAB_INDENT, "gu"))) {
      for (; next < spans.length && spans[next][0] < found.index; next += 1) {
        reach = Math.max(reach, spans[next][1]);
      }
      if (found.index >= reach) {
        throw new Fault(NO_TOKEN, found.index);
      }
    }
  }

  /** Tell of all that is not part of the language in what has been read before a mistake. */
  tellFeatures() {
    for (const token of this.tokens) {
      if (token.kind === "alias") this.alias(token, []);
      else if (token.foreign !== "") this.foreign(token, []);
      else if (token.kind === "mapping") for (const [key] of token.parts) this.tellOddKey(key);
    }
  }

  tellOddKey(key) {
    if (key.kind !== "text" || (key.text === "<<" && this.text[key.start] === "<")) this.key(key, []);
  }

  syntaxProblem(error) {
    if (error.reason === undefined) throw error;
    this.tellFeatures();
    const at = Math.min(error.mark?.position ?? 0, this.text.length);
    const line = this.lineAt(at);
    const mark = /^\s*(?:- +)*([&!])\S*\s+\S.*:(?:\s|$)/u.exec(this.line(line).slice(0, LONGEST_LINE));
    if (mark !== null) {
      if (this.problems.some((problem) => problem.line === line)) return null;
      const what = mark[1] === "!" ? "tags" : "anchors";
      const hint = `leave it out; quote a sentence that begins with \`${mark[1]}\``;
      return problemAt("yaml-feature", `${what} are not part of the language`, line, hint);
    }
    return problemAt("yaml-syntax", `not YAML: ${error.reason}`, line, this.likelyCause(line));
  }

  likelyCause(line) {
    for (const number of [line, line - 1]) {
      const text = this.line(number).slice(0, LONGEST_LINE);
      const cause = CAUSES.find(([pattern]) => pattern.test(text));
      if (cause !== undefined) return cause[1];
    }
    return "look at the indentation: keys of one entry start in the same column";
  }
}

/** Refuse escapes that stand for no character. */
function checkEscapes(raw, start) {
  for (const { 1: short, 2: long, index } of raw.matchAll(/\\(?:u(.{4})|U(.{8})|[^])/gu)) {
    const code = parseInt(short ?? long ?? "0", 16);
    if (code <= 0xd7ff || (code >= 0xe000 && code <= 0x10ffff)) continue;
    throw new Fault(NO_CHARACTER, start + index);
  }
}

/** A mistake that the library does not see, as it throws its own. */
class Fault extends Error {
  constructor(reason, position) {
    super(reason);
    this.reason = reason;
    this.mark = { position };
  }
}

/** Return what has a meaning for each tag: none. */
function anyTag(kind) {
  const type = { kind, resolve: () => true, construct: (data) => data };
  return new Proxy(Object.create(null), {
    get: () => type,
    getOwnPropertyDescriptor: () => ({ value: type, configurable: true }),
  });
}

function lineStarts(text) {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === 10 || (sign === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}
