// Where two settings part, what each difference is worth, and which claims would settle most:
// insight/diff.py and insight/gap_shares.py, as the command line's JSON without texts, sources and notes
// (these are in the page's contents), and without what worldviews state.

import { expit } from "../engine/special.js";
import { under } from "../language/names.js";
import { formatJudgement, formatProbability } from "../language/notation.js";
import { NOBODY } from "../language/worldviews.js";
import { averagesAt } from "./averages.js";
import { doubleCruxes, leftOutInEither, looksOf } from "./double_cruxes.js";
import { toCompare } from "./information.js";
import { leftOut } from "./left_out.js";
import { bearingOn, gameOf, idleIn, mixturesOf } from "./mixtures.js";
import { NoValueError, shapley } from "./shapley.js";
import { makeState, positionAt } from "./state.js";
import { awaited, shortPause } from "./waiting.js";
import { whoseAre } from "./whose.js";

/** Shares that are smaller are rounding, and do not count where they are put in order. */
const ROUNDING = 1e-12;

const ITSELF = "a worldview does not differ from itself";
const [REJECTED, NOT_BROUGHT] = ["rejected", "not brought"];
const NO_VALUE =
  "the gap cannot be shared out: some mixture of the two worldviews makes the target certain, " +
  "or what is assumed or observed impossible";

/** How many mixtures are made before the page may breathe. */
const AT_A_TIME = 512;

/**
 * The diff of two settings, given conditions: `a` and `b` have a `name` and a `setting`.
 *
 * `onProgress` is told how many pairs of orders have been valued, of how many at most, and `onShares` of
 * what is known before the averages over draws are there: all but means and double cruxes.
 * @param {{structure: object, asking: object, pool: object}} engine
 * @param {{name: string, setting: object}} a
 * @param {{name: string, setting: object}} b
 * @param {{assuming: object[], observed: object[]}} given
 * @param {{onProgress?: (done: number, of: number) => void, onShares?: (part: object) => void}} [options]
 * @returns {Promise<object>}
 */
export async function diffOf(engine, a, b, given, options = {}) {
  const { onProgress = () => {}, onShares = () => {} } = options;
  const { structure, asking, pool } = engine;
  const ask = {
    joint: (setting, variables) => averagesAt(pool, setting, given, variables),
    logOdds: (columns) => pool.logOdds(columns, given),
  };
  const sides = [a, b].map((side) => sideOf(structure, asking, side, given));
  const shared = await sharesOf(structure, ask, sides, onProgress);
  const known = knownAlone(structure.model, sides, shared);
  onShares(known);
  const averages = await Promise.all(sides.map((side) => averagesOf(ask, side)));
  return {
    ...known,
    mean_a: averages[0]?.target.yes ?? null,
    mean_b: averages[1]?.target.yes ?? null,
    draws: averages.includes(null) ? 0 : structure.model.model.draws,
    ...cruxesOf(structure, sides, averages, isItself(sides)),
  };
}

/** What is known without averages over draws. */
function knownAlone(model, sides, { gap, differences, pairs, settled, reason }) {
  return {
    a: sides[0].name,
    b: sides[1].name,
    target: model.targets[0].name,
    probability_a: sides[0].probability,
    probability_b: sides[1].probability,
    gap_logit: gap,
    differences,
    structure: onlyIn(isItself(sides) ? [] : sides, model),
    pairs,
    settled,
    ...(reason === null ? {} : { reason }),
  };
}

function isItself([one, other]) {
  return one.name === other.name;
}

function sideOf(structure, asking, { name, setting }, given) {
  const state = makeState(structure, asking, setting, given);
  const { logOdds, isImpossible } = state;
  return { name, setting, state, logOdds, probability: isImpossible ? null : expit(logOdds) };
}

/** The averages over draws; `null` where what is given is impossible. */
function averagesOf(ask, { state, setting }) {
  const variables = [...new Set(state.candidates.map((one) => one.variable))];
  return state.isImpossible ? null : ask.joint(setting, variables);
}

// --- the gap and its shares ----------------------------------------------------------------------

/** The gap, and the differences with their shares; these are `null` where there is a `reason`. */
async function sharesOf(structure, ask, sides, onProgress) {
  const { model } = structure;
  const [one, other] = sides;
  if (isItself(sides)) {
    return { gap: 0, differences: [], pairs: 0, settled: true, reason: ITSELF };
  }
  const settings = sides.map((side) => side.setting);
  const game = gameOf(model, ...settings, bearingOn(structure, one.state, idleIn(structure, settings)));
  const listed = (played) => differencesOf(structure, sides, game, played);
  const reason = whyNot(sides, model.targets[0].name);
  const gap = one.logOdds === other.logOdds ? 0 : one.logOdds - other.logOdds;
  const unshared = { gap: Number.isFinite(gap) ? gap : null, pairs: 0, settled: true };
  if (reason !== null) {
    return { ...unshared, differences: listed(null), reason };
  }
  // The game is played from the lesser name to the greater, so that swapping the two negates all shares.
  const forwards = one.name <= other.name;
  const [lesser, greater] = forwards ? settings : [...settings].reverse();
  const worth = (taken, m) => worthOf(ask, game, lesser, greater, taken, m);
  try {
    const played = await shapley(worth, game.players, model.model.seed, onProgress);
    const share = forwards ? played.share : played.share.map((part) => 0 - part);
    const differences = listed({ ...played, share });
    return { gap, differences, pairs: played.pairs, settled: played.converged, reason: null };
  } catch (problem) {
    if (!(problem instanceof NoValueError)) {
      throw problem;
    }
    return { ...unshared, differences: listed(null), reason: NO_VALUE };
  }
}

/** The target's log-odds and probability in each mixture, [mixture * 2 + measure]. */
async function worthOf(ask, { owner, players }, lesser, greater, taken, m) {
  const parts = [];
  for (let start = 0; start < m; start += AT_A_TIME) {
    const D = Math.min(AT_A_TIME, m - start);
    const some = taken.subarray(start * players.length, (start + D) * players.length);
    const { u, single } = mixturesOf(lesser, greater, owner, some, D);
    parts.push(awaited(ask.logOdds({ u, single, D })));
    await shortPause();
  }
  return withProbabilities((await Promise.all(parts)).flatMap((part) => [...part]));
}

function withProbabilities(logOdds) {
  const values = new Float64Array(2 * logOdds.length);
  logOdds.forEach((value, c) => {
    values[2 * c] = value;
    values[2 * c + 1] = expit(value);
  });
  return values;
}

/** Why the gap between two sides cannot be shared out; `null` where nothing is in the way. */
function whyNot(sides, target) {
  const byName = [...sides].sort((a, b) => (a.name < b.name ? -1 : 1));
  const [impossible] = byName.filter((side) => side.state.isImpossible);
  if (impossible) {
    return `in \`${impossible.name}\` what is assumed or observed is ${impossible.state.impossible}`;
  }
  const [certain] = byName.filter((side) => !Number.isFinite(side.logOdds));
  return certain
    ? `${target} is certain in \`${certain.name}\` (${formatProbability(certain.probability)})`
    : null;
}

/** What the two judge differently, with its shares, largest first. */
function differencesOf(structure, sides, game, played) {
  const number = new Map(game.players.map((player, k) => [player, k]));
  const found = [...game.changed].map(([id, places]) => {
    const part = (name, measure) => {
      if (!number.has(id)) {
        return 0;
      }
      return played === null ? null : played[name][2 * number.get(id) + measure];
    };
    return {
      id,
      share_logit: part("share", 0),
      share_probability: part("share", 1),
      standard_error: part("standardError", 0),
      changes: places.map((j) => changeAt(structure.model, sides, j)),
      standard_error_probability: part("standardError", 1),
      step_probability: null,
      brought_by: structure.entry.get(id).brought_by,
    };
  });
  const size = ({ share_logit: share }) => (Math.abs(share) > ROUNDING ? toCompare(Math.abs(share)) : 0);
  found.sort((a, b) => size(b) - size(a) || (a.id < b.id ? -1 : 1));
  if (played !== null) {
    addSteps(found, sides[1].logOdds);
  }
  return found;
}

/** Add what each difference does to P in its turn, on the way that starts at these log-odds. */
function addSteps(differences, start) {
  let at = start;
  for (const one of differences) {
    const before = at;
    at += one.share_logit;
    one.step_probability = expit(at) - expit(before);
  }
}

function changeAt(model, sides, j) {
  const [a, b] = sides.map((side) => side.setting);
  const address = model.addresses[j];
  return {
    address,
    a: notationOf(model, a, j),
    b: notationOf(model, b, j),
    origin_a: a.origin[j],
    origin_b: b.origin[j],
    whose_a: whoseAre(a, sides[0].name, [j]),
    whose_b: whoseAre(b, sides[1].name, [j]),
    fitted_a: a.fitted[j] !== "",
    fitted_b: b.fitted[j] !== "",
    brought_by: under(model.bringer, address) ?? null,
  };
}

function notationOf(model, setting, j) {
  if (setting.rejected[j]) {
    return setting.notBrought[j] ? NOT_BROUGHT : REJECTED;
  }
  if (setting.column[j] !== j) {
    return `same as ${model.addresses[setting.column[j]]}`;
  }
  return setting.values[j].text || formatJudgement(setting.values[j]);
}

// --- what only one of the two has ----------------------------------------------------------------

/** What only one of two sides rejects, which numbers only one sets, and what only one has brought. */
function onlyIn(sides, model) {
  const sets = sides.map(({ setting }) => {
    const where = (tell) => model.addresses.filter((address, j) => tell(j, address));
    const first = (address) => under(model.bringer, address) ?? "map";
    return [
      where((j) => setting.rejected[j] && !setting.notBrought[j]),
      where((j, address) => {
        return !setting.rejected[j] && ![NOBODY, first(address)].includes(setting.origin[j]);
      }),
      where((j, address) => under(model.brought, address) !== undefined && !setting.rejected[j]),
    ];
  });
  const only = (kind, side) => {
    if (!sets.length) {
      return [];
    }
    const others = new Set(sets[1 - side][kind]);
    return sets[side][kind].filter((address) => !others.has(address)).sort();
  };
  return {
    rejected_by_a: only(0, 0),
    rejected_by_b: only(0, 1),
    only_a: only(1, 0),
    only_b: only(1, 1),
    brought_a: only(2, 0),
    brought_b: only(2, 1),
  };
}

// --- what the two could talk about ---------------------------------------------------------------

function cruxesOf(structure, sides, averages, areOne) {
  const { candidates } = sides[0].state;
  if (areOne || averages.includes(null)) {
    return doubleCruxes(candidates, structure, null, null, new Map());
  }
  const idle = idleIn(structure, sides.map((side) => side.setting));
  const positions = sides.map(({ state, setting }) => positionAt(state, openIn(setting), idle));
  const looks = averages.map((one, k) => looksOf(candidates, one, positions[k]));
  const reasons = sides.map(({ setting }, k) => {
    const notBrought = new Set(structure.model.addresses.filter((_, j) => setting.notBrought[j]));
    const { target, tables } = averages[k];
    const how = { candidates, tables, target, position: positions[k], setting, notBrought };
    return { target, because: leftOut(structure, how) };
  });
  return doubleCruxes(candidates, structure, ...looks, leftOutInEither(candidates, reasons));
}

/** The column of each judgement that a setting leaves open, -1 for points. */
function openIn({ sd, column }) {
  return column.map((of, j) => (sd[j] > 0 ? of : -1));
}
