"""A question put to a map: what is asked, what is taken for granted, and how much is drawn."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cruxmap.errors import NOWHERE, Span
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Citation,
    Condition,
    Elicited,
    SameAs,
    Value,
    condition_text,
)

ROUNDING = 1e-9
"""Numbers that differ by less than this part of themselves are the same, but for rounding."""


@dataclass(frozen=True, slots=True)
class Target:
    """A condition whose probability is asked for, and the name it is reported under."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much to draw: `draws` in all, `tune` per chain, and the seed of everything random."""

    draws: int = 4000
    tune: int = 1000
    chains: int = 4
    seed: int = 20230221


type Laid = tuple[str, Elicited | SameAs | tuple[Value, ...]]
"""An address and what is laid over it: a number, or at the address of a row of shares, all of them."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a number is expected to lie: above `low` and below `high`, and on them too where `closed`.

    A side without a bound is `None`. `text` is what was written: `below 1%`.
    """

    low: float | None
    high: float | None
    text: str
    closed: bool = False

    def hold(self, number: float) -> bool:
        """Tell whether a number lies within; one that is on a bound but for rounding counts as on it."""
        if any(bound is not None and _same(number, bound) for bound in (self.low, self.high)):
            return self.closed
        above = self.low is None or number > self.low
        return above and (self.high is None or number < self.high)


def _same(number: float, bound: float) -> bool:
    """Tell whether two numbers are the same, and what two probabilities leave of 100% too."""
    rest = math.isclose(1 - number, 1 - bound, rel_tol=ROUNDING, abs_tol=1e-15)
    return rest and math.isclose(number, bound, rel_tol=ROUNDING)


@dataclass(frozen=True, slots=True)
class Quantity:
    """The probability of a condition in a worldview; `assuming` is `None` where it is the model's."""

    condition: Condition
    worldview: str
    assuming: tuple[Condition, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEstimate:
    """That a probability lies within bounds, or, with `than`, its quotient by another probability.

    It is that at central judgements, or with `mean` the mean over draws.
    """

    of: Quantity
    bounds: Bounds
    than: Quantity | None = None
    mean: bool = False
    citations: tuple[Citation, ...] = ()
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCrux:
    """That an entry, phase or cause is among the first `rank` premises and arguments in a worldview."""

    id: str
    worldview: str
    rank: int
    assuming: tuple[Condition, ...] | None = None
    citations: tuple[Citation, ...] = ()
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


type Expectation = ExpectedEstimate | ExpectedCrux


def conditions_of(expectations: Iterable[Expectation]) -> Iterator[Condition]:
    """Yield the conditions that expectations are about, and those that they assume."""
    for expected in expectations:
        match expected:
            case ExpectedEstimate(of=of, than=than):
                for quantity in (of, than) if than is not None else (of,):
                    yield from (quantity.condition, *(quantity.assuming or ()))
            case ExpectedCrux(assuming=assuming):
                yield from assuming or ()


class VisitingFile(NamedTuple):
    """A worldview's file that is no file of the map's: the worldview, the file's own name, and its bytes."""

    worldview: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class ModelSpec:
    """A question put to a map: what every function takes that answers something. `read_model` makes one.

    Attributes
    ----------
    id, text
        The model's name, and what it asks in a sentence.
    map
        The `ArgumentMap`.
    target, also
        What is asked about, and further targets: each a `name` and a `condition`.
    assuming, observed
        What is supposed, and facts that the judgements learn from.
    worldviews
        Whose answers are asked for: ids, `map` for the map's own numbers.
    reconcile
        Whether each worldview is fitted to what its reviewer stated.
    sampling
        `draws` in all, `tune` steps per chain, `chains`, and the `seed`.
    settings
        Judgements laid over every worldview's, as `judgements=` does.
    exact
        States are summed out exactly (True), sampled (False), or sampled only where they must be (None).
    expect
        What must come of it. It makes no difference to what comes of it.
    file, given_at, lists_worldviews, visitors
        Where it was read: its file, where its conditions stand, whether it lists its worldviews, and
        worldviews' files that its map was read with.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.read_model({
    ...     "map": {"claims": {"rain": {"text": "It rains.", "credence": (0.2, 0.4)}}},
    ...     "target": "rain",
    ... })
    >>> model
    <ModelSpec model of the map map: target rain; worldviews map>
    """

    id: str
    map: ArgumentMap
    target: Target
    also: tuple[Target, ...] = ()
    assuming: tuple[Condition, ...] = ()
    observed: tuple[Condition, ...] = ()
    worldviews: tuple[str, ...] = (MAP_WORLDVIEW,)
    reconcile: bool = False
    sampling: Sampling = Sampling()
    settings: tuple[Laid, ...] = ()
    """Judgements laid over every worldview's, as `--set ADDRESS=VALUE` does."""
    exact: bool | None = None
    """States are summed out exactly (True), sampled (False), or sampled only where they must be (None)."""
    text: str = ""
    expect: tuple[Expectation, ...] = ()
    """What must come of it. It makes no difference to what comes of it."""
    file: str = field(default="", compare=False)
    given_at: tuple[tuple[Condition, Span], ...] = field(default=(), compare=False, repr=False)
    """Where each condition stands that the file assumes or observes."""
    lists_worldviews: bool = field(default=False, compare=False)
    """Whether the file says which worldviews are asked, so that another has to be named there."""
    visitors: tuple[VisitingFile, ...] = field(default=(), compare=False)
    """Files that the map was read with as if they stood beside its worldviews; these are asked too."""

    def __repr__(self) -> str:
        """Return what it asks, and of what: its map in a word."""
        parts = [f"target {self.target.name}"]
        parts += [f"also {_some(target.name for target in self.also)}"] if self.also else []
        for name, given in (("assuming", self.assuming), ("observing", self.observed)):
            parts += [f"{name} {_some(map(condition_text, given))}"] if given else []
        parts.append(f"worldviews {_some(self.worldviews)}")
        parts += [f"{len(self.settings)} numbers laid over"] if self.settings else []
        where = f" in {self.file}" if self.file and not self.file.startswith("<") else ""
        return f"<ModelSpec {self.id} of the map {self.map.id}{where}: {'; '.join(parts)}>"


_MANY = 8
"""Names that are told at most."""


def _some(names: Iterable[str]) -> str:
    """Return names with commas, a few of them where they are many."""
    told = list(names)
    more = f" and {len(told) - _MANY} more" if len(told) > _MANY else ""
    return f"{', '.join(told[:_MANY])}{more}"
