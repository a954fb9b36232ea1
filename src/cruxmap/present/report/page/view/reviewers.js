// Each reviewer's number at an address, with whose it is: their own, fitted, or inherited from somebody.

import { under } from "../language/names.js";
import { NOBODY } from "../language/worldviews.js";
import { untold } from "./blind.js";
import { h, put, said } from "./dom.js";
import { indexOf, numberAt, ownerOf } from "./numbers.js";
import { folded, headed, SHOWN_AT_ONCE } from "./panel_part.js";
import { sourcesOf } from "./sources.js";
import { capitalised } from "./words.js";

/**
 * What each reviewer says of an entry's numbers, and their remarks; nothing where nobody says anything.
 * Files of others that come or go are shown too.
 */
export function reviewersView(session, contents, id) {
  const element = h("div");
  let shown = null;

  function update() {
    const now = [...session.worldviews, ...session.visitors];
    if (shown?.length === now.length && now.every((one, i) => one === shown[i])) return;
    shown = now;
    put(element, saidOf(session, contents, id));
  }

  update();
  return { element, update };
}

function saidOf(session, contents, id) {
  const { numbers, remarks } = contents.entries[id];
  const tables = numbers.map((address) => reviewersTable(session, contents, address)).filter(Boolean);
  if (tables.length + remarks.length === 0) return null;
  const more = tables.slice(SHOWN_AT_ONCE);
  const told = h(
    "div",
    { class: "told" },
    tables.slice(0, SHOWN_AT_ONCE),
    more.length > 0 && folded(more.length, () => more),
    remarks.map(remark),
  );
  return headed("What each reviewer says", untold(), told);
}

function remark({ worldview, text, sources = [] }) {
  const where = sources.length > 0 && [" (", sourcesOf(sources), ")"];
  return h("p", { class: "small" }, h("strong", null, said(worldview)), ": ", said(text), where);
}

/** The numbers of all at an address, and who has them from whom; null if nobody says. */
function reviewersTable(session, contents, address) {
  const { said: rows, inherited, without } = numbersOfAll(session, contents, address);
  if (rows.length === 0) {
    return null;
  }
  const words = contents.judgements[address]?.words ?? address;
  return h(
    "div",
    { class: "reviewers" },
    h("table", null, h("caption", null, said(capitalised(words))), h("tbody", null, rows.map(rowOf))),
    inherited.map(({ from, text, who }) => {
      const origin = from === "map" ? "the map" : from;
      return h(
        "p",
        { class: "tiny quiet" },
        said(from === NOBODY ? `Given by nobody (${text})` : `Inherited from ${origin} (${text})`),
        ": ",
        names(who),
      );
    }),
    without.length > 0 && h("p", { class: "tiny quiet" }, "Not taken over: ", names(without)),
  );
}

function names(who) {
  return said(who.join(", "));
}

function rowOf({ who, text, whose, source, note, stale }) {
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, said(who)),
    h("td", { class: "number" }, said(text)),
    h(
      "td",
      null,
      said(whose),
      source.length > 0 ? [" (", sourcesOf(source), ")"] : "",
      note ? [" ", h("span", { class: "quiet" }, said(note))] : "",
      stale ? h("div", { class: "small stale" }, said(`Given before a change: ${stale}.`)) : "",
    ),
  );
}

/**
 * What the map and every reviewer who says so themselves have at an address, and who has it from whom.
 * @returns {{said: {who: string, text: string, whose: string, source: object[], note: string, stale?: string}[],
 *   inherited: {from: string, text: string, who: string[]}[], without: string[]}} `without` are those who
 *   have not taken over what somebody else brings
 */
export function numbersOfAll(session, contents, address) {
  const told = contents.judgements[address];
  const owner = indexOf(session.model, ownerOf(session.model, address));
  const rows = [];
  const without = [];
  const inherited = new Map();
  for (const worldview of session.worldviews) {
    const setting = session.shipped(worldview);
    if (setting.notBrought[owner]) {
      without.push(worldview);
      continue;
    }
    const { text, origin, fitted } = shownAt(session, address, setting);
    const own = under(told?.by, worldview);
    if (own !== undefined) {
      const whose = own.fitted ? "fitted" : "own";
      const { source = [], fitted: why, note, stale } = own;
      rows.push({ who: worldview, text, whose, source, note: why || note, stale });
    } else if (worldview === "map") {
      const whose = origin === NOBODY ? NOBODY : "the editor's, and nobody's view";
      rows.unshift({ who: "map", text, whose, source: told?.source ?? [], note: told?.note });
    } else if (origin === worldview) {
      rows.push({ who: worldview, text, whose: fitted ? "fitted" : "own", source: [], note: fitted });
    } else {
      const from = fitted ? `${origin}, fitted there` : origin;
      const key = JSON.stringify([from, text]);
      const found = inherited.get(key) ?? { from, text, who: [] };
      inherited.set(key, { ...found, who: [...found.who, worldview] });
    }
  }
  return { said: rows, inherited: [...inherited.values()], without };
}

/** The number at an address in a setting; of an argument that has no force there, that it has none. */
function shownAt(session, address, setting) {
  const number = numberAt(session, address, setting);
  const isRejected = setting.rejected[indexOf(session.model, address)];
  return isRejected ? { ...number, text: "rejected" } : number;
}
