// Which of the things that are given cannot all be: a smallest set of them, by exact sums over subsets,
// as in network/clashes.py; and what is said of them.

import { conditionText } from "../language/conditions.js";
import { mentionedIn } from "./candidates.js";
import { evidenceOf, keyOf } from "./evidence.js";

const MAX_SETS = 300;

/**
 * Say of conditions that are impossible together that they are, and which of them clash.
 * @param {object} structure @param {object} asking @param {Float64Array} entries
 * @param {object[]} conditions @returns {string}
 */
export function clashText(structure, asking, entries, conditions) {
  const parts = partsOf(conditions);
  const things = parts.map((part) => evidenceOf(structure, [part]));
  const clash = smallestClash(asking, entries, things);
  return `impossible: ${written(conditions)}${whichClash(parts, clash)}`;
}

function written(conditions) {
  return conditions.map(conditionText).join(", ");
}

/** The conditions, each once, with those that are about all of several entries taken apart. */
function partsOf(conditions) {
  const found = new Map();
  for (const condition of conditions) {
    const apart = condition.all_of ?? [];
    const oneEach = apart.length > 0 && apart.every((part) => mentionedIn(part).size === 1);
    for (const part of oneEach ? apart : [condition]) found.set(keyOf(part), part);
  }
  return [...found.values()];
}

/** Say which of several conditions clash, after these are written; nothing where all two do. */
function whichClash(parts, clash) {
  if (clash === null || (clash.length === parts.length && parts.length <= 2)) return "";
  if (clash.length === parts.length) return "; only all of these together clash";
  const some = clash.map((number) => parts[number]);
  const last = some.pop();
  if (!some.length) return `; ${conditionText(last)} is so by itself`;
  return `; ${written(some)} and ${conditionText(last)} clash`;
}

/** The numbers of the fewest things that together have probability 0; `null` where all are possible. */
function smallestClash(asking, entries, things) {
  const clashing = (sets) => {
    const evidences = sets.map((some) => some.flatMap((number) => things[number]));
    return asking.ask(entries, evidences, false).map(({ logZ }) => logZ === -Infinity);
  };
  let least = things.map((_, number) => number);
  if (!clashing([least])[0]) return null;
  for (const number of [...least].reverse()) {
    const without = least.filter((other) => other !== number);
    if (without.length && clashing([without])[0]) least = without;
  }
  for (let size = 1; size < least.length; size++) {
    const sets = setsOf(things.length, size);
    if (sets === null) break;
    const found = clashing(sets).indexOf(true);
    if (found >= 0) return sets[found];
  }
  return least;
}

/** All sets of some numbers of this size, in their order; `null` where they are too many. */
function setsOf(n, size) {
  let sets = [[]];
  for (let k = 0; k < size; k++) {
    sets = sets.flatMap((some) => {
      const first = some.length ? some.at(-1) + 1 : 0;
      return Array.from({ length: n - first }, (_, more) => [...some, first + more]);
    });
    if (sets.length > MAX_SETS * n) return null;
  }
  return sets.length > MAX_SETS ? null : sets;
}
