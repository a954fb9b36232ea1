// An interview of a page against Python: `node interview.mjs FILE [plain]`, where FILE has a model's data,
// that of its interview and the steps of one (`tests/helpers/page_interview.py`). Writes how long each
// question takes.

import { readFileSync } from "node:fs";
import { Interview } from "../../src/cruxmap/present/report/page/answers/interview/interview.js";
import { after, assertTold, groundOf } from "./interviews.mjs";

const [file, how] = process.argv.slice(2);
const { model, interview: data, steps } = JSON.parse(readFileSync(file, "utf8"));
const ground = await groundOf(model, data, { wasm: how !== "plain" });
let interview = new Interview(ground);
const times = [];
for (const step of steps) {
  const start = process.cpuUsage();
  interview.next();
  times.push(Math.round(process.cpuUsage(start).user / 1000));
  assertTold(interview, step);
  if (step.reply !== null) interview = after(interview, step.reply);
}
console.log(`${steps.length} steps, in milliseconds of a core: ${times.join(" ")}`);
