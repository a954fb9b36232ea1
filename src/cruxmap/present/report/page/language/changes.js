/**
 * What somebody changes in the page: read, checked, and put to the changes there are.
 *
 * Changes are a worldview on top of the one started from (`worldviews.js`), so what a worldview file may
 * not say cannot be set here either. Every function returns new changes and leaves those it is given as
 * they are.
 */

import { general } from "./decimals.js";
import { checkState, parseArgument } from "./conditions.js";
import { readLine } from "./flow.js";
import { namesOf } from "./names.js";
import { middleOf, parseJudgement, parseShare } from "./notation.js";
import { empty, joined, nearestHint, ProblemError, suggestion } from "./problems.js";
import { circleOf, followerOf, layersOf, leftBy, numbersOf, UNCHANGED } from "./worldviews.js";

// --- one number ---------------------------------------------------------------------------------

/**
 * Read what is set at an address: a number or link, or all shares of a question, `{a: 30%, b: rest}`.
 * Throws ProblemError.
 * @param {object} model
 * @param {string} address of a judgement, or of a question or row of one
 * @param {string} text
 * @returns {{at: string, value: string} | {at: string, shares: string[]}}
 */
function readChange(model, address, text, hintOf) {
  const { index, rowAt } = numbersOf(model);
  if (rowAt.has(address)) return readShares(model, address, text, hintOf);
  const place = index.get(address);
  if (place === undefined || isFixed(model, place)) throw unknownAddress(model, address, hintOf);
  const { scale, role } = model.judgements;
  const found = parseJudgement(text, scale[place], model.lexicon, role[place]);
  if (found.sameAs !== null) checkLink(model, place, found.sameAs, hintOf);
  return { at: address, value: found.text };
}

/** Whether nobody can give a place a number of their own. */
export function isFixed(model, place) {
  return (model.judgements.fixed ?? []).includes(place);
}

function readShares(model, address, text, hintOf) {
  const written = readLine(text);
  if (typeof written === "string") {
    const first = model.addresses[numbersOf(model).rowAt.get(address)[0]];
    const hint = `as in \`${address}: {a: 30%, b: rest}\`, or one share: \`${first}: 30%\``;
    throw new ProblemError("wrong-kind", `\`${address}\` stands for all shares of a question`, hint);
  }
  checkShape(written);
  return sharesByState(model, address, written, hintOf);
}

/** Return the change that a list of shares is, in the order of the states. */
function sharesChange(model, address, texts, hintOf) {
  const states = statesOfRow(model, address);
  if (states.length === 0) throw unknownAddress(model, address, hintOf);
  const written = states.map((state, k) => [state, texts[k]]).filter(([, share]) => share !== undefined);
  return sharesByState(model, address, new Map(written), hintOf);
}

function statesOfRow(model, address) {
  const row = numbersOf(model).rowAt.get(address) ?? [];
  return row.map((place) => model.addresses[place].slice(address.length + 1));
}

function sharesByState(model, address, written, hintOf) {
  const row = numbersOf(model).rowAt.get(address);
  const question = model.judgements.owner[row[0]];
  const states = statesOfRow(model, address);
  const known = new Set(states);
  for (const state of written.keys()) if (!known.has(state)) checkState(namesOf(model), question, state);
  const missing = states.filter((state) => !written.has(state));
  if (missing.length > 0) {
    const message = `the shares of \`${question}\` leave out ${joined(missing)}`;
    throw new ProblemError("missing-share", message, "give every state a share; one may be `rest`");
  }
  if ([...written.values()].filter((share) => share === "rest").length > 1) {
    throw new ProblemError("misplaced-rest", "`rest` is there twice", "one share at most is the rest");
  }
  const shares = states.map((state) => parseShare(written.get(state), model.lexicon));
  shares.forEach((share, k) => {
    if (share.sameAs !== null) checkLink(model, row[k], share.sameAs, hintOf);
  });
  return { at: address, shares: shares.map((share) => share.text) };
}

function checkShape(written) {
  if (Array.isArray(written)) {
    const wanted = "a number, a mapping with `value`, or a share for each state";
    throw new ProblemError("wrong-shape", `this must be ${wanted}, and here is a list`);
  }
  if (written.size === 0) throw empty("this");
  for (const [state, share] of written) {
    if (typeof share === "string") continue;
    const kind = Array.isArray(share) ? "a list" : "a mapping";
    const message = `\`${state}\` must be a number, or a mapping with \`value\`, and here is ${kind}`;
    throw new ProblemError("wrong-shape", message);
  }
}

/** Check that a link in a place leads to a number of the same kind; throws ProblemError. */
export function checkLink(model, place, address, hintOf = suggestion) {
  const { index } = numbersOf(model);
  const { scale, role } = model.judgements;
  const other = index.get(address);
  if (other === undefined || isFixed(model, other)) throw unknownAddress(model, address, hintOf);
  if ((scale[other] === "p") === (scale[place] === "p")) return;
  const message = `\`${model.addresses[place]}\` is a ${role[place]}, \`${address}\` a ${role[other]}`;
  throw new ProblemError("wrong-kind", message, "a probability is no ratio");
}

/** Say what is wrong with an address that is no judgement's. */
export function unknownAddress(model, address, hintOf = suggestion) {
  const owner = address.split(".")[0];
  const names = namesOf(model);
  if (!names.typeOf.has(owner)) {
    const message = `there is no judgement \`${address}\`: \`${owner}\` does not exist`;
    return new ProblemError("unknown-address", message, hintOf(owner, names.typeOf.keys()));
  }
  const { rowAt } = numbersOf(model);
  const dot = address.lastIndexOf(".");
  const [row, last] = [address.slice(0, Math.max(dot, 0)), address.slice(dot + 1)];
  if (rowAt.has(row) && names.typeOf.get(owner) === "question") {
    const states = names.statesOf.get(owner);
    const message = `there is no judgement \`${address}\`: \`${owner}\` has no state \`${last}\``;
    const hint = nearestHint(last, states) || `its states are ${joined(states)}`;
    return new ProblemError("unknown-address", message, hint);
  }
  if (dot === owner.length && last === "credence" && model.addresses.includes(owner)) {
    const message = `there is no judgement \`${address}\``;
    const hint = `the credence of \`${owner}\` has the address \`${owner}\``;
    return new ProblemError("unknown-address", message, hint);
  }
  const isOwn = (place) => model.judgements.owner[place] === owner && !isFixed(model, place);
  const own = model.addresses.filter((_, place) => isOwn(place));
  for (const [at, row] of rowAt) if (model.judgements.owner[row[0]] === owner) own.push(at);
  const listed = own.length > 0 ? `the judgements of \`${owner}\` are ${joined(own)}` : "";
  const hint = nearestHint(address, own) || listed;
  return new ProblemError("unknown-address", `there is no judgement \`${address}\``, hint);
}

// --- putting changes together -------------------------------------------------------------------

/**
 * Return changes with a number set, or taken back where the text is null; all shares of a row may come as
 * a list. Throws ProblemError for what cannot be read, and for what it would make of the worldview:
 * circles, shares that do not sum.
 * @param {object} model
 * @param {string} worldview what was started from
 * @param {object} changes
 * @param {string} address
 * @param {string | string[] | null} text
 */
export function withNumber(model, worldview, changes, address, text) {
  const others = changes.judgements.filter((judgement) => judgement.at !== address);
  const without = { ...changes, judgements: others };
  if (text === null) return checked(model, worldview, without);
  const together = new Together(without);
  together.judge(readSet(model, address, text));
  return checked(model, worldview, together.changes);
}

/**
 * Return what is set at an address: a number, or all shares of a row. Throws ProblemError, with a hint by
 * `hintOf` where an address is not known.
 */
export function readSet(model, address, text, hintOf = suggestion) {
  const read = Array.isArray(text) ? sharesChange : readChange;
  return read(model, address, text, hintOf);
}

/** Changes that are put together one by one; of several judgements of one address the last counts. */
class Together {
  constructor(changes) {
    this.before = changes;
    this.judgements = new Map(changes.judgements.map((judgement) => [judgement.at, judgement]));
    this.rejects = new Set(changes.rejects);
    this.accepts = new Set(changes.accepts);
    this.singles = new Map();
    for (const judgement of this.judgements.values()) this.note(judgement);
  }

  /** Remember a single share, by the address of its row. */
  note({ at, shares }) {
    if (shares === undefined) this.singles.set(rowOfShare(at), at);
  }

  /** Put in a judgement that has been read. Throws ProblemError for shares given both ways. */
  judge(judgement) {
    const { at, shares } = judgement;
    this.judgements.delete(at);
    const row = rowOfShare(at);
    const isMixed = shares === undefined && this.judgements.get(row)?.shares !== undefined;
    if (isMixed) throw mixed(row, at);
    if (shares !== undefined && this.singles.has(at)) throw mixed(at, this.singles.get(at));
    this.judgements.set(at, judgement);
    this.note(judgement);
  }

  /** Put in a verdict on an argument that was rejected `before`, or in force; null takes one back. */
  rule(name, before, isRejected) {
    this.rejects.delete(name);
    this.accepts.delete(name);
    if (isRejected === true && !before) this.rejects.add(name);
    if (isRejected === false && before) this.accepts.add(name);
  }

  get changes() {
    const { before, judgements, rejects, accepts } = this;
    const names = { rejects: [...rejects], accepts: [...accepts] };
    return { ...before, judgements: [...judgements.values()], ...names };
  }
}

function rowOfShare(at) {
  return at.slice(0, Math.max(at.lastIndexOf("."), 0));
}

function mixed(whole, single) {
  const message = `\`${whole}\` is given all at once and \`${single}\` by itself`;
  return new ProblemError("mixed-shares", message, "keep one of them");
}

/**
 * Return changes with an argument (or a route that is brought) rejected, or in force; null takes the
 * change back. Throws ProblemError.
 */
export function withRejection(model, worldview, changes, name, isRejected) {
  parseArgument(name, model);
  const before = rejectedBefore(model, worldview, changes).has(name);
  const together = new Together(changes);
  together.rule(name, before, isRejected);
  return checked(model, worldview, together.changes);
}

/** What has no force without the verdicts of changes; what these bring has. */
function rejectedBefore(model, worldview, { brings = {} }) {
  return layersOf(model, worldview, { ...UNCHANGED, brings }).rejected;
}

/**
 * Return changes that come from elsewhere, read anew and checked. Throws ProblemError.
 * @param {object} written in the form of changes, of which nothing is taken for granted but that it is
 *   data
 */
export function withAll(model, worldview, written) {
  const refuse = (_, problem) => {
    throw problem;
  };
  const steps = stepsOf(model, worldview, written, refuse);
  return checked(model, worldview, withSteps(unchangedBut(written), steps));
}

/** How often changes are tried together before the rest of them are left out; less where there is much. */
const [MOST_TRIED, LEAST_TRIED, MUCH] = [1000, 50, 2_000_000];

/**
 * Return as much of changes that come from elsewhere as fits, and what does not, with its reason. What can be
 * read is tried all at once; where that is a problem, in halves, and halves of these.
 * @param {object} written
 * @returns {{changes: object, leftOut: {at: string, why: string}[]}}
 */
export function withWhatFits(model, worldview, written) {
  const leftOut = [];
  const leave = (at, { message }) => leftOut.push({ at, why: message });
  const most = Math.min(MOST_TRIED, LEAST_TRIED + MUCH / model.addresses.length);
  let tried = 0;
  const fitted = (changes, steps) => {
    if (steps.length === 0) return changes;
    try {
      if (tried >= most) throw new ProblemError("wrong-shape", "too much else does not fit");
      tried += 1;
      return checked(model, worldview, withSteps(changes, steps));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (steps.length > 1 && tried < most) {
        const half = Math.ceil(steps.length / 2);
        return fitted(fitted(changes, steps.slice(0, half)), steps.slice(half));
      }
      for (const { at } of steps) leave(at, problem);
      return changes;
    }
  };
  const changes = fitted(unchangedBut(written), stepsOf(model, worldview, written, leave));
  return { changes, leftOut };
}

/**
 * Return the steps by which changes that come from elsewhere are put together: what each is about, and what
 * it makes of changes. Of several about the same the last counts. What cannot be read is `refused`.
 */
function stepsOf(model, worldview, written, refused) {
  const steps = [];
  const add = (at, read) => {
    try {
      steps.push({ at, put: read() });
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      refused(at, problem);
    }
  };
  for (const given of lastOfEach(written.judgements)) {
    const { at, value, shares } = given;
    add(at, () => {
      const judgement = withReason(readSet(model, at, shares ?? value), given);
      return (together) => together.judge(judgement);
    });
  }
  const before = rejectedBefore(model, worldview, written);
  for (const [names, isRejected] of [[written.rejects, true], [written.accepts, false]]) {
    for (const name of new Set(names)) {
      add(name, () => {
        parseArgument(name, model);
        return (together) => together.rule(name, before.has(name), isRejected);
      });
    }
  }
  return steps;
}

/** No changes, but what is brought and said. */
function unchangedBut({ brings = {}, remarks = {}, stated = [], asked = null }) {
  return { ...UNCHANGED, brings, remarks, stated, asked };
}

/** A judgement with what it was fitted to, if it was, or that nobody gave it. */
function withReason(judgement, { fitted, elicited }) {
  if (elicited === false) return { ...judgement, elicited };
  return fitted ? { ...judgement, fitted } : judgement;
}

function withSteps(changes, steps) {
  const together = new Together(changes);
  for (const { put } of steps) put(together);
  return together.changes;
}

/** Return judgements without those that a later one is in the place of. */
function lastOfEach(judgements) {
  const last = new Map();
  for (const judgement of judgements) {
    last.delete(judgement.at);
    last.set(judgement.at, judgement);
  }
  return [...last.values()];
}

/** Write all shares of a row on one line: `{a: 30%, b: rest}`. */
function sharesText(model, { at, shares }) {
  return `{${statesOfRow(model, at).map((state, k) => `${state}: ${shares[k]}`).join(", ")}}`;
}

/** Write what is changed at one address in the language's notation. */
export function changeText(model, judgement) {
  return judgement.shares === undefined ? judgement.value : sharesText(model, judgement);
}

/**
 * Return the judgements of a worldview's file, read; throws ProblemError.
 * @param {object} model @param {object[]} judgements in the form of changes, with more beside
 */
export function checkedChanges(model, judgements) {
  const together = new Together(UNCHANGED);
  for (const given of judgements) {
    const { at, value, shares } = given;
    together.judge(withReason(readSet(model, at, shares ?? value, nearestHint), given));
  }
  return together.changes.judgements;
}

// --- what changes make of a worldview -----------------------------------------------------------

function checked(model, worldview, changes) {
  checkJudged(model, layersOf(model, worldview, changes), judgedBy(model, changes));
  return changes;
}

/**
 * Return the numbers of all addresses that changes judge, shares one by one, in the order they are judged.
 */
function judgedBy(model, changes) {
  const { index, rowAt } = numbersOf(model);
  return new Set(changes.judgements.flatMap(({ at }) => rowAt.get(at) ?? [index.get(at)]));
}

/**
 * Check what judgements in some places make of layers, themselves or through links: circles, strengths, sums
 * of shares. Throws ProblemError.
 * @param {object} model @param {object} layers @param {Set<number>} judged
 */
export function checkJudged(model, layers, judged) {
  const circle = circleOf(model, layers);
  if (circle !== null) {
    const way = circle.map((place) => model.addresses[place]).join(" -> ");
    const hint = "give one of them a number of its own";
    throw new ProblemError("same-as-circle", `\`same as\` runs in a circle: ${way}`, hint);
  }
  const settled = followerOf(model, layers);
  checkStrengths(model, layers, judged, settled);
  for (const row of model.share_rows) checkRow(model, layers, judged, settled, row);
}

function checkStrengths(model, layers, judged, settled) {
  model.addresses.forEach((address, place) => {
    const { value } = layers.places[place];
    if (value.sameAs === null || model.judgements.scale[place] !== "s") return;
    const found = settled(value, place).value;
    if (!(found.low < 1) || judgedBehind(model, layers, [place], judged) === null) return;
    const message = `the strength \`${address}\` would be \`${found.text}\`, which works backwards`;
    throw new ProblemError("strength-below-one", message, `give \`${address}\` a number of its own`);
  });
}

function checkRow(model, layers, judged, settled, row) {
  const behind = judgedBehind(model, layers, row, judged);
  const trouble = behind === null ? "" : troubleWith(layers, settled, row);
  if (trouble === "") return;
  const at = [...numbersOf(model).rowAt].find(([, places]) => places[0] === row[0]);
  let message = `${trouble} in \`${at?.[0] ?? model.judgements.owner[row[0]]}\``;
  if (!row.includes(behind)) message += `, which follows \`${model.addresses[behind]}\``;
  throw new ProblemError("shares-sum", message, "shares sum to 100%; one of them may be `rest`");
}

/**
 * Return the first place among those judged that the numbers in some places come from; null if none is.
 */
function judgedBehind(model, layers, places, judged) {
  const { index, rowOf } = numbersOf(model);
  const ahead = new Set(places);
  for (const place of ahead) {
    // which grows on the way
    if (judged.has(place)) return place;
    for (const value of [layers.places[place].value, layers.mapping[place]]) {
      if (value?.rest) for (const share of rowOf[place]) ahead.add(share);
      else if (value && value.sameAs !== null) ahead.add(index.get(value.sameAs));
    }
  }
  return null;
}

const ROUNDING_OF_SUMS = 1e-9;
const [EXACTLY, ROUGHLY] = [0.001, 0.05];

/** Return what is wrong with the central shares of a row; empty if nothing is. */
function troubleWith(layers, settled, row) {
  const single = row.filter((share) => layers.places[share].single);
  const others = row.filter((share) => !layers.places[share].single);
  const mapped = new Map(row.map((share) => [share, settled(layers.mapping[share], share).value]));
  const counted = single.length > 0 ? single : row;
  const numbers = counted.map((share) => settled(layers.places[share].value, share).value);
  const kind = single.length > 0 ? "single shares" : "shares";
  const rest = others.find((share) => layers.mapping[share].rest);
  const total = sumOf(numbers);
  if (rest === undefined && (single.length === 0 || others.length === 0)) {
    return Math.abs(total - 1) > toleranceOf(numbers) ? `the ${kind} sum to ${shareText(total)}` : "";
  }
  if (single.length > 0 && leaveNothing(numbers)) {
    return `the single shares sum to ${shareText(total)}, which leaves nothing for the others`;
  }
  const beside = row.filter((share) => share !== rest).map((share) => mapped.get(share));
  if (rest !== undefined && leaveNothing(beside)) {
    return `the other shares sum to ${shareText(sumOf(beside))}, which leaves nothing for \`rest\``;
  }
  const areIdle = others.every((share) => middleOf(mapped.get(share)) === 0);
  return areIdle ? "the shares left out are all 0%, so they cannot fill what the single ones leave" : "";
}

function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + middleOf(number), 0);
}

function toleranceOf(numbers) {
  return (numbers.every((number) => number.point) ? EXACTLY : ROUGHLY) + ROUNDING_OF_SUMS;
}

function leaveNothing(numbers) {
  return leftBy(numbers) <= (numbers.every((number) => number.point) ? 0 : ROUNDING_OF_SUMS);
}

function shareText(share) {
  return `${general(100 * share, 4)}%`;
}
