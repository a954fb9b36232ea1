/** The estimate of each worldview as a strip: over draws, at its middle, and what the reviewer said. */

import { along, axisOf, densityAlong } from "./axis.js";
import { isAsMade } from "./changed.js";
import { h, link, onceAFrame, put, said, section, setText } from "./dom.js";
import { wordsOf } from "./given.js";
import { whileNear } from "./quiet.js";
import { axisBelow, bar, diamond, dot, gridLines, shape, strip, upright } from "./strips.js";
import { formatRatio } from "../language/notation.js";
import { formatInterval } from "../language/phrases.js";
import { percent } from "./words.js";

const [TALL, BASE, STATED_AT] = [56, 42, 50];

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
 * @returns {{element: HTMLElement, showMine: (estimate: object|null) => void}}
 */
export function worldviewsView(session, contents) {
  const names = inOrder(contents);
  const axis = axisOf(names.flatMap((name) => placesOf(contents.worldviews[name], contents)));
  const mine = h("li", { class: "worldview mine", hidden: true });
  const rows = names.map((name) => worldviewRow(name, contents, axis, session?.model));
  const little = names.filter((name) => saysLittle(contents.worldviews[name]));
  const element = section(
    "worldviews",
    "The worldviews",
    h(
      "div",
      { class: "told" },
      h("p", null, introduction(contents, names)),
      names.length > MANY ? h("div", { class: "over-strips" }, axisBelow(axis)) : null,
      h(
        "ul",
        { class: "bare worldviews" },
        mine,
        rows.map((row) => row.element),
      ),
      h("div", { class: "under-strips" }, axisBelow(axis)),
      keyView(),
      little.length > 0 ? h("p", { class: "note" }, littleText(little)) : null,
    ),
  );
  const showMine = onceAFrame((estimate) => putMine(mine, session, contents, axis, estimate));
  const showGaps = () => rows.forEach((row) => row.showGap(session));
  if (session !== null) whileNear(session, element, showGaps);
  return { element, showMine };
}

/** The map's own numbers first, then the highest mean first; those who say little last. */
function inOrder({ worldviews }) {
  const rank = (name) => (name === "map" ? 2 : saysLittle(worldviews[name]) ? 0 : 1);
  const mean = (name) => worldviews[name].estimate?.mean ?? -1;
  return Object.keys(worldviews).sort((a, b) => rank(b) - rank(a) || mean(b) - mean(a));
}

function saysLittle(worldview) {
  return worldview.estimate?.whose?.says_little === true;
}

function placesOf(worldview, contents) {
  const { estimate, quantiles } = worldview;
  if (estimate === null) return [];
  const ends = quantiles ? [quantiles[2], quantiles[98]] : [];
  const stated = statedOf(worldview, contents).flatMap(endsOf);
  return [estimate.mean, estimate.central, ...(estimate.interval_90 ?? []), ...ends, ...stated];
}

/** What a reviewer said about the target itself, assuming no more than the estimate does. */
function statedOf({ estimate }, { assuming }) {
  const isFit = (statement) => statement.assuming.every((text) => assuming.includes(text));
  return (estimate?.whose?.said ?? []).filter(isFit);
}

function introduction({ target }, names) {
  const number = names.length - 1;
  const who = number === 1 ? "one reviewer's numbers" : `the numbers of ${number} reviewers`;
  return (
    `How likely ${target} is, by ${who} and by the map's own, which are the editor's and nobody's view. ` +
    "The axis is of log-odds: twice the odds is as far everywhere."
  );
}

function littleText(little) {
  const [who, verb] = little.length === 1 ? [little[0], "says"] : [little.join(", "), "say"];
  return `Pale: ${who} ${verb} little about this target, and the rest is inherited.`;
}

function worldviewRow(name, contents, axis, model) {
  const worldview = contents.worldviews[name];
  const { estimate } = worldview;
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
      h("strong", null, name === "map" ? "The map's own" : name),
      h("span", { class: [isKnown(estimate) && "number", "small"] }, numbersText(estimate)),
      gap,
      h("p", { class: "tiny quiet" }, said(about)),
    ),
    stripOf(name, contents, axis),
    statedText(worldview, contents.target, model),
  );
  return { element, showGap: (session) => setText(gap, gapText(session, name)) };
}

function isKnown(estimate) {
  return estimate !== null && estimate.mean !== null;
}

/** The numbers of an estimate, or in a sentence why there are none. */
function numbersText(estimate) {
  if (!isKnown(estimate)) return estimate?.reason ?? "not defined";
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

function stripOf(name, contents, axis) {
  const worldview = contents.worldviews[name];
  const { estimate, quantiles } = worldview;
  if (!isKnown(estimate)) return null;
  const [low, high] = estimate.interval_90;
  const heights = quantiles ? densityAlong(axis, quantiles) : null;
  const label = `${name}: ${numbersText(estimate)}, 90% of draws: ${formatInterval(low, high)}`;
  return strip(
    TALL,
    label,
    gridLines(axis, TALL),
    heights ? shape(heights, BASE, 34, "density") : null,
    bar(along(axis, low), along(axis, high), BASE, 3, "interval"),
    upright(along(axis, estimate.central), BASE - 12, BASE + 5, "central"),
    dot(along(axis, estimate.mean), BASE, "mean"),
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
function statedText({ said: stated }, target, model) {
  if (stated.length === 0) return null;
  const listOf = (some) =>
    h(
      "ul",
      { class: "bare" },
      some.map((statement) => statementItem(statement, model)),
    );
  const about = stated.filter((statement) => statement.of === target);
  const others = stated.filter((statement) => statement.of !== target);
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
