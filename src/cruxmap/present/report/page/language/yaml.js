/**
 * A worldview as a file: what was changed in the page, as the YAML that `cruxmap check` accepts and that
 * makes `cruxmap estimate` give the page's numbers.
 *
 * Started from a worldview, it extends that one. Started from the map, it has what was changed and no more:
 * the map's numbers are the editor's, and whoever leaves one as it is has not given it.
 * Comments say what it started from, and what each changed number was before.
 */

import { changeText } from "./changes.js";
import { countIn, entriesIn } from "./own_entries.js";
import { checkId } from "./ids.js";
import { formatJudgement, middleOf, pointOf } from "./notation.js";
import { ProblemError } from "./problems.js";
import { followerOf, layersOf, MAP, NOBODY, numbersOf, OWN, UNCHANGED } from "./worldviews.js";
import { blockLines, flow, itemLines, oneLine, plain, quoted, sentenceLines, WIDTH } from "./yaml_writing.js";

/**
 * Check the id that a worldview is to have, which is its file's name too; throws ProblemError.
 * @param {object} model
 * @param {string} id
 */
export function checkWorldviewId(model, id) {
  if (id === "") throw new ProblemError("bad-id", "the name is missing", "write it in small letters");
  checkId(id);
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
export function worldviewFile(model, { id, startedFrom, changes: some, text, isAnonymous = false, given }) {
  checkWorldviewId(model, id);
  const changes = { ...UNCHANGED, ...some };
  const isExtended = startedFrom !== MAP && !isAnonymous;
  const whole = isExtended || startedFrom === MAP ? changes : writtenOut(model, startedFrom, changes);
  const judgements = linesOf(model, startedFrom, changes, whole.judgements);
  const lines = [
    ...heading(model, id, startedFrom, given),
    `worldview: ${id}`,
    ...sentenceLines("text", text ?? changes.text ?? sentenceOf(startedFrom, changes), 0),
    ...(changes.voice === undefined ? [] : [`voice: ${changes.voice}`]),
    ...(isExtended ? [`extends: ${startedFrom}`] : []),
    ...madeFrom(model, changes),
    ...(judgements.length > 0 ? ["judgements:", ...judgements] : []),
    ...namesUnder("rejects", whole.rejects),
    ...namesUnder("accepts", whole.accepts),
    ...listLines("stated", changes.stated),
    ...askedLines(changes.asked),
    ...broughtLines(changes.brings),
    ...remarkLines(changes.remarks),
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

/** How the sentence of a file ends that nobody wrote one for. */
export const MADE_HERE = ", made in the report's page.";

function sentenceOf(startedFrom, changes) {
  const { judgements, rejects, accepts, brings, stated } = changes;
  const own = judgements.filter(({ fitted, elicited }) => !fitted && elicited !== false);
  const count = own.length + stated.length + rejects.length + accepts.length + countIn(brings);
  const whose = startedFrom === MAP ? "The map's own numbers" : `The numbers of ${startedFrom}`;
  return `${whose} with ${count} ${count === 1 ? "change" : "changes"}${MADE_HERE}`;
}

/** Say which state of the map it was made from, and of the entries that it speaks of. */
function madeFrom(model, changes) {
  if (model.made_from === undefined) return [];
  const judged = [...changes.judgements.map(({ at }) => at), ...changes.rejects, ...changes.accepts];
  const addresses = [...judged, ...namesOfBrought(model, changes.brings)];
  const states = new Map(Object.entries(model.made_from.entries));
  const ids = [...new Set(addresses.map((at) => at.split(".")[0]))].filter((id) => states.has(id));
  const entries = ids.map((id) => `${id}: ${digest(states.get(id))}`).join(", ");
  return [`made_from: {map: ${digest(model.made_from.map)}${ids.length > 0 ? `, entries: {${entries}}` : ""}}`];
}

/** Write a digest; one that could be taken for a number is quoted. */
function digest(text) {
  return /^[0-9]+(?:e[0-9]+)?$/u.test(text) ? quoted(text) : text;
}

/** The entries that what is brought attacks, adds routes to or rests on. */
function namesOfBrought(model, brings) {
  const mine = new Set(entriesIn(brings).map(({ kind, id, form }) => (kind === "route" ? form.of : id)));
  const owners = Object.keys(brings.routes ?? {});
  const of = ({ rests_on: rests = [], targets = [] }) => [...rests, ...targets.map(({ id }) => id)];
  const routes = model.entries.flatMap((entry) => (entry.routes ?? []).filter(({ address }) => isMine(address)));
  function isMine(address) {
    return model.own !== null && model.brought[address] === model.own;
  }
  const added = model.entries.filter(({ id, brought_by: by }) => mine.has(id) && by === model.own);
  return [...added.flatMap(of), ...owners, ...routes.flatMap(({ when }) => when)];
}

function namesUnder(key, names) {
  return names.length > 0 ? [`${key}: [${names.map(plain).join(", ")}]`] : [];
}

// --- what is brought and said ---------------------------------------------------------------------

function broughtLines(brings) {
  const sections = ["claims", "questions", "arguments"].filter((name) => brings[name] !== undefined);
  const routes = Object.entries(brings.routes ?? {});
  return [
    ...sections.flatMap((name) => [
      `${name}:`,
      ...Object.entries(brings[name]).flatMap(([id, form]) => [`  ${id}:`, ...blockLines(form, 4)]),
    ]),
    ...(routes.length > 0 ? ["routes:"] : []),
    ...routes.flatMap(([claim, forms]) => [`  ${claim}:`, ...itemLines(forms, 4)]),
  ];
}

function remarkLines(remarks) {
  const said = Object.entries(remarks);
  return said.length === 0 ? [] : ["remarks:", ...said.flatMap(([id, words]) => sentenceLines(id, words, 2))];
}

function listLines(key, items) {
  return items.length === 0 ? [] : [`${key}:`, ...itemLines(items, 2)];
}

/** What an interview has put; nothing is something here, and nothing at all where there was none. */
function askedLines(asked) {
  if (asked === null) return [];
  const line = `asked: ${flow(asked)}`;
  return line.length <= WIDTH ? [line] : ["asked:", ...asked.map((item) => `  - ${flow(item)}`)];
}

// --- the numbers --------------------------------------------------------------------------------

/**
 * Return a line for each number that the file gives, in the map's order. A changed one says what it was.
 */
function linesOf(model, startedFrom, changes, judgements) {
  const { index, rowAt } = numbersOf(model);
  const before = layersOf(model, startedFrom, { ...UNCHANGED, brings: changes.brings });
  const changed = new Set(changes.judgements.map(({ at }) => at));
  const place = ({ at }) => rowAt.get(at)?.[0] ?? index.get(at);
  return inAll(model, judgements)
    .sort((one, other) => place(one) - place(other))
    .map((judgement) => {
      const { at, note = "", fitted, elicited } = judgement;
      const said = changed.has(at) && !fitted && elicited !== false ? `was ${textBefore(model, before, at)}` : note;
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

/**
 * Return everything that a worldview and the changes to it say, as one worldview that extends none. What stands
 * in the map and nobody gave stays there.
 */
function writtenOut(model, startedFrom, changes) {
  const { rowOf, rowAt, index, brought } = numbersOf(model);
  const layers = layersOf(model, startedFrom, changes);
  const changed = new Set(changes.judgements.flatMap(({ at }) => rowAt.get(at) ?? [index.get(at)]));
  const inNoMap = (place) => place >= (model.shipped ?? model).addresses.length && !changed.has(place);
  const { fixed = [], default: defaults = [], owner } = model.judgements;
  const [isFixed, isDefault] = [new Set(fixed), new Set(defaults)];
  const linked = new Set(layers.places.map(({ value }) => value.sameAs));
  const judgements = [];
  model.addresses.forEach((at, place) => {
    if (inNoMap(place) || isNobodysInMap(model, layers, place)) return; // what brings it says it
    const { value, origin } = layers.places[place];
    const isRejected = layers.rejected.has(owner[place]) || layers.rejected.has(at);
    const isIdle = isRejected && !linked.has(at) && origin !== OWN;
    const isUnsaid = isDefault.has(place) && origin === MAP;
    if (rowOf[place] === null && !isFixed.has(place) && !isIdle && !isUnsaid) {
      judgements.push({ at, value: value.text, ...(origin === NOBODY ? { elicited: false } : {}) });
    }
  });
  for (const [at, row] of rowAt) {
    if (!row.every(inNoMap)) judgements.push(...rowWrittenOut(model, layers, at, row));
  }
  const rejects = [...layers.rejected].filter(([, who]) => who !== MAP).map(([name]) => name);
  const isAccepted = ([name, bringer]) => !layers.rejected.has(name) && bringer !== model.own;
  const accepts = [...brought].filter(isAccepted).map(([name]) => name);
  return { judgements, rejects, accepts };
}

/** Whether a number is the map's, and nobody gave it. */
function isNobodysInMap(model, layers, place) {
  const { value, origin } = layers.places[place];
  return origin === NOBODY && value === numbersOf(model).places[place].value;
}

/** What is lost where no file could say what the page does. */
const SHARES_AS_POINTS = "some are points here: a file that extends nothing cannot hold them otherwise";

/** Return the shares of a row: all at once, or by themselves where the others are as the map has them. */
function rowWrittenOut(model, layers, at, row) {
  if (row.every((place) => isNobodysInMap(model, layers, place))) return [];
  const isSingle = (place) => layers.places[place].single;
  const textOf = (place) => layers.places[place].value.text;
  const single = row.filter(isSingle);
  const isNobodys = row.every((place) => layers.places[place].origin === NOBODY);
  const unasked = isNobodys ? { elicited: false } : {};
  if (single.length === 0) return [{ at, shares: row.map(textOf), ...unasked }];
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
  const number = numberText(model, judgement);
  if (judgement.elicited === false) return `{value: ${number}, elicited: false}`;
  return judgement.fitted ? `{value: ${number}, fitted: ${plain(judgement.fitted)}}` : number;
}

function numberText(model, judgement) {
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
