/** Circles in what rests on what: a shortest one through the first entry of each, as `checks.py` finds it. */

/**
 * Return a shortest circle through the first node of every part that hangs together, closed at its end.
 * @param {Map<string, Iterable<string>>} restsOn @returns {string[][]}
 */
export function circlesIn(restsOn) {
  const order = new Map([...restsOn.keys()].map((node, place) => [node, place]));
  const next = new Map();
  const before = new Map([...order.keys()].map((node) => [node, []]));
  for (const [node, others] of restsOn) {
    next.set(node, [...new Set(others)].filter((other) => order.has(other)));
    for (const other of next.get(node)) before.get(other).push(node);
  }
  const found = [];
  for (const part of partsOf(next, before)) {
    const first = part.reduce((a, b) => (order.get(a) <= order.get(b) ? a : b));
    if (part.length === 1 && !next.get(first).includes(first)) continue;
    const inside = new Set(part);
    const within = (links) => (node) => links.get(node).filter((other) => inside.has(other));
    const circle = circleThrough(first, within(next), within(before), order);
    found.push({ place: order.get(first), circle });
  }
  return found.sort((a, b) => a.place - b.place).map(({ circle }) => circle);
}

/** The strongly connected parts of a graph, by two searches (Kosaraju). */
function partsOf(next, before) {
  const finished = [];
  const seen = new Set();
  for (const node of next.keys()) search(node, next, seen, (done) => finished.push(done));
  const parts = [];
  const taken = new Set();
  for (const node of finished.reverse()) {
    const part = [];
    search(node, before, taken, (done) => part.push(done));
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

/** Search depth first from a node, and tell of each new one when all behind it are done. */
function search(start, links, seen, done) {
  const way = seen.has(start) ? [] : [{ node: start, at: 0 }];
  seen.add(start);
  while (way.length > 0) {
    const step = way.at(-1);
    const other = links.get(step.node)[step.at];
    step.at += 1;
    if (other === undefined) done(way.pop().node);
    else if (!seen.has(other)) way.push({ node: other, at: 0 });
    seen.add(other);
  }
}

function circleThrough(first, next, before, order) {
  const steps = new Map([[first, 0]]);
  const ahead = [first];
  for (const node of ahead) {
    for (const other of before(node)) {
      if (steps.has(other)) continue;
      steps.set(other, steps.get(node) + 1);
      ahead.push(other);
    }
  }
  const nearer = (a, b) => steps.get(a) - steps.get(b) || order.get(a) - order.get(b);
  const nearest = [...next(first)].sort(nearer)[0];
  return [first, ...shortestWay(nearest, first, next, before)];
}

/** A shortest way from a node to another, searched from both ends, as networkx does. */
function shortestWay(from, to, next, before) {
  const [back, on] = [new Map([[from, null]]), new Map([[to, null]])];
  if (from === to) return [from];
  let [forward, backward] = [[from], [to]];
  while (forward.length > 0 && backward.length > 0) {
    const isForward = forward.length <= backward.length;
    const [level, links, mine, others] = isForward
      ? [forward, next, back, on]
      : [backward, before, on, back];
    const reached = [];
    for (const node of level) {
      for (const other of links(node)) {
        if (!mine.has(other)) {
          mine.set(other, node);
          reached.push(other);
        }
        if (others.has(other)) return [...wayTo(other, back).reverse(), ...wayTo(other, on).slice(1)];
      }
    }
    if (isForward) forward = reached;
    else backward = reached;
  }
  return [from];
}

function wayTo(node, links) {
  const way = [];
  for (let at = node; at !== null; at = links.get(at)) way.push(at);
  return way;
}
