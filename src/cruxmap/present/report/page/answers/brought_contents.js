// What people read of a model with what is brought to it: what report/contents.py says of a map, for the
// entries, numbers and worldviews that are new.

import { conditionOf, conditionText, conditionWords, mentionedBy } from "../language/conditions.js";
import { asNode } from "../language/file_shapes.js";
import { namesOf, under } from "../language/names.js";
import { numbersOf } from "../language/worldviews.js";
import { routeWords, wordsOf } from "./brought_words.js";

/**
 * Contents that always show what is open now: `entries`, `judgements` and `worldviews` change with what is
 * brought and received.
 * @param {object} shipped @param {() => {entries: object, judgements: object, worldviews: object}} now
 */
export function openContents(shipped, now) {
  const shown = Object.create(shipped);
  for (const name of ["entries", "judgements", "worldviews"]) {
    Object.defineProperty(shown, name, { enumerable: true, get: () => now()[name] });
  }
  return shown;
}

/**
 * Return contents with what is brought to a model, and with the worldviews of files.
 * @param {object} contents as they were shipped @param {object} model extended
 * @param {{visitors: object[], own: {id: string, brings: object}}} who
 */
export function contentsWith(contents, model, { visitors, own }) {
  const made = new Made(contents, model);
  for (const { id, voice = null, brings = {} } of [...visitors, own]) made.bring(id, voice, brings);
  for (const shape of visitors) made.receive(shape);
  return { entries: made.entries, judgements: made.judgements, worldviews: made.worldviews };
}

/** Contents that grow; what was shipped is copied before it changes. */
class Made {
  constructor(contents, model) {
    this.contents = contents;
    this.model = model;
    this.entries = { ...contents.entries };
    this.judgements = { ...contents.judgements };
    this.worldviews = { ...contents.worldviews };
    this.added = new Map((model.added?.entries ?? []).map((one) => [one.id ?? one.address, one]));
    this.modelEntry = new Map(model.entries.map((entry) => [entry.id, entry]));
    this.texts = namesOf(model).textsOf;
    this.defaults = new Set(model.judgements.default.map((place) => model.addresses[place]));
    this.numbersOf = addressesByOwner(model);
  }

  /** Change an entry that is there already. */
  change(id, more) {
    this.entries[id] = { ...this.entries[id], ...more };
  }

  bring(bringer, voice, { claims, questions, arguments: some, routes }) {
    for (const section of [claims, questions]) {
      for (const [id, form] of Object.entries(section ?? {})) this.entry(bringer, null, id, form);
    }
    for (const [claim, forms] of Object.entries(routes ?? {})) this.routes(bringer, claim, forms);
    for (const [id, form] of Object.entries(some ?? {})) this.entry(bringer, voice, id, form);
  }

  entry(bringer, voice, id, form) {
    const entry = this.modelEntry.get(id);
    const words = wordsOf(entry, this.added.get(id), this.model.addresses, this.defaults, this.texts);
    const { type, states, targets = [], premises = [] } = entry;
    const isArgument = type === "argument";
    this.entries[id] = {
      text: form.text,
      type,
      basis: isArgument ? "argument" : entry.basis,
      basis_words: words.basis,
      sources: this.cited(form.source),
      note: form.note ?? "",
      by: isArgument ? (form.by ?? voice) : null,
      tags: [form.tags ?? []].flat(),
      file: null,
      remarks: [],
      states: type === "question" ? states.map((state) => stateOf(state, entry.state_texts)) : [],
      parts: words.parts,
      numbers: this.numbersOf.get(id),
      bearing: [],
      targets: targets.map((on) => targetOf(on, entry.direction)),
      premises: premises.map((premise) => premiseOf(premise, this.texts)),
      brought_by: bringer,
    };
    for (const [address, phrase] of words.numbers) {
      this.number(bringer, address, phrase, partsAt(form, address.slice(id.length + 1)));
    }
    for (const owner of new Set(targets.map((on) => on.id))) {
      this.change(owner, { bearing: [...(this.entries[owner]?.bearing ?? []), id] });
    }
  }

  /** Add the routes that one brings to a claim of others. */
  routes(bringer, claim, forms) {
    const isTheirs = ({ address }) => this.model.brought[address] === bringer;
    const theirs = this.modelEntry.get(claim).routes.filter(isTheirs);
    const ofClaim = this.added.get(claim)?.routes ?? [];
    theirs.forEach(({ address }, k) => {
      const { when } = this.added.get(address) ?? ofClaim.find((route) => route.address === address);
      const { line, number, part } = routeWords({ address, when }, claim, this.texts, bringer);
      const { basis_words: lines, parts } = this.entries[claim];
      const isLast = (one) => one === "something else" || one.startsWith("All that only when ");
      const rest = lines.findIndex(isLast);
      const at = rest < 0 ? lines.length : rest;
      this.change(claim, {
        basis_words: [...lines.slice(0, at), line, ...lines.slice(at)],
        parts: [...parts, ...part],
        numbers: this.numbersOf.get(claim),
      });
      this.number(bringer, address, number, [forms[k].chance, forms[k]]);
    });
  }

  number(bringer, address, words, parts) {
    const said = parts.filter((part) => part !== null && typeof part === "object");
    const source = said.flatMap((part) => this.cited(part.source));
    const note = said.map((part) => part.note).find((one) => one) ?? "";
    const text = this.model.map.values[numbersOf(this.model).index.get(address)];
    const place = numbersOf(this.model).index.get(address);
    const isNobodys = (this.model.judgements.nobodys ?? []).includes(place);
    const isOwn = bringer === this.model.own || isNobodys;
    this.judgements[address] = {
      words,
      map: text,
      is_default: this.defaults.has(address),
      source,
      note,
      ...(isNobodys ? { elicited: false } : {}),
      by: isOwn ? {} : { [bringer]: { text, source, note, fitted: null } },
    };
  }

  /** Citations as they are read, `post P15`, with the source's link. */
  cited(source) {
    return [source ?? []].flat().map((words) => {
      const [key, ...locator] = words.split("#");
      const at = locator.join("#");
      const url = under(this.contents.sources, key)?.url ?? null;
      return { text: at === "" ? key : `${key} ${at}`, url };
    });
  }

  // --- worldviews of files ------------------------------------------------------------------------

  receive(shape) {
    const { id, text = "", voice = null } = shape;
    this.worldviews[id] = {
      text,
      voice,
      extends: this.model.worldviews[id]?.extends ?? null,
      estimate: null,
      quantiles: null,
      said: (shape.stated ?? []).map((one) => this.stated(one)),
      read_as: (shape.readAs ?? []).map((one) => this.stated(one)),
    };
    for (const judgement of shape.judgements ?? []) this.judged(id, judgement);
    const rejected = { text: "rejected", source: [], note: "", fitted: null };
    for (const name of shape.rejects ?? []) this.gives(id, name, rejected);
    for (const [entry, sentence] of Object.entries(shape.remarks ?? {})) {
      const before = this.entries[entry]?.remarks ?? [];
      this.change(entry, { remarks: [...before, { worldview: id, text: sentence, sources: [] }] });
    }
  }

  judged(worldview, { at, value, shares, source, note = "", fitted = null, elicited = true }) {
    if (!elicited) return;
    const said = { source: this.cited(source), note, fitted: fitted || null };
    if (shares === undefined) return this.gives(worldview, at, { text: value, ...said });
    const row = numbersOf(this.model).rowAt.get(at) ?? [];
    row.forEach((place, k) => {
      this.gives(worldview, this.model.addresses[place], { text: shares[k], ...said });
    });
  }

  gives(worldview, address, given) {
    const before = this.judgements[address];
    if (before === undefined) return;
    this.judgements[address] = { ...before, by: { ...before.by, [worldview]: given } };
  }

  stated({ of, credence, assuming, source, note = "" }) {
    const names = namesOf(this.model);
    const read = (node) => conditionOf(asNode(node), names);
    const condition = read(of);
    const given = assuming === undefined ? [] : [assuming].flat().map(read);
    return {
      of: conditionText(condition),
      words: conditionWords(condition, this.texts),
      credence,
      assuming: given.map(conditionText),
      given: given.map((one) => conditionWords(one, this.texts)),
      source: this.cited(source),
      note,
    };
  }
}

function addressesByOwner(model) {
  const found = new Map(model.entries.map(({ id }) => [id, []]));
  model.judgements.owner.forEach((owner, place) => found.get(owner).push(model.addresses[place]));
  return found;
}

function stateOf(id, texts) {
  const text = under(texts, id);
  return { id, text: text ?? id.replaceAll("-", " "), shown: text ?? id };
}

function targetOf({ id, part, states }, how) {
  return { id, part: states.length > 0 ? states.join(", ") : part, how };
}

function premiseOf(condition, texts) {
  return { words: conditionWords(condition, texts), ids: [...new Set(mentionedBy(condition))] };
}

/** A number in an entry's form, by the part of its address after the entry's id, and what is around it. */
function partsAt(form, part) {
  if (part === "" || Object.hasOwn(form, part)) return [form[part === "" ? "credence" : part]];
  const [first] = part.split(".");
  const rows = [...(form.given ?? []), ...(form.routes ?? [])];
  const nameOf = (row) => row.id ?? (Object.hasOwn(row, "otherwise") ? "otherwise" : null);
  const row = rows.find((one) => nameOf(one) === first);
  if (row !== undefined) return [row.credence ?? row.otherwise ?? row.chance, row];
  return [form.credence];
}
