// The target's mean over draws as it was last found, so that others can say what it was before a change.

import { isAsMade } from "./changed.js";
import { MAP } from "../language/worldviews.js";
import { under } from "../language/names.js";

const kept = new WeakMap();

/** Keep the means that a session finds, from now on. */
export function keepMeans(session) {
  if (kept.has(session)) return;
  kept.set(session, null);
  session.on("estimate", ({ version, estimate }) => kept.set(session, { version, estimate }));
}

/** The target's mean now; null where it is not known yet. */
export function meanNow(session, contents) {
  const found = kept.get(session) ?? null;
  if (found !== null && found.version === session.version) {
    return found.estimate?.[contents.target]?.mean ?? null;
  }
  const isFitted = contents.reconcile && session.startedFrom !== MAP;
  if (!isAsMade(session) || isFitted) return null;
  return under(contents.worldviews, session.startedFrom)?.estimate?.mean ?? null;
}
