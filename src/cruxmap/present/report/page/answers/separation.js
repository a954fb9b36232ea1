// Which entries can tell something about the target, read off the graph and not off numbers, as in
// insight/separation.py.
//
// The graph has a node per claim, question, event and argument, one per judgement that is open, and one
// per condition that is given or asked about. Nodes are variables of the network; judgement j is node
// `-1 - j`.

/** @typedef {{parents: Map<number, Set<number>>, children: Map<number, Set<number>>}} Graph */

/**
 * The graph with the network's helper variables folded into the entries they serve. Those in `kept`
 * stay. `column` has for each judgement the one whose node stands for it, -1 where it is not open.
 * @param {{parents: number[][], judgements: number[][]}} rests what each variable rests on (see
 *   `restsOn`)
 * @param {Set<number>} kept @param {ArrayLike<number>} column @returns {Graph}
 */
export function graphOf(rests, kept, column) {
  const sources = new Map();
  for (const variable of inOrder(rests.parents)) {
    const own = new Set();
    for (const judgement of rests.judgements[variable]) {
      if (column[judgement] >= 0) own.add(-1 - column[judgement]);
    }
    for (const parent of rests.parents[variable]) {
      if (kept.has(parent)) own.add(parent);
      else for (const node of sources.get(parent)) own.add(node);
    }
    sources.set(variable, own);
  }
  const parents = new Map([...kept].map((variable) => [variable, sources.get(variable)]));
  return { parents, children: turnedRound(parents) };
}

/** Variables so that each comes after its parents. */
function inOrder(parents) {
  const done = new Uint8Array(parents.length); // 1: waiting for its parents, 2: listed
  const order = [];
  for (let root = 0; root < parents.length; root++) {
    const waiting = [root];
    while (waiting.length) {
      const variable = waiting[waiting.length - 1];
      if (done[variable] === 0) {
        done[variable] = 1;
        for (const parent of parents[variable]) if (done[parent] === 0) waiting.push(parent);
      } else {
        waiting.pop();
        if (done[variable] === 1) order.push(variable);
        done[variable] = 2;
      }
    }
  }
  return order;
}

/**
 * The graph without some links, written `parent,child`, and without those of `nodes`, which are certain.
 * @param {Graph} graph @param {Set<number>} nodes @param {Set<string>} [links] @returns {Graph}
 */
export function without(graph, nodes, links = new Set()) {
  if (!nodes.size) return graph;
  const parents = new Map();
  for (const [node, above] of graph.parents) {
    const stays = (other) => !nodes.has(node) && !nodes.has(other) && !links.has(`${other},${node}`);
    parents.set(node, new Set([...above].filter(stays)));
  }
  return { parents, children: turnedRound(parents) };
}

function turnedRound(parents) {
  const children = new Map();
  for (const [node, above] of parents) {
    for (const parent of above) {
      if (!children.has(parent)) children.set(parent, new Set());
      children.get(parent).add(node);
    }
  }
  return children;
}

const NONE = new Set();

/**
 * The nodes that are not d-separated from `start` given the settled ones (Koller and Friedman, 3.1).
 * @param {Graph} graph @param {number} start @param {Set<number>} settled @returns {Set<number>}
 */
export function connected(graph, start, settled) {
  const opened = ancestors(graph, settled);
  const seen = { true: new Set(), false: new Set() };
  const waiting = [[start, true]];
  const enter = (nodes, fromChild) => {
    for (const node of nodes ?? NONE) waiting.push([node, fromChild]);
  };
  while (waiting.length) {
    const [node, fromChild] = waiting.pop();
    if (seen[fromChild].has(node)) continue;
    seen[fromChild].add(node);
    const blocked = settled.has(node);
    if (!blocked) enter(graph.children.get(node), false);
    if (fromChild ? !blocked : opened.has(node)) enter(graph.parents.get(node), true);
  }
  return new Set([...seen.true, ...seen.false].filter((node) => !settled.has(node)));
}

/**
 * @param {Graph} graph @param {Iterable<number>} nodes @returns {Set<number>} them and all above them
 */
export function ancestors(graph, nodes) {
  return closure(graph.parents, nodes);
}

/**
 * @param {Graph} graph @param {Iterable<number>} nodes @returns {Set<number>} them and all below them
 */
export function descendants(graph, nodes) {
  return closure(graph.children, nodes);
}

function closure(step, nodes) {
  const found = new Set();
  const waiting = [...nodes];
  while (waiting.length) {
    const node = waiting.pop();
    if (found.has(node)) continue;
    found.add(node);
    for (const next of step.get(node) ?? NONE) waiting.push(next);
  }
  return found;
}
