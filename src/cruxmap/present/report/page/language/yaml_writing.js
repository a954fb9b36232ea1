/** YAML as a person writes it: texts so that they read back, one-line forms, and entries in blocks. */

const SAFE = /^[A-Za-z0-9][A-Za-z0-9 .%/_-]*$/u;
const UNFIT = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/gu;

/** Write a text so that it reads back, without quotes where it is safe without. */
export function plain(text) {
  return SAFE.test(text) && !text.endsWith(" ") ? text : quoted(text);
}

/** Write a text between quotes, whatever it holds; what no file may hold becomes a space. */
export function quoted(text) {
  return JSON.stringify(oneLine(text));
}

/** Return text on one line, without what no file may hold. */
export function oneLine(text) {
  return String(text).replace(UNFIT, " ");
}

/** How many characters a line has at most where it can be parted. */
export const WIDTH = 100;

/**
 * Write a key with a sentence: on its line where that is short, and folded below it otherwise.
 * @param {string} key @param {string} text @param {number} indent @returns {string[]}
 */
export function sentenceLines(key, text, indent) {
  const margin = " ".repeat(indent);
  const line = `${margin}${key}: ${quoted(text)}`;
  const words = oneLine(text).split(" ");
  if (line.length <= WIDTH || words.includes("")) return [line];
  const lines = [];
  for (const word of words) {
    const longer = lines.length === 0 ? null : `${lines.at(-1)} ${word}`;
    if (longer === null || longer.length > WIDTH - indent - 2) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return [`${margin}${key}: >-`, ...lines.map((part) => `${margin}  ${part}`)];
}

/**
 * Write a value on one line: text, a list, or a mapping.
 * @param {string | any[] | object} value @returns {string}
 */
export function flow(value) {
  if (typeof value === "string") return plain(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  return `{${Object.entries(value).map(([key, part]) => `${plain(key)}: ${flow(part)}`).join(", ")}}`;
}

/** Keys whose values are sentences. */
const SENTENCES = ["text", "note"];

/**
 * Write a mapping in a block, a line for each key where it fits.
 * @param {object} form @param {number} indent @returns {string[]}
 */
export function blockLines(form, indent) {
  const margin = " ".repeat(indent);
  return Object.entries(form).flatMap(([key, value]) => {
    const name = plain(key);
    if (SENTENCES.includes(key) && typeof value === "string") return sentenceLines(name, value, indent);
    const line = `${margin}${name}: ${flow(value)}`;
    const isMapping = value !== null && typeof value === "object" && !Array.isArray(value);
    const hasRows = Array.isArray(value) && value.some((row) => isEntry(row));
    if (hasRows) return [`${margin}${name}:`, ...itemLines(value, indent + 2)];
    if (line.length <= WIDTH || !isMapping) return [line];
    return [`${margin}${name}:`, ...blockLines(value, indent + 2)];
  });
}

/** Whether an item of a list is a row or a route rather than a condition. */
function isEntry(row) {
  const keys = ["id", "chance", "credence", "otherwise", "note"];
  return row !== null && typeof row === "object" && keys.some((key) => Object.hasOwn(row, key));
}

/**
 * Write a list of mappings, each on a line where it fits.
 * @param {object[]} items @param {number} indent @returns {string[]}
 */
export function itemLines(items, indent) {
  const margin = " ".repeat(indent);
  return items.flatMap((item) => {
    const line = `${margin}- ${flow(item)}`;
    if (line.length <= WIDTH && !Object.hasOwn(item, "note")) return [line];
    const [first, ...rest] = blockLines(item, indent + 2);
    return [`${margin}- ${first.trimStart()}`, ...rest];
  });
}
