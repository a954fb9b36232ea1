"""An explanation of one entry: as an outline to read, and as tables."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from cruxmap.insight.explain import Explanation, PlacedNumber, PlaceForANumber, WeighedArgument
from cruxmap.insight.whose import FITTED, OWN
from cruxmap.language.argument_map import Direction, Question, Stated, condition_text, target_text
from cruxmap.language.inheritance import NOBODY, SETTINGS_ORIGIN
from cruxmap.language.judgement import notation_of
from cruxmap.language.past.stale import StaleJudgement
from cruxmap.present.map_text import entry_text
from cruxmap.present.phrases import percent, ratio
from cruxmap.present.stale_tables import stale_text
from cruxmap.present.tables import Column, Table, numeric

WIDTH = 100
"""Columns that are as much as is easily read in one line."""


def explanation_text(explanation: Explanation, width: int = WIDTH, note: str = "") -> str:
    """Write an entry as its file has it, then what each worldview makes of it, in lines of some width.

    Last comes a note, if there is one.
    """
    kind, about = type(explanation.entry).__name__.lower(), explanation.entry.about
    lines = [
        f"{kind}{_brought(about.brought_by)}",
        textwrap.indent(entry_text(explanation.entry).rstrip(), "  "),
    ]
    if explanation.mentioned_by:
        lines += ["", "mentioned by: " + ", ".join(explanation.mentioned_by)]
    sections: dict[str, Iterable[str]] = {
        "probability at central judgements": _probability_lines(explanation),
        "numbers": (
            line for place in explanation.judgements for line in _place_lines(place, about.brought_by)
        ),
        "arguments": (line for weighed in explanation.arguments for line in _argument_lines(weighed)),
        "stated by the reviewers": (
            line for stated in explanation.stated for line in _stated_lines(*stated, explanation.stale)
        ),
        "read out of their words by the editor": (
            line for stated in explanation.read_as for line in _stated_lines(*stated, {})
        ),
        "said without a number": (f"  {worldview}: {words}" for worldview, words in explanation.remarks),
    }
    for title, body in sections.items():
        written = list(body)
        if written:
            lines += ["", title, *written]
    whole = "\n".join([*lines, *(["", note] if note else [])]).split("\n")
    return "\n".join(part for line in whole for part in _wrapped(line, width)) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """Break a line that is too long; what follows stands a little further in."""
    if len(line) <= width:
        return [line]
    margin = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line.strip(), width, initial_indent=margin, subsequent_indent=margin + "  ")


def _probability_lines(explanation: Explanation) -> Iterator[str]:
    for worldview, found in explanation.probability.items():
        if set(found) == {"false", "true"}:
            states = percent(found["true"])
        else:
            states = ", ".join(f"{_state(explanation, state)} {percent(p)}" for state, p in found.items())
        yield f"  {worldview}: {states or 'what is assumed or observed is impossible here'}"


def _state(explanation: Explanation, state: str) -> str:
    """Return what readers are shown of a state of what is explained."""
    entry = explanation.entry
    return entry.text_of.get(state, state) if isinstance(entry, Question) else state


def _place_lines(place: PlaceForANumber, brought_by: str | None) -> Iterator[str]:
    """Yield a line for each number in a place; of one that is brought to the entry, say by whom."""
    bringer = next((number.brought_by for number in place.numbers), None)
    yield f"  {place.address}{_brought(bringer) if bringer != brought_by else ''}"
    for heirs, number in _by_heirs(place.numbers):
        setting = number.setting
        remarks = [", ".join(map(str, setting.citations)), setting.note]
        remarks += [stale_text(number.stale)] if number.stale else []
        aside = "; ".join(remark for remark in remarks if remark)
        written = f"{number.text_in_force}: {heirs} ({_whose(number)}){_around(number)}"
        yield f"    {written}" + (f" [{aside}]" if aside else "")


def _brought(bringer: str | None) -> str:
    return "" if bringer is None else f", brought by {bringer}"


def _whose(number: PlacedNumber) -> str:
    """Say whose a number is; one that was fitted is nobody's own."""
    setting = number.setting
    if setting.not_brought:
        return f"only {number.brought_by} brings it"
    given = {number.worldview: "", SETTINGS_ORIGIN: "set for this question", NOBODY: NOBODY}
    origin = given.get(setting.origin, f"from {setting.origin}")
    fitted = f"fitted: {setting.why_fitted}" if setting.fitted else ""
    return ", ".join(filter(None, (origin, fitted))) or "own"


def _around(number: PlacedNumber) -> str:
    """Say for which shares one makes room, and which number is displaced."""
    beside = f"beside {', '.join(number.beside)}" if number.beside else ""
    instead = f"in place of {number.displaced.text_in_force}" if number.displaced else ""
    around = ", ".join(filter(None, (beside, instead)))
    return f" {around}" if around else ""


def _by_heirs(numbers: tuple[PlacedNumber, ...]) -> Iterator[tuple[str, PlacedNumber]]:
    """Yield numbers with who has them; those who inherit the same one share a line."""
    heirs: dict[tuple[str, ...], list[PlacedNumber]] = {}
    for number in numbers:
        alike = number.setting.origin, _whose(number), number.text_in_force, _around(number)
        heirs.setdefault(alike, []).append(number)
    for group in heirs.values():
        yield ", ".join(number.worldview for number in group), group[0]


def _argument_lines(weighed: WeighedArgument) -> Iterator[str]:
    argument, margin = weighed.argument, " " * (2 + 4 * weighed.depth)
    bringer = argument.about.brought_by
    by = f", {argument.by}" if argument.by and argument.by != bringer else ""
    by += _brought(bringer)
    targets = ", ".join(map(target_text, argument.targets))
    yield f"{margin}{argument.direction} {targets}: {argument.about.id}{by}"
    yield f"{margin}  {argument.about.text}"
    role = str(argument.weight.role)
    present: dict[str, list[str]] = {}
    for worldview, holds in weighed.holds.items():
        how = f"holds {percent(holds)}, {role} {_weight(weighed, worldview)}"
        present.setdefault(how if weighed.has_force[worldview] else "has no force", []).append(worldview)
    for how, worldviews in present.items():
        yield f"{margin}  {how}: {', '.join(worldviews)}"


def _weight(weighed: WeighedArgument, worldview: str) -> str:
    write = percent if weighed.argument.direction is Direction.UNDERCUTS else ratio
    return write(weighed.weight[worldview])


def _stated_lines(
    worldview: str, stated: Stated, older: Mapping[tuple[str, str], StaleJudgement]
) -> Iterator[str]:
    given = f" assuming {', '.join(map(condition_text, stated.assuming))}" if stated.assuming else ""
    cited = f" [{', '.join(map(str, stated.citations))}]" if stated.citations else ""
    number = notation_of(stated.credence)
    found = older.get((worldview, condition_text(stated.of)))
    aside = f" [{stale_text(found)}]" if found else ""
    yield f"  {worldview}: {condition_text(stated.of)}{given}: {number}{cited}{aside}"


# --- as tables -------------------------------------------------------------------------------------


def explanation_lists(explanation: Explanation) -> dict[str, Table]:
    """Return its numbers, its probability, arguments on it and what is said of it; empty ones left out."""
    tables = {
        "numbers": _numbers_table(explanation),
        "probability": _probability_table(explanation),
        "arguments": _arguments_table(explanation),
        "stated": _statements_table("Stated by the reviewers themselves", explanation.stated),
        "read-as": _statements_table("Read out of their words by the editor", explanation.read_as),
        "remarks": _remarks_table(explanation),
    }
    return {name: table for name, table in tables.items() if table.rows}


def explanation_tables(explanation: Explanation) -> tuple[Table, ...]:
    """Return the same without their names."""
    return tuple(explanation_lists(explanation).values())


def _numbers_table(explanation: Explanation) -> Table:
    columns = (
        Column("worldview", "worldview"),
        Column("value", "value", get=lambda number: number.text),
        Column("central", "central", get=lambda number: number.setting.value.middle),
        Column("in_force", "in force"),
        Column("origin", "from", get=_from),
        Column("fitted", "fitted", get=lambda number: number.setting.why_fitted),
        Column("displaced", "in place of", get=_displaced),
        Column("beside", "beside"),
        Column("sources", "source", get=lambda number: number.setting.citations),
        Column("note", "note", get=lambda number: number.setting.note),
        Column("stale", "older than", get=lambda number: number.stale and stale_text(number.stale)),
        Column("brought_by", "brought by"),
    )
    places = ((place, place.numbers) for place in explanation.judgements)
    return Table.nested("Numbers", [Column("address", "judgement")], columns, places)


def _from(number: PlacedNumber) -> str:
    """Name who set a number; its own worldview gave it, or fitted it."""
    return FITTED if number.whose == FITTED else OWN if number.own else number.setting.origin


def _displaced(number: PlacedNumber) -> str:
    return "" if number.displaced is None else number.displaced.text_in_force


def _probability_table(explanation: Explanation) -> Table:
    def probability(state: str) -> Column:
        title = "probability" if state == "true" else _state(explanation, state)
        return numeric(
            state, title, percent, lambda worldview: explanation.probability[worldview].get(state)
        )

    states = list(dict.fromkeys(state for found in explanation.probability.values() for state in found))
    if set(states) == {"false", "true"}:
        states = ["true"]
    columns = (Column("worldview", "worldview", get=str), *map(probability, states))
    return Table.of("Probability, at central judgements", columns, explanation.probability)


def _arguments_table(explanation: Explanation) -> Table:
    outer = (
        Column("id", "argument", get=lambda weighed: weighed.argument.about.id),
        Column("direction", "does", get=lambda weighed: str(weighed.argument.direction)),
        Column("on", "on", get=lambda weighed: tuple(map(target_text, weighed.argument.targets))),
        Column("by", "by", get=lambda weighed: weighed.argument.by),
        Column("brought_by", "brought by", get=lambda weighed: weighed.argument.about.brought_by),
        Column("text", "text", get=lambda weighed: weighed.argument.about.text),
    )
    inner = (
        Column("worldview", "worldview", get=itemgetter(0)),
        numeric("holds", "holds", percent, itemgetter(1)),
        numeric("weight", "strength or force", get=itemgetter(2)),
    )
    weighed = (
        (one, ((worldview, holds, _weight(one, worldview)) for worldview, holds in one.holds.items()))
        for one in explanation.arguments
    )
    return Table.nested("Arguments", outer, inner, weighed)


def _remarks_table(explanation: Explanation) -> Table:
    columns = (
        Column("worldview", "worldview", get=itemgetter(0)),
        Column("text", "words", get=itemgetter(1)),
    )
    return Table.of("Said without a number", columns, explanation.remarks)


def _statements_table(title: str, statements: Iterable[tuple[str, Stated]]) -> Table:
    columns = (
        Column("of", "of", get=lambda stated: condition_text(stated.of)),
        Column("assuming", "assuming", get=lambda stated: tuple(map(condition_text, stated.assuming))),
        Column(
            "credence",
            "credence",
            get=lambda stated: notation_of(stated.credence),
        ),
        Column("sources", "source", get=lambda stated: stated.citations),
    )
    stated = ((worldview, [one]) for worldview, one in statements)
    outer = [Column("worldview", "worldview", get=str)]
    return Table.nested(title, outer, columns, stated)
