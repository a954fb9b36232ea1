/**
 * Which number a worldview puts in each place, and whose it is: what `src/cruxmap/language/inheritance.py`
 * says.
 *
 * The page's own changes are one more worldview on top, which extends the one that was started from. They
 * have the form of a worldview in the model's data: `{judgements: [{at, value} | {at, shares}], rejects,
 * accepts}`, with what the reader `brings` in the form of a file, `remarks` by entry, and where they went on
 * from somebody's file its `text` and `voice`. What they `stated`, and what an interview `asked` (null where
 * there was none), are as in a file; a judgement that is `fitted` has the sentence that says to what, and one
 * that nobody gave is not `elicited`.
 */

import { complement, floatOf, inProportion, shortest } from "./decimals.js";
import { middleComplementOf, middleOf, parseJudgement, parseShare, pointOf } from "./notation.js";
import { didYouMean, ProblemError } from "./problems.js";

/** The id of the map's own judgements, and the origin of the page's own changes. */
export const MAP = "map";
export const OWN = "set";

/** The origin of a number that stands in a file and that nobody gave. */
export const NOBODY = "nobody's";

/** No changes. */
export const UNCHANGED = Object.freeze({
  judgements: [],
  rejects: [],
  accepts: [],
  brings: Object.freeze({}),
  remarks: Object.freeze({}),
  stated: Object.freeze([]),
  asked: null,
});

/** Whether changes bring something. */
export function bringsAnything({ brings }) {
  return Object.values(brings ?? {}).some((section) => Object.keys(section).length > 0);
}

const prepared = new WeakMap();

/**
 * What is in each place once everything is laid over everything; links and `rest` are not followed yet.
 * `places` has, by number of address, `{value, origin, single, fitted}`; `mapping` what a share was given
 * last as part of a whole mapping; `rejected` what has no force, by argument or route, and who rejects it.
 * @typedef {{places: object[], mapping: object[], rejected: Map<string, string>}} Layers
 */

/**
 * Every number as one worldview has it, by number of address. `column` is the address whose number and
 * whose random draw a place shares; `single` marks a share that is kept as given while the others fill
 * what is left.
 * @typedef {{mu: Float64Array, sd: Float64Array, column: Int32Array, single: Uint8Array, values: object[],
 *   origin: string[], rejected: boolean[], notBrought: boolean[], fitted: string[]}} Setting
 */

// --- the model's data, read once ----------------------------------------------------------------

/**
 * Return what the model's data say of its addresses and worldviews, read once.
 * @returns {{index: Map<string, number>, rowOf: (number[] | null)[], rowAt: Map<string, number[]>,
 *   places: object[], bringer: (string | null)[], settings: object, brought: Map<string, string>,
 *   worldviews: Map<string, object>}}
 */
export function numbersOf(model) {
  if (!prepared.has(model)) prepared.set(model, prepare(model));
  return prepared.get(model);
}

function prepare(model) {
  const index = new Map(model.addresses.map((address, i) => [address, i]));
  const rowOf = model.addresses.map(() => null);
  for (const row of model.share_rows) for (const share of row) rowOf[share] = row;
  const rowAt = new Map(Object.entries(model.rows_at));
  const data = { index, rowOf, rowAt, brought: new Map(Object.entries(model.brought)) };
  const before = model.before === undefined ? null : numbersOf(model.before);
  const nobodys = new Set(model.judgements.nobodys ?? []);
  data.places = model.map.values.map(
    (text, i) =>
      before?.places[i] ?? placeOf(valueAt(model, rowOf, i, text), nobodys.has(i) ? NOBODY : MAP),
  );
  const bringer = new Map(Object.entries(model.bringer ?? {}));
  data.bringer = model.addresses.map((address) => bringer.get(address) ?? null);
  data.settings = stepOf(model, data, OWN, { judgements: model.settings ?? [] });
  const worldviews = Object.entries(model.worldviews).filter(([id]) => id !== MAP);
  data.worldviews = new Map(
    worldviews.map(([id, written]) => [id, before?.worldviews.get(id) ?? stepOf(model, data, id, written)]),
  );
  return data;
}

function placeOf(value, origin, single = false, fitted = "") {
  return { value, origin, single, fitted };
}

function valueAt(model, rowOf, i, text) {
  if (rowOf[i] !== null) return parseShare(text, model.lexicon);
  return parseJudgement(text, model.judgements.scale[i], model.lexicon, model.judgements.role[i]);
}

/** Return a worldview, or the page's own changes, with its numbers read. */
function stepOf(model, data, id, written) {
  const judgements = (written.judgements ?? []).map((judgement) => {
    const { fitted = "", elicited = true } = judgement;
    if (judgement.shares === undefined) {
      const i = data.index.get(judgement.at);
      const value = valueAt(model, data.rowOf, i, judgement.value);
      return { places: [i], values: [value], whole: false, fitted, elicited };
    }
    const places = data.rowAt.get(judgement.at);
    const values = places.map((i, k) => valueAt(model, data.rowOf, i, judgement.shares[k]));
    return { places, values, whole: true, fitted, elicited };
  });
  const { rejects = [], accepts = [] } = written;
  const brings = bringsAnything(written) ? model.own : null;
  return { id, extends: written.extends ?? null, judgements, rejects, accepts, brings };
}

// --- laying over --------------------------------------------------------------------------------

/**
 * Return the ids of the worldviews that one builds on, the most basic first, itself last; none for the
 * map. Throws ProblemError for a worldview that is not there.
 */
export function lineage(model, worldview) {
  const { worldviews } = numbersOf(model);
  const chain = [];
  let id = worldview === MAP ? null : worldview;
  while (id !== null && !chain.includes(id)) {
    if (!worldviews.has(id)) {
      const known = [MAP, ...worldviews.keys()];
      const hint = didYouMean(String(id), known) || `known: ${known.join(", ")}`;
      throw new ProblemError("unknown-worldview", `there is no worldview \`${id}\``, hint);
    }
    chain.push(id);
    id = worldviews.get(id).extends;
  }
  return chain.reverse();
}

/**
 * Lay a worldview's lineage, then what the model lays over every worldview, then the page's own changes,
 * over the map's numbers.
 * @param {object} model
 * @param {string} worldview its id, or `map`
 * @param {object} [ownChanges] which have been checked (`changes.js`)
 * @returns {Layers}
 */
export function layersOf(model, worldview, ownChanges = UNCHANGED) {
  const data = numbersOf(model);
  const steps = lineage(model, worldview).map((id) => data.worldviews.get(id));
  return laidOver(data, [...steps, data.settings, stepOf(model, data, OWN, ownChanges)]);
}

/**
 * The same of parts of a worldview, over the map's numbers: what it extends, its own numbers, and those that
 * it fitted. Those that nobody gave come with what it extends.
 * @param {object} model @param {string} worldview
 * @param {{extended: boolean, own: boolean, fitted: boolean}} parts @returns {Layers}
 */
export function layersOfParts(model, worldview, { extended, own, fitted }) {
  const data = numbersOf(model);
  const steps = lineage(model, worldview).map((id) => data.worldviews.get(id));
  const last = steps.pop();
  const below = extended ? steps : [];
  const isThere = (one) => (fitted || one.fitted === "") && (extended || one.elicited);
  if (own) return laidOver(data, [...below, only(last, isThere), data.settings]);
  const isAlone = (one) => (extended && !one.elicited) || (fitted && one.fitted !== "");
  return laidOver(data, [...below, ...numbersAlone(last, isAlone), data.settings]);
}

/**
 * The same of a worldview without what is no opinion: numbers that it or what it extends has fitted, and those
 * that stand in their files and nobody gave.
 * @param {object} model @param {string} worldview @returns {Layers}
 */
export function layersOfOpinions(model, worldview) {
  const data = numbersOf(model);
  const isOpinion = ({ fitted, elicited }) => fitted === "" && elicited;
  const steps = lineage(model, worldview).map((id) => only(data.worldviews.get(id), isOpinion));
  return laidOver(data, [...steps, data.settings]);
}

/**
 * Whether nobody gave some number in the file of a worldview, or with `below` of one that it extends.
 * @param {object} model @param {string} worldview
 */
export function hasNobodys(model, worldview, below = false) {
  const { worldviews } = numbersOf(model);
  const ids = below ? lineage(model, worldview) : [worldview];
  return ids.some((id) => worldviews.get(id)?.judgements.some(({ elicited }) => !elicited) ?? false);
}

/** Whether a worldview itself fitted any number. @param {object} model @param {string} worldview */
export function fitsAny(model, worldview) {
  const { judgements = [] } = numbersOf(model).worldviews.get(worldview) ?? {};
  return judgements.some(({ fitted }) => fitted !== "");
}

function only(step, isThere) {
  return { ...step, judgements: step.judgements.filter(isThere) };
}

/** Some numbers of a worldview, laid over others without what it brings, rejects and accepts. */
function numbersAlone({ judgements }, isThere) {
  const some = judgements.filter(isThere);
  const nothing = { id: OWN, extends: null, rejects: [], accepts: [], brings: null };
  return some.length === 0 ? [] : [{ ...nothing, judgements: some }];
}

function laidOver(data, steps) {
  const layers = {
    places: data.places.map((place, i) => broughtPlace(place, data.bringer[i])),
    mapping: data.places.map((place, i) => (data.rowOf[i] === null ? null : place.value)),
    rejected: withoutForce(data, steps),
  };
  for (const step of steps) layStep(data, layers, step);
  return layers;
}

function broughtPlace(place, bringer) {
  return bringer === null || place.origin === NOBODY ? place : { ...place, origin: bringer };
}

function layStep(data, layers, step) {
  data.bringer.forEach((bringer, i) => {
    if (bringer === null || (bringer !== step.id && bringer !== step.brings)) return;
    layers.places[i] = broughtPlace(data.places[i], step.id);
    if (data.rowOf[i] !== null) layers.mapping[i] = data.places[i].value;
  });
  for (const { places, values, whole, fitted, elicited } of step.judgements) {
    const origin = elicited ? step.id : NOBODY;
    places.forEach((i, k) => {
      const single = !whole && data.rowOf[i] !== null;
      layers.places[i] = placeOf(values[k], origin, single, fitted);
      if (whole) layers.mapping[i] = values[k];
    });
  }
}

/**
 * Map what has no force to the one that rejects it: arguments by their id, routes that nobody brings here
 * too.
 */
function withoutForce(data, steps) {
  const without = new Map([...data.brought.keys()].map((name) => [name, MAP]));
  for (const step of steps) {
    for (const [name, bringer] of data.brought) {
      if (bringer === step.id || bringer === step.brings) without.delete(name);
    }
    for (const name of step.accepts) without.delete(name);
    for (const name of step.rejects) without.set(name, step.id);
  }
  return without;
}

// --- following ----------------------------------------------------------------------------------

/** Links of some layers that are followed, each once, and what `rest` comes to. */
class Follower {
  constructor(model, layers) {
    this.model = model;
    this.data = numbersOf(model);
    this.layers = layers;
    this.ends = new Map();
    this.left = new Map();
  }

  /** Follow a place's links to a number and its place; throws ProblemError for a circle. */
  endOf(place) {
    const way = new Set();
    let at = place;
    while (!this.ends.has(at)) {
      if (way.has(at)) throw this.circle([...[...way].slice([...way].indexOf(at)), at]);
      way.add(at);
      const value = this.valueAt(at);
      if (value.sameAs === null) this.ends.set(at, { place: at, value });
      else at = this.data.index.get(value.sameAs);
    }
    for (const step of way) this.ends.set(step, this.ends.get(at));
    return this.ends.get(at);
  }

  address(place) {
    return this.model.addresses[place];
  }

  circle(places) {
    return circleProblem(places.map((place) => this.address(place)));
  }

  /** Return what stands in a place; a route without force has chance 0%. */
  valueAt(place) {
    const address = this.address(place);
    const isIdleRoute = address.includes(".") && this.layers.rejected.has(address);
    return isIdleRoute ? ABSENT : this.layers.places[place].value;
  }

  /** Return the place whose number a value is, and that number: links and `rest` followed. */
  settled(value, place) {
    const end = this.followed(value, place);
    return end.value.rest ? { place: end.place, value: this.restAt(end.place) } : end;
  }

  followed(value, place) {
    return value.sameAs === null ? { place, value } : this.endOf(this.data.index.get(value.sameAs));
  }

  /** Return what the central values of the row's other shares leave, as a point. */
  restAt(rest) {
    const ahead = [rest];
    while (ahead.length > 0) {
      const place = ahead.at(-1);
      const others = this.data.rowOf[place].filter((share) => share !== place);
      const ends = others.map((share) => this.followed(this.layers.mapping[share], share));
      const unknown = ends.filter((end) => end.value.rest && !this.left.has(end.place));
      const first = unknown.map((end) => end.place);
      if (first.some((share) => ahead.includes(share))) throw this.circle([place, ...first]);
      if (first.length > 0) {
        ahead.push(...first);
        continue;
      }
      const left = leftBy(ends.map((end) => (end.value.rest ? this.left.get(end.place) : end.value)));
      this.left.set(ahead.pop(), restOf(Math.min(Math.max(left, 0), 1)));
    }
    return this.left.get(rest);
  }
}

const ABSENT = pointOf(0, 1, "0%");

function restOf(left) {
  return pointOf(left, complement(left), "rest");
}

function circleProblem(addresses) {
  const message = `\`same as\` runs in a circle: ${addresses.join(" -> ")}`;
  return new ProblemError("same-as-circle", message, "give one of them a number of its own");
}

/** Return what the central values of shares leave of 1, without rounding where they are points. */
export function leftBy(shares) {
  const sorted = [...shares].sort((a, b) => middleOf(a) - middleOf(b));
  const largest = sorted.pop();
  let left = shortest(middleComplementOf(largest));
  for (const share of sorted) left = difference(left, shortest(middleOf(share)));
  return floatOf(left);
}

function difference(first, second) {
  const [from, taken] = inProportion(first, second);
  return { digits: from - taken, exponent: Math.min(first.exponent, second.exponent) };
}

/**
 * Return a circle that links run in, from a place back to it; null if there is none.
 * @param {Layers} layers
 * @returns {number[] | null}
 */
export function circleOf(model, layers) {
  const next = linksOf(model, layers);
  for (const place of next.keys()) {
    const way = wayBack(next, place);
    if (way !== null) return way;
  }
  return null;
}

/** Map each place that takes its number from others to those. */
function linksOf(model, layers) {
  const { index, rowOf } = numbersOf(model);
  const next = new Map();
  layers.places.forEach(({ value }, place) => {
    if (value.sameAs !== null) next.set(place, [index.get(value.sameAs)]);
    if (!value.rest) return;
    const links = rowOf[place].map((share) => layers.mapping[share].sameAs);
    next.set(place, links.filter((link) => link !== null).map((link) => index.get(link)));
  });
  return next;
}

/** Return the shortest way along links from a place back to itself; null if there is none. */
function wayBack(next, start) {
  const from = new Map();
  const ahead = [start];
  for (const place of ahead) {
    for (const link of next.get(place) ?? []) {
      if (!from.has(link)) ahead.push(link);
      if (!from.has(link)) from.set(link, place);
    }
    if (from.has(start)) break;
  }
  if (!from.has(start)) return null;
  const way = [start];
  do way.push(from.get(way.at(-1)));
  while (way.at(-1) !== start);
  return way.reverse();
}

/**
 * Return a function that follows links and `rest` of some layers: (value, place) to `{place, value}`.
 * @param {Layers} layers
 */
export function followerOf(model, layers) {
  const follower = new Follower(model, layers);
  return (value, place) => follower.settled(value, place);
}

/**
 * Return every number of the map as the layers have it, links and `rest` followed.
 * @param {Layers} layers
 * @returns {Setting}
 */
export function settle(model, layers) {
  const size = model.addresses.length;
  const follower = new Follower(model, layers);
  const setting = {
    mu: new Float64Array(size),
    sd: new Float64Array(size),
    column: new Int32Array(size),
    single: new Uint8Array(size),
    values: [],
    origin: [],
    rejected: [],
    notBrought: [],
    fitted: [],
  };
  model.addresses.forEach((address, i) => {
    const rejecter = layers.rejected.get(address);
    const isRejected = rejecter !== undefined;
    const place = layers.places[i];
    const end = isRejected ? { place: i, value: ABSENT } : follower.settled(place.value, i);
    setting.mu[i] = end.value.mu;
    setting.sd[i] = end.value.sd;
    setting.column[i] = end.place;
    setting.single[i] = !isRejected && place.single ? 1 : 0;
    setting.values.push(end.value);
    setting.origin.push(isRejected ? rejecter : place.origin);
    setting.rejected.push(isRejected);
    setting.notBrought.push(isRejected && rejecter === MAP);
    setting.fitted.push(isRejected ? "" : place.fitted);
  });
  return setting;
}
