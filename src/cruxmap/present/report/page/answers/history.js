// The steps of a session: each is what was started from, what was changed, and what is given. They can
// be undone and done again.

const STEPS_KEPT = 500;

/**
 * @typedef {{start: string, own: object, given: {assuming: object[], observed: object[]}, last?:
 *   string}} Step `last` is the address that the step set, for drags
 */

export class History {
  /** @param {Step} first */
  constructor(first) {
    this.steps = [first];
    this.at = 0;
  }

  /** @returns {Step} the present one */
  get step() {
    return this.steps[this.at];
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at + 1 < this.steps.length;
  }

  /**
   * Take a step, after the present one or `instead` of it; what was undone is forgotten.
   * @param {Step} step @param {boolean} instead
   */
  go(step, instead) {
    this.steps.length = this.at + (instead ? 0 : 1);
    this.steps.push(step);
    if (this.steps.length > STEPS_KEPT) this.steps.shift();
    this.at = this.steps.length - 1;
  }

  /**
   * Put other steps in the place of all there are.
   * @param {(step: Step) => Step} change
   */
  change(change) {
    this.steps = this.steps.map(change);
  }

  /**
   * Forget the steps of which something is not so; the present one stays.
   * @param {(step: Step) => boolean} isKept
   */
  keepWhere(isKept) {
    const { step } = this;
    this.steps = this.steps.filter((one) => one === step || isKept(one));
    this.at = this.steps.indexOf(step);
  }

  /** Go back by one step, or forward. Returns whether there was one. */
  move(by) {
    if (by < 0 ? !this.canUndo : !this.canRedo) return false;
    this.at += by;
    return true;
  }
}
