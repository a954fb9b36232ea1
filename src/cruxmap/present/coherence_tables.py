"""How reviewers fit their own numbers, as listings: the verdicts, what they rest on, what would give way."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from operator import itemgetter

from cruxmap.insight.coherence import Coherence, StatedGap
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    move_text,
    owner_text,
    percent,
    signed,
)
from cruxmap.present.tables import Column, Table, as_mark, numeric

_WHO = Column("worldview", "worldview", get=str)

STATED_SHOWN = ("worldview", "statement", "written", "implied_mean", "implied", "deviations", "meaning")

TESTIMONY = "Testimony: what the reviewers state, and what their own judgements imply"
READINGS = "Readings: what the editor reads out of their words, and what their own judgements imply"


DEVIATIONS = (
    "Apart (central values): in standard deviations (sd) of the two intervals together, which explain 1.6. "
    "By chance 1 gap in 3 is wider than 1, 1 in 20 wider than 2, 1 in 370 wider than 3."
)
"""What it means to be so many deviations apart, for a note below."""


def _briefly(meaning: str | None) -> str:
    """Write how unusual a gap is in few words."""
    return (meaning or "").removeprefix("by chance ").removeprefix("nothing un").replace(" time ", " ")


def stated_table(
    gaps: Iterable[tuple[str, Iterable[StatedGap]]],
    notes: Iterable[str] = (),
    title: str = TESTIMONY,
    credence: str = "stated",
) -> Table:
    """Return what each worldview states, or is read as, against what its own numbers imply."""
    columns = (
        Column("of", "of"),
        Column("assuming", "assuming"),
        Column("statement", "what"),
        numeric("written", credence),
        numeric("stated", "middle", percent),
        numeric("stated_low", "5th", percent),
        numeric("stated_high", "95th", percent),
        numeric("implied_mean", f"implied, {MEAN}", percent),
        numeric("implied", CENTRAL, percent),
        numeric("gap", "gap, log-odds", signed),
        numeric("threshold", "explained by the intervals", signed),
        numeric("deviations", "apart, sd", partial(signed, decimals=1)),
        Column("meaning", "by chance", _briefly),
        Column("notable", "does not fit", as_mark),
        Column("sources", "sources"),
        Column("note", "note"),
        Column("reason", "remark"),
    )
    return Table.nested(title, [_WHO], columns, gaps, notes)


def _list_stated(coherence: Coherence, _: ArgumentMap) -> Listing:
    """Return stated against implied credences, and what is left of the gap after the least change."""
    found = coherence.worldviews
    gaps = [gap for one in found.values() for gap in one.stated]
    notes = [DEVIATIONS, MEAN_AND_CENTRAL] if gaps else []
    if not gaps:
        notes.append("No worldview of this model states what it thinks all things considered.")
    table = stated_table([(name, one.stated) for name, one in found.items()], notes)
    left = (gap for one in found.values() for gap in one.left)
    whole = replace(
        table,
        columns=(*table.columns, numeric("left", "gap left", signed)),
        rows=tuple((*row, gap) for row, gap in zip(table.rows, left, strict=True)),
    )
    return Listing(_widest_first(whole), (*STATED_SHOWN, *_remarks(gaps)))


def _list_read_as(coherence: Coherence, _: ArgumentMap) -> Listing:
    """Return what is read out of reviewers' words against implied credences."""
    found = coherence.worldviews
    gaps = [gap for one in found.values() for gap in one.read_as]
    rows = [(name, one.read_as) for name, one in found.items()]
    table = stated_table(rows, (), READINGS, "read as")
    return Listing(_widest_first(table), (*STATED_SHOWN, *_remarks(gaps)))


def _remarks(gaps: Iterable[StatedGap]) -> tuple[str, ...]:
    return ("reason",) if any(gap.reason for gap in gaps) else ()


def _widest_first(table: Table) -> Table:
    """Sort gaps over all worldviews by how unusual they are, undefined ones last."""
    place = [column.key for column in table.columns].index("deviations")
    return replace(table, rows=tuple(sorted(table.rows, key=lambda row: -abs(float(row[place] or 0.0)))))


def _list_verdicts(coherence: Coherence, _: ArgumentMap) -> Listing:
    """Return in sentences whether each reviewer's words and judgements fit, those first that do not."""
    verdicts = [
        (name, what, verdict, fits)
        for name, one in coherence.worldviews.items()
        for what, said, verdict, fits in (
            ("stated", one.stated, one.verdict, one.fits),
            ("read", one.read_as, one.verdict_on_readings, one.readings_fit),
        )
        if said
    ]
    columns = (
        Column("worldview", "worldview", get=itemgetter(0)),
        Column("what", "what", get=itemgetter(1)),
        Column("verdict", "verdict", get=itemgetter(2)),
    )
    silent = [name for name, one in coherence.worldviews.items() if not one.stated]
    notes = [f"Nothing is stated by {', '.join(silent)}."] if silent and verdicts else []
    rows = sorted(verdicts, key=lambda verdict: verdict[3] is not False)
    return Listing(
        Table.of("Do their words fit their judgements?", columns, rows, notes), (), 40, ahead=True
    )


def _list_least(coherence: Coherence, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda change: owner_text(argument_map, change.address)),
        Column("before", "before"),
        Column("after", "after"),
        Column(
            "from_to",
            "would give way",
            get=lambda change: move_text(
                argument_map, change.address, change.before_in_force, change.after_in_force
            ),
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
            get=lambda shift: move_text(
                argument_map, shift.address, shift.prior_in_force, shift.posterior_in_force
            ),
        ),
        numeric("deviations", "deviations", signed),
    )
    groups = [(name, found.shifts) for name, found in coherence.worldviews.items()]
    table = Table.nested("Where reconciling takes the judgements", [_WHO], columns, groups)
    return Listing(table, ("worldview", "address", "text", "from_to", "deviations"))


COHERENCE_LISTINGS: Listings = {
    "stated": _list_stated,
    "read-as": _list_read_as,
    "verdicts": _list_verdicts,
    "changes": _list_least,
    "shifts": _list_shifts,
}
