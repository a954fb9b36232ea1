/** One judgement in a worldview's file: from what is written at its address to the form of changes. */

import { checkedChanges } from "./changes.js";
import { isElicited, isLongForm } from "./file_shapes.js";
import { joined, nearestHint, ProblemError } from "./problems.js";
import { numbersOf } from "./worldviews.js";

/**
 * Return a judgement as the data have it, in a list. Throws ProblemError.
 * @param {object} model @param {string} at @param {string | Map<string, any>} node
 */
export function readJudgement(model, at, node) {
  const { index, rowAt } = numbersOf(model);
  const row = rowAt.get(at);
  if (row === undefined && index.has(at) && node instanceof Map && !isLongNumber(node)) {
    const role = model.judgements.role[index.get(at)];
    const message = `\`${at}\` is one number, not shares`;
    throw new ProblemError("wrong-kind", message, `a ${role}, as in \`${at}: 20%\``);
  }
  if (row !== undefined) checkSharesOf(model, at, node, row);
  const judgement = judgementOf(model, at, node);
  if (row === undefined && judgement.value === "rest" && isShare(model, at)) {
    const hint = `give \`${at.split(".")[0]}\` all its shares at once`;
    throw new ProblemError("misplaced-rest", "`rest` stands only beside all other shares", hint);
  }
  return checkedChanges(model, [judgement]);
}

function isShare(model, at) {
  return model.judgements.role[numbersOf(model).index.get(at)] === "share";
}

function isLongNumber(node) {
  return !(node.get("value") instanceof Map) && isLongForm(node);
}

/** Check that what stands for all shares gives one for each state. */
function checkSharesOf(model, at, node, row) {
  if (typeof node === "string") {
    const hint = `as in \`${at}: {a: 30%, b: rest}\`, or one share: \`${model.addresses[row[0]]}: 30%\``;
    throw new ProblemError("wrong-kind", `\`${at}\` stands for all shares of a question`, hint);
  }
  if (isLongNumber(node)) {
    const message = `\`${model.judgements.owner[row[0]]}\` needs a share for each state`;
    throw new ProblemError("wrong-shape", message, "as in `{a: 30%, b: rest}`");
  }
  const written = node.get("value") instanceof Map ? node.get("value") : node;
  const states = row.map((place) => model.addresses[place].slice(at.length + 1));
  const odd = [...written.keys()].find((state) => !states.includes(state));
  const owner = model.judgements.owner[row[0]];
  if (odd !== undefined) {
    const hint = nearestHint(odd, states) || `its states are ${joined(states)}`;
    throw new ProblemError("unknown-state", `\`${owner}\` has no state \`${odd}\``, hint);
  }
  if (new Set(givenIn([...written.values()], node)).size > 1) {
    const message = `somebody gave some of the shares of \`${at}\`, and nobody gave the others`;
    const hint = "shares that are given all at once are one answer: mark all of them with `elicited`, or none";
    throw new ProblemError("mixed-shares", message, hint);
  }
}

/**
 * Return a judgement in the form of changes, with what stands beside the number. All shares of a row are
 * in the order of their states, where the model has that row.
 * @param {object} model @param {string} at @param {string | Map<string, any>} node
 */
export function judgementOf(model, at, node) {
  if (typeof node === "string") return { at, value: node };
  const isLongShares = node.get("value") instanceof Map;
  if (!isLongShares && isLongForm(node)) return { at, value: node.get("value"), ...besideOf([node]) };
  const written = isLongShares ? node.get("value") : node;
  const row = numbersOf(model).rowAt.get(at);
  const states = row?.map((place) => model.addresses[place].slice(at.length + 1)) ?? [...written.keys()];
  const parts = states.map((state) => written.get(state));
  const longs = [...(isLongShares ? [node] : []), ...parts.filter((part) => part instanceof Map)];
  const shares = parts.map((part) => (part instanceof Map ? part.get("value") : part));
  const { elicited: _, ...beside } = besideOf(longs);
  return { at, shares, ...beside, ...(givenIn(parts, node).includes(true) ? {} : { elicited: false }) };
}

/** Of each share of a row that is no `rest`, whether somebody gave it. */
function givenIn(parts, node) {
  const whole = node.get("value") instanceof Map ? node : undefined;
  const valueOf = (part) => (part instanceof Map ? part.get("value") : part);
  return parts.filter((part) => valueOf(part) !== "rest").map((part) => isElicited(part, whole));
}

/** What stands beside numbers: all their sources, the first note, for what they were fitted, or that nobody gave them. */
function besideOf(nodes) {
  const source = nodes.flatMap((node) => [node.get("source") ?? []].flat());
  const first = (key) => nodes.map((node) => node.get(key)).find(Boolean);
  const beside = { note: first("note"), fitted: first("fitted") };
  const said = Object.entries(beside).filter(([, words]) => words !== undefined);
  const unasked = isElicited(...nodes) ? {} : { elicited: false };
  return { ...(source.length > 0 ? { source } : {}), ...Object.fromEntries(said), ...unasked };
}
