// Interviews about small models: what Python says of them at every step.

import test from "node:test";
import { Interview } from "../../src/cruxmap/present/report/page/answers/interview/interview.js";
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
