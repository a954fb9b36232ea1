"""Answers as tables: for the terminal, for Markdown, and as CSV with whole numbers.

A `Table` is a value with the raw cells; the three writers decide nothing but the form.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cruxmap.present.numbers import percent

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from cruxmap.bayes.results import Convergence
    from cruxmap.insight.estimate import Estimate, TargetEstimate
    from cruxmap.language.reading import SourceCoverage

MEANS_ABREAST = 6
"""Further targets side by side in one table."""

LONGEST_NAME = 36
"""Characters of a row's name that are kept on one line of a terminal."""

type Cell = str | float | int | bool | None


def as_text(cell: Any) -> str:
    """Write a cell that needs no format of its own; what is undefined is a dash."""
    return "-" if cell is None else str(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names the column in CSV, `title` for people; `show` writes a cell for them."""

    key: str
    title: str
    show: Callable[[Any], str] = as_text
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw cells under columns, with a title and notes to print below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def csv_text(table: Table) -> str:
    """Write the table as CSV: keys as header, numbers in full, undefined cells empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows(table.rows)
    return out.getvalue()


def markdown_text(table: Table) -> str:
    """Write the table in GitHub's Markdown, with its title and notes around it."""
    head = [column.title for column in table.columns]
    rule = ["---:" if column.right else "---" for column in table.columns]
    body = [[_markdown_cell(cell) for cell in row] for row in shown_rows(table)]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, rule, *body)]
    parts = [f"**{table.title}**", "\n".join(lines), *table.notes]
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def rich_table(table: Table) -> "RichTable":
    """Return the table for a terminal; long texts wrap, numbers do not."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table as RichTable

    rows = list(shown_rows(table))
    paragraphs = any("\n" in cell for row in rows for cell in row)
    shown = RichTable(
        title=escape(table.title) if table.title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="bold",
        leading=1 if paragraphs else 0,
    )
    for number, column in enumerate(table.columns):
        # The first column names the row: names are not broken, however narrow the terminal.
        longest = max((len(word) for row in rows for word in row[number].split()), default=0)
        shown.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=False,
            overflow="fold",
            min_width=min(longest, LONGEST_NAME) if number == 0 else None,
            max_width=None if column.right else 72,
        )
    for row in rows:
        shown.add_row(*map(escape, row))
    return shown


def shown_rows(table: Table) -> Iterable[tuple[str, ...]]:
    """Yield the rows as people read them."""
    for row in table.rows:
        yield tuple(column.show(cell) for column, cell in zip(table.columns, row, strict=True))


# --- the tables of each answer -----------------------------------------------------------------


def estimate_table(estimate: "Estimate") -> Table:
    """Return one row per target and worldview, as `estimate` gives them."""
    rows = [
        _estimate_row(target, worldview, result, with_error=estimate.sampled is not None)
        for target, results in by_target(estimate).items()
        for worldview, result in results.items()
    ]
    numbers = ["mean", "median", "low", "high", "central"]
    titles = ["mean", "median", "5th", "95th", "central"]
    if estimate.sampled is not None:
        numbers.insert(1, "standard_error")
        titles.insert(1, "± error")
    if estimate.assuming:
        numbers.append("unconditional_mean")
        titles.append("mean, nothing assumed")
    columns = (
        Column("target", "target"),
        Column("worldview", "worldview"),
        *(Column(key, title, percent, right=True) for key, title in zip(numbers, titles, strict=True)),
    )
    return Table(
        question_text(estimate),
        columns,
        tuple(row[: len(columns)] for row in rows),
        tuple(_estimate_notes(estimate)),
    )


def estimate_tables(estimate: "Estimate") -> tuple[Table, ...]:
    """Return the estimate for people: the target in full, then the means of the further targets."""
    whole = estimate_table(estimate)
    target = replace(
        whole,
        columns=whole.columns[1:],
        rows=tuple(row[1:] for row in whole.rows if row[0] == estimate.target),
    )
    also = list(by_target(estimate).items())[1:]
    return (target, *(_means(also[i : i + MEANS_ABREAST]) for i in range(0, len(also), MEANS_ABREAST)))


def _means(results: "list[tuple[str, dict[str, TargetEstimate]]]") -> Table:
    columns = [Column(name, name.replace(".", ". "), percent, right=True) for name, _ in results]
    worldviews = results[0][1]
    rows = [(worldview, *(found[worldview].mean for _, found in results)) for worldview in worldviews]
    return Table("Further targets, means", (Column("worldview", "worldview"), *columns), tuple(rows))


def by_target(estimate: "Estimate") -> "dict[str, dict[str, TargetEstimate]]":
    """Arrange an estimate by target (the model's own first), then by worldview."""
    results: dict[str, dict[str, TargetEstimate]] = {}
    for worldview, result in estimate.worldviews.items():
        results.setdefault(estimate.target, {})[worldview] = result
    for worldview, result in estimate.worldviews.items():
        for target, also in result.also.items():
            results.setdefault(target, {})[worldview] = also
    return results


def question_text(estimate: "Estimate") -> str:
    """Write what was asked in one line: the target, what is assumed and what is observed."""
    parts = [estimate.target]
    if estimate.assuming:
        parts.append(f"assuming {', '.join(estimate.assuming)}")
    if estimate.observed:
        parts.append(f"having observed {', '.join(estimate.observed)}")
    return "; ".join(parts)


def _estimate_row(
    target: str, worldview: str, result: "TargetEstimate", *, with_error: bool
) -> tuple[Cell, ...]:
    low, high = result.interval_90 or (None, None)
    error = ((result.errors or {}).get("mean"),) if with_error else ()
    numbers = (result.median, low, high, result.central, result.unconditional.mean)
    return (target, worldview, result.mean, *error, *numbers)


def _estimate_notes(estimate: "Estimate") -> Iterable[str]:
    reasons = {(name, result.reason) for name, result in estimate.worldviews.items() if result.reason}
    yield from (f"{worldview}: {reason}" for worldview, reason in sorted(reasons))
    yield (
        f"{estimate.draws:,} draws per worldview, seed {estimate.seed}. "
        "The mean is the credence to act on; 5th and 95th are percentiles over the judgements."
    )
    if estimate.sampled is not None:
        errors = "The error is the standard error of the mean; `--format json` has that of every number."
        yield f"{estimate.sampled.sentence} {errors}"
    for chains in estimate.convergence:
        if not chains.converged:
            yield not_converged(chains)


def not_converged(chains: "Convergence") -> str:
    """Say of chains that have not converged what is wrong with them."""
    return (
        f"{chains.worldview}: not converged (R-hat {chains.r_hat:.3f}, smallest ESS {chains.ess:.0f}, "
        f"{chains.divergences} divergences); draw more"
    )


def coverage_table(sources: "Iterable[SourceCoverage]") -> Table:
    """Return one row per listed place of every source: what cites it, or why nothing needs to."""
    columns = (
        Column("source", "source"),
        Column("locator", "place"),
        Column("section", "section"),
        Column("cited_by", "cited by"),
        Column("no_claim", "carries no claim"),
    )
    sources = tuple(sources)
    rows = [
        (source.source, place.locator, place.section, ", ".join(place.cited_by), place.no_claim)
        for source in sources
        for place in source.locators
    ]
    gaps = [f"{source.source}#{place.locator}" for source in sources for place in source.gaps]
    return Table("Sources", columns, tuple(rows), (f"cited by nothing: {', '.join(gaps) or 'none'}",))
