/** The keys of the language: where each belongs, and which is meant by one that is not known. */

import { nearest, ProblemError } from "./problems.js";

/** Whether a key is a link that has slid into its place. */
export function isLink(key) {
  return /^same as\b/u.test(key);
}

/** The entries and files that have a key, at most three, for every key of the language. */
const OWNERS = {
  ...of([], "locators section no-claim draws tune chains seed entries include sources voices timelines"),
  ...of([], "events lexicon from to count of not event before ever by_end_of during within pace id chance"),
  ...of([], "state value elicited fitted"),
  ...of(["a claim"], "at_least any_of all_of when otherwise if_met leak"),
  ...of(["a question"], "states state_texts gap"),
  ...of(["an argument"], "by premises for against undercuts strength force"),
  ...of(["an event"], "timeline requires emerges later_of earlier_of"),
  ...of(["a timeline"], "phases"),
  ...of(["a source"], "title author url date"),
  ...of(["a model"], "map model target also observed worldviews reconcile sampling expect"),
  ...of(["an expectation"], "estimate crux mean below above between than rank"),
  ...of(["a worldview"], "claims questions arguments voice extends made_from judgements rejects accepts"),
  ...of(["a worldview"], "stated read_as remarks asked"),
  ...of(["a worldview", "a claim"], "routes"),
  ...of(["a model", "a worldview"], "language"),
  ...of(["a model", "an expectation"], "assuming"),
  ...of(["a model", "a source", "an expectation"], "note tags"),
  ...of(["a model", "a source", "a voice"], "text"),
  ...of(["an argument", "a question", "a claim"], "credence"),
  ...of(["an expectation", "a voice", "a worldview"], "source"),
  ...of(["an expectation", "a worldview"], "worldview"),
  ...of(["a question", "a claim"], "given"),
};

function of(owners, keys) {
  return Object.fromEntries(keys.split(" ").map((key) => [key, owners]));
}

/** Say that a key is not known where some others are, and which is meant or where it belongs. */
export function unknownKey(key, value, known) {
  return new ProblemError("unknown-key", `unknown key \`${key}\``, hintOfKey(key, value, known));
}

/** Say what helps where a list should be. */
export function noList(node) {
  if (node instanceof Map) return "put it in brackets: `[{...}]`";
  return "every item of a list begins with `- `; or write it in brackets: `[a, b]`";
}

/** Say what helps where text stands for an entry of some keys. */
export function noMapping(name, node, keys) {
  if (keys.includes(name)) return `\`${name}\` belongs into an entry: indent it under the entry's id`;
  if (typeof node !== "string" || node === "") return "";
  const likely = node.startsWith("http") ? ["url", "title", "text"] : ["title", "text", "credence"];
  const key = likely.find((one) => keys.includes(one));
  return key === undefined ? "" : `as in \`${name}: {${key}: ...}\``;
}

function hintOfKey(key, value, known) {
  if (key === "worldviews") {
    return "each worldview is a file of its own, in the folder `worldviews` beside the map's files";
  }
  if (isLink(key)) return "a link is all of a number, as in `credence: same as ADDRESS`";
  if (value === "" && key.includes(":")) return "a colon needs a space after it";
  if (value === "" && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(key)) {
    return 'a comma ends a value in a one-line entry: quote the sentence, as in `text: "One, two."`';
  }
  const near = nearest(key, known, 0.7);
  if (near !== null) return `did you mean \`${near}\`?`;
  if (Object.hasOwn(OWNERS, key)) {
    const where = OWNERS[key].length > 0 ? `to ${OWNERS[key].join(" or ")}` : "elsewhere";
    return `\`${key}\` belongs ${where}: is it in the wrong place, or not indented far enough?`;
  }
  if (key.includes(" ")) {
    return "put a sentence that holds `: ` or runs over several lines under `text: >-`";
  }
  return "";
}
