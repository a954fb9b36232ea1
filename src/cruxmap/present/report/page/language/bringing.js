/**
 * What worldviews bring to a map: a model's data as they would be if the files of these worldviews were in
 * the map's folder. Everything new stands after what was shipped.
 */

import { checkMap, checkWorldviewNumbers } from "./brought_checks.js";
import { EntryReader } from "./brought_entries.js";
import { readArgument } from "./brought_arguments.js";
import { readWorldviews } from "./brought_worldviews.js";
import { isA } from "./conditions.js";
import { Draft } from "./draft.js";
import { asNode, BROUGHT } from "./file_shapes.js";
import { checkId } from "./ids.js";
import { namesOf } from "./names.js";
import { nearestHint, ProblemError } from "./problems.js";

/** The sections of a file with entries, and the type of these. */
const TYPES = { claims: "claim", questions: "question", arguments: "argument" };
const SECTIONS = [...Object.keys(TYPES), "routes"];

/**
 * What a worldview's file says. What it brings has the form of the file: texts, lists and mappings.
 * @typedef {{id: string, text?: string, voice?: string | null, extends?: string | null,
 *   judgements?: object[], rejects?: string[], accepts?: string[], remarks?: Record<string, string>,
 *   brings?: Brings}} Shape
 *
 * @typedef {{claims?: object, questions?: object, arguments?: object, routes?: object}} Brings
 */

/**
 * Return a model's data with worldviews and what they bring. Throws ProblemError, with the first thing that
 * is wrong, as the command line says it.
 * @param {object} model as it was shipped, or as this function returned it
 * @param {Shape[]} shapes
 * @param {{id: string, brings: Brings} | null} [own] what the reader brings, who is in no file yet
 * @returns {object} `shipped` is the model it was made from, `added` is what the engine needs, and `own` the
 *   id under which the reader brings things
 */
export function modelWith(model, shapes, own = null) {
  const bringers = shapes.map(({ id, brings, voice }) => ({ id, brings: sectionsOf(brings), voice }));
  if (own !== null) bringers.push({ id: own.id, brings: sectionsOf(own.brings), voice: null });
  const raise = (_, __, problem) => {
    throw problem;
  };
  const made = withEntries(model, bringers, own?.id ?? null, raise);
  checkMap(made, model);
  const found = readWorldviews(made, shapes);
  checkWorldviewNumbers(found, shapes);
  return found;
}

/**
 * Return what is wrong with what a worldview brings, by entry: the first problem of each, and at last
 * what is wrong with all of them together.
 * @param {object} model @param {Brings} brings @param {{bringer: string, voice?: string | null}} whose
 * @returns {{kind: string, id: string, problem: ProblemError}[]} `kind` is a section of the file
 */
export function broughtProblems(model, brings, { bringer, voice = null }) {
  const found = [];
  const note = (kind, id, problem) => found.push({ kind, id, problem });
  const sections = attempt(() => sectionsOf(brings), (problem) => note("claims", "", problem));
  if (sections === null) return found;
  const made = withEntries(model, [{ id: bringer, brings: sections, voice }], null, note);
  if (found.length > 0) return found;
  attempt(() => checkMap(made, model), (problem) => {
    const names = SECTIONS.flatMap((kind) => [...sections[kind].keys()].map((id) => ({ kind, id })));
    const named = names.find(({ id }) => problem.message.includes(`\`${id}\``)) ?? names[0];
    note(named.kind, named.id, problem);
  });
  return found;
}

function attempt(work, failed) {
  try {
    return work();
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    failed(problem);
    return null;
  }
}

/**
 * Return the sections of what somebody brings as a file is read. Throws ProblemError for a wrong shape.
 * @param {Brings} brings @returns {Record<string, Map<string, any>>}
 */
export function sectionsOf(brings) {
  const sections = {};
  for (const section of SECTIONS) {
    const written = brings?.[section];
    sections[section] = written === undefined || written === null ? new Map() : asNode(written);
    BROUGHT[section](sections[section], section);
  }
  return sections;
}

/** Return the data with the entries that some bring; `failed` is told of each that cannot be read. */
function withEntries(model, bringers, own, failed) {
  const draft = new Draft(model);
  const names = namesWith(model, bringers, failed);
  const isOwn = (id, bringer) => names.bringerOf.get(id) === bringer;
  const readers = bringers.map(
    ({ id, voice }) => new EntryReader(draft, names, { bringer: id, voice: voice ?? null }),
  );
  const each = (section, read) => {
    bringers.forEach(({ id: bringer, brings }, k) => {
      for (const [id, node] of brings[section]) {
        const isTaken = !isOwn(id, bringer) || names.typeOf.get(id) !== TYPES[section];
        if (section !== "routes" && isTaken) continue; // another entry's: told of before
        attempt(() => read(readers[k], id, node), (problem) => failed(section, id, problem));
      }
    });
  };
  each("claims", (reader, id, node) => reader.claim(id, node));
  each("questions", (reader, id, node) => reader.question(id, node));
  each("routes", (reader, claim, nodes) => {
    isA(names, "claim", claim);
    const entry = draft.entry.get(claim);
    if (entry === undefined) return; // it could not be read
    if (entry.basis !== "routes") throw noRoutes(claim);
    reader.routesOf(claim, nodes);
  });
  each("arguments", readArgument);
  return draft.model(own);
}

function noRoutes(claim) {
  const message = `\`${claim}\` does not rest on routes, so there is none to add to`;
  const hint = "argue about it, or about what it rests on: bring an argument";
  return new ProblemError("no-routes", message, hint);
}

/** Return what all ids stand for, those that are brought too; those that are taken are told. */
function namesWith(model, bringers, failed) {
  const known = new Map(model.entries.map((entry) => [entry.id, entry]));
  const bringerOf = new Map();
  for (const { id: bringer, brings } of bringers) {
    for (const [section, type] of Object.entries(TYPES)) {
      for (const [id, node] of brings[section]) {
        attempt(
          () => {
            checkId(id);
            if (known.has(id)) throw taken(id, known.get(id).brought_by ?? null);
            known.set(id, { id, type, states: statesOf(type, node), brought_by: bringer });
            bringerOf.set(id, bringer);
          },
          (problem) => failed(section, id, problem),
        );
      }
    }
  }
  return { ...namesOf({ entries: [...known.values()] }), bringerOf, hint: nearestHint };
}

function statesOf(type, node) {
  return type === "question" ? node.get("states") : ["false", "true"];
}

function taken(id, bringer) {
  const where = bringer === null ? "the map" : `the file of \`${bringer}\``;
  const hint = `give this one another id, or delete it: the first is in ${where}`;
  return new ProblemError("duplicate-id", `\`${id}\` is there twice`, hint);
}
