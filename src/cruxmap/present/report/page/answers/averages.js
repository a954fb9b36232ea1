// Averages over draws that are kept as long as the setting is: shipped worldviews are asked about again and
// again.

import { keyOf } from "./evidence.js";

const known = new WeakMap();

/**
 * The pool's `joint` of a setting, asked for once while the setting lives; a failed attempt is forgotten.
 * @param {object} pool
 * @param {object} setting
 * @param {{assuming: object[], observed: object[]}} given
 * @param {number[]} variables
 * @returns {Promise<object | null>}
 */
export function averagesAt(pool, setting, given, variables) {
  if (!known.has(setting)) {
    known.set(setting, new Map());
  }
  const ofSetting = known.get(setting);
  const key = keyOf([given.assuming, given.observed, variables]);
  if (!ofSetting.has(key)) {
    const asked = pool.joint(setting, given, variables);
    ofSetting.set(key, asked);
    asked.catch(() => ofSetting.delete(key));
  }
  return ofSetting.get(key);
}
