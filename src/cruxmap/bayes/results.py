"""The `DataTree` that sampling returns: its names and dims, whether it has converged, files.

Groups and dims follow ArviZ's schema: `posterior` (chain, draw, then worldview and judgement, claim or
target), `prior` (forward draws of the same), `sample_stats`, and with statements `observed_data`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xarray import DataTree

R_HAT_LIMIT = 1.01
ESS_LIMIT = 400.0


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the chains of one worldview went: the worst R-hat and bulk ESS of any judgement, and divergences."""

    worldview: str
    r_hat: float
    ess: float
    divergences: int

    @property
    def converged(self) -> bool:
        """Whether R-hat is at most 1.01, ESS at least 400, and nothing diverged. A nan has not converged."""
        return self.r_hat <= R_HAT_LIMIT and self.ess >= ESS_LIMIT and self.divergences == 0
def result_tree(inquiry, posteriors, progress=None):
    raise NotImplementedError
