"""Whether what a model expects holds: estimates within their bounds, cruxes at their ranks.

In: a `ModelSpec`. Out: an `Expected` for each expectation in its file, with what was found. Probabilities at
central judgements come from one network with a variable for each condition, and so do the means over draws,
as long as exact sums serve all of that at once. Rankings are those of `cruxes`, one for each worldview.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Any, Unpack, assert_never

from cruxmap.engine.exact_or_sampled import approach
from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.planning import Plan
from cruxmap.insight.asked import what_if
from cruxmap.insight.cruxes import CruxTable, rankings
from cruxmap.insight.display import Shown
from cruxmap.insight.estimate import Found, probabilities_given
from cruxmap.insight.kinds import Kind, kind_of
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import Condition, condition_text, mentioned
from cruxmap.language.asked import WhatIf
from cruxmap.language.model_spec import (
    Expectation,
    ExpectedCrux,
    ExpectedEstimate,
    ModelSpec,
    Quantity,
    Target,
)
from cruxmap.network.inquiry import Inquiry, inquire, written

type _Assumed = tuple[Condition, ...]


class Measure(StrEnum):
    """What an expectation is about: a probability, a quotient of two, or a place in a ranking."""

    PROBABILITY = "probability"
    FACTOR = "factor"
    RANK = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Answer):
    """One expectation of a model, its place in the file, and what was found.

    `text` is what is expected, and `where` of whose numbers, and which. `of` is the condition or the entry
    that it is about; `wanted` is what is written of it, `low` and `high` are the same as numbers. `found` is
    the probability, the factor or the rank, `None` with a `reason` where there is none. `than` says with what
    a probability is compared, and `compared` are the two. Of a ranking, `first` has as many ids as it should
    be among.
    """

    model: str
    file: str
    line: int
    column: int
    text: str
    where: str
    holds: bool
    wanted: str
    found: float | None
    measure: Measure
    low: float | None
    high: float | None
    of: str
    worldview: str
    assuming: tuple[str, ...]
    mean: bool = False
    than: str = ""
    compared: tuple[float | None, float | None] | None = None
    first: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Expectations(Shown):
    """All expectations of a model in the order of its file, each with what was found.

    Attributes
    ----------
    model
        The model's id.
    expectations
        Each with `text`, whether it `holds`, the number that was `found`, and the `reason` where it cannot
        be told.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.expectations(cm.example("library"))
    >>> answer.hold, [one.holds for one in answer.expectations]
    (True, [True, True, True])
    """

    model: str
    expectations: tuple[Expected, ...]

    def gist(self) -> str:
        """Return the model, and how many of its expectations hold and do not."""
        held = sum(one.holds for one in self.expectations)
        return f"of {self.model}: {held} hold, {len(self.expectations) - held} do not"

    @property
    def hold(self) -> bool:
        """Whether all of them hold."""
        return all(expected.holds for expected in self.expectations)


@what_if
def expectations(
    model: ModelSpec,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Expectations:
    """Return what a model's file expects, each expectation with what was found.

    What is impossible in a worldview, or cannot be told, does not hold, with the reason.

    Parameters
    ----------
    model
        The model.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    `Expectations`: whether all `hold`, and each of the `expectations` with the number that was found.

    Raises
    ------
    InvalidMap
        Where the model has to be exact and cannot, and for a mistake in an argument.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.expectations(cm.example("library"))
    >>> answer.hold, len(answer.expectations)
    (True, 3)
    """
    work = Work(executor, progress)
    estimates = [one for one in model.expect if isinstance(one, ExpectedEstimate)]
    cruxes = [one for one in model.expect if isinstance(one, ExpectedCrux)]
    found = dict(_probabilities(model, estimates, work, means=False))
    found |= dict(_probabilities(model, estimates, work, means=True))
    ranked = dict(_rankings(model, cruxes, progress, executor))

    def tested(one: Expectation) -> Expected:
        match one:
            case ExpectedEstimate(of=of, than=than):
                number = found[_settled(model, of), one.mean]
                other = None if than is None else found[_settled(model, than), one.mean]
                return _tested_estimate(model, one, number, other)
            case ExpectedCrux(worldview=worldview, assuming=assuming):
                return _tested_crux(model, one, ranked[worldview, _assumed(model, assuming)])
            case _:
                assert_never(one)

    return Expectations(model.id, tuple(map(tested, model.expect)))


def _assumed(model: ModelSpec, assuming: _Assumed | None) -> _Assumed:
    """Return what is assumed, which is what the model assumes where nothing is written."""
    return model.assuming if assuming is None else assuming


def _settled(model: ModelSpec, quantity: Quantity) -> Quantity:
    return replace(quantity, assuming=_assumed(model, quantity.assuming))


# --- estimates -----------------------------------------------------------------------------------


def _probabilities(
    model: ModelSpec, expected: Iterable[ExpectedEstimate], work: Work, *, means: bool
) -> Iterator[tuple[tuple[Quantity, bool], Found]]:
    """Yield the probability of everything that is expected or compared with, the means or the others."""
    pairs = ((one.of, one.than) for one in expected if one.mean is means)
    asked = dict.fromkeys(_settled(model, q) for q in chain.from_iterable(pairs) if q is not None)
    if not asked:
        return
    work.tell(f"{model.id}: the {'means' if means else 'central estimates'} that are expected", 0, 1)
    for quantities, assumed, inquiry in _questions(model, tuple(asked), means):
        found = probabilities_given(inquiry, assumed, work, means=means)
        targets = [target.condition for target in (inquiry.model.target, *inquiry.model.also)]
        for quantity in quantities:
            worldview = inquiry.model.worldviews.index(quantity.worldview)
            side = assumed.index(quantity.assuming or ())
            yield (quantity, means), found[worldview][side][targets.index(quantity.condition)]


def _questions(
    model: ModelSpec, quantities: tuple[Quantity, ...], means: bool
) -> Iterator[tuple[tuple[Quantity, ...], list[_Assumed], Inquiry]]:
    """Yield inquiries with what to ask them: one for all if that has exact sums, or one per assumption."""
    assumed = list(dict.fromkeys(quantity.assuming or () for quantity in quantities))
    together = _inquiry(model, quantities, assumed, means)
    if len(assumed) == 1 or _is_exact(together):
        yield quantities, assumed, together
        return
    for one in assumed:
        some = tuple(quantity for quantity in quantities if quantity.assuming == one)
        yield some, [one], _inquiry(model, some, [one], means)


def _inquiry(
    model: ModelSpec, quantities: Iterable[Quantity], assumed: Iterable[_Assumed], means: bool
) -> Inquiry:
    """Return an inquiry with the conditions as targets, and with all that is assumed somewhere assumed."""
    conditions = dict.fromkeys(quantity.condition for quantity in quantities)
    first, *also = (Target(condition_text(condition), condition) for condition in conditions)
    return inquire(
        replace(
            model,
            target=first,
            also=tuple(also),
            assuming=tuple(dict.fromkeys(chain.from_iterable(assumed))),
            worldviews=tuple(dict.fromkeys(quantity.worldview for quantity in quantities)),
            reconcile=model.reconcile and means,
        )
    )


def _is_exact(inquiry: Inquiry) -> bool:
    return isinstance(approach(inquiry.network, inquiry.targets, inquiry.clamped), Plan)


def _tested_estimate(
    model: ModelSpec, one: ExpectedEstimate, number: Found, other: Found | None
) -> Expected:
    reason, found = number.reason, number.value
    if other is not None:
        reason = reason or other.reason
        found, because = _factor(number.value, other.value)
        reason = reason or because
    of, than = condition_text(one.of.condition), _compared_with(model, one)
    at = "mean over draws" if one.mean else "at central judgements"
    return Expected(
        **_about(model, one, one.of.worldview, one.of.assuming, at),
        text=" ".join(filter(None, (of, one.bounds.text, than))),
        holds=found is not None and one.bounds.hold(found),
        measure=Measure.PROBABILITY if other is None else Measure.FACTOR,
        of=of,
        wanted=one.bounds.text,
        found=None if found == math.inf else found,
        low=one.bounds.low,
        high=one.bounds.high,
        mean=one.mean,
        than=than,
        compared=None if other is None else (number.value, other.value),
        reason=reason,
    )


def _factor(number: float | None, other: float | None) -> tuple[float | None, str | None]:
    """Return how many times the other probability the number is, and why that is no number, if so."""
    if number is None or other is None:
        return None, None
    if other > 0:
        return number / other, None
    return (math.inf, "the other is 0%") if number > 0 else (None, "both are 0%")


def _compared_with(model: ModelSpec, one: ExpectedEstimate) -> str:
    """Say with what an estimate is compared, if it is: `what it is in critic-d assuming a`."""
    if one.than is None:
        return ""
    of, than = _settled(model, one.of), _settled(model, one.than)
    what = "it" if than.condition == of.condition else condition_text(than.condition)
    where = "" if than.worldview == of.worldview else f" in {than.worldview}"
    given = "" if than.assuming == of.assuming else f" {_assuming(than.assuming or ())}"
    return f"what {what} is{where}{given}"


def _assuming(conditions: _Assumed) -> str:
    return f"assuming {written(conditions) or 'nothing'}"


# --- cruxes --------------------------------------------------------------------------------------


def _rankings(
    model: ModelSpec, expected: Iterable[ExpectedCrux], progress: Progress | None, executor: Executor
) -> Iterator[tuple[tuple[str, _Assumed], CruxTable]]:
    """Yield the ranking of each worldview under each assumption for which some rank is expected."""
    worldviews: dict[_Assumed, dict[str, None]] = {}
    for one in expected:
        worldviews.setdefault(_assumed(model, one.assuming), {})[one.worldview] = None
    for assumed, names in worldviews.items():
        asked = replace(model, assuming=assumed, worldviews=tuple(names))
        for name, table in rankings(asked, progress=progress, executor=executor).items():
            yield (name, assumed), table


def _tested_crux(model: ModelSpec, one: ExpectedCrux, table: CruxTable) -> Expected:
    ids = [crux.id for crux in table.ranking]
    rank = ids.index(one.id) + 1 if one.id in ids else None
    return Expected(
        **_about(model, one, one.worldview, one.assuming),
        text=f"{one.id} {_wanted(one)}",
        holds=rank is not None and rank <= one.rank,
        measure=Measure.RANK,
        of=one.id,
        wanted=_wanted(one),
        found=rank,
        low=None,
        high=one.rank,
        first=tuple(ids[: one.rank]),
        reason=None if rank is not None else _why_no_rank(model, one, table),
    )


def _wanted(one: ExpectedCrux) -> str:
    return "first of all" if one.rank == 1 else f"among the first {one.rank}"


def _why_no_rank(model: ModelSpec, one: ExpectedCrux, table: CruxTable) -> str:
    """Say why something is not in a ranking."""
    left_out = {each.id: each.because for each in table.left_out}
    if table.reason is not None:
        return table.reason
    if one.id in left_out:
        return left_out[one.id]
    if one.id in mentioned(model.target.condition):
        return "it is the target"
    if kind_of(model.map, one.id) is Kind.STAGE:
        return "it follows from others, which are ranked in its place"
    return "it is assumed or observed"


# --- both ----------------------------------------------------------------------------------------


def _about(
    model: ModelSpec, one: Expectation, worldview: str, assuming: _Assumed | None, at: str = ""
) -> dict[str, Any]:
    """Return what every expectation has: its place, whose numbers it is about, and what it rests on."""
    given = "" if assuming is None else _assuming(assuming)
    return {
        "model": model.id,
        "file": one.span.file,
        "line": one.span.line,
        "column": one.span.column,
        "worldview": worldview,
        "assuming": tuple(map(condition_text, _assumed(model, assuming))),
        "where": ", ".join(filter(None, (worldview, at, given))),
        "sources": tuple(map(str, one.citations)),
        "note": one.note,
    }
