/**
 * Conditions as the values that stand for them in a file, both ways: texts, lists and mappings, as
 * `condition_form` in `src/cruxmap/language/conditions.py`.
 */

import { conditionOf, conditionText } from "./conditions.js";
import { asNode } from "./file_shapes.js";
import { namesOf } from "./names.js";

/** @param {object} condition as data @returns {string | object} */
export function plainOf(condition) {
  const c = condition;
  if (c.claim !== undefined) return c.value ? c.claim : { [c.claim]: "false" };
  if (c.question !== undefined) {
    return { [c.question]: c.states.length === 1 ? c.states[0] : [...c.states] };
  }
  if (c.before !== undefined) {
    return { event: c.event, before: c.before, ...((c.by ?? 1) === 1 ? {} : { by: String(c.by) }) };
  }
  if (c.within !== undefined) return { event: c.event, within: String(c.within), of: c.of };
  if (c.ever !== undefined) return { event: c.event, ever: String(c.ever) };
  if (c.event !== undefined) return { ...c };
  if (c.not !== undefined) return { not: plainOf(c.not) };
  const [form] = Object.keys(c);
  return { [form]: c[form].map(plainOf) };
}

/**
 * The condition that a value stands for; throws ProblemError.
 * @param {object} model @param {string | any[] | object} plain
 */
export function conditionOfPlain(model, plain) {
  return conditionOf(asNode(plain), namesOf(model));
}

/** The text of the condition that a value stands for; throws ProblemError. */
export function textOfPlain(model, plain) {
  return conditionText(conditionOfPlain(model, plain));
}
