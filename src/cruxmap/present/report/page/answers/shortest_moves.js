// The shortest moves of judgements that carry an estimate to a goal: the search of
// insight/shortest_moves.py.
//
// The length of a move is the root of the sum of its squares. So the shortest way is the most probable
// one by the reviewer's own spread (Hasofer and Lind, 1974), found by the iteration of Rackwitz and
// Fiessler (1978).

import { ROUNDING } from "./terrain.js";

/** How many steps the shortest move of a set is looked for. */
const MAX_STEPS = 60;

/**
 * How far one step goes at most in each judgement, in log-odds; what a step is worked out by is a slope.
 */
const STRIDE = 2;

/** What parts of a step are tried. */
const PARTS = [1, 0.5, 0.25, 0.1];

/** How short a step is, in deviations, where the search ends, and how near the goal, in log-odds. */
const STILL = 1e-4;
const CLOSE = 1e-5;

/** How often a set is chosen anew by the slopes where the last one ended, and from how many places. */
const RECHOICES = 4;
const STARTS = 3;

/** What part of the other ways' length a way may have at most that moves some of the same entries. */
const MUCH_SHORTER = 0.75;

/** The part of a squared length below which a judgement is not worth moving along with others. */
const MIN_SHARE = 0.03;

// --- the shortest of a set -----------------------------------------------------------------------

/** The length of a move, in deviations. */
export function lengthOf(move) {
  return Math.sqrt(move.reduce((sum, by) => sum + by * by, 0));
}

/** The numbers of the judgements that a move moves. */
export function membersOf(move) {
  return [...move.keys()].filter((j) => move[j] !== 0);
}

/**
 * The shortest numbers `x` between bounds with `slope * x >= gap`; if there are none, the farthest.
 *
 * That is `clip(level * slope, least, most)` at the lowest level that is enough, as water rises in a
 * vessel.
 * @param {number[]} slope
 * @param {number} gap
 * @param {number[]} least
 * @param {number[]} most
 * @returns {number[]}
 */
export function poured(slope, gap, least, most) {
  const at = (level) => slope.map((by, k) => clip(level * by, least[k], most[k]));
  const reach = (level) => dot(slope, at(level));
  if (!slope.some((by) => by !== 0) || reach(0) >= gap) {
    return at(0);
  }
  const end = (k) => Math.max(Math.abs(least[k]), Math.abs(most[k]));
  let [dry, wet] = [0, Math.max(...slope.map((by, k) => (by ? end(k) / Math.abs(by) : 0)))];
  if (reach(wet) < gap) {
    return at(wet);
  }
  for (let round = 0; round < 100; round++) {
    const level = (dry + wet) / 2;
    [dry, wet] = reach(level) >= gap ? [dry, level] : [level, wet];
  }
  return at(wet);
}

function clip(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function dot(a, b) {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

/** The search for moves that carry the estimate to at least (`rise`) or at most some log-odds. */
export class Search {
  /**
   * @param {object} terrain
   * @param {number} wanted
   * @param {boolean} rise
   */
  constructor(terrain, wanted, rise) {
    Object.assign(this, { terrain, wanted, sign: rise ? 1 : -1, room: terrain.room });
    this.owners = terrain.structure.model.judgements.owner;
  }

  /** By how much a move goes beyond the goal, and the derivative of that. */
  async slope(move) {
    const { height, slope } = await this.terrain.slope(move);
    return { beyond: this.sign * (height - this.wanted), slope: slope.map((by) => this.sign * by) };
  }

  async beyond(moves) {
    return (await this.terrain.heights(moves)).map((height) => this.sign * (height - this.wanted));
  }

  /**
   * The shortest move of some judgements that reaches the goal, and whether there is one.
   *
   * Where there is none, it is the one that gets farthest. Each step goes towards the shortest move that
   * would reach the goal if the slope stayed what it is, by the part that is best for half the squared
   * length and a penalty for what is missing.
   */
  async shortest(members, start) {
    const { least, most, unit } = this.room;
    let move = new Float64Array(start.length);
    for (const j of members) {
      move[j] = start[j];
    }
    let penalty = 0;
    let found = null;
    for (let step = 0; step < MAX_STEPS; step++) {
      found = await this.slope(move);
      const here = members.map((j) => move[j]);
      const slope = members.map((j) => found.slope[j]);
      const stride = members.map((j) => STRIDE / unit[j]);
      const low = members.map((j, k) => Math.max(least[j], here[k] - stride[k]));
      const high = members.map((j, k) => Math.min(most[j], here[k] + stride[k]));
      const aim = poured(slope, dot(slope, here) - found.beyond, low, high);
      const apart = Math.max(...aim.map((by, k) => Math.abs(by - here[k])));
      if (apart < (Math.abs(found.beyond) <= CLOSE ? STILL : ROUNDING)) {
        break;
      }
      const steep = aim.map((by, k) => (slope[k] === 0 ? 0 : Math.abs(by) / Math.abs(slope[k])));
      penalty = Math.max(penalty, 2 * Math.max(...steep));
      const next = await this.bestPart(move, members, here, aim, penalty);
      if (next.merit >= 0.5 * dot(here, here) + penalty * Math.max(-found.beyond, 0)) {
        break;
      }
      move = next.move;
    }
    return { move, there: found.beyond >= -CLOSE };
  }

  async bestPart(move, members, here, aim, penalty) {
    const tried = PARTS.map((part) => {
      const other = move.slice();
      members.forEach((j, k) => {
        other[j] = here[k] + (aim[k] - here[k]) * part;
      });
      return other;
    });
    const beyond = await this.beyond(tried);
    const merits = tried.map((other, k) => 0.5 * dot(other, other) + penalty * Math.max(-beyond[k], 0));
    const best = merits.indexOf(Math.min(...merits));
    return { move: tried[best], merit: merits[best] };
  }

  /**
   * Moves of one judgement each that reach the goal, shortest first, and how far each could go.
   *
   * The first are those that may be among the first `ways` when each entry counts once. The second are
   * the moves to the end of what a judgement may do, whichever gets farthest first.
   */
  async ofOne(pool, ways) {
    const { least, most, start } = this.room;
    const one = ({ row, by }) => {
      const move = new Float64Array(start.length);
      move[row] = by;
      return move;
    };
    const ends = [least, most].flatMap((far) => pool.map((row) => ({ row, by: far[row] })));
    const beyond = await this.beyond(ends.map(one));
    const order = [...ends.keys()].sort((a, b) => beyond[b] - beyond[a] || a - b);
    const farthest = order.slice(0, 2 * ways).map((k) => one(ends[k]));
    let left = ends.filter((_, k) => beyond[k] >= 0).map(({ row, by }) => ({ row, near: 0, far: by }));
    for (let round = 0; round < 40 && left.length; round++) {
      left = await this.halved(left, one, ways);
    }
    const shortest = left.toSorted((a, b) => Math.abs(a.far) - Math.abs(b.far));
    return { singles: shortest.map(({ row, far }) => one({ row, by: far })), farthest };
  }

  /** Halve where the ends of single moves lie, and drop who cannot be among the shortest any more. */
  async halved(left, one, ways) {
    const middles = left.map(({ near, far }) => (near + far) / 2);
    const beyond = await this.beyond(left.map(({ row }, k) => one({ row, by: middles[k] })));
    const narrower = left.map(({ row, near, far }, k) =>
      beyond[k] >= 0 ? { row, near, far: middles[k] } : { row, near: middles[k], far },
    );
    const byOwner = new Map();
    for (const { row, far } of narrower) {
      const owner = this.owners[row];
      byOwner.set(owner, Math.min(byOwner.get(owner) ?? Infinity, Math.abs(far)));
    }
    const worst = [...byOwner.values()].sort((a, b) => a - b).slice(0, ways).at(-1);
    return narrower.filter(({ near }) => Math.abs(near) <= worst);
  }

  /**
   * The shortest move found of `count` judgements that reaches the goal, and the farthest tried.
   *
   * Which judgements they are is chosen by the slopes, first at the starts, then where the last set
   * ended.
   */
  async ofSeveral(count, pool, starts) {
    let [best, farthest, most] = [null, new Float64Array(this.room.start.length), -Infinity];
    const tried = new Set();
    for (const start of starts) {
      let move = start;
      for (let choice = 0; choice < RECHOICES; choice++) {
        const { beyond, slope } = await this.slope(move);
        const members = this.chosen(slope, dot(slope, move) - beyond, pool, count);
        const key = members.toSorted((a, b) => a - b).join();
        if (!members.length || tried.has(key)) {
          break;
        }
        tried.add(key);
        const found = await this.shortest(members, move);
        move = found.move;
        if (found.there && (best === null || lengthOf(move) < lengthOf(best))) {
          best = move;
        }
        const [got] = await this.beyond([move]);
        if (got > most) {
          [farthest, most] = [move, got];
        }
      }
    }
    return { way: best, farthest };
  }

  /** The `count` judgements that would get over a gap in the shortest way if the slope stayed. */
  chosen(slope, gap, pool, count) {
    const { least, most, row, stays } = this.room;
    const sloping = pool.filter((j) => slope[j] !== 0 && !stays[j]);
    sloping.sort((a, b) => Math.abs(slope[b]) - Math.abs(slope[a]) || a - b);
    const rows = new Set();
    const some = sloping.filter((j) => {
      const isFirst = row[j] < 0 || !rows.has(row[j]);
      rows.add(row[j]);
      return isFirst;
    });
    if (some.length <= count) {
      return some;
    }
    const gains = (level) => some.map((j) => slope[j] * clip(level * slope[j], least[j], most[j]));
    const enough = (level) => {
      const largest = gains(level).sort((a, b) => b - a).slice(0, count);
      return largest.reduce((sum, gain) => sum + gain, 0) >= gap;
    };
    let [dry, wet] = [0, Math.max(...some.map((j) => Math.max(-least[j], most[j]) / Math.abs(slope[j])))];
    for (let round = 0; round < 60 && (round > 0 || enough(wet)); round++) {
      const level = (dry + wet) / 2;
      [dry, wet] = enough(level) ? [dry, level] : [level, wet];
    }
    const at = gains(wet);
    return [...some.keys()].sort((a, b) => at[b] - at[a] || a - b).slice(0, count).map((k) => some[k]);
  }

  /** The shortest move of those judgements alone that carry a part worth speaking of. */
  async withoutIdlers(move) {
    for (let shorter = move; ; ) {
      const least = MIN_SHARE * dot(shorter, shorter);
      const members = [...shorter.keys()].filter((j) => shorter[j] ** 2 >= least);
      if (members.length === membersOf(shorter).length) {
        return shorter;
      }
      const found = await this.shortest(members, shorter);
      if (!found.there) {
        return shorter;
      }
      shorter = found.move;
    }
  }
}

// --- different ways ------------------------------------------------------------------------------

/**
 * Moves that reach the goal, of fewest judgements first, and the farthest that was tried.
 *
 * Each way is the shortest that was found of as few judgements as can do it, and moves no entry that a
 * way before it moves. The last of several may be the shortest of up to `maxChanges`, whatever their
 * entries, where it is much shorter than all others.
 * @param {Search} search
 * @param {number[]} pool
 * @param {{atMost: number, maxChanges: number}} bounds
 * @returns {Promise<{found: Float64Array[], farthest: Float64Array}>}
 */
export async function differentWays(search, pool, { atMost, maxChanges }) {
  const { owners } = search;
  const taken = new Set();
  const found = [];
  const entries = (move) => new Set(membersOf(move).map((j) => owners[j]));
  const isNew = (move) => [...entries(move)].every((name) => !taken.has(name));
  const add = (move) => {
    found.push(move);
    entries(move).forEach((name) => taken.add(name));
  };
  const { singles, farthest: ends } = await search.ofOne(pool, atMost);
  for (const single of singles) {
    if (found.length < atMost && isNew(single)) {
      add(single);
    }
  }
  const standing = new Float64Array(search.room.start.length);
  let farthest = ends[0];
  for (let count = 2; count <= maxChanges; count++) {
    for (let isFound = true; isFound && found.length < atMost; ) {
      const left = pool.filter((j) => !taken.has(owners[j]));
      const starts = [standing, ...ends.filter(isNew)].slice(0, STARTS);
      const { way, farthest: tried } = await search.ofSeveral(count, left, starts);
      isFound = way !== null;
      if (isFound) {
        add(way);
      } else if (!found.length) {
        farthest = tried;
      }
    }
  }
  if (found.length && atMost > 1) {
    await addMuchShorter(search, pool, found, [standing, ...found], maxChanges, entries);
  }
  return { found, farthest };
}

async function addMuchShorter(search, pool, found, starts, maxChanges, entries) {
  const { way } = await search.ofSeveral(maxChanges, pool, starts);
  if (way === null) {
    return;
  }
  const many = await search.withoutIdlers(way);
  const isShorter = lengthOf(many) <= MUCH_SHORTER * Math.min(...found.map(lengthOf));
  const named = (move) => [...entries(move)].sort().join();
  if (isShorter && found.every((move) => named(move) !== named(many))) {
    found.push(many);
  }
}
