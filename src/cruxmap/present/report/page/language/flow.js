/**
 * YAML on one line, as people type conditions and shares: text, `[lists]` and `{mappings: of things}`.
 *
 * It reads what `src/cruxmap/language/yaml_text.py` reads of one line, with its problems. A text comes as
 * a string, a list as an array, a mapping as a Map; nothing is converted.
 */

import { ProblemError } from "./problems.js";

const DEEPEST = 100;
const MAX_CHARACTERS = 5000;
export const HIDDEN_BREAK = /[\x85\u2028\u2029]/u;
export const UNPRINTABLE = new RegExp(
  "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufffe\\uffff]",
  "u",
);
const ESCAPES = Object.fromEntries(
  [..."0abtnvfre\t \"/\\N_LP"].map((sign, i) => [
    sign,
    "\0\x07\b\t\n\v\f\r\x1b\t \"/\\\x85\xa0\u2028\u2029"[i],
  ]),
);
const NO_KEY = "did not find expected key (while parsing a block mapping)";
const ODD_DIGITS = "did not find expected hexdecimal number"; // the library's spelling
const HEXADECIMAL = { x: 2, u: 4, U: 8 };

const ENDS = { "[": "]", "{": "}" };
const KINDS = { "[": "sequence", "{": "mapping" };
const VALUE = "(?:^|[\\-:]\\s+|[,{\\[]\\s*)";
const QUOTE_IT = "quote a sentence that begins with this sign, or put it under `text: >-`";
export const CAUSES = [
  ["^[ ]*\\t", "indent with spaces, not with tabs"],
  [`${VALUE}>\\s*[0-9.]`, 'quote a bound that begins with `>`, as in ">90%", or write `over 90%`'],
  [":\\s+-(?:\\s|$)", "start a list on the next line, or write it in brackets: `[a, b]`"],
  ["\\\\", "quote with single quotes, in which a backslash has no special meaning"],
  [`${VALUE}[%@\`*&!]`, QUOTE_IT],
  [
    `${VALUE}(?:"[^"]*"|'[^']*')\\s*[^\\s,:}\\]#]`,
    "the quotes end before the sentence does: quote all of it, or put it under `text: >-`",
  ],
  [
    "^\\s*[\\w.\\-]+:\\s*(?:\\[[^\\]]*\\]|\\{[^}]*\\})\\s*[^\\s,#]",
    "quote a sentence that begins with a bracket, or put it under `text: >-`",
  ],
  ["\\{[^\"']*:\\s[^\"'},]*:\\s", "quote a sentence that holds `: ` (or a comma) in a one-line entry"],
  [
    ":\\s.*:(?:\\s|$)",
    'quote a sentence that holds `: `, as in `text: "One: two."`, or put it under `text: >-`',
  ],
  ["^\\s*[\\w.\\-]+:[^\\s:]+\\s*$", "a colon needs a space after it"],
  [
    "^\\s+(?:text|credence|strength|premises|undercuts|if_met)\\s+[^\\s:][^:]*$",
    "a key has a colon after it, as in `credence: 20% to 40%`",
  ],
  ["^\\s+[a-z0-9]+(?:-[a-z0-9]+)*\\s*$", "a name has a colon after it: look at this line, and at the one above"],
].map(([pattern, hint]) => [new RegExp(pattern, "u"), hint]);

/**
 * Read one line of YAML; throws ProblemError.
 * @param {string} text
 * @returns {string | any[] | Map<string, any>} an empty mapping where there is nothing
 */
export function readLine(text) {
  const written = String(text);
  if (written.length > MAX_CHARACTERS) {
    throw new ProblemError("wrong-shape", `one line has ${MAX_CHARACTERS} characters at most`);
  }
  const hidden = HIDDEN_BREAK.exec(written);
  if (hidden !== null) {
    const message = `${nameOf(hidden[0])} ends a line for YAML, and for no editor`;
    throw new ProblemError("yaml-feature", message, "write a space instead");
  }
  const unprintable = UNPRINTABLE.exec(written);
  if (unprintable !== null) {
    const message = `${nameOf(unprintable[0])} may not stand in a file`;
    throw new ProblemError("yaml-syntax", message, "delete it");
  }
  return new Line(withoutEnd(written.split(/[\r\n]+/u).map(withoutEnd).join(" "))).document();
}

/** Return text without the blanks at its end; one pass, however many there are. */
function withoutEnd(text) {
  let end = text.length;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end -= 1;
  return text.slice(0, end);
}

export function nameOf(character) {
  return `the character U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Where the reading of one line has come to. */
class Line {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.duplicate = null;
  }

  document() {
    if (/^ *\t/u.test(this.text)) throw this.cannotStart();
    const root = this.atEnd() ? new Map() : this.block(1);
    if (!this.atEnd()) throw this.syntax("did not find expected <document start>");
    if (this.duplicate !== null) {
      const message = `\`${this.duplicate}\` is there twice`;
      throw new ProblemError("duplicate-key", message, "the first is on line 1");
    }
    return root;
  }

  /** Read what stands outside brackets: an item of a list, a pair, or a single node. */
  block(level) {
    this.skip();
    if (/^-(?: |$)/u.test(this.text.slice(this.at))) {
      this.deeper(level);
      this.at += 1;
      return [this.atEnd() ? "" : this.block(level + 1)];
    }
    if (this.isColon(false)) throw this.syntax(NO_KEY);
    const node = this.node(level, false);
    if (!this.isColon(false)) return node;
    if (typeof node !== "string") throw oddKey();
    this.at += 1;
    this.deeper(level);
    const entries = new Map();
    const isList = !this.atEnd() && /^-(?: |$)/u.test(this.text.slice(this.at));
    if (isList) throw this.syntax("block sequence entries are not allowed in this context");
    this.put(entries, node, this.atEnd() ? "" : this.node(level + 1, false));
    if (this.isColon(false)) throw this.syntax("mapping values are not allowed in this context");
    return entries;
  }

  node(level, inBrackets) {
    this.skip();
    const sign = this.text[this.at] ?? "";
    if (sign in ENDS) return this.brackets(sign, level);
    if (sign === '"' || sign === "'") return this.quoted(sign);
    if (sign === "*") throw this.alias();
    if (sign === "&" || sign === "!") throw foreign(sign);
    if ("%@`".includes(sign) && sign !== "") throw this.cannotStart();
    if (sign === "|" || sign === ">") throw this.blockScalar(inBrackets);
    if (",]}".includes(sign) || (inBrackets && ":#".includes(sign))) throw this.noContent(inBrackets);
    return this.plain(inBrackets);
  }

  brackets(open, level) {
    this.deeper(level);
    const isMapping = open === "{";
    const found = isMapping ? new Map() : [];
    this.at += 1;
    while (this.closes() !== ENDS[open]) {
      this.item(found, level, isMapping);
      const next = this.closes();
      if (next === ",") this.at += 1;
      else if (next !== ENDS[open]) throw this.unclosed(open, next);
    }
    this.at += 1;
    return found;
  }

  item(found, level, isMapping) {
    if (/^\? /u.test(this.text.slice(this.at))) this.at += 2;
    const node = this.node(level + 1, true);
    const isPair = this.isColon(true);
    if (!isMapping && !isPair) {
      found.push(node);
      return;
    }
    if (typeof node !== "string") throw oddKey();
    let value = "";
    if (isPair) {
      this.at += 1;
      value = ",}]".includes(this.closes()) ? "" : this.node(level + 1, true);
    }
    const pair = isMapping ? found : new Map();
    this.put(pair, node, value);
    if (!isMapping) found.push(pair);
  }

  put(entries, key, value) {
    if (key === "<<") throw mergeKey();
    if (entries.has(key)) this.duplicate ??= key;
    else entries.set(key, value);
  }

  plain(inBrackets) {
    const start = this.at;
    while (this.at < this.text.length && !this.endsPlain(start, inBrackets)) this.at += 1;
    return withoutEnd(this.text.slice(start, this.at));
  }

  endsPlain(start, inBrackets) {
    const sign = this.text[this.at];
    const [before, after] = [this.text[this.at - 1] ?? " ", this.text[this.at + 1] ?? " "];
    if (sign === "#" && this.at > start && /[ \t]/u.test(before)) return true;
    if (inBrackets && sign === ":" && ",?[]{}".includes(after)) {
      throw this.syntax("found unexpected ':' (while scanning a plain scalar)");
    }
    if (inBrackets && ",[]{}".includes(sign)) return true;
    return sign === ":" && /[ \t]/u.test(after);
  }

  quoted(quote) {
    let text = "";
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const sign = this.text[this.at];
      if (sign === quote && quote === "'" && this.text[this.at + 1] === "'") {
        text += "'";
        this.at += 1;
      } else if (sign === quote) {
        this.at += 1;
        return visible(text);
      } else {
        text += sign === "\\" && quote === '"' ? this.escape() : sign;
      }
    }
    const message = "not YAML: found unexpected end of stream (while scanning a quoted scalar)";
    throw new ProblemError("yaml-syntax", message, "the quote that opens here is never closed");
  }

  escape() {
    this.at += 1;
    const sign = this.text[this.at] ?? "";
    if (Object.hasOwn(ESCAPES, sign)) return ESCAPES[sign];
    const length = HEXADECIMAL[sign] ?? 0;
    const digits = this.text.slice(this.at + 1, this.at + 1 + length);
    const isWhole = digits.length === length && /^[0-9A-Fa-f]+$/u.test(digits);
    const code = isWhole ? parseInt(digits, 16) : Infinity;
    if (length === 0) throw this.syntax("found unknown escape character (while parsing a quoted scalar)");
    if (code > 0x10ffff) throw this.syntax(`${ODD_DIGITS} (while parsing a quoted scalar)`);
    this.at += length;
    return String.fromCodePoint(code);
  }

  /** Skip what is blank, and a comment. */
  skip() {
    while (/[ \t]/u.test(this.text[this.at] ?? "")) this.at += 1;
    const isComment = this.text[this.at] === "#" && /^[ \t]?$/u.test(this.text[this.at - 1] ?? "");
    if (isComment) this.at = this.text.length;
  }

  atEnd() {
    this.skip();
    return this.at >= this.text.length;
  }

  /** Return the next sign after what is blank; empty at the end. */
  closes() {
    this.skip();
    return this.text[this.at] ?? "";
  }

  /** Tell whether a colon that parts a key from its value comes next; between brackets, any colon does. */
  isColon(inBrackets) {
    const rest = /^[ \t]*:(.?)/u.exec(this.text.slice(this.at, this.at + 200));
    const isOne = rest !== null && (inBrackets || rest[1] === "" || /[ \t]/u.test(rest[1]));
    if (isOne) this.skip();
    return isOne;
  }

  deeper(level) {
    if (level > DEEPEST) throw new ProblemError("too-deep", `more than ${DEEPEST} levels of nesting`);
  }

  // --- what went wrong --------------------------------------------------------------------------

  syntax(said) {
    const cause = CAUSES.find(([pattern]) => pattern.test(this.text));
    if (cause !== undefined) return new ProblemError("yaml-syntax", `not YAML: ${said}`, cause[1]);
    const hint = /mapping values are not allowed|did not find expected/u.test(said)
      ? "look at the indentation: keys of one entry start in the same column"
      : "quote the value, or put the sentence under `text: >-`";
    return new ProblemError("yaml-syntax", `not YAML: ${said}`, hint);
  }

  cannotStart() {
    if (this.text[this.at] === "%" && this.at === 0) {
      return this.syntax("found unknown directive name (while scanning a directive)");
    }
    return this.syntax("found character that cannot start any token (while scanning for the next token)");
  }

  unclosed(open, next) {
    const said = `did not find expected ',' or '${ENDS[open]}' (while parsing a flow ${KINDS[open]})`;
    if (next !== "") return this.syntax(said);
    const hint = "the bracket that opens here is never closed";
    return new ProblemError("yaml-syntax", `not YAML: ${said}`, hint);
  }

  noContent(inBrackets) {
    const where = inBrackets ? "a flow node" : "a block node";
    return this.syntax(`did not find expected node content (while parsing ${where})`);
  }

  blockScalar(inBrackets) {
    if (inBrackets) return this.cannotStart();
    return this.syntax("did not find expected comment or line break (while scanning a block scalar)");
  }

  alias() {
    const name = /^[\w-]*/u.exec(this.text.slice(this.at + 1))[0];
    const hint =
      "write it out (`same as ADDRESS` for a judgement); quote a sentence that begins with `*`";
    return new ProblemError("yaml-feature", `\`*${name}\` refers to an anchor`, hint);
  }
}

function visible(text) {
  const found = UNPRINTABLE.exec(text) ?? HIDDEN_BREAK.exec(text);
  if (found === null) return text.trim() === "" ? "" : text;
  const message = `${nameOf(found[0])} may not stand in a text`;
  throw new ProblemError("yaml-feature", message, "leave the escape out");
}

function foreign(mark) {
  const what = mark === "!" ? "tags" : "anchors";
  const hint = `leave it out; quote a sentence that begins with \`${mark}\``;
  return new ProblemError("yaml-feature", `${what} are not part of the language`, hint);
}

function oddKey() {
  return new ProblemError("yaml-feature", "a key must be a word, not a list or a mapping");
}

function mergeKey() {
  const message = "merge keys are not part of the language";
  return new ProblemError("yaml-feature", message, "write the entries out");
}
