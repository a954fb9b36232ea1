/** How much the reader has changed, counted without asking what each change does. */

/** Returns how many numbers, rejections and conditions are other than where the reader started. */
export function changeCount(session) {
  return ownCount(session) + givenChanges(session);
}

/** Returns the same without conditions: how far the reader's numbers are a worldview of their own. */
export function ownCount({ own: { judgements, rejects, accepts } }) {
  return judgements.length + rejects.length + accepts.length;
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
