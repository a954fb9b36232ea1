"""Answers as tables: for the terminal, for Markdown, and as CSV with whole numbers.

A `Table` is a value with the raw cells; the three writers decide nothing but the form.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cruxmap.errors import Problem
from cruxmap.present.numbers import percent
from cruxmap.present.problems import problem_json

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from cruxmap.bayes.results import Convergence
    from cruxmap.insight.estimate import Estimate, TargetEstimate
    from cruxmap.language.sources import SourceCoverage

MEANS_ABREAST = 6
"""Further targets side by side in one table."""

LONGEST_NAME = 36
"""Characters of a row's name that are kept on one line of a terminal."""

LONGEST_LINE = 72
"""Characters of a text on one line of a table."""

EDGES, GAP = 2, 3
"""Columns of a terminal beside a table, and between its columns."""

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
    """Write the table as CSV: keys as header, numbers in full, undefined cells empty.

    An apostrophe goes before a text that a spreadsheet would take for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()


_FORMULA = re.compile(r"[=@\t\r\n]|[-+](?![\d.]+$)")


def _csv_cell(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def markdown_text(table: Table) -> str:
    """Write the table in GitHub's Markdown, with its title and notes around it; no text is markup."""
    head = [markdown(column.title) for column in table.columns]
    rule = ["---:" if column.right else "---" for column in table.columns]
    body = [[markdown(cell) for cell in row] for row in shown_rows(table)]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, rule, *body)]
    title = f"**{markdown(table.title)}**" if table.title else ""
    return "\n\n".join(part for part in (title, "\n".join(lines), *map(markdown, table.notes)) if part) + "\n"


_MARKUP = re.compile(r"[\\`*_\[\]|~$]|^[-+#](?=\s)")
_REFERENCE = re.compile(r"[@#](?=\w)")
"""What mentions people and issues: a backslash does not help, an invisible space does."""


def markdown(text: str) -> str:
    """Return Markdown that shows the text as it is, on one line of the source."""
    escaped = _MARKUP.sub(r"\\\g<0>", html.escape(text, quote=False))
    return _REFERENCE.sub(r"\g<0>&#8203;", escaped).replace("\n", "<br>")


def rich_tables(table: Table, width: int) -> "Iterator[RichTable]":
    """Yield the table for a terminal: as many columns as fit side by side, then the further ones.

    Long texts are folded, numbers never. Each part begins with the first column, which names the row, and is
    not broken either where there is room.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table as RichTable

    from cruxmap.present import folding

    lines = [tuple(column.title for column in table.columns), *shown_rows(table)]
    columns = list(zip(*lines, strict=True))
    right = [column.right for column in table.columns]
    least = [max(map(folding.narrowest, column)) for column in columns]
    most = [max(map(folding.longest_line, column)) for column in columns]
    most = [n if right[c] else min(n, LONGEST_LINE) for c, n in enumerate(most)]
    name = min(max(map(folding.longest_word, columns[0])), LONGEST_NAME)
    paragraphs = any("\n" in cell for line in lines for cell in line)
    for block in folding.blocks(least, GAP, width - EDGES):
        room = width - EDGES - GAP * (len(block) - 1)
        narrow = [least[c] for c in block]
        if sum(narrow[1:]) + name <= room:
            narrow[0] = max(narrow[0], name)
        wide = folding.widths(narrow, [most[c] for c in block], room)
        places = list(zip(block, wide, strict=True))
        head, *rows = ([escape(folding.folded(line[c], cells)) for c, cells in places] for line in lines)
        shown = RichTable(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            header_style="bold",
            leading=1 if paragraphs else 0,
            width=width - room + sum(wide),  # the terminal breaks what is too wide for it even so
        )
        for title, (c, cells) in zip(head, places, strict=True):
            shown.add_column(title, width=cells, no_wrap=True, justify="right" if right[c] else "left")
        for row in rows:
            shown.add_row(*row)
        yield shown


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
    columns = [Column(name, name, percent, right=True) for name, _ in results]
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


def problems_table(problems: Sequence[Problem], warnings: Sequence[Problem]) -> Table:
    """Return one row per problem, then per warning."""
    keys = ("kind", "code", "file", "line", "column", "message", "hint")
    found = [("problem", each) for each in problems] + [("warning", each) for each in warnings]
    rows = tuple(tuple({"kind": kind, **problem_json(each)}[key] for key in keys) for kind, each in found)
    title = "Problems and warnings" if rows else "No problems"
    return Table(title, tuple(Column(key, key, right=key in {"line", "column"}) for key in keys), rows)


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
