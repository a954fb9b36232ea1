// What entries say, added to answers that name them by id: texts, sources and notes as in the command
// line's JSON.

import { MAP } from "../language/worldviews.js";
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
    changes: one.changes.map((change) => changeWithNotes(change, contents)),
    by: entries[one.id].type === "argument" ? (entries[one.id].by ?? null) : null,
    heard_a: heardBy(voiceOf(model, diff.a), one.id, contents, model),
    heard_b: heardBy(voiceOf(model, diff.b), one.id, contents, model),
  }));
  const lists = LISTS.map((name) => [
    name,
    diff[name].map((row) => ({ ...row, text: sentenceOf(contents, row.id) })),
  ]);
  return { ...diff, differences, ...Object.fromEntries(lists) };
}

/** A change with the notes and sources of both numbers; what was changed in the page has none. */
function changeWithNotes(change, { judgements }) {
  const [a, b] = [change.origin_a, change.origin_b].map((origin) => {
    const told = judgements[change.address];
    return origin === MAP ? told : told?.by?.[origin];
  });
  return {
    ...change,
    sources_a: sourcesOf(a?.source),
    sources_b: sourcesOf(b?.source),
    note_a: a?.note ?? "",
    note_b: b?.note ?? "",
  };
}

/** Sources as the language writes them: `post#P15`. */
function sourcesOf(source = []) {
  return source.map(({ text }) => text.replace(" ", "#"));
}

function voiceOf(model, worldview) {
  return model.worldviews[worldview]?.voice ?? null;
}

/** The arguments about an entry, itself included, that a voice makes, in the order of the map. */
function heardBy(voice, name, { entries }, model) {
  if (voice === null) {
    return [];
  }
  const isAbout = ([id, { targets }]) => id === name || targets.some((target) => target.id === name);
  return model.entries
    .map(({ id }) => [id, entries[id]])
    .filter(([, { type, by }]) => type === "argument" && by === voice)
    .filter(isAbout)
    .map(([id, { by, text, sources }]) => ({ id, by, text, sources: sourcesOf(sources) }));
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
