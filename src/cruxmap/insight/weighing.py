"""Draws of judgements given what is observed and stated: from Markov chains, or weighed where they cannot be.

In: an `Inquiry`. Out: `Conditioned`. Chains need exact sums and their slopes. Where states are sampled
instead, forward draws of the judgements are weighed by how well they agree, and drawn again by weight.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cruxmap.bayes.results import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import Work
from cruxmap.engine.network import DrawsFrom, Filled, FloatArray
from cruxmap.engine.queries import infer
from cruxmap.engine.schemes import Scheme
from cruxmap.engine.state_samples import approach, standard_error
from cruxmap.insight.words import percent
from cruxmap.network.inquiry import (
    Inquiry,
    StatedCredence,
    blocks,
    draws_per_block,
    entries_of,
    obstacles,
    reaching,
)

LEAST_EFFECTIVE = 100.0
"""The effective sample size below which there is no answer."""

MOST_MISSED = 0.01
"""The part of the draws in which no sample may agree with what is given."""

POOL = 4
"""How many forward draws are weighed for each draw that is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """What conditions the worldviews, by number: those that nothing conditions are in none of the parts.

    `posterior` are draws (n_judgements, draws). `effective` is the effective sample size of weighed draws,
    and `refused` says where that is too small to go on.
    """

    posterior: Mapping[int, FloatArray]
    convergence: tuple[Convergence, ...]
    effective: Mapping[int, float]
    refused: Mapping[int, str]


def conditioned(inquiry: Inquiry, work: Work) -> Conditioned:
    """Draw the judgements of every worldview that something uncertain conditions."""
    numbers = [w for w in range(len(inquiry.model.worldviews)) if reaching(inquiry, w).size]
    if not numbers:
        return Conditioned({}, (), {}, {})
    if not any(_is_sampled(inquiry, worldview) for worldview in numbers):
        from cruxmap.bayes.sampling import sample_judgements

        return Conditioned(*sample_judgements(inquiry, work=work), {}, {})
    obstacle = obstacles(inquiry)
    posterior: dict[int, FloatArray] = {}
    effective: dict[int, float] = {}
    refused: dict[int, str] = {}
    for worldview in numbers:
        if obstacle[worldview] is None:
            log_weight = _log_weights(inquiry, worldview, work)
            effective[worldview] = _effective(log_weight)
            if effective[worldview] < LEAST_EFFECTIVE:
                refused[worldview] = too_few(effective[worldview], "what is observed or stated")
            else:
                posterior[worldview] = _drawn_again(inquiry, worldview, log_weight)
    return Conditioned(posterior, (), effective, refused)


def too_few(effective: float, what: str) -> str:
    """Say why there is no answer from samples that hardly agree with what is given."""
    return (
        f"too few samples agree with {what}: their effective number is {effective:.0f}, "
        f"and {LEAST_EFFECTIVE:.0f} is the least"
    )


def refusal(effective: FloatArray, what: str) -> str | None:
    """Say why samples of states do not make an answer where they do not.

    `effective` (D,) are the effective numbers of those that agree with what is given, infinite where the
    answer is exact. Of so many there is none, by Poisson's law, with a chance of exp(-effective).
    """
    if effective.sum() < LEAST_EFFECTIVE:
        return too_few(float(effective.sum()), what)
    if (missed := float(np.exp(-effective).mean())) > MOST_MISSED:
        return f"in {percent(missed)} of the draws of the judgements no sample of states agrees with {what}"
    return None


def _statements(inquiry: Inquiry, worldview: int) -> list[StatedCredence]:
    return [stated for stated in inquiry.stated if stated.worldview == worldview]


def _is_sampled(inquiry: Inquiry, worldview: int) -> bool:
    """Tell whether the likelihood of a worldview's judgements has to be estimated from samples of states."""
    clamped = {variable for variable, _ in inquiry.observed}
    for stated in _statements(inquiry, worldview):
        clamped |= {stated.of, *(variable for variable, _ in stated.given)}
    return isinstance(approach(inquiry.network, (), clamped, gradient=True), Scheme)


def _log_weights(inquiry: Inquiry, worldview: int, work: Work) -> FloatArray:
    """Return the log-likelihood of each of a pool of forward draws, (draws,)."""
    n_draws = POOL * inquiry.model.sampling.draws
    tasks = [(worldview, *cut) for cut in blocks(n_draws, draws_per_block(inquiry))]
    parts = []
    for (_, _, done), part in zip(tasks, work.map(_weights_of_block, (inquiry, n_draws), tasks), strict=True):
        parts.append(part)
        work.tell(f"{inquiry.model.worldviews[worldview]}: weighing", done, n_draws)
    return np.concatenate(parts)


def _weights_of_block(inquiry: Inquiry, n_draws: int, block: tuple[int, int, int]) -> FloatArray:
    worldview, start, stop = block
    z = latin_hypercube(inquiry.model.sampling.seed, inquiry.network.addresses, n_draws, start, stop)
    filled = entries_of(inquiry, worldview, z, DrawsFrom(start, n_draws))
    log_weight = np.zeros(stop - start)
    if inquiry.observed:
        log_weight += infer(inquiry.network, filled, inquiry.observed).log_z
    for stated in _statements(inquiry, worldview):
        log_weight += _log_density(inquiry, filled, stated)
    return log_weight


def _log_density(inquiry: Inquiry, filled: Filled, stated: StatedCredence) -> FloatArray:
    """Return the log-density of a stated credence in each draw, (D,); -inf where no sample agrees.

    The implied logit has a sampling error of its own. A normal density that is narrower by it has the
    density without that error as its mean, which is all that a weight needs; it is never made narrower than
    half, so that few draws do not get all the weight.
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


def _effective(log_weight: FloatArray) -> float:
    if np.isneginf(log_weight).all():
        return 0.0
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() ** 2 / (weight * weight).sum())


def _drawn_again(inquiry: Inquiry, worldview: int, log_weight: FloatArray) -> FloatArray:
    """Return draws `z` (n_judgements, draws), taken from the pool by weight (systematic resampling).

    Judgements that the weights do not depend on are drawn forward, as they are in every other worldview.
    """
    sampling, addresses = inquiry.model.sampling, inquiry.network.addresses
    weight = np.exp(log_weight - log_weight.max())
    name = inquiry.model.worldviews[worldview]
    key = hashlib.blake2b(f"{sampling.seed} weighed {name}".encode(), digest_size=8).digest()
    generator = np.random.default_rng(int.from_bytes(key))
    marks = (np.arange(sampling.draws) + generator.random()) / sampling.draws * weight.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), marks, side="right"), len(weight) - 1)
    z = latin_hypercube(sampling.seed, addresses, sampling.draws)
    columns = reaching(inquiry, worldview)
    pool = latin_hypercube(sampling.seed, [addresses[i] for i in columns], len(weight))
    z[columns] = pool[:, generator.permutation(chosen)]
    return z
