// What is between two settings: each entry that they judge differently takes its numbers from the one or
// from the other. As insight/gap_shares.py.

import { NO_CREDENCE } from "../engine/formulas.js";
import { positionOf } from "./candidates.js";

/** Central values, in logits or logs, that lie no further apart are the same. */
const SAME_CENTRE = 1e-12;

/**
 * The entries judged differently. `changed` has their addresses by id; `players` are those that can
 * matter, sorted, and `owner` the number of the player that an address belongs to, -1 for none.
 * @typedef {{changed: Map<string, number[]>, players: string[], owner: Int32Array}} Game
 */

/**
 * What two settings judge differently, and which entries of it can matter.
 *
 * `bearing` are the addresses, by number, whose numbers are connected to the target.
 * @param {object} model
 * @param {object} one a setting
 * @param {object} other
 * @param {Iterable<number>} bearing
 * @returns {Game}
 */
export function gameOf(model, one, other, bearing) {
  const owners = model.judgements.owner;
  const changed = new Map();
  owners.forEach((name, j) => {
    if (!areWrittenAlike(one, other, j)) {
      changed.set(name, [...(changed.get(name) ?? []), j]);
    }
  });
  const matters = new Set();
  for (const j of withLinks(bearing, [one, other])) {
    if (!haveTheSameCentre(one, other, j)) {
      matters.add(owners[j]);
    }
  }
  const players = [...matters].sort();
  const number = new Map(players.map((player, k) => [player, k]));
  return { changed, players, owner: Int32Array.from(owners, (name) => number.get(name) ?? -1) };
}

/** Addresses together with those that they are linked to in a setting, and so on. */
function withLinks(places, settings) {
  const found = new Set();
  const waiting = [...places];
  while (waiting.length) {
    const j = waiting.pop();
    if (!found.has(j)) {
      found.add(j);
      waiting.push(...settings.map((setting) => setting.column[j]));
    }
  }
  return found;
}

/** Whether both are linked to the same place: that one's number is judged differently, or not. */
function areLinkedAlike(one, other, j) {
  return one.column[j] === other.column[j] && one.column[j] !== j;
}

function areWrittenAlike(one, other, j) {
  if (areLinkedAlike(one, other, j)) {
    return true;
  }
  const [a, b] = [one.values[j], other.values[j]];
  const alike = a.scale === b.scale && a.low === b.low && a.high === b.high;
  const alikeBeyond = a.complements.every((end, k) => end === b.complements[k]);
  const kept = one.column[j] === other.column[j] && one.single[j] === other.single[j];
  return alike && alikeBeyond && kept && one.rejected[j] === other.rejected[j];
}

function haveTheSameCentre(one, other, j) {
  if (areLinkedAlike(one, other, j)) {
    return true;
  }
  const kept = one.column[j] === other.column[j] && one.single[j] === other.single[j];
  return kept && Math.abs(one.mu[j] - other.mu[j]) <= SAME_CENTRE;
}

/**
 * The arguments and causes that are 0% in both settings: in no mixture do they have any force.
 * @param {object} structure
 * @param {object[]} settings
 * @returns {Set<string>}
 */
export function idleIn({ model, index }, settings) {
  const of = (type) => model.entries.filter((entry) => entry.type === type);
  const credences = of("argument").map((entry) => entry.id);
  const causes = of("claim").flatMap((entry) => entry.parts.map((part) => part.address));
  const isIdle = (name) => settings.every((setting) => setting.mu[index.get(name)] <= NO_CREDENCE);
  return new Set([...credences, ...causes].filter((name) => index.has(name) && isIdle(name)));
}

/**
 * The addresses, by number, whose numbers are connected to the target where some entries and causes are
 * idle.
 * @param {object} structure
 * @param {{conditions: object[], evidence: [number, number[]][]}} given
 * @param {Set<string>} idle
 * @param {ArrayLike<number>} [column] the address that stands for each, -1 for what is not open; itself
 * @returns {number[]}
 */
export function bearingOn(structure, { conditions, evidence }, idle, column = itself(structure)) {
  const owned = (name) => structure.of.get(name) ?? [structure.index.get(name)];
  const gone = new Set([...idle].flatMap(owned));
  const open = column.map((of, j) => (gone.has(j) ? -1 : of));
  const { connected } = positionOf(structure, { conditions, evidence, column: open, idle });
  return [...connected].filter((node) => node < 0).map((node) => -1 - node);
}

function itself({ model }) {
  return Int32Array.from(model.addresses.keys());
}

/**
 * Central judgements of mixtures: m of them, in each of which some players have their numbers from the
 * first setting. A place that is linked to another takes that one's number in the mixture.
 * @param {object} first a setting, or what of it counts: mu, single and column
 * @param {object} second
 * @param {Int32Array} owner the player that an address belongs to, -1 for none
 * @param {Uint8Array} taken [mixture * players + player]: who has the first one's numbers
 * @param {number} m
 * @returns {{u: Float64Array, single: Uint8Array}} both [address * m + mixture]
 */
export function mixturesOf(first, second, owner, taken, m) {
  const J = owner.length;
  const players = taken.length / m;
  const u = new Float64Array(J * m);
  const single = new Uint8Array(J * m);
  const isFirst = (j, c) => owner[j] >= 0 && taken[c * players + owner[j]] !== 0;
  for (let j = 0; j < J; j++) {
    for (let c = 0; c < m; c++) {
      const from = isFirst(j, c) ? first : second;
      u[j * m + c] = from.mu[j];
      single[j * m + c] = from.single[j];
    }
  }
  const links = [...owner.keys()].filter((j) => first.column[j] !== j || second.column[j] !== j);
  const columnOf = (j, c) => (isFirst(j, c) ? first : second).column[j];
  let isMoving = links.length > 0;
  for (let round = 0; isMoving && round < links.length; round++) {
    const before = u.slice();
    isMoving = false;
    for (const j of links) {
      for (let c = 0; c < m; c++) {
        const followed = before[columnOf(j, c) * m + c];
        isMoving ||= followed !== u[j * m + c];
        u[j * m + c] = followed;
      }
    }
  }
  return { u, single };
}
