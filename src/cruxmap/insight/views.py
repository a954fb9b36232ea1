"""Each worldview with draws of its judgements: forward, from Markov chains, or weighed.

In: an `Inquiry`. Out: a `View` per worldview. Judgements that nothing conditions are drawn forward. Others
come from Markov chains, which need exact sums and their slopes. Where states are sampled instead, forward
draws are weighed by how well they agree, and drawn again by weight.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cruxmap.engine.convergence import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.exact_or_sampled import approach
from cruxmap.engine.executors import Work
from cruxmap.engine.jackknife import standard_error
from cruxmap.engine.network import DrawsFrom, Filled, FloatArray, IntArray
from cruxmap.engine.queries import infer
from cruxmap.engine.schemes import Scheme
from cruxmap.insight.sentences import percent
from cruxmap.network.inquiry import (
    MAX_IN_A_BLOCK,
    Inquiry,
    StatedCredence,
    bank_of,
    blocks,
    draws_per_block,
    entries_of,
    entries_together,
)

MIN_EFFECTIVE = 100.0
"""The effective sample size below which there is no answer."""

MAX_MISSED = 0.01
"""The part of the draws in which no sample may agree with what is given."""

POOL = 4
"""How many forward draws are weighed for each draw that is asked for."""


STRIP = 512
"""How many draws are drawn at a time, and kept for those who ask again."""

MOST_KEPT = 1024
"""Judgements up to which draws are kept: a strip takes 4 MB then."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Draws of the judgements at `addresses`: a Latin hypercube of `n_draws` under a seed.

    Judgements that are certain in every worldview have no address here, but `None`, and no draws but 0.
    """

    seed: int
    addresses: tuple[str | None, ...]
    n_draws: int

    def __call__(self, start: int, stop: int) -> FloatArray:
        """Return the standard normal values (n_judgements, stop - start) of some of them."""
        if len(self.addresses) > MOST_KEPT or start == stop:
            return self.drawn(start, stop)
        strips = range(start // STRIP, -(-stop // STRIP))
        parts = [_strip(self, k)[:, max(start - k * STRIP, 0) : stop - k * STRIP] for k in strips]
        return np.concatenate(parts, axis=1)

    def of(self, columns: IntArray) -> Callable[[int, int], FloatArray]:
        """Return the draws of some of the judgements, in the order of `columns`."""
        if len(self.addresses) > MOST_KEPT:
            return replace(self, addresses=tuple(self.addresses[column] for column in columns))
        return lambda start, stop: self(start, stop)[columns]

    def drawn(self, start: int, stop: int) -> FloatArray:
        """Draw them."""
        drawn = {i: address for i, address in enumerate(self.addresses) if address is not None}
        z = np.zeros((len(self.addresses), stop - start))
        z[[*drawn]] = latin_hypercube(self.seed, [*drawn.values()], self.n_draws, start, stop)
        return z


@lru_cache(maxsize=16)
def _strip(draws: Forward, number: int) -> FloatArray:
    """Draw a strip; every stage of an answer asks for the same draws again."""
    return draws.drawn(number * STRIP, min((number + 1) * STRIP, draws.n_draws))


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """Draws `z` (n_judgements, n_draws) given what is observed and stated."""

    z: FloatArray

    @property
    def n_draws(self) -> int:
        """How many there are."""
        return int(self.z.shape[1])

    def __call__(self, start: int, stop: int) -> FloatArray:
        """Return the standard normal values (n_judgements, stop - start) of some of them."""
        return self.z[:, start:stop]


type Draws = Forward | Conditioned

type Block = tuple[int, int, int]
"""The number of a worldview, and the first of some of its draws and the one after the last."""

type BlockOfSeveral = tuple[tuple[int, ...], int, int]
"""The same for several worldviews that share their draws."""


def forward_draws(inquiry: Inquiry, n_draws: int) -> Forward:
    """Return the Latin hypercube of `n_draws` draws under the model's seed."""
    uncertain = set(inquiry.numbers.column[inquiry.numbers.sd > 0].tolist())
    addresses = enumerate(inquiry.network.addresses)
    drawn = tuple(address if i in uncertain else None for i, address in addresses)
    return Forward(inquiry.model.sampling.seed, drawn, n_draws)


def fill_block(inquiry: Inquiry, draw: Draws, block: Block) -> Filled:
    """Fill the tables with the judgements of a block of draws."""
    worldview, start, stop = block
    return entries_of(inquiry, worldview, draw(start, stop), DrawsFrom(start, draw.n_draws))


def fill_together(inquiry: Inquiry, draw: Draws, together: BlockOfSeveral) -> tuple[Filled, ...]:
    """Fill the tables of several worldviews with a block of the draws that they share."""
    worldviews, start, stop = together
    if len(worldviews) == 1:
        return (fill_block(inquiry, draw, (*worldviews, start, stop)),)
    return entries_together(inquiry, worldviews, draw(start, stop), DrawsFrom(start, draw.n_draws))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One worldview of an inquiry, with the draws of its judgements, and how what is asked is worked out.

    `convergence` is that of Markov chains. Where draws were weighed, `effective` is their effective number,
    and `refused` says why they will not do.
    """

    inquiry: Inquiry
    worldview: int
    draw: Draws
    work: Work
    convergence: Convergence | None = None
    effective: float | None = None
    refused: str | None = None

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return self.draw.n_draws

    @property
    def name(self) -> str:
        """The worldview's id."""
        return self.inquiry.model.worldviews[self.worldview]

    def blocks(self, size: int | None = None) -> list[Block]:
        """Return the blocks that the draws are taken in, as tasks."""
        size = draws_per_block(self.inquiry) if size is None else size
        return [(self.worldview, start, stop) for start, stop in blocks(self.n_draws, size)]

    def tell(self, stage: str, done: int, of: int) -> None:
        """Report progress on a stage of this worldview, if anybody listens."""
        self.work.tell(f"{self.name}: {stage}", done, of)


def by_block[*Shared, Part](
    views: Sequence[View],
    function: Callable[[Inquiry, Draws, *Shared, BlockOfSeveral], tuple[Part, ...]],
    *shared: *Shared,
    stage: str = "",
    size: int = MAX_IN_A_BLOCK,
) -> list[list[Part]]:
    """Take the draws of an inquiry's views through a function, by blocks of `size` at most: a list per view.

    The function gets what is `shared` after the inquiry and the draws. It returns a part for each view that
    shares these draws.
    """
    groups: dict[Draws, list[View]] = {}
    for view in views:
        groups.setdefault(view.draw, []).append(view)
    begun = [(group, _begun(group, function, shared, stage, size)) for group in groups.values()]
    found = {
        view.worldview: parts for group, told in begun for view, *parts in zip(group, *told, strict=True)
    }
    return [found[view.worldview] for view in views]


def _begun[*Shared, Part](
    group: Sequence[View],
    function: Callable[[Inquiry, Draws, *Shared, BlockOfSeveral], tuple[Part, ...]],
    shared: tuple[*Shared],
    stage: str,
    size: int,
) -> Iterator[tuple[Part, ...]]:
    """Begin with views that share their draws, then yield what the function gives for each block."""
    first, worldviews = group[0], tuple(view.worldview for view in group)
    rows = bank_of(first.inquiry, worldviews)[1].program.n_entries if len(group) > 1 else None
    cuts = blocks(first.n_draws, min(size, draws_per_block(first.inquiry, rows)))
    tasks: list[BlockOfSeveral] = [(worldviews, start, stop) for start, stop in cuts]
    found = first.work.map(function, (first.inquiry, first.draw, *shared), tasks)
    whose = first.name if len(group) == 1 else f"{len(group)} worldviews"

    def told() -> Iterator[tuple[Part, ...]]:
        for (_, _, done), parts in zip(tasks, found, strict=True):
            first.work.tell(f"{whose}: {stage}" if stage else whose, done, first.n_draws)
            yield parts

    return told()


def views(inquiry: Inquiry, work: Work) -> tuple[View, ...]:
    """Draw the judgements of every worldview."""
    draw = forward_draws(inquiry, inquiry.model.sampling.draws)
    found = {view.worldview: view for view in _conditioned(inquiry, work)}
    return tuple(
        found.get(number) or View(inquiry=inquiry, worldview=number, draw=draw, work=work)
        for number in range(len(inquiry.model.worldviews))
    )


def _conditioned(inquiry: Inquiry, work: Work) -> Iterator[View]:
    """Yield the worldviews that something uncertain conditions, and that can be conditioned."""
    numbers = [number for number, columns in enumerate(inquiry.reaching) if columns.size]
    if any(_is_sampled(inquiry, number) for number in numbers):
        for number in numbers:
            if inquiry.obstacles[number] is None:
                yield _weighed(inquiry, number, work)
    elif numbers:
        from cruxmap.bayes.sampling import posteriors

        for found in posteriors(inquiry, work=work):
            draw = Conditioned(found.z)
            yield View(
                inquiry=inquiry,
                worldview=found.worldview,
                draw=draw,
                work=work,
                convergence=found.convergence,
            )


def too_few(effective: float, what: str) -> str:
    """Say why there is no answer from samples that hardly agree with what is given."""
    return (
        f"too few samples agree with {what}: their effective number is {effective:.0f}, "
        f"and {MIN_EFFECTIVE:.0f} is the least"
    )


def refusal(effective: FloatArray, what: str) -> str | None:
    """Say why samples of states do not make an answer, where they do not.

    `effective` (D,) are the effective numbers of those that agree with what is given, infinite where the
    answer is exact. By Poisson's law, none of so many agrees with a chance of exp(-effective).
    """
    if effective.sum() < MIN_EFFECTIVE:
        return too_few(float(effective.sum()), what)
    if (missed := float(np.exp(-effective).mean())) > MAX_MISSED:
        return (
            f"in {percent(missed)} of the draws of the judgements no sample of states agrees with {what}"
        )
    return None


# --- weighed draws -------------------------------------------------------------------------------


def _is_sampled(inquiry: Inquiry, worldview: int) -> bool:
    """Tell whether the likelihood of a worldview's judgements has to be estimated from samples of states."""
    return isinstance(
        approach(inquiry.network, (), inquiry.conditioning(worldview), gradient=True), Scheme
    )


def _weighed(inquiry: Inquiry, worldview: int, work: Work) -> View:
    """Draw judgements forward and again by their weight, or say why these draws will not do."""
    pool = forward_draws(inquiry, POOL * inquiry.model.sampling.draws)
    view = View(inquiry=inquiry, worldview=worldview, draw=pool, work=work)
    tasks = view.blocks()
    parts = []
    for (_, _, done), part in zip(tasks, work.map(log_weights, (inquiry, pool), tasks), strict=True):
        parts.append(part)
        view.tell("weighing", done, pool.n_draws)
    log_weight = np.concatenate(parts)
    possible = np.isfinite(log_weight).any()
    weight = np.exp(log_weight - log_weight.max()) if possible else np.zeros(pool.n_draws)
    effective = float(weight.sum() ** 2 / (weight * weight).sum()) if possible else 0.0
    view = replace(view, effective=effective)
    if effective < MIN_EFFECTIVE:
        refused = too_few(effective, "what is observed or stated")
        return replace(view, draw=forward_draws(inquiry, inquiry.model.sampling.draws), refused=refused)
    return replace(view, draw=Conditioned(_drawn_again(inquiry, worldview, weight)))


def log_weights(inquiry: Inquiry, draw: Draws, block: Block) -> FloatArray:
    """Return the log-likelihood of each draw of a block."""
    worldview, start, stop = block
    filled = fill_block(inquiry, draw, block)
    log_weight = np.zeros(stop - start)
    if inquiry.observed:
        log_weight += infer(inquiry.network, filled, inquiry.observed).log_z
    for stated in inquiry.statements(worldview):
        log_weight += _log_density(inquiry, filled, stated)
    return log_weight


def _log_density(inquiry: Inquiry, filled: Filled, stated: StatedCredence) -> FloatArray:
    """Return the log-density of a stated credence in each draw, (D,); -inf where no sample agrees.

    The implied logit has a sampling error of its own. A normal density that is narrower by it has the
    density without that error as its mean, which is all that a weight needs. It is never made narrower than
    half, so that a few draws do not get all the weight.
    """
    found = infer(inquiry.network, filled, stated.given, (stated.of,))
    with np.errstate(divide="ignore", invalid="ignore"):
        logits, *without = (
            np.log(part.marginals[stated.of][1]) - np.log(part.marginals[stated.of][0])
            for part in (found, *found.replicates)
        )
        error = standard_error(np.array(without)) if without else np.zeros(len(logits))
        sd = np.sqrt(np.maximum(stated.sd**2 - error**2, stated.sd**2 / 4))
        density = -0.5 * ((stated.logit - logits) / sd) ** 2 - np.log(sd)
    return np.where(np.isfinite(density), density, -np.inf)


def _drawn_again(inquiry: Inquiry, worldview: int, weight: FloatArray) -> FloatArray:
    """Return draws `z` (n_judgements, draws), taken from the pool by weight (systematic resampling).

    Judgements that the weights do not depend on are drawn forward, as they are in every other worldview.
    """
    sampling, addresses = inquiry.model.sampling, inquiry.network.addresses
    name = inquiry.model.worldviews[worldview]
    key = hashlib.blake2b(f"{sampling.seed} weighed {name}".encode(), digest_size=8).digest()
    generator = np.random.default_rng(int.from_bytes(key))
    marks = (np.arange(sampling.draws) + generator.random()) / sampling.draws * weight.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), marks, side="right"), len(weight) - 1)
    z = latin_hypercube(sampling.seed, addresses, sampling.draws)
    columns = inquiry.reaching[worldview]
    pool = latin_hypercube(sampling.seed, [addresses[i] for i in columns], len(weight))
    z[columns] = pool[:, generator.permutation(chosen)]
    return z
