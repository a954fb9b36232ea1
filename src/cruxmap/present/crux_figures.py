"""Cruxes as figures: what learning a claim would do, beside the figures of `sensitivity_figures`.

Each shows the first rows of a list of the answer, in its order, and says how many are left out.
"""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from cruxmap.insight.crux_rows import OVERALL, Crux
from cruxmap.insight.cruxes import CruxTable, CruxTables
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.canvas import (
    BLUE,
    INK,
    PALE_BLUE,
    ROW,
    Drawings,
    clipped,
    draw_dot,
    draw_line,
    framed,
    left_out,
    log_odds_axis,
    row_label,
    row_numbers,
    rows_axis,
    span,
)
from cruxmap.present.phrases import part, percent
from cruxmap.present.sensitivity_figures import MAX_ROWS, WIDTHS_OF_CRUXES, carries, sobol, tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def crux_figures(cruxes: CruxTable | CruxTables, argument_map: ArgumentMap) -> Drawings:
    """Return what draws the figures of one worldview, or of their mixture and of each, by their names."""
    match cruxes:
        case CruxTable():
            return _figures(cruxes, argument_map)
        case CruxTables():
            tables = (cruxes.overall, *cruxes.worldviews.values())
            return dict(chain.from_iterable(_figures(table, argument_map).items() for table in tables))


def _figures(table: CruxTable, argument_map: ArgumentMap) -> Drawings:
    drawn: dict[str, Callable[[], Figure]] = {}
    if any(crux.voi > 0 for crux in table.ranking):
        drawn["claims"] = partial(dumbbells, table)
    if any(carries(judgement) for judgement in table.judgements):
        drawn["judgements"] = partial(tornado, table, argument_map)
    if any(group.sobol_total > 0 for group in table.groups):
        drawn["spread"] = partial(sobol, table, argument_map)
    return {f"cruxes-{table.worldview}-{name}": figure for name, figure in drawn.items()}


# --- claims --------------------------------------------------------------------------------------


def dumbbells(table: CruxTable) -> "Figure":
    """Draw P(target | claim) and P(target | not claim) around the estimate, most telling claims first."""
    telling = [crux for crux in table.ranking if crux.voi > 0]
    shown = telling[:MAX_ROWS]
    assert table.estimate is not None
    ends = [outcome.target for crux in shown for outcome in crux.outcomes]
    limits = span([table.estimate, *(p for p in ends if p is not None and 0 < p < 1)])
    where = "all worldviews together" if table.worldview == OVERALL else table.worldview
    title = f"What {table.target} turns on in {where}: claims and arguments"
    key = (
        f"Line: the estimate, {percent(table.estimate)}. Filled dot: if this is true; open dot: if it "
        "is false. An arrow: beyond the axis. On the right: the part of the uncertainty about the target "
        "that learning it is expected to remove, and the present credence in it."
    )
    notes = (key, *left_out(len(telling) - len(shown), "that tell less"))
    with framed(title, notes, len(shown) * ROW, WIDTHS_OF_CRUXES) as (figure, axes):
        log_odds_axis(axes, limits)
        rows_axis(axes, len(shown))
        axes.axvline(clipped(table.estimate, limits), color=INK, linewidth=0.8)
        for y, crux in enumerate(shown):
            row_label(axes, y, WIDTHS_OF_CRUXES[0], crux.id, crux.text)
            possible = [one for one in crux.outcomes if one.target is not None]
            ends_at = sorted(clipped(one.target or 0.0, limits) for one in possible)
            if len(ends_at) > 1:
                across = ends_at[0], ends_at[-1]
                draw_line(
                    axes, across, [y, y], color=PALE_BLUE, linewidth=3, solid_capstyle="round", zorder=2
                )
                for one in possible:
                    _end(axes, y, one.target or 0.0, limits, filled=one.name != "false")
            credence = f"credence {percent(crux.probability)}" if isinstance(crux, Crux) else ""
            row_numbers(axes, y, part(crux.voi_share, 1), credence)
    return figure


def _end(axes: "Axes", y: float, p: float, limits: tuple[float, float], *, filled: bool) -> None:
    at = clipped(p, limits)
    beyond = {limits[0]: "<", limits[1]: ">"}
    marker = beyond.get(at, "o")
    face = BLUE if filled else "white"
    draw_dot(axes, at, y, marker, mfc=face, mec=BLUE, ms=6, mew=1.2, zorder=3, clip_on=False)
