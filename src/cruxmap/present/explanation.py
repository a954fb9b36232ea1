"""An explanation of one entry: as an outline to read, and as tables."""

import textwrap
from collections.abc import Iterable, Iterator

from cruxmap.insight.explain import Explanation, PlacedNumber, PlaceForANumber, WeighedArgument
from cruxmap.language.argument_map import Direction, Stated, condition_text, target_text
from cruxmap.language.judgement import format_value
from cruxmap.present.map_text import entry_text
from cruxmap.present.numbers import percent, ratio
from cruxmap.present.tables import Cell, Column, Table

WIDTH = 100


def explanation_text(explanation: Explanation) -> str:
    """Write an entry as its file has it, then what each worldview makes of it."""
    kind = type(explanation.entry).__name__.lower()
    lines = [kind, textwrap.indent(entry_text(explanation.entry).rstrip(), "  ")]
    if explanation.mentioned_by:
        lines += ["", *_wrapped("mentioned by: " + ", ".join(explanation.mentioned_by))]
    sections: dict[str, Iterable[str]] = {
        "probability at central judgements": _probability_lines(explanation),
        "numbers": (line for place in explanation.judgements for line in _place_lines(place)),
        "arguments": (line for weighed in explanation.arguments for line in _argument_lines(weighed)),
        "stated by the reviewers": (line for stated in explanation.stated for line in _stated_lines(*stated)),
    }
    for title, body in sections.items():
        written = list(body)
        if written:
            lines += ["", title, *written]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: int = 0) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")


def _probability_lines(explanation: Explanation) -> Iterator[str]:
    for worldview, found in explanation.probability.items():
        if set(found) == {"false", "true"}:
            states = percent(found["true"])
        else:
            states = ", ".join(f"{state} {percent(p)}" for state, p in found.items())
        yield from _wrapped(f"{worldview}: {states or 'what is assumed or observed is impossible here'}", 2)


def _place_lines(place: PlaceForANumber) -> Iterator[str]:
    yield f"  {place.address}"
    for heirs, number in _grouped(place.numbers):
        setting = number.setting
        remarks = [", ".join(map(str, setting.citations)), setting.note]
        aside = "; ".join(remark for remark in remarks if remark)
        whose = f"{heirs} (own)" if number.own else f"{heirs} (from {setting.origin})"
        yield from _wrapped(f"{number.text_in_force}: {whose}" + (f" [{aside}]" if aside else ""), 4)


def _argument_lines(weighed: WeighedArgument) -> Iterator[str]:
    argument, indent = weighed.argument, 2 + 4 * weighed.depth
    by = f", {argument.by}" if argument.by else ""
    targets = ", ".join(map(target_text, argument.targets))
    yield from _wrapped(f"{argument.direction} {targets}: {argument.about.id}{by}", indent)
    yield from _wrapped(argument.about.text, indent + 2)
    role = str(argument.weight.role)
    present: dict[str, list[str]] = {}
    for worldview, holds in weighed.holds.items():
        weight = _weight(weighed, worldview)
        present.setdefault(f"holds {percent(holds)}, {role} {weight}", []).append(worldview)
    for how, worldviews in present.items():
        yield from _wrapped(f"{how}: {', '.join(worldviews)}", indent + 2)


def _weight(weighed: WeighedArgument, worldview: str) -> str:
    write = percent if weighed.argument.direction is Direction.UNDERCUTS else ratio
    return write(weighed.weight[worldview])


def _stated_lines(worldview: str, stated: Stated) -> Iterator[str]:
    given = f" assuming {', '.join(map(condition_text, stated.assuming))}" if stated.assuming else ""
    cited = f" [{', '.join(map(str, stated.citations))}]" if stated.citations else ""
    number = stated.credence.text or format_value(stated.credence)
    yield from _wrapped(f"{worldview}: {condition_text(stated.of)}{given}: {number}{cited}", 2)


def explanation_tables(explanation: Explanation) -> tuple[Table, ...]:
    """Return its numbers, its probability, the arguments on it and what was stated; empty ones left out."""
    tables = (
        _numbers(explanation),
        _probabilities(explanation),
        _arguments(explanation),
        _statements(explanation),
    )
    return tuple(table for table in tables if table.rows)


def _probabilities(explanation: Explanation) -> Table:
    states = list(dict.fromkeys(state for found in explanation.probability.values() for state in found))
    if set(states) == {"false", "true"}:
        states = ["true"]
    columns = [Column("worldview", "worldview")]
    columns += [Column(s, "probability" if s == "true" else s, percent, right=True) for s in states]
    rows: list[tuple[Cell, ...]] = [
        (worldview, *(found.get(state) for state in states))
        for worldview, found in explanation.probability.items()
    ]
    return Table("Probability, at central judgements", tuple(columns), tuple(rows))


def _numbers(explanation: Explanation) -> Table:
    columns = (
        Column("address", "judgement"),
        Column("worldview", "worldview"),
        Column("value", "value"),
        Column("central", "central"),
        Column("in_force", "in force"),
        Column("origin", "from"),
        Column("sources", "source"),
        Column("note", "note"),
    )
    rows = [
        (
            place.address,
            number.worldview,
            number.text,
            number.setting.value.middle,
            number.in_force,
            "own" if number.own else number.setting.origin,
            ", ".join(map(str, number.setting.citations)),
            number.setting.note,
        )
        for place in explanation.judgements
        for number in place.numbers
    ]
    return Table("Numbers", columns, tuple(rows))


def _grouped(numbers: tuple[PlacedNumber, ...]) -> Iterator[tuple[str, PlacedNumber]]:
    """Yield numbers with who has them; those who inherit the same one share a line."""
    heirs: dict[tuple[str, bool, str], list[PlacedNumber]] = {}
    for number in numbers:
        heirs.setdefault((number.setting.origin, number.own, number.text_in_force), []).append(number)
    for group in heirs.values():
        yield ", ".join(number.worldview for number in group), group[0]


def _arguments(explanation: Explanation) -> Table:
    columns = (
        Column("id", "argument"),
        Column("direction", "does"),
        Column("on", "on"),
        Column("by", "by"),
        Column("text", "text"),
        Column("worldview", "worldview"),
        Column("holds", "holds", percent, right=True),
        Column("weight", "strength or force", right=True),
    )
    rows = [
        (
            weighed.argument.about.id,
            str(weighed.argument.direction),
            ", ".join(map(target_text, weighed.argument.targets)),
            weighed.argument.by,
            weighed.argument.about.text,
            worldview,
            holds,
            _weight(weighed, worldview),
        )
        for weighed in explanation.arguments
        for worldview, holds in weighed.holds.items()
    ]
    return Table("Arguments", columns, tuple(rows))


def _statements(explanation: Explanation) -> Table:
    columns = (
        Column("worldview", "worldview"),
        Column("of", "of"),
        Column("assuming", "assuming"),
        Column("credence", "credence"),
        Column("sources", "source"),
    )
    rows = [_statement_row(worldview, stated) for worldview, stated in explanation.stated]
    return Table("Stated by the reviewers themselves", columns, tuple(rows))


def _statement_row(worldview: str, stated: Stated) -> tuple[Cell, ...]:
    return (
        worldview,
        condition_text(stated.of),
        ", ".join(map(condition_text, stated.assuming)),
        stated.credence.text or format_value(stated.credence),
        ", ".join(map(str, stated.citations)),
    )
