/**
 * A worldview as a file: what was changed in the page, as the YAML that `cruxmap check` accepts and that
 * makes `cruxmap estimate` give the page's numbers.
 *
 * Started from a worldview, it extends that one; started from the map, every number is written out.
 * Comments say what it started from, and what each changed number was before.
 */

import { changeText } from "./changes.js";
import { formatJudgement, middleOf, pointOf } from "./notation.js";
import { ProblemError } from "./problems.js";
import { followerOf, layersOf, MAP, numbersOf, OWN } from "./worldviews.js";

const MOST_CHARACTERS_OF_AN_ID = 200;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
const OF_TIME = "event before after by within of during ever never";
const OF_NUMBERS = "leak chance credence strength force pace value rest same";
const OTHER_WORDS = "not all map otherwise true false null";
const RESERVED = new Set([OF_TIME, OF_NUMBERS, OTHER_WORDS].flatMap((words) => words.split(" ")));

/**
 * Check the id that a worldview is to have, which is its file's name too; throws ProblemError.
 * @param {object} model
 * @param {string} id
 */
export function checkWorldviewId(model, id) {
  if (id.length > MOST_CHARACTERS_OF_AN_ID) {
    const message = `an id of ${id.length.toLocaleString("en")} characters is too long`;
    throw new ProblemError("bad-id", message, `ids have up to ${MOST_CHARACTERS_OF_AN_ID} characters`);
  }
  if (!ID.test(id) || !/[a-z]/u.test(id)) {
    const tidy = (id.toLowerCase().match(/[a-z0-9]+/gu) ?? []).join("-");
    const hint = ID.test(tidy) && tidy !== id ? `write \`${tidy}\`` : "lower-case words joined by `-`";
    throw new ProblemError("bad-id", `\`${id}\` is not an id`, hint);
  }
  if (RESERVED.has(id)) {
    throw new ProblemError("reserved-id", `\`${id}\` is a word of the language`, "choose another id");
  }
  if (numbersOf(model).worldviews.has(id)) {
    throw new ProblemError("duplicate-id", `there is a worldview \`${id}\` already`, "choose another id");
  }
}

/** Return an id that no worldview has yet: the one wished for, or with a number. */
export function freeId(model, wished) {
  const { worldviews } = numbersOf(model);
  const ids = [wished, ...Array.from(worldviews.keys(), (_, number) => `${wished}-${number + 2}`)];
  return ids.find((id) => !worldviews.has(id));
}

/**
 * Write a worldview's file. Throws ProblemError for an id that it cannot have.
 *
 * What is `given` in the page is no part of a worldview: a comment says it where it is not what the model
 * gives. Where the worldview started from has no file of its own (`isAnonymous`), its numbers are written
 * out as well.
 * @param {object} model
 * @param {{id: string, startedFrom: string, changes: object, text?: string, isAnonymous?: boolean,
 *   given?: {assuming: string[], observed: string[]}}} worldview with changes that have been checked
 * @returns {string}
 */
export function worldviewFile(model, { id, startedFrom, changes, text, isAnonymous = false, given }) {
  checkWorldviewId(model, id);
  const isExtended = startedFrom !== MAP && !isAnonymous;
  const whole = isExtended ? changes : writtenOut(model, startedFrom, changes);
  const judgements = linesOf(model, startedFrom, changes, whole.judgements);
  const lines = [
    ...heading(model, id, startedFrom, given),
    `worldview: ${id}`,
    `text: ${quoted(text ?? sentenceOf(startedFrom, changes))}`,
    ...(isExtended ? [`extends: ${startedFrom}`] : []),
    ...madeFrom(model, changes),
    ...(judgements.length > 0 ? ["judgements:", ...judgements] : []),
    ...namesUnder("rejects", whole.rejects),
    ...namesUnder("accepts", whole.accepts),
  ];
  return `${lines.join("\n")}\n`;
}

// --- the head -----------------------------------------------------------------------------------

function heading(model, id, startedFrom, given) {
  const { file, map_folder: folder, lists_worldviews: isListed } = model.model;
  const from = startedFrom === MAP ? "the map's own numbers" : `the worldview ${startedFrom}`;
  const lines = [
    `Made in the page of the model ${model.model.id}, from ${from}.`,
    `Save it as ${id}.yaml in the folder worldviews of the map (arguments/${folder}/worldviews).`,
    `Then this gives the page's numbers: cruxmap estimate ${file} --worldview ${id}`,
  ];
  if (isListed) lines.push(`The model lists its worldviews: add ${id} to \`worldviews\` in ${file}.`);
  for (const key of ["assuming", "observed"]) {
    const conditions = given?.[key] ?? model.model[key];
    if (JSON.stringify(conditions) === JSON.stringify(model.model[key])) continue;
    const what = key === "assuming" ? "assumed" : "observed";
    lines.push(`In the page this was ${what}: ${conditions.join(", ") || "nothing"}`);
  }
  return lines.map((line) => `# ${oneLine(line)}`);
}

function sentenceOf(startedFrom, changes) {
  const count = changes.judgements.length + changes.rejects.length + changes.accepts.length;
  const whose = startedFrom === MAP ? "The map's own numbers" : `The numbers of ${startedFrom}`;
  return `${whose} with ${count} ${count === 1 ? "change" : "changes"}, made in the report's page.`;
}

/** Say which state of the map it was made from, and of the entries that it speaks of. */
function madeFrom(model, changes) {
  if (model.made_from === undefined) return [];
  const addresses = [...changes.judgements.map(({ at }) => at), ...changes.rejects, ...changes.accepts];
  const states = new Map(Object.entries(model.made_from.entries));
  const ids = [...new Set(addresses.map((at) => at.split(".")[0]))].filter((id) => states.has(id));
  const entries = ids.map((id) => `${id}: ${states.get(id)}`).join(", ");
  return [`made_from: {map: ${model.made_from.map}${ids.length > 0 ? `, entries: {${entries}}` : ""}}`];
}

function namesUnder(key, names) {
  return names.length > 0 ? [`${key}: [${names.map(plain).join(", ")}]`] : [];
}

// --- the numbers --------------------------------------------------------------------------------

/**
 * Return a line for each number that the file gives, in the map's order. A changed one says what it was.
 */
function linesOf(model, startedFrom, changes, judgements) {
  const { index, rowAt } = numbersOf(model);
  const before = layersOf(model, startedFrom);
  const changed = new Set(changes.judgements.map(({ at }) => at));
  const place = ({ at }) => rowAt.get(at)?.[0] ?? index.get(at);
  return inAll(model, judgements)
    .sort((one, other) => place(one) - place(other))
    .map((judgement) => {
      const { at, note = "" } = judgement;
      const said = changed.has(at) ? `was ${textBefore(model, before, at)}` : note;
      const comment = said === "" ? "" : `  # ${oneLine(said)}`;
      return `  ${plain(at)}: ${judgementText(model, judgement)}${comment}`;
    });
}

/**
 * Return judgements with what lies over every worldview where they say nothing: the page's numbers have
 * it.
 */
function inAll(model, judgements) {
  const laid = [...(model.settings ?? []), ...judgements];
  return [...new Map(laid.map((judgement) => [judgement.at, judgement])).values()];
}

/** Return everything that a worldview and the changes to it say, as one worldview that extends none. */
function writtenOut(model, startedFrom, changes) {
  const { rowOf, rowAt, brought } = numbersOf(model);
  const layers = layersOf(model, startedFrom, changes);
  const { fixed = [], default: defaults = [], owner } = model.judgements;
  const [isFixed, isDefault] = [new Set(fixed), new Set(defaults)];
  const linked = new Set(layers.places.map(({ value }) => value.sameAs));
  const judgements = [];
  model.addresses.forEach((at, place) => {
    const { value, origin } = layers.places[place];
    const isRejected = layers.rejected.has(owner[place]) || layers.rejected.has(at);
    const isIdle = isRejected && !linked.has(at) && origin !== OWN;
    const isUnsaid = isDefault.has(place) && origin === MAP;
    if (rowOf[place] === null && !isFixed.has(place) && !isIdle && !isUnsaid) {
      judgements.push({ at, value: value.text });
    }
  });
  for (const [at, row] of rowAt) judgements.push(...rowWrittenOut(model, layers, at, row));
  const rejects = [...layers.rejected].filter(([, who]) => who !== MAP).map(([name]) => name);
  const accepts = [...brought.keys()].filter((name) => !layers.rejected.has(name));
  return { judgements, rejects, accepts };
}

/** What is lost where no file could say what the page does. */
const SHARES_AS_POINTS = "some are points here: a file that extends nothing cannot hold them otherwise";

/** Return the shares of a row: all at once, or by themselves where the others are as the map has them. */
function rowWrittenOut(model, layers, at, row) {
  const isSingle = (place) => layers.places[place].single;
  const textOf = (place) => layers.places[place].value.text;
  const single = row.filter(isSingle);
  if (single.length === 0) return [{ at, shares: row.map(textOf) }];
  const isMapped = row.every((place) => layers.mapping[place].text === model.map.values[place]);
  if (isMapped) return single.map((place) => ({ at: model.addresses[place], value: textOf(place) }));
  const inForce = sharesInForce(model, layers, row);
  const shares = row.map((place, k) => (isSingle(place) ? textOf(place) : inForce[k]));
  return [{ at, shares, note: SHARES_AS_POINTS }];
}

/** Return what the shares of a row come to in the middle, as texts. */
function sharesInForce(model, layers, row) {
  const settled = followerOf(model, layers);
  const numbers = row.map((place) => middleOf(settled(layers.places[place].value, place).value));
  const sumOf = (isKept) =>
    row.reduce((sum, place, k) => sum + (layers.places[place].single === isKept ? numbers[k] : 0), 0);
  const [kept, others] = [sumOf(true), sumOf(false)];
  return numbers.map((number) => {
    const share = (number * Math.max(1 - kept, 0)) / others;
    return formatJudgement(pointOf(share, 1 - share, ""));
  });
}

function judgementText(model, judgement) {
  if (judgement.shares === undefined) return plain(judgement.value);
  const row = numbersOf(model).rowAt.get(judgement.at);
  const states = row.map((place) => model.addresses[place].slice(judgement.at.length + 1));
  return `{${states.map((state, k) => `${plain(state)}: ${plain(judgement.shares[k])}`).join(", ")}}`;
}

/** Write what stood at an address before it was changed. */
function textBefore(model, before, at) {
  const { index, rowAt } = numbersOf(model);
  const row = rowAt.get(at);
  if (row === undefined) return before.places[index.get(at)].value.text;
  return changeText(model, { at, shares: row.map((place) => before.places[place].value.text) });
}

// --- text ---------------------------------------------------------------------------------------

const SAFE = /^[A-Za-z0-9][A-Za-z0-9 .%/_-]*$/u;
const UNFIT = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/gu;

/** Write a text so that it reads back, without quotes where it is safe without. */
function plain(text) {
  return SAFE.test(text) && !text.endsWith(" ") ? text : quoted(text);
}

/** Write a text between quotes, whatever it holds; what no file may hold becomes a space. */
function quoted(text) {
  return JSON.stringify(oneLine(text));
}

/** Return text on one line, without what no file may hold. */
function oneLine(text) {
  return String(text).replace(UNFIT, " ");
}
