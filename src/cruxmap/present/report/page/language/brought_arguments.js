/**
 * Arguments that a worldview brings, and what they may be about: from the form of its file to the model's
 * data. What `src/cruxmap/language/arguments.py` says, with its problems.
 */

import { misplaced, namesIn } from "./brought_entries.js";
import { checkState, isA, separateConditions, unknownId } from "./conditions.js";
import { joined, nearestHint, ProblemError, repeated } from "./problems.js";

const DIRECTIONS = ["for", "against", "undercuts"];

/**
 * Read an argument into the draft of a reader. Throws ProblemError.
 * @param {object} reader an `EntryReader`, when all claims, questions and routes have been read
 * @param {string} id @param {Map<string, any>} node
 */
export function readArgument(reader, id, node) {
  const { draft, names } = reader;
  reader.about(id, node);
  const direction = directionOf(node);
  draft.checkVoice(node.get("by"));
  if (node.has("by") && !node.has("credence")) {
    const message = `\`${id}\` is what \`${node.get("by")}\` says, so it needs a \`credence\``;
    throw new ProblemError("credence-needed", message, "how likely is the reasoning sound?");
  }
  const place = (address, role) => ({ address, owner: id, role });
  const credence = reader.number(node.get("credence"), place(id, "credence"), "100%");
  const premises = separateConditions(node.get("premises"), names);
  const isUndercut = direction === "undercuts";
  const targets = isUndercut
    ? argumentsIn(node.get("undercuts"), names)
    : new Targets(draft.entry, names).read(node.get(direction));
  const weight = isUndercut
    ? forceOf(reader, node, place(`${id}.force`, "force"))
    : strengthOf(reader, id, node, place(`${id}.strength`, "strength"));
  const variable = draft.variable(id);
  draft.brought.set(id, reader.bringer);
  const numbers = { credence, weight, premises };
  reader.put(
    { id, variable, kind: "argument", own_number: credence, parts: [], type: "argument", basis: null },
    { states: ["false", "true"], direction, ...numbers, targets, rests_on: namesIn(premises) },
    {
      type: "argument",
      id,
      variable,
      direction,
      ...numbers,
      targets: targets.map(({ id: owner, part, states }) => ({ owner, part, states })),
    },
  );
}

function directionOf(node) {
  const given = DIRECTIONS.filter((direction) => node.has(direction));
  if (given.length === 1) return given[0];
  const message = "an argument is for something, against something, or undercuts an argument";
  const hint = given.length > 0 ? "keep one of them" : "give one of: for, against, undercuts";
  throw new ProblemError("no-direction", message, hint);
}

function forceOf(reader, node, place) {
  misplaced(node, ["strength"], "`for` and `against`; an undercut has a `force`");
  return reader.number(node.get("force"), place, "100%");
}

function strengthOf(reader, id, node, place) {
  misplaced(node, ["force"], "`undercuts`; `for` and `against` have a `strength`");
  if (!node.has("strength")) {
    const hint = "as in `strength: 3x` or `strength: weak`";
    throw new ProblemError("missing-key", `\`${id}\` has no \`strength\``, hint);
  }
  return reader.number(node.get("strength"), place);
}

function argumentsIn(written, names) {
  const ids = [written].flat();
  checkRepeats(ids);
  for (const id of ids) {
    const hint = `an undercut attacks an argument; to speak against a claim, write \`against: ${id}\``;
    isA(names, "argument", id, hint);
  }
  return ids.map((id) => ({ id, part: "", states: [] }));
}

/** Check that nothing is there twice; throws ProblemError. */
export function checkRepeats(items) {
  const seen = new Set();
  for (const item of items) {
    if (seen.has(item)) throw repeated(item);
    seen.add(item);
  }
}

/** The addresses of the parts of entries, by entry. */
const PARTS = new WeakMap();

/** Reads what arguments for and against are about. */
class Targets {
  /** @param {Map<string, object>} entry @param {object} names */
  constructor(entry, names) {
    this.entry = entry;
    this.names = names;
  }

  /** The addresses of an entry's parts. */
  partsOf(entry) {
    if (!PARTS.has(entry)) PARTS.set(entry, new Set(entry.parts.map(({ address }) => address)));
    return PARTS.get(entry);
  }

  read(written) {
    const found = (Array.isArray(written) ? written : [written]).map((one) => this.target(one));
    const touched = found.flatMap(({ id, part, states }) =>
      (states.length > 0 ? states : [part]).map((name) => (name === "" ? id : `${id}.${name}`)),
    );
    checkRepeats(touched);
    return found;
  }

  target(written) {
    if (typeof written === "string") return this.named(written);
    const [[question, states], ...others] = written;
    if (others.length > 0) {
      const message = "one question in a target; list several targets";
      throw new ProblemError("wrong-shape", message, "as in `[{a: x}, {b: y}]`");
    }
    isA(this.names, "question", question);
    const chosen = [states].flat();
    for (const state of chosen) checkState(this.names, question, state);
    checkRepeats(chosen);
    if (this.entry.get(question).basis === "gap") {
      const message = `\`${question}\` follows from two events and cannot be argued about`;
      throw notArguable(message, "argue about the events");
    }
    return { id: question, part: "", states: chosen };
  }

  named(name) {
    const dot = name.indexOf(".");
    const [id, part] = dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
    const entry = this.entry.get(id);
    const type = this.names.typeOf.get(id);
    if (type === "claim") return part === "" ? this.claim(name, entry) : this.route(name, part, entry);
    if (type === "event" && part !== "") return this.phase(name, part, entry);
    if (type === "event") {
      throw notArguable("an event is argued about phase by phase", `as in \`${name}.PHASE\``);
    }
    if (type === "question" && part !== "") {
      checkState(this.names, id, part);
      const message = `\`${name}\` is a share: an argument is about the state`;
      throw notArguable(message, `write \`{${id}: ${part}}\``);
    }
    if (type === "question") {
      const [state] = this.names.statesOf.get(id);
      throw notArguable("name a state of the question", `as in \`{${id}: ${state}}\``);
    }
    if (type === "argument") {
      const hint = `attack it with \`undercuts: ${id}\`; to support it, argue for one of its premises`;
      throw notArguable(`\`${id}\` is an argument`, hint);
    }
    const known = this.names.idsOf("claim", "question", "event");
    throw unknownId(this.names, name, "claim, route, phase or question", known);
  }

  claim(name, entry) {
    if (entry.basis === "definition") {
      throw notArguable(`\`${name}\` is defined by others`, "argue about its parts");
    }
    if (entry.basis === "routes") {
      const hint = `argue about a route: ${joined(entry.parts.map(({ address }) => address))}`;
      throw notArguable(`\`${name}\` is caused by routes`, hint);
    }
    return { id: name, part: "", states: [] };
  }

  route(name, part, entry) {
    const { id } = entry;
    if (entry.basis === "table") {
      const hint = `argue about \`${id}\`, with the row's \`when\` among the premises`;
      throw notArguable("a row of a table cannot be argued about by itself", hint);
    }
    if (entry.basis !== "routes") {
      throw notArguable(`\`${id}\` has no routes`, `argue about \`${id}\` or its parts`);
    }
    if (this.partsOf(entry).has(`${id}.${part}`)) return { id, part, states: [] };
    const known = entry.parts.map(({ address }) => address.slice(id.length + 1));
    const hint = nearestHint(part, known) || `its routes are ${joined(known)}`;
    throw new ProblemError("unknown-id", `\`${id}\` has no route \`${part}\``, hint);
  }

  phase(name, part, entry) {
    const { id } = entry;
    if (entry.basis !== "emerges") {
      throw notArguable(`\`${id}\` is the later or earlier of others`, "argue about those");
    }
    if (this.partsOf(entry).has(name)) return { id, part, states: [] };
    const known = this.names.phasesOf.get(id);
    if (known.includes(part)) {
      throw notArguable(`\`${id}\` leaves that phase out, so its chance is 0`, "give the phase a chance");
    }
    const hint = nearestHint(part, known) || `its phases are ${joined(known)}`;
    throw new ProblemError("unknown-phase", `the timeline of \`${id}\` has no phase \`${part}\``, hint);
  }
}

function notArguable(message, hint) {
  return new ProblemError("not-arguable", message, hint);
}
