/** Follows the page's address: a place in the page, or a worldview that somebody sent as a link. */

import { changeCount } from "./changed.js";
import { h, said } from "./dom.js";
import { whoseNumbers } from "./linked.js";
import { problemWords } from "./problem.js";

const [WORLDVIEW, ENTRY] = ["#worldview=", "#entry-"];

const MOST_LISTED = 10;

/**
 * Follows the address now and whenever it changes.
 *
 * @param {(...children: *) => void} tell shows a notice at the head of the page
 */
export function followAddress(session, tell) {
  follow(session, tell);
  addEventListener("hashchange", () => follow(session, tell));
}

async function follow(session, tell) {
  const { hash } = location;
  if (hash.startsWith(WORLDVIEW)) await openLink(session, hash, tell);
  else if (hash.length > 1 && !hash.startsWith(ENTRY)) {
    // entries are opened in the argument
    document.getElementById(decoded(hash.slice(1)))?.scrollIntoView();
  }
}

async function openLink(session, hash, tell) {
  try {
    const hadChanges = changeCount(session) > 0;
    const { isOther, leftOut } = await session.open(hash);
    tell(
      openedText(session),
      hadChanges ? " Undo brings back what was before." : null,
      isOther ? " The map has changed since the link was made." : null,
      listOf(leftOut),
    );
  } catch (error) {
    tell(...problemWords(error));
  }
}

function openedText(session) {
  const count = changeCount(session);
  const changes = count === 1 ? "one change" : `${count} changes`;
  const whose = whoseNumbers(session.startedFrom);
  return `These are the numbers of a link that you followed: ${changes} to ${whose}.`;
}

/** Lists what of a link could not be taken over, the first few. */
function listOf(leftOut) {
  if (leftOut.length === 0) return null;
  const more = leftOut.length - MOST_LISTED;
  return h(
    "ul",
    null,
    leftOut.slice(0, MOST_LISTED).map(({ at, why }) => h("li", null, "Left out: ", said(`${at}: ${why}`))),
    more > 0 ? h("li", null, `and ${more} more`) : null,
  );
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
