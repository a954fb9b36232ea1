"""A `ModelSpec` comes in, answers go out: estimates, cruxes, diffs.

Guarantee: every number follows from a formula in `docs/method.md` and can be traced to judgements.
"""
