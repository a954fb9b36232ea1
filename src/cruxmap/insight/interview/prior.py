"""What is believed of a reviewer's numbers before they answer, from how those who are there differ.

In: coordinates, the target's slopes, and the worldviews of a map. Out: a `Prior` over `z`, normal about the
map's own numbers, with covariance `C (diag(own) + factors factors') C`, where C keeps sums of shares. The
factors move judgements together: whose arguments does one believe, is one for the target or against it, in
all topics or in one, whom does one resemble. It is factor analysis with known loadings (Tipping and Bishop,
"Probabilistic principal component analysis", 1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.insight.interview.coordinates import MOST_SD, Coordinates, as_counted
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.inheritance import NOBODY, Perspective, lineage, settle
from cruxmap.language.model_spec import ModelSpec

SD_ALONE = 2.0
"""Where there are no worldviews, every number is believed to be so many of the map's deviations off."""

BY_ITSELF = 0.8
"""How far each number is believed to be off by itself, in the map's deviations, beside all factors."""

FOR_THE_TARGET = 0.03
"""How far all numbers together speak for the target, or against it."""

WHERE_IT_TELLS = 0.15
"""The same, of numbers by how much the target rests on them."""

BELIEVES_A_VOICE = 0.85
"""How far all arguments of one voice are believed together, or not: what reviewers differ in most."""

BELIEVES_A_SIDE = 0.2
"""How far all arguments for the target are believed together, and those against it the less."""

FOR_IN_A_TOPIC = 0.08
"""How far all numbers of a topic together speak for the target, or against it."""

RESEMBLES = 0.1
"""How far somebody is where a worldview there is, as a part of the way to it."""

KEPT_APART = 0.5
"""How much of the worldviews' mean square is believed beside the factors: half as everybody's own, half as a
mixture of the worldviews themselves."""

FADES_BELOW = 0.02
"""A number whose slope is below this, in logits of the target for one deviation, hardly bears on the target:
`WHERE_IT_TELLS` counts it by its part of this."""

NO_SLOPE = 1e-9
"""A slope below this has no sign: it is 0 but for rounding."""

GRAIN = 1024
"""Loadings are whole numbers of one part in so many, so that they travel, and are the same everywhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """`own` (N,) are variances of each coordinate by itself, `factors` (N, k) what moves them together.

    Both are 0 where nothing may move. `factors` are `directions` (N, k), whole numbers of `GRAIN`ths, times
    `weights` (k,), centred. `names` (k,) say what each of them is.
    """

    own: FloatArray
    factors: FloatArray
    directions: FloatArray
    weights: FloatArray
    names: tuple[str, ...]


def prior(
    model: ModelSpec, at: Coordinates, slopes: FloatArray, topics: Sequence[str], without: Sequence[str]
) -> Prior:
    """Return what is believed of the numbers (N,) of somebody who is none of the map's reviewers.

    `slopes` (N,) are those of the target's logit in `z`, and `topics` (N,) of what each number is part.
    Worldviews `without` whom it is are left out with all that extend them.
    """
    moves = reviewers(model, at, without)
    if not moves:
        return _prior(at, np.full(len(slopes), SD_ALONE**2), {})
    people = np.array([*moves.values()])
    columns = _common(model.map, at, slopes, topics)
    like = float(np.sqrt(RESEMBLES**2 + KEPT_APART / len(moves)))
    columns |= {f"resembles {name}": (like, move) for name, move in moves.items()}
    return _prior(at, BY_ITSELF**2 + KEPT_APART * (people**2).mean(axis=0), columns)


def _prior(at: Coordinates, own: FloatArray, columns: dict[str, tuple[float, FloatArray]]) -> Prior:
    directions = {name: (weight, np.where(at.free, each, 0.0)) for name, (weight, each) in columns.items()}
    directions = {name: (weight, each) for name, (weight, each) in directions.items() if each.any()}
    loadings = np.array([each for _, each in directions.values()]).reshape(len(directions), len(own)).T
    weights = np.array([weight for weight, _ in directions.values()])
    factors = at.centred(loadings) * weights
    return Prior(np.where(at.free, own, 0.0), factors, loadings, weights, tuple(directions))


def reviewers(model: ModelSpec, at: Coordinates, without: Sequence[str]) -> dict[str, FloatArray]:
    """Return in `z` (N,) where each worldview has its numbers, by id; 0 where they are fitted, or nobody's.

    Without those that are nowhere but where the map is. They are whole numbers of `GRAIN`ths.
    """
    gone = {other for name in without for other in (name, *_extending(model.map, name))}
    names = [worldview.about.id for worldview in model.map.worldviews if worldview.about.id not in gone]
    found = {name: _moves(model.map, at, settle(model.map, name, model.settings)) for name in names}
    return {name: moves for name, moves in found.items() if moves.any()}


def _extending(argument_map: ArgumentMap, name: str) -> list[str]:
    """Return the worldviews that build on one."""
    return [
        other.about.id
        for other in argument_map.worldviews
        if any(step.about.id == name for step in lineage(argument_map, other.about.id)[:-1])
    ]


def _moves(argument_map: ArgumentMap, at: Coordinates, perspective: Perspective) -> FloatArray:
    z = np.clip(at.deviations(as_counted(argument_map, perspective)), -MOST_SD, MOST_SD)
    no_opinion = np.array([setting.fitted or setting.origin == NOBODY for setting in perspective.settings])
    for row in at.rows:
        no_opinion[row] = no_opinion[row].any()
    z[no_opinion] = 0.0
    return _grained(z)


def _grained(values: FloatArray) -> FloatArray:
    return np.asarray(np.rint(values * GRAIN) / GRAIN)


def _common(
    argument_map: ArgumentMap, at: Coordinates, slopes: FloatArray, topics: Sequence[str]
) -> dict[str, tuple[float, FloatArray]]:
    """Return what moves the numbers of everybody together: by name how far, and in which direction (N,)."""
    index = {address: number for number, address in enumerate(at.addresses)}
    sign = np.where(np.abs(slopes) < NO_SLOPE, 0.0, np.sign(slopes))
    tells = _grained(np.minimum(1.0, np.abs(slopes) / FADES_BELOW))
    believed = np.zeros(len(sign))
    voices: dict[str, FloatArray] = {}
    for argument in argument_map.arguments:
        place = index[argument.credence.address]
        believed[place] = 1.0
        voice = argument.by or argument.about.brought_by or "nobody"
        voices.setdefault(voice, np.zeros(len(sign)))[place] = 1.0
    of_topic = np.array(topics)
    return {
        "for the target": (FOR_THE_TARGET, sign),
        "for the target, where it tells": (WHERE_IT_TELLS, sign * tells),
        **{f"believes {voice}": (BELIEVES_A_VOICE, voices[voice]) for voice in sorted(voices)},
        "believes arguments for the target": (BELIEVES_A_SIDE, believed * sign),
        **{
            f"for the target in {topic}": (FOR_IN_A_TOPIC, sign * (of_topic == topic))
            for topic in sorted(set(topics))
        },
    }
