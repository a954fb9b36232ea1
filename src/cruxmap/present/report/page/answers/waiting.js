// Waiting: for promises that are looked at later, and so that the page can do something else meanwhile.

/**
 * A promise that is awaited later: that it fails meanwhile is noted then, and not as something nobody saw.
 * @param {Promise<object>} promise
 * @returns {Promise<object>}
 */
export function awaited(promise) {
  promise.catch(() => {});
  return promise;
}

/**
 * Let the page do something else.
 * @returns {Promise<void>}
 */
export function shortPause() {
  return new Promise((go) => {
    setTimeout(go);
  });
}
