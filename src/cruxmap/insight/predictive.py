"""The target together with every other variable, averaged over draws: what cruxes are read from.

Also the plain quantity that most answers turn on: the target's log-odds for given judgements.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cruxmap.insight.information import Chance, chance
from cruxmap.network.draws import latin_hypercube
from cruxmap.network.executors import Progress
from cruxmap.network.inquiry import (
    BLOCK_BYTES,
    Inquiry,
    blocks,
    draws_per_block,
    entries_of,
    reaching,
    together,
)
from cruxmap.network.network import Evidence, FloatArray
from cruxmap.network.planning import ancestors
from cruxmap.network.queries import infer, infer_many, joint
from cruxmap.network.tables import BoolArray, fill

type Draws = Callable[[int, int], FloatArray]
"""The judgements' standard normal values (n_judgements, stop - start) of the draws `start` to `stop`."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """`target` is its chance, `tables` the joint probabilities (2, states) of the target with a variable.

    Averages over `draws` draws, given what is assumed and observed.
    """

    target: Chance
    tables: Mapping[int, FloatArray]
    draws: int


def forward_draws(inquiry: Inquiry, n_draws: int) -> Draws:
    """Return the Latin hypercube of `n_draws` draws under the model's seed."""
    seed, addresses = inquiry.model.sampling.seed, inquiry.network.addresses
    return lambda start, stop: latin_hypercube(seed, addresses, n_draws, start, stop)


@dataclass(frozen=True, slots=True)
class View:
    """One worldview of an inquiry, with the draws of its judgements, and who is told about progress."""

    inquiry: Inquiry
    worldview: int
    draw: Draws
    n_draws: int
    progress: Progress | None = None

    @property
    def name(self) -> str:
        """The worldview's id."""
        return self.inquiry.model.worldviews[self.worldview]

    def tell(self, stage: str, done: int, of: int) -> None:
        """Report progress on a stage of this worldview, if anybody listens."""
        if self.progress is not None:
            self.progress(f"{self.name}: {stage}", done, of)


def views(inquiry: Inquiry, progress: Progress | None = None) -> tuple[View, ...]:
    """Return every worldview with its draws: forward ones, or the posterior's where it is conditioned."""
    posterior: Mapping[int, FloatArray] = {}
    numbers = range(len(inquiry.model.worldviews))
    if any(reaching(inquiry, worldview).size for worldview in numbers):
        from cruxmap.bayes.sampling import sample_judgements

        posterior, _ = sample_judgements(inquiry, progress=progress)
    n_draws = inquiry.model.sampling.draws
    forward = forward_draws(inquiry, n_draws)
    return tuple(
        View(inquiry, number, _slices(posterior[number]), posterior[number].shape[1], progress)
        if number in posterior
        else View(inquiry, number, forward, n_draws, progress)
        for number in numbers
    )


def _slices(z: FloatArray) -> Draws:
    return lambda start, stop: z[:, start:stop]


def predict(view: View, asked: Collection[int], connected: Collection[int]) -> Predictive | None:
    """Return the target with each of the variables asked about; `None` where what is given is impossible.

    Variables that are not `connected` with the target, on the graph, are independent of it: their tables are
    products. They, the target's ancestors and the rest are asked apart, which keeps each plan small.
    """
    inquiry, network = view.inquiry, view.inquiry.network
    target, given = inquiry.targets[0], {variable for variable, _ in inquiry.given}
    above = set(ancestors(network, {target, *given}))
    alone = [variable for variable in asked if variable not in connected]
    parts = [
        [variable for variable in asked if variable in connected and (variable in above) is upward]
        for upward in (True, False)
    ]
    totals = {variable: np.zeros((2, len(network.variables[variable].states))) for variable in asked}
    of_target = np.zeros(2)
    size = min(draws_per_block(inquiry), max(64, BLOCK_BYTES // (16 * (1 + _states(inquiry, asked)))))
    for start, stop in blocks(view.n_draws, size):
        entries = entries_of(inquiry, view.worldview, view.draw(start, stop))
        for number, part in enumerate(parts):
            if part or number == 0:
                tables = joint(network, entries, inquiry.given, target, part)
                possible = np.isfinite(tables.log_z)
                for variable, table in tables.marginals.items():
                    totals[variable] += table[..., possible].sum(axis=-1)
                if number == 0:
                    of_target += tables.target[:, possible].sum(axis=1)
        marginals = infer(network, entries, inquiry.given, alone).marginals if alone else {}
        for variable, marginal in marginals.items():
            totals[variable][0] += marginal[:, possible].sum(axis=-1)
        view.tell("what each claim says", stop, view.n_draws)
    if of_target.sum() == 0:
        return None
    for variable in alone:
        totals[variable] = np.outer(of_target, totals[variable][0])
    means = {variable: total / total.sum() for variable, total in totals.items()}
    return Predictive(chance(*of_target.tolist()), means, view.n_draws)


def _states(inquiry: Inquiry, variables: Collection[int]) -> int:
    return sum(len(inquiry.network.variables[variable].states) for variable in variables)


def sides(inquiry: Inquiry) -> tuple[Evidence, Evidence]:
    """Return what is given together with the target being false, and being true."""
    target = inquiry.targets[0]
    no, yes = (together(inquiry.given, ((target, (state,)),)) for state in (0, 1))
    return no, yes


def log_odds(inquiry: Inquiry, entries: FloatArray) -> FloatArray:
    """Return the target's log-odds (D,) for table entries (n_entries, D), nan where `given` is impossible."""
    target = inquiry.targets[0]
    no, yes = infer(inquiry.network, entries, inquiry.given, (target,)).marginals[target]
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = np.asarray(np.log(yes) - np.log(no))
        if np.isinf(logits).any():  # certain, or too near it for a probability to tell
            false, true = infer_many(inquiry.network, entries, sides(inquiry), ())
            logits = np.where(np.isinf(logits), true.log_z - false.log_z, logits)
    return logits


def log_odds_of(inquiry: Inquiry, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return the target's log-odds (D,) for judgements `u` (n_judgements, D), in blocks of draws.

    `single` is (n_judgements,) or, where it differs from draw to draw, (n_judgements, D).
    """
    parts = [
        log_odds(
            inquiry,
            fill(
                inquiry.network.program,
                u[:, start:stop],
                single if single.ndim == 1 else single[:, start:stop],
            ),
        )
        for start, stop in blocks(u.shape[1], draws_per_block(inquiry))
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def mean_log_odds(view: View) -> float:
    """Return the log-odds of the target's mean over the draws, nan where what is given is impossible."""
    inquiry = view.inquiry
    return logit_of_mean(
        np.concatenate(
            [
                log_odds(inquiry, entries_of(inquiry, view.worldview, view.draw(start, stop)))
                for start, stop in blocks(view.n_draws, draws_per_block(inquiry))
            ]
        )
    )


def logit_of_mean(logits: FloatArray) -> float:
    """Return the log-odds of the mean of probabilities given by their log-odds; nan ones do not count."""
    possible = logits[~np.isnan(logits)]
    if not len(possible):
        return math.nan
    with np.errstate(divide="ignore"):
        return float(np.log(expit(possible).mean()) - np.log(expit(-possible).mean()))
