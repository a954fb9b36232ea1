import assert from "node:assert/strict";
import test from "node:test";

import {
  placeOf,
  rangeOf,
  ticksOf,
  TO_END,
  widened,
  withEnd,
  withMiddle,
} from "../../src/cruxmap/present/report/page/view/scale.js";

const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a slider has room for what it shows, and none for certainties", () => {
  const [low, high] = rangeOf("p", [0, -12]);
  close(low, -13);
  close(high, Math.log(999));
  assert.deepEqual(rangeOf("p", [-1e30, 1e30]), rangeOf("p", []));
  assert.equal(rangeOf("s", [0])[0], 0);
});

test("what is beyond the range is at its end", () => {
  assert.equal(placeOf(-1e30, [-7, 7]), 0);
  assert.equal(placeOf(0, [-7, 7]), 0.5);
});

test("marks are in order, apart, and have the middle", () => {
  for (const range of [
    [-7, 7],
    [-20, 7],
    [-3, 30],
  ]) {
    const ticks = ticksOf("p", range).map(({ u }) => u);
    assert.ok(ticks.includes(0));
    ticks.slice(1).forEach((u, i) => assert.ok(u - ticks[i] >= 0.12 * (range[1] - range[0])));
  }
  assert.deepEqual(
    ticksOf("s", [0, Math.log(100)]).map(({ label }) => label),
    ["1x", "3x", "10x", "30x", "100x"],
  );
});

test("an interval moves whole, and a strength's does not go below 1x", () => {
  const value = { mu: 0, sd: 0.5 };
  assert.deepEqual(withMiddle(value, 2, [-7, 7]), { mu: 2, sd: 0.5 });
  assert.deepEqual(withMiddle(value, 9, [-7, 7]), { mu: 7, sd: 0.5 });
  const weak = withMiddle({ mu: 2, sd: 1 }, 0.3, [0, 4.6]);
  close(weak.mu - TO_END * weak.sd, 0);
});

test("an end moves by itself and stays on its side", () => {
  const value = { mu: 0, sd: 1 };
  const { mu, sd } = withEnd(value, "high", 3, [-7, 7]);
  close(mu - TO_END * sd, -TO_END);
  close(mu + TO_END * sd, 3);
  const crossed = withEnd(value, "low", 5, [-7, 7]);
  assert.ok(crossed.sd > 0);
  close(crossed.mu + TO_END * crossed.sd, TO_END);
});

test("a point becomes an interval of a factor of two either way", () => {
  close(TO_END * widened({ mu: 1 }, "p").sd, Math.log(2));
  const { mu, sd } = widened({ mu: 0 }, "s");
  close(mu - TO_END * sd, 0);
});
