// What was changed since a session's start: as a list, what is left when one change is taken back, and
// what that would do to the target.

import { changeText, withNumber, withRejection } from "../language/changes.js";
import { conditionText } from "../language/conditions.js";
import { entriesByUse } from "../language/own_entries.js";
import { textOfPlain } from "../language/plain_conditions.js";
import { nearestHint, ProblemError } from "../language/problems.js";
import { bringsAnything, layersOf, numbersOf, settle, UNCHANGED } from "../language/worldviews.js";
import { chanceFromLogit } from "./information.js";
import { remarkedIn, stepWithoutEntry } from "./own.js";

const GIVEN = ["assuming", "observed"];

/**
 * @typedef {import("./history.js").Step} Step
 *
 * @typedef {{kind: "set" | "stated" | "fitted" | "reject" | "given" | "bring" | "remark", address: string,
 *   text: string | null, before: string | null, effect: number | null, under?: string | null}} Change
 *   `address` is that of a number, a condition that is stated, an argument, an entry that is brought or spoken
 *   of, or `assuming` or `observed`; all that is fitted is one, with its number as `text`; `effect` is how
 *   the target's central probability changes if this change alone is taken back; what is brought is `under`
 *   the entry before it that rests on it
 */

/** What the model gives by itself, as a step has it. */
export function givenOf({ assumed, observed }) {
  return { assuming: assumed, observed };
}

/**
 * Texts of conditions from what somebody gives in place of what is assumed, or observed: a text or a list
 * of texts each, and nothing else. Throws ProblemError.
 * @param {unknown} conditions @returns {{assuming?: string[], observed?: string[]}}
 */
export function textsOfGiven(conditions) {
  if (conditions === null || typeof conditions !== "object" || Array.isArray(conditions)) {
    throw misfit("what is given", "`{assuming: [...], observed: [...]}`");
  }
  const texts = {};
  for (const [kind, some] of Object.entries(conditions)) {
    if (!GIVEN.includes(kind)) {
      throw new ProblemError("unknown-key", `unknown key \`${kind}\``, nearestHint(kind, GIVEN));
    }
    if (some === undefined) continue;
    texts[kind] = [some].flat();
    if (texts[kind].some((text) => typeof text !== "string")) {
      throw misfit(`\`${kind}\``, "a condition as text, or a list of such");
    }
  }
  return texts;
}

function misfit(what, wanted) {
  return new ProblemError("wrong-shape", `${what} must be ${wanted}`);
}

/** Every number of a step, as `settle` returns it. */
export function settledAt(model, { start, own }) {
  return settle(model, layersOf(model, start, own));
}

/** Changes of which none is left are no changes. */
export function tidied(own) {
  const isChanged = own.judgements.length + own.rejects.length + own.accepts.length > 0;
  const isAsked = (own.asked ?? null) !== null || (own.stated ?? []).length > 0;
  const isSaid = isAsked || bringsAnything(own) || Object.keys(own.remarks ?? {}).length > 0;
  return isChanged || isSaid ? own : UNCHANGED;
}

/**
 * What a step changes, without the effects.
 * @param {object} model @param {Step} step @returns {Change[]}
 */
export function changesOf(model, { start, own, given: conditionsNow }) {
  const before = { ...UNCHANGED, brings: own.brings };
  const layers = own.judgements.length > 0 ? layersOf(model, start, before) : null;
  const changed = (kind, address, text, before) => ({ kind, address, text, before, effect: null });
  const given = own.judgements.filter(({ fitted, elicited }) => !fitted && elicited !== false);
  const numbers = given.map((judgement) =>
    changed("set", judgement.at, changeText(model, judgement), textAt(model, layers, judgement.at)),
  );
  const rejected = own.rejects.map((name) => changed("reject", name, "rejected", "accepted"));
  const accepted = own.accepts.map((name) => changed("reject", name, "accepted", "rejected"));
  const conditions = GIVEN.flatMap((kind) => {
    const [now, before] = [conditionsNow, givenOf(model)].map((all) => all[kind].map(conditionText));
    const added = now.filter((text) => !before.includes(text));
    const gone = before.filter((text) => !now.includes(text));
    return [
      ...added.map((text) => changed("given", kind, text, null)),
      ...gone.map((text) => changed("given", kind, null, text)),
    ];
  });
  const brought = entriesByUse(own.brings).map(({ id, text, under }) => ({
    ...changed("bring", id, text, null),
    under,
  }));
  const remarks = Object.entries(own.remarks).map(([id, text]) => changed("remark", id, text, null));
  const stated = (own.stated ?? []).map(({ of, credence }) =>
    changed("stated", textOfPlain(model, of), credence, null),
  );
  const count = own.judgements.length - given.length;
  const fitted = count > 0 ? [changed("fitted", "", String(count), null)] : [];
  const said = [...numbers, ...stated, ...rejected, ...accepted, ...fitted];
  return [...brought, ...said, ...conditions, ...remarks];
}

/** The number, or the shares, at an address in some layers, as a text. */
function textAt(model, layers, at) {
  const textOf = (place) => layers.places[place].value.text;
  const row = numbersOf(model).rowAt.get(at);
  if (row === undefined) return textOf(model.addresses.indexOf(at));
  return changeText(model, { at, shares: row.map(textOf) });
}

/**
 * The step that is left when one change is taken back.
 * @param {object} model @param {Step} step @param {Change} change @returns {Step}
 */
export function stepWithout(model, step, { kind, address, text, before }) {
  const { start, own, given } = step;
  if (kind === "bring") return stepWithoutEntry(step, address);
  if (kind === "remark") return { start, own: remarkedIn(model, own, address, null), given };
  if (kind === "stated" || kind === "fitted") {
    return { start, own: tidied(withoutSaid(model, own, kind, address)), given };
  }
  const take = { set: withNumber, reject: withRejection }[kind];
  if (take) return { start, own: tidied(take(model, start, own, address, null)), given };
  const now = given[address].filter((condition) => conditionText(condition) !== text);
  const back = givenOf(model)[address].filter((condition) => conditionText(condition) === before);
  return { start, own, given: { ...given, [address]: [...now, ...back] } };
}

/** Changes without what is stated of a condition, or without all that is fitted. */
function withoutSaid(model, own, kind, address) {
  if (kind === "fitted") return { ...own, judgements: own.judgements.filter(({ fitted }) => !fitted) };
  return { ...own, stated: own.stated.filter(({ of }) => textOfPlain(model, of) !== address) };
}

/**
 * Find the effects of changes, in their place; `null` where the target is undefined, or where a change
 * cannot be taken back alone.
 * @param {object} state that of the step @param {Step} step @param {Change[]} changes
 */
export function findEffects(state, step, changes) {
  const { structure, asking } = state;
  const [able, steps] = [[], []];
  for (const change of changes) {
    const without = attempt(() => stepIdle(structure.model, step, change));
    if (without === null) continue; // what others rest on cannot be taken back alone
    able.push(change);
    steps.push(without);
  }
  const columns = steps.flatMap((without) => {
    const entries = asking.entriesOf(settledAt(structure.model, without));
    return state.sidesOfTargetGiven(without.given).map((evidence) => ({ entries, evidence }));
  });
  const answers = asking.askEach(columns, false);
  able.forEach((change, number) => {
    const logOdds = answers[2 * number + 1].logZ - answers[2 * number].logZ;
    const effect = chanceFromLogit(logOdds).yes - state.chance.yes;
    change.effect = Number.isNaN(effect) ? null : effect;
  });
}

/** The step without a change, on the same model: what was brought is there, without force. */
function stepIdle(model, step, change) {
  if (change.kind === "remark" || change.kind === "stated") return null;
  const without = stepWithout(model, step, change);
  if (change.kind !== "bring") return without;
  const { own } = step;
  return { ...without, own: { ...own, rejects: [...own.rejects, change.address] } };
}

/** Do something; `null` where it is a problem. */
function attempt(work) {
  try {
    return work();
  } catch (problem) {
    if (problem instanceof ProblemError) return null;
    throw problem;
  }
}
