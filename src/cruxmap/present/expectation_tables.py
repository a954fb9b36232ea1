"""What models expect, and what was found: a line for each expectation that fails, and a table of them all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from cruxmap.insight.expectations import Expected, Measure
from cruxmap.present import phrases
from cruxmap.present.tables import Column, Table, as_mark, numeric


def failures_text(expected: Sequence[Expected]) -> str:
    """Say of each expectation that does not hold what was found instead, and count them all."""
    lines = [line for one in expected if not one.holds for line in _failure(one)]
    return "\n".join([*lines, count_text(expected), ""])


def _failure(one: Expected) -> Iterator[str]:
    yield (
        f"{one.file}:{one.line}:{one.column}: expected {one.text}, found {found_text(one)} ({one.where})"
    )
    if one.sources:
        yield f"  source: {', '.join(one.sources)}"
    if one.note:
        yield f"  note: {one.note}"


def found_text(expected: Expected) -> str:
    """Write what was found, with digits enough to tell it from the bounds, or why there is nothing."""
    found, reason = expected.found, expected.reason
    bounds = [(found, bound) for bound in (expected.low, expected.high)]
    match expected.measure:
        case Measure.RANK:
            first = f"; first: {', '.join(expected.first)}" if expected.first else ""
            return (f"no place for it: {reason}" if found is None else f"it at place {found:.0f}") + first
        case Measure.PROBABILITY:
            return f"no number: {reason}" if found is None else phrases.telling(bounds)(found)
        case Measure.FACTOR:
            number, other = map(phrases.percent, expected.compared or (None, None))
            if found is None:
                return f"no factor: {reason}"
            return f"{phrases.telling(bounds, phrases.ratio)(found)}: {number} against {other}"
        case _:
            assert_never(expected.measure)


def expectations_table(expected: Sequence[Expected]) -> Table:
    """Return one row per expectation: `found` is the number in full, `outcome` the same in words."""
    columns = (
        Column("file", "file"),
        numeric("line", "line"),
        Column("model", "model"),
        Column("text", "expected"),
        Column("where", "of"),
        Column("holds", "holds", as_mark),
        Column("outcome", "found", get=found_text),
    )
    return Table.of("Expectations", columns, expected, [count_text(expected)])


def count_text(expected: Iterable[Expected]) -> str:
    """Count the expectations that hold, and those that do not."""
    holds = [one.holds for one in expected]
    held, failed = sum(holds), len(holds) - sum(holds)
    if not holds:
        return "nothing is expected"
    counted = (
        f"{held} expectation{' holds' if held == 1 else 's hold'}" if held else "no expectation holds"
    )
    return f"{counted}, {failed} {'does' if failed == 1 else 'do'} not" if failed else counted
