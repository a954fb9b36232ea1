// Shapley values: the shares, errors and numbers of orders that Python finds.

import assert from "node:assert/strict";
import test from "node:test";
import { NoValueError, shapley } from "../../src/cruxmap/present/report/page/answers/shapley.js";
import { expit } from "../../src/cruxmap/present/report/page/engine/special.js";
import { assertClose, casesOf } from "./cases.mjs";

/** The worth of helpers/page_games.py. */
function worthOf(weights, pairs) {
  const n = weights.length;
  return (taken, m) => {
    const values = new Float64Array(2 * m);
    for (let set = 0; set < m; set++) {
      const has = (step) => taken[set * n + step];
      const alone = weights.reduce((sum, weight, step) => sum + weight * has(step), -1);
      const both = ([one, other, weight]) => weight * has(one) * has(other);
      const value = pairs.reduce((sum, pair) => sum + both(pair), alone);
      values[2 * set] = value;
      values[2 * set + 1] = expit(value);
    }
    return values;
  };
}

for (const { steps, seed, weights, pairs, ...expected } of casesOf("shapley")) {
  test(`Shapley values of ${steps.length} steps`, async () => {
    const found = await shapley(worthOf(weights, pairs), steps, seed);
    assert.equal(found.pairs, expected.sampled_pairs);
    assert.equal(found.converged, expected.converged);
    assertClose(found.share, expected.share.flat(), "shares", 1e-12, 1e-14);
    assertClose(found.standardError, expected.standard_error.flat(), "standard errors", 1e-12, 1e-14);
    assertClose(found.gap, expected.gap, "gap", 1e-12, 1e-14);
  });
}

test("no steps share out nothing", async () => {
  const found = await shapley(() => Float64Array.of(2, 1), [], 0);
  assert.deepEqual([...found.gap], [0, 0]);
  assert.equal(found.share.length, 0);
});

test("a combination without a finite value is an error", async () => {
  await assert.rejects(shapley((_, m) => new Float64Array(m).fill(Infinity), ["a", "b"], 0), NoValueError);
});

test("a listener may end the work", async () => {
  const stop = () => {
    throw new RangeError("enough");
  };
  const [{ steps, seed, weights, pairs }] = casesOf("shapley").filter((one) => one.sampled_pairs > 0);
  await assert.rejects(shapley(worthOf(weights, pairs), steps, seed, stop), RangeError);
});
