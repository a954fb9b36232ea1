// Why there is no number now, in a sentence, wherever one would stand.

import { asSentence } from "./problem.js";

/** A sentence; empty where there are numbers. */
export function whyUnknown(session) {
  const { impossible } = session.central;
  if (impossible) return `What is assumed and observed is ${impossible}.`;
  const { beyond = "" } = session;
  return beyond === "" ? "" : asSentence(beyond);
}
