// Whether everybody keeps their numbers beside what the files of others bring. A file with which the page
// could not sum over all cases any more is refused, and nobody else's numbers are lost to it.

import { mentionedBy } from "../language/conditions.js";
import { ProblemError } from "../language/problems.js";
import { bringsAnything, MAP } from "../language/worldviews.js";
import { givenOf } from "./changed.js";

/**
 * Check that every worldview can be answered for, and the reader's step if it could be before. Throws
 * ProblemError with the code "needs-another-network".
 * @param {Extensions} extensions with the files @param {Extension} own the reader's
 * @param {{step: object, setting: object, couldBe: boolean}} reader
 */
export function checkAnswerable({ others, shipped }, own, { step, setting, couldBe }) {
  if (!others.model.added?.entries.length) return;
  const given = couldBe ? step.given : givenOf(shipped.model);
  const isKnown = (condition) => mentionedBy(condition).every((name) => others.structure.entry.has(name));
  const known = [...given.assuming, ...given.observed].filter(isKnown);
  for (const id of [MAP, ...Object.keys(others.model.worldviews)]) {
    checkOne(others, others.shipped(id), known, id === MAP ? "the map" : `\`${id}\``);
  }
  if (!couldBe || !bringsAnything(step.own)) return;
  checkOne(own, setting, [...given.assuming, ...given.observed], "what you have changed");
}

function checkOne({ asking, model }, setting, conditions, whose) {
  try {
    asking.check(setting, conditions);
  } catch (problem) {
    if (problem.name !== "TooManyCases") throw problem;
    const message = `with it, ${whose} would have too many cases to sum over in this page`;
    const hint = `the command line has no such limit: \`cruxmap report ${model.model.file} --with FILE\``;
    throw new ProblemError("needs-another-network", message, hint);
  }
}
