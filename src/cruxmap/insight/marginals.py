"""Probabilities of entries at central judgements, and how much each entry tells about the target."""

import math
from collections.abc import Collection, Mapping

import numpy as np

from cruxmap.engine.contraction_trees import COSTLY
from cruxmap.engine.network import Filled, FloatArray
from cruxmap.engine.planning import BUDGET
from cruxmap.engine.queries import Inference, infer, infer_many
from cruxmap.insight.information import Chance, entropy, value_of_information
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import Inquiry, central_entries, inquire

type StateChances = Mapping[str, float]
"""The states of a variable and their probabilities; booleans have `false` and `true`."""

type Marginals = Mapping[str, StateChances]
"""The id of an entry to its states and their probabilities."""


def marginals(model: ModelSpec, ids: Collection[str]) -> dict[str, Marginals]:
    """Return, per worldview of the model, the states and probabilities of entries.

    At central judgements, given what is assumed and observed; a worldview in which that is impossible
    has no entries.
    """
    inquiry = inquire(model)
    network = inquiry.network
    ask = tuple(dict.fromkeys(network.places[name] for name in ids))
    filled = Filled(central_entries(inquiry).whole)
    found = infer(network, filled, inquiry.given, ask, budget=BUDGET)
    return {
        worldview: _chances(inquiry, found, ids, number)
        for number, worldview in enumerate(model.worldviews)
    }


def marginals_and_telling(model: ModelSpec) -> tuple[Marginals, dict[str, float]]:
    """Return the marginals of all entries in the model's one worldview, and what each tells of the target.

    That is the mutual information of the two as a part of the target's entropy, from 0 to 1; nothing where
    the target is settled. Of one set of numbers all entries are sampled sooner than summed exactly, where a
    plan for the sums would take longer to find than it could ever save.
    """
    inquiry, entries = inquire(model), model.map.entry
    network, target = inquiry.network, inquiry.targets[0]
    ask = tuple(dict.fromkeys((*(network.places[name] for name in entries), target)))
    evidences = inquiry.given, inquiry.sides[1]
    filled = Filled(central_entries(inquiry).whole)
    found, with_target = infer_many(network, filled, evidences, ask, budget=COSTLY)
    known = _chances(inquiry, found, entries)
    no, yes = found.marginals[target][:, 0].tolist()
    if not (no > 0 and yes > 0 and math.isfinite(with_target.log_z[0])):
        return known, {}
    whole = entropy(Chance(yes, no))
    return known, {
        name: value_of_information(_joint(states, met, yes)) / whole
        for (name, states), met in zip(
            known.items(), _chances(inquiry, with_target, entries).values(), strict=True
        )
    }


def _joint(states: StateChances, with_target: StateChances, target: float) -> FloatArray:
    """Return P(target, state), (2, states), from P(state), P(state | target) and P(target).

    Where these are of samples they may not agree; then what would be negative is 0.
    """
    met = target * np.array([*with_target.values()])
    joint: FloatArray = np.stack([np.array([*states.values()]) - met, met]).clip(0)
    return joint / joint.sum()


def _chances(inquiry: Inquiry, found: Inference, ids: Collection[str], worldview: int = 0) -> Marginals:
    network = inquiry.network
    if not math.isfinite(found.log_z[worldview]):
        return {}
    return {
        name: dict(
            zip(
                network.variables[variable].states,
                found.marginals[variable][:, worldview].tolist(),
                strict=True,
            )
        )
        for name, variable in ((name, network.places[name]) for name in ids)
    }
