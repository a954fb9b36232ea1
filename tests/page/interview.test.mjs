// Interviews about small models: what Python says of them at every step.

import assert from "node:assert/strict";
import test from "node:test";
import { Interview } from "../../src/cruxmap/present/report/page/answers/interview/interview.js";
import { offBy } from "../../src/cruxmap/present/report/page/answers/interview/observed.js";
import { casesOf } from "./cases.mjs";
import { after, assertTold, groundOf } from "./interviews.mjs";

const { models } = casesOf("answers");

for (const [name, { interview: data, steps }] of Object.entries(casesOf("interview"))) {
  for (const wasm of [true, false]) {
    test(`an interview about ${name}, ${wasm ? "with" : "without"} WebAssembly`, async () => {
      let interview = new Interview(await groundOf(models[name], data, { wasm }));
      for (const step of steps) {
        assertTold(interview, step);
        if (step.reply !== null) interview = after(interview, step.reply);
      }
    });
  }
}

test("a statement further out than statements lie does not draw back what is out there", () => {
  const [at, beyond, within] = [-8, { logOdds: -8, beyond: -1 }, { logOdds: -8, beyond: 0 }];
  assert.equal(offBy(beyond, -9), 0);
  assert.equal(offBy(beyond, at), 0);
  assert.equal(offBy(beyond, -7), -1);
  assert.equal(offBy(beyond, 9), -17);
  assert.equal(offBy(within, -9), 1);
  assert.equal(offBy({ logOdds: 8, beyond: 1 }, 8.5), 0);
});
