// How much the parts of an argument count now: what the outline's bars and the map's lines show.

import { isRejected, numberAt } from "./numbers.js";

/** The log-odds at which an argument is drawn at full weight: a strong one, certain to hold. */
const FULL_WEIGHT = Math.log(30);

/** The chance now of a claim, an argument, a phase, a route or a state; null where it is not known. */
export function chanceOf(session, name) {
  return session.central.claims.get(name) ?? null;
}

/**
 * What an argument does now.
 * @returns {{holds: number|null, strength: number|null, force: number|null, weight: number,
 *   rejected: boolean}}
 *   `strength` is the log of what it multiplies odds by where it holds; `weight` runs from 0 to 1.
 */
export function argumentNow(session, contents, id) {
  const rejected = isRejected(session, id);
  const holds = chanceOf(session, id);
  const undercuts = isUndercut(contents.entries[id]);
  const part = undercuts ? "force" : "strength";
  const has = contents.entries[id].numbers.includes(`${id}.${part}`);
  const { mu = 0, scale = "s" } = has ? numberAt(session, `${id}.${part}`) : {};
  const strength = undercuts ? null : Math.max(0, mu);
  const force = undercuts ? chanceAt(has, scale, mu) : null;
  const full = undercuts ? force : Math.min(1, strength / FULL_WEIGHT);
  return { holds, strength, force, weight: rejected ? 0 : (holds ?? 0) * full, rejected };
}

function chanceAt(has, scale, mu) {
  return has && scale === "p" ? 1 / (1 + Math.exp(-mu)) : 1;
}

/** Whether an entry is an argument that attacks another argument. */
function isUndercut(entry) {
  return (entry.targets ?? []).some((target) => target.how === "undercuts");
}

/**
 * How much a line of the map counts now, from 0 to 1: an argument by what it does to the odds, and
 * anything else by what learning it would tell of the target (`told`, from 0 to 1 by id).
 */
export function lineWeight(session, contents, edge, told) {
  const entry = contents.entries[edge.from];
  if (edge.how !== "part" && entry?.type === "argument") {
    return argumentNow(session, contents, edge.from).weight;
  }
  return told.get(edge.from) ?? 0;
}

/**
 * What learning each entry would tell of the target now, as a part of the most that any tells, 0 to 1.
 * Square roots, so that what tells little is still seen.
 */
export function toldBy(session) {
  const { target, givenTrue, givenFalse, claims } = session.central;
  const told = new Map();
  let most = 0;
  for (const [id, ifTrue] of givenTrue) {
    const value = information(target, claims.get(id), ifTrue, givenFalse.get(id));
    told.set(id, value);
    most = Math.max(most, value);
  }
  for (const [id, value] of told) {
    told.set(id, most > 0 ? Math.sqrt(value / most) : 0);
  }
  return told;
}

/** The value of information of a claim alone, in bans; 0 where nothing is to be learned. */
export function information(p, chance, ifTrue, ifFalse) {
  if (
    !(chance > 0 && chance < 1) ||
    !(p > 0 && p < 1) ||
    !Number.isFinite(ifTrue) ||
    !Number.isFinite(ifFalse)
  ) {
    return 0;
  }
  return Math.max(0, chance * divergence(ifTrue, p) + (1 - chance) * divergence(ifFalse, p));
}

function divergence(p, q) {
  return (term(p, q) + term(1 - p, 1 - q)) / Math.LN10;
}

function term(p, q) {
  return p === 0 ? 0 : p * Math.log(p / q);
}

/** A weight in steps, so that little changes leave the drawing as it is. */
export function stepOf(weight, steps = 12) {
  return Math.round(steps * Math.min(1, Math.max(0, weight)));
}
