// Averages over draws that are kept as long as the setting is: shipped worldviews are asked about again
// and again.

const known = new WeakMap();

/**
 * The pool's `joint` of a setting, asked for once while the setting lives; a failed attempt is forgotten.
 * @param {object} pool
 * @param {object} setting
 * @param {{assumed: object[], observed: object[]}} evidence
 * @param {number} version
 * @returns {Promise<object | null>}
 */
export function averagesAt(pool, setting, evidence, version) {
  if (!known.has(setting)) {
    known.set(setting, new Map());
  }
  const ofSetting = known.get(setting);
  const key = JSON.stringify(evidence);
  if (!ofSetting.has(key)) {
    const asked = pool.joint(setting, evidence, version);
    ofSetting.set(key, asked);
    asked.catch(() => ofSetting.delete(key));
  }
  return ofSetting.get(key);
}
