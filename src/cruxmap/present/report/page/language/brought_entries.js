/**
 * Claims, questions and routes that a worldview brings: from the form of its file to the model's data.
 * What `src/cruxmap/language/entries.py` says, with its problems.
 */

import { checkState, conditionOf, mentionedBy, wholeNumber } from "./conditions.js";
import { checkElicited, isElicited } from "./file_shapes.js";
import { checkPartIds } from "./ids.js";
import { under } from "./names.js";
import { joined, ProblemError } from "./problems.js";

const BASES = ["credence", "all_of", "any_of", "at_least", "routes", "given"];
const OTHERWISE = "otherwise";

/** Reads what one worldview brings into a draft, by the names of everything there is. */
export class EntryReader {
  /**
   * @param {object} draft @param {object} names those of `namesOf`
   * @param {{bringer: string, voice?: string | null}} whose
   */
  constructor(draft, names, { bringer, voice = null }) {
    this.draft = draft;
    this.names = names;
    this.bringer = bringer;
    this.voice = voice;
  }

  // --- what every entry has -----------------------------------------------------------------------

  about(id, node) {
    if ((node.get("text") ?? "") === "") {
      const hint = "say it in a sentence, under `text: >-`";
      throw new ProblemError("missing-key", `\`${id}\` has no \`text\``, hint);
    }
    this.draft.checkCited(node.get("source"));
  }

  /** Put in a place for a number: as it is written, in the long form too, or by default. */
  number(node, place, byDefault, whole = undefined) {
    const isDefault = node === undefined;
    const text = isDefault ? byDefault : typeof node === "string" ? node : node.get("value");
    if (node instanceof Map) {
      this.draft.checkCited(node.get("source"));
      checkElicited(node);
    }
    const isNobodys = !isElicited(node, whole);
    return this.draft.place({ bringer: this.bringer, ...place, text, isDefault, isNobodys });
  }

  condition(node) {
    return node === undefined ? null : conditionOf(node, this.names);
  }

  conditions(nodes) {
    return nodes.map((node) => conditionOf(node, this.names));
  }

  // --- claims -------------------------------------------------------------------------------------

  claim(id, node) {
    this.about(id, node);
    const basis = onlyBasis(id, node, "claim", BASES);
    const isDefinition = ["all_of", "any_of", "at_least"].includes(basis);
    const variable = this.draft.variable(id);
    const { entry, added } = isDefinition
      ? this.definition(id, node, basis)
      : { credence: this.credence, given: this.table, routes: this.routes }[basis].call(this, id, node);
    const where = "a definition (`all_of`, `any_of`, `at_least`)";
    if (!isDefinition) misplaced(node, ["if_met", "otherwise"], where);
    if (basis !== "routes") misplaced(node, ["leak", "when"], "`routes`");
    this.put(
      { id, variable, own_number: null, parts: [], type: "claim", states: ["false", "true"] },
      { kind: "stage", definition: null, ...entry },
      { type: "claim", id, variable, ...added },
    );
  }

  /** Put in an entry, and what the engine is told of it. */
  put(entry, more, added) {
    this.draft.entry.set(entry.id, { ...entry, brought_by: this.bringer, ...more });
    this.draft.added.push(added);
  }

  credence(id, node) {
    const credence = this.number(node.get("credence"), { address: id, owner: id, role: "credence" });
    return {
      entry: { basis: "credence", kind: "premise", own_number: credence, rests_on: [] },
      added: { basis: "credence", credence },
    };
  }

  definition(id, node, rule) {
    const some = node.get("at_least");
    const parts = this.conditions(rule === "at_least" ? some.get("of") : node.get(rule));
    const count = { all_of: parts.length, any_of: 1 }[rule] ?? wholeNumber(some.get("count"), 1);
    if (count > parts.length) {
      const message = `at least ${count} of ${parts.length} can never be met`;
      throw new ProblemError("impossible-count", message, `\`count\` goes up to ${parts.length}`);
    }
    const part = (key, byDefault) =>
      this.number(node.get(key), { address: `${id}.${key}`, owner: id, role: "credence" }, byDefault);
    const numbers = { if_met: part("if_met", "100%"), otherwise: part("otherwise", "0%") };
    const definition = { rule, parts, count, ...numbers };
    return {
      entry: { basis: "definition", definition, rests_on: namesIn(parts) },
      added: { basis: "definition", parts, count, ...numbers },
    };
  }

  table(id, node) {
    const rows = this.rows(node.get("given"), id, (row, address, isFixed) => {
      const number = row.get(OTHERWISE) ?? row.get("credence");
      return { credence: this.number(number, { address, owner: id, role: "credence", isFixed }) };
    });
    const written = rows.map(({ when, credence }) => ({ when, credence }));
    const rests = namesIn(rows.map(({ when }) => when));
    return { entry: { basis: "table", rests_on: rests }, added: { basis: "table", rows: written } };
  }

  /** Read the rows of a table: the condition of each, and what is `read` of it at its address. */
  rows(nodes, owner, read) {
    checkPartIds(nodes.map((row) => row.get("id")));
    if (nodes.slice(0, -1).some((row) => row.has(OTHERWISE))) {
      const message = "rows after `otherwise` are never reached";
      throw new ProblemError("misplaced-otherwise", message, "make it the last row");
    }
    return nodes.map((row) => {
      this.draft.checkCited(row.get("source"));
      const when = this.condition(row.get("when"));
      const name = row.get("id") ?? (row.has(OTHERWISE) ? OTHERWISE : undefined);
      const address = name === undefined ? this.draft.nameless(owner, when) : `${owner}.${name}`;
      return { when, address, ...read(row, address, name === undefined) };
    });
  }

  routes(id, node) {
    const nodes = node.get("routes");
    checkPartIds(nodes.map((route) => route.get("id")));
    const routes = nodes.map((route) => this.route(id, route));
    const leak = this.number(
      node.get("leak"),
      { address: `${id}.leak`, owner: id, role: "chance" },
      "0%",
    );
    const when = this.condition(node.get("when"));
    return {
      entry: {
        basis: "routes",
        parts: routes.flatMap((route) => route.part),
        routes: routes.map(shownRoute),
        when: namesIn([when]),
        rests_on: namesIn([when, ...routes.map((route) => route.when)]),
      },
      added: { basis: "routes", when, leak, routes: routes.map(engineRoute) },
    };
  }

  /** Read one cause of a claim. */
  route(claim, node) {
    this.draft.checkCited(node.get("source"));
    const id = node.get("id");
    const when = this.condition(node.get("when"));
    const address = id === undefined ? this.draft.nameless(claim, when) : `${claim}.${id}`;
    const place = { address, owner: claim, role: "chance", part: id ?? "", isFixed: id === undefined };
    const chance = this.number(node.get("chance"), place);
    const variable = this.draft.variable(address);
    const kind = this.draft.values[chance] === "100%" ? "stage" : "premise";
    const part = id === undefined ? [] : [{ address, variable, kind }];
    return { address, when, chance, variable, part };
  }

  // --- routes of others' claims -------------------------------------------------------------------

  /** Add routes to a claim that rests on routes. */
  routesOf(claim, nodes) {
    const entry = this.draft.entry.get(claim);
    const known = entry.parts.map(({ address }) => address.slice(claim.length + 1));
    checkPartIds([...known, ...nodes.map((node) => node.get("id"))]);
    const routes = nodes.map((node) => this.route(claim, node));
    for (const { address } of routes) {
      this.draft.brought.set(address, this.bringer);
      this.draft.bringer.set(address, this.bringer);
    }
    this.draft.entry.set(claim, {
      ...entry,
      parts: [...entry.parts, ...routes.flatMap((route) => route.part)],
      routes: [...entry.routes, ...routes.map(shownRoute)],
      rests_on: [...new Set([...entry.rests_on, ...namesIn(routes.map((route) => route.when))])],
    });
    const ofClaim = this.draft.added.find(({ type, id }) => type === "claim" && id === claim);
    for (const route of routes.map(engineRoute)) {
      if (ofClaim !== undefined) ofClaim.routes.push(route);
      else this.draft.added.push({ type: "route", of: claim, ...route });
    }
  }

  // --- questions ----------------------------------------------------------------------------------

  question(id, node) {
    const states = node.get("states");
    checkPartIds(states);
    if (states.length < 2) {
      const hint = "add the other states, or make it a claim, which is true or false";
      throw new ProblemError("too-few-states", `the question \`${id}\` needs two states at least`, hint);
    }
    this.about(id, node);
    const basis = onlyBasis(id, node, "question", ["credence", "given", "gap"]);
    if (basis === "gap") throw newGap(id);
    const variable = this.draft.variable(id);
    const rows =
      basis === "credence"
        ? [{ when: null, address: id, shares: this.shares(id, node.get("credence"), states, id) }]
        : this.shareRows(id, node.get("given"), states);
    for (const { address, shares } of rows) {
      this.draft.shareRows.push(shares);
      if (!address.includes("#")) this.draft.rowsAt.set(address, shares);
    }
    const isPlain = rows.length === 1 && rows[0].when === null;
    const entry = { id, variable, own_number: null, parts: [], type: "question", states, basis: "shares", gap: null };
    this.put(
      { ...entry, ...this.stateTexts(id, node.get("state_texts"), states) },
      { kind: isPlain ? "premise" : "stage", rests_on: namesIn(rows.map(({ when }) => when)) },
      {
        type: "question",
        id,
        variable,
        states,
        rows: rows.map(({ when, shares }) => ({ when, shares })),
      },
    );
  }

  /** What readers are shown in place of the ids of states, where there is something: `{state_texts}`. */
  stateTexts(question, node, states) {
    if (node === undefined) return {};
    const texts = {};
    for (const [state, words] of node) {
      checkState(this.names, question, state);
      texts[state] = words.split(/\s+/u).filter(Boolean).join(" ");
      if (texts[state] !== "") continue;
      const hint = "say what is shown in place of its id, or leave it out";
      throw new ProblemError("missing-key", `the state \`${state}\` has no words`, hint);
    }
    const shown = (state) => under(texts, state) ?? state;
    for (const state of Object.keys(texts)) {
      const alike = states.find((other) => other !== state && shown(other) === shown(state));
      if (alike === undefined) continue;
      const message = `\`${state}\` and \`${alike}\` are both shown as \`${shown(state)}\``;
      throw new ProblemError("repeated", message, "give each state a text that no other has");
    }
    return { state_texts: texts };
  }

  shareRows(id, nodes, states) {
    return this.rows(nodes, id, (row, address, isFixed) => {
      if (row.has(OTHERWISE)) return { shares: this.shares(id, row.get(OTHERWISE), states, address) };
      const [credence, state] = [row.get("credence"), row.get("state")];
      if ((credence === undefined) === (state === undefined)) {
        const code = state === undefined ? "no-basis" : "several-bases";
        throw new ProblemError(code, "a row takes either `credence` or `state`");
      }
      if (state === undefined) return { shares: this.shares(id, credence, states, address, isFixed) };
      checkState(this.names, id, state);
      const share = (name) => ({ address: `${address}.${name}`, owner: id, role: "share", isFixed });
      return {
        shares: states.map((name) => this.number(name === state ? "100%" : "0%", share(name))),
      };
    });
  }

  /** Put in a place for the share of each state. */
  shares(question, node, states, address, isFixed = false) {
    const written = this.shareMapping(question, node);
    checkShareKeys(this.names, question, written, states);
    const whole = written === node ? undefined : node;
    const isRest = (share) => (share instanceof Map ? share.get("value") : share) === "rest";
    const given = states.map((state) => written.get(state)).filter((share) => !isRest(share));
    const isGiven = given.some((share) => isElicited(share, whole));
    return states.map((state) => {
      const place = { address: `${address}.${state}`, owner: question, role: "share", isFixed };
      const share = written.get(state);
      if (!isRest(share)) return this.number(share, place, undefined, whole);
      return this.number(isGiven ? "rest" : REST_OF_NOBODYS, place);
    });
  }

  /** Return shares by state. */
  shareMapping(question, node) {
    const value = node.get("value");
    if (value instanceof Map) {
      this.draft.checkCited(node.get("source"));
      checkElicited(node);
      return value;
    }
    const isLong = value !== undefined && [...node.keys()].every((key) => LONG_FORM.includes(key));
    if (!isLong) return node;
    const message = `\`${question}\` needs a share for each state`;
    throw new ProblemError("wrong-shape", message, "as in `{a: 30%, b: rest}`");
  }
}

const LONG_FORM = ["value", "source", "note", "tags", "elicited", "fitted"];

/** What is left by shares that nobody gave. */
const REST_OF_NOBODYS = new Map([["value", "rest"], ["elicited", "false"]]);

/** Check that every state has a share, nothing else has, and `rest` is there at most once. */
function checkShareKeys(names, question, written, states) {
  const known = new Set(states);
  for (const state of written.keys()) if (!known.has(state)) checkState(names, question, state);
  const missing = states.filter((state) => !written.has(state));
  if (missing.length > 0) {
    const message = `the shares of \`${question}\` leave out ${joined(missing)}`;
    throw new ProblemError("missing-share", message, "give every state a share; one may be `rest`");
  }
  if ([...written.values()].filter((share) => share === "rest").length > 1) {
    throw new ProblemError("misplaced-rest", "`rest` is there twice", "one share at most is the rest");
  }
}

/** Return on what an entry rests; a problem unless it is one thing. */
function onlyBasis(id, node, what, bases) {
  const given = bases.filter((basis) => node.has(basis));
  if (given.length === 0) {
    const hint = `give one of: ${bases.join(", ")}`;
    throw new ProblemError("no-basis", `the ${what} \`${id}\` rests on nothing`, hint);
  }
  if (given.length > 1) {
    const message = `the ${what} \`${id}\` has several bases: ${joined(given)}`;
    const definition = given.find((key) => ["all_of", "any_of", "at_least"].includes(key));
    const likely = `if \`credence\` is how likely the claim is once \`${definition}\` is met`;
    const isIfMet = given[0] === "credence" && definition !== undefined;
    const hint = `keep one of them${isIfMet ? `; ${likely}, call it \`if_met\`` : ""}`;
    throw new ProblemError("several-bases", message, hint);
  }
  return given[0];
}

/** Check that keys are not there without what they belong to. */
export function misplaced(node, keys, where) {
  const key = keys.find((one) => node.has(one));
  if (key !== undefined) throw new ProblemError("misplaced-key", `\`${key}\` belongs to ${where}`);
}

function newGap(id) {
  const message = `this page cannot take \`${id}\` into account: it is about how far two events are apart`;
  return new ProblemError("needs-another-network", message, "the command line takes it");
}

/** The ids that some conditions are about, each once. */
export function namesIn(conditions) {
  return [...new Set(conditions.flatMap((when) => (when === null ? [] : mentionedBy(when))))];
}

function shownRoute({ address, when }) {
  return { address, when: namesIn([when]) };
}

function engineRoute({ address, variable, when, chance }) {
  return { address, variable, when, chance };
}
