/** As much of a worldview that comes from elsewhere as fits a model, and what does not, with its reason. */

import { broughtProblems, modelWith } from "./bringing.js";
import { checkRemark } from "./brought_worldviews.js";
import { withWhatFits } from "./changes.js";
import { idFrom } from "./ids.js";
import { ProblemError } from "./problems.js";
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
  const judgements = written.judgements.filter((judgement) => !isThere(judgement));
  const found = withWhatFits(extended, start, { ...written, judgements, brings });
  const remarks = Object.entries(written.remarks ?? {}).filter(([entry, sentence]) => {
    const why = whyNot(() => checkRemark(extended, entry, sentence));
    if (why !== null) leftOut.push({ at: entry, why });
    return why === null;
  });
  const changes = { ...found.changes, brings, remarks: Object.fromEntries(remarks) };
  return { changes, leftOut: [...leftOut, ...found.leftOut] };
}

/** Return what is brought with an id for every route, so that it can be spoken of. */
function withRouteIds(brings, name) {
  if (brings.routes === undefined) return brings;
  const named = ([claim, forms]) => {
    const ids = new Set(forms.map(({ id }) => id));
    const withId = (form) => {
      if (form.id !== undefined) return form;
      const id = idFrom(name, form.note ?? "", "route", (one) => ids.has(one));
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
  for (;;) {
    const problems = broughtProblems(model, brings, { bringer });
    if (problems.length === 0) return { brings, leftOut };
    for (const { kind, id, problem } of problems) {
      const left = without(brings, kind, id);
      if (left !== brings) leftOut.push({ at: id === "" ? kind : id, why: problem.message });
      brings = left;
    }
  }
}

function without(brings, kind, id) {
  if (!Object.hasOwn(brings, kind)) return brings;
  const { [kind]: section, ...others } = brings;
  if (id === "" || !Object.hasOwn(section, id)) return others;
  const left = Object.entries(section).filter(([one]) => one !== id);
  return left.length === 0 ? others : { ...others, [kind]: Object.fromEntries(left) };
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
