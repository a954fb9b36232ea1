/** How much the reader has changed, counted without asking what each change does. */

/** Returns how many numbers, rejections, conditions and entries are other than at the start. */
export function changeCount(session) {
  return ownCount(session) + givenChanges(session);
}

/**
 * Returns the same without conditions: how far the reader's numbers are a worldview of their own. What is fitted
 * to their answers is not counted beside these.
 */
export function ownCount({ own: { judgements, stated = [], rejects, accepts, brings = {} } }) {
  const given = judgements.filter(({ fitted, elicited }) => !fitted && elicited !== false).length;
  return given + stated.length + rejects.length + accepts.length + broughtCount(brings);
}

/** Returns how many entries, and causes of claims, the reader brings. */
function broughtCount({ claims = {}, questions = {}, arguments: reasons = {}, routes = {} }) {
  const entries = [claims, questions, reasons].map((some) => Object.keys(some).length);
  return [...entries, ...Object.values(routes).map((causes) => causes.length)].reduce((a, b) => a + b, 0);
}

/** Says whether everything is as it was when the page was made. */
export function isAsMade(session) {
  return changeCount(session) === 0;
}

function givenChanges({ model: { model: made }, givenNow }) {
  return ["assuming", "observed"]
    .map((kind) => apart(givenNow[kind], made[kind]) + apart(made[kind], givenNow[kind]))
    .reduce((a, b) => a + b);
}

function apart(some, others) {
  return some.filter((text) => !others.includes(text)).length;
}
