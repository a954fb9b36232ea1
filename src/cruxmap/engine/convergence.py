"""Whether Markov chains have converged: a plain value that answers carry, without what samples."""

from dataclasses import dataclass

R_HAT_LIMIT = 1.01
ESS_LIMIT = 400.0


@dataclass(frozen=True, slots=True)
class Convergence:
    """How one worldview's chains went: the worst R-hat and bulk ESS of any judgement, and divergences."""

    worldview: str
    r_hat: float
    ess: float
    divergences: int

    @property
    def converged(self) -> bool:
        """Whether R-hat is at most 1.01, ESS at least 400, and nothing diverged. A nan has not converged."""
        return self.r_hat <= R_HAT_LIMIT and self.ess >= ESS_LIMIT and self.divergences == 0

    def __str__(self) -> str:
        verdict = "converged" if self.converged else "not converged"
        numbers = f"R-hat {self.r_hat:.3f}, ESS {self.ess:.0f}, {self.divergences} divergences"
        return f"{self.worldview}: {verdict} ({numbers})"
