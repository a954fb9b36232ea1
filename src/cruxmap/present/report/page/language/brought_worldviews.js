/**
 * The worldviews of files beside those of the model: what `src/cruxmap/language/worldviews.py` says of
 * them, with its problems.
 */

import { checkRepeats } from "./brought_arguments.js";
import { checkedChanges, isFixed, unknownAddress } from "./changes.js";
import { isA } from "./conditions.js";
import { checkId } from "./ids.js";
import { namesOf } from "./names.js";
import { nearestHint, ProblemError } from "./problems.js";
import { MAP, numbersOf } from "./worldviews.js";

/** How many worldviews may extend each other in a row. */
const DEEPEST = 100;

/**
 * Return the data with worldviews of files besides. Throws ProblemError.
 * @param {object} model with what they bring @param {object[]} shapes @returns {object}
 */
export function readWorldviews(model, shapes) {
  const worldviews = { ...model.worldviews };
  for (const { id } of shapes) {
    checkId(id);
    if (Object.hasOwn(worldviews, id)) {
      const message = `there is a worldview \`${id}\` already`;
      throw new ProblemError("duplicate-id", message, "choose another id");
    }
    worldviews[id] = null;
  }
  const known = Object.keys(worldviews);
  const rejected = new Set([
    ...Object.values(model.worldviews).flatMap(({ rejects }) => rejects),
    ...shapes.flatMap(({ rejects = [] }) => rejects),
  ]);
  for (const shape of shapes) worldviews[shape.id] = worldviewOf(model, shape, known, rejected);
  checkCircles(worldviews);
  return { ...model, worldviews };
}

function worldviewOf(model, shape, known, rejected) {
  const { id, voice = null, judgements = [], rejects = [], accepts = [], remarks = {} } = shape;
  const start = shape.extends ?? null;
  if (start !== null && start !== MAP && !known.includes(start)) {
    throw new ProblemError(
      "unknown-worldview",
      `there is no worldview \`${start}\``,
      nearestHint(start, known),
    );
  }
  const names = namesInFile(model);
  const read = checkedChanges(model, judgements);
  for (const argument of rejects) isA(names, "argument", argument);
  checkRepeats(rejects);
  checkRepeats(accepts);
  const both = accepts.find((name) => rejects.includes(name));
  if (both !== undefined) {
    const message = `\`${id}\` both rejects and accepts \`${both}\``;
    throw new ProblemError("rejected-and-accepted", message, "keep one of them");
  }
  for (const name of accepts) checkAccepted(model, name, rejected);
  for (const [entry, sentence] of Object.entries(remarks)) checkRemark(model, entry, sentence);
  return { extends: start === MAP ? null : start, voice, judgements: read, rejects, accepts };
}

/** What ids stand for; one that is not known in a file may stand far from all that are. */
function namesInFile(model) {
  return { ...namesOf(model), hint: nearestHint };
}

/** Check that a name is an argument or route that somebody brings, or an argument that somebody rejects. */
export function checkAccepted(model, name, rejected) {
  if (Object.hasOwn(model.brought, name)) return;
  if (!name.includes(".")) {
    isA(namesInFile(model), "argument", name);
    if (rejected.has(name)) return;
    const message = `nobody brings or rejects \`${name}\`, so there is nothing to accept`;
    throw new ProblemError("nothing-to-accept", message, "it has force already: leave it out");
  }
  if (!model.addresses.includes(name)) throw unknownAddress(model, name, nearestHint);
  const message = `no worldview brings \`${name}\`, so there is nothing to accept`;
  const hint = "`accepts` takes arguments, and routes that another worldview brings";
  throw new ProblemError("nothing-to-accept", message, hint);
}

/**
 * Check words about an entry; throws ProblemError.
 * @param {object} model @param {string} entry @param {string} sentence
 */
export function checkRemark(model, entry, sentence) {
  const { typeOf } = namesOf(model);
  if (!typeOf.has(entry)) {
    const what = "claim, question, event or argument";
    const hint = nearestHint(entry, typeOf.keys());
    throw new ProblemError("unknown-id", `there is no ${what} \`${entry}\``, hint);
  }
  if (sentence === "") {
    const message = `the remark on \`${entry}\` has no words`;
    throw new ProblemError("missing-key", message, "say it in a sentence");
  }
}

/**
 * Check what an interview has put: an entry, a judgement's address or that of all shares of a row. Throws
 * ProblemError.
 * @param {object} model @param {string} at
 */
export function checkPut(model, at) {
  const { index, rowAt } = numbersOf(model);
  if (namesOf(model).typeOf.has(at) || rowAt.has(at)) return;
  if (!index.has(at) || isFixed(model, index.get(at))) throw unknownAddress(model, at, nearestHint);
}

function checkCircles(worldviews) {
  for (const id of Object.keys(worldviews)) {
    const way = [id];
    let next = worldviews[id].extends;
    while (next !== null && !way.includes(next) && way.length <= DEEPEST) {
      way.push(next);
      next = worldviews[next].extends;
    }
    if (next === null) continue;
    if (way.length > DEEPEST) {
      const message = `\`${id}\` extends ${DEEPEST} others, one resting on the next`;
      throw new ProblemError("too-deep", message, "extend one nearer to the map");
    }
    if (next !== id) continue; // told from one of those in the circle
    const message = `these worldviews extend each other: ${[...way, id].join(" -> ")}`;
    throw new ProblemError("worldview-circle", message, "one of them rests on the map");
  }
}
