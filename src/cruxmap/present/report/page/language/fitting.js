/** As much of a worldview from elsewhere as fits a model, and what does not, with its reason. */

import { broughtProblems, modelWith } from "./bringing.js";
import { checkRemark } from "./brought_worldviews.js";
import { withWhatFits } from "./changes.js";
import { idFrom } from "./ids.js";
import { ProblemError } from "./problems.js";
import { fittingStatements } from "./statements.js";
import { bringsAnything, layersOf, numbersOf, UNCHANGED } from "./worldviews.js";

/**
 * @param {object} model without what the worldview brings
 * @param {{start: string, name: string, written: object}} worldview `written` has the form of changes
 * @returns {{changes: object, leftOut: {at: string, why: string}[]}}
 */
export function fittedTo(model, { start, name, written }) {
  const { brings, leftOut } = fittingBrings(model, name, withRouteIds(written.brings ?? {}, name));
  const extended = bringsAnything({ brings }) ? modelWith(model, [], { id: name, brings }) : model;
  const isThere = isSaidBy(extended, start, brings);
  const isWrittenOut = (written.asked ?? null) === null; // an interview's file has answers alone
  const judgements = written.judgements.filter((judgement) => !isWrittenOut || !isThere(judgement));
  const found = withWhatFits(extended, start, { ...written, judgements, brings });
  const remarks = Object.entries(written.remarks ?? {}).filter(([entry, sentence]) => {
    const why = whyNot(() => checkRemark(extended, entry, sentence));
    if (why !== null) leftOut.push({ at: entry, why });
    return why === null;
  });
  const { leftOut: unsaid, ...said } = fittingStatements(extended, written);
  const changes = { ...found.changes, brings, remarks: Object.fromEntries(remarks), ...said };
  return { changes, leftOut: [...leftOut, ...found.leftOut, ...unsaid] };
}

/** Return what is brought with an id for every route, so that it can be spoken of. */
function withRouteIds(brings, name) {
  if (brings.routes === undefined) return brings;
  const named = ([claim, forms]) => {
    const ids = new Set(forms.map(({ id }) => id));
    const withId = (form, k) => {
      if (form.id !== undefined) return form;
      const id = idFrom(name, form.note ?? "", `route-${k + 1}`, (one) => ids.has(one));
      ids.add(id);
      return { id, ...form };
    };
    return [claim, forms.map(withId)];
  };
  return { ...brings, routes: Object.fromEntries(Object.entries(brings.routes).map(named)) };
}

/** Why something cannot be; null where it can. */
function whyNot(work) {
  try {
    work();
    return null;
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    return problem.message;
  }
}

/** As much of what is brought as fits: entries with problems are left out until there are none. */
function fittingBrings(model, bringer, written) {
  let brings = written;
  const leftOut = [];
  const count = Object.values(written).reduce((all, section) => all + Object.keys(section).length, 0);
  const most = Math.min(MOST_ROUNDS, 2 + MUCH / (count + 1));
  for (let round = 0; round < most; round += 1) {
    const problems = broughtProblems(model, brings, { bringer });
    if (problems.length === 0) return { brings, leftOut };
    for (const { kind, id, problem } of problems) {
      leftOut.push({ at: id === "" ? kind : id, why: problem.message });
    }
    brings = without(brings, problems);
  }
  const rest = Object.entries(brings).flatMap(([, section]) => Object.keys(section));
  const why = "too much else does not fit";
  return { brings: {}, leftOut: [...leftOut, ...rest.map((at) => ({ at, why }))] };
}

/** How often what does not fit is left out, before all that is brought is; less where there is much. */
const [MOST_ROUNDS, MUCH] = [20, 2000];

/** Return what is brought without the entries that have problems; no section is left empty. */
function without(brings, problems) {
  const sections = Object.entries(brings).map(([kind, section]) => {
    const ids = new Set(problems.filter((problem) => problem.kind === kind).map(({ id }) => id));
    const left = ids.has("") ? [] : Object.entries(section).filter(([id]) => !ids.has(id));
    return [kind, Object.fromEntries(left)];
  });
  return Object.fromEntries(sections.filter(([, section]) => Object.keys(section).length > 0));
}

/** Whether a judgement says what stands in its place already, as in a file that is written out. */
function isSaidBy(model, start, brings) {
  const { index, rowOf, rowAt } = numbersOf(model);
  const { places } = layersOf(model, start, { ...UNCHANGED, brings });
  const isIn = (place, text) => places[place].value.text === text && !places[place].single;
  return ({ at, value, shares }) => {
    const row = rowAt.get(at);
    if (shares !== undefined) return row?.every((place, k) => isIn(place, shares[k])) ?? false;
    const place = index.get(at);
    return place !== undefined && rowOf[place] === null && isIn(place, value);
  };
}
