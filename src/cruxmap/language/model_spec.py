"""A question put to a map: what is asked, what is taken for granted, and how much is drawn."""

from dataclasses import dataclass, field

from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Condition, Elicited, SameAs, Value


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
class ModelSpec:
    """A question put to a map. `worldviews` are resolved ids (`map` for the map's own judgements)."""

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
    file: str = field(default="", compare=False)
