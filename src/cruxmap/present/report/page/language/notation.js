/**
 * The notations for credences and ratios, both ways: what `src/cruxmap/language/judgement.py` says, in the
 * page.
 *
 * Scales are "p" (a probability), "r" (a ratio) and "s" (a strength, a ratio of at least 1).
 */

import {
  complement,
  decimalOf,
  fixed,
  floatOf,
  general,
  inProportion,
  numeral,
  oneMinus,
  quotient,
  scientific,
  shortest,
} from "./decimals.js";
import { nearest, ProblemError } from "./problems.js";

/**
 * A judgement as it stands in one place. `low` and `high` are its 5th and 95th percentiles (equal for a
 * point), `complements` what they leave, `mu` and `sd` the normal on the log-odds (or log) scale,
 * `certain` 0 or 1 for `0%` and `100%`. A link has `sameAs`, the address it leads to, and `rest` is true
 * for `rest`; both lack numbers.
 * @typedef {{text: string, scale: string, low: number, high: number, complements: number[], mu: number,
 *   sd: number,
 *   certain: 0 | 1 | null, point: boolean, sameAs: string | null, rest: boolean}} ParsedJudgement
 */

/** The standard normal's 95th percentile: a 90% interval is twice as many standard deviations wide. */
export const Z_95 = 1.6448536269514722;

/** What 100% is on the log-odds scale; 0% is minus this. */
export const LOGIT_OF_CERTAINTY = 1e30;

const MAX_CHARACTERS = 1000;
const [MAX_LISTED, MAX_PHRASES_COMPARED] = [12, 200];

const BLANKS = // Python's
  "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WHITE = `[${BLANKS}]`;
const NUMBER = "((?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)";
const IS_NUMBER = whole(NUMBER);
const PLAIN = whole(`${NUMBER}(%?)`);
const FRACTION = whole(`${NUMBER}(?:/| in )${NUMBER}`);
const ODDS = whole(`${NUMBER}:${NUMBER}`);
const RATIO = whole(`${NUMBER}x`);
const INTERVAL = whole("([^\\n]+?) to ([^\\n]+)");
const BOUND = whole(`(under|over|<|>)${WHITE}*([^\\n]+)`);
const ABOUT = whole("about ([^\\n]+)");
const SAME_AS = whole(`same as ([^${BLANKS}]+)`);
const IS_WHITE = whole(WHITE);

function whole(pattern) {
  return new RegExp(`^(?:${pattern})$`, "u");
}

/** The phrases that every map has, and what they mean. */
const BUILT_IN = {
  probability: [
    ["almost no chance", "1% to 5%"],
    ["very unlikely", "5% to 20%"],
    ["unlikely", "20% to 45%"],
    ["roughly even", "45% to 55%"],
    ["likely", "55% to 80%"],
    ["very likely", "80% to 95%"],
    ["almost certain", "95% to 99%"],
  ],
  ratio: [
    ["weak", "1.5x to 3x"],
    ["moderate", "3x to 10x"],
    ["strong", "10x to 30x"],
    ["very strong", "30x to 100x"],
  ],
};

const lexicons = new WeakMap();

// --- reading ------------------------------------------------------------------------------------

/**
 * Read one judgement; throws ProblemError.
 * @param {string} text
 * @param {"p" | "r" | "s"} scale
 * @param {object} lexicon the model's: `{probability: {phrase: interval}, ratio: {...}}`
 * @param {string} [role] what the number is, for messages
 * @returns {ParsedJudgement}
 */
export function parseJudgement(text, scale, lexicon, role = defaultRole(scale)) {
  const written = stripped(text);
  if (written.length > MAX_CHARACTERS) {
    throw unreadable(written, `a ${role} has ${MAX_CHARACTERS} characters at most`);
  }
  const link = SAME_AS.exec(written);
  if (link !== null) return linked(written, scale, link[1]);
  const phrases = lexiconOf(lexicon);
  const phrase = phrases[kindOf(scale)].get(written);
  const found = phrase ? judged(scale, phrase, written) : read(written, scale, phrases, role);
  if (scale === "s" && found.low < 1) throw belowOne(written, found);
  return found;
}

/**
 * Read one share of a question, which may be `rest`; throws ProblemError.
 * @returns {ParsedJudgement}
 */
export function parseShare(text, lexicon) {
  if (text !== "rest") return parseJudgement(text, "p", lexicon, "share");
  return { ...linked("rest", "p", null), rest: true };
}

/** Return text without the blanks around it; one pass, however many there are within. */
function stripped(text) {
  const written = String(text);
  let [start, end] = [0, written.length];
  while (start < end && IS_WHITE.test(written[start])) start += 1;
  while (end > start && IS_WHITE.test(written[end - 1])) end -= 1;
  return written.slice(start, end);
}

function defaultRole(scale) {
  return { p: "credence", r: "pace", s: "strength" }[scale];
}

function kindOf(scale) {
  return scale === "p" ? "probability" : "ratio";
}

function linked(text, scale, sameAs) {
  const none = { low: NaN, high: NaN, complements: [NaN, NaN], mu: NaN, sd: NaN };
  return { text, scale, ...none, certain: null, point: false, sameAs, rest: false };
}

/** Read what no lexicon has, with a hint at what was probably meant where it cannot be read. */
function read(text, scale, phrases, role) {
  try {
    return judged(scale, endsOf(text, scale), text);
  } catch (error) {
    throw error instanceof ProblemError ? betterHint(text, scale, phrases, role, error) : error;
  }
}

/** Return the phrases of a model, the built-in ones first: by kind, their ends. */
function lexiconOf(lexicon) {
  const own = lexicon ?? BUILT_IN;
  if (!lexicons.has(own)) {
    const phrases = {};
    for (const kind of ["probability", "ratio"]) {
      const written = [...BUILT_IN[kind], ...(own === BUILT_IN ? [] : Object.entries(own[kind] ?? {}))];
      phrases[kind] = new Map(written.map(([phrase, text]) => [phrase, phraseEnds(text, kind)]));
    }
    lexicons.set(own, phrases);
  }
  return lexicons.get(own);
}

/**
 * Return the phrases that may stand in place of a number, with what each means, the least first.
 * @param {object} lexicon the model's @param {"p" | "r" | "s"} scale
 * @returns {[phrase: string, meaning: string][]}
 */
export function phrasesOf(lexicon, scale) {
  const kind = kindOf(scale);
  const ends = lexiconOf(lexicon)[kind];
  const middle = (phrase) => ends.get(phrase).low + ends.get(phrase).high;
  return Object.entries(lexicon?.[kind] ?? {}).sort(([a], [b]) => middle(a) - middle(b));
}

/** Return the ends of what a phrase means; what they leave is counted anew, as the command line does. */
function phraseEnds(text, kind) {
  const { low, high } = endsOf(text, kind === "ratio" ? "r" : "p");
  return { low, high, complements: [complement(low), complement(high)] };
}

/** Return a probability or ratio that ends lie in: the number as the model counts with it. */
function judged(scale, ends, text) {
  const { low, high, complements } = ends;
  const point = low === high && complements[0] === complements[1];
  const isRatio = scale !== "p";
  const certain = isRatio || !point ? null : low === 0 ? 0 : complements[0] === 0 ? 1 : null;
  const [first, last] = [0, 1].map((i) => unconstrained([low, high][i], complements[i], isRatio));
  const mu = certain === null ? (point ? first : (first + last) / 2) : certainLogit(certain);
  const sd = point ? 0 : (last - first) / (2 * Z_95);
  return { text, scale, low, high, complements, mu, sd, certain, point, sameAs: null, rest: false };
}

function certainLogit(certain) {
  return certain === 1 ? LOGIT_OF_CERTAINTY : -LOGIT_OF_CERTAINTY;
}

function unconstrained(end, left, isRatio) {
  return isRatio ? Math.log(end) : Math.log(end) - Math.log(left);
}

/**
 * Return a judgement that is no text: a point, by its probability and what that leaves.
 * @returns {ParsedJudgement}
 */
export function pointOf(p, left, text) {
  return judged("p", { low: p, high: p, complements: [left, left] }, text);
}

/** Return the central value, on the natural scale. */
export function middleOf(judgement) {
  if (judgement.point) return judgement.low;
  return judgement.scale === "p" ? logistic(judgement.mu) : Math.exp(judgement.mu);
}

/** Return what the central value of a probability leaves, to all its digits. */
export function middleComplementOf(judgement) {
  return judgement.point ? judgement.complements[0] : logistic(-judgement.mu);
}

function logistic(u) {
  return u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u));
}

// --- points, intervals, bounds ------------------------------------------------------------------

const FORMS = "`5%`, `1% to 5%`, `under 1%`, `about 5%`, `1 in 20`, `1:19`";

function endsOf(text, scale) {
  if (scale !== "p") return ratioEnds(text);
  const [low, high] = probabilityEnds(text);
  return { low: low.p, high: high.p, complements: [low.complement, high.complement] };
}

/** A probability as two whole weights, so that near 100% it keeps as many digits as near 0%. */
function odds(pro, con) {
  const total = pro + con;
  if (total === 0n) return { pro, con, p: 0, complement: 0 };
  return { pro, con, p: quotient(pro, total), complement: quotient(con, total) };
}

function isOpen(weights) {
  return weights.p > 0 && weights.complement > 0;
}

function probabilityEnds(text) {
  const interval = INTERVAL.exec(text);
  if (interval !== null) return between(text, interval[1], interval[2]);
  const bound = BOUND.exec(text);
  if (bound !== null) return bounded(text, bound[1], bound[2]);
  const about = ABOUT.exec(text);
  if (about !== null) return around(text, weightsOf(about[1]));
  const point = weightsOf(text);
  if (point === null) throw unreadable(text, `write for example ${FORMS} or a phrase such as \`likely\``);
  const isCertain = text.endsWith("%") && (point.pro === 0n || point.con === 0n);
  if (!isOpen(point) && !isCertain) {
    const beyond = point.pro < 0n || point.con < 0n;
    const hint = beyond ? "nothing is likelier than `100%`" : "certainty is written `0%` or `100%`";
    throw unreadable(text, hint);
  }
  return [point, point];
}

/** Read a percentage, a number below 1, a fraction or odds, whatever their size; null if it is none. */
function weightsOf(text) {
  const plain = PLAIN.exec(text);
  const fraction = plain ?? FRACTION.exec(text);
  const pair = fraction ?? ODDS.exec(text);
  if (pair === null) return null;
  if (plain !== null) return share(decimalOf(plain[1]), decimalOf(plain[2] === "%" ? "100" : "1"));
  if (fraction !== null) return share(decimalOf(fraction[1]), decimalOf(fraction[2]));
  return odds(...inProportion(decimalOf(pair[1]), decimalOf(pair[2])));
}

function share(number, total) {
  const [pro, all] = inProportion(number, total);
  return odds(pro, all - pro);
}

function around(text, middle) {
  if (middle === null || !isOpen(middle)) {
    throw unreadable(text, "a number strictly between 0% and 100%, as in `about 5%`");
  }
  return bothOpen(text, odds(middle.pro, 2n * middle.con), odds(2n * middle.pro, middle.con));
}

function between(text, first, second) {
  const [low, high] = [weightsOf(first), weightsOf(second)];
  const units = new Set([unitOf(first), unitOf(second)]);
  if (low === null || high === null || (units.has("%") && units.has(""))) {
    throw unreadable(text, "both ends the same way, as in `1% to 5%`");
  }
  const ends = [[first, low], [second, high]];
  for (const [end, weights] of ends) {
    if (weights.con < 0n) throw unreadable(text, `\`${end}\` is more than 100%`);
  }
  for (const [end, weights] of ends) {
    if (!isOpen(weights)) throw unreadable(text, withoutCertainty(end, low, high));
  }
  const [left, right] = [low.pro * high.con, high.pro * low.con];
  if (left === right) throw unreadable(text, `\`${first}\`: an interval needs two ends`);
  if (left > right) throw unreadable(text, `\`${second} to ${first}\`: the lower end comes first`);
  return [low, high];
}

/** Say that an end of an interval is certain, and what is near the interval and has no such end. */
function withoutCertainty(end, low, high) {
  const instead = isOpen(high)
    ? (9n * high.pro <= high.con ? `under ${percentOf(high)}` : `1% to ${percentOf(high)}`)
    : (9n * low.con <= low.pro ? `over ${percentOf(low)}` : `${percentOf(low)} to 99%`);
  const why = `an interval cannot end at \`${end}\`, which is certain`;
  return (isOpen(low) || isOpen(high)) && reads(instead, "p") ? `${why}: write \`${instead}\`` : why;
}

/** Return what makes a number mean something: `5` beside `6%` could be either. */
function unitOf(end) {
  const plain = PLAIN.exec(end);
  return plain === null ? "weights" : plain[2];
}

function bounded(text, side, bound) {
  const end = weightsOf(bound);
  if (end === null || !isOpen(end)) {
    throw unreadable(text, "a bound strictly between 0% and 100%, as in `under 1%` or `over 99%`");
  }
  const tenth = odds(end.pro, 9n * end.pro + 10n * end.con);
  const nineTenthsOn = odds(9n * end.con + 10n * end.pro, end.con);
  const isUnder = side === "under" || side === "<";
  const [low, high] = isUnder ? [tenth, end] : [end, nineTenthsOn];
  if (isUnder ? 9n * end.pro <= end.con : 9n * end.con <= end.pro) return bothOpen(text, low, high);
  const where = isUnder ? "above 10%" : "below 90%";
  throw unreadable(text, `${where} say where it ends, as in \`${percentOf(low)} to ${percentOf(high)}\``);
}

function bothOpen(text, low, high) {
  if (isOpen(low) && isOpen(high)) return [low, high];
  throw unreadable(text, "too near 0% or 100% for an interval: give a point");
}

function ratioEnds(text) {
  const point = timesOf(text);
  if (point !== null) return ratioBetween(point, point);
  const interval = INTERVAL.exec(text);
  if (interval === null) {
    throw unreadable(text, "write for example `3x`, `2x to 10x` or a phrase such as `moderate`");
  }
  const [, first, second] = interval;
  const [low, high] = [timesOf(first), timesOf(second)];
  if (low === null || high === null) throw unreadable(text, "both ends with an `x`, as in `2x to 10x`");
  if (low === high) throw unreadable(text, `\`${first}\`: an interval needs two ends`);
  if (low > high) throw unreadable(text, `\`${second} to ${first}\`: the lower end comes first`);
  return ratioBetween(low, high);
}

function ratioBetween(low, high) {
  return { low, high, complements: [complement(low), complement(high)] };
}

function timesOf(text) {
  const value = RATIO.test(text) ? Number(text.slice(0, -1)) : 0;
  return value > 0 && value < Infinity ? value : null;
}

// --- what was meant -----------------------------------------------------------------------------

const WORD = "[\\p{L}\\p{N}_]";
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
const OFTEN_WRITTEN = [
  ["[\"'\\u2018-\\u201f\\u00ab\\u00bb]", ""],
  ["\\u00d7", "x"],
  [" ?percent", "%"],
  ["(?<=[0-9]) (?=[%x])", ""],
  [" out of ", " in "],
  [`( in [0-9]+),([0-9]{3}),?(?=(?:[0-9]{3})?${EDGE})`, "$1$2"],
  ["(?<![0-9.,])([0-9]+),([0-9]+)(?![0-9.,])", "$1.$2"],
  ["(?<=[0-9]) ?([:/]) ?(?=[0-9])", "$1"],
  ["(?<![^ \\u2013\\-])\\+(?=[0-9.])", ""],
  ["^(?:between|from) ", ""],
  ["^(?:~|\\u2248|ca\\.?|c\\.|around|roughly|approximately) ?(?=[0-9.])", "about "],
  ["^(?:less than|below|at most|up to|\\u2264|<=) ?(?=[0-9.])", "under "],
  ["^(?:more than|greater than|above|at least|\\u2265|>=) ?(?=[0-9.])", "over "],
].map(([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement]);
const TYPOGRAPHIC = /[\u2018-\u201f\u00ab\u00bb]/u;
const DASHES = ["(?<!e)-+", "\\u2013", "\\u2014", "\\.\\.+", ","];
const BETWEEN = ["to", "and"].map((word) => `${EDGE}${word}${EDGE}`);
const DASH = new RegExp(` ?(?:${[...DASHES, ...BETWEEN].join("|")}) ?`, "u");
const SIGN = /(?<![^ \u2013\-])[\-\u2212\u2013](?=[0-9.])/u;
const A_BOUND = new RegExp(`^(about|under|over|<|>) ?([^${BLANKS}]+?)%?$`, "u");
const BETWEEN_WORDS = new RegExp(`${WHITE}+`, "gu");

function unreadable(text, hint) {
  return new ProblemError("unreadable-judgement", `cannot read \`${text}\``, hint);
}

function belowOne(text, found) {
  let hint = "turn the argument round";
  if (found.high < 1) {
    const [low, high] = [found.high, found.low].map((end) => `${general(1 / end, 3)}x`);
    hint += low === high ? ` and write \`${low}\`` : ` and write \`${low} to ${high}\``;
  }
  return new ProblemError("strength-below-one", `a strength of \`${text}\` works backwards`, hint);
}

function betterHint(text, scale, phrases, role, error) {
  const other = scale === "p" ? "r" : "p";
  if (phrases[kindOf(other)].has(text) || reads(text, other)) {
    const names = { probability: "a probability", ratio: "a ratio" };
    const message = `\`${text}\` is ${names[kindOf(other)]}, and a ${role} is ${names[kindOf(scale)]}`;
    const some = [...phrases[kindOf(scale)].keys()].slice(0, MAX_LISTED).join(", ");
    return new ProblemError("wrong-kind", message, `${exampleOf(scale)}, or one of: ${some}`);
  }
  if (text === "") {
    return new ProblemError("unreadable-judgement", `there is no ${role} here`, exampleOf(scale));
  }
  if (text === "rest") {
    return unreadable(text, "`rest` stands for one share of a question, beside all its other shares");
  }
  const tidy = tidied(text);
  const meant = nearMiss(tidy, scale, phrases);
  if (meant !== null) {
    const asked = TYPOGRAPHIC.test(text)
      ? `typographic quotes are letters here: write ${meant}`
      : `did you mean ${meant}?`;
    return unreadable(text, asked);
  }
  return unreadable(text, whyUnread(tidy, scale) ?? error.hint);
}

function reads(text, scale) {
  return whyUnread(text, scale) === null;
}

/** Say why no notation reads text; null if one does. */
function whyUnread(text, scale) {
  if (SIGN.test(text)) return "numbers have no sign here";
  try {
    endsOf(text, scale);
  } catch (error) {
    if (error instanceof ProblemError) return error.hint;
    throw error;
  }
  return null;
}

function exampleOf(scale) {
  return scale === "p" ? "a probability such as `5%` or `1% to 5%`" : "a ratio such as `3x`";
}

/** Return text with what is often written otherwise as the language has it. */
function tidied(text) {
  let tidy = stripped(text.toLowerCase()).replace(BETWEEN_WORDS, " ");
  for (const [pattern, replacement] of OFTEN_WRITTEN) tidy = tidy.replace(pattern, replacement);
  return stripped(tidy);
}

/** Return a right form that is near what was written, between backticks; null if nothing is near. */
function nearMiss(tidy, scale, phrases) {
  const unit = scale === "p" ? "%" : "x";
  const number = without(tidy, unit);
  const bare = scale === "p" && IS_NUMBER.test(number);
  const size = bare ? compareWithOne(decimalOf(number)) : null;
  if (size === "zero") return "`0%`";
  if (size === "one") return "`1%` or `100%`";
  const candidates = [tidy, size === "below" ? tidy : `${number}${unit}`];
  candidates.push(tidy.replace(A_BOUND, "$1 $2%"));
  const ends = tidy.split(DASH).map((end) => without(end, unit));
  if (ends.length === 2 && ends.every((end) => IS_NUMBER.test(end))) {
    const [low, high] = Number(ends[1]) < Number(ends[0]) ? [ends[1], ends[0]] : ends;
    if (scale === "p" && !tidy.includes(unit)) candidates.push(`${low} to ${high}`);
    candidates.push(`${low}${unit} to ${high}${unit}`);
  }
  const known = phrases[kindOf(scale)];
  const like = nearest(tidy, [...known.keys()].slice(0, MAX_PHRASES_COMPARED), 0.75);
  if (like !== null) candidates.push(like);
  const right = candidates.find((candidate) => reads(candidate, scale) || known.has(candidate));
  return right === undefined ? null : `\`${right}\``;
}

function without(text, ending) {
  return text.endsWith(ending) ? text.slice(0, -ending.length) : text;
}

function compareWithOne(number) {
  if (number.digits === 0n) return "zero";
  const [ours, one] = inProportion(number, { digits: 1n, exponent: 0 });
  return ours === one ? "one" : ours < one ? "below" : "above";
}

// --- writing ------------------------------------------------------------------------------------

/** Write a probability by what it leaves, where that gives it back: near 100% that has more digits. */
function percentOf({ p, complement: left }) {
  let number = oneMinus(shortest(left));
  if (floatOf(number) !== p) number = shortest(p);
  return `${numeral({ digits: number.digits, exponent: number.exponent + 2 })}%`;
}

/**
 * Write a judgement so that `parseJudgement` gives the same ends back, to the last bit.
 * @param {ParsedJudgement} judgement
 */
export function formatJudgement(judgement) {
  const { scale, low, high, complements, point } = judgement;
  if (scale === "p" && point && low > 0 && low < 1e-6) return numeral(shortest(low));
  const [first, last] = [[low, complements[0]], [high, complements[1]]].map(([end, left]) =>
    scale === "p" ? percentOf({ p: end, complement: left }) : `${numeral(shortest(end))}x`,
  );
  return point ? first : `${first} to ${last}`;
}

const FURTHEST = { p: 30, r: 20, s: 20 };
const NARROWEST = 0.01;
const MOST_DIGITS = 6;
const ALL_DIGITS = 17;

/** By how much of its width an interval may be wider or narrower for fewer digits. */
const WIDER = 0.1;

/**
 * Write what a slider has been moved to, with few digits, in the language's notation. The text is what
 * counts: what the page computes with is read from it.
 * @param {"p" | "r" | "s"} scale
 * @param {number} mu the middle, as log-odds (a ratio: as its log)
 * @param {number} sd the standard deviation on the same scale; 0 for a point
 */
export function sliderText(scale, mu, sd) {
  return intervalText(scale, mu - Z_95 * sd, mu + Z_95 * sd);
}

/**
 * Write an interval whose ends have been dragged, in any order; what is very narrow is a point.
 * @param {"p" | "r" | "s"} scale
 * @param {number} low an end, as log-odds (a ratio: as its log)
 * @param {number} high the other
 */
export function intervalText(scale, low, high) {
  const [first, last] = [Math.min(low, high), Math.max(low, high)].map((end) => within(scale, end));
  if (!(last - first >= NARROWEST)) return endText(scale, (first + last) / 2, 2, true);
  for (let digits = 2; digits <= MOST_DIGITS; digits += 1) {
    const [from, to] = [first, last].map((end) => endText(scale, end, digits, false));
    if (from !== to) return `${from} to ${to}`;
  }
  return endText(scale, (first + last) / 2, 2, true);
}

/**
 * Write a number to so many digits at each end: of a ratio, or of a probability or of what it leaves,
 * whichever is smaller. There are more where fewer would make the interval another: as `rounded` in
 * insight/interview/written.py.
 * @param {"p" | "r" | "s"} scale
 * @param {number} mu the middle, as log-odds (a ratio: as its log)
 * @param {number} sd the standard deviation on the same scale; 0 for a point
 * @param {number} digits
 */
export function roundedText(scale, mu, sd, digits) {
  const [from, to] = [-Z_95, Z_95].map((by) => endText(scale, mu + by * sd, digits, sd === 0));
  const text = from === to ? from : `${from} to ${to}`;
  if (digits >= ALL_DIGITS) return text;
  const found = judged(scale, endsOf(text, scale), text);
  return Math.abs(found.sd - sd) <= WIDER * sd ? text : roundedText(scale, mu, sd, digits + 1);
}

/** Return a place on the slider that a notation can say: never a certainty, and no strength below 1. */
function within(scale, end) {
  const most = FURTHEST[scale];
  const finite = Number.isNaN(end) ? 0 : end;
  return Math.min(Math.max(finite, scale === "s" ? 0 : -most), most);
}

function endText(scale, end, digits, alone) {
  if (scale !== "p") return `${numeral(rounded(Math.exp(end), digits))}x`;
  const small = rounded(logistic(-Math.abs(end)), digits);
  const number = end <= 0 ? small : oneMinus(small);
  if (alone && end <= 0 && small.digits > 0n && floatOf(small) < 1e-6) return numeral(small);
  return `${numeral({ digits: number.digits, exponent: number.exponent + 2 })}%`;
}

function rounded(number, digits) {
  return decimalOf(scientific(number, digits - 1));
}

// --- numbers as people see them -----------------------------------------------------------------

const ROUNDING = 1e-12;

/**
 * Write a probability with some digits, or where it is large with one less of its distance from 100%:
 * `5.1%`, `99.97%`, `3e-9`; what is undefined is a dash.
 * @param {number | null | undefined} p
 */
export function formatProbability(p, digits = 2) {
  if (p === null || p === undefined || Number.isNaN(p)) return "-";
  if (p === 0) return "0%";
  if (p >= 1 - ROUNDING) return "100%";
  if (p < 1e-5) return scientific(p, digits - 2);
  if (p > 1 - 1e-5) return `1 - ${scientific(1 - p, digits - 2)}`;
  const decimals = p < 0.5 ? decimalsFor(p, digits) : decimalsFor(1 - p, digits - 1);
  return `${fixed(100 * p, decimals)}%`;
}

function decimalsFor(part, digits) {
  return Math.max(0, digits - 1 - Math.floor(Math.log10(100 * part * 1.0000001)));
}

/**
 * Write a ratio: `0.031x`, `1.0x`, `3.2x`, `25x`; what is undefined is a dash.
 * @param {number | null | undefined} value
 */
export function formatRatio(value, digits = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  if (value < 0.95) return `${general(value, digits)}x`;
  return `${fixed(value, value < 10 ? digits - 1 : digits - 2)}x`;
}
