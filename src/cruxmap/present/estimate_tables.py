"""An estimate as tables: one row per target and worldview, and fewer for people."""

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter, itemgetter

from cruxmap.insight.estimate import Estimate, TargetEstimate
from cruxmap.present.phrases import not_converged, percent
from cruxmap.present.tables import Column, Table, numeric

MAX_ABREAST = 6
"""Further targets side by side in one table."""


def estimate_table(estimate: Estimate) -> Table:
    """Return one row per target and worldview, as `estimate` gives them."""
    columns = (
        Column("target", "target", get=itemgetter(0)),
        Column("worldview", "worldview", get=itemgetter(1)),
    )
    rows = (
        ((target, worldview), [result])
        for target, results in by_target(estimate).items()
        for worldview, result in results.items()
    )
    return Table.nested(
        question_text(estimate), columns, _number_columns(estimate), rows, _estimate_notes(estimate)
    )


def estimate_tables(estimate: Estimate) -> tuple[Table, ...]:
    """Return the estimate for people: the target in full, then the means of the further targets."""
    whole = estimate_table(estimate)
    target = replace(
        whole,
        columns=whole.columns[1:],
        rows=tuple(row[1:] for row in whole.rows if row[0] == estimate.target),
    )
    _, *also = by_target(estimate).items()
    means = (_table_of_means(dict(also[i : i + MAX_ABREAST])) for i in range(0, len(also), MAX_ABREAST))
    return (target, *means)


def _number_columns(estimate: Estimate) -> list[Column]:
    columns = [
        numeric("mean", "mean", percent),
        numeric("median", "median", percent),
        numeric("low", "5th", percent, lambda result: result.interval_90 and result.interval_90[0]),
        numeric("high", "95th", percent, lambda result: result.interval_90 and result.interval_90[1]),
        numeric("central", "central", percent),
    ]
    if estimate.sampled is not None:
        error = numeric(
            "standard_error", "± error", percent, lambda result: (result.errors or {}).get("mean")
        )
        columns.insert(1, error)
    if estimate.assuming:
        title = "mean, nothing assumed"
        columns.append(numeric("unconditional_mean", title, percent, attrgetter("unconditional.mean")))
    return columns


def _table_of_means(results: dict[str, dict[str, TargetEstimate]]) -> Table:
    def mean(target: str) -> Column:
        return numeric(target, target, percent, lambda worldview: results[target][worldview].mean)

    columns = (Column("worldview", "worldview", get=str), *map(mean, results))
    return Table.of("Further targets, means", columns, next(iter(results.values())))


def by_target(estimate: Estimate) -> dict[str, dict[str, TargetEstimate]]:
    """Arrange an estimate by target (the model's own first), then by worldview."""
    results: dict[str, dict[str, TargetEstimate]] = {estimate.target: dict(estimate.worldviews)}
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
