"""A model's question, put to its network: which variables are asked, supposed and seen.

In: a `ModelSpec`. Out: an `Inquiry`: one network that serves every worldview of the model, the
numbers each of them puts in, and its targets, assumptions, observations and stated credences as
variables of that network. Everything that computes an answer starts here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from cruxmap.engine.banks import Bank, bank
from cruxmap.engine.exact_or_sampled import approach, exactly
from cruxmap.engine.formulas import dependencies, fill
from cruxmap.engine.network import (
    MANY_WHAT_IFS,
    NO_CREDENCE,
    Evidence,
    FewWhatIfs,
    Filled,
    FloatArray,
    IntArray,
    Network,
    Numbering,
)
from cruxmap.engine.planning import Plan, ancestors
from cruxmap.engine.queries import Inference, Planned, infer_many
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.language.argument_map import AllOf, Condition, arguments_met, condition_text, mentioned
from cruxmap.language.checks import MAX_ARGUMENTS
from cruxmap.language.inheritance import Perspective, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.clashes import smallest_clash
from cruxmap.network.lowering import lower, states_where
from cruxmap.network.means_and_deviations import (
    SD_OF_A_POINT,
    Distinct,
    Numbers,
    distinct,
    numbers,
    unconstrained,
)

BLOCK_BYTES = 64 << 20
"""About how much memory the table entries of one block of draws may take."""

MAX_IN_A_BLOCK = 512
"""Draws in a block at most: few enough that there is work for many hands."""

MUCH_MORE = 1.5
"""A plan for every question serves them all unless it has more products than the target's, by this factor.

On a real map it has fewer: 158,803 products against 271,480, which are for the target alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCredence:
    """One `stated` credence: `logit` is Normal around the logit of P(`of` | `given`) with `sd`."""

    name: str
    worldview: int
    of: int
    given: Evidence
    logit: float
    sd: float

    @property
    def sides(self) -> tuple[Evidence, Evidence]:
        """What is given together with `of` being false, and being true."""
        return sides_of(self.given, self.of)


@dataclass(frozen=True, kw_only=True, eq=False)
class Inquiry:
    """A model as a network and variables; worldviews count from 0 in the order of the model.

    `targets` are boolean variables, the model's `target` first and then its `also`. `assuming` and
    `observed` are evidence that the conditions hold. `stated` is empty unless the model reconciles.
    `variables` are those of every condition that the model asks about.
    """

    model: ModelSpec
    perspectives: tuple[Perspective, ...]
    network: Network
    numbers: Numbers
    targets: tuple[int, ...]
    assuming: Evidence
    observed: Evidence
    stated: tuple[StatedCredence, ...]
    variables: Mapping[Condition, int]

    @cached_property
    def given(self) -> Evidence:
        """What is assumed together with what is observed."""
        return together(self.assuming, self.observed)

    @cached_property
    def clamped(self) -> frozenset[int]:
        """The variables of what is given."""
        return frozenset(variable for variable, _ in self.given)

    @cached_property
    def sides(self) -> tuple[Evidence, Evidence]:
        """What is given together with the target being false, and being true."""
        return sides_of(self.given, self.targets[0])

    @cached_property
    def planned(self) -> Planned | None:
        """Every entry and target, to be asked and to be clamped: what one plan for all questions is made for.

        `None` where each question had better have its own plan: the target's is sampled, or much smaller.
        """
        alone = approach(self.network, self.targets[:1], self.clamped)
        everything = frozenset({*self.network.places.values(), *self.targets, *self.clamped})
        if isinstance(alone, Plan):
            with suppress(InvalidMap):
                whole = exactly(self.network, everything, everything)
                if whole.triples <= MUCH_MORE * alone.triples:
                    return everything, everything
        return None

    def statements(self, *worldviews: int) -> tuple[StatedCredence, ...]:
        """What these worldviews state."""
        return tuple(stated for stated in self.stated if stated.worldview in worldviews)

    def conditioning(self, worldview: int) -> frozenset[int]:
        """The variables of what is observed, and of what the worldview states or supposes in a statement."""
        stated = (side for statement in self.statements(worldview) for side in statement.sides)
        return frozenset(variable for evidence in (self.observed, *stated) for variable, _ in evidence)

    @cached_property
    def reaching(self) -> tuple[IntArray, ...]:
        """For each worldview the uncertain judgements on which its likelihood can depend, sorted.

        They are the columns of `z` that feed a table of some ancestor of what conditions the worldview;
        empty where nothing does.
        """
        return tuple(_reaching(self, worldview) for worldview in range(len(self.model.worldviews)))

    @cached_property
    def obstacles(self) -> tuple[str | None, ...]:
        """For each worldview why it cannot be conditioned as the model asks, `None` where it can.

        What is observed is impossible in it, or its judgements leave no room for a credence that it states
        (they imply exactly 0% or 100%, or make impossible what it supposes), at central judgements.
        """
        return _obstacles(self)

    @property
    def target_names(self) -> tuple[str, ...]:
        """The names that the targets are reported under, in their order."""
        return tuple(target.name for target in (self.model.target, *self.model.also))


def inquire(
    model: ModelSpec,
    perspectives: tuple[Perspective, ...] | None = None,
    *,
    mixed: Sequence[Collection[int]] = (),
) -> Inquiry:
    """Settle every worldview of the model and lower its map, with all that the model asks, to a network.

    Where `perspectives` are given, they stand in for the model's worldviews, in their order. With groups of
    them, the network serves what is `mixed` from the numbers of a group, and no worldview that is in none.
    """
    if perspectives is None:
        perspectives = tuple(
            settle(model.map, worldview, model.settings) for worldview in model.worldviews
        )
    asked = tuple(target.condition for target in (model.target, *model.also))
    statements = [
        (number, stated)
        for number, worldview in enumerate(model.worldviews)
        if model.reconcile and worldview in model.map.worldview
        for stated in model.map.worldview[worldview].stated
    ]
    conditions = dict.fromkeys((*asked, *model.assuming, *model.observed))
    conditions |= dict.fromkeys(c for _, stated in statements for c in (stated.of, *stated.assuming))
    network = lower(model.map, tuple(conditions), perspectives, mixed=mixed)
    network = replace(network, exact=model.exact, seed=model.sampling.seed)
    place: Mapping[Condition, int] = dict(zip(conditions, network.conditions, strict=True))

    def holds(parts: tuple[Condition, ...]) -> Evidence:
        return together(tuple((place[part], (1,)) for part in parts))

    return Inquiry(
        model=model,
        perspectives=perspectives,
        network=network,
        numbers=numbers(model.map, perspectives),
        targets=tuple(place[condition] for condition in asked),
        assuming=holds(model.assuming),
        observed=holds(model.observed),
        variables=place,
        stated=tuple(
            StatedCredence(
                name=_stated_name(model.worldviews[number], stated.of, stated.assuming),
                worldview=number,
                of=place[stated.of],
                given=holds((*stated.assuming, *model.observed)),
                logit=stated.credence.mu,
                sd=SD_OF_A_POINT if stated.credence.is_point else stated.credence.sd,
            )
            for number, stated in statements
        ),
    )


def crowded(inquiry: Inquiry, group: Collection[int]) -> str | None:
    """Say where more arguments than a network can have meet in a mixture of some worldviews, if anywhere."""
    in_force = (inquiry.numbers.mu[[*group]] > NO_CREDENCE).any(axis=0)
    argument_map, index = inquiry.model.map, {a: i for i, a in enumerate(inquiry.network.addresses)}
    there = [a for a in argument_map.arguments if in_force[index[a.credence.address]]]
    for place, count in arguments_met(there).items():
        if count > MAX_ARGUMENTS:
            return f"{count} arguments would bear on `{place}` together, and {MAX_ARGUMENTS} are the most"
    return None


def serves_mixtures(inquiry: Inquiry, group: Collection[int]) -> bool:
    """Tell whether the network serves what is mixed from the numbers of some worldviews."""
    in_force = (inquiry.numbers.mu[[*group]] > NO_CREDENCE).any(axis=0)
    return all(in_force[[*seat]].sum() <= 1 for seat in inquiry.network.seats)


def for_mixtures(inquiry: Inquiry, groups: Sequence[Collection[int]]) -> Inquiry:
    """Return the inquiry with a network for mixtures of the worldviews of each group, and for no others."""
    return inquire(inquiry.model, inquiry.perspectives, mixed=groups)


def together(*evidence: Evidence) -> Evidence:
    """Join evidence, each (variable, states) pair once."""
    return tuple(dict.fromkeys(pair for part in evidence for pair in part))


def sides_of(given: Evidence, variable: int) -> tuple[Evidence, Evidence]:
    """Return what is given together with a boolean variable being false, and being true."""
    return together(given, ((variable, (0,)),)), together(given, ((variable, (1,)),))


def entries_of(
    inquiry: Inquiry, worldview: int, z: FloatArray, numbering: Numbering = MANY_WHAT_IFS
) -> Filled:
    """Fill the tables with the judgements of a worldview for draws `z` (n_judgements, D)."""
    u = unconstrained(inquiry.numbers, z, worldview)
    return Filled(fill(inquiry.network.program, u, inquiry.numbers.single[worldview]), numbering)


@lru_cache(maxsize=16)
def bank_of(inquiry: Inquiry, worldviews: tuple[int, ...]) -> tuple[Distinct, Bank]:
    """Return the distinct judgements of some worldviews, and the bank of the table rows that they make."""
    judgements = distinct(inquiry.numbers, worldviews)
    return judgements, bank(inquiry.network.program, judgements.number)


def entries_together(
    inquiry: Inquiry, worldviews: tuple[int, ...], z: FloatArray, numbering: Numbering
) -> tuple[Filled, ...]:
    """Fill the tables of several worldviews for the same draws; rows that are the same are filled once."""
    judgements, shared = bank_of(inquiry, worldviews)
    entries = fill(shared.program, judgements.unconstrained(z), judgements.single)
    return tuple(Filled(entries, numbering, rows) for rows in shared.rows)


def central_entries(inquiry: Inquiry) -> Filled:
    """Fill the tables with every judgement at its central value, a column per worldview."""
    numbers = inquiry.numbers
    entries = fill(inquiry.network.program, numbers.mu.T, numbers.single.T)
    return Filled(entries, FewWhatIfs(len(numbers.mu)))


def stacked(inquiry: Inquiry, inferences: Iterable[Inference]) -> FloatArray:
    """Return P(target state | evidence), (inferences, n_targets, 2, D), nan where that is impossible."""
    return np.array([[part.marginals[target] for target in inquiry.targets] for part in inferences])


def target_probabilities(inquiry: Inquiry, filled: Filled) -> FloatArray:
    """Return P(target state | evidence) for filled tables.

    Shape (2, n_targets, 2, D): given what is assumed and observed, and given what is observed alone;
    then by target; then false and true. The two of a column that is impossible are nan.
    """
    evidences = inquiry.given, inquiry.observed
    return stacked(inquiry, infer_many(inquiry.network, filled, evidences, inquiry.targets))


def _reaching(inquiry: Inquiry, worldview: int) -> IntArray:
    network, numbers = inquiry.network, inquiry.numbers
    if not inquiry.conditioning(worldview):
        return np.zeros(0, np.int64)
    entries, judgements = dependencies(network.program)
    used = np.zeros(network.program.n_entries, dtype=np.bool_)
    for variable in ancestors(network, inquiry.conditioning(worldview)):
        used[network.tables[variable].entries] = True
    reached = np.unique(judgements[used[entries]])
    return np.unique(numbers.column[worldview][reached[numbers.sd[worldview][reached] > 0]])


def _obstacles(inquiry: Inquiry) -> tuple[str | None, ...]:
    everyone = range(len(inquiry.model.worldviews))
    evidences = (inquiry.observed, *(side for stated in inquiry.stated for side in stated.sides))
    if evidences == ((),):
        return (None,) * len(everyone)
    inferences = infer_many(inquiry.network, central_entries(inquiry), evidences)
    seen, *sides = (np.isfinite(inference.log_z) for inference in inferences)
    sampled = inferences[0].effective is not None

    def obstacle(worldview: int) -> str | None:
        if not seen[worldview]:
            observed = inquiry.model.observed
            return f"what is observed is {impossible(inquiry, worldview, observed, sampled=sampled)}"
        for stated, no, yes in zip(inquiry.stated, sides[::2], sides[1::2], strict=True):
            if stated.worldview == worldview and not (no & yes)[worldview]:
                return f"its judgements leave no room for what it states: {stated.name}"
        return None

    return tuple(map(obstacle, everyone))


# --- what is impossible --------------------------------------------------------------------------


def impossible(
    inquiry: Inquiry,
    worldview: int,
    conditions: Sequence[Condition] | None = None,
    *,
    sampled: bool = False,
    besides: str = "",
) -> str:
    """Say of conditions (of all that is given) with probability 0 that they are impossible, and which clash.

    Where they are `sampled`, they may as well be rare. `besides` says with what else they are impossible:
    what is observed then belongs to them.
    """
    model = inquiry.model
    named = (*model.assuming, *model.observed) if conditions is None else tuple(conditions)
    parts = parts_of((*named, *(model.observed if besides else ())))
    clash = None if sampled else _clash(inquiry, worldview, parts)
    return f"{_missed(sampled=sampled)}{besides}: {written(named)}{_which_clash(parts, clash)}"


def clashing(inquiry: Inquiry, worldview: int) -> tuple[Condition, ...]:
    """Return the fewest parts of what is given that have probability 0 together, at central judgements.

    Empty where everything given is possible, or sums over the network are not exact.
    """
    parts = parts_of((*inquiry.model.assuming, *inquiry.model.observed))
    return tuple(parts[number] for number in _clash(inquiry, worldview, parts) or ())


def _missed(*, sampled: bool) -> str:
    return "impossible, or too rare to be met by a sample of states" if sampled else "impossible"


def _clash(inquiry: Inquiry, worldview: int, parts: Sequence[Condition]) -> tuple[int, ...] | None:
    """Return the numbers of the fewest conditions that clash at central judgements, if that can be told."""
    z = np.zeros((inquiry.numbers.mu.shape[1], 1))
    things = [(_where(inquiry, part),) for part in parts]
    return smallest_clash(inquiry.network, entries_of(inquiry, worldview, z), things)


def _where(inquiry: Inquiry, part: Condition) -> tuple[int, tuple[int, ...]]:
    if part in inquiry.variables:
        return inquiry.variables[part], (1,)
    return states_where(inquiry.model.map, inquiry.network, part)


def parts_of(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return the conditions, each once, with those that are about all of several entries taken apart."""
    found: dict[Condition, None] = {}
    for condition in conditions:
        apart = condition.parts if isinstance(condition, AllOf) else ()
        one_each = apart and all(len(set(mentioned(part))) == 1 for part in apart)
        found |= dict.fromkeys(apart if one_each else (condition,))
    return tuple(found)


def _which_clash(parts: Sequence[Condition], clash: Sequence[int] | None) -> str:
    """Say which of several conditions clash, after these are written; nothing where all two do."""
    if clash is None or len(clash) == len(parts) <= 2:
        return ""
    if len(clash) == len(parts):
        return "; only all of these together clash"
    *some, last = (parts[number] for number in clash)
    if not some:
        return f"; {condition_text(last)} is so by itself"
    return f"; {written(some)} and {condition_text(last)} clash"


def impossible_evidence(worldview: str, reason: str) -> Problem:
    """Return the problem of conditions that cannot all hold in a worldview."""
    return Problem(
        Code.IMPOSSIBLE_EVIDENCE,
        f"in the worldview `{worldview}`, {reason}",
        hint="found by inference: look for a 0% or a 100% on the way, or for two that exclude each other",
    )


def written(conditions: Iterable[Condition]) -> str:
    """Write conditions as the language does, with commas between them."""
    return ", ".join(map(condition_text, conditions))


def _stated_name(worldview: str, of: Condition, assuming: tuple[Condition, ...]) -> str:
    given = f" given {written(assuming)}" if assuming else ""
    return f"{worldview}: {condition_text(of)}{given}"


def draws_per_block(inquiry: Inquiry, n_rows: int | None = None) -> int:
    """Return how many draws, a multiple of 32, to take at once: their entries stay near `BLOCK_BYTES`.

    There are as many rows of entries as the network has where it is not said. It depends on that alone, so
    that sums over blocks come out the same wherever they are done.
    """
    rows = inquiry.network.program.n_entries if n_rows is None else n_rows
    affordable = max(BLOCK_BYTES // (8 * rows) // 32, 1) * 32
    return min(affordable, MAX_IN_A_BLOCK)


def blocks(n_draws: int, size: int) -> list[tuple[int, int]]:
    """Return (start, stop) of consecutive blocks of at most `size` draws."""
    return [(start, min(start + size, n_draws)) for start in range(0, n_draws, size)]
