/** What scripts and tests ask of the page, each as in the command line's JSON: `globalThis.cruxmap`. */

import { received } from "../answers/receiving.js";
import { interviewFor } from "../answers/interview/scripted.js";
import { togetherOf } from "../answers/together.js";

/**
 * @param {Promise<object|null>} opened the session, or null in a page that is read-only
 * @returns {object} `ready` resolves once the page answers; the rest throws until then
 */
export function scripted(opened) {
  let session = null;
  let reason = "The page is not ready; wait for cruxmap.ready.";
  const ready = opened.then((made) => {
    session = made;
    reason = "This page is read-only: it shows its answers and computes no others.";
  });
  ready.catch((error) => {
    reason = error.message;
  });
  const open = () => {
    if (session === null) throw new Error(reason);
    return session;
  };
  return {
    ready,
    get worldviews() {
      return [...open().worldviews];
    },
    start: (worldview) => open().start(String(worldview), { afresh: true }),
    set: (address, text) => open().set(String(address), text),
    reject: (argument, rejected = true) => open().reject(String(argument), rejected),
    given: (given) => open().given(given ?? {}),
    bring: (kind, entry) => open().bring(String(kind), entry),
    withdraw: (id) => open().withdraw(String(id)),
    rename: (id) => open().rename(String(id)),
    remark: (entry, text) => open().remark(String(entry), text ?? null),
    receive: (text) => received(open(), { name: "", text: String(text) }).id,
    dismiss: (id) => open().dismiss(String(id)),
    probability: (id, given) => open().probability(String(id), given ?? {}),
    estimate: async () => open().estimate(),
    cruxes: async () => open().cruxes(),
    diff: async (other) => open().diff(String(other)),
    pool: async (weights) => togetherOf(open()).pool(weights ?? null),
    pairs: async () => togetherOf(open()).pairs(),
    interview: interviewFor(open),
    yaml: ({ id, text } = {}) => open().yaml({ id: id === undefined ? id : String(id), text }),
  };
}
