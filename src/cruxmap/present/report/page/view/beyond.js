// Why there is no number now, in a sentence, wherever one would stand.

import { asSentence } from "./problem.js";

/** Whether more is brought than the page can compute with. */
export function isBeyond({ beyond = "" }) {
  return beyond !== "";
}

/** A sentence; empty where there are numbers. */
export function whyUnknown(session) {
  if (isBeyond(session)) return asSentence(session.beyond);
  const { impossible } = session.central;
  return impossible ? `What is assumed and observed is ${impossible}.` : "";
}
