// Judgements as coordinates of one space, in which beliefs about them are normal: insight/interview/
// coordinates.py. A coordinate is a logit or a log; in a row of shares it is the log of the share, less
// the mean of these.

import { expit, logit } from "../../engine/special.js";
import { LOGIT_OF_CERTAINTY } from "../certainties.js";

/** No coordinate that is answered lies further out than this. */
export const FURTHEST = 8;
/** No number is believed to be further out than this, unless the map's is. */
const OUTERMOST = 12;
const SD_OF_A_POINT = 0.5;
const LEAST_SHARE = 1e-9;

/**
 * Places for numbers, in the map's order, about the numbers of a setting; `z` are deviations from these.
 */
export class Coordinates {
  /** @param {object} model @param {object} setting of `settle` */
  constructor(model, setting) {
    const { mu, sd, column } = setting;
    const { bringer = {} } = model;
    this.column = column;
    this.standing = countedShares(model.share_rows, setting);
    const isCertain = (u) => Math.abs(u) >= LOGIT_OF_CERTAINTY;
    const fixed = new Set(model.judgements.fixed);
    this.free = Uint8Array.from(mu, (u, j) =>
      fixed.has(j) || isCertain(u) || isCertain(this.standing[j]) ? 0 : 1,
    );
    this.rows = this.freeRows(model.share_rows);
    column.forEach((place, j) => {
      if (place !== j || model.addresses[j] in bringer) this.free[j] = 0;
    });
    this.middle = located(this.standing, this.rows, Infinity);
    this.width = sd;
    this.sd = deviationsOf(sd, this.standing, this.rows);
    this.lengths = this.rows.map((row) => Math.sqrt(row.reduce((sum, j) => sum + this.sd[j] ** 2, 0)));
  }

  /** The free shares of each row in which two or more are; a row with a link in it stays as a whole. */
  freeRows(rows) {
    const { column, free } = this;
    const found = [];
    for (const row of rows) {
      const open = row.filter((j) => free[j] === 1);
      const stays = open.length < 2 || row.some((j) => column[j] !== j);
      if (stays) for (const j of row) free[j] = 0;
      else found.push(open);
    }
    return found;
  }

  get size() {
    return this.free.length;
  }

  /** The judgements at deviations: logits and logs, shares as they count. @param {Float64Array} z */
  unconstrained(z) {
    const { standing, middle, sd, free } = this;
    const x = middle.map((one, j) => {
      const most = Math.max(OUTERMOST, Math.abs(one));
      return Math.min(Math.max(one + sd[j] * z[j], -most), most);
    });
    const u = x.map((one, j) => (free[j] === 1 ? one : standing[j]));
    for (const row of this.rows) {
      const most = row.reduce((highest, j) => Math.max(highest, x[j]), -Infinity);
      const sum = row.reduce((all, j) => all + Math.exp(x[j] - most), 0);
      for (const j of row) u[j] = logitOfShare(Math.exp(x[j] - most) / sum);
    }
    return u;
  }

  /** What judgements, shares as they count, are in deviations. @param {Float64Array} u */
  deviations(u) {
    const z = located(u, this.rows);
    for (let j = 0; j < z.length; j++) {
      z[j] = this.free[j] === 1 ? (z[j] - this.middle[j]) / this.sd[j] : 0;
    }
    return this.centre(z);
  }

  /** Slopes in judgements as slopes in deviations, in their place. @param {Float64Array} u */
  toDeviations(slope, u) {
    const { sd, free } = this;
    for (const row of this.rows) {
      const shares = row.map((j) => expit(u[j]));
      const weighed = row.map((j, k) => slope[j] / (shares[k] < 1 ? 1 - shares[k] : 1));
      const sum = weighed.reduce((all, one) => all + one, 0);
      row.forEach((j, k) => {
        slope[j] = weighed[k] - sum * shares[k];
      });
    }
    for (let j = 0; j < slope.length; j++) slope[j] = free[j] === 1 ? slope[j] * sd[j] : 0;
    return slope;
  }

  /** Take off numbers, in their place, what does not keep the sums of rows of shares. */
  centre(numbers) {
    this.rows.forEach((row, r) => {
      let along = 0;
      for (const j of row) along += (this.sd[j] / this.lengths[r]) * numbers[j];
      for (const j of row) numbers[j] -= (this.sd[j] / this.lengths[r]) * along;
    });
    return numbers;
  }
}

/** Judgements as coordinates, none further out than `furthest`. */
function located(u, rows, furthest = FURTHEST) {
  const x = u.map((one) => Math.min(Math.max(one, -furthest), furthest));
  for (const row of rows) {
    const shares = row.map((j) => Math.max(expit(u[j]), LEAST_SHARE));
    const log = Math.log(shares.reduce((sum, share) => sum + share, 0));
    const logs = shares.map((share) => Math.max(Math.log(share) - log, -furthest));
    const mean = logs.reduce((sum, one) => sum + one, 0) / row.length;
    row.forEach((j, k) => {
      x[j] = logs[k] - mean;
    });
  }
  return x;
}

/** Judgements with the shares of each row put together, as `shares_counted` in means_and_deviations.py. */
export function countedShares(rows, { mu, single }) {
  const u = mu.slice();
  for (const row of rows) {
    const shares = row.map((j) => expit(mu[j]));
    const sumOf = (isKept) => row.reduce((sum, j, k) => sum + (single[j] === isKept ? shares[k] : 0), 0);
    const [taken, others] = [sumOf(1), sumOf(0)];
    const fillUp = others > 0 ? Math.max(1 - taken, 0) / others : 0;
    row.forEach((j, k) => {
      u[j] = logitOfShare(shares[k] * (single[j] === 1 ? 1 / Math.max(taken, 1) : fillUp));
    });
  }
  return u;
}

/** The logits of shares, those of 0 and 1 as far out as certainties are. */
function logitOfShare(share) {
  return Math.min(Math.max(logit(share), -LOGIT_OF_CERTAINTY), LOGIT_OF_CERTAINTY);
}

/** The deviations that count as one; a share's is that of its log. */
function deviationsOf(sd, u, rows) {
  const found = sd.map((one) => (one > 0 ? one : SD_OF_A_POINT));
  for (const row of rows) {
    const ofLogs = row.map((j) => sd[j] * (1 - expit(u[j])));
    const known = ofLogs.filter((one) => one > 0);
    const usual = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : SD_OF_A_POINT;
    row.forEach((j, k) => {
      found[j] = ofLogs[k] > 0 ? ofLogs[k] : usual;
    });
  }
  return found;
}
