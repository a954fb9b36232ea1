// A plan: which products are added up to what, over numbered slots. Inputs come first: loads, which hold
// table entries, then indicators, then constants; after them each sum, in the order of computing.
//
// The probability of the evidence, Z, is the sum of the root's slots. Evidence is what indicators are set
// to: 1 for a state that may be, 0 for one that is ruled out. As every table was multiplied by its
// variable's indicators, P(state, evidence) is the indicator times d Z / d indicator.

import { intsOf } from "../bytes.js";

/**
 * @typedef {object} Plan
 * @property {number} nLoads
 * @property {Int32Array} loads the entry of the network that each load holds; entry 0 is the constant 1
 * @property {number} nIndicators
 * @property {Int32Array} indicatorVariables
 * @property {Int32Array} indicatorStates
 * @property {Int32Array} firstIndicator by variable: the number of its first indicator, -1 where it has
 *   none
 * @property {Float64Array} constants
 * @property {number} nInputs
 * @property {number} nSums
 * @property {number} nSlots
 * @property {Int32Array} first sum k has the products from `first[k]` to `first[k + 1]`
 * @property {Int32Array} left the slot of a product's one factor
 * @property {Int32Array} right the slot of the other one
 * @property {Int32Array} root
 */

const known = new WeakMap();

/**
 * The plan that travels with a network, decoded once.
 * @param {object} network as in the model's data
 * @returns {Plan}
 */
export function planOf(network) {
  if (!known.has(network)) known.set(network, decoded(network));
  return known.get(network);
}

function decoded(network) {
  const data = network.plan;
  const loads = intsOf(data.loads);
  const indicatorVariables = intsOf(data.indicators.variable);
  const indicatorStates = intsOf(data.indicators.state);
  const constants = Float64Array.from(data.constants);
  const sizes = intsOf(data.sizes);
  const first = new Int32Array(sizes.length + 1);
  for (let k = 0; k < sizes.length; k++) {
    first[k + 1] = first[k] + sizes[k];
  }
  const nInputs = loads.length + indicatorVariables.length + constants.length;
  return {
    nLoads: loads.length,
    loads,
    nIndicators: indicatorVariables.length,
    indicatorVariables,
    indicatorStates,
    firstIndicator: firstOfEach(indicatorVariables, intsOf(network.states).length),
    constants,
    nInputs,
    nSums: sizes.length,
    nSlots: nInputs + sizes.length,
    first,
    left: slotsOf(data.left, first, nInputs),
    right: slotsOf(data.right, first, nInputs),
    root: intsOf(data.root),
  };
}

/** Where each variable's indicators begin; those of one lie side by side, in the order of its states. */
function firstOfEach(variables, nVariables) {
  const first = new Int32Array(nVariables).fill(-1);
  for (let i = variables.length - 1; i >= 0; i--) {
    first[variables[i]] = i;
  }
  return first;
}

/**
 * Slots from runs of numbers. Those of a sum, added up one after the other, are differences: to the slots at
 * the same places of the last sum with as many products, and to the slot of the sum itself where none has.
 */
function slotsOf(runs, first, nInputs) {
  const slots = repeated(intsOf(runs.value), intsOf(runs.again), first[first.length - 1]);
  const last = new Map(); // where the last sum of each size begins
  for (let k = 0; k + 1 < first.length; k++) {
    const begin = first[k];
    const end = first[k + 1];
    const like = last.get(end - begin) ?? -1;
    let difference = 0;
    for (let t = begin; t < end; t++) {
      difference += slots[t];
      slots[t] = difference + (like < 0 ? nInputs + k : slots[like + t - begin]);
    }
    last.set(end - begin, begin);
  }
  return slots;
}

/** Each value and how often it comes again, as one array of that many numbers. */
function repeated(values, again, length) {
  const numbers = new Int32Array(length);
  let end = 0;
  for (let run = 0; run < values.length; run++) {
    const begin = end;
    end += again[run] + 1;
    if (values[run] !== 0) numbers.fill(values[run], begin, end);
  }
  return numbers;
}

/**
 * What indicators are set to by evidence. A variable that is named twice must satisfy both.
 * @param {Plan} plan
 * @param {[number, number[]][]} evidence variables, and the states each may still have
 * @returns {Float64Array} by indicator: 1, or 0 where a state is ruled out
 */
export function indicatorsOf(plan, evidence) {
  const values = new Float64Array(plan.nIndicators).fill(1);
  for (const [variable, states] of evidence) {
    const begin = plan.firstIndicator[variable];
    if (begin < 0) {
      throw new RangeError(`variable ${variable} has no indicators`);
    }
    for (let i = begin; plan.indicatorVariables[i] === variable; i++) {
      if (!states.includes(plan.indicatorStates[i])) {
        values[i] = 0;
      }
    }
  }
  return values;
}

/**
 * Which slots change with some inputs, those included.
 * @param {Plan} plan
 * @param {Uint8Array} inputs by input slot: 1 for those that are meant
 * @returns {Uint8Array} by slot
 */
export function slotsChangingWith(plan, inputs) {
  const { nInputs, nSums, nSlots, first, left, right } = plan;
  const changing = new Uint8Array(nSlots);
  changing.set(inputs);
  for (let k = 0; k < nSums; k++) {
    let any = 0;
    for (let t = first[k]; t < first[k + 1]; t++) {
      any |= changing[left[t]] | changing[right[t]];
    }
    changing[nInputs + k] = any;
  }
  return changing;
}

/**
 * Which inputs are indicators of some variables.
 * @param {Plan} plan
 * @param {Iterable<number>} variables
 * @returns {Uint8Array} by input slot
 */
export function inputsOfVariables(plan, variables) {
  const inputs = new Uint8Array(plan.nInputs);
  const meant = new Set(variables);
  for (let i = 0; i < plan.nIndicators; i++) {
    if (meant.has(plan.indicatorVariables[i])) {
      inputs[plan.nLoads + i] = 1;
    }
  }
  return inputs;
}
