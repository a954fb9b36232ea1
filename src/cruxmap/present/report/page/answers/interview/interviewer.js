// The interview of whoever has the page open. What was answered is in the reader's own changes and nowhere
// else, so that undo, files and links know it: numbers of theirs are answers, what is fitted is not, what
// they state of an entry under what the model assumes is an answer, and what was `asked` without a number
// was skipped.

import { expit } from "../../engine/special.js";
import { withNumber, withRejection } from "../../language/changes.js";
import { parseCondition } from "../../language/conditions.js";
import { shownState, under } from "../../language/names.js";
import { formatProbability, formatRatio } from "../../language/notation.js";
import { plainOf, textOfPlain } from "../../language/plain_conditions.js";
import { ProblemError } from "../../language/problems.js";
import { MAP, numbersOf } from "../../language/worldviews.js";
import { checkStatedCredence } from "../../language/worldview_file.js";
import { tidied } from "../changed.js";
import { entryOf, Ground, partOf } from "./ground.js";
import { Interview } from "./interview.js";
import { nameOf } from "./observed.js";
import { entriesAsked, isAsAssumed, repliesOf, valuesOf } from "./replies.js";

/** How many interviews are remembered, for going back and forth. */
const KEPT = 8;

export class Interviewer {
  /**
   * @param {Session} session
   * @param {object} data what travels for it (insight/interview/travelling.py), with the `words` of
   * questions
   */
  constructor(session, data) {
    this.session = session;
    this.data = data;
    this.part = null;
    this.interviews = new Map();
  }

  get ground() {
    this.madeGround ??= new Ground(this.session.extensions.shipped, this.data);
    return this.madeGround;
  }

  /** The interview so far. */
  get now() {
    return this.of(this.session.own, this.session.setting);
  }

  of(own, setting) {
    const { asked = null, judgements, stated = [], rejects } = own;
    const key = JSON.stringify([asked, judgements.filter(({ fitted, elicited }) => !fitted && elicited !== false), stated, rejects]);
    const known = this.interviews.get(key);
    if (known) return known;
    const { ground } = this;
    const replies = repliesOf(ground, own, setting);
    const made = new Interview(ground, replies, entriesAsked(ground, own), this.part);
    this.interviews.set(key, made);
    if (this.interviews.size > KEPT) this.interviews.delete(this.interviews.keys().next().value);
    return made;
  }

  // --- what is asked -----------------------------------------------------------------------------

  /** Ask about an entry and what it rests on alone, or with null about everything again. */
  askAbout(id) {
    this.part = id === null ? null : partOf(this.session.extensions.shipped.structure, id);
    this.interviews.clear();
  }

  /** Whether there is anything that could be asked about an entry and what it rests on. */
  canAskAbout(id) {
    const { structure } = this.session.extensions.shipped;
    if (!structure.entry.has(id)) return false;
    const part = partOf(structure, id);
    return [...this.entriesAsked].some((entry) => part.has(entry));
  }

  /** The entries that questions are about. */
  get entriesAsked() {
    const { model } = this.session.extensions.shipped;
    const { index, rowAt } = numbersOf(model);
    const ownerAt = (at) => model.judgements.owner[rowAt.get(at)?.[0] ?? index.get(at)];
    const { judgements, stated } = this.data;
    this.madeEntriesAsked ??= new Set([...judgements.map(ownerAt), ...stated.map(entryOf)]);
    return this.madeEntriesAsked;
  }

  /** Whether an interview was begun. */
  get isBegun() {
    return (this.session.own.asked ?? null) !== null;
  }

  /** How many questions were replied to. */
  get given() {
    return this.now.replies.length;
  }

  /**
   * What is best asked now, and about how many `more` questions would matter; null where none would.
   * @returns {Promise<(Suggestion & {more: number}) | null>}
   */
  async next() {
    await this.ground.prepare(() => breath());
    await breath();
    const interview = this.now;
    const best = interview.next();
    return best === null ? null : { ...best, more: interview.more() };
  }

  /**
   * Everything that may be asked now, what is expected to tell most first. @returns
   * {Promise<Suggestion[]>}
   */
  async questions() {
    await this.ground.prepare(() => breath());
    return this.now.questions();
  }

  /** The question of a kind and id. Throws ProblemError. */
  questionOf(kind, id) {
    const { ground } = this;
    if (kind === "stated") return ground.statement(parseCondition(id, ground.model));
    if (ground.index.has(id) || ground.rowAt.has(id)) return ground.judgement(id);
    throw new ProblemError("unknown-address", `there is no judgement \`${id}\``);
  }

  /**
   * The words of a question: as `QuestionWords` in question_words.py, where it is among those that travel.
   */
  wordsOf({ kind, id, places }) {
    const address = places.length === 1 ? this.ground.model.addresses[places[0]] : id;
    const ask = this.session.contents?.judgements?.[address]?.words ?? id;
    const states = places.length > 1 ? places.map((place) => this.stateAt(place)) : [];
    const { words } = this.data;
    const known = under(words?.[kind] ?? {}, id) ?? { ask, states };
    const all = { ...NO_WORDS, ...told(known, this.session.contents?.entries ?? {}) };
    return withoutArguments(all, this.now.rejected);
  }

  stateAt(place) {
    const address = this.ground.model.addresses[place];
    const { model } = this.ground;
    return shownState(model, model.judgements.owner[place], address.slice(address.lastIndexOf(".") + 1));
  }

  /** The scale of an answer. @returns {"p" | "r" | "s"} */
  scaleOf({ test, places }) {
    return test === null ? this.ground.model.judgements.scale[places[0]] : "p";
  }

  /** The map's own numbers for a question, as texts. */
  mapped(question) {
    const { ground } = this;
    if (question.test === null) {
      return question.places.map((place) => this.session.shipped(MAP).values[place].text);
    }
    const standing = ground.at.unconstrained(new Float64Array(ground.at.size));
    return [formatProbability(expit(ground.slopes.of(standing, [question.test]).logOdds[1]))];
  }

  // --- what is replied ---------------------------------------------------------------------------

  /** Begin, from the map's own numbers: one step, if it is not begun. */
  begin() {
    const { session } = this;
    const { start, own, given } = session.step;
    if (this.isBegun && start === MAP) return;
    session.go({ start: MAP, own: this.refitted({ ...own, asked: own.asked ?? [] }), given });
  }

  /**
   * Take an answer: a text, or one for each share of a row. Throws ProblemError.
   * @param {Question} question @param {string[]} texts
   */
  answer(question, texts) {
    this.begin();
    this.put(question, this.withAnswer(question, texts));
  }

  withAnswer(question, texts) {
    const own = this.withoutReply(question, "answered");
    const { model } = this.session;
    if (question.test !== null) {
      checkStatedCredence(model, texts[0], "a stated credence");
      const said = { of: plainOf(question.condition), credence: texts[0] };
      const assuming = this.ground.model.assumed.map(plainOf);
      return { ...own, stated: [...own.stated, assuming.length > 0 ? { ...said, assuming } : said] };
    }
    const text = question.places.length > 1 ? texts : texts[0];
    return withNumber(model, this.session.startedFrom, own, question.id, text);
  }

  /** Say that a question has no answer. @param {Question} question */
  skip(question) {
    this.begin();
    const own = this.withoutReply(question, "skipped");
    const item = question.test === null ? question.id : { of: plainOf(question.condition) };
    this.put(question, { ...own, asked: [...own.asked, item] });
  }

  /** Reject the argument that a question is about. @param {Question} question */
  reject(question) {
    this.begin();
    const { session } = this;
    const own = this.withoutReply(question, "rejected");
    this.put(question, withRejection(session.model, session.startedFrom, own, question.entry, true));
  }

  /** Whether the last step was a reply. */
  get canGoBack() {
    return this.session.step.put !== undefined && this.session.canUndo;
  }

  /** Take the last reply back. */
  back() {
    if (this.canGoBack) this.session.undo();
  }

  /** The last reply, where the last step was one: its question and what was said, null for no number. */
  get last() {
    const { put } = this.session.step;
    const reply = put && this.now.replies.find(({ question }) => nameOf(question) === put);
    return reply ? toldOf(reply) : null;
  }

  put(question, own) {
    const { start, given } = this.session.step;
    this.session.go({ start, own: this.refitted(own), given, put: nameOf(question) });
  }

  /**
   * The reader's changes without what they replied to a question. An argument that is rejected has no
   * numbers, and one that gets a number is not rejected.
   */
  withoutReply(question, what) {
    const own = this.withoutContrary(question, what);
    const { model, rowAt } = this.ground;
    const isOf = rowAt.has(question.id)
      ? (at) => at === question.id || question.places.some((place) => model.addresses[place] === at)
      : (at) => at === question.id;
    const isAsked = (item) =>
      typeof item === "string"
        ? question.test === null && isOf(item)
        : question.test !== null && this.textOf(item.of) === question.id;
    return {
      ...own,
      judgements: question.test === null ? own.judgements.filter(({ at }) => !isOf(at)) : own.judgements,
      stated: (own.stated ?? []).filter((said) => question.test === null || !this.isSaid(said, question)),
      asked: (own.asked ?? []).filter((item) => !isAsked(item)),
    };
  }

  withoutContrary({ entry, test }, what) {
    const { own, model } = this.session;
    const { index, rowAt } = numbersOf(model);
    if (what === "rejected") {
      const ownerAt = (at) => model.judgements.owner[rowAt.get(at)?.[0] ?? index.get(at)];
      return { ...own, judgements: own.judgements.filter(({ at }) => ownerAt(at) !== entry) };
    }
    if (what === "skipped" || test !== null) return own;
    return { ...own, rejects: own.rejects.filter((name) => name !== entry) };
  }

  isSaid(said, question) {
    return isAsAssumed(this.ground, said) && this.textOf(said.of) === question.id;
  }

  textOf(of) {
    return textOfPlain(this.ground.model, of);
  }

  /** Changes with what is fitted to the answers in them. */
  refitted(own) {
    const { session } = this;
    const said = own.judgements.filter(({ fitted, elicited }) => !fitted && elicited !== false);
    const without = { ...own, judgements: said };
    const setting = session.settled({ ...session.step, start: MAP, own: without });
    const fitted = this.of(without, setting).fitted();
    const inRows = new Set(said.map(({ at }) => at.slice(0, Math.max(at.lastIndexOf("."), 0))));
    const isOpen = ({ at, shares }) => shares === undefined || !inRows.has(at);
    return tidied({ ...without, judgements: [...said, ...fitted.filter(isOpen)] });
  }

  // --- what does not fit -------------------------------------------------------------------------

  /**
   * What earlier answers imply instead of an answer, where that is far from it; null if not. Throws
   * ProblemError.
   * @returns {{implied: string, part: number, earlier: {question: Question, texts: string[] | null}[]} |
   * null}
   */
  clash(question, texts) {
    this.withAnswer(question, texts); // what cannot be read is a problem
    const values = valuesOf(this.ground, question, texts);
    const found = this.now.clash({ question, what: "answered", values });
    if (found === null) return null;
    const { implied, number, earlier } = found;
    const told = earlier.map((reply) => toldOf(reply));
    return { implied: this.numberText(question, implied), part: number, earlier: told };
  }

  /**
   * Answers that are furthest from what all others imply, with that (`implied`, texts); none where there
   * are no more answers than would be told.
   */
  toLookAtAgain(n = 3) {
    const { now } = this;
    if (now.replies.filter(({ what }) => what === "answered").length <= n) return [];
    return now.toLookAtAgain(n).map((reply) => {
      const others = now.withReplies(now.replies.filter((one) => one !== reply));
      const implied = others.expected(reply.question);
      return { ...toldOf(reply), implied: implied.map((u) => this.numberText(reply.question, u)) };
    });
  }

  /** A number of an answer to a question, a logit or the log of a ratio, as a text. */
  numberText(question, u) {
    return this.scaleOf(question) === "p" ? formatProbability(expit(u)) : formatRatio(Math.exp(u));
  }
}

/** A reply with its answer as texts, null where it has none. */
function toldOf({ question, what, values }) {
  return { question, what, texts: what === "answered" ? values.map(({ text }) => text) : null };
}

/** A pause in which the page can be painted. */
function breath() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

// --- words ---------------------------------------------------------------------------------------

const NO_WORDS = {
  ...{ given: [], assuming: [], background: [], speaks_for: [], speaks_against: [], arguments: [] },
  ...{ scale: "a number", examples: [], states: [], way: [] },
};

/** What is said where arguments are listed that bear on what is asked. */
const ASIDE = /^Leaving aside the (?:arguments|objections) below, (.)/u;

/** Words without arguments that are rejected, as `words_of` in question_words.py has them. */
function withoutArguments(words, rejected) {
  const { arguments: ids, ask, speaks_for: pro, speaks_against: con } = words;
  const counts = (k) => !rejected.has(ids[k]);
  const left = ids.filter((_, k) => counts(k));
  return {
    ...words,
    arguments: left,
    speaks_for: pro.filter((_, k) => counts(k)),
    speaks_against: con.filter((_, k) => counts(pro.length + k)),
    ask: left.length > 0 ? ask : ask.replace(ASIDE, (_, letter) => letter.toUpperCase()),
  };
}

/** A place where what an entry says belongs, as it is or as it is quoted within a sentence. */
const NAMED = /\{\{("?)([^{}"]+)\}\}/gu;

/** Words with what entries say in its places. */
function told(words, entries) {
  const textOf = (text) => text.replaceAll(NAMED, (whole, quote, id) => {
    const entry = under(entries, id);
    if (entry === undefined) return whole;
    const line = entry.text.split(/\s+/u).filter(Boolean).join(" ");
    return quote === "" ? line : `"${line.replace(/\.$/u, "").replaceAll('"', "'")}"`;
  });
  const toldIn = (value) => (Array.isArray(value) ? value.map(textOf) : textOf(value));
  return Object.fromEntries(Object.entries(words).map(([part, value]) => [part, toldIn(value)]));
}
