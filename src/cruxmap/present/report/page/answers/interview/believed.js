// What is believed of a reviewer's numbers after their answers. As insight/interview/believed.py, which
// says where the method is from; it rests on what has been answered, and not on the order.

import { addTo, dot } from "./algebra.js";
import { Belief } from "./belief.js";
import { isPast, offBy, SD_OF_A_JUDGEMENT } from "./observed.js";
import { likeliest, times } from "./search.js";

/** How uncertain it is how far apart people are in general, as the degrees of freedom of Student's t. */
export const DEGREES_OF_FREEDOM = 4.5;

/** The numbers at a place, where some of them are answered, and what is measured with them. */
class Laid {
  /** @param {Ground} ground @param {Observed} observed */
  constructor(ground, observed) {
    Object.assign(this, { ground, observed });
  }

  /**
   * The judgements at a place, those that are answered as they were answered. Links are followed: those
   * that are answers too.
   */
  judgementsAt(z) {
    const { ground: { at }, observed: { column, known } } = this;
    const u = at.unconstrained(z);
    for (const [place, value] of known) u[place] = value;
    return u.map((_, j) => u[column[j]]);
  }

  /** The target and some statements at a place; what is answered is known and does not move. */
  measured(z, questions) {
    const { ground, observed: { column } } = this;
    const tests = questions.map(({ test }) => test);
    const { logOdds, slopes } = ground.slopes.of(this.judgementsAt(z), tests, column);
    for (const slope of slopes) this.withoutKnown(slope);
    return { logOdds, slopes };
  }

  withoutKnown(slope) {
    for (const place of this.observed.known.keys()) slope[place] = 0;
    return slope;
  }

  /** What is at a place, and minus the logarithm of how likely it is. */
  here(place) {
    const { pins, statements } = this.observed;
    const { logOdds, slopes } = this.measured(place.z, statements.map(({ question }) => question));
    let off = 0;
    for (const pin of pins) off += ((pin.z - place.z[pin.place]) / SD_OF_A_JUDGEMENT) ** 2;
    statements.forEach((stated, k) => {
      off += (offBy(stated, logOdds[k + 1]) / stated.sd) ** 2;
    });
    return { place, logOdds, slopes, cost: (times(place, place) + off) / 2 };
  }

  /** The belief with every observation as linear as it is here, and where each is seen then. */
  linear({ place, logOdds, slopes }) {
    const { ground: { at, prior }, observed: { pins, statements } } = this;
    const none = new Float64Array(at.size);
    const stated = statements.map((one, k) => (isPast(one, logOdds[k + 1]) ? none : slopes[k + 1]));
    const pinned = pins.map((pin) => unit(pin.place, at.size));
    const belief = new Belief(at, prior, [
      ...pinned.map((slope) => ({ slope, noise: SD_OF_A_JUDGEMENT ** 2 })),
      ...stated.map((slope, k) => ({ slope, noise: statements[k].sd ** 2 })),
    ]);
    const off = stated.map((slope, k) => offBy(statements[k], logOdds[k + 1]) + dot(slope, place.z));
    return { belief, seen: [...pins.map(({ z }) => z), ...off] };
  }

  /** Where a step of Gauss and Newton leads. */
  step(here) {
    const { belief, seen } = this.linear(here);
    const pulls = belief.pulls(seen);
    const source = new Float64Array(this.ground.at.size);
    belief.observations.forEach(({ slope }, i) => addTo(source, pulls[i], slope));
    return { z: belief.mean(pulls), source };
  }
}

/**
 * Where the search for the mean ends: `z`, the judgements there (`numbers`), what is measured there, the
 * belief, and where each observation is `seen`. `toTarget` is the covariance of all deviations with the
 * target's log-odds, and `variance` that of these, times the `surprise`.
 * @typedef {{laid: Laid, z: Float64Array, numbers: Float64Array, logOdds: Float64Array,
 *   slopes: Float64Array[], belief: Belief, seen: number[], toTarget: Float64Array, surprise: number,
 *   variance: number}} Believed
 */

/** What is believed after what is observed. @param {Ground} ground @returns {Believed} */
export function believed(ground, observed) {
  const laid = new Laid(ground, observed);
  const zero = new Float64Array(ground.at.size);
  const start = laid.here({ z: zero, source: zero });
  const here = likeliest(start, (point) => laid.step(point), (place) => laid.here(place));
  const { place: { z }, logOdds, slopes } = here;
  const { belief, seen } = laid.linear(here);
  const toTarget = belief.covariances(slopes[0]);
  const surprise = surpriseAt(belief, seen);
  const variance = surprise * Math.max(dot(slopes[0], toTarget), 0);
  const numbers = laid.judgementsAt(z);
  return { laid, z, numbers, logOdds, slopes, belief, seen, toTarget, surprise, variance };
}

/** By what variances are multiplied, as answers were further off than expected; see believed.py. */
function surpriseAt(belief, seen) {
  if (seen.length === 0) return 1;
  const off = dot(seen, belief.pulls(seen));
  return Math.max(1, (DEGREES_OF_FREEDOM + off) / (DEGREES_OF_FREEDOM + seen.length));
}

/** A row with 1 at a place and 0 elsewhere. */
export function unit(place, size) {
  const row = new Float64Array(size);
  row[place] = 1;
  return row;
}
