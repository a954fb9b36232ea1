// The changes of an open session, one more worldview on top of the one that was started from: what it sets,
// rejects and accepts. Every function returns new changes, or throws a ProblemError for what cannot be read.

import { parseJudgement, parseShare } from "../language/notation.js";
import { didYouMean, ProblemError } from "../language/problems.js";
import { layersOf, UNCHANGED } from "../language/worldviews.js";

/**
 * Set a number, or all shares of a row by a list; `null` takes it back.
 * @param {object} model @param {string} start the worldview that was started from @param {object} own
 * @param {string} address @param {string | string[] | null} text @returns {object}
 */
export function ownWith(model, start, own, address, text) {
  const row = model.rows_at[address];
  const at = new Set([address]);
  if (row && Array.isArray(text)) for (const share of row) at.add(model.addresses[share]);
  const judgements = own.judgements.filter((judgement) => !at.has(judgement.at));
  if (text !== null) judgements.push(Array.isArray(text) ? wholeRow(model, address, text) : single(model, address, text));
  return tidied({ ...own, judgements });
}

function single(model, address, text) {
  const j = model.addresses.indexOf(address);
  if (j < 0) {
    const hint = didYouMean(address, model.addresses);
    throw new ProblemError("unknown-address", `there is no number at \`${address}\``, hint);
  }
  const isShare = model.share_rows.some((row) => row.includes(j));
  if (isShare) parseShare(text, model.lexicon);
  else parseJudgement(text, model.judgements.scale[j], model.lexicon, model.judgements.role[j]);
  return { at: address, value: text };
}

function wholeRow(model, address, texts) {
  const row = model.rows_at[address];
  if (!row || row.length !== texts.length) {
    const message = `\`${address}\` takes ${row ? `${row.length} shares` : "one number"}, not ${texts.length}`;
    throw new ProblemError("bad-shares", message);
  }
  for (const text of texts) parseShare(text, model.lexicon);
  return { at: address, shares: [...texts] };
}

/**
 * Reject an argument, or accept one that the start rejects or only others bring; `null` takes that back.
 * @param {object} model @param {string} start @param {object} own @param {string} name
 * @param {boolean | null} rejected @returns {object}
 */
export function rejectingWith(model, start, own, name, rejected) {
  const names = model.entries.filter((entry) => entry.type === "argument").map((entry) => entry.id);
  if (!names.includes(name) && !(name in model.brought)) {
    throw new ProblemError("unknown-argument", `there is no argument \`${name}\``, didYouMean(name, names));
  }
  const isRejected = layersOf(model, start).rejected.has(name);
  const rejects = own.rejects.filter((other) => other !== name);
  const accepts = own.accepts.filter((other) => other !== name);
  if (rejected === true && !isRejected) rejects.push(name);
  if (rejected === false && isRejected) accepts.push(name);
  return tidied({ ...own, rejects, accepts });
}

function tidied(own) {
  return own.judgements.length + own.rejects.length + own.accepts.length ? own : UNCHANGED;
}
