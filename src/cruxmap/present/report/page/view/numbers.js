// What the open session says of one address: its number now, whose it is, and what it was at the start.

const CERTAIN = 30; // log-odds beyond which a judgement is 0% or 100%

const indexes = new WeakMap();

/** The place of an address among the judgements of a model. */
export function indexOf(model, address) {
  let index = indexes.get(model);
  if (index === undefined) {
    index = new Map(model.addresses.map((name, i) => [name, i]));
    indexes.set(model, index);
  }
  return index.get(address);
}

/**
 * The number at an address, in the session's state or in another `setting`.
 * @returns {{text: string, scale: "p"|"r"|"s", role: string, mu: number, sd: number, certain: 0|1|null,
 *   origin: string, fitted: string|null}}
 */
export function numberAt(session, address, setting = session.setting) {
  const { model } = session;
  const j = indexOf(model, address);
  const scale = model.judgements.scale[j];
  const mu = setting.mu[j];
  const certain = scale === "p" && Math.abs(mu) > CERTAIN ? Number(mu > 0) : null;
  const fitted = setting.fitted?.[j] ?? null;
  const origin = setting.origin[j];
  const role = model.judgements.role[j];
  return { text: setting.values[j], scale, role, mu, sd: setting.sd[j], certain, origin, fitted };
}

/** The entry that an address belongs to. */
export function ownerOf(model, address) {
  return model.judgements.owner[indexOf(model, address)];
}

/** Whether the number at an address was changed in this page. */
export function isChanged(session, address) {
  return session.changes.some((change) => change.kind === "set" && change.address === address);
}

/** Whether an argument has no force now because somebody rejects it, or because nobody here brings it. */
export function isRejected(session, argument) {
  return isIn(session.setting.rejected, argument);
}

function isIn(found, name) {
  if (found === undefined || found === null) {
    return false;
  }
  if (typeof found.has === "function") {
    return found.has(name);
  }
  return Array.isArray(found) ? found.includes(name) : Object.hasOwn(found, name);
}
