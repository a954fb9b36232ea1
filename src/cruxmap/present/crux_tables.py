"""What an estimate turns on, as listings."""

from collections.abc import Collection
from functools import partial

from cruxmap.insight.cruxes import (
    OVERALL,
    CruxTable,
    CruxTables,
)
from cruxmap.insight.sobol import APART, OTHERS
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import brief, owner_text, part, percent, range_text, signed
from cruxmap.present.tables import Column, Table, as_mark, numeric

_tenths = partial(part, decimals=1)

DOWNSTREAM = Column("downstream", "downstream", as_mark)
WORTH = (numeric("voi", "voi", brief), numeric("voi_share", "uncertainty removed", percent))


def _ranking(tables: Collection[CruxTable], whose: str, rows: int = 12) -> Listing:
    first = next(iter(tables))
    arguments = {crux.id for table in tables for crux in table.arguments}
    credence = "all together give it" if first.worldview == OVERALL else "you give it"
    columns = (
        Column("kind", "kind", get=lambda crux: "argument" if crux.id in arguments else "claim"),
        Column("id", "crux"),
        Column("text", "what it says"),
        numeric("probability", "probability", percent),
        numeric("given_true", "target if true", percent),
        numeric("given_false", "target if false", percent),
        numeric("swing", "swing", percent),
        *WORTH,
        numeric("expected_move", "expected move", percent),
        numeric("variance_removed", "variance removed", percent),
        DOWNSTREAM,
        Column("sentence", "why", get=lambda crux: crux.sentence(credence)),
    )
    title = f"What {first.target} turns on: {whose}"
    if len(tables) == 1:
        title += f" (estimate {percent(first.estimate)})"
    notes = [f"{table.worldview}: {table.reason}" for table in tables if table.reason]
    notes += dict.fromkeys(table.sampled.sentence for table in tables if table.sampled is not None)
    if any(table.ranking for table in tables):
        notes.append(
            "Uncertainty removed: the part of what is unknown about the target that is expected to go on "
            "learning this (value of information)."
        )
    rankings = [(table, table.ranking) for table in tables]
    table = Table.nested(title, [Column("worldview", "worldview")], columns, rankings, notes)
    return Listing(table, ("id", "text", "sentence", "voi_share"), rows)


def _list_leading(cruxes: CruxTables, _: ArgumentMap) -> Listing:
    def place(number: int) -> Column:
        return Column(f"crux_{number + 1}", f"crux {number + 1}", get=lambda table: leading(table, number))

    def leading(table: CruxTable, place: int) -> str:
        ranked = [crux for crux in table.ranking if not crux.downstream and crux.voi > 0]
        if place >= len(ranked):
            return (table.reason or "-") if place == 0 else "-"
        return f"{ranked[place].id} ({percent(ranked[place].voi_share)})"

    columns = (
        Column("worldview", "worldview"),
        numeric("estimate", "estimate", percent),
        *map(place, range(3)),
    )
    note = "In brackets: the uncertainty it would remove. Left out: what only follows from the target."
    table = Table.of("The first cruxes of each", columns, cruxes.worldviews.values(), [note])
    return Listing(table, rows=len(table.rows))


def _list_judgements(table: CruxTable, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda one: owner_text(argument_map, one.address)),
        numeric("central", "central", brief),
        numeric("low", "5th", brief),
        numeric("high", "95th", brief),
        numeric("in_force", "in force", brief),
        Column(
            "number",
            "number",
            get=lambda one: range_text(argument_map, one.address, one.in_force_low, one.in_force_high),
        ),
        numeric("target_low", "target at 5th", percent),
        numeric("target_high", "target at 95th", percent),
        numeric("slope", "slope", signed),
        numeric("sobol_first", "Sobol first", _tenths),
        numeric("sobol_total", "Sobol total", _tenths),
        Column("reason", "remark"),
    )
    note = (
        f"Central estimate {percent(table.central)}. "
        "Slope: log-odds of the target per log-odds of the judgement."
    )
    shown = ("address", "text", "number", "target_low", "target_high", "slope", "sobol_total")
    rows = Table.of(f"Judgements of {table.worldview}", columns, table.judgements, [note])
    return Listing(rows, shown, 10)


def _list_groups(table: CruxTable, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("id", "entry"),
        Column("text", "what it says", get=lambda group: group_text(argument_map, group.id)),
        numeric("sobol_first", "alone", _tenths),
        numeric("sobol_total", "with others", _tenths),
        numeric("error", "+-", _tenths),
    )
    note = (
        f"Sobol shares of the variance of the target's log-odds, N = {table.sobol_sample}; "
        "+- is half of the 95% interval."
    )
    return Listing(Table.of("Whose judgements carry the spread", columns, table.groups, [note]), rows=10)


def _list_questions(table: CruxTable, _: ArgumentMap) -> Listing:
    columns = (Column("id", "question"), Column("text", "what it asks"), *WORTH, DOWNSTREAM)
    return Listing(Table.of("Questions", columns, table.questions), ("id", "text", "voi_share"), 5)


def _list_sets(table: CruxTable, _: ArgumentMap) -> Listing:
    columns = (
        numeric("size", "how many", get=lambda best: len(best.ids)),
        Column("ids", "best to settle together"),
        *WORTH,
    )
    return Listing(Table.of("Sets of cruxes", columns, table.sets), ("size", "ids", "voi_share"))


CRUX_LISTINGS: Listings = {
    "cruxes": lambda table, _: _ranking([table], table.worldview),
    "judgements": _list_judgements,
    "groups": _list_groups,
    "questions": _list_questions,
    "sets": _list_sets,
}
"""Of the cruxes of one worldview."""

ALL_CRUX_LISTINGS: Listings = {
    "cruxes": lambda cruxes, _: _ranking(cruxes.worldviews.values(), "each worldview", rows=0),
    OVERALL: lambda cruxes, _: _ranking([cruxes.overall], "all worldviews together"),
    "leading": _list_leading,
}
"""Of the cruxes of several worldviews: each one's in full, and those of all together."""


def group_text(argument_map: ArgumentMap, name: str) -> str:
    """Return the sentence of the entry whose judgements a Sobol group holds."""
    if name in argument_map.entry:
        return argument_map.entry[name].about.text
    return f"All but the largest {APART}, together." if name == OTHERS else ""
