"""An estimate as tables: one row per target and worldview, and fewer for people."""

from collections.abc import Callable, Iterator

from cruxmap.insight.estimate import Estimate, TargetEstimate
from cruxmap.present.phrases import not_converged, percent
from cruxmap.present.tables import Column, Table, numeric

MAX_ABREAST = 6
"""Further targets side by side in one table."""


def estimate_table(estimate: Estimate) -> Table:
    """Return one row per target and worldview, as `estimate` gives them."""
    outer = Column("target", "target", get=lambda target: target)
    return Table.nested(
        question_text(estimate),
        [outer],
        _number_columns(estimate),
        ((target, results.items()) for target, results in by_target(estimate).items()),
        _estimate_notes(estimate),
    )


def estimate_tables(estimate: Estimate) -> tuple[Table, ...]:
    """Return the estimate for people: the target in full, then the means of the further targets."""
    (_, results), *also = by_target(estimate).items()
    whole = Table.of(
        question_text(estimate), _number_columns(estimate), results.items(), _estimate_notes(estimate)
    )
    return (
        whole,
        *(_table_of_means(dict(also[i : i + MAX_ABREAST])) for i in range(0, len(also), MAX_ABREAST)),
    )


def _number_columns(estimate: Estimate) -> Iterator[Column]:
    """Yield the columns of items that are pairs of a worldview and its result."""

    def end(place: int) -> Callable[[tuple[str, TargetEstimate]], float | None]:
        return lambda result: result[1].interval_90[place] if result[1].interval_90 else None

    yield Column("worldview", "worldview", get=lambda result: result[0])
    yield numeric("mean", "mean", percent, lambda result: result[1].mean)
    if estimate.sampled is not None:
        yield numeric(
            "standard_error", "± error", percent, lambda result: (result[1].errors or {}).get("mean")
        )
    yield numeric("median", "median", percent, lambda result: result[1].median)
    yield numeric("low", "5th", percent, end(0))
    yield numeric("high", "95th", percent, end(1))
    yield numeric("central", "central", percent, lambda result: result[1].central)
    if estimate.assuming:
        yield numeric(
            "unconditional_mean",
            "mean, nothing assumed",
            percent,
            lambda result: result[1].unconditional.mean,
        )


def _table_of_means(results: dict[str, dict[str, TargetEstimate]]) -> Table:
    def mean(target: str) -> Column:
        return numeric(target, target, percent, lambda worldview: results[target][worldview].mean)

    columns = (Column("worldview", "worldview", get=str), *map(mean, results))
    return Table.of("Further targets, means", columns, next(iter(results.values())))


def by_target(estimate: Estimate) -> dict[str, dict[str, TargetEstimate]]:
    """Arrange an estimate by target (the model's own first), then by worldview."""
    results: dict[str, dict[str, TargetEstimate]] = {}
    for worldview, result in estimate.worldviews.items():
        results.setdefault(estimate.target, {})[worldview] = result
    for worldview, result in estimate.worldviews.items():
        for target, also in result.also.items():
            results.setdefault(target, {})[worldview] = also
    return results


def question_text(estimate: Estimate) -> str:
    """Write what was asked in one line: the target, what is assumed and what is observed."""
    parts = [estimate.target]
    if estimate.assuming:
        parts.append(f"assuming {', '.join(estimate.assuming)}")
    if estimate.observed:
        parts.append(f"having observed {', '.join(estimate.observed)}")
    return "; ".join(parts)


def _estimate_notes(estimate: Estimate) -> Iterator[str]:
    reasons = {(name, result.reason) for name, result in estimate.worldviews.items() if result.reason}
    yield from (f"{worldview}: {reason}" for worldview, reason in sorted(reasons))
    yield (
        f"{estimate.draws:,} draws per worldview, seed {estimate.seed}. "
        "The mean is the credence to act on; 5th and 95th are percentiles over the judgements."
    )
    if estimate.sampled is not None:
        errors = "The error is the standard error of the mean; `--format json` has that of every number."
        yield f"{estimate.sampled.sentence} {errors}"
    yield from (not_converged(chains) for chains in estimate.convergence if not chains.converged)
