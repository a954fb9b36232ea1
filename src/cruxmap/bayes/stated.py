"""What draws imply about the credences that reviewers stated, as ArviZ checks models.

In: draws of every worldview's judgements. Out: the groups about `stated` (statement), in logits:
`observed_data`, what was stated; `prior_predictive` and `posterior_predictive`, what would be stated if draws
were right, before and after all statements count; `log_likelihood`, how well each draw fits each statement.

Statements are told apart by whom they bind: those of a worldview bear on its judgements alone. So
`az.loo(tree)` says how well the judgements and the *other* statements of a worldview foretell each one, and
adds that up over all statements. What is observed has no group: it is one fact, and nothing would be
left of it to predict.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cruxmap.bayes.labels import labels_and_words
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.network import DrawsFrom, FloatArray
from cruxmap.engine.queries import infer_many
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

if TYPE_CHECKING:
    import xarray as xr

LOG_ROOT_OF_TWO_PI = 0.5 * np.log(2 * np.pi)


def stated_groups(
    inquiry: Inquiry, drawn: Sequence[FloatArray], forward: FloatArray, shape: tuple[int, int]
) -> "dict[str, xr.Dataset]":
    """Return the groups for draws of each worldview, and for forward draws; all (n_judgements, draws).

    `shape` is the numbers of chains and of draws in each. The statements of a worldview that has an obstacle
    are in `observed_data` alone.
    """
    import xarray as xr

    logits = np.array([stated.logit for stated in inquiry.stated])
    sds = np.array([stated.sd for stated in inquiry.stated])
    implied = np.array(
        [implied_logits(inquiry, i, drawn[s.worldview]) for i, s in enumerate(inquiry.stated)]
    )
    before = np.array([implied_logits(inquiry, i, forward) for i in range(len(inquiry.stated))])
    seed, names = inquiry.model.sampling.seed, [stated.name for stated in inquiry.stated]
    error = sds[:, None] * latin_hypercube(seed, [f"stated {name}" for name in names], forward.shape[1])
    score = (logits[:, None] - implied) / sds[:, None]
    density = -0.5 * score**2 - np.log(sds)[:, None] - LOG_ROOT_OF_TWO_PI
    labels = labels_and_words(inquiry, ("statement",))
    counted = [i for i, s in enumerate(inquiry.stated) if inquiry.obstacles[s.worldview] is None]
    chains = {"chain": range(shape[0]), "draw": range(shape[1])}

    def group(values: FloatArray) -> "xr.Dataset":
        in_chains = values.T.reshape(*shape, -1)
        variables = {"stated": (("chain", "draw", "statement"), in_chains)}
        return xr.Dataset(variables, coords=chains | labels).isel(statement=counted)

    return {
        "observed_data": xr.Dataset({"stated": ("statement", logits)}, coords=labels),
        "log_likelihood": group(density),
        "prior_predictive": group(before + error),
        "posterior_predictive": group(implied + error),
    }


def implied_logits(inquiry: Inquiry, statement: int, z: FloatArray) -> FloatArray:
    """Return the logit (draws,) that judgements `z` (n_judgements, draws) imply of what is stated."""
    stated, n_draws = inquiry.stated[statement], z.shape[1]
    parts = []
    for start, stop in blocks(n_draws, draws_per_block(inquiry)):
        filled = entries_of(inquiry, stated.worldview, z[:, start:stop], DrawsFrom(start, n_draws))
        no, yes = (found.log_z for found in infer_many(inquiry.network, filled, stated.sides))
        with np.errstate(invalid="ignore"):  # both are impossible: nan
            parts.append(yes - no)
    return np.concatenate(parts)
