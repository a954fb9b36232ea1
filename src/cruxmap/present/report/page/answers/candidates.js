// What could be learned: claims, states, phases, causes and arguments, and where they stand to the
// target, as in insight/candidates.py. Some are the target in other words.

import { variablesOf } from "../engine/holding.js";
import { ancestors, connected, descendants, graphOf, without } from "./separation.js";

/**
 * Something whose truth could be learned: a variable and the state that counts as true, `null` for a
 * question as a whole.
 * @typedef {{id: string, variable: number, state: number | null, kind: string}} Candidate
 */

/**
 * What is given, as the graph sees it: conditions, evidence for them, and nodes of conditions that a
 * variable alone does not tell.
 * @typedef {{conditions: object[], evidence: Test[]}} Given
 */

/**
 * Everything that a ranking may list: all but the target, and what is assumed or observed.
 * @param {object} structure @param {object[]} conditions those that are given @returns {Candidate[]}
 */
export function candidatesOf(structure, conditions, evidence) {
  const { places, entry } = structure;
  const target = structure.model.targets[0].condition;
  const known = new Set(conditions.flatMap(fixedBy));
  const asked = new Set(fixedBy(target));
  const entries = [...entry.values()];
  const found = [];
  const ofType = (type) => entries.filter((one) => one.type === type);
  for (const claim of ofType("claim")) {
    if (!known.has(claim.id) && !asked.has(claim.id)) found.push(whole(claim, 1));
  }
  const settled = settledNodes(structure, conditions, evidence).nodes;
  for (const part of entries.flatMap((one) => one.parts ?? [])) {
    const variable = places[part.address];
    if (!settled.has(variable)) found.push({ id: part.address, variable, state: 1, kind: part.kind });
  }
  for (const question of ofType("question")) {
    if (known.has(question.id)) continue;
    if (!asked.has(question.id)) found.push(whole(question, null));
    question.states.forEach((state, number) => {
      if (!isState(target, question.id, state)) {
        found.push({ ...whole(question, number), id: `${question.id}.${state}` });
      }
    });
  }
  for (const argument of ofType("argument")) found.push(whole(argument, 1));
  return found;
}

function whole(entry, state) {
  return { id: entry.id, variable: entry.variable, state, kind: entry.kind };
}

function isState(condition, question, state) {
  return condition.question === question && condition.states.length === 1 && condition.states[0] === state;
}

/** The entries whose value a condition fixes when it holds. */
function fixedBy(condition) {
  if (condition.claim !== undefined) return [condition.claim];
  if (condition.question !== undefined && condition.states.length === 1) return [condition.question];
  return condition.all_of ? condition.all_of.flatMap(fixedBy) : [];
}

/**
 * The ids that a condition is about, each once.
 * @param {object} condition @returns {Set<string>}
 */
export function mentionedIn(condition) {
  const found = new Set();
  const waiting = [condition];
  while (waiting.length) {
    const one = waiting.pop();
    for (const name of [one.claim, one.question, one.event, one.before, one.of]) {
      if (typeof name === "string") found.add(name);
    }
    if (one.not) waiting.push(one.not);
    waiting.push(...(one.all_of ?? []), ...(one.any_of ?? []), ...(one.at_least?.of ?? []));
  }
  return found;
}

/**
 * The nodes whose value is known, and the parents of those that are no variable of the network: that a
 * variable is in one of several states, or that a condition on several variables holds.
 * @param {object} structure @param {object[]} conditions @param {Test[]} evidence
 * @returns {{nodes: Set<number>, parents: Map<number, Set<number>>}}
 */
export function settledNodes(structure, conditions, evidence) {
  const nodes = new Set(conditions.flatMap(fixedBy).map((name) => structure.places[name]));
  const parents = new Map();
  evidence.forEach((test, number) => {
    const [variable, states] = Array.isArray(test) ? test : [null, []];
    if (states.length === 1) nodes.add(variable);
    else if (variable === null || states.length < structure.states[variable]) {
      const node = structure.states.length + number;
      nodes.add(node);
      parents.set(node, variablesOf(test));
    }
  });
  return { nodes, parents };
}

/**
 * What is connected to the target in a setting, and what only follows from it, as sets of nodes.
 * `idle` are entries and causes without force: those that are rejected, or that only others bring.
 * @param {object} structure
 * @param {{conditions: object[], evidence: Test[], column: ArrayLike<number>, idle:
 *   Set<string>}} of
 * @returns {{connected: Set<number>, downstream: Set<number>, graph: object}}
 */
export function positionOf(structure, { conditions, evidence, column, idle }) {
  const { model, places } = structure;
  const target = model.targets[0];
  const settled = settledNodes(structure, conditions, evidence);
  const kept = new Set([...Object.values(places), ...model.targets.map((one) => one.variable)]);
  for (const node of settled.nodes) if (node < structure.states.length) kept.add(node);
  const all = withConditions(graphOf(structure.rests, kept, column), settled.parents);
  const gone = new Set([...idle].filter((name) => name in places).map((name) => places[name]));
  const graph = without(all, gone, linksOfCauses(structure, all, idle));
  const about = [target.variable, ...[...mentionedIn(target.condition)].map((name) => places[name])];
  const above = ancestors(graph, about);
  const downstream = new Set([...descendants(graph, about)].filter((node) => !above.has(node)));
  return { connected: connected(graph, target.variable, settled.nodes), downstream, graph };
}

function withConditions(graph, parents) {
  for (const [node, variables] of parents) {
    graph.parents.set(node, variables);
    for (const variable of variables) {
      if (!graph.children.has(variable)) graph.children.set(variable, new Set());
      graph.children.get(variable).add(node);
    }
  }
  return graph;
}

/**
 * The links by which claims rest on what idle causes alone rest on. The graph may have them beside the
 * links by way of the causes.
 */
function linksOfCauses({ entry, places }, graph, idle) {
  const cut = new Set();
  for (const claim of entry.values()) {
    const gone = (claim.routes ?? []).filter((route) => idle.has(route.address));
    if (!gone.length) continue;
    const left = claim.routes.filter((route) => !idle.has(route.address));
    const names = [...(claim.when ?? []), ...left.flatMap((route) => route.when ?? [])];
    const kept = new Set(names.map((name) => places[name]));
    for (const route of left) {
      for (const node of graph.parents.get(places[route.address]) ?? []) kept.add(node);
    }
    for (const { address } of gone) {
      for (const parent of graph.parents.get(places[address]) ?? []) {
        if (!kept.has(parent)) cut.add(`${parent},${places[claim.id]}`);
      }
    }
  }
  return cut;
}
