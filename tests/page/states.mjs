// States of a page against Python: `node states.mjs FILE`, where FILE has a model's data, random states and what
// Python says of them (`tests/helpers/page_states.py`). Writes what differs, and fails if anything does.

import { readFileSync } from "node:fs";
import { createSession } from "../../src/cruxmap/present/report/page/answers/session.js";

const CLOSE = 1e-9;
const SHOWN = 400;

const { model, states, names, answers } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const session = createSession(model, { later: () => undefined });

/** Bring the session to a state, as a reader would. */
function bring(state) {
  session.start(state.start);
  session.reset();
  for (const [address, text] of state.set ?? []) session.set(address, text);
  for (const [name, isRejected] of state.reject ?? []) session.reject(name, isRejected);
  const { assuming, observed } = state;
  if (assuming !== undefined || observed !== undefined) session.given({ assuming, observed });
}

const isNear = (found, wanted) => found === wanted || Math.abs(found - wanted) <= CLOSE * Math.abs(wanted);

/** Say how the page's answers differ from Python's. */
function differences(answer) {
  const { central } = session;
  if (answer === null) return central.impossible === null ? ["impossible in Python alone"] : [];
  if (central.impossible !== null) return [`impossible: ${central.impossible}`];
  const [logOdds, target, ...probabilities] = answer;
  const wrong = [];
  const hold = (name, found, wanted) => {
    if (!isNear(found, wanted)) wrong.push(`${name} is ${found}, and ${wanted} in Python`);
  };
  hold("the target", central.target, target);
  if (logOdds !== null && Math.abs(logOdds) > 1e-6) hold("its log-odds", central.logOdds, logOdds);
  names.forEach((name, k) => {
    const found = central.claims.get(name) ?? central.also[name] ?? null;
    if (found !== null || name !== model.model.target) hold(name, found, probabilities[k]);
  });
  return wrong;
}

let failed = 0;
states.forEach((state, number) => {
  bring(state);
  const wrong = differences(answers[number]);
  if (wrong.length === 0) return;
  failed += 1;
  console.log(`${JSON.stringify(state).slice(0, SHOWN)}\n  ${wrong.slice(0, 3).join("\n  ")}`);
});
console.log(`${states.length} states, ${failed} differ`);
process.exit(failed > 0 ? 1 : 0);
