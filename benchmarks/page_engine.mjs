// What the page's engine takes in Node, without a browser and in one thread: milliseconds, best of a few times.
//
//   node benchmarks/page_engine.mjs model.json
//
// The file is what `travelling_model` returns, as JSON. Prints a JSON object of milliseconds by name.

import { readFileSync } from "node:fs";

const page = new URL("../src/cruxmap/present/report/page/", import.meta.url);
const module = (file) => import(new URL(file, page));
const { indicatorsOf, planOf } = await module("engine/plan.js");
const { specialise } = await module("engine/specialise.js");
const { makeKernel } = await module("engine/kernel.js");
const { certainEntries } = await module("answers/certainties.js");
const { evidenceOf } = await module("answers/evidence.js");
const { fill } = await module("engine/formulas.js");
const { makePool } = await module("answers/pool.js");
const { structureOf } = await module("answers/structure.js");
const { layersOf, settle } = await module("language/worldviews.js");

const TIMES = 7;

const model = JSON.parse(readFileSync(process.argv[2], "utf8"));
const structure = structureOf(model);
const setting = settle(model, layersOf(model, "map"));
const given = { assuming: model.assumed, observed: model.observed };
const found = {};

/** Run something a few times, and note the least that it took; returns what it gave last. */
async function measure(name, run, times = TIMES) {
  let answer = null;
  found[name] = Infinity;
  for (let k = 0; k < times; k++) {
    const start = performance.now();
    answer = await run();
    found[name] = Math.min(found[name], performance.now() - start);
  }
  return answer;
}

const plan = await measure("decode the plan", () => planOf(model.network), 3);
const entries = fill(structure.program, setting.mu, setting.single, 1);
const certain = certainEntries(structure, setting);
const special = await measure("specialise it", () => specialise(plan, certain));
found.products = plan.left.length;
found["products, specialised"] = special.left.length;

const target = model.targets[0].variable;
const evidence = evidenceOf(structure, [...given.assuming, ...given.observed]);
const sides = [0, 1].map((state) => indicatorsOf(plan, [...evidence, [target, [state]]]));

/** Make a kernel with the target false in one lane and true in the other. */
function kernelOn(on, options) {
  const kernel = makeKernel(on, options);
  kernel.load(entries, 1, [0, 0]);
  sides.forEach((indicators, lane) => {
    indicators.forEach((value, i) => {
      kernel.indicators[2 * i + lane] = value;
    });
  });
  return kernel;
}

const kernel = await measure("make its kernel", () => kernelOn(special, {}));
await measure("target, all marginals and slopes", () => kernel.propagate(), 5 * TIMES);
const free = kernelOn(plan, {});
await measure("the same by the free plan", () => free.propagate());
const plain = kernelOn(special, { wasm: false });
await measure("the same without WebAssembly", () => plain.propagate());

const pool = makePool(model, null, 1, structure);
await measure("mean and spread, the first time", () => pool.estimate(setting, given), 1);
await measure("mean and spread", () => pool.estimate(setting, given), 3);
await measure("joint tables over draws", () => pool.joint(setting, given), 2);
const D = 4096;
const u = Float64Array.from({ length: setting.mu.length * D }, (_, i) => setting.mu[Math.floor(i / D)]);
await measure(`${D} log-odds`, () => pool.logOdds({ u, single: setting.single, D }, given), 2);

for (const name of Object.keys(found)) {
  found[name] = Number(found[name].toPrecision(4));
}
process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
