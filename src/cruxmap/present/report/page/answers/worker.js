// The worker's side of the pool: it is sent a model, what is brought to it, then jobs, then their tasks,
// and sends back what each gives. While a task takes long it says that it is at work.

import { doTask, extendPasses, makePasses } from "./passes.js";

/** How many milliseconds of work it says nothing for. */
const SILENCE = 1000;

/**
 * Serve a pool through messages.
 * @param {{postMessage: Function, onmessage: Function | null}} scope a worker's global scope
 */
export function serveOn(scope) {
  let passes = null;
  let job = null;
  scope.onmessage = ({ data }) => {
    try {
      if (data.model) {
        passes = makePasses(data.model);
        passes.onProgress = atWork(scope);
      } else if (data.extension !== undefined) {
        extendPasses(passes, data.extension);
      } else {
        job = data.job ?? job;
        scope.postMessage({ found: doTask(passes, job, data.task) });
      }
    } catch (error) {
      scope.postMessage({ error: String(error?.message ?? error) });
    }
  };
}

/** Say, now and then, that it is at work. */
function atWork(scope) {
  let last = performance.now();
  return () => {
    if (performance.now() - last < SILENCE) return;
    last = performance.now();
    scope.postMessage({ isAtWork: true });
  };
}

if (typeof WorkerGlobalScope === "function" && globalThis instanceof WorkerGlobalScope) {
  serveOn(globalThis);
}
