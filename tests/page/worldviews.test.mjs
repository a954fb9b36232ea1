// What a worldview and the page's own changes put in each place: one table of cases for Python and the page.

import assert from "node:assert/strict";
import test from "node:test";

import {
  changeText,
  withAll,
  withNumber,
  withRejection,
} from "../../src/cruxmap/present/report/page/language/changes.js";
import {
  layersOf,
  lineage,
  settle,
  UNCHANGED,
} from "../../src/cruxmap/present/report/page/language/worldviews.js";
import { assertClose, casesOf } from "./cases.mjs";

const { cases, models } = casesOf("worldviews");
const model = models.house;

/** Return the problem that some work ends with; null if it does not. */
function problemOf(work) {
  try {
    work();
    return null;
  } catch (problem) {
    assert.equal(problem.name, "ProblemError", problem.stack);
    return [problem.code, problem.message, problem.hint];
  }
}

test("changes settle as the same worldview in a file does", () => {
  for (const { map, worldview, changes, settled } of cases.filter((row) => row.settled !== undefined)) {
    const what = `${worldview} with ${JSON.stringify(changes)}`;
    assert.equal(problemOf(() => withAll(models[map], worldview, changes)), null, what);
    const found = settle(models[map], layersOf(models[map], worldview, changes));
    assertClose(found.mu, settled.mu, `${what}: mu`);
    assertClose(found.sd, settled.sd, `${what}: sd`);
    assert.deepEqual([...found.column], settled.column, what);
    assert.deepEqual([...found.single], settled.single, what);
    assert.deepEqual(found.origin, settled.origin, what);
    assert.deepEqual(found.rejected, settled.rejected, what);
    assert.deepEqual(found.notBrought, settled.not_brought, what);
    assert.deepEqual(found.fitted, settled.fitted, what);
  }
});

test("what is set is the same problem as on the command line, or none", () => {
  for (const { map, worldview, changes, set, problem } of cases.filter((row) => row.set !== undefined)) {
    const before = withAll(models[map], worldview, changes);
    const found = problemOf(() => withNumber(models[map], worldview, before, ...set));
    assert.deepEqual(found, problem, `${worldview} with ${JSON.stringify(changes)}: ${set.join(" = ")}`);
  }
});

test("a change is taken back, and leaves those given as they were", () => {
  const one = withNumber(model, "ann", UNCHANGED, "door", " 1% ");
  const two = withNumber(model, "ann", one, "colour", ["1%", "2%", "rest"]);
  assert.equal(changeText(model, two.judgements[1]), "{red: 1%, green: 2%, blue: rest}");
  assert.deepEqual(one.judgements, [{ at: "door", value: "1%" }]);
  assert.deepEqual(withNumber(model, "ann", two, "colour", null), one);
  const nothing = { judgements: [], rejects: [], accepts: [], brings: {}, remarks: {}, stated: [], asked: null };
  assert.deepEqual(UNCHANGED, nothing);
});

test("shares are given all at once or one by one", () => {
  const whole = withNumber(model, "map", UNCHANGED, "colour", "{red: 1%, green: 2%, blue: rest}");
  const message = "`colour` is given all at once and `colour.red` by itself";
  const mixed = ["mixed-shares", message, "keep one of them"];
  assert.deepEqual(problemOf(() => withNumber(model, "map", whole, "colour.red", "5%")), mixed);
  const single = withNumber(model, "map", UNCHANGED, "colour.red", "5%");
  assert.deepEqual(problemOf(() => withNumber(model, "map", single, "colour", ["1%", "2%", "rest"])), mixed);
});

test("a rejection says what differs from the worldview started from, and no more", () => {
  const rejecting = withRejection(model, "map", UNCHANGED, "creaks", true);
  assert.deepEqual(rejecting.rejects, ["creaks"]);
  assert.deepEqual(withRejection(model, "map", rejecting, "creaks", false), UNCHANGED);
  assert.deepEqual(withRejection(model, "bob", UNCHANGED, "creaks", true), UNCHANGED);
  assert.deepEqual(withRejection(model, "bob", UNCHANGED, "creaks", false).accepts, ["creaks"]);
  assert.deepEqual(withRejection(model, "map", UNCHANGED, "leaves.bored", false).accepts, ["leaves.bored"]);
  assert.equal(problemOf(() => withRejection(model, "map", UNCHANGED, "door", true))[0], "wrong-reference");
});

test("a worldview that is not there is a problem that names the nearest one", () => {
  assert.throws(() => lineage(model, "anna"), { code: "unknown-worldview", hint: "did you mean `ann`?" });
});
