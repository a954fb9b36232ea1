// What does not change during an interview: coordinates, what is believed beforehand, and what may be
// asked, as it travels with the page (insight/interview/travelling.py); and slopes at the map's own
// numbers, found here.

import { conditionText } from "../../language/conditions.js";
import { MAP, numbersOf } from "../../language/worldviews.js";
import { evidenceOf } from "../evidence.js";
import { ancestors } from "../separation.js";
import { Coordinates } from "./coordinates.js";
import { Heights } from "./heights.js";
import { priorOf } from "./prior.js";
import { Slopes } from "./slopes.js";

/** How many statements have their slopes found before the page may breathe. */
const AT_A_TIME = 16;

/**
 * An entry, what it rests on, and the arguments that bear on any of that: `_resting` in questions.py.
 * @param {object} structure @param {string} id @returns {Set<string>}
 */
export function partOf({ entry, places, rests }, id) {
  const above = ancestors({ parents: new Map(rests.parents.entries()) }, [places[id]]);
  return new Set([...entry.keys()].filter((name) => above.has(places[name])));
}

/** The entry that a condition on one entry is about. */
export function entryOf({ claim, question, event }) {
  return claim ?? question ?? event;
}

/** About the shipped model: what others and the reader bring is no part of it. */
export class Ground {
  /** @param {object} extension the shipped one (extensions.js) @param {object} data what travels */
  constructor(extension, data) {
    const { model, structure } = extension;
    const { index, rowAt } = numbersOf(model);
    const setting = extension.shipped(MAP);
    Object.assign(this, { model, structure, data, index, rowAt });
    this.whole = new Set(data.whole);
    this.topics = new Map(model.entries.map(({ id }, k) => [id, data.topics[k]]));
    this.at = new Coordinates(model, setting);
    this.prior = priorOf(this.at, data.prior);
    const given = evidenceOf(structure, [...model.assumed, ...model.observed]);
    this.slopes = new Slopes(extension, this.at, given);
    this.heights = new Heights(model, given, { wasm: extension.wasm });
    this.judgements = data.judgements.map((id) => this.judgement(id));
    const stated = data.stated.map((condition) => this.statement(condition));
    this.statements = stated.map((question) => ({ question, slope: null, logOdds: NaN }));
  }

  /** The question about a judgement, by its address, that of its row, or of one of the shares there. */
  judgement(id) {
    const [row, places] = this.rowOf(id) ?? [id, [this.index.get(id)]];
    const entry = this.model.judgements.owner[places[0]];
    const isWhole = this.whole.has(row);
    return { ...this.question("judgement", row, entry), places, isWhole, test: null, condition: null };
  }

  rowOf(id) {
    const above = id.slice(0, Math.max(id.lastIndexOf("."), 0));
    const row = [id, above].find((at) => this.rowAt.has(at));
    return row === undefined ? null : [row, this.rowAt.get(row)];
  }

  /** The question about a condition on one entry, all things considered. */
  statement(condition) {
    const test = evidenceOf(this.structure, [condition]);
    const entry = entryOf(condition);
    const question = this.question("stated", conditionText(condition), entry);
    return { ...question, places: [], isWhole: false, test, condition };
  }

  question(kind, id, entry) {
    return { kind, id, entry, topic: this.topics.get(entry) };
  }

  /** The target's log-odds at judgements. @param {Float64Array[]} places */
  heightsAt(places) {
    return places.length === 0 ? new Float64Array(0) : this.heights.at(places);
  }

  /**
   * Find the slopes of all statements at the map's own numbers, once.
   * @param {() => Promise<void>} pause between parts of the work
   */
  async prepare(pause) {
    const { at, slopes, statements } = this;
    const standing = at.unconstrained(new Float64Array(at.size));
    for (let from = 0; from < statements.length; from += AT_A_TIME) {
      const some = statements.slice(from, from + AT_A_TIME);
      if (some.every(({ slope }) => slope !== null)) continue;
      const found = slopes.of(standing, some.map(({ question }) => question.test));
      some.forEach((statement, k) => {
        statement.slope = found.slopes[k + 1];
        statement.logOdds = found.logOdds[k + 1];
      });
      await pause();
    }
  }
}
