// The worker's side of the pool: it is sent a model, then jobs, then their tasks, and sends back what each
// gives.

import { doTask, makePasses } from "./passes.js";

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
      } else {
        job = data.job ?? job;
        scope.postMessage({ found: doTask(passes, job, data.task) });
      }
    } catch (error) {
      scope.postMessage({ error: String(error?.message ?? error) });
    }
  };
}

if (typeof WorkerGlobalScope === "function" && globalThis instanceof WorkerGlobalScope) {
  serveOn(globalThis);
}
