// What people read of an entry that is brought: what it rests on, and what each of its numbers says. What
// present/report/words.py says of entries of the map.

import { conditionText, conditionWords } from "../language/conditions.js";
import { under } from "../language/names.js";

const DOES = { for: "speaks for", against: "speaks against", undercuts: "undercuts" };

/**
 * Words for an entry of the model, by what the engine is told of it.
 * @param {object} entry @param {object} added of the model's `added` @param {string[]} addresses of the
 *   model @param {Set<string>} defaults addresses whose numbers nobody wrote
 * @param {Map<string, Record<string, string>>} texts of states, by question
 * @returns {{basis: string[], numbers: Map<string, string>, parts: {address: string, words: string}[]}}
 */
export function wordsOf(entry, added, addresses, defaults, texts) {
  const at = (number) => addresses[number];
  if (entry.type === "argument") return { ...argumentWords(entry, at, texts), parts: [] };
  if (entry.type === "question") return { ...shareWords(entry, added, at, texts), parts: [] };
  return { parts: [], ...CLAIM_WORDS[added.basis](entry, added, at, defaults, texts) };
}

function argumentWords({ direction, targets, premises, credence, weight }, at, texts) {
  const attacked = targets.map((target) => targetText(target, texts)).join(", ");
  const basis = [`It ${DOES[direction]} ${attacked}.`];
  if (premises.length > 0) {
    const them = premises.length === 1 ? "this holds" : "these hold";
    basis.push(`It counts when ${them}:`, ...premises.map((one) => conditionWords(one, texts)));
  }
  const once = premises.length > 0 ? ", once its premises do" : "";
  const holds = `how likely it is to hold${once}`;
  const force = direction === "undercuts" ? "how much of it the undercut takes away" : "how strong it is";
  return { basis, numbers: new Map([[at(credence), holds], [at(weight), force]]) };
}

function targetText({ id, part, states }, texts) {
  const isTold = states.some((state) => under(texts.get(id), state) !== undefined);
  if (isTold) return conditionWords({ question: id, states }, texts);
  if (states.length > 0) return conditionText({ question: id, states });
  return part === "" ? id : `${id}.${part}`;
}

function credenceWords(_, { credence }, at) {
  return {
    basis: ["It rests on a number of its own."],
    numbers: new Map([[at(credence), "how likely it is"]]),
  };
}

function definitionWords({ definition }, _, at, defaults, texts) {
  const { rule, parts, count, if_met: ifMet, otherwise } = definition;
  const what = ruleWords(rule, count);
  const isPlain = defaults.has(at(ifMet)) && defaults.has(at(otherwise));
  const first = isPlain ? `It is true when ${what}` : `Its number depends on whether ${what}`;
  return {
    basis: [`${first}:`, ...parts.map((one) => conditionWords(one, texts))],
    numbers: new Map([
      [at(ifMet), "how likely it is when they hold"],
      [at(otherwise), "how likely it is when they do not"],
    ]),
  };
}

function ruleWords(rule, count) {
  const whole = { all_of: "all of these hold", any_of: "any of these holds" };
  return whole[rule] ?? `at least ${count} of these hold`;
}

function tableWords(_, { rows }, at, defaults, texts) {
  return {
    basis: ["Its number depends on the case. The first that holds counts:", ...rows.map((row) => caseWords(row, texts))],
    numbers: new Map(rows.map((row) => [at(row.credence), `how likely it is${caseEnd(row, rows, texts)}`])),
  };
}

function shareWords({ id, states }, { rows }, at, texts) {
  const isPlain = rows.length === 1 && rows[0].when === null;
  const shown = states.map((state) => under(texts.get(id), state) ?? state);
  const cases = ["Its shares depend on the case. The first that holds counts:", ...rows.map((row) => caseWords(row, texts))];
  const numbers = rows.flatMap((row) =>
    row.shares.map((share, k) => [at(share), `share of ${shown[k]}${caseEnd(row, rows, texts)}`]),
  );
  return { basis: isPlain ? ["It rests on shares of its own."] : cases, numbers: new Map(numbers) };
}

function caseWords({ when }, texts) {
  return when === null ? "otherwise" : `when ${conditionWords(when, texts)}`;
}

function caseEnd({ when }, rows, texts) {
  if (when !== null) return ` when ${conditionWords(when, texts)}`;
  return rows.some((row) => row.when !== null) ? " otherwise" : "";
}

function routesWords(entry, { routes, leak, when }, at, defaults, texts) {
  const lines = routes.map((route) => routeWords(route, entry.id, texts));
  return {
    basis: [
      "Any of these can bring it about, each by itself:",
      ...lines.map(({ line }) => line),
      ...(defaults.has(at(leak)) ? [] : ["something else"]),
      ...(when === null ? [] : [`All that only when ${conditionWords(when, texts)}.`]),
    ],
    numbers: new Map([
      ...lines.map(({ number }, k) => [at(routes[k].chance), number]),
      [at(leak), "chance that something else brings it about"],
    ]),
    parts: lines.flatMap(({ part }) => part),
  };
}

const CLAIM_WORDS = {
  credence: credenceWords,
  definition: definitionWords,
  table: tableWords,
  routes: routesWords,
};

/**
 * Words for one cause of a claim: its line, its number's, and its part's where it has an id.
 * @param {{address: string, when: object | null}} route @param {string} claim
 * @param {Map<string, Record<string, string>>} texts of states, by question @param {string} [bringer]
 */
export function routeWords({ address, when }, claim, texts, bringer) {
  const id = address.startsWith(`${claim}.`) ? address.slice(claim.length + 1) : null;
  const end = when === null ? "" : `, when ${conditionWords(when, texts)}`;
  const by = bringer === undefined ? "" : ` (brought by ${bringer})`;
  const inCase = when === null ? "" : ` when ${conditionWords(when, texts)}`;
  return {
    line: `${id ?? "a cause"}${by}${end}`,
    number: `chance that ${id ?? "this cause"} brings it about${inCase}`,
    part: id === null ? [] : [{ address, words: `by ${id}${end}` }],
  };
}
