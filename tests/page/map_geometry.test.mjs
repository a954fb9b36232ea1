import assert from "node:assert/strict";
import test from "node:test";

import {
  around,
  fitted,
  isSeen,
  laidNear,
  nearestTowards,
  neighbourhood,
  showing,
  wayBetween,
  zoomed,
} from "../../src/cruxmap/present/report/page/view/map_geometry.js";

const SCREEN = { w: 800, h: 400 };
const boxes = new Map([
  ["target", { x: 0, y: 0, w: 100, h: 40 }],
  ["part", { x: 200, y: 0, w: 100, h: 40 }],
  ["other", { x: 200, y: 100, w: 100, h: 40 }],
  ["reason", { x: 400, y: 100, w: 100, h: 40 }],
]);
const edges = [
  { from: "part", to: "target" },
  { from: "other", to: "target" },
  { from: "reason", to: "other" },
];

test("the place under the pointer stays where it is", () => {
  const look = { x: 30, y: -20, k: 0.5 };
  const at = { x: 210, y: 99 };
  const next = zoomed(look, 1.7, at);
  assert.ok(Math.abs((at.x - look.x) / look.k - (at.x - next.x) / next.k) < 1e-9);
  assert.equal(zoomed(look, 1e9, at).k, 4);
});

test("all of it fits, and is seen", () => {
  const look = fitted(around([...boxes.values()]), SCREEN);
  for (const box of boxes.values()) {
    assert.ok(isSeen(look, box, SCREEN));
    assert.deepEqual(showing(look, box, SCREEN, 0), look);
  }
  assert.equal(look.k, 1);
});

test("what is beyond the edge is moved in", () => {
  const look = showing({ x: -500, y: 0, k: 1 }, boxes.get("target"), SCREEN, 10);
  assert.deepEqual(look, { x: 10, y: 10, k: 1 });
});

test("a neighbourhood has what bears on an entry at its right, and what it bears on at its left", () => {
  assert.deepEqual(
    [...neighbourhood(edges, "other", 1)],
    [
      ["other", 0],
      ["target", -1],
      ["reason", 1],
    ],
  );
  assert.equal(neighbourhood(edges, "other", 2).get("part"), 0);
  assert.equal(neighbourhood(edges, "other", 9).size, 4);
  const placed = laidNear(boxes, neighbourhood(edges, "other", 2));
  assert.ok(placed.get("target").x < placed.get("other").x);
  assert.ok(placed.get("other").x < placed.get("reason").x);
  assert.equal(placed.get("other").x, placed.get("part").x);
});

test("arrows go to the nearest box that way", () => {
  assert.equal(nearestTowards(boxes, "target", "ArrowRight"), "part");
  assert.equal(nearestTowards(boxes, "part", "ArrowDown"), "other");
  assert.equal(nearestTowards(boxes, "target", "ArrowLeft"), null);
});

test("a line starts and ends at the sides of its boxes", () => {
  assert.match(wayBetween(boxes.get("part"), boxes.get("target")), /^M200 20C150 20 150 20 100 20$/);
});
