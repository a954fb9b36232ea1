/** Ids: what they may be, as `src/cruxmap/language/context.py` says, and ids made of sentences. */

import { ProblemError } from "./problems.js";

const MOST_CHARACTERS = 200;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
const OF_TIME = "event before after by within of during ever never";
const OF_NUMBERS = "leak chance credence strength force pace value rest same";
const OTHER_WORDS = "not all map otherwise true false null";
const RESERVED = new Set([OF_TIME, OF_NUMBERS, OTHER_WORDS].flatMap((words) => words.split(" ")));

/**
 * Check that a text is an id, and no word of the language; throws ProblemError. Ids of parts of an entry
 * may be numbers.
 * @param {string} id @param {{numberOk?: boolean}} [what]
 */
export function checkId(id, { numberOk = false } = {}) {
  if (id.length > MOST_CHARACTERS) {
    const message = `an id of ${id.length.toLocaleString("en")} characters is too long`;
    throw new ProblemError("bad-id", message, `ids have up to ${MOST_CHARACTERS} characters`);
  }
  if (!ID.test(id) || !(numberOk || /[a-z]/u.test(id))) {
    const tidy = wordsOf(id).join("-");
    const hint = ID.test(tidy) && tidy !== id ? `write \`${tidy}\`` : "lower-case words joined by `-`";
    throw new ProblemError("bad-id", `\`${id}\` is not an id`, hint);
  }
  if (RESERVED.has(id)) {
    throw new ProblemError("reserved-id", `\`${id}\` is a word of the language`, "choose another id");
  }
}

/**
 * Check the ids of rows, routes or states, which are unique in their entry; throws ProblemError.
 * @param {(string | undefined)[]} ids
 */
export function checkPartIds(ids) {
  const seen = new Set();
  for (const id of ids) {
    if (id === undefined) continue;
    checkId(id, { numberOk: true });
    if (seen.has(id)) {
      throw new ProblemError("duplicate-id", `\`${id}\` is there twice`, "ids are unique in their entry");
    }
    seen.add(id);
  }
}

function wordsOf(text) {
  return withoutAccents(text).toLowerCase().match(/[a-z0-9]+/gu) ?? [];
}

/** A text with `a` for `ä`, and the like. */
function withoutAccents(text) {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "");
}

/** How many words and characters of a sentence its id has at most. */
const [MOST_WORDS, LONGEST] = [5, 40];

/** Words that tell nothing of what a sentence is about. */
const IDLE = new Set("a an the of to in on and or is are be it its this that by for as at with".split(" "));

/**
 * Make an id of a sentence that begins with an owner's: its first words that tell something.
 * @param {string} owner @param {string} sentence @param {string} otherwise where no word can be in an id
 * @param {(id: string) => boolean} isTaken
 * @returns {string}
 */
export function idFrom(owner, sentence, otherwise, isTaken) {
  const words = wordsOf(withoutAccents(sentence).replace(/['\u2019]/gu, ""));
  const telling = words.filter((word) => !IDLE.has(word));
  let slug = "";
  for (const word of (telling.length > 0 ? telling : words).slice(0, MOST_WORDS)) {
    const longer = slug === "" ? word.slice(0, LONGEST) : `${slug}-${word}`;
    if (longer.length > LONGEST) break;
    slug = longer;
  }
  const wished = `${owner}-${slug || otherwise}`;
  let id = wished;
  for (let number = 2; isTaken(id); number += 1) id = `${wished}-${number}`;
  return id;
}
