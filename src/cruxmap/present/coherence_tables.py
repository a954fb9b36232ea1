"""How reviewers fit their own numbers, as listings."""

from collections.abc import Iterable
from dataclasses import replace

from cruxmap.insight.coherence import Coherence, StatedGap
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import move_text, owner_text, percent, signed
from cruxmap.present.tables import Column, Table, as_mark, numeric

_WHO = Column("worldview", "worldview", get=str)

STATED_SHOWN = ("worldview", "of", "assuming", "stated", "implied", "gap", "notable")


def stated_table(gaps: Iterable[tuple[str, Iterable[StatedGap]]], notes: Iterable[str] = ()) -> Table:
    """Return what each worldview states, against what its own numbers imply."""
    columns = (
        Column("of", "of"),
        Column("assuming", "assuming"),
        numeric("stated", "stated", percent),
        numeric("stated_low", "5th", percent),
        numeric("stated_high", "95th", percent),
        numeric("implied", "implied", percent),
        numeric("gap", "gap, log-odds", signed),
        numeric("threshold", "explained by the intervals", signed),
        Column("notable", "notable", as_mark),
        Column("sources", "sources"),
        Column("note", "note"),
        Column("reason", "remark"),
    )
    return Table.nested("Stated, and implied by their own judgements", [_WHO], columns, gaps, notes)


def _list_stated(coherence: Coherence, _: ArgumentMap) -> Listing:
    """Return stated against implied credences, and what is left of the gap after the least change."""
    found = coherence.worldviews
    gaps = [gap for one in found.values() for gap in one.stated]
    notes = []
    if not gaps:
        notes.append("No worldview of this model states what it thinks all things considered.")
    elif any(gap.gap is not None for gap in gaps) and not any(gap.notable for gap in gaps):
        notes.append("No gap is larger than the intervals explain.")
    notes += [
        f"{name}: the least change that reconciles is {one.distance:.2g} standard deviations."
        for name, one in found.items()
        if one.changes
    ]
    table = stated_table([(name, one.stated) for name, one in found.items()], notes)
    left = (gap for one in found.values() for gap in one.left)
    whole = replace(
        table,
        columns=(*table.columns, numeric("left", "gap left", signed)),
        rows=tuple((*row, gap) for row, gap in zip(table.rows, left, strict=True)),
    )
    remarks = ("reason",) if any(gap.reason for gap in gaps) else ()
    return Listing(whole, (*STATED_SHOWN, "left", *remarks), 40)


def _list_least(coherence: Coherence, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda change: owner_text(argument_map, change.address)),
        Column("before", "before"),
        Column("after", "after"),
        Column(
            "from_to",
            "would give way",
            get=lambda change: move_text(argument_map, change.address, change.before, change.after),
        ),
        numeric("log_odds", "by log-odds", signed),
        numeric("deviations", "deviations", signed),
        numeric("share", "of the whole", percent),
    )
    groups = [(name, found.changes) for name, found in coherence.worldviews.items()]
    table = Table.nested("The least change that reconciles them", [_WHO], columns, groups)
    return Listing(table, ("worldview", "address", "text", "from_to", "deviations", "share"))


def _list_shifts(coherence: Coherence, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda shift: owner_text(argument_map, shift.address)),
        Column("prior", "before"),
        Column("posterior", "after"),
        Column(
            "from_to",
            "mean",
            get=lambda shift: move_text(argument_map, shift.address, shift.prior, shift.posterior),
        ),
        numeric("deviations", "deviations", signed),
    )
    groups = [(name, found.shifts) for name, found in coherence.worldviews.items()]
    table = Table.nested("Where reconciling takes the judgements", [_WHO], columns, groups)
    return Listing(table, ("worldview", "address", "text", "from_to", "deviations"))


def _list_read_as(coherence: Coherence, _: ArgumentMap) -> Listing:
    """Return what is read out of reviewers' words against implied credences."""
    table = stated_table([(name, found.read_as) for name, found in coherence.worldviews.items()])
    return Listing(table, STATED_SHOWN)


COHERENCE_LISTINGS: Listings = {
    "stated": _list_stated,
    "read-as": _list_read_as,
    "changes": _list_least,
    "shifts": _list_shifts,
}
