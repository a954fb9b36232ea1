// What the open session says of one address: its number now, whose it is, and what it was at the start.

import { numbersOf, OWN } from "../language/worldviews.js";

/** The place of an address among the judgements of a model; undefined where there is no such address. */
export function indexOf(model, address) {
  return numbersOf(model).index.get(address);
}

/**
 * The number at an address, in the session's state or in another `setting`. A link is followed: `text`
 * names it, `mu` and `sd` are those of the number that it leads to.
 * @returns {{text: string, scale: "p"|"r"|"s", role: string, mu: number, sd: number, certain: 0|1|null,
 *   rest: boolean, origin: string, fitted: string}}
 */
export function numberAt(session, address, setting = session.setting) {
  const { model } = session;
  const j = indexOf(model, address);
  const { text, certain } = setting.values[j];
  const isLink = setting.column[j] !== j && text !== "rest";
  return {
    text: isLink ? `same as ${model.addresses[setting.column[j]]}` : text,
    scale: model.judgements.scale[j],
    role: model.judgements.role[j],
    mu: setting.mu[j],
    sd: setting.sd[j],
    certain,
    rest: text === "rest",
    origin: setting.origin[j],
    fitted: setting.fitted[j] ?? "",
  };
}

/** The entry that an address belongs to. */
export function ownerOf(model, address) {
  const j = indexOf(model, address);
  return j === undefined ? address.split(".")[0] : model.judgements.owner[j];
}

/** Whether the number at an address was changed in this page. */
export function isChanged(session, address) {
  return session.setting.origin[indexOf(session.model, address)] === OWN;
}

/** Whether an argument has no force now: somebody rejects it, or nobody here brings it. */
export function isRejected(session, argument) {
  return session.setting.rejected[indexOf(session.model, argument)] === true;
}
