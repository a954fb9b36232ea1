"""What an estimate turns on, and what it would take to move it, as listings."""

from collections.abc import Iterable
from functools import partial

from cruxmap.insight.cruxes import (
    OVERALL,
    CruxTable,
    CruxTables,
)
from cruxmap.insight.rankings import MEASURES
from cruxmap.insight.sensitivity import APART, JUDGEMENT_MEASURES, OTHERS, JudgementCrux
from cruxmap.insight.takes import Takes
from cruxmap.language.argument_map import ArgumentMap, Scale
from cruxmap.present.listings import Listing
from cruxmap.present.numbers import brief, part, percent, ratio, signed, telling
from cruxmap.present.tables import Cell, Column, Table


def _yes(value: bool) -> str:
    return "yes" if value else ""


_share = partial(part, decimals=1)

TITLES = {
    "probability": "probability",
    "given_true": "target if true",
    "given_false": "target if false",
    "swing": "swing",
    "voi_share": "uncertainty removed",
    "expected_move": "expected move",
    "variance_removed": "variance removed",
}


LISTS_OF_ONE = ("cruxes", "judgements", "groups", "questions", "sets")
"""The names of the listings of one worldview's cruxes."""

LISTS_OF_ALL = ("cruxes", OVERALL, "leading")
"""The names of the listings of the cruxes of several worldviews."""

TAKES_LISTS = ("steps",)
"""The names of the listings of what it would take."""


def crux_listings(cruxes: CruxTable | CruxTables, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    """Return the rankings of one worldview; for several, those of all together and each one's in full."""
    match cruxes:
        case CruxTable():
            return _worldview_listings(cruxes, argument_map)
        case CruxTables():
            tables = tuple(cruxes.worldviews.values())
            overall = _ranking((cruxes.overall,), OVERALL, "all worldviews together")
            return (_ranking(tables, "cruxes", "each worldview", rows=0), overall, _leading(tables))


def _worldview_listings(table: CruxTable, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    name = table.worldview
    return (
        _ranking((table,), "cruxes", name),
        _judgements(table, argument_map),
        _groups(table, argument_map),
        _questions(table),
        _sets(table),
    )


def _ranking(tables: Iterable[CruxTable], name: str, whose: str, rows: int = 12) -> Listing:
    tables = tuple(tables)
    columns = (
        Column("worldview", "worldview"),
        Column("kind", "kind"),
        Column("id", "crux"),
        Column("text", "what it says"),
        *(
            Column(key, TITLES.get(key, key), brief if key == "voi" else percent, right=True)
            for key in MEASURES
        ),
        Column("downstream", "downstream", _yes),
        Column("sentence", "why"),
    )
    cells = [row for table in tables for row in _crux_rows(table)]
    title = f"What {tables[0].target} turns on: {whose}"
    if len(tables) == 1:
        title += f" (estimate {percent(tables[0].estimate)})"
    notes = [f"{table.worldview}: {table.reason}" for table in tables if table.reason]
    notes += dict.fromkeys(table.sampled.sentence for table in tables if table.sampled is not None)
    if cells:
        notes.append(
            "Uncertainty removed: the part of what is unknown about the target that is expected to go on "
            "learning this (value of information)."
        )
    return Listing(name, Table(title, columns, tuple(cells), tuple(notes)), SHOWN, rows)


SHOWN = ("id", "text", "sentence", "voi_share")


def _crux_rows(table: CruxTable) -> Iterable[tuple[Cell, ...]]:
    arguments = {crux.id for crux in table.arguments}
    credence = "all together give it" if table.worldview == OVERALL else "you give it"
    for crux in table.ranking:
        kind = "argument" if crux.id in arguments else "claim"
        numbers = (getattr(crux, key) for key in MEASURES)
        yield (table.worldview, kind, crux.id, crux.text, *numbers, crux.downstream, crux.sentence(credence))


def _leading(tables: Iterable[CruxTable]) -> Listing:
    tables = tuple(tables)
    places = (0, 1, 2)
    columns = (
        Column("worldview", "worldview"),
        Column("estimate", "estimate", percent, right=True),
        *(Column(f"crux_{place + 1}", f"crux {place + 1}") for place in places),
    )

    def leading(table: CruxTable, place: int) -> str:
        cruxes = [crux for crux in table.ranking if not crux.downstream and crux.voi > 0]
        if place >= len(cruxes):
            return (table.reason or "-") if place == 0 else "-"
        return f"{cruxes[place].id} ({percent(cruxes[place].voi_share)})"

    rows = tuple(
        (table.worldview, table.estimate, *(leading(table, place) for place in places)) for table in tables
    )
    notes = ("In brackets: the uncertainty it would remove. Left out: what only follows from the target.",)
    shown = tuple(column.key for column in columns)
    return Listing("leading", Table("The first cruxes of each", columns, rows, notes), shown, len(rows))


def _judgements(table: CruxTable, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about"),
        Column("central", "central", brief, right=True),
        Column("low", "5th", brief, right=True),
        Column("high", "95th", brief, right=True),
        Column("number", "number"),
        Column("target_low", "target at 5th", percent, right=True),
        Column("target_high", "target at 95th", percent, right=True),
        Column("slope", "slope", signed, right=True),
        Column("sobol_first", "Sobol first", _share, right=True),
        Column("sobol_total", "Sobol total", _share, right=True),
        Column("reason", "remark"),
    )
    rows = tuple(
        (
            judgement.address,
            owner_text(argument_map, judgement.address),
            *(getattr(judgement, key) for key in ("central", "low", "high")),
            number_text(argument_map, judgement),
            *(getattr(judgement, key) for key in JUDGEMENT_MEASURES),
            judgement.reason,
        )
        for judgement in table.judgements
    )
    shown = ("address", "text", "number", "target_low", "target_high", "slope", "sobol_total")
    notes = (
        f"Central estimate {percent(table.central)}. "
        "Slope: log-odds of the target per log-odds of the judgement.",
    )
    return Listing("judgements", Table(f"Judgements of {table.worldview}", columns, rows, notes), shown, 10)


def _groups(table: CruxTable, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("id", "entry"),
        Column("text", "what it says"),
        Column("sobol_first", "alone", _share, right=True),
        Column("sobol_total", "with others", _share, right=True),
        Column("error", "+-", _share, right=True),
    )
    rows = tuple(
        (group.id, group_text(argument_map, group.id), group.sobol_first, group.sobol_total, group.error)
        for group in table.groups
    )
    notes = (
        f"Sobol shares of the variance of the target's log-odds, N = {table.sobol_sample}; "
        "+- is half of the 95% interval.",
    )
    shown = tuple(column.key for column in columns)
    return Listing("groups", Table("Whose judgements carry the spread", columns, rows, notes), shown, 10)


def _questions(table: CruxTable) -> Listing:
    columns = (
        Column("id", "question"),
        Column("text", "what it asks"),
        Column("voi", "voi", brief, right=True),
        Column("voi_share", "uncertainty removed", percent, right=True),
        Column("downstream", "downstream", _yes),
    )
    rows = tuple((q.id, q.text, q.voi, q.voi_share, q.downstream) for q in table.questions)
    return Listing("questions", Table("Questions", columns, rows), ("id", "text", "voi_share"), 5)


def _sets(table: CruxTable) -> Listing:
    columns = (
        Column("size", "how many", right=True),
        Column("ids", "best to settle together"),
        Column("voi", "voi", brief, right=True),
        Column("voi_share", "uncertainty removed", percent, right=True),
    )
    rows = tuple((len(best.ids), ", ".join(best.ids), best.voi, best.voi_share) for best in table.sets)
    return Listing("sets", Table("Sets of cruxes", columns, rows), ("size", "ids", "voi_share"))


def owner_text(argument_map: ArgumentMap, address: str) -> str:
    """Return the sentence of the entry that a judgement belongs to."""
    return argument_map.entry[argument_map.judgements[address].owner].about.text


def number_text(argument_map: ArgumentMap, judgement: JudgementCrux) -> str:
    """Write a worldview's number: one where it is a point, or else its 90% interval."""
    return written_range(argument_map, judgement.address, judgement.low, judgement.high)


def written_range(argument_map: ArgumentMap, address: str, low: float, high: float) -> str:
    """Write a judgement's values from one to another; one where they are the same."""
    return " to ".join(dict.fromkeys(written(argument_map, address, end) for end in (low, high)))


def written_move(argument_map: ArgumentMap, address: str, before: float, after: float) -> str:
    """Write where a judgement moves; `10% to 57%` alone would be an interval."""
    match argument_map.judgements[address].role.scale:
        case Scale.PROBABILITY:
            write = telling([(before, after)])
        case Scale.RATIO:
            write = ratio
    return f"from {write(before)} to {write(after)}"


def written(argument_map: ArgumentMap, address: str, value: float) -> str:
    """Write a value on the natural scale of a judgement."""
    match argument_map.judgements[address].role.scale:
        case Scale.PROBABILITY:
            return percent(value)
        case Scale.RATIO:
            return ratio(value)


def group_text(argument_map: ArgumentMap, name: str) -> str:
    """Return the sentence of the entry whose judgements a Sobol group holds."""
    if name in argument_map.entry:
        return argument_map.entry[name].about.text
    return f"All but the largest {APART}, together." if name == OTHERS else ""


# --- what it would take --------------------------------------------------------------------------


def takes_listings(takes: Takes, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    """Return the ways of getting there, one row per judgement changed; for people, one row per way."""
    columns = (
        Column("count", "changes", right=True),
        Column("total_log_odds", "log-odds in all", brief, right=True),
        Column("estimate", "estimate then", percent, right=True),
        Column("address", "judgement"),
        Column("text", "what it is about"),
        Column("before", "before", brief, right=True),
        Column("after", "after", brief, right=True),
        Column("log_odds", "by log-odds", signed, right=True),
        Column("value", "new value"),
        Column("sentence", "how"),
    )
    rows = tuple(
        (
            take.count,
            take.total_log_odds,
            take.estimate,
            step.address,
            owner_text(argument_map, step.address),
            step.before,
            step.after,
            step.log_odds,
            step.value,
            step.sentence,
        )
        for take in takes.frontier
        for step in take.steps
    )
    title = f"What it would take to bring {takes.worldview} to {takes.goal}"
    notes = [f"{takes.target} is {percent(takes.estimate)} in {takes.worldview}."]
    if takes.reason is not None:
        notes.append(f"No change to show: {takes.reason}.")
    shown = ("count", "total_log_odds", "estimate", "sentence")
    table = Table(title, columns, rows, tuple(notes))
    return (Listing("steps", table, shown, max(1, len(rows)), gathered=True),)
