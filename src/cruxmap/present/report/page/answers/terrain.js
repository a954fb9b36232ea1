// The estimate as a function of where the centres of judgements are moved: the first half of
// insight/shortest_moves.py. A move has a number per address, in the reviewer's own standard deviations.

import { bytesOf } from "../bytes.js";
import { latinHypercube } from "../engine/draws.js";
import { fill, pullback } from "../engine/formulas.js";
import { expit, logit } from "../engine/special.js";
import { LOGIT_OF_CERTAINTY, Z_95 } from "../language/notation.js";
import { evidenceOf } from "./evidence.js";
import { awaited } from "./waiting.js";

/** What counts as a standard deviation where a number has no interval: half a natural log unit. */
const SD_OF_A_POINT = 0.5;

/** How far a judgement may be moved, either way, unless moves may be far. */
export const MAX_DEVIATIONS = 3;

/** How far in log-odds, either way, where they may: to one in a billion, or nearly one. */
const MAX_MOVE = 20;

export const ROUNDING = 1e-12;

/** Up to how many columns are asked about in this thread; more go to the pool. */
const FEW = 128;

/** How many columns are made at a time here, and for the pool; how many slopes are found at a time. */
const [HERE, THERE, SLOPES] = [32, 512, 8];

/** How many milliseconds of work are done before the page may breathe. */
const BREATH = 8;

// --- room ----------------------------------------------------------------------------------------

/**
 * Where each judgement's centre is before it moves, and how far it may go, a number per address: `start`
 * and `unit`, what one deviation is, are in log-odds or in the logarithm of a ratio; `least` and `most`
 * are in deviations, 0 for what stays. A share starts from where it is in force. `row` numbers the rows
 * of shares, -1 for what is no share; of each row, one moves.
 * @typedef {{start: Float64Array, unit: Float64Array, least: Float64Array, most: Float64Array,
 *   row: Int32Array, stays: Uint8Array}} Room
 */

/**
 * How far each judgement of a setting may move and still be one that it may hold.
 *
 * Constants, rejected arguments and numbers without an address stay; a strength's interval may go down
 * to 1x, and a share may take what the shares that are kept beside it leave.
 * @param {object} model
 * @param {object} setting
 * @param {boolean} far
 * @returns {Room}
 */
export function roomOf(model, setting, far) {
  const { mu, sd } = setting;
  const J = mu.length;
  const start = mu.slice();
  const fixed = new Set(model.judgements.fixed);
  const stays = Uint8Array.from(mu, (u, j) => (fixed.has(j) || Math.abs(u) >= LOGIT_OF_CERTAINTY ? 1 : 0));
  const top = new Float64Array(J).fill(MAX_MOVE);
  const row = new Int32Array(J).fill(-1);
  model.share_rows.forEach((places, number) => {
    for (const j of places) {
      row[j] = number;
    }
  });
  for (const places of model.share_rows) {
    makeRoomForShares(setting, places, { start, stays, top });
  }
  const limit = far ? Infinity : MAX_DEVIATIONS * (1 - ROUNDING);
  const unit = sd.map((value) => (value > 0 ? value : SD_OF_A_POINT));
  const bottom = (j) => (model.judgements.scale[j] === "s" ? -Z_95 * sd[j] : -MAX_MOVE);
  const clipped = (value, low, high) => Math.min(Math.max(value, low), high);
  const least = start.map((u, j) => (stays[j] ? 0 : clipped((bottom(j) - u) / unit[j], -limit, 0)));
  const most = start.map((u, j) => (stays[j] ? 0 : clipped((top[j] - u) / unit[j], 0, limit)));
  stays.forEach((_, j) => {
    stays[j] = least[j] === 0 && most[j] === 0 ? 1 : 0;
  });
  return { start, unit, least, most, row, stays };
}

function makeRoomForShares({ mu, single, values }, places, { start, stays, top }) {
  const inForce = rowInForce(places, single, values);
  places.forEach((j, k) => {
    if (stays[j]) {
      return;
    }
    const others = places.filter((other) => other !== j);
    const left = 1 - others.reduce((sum, other) => sum + (single[other] ? expit(mu[other]) : 0), 0);
    stays[j] = left <= 0 || others.every((other) => single[other]) ? 1 : 0; // nobody makes room
    start[j] = logit(inForce[k]);
    top[j] = left > 0 ? Math.min(MAX_MOVE, logit(left) - ROUNDING) : start[j];
  });
}

/** The central shares of a row as they count once it is put together. */
function rowInForce(places, single, values) {
  const middles = places.map((j) => middleOf(values[j]));
  const sum = (tell) => places.reduce((total, j, k) => total + (tell(j) ? middles[k] : 0), 0);
  const [kept, others] = [sum((j) => single[j]), sum((j) => !single[j])];
  return places.map((j, k) => {
    const ofKept = others ? Math.max(kept, 1) : kept;
    const whole = single[j] ? ofKept : others;
    const room = single[j] ? 1 : Math.max(1 - kept, 0);
    return whole ? (middles[k] * room) / whole : 0;
  });
}

/**
 * The central value of a judgement, on the natural scale.
 * @param {object} value
 * @returns {number}
 */
export function middleOf(value) {
  if (value.point) {
    return value.low;
  }
  return value.scale === "p" ? expit(value.mu) : Math.exp(value.mu);
}

// --- terrain -------------------------------------------------------------------------------------

/**
 * The estimate's log-odds as a function of a move, over the first draws. Where something is observed,
 * each draw counts by how probable that is after the move.
 */
export class Terrain {
  /**
   * @param {{structure: object, asking: object, pool: object}} engine
   * @param {object} setting
   * @param {Room} room
   * @param {{assuming: object[], observed: object[]}} given
   * @param {number} n how many draws
   * @param {() => Promise<void>} pause lets the page do something else
   */
  constructor({ structure, asking, pool }, setting, room, given, n, pause) {
    const { model } = structure;
    Object.assign(this, { structure, asking, pool, setting, room, given, n, pause });
    const z = latinHypercube(bytesOf(model.keys), model.model.draws, 0, n);
    this.drawn = new Float64Array(z.length);
    setting.mu.forEach((middle, j) => {
      for (let d = 0; d < n; d++) {
        this.drawn[j * n + d] = middle + setting.sd[j] * z[setting.column[j] * n + d];
      }
    });
    const seen = evidenceOf(structure, given.observed);
    const all = [...evidenceOf(structure, given.assuming), ...seen];
    this.observed = seen.length ? seen : null;
    this.sides = [0, 1].map((state) => [...all, [model.targets[0].variable, [state]]]);
    this.since = 0;
  }

  /** The log-odds after each of several moves. */
  async heights(moves) {
    const { n } = this;
    const parts = [];
    const isHere = moves.length * n <= FEW;
    const each = Math.max(1, Math.floor((isHere ? HERE : THERE) / n));
    for (let start = 0; start < moves.length; start += each) {
      const some = moves.slice(start, start + each);
      const columns = this.columnsAfter(some);
      const logits = isHere
        ? this.logOddsHere(columns)
        : awaited(this.pool.logOdds(columns, this.given));
      parts.push({ logits, likelihood: this.likelihoodOf(columns), m: some.length });
      await this.breathe();
    }
    const found = [];
    for (const { logits, likelihood, m } of parts) {
      const values = await logits;
      for (let k = 0; k < m; k++) {
        const of = (list) => list?.subarray(k * n, (k + 1) * n) ?? null;
        found.push(logitOfMean(of(values), weightsOf(of(likelihood), n)));
      }
    }
    return found;
  }

  /**
   * Judgements [address * D + column] in each draw after each move, and which shares are kept as given.
   */
  columnsAfter(moves) {
    const { setting, room, drawn, n } = this;
    const J = setting.mu.length;
    const D = moves.length * n;
    const u = new Float64Array(J * D);
    const single = new Uint8Array(J * D);
    moves.forEach((move, k) => {
      const shift = this.shiftOf(move);
      for (let j = 0; j < J; j++) {
        const kept = setting.single[j] || (move[j] !== 0 && room.row[j] >= 0) ? 1 : 0;
        const by = shift[setting.column[j]];
        for (let d = 0; d < n; d++) {
          u[j * D + k * n + d] = drawn[j * n + d] + by;
          single[j * D + k * n + d] = kept;
        }
      }
    });
    return { u, single, D };
  }

  /** How far a move carries the numbers as they are written, in log-odds. */
  shiftOf(move) {
    const { room, setting } = this;
    return move.map((by, j) => (by === 0 ? 0 : by * room.unit[j] + room.start[j] - setting.mu[j]));
  }

  /** The columns as they are put to the plan in this thread. */
  entriesOf({ u, single, D }) {
    const { program } = this.structure;
    let certain = null;
    return Array.from({ length: D }, (_, c) => {
      const [mine, kept] = [columnOf(u, D, c), columnOf(single, D, c)];
      if (c % this.n === 0) {
        certain = this.asking.certain({ mu: mine, single: kept }); // as in all draws after this move
      }
      return { u: mine, single: kept, values: fill(program, mine, kept, 1), certain };
    });
  }

  logOddsHere(columns) {
    const asked = this.entriesOf(columns).flatMap((entries) =>
      this.sides.map((evidence) => ({ entries, evidence })),
    );
    const answers = this.asking.askEach(asked, false);
    const logOdds = (_, c) => answers[2 * c + 1].logZ - answers[2 * c].logZ;
    return Float64Array.from({ length: columns.D }, logOdds);
  }

  /** The log of how probable what is observed is in each column; `null` where nothing is. */
  likelihoodOf(columns) {
    if (this.observed === null) {
      return null;
    }
    const asked = this.entriesOf(columns).map((entries) => ({ entries, evidence: this.observed }));
    return Float64Array.from(this.asking.askEach(asked, false), ({ logZ }) => logZ);
  }

  /** The log-odds after a move, and their derivative by it, per deviation. */
  async slope(move) {
    const { room, setting, n } = this;
    const draws = await this.slopesOfDraws(move);
    const logits = Float64Array.from(draws, (draw) => draw.logOdds);
    const seen = this.observed === null ? null : Float64Array.from(draws, (draw) => draw.likelihood);
    const weights = weightsOf(seen, n);
    const mean = (values) => values.reduce((sum, value, d) => sum + weights[d] * value, 0);
    const [p, rest] = [logits.map(expit), logits.map((value) => expit(-value))];
    const [chance, opposite] = [mean(p), mean(rest)];
    const slope = new Float64Array(move.length);
    draws.forEach(({ ofLogOdds, ofLikelihood }, d) => {
      for (let j = 0; j < slope.length; j++) {
        const ofTarget = ofLogOdds[j] * p[d] * rest[d];
        const ofSeen = seen === null ? 0 : ofLikelihood[j] * (p[d] - chance);
        slope[setting.column[j]] += weights[d] * (ofTarget + ofSeen);
      }
    });
    const perDeviation = slope.map((by, j) => (by * room.unit[j]) / (chance * opposite));
    return { height: logitOfMean(logits, weights), slope: perDeviation };
  }

  /** In each draw after a move: target and what is observed, and how both answer to judgements. */
  async slopesOfDraws(move) {
    const columns = this.entriesOf(this.columnsAfter([move]));
    const evidences = this.observed === null ? this.sides : [...this.sides, this.observed];
    const found = [];
    for (let start = 0; start < columns.length; start += SLOPES) {
      const some = columns.slice(start, start + SLOPES);
      const asked = some.flatMap((entries) => evidences.map((evidence) => ({ entries, evidence })));
      const answers = this.asking.askEach(asked, true);
      const of = (k) => answers.slice(evidences.length * k, evidences.length * (k + 1));
      found.push(...some.map((entries, k) => this.slopesAt(entries, of(k))));
      await this.breathe();
    }
    return found;
  }

  slopesAt({ u, single, values }, [no, yes, seen]) {
    const { structure, asking } = this;
    const back = (first, second) => {
      const cotangent = asking.slopesOfEntries(first, second);
      return pullback(structure.program, u, single, values, cotangent, 1);
    };
    const isSeen = this.observed !== null;
    const none = { ofLoads: new Float64Array(no.ofLoads.length) };
    return {
      logOdds: yes.logZ - no.logZ,
      likelihood: isSeen ? seen.logZ : 0,
      ofLogOdds: back(no, yes),
      ofLikelihood: isSeen ? back(none, seen) : null,
    };
  }

  /** Let the page do something else, if it has been kept for long. */
  async breathe() {
    if (performance.now() - this.since > BREATH) {
      await this.pause();
      this.since = performance.now();
    }
  }
}

function columnOf(rows, D, c) {
  return rows.constructor.from({ length: rows.length / D }, (_, j) => rows[j * D + c]);
}

/** By how much each draw counts, with sum 1, by the log-likelihood; all alike without one. */
function weightsOf(likelihood, n) {
  if (likelihood === null) {
    return new Float64Array(n).fill(1 / n);
  }
  const most = Math.max(...likelihood);
  const weights = likelihood.map((value) => (most === -Infinity ? 0 : Math.exp(value - most)));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / whole);
}

/**
 * The log-odds of the mean of probabilities given by their log-odds; those that are not numbers do not
 * count.
 * @param {Float64Array} logits
 * @param {Float64Array} weights
 * @returns {number}
 */
function logitOfMean(logits, weights) {
  let [yes, no] = [0, 0];
  logits.forEach((value, d) => {
    if (!Number.isNaN(value)) {
      yes += weights[d] * expit(value);
      no += weights[d] * expit(-value);
    }
  });
  return Math.log(yes) - Math.log(no);
}
