// What a ranking leaves out, and why: it would say what the target is, not why. As in
// insight/left_out.py.

import { Supposed } from "./by_definition.js";
import { binaryTable, crossing } from "./information.js";
import { descendants } from "./separation.js";

const EQUIVALENT = 1e-12;
const NEARLY_CERTAIN = 0.95;
const NEARLY_GONE = 1 / 20;

const SAME = "it is the target in other words";
const OF_ITS_QUESTION = "it is a state of the question that the target is about";
const FOLLOWS = "it follows from the target";
const ALMOST = "it all but is the target";
const BRINGS = "the target holds wherever it acts";
const CONTAINS = "by definition it holds wherever the target does";
const EXCLUDES = "by definition it never holds with the target";
const CONTAINED = "by definition it never holds without the target";
const COVERS = "by definition it holds wherever the target does not";
const ELSEWHERE = "only another worldview brings it";

/**
 * Why candidates are left out, by id.
 * @param {object} structure
 * @param {{candidates: object[], tables: Map<number, Float64Array>, target: {yes: number, no: number},
 *   position: object, setting: object, notBrought: Set<string>}} of
 *   `tables` has the joint table of the target and each variable
 * @returns {Map<string, string>}
 */
export function leftOut(structure, { candidates, tables, target, position, setting, notBrought }) {
  const condition = structure.model.targets[0].condition;
  const same = candidates.filter((one) => saysTheTarget(tables.get(one.variable), one.state));
  const ids = new Set(same.map((one) => one.id));
  const after = descendants(position.graph, same.map((one) => one.variable));
  for (const node of position.downstream) after.add(node);
  const itsOwn = new Set(same.filter((one) => one.state === null).map((one) => one.variable));
  if (condition.question !== undefined) itsOwn.add(structure.places[condition.question]);
  const entries = [...structure.entry.values()];
  const parts = new Set(entries.flatMap((one) => one.parts ?? []).map((one) => one.address));
  const stages = candidates.filter((one) => one.kind === "stage");
  const settled = byDefinition(structure, setting, condition, stages);
  const reason = (one) => {
    if (notBrought.has(one.id)) return ELSEWHERE;
    if (ids.has(one.id)) return SAME;
    if (itsOwn.has(one.variable) && one.state !== null) return OF_ITS_QUESTION;
    if (settled.has(one.id)) return settled.get(one.id);
    if (after.has(one.variable)) return FOLLOWS;
    if (!parts.has(one.id) || one.state === null) return null;
    return asAPart(binaryTable(tables.get(one.variable), one.state), target);
  };
  const found = candidates.map((one) => [one.id, reason(one)]);
  return new Map(found.filter(([, why]) => why !== null));
}

/** Whether a variable, or one state of it, says of the target exactly whether it holds. */
function saysTheTarget(table, state) {
  if (state !== null) {
    const crossed = crossing(binaryTable(table, state));
    if (crossed === null) return false;
    const { givenTrue: yes, givenFalse: no } = crossed;
    return Math.max(yes.no, no.yes) <= EQUIVALENT || Math.max(yes.yes, no.no) <= EQUIVALENT;
  }
  const n = table.length / 2;
  for (let s = 0; s < n; s++) {
    const ofState = table[s] + table[n + s];
    if (ofState > 0 && Math.min(table[s], table[n + s]) > EQUIVALENT * ofState) return false;
  }
  return true;
}

/** Of stages that definitions settle once the target is known to hold, or to fail, how they do. */
function byDefinition(structure, setting, condition, stages) {
  const [withIt, without] = [new Supposed(structure, setting), new Supposed(structure, setting)];
  withIt.suppose(condition, true);
  without.suppose(condition, false);
  const found = new Map();
  for (const stage of stages) {
    for (const [supposed, no, yes] of [[withIt, EXCLUDES, CONTAINS], [without, CONTAINED, COVERS]]) {
      const truth = settledTruth(structure, supposed, stage);
      if (truth !== null && !found.has(stage.id)) found.set(stage.id, truth ? yes : no);
    }
  }
  return found;
}

/**
 * Whether a claim or state holds; a question is settled where only one state is left. No cause is
 * sought.
 */
function settledTruth(structure, supposed, stage) {
  const [name, state] = partsOfId(stage.id);
  const entry = structure.entry.get(name);
  if (state !== null) {
    return entry.type === "question" ? supposed.truth({ question: name, states: [state] }) : null;
  }
  if (stage.state === null) return supposed.statesOf(name).size === 1 ? true : null;
  return supposed.truth({ claim: name, value: true });
}

function partsOfId(id) {
  const at = id.indexOf(".");
  return at < 0 ? [id, null] : [id.slice(0, at), id.slice(at + 1)];
}

/** Why a cause or phase with this joint table is left out: it brings the target, or all but is it. */
function asAPart(joint, target) {
  const crossed = crossing(joint);
  if (crossed === null) return null;
  if (crossed.givenTrue.no <= EQUIVALENT) return BRINGS;
  const [low, high] = [crossed.givenTrue.yes, crossed.givenFalse.yes].sort((a, b) => a - b);
  return high >= NEARLY_CERTAIN && low <= target.yes * NEARLY_GONE ? ALMOST : null;
}
