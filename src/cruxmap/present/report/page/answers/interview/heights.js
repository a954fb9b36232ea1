// The target's log-odds at many places at once, without slopes: `State.target_at` in insight/live_model.py.

import { logOddsOver, makePasses } from "../passes.js";

export class Heights {
  /** @param {object} model the shipped one @param {Test[]} given @param {{wasm: boolean}} how */
  constructor(model, given, { wasm }) {
    this.passes = makePasses(model, { wasm });
    this.job = { kind: "logOdds", name: "interview", assumed: given, observed: [] };
  }

  /**
   * @param {Float64Array[]} places judgements, links followed
   * @returns {Float64Array} not a number where what is given is impossible
   */
  at(places) {
    const [D, size] = [places.length, places[0].length];
    const u = new Float64Array(size * D);
    places.forEach((place, d) => {
      for (let j = 0; j < size; j++) u[j * D + d] = place[j];
    });
    return logOddsOver(this.passes, this.job, { u, single: new Uint8Array(size), D });
  }
}
