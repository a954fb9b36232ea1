"""What an estimate turns on, as listings."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from cruxmap.insight.crux_rows import MEASURES, OVERALL, AnyCrux
from cruxmap.insight.cruxes import CruxTable, CruxTables
from cruxmap.insight.double_cruxes import DoubleCruxes
from cruxmap.insight.left_out import LeftOutCrux
from cruxmap.insight.sobol import APART, OTHERS
from cruxmap.insight.whose import who_is_heard
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    brief,
    owner_text,
    part,
    percent,
    range_text,
    says_little_notes,
    signed,
)
from cruxmap.present.tables import Column, Table, as_mark, numeric

_tenths = partial(part, decimals=1)

ALONE = (
    "Alone: the part of what is unknown about the target that is expected to go on learning this (value of "
    "information)."
)
BESIDE = "Beside: what this takes away beside the rows above it, at central judgements."
NUMBER = "Number: the part of the estimate's spread that settling the number of this would end."
TELLS_APART = "Apart: how far this tells whose worldview is right, in bans, which is no part of its worth."

OF_ALL = (
    "The target if something is true and if not, and the credence, are means over worldviews of each one's "
    "own answer, so they need not average to the estimate of all. Whoever is certain of it counts in the "
    "credence alone."
)
"""How the numbers of all worldviews together come about."""

SHOWN = ("id", "text", "sentence", "voi_share")
"""What people see of a row of cruxes, besides the measures of its list."""


class _Row(NamedTuple):
    """A row of cruxes in a worldview."""

    worldview: str
    crux: AnyCrux


def _of_crux(key: str) -> Callable[[_Row], Any]:
    """Return what takes a field of a row's crux; a whole question has no chance of its own."""
    return lambda row: getattr(row.crux, key, None)


def _end(place: int) -> Callable[[_Row], float | None]:
    """Return what takes an end of the 90% interval of a row's number, if it has one."""
    ends = _of_crux("interval_90")
    return lambda row: None if ends(row) is None else float(ends(row)[place])


def _measure(key: str, title: str, show: Callable[[Any], str]) -> Column:
    return numeric(key, title, show, _of_crux(key))


COLUMNS = (
    _measure("rank", "rank", str),
    Column("kind", "kind", get=_of_crux("kind")),
    Column("id", "crux", get=_of_crux("id")),
    Column("text", "what it says", get=_of_crux("text")),
    _measure("probability", "probability", percent),
    numeric("low", "number's 5th", percent, _end(0)),
    numeric("high", "number's 95th", percent, _end(1)),
    _measure("given_true", "target if true", percent),
    _measure("given_false", "target if false", percent),
    _measure("swing", "swing", percent),
    _measure("voi", "voi", brief),
    _measure("voi_share", "alone", percent),
    _measure("added", "added", brief),
    _measure("added_share", "beside", percent),
    _measure("sobol_total", "number", part),
    Column("whose", "whose number", get=_of_crux("whose")),
    _measure("tells_apart", "apart", brief),
    _measure("expected_move", "expected move", percent),
    _measure("variance_removed", "variance removed", percent),
    Column("downstream", "downstream", as_mark, get=_of_crux("downstream")),
    Column("sentence", "why", get=lambda row: row.crux.sentence(row.worldview)),
)


def _rows(table: CruxTable, cruxes: Iterable[AnyCrux]) -> list[_Row]:
    return [_Row(table.worldview, crux) for crux in cruxes]


def _list_overall(cruxes: CruxTables, argument_map: ArgumentMap) -> Listing:
    listing = _list_cruxes(cruxes.overall, argument_map)
    heard = who_is_heard(cruxes.worldviews, cruxes.says_little)
    notes = (*listing.table.notes, *says_little_notes(cruxes.says_little, heard))
    return replace(listing, table=replace(listing.table, notes=notes))


def _list_cruxes(table: CruxTable, _: ArgumentMap) -> Listing:
    together = table.worldview == OVERALL
    whose = "all worldviews together" if together else table.worldview
    title = f"What {table.target} turns on: {whose} ({percent(table.estimate)} {MEAN})"
    notes = [*_of_samples(table), *([f"{table.worldview}: {table.reason}"] if table.reason else [])]
    if table.sets:
        first = table.sets[-1]
        notes.append(
            f"The first {len(first.ids)} together: {percent(first.voi_share)}, at central judgements."
        )
    if table.ranking:
        notes.append(" ".join((ALONE, BESIDE, TELLS_APART if together else NUMBER)))
        notes += [OF_ALL] if together else []
    notes += left_out_lines(table.left_out)
    rows = Table.of(title, COLUMNS, _rows(table, table.ranking), notes)
    shown = (*SHOWN, "added_share", "tells_apart" if together else "sobol_total")
    return Listing(rows, shown, 10, stacked=True)


def _of_samples(table: CruxTable) -> list[str]:
    if table.sampled is None:
        return []
    return [f"{table.sampled.sentence} They do not tell what each adds beside others."]


def left_out_lines(left_out: Iterable[LeftOutCrux]) -> list[str]:
    """Say in a line how many are left out of a ranking, and why."""
    counts = Counter(one.because for one in left_out)
    reasons = "; ".join(f"{because} ({count})" for because, count in counts.items())
    return [f"Left out, and named by --list left-out: {reasons}."] if reasons else []


def _list_every_ranking(cruxes: CruxTables, _: ArgumentMap) -> Listing:
    tables = cruxes.worldviews.values()
    target = cruxes.overall.target
    notes = [f"{table.worldview}: {table.reason}" for table in tables if table.reason]
    notes += dict.fromkeys(note for table in tables for note in _of_samples(table))
    rows = [row for table in tables for row in _rows(table, table.ranking)]
    columns = (Column("worldview", "worldview"), *COLUMNS)
    table = Table.of(f"What {target} turns on: each worldview", columns, rows, notes)
    return Listing(table, ("worldview", *SHOWN, "added_share"), 0, stacked=True)


def _list_leading(cruxes: CruxTables, _: ArgumentMap) -> Listing:
    def place(number: int) -> Column:
        return Column(f"crux_{number + 1}", f"crux {number + 1}", get=lambda table: leading(table, number))

    def leading(table: CruxTable, place: int) -> str:
        ranked = [crux for crux in table.ranking if crux.voi > 0]
        if place >= len(ranked):
            return (table.reason or "-") if place == 0 else "-"
        return f"{ranked[place].id} ({percent(ranked[place].voi_share)})"

    columns = (
        Column("worldview", "worldview"),
        numeric("estimate", MEAN, percent),
        *map(place, range(3)),
    )
    note = "In brackets: the part of what is unknown about the target that it would take away alone."
    table = Table.of("The first cruxes of each", columns, cruxes.worldviews.values(), [note])
    return Listing(table, rows=len(table.rows))


def _list_stages(table: CruxTable, _: ArgumentMap) -> Listing:
    note = "They follow from other entries: what there is to find out about them lies there."
    rows = Table.of(
        "Stages on the way", COLUMNS, _rows(table, table.stages), [note] if table.stages else []
    )
    return Listing(rows, SHOWN, 4, stacked=True)


def _list_claims(table: CruxTable, _: ArgumentMap) -> Listing:
    """Return every claim, phase and state that could be learned, whatever the ranking leaves out."""
    first = ("id", "text", *MEASURES, "kind", "rank", "added", "sobol_total", "whose")
    keys = [*first, *(column.key for column in COLUMNS if column.key not in first)]
    columns = sorted(COLUMNS, key=lambda column: keys.index(column.key))
    rows = Table.of("Every claim that could be learned", columns, _rows(table, table.claims))
    return Listing(rows, (*SHOWN, "probability"), 0, stacked=True)


def _list_states(table: CruxTable, _: ArgumentMap) -> Listing:
    ranked = [crux for crux in (*table.ranking, *table.stages) if crux in table.questions]
    states = [state for question in ranked for state in question.states]
    rows = Table.of("States of the questions", COLUMNS, _rows(table, states))
    return Listing(rows, (*SHOWN, "probability"), 0, stacked=True)


def list_left_out(table: CruxTable | DoubleCruxes, _: ArgumentMap) -> Listing:
    """Return what a ranking leaves out."""
    columns = (Column("id", "entry"), Column("because", "left out of the ranking because"))
    return Listing(Table.of("Left out", columns, table.left_out), rows=0)


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
        f"Target {percent(table.central)} {CENTRAL}. "
        "Slope: log-odds of the target per log-odds of the judgement."
    )
    shown = ("address", "number", "target_low", "target_high", "slope", "sobol_total")
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
    return Listing(Table.of("Whose judgements carry the spread", columns, table.groups, [note]), rows=0)


def _list_sets(table: CruxTable, _: ArgumentMap) -> Listing:
    columns = (
        numeric("size", "how many", get=lambda best: len(best.ids)),
        Column("ids", "the first cruxes together"),
        numeric("voi", "voi", brief),
        numeric("voi_share", "they take away", percent),
    )
    shown = ("size", "ids", "voi_share")
    return Listing(Table.of("The first cruxes together", columns, table.sets), shown, 0)


CRUX_LISTINGS: Listings = {
    "cruxes": _list_cruxes,
    "stages": _list_stages,
    "judgements": _list_judgements,
    "states": _list_states,
    "groups": _list_groups,
    "sets": _list_sets,
    "claims": _list_claims,
    "left-out": list_left_out,
}
"""Of the cruxes of one worldview."""

ALL_CRUX_LISTINGS: Listings = {
    "cruxes": _list_every_ranking,
    OVERALL: _list_overall,
    "leading": _list_leading,
    "stages": lambda cruxes, argument_map: _list_stages(cruxes.overall, argument_map),
    "states": lambda cruxes, argument_map: _list_states(cruxes.overall, argument_map),
    "left-out": lambda cruxes, argument_map: list_left_out(cruxes.overall, argument_map),
}
"""Of the cruxes of several worldviews: each one's in full, and those of all together."""


def group_text(argument_map: ArgumentMap, name: str) -> str:
    """Return the sentence of the entry whose judgements a Sobol group holds."""
    if name in argument_map.entry:
        return argument_map.entry[name].about.text
    return f"All but the largest {APART}, together." if name == OTHERS else ""
