// What entries say, added to answers that name them by id: texts as in the command line's JSON. Sources
// and notes of numbers stay in the page's contents.

import { sentenceOf } from "./sentences.js";

const LISTS = ["double_cruxes", "double_crux_arguments", "double_crux_questions"];

/**
 * A diff with the texts of entries, whose arguments they are, and what the voices of the two say about
 * them; as it is where there are no contents.
 * @param {object} diff
 * @param {object | null} contents
 * @param {object} model
 * @returns {object}
 */
export function diffWithTexts(diff, contents, model) {
  if (contents === null) {
    return diff;
  }
  const { entries } = contents;
  const differences = diff.differences.map((one) => ({
    ...one,
    text: entries[one.id].text,
    by: entries[one.id].type === "argument" ? (entries[one.id].by ?? null) : null,
    heard_a: heardBy(voiceOf(model, diff.a), one.id, contents),
    heard_b: heardBy(voiceOf(model, diff.b), one.id, contents),
  }));
  const lists = LISTS.map((name) => [
    name,
    diff[name].map((row) => ({ ...row, text: sentenceOf(contents, row.id) })),
  ]);
  return { ...diff, differences, ...Object.fromEntries(lists) };
}

function voiceOf(model, worldview) {
  return model.worldviews[worldview]?.voice ?? null;
}

/** The arguments about an entry, itself included, that a voice makes. */
function heardBy(voice, name, { entries }) {
  if (voice === null) {
    return [];
  }
  const isAbout = ([id, { targets }]) => id === name || targets.some((target) => target.id === name);
  return Object.entries(entries)
    .filter(([, { type, by }]) => type === "argument" && by === voice)
    .filter(isAbout)
    .map(([id, { by, text }]) => ({ id, by, text }));
}

/**
 * What it would take, with what each number's entry says.
 * @param {object} takes
 * @param {object | null} contents
 * @param {{model: object, index: Map<string, number>}} structure
 * @returns {object}
 */
export function takesWithTexts(takes, contents, { model, index }) {
  if (contents === null) {
    return takes;
  }
  const textAt = (address) => contents.entries[model.judgements.owner[index.get(address)]].text;
  const told = (step) => ({ ...step, sentence: `${step.sentence}: ${textAt(step.address)}` });
  const frontier = takes.frontier.map((take) => ({ ...take, steps: take.steps.map(told) }));
  return { ...takes, frontier };
}
