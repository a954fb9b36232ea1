"""An interview as data: what another program needs to ask the same questions, beside the model itself.

In: a model. Out: plain data, ready for JSON: what is believed beforehand, as its factors, and what may be
asked.
`travelling_model` has everything else: numbers, entries and a plan, from which slopes are found again.
"""

from typing import Any

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.errors import InvalidMap
from cruxmap.insight.interview.interview import Interview, begin
from cruxmap.insight.interview.prior import GRAIN, Prior
from cruxmap.insight.interview.questions import topic_of
from cruxmap.insight.travelling_model import condition_data
from cruxmap.language.model_spec import ModelSpec

NOBODY = ""
"""The name of a worldview that no map can have."""


def interview_of(model: ModelSpec) -> Interview | None:
    """Return the interview of somebody who is none of a map's reviewers; `None` where none can be held.

    That is where the target is certain, what is given is impossible, or the map too wide for exact sums.
    """
    try:
        return begin(model, NOBODY)
    except InvalidMap:
        return None


def interview_data(interview: Interview) -> dict[str, Any]:
    """Return an interview that has just begun as plain data."""
    ground = interview.ground
    listed, argument_map = ground.catalogue, ground.model.map
    return {
        "prior": _prior(ground.prior),
        "topics": [topic_of(argument_map, name) for name in argument_map.entry],
        "judgements": [question.id for question in listed.judgements],
        "stated": [
            condition_data(question.condition)
            for question in listed.stated
            if question.condition is not None
        ],
        "whole": sorted(listed.whole),
    }


def _prior(prior: Prior) -> dict[str, Any]:
    """Return variances by place, and factors before they are centred.

    A factor has its weight, steps from each of its places to the next (the first from 0), and what it has
    there, in whole `GRAIN`ths.
    """
    return {
        "own": prior.own.tolist(),
        "factors": [
            {"weight": weight, **_sparse(direction)}
            for weight, direction in zip(prior.weights.tolist(), prior.directions.T, strict=True)
        ],
    }


def _sparse(direction: FloatArray) -> dict[str, list[int]]:
    places = np.flatnonzero(direction)
    return {
        "steps": np.diff(places, prepend=0).tolist(),
        "grains": np.rint(direction[places] * GRAIN).astype(np.int64).tolist(),
    }
