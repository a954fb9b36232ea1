"""What an interview stands on: the open model, what is believed beforehand, and what may be asked.

In: a model, and whose interview it is. Out: a `Ground`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.interview.belief import Belief
from cruxmap.insight.interview.coordinates import Coordinates, coordinates
from cruxmap.insight.interview.prior import Prior, prior
from cruxmap.insight.interview.questions import Catalogue, catalogue, sayable, topic_of
from cruxmap.insight.kinds import Kind, kind_of
from cruxmap.insight.live_model import State, open_model
from cruxmap.language.model_spec import ModelSpec

MOST_ALONE = 0.5
"""A stage is never asked for that by itself would take more than this off the variance of the target."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What does not change during an interview.

    `first` are the log-odds of the target and of the catalogue's statements at the map's numbers, and
    `slopes` (1 + n, N) their slopes in `z` there.
    """

    state: State
    at: Coordinates
    prior: Prior
    catalogue: Catalogue
    first: FloatArray
    slopes: FloatArray

    @property
    def model(self) -> ModelSpec:
        """The model."""
        return self.state.asking.opened.model

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each address."""
        return {address: place for place, address in enumerate(self.at.addresses)}

    @cached_property
    def share_places(self) -> Mapping[str, IntArray]:
        """The places of each row of shares that may move, by its address."""
        rows = {
            row: np.array([self.index[share.address] for share in shares], np.int64)
            for row, shares in self.model.map.shares.items()
            if shares
        }
        return {row: places for row, places in rows.items() if self.at.free[places].any()}


def ground_of(model: ModelSpec, name: str, *, without: Sequence[str], about: str | None) -> Ground:
    """Return what an interview stands on with a reviewer whose worldview has a `name`.

    See `interview.begin` for what the arguments mean, and for the problems that it raises.
    """
    model = replace(model, exact=None)
    own = model.map.worldview.get(name)
    state = open_model(model, own.extends if own else None)
    lowered = state.asking.lowered
    if not lowered.is_exact:
        exactly(lowered.network, *lowered.planned)
    if own:
        taken = (a for a, bringer in model.map.brought.items() if bringer == name)
        state = state.accept(*taken, *own.accepts)
    if not np.isfinite(state.log_odds()):
        message = f"the target is certain in the worldview `{state.worldview}`: no answer can move it"
        hint = "choose another target, or assume less"
        raise InvalidMap((Problem(Code.NOTHING_TO_ASK, message, hint=hint),))
    at = coordinates(model.map, state.perspective)
    listed = catalogue(state, at, about)
    state = state.foreseeing(c for c in sayable(model.map) if state.can_say(c))
    u = at.unconstrained(np.zeros((len(at.addresses), 1)))[:, 0]
    conditions = [q.condition for q in listed.stated if q.condition is not None]
    measured = state.at(u, conditions)
    slopes = at.slopes(u, measured.slopes)
    topics = [topic_of(model.map, judgement.owner) for judgement in model.map.judgements.values()]
    believed = prior(model, at, slopes[0], topics, (name, *without))
    return _without_stages(Ground(state, at, believed, listed, measured.log_odds, slopes))


def _without_stages(ground: Ground) -> Ground:
    """Leave out what is certain, and stages that alone would take too much off the target's variance."""
    none = Belief(ground.at, ground.prior, np.zeros((0, len(ground.at.addresses))), np.zeros(0))
    covariances = none.covariances(ground.slopes)
    target = float(ground.slopes[0] @ covariances[:, 0])
    variances = np.einsum("ni,in->n", ground.slopes, covariances)[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = (ground.slopes[1:] @ covariances[:, 0]) ** 2 / (variances * target)
    kept = [
        number
        for number, question in enumerate(ground.catalogue.stated)
        if np.isfinite(ground.first[1 + number])
        and not (alone[number] > MOST_ALONE and kind_of(ground.model.map, question.entry) is Kind.STAGE)
    ]
    places = [0, *(1 + number for number in kept)]
    stated = tuple(ground.catalogue.stated[number] for number in kept)
    return replace(
        ground,
        catalogue=replace(ground.catalogue, stated=stated),
        first=ground.first[places],
        slopes=ground.slopes[places],
    )
