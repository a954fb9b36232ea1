// Pools and pairs of worldviews: what Python says of the same models; who is left out, and what is
// refused.

import assert from "node:assert/strict";
import test from "node:test";
import { clustered } from "../../src/cruxmap/present/report/page/answers/clustering.js";
import {
  checkedWeights, extremisingFactor,
} from "../../src/cruxmap/present/report/page/answers/pooled.js";
import { ownSpread } from "../../src/cruxmap/present/report/page/answers/says_little.js";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";
import { togetherOf } from "../../src/cruxmap/present/report/page/answers/together.js";
import { assertAlike, casesOf } from "./cases.mjs";

const { models } = casesOf("answers");
const { clusterings, models: cases } = casesOf("together");

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
      const share = await ownSpread(session.structure, voice, logOdds);
      assertAlike(share, expected.own_share_of_spread, `${name} ${id}`);
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
