/**
 * A worldview's file, which anybody may have written: what it says, and all that is wrong with it, as
 * `cruxmap check` says it. What `src/cruxmap/language/worldviews.py` says of one file.
 */

import { broughtProblems, modelWith } from "./bringing.js";
import { checkWorldviewNumbers } from "./brought_checks.js";
import { checkAccepted, checkPut, checkRemark } from "./brought_worldviews.js";
import { conditionOf, isA, separateConditions } from "./conditions.js";
import { Draft } from "./draft.js";
import { judgementOf, readJudgement } from "./file_judgements.js";
import { asPlain, checkElicited, EnoughError, isLongForm, KEYS, MOST_PROBLEMS, shapedFile } from "./file_shapes.js";
import { checkId } from "./ids.js";
import { namesOf, under } from "./names.js";
import { parseJudgement } from "./notation.js";
import { joined, nearestHint, ProblemError, repeated } from "./problems.js";
import { layersOf, lineage, MAP, numbersOf } from "./worldviews.js";
import { readYaml } from "./yaml_text.js";

const BROUGHT = ["claims", "questions", "arguments", "routes"];

/** The keys that only a worldview's file has. */
const TELLING = [
  ...["worldview", "voice", "extends", "made_from", "judgements", "rejects", "accepts", "stated"],
  ...["read_as", "remarks", "asked", "routes"],
];

/** The version of the language. */
const LANGUAGE = "1";

/** How many worldviews one may rest on. */
const DEEPEST = 100;

/** How often what numbers come to is looked at again without the one that is wrong. */
const MOST_TRIED = 20;

/** How many entries and routes a file may bring to a page. */
const MOST_BROUGHT = 1000;

/** Problems whose absence cannot be known where a part of the file could not be read. */
const OF_NAMES = ["unknown-id", "unknown-address", "nothing-to-accept", "wrong-reference"];

/**
 * What is wrong with a file, all at once. It is the first of its problems, with the line.
 */
export class FileError extends ProblemError {
  /** @param {{code: string, message: string, hint: string, line: number}[]} problems */
  constructor(problems) {
    const [{ code, message, hint, line }] = problems;
    super(code, `line ${line}: ${message}`, hint);
    this.problems = problems;
  }
}

/**
 * Read the file of somebody else, which comes to stand beside the worldviews there are. Throws FileError
 * with every problem: a file that has one is taken over in no part.
 * @param {string} text
 * @param {object} model with what worldviews that are there bring
 * @param {{name?: string}} [file] its name, which is its id where it has none
 * @returns {{id: string, shape: object, isOther: boolean, changed: {id: string, isGone: boolean}[],
 *   warnings: object[]}} `shape` is a `Shape` (bringing.js) with the `file` itself; `isOther` where it was
 *   made from another state of the map, `changed` the entries it speaks of that are not as they were
 */
export function readWorldviewFile(text, model, { name = "" } = {}) {
  const reading = new Reading(text, model, name);
  const shape = untilEnough(() => reading.begun().checked());
  const { problems, warnings } = reading;
  if (problems.length > 0) throw new FileError(inOrder(problems));
  shape.file = { name, text };
  return { id: shape.id, shape, ...madeSince(shape, model), warnings: inOrder(warnings) };
}

function untilEnough(work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EnoughError)) throw error;
    return null;
  }
}

/**
 * Read a file to go on from as one's own. What does not fit is left out, with its reason. Throws
 * ProblemError where it is no worldview's file at all.
 * @param {string} text @param {object} model
 * @returns {{shape: object, isOther: boolean, changed: {id: string, isGone: boolean}[],
 *   leftOut: {at: string, why: string}[]}}
 */
export function readOwnFile(text, model) {
  const reading = new Reading(text, model, "");
  const shape = untilEnough(() => reading.begun().fitting());
  const { problems } = reading;
  if (shape === null) throw new FileError(inOrder(problems));
  const leftOut = problems.map(({ at, message }) => ({ at, why: message }));
  return { shape, ...madeSince(shape, model), leftOut };
}

function inOrder(problems) {
  return problems
    .map(({ code, message, hint, line }) => ({ code, message, hint, line }))
    .sort((a, b) => a.line - b.line);
}

/** What has become of the map since a file was made from it. */
function madeSince({ madeFrom }, model) {
  const now = model.made_from;
  if (madeFrom === null || now === undefined) return { isOther: false, changed: [] };
  const known = new Set(model.entries.map(({ id }) => id));
  const changed = Object.entries(madeFrom.entries).flatMap(([id, digest]) => {
    const present = under(now.entries, id);
    if (present === digest || (present === undefined && known.has(id))) return [];
    return [{ id, isGone: present === undefined }];
  });
  return { isOther: madeFrom.map !== now.map, changed };
}

/** One file on its way to a shape: what it holds, and what is wrong with it. */
class Reading {
  constructor(text, model, name) {
    this.model = model;
    this.problems = [];
    this.warnings = [];
    const { root, places, problems, spoiled } = readYaml(text);
    this.root = root;
    this.places = places;
    for (const problem of problems) this.problems.push({ ...problem, at: `line ${problem.line}` });
    this.spoiled = spoiled;
    this.file = null;
    this.name = name;
  }

  /** Read the file into its shape, if it is a worldview's. */
  begun() {
    const { root, places, spoiled } = this;
    if (root === null) return this;
    if (!(root instanceof Map) || !TELLING.some((key) => root.has(key))) {
      const hint = "it has `judgements`, for example";
      this.tell(new ProblemError("wrong-shape", "this is not a worldview's file", hint), []);
      return this;
    }
    leaveOutEmpty(root, places);
    const isSpoiled = spoiled.some((way) => way.length === 0);
    const nothing = { file: new Map(), cuts: [[]], problems: [] };
    const fitted = isSpoiled ? nothing : shapedFile(root, spoiled);
    for (const { problem, way, ofValue } of fitted.problems) this.tell(problem, way, ofValue);
    this.file = fitted.file;
    this.cuts = fitted.cuts;
    this.id = this.file.get("worldview") ?? this.name.replace(/\.yaml$/u, "");
    return this;
  }

  // --- what is told -------------------------------------------------------------------------------

  /** Note a problem at the way to what it is about: on the line of its key, or of what stands there. */
  tell({ code, message, hint }, way, ofValue = false) {
    if (this.problems.length >= MOST_PROBLEMS) throw new EnoughError();
    const line = this.places.lineOf(this.root, way, ofValue);
    this.problems.push({ code, message, hint, line, at: way.slice(0, 2).at(-1)?.toString() ?? "" });
  }

  warn(code, message, hint, way, ofValue = false) {
    this.warnings.push({ code, message, hint, line: this.places.lineOf(this.root, way, ofValue) });
  }

  /** Do something, and note the problem that it throws; return what it returns, or null. */
  attempt(way, work, ofValue = false) {
    try {
      return work();
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (!this.isUnknown(problem)) this.tell(problem, way, ofValue);
      return null;
    }
  }

  /** Whether a problem may be no problem, had all of what the file brings been read. */
  isUnknown({ code, message }) {
    const ofBrought = this.cuts.filter(([section]) => section === undefined || BROUGHT.includes(section));
    if (ofBrought.some((way) => way.length < 2)) return OF_NAMES.includes(code);
    return ofBrought.some(([, id]) => message.includes(`\`${id}\``) || message.includes(`\`${id}.`));
  }

  // --- what the file says -------------------------------------------------------------------------

  /** What it says, without a look at what there is. */
  shape() {
    if (this.file === null) return null;
    const { file } = this;
    const plain = (key, otherwise) => (file.has(key) ? asPlain(file.get(key)) : otherwise);
    const madeFrom = plain("made_from", null);
    const isWhole = (section) => file.has(section) && file.get(section).size > 0;
    const judgements = [...(file.get("judgements") ?? [])];
    return {
      id: this.id ?? "",
      text: plain("text", ""),
      voice: plain("voice", null),
      extends: plain("extends", null),
      judgements: judgements.map(([at, node]) => judgementOf(this.model, at, node)),
      rejects: this.words("rejects").map(([name]) => name),
      accepts: this.words("accepts").map(([name]) => name),
      remarks: plain("remarks", {}),
      stated: this.listed("stated").map(([, one]) => asPlain(one)),
      readAs: this.listed("read_as").map(([, one]) => asPlain(one)),
      asked: file.has("asked") ? this.listed("asked").map(([, one]) => asPlain(one)) : null,
      brings: Object.fromEntries(BROUGHT.filter(isWhole).map((key) => [key, this.brought(key)])),
      madeFrom: madeFrom === null ? null : { map: madeFrom.map, entries: madeFrom.entries ?? {} },
      note: plain("note", ""),
      source: [plain("source", [])].flat(),
    };
  }

  /** Each of some words, or the only one, with the way to it. */
  words(key) {
    const written = this.file.get(key) ?? [];
    if (!Array.isArray(written)) return [[written, [key]]];
    return this.listed(key).map(([number, word]) => [word, [key, number]]);
  }

  /** The parts of a list that fit, with their numbers. */
  listed(key) {
    return [...(this.file.get(key) ?? []).entries()].filter(([, part]) => part !== null);
  }

  /** What a section brings, without the entries of which a part was left out. */
  brought(key) {
    const broken = new Set(this.cuts.filter(([section]) => section === key).map(([, id]) => id));
    const parts = [...this.file.get(key)].filter(([id]) => !broken.has(id));
    return Object.fromEntries(parts.map(([id, node]) => [id, asPlain(node)]));
  }

  // --- what is wrong with it ----------------------------------------------------------------------

  /** Return the shape as far as it may fit a model: without numbers for what nobody has ever heard of. */
  fitting() {
    const shape = this.shape();
    if (shape === null || !this.checkMuch(shape)) return null;
    const { index, rowAt } = numbersOf(this.model);
    const own = Object.values(shape.brings).flatMap((section) => Object.keys(section));
    const known = new Set([...this.model.entries.map(({ id }) => id), ...own]);
    const isKnown = (at) => known.has(at.split(".")[0]);
    const left = (list, key, isThere, what) =>
      list.filter((one) => {
        const at = typeof one === "string" ? one : one.at;
        if (isThere(at)) return true;
        const problem = new ProblemError("unknown-address", `there is no ${what} \`${at}\``);
        if (this.problems.length < MOST_PROBLEMS) this.tell(problem, [key, at]);
        return false;
      });
    const isOwn = new Set(own);
    const isNumber = (at) => index.has(at) || rowAt.has(at) || isOwn.has(at.split(".")[0]);
    shape.judgements = left(shape.judgements, "judgements", isNumber, "judgement");
    shape.rejects = left([...new Set(shape.rejects)], "rejects", isKnown, "argument");
    shape.accepts = left([...new Set(shape.accepts)], "accepts", isKnown, "argument");
    const remarked = left(Object.keys(shape.remarks), "remarks", isKnown, "entry");
    shape.remarks = Object.fromEntries(remarked.map((entry) => [entry, shape.remarks[entry]]));
    return shape;
  }

  /** Whether the file brings no more than a page can take. */
  checkMuch({ brings }) {
    const sizes = Object.values(brings).flatMap((section) => Object.values(section));
    const count = sizes.reduce((sum, entry) => sum + (Array.isArray(entry) ? entry.length : 1), 0);
    if (count <= MOST_BROUGHT) return true;
    const message = `cannot be read: it brings ${count.toLocaleString("en-US")} entries and routes`;
    const most = MOST_BROUGHT.toLocaleString("en-US");
    const hint = `a page takes ${most} at most; the command line takes any`;
    this.tell(new ProblemError("unreadable-file", message, hint), []);
    return false;
  }

  /** Return the shape, and note every problem there is. */
  checked() {
    if (this.file === null) return null;
    const shape = this.shape();
    if (!this.checkMuch(shape)) return shape;
    this.checkHead(shape);
    this.warnOfComments(this.root, []);
    const extended = this.withBrought(shape);
    const start = this.checkExtends(shape);
    const read = this.judgements(shape, extended);
    const verdicts = this.checkVerdicts(shape, extended);
    for (const [key, what] of STATED) this.checkStated(key, what, extended);
    for (const [entry, sentence] of Object.entries(shape.remarks)) {
      this.attempt(["remarks", entry], () => checkRemark(extended, entry, sentence));
    }
    this.checkAsked(extended);
    const { id, voice } = shape;
    this.checkNumbers(extended, { extends: start, voice, judgements: read, ...verdicts }, id);
    this.warnOfChanges(shape);
    if (this.problems.length === 0) {
      this.attempt(["worldview"], () => modelWith(this.model, [shape]));
    }
    return shape;
  }

  checkHead(shape) {
    const { file, model } = this;
    const language = file.get("language");
    if (language !== undefined && language !== LANGUAGE) {
      const message = `this is version ${LANGUAGE} of the language, not \`${language}\``;
      const problem = new ProblemError("unknown-language", message, `write \`language: ${LANGUAGE}\``);
      this.tell(problem, ["language"]);
    }
    this.attempt(["worldview"], () => checkId(shape.id));
    if (under(model.worldviews, shape.id) !== undefined) {
      const message = `there is a worldview \`${shape.id}\` already, which is not the same`;
      this.tell(new ProblemError("duplicate-id", message, "choose another id"), ["worldview"]);
    }
    const isCut = this.cuts.some(([key]) => key === undefined || key === "text");
    if (shape.text === "" && !isCut) {
      const hint = "say it in a sentence, under `text: >-`";
      this.tell(new ProblemError("missing-key", `\`${shape.id}\` has no \`text\``, hint), ["text"]);
    }
    this.draft = new Draft(model);
    if (shape.voice !== null) this.attempt(["voice"], () => this.draft.checkVoice(shape.voice));
    this.checkCited(file, []);
    this.checkMadeFrom(shape.madeFrom);
  }

  /** Check each source that something cites. */
  checkCited(node, way) {
    const cited = node.get("source");
    const each = Array.isArray(cited) ? [...cited.entries()] : [[null, cited]];
    for (const [number, words] of each) {
      if (typeof words !== "string") continue;
      const to = number === null ? [...way, "source"] : [...way, "source", number];
      this.attempt(to, () => this.draft.checkCited(words), true);
    }
  }

  checkMadeFrom(madeFrom) {
    if (madeFrom === null) return;
    this.checkDigest(madeFrom.map, 16, "the map", ["made_from", "map"]);
    for (const [id, digest] of Object.entries(madeFrom.entries)) {
      const way = ["made_from", "entries", id];
      this.attempt(way, () => checkId(id));
      this.checkDigest(digest, 8, `\`${id}\``, way);
    }
  }

  checkDigest(written, digits, what, way) {
    if (written.length === digits && /^[0-9a-f]*$/u.test(written)) return;
    const message = `\`${written}\` is no digest of ${what}`;
    const digit = `${digits} digits of 0 to 9 and a to f`;
    const hint = `a page writes ${digit}; leave it out where no page wrote it`;
    this.tell(new ProblemError("not-a-digest", message, hint), way, true);
  }

  /** Check what the file brings; return the model with it, or without where it cannot be. */
  withBrought({ id, voice, brings }) {
    const { model } = this;
    const found = broughtProblems(model, brings, { bringer: id, voice });
    for (const { kind, id: entry, problem } of found) {
      const way = entry === "" ? [kind] : [kind, entry];
      if (!this.isUnknown(problem)) this.tell(problem, way);
    }
    if (Object.keys(brings).length === 0) return model;
    if (found.length === 0) return this.attempt([], () => modelWith(model, [], { id, brings })) ?? model;
    for (const [kind, entries] of Object.entries(brings)) {
      for (const entry of Object.keys(entries)) this.cuts.push([kind, entry]); // no more is told of these
    }
    return model;
  }

  /** Check what the worldview rests on; return that, or null where it cannot be. */
  checkExtends({ id, extends: start }) {
    if (start === null) return null;
    const { model } = this;
    const known = Object.keys(model.worldviews).filter((one) => one !== MAP);
    if (start === id) {
      const message = `these worldviews extend each other: ${id} -> ${id}`;
      const problem = new ProblemError("worldview-circle", message, "one of them rests on the map");
      this.tell(problem, ["worldview"]);
      return null;
    }
    if (!known.includes(start)) {
      const message = `there is no worldview \`${start}\``;
      const problem = new ProblemError("unknown-worldview", message, nearestHint(start, known));
      this.tell(problem, ["extends"], true);
      return null;
    }
    if (lineage(model, start).length < DEEPEST) return start;
    const message = `\`${id}\` extends ${DEEPEST} others, one resting on the next`;
    this.tell(new ProblemError("too-deep", message, "extend one nearer to the map"), ["worldview"]);
    return null;
  }

  /** Read the judgements, each by itself. */
  judgements(shape, model) {
    const read = [];
    for (const [at, node] of this.file.get("judgements") ?? []) {
      const way = ["judgements", at];
      if (node instanceof Map) this.checkLong(node, way);
      const [found] = this.attempt(way, () => readJudgement(model, at, node)) ?? [];
      if (found !== undefined) read.push(found);
    }
    const whole = new Set(read.filter(({ shares }) => shares !== undefined).map(({ at }) => at));
    return read.filter(({ at, shares }) => {
      const row = at.slice(0, Math.max(at.lastIndexOf("."), 0));
      if (shares !== undefined || !whole.has(row)) return true;
      const message = `\`${row}\` is given all at once and \`${at}\` by itself`;
      this.tell(new ProblemError("mixed-shares", message, "keep one of them"), ["judgements", at]);
      return false;
    });
  }

  /** Check what stands beside a number, and beside single shares. */
  checkLong(node, way) {
    const value = node.get("value");
    const isLongNumber = !(value instanceof Map) && isLongForm(node);
    const [shares, to] = value instanceof Map ? [value, [...way, "value"]] : [node, way];
    const longs = isLongNumber ? [] : [...shares].filter(([, share]) => share instanceof Map);
    const parts = longs.map(([state, share]) => [share, [...to, state]]);
    if (isLongNumber || value instanceof Map) parts.unshift([node, way]);
    for (const [part, where] of parts) {
      this.checkCited(part, where);
      this.attempt([...where, "elicited"], () => checkElicited(part));
      const fitted = part.get("fitted");
      if (fitted === undefined) continue;
      const place = [...where, "fitted"];
      if (fitted === "") {
        const hint = "say which stated credence the number was moved to meet";
        this.tell(new ProblemError("missing-key", "`fitted` has no sentence", hint), place);
      }
      if (part.has("source")) {
        const message = "a number that was fitted has no `source`";
        const hint = "cite it in the sentence, or leave out `fitted` if the source gives the number";
        this.tell(new ProblemError("misplaced-key", message, hint), place);
      }
    }
  }

  /** Check what is rejected and accepted; return what can be. */
  checkVerdicts({ id, rejects }, model) {
    const names = namesOf(model);
    const all = Object.values(model.worldviews).flatMap((worldview) => worldview.rejects ?? []);
    const rejected = new Set([...all, ...rejects]);
    const isOwn = new Set(rejects);
    const checkBoth = (name) => {
      if (!isOwn.has(name)) return;
      const message = `\`${id}\` both rejects and accepts \`${name}\``;
      throw new ProblemError("rejected-and-accepted", message, "keep one of them");
    };
    return {
      rejects: this.verdicts("rejects", [(name) => isA(names, "argument", name)]),
      accepts: this.verdicts("accepts", [checkBoth, (name) => checkAccepted(model, name, rejected)]),
    };
  }

  /** Return the names under a key that pass some checks and are there for the first time. */
  verdicts(key, checks) {
    const seen = new Set();
    const checkNew = (name) => {
      if (seen.has(name)) throw repeated(name);
      seen.add(name);
    };
    const passes = (check, [name, way]) => this.attempt(way, () => check(name) ?? true, true) === true;
    const passesAll = (word) => [checkNew, ...checks].filter((check) => !passes(check, word)).length === 0;
    return this.words(key).filter(passesAll).map(([name]) => name);
  }

  /** Check the credences that are stated, or read out of words. */
  checkStated(key, what, model) {
    const names = namesOf(model);
    for (const [number, node] of this.listed(key)) {
      const way = [key, number];
      const credence = node.get("credence");
      this.attempt([...way, "credence"], () => checkStatedCredence(model, credence, what), true);
      this.attempt([...way, "of"], () => conditionOf(node.get("of"), names));
      this.attempt([...way, "assuming"], () => separateConditions(node.get("assuming"), names));
      this.checkCited(node, way);
    }
  }

  /** Check what an interview has put: judgements by their address or entry, and statements as conditions. */
  checkAsked(model) {
    const names = namesOf(model);
    const seen = new Set();
    for (const [number, node] of this.listed("asked")) {
      const way = ["asked", number];
      if (node instanceof Map) {
        this.attempt([...way, "of"], () => conditionOf(node.get("of"), names));
        continue;
      }
      if (seen.has(node)) this.tell(repeated(node), way, true);
      seen.add(node);
      this.attempt(way, () => checkPut(model, node), true);
    }
  }

  /** Check what the numbers come to, and warn of those that are not used. */
  checkNumbers(model, worldview, id) {
    let { judgements } = worldview;
    for (let left = MOST_TRIED; left > 0; left -= 1) {
      const written = { ...worldview, judgements };
      const found = { ...model, worldviews: { ...model.worldviews, [id]: written } };
      try {
        checkWorldviewNumbers(found, [{ id }]);
        this.warnOfIdle(found, id);
        return;
      } catch (problem) {
        if (!(problem instanceof ProblemError)) throw problem;
        const about = aboutWhich(problem, judgements);
        this.tell(problem, about.length > 0 ? ["judgements", about[0].at] : ["judgements"]);
        if (about.length === 0) return;
        judgements = judgements.filter((judgement) => !about.includes(judgement));
      }
    }
  }

  /** Warn where the map has changed since the file was made from it. */
  warnOfChanges({ id, madeFrom }) {
    const { isOther, changed } = madeSince({ madeFrom }, this.model);
    if (madeFrom === null) return;
    const named = (isGone) => changed.filter((one) => one.isGone === isGone).map((one) => one.id);
    const told = [
      [named(false), ["has changed", "have changed"]],
      [named(true), ["is gone", "are gone"]],
    ].filter(([ids]) => ids.length > 0);
    const parts = told.map(([ids, verbs]) => `${joined(ids)} ${verbs[ids.length > 1 ? 1 : 0]}`);
    let message = parts.length > 0 ? `${parts.join(" and ")} since \`${id}\` was made` : "";
    if (Object.keys(madeFrom.entries).length === 0) {
      message = isOther ? `the map has changed since \`${id}\` was made from it` : "";
    }
    const hint = "see whether its numbers still hold";
    if (message !== "") this.warn("made-from-another", message, hint, ["made_from", "map"], true);
  }

  /** Warn of numbers of what has no force here: what is rejected, and what others bring. */
  warnOfIdle(model, id) {
    const { rejected } = layersOf(model, id);
    for (const { at } of model.worldviews[id].judgements) {
      const idle = [at, at.split(".")[0]].find((name) => rejected.has(name));
      if (idle === undefined) continue;
      let message = `\`${id}\` rejects \`${idle}\`, so this number is not used`;
      let hint = "judge it or reject it";
      if (rejected.get(idle) === MAP) {
        const only = `only \`${model.brought[idle]}\` brings \`${idle}\``;
        message = `${only}, so this number of \`${id}\` is not used`;
        hint = `take it over: \`accepts: [${idle}]\``;
      }
      this.warn("judged-but-rejected", message, hint, ["judgements", at]);
    }
  }

  /** Warn where a comment may have swallowed the end of a sentence or a locator. */
  warnOfComments(node, way) {
    if (typeof node === "string") return;
    const steps = Array.isArray(node) ? [...node.entries()] : [...node];
    const isSaid = (key) => ["text", "note", "source"].includes(key) || way.at(-1) === "remarks";
    for (const [step, part] of steps) {
      const key = Array.isArray(node) ? way.at(-1) : step;
      if (typeof part === "string" && isSaid(key) && this.places.partAt(node, step)?.commented) {
        const hint =
          "quote it if it belongs to the text (`source: post#P15` has no space), or move the comment";
        const message = "what follows ` #` on this line is a comment and not read";
        this.warn("comment-after-text", message, hint, [...way, step], true);
      }
      this.warnOfComments(part, [...way, step]);
    }
  }
}

const STATED = [
  ["stated", "a stated credence"],
  ["read_as", "a credence that is read out of words"],
];

/** A key of the file with nothing after it is as good as left out: its entries may be comments yet. */
function leaveOutEmpty(root, places) {
  for (const key of KEYS) if (root.get(key) === "" && places.partAt(root, key).plain) root.delete(key);
}

/** The judgements that a problem of the numbers names, in the order in which it names them. */
function aboutWhich({ message }, judgements) {
  const found = [...message.matchAll(/`([^`]*)`|(\S+) -> |-> (\S+)/gu)].flatMap((each) => each.slice(1));
  const names = [...new Set(found.filter(Boolean))];
  return names.flatMap((name) => judgements.filter(({ at }) => at === name || at.startsWith(`${name}.`)));
}

export function checkStatedCredence(model, credence, what) {
  const value = parseJudgement(credence, "p", model.lexicon, "credence");
  if (value.sameAs !== null) {
    const hint = "write the credence as the reviewer gave it, or as you read it";
    throw new ProblemError("unreadable-judgement", `${what} is a number of its own`, hint);
  }
  if (value.certain === null) return;
  const message = `${what} of \`${credence}\` cannot be compared with anything`;
  throw new ProblemError("certain-stated", message, "as in `over 99%` or `under 1%`");
}
