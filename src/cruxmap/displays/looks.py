"""Which lists, tables and figures each kind of answer has: those of its command, under names for Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cruxmap.displays.asked import Asked
from cruxmap.insight.checked import Checked
from cruxmap.insight.coherence import Coherence
from cruxmap.insight.compare import Comparison
from cruxmap.insight.cruxes import CruxTable, CruxTables
from cruxmap.insight.diff import WorldviewDiff
from cruxmap.insight.estimate import Estimate
from cruxmap.insight.expectations import Expectations
from cruxmap.insight.explain import Explanation
from cruxmap.insight.history import History
from cruxmap.insight.interview.rehearsal import Rehearsal
from cruxmap.insight.live_model import State
from cruxmap.insight.main_points import MainPoints
from cruxmap.insight.merged import Merged
from cruxmap.insight.pairs import AgainstRest, PairMatrix
from cruxmap.insight.pool import Pool
from cruxmap.insight.revisions import RevisionDiff
from cruxmap.insight.what_it_takes import Takes
from cruxmap.job import Job
from cruxmap.present.canvas import Drawings
from cruxmap.present.coherence_tables import COHERENCE_LISTINGS
from cruxmap.present.compare_figures import compare_figures
from cruxmap.present.compare_tables import compare_table, compare_tables
from cruxmap.present.crux_figures import crux_figures
from cruxmap.present.crux_tables import ALL_CRUX_LISTINGS, CRUX_LISTINGS
from cruxmap.present.diff_figures import diff_figures, pair_figures, rest_figures
from cruxmap.present.diff_tables import DIFF_LISTINGS, PAIR_LISTINGS, REST_LISTINGS, REVISION_LISTINGS
from cruxmap.present.estimate_figures import estimate_figures
from cruxmap.present.estimate_tables import estimate_table, estimate_tables
from cruxmap.present.expectation_tables import expectations_table
from cruxmap.present.explanation import explanation_lists
from cruxmap.present.history_figures import history_figures
from cruxmap.present.history_tables import HISTORY_LISTINGS
from cruxmap.present.listings import Listing, Listings, for_people
from cruxmap.present.main_points_text import chapter_tables
from cruxmap.present.merge_tables import merge_table
from cruxmap.present.pool_figures import pool_figures
from cruxmap.present.pool_tables import POOL_LISTINGS
from cruxmap.present.problems import coverage_table, problems_table
from cruxmap.present.rehearsal_figures import rehearsal_figures
from cruxmap.present.rehearsal_tables import REHEARSAL_LISTINGS
from cruxmap.present.stale_tables import stale_listing
from cruxmap.present.state_tables import STATE_LISTINGS
from cruxmap.present.tables import Table
from cruxmap.present.takes_figures import takes_figures
from cruxmap.present.takes_tables import TAKES_LISTINGS


@dataclass(frozen=True, slots=True)
class Look:
    """What an answer of a kind has to show, of itself and of what was asked.

    `lists` are makers of whole tables by name, the default first; `tables` what people are shown; `figures`
    what draws the figures, by names for Python.
    """

    lists: Callable[[Any, Asked], Mapping[str, Callable[[], Table]]]
    tables: Callable[[Any, Asked], tuple[Table, ...]]
    figures: Callable[[Any, Asked], Drawings]


def _no_figures(_: Any, __: Asked) -> Drawings:
    return {}


def _listed(
    listings: Listings, figures: Callable[[Any, Asked], Drawings] = _no_figures, first: str = ""
) -> Look:
    """Return the look of an answer with listings, of which the one named is the default frame."""
    names = sorted(listings, key=lambda name: name != first) if first else list(listings)

    def whole(name: str, answer: Any, asked: Asked) -> Callable[[], Table]:
        return lambda: listings[name](answer, asked.map).table

    def shown(answer: Any, asked: Asked) -> tuple[Table, ...]:
        made: dict[str, Listing] = {name: make(answer, asked.map) for name, make in listings.items()}
        return for_people(made)

    return Look(
        lists=lambda answer, asked: {name: whole(name, answer, asked) for name in names},
        tables=shown,
        figures=figures,
    )


def _tabled(
    name: str,
    whole: Callable[[Any], Table],
    tables: Callable[[Any], tuple[Table, ...]] | None = None,
    figures: Callable[[Any, Asked], Drawings] = _no_figures,
) -> Look:
    """Return the look of an answer with one list, which stands for people as it is, or in several tables."""
    return Look(
        lists=lambda answer, _: {name: lambda: whole(answer)},
        tables=lambda answer, _: (whole(answer),) if tables is None else tables(answer),
        figures=figures,
    )


# --- figures, under names for Python ----------------------------------------------------------------


def _of_estimate(estimate: Estimate, asked: Asked) -> Drawings:
    drawn = estimate_figures(asked.model, estimate)
    return {"forest" if name == "estimate" else name: draw for name, draw in drawn.items()}


OF_CRUXES = {"claims": "ranking", "judgements": "tornado", "spread": "spread"}
"""What the figures of a worldview's cruxes are called in files, and in Python."""


def _of_cruxes(table: CruxTable, asked: Asked) -> Drawings:
    drawn = crux_figures(table, asked.map)
    files = {f"cruxes-{table.worldview}-{name}": shown for name, shown in OF_CRUXES.items()}
    return {files[name]: draw for name, draw in drawn.items()}


def _of_all_cruxes(tables: CruxTables, asked: Asked) -> Drawings:
    own = {
        f"{worldview}-{name}": draw
        for worldview, table in tables.worldviews.items()
        for name, draw in _of_cruxes(table, asked).items()
    }
    return {**_of_cruxes(tables.overall, asked), **own}


def _of_diff(diff: WorldviewDiff, _: Asked) -> Drawings:
    return {
        name.removeprefix(f"diff-{diff.a}-{diff.b}-"): draw for name, draw in diff_figures(diff).items()
    }


def _called(name: str, drawings: Callable[[Any, Asked], Drawings]) -> Callable[[Any, Asked], Drawings]:
    """Give the only figure of an answer a name, if there is one."""
    return lambda answer, asked: dict(zip([name], drawings(answer, asked).values(), strict=False))


def _of_pool(pool: Pool, asked: Asked) -> Drawings:
    return {
        "pools" if name == "pool" else name: draw for name, draw in pool_figures(pool, asked.map).items()
    }


# --- what each kind of answer shows ------------------------------------------------------------------


def _of_checks(checked: Checked, _: Asked) -> dict[str, Callable[[], Table]]:
    """Return the problems and warnings, and what else was looked for."""
    tables = {"problems": lambda: problems_table(checked.problems, checked.warnings)}
    sources, stale, expected = checked.sources, checked.stale, checked.expectations
    if sources is not None:
        tables["sources"] = lambda: coverage_table(sources)
    if stale is not None:
        tables["stale"] = lambda: stale_listing(stale).table
    if expected is not None:
        tables["expectations"] = lambda: expectations_table(expected)
    return tables


def _checked(checked: Checked, asked: Asked) -> tuple[Table, ...]:
    return tuple(_read(make()) for make in _of_checks(checked, asked).values())


IN_FULL = ("central", "in_force")
"""Columns of numbers in full, for which people have others."""


def _whole(table: Table) -> Callable[[], Table]:
    return lambda: table


def _explained(explanation: Explanation, _: Asked) -> tuple[Table, ...]:
    """Return the tables of an entry below its sentence, without columns of which a person reads nothing."""
    about = explanation.entry.about
    title = f"{type(explanation.entry).__name__} {about.id}: {about.text}"
    return (Table(title, (), ()), *map(_read, explanation_lists(explanation).values()))


def _read(table: Table) -> Table:
    places = [
        place
        for place, column in enumerate(table.columns)
        if column.key not in IN_FULL and any(row[place] not in (None, "") for row in table.rows)
    ]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in table.rows),
    )


def _of_job(job: Job, asked: Asked) -> Drawings:
    diff = {} if job.diff is None else _of_diff(job.diff, asked)
    return {**_of_estimate(job.estimate, asked), **_of_all_cruxes(job.cruxes, asked), **diff}


LOOKS: Mapping[type, Look] = {
    AgainstRest: _listed(REST_LISTINGS, _called("apart", lambda answer, _: rest_figures(answer))),
    Checked: Look(lists=_of_checks, tables=_checked, figures=_no_figures),
    Coherence: _listed(COHERENCE_LISTINGS),
    Comparison: _tabled(
        "voices",
        compare_table,
        compare_tables,
        _called("forest", lambda answer, _: compare_figures(answer)),
    ),
    CruxTable: _listed(CRUX_LISTINGS, _of_cruxes, "claims"),
    CruxTables: _listed(ALL_CRUX_LISTINGS, _of_all_cruxes),
    Estimate: _tabled("estimates", estimate_table, estimate_tables, _of_estimate),
    Expectations: _tabled("expectations", lambda answer: expectations_table(answer.expectations)),
    Explanation: Look(
        lists=lambda answer, _: {name: _whole(table) for name, table in explanation_lists(answer).items()},
        tables=_explained,
        figures=_no_figures,
    ),
    History: _listed(HISTORY_LISTINGS, _called("history", lambda answer, _: history_figures(answer))),
    Job: _tabled(
        "estimates",
        lambda job: estimate_table(job.estimate),
        lambda job: (*chapter_tables(job.points), *estimate_tables(job.estimate)),
        _of_job,
    ),
    Merged: _tabled("arrivals", merge_table),
    MainPoints: Look(
        lists=lambda _, __: {}, tables=lambda answer, _: chapter_tables(answer), figures=_no_figures
    ),
    PairMatrix: _listed(PAIR_LISTINGS, _called("pairs", lambda answer, _: pair_figures(answer))),
    Pool: _listed(POOL_LISTINGS, _of_pool),
    Rehearsal: _listed(REHEARSAL_LISTINGS, _called("curve", lambda answer, _: rehearsal_figures(answer))),
    RevisionDiff: _listed(REVISION_LISTINGS),
    State: _listed(STATE_LISTINGS),
    Takes: _listed(
        TAKES_LISTINGS, _called("ways", lambda answer, asked: takes_figures(answer, asked.map))
    ),
    WorldviewDiff: _listed(DIFF_LISTINGS, _of_diff),
}
"""By the class of the answer."""
