// Who is near whom: average linkage of a table of distances, and an order in which neighbours are near. As
// scipy has both, so that the page puts worldviews in the order of insight/pairs.py.

const FAR = 2 ** 30;

/**
 * Two clusters that become one, at some distance. Leaves are numbered by their place in the order, merges
 * from `first`.
 * @typedef {{left: number, right: number, distance: number}} Merge
 */

/**
 * An order of the leaves in which neighbours are near, and the merges, nearest first.
 * @param {number[][]} apart distances, the same both ways
 * @param {number} first the number of the first merge
 * @returns {{order: number[], merges: Merge[]}}
 */
export function clustered(apart, first) {
  const n = apart.length;
  if (n < 2) return { order: [...apart.keys()], merges: [] };
  const joined = linkage(apart);
  const tree = turned(joined, mustTurn(joined, apart));
  const order = leavesOf(tree, n);
  const place = new Map(order.map((leaf, position) => [leaf, position]));
  const renumbered = (node) => (node < n ? place.get(node) : first + node - n);
  const merges = tree.map(({ left, right, distance }) => ({
    left: renumbered(left),
    right: renumbered(right),
    distance,
  }));
  return { order, merges };
}

// --- average linkage ----------------------------------------------------------------------------------

/** The merges, nearest first: leaves are numbered first, then merges. By chains of nearest neighbours. */
function linkage(apart) {
  const n = apart.length;
  const between = apart.map((row) => [...row]);
  const size = new Array(n).fill(1);
  const found = [];
  const chain = [];
  while (found.length < n - 1) {
    if (chain.length === 0) chain.push(size.findIndex((count) => count > 0));
    const [one, other] = nearestPair(between, size, chain);
    const [gone, kept] = one < other ? [one, other] : [other, one];
    const distance = between[gone][kept];
    found.push({ one: gone, other: kept, distance });
    joinInto(between, size, gone, kept);
  }
  return labelled(found, n);
}

/** Two that are nearest to each other, at the end of a chain, which is left without them. */
function nearestPair(between, size, chain) {
  for (;;) {
    const last = chain.at(-1);
    const before = chain.length > 1 ? chain.at(-2) : -1;
    let nearest = before;
    let least = before < 0 ? Infinity : between[last][before];
    size.forEach((count, i) => {
      if (count === 0 || i === last || !(between[last][i] < least)) return;
      least = between[last][i];
      nearest = i;
    });
    if (nearest === before && before >= 0) {
      chain.length -= 2;
      return [last, before];
    }
    chain.push(nearest);
  }
}

/** Put one cluster into another: its distance from others is the mean over both their leaves. */
function joinInto(between, size, gone, kept) {
  const [a, b] = [size[gone], size[kept]];
  size[gone] = 0;
  size[kept] = a + b;
  size.forEach((count, i) => {
    if (count === 0 || i === kept) return;
    const distance = (a * between[gone][i] + b * between[kept][i]) / (a + b);
    between[i][kept] = distance;
    between[kept][i] = distance;
  });
}

/** Merges by increasing distance, with the clusters that they put together by number, lesser first. */
function labelled(found, n) {
  const parent = Array.from({ length: 2 * n - 1 }, (_, node) => node);
  const rootOf = (node) => {
    let at = node;
    while (parent[at] !== at) at = parent[at];
    return at;
  };
  const sorted = [...found].sort((a, b) => a.distance - b.distance);
  return sorted.map(({ one, other, distance }, k) => {
    const roots = [rootOf(one), rootOf(other)].sort((a, b) => a - b);
    for (const root of roots) parent[root] = n + k;
    return { left: roots[0], right: roots[1], distance };
  });
}

// --- the order ----------------------------------------------------------------------------------------

/** The leaves of a tree from left to right. */
function leavesOf(tree, n) {
  const order = [];
  const waiting = [n + tree.length - 1];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (node < n) order.push(node);
    else waiting.push(tree[node - n].right, tree[node - n].left);
  }
  return order;
}

/**
 * Which merges are to be turned so that neighbours are near (Bar-Joseph, Gifford and Jaakkola 2001): each
 * merge chooses the two ends of its leaves for which the way from one to the other is shortest, and so
 * whether its two parts are turned. With single precision, as scipy has it.
 */
function mustTurn(tree, apart) {
  const n = apart.length;
  const order = leavesOf(tree, n);
  const between = (i, j) => apart[order[i]][order[j]];
  const parts = rangesOf(tree, order);
  const shortest = order.map(() => new Float32Array(n)); // the way between two ends of a cluster
  const isTurned = new Array(tree.length).fill(false);
  tree.forEach(({ left, right }) => {
    const [ofLeft, ofRight] = [left, right].map((node) => sidesOf(tree, parts, node, n));
    let [least, best] = [FAR, null];
    for (const u of placesIn(parts[left])) {
      for (const w of placesIn(parts[right])) {
        const [m, k] = [ofLeft.innerOf(u), ofRight.innerOf(w)];
        const way = shortestWay(shortest, between, u, w, m, k);
        shortest[u][w] = way;
        shortest[w][u] = way;
        if (way < least) [least, best] = [way, [u, w]];
      }
    }
    if (left >= n) isTurned[left - n] = ofLeft.isSecond(best[0]);
    if (right >= n) isTurned[right - n] = !ofRight.isSecond(best[1]);
  });
  return isTurned;
}

/** Where each cluster's leaves stand in the order: from a place up to another, which is not among them. */
function rangesOf(tree, order) {
  const ranges = [];
  order.forEach((leaf, place) => {
    ranges[leaf] = [place, place + 1];
  });
  tree.forEach(({ left, right }, k) => {
    ranges[order.length + k] = [ranges[left][0], ranges[right][1]];
  });
  return ranges;
}

function placesIn([start, stop]) {
  return Array.from({ length: stop - start }, (_, k) => start + k);
}

/**
 * For a leaf at one end of a cluster: whether it is in the second half, and which can be the other end.
 */
function sidesOf(tree, ranges, node, n) {
  if (node < n) return { innerOf: () => placesIn(ranges[node]), isSecond: () => false };
  const { left, right } = tree[node - n];
  const isSecond = (place) => place >= ranges[right][0];
  return { innerOf: (place) => placesIn(ranges[isSecond(place) ? left : right]), isSecond };
}

/** The length of the way from u by some m, and then by some k, to w. */
function shortestWay(shortest, between, u, w, inner, others) {
  let least = FAR;
  for (const m of inner) {
    for (const k of others) {
      const ends = Math.fround(shortest[u][m] + shortest[w][k]);
      least = Math.min(least, Math.fround(ends + between(m, k)));
    }
  }
  return least;
}

/** A tree with some merges turned, and with each of them all that is in it. */
function turned(tree, isTurned) {
  const n = tree.length + 1;
  const isOdd = new Array(tree.length).fill(false);
  const turn = (node, above) => {
    if (node < n) return;
    const here = above !== isTurned[node - n];
    isOdd[node - n] = here;
    turn(tree[node - n].left, here);
    turn(tree[node - n].right, here);
  };
  turn(2 * n - 2, false);
  return tree.map((merge, k) => (isOdd[k] ? { ...merge, left: merge.right, right: merge.left } : merge));
}
