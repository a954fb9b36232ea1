"""What was said before its entry was changed: in words beside a number, and as a table."""

from collections.abc import Sequence

from cruxmap.language.past.git_files import Commit
from cruxmap.language.past.stale import Stale, StaleJudgement
from cruxmap.present.listings import Listing
from cruxmap.present.phrases import day
from cruxmap.present.tables import Column, Table

CHANGES = {
    "text": "reworded",
    "premises": "other premises",
    "targets": "bears on something else",
    "when": "for another case",
    "case": "another case of its table",
    "route": "another cause",
    "definition": "another definition",
    "states": "other states",
    "entry": "sentence, numbers or what it rests on changed",
}
"""What has become of what something was said about, by the part that changed."""


def changes_text(stale: StaleJudgement) -> str:
    """Say what has become of an entry since something was said about it."""
    return ", ".join(CHANGES[part] for part in stale.what)


def stale_text(stale: StaleJudgement) -> str:
    """Say that a number is older than what it is about: what has changed, when, and in which commit."""
    since = f" ({_day(stale.changed)}: {stale.changed.subject})" if stale.changed else ""
    return f"given before a change: {changes_text(stale)}{since}"


def stale_listing(maps: Sequence[tuple[str, Stale]]) -> Listing:
    """Return one row per judgement that is stale, of maps by their ids."""
    columns = (
        Column("worldview", "worldview"),
        Column("kind", "kind"),
        Column("address", "address"),
        Column("said", "said of", get=_said),
        Column("entry", "entry"),
        Column("what", "since", get=changes_text),
        Column("judged", "judged", get=lambda one: _day(one.judged)),
        Column("changed", "changed", get=lambda one: _day(one.changed)),
        Column("subject", "in the commit", get=lambda one: one.changed and one.changed.subject),
        Column("before", "was"),
        Column("now", "is"),
    )
    found = [(name, stale.judgements) for name, stale in maps]
    notes = [f"{name}: {stale.unknown}" for name, stale in maps if stale.unknown]
    count = sum(len(judgements) for _, judgements in found)
    title = (
        "Said before a change of what it is about" if count else "No number is older than what it is about"
    )
    table = Table.nested(title, [Column("map", "map", get=str)], columns, found, notes)
    shown = ("worldview", "said", "what", "changed", "subject", "before", "now")
    return Listing(table, shown if len(maps) == 1 else ("map", *shown))


def _said(stale: StaleJudgement) -> str:
    """Return the address of a number, or what else a worldview says, and of what."""
    return stale.address if stale.kind == "judgement" else f"{stale.kind} {stale.address}"


def _day(commit: Commit | None) -> str:
    return "" if commit is None else day(commit.date)
