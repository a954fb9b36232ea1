"""Chances, odds and divergences by their textbook formulas."""

import math


def logit(p: float) -> float:
    """Return the log-odds of a chance, infinite at 0 and 1."""
    return math.inf if p == 1 else -math.inf if p == 0 else math.log(p) - math.log1p(-p)


def moved(p: float, *strengths: float) -> float:
    """Return a credence after arguments with these strengths (below 1: against)."""
    odds = p / (1 - p) * math.prod(strengths)
    return odds / (1 + odds)


def kl(p: float, q: float) -> float:
    """Return the KL divergence of one chance from another, in bans."""
    return sum(a * math.log10(a / b) for a, b in ((p, q), (1 - p, 1 - q)) if a > 0)
