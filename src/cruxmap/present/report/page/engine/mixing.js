// The numbers of cases: their weights, the entries that are mixed in them, and the way back. A case counts
// its weight times what the plan gives for it. Nothing is subtracted where it could be lost.

/** Where a variant makes what is asked less likely than that, it is asked about by itself. */
const RARE = 1e-5;

/**
 * A case with its numbers: the log of its `weight`, by group the `masses` of variants and their sum
 * `whole`, and the entries that differ from those of the plan's own tables.
 * @typedef {{logWeight: number, groups: {masses: Float64Array, whole: number}[],
 *   mixed: [number, number][]}} Weighed
 */

/**
 * Weigh a case. `values` are the entries [entry * D + d].
 * @param {Brought} brought @param {Case} one @param {Float64Array} values @param {number} [D]
 * @param {number} [d] @returns {Weighed}
 */
export function weighed(brought, one, values, D = 1, d = 0) {
  let logWeight = 0;
  const mixed = [];
  const groups = one.groups.map((group) => {
    const masses = new Float64Array(group.variants.length);
    for (const { weights } of group.joints) {
      for (const [variant, sum] of weights) masses[variant] += valueOf(sum, values, D, d);
    }
    const whole = masses.reduce((sum, mass) => sum + mass, 0);
    logWeight += Math.log(whole);
    if (group.place >= 0 && whole > 0) mixInto(mixed, brought.places[group.place], group, masses, whole);
    return { masses, whole };

    function mixInto(into, place, { variants }, shares, all) {
      place.entries.forEach((entry, k) => {
        let value = 0;
        variants.forEach((variant, v) => {
          value += shares[v] * variantValue(place, variant, k, values, D, d);
        });
        into.push([entry, value / all]);
      });
    }
  });
  return { logWeight, groups, mixed };
}

/** An entry of a place in one of its variants. */
function variantValue(place, variant, k, values, D, d) {
  if (place.isForced) return variant === 1 ? place.fixed[k] : values[place.entries[k] * D + d];
  return values[place.variants[variant][k] * D + d];
}

function valueOf(sum, values, D, d) {
  let value = 0;
  for (const product of sum) {
    let term = 1;
    for (const entry of product) term *= values[entry * D + d];
    value += term;
  }
  return value;
}

/**
 * How much likelier what is asked is in each variant of each group than in the case as a whole, by what
 * the plan gave for it; -1 where that is too rare to be read from slopes, so that it must be asked
 * (`entriesIn`).
 * @param {Brought} brought @param {Case} one @param {Weighed} weights @param {Float64Array} values
 * @param {Float64Array} ofEntries d log Z / d entry by entry of the plan's tables
 * @returns {Float64Array[]} by group and variant
 */
export function likelihoods(brought, one, weights, values, ofEntries) {
  return one.groups.map(({ place: number, variants }, g) => {
    if (number < 0) return new Float64Array(variants.length).fill(1);
    const place = brought.places[number];
    const { masses, whole } = weights.groups[g];
    const all = place.entries.map((_, k) =>
      variants.reduce((sum, b, v) => sum + masses[v] * variantValue(place, b, k, values, 1, 0), 0),
    );
    return Float64Array.from(variants, (variant, v) => {
      if (masses[v] === 0 || variants.length === 1) return 1;
      let found = 1;
      place.entries.forEach((entry, k) => {
        found += (variantValue(place, variant, k, values, 1, 0) - all[k] / whole) * ofEntries[entry];
      });
      return found < RARE ? -1 : found;
    });
  });
}

/**
 * The entries of a case that differ, with one group in one variant.
 * @param {Brought} brought @param {Case} one @param {Weighed} weights @param {Float64Array} values
 * @param {number} g @param {number} variant its place among the group's variants
 * @returns {[number, number][]}
 */
export function entriesIn(brought, one, weights, values, g, variant) {
  const group = one.groups[g];
  const place = brought.places[group.place];
  const own = place.entries.map((entry, k) => [
    entry,
    variantValue(place, group.variants[variant], k, values, 1, 0),
  ]);
  const mine = new Set(place.entries);
  return [...weights.mixed.filter(([entry]) => !mine.has(entry)), ...own];
}

/**
 * Add to the slopes of all entries what a case has, where `share` is its share in what is asked.
 * @param {Brought} brought @param {Case} one @param {Weighed} weights @param {Float64Array} values
 * @param {Float64Array[]} likely of `likelihoods` @param {Float64Array} ofEntries @param {number} share
 * @param {Float64Array} slopes by entry, those of both programs
 */
export function addSlopes(brought, one, weights, values, likely, ofEntries, share, slopes) {
  const own = new Set();
  one.groups.forEach(({ place: number, variants, joints }, g) => {
    const { masses, whole } = weights.groups[g];
    for (const { weights: parts } of joints) {
      for (const [variant, sum] of parts) {
        addToFactors(sum, values, (share * likely[g][variant]) / whole, slopes);
      }
    }
    if (number < 0) return;
    const place = brought.places[number];
    place.entries.forEach((entry, k) => {
      own.add(entry);
      variants.forEach((variant, v) => {
        const by = (share * masses[v] * ofEntries[entry]) / whole;
        if (!place.isForced) slopes[place.variants[variant][k]] += by;
        else if (variant === 0) slopes[entry] += by;
      });
    });
  });
  for (let entry = 0; entry < ofEntries.length; entry++) {
    if (ofEntries[entry] !== 0 && !own.has(entry)) slopes[entry] += share * ofEntries[entry];
  }
}

function addToFactors(sum, values, by, slopes) {
  for (const product of sum) {
    for (let k = 0; k < product.length; k++) {
      let others = by;
      for (let m = 0; m < product.length; m++) if (m !== k) others *= values[product[m]];
      slopes[product[k]] += others;
    }
  }
}

/**
 * Add up how likely new variables are in their states, in a case.
 * @param {Case} one @param {Weighed} weights @param {Float64Array} values @param {Float64Array[]} likely
 * @param {number} share @param {(variable: number, state: number, by: number) => void} add
 */
export function addStates(one, weights, values, likely, share, add) {
  for (const [variable, state] of one.fixed) add(variable, state, share);
  one.groups.forEach(({ joints }, g) => {
    const { whole } = weights.groups[g];
    for (const { states, weights: parts } of joints) {
      let by = 0;
      for (const [variant, sum] of parts) by += likely[g][variant] * valueOf(sum, values, 1, 0);
      for (const [variable, state] of states) add(variable, state, (share * by) / whole);
    }
  });
}
