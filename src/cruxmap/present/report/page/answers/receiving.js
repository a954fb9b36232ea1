// Worldview files that somebody gives to the page: read one by one, and taken in beside the worldviews
// that are there. One that cannot be read is refused by itself.

import { modelWith } from "../language/bringing.js";
import { ProblemError } from "../language/problems.js";
import { readOwnFile, readWorldviewFile } from "../language/worldview_file.js";

/** The largest file that is looked at, and the most files at a time. */
const [MOST_BYTES, MOST_FILES] = [1 << 20, 100];

/**
 * @typedef {{name: string, text: string}} Written a file's name and its whole text
 * @typedef {{code: string, message: string, hint: string, line?: number | null}} Wrong
 * @typedef {{name: string, problems: Wrong[], text?: string, instead?: object}} Refused `instead` is the
 *   received file whose place it could take
 */

/**
 * Read files as text. Whoever gives the bytes back by `TextEncoder` gives those that came.
 * @param {Iterable<{name: string, size: number, arrayBuffer: () => Promise<ArrayBuffer>}>} files
 * @returns {Promise<{written: Written[], refused: Refused[]}>}
 */
export async function textsOf(files) {
  const [written, refused] = [[], []];
  for (const [number, file] of [...files].entries()) {
    const { name, size } = file;
    try {
      if (number >= MOST_FILES) throw tooMany();
      if (size > MOST_BYTES) throw tooLarge(size);
      written.push({ name, text: decoded(await file.arrayBuffer()) });
    } catch (problem) {
      refused.push({ name, problems: [problemOf(problem)] });
    }
  }
  return { written, refused };
}

function tooMany() {
  return new ProblemError("unreadable-file", `no more than ${MOST_FILES} files are read at a time`);
}

function tooLarge(size) {
  const [bytes, most] = [size, MOST_BYTES].map((number) => number.toLocaleString("en-US"));
  const message = `it has ${bytes} bytes, and ${most} are the most`;
  return new ProblemError("unreadable-file", message, "a worldview's file has some kilobytes");
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProblemError("not-utf8", "it is not UTF-8 text", "save it as UTF-8");
  }
}

/** A problem as data; one that is none of ours says at least what the browser said. */
function problemOf(problem) {
  const { code = "unreadable-file", message, hint = "", line = null } = problem;
  return { code, message: String(message), hint, line };
}

/**
 * Take files in, each by itself; one that rests on another of them comes after it.
 * Those that are there already, to the byte, are told apart.
 * @param {object} session @param {Written[]} written
 * @returns {{taken: object[], known: object[], refused: Refused[]}} the shapes,
 *   with the `file` they came by
 */
export function takeIn(session, written) {
  const [taken, known] = [[], []];
  const before = new Set(session.visitors);
  const refused = new Map(); // by what was written
  let left = written;
  for (let isMore = true; isMore; left = left.filter((one) => isOpen(refused.get(one)))) {
    isMore = false;
    for (const one of left) {
      const found = takenOrRefused(session, one);
      if (found.shape) (before.has(found.shape) ? known : taken).push(found.shape);
      if (found.shape) refused.delete(one);
      else refused.set(one, found.refused);
      isMore ||= found.shape !== undefined;
    }
  }
  return { taken, known, refused: [...refused.values()] };
}

/** Whether what was refused may fit beside others that come; where it is too much, it will not. */
function isOpen(refused) {
  return refused !== undefined && refused.problems.every(({ code }) => code !== "needs-another-network");
}

function takenOrRefused(session, { name, text }) {
  try {
    return { shape: received(session, { name, text }) };
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    const { problems = [problem], instead } = problem;
    return { refused: { name, text, problems: problems.map(problemOf), instead } };
  }
}

/**
 * Read a file and take it in, if it is not there already. Throws ProblemError.
 * @param {object} session @param {Written} written @returns {object} the shape
 */
export function received(session, { name, text }) {
  const same = session.visitors.find(({ file }) => file?.text === text);
  if (same !== undefined) return same;
  const { model } = session.extensions.others; // what the reader brings makes way, and is nothing to build on
  const clash = clashOf(session, idOf(text, model, name));
  if (clash !== null) throw clash;
  const shape = shapeOf(text, model, name);
  session.receive(shape);
  return shape;
}

/** What a file says, with the file itself and what has become of the map since it was made. */
function shapeOf(text, model, name) {
  const { shape, isOther, changed, warnings } = readWorldviewFile(text, model, { name });
  shape.file = { name: name || `${shape.id}.yaml`, text, isOther, changed, warnings };
  return shape;
}

/** The worldview that a file is of, as far as it can be read. */
function idOf(text, model, name) {
  const { shape } = readOwnFile(text, model);
  return shape.id || name.replace(/\.yaml$/u, "");
}

/** What is wrong with the id of a file, if another worldview has it. */
function clashOf(session, id) {
  const other = session.visitors.find((shape) => shape.id === id);
  if (other !== undefined) {
    const message = `the worldview \`${id}\` is there twice, and not the same`;
    const where = `the first is in \`${other.file?.name ?? id}\``;
    const hint = `${where}: give one of them another id, or take this one instead`;
    return Object.assign(new ProblemError("duplicate-id", message, hint), { instead: other });
  }
  if (!session.worldviews.includes(id)) return null;
  const hint = `to see both side by side, call this one \`${id}-new\` in its \`worldview:\``;
  return new ProblemError("duplicate-id", `there is a worldview \`${id}\` in this map already`, hint);
}

/**
 * Take in a file in place of the one that has its id. Throws ProblemError, and leaves that one where it is,
 * where the file cannot be taken in.
 * @param {object} session @param {Refused} refused @returns {object} the shape
 */
export function takeInstead(session, { name, text, instead }) {
  const { visitors, extensions } = session;
  const others = visitors.filter((one) => one !== instead);
  const shape = shapeOf(text, modelWith(extensions.shipped.model, others), name);
  session.putVisitors(visitors.map((one) => (one === instead ? shape : one)));
  return shape;
}

/**
 * The files of all reviewers as they came, and what to do with them.
 * @param {object} session @param {{id: string, text: string} | null} own the reader's own, if there is one
 * @returns {Written[]} by their names in the folder
 */
export function folderOf(session, own) {
  const { contents, model } = session;
  const came = [
    ...(contents?.with ?? []).map(({ id, text }) => ({ id, text })),
    ...session.visitors.filter(({ file }) => file).map(({ id, file: { text } }) => ({ id, text })),
    ...(own === null ? [] : [own]),
  ];
  const files = came.map(({ id, text }) => ({ name: `worldviews/${id}.yaml`, text }));
  return [{ name: "README.txt", text: readmeOf(model, came.map(({ id }) => id)) }, ...files];
}

function readmeOf({ model: { id, title, file, map_folder: folder } }, ids) {
  const lines = [
    `Worldviews of reviewers on "${title || id}": ${ids.join(", ")}.`,
    "",
    "In the project with this map, read them, check them and put them in with",
    "",
    `    cruxmap merge ${file} worldviews/*.yaml`,
    "",
    `It writes them to arguments/${folder}/worldviews/ and nothing else. A page with them, before that:`,
    "",
    `    cruxmap report ${file} --with worldviews/*.yaml`,
    "",
  ];
  return lines.join("\n");
}
