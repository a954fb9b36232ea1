/**
 * The script of a questionnaire: a table of what was answered, to be downloaded, and a word at once about
 * what will not be read.
 *
 * Every blank has the beginning of its row of the table beside it (`data-row`); the answer follows.
 */

import { parseJudgement, parseShare } from "./language/notation.js";
import { ProblemError } from "./language/problems.js";

const MARK = "\ufeff"; // by which spreadsheet programs know UTF-8
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/gu;
const NEEDS_QUOTES = /[",;\t|]|^\s|\s$/u;
const WORDS = /^(?:skip|don['\u2019]?t know|reject)[.!]?$/iu;
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

/**
 * Write one cell, so that no spreadsheet computes what somebody typed into it.
 * @param {string} text
 */
export function cell(text) {
  const harmless = (FORMULA.test(text) ? `'${text}` : text).replace(UNSEEN, " ");
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * Write the table of answers.
 * @param {string} columns the header @param {{row: string, answer: string}[]} answers
 */
export function table(columns, answers) {
  const lines = answers.map(({ row, answer }) => `${row},${cell(answer.trim())},,`);
  return MARK + [columns, ...lines].map((line) => `${line}\r\n`).join("");
}

/**
 * Say why an answer will hardly be read; an empty text where it will be.
 * @param {string} text @param {"p" | "r" | "s" | "share"} scale @param {object} phrases those of the map
 */
export function troubleWith(text, scale, phrases) {
  const written = text.trim();
  if (written === "" || WORDS.test(written)) return "";
  const first = troubleAsWritten(written, scale, phrases);
  return first === "" ? "" : troubleAsWritten(tidied(written), scale, phrases) && first;
}

function troubleAsWritten(text, scale, phrases) {
  try {
    if (scale === "share") parseShare(text, phrases);
    else parseJudgement(text, scale, phrases);
    return "";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const told = error.hint ? `${error.message} (${error.hint})` : error.message;
    return told.replace(/`([^`]*)`/gu, "\u201c$1\u201d");
  }
}

/** Return an answer as the language has it, where it differs in blanks, capitals or the decimal comma. */
function tidied(text) {
  return text
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .replace(/(?<![\d.,])(\d+),(\d{1,2}|(?<=\b0,)\d+)(?![\d.,])/gu, "$1.$2")
    .replace(/(?<=\d) ?(%|x)/gu, "$1")
    .replace(/^([\d.]+)([%x]?) ?[-\u2013] ?([\d.]+)([%x])$/u, "$1$4 to $3$4");
}

/** Open the questionnaire that the document is. */
function open(page) {
  const main = page.querySelector("main");
  const phrases = JSON.parse(main.dataset.phrases);
  const sets = Array.from(page.querySelectorAll("fieldset"));
  const questions = sets.map((set) => questionOf(set, phrases, changed));
  const [name, count, wrong] = ["name", "count", "name-problem"].map((id) => page.getElementById(id));
  let taken = true;

  function changed() {
    taken = false;
    const answered = questions.filter((question) => question.isAnswered()).length;
    count.textContent = `${answered} of ${questions.length} answered`;
  }

  function named() {
    const good = name.value.trim() === "" || NAME.test(name.value.trim());
    wrong.textContent = good ? "" : "Small letters and digits, with hyphens between words, as in ann-lee.";
    name.setAttribute("aria-invalid", String(!good));
  }

  function download() {
    const answers = questions.flatMap((question) => question.answers());
    const blob = new Blob([table(main.dataset.columns, answers)], { type: "text/csv;charset=utf-8" });
    const link = page.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${NAME.test(name.value.trim()) ? name.value.trim() : "answers"}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    taken = true;
  }

  changed();
  taken = true;
  name.addEventListener("input", named);
  page.getElementById("download").addEventListener("click", download);
  globalThis.addEventListener("beforeunload", (event) => {
    if (!taken) event.preventDefault();
  });
}

/** Return one question of the page; `changed` hears whenever its answer is another. */
function questionOf(set, phrases, changed) {
  const blanks = Array.from(set.querySelectorAll("input[type=text]"));
  const boxes = Array.from(set.querySelectorAll("input[type=checkbox]"));
  const problem = set.querySelector(".problem");
  const said = () => boxes.find((box) => box.checked)?.dataset.says ?? "";

  function typed() {
    const troubles = blanks.map((blank) => troubleWith(blank.value, set.dataset.scale, phrases));
    blanks.forEach((blank, i) => blank.setAttribute("aria-invalid", String(troubles[i] !== "")));
    problem.textContent = troubles.find((trouble) => trouble !== "") ?? "";
    changed();
  }

  function ticked(box) {
    for (const other of boxes) if (other !== box) other.checked = false;
    for (const blank of blanks) blank.disabled = said() !== "";
    changed();
  }

  for (const blank of blanks) blank.addEventListener("input", typed);
  for (const box of boxes) box.addEventListener("change", () => ticked(box));
  return {
    isAnswered: () => said() !== "" || blanks.every((blank) => blank.value.trim() !== ""),
    answers: () => blanks.map((blank) => ({ row: blank.dataset.row, answer: said() || blank.value })),
  };
}

if (typeof document !== "undefined") open(document);
