"""Estimates over the commits of a model's files, as a listing."""

from functools import partial

from cruxmap.insight.history import History, Moment
from cruxmap.insight.plain import counted
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import day, telling
from cruxmap.present.tables import Column, Table, numeric

SHORT = 9
"""Digits of a commit's id that people are shown."""


def drawn(history: History, worldview: str) -> list[float | None]:
    """Return a worldview's estimate of the present target at each moment; `None` where there is none."""
    return [
        moment.estimates.get(worldview) if moment.target == history.target else None
        for moment in history.moments
    ]


def worldviews_of(history: History) -> list[str]:
    """Return all worldviews that had an estimate at some moment, those of now first."""
    return list(dict.fromkeys(name for moment in reversed(history.moments) for name in moment.estimates))


def problems_text(moment: Moment) -> str:
    """Say how many problems the files had, if any."""
    return counted(moment.problems, "problem") if moment.problems else ""


def _estimate(worldview: str, moment: Moment) -> float | None:
    return moment.estimates.get(worldview)


def _list_moments(history: History, argument_map: ArgumentMap) -> Listing:
    """Return one row per commit, the oldest first."""
    worldviews = worldviews_of(history)
    rows = {name: [moment.estimates.get(name) for moment in history.moments] for name in worldviews}
    columns = (
        Column("date", "date", get=lambda moment: day(moment.date)),
        Column("commit", "commit", lambda commit: str(commit or "")[:SHORT]),
        Column("subject", "subject"),
        Column("problems", "problems", lambda n: str(n or ""), right=True),
        *(
            numeric(
                name,
                name,
                telling(zip(rows[name], rows[name][1:], strict=False)),
                get=partial(_estimate, name),
            )
            for name in worldviews
        ),
        Column("target", "target"),
    )
    shown = ["date", "subject", *worldviews]
    shown += ["problems"] if any(moment.problems for moment in history.moments) else []
    others = {moment.target for moment in history.moments if not moment.problems} - {history.target}
    shown += ["target"] if others else []
    notes = [f"{history.earlier} earlier: leave out --limit"] if history.earlier else []
    table = Table.of(f"Estimates of {history.target}, commit by commit", columns, history.moments, notes)
    return Listing(table, tuple(shown), rows=max(1, len(history.moments)))


HISTORY_LISTINGS: Listings = {"moments": _list_moments}
"""The listings of a history, by name."""
