import assert from "node:assert/strict";
import { test } from "node:test";

import {
  along,
  axisOf,
  densityAlong,
  ticksAlong,
} from "../../src/cruxmap/present/report/page/view/axis.js";

test("an axis has all probabilities within it, and room beside them", () => {
  const axis = axisOf([0.001, 0.2, null, 0, 1, undefined, NaN]);
  assert.ok(along(axis, 0.001) > 0.02 && along(axis, 0.2) < 0.98);
  assert.equal(along(axis, 0), 0);
  assert.equal(along(axis, 1), 1);
  assert.ok(along(axis, 0.001) < along(axis, 0.03) && along(axis, 0.03) < along(axis, 0.2));
});

test("an axis of one probability, or of none, has a width", () => {
  for (const list of [[0.05], [], [0, 1]]) {
    const { low, high } = axisOf(list);
    assert.ok(high - low > 3 && Number.isFinite(low));
  }
});

test("ticks are inside, in order, and not too near", () => {
  for (const list of [[0.0002, 0.999], [0.03, 0.3], [0.4, 0.6], [1e-9, 0.1], [0.05], [1e-30, 1e-3]]) {
    const axis = axisOf(list);
    const places = ticksAlong(axis).map((p) => along(axis, p));
    assert.ok(places.length >= 2 && places.length <= 8, String(list));
    assert.ok(
      places.every((x, i) => x >= 0 && x <= 1 && (i === 0 || x - places[i - 1] > 0.05)),
      String(list),
    );
  }
});

test("a density is highest where draws are, and null for a point", () => {
  const quantiles = Array.from({ length: 101 }, (_, i) => 0.02 + 0.0004 * i);
  const axis = axisOf([0.001, 0.5]);
  const heights = densityAlong(axis, quantiles);
  const top = heights.indexOf(1) / (heights.length - 1);
  assert.ok(Math.abs(top - along(axis, 0.04)) < 0.1);
  assert.equal(
    densityAlong(
      axis,
      quantiles.map(() => 0.05),
    ),
    null,
  );
  assert.ok(
    densityAlong(
      axis,
      quantiles.map((q, i) => (i < 30 ? 0 : q)),
    ).every(Number.isFinite),
  );
});
