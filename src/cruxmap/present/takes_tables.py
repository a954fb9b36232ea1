"""What it would take to move an estimate, as a listing."""

from functools import partial

from cruxmap.insight.what_it_takes import Takes
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    brief,
    mean_and_central,
    owner_text,
    percent,
    signed,
)
from cruxmap.present.tables import Column, Table, numeric

_deviations = partial(signed, decimals=1)


def _list_steps(takes: Takes, argument_map: ArgumentMap) -> Listing:
    """Return the ways of getting there, one row per judgement changed; for people, one row per way."""
    outer = (
        numeric("way", "way", get=lambda numbered: numbered[0]),
        numeric("count", "changes", get=lambda numbered: numbered[1].count),
        numeric("length", "deviations", brief, get=lambda numbered: numbered[1].deviations),
        numeric(
            "total_log_odds", "log-odds in all", brief, get=lambda numbered: numbered[1].total_log_odds
        ),
        numeric("estimate", f"{MEAN} then", percent, get=lambda numbered: numbered[1].estimate),
        numeric("central", f"{CENTRAL} then", percent, get=lambda numbered: numbered[1].central),
    )
    inner = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda step: owner_text(argument_map, step.address)),
        numeric("before", "before", brief),
        numeric("after", "after", brief),
        numeric("log_odds", "by log-odds", signed),
        numeric("deviations", "by deviations", _deviations),
        Column("value", "new value"),
        Column("sentence", "how"),
    )
    title = f"What it would take to bring {takes.worldview} to {takes.goal}"
    groups = [((way, take), take.steps) for way, take in enumerate(takes.frontier, 1)]
    table = Table.nested(title, outer, inner, groups, _notes(takes))
    shown = ("way", "length", "estimate", "central", "sentence")
    return Listing(table, shown, max(1, len(table.rows)), gathered=True)


def _notes(takes: Takes) -> list[str]:
    notes = [
        f"{takes.target}: {mean_and_central(takes.estimate, takes.central)} in {takes.worldview}. "
        f"The goal is for the {MEAN}."
    ]
    if takes.reason is not None:
        notes.append(f"No change to show: {takes.reason}.")
    if takes.frontier:
        far = takes.most_deviations
        notes.append(
            "Deviations: standard deviations of a number's own interval, half a log unit where it has none; "
            "of several, the root of the sum of their squares."
            + ("" if far is None else f" No number moves by more than {far:g}; --far lets it.")
        )
        notes.append(MEAN_AND_CENTRAL)
    return notes


TAKES_LISTINGS: Listings = {"steps": _list_steps}
