/** What somebody states all things considered, and what an interview has put without getting a number. */

import { checkPut } from "./brought_worldviews.js";
import { conditionOf, separateConditions } from "./conditions.js";
import { asNode } from "./file_shapes.js";
import { namesOf } from "./names.js";
import { ProblemError } from "./problems.js";
import { checkStatedCredence } from "./worldview_file.js";

/**
 * Check what is stated of something; throws ProblemError.
 * @param {object} model @param {{of: *, credence: string, assuming?: *}} said as in a file
 */
export function checkStated(model, { of, credence, assuming = [] }) {
  const names = namesOf(model);
  checkStatedCredence(model, credence, "a stated credence");
  conditionOf(asNode(of), names);
  separateConditions(asNode(assuming), names);
}

/**
 * Check what an interview has put; throws ProblemError.
 * @param {object} model @param {string | {of: *}} item as in a file
 */
export function checkAsked(model, item) {
  if (typeof item === "string") checkPut(model, item);
  else conditionOf(asNode(item.of), namesOf(model));
}

/**
 * Return as much as fits a model of what is stated and was asked, and what does not, with its reason.
 * @param {object} model @param {{stated?: object[], asked?: (string | object)[] | null}} written
 * @returns {{stated: object[], asked: (string | object)[] | null, leftOut: {at: string, why: string}[]}}
 */
export function fittingStatements(model, { stated = [], asked = null }) {
  const leftOut = [];
  const fits = (check, key) => (one) => {
    try {
      check(model, one);
      return true;
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      leftOut.push({ at: typeof one === "string" ? one : key, why: problem.message });
      return false;
    }
  };
  const left = stated.filter(fits(checkStated, "stated"));
  return { stated: left, asked: asked?.filter(fits(checkAsked, "asked")) ?? null, leftOut };
}
