// What the map's definitions alone make true or false once one thing is supposed, as in
// insight/by_definition.py. No number but 0% and 100% counts, and no other basis but definitions.

import { LOGIT_OF_CERTAINTY } from "./certainties.js";

/** What is known of claims, of the states that questions may still have, and of other conditions. */
export class Supposed {
  /** @param {object} structure @param {{mu: Float64Array}} setting */
  constructor(structure, setting) {
    this.structure = structure;
    this.mu = setting.mu;
    this.claims = new Map();
    this.states = new Map();
    this.others = new Map();
    this.found = new Map();
  }

  /**
   * Take it that a condition holds, or fails, with all that follows for what it is defined by.
   * @param {object} condition @param {boolean} holds
   */
  suppose(condition, holds) {
    if (condition.claim !== undefined) {
      const value = (condition.value ?? true) === holds;
      if (this.claims.get(condition.claim) !== value) {
        this.claims.set(condition.claim, value);
        this.supposeDefinition(condition.claim);
      }
    } else if (condition.question !== undefined) {
      const left = this.statesOf(condition.question);
      const stays = (state) => condition.states.includes(state) === holds;
      this.states.set(condition.question, new Set([...left].filter(stays)));
    } else if (condition.not) this.suppose(condition.not, !holds);
    else if (condition.all_of) this.supposeCount(condition.all_of, condition.all_of.length, holds);
    else if (condition.any_of) this.supposeCount(condition.any_of, 1, holds);
    else if (condition.at_least) this.supposeCount(condition.at_least.of, condition.at_least.count, holds);
    else this.others.set(JSON.stringify(condition), holds);
  }

  /**
   * Whether a condition holds then; `null` where it is left open.
   * @param {object} condition @returns {boolean | null}
   */
  truth(condition) {
    if (condition.claim !== undefined) {
      const known = this.truthOfClaim(condition.claim);
      return known === null ? null : known === (condition.value ?? true);
    }
    if (condition.question !== undefined) {
      const left = [...this.statesOf(condition.question)];
      const held = left.filter((state) => condition.states.includes(state)).length;
      if (held === 0) return false;
      return held === left.length ? true : null;
    }
    if (condition.not) {
      const known = this.truth(condition.not);
      return known === null ? null : !known;
    }
    if (condition.all_of) return this.count(condition.all_of, condition.all_of.length);
    if (condition.any_of) return this.count(condition.any_of, 1);
    if (condition.at_least) return this.count(condition.at_least.of, condition.at_least.count);
    return this.others.get(JSON.stringify(condition)) ?? null;
  }

  /** @param {string} question @returns {Set<string>} the states that it may still have */
  statesOf(question) {
    return this.states.get(question) ?? new Set(this.structure.entry.get(question).states);
  }

  supposeDefinition(name) {
    const definition = this.structure.entry.get(name).definition;
    if (!definition) return;
    const holds = this.claims.get(name);
    if (this.is(holds ? definition.otherwise : definition.if_met, !holds)) {
      this.supposeCount(definition.parts, definition.count, holds);
    }
  }

  /** Take it that at least `count` parts hold, or fewer, where that settles each of them. */
  supposeCount(parts, count, holds) {
    if (count === (holds ? parts.length : 1)) for (const part of parts) this.suppose(part, holds);
  }

  truthOfClaim(name) {
    if (this.claims.has(name)) return this.claims.get(name);
    if (!this.found.has(name)) {
      this.found.set(name, null);
      const definition = this.structure.entry.get(name).definition;
      const met = definition ? this.count(definition.parts, definition.count) : null;
      const isSure = met !== null && this.is(met ? definition.if_met : definition.otherwise, met);
      if (isSure) this.found.set(name, met);
    }
    return this.found.get(name);
  }

  count(parts, count) {
    const known = parts.map((part) => this.truth(part));
    if (known.filter((one) => one === true).length >= count) return true;
    return known.length - known.filter((one) => one === false).length < count ? false : null;
  }

  /** Whether the setting is certain of a number: of 100%, or of 0%. */
  is(judgement, certain) {
    const mu = this.mu[judgement];
    return Math.abs(mu) >= LOGIT_OF_CERTAINTY && mu > 0 === certain;
  }
}
