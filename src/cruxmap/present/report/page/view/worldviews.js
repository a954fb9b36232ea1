/** The estimate of each worldview as a strip: over draws, at its middle, and what the reviewer said. */

import { togetherOf } from "../answers/together.js";
import { along, axisOf, densityAlong } from "./axis.js";
import { isAsMade } from "./changed.js";
import { h, link, onceAFrame, put, said, section, setText } from "./dom.js";
import { wordsOf } from "./given.js";
import { whenQuiet, whileNear } from "./quiet.js";
import { axisBelow, bar, diamond, dot, gridLines, shape, strip, upright } from "./strips.js";
import { formatRatio, parseJudgement } from "../language/notation.js";
import { formatInterval } from "../language/phrases.js";
import { textOfPlain } from "../language/plain_conditions.js";
import { ProblemError } from "../language/problems.js";
import { percent } from "./words.js";

const [TALL, BASE, STATED_AT] = [56, 42, 50];

/** How somebody came to the page by a file: after it was made, or before. */
const [CAME, MADE_WITH] = ["came", "made with"];

const IMPOSSIBLE = "What is given is impossible there.";

/** Milliseconds without a change after which means of those who came by files are asked for. */
const AFTER = 300;

/** More worldviews than these are taller than a screen: then their axis is above them too. */
const MANY = 6;

const KEY = [
  ["shape", "how draws of the numbers spread the estimate"],
  ["line", "90% of the draws"],
  ["dot", "mean, the credence to act on"],
  ["tick", "central: every number in its middle"],
  ["diamond", "what the reviewer said about the target"],
];

/**
 * Returns the second section.
 *
 * @param session null where nothing can be moved
 * @param {HTMLElement[]} [more] what stands below the list: files of others are taken in there
 * @returns {{element: HTMLElement, showMine: (estimate: object|null) => void}}
 */
export function worldviewsView(session, contents, more = []) {
  const told = h("p");
  const [above, below] = ["over-strips", "under-strips"].map((kind) => h("div", { class: kind }));
  const list = h("ul", { class: "bare worldviews" });
  const mine = h("li", { class: "worldview mine", hidden: true });
  const pale = h("p", { class: "note" });
  const element = section(
    "worldviews",
    "The worldviews",
    h("div", { class: "told" }, told, above, list, below, keyView(), pale),
    more,
  );
  const estimates = new Map(); // of those who came by files
  let [axis, rows, mineNow] = [null, [], null];

  const render = () => {
    const voices = voicesOf(session, contents, estimates);
    axis = axisOf(voices.flatMap((voice) => placesOf(voice, contents)));
    rows = voices.map((voice) => worldviewRow(voice, contents, axis, session?.model));
    const little = voices.filter(saysLittle).map(({ name }) => name);
    setText(told, introduction(contents, voices));
    above.hidden = voices.length <= MANY;
    for (const place of [above, below]) put(place, axisBelow(axis));
    put(list, mine, rows.map((row) => row.element));
    setText(pale, little.length > 0 ? littleText(little) : "");
    if (session !== null) {
      showGaps();
      putMine(mine, session, contents, axis, mineNow);
    }
  };
  const showGaps = () => rows.forEach((row) => row.showGap(session));
  const showMine = onceAFrame((estimate) => {
    mineNow = estimate;
    putMine(mine, session, contents, axis, estimate);
  });
  render();
  if (session !== null) {
    whileNear(session, element, showGaps);
    showVisitors(session, element, estimates, render);
  }
  return { element, showMine };
}

/** Shows those who came by files: at once what is central, and their means when they are known. */
function showVisitors(session, element, estimates, render) {
  const together = togetherOf(session);
  const show = onceAFrame(render);
  session.on("reviewers", () => {
    estimates.clear();
    render();
  });
  whenQuiet(session, {
    element,
    wait: AFTER,
    ask: async () => {
      if (session.visitors.length === 0) return true;
      return together.estimatesOfVisitors((id, estimate) => {
        if (estimates.get(id)?.mean === estimate.mean) return;
        estimates.set(id, estimate);
        show();
      });
    },
    show: () => {},
    old: () => {},
    failed: (error) => {
      for (const { id } of session.visitors) {
        const none = { mean: null, interval_90: null, reason: error.message };
        if (!estimates.has(id)) estimates.set(id, none);
      }
      show();
    },
  });
}

/**
 * Everybody as their row shows them: the map's own numbers first, then the highest first; those who say
 * little last.
 */
function voicesOf(session, contents, estimates) {
  const came = new Set((session?.visitors ?? []).map(({ id }) => id));
  const made = Object.entries(contents.worldviews).filter(([name]) => !came.has(name));
  const madeWith = new Set((contents.with ?? []).map(({ id }) => id));
  const voices = [
    ...made.map(([name, told]) => ({ ...told, name, from: madeWith.has(name) ? MADE_WITH : null })),
    ...(session?.visitors ?? []).map((shape) => visitorVoice(session, contents, shape, estimates)),
  ];
  const rank = (voice) => (voice.name === "map" ? 2 : saysLittle(voice) ? 0 : 1);
  const height = ({ estimate }) => estimate?.mean ?? estimate?.central ?? -1;
  return voices.sort((a, b) => rank(b) - rank(a) || height(b) - height(a));
}

/** Somebody who came by a file, with what is known of the estimate. */
function visitorVoice(session, { asked }, shape, estimates) {
  const { id, text = "", stated = [] } = shape;
  const known = estimates.get(id) ?? { mean: undefined, interval_90: null, quantiles: null };
  const told = stated.map((statement) => statementOf(statement, session.model));
  const about = told.filter((statement) => statement.of === asked.of);
  const whose = { said: about, says_little: known.little === true, fitted_judgements: known.fitted ?? 0 };
  const estimate = { ...known, ...centralOf(session, id), whose };
  return { name: id, text, said: told, quantiles: known.quantiles, estimate, from: CAME };
}

/** What a file states, in the form of what travels with the page. */
function statementOf({ of, credence, assuming = [] }, model) {
  const { low, high } = parseJudgement(credence, "p", model.lexicon);
  const [about, ...given] = [of, ...[assuming].flat()].map((plain) => textIn(model, plain));
  const words = wordsOf(about, model);
  return { of: about, words, credence, assuming: given, source: [], stated_interval_90: [low, high] };
}

/** The text of a condition in a file; of one on entries that only the file brings, as it stands there. */
function textIn(model, plain) {
  try {
    return textOfPlain(model, plain);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    return typeof plain === "string" ? plain : JSON.stringify(plain);
  }
}

/** A central probability, or why there is none. */
function centralOf(session, id) {
  try {
    const central = togetherOf(session).centralIn(id);
    return central === null ? { central, mean: null, reason: IMPOSSIBLE } : { central };
  } catch (problem) {
    return { central: null, mean: null, reason: problem.message };
  }
}

function saysLittle({ estimate }) {
  return estimate?.whose?.says_little === true;
}

function placesOf(worldview, contents) {
  const { estimate, quantiles } = worldview;
  if (estimate === null) return [];
  const ends = quantiles ? [quantiles[2], quantiles[98]] : [];
  const stated = statedOf(worldview, contents).flatMap(endsOf);
  return [estimate.mean, estimate.central, ...(estimate.interval_90 ?? []), ...ends, ...stated];
}

/** What a reviewer said about the target itself, given no more than the estimate is. */
function statedOf({ estimate }, { asked }) {
  const isFit = (statement) => statement.assuming.every((text) => asked.given.includes(text));
  return (estimate?.whose?.said ?? []).filter(isFit);
}

function introduction({ target }, voices) {
  const number = voices.length - 1;
  const reviewers = number === 1 ? "one reviewer's numbers" : `the numbers of ${number} reviewers`;
  const whose = number === 0 ? "the map's own numbers" : `${reviewers} and by the map's own`;
  return (
    `How likely ${target} is, by ${whose}, which are the editor's and nobody's view. ` +
    "The axis is spaced by log-odds: doubling the odds is the same distance everywhere."
  );
}

function littleText(little) {
  const [who, verb] = little.length === 1 ? [little[0], "says"] : [little.join(", "), "say"];
  return `Pale: ${who} ${verb} little about this target, and the rest is inherited.`;
}

function worldviewRow(worldview, contents, axis, model) {
  const { name, estimate, from } = worldview;
  const gap = h("span", { class: "gap mine-text" });
  const about = name === "map" ? "The editor's wide and neutral reading." : worldview.text;
  const element = h(
    "li",
    {
      class: ["worldview", saysLittle(worldview) && "pale", name === "map" && "map"],
      id: `worldview-${name}`,
    },
    h(
      "div",
      { class: "worldview-words" },
      h("strong", null, name === "map" ? "The map's own" : said(name)),
      from === CAME && h("a", { class: "tag", href: `#file-${name}` }, "from a file"),
      from === MADE_WITH && h("span", { class: "tag" }, "from a file"),
      h("span", { class: [isKnown(estimate) && "number", "small"] }, numbersText(estimate)),
      gap,
      h("p", { class: "tiny quiet" }, said(about)),
      fittedView(estimate?.whose?.fitted_judgements ?? 0),
    ),
    stripOf(worldview, contents, axis),
    statedText(worldview, contents.asked, model),
  );
  return { element, showGap: (session) => setText(gap, gapText(session, name)) };
}

/** Says how many of a worldview's numbers are not its own, but follow from what it states. */
function fittedView(count) {
  if (count === 0) return null;
  const were = count === 1 ? "was" : "were";
  return h("p", { class: "tiny quiet" }, `${count} of its numbers ${were} fitted to what it states.`);
}

function isKnown(estimate) {
  return estimate !== null && estimate.mean !== null && estimate.central !== null;
}

/** The numbers of an estimate, or in a sentence why there are none. */
function numbersText(estimate) {
  if (!isKnown(estimate)) return estimate?.reason ?? "not defined";
  if (estimate.mean === undefined) return `${percent(estimate.central)} central, mean: working`;
  const [mean, central] = [percent(estimate.mean), percent(estimate.central)];
  return mean === central ? `${mean} mean and central` : `${mean} mean, ${central} central`;
}

/** Says how far the reader's numbers are from a worldview's, where they are the reader's. */
function gapText(session, name) {
  if (isAsMade(session)) return "";
  const gap = session.gap(name);
  if (!Number.isFinite(gap)) return "";
  const times = Math.exp(Math.abs(gap));
  if (times < 1.05) return "as you now";
  return `you are ${formatRatio(times)} ${gap > 0 ? "higher" : "lower"} in odds`;
}

function stripOf(worldview, contents, axis) {
  const { name, estimate, quantiles } = worldview;
  if (!isKnown(estimate)) return null;
  const [low, high] = estimate.interval_90 ?? [estimate.central, estimate.central];
  const heights = quantiles ? densityAlong(axis, quantiles) : null;
  const spread = estimate.interval_90 ? `, 90% of draws: ${formatInterval(low, high)}` : "";
  const label = `${name}: ${numbersText(estimate)}${spread}`;
  return strip(
    TALL,
    label,
    gridLines(axis, TALL),
    heights ? shape(heights, BASE, 34, "density") : null,
    bar(along(axis, low), along(axis, high), BASE, 3, "interval"),
    upright(along(axis, estimate.central), BASE - 12, BASE + 5, "central"),
    estimate.mean === undefined ? null : dot(along(axis, estimate.mean), BASE, "mean"),
    statedOf(worldview, contents).map((statement) => statedMark(statement, axis)),
  );
}

function statedMark(statement, axis) {
  const ends = endsOf(statement);
  if (ends.length === 0) return null;
  const [low, high] = [along(axis, ends[0]), along(axis, ends.at(-1))];
  return [
    ends.length > 1 ? bar(low, high, STATED_AT, 1.5, "stated-range") : null,
    diamond((low + high) / 2, STATED_AT, "stated"),
  ];
}

/** Returns the ends of what was stated: one for a point. */
function endsOf({ stated_interval_90: [low, high] }) {
  return low === high ? [low] : [low, high];
}

/** Tells what a reviewer said: about the target in the open, about other things when asked. */
function statedText({ said: stated }, asked, model) {
  if (stated.length === 0) return null;
  const listOf = (some) =>
    h(
      "ul",
      { class: "bare" },
      some.map((statement) => statementItem(statement, model)),
    );
  const about = stated.filter((statement) => statement.of === asked.of);
  const others = stated.filter((statement) => statement.of !== asked.of);
  const summary = h("summary", null, `said of other things: ${others.length}`);
  return h(
    "div",
    { class: "tiny stated-words" },
    about.length > 0 ? listOf(about) : null,
    others.length > 0 ? h("details", null, summary, listOf(others)) : null,
  );
}

function statementItem({ credence, of, words, assuming, source }, model) {
  const given = assuming.map((text) => (model ? wordsOf(text, model) : text));
  return h(
    "li",
    null,
    "said ",
    said(credence, { class: "number" }),
    ` for ${words ?? of}`,
    given.length > 0 ? `, assuming ${given.join(", ")}` : null,
    source.length > 0 ? [" (", separated(source.map(sourceLink)), ")"] : null,
  );
}

function separated(nodes) {
  return nodes.map((node, i) => (i > 0 ? [", ", node] : node));
}

function sourceLink({ text, url }) {
  return url ? link(url, text) : said(text);
}

function keyView() {
  const items = KEY.map(([kind, words]) => h("li", null, h("span", { class: `key key-${kind}` }), words));
  return h("ul", { class: "bare tiny quiet keys" }, items);
}

function putMine(row, session, contents, axis, estimate) {
  row.hidden = isAsMade(session);
  if (row.hidden) return;
  const known = estimate ?? { mean: null, interval_90: null, central: session.central.target };
  const words =
    estimate === null ? `${percent(known.central)} central, mean: working` : numbersText(known);
  const [low, high] = known.interval_90 ?? [known.central, known.central];
  put(
    row,
    h(
      "div",
      { class: "worldview-words" },
      h("strong", null, "Yours"),
      h("span", { class: "number small" }, words),
    ),
    strip(
      TALL,
      `Yours: ${words}`,
      gridLines(axis, TALL),
      bar(along(axis, low), along(axis, high), BASE, 3, "interval"),
      upright(along(axis, known.central), BASE - 12, BASE + 5, "central"),
      known.mean === null ? null : dot(along(axis, known.mean), BASE, "mean"),
    ),
  );
}
