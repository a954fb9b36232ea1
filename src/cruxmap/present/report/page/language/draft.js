/**
 * A model's data as they grow by what worldviews bring: places for numbers, variables and entries, all
 * new ones after what was shipped.
 */

import { base64Of, bytesOf, intsOf } from "../bytes.js";
import { keysOf } from "../engine/hash.js";
import { conditionText } from "./conditions.js";
import { parseJudgement, parseShare } from "./notation.js";
import { nearestHint, ProblemError } from "./problems.js";

/** The scale of each role, as `insight/travelling_model.py` has it. */
const SCALES = { credence: "p", chance: "p", share: "p", force: "p", strength: "s", pace: "r" };

/** How many numbers are brought at a time at most: far more than anybody writes, and soon read. */
const MOST_NUMBERS = 4000;

export class Draft {
  /** @param {object} shipped the model's data as they were shipped, or with what others bring */
  constructor(shipped) {
    this.shipped = shipped;
    this.addresses = [...shipped.addresses];
    this.known = new Set(this.addresses);
    this.times = new Map();
    this.values = [...shipped.map.values];
    const { scale, owner, role, part, fixed, nobodys, default: defaults } = shipped.judgements;
    const lists = { scale, owner, role, part, fixed, nobodys, default: defaults };
    this.judgements = Object.fromEntries(
      Object.entries(lists).map(([name, list]) => [name, [...(list ?? [])]]),
    );
    this.shareRows = [...shipped.share_rows];
    this.rowsAt = new Map(Object.entries(shipped.rows_at));
    this.brought = new Map(Object.entries(shipped.brought));
    this.bringer = new Map(Object.entries(shipped.bringer ?? {}));
    this.entry = new Map(shipped.entries.map((entry) => [entry.id, entry]));
    this.places = { ...shipped.added?.places };
    this.added = (shipped.added?.entries ?? []).map(copied);
    this.variables = variablesOf(shipped) + Object.keys(this.places).length;
  }

  /** Return the number of a new variable, for a name. */
  variable(name) {
    const variable = this.variables;
    this.variables += 1;
    this.places[name] = variable;
    return variable;
  }

  /**
   * Put in a place for a number, and return which it is. Throws ProblemError for a number that cannot be
   * read.
   * @param {{address: string, owner: string, role: string, text: string, part?: string,
   *   isDefault?: boolean, isFixed?: boolean, isNobodys?: boolean, bringer: string | null}} place
   */
  place({ address, owner, role, text, bringer, part = "", ...is }) {
    const { isDefault = false, isFixed = false, isNobodys = false } = is;
    const { lexicon, addresses } = this.shipped;
    if (this.addresses.length - addresses.length >= MOST_NUMBERS) throw tooMany();
    const scale = SCALES[role];
    const isShare = role === "share";
    const value = isShare ? parseShare(text, lexicon) : parseJudgement(text, scale, lexicon, role);
    const number = this.addresses.length;
    this.addresses.push(address);
    this.known.add(address);
    this.values.push(value.text);
    this.judgements.scale.push(scale);
    this.judgements.owner.push(owner);
    this.judgements.role.push(role);
    this.judgements.part.push(part);
    if (isFixed) this.judgements.fixed.push(number);
    if (isDefault) this.judgements.default.push(number);
    if (isNobodys) this.judgements.nobodys.push(number);
    if (bringer !== null) this.bringer.set(address, bringer);
    return number;
  }

  /** Return an address for a row or route without an id: no worldview can reach it. */
  nameless(owner, when) {
    const address = `${owner}#${when === null ? "always" : conditionText(when)}`;
    const nth = (count) => (count === 1 ? address : `${address} (${count})`);
    let count = (this.times.get(address) ?? 0) + 1;
    while (this.known.has(nth(count))) count += 1;
    this.times.set(address, count);
    return nth(count);
  }

  /**
   * Check what somebody cites; sources and listed locators must exist. Throws ProblemError.
   * @param {string | string[] | undefined} cited
   */
  checkCited(cited) {
    const { sources } = this.shipped;
    if (cited === undefined || sources === undefined) return;
    for (const words of [cited].flat()) {
      const [key, locator] = [words.split("#")[0], words.slice(words.split("#")[0].length + 1)];
      if (!Object.hasOwn(sources, key)) throw undeclared("source", key, Object.keys(sources));
      const listed = sources[key];
      if (locator === "" || listed === null || listed.includes(locator)) continue;
      const message = `\`${key}\` has no locator \`${locator}\``;
      const hint = nearestHint(locator, listed) || `list it in \`sources/${key}.yaml\``;
      throw new ProblemError("unknown-locator", message, hint);
    }
  }

  /** Check that a voice is one of the map's; throws ProblemError. */
  checkVoice(voice) {
    const { voices } = this.shipped;
    if (voice === undefined || voices === undefined || voices.includes(voice)) return;
    throw undeclared("voice", voice, voices);
  }

  /**
   * Return the model's data.
   * @param {string | null} own who brings what the reader does, as a worldview of its own
   */
  model(own) {
    const { shipped } = this;
    const first = shipped.addresses.length;
    return {
      ...shipped,
      addresses: this.addresses,
      keys: keysWith(shipped, this.addresses.slice(first)),
      judgements: this.judgements,
      share_rows: this.shareRows,
      rows_at: Object.fromEntries(this.rowsAt),
      map: { ...shipped.map, values: this.values },
      brought: Object.fromEntries(this.brought),
      bringer: Object.fromEntries(this.bringer),
      worldviews: { ...shipped.worldviews },
      entries: [...this.entry.values()],
      shipped: shipped.shipped ?? shipped,
      before: shipped,
      own: own ?? shipped.own ?? null,
      added: { places: this.places, entries: this.added },
    };
  }
}

function tooMany() {
  const message = `a page takes at most ${MOST_NUMBERS.toLocaleString("en")} numbers that are brought`;
  return new ProblemError("needs-another-network", message, "the command line takes more");
}

/** An entry that others bring, to which routes may come. */
function copied(entry) {
  return entry.routes === undefined ? entry : { ...entry, routes: [...entry.routes] };
}

function undeclared(what, name, known) {
  const hint = nearestHint(name, known) || `name it under \`${what}s\``;
  return new ProblemError(`unknown-${what}`, `there is no ${what} \`${name}\``, hint);
}

/** How many variables a model's network has. */
function variablesOf({ network }) {
  return network === null || network === undefined ? 0 : intsOf(network.states).length;
}

/** The keys of random words, those of new addresses after those that were shipped. */
function keysWith(shipped, addresses) {
  if (shipped.keys === undefined) return undefined;
  const old = bytesOf(shipped.keys);
  const more = keysOf(addresses.map((at) => `${shipped.model.seed} ${at}`));
  const all = new Uint8Array(old.length + more.length);
  all.set(old);
  all.set(more, old.length);
  return base64Of(all);
}
