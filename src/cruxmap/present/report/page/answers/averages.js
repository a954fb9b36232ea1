// Averages over draws that are kept as long as the setting is: shipped worldviews are asked about again and
// again.

import { keyOf } from "./evidence.js";

const known = new WeakMap();

/**
 * The pool's `joint` of a setting, asked for once while the setting lives. Where an older state asked and was
 * dropped, it is asked for anew.
 * @param {object} pool
 * @param {object} setting
 * @param {{assuming: object[], observed: object[]}} given
 * @param {number[]} variables
 * @returns {Promise<object | null>}
 */
export async function averagesAt(pool, setting, given, variables) {
  if (!known.has(setting)) {
    known.set(setting, new Map());
  }
  const ofSetting = known.get(setting);
  const key = keyOf([given.assuming, given.observed, variables]);
  const kept = ofSetting.get(key);
  if (kept !== undefined) {
    try {
      return await kept;
    } catch {
      // it was dropped
    }
  }
  const asked = pool.joint(setting, given, variables);
  ofSetting.set(key, asked);
  try {
    return await asked;
  } catch (problem) {
    if (ofSetting.get(key) === asked) {
      ofSetting.delete(key);
    }
    throw problem;
  }
}
