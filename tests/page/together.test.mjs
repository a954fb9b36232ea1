// Pools and pairs of worldviews: what Python says of the same models; who is left out, and what is
// refused.

import assert from "node:assert/strict";
import test from "node:test";
import { clustered } from "../../src/cruxmap/present/report/page/answers/clustering.js";
import {
  checkedWeights, extremisingFactor,
} from "../../src/cruxmap/present/report/page/answers/pooled.js";
import {
  movesOf, numbersIn, sharesOfSpread,
} from "../../src/cruxmap/present/report/page/answers/says_little.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { togetherOf } from "../../src/cruxmap/present/report/page/answers/together.js";
import { assertAlike, casesOf } from "./cases.mjs";

const { models } = casesOf("answers");
const { clusterings, models: cases, fitted } = casesOf("together");

/** A session on a model with nothing observed, which knows what was stated and no estimate. */
function opened(name) {
  const told = ([id, { said }]) => [id, { estimate: null, said }];
  const worldviews = Object.fromEntries(Object.entries(cases[name].whose).map(told));
  const contents = { worldviews, entries: {}, judgements: {}, reconcile: false };
  const session = createSession(models[name], { contents });
  session.given({ observed: [] });
  return session;
}

test("an order in which neighbours are near is Python's, ties and all", () => {
  clusterings.forEach(({ apart, order, merges }, number) => {
    const found = clustered(apart, apart.length);
    assert.deepEqual(found.order, order, `order ${number}`);
    assertAlike(found.merges, merges, `merges ${number}`);
  });
});

/** A session on the model whose worldviews have fitted numbers. */
function openedFitted() {
  const told = (id) => [id, { estimate: null, said: [] }];
  const worldviews = Object.fromEntries(Object.keys(fitted.whose).map(told));
  const contents = { worldviews, entries: {}, judgements: {}, reconcile: false };
  return createSession(fitted.model, { contents });
}

test("what a worldview has fitted moves and spreads a target as in Python", async () => {
  const session = openedFitted();
  const together = togetherOf(session);
  const { structure, asking } = session;
  const logOdds = (columns) => session.pool.logOdds(columns, session.step.given);
  for (const [name, expected] of Object.entries(fitted.whose)) {
    const voice = { name, state: together.stateOf(name), extends: extendedBy(fitted.model, name) };
    const stateOf = (id) => together.stateOf(id);
    const { counts } = numbersIn(structure, voice);
    const moves = await movesOf(structure, voice, { stateOf, given: session.step.given, asking });
    const shares = await sharesOfSpread(structure, voice, logOdds);
    const found = {
      own_judgements: counts.own,
      fitted_judgements: counts.fitted,
      moved_logit: moves.whole,
      own_moved_logit: moves.own,
      fitted_moved_logit: moves.fitted,
      own_share_of_spread: shares.own,
      fitted_share_of_spread: shares.fitted,
      says_little: await together.isLittle(session.pool, name),
    };
    const told = Object.fromEntries(Object.keys(found).map((key) => [key, expected[key]]));
    assertAlike(found, told, name);
    assert.equal(together.fittedIn(name), expected.fitted_judgements);
  }
});

function extendedBy(model, name) {
  return model.worldviews[name]?.extends ?? null;
}

test("pools of numbers leave out what was fitted, as in Python", async () => {
  const together = togetherOf(openedFitted());
  for (const { weights, ...expected } of fitted.pools) {
    const { explanation = "", ...rest } = await together.pool(weights);
    assertAlike({ explanation, ...rest }, expected, JSON.stringify(weights));
  }
});

test("a diff says of each side whether it fitted a number", async () => {
  const { differences } = await createSession(fitted.model).diff("eve", "lou");
  const changes = differences.flatMap((one) => one.changes);
  const found = changes.map(({ address, whose_a, whose_b, fitted_a, fitted_b }) => (
    { address, whose_a, whose_b, fitted_a, fitted_b }
  ));
  const byAddress = (a, b) => (a.address < b.address ? -1 : 1);
  assert.deepEqual(found.sort(byAddress), [...fitted.changes].sort(byAddress));
});

test("where links run in a circle without what was fitted, numbers are not pooled", async () => {
  const { model } = fitted;
  const map = { ...model.map, values: withLink(model, "a", "same as b") };
  const number = { at: "a", value: "30%", fitted: "to the answers" };
  const judgements = [number, { at: "b", value: "same as a" }];
  const worldviews = { ...model.worldviews, kim: { extends: null, judgements } };
  const together = togetherOf(createSession({ ...model, map, worldviews }));
  const { explanation } = await together.pool({ kim: 1, eve: 1 });
  const why = "without what reviewers fitted, links run in a circle";
  assert.equal(explanation, `Judgements are not pooled: ${why}.`);
});

function withLink(model, address, text) {
  return model.map.values.map((value, i) => (model.addresses[i] === address ? text : value));
}

for (const [name, { pools, pairs, whose }] of Object.entries(cases)) {
  test(`${name}: pools are Python's`, async () => {
    const together = togetherOf(opened(name));
    for (const { weights, ...expected } of pools) {
      const found = await together.pool(weights);
      const { explanation = "", ...rest } = found;
      assertAlike({ explanation, ...rest }, expected, `${name} ${JSON.stringify(weights)}`);
    }
  });

  test(`${name}: pairs are Python's`, async () => {
    const together = togetherOf(opened(name));
    for (const { everyone, ...expected } of pairs) {
      const found = await together.pairs({ everyone, carriers: false });
      assertAlike(found, expected, `${name}, everyone: ${everyone}`);
    }
  });

  test(`${name}: whose the spread is, and who says little, is as in Python`, async () => {
    const session = opened(name);
    const together = togetherOf(session);
    const logOdds = (columns) => session.pool.logOdds(columns, session.step.given);
    for (const [id, expected] of Object.entries(whose)) {
      assert.equal(await together.isLittle(session.pool, id), expected.says_little, id);
      if (expected.own_share_of_spread === null) continue;
      const voice = { name: id, state: together.stateOf(id) };
      const { own } = await sharesOfSpread(session.structure, voice, logOdds);
      assertAlike(own, expected.own_share_of_spread, `${name} ${id}`);
    }
  });

  test(`${name}: what carries most of a gap comes first in the diff`, async () => {
    const session = createSession(models[name]);
    session.given({ observed: [] });
    const { worldviews, carried_by: carried } = await togetherOf(session).pairs({ everyone: true });
    for (const [i, one] of worldviews.entries()) {
      for (const [j, other] of worldviews.entries()) {
        if (i === j) continue;
        const { gap_logit: gap, differences } = await session.diff(other, one);
        const along = differences.filter(({ share_logit: share }) => share * gap > 0);
        if (along.length === 0) continue;
        const { id, share_logit: share } = carried[i][j];
        assert.equal(id, along[0].id, `${one} ${other}`);
        assert.ok(Math.abs(share - along[0].share_logit) <= 0.1 * Math.abs(gap), `${one} ${other}`);
      }
    }
  });
}

test("central pools follow at once, and means take their place", async () => {
  const session = opened("legal-case");
  const together = togetherOf(session);
  const central = together.central(new Map([["defence", 1], ["prosecution", 3]]));
  const logOdds = ["defence", "prosecution"].map((id) => session.shippedLogOdds.get(id));
  const [a, b] = logOdds.map((u) => 1 / (1 + Math.exp(-u)));
  assertAlike(central.answers[0].probability, (a + 3 * b) / 4, "linear");
  const middle = (logOdds[0] + 3 * logOdds[1]) / 4;
  assertAlike(central.answers[1].probability, 1 / (1 + Math.exp(-middle)), "logarithmic");
  assert.deepEqual(central.answers.map(({ id }) => id), [
    "linear", "logarithmic", "extremised", "judgements-logarithmic",
  ]);
});

test("one expert's log-odds are not stretched, those of many by the root of 3", () => {
  assert.ok(Math.abs(extremisingFactor(1) - 1) < 1e-12);
  assert.ok(Math.abs(extremisingFactor(1e7) - Math.sqrt(3)) < 1e-6);
});

test("weights that are none are refused", () => {
  const known = ["ann", "bob"];
  assert.deepEqual([...checkedWeights({ ann: 2 }, known)], [["ann", 2]]);
  for (const weights of ["ann", [1], { ann: 0 }, { ann: "2" }, { ann: NaN }, { ann: 1e12 }, { map: 1 }]) {
    assert.throws(() => checkedWeights(weights, known), { code: "unclear-weights" });
  }
  assert.throws(() => checkedWeights({ anne: 1 }, known), { code: "unknown-worldview" });
});
