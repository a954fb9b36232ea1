/** Asks for what takes longer once nothing has changed for a while, and marks what is shown as old. */

import { onceAFrame } from "./dom.js";

const NEAR = "300px";

const MOST_ATTEMPTS = 3;

/**
 * Keeps an answer that takes a while in step with the session.
 *
 * @param session
 * @param {object} how
 *   `element`: the answer is asked for only when this is on the screen, or nearly;
 *   `wait`: for how many milliseconds nothing must have changed;
 *   `ask()`: returns a promise of the answer, null where something else came first;
 *   `show(answer)`: shows it;
 *   `old()`: marks what is shown as old; `failed(error)`: says that there is no answer
 * @returns {{changed: () => void}} `changed` says that the answer is old, as a change in the session does
 */
export function whenQuiet(session, { element, wait, ask, show, old, failed }) {
  let timer = null;
  let [isOld, isNear, asked, attempts] = [false, false, 0, 0];

  const changed = () => {
    isOld = true;
    attempts = 0;
    old();
    askSoon();
  };

  const askSoon = () => {
    clearTimeout(timer);
    if (isNear && isOld) timer = setTimeout(start, wait);
  };

  const again = () => {
    attempts += 1;
    if (attempts < MOST_ATTEMPTS) timer = setTimeout(start, wait);
  };

  const start = async () => {
    const [number, version] = [++asked, session.version];
    const isLatest = () => number === asked && version === session.version;
    try {
      const answer = await ask();
      if (!isLatest()) return;
      if (answer === null) return again();
      isOld = false;
      show(answer);
    } catch (error) {
      if (isLatest()) failed(error);
    }
  };

  session.on("central", changed);
  nearScreen(element, (near) => {
    isNear = near;
    askSoon();
  });
  return { changed };
}

/** Calls `tell(true)` when an element comes near the screen, and `tell(false)` when it leaves it. */
export function nearScreen(element, tell, margin = NEAR) {
  const watch = (entries) => tell(entries.at(-1).isIntersecting);
  new IntersectionObserver(watch, { rootMargin: margin }).observe(element);
}

/**
 * Keeps something that is quick in step with the session: at most once a frame, and only while its element
 * is near the screen or goes to paper.
 */
export function whileNear(session, element, show) {
  let [isNear, isOld] = [false, true];
  const refresh = () => {
    isOld = false;
    show();
  };
  const refreshIfNear = onceAFrame(() => {
    if (isNear) refresh();
  });
  const refreshIfOld = () => {
    if (isOld) refresh();
  };
  session.on("central", () => {
    isOld = true;
    refreshIfNear();
  });
  addEventListener("beforeprint", refreshIfOld);
  nearScreen(element, (near) => {
    isNear = near;
    if (near) refreshIfOld();
  });
}
