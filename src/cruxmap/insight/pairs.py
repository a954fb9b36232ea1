"""All worldviews of a model side by side: the gaps between them, who is near whom, and one against the rest.

In: a `ModelSpec`. Out: a `PairMatrix`, ordered so that neighbours think alike; or for one worldview the
mean of its diffs with each of the others.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Unpack

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Filled, FloatArray
from cruxmap.engine.planning import ancestors
from cruxmap.engine.queries import infer
from cruxmap.engine.special import expit
from cruxmap.insight.asked import only_tagged, what_if
from cruxmap.insight.candidates import settled_nodes
from cruxmap.insight.display import Shown
from cruxmap.insight.gap_shares import game_of, pairings, share_out
from cruxmap.insight.information import LN_10
from cruxmap.insight.plain import Answer, LeftOut, counted
from cruxmap.insight.sentences import extent
from cruxmap.insight.target import log_odds_by_draw, log_odds_of, logit_of_mean
from cruxmap.insight.views import views
from cruxmap.insight.whose import who_is_heard, who_says_little
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, named_worldview
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import Inquiry, inquire

type Matrix = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Merge(Answer):
    """One step of the clustering: two clusters at some distance become one.

    Clusters are numbered worldviews first (in the order of `PairMatrix.worldviews`), then merges.
    """

    left: int
    right: int
    distance: float


@dataclass(frozen=True, slots=True)
class PairMatrix(Shown):
    """All worldviews side by side, in an order in which neighbours think alike. Rows and columns follow it.

    Attributes
    ----------
    target
        The model's target.
    worldviews
        Their ids. Those in which what is given is impossible come last.
    means
        The target's probability in each: the mean over draws.
    probabilities
        The same with every number in its middle, as in the rest.
    gap_probability
        The mean of the row minus that of the column.
    gap_logit
        Row minus column, in log-odds; `None` where it is not finite.
    distance
        How far apart two are about the claims under the target: the root of a mean divergence in bans.
    merges
        The steps of the clustering: clusters `left` and `right` join at a mean `distance`. Worldviews are
        numbered first, then the merges.
    says_little
        Worldviews that say little about the target and are not counted, if two others are left.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.pairs(cm.example("library"), draws=500)
    >>> round(answer.gap_logit[0][1], 2), round(answer.distance[0][1], 2)
    (0.52, 0.07)
    """

    target: str
    worldviews: tuple[str, ...]
    means: tuple[float | None, ...]
    probabilities: tuple[float | None, ...]
    gap_probability: Matrix
    gap_logit: Matrix
    distance: Matrix
    merges: tuple[Merge, ...]
    says_little: tuple[str, ...] = ()

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible for some."""
        return None in self.probabilities

    def gist(self) -> str:
        """Return the target, how many worldviews there are, and how far their means reach."""
        return f"of {self.target}: {counted(len(self.worldviews), 'worldview')}, {extent(self.means)}"


@dataclass(frozen=True, slots=True)
class MeanDifference(Answer):
    """An entry's mean share of the gaps to the others; `count` of them judge it differently."""

    id: str
    text: str
    share_logit: float
    share_probability: float
    standard_error: float
    count: int
    standard_error_probability: float


@dataclass(frozen=True, slots=True)
class AgainstRest(Shown):
    """One worldview against the others: the mean of its diffs with each of them. Gaps are in log-odds.

    Attributes
    ----------
    worldview, target
        The one worldview, and the target.
    others
        Those it was compared with.
    gap_logit
        The mean gap to them; `None` where there is nobody to compare with.
    differences
        Entries that some of them judge differently, largest share first: `id`, `text`, the mean
        `share_logit` and `share_probability` with their standard errors, and `count`, how many of them
        judge it differently.
    left_out
        Worldviews that could not be counted: each `worldview`, with the `reason`.
    undefined
        Whether what is given is impossible for some.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.against_rest(cm.example("library"), "treasurer", draws=500)
    >>> round(answer.gap_logit, 2), answer.differences[0].count
    (-0.52, 1)
    """

    worldview: str
    target: str
    others: tuple[str, ...]
    gap_logit: float | None
    differences: tuple[MeanDifference, ...]
    left_out: tuple[LeftOut, ...] = ()
    undefined: bool = False

    hidden = frozenset({"undefined"})

    def gist(self) -> str:
        """Return who is compared with how many, the gap, and what sets them apart most."""
        gap = "no gap" if self.gap_logit is None else f"a gap of {self.gap_logit:+.2f} in log-odds"
        over = ", ".join(one.id for one in self.differences[:2])
        most = f", most over {over}" if over else ""
        others = counted(len(self.others), "other")
        return f"of {self.worldview} with {others} on {self.target}: {gap}{most}"


@what_if
def pairs(
    model: ModelSpec | ArgumentMap,
    *,
    everyone: bool = False,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> PairMatrix:
    """Return all worldviews of a model side by side: the gap of every pair, and who is near whom.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    everyone
        Keep those, too, who say little about the target.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `PairMatrix`, ordered so that neighbours think alike.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.pairs(cm.example("library"), draws=500)
    >>> answer.worldviews, round(answer.gap_logit[0][1], 2)
    (('map', 'treasurer'), 0.52)
    """
    model, work = as_model(model), Work(executor, progress)
    little = () if everyone else who_says_little(model, work)
    inquiry = inquire(replace(model, worldviews=who_is_heard(model.worldviews, little)))
    seen = views(inquiry, work)
    drawn = zip(seen, log_odds_by_draw(seen), strict=True)
    means = {view.name: _mean(logits) for view, (logits, refused) in drawn if refused is None}
    return pair_matrix(inquiry, means, little)


def _mean(logits: FloatArray) -> float | None:
    """Return the mean probability of draws, `None` where the target has none in any."""
    mean = logit_of_mean(logits)
    return None if math.isnan(mean) else float(expit(mean))


def pair_matrix(
    inquiry: Inquiry, means: Mapping[str, float | None], says_little: tuple[str, ...] = ()
) -> PairMatrix:
    """Return the same for the worldviews of an inquiry, whose `means` over draws are known."""
    model, numbers = inquiry.model, inquiry.numbers
    logits = log_odds_of(inquiry, numbers.mu.T, numbers.single.T)
    chances = _chances_of_claims(inquiry)
    possible = [number for number in range(len(model.worldviews)) if not math.isnan(logits[number])]
    apart = _distances(chances[..., possible])
    order, merges = _clustered(apart, len(model.worldviews))
    numbers_in_order = [possible[place] for place in order]
    numbers_in_order += [number for number in range(len(model.worldviews)) if number not in possible]
    place = {number: position for position, number in enumerate(possible)}

    def distance(i: int, j: int) -> float | None:
        return float(apart[place[i], place[j]]) if i in place and j in place else None

    def gap(i: int, j: int) -> float | None:
        value = float(logits[i] - logits[j]) if logits[i] != logits[j] else 0.0
        return value if math.isfinite(value) else None

    def apart_in_points(i: int, j: int) -> float | None:
        one, other = mean_of[i], mean_of[j]
        return None if one is None or other is None else one - other

    mean_of = [means.get(name) for name in model.worldviews]
    return PairMatrix(
        target=model.target.name,
        worldviews=tuple(model.worldviews[number] for number in numbers_in_order),
        means=tuple(mean_of[number] for number in numbers_in_order),
        probabilities=tuple(
            None if math.isnan(logits[number]) else float(expit(logits[number]))
            for number in numbers_in_order
        ),
        gap_probability=_matrix(apart_in_points, numbers_in_order),
        gap_logit=_matrix(gap, numbers_in_order),
        distance=_matrix(distance, numbers_in_order),
        merges=merges,
        says_little=says_little,
    )


def farthest(matrix: PairMatrix) -> tuple[str, str] | None:
    """Return the two worldviews with the widest gap, the higher one first; `None` where no gap is known."""
    gaps = [
        (gap, a, b)
        for a, row in zip(matrix.worldviews, matrix.gap_logit, strict=True)
        for b, gap in zip(matrix.worldviews, row, strict=True)
        if gap is not None and a != b
    ]
    return max(gaps)[1:] if gaps else None


def _matrix(value: Callable[[int, int], float | None], numbers: Sequence[int]) -> Matrix:
    return tuple(tuple(value(i, j) for j in numbers) for i in numbers)


def _chances_of_claims(inquiry: Inquiry) -> FloatArray:
    """Return the central chances of the claims that the target rests on: (2, claims, worldviews)."""
    network, numbers, settled = inquiry.network, inquiry.numbers, settled_nodes(inquiry)
    given = {variable for variable, _ in inquiry.given}
    above = set(ancestors(network, {inquiry.targets[0], *given})) - settled
    claims = [place for c in inquiry.model.map.claims if (place := network.places[c.about.id]) in above]
    entries = fill(network.program, numbers.mu.T, numbers.single.T)
    marginals = infer(network, Filled(entries), inquiry.given, claims, planned=inquiry.planned).marginals
    return np.array([marginals[claim] for claim in claims]).reshape(-1, 2, len(numbers.mu)).swapaxes(0, 1)


def _distances(chances: FloatArray) -> FloatArray:
    """Return distances (n, n) between worldviews' chances of claims (2, claims, n), 0 without claims."""
    _, claims, n = chances.shape
    apart = np.zeros((n, n))
    for i, j in combinations(range(n), 2):
        a, b = chances[..., i], chances[..., j]
        middle = (a + b) / 2
        divergence = float((_relative_entropy(a, middle) + _relative_entropy(b, middle)).sum()) / (
            2 * LN_10
        )
        apart[i, j] = apart[j, i] = math.sqrt(max(0.0, divergence) / max(1, claims))
    return apart


def _relative_entropy(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return a log(a / b), which is 0 where a is 0."""
    return a * np.log(np.divide(a, b, out=np.ones_like(a), where=a > 0))


def _clustered(apart: FloatArray, first: int) -> tuple[list[int], tuple[Merge, ...]]:
    """Return an order in which neighbours are near, and average linkage's merges.

    In these, rows are numbered by that order, and merges from `first`.
    """
    n = len(apart)
    if n < 2:
        return list(range(n)), ()
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    condensed = squareform(apart, checks=False)
    tree = optimal_leaf_ordering(linkage(condensed, "average"), condensed)
    order = leaves_list(tree).tolist()
    renumbered = {old: new for new, old in enumerate(order)} | {n + k: first + k for k in range(n)}
    merges = tuple(Merge(renumbered[int(a)], renumbered[int(b)], float(d)) for a, b, d, _ in tree)
    return order, merges


# --- one against the rest ------------------------------------------------------------------------


@what_if
def against_rest(
    model: ModelSpec | ArgumentMap,
    worldview: str,
    others: Iterable[str] = (),
    *,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> AgainstRest:
    """Return what sets a worldview apart from the others: the mean of its diffs with each of them.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    worldview
        Whose answer is compared.
    others
        Whom with; those of the model, where none are named.
    tag
        Keep the entries with this tag, or with one of several. Numbers stay those of the whole map.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    An `AgainstRest`: the mean `gap_logit`, and `differences` with each entry's mean share of it.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.against_rest(cm.example("library"), "treasurer", draws=500)
    >>> answer.others, answer.differences[0].id
    (('map',), 'funding-secured')
    """
    model = as_model(model)
    kept = only_tagged(model.map, tag)
    named_worldview(model.map, worldview)
    named = [named_worldview(model.map, name, "others") for name in others] or model.worldviews
    rest = tuple(name for name in dict.fromkeys(named) if name != worldview)
    inquiry = inquire(replace(model, worldviews=(worldview, *rest)))
    shares: dict[str, list[tuple[float, ...]]] = {}
    gaps: list[float] = []
    compared, left_out, undefined = [], [], False
    paired = pairings(inquiry, [(0, number) for number in range(1, len(rest) + 1)])
    for pairing, name in zip(paired, rest, strict=True):
        game = game_of(pairing)
        shared = share_out(pairing, game, Work(executor, progress))
        undefined |= None in shared.probability
        if shared.shares is None or shared.gap is None:
            left_out.append(LeftOut(name, shared.reason or "the gap is infinite"))
            continue
        compared.append(name)
        gaps.append(shared.gap)
        for step, player in enumerate(game.players):
            shares.setdefault(player, []).append(shared.shares.of(step))
    n = len(compared)
    differences = []
    for name, parts in shares.items():
        of_logit, of_probability, errors_logit, errors_probability = zip(*parts, strict=True)
        differences.append(
            MeanDifference(
                id=name,
                text=model.map.entry[name].about.text,
                share_logit=sum(of_logit) / n,
                share_probability=sum(of_probability) / n,
                standard_error=math.hypot(*errors_logit) / n,
                standard_error_probability=math.hypot(*errors_probability) / n,
                count=len(parts),
            )
        )
    answer = AgainstRest(
        worldview=worldview,
        target=model.target.name,
        others=tuple(compared),
        gap_logit=sum(gaps) / n if n else None,
        differences=tuple(sorted(differences, key=lambda d: (-abs(d.share_logit), d.id))),
        left_out=tuple(left_out),
        undefined=undefined,
    )
    return kept.of(answer)
