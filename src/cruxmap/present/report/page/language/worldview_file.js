/** A worldview's file that somebody opens in the page: what it says as changes of what it extends. */

import { withWhatFits } from "./changes.js";
import { ProblemError } from "./problems.js";
import { layersOf, lineage, MAP, numbersOf } from "./worldviews.js";
import { readYaml } from "./yaml_text.js";

const READ = ["worldview", "extends", "made_from", "judgements", "rejects", "accepts"];
const BROUGHT = ["claims", "questions", "arguments", "routes"];

/**
 * Read a worldview's file, as the page or somebody wrote it. Throws ProblemError where it is none, or
 * extends a worldview that the page does not have. What does not fit is left out, with its reason.
 * @param {string} text
 * @param {object} model
 * @returns {{id: string, startedFrom: string, changes: object, isOther: boolean,
 *   leftOut: {at: string, why: string}[]}} `isOther` where it was made from another state of the map
 */
export function readWorldviewFile(text, model) {
  const file = fileOf(text);
  if (!READ.some((key) => file.has(key))) {
    const hint = "it has `judgements`, for example";
    throw new ProblemError("wrong-shape", "this is not a worldview's file", hint);
  }
  const startedFrom = textOr(file.get("extends"), MAP) || MAP;
  lineage(model, startedFrom);
  const brought = BROUGHT.filter((key) => file.has(key));
  const leftOut = brought.map((at) => ({ at, why: "a page takes no new entries" }));
  const judgements = [...mappingOr(file.get("judgements"))].map(([at, value]) => {
    const found = judgementOf(model, at, value);
    if (found.why !== undefined) leftOut.push({ at, why: found.why });
    return found;
  });
  const isThere = isSaidBy(model, startedFrom);
  const written = {
    judgements: judgements.filter((judgement) => judgement.why === undefined && !isThere(judgement)),
    rejects: wordsOf(file.get("rejects")),
    accepts: wordsOf(file.get("accepts")),
  };
  const found = withWhatFits(model, startedFrom, written);
  const madeFrom = textOr(mappingOr(file.get("made_from")).get("map"), "");
  const isOther = madeFrom !== "" && model.made_from !== undefined && madeFrom !== model.made_from.map;
  const id = textOr(file.get("worldview"), "");
  return { id, startedFrom, changes: found.changes, isOther, leftOut: [...leftOut, ...found.leftOut] };
}

/** Return the mapping that a file is; throws the first problem of its YAML. */
function fileOf(text) {
  const { root, problems } = readYaml(text);
  if (problems.length > 0) {
    const { line, code, message, hint } = problems[0];
    throw new ProblemError(code, `line ${line}: ${message}`, hint);
  }
  return mappingOr(root);
}

/** Return whether a judgement says what stands in its place already, as in a file that is written out. */
function isSaidBy(model, startedFrom) {
  const { index, rowOf, rowAt } = numbersOf(model);
  const { places } = layersOf(model, startedFrom);
  const isIn = (place, text) => places[place].value.text === text && !places[place].single;
  return ({ at, value, shares }) => {
    if (shares !== undefined) return rowAt.get(at).every((place, k) => isIn(place, shares[k]));
    const place = index.get(at);
    return place !== undefined && rowOf[place] === null && isIn(place, value);
  };
}

function textOr(value, otherwise) {
  return typeof value === "string" ? value : otherwise;
}

function mappingOr(value) {
  return value instanceof Map ? value : new Map();
}

function wordsOf(value) {
  const words = Array.isArray(value) ? value : [value];
  return words.filter((word) => typeof word === "string" && word !== "");
}

/** Return one judgement in the form of changes, or why it cannot be one: `{why}`. */
function judgementOf(model, at, value) {
  const said = longForm(value);
  if (typeof said === "string") return { at, value: said };
  const row = numbersOf(model).rowAt.get(at);
  if (!(said instanceof Map) || row === undefined) return { at, why: "no number is here, nor shares" };
  const states = row.map((place) => model.addresses[place].slice(at.length + 1));
  const shares = states.map((state) => longForm(said.get(state)));
  const isWhole = said.size === states.length && shares.every((share) => typeof share === "string");
  return isWhole ? { at, shares } : { at, why: `it gives a share for each of ${states.join(", ")}` };
}

/** Return the value of the long form, which may carry a source beside it. */
function longForm(value) {
  return value instanceof Map && value.has("value") ? value.get("value") : value;
}
