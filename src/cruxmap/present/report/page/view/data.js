/** The data that the page carries, and the workers that compute with it. */

import { bytesOf, dataIn, inflated } from "../bytes.js";

/** Returns a block of data: base64, deflated; see `dataIn`. Throws where it is missing. */
export async function dataOf(id) {
  const block = document.getElementById(id);
  if (block === null) throw new Error(`The page lacks its data "${id}".`);
  return dataIn(await inflated(bytesOf(block.textContent.trim())));
}

/** Returns what makes workers: a function that returns one, or null where the browser makes none. */
export function workerMaker() {
  const block = document.getElementById("worker");
  let address = null;
  return () => {
    if (block === null || typeof Worker === "undefined") return null;
    try {
      address ??= URL.createObjectURL(new Blob([block.textContent], { type: "text/javascript" }));
      return new Worker(address);
    } catch {
      return null;
    }
  };
}
