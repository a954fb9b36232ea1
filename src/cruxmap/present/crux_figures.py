"""Cruxes as figures: what learning a claim would do, how far each judgement carries, whose spread it is.

Each shows the first rows of a list of the answer, in its order, and says how many are left out.
"""

from typing import TYPE_CHECKING

from cruxmap.insight.cruxes import OVERALL, CruxTable, CruxTables
from cruxmap.insight.sensitivity import OTHERS, JudgementCrux
from cruxmap.insight.sentences import case_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.canvas import (
    BLUE,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    ROW,
    WIDTHS,
    clipped,
    framed,
    left_out,
    log_odds_axis,
    number_axis,
    row_label,
    row_numbers,
    rows_axis,
    span,
)
from cruxmap.present.crux_tables import group_text
from cruxmap.present.phrases import owner_text, part, percent, range_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_ROWS = 15
WIDTHS_OF_CRUXES = (*WIDTHS[:2], 1.9)


def crux_figures(cruxes: CruxTable | CruxTables, argument_map: ArgumentMap) -> "dict[str, Figure]":
    """Return the figures of one worldview, or of each and of their mixture, by the names of their files."""
    match cruxes:
        case CruxTable():
            return _figures(cruxes, argument_map)
        case CruxTables():
            drawn = _figures(cruxes.overall, argument_map)
            for table in cruxes.worldviews.values():
                drawn |= _figures(table, argument_map)
            return drawn


def _figures(table: CruxTable, argument_map: ArgumentMap) -> "dict[str, Figure]":
    drawn = {}
    if any(crux.voi > 0 for crux in table.ranking):
        drawn["claims"] = dumbbells(table)
    if any(_carries(judgement) for judgement in table.judgements):
        drawn["judgements"] = tornado(table, argument_map)
    if any(group.sobol_total > 0 for group in table.groups):
        drawn["spread"] = sobol(table, argument_map)
    return {f"cruxes-{table.worldview}-{name}": figure for name, figure in drawn.items()}


# --- claims --------------------------------------------------------------------------------------


def dumbbells(table: CruxTable) -> "Figure":
    """Draw P(target | claim) and P(target | not claim) around the estimate, most telling claims first."""
    telling = [crux for crux in table.ranking if crux.voi > 0]
    shown = telling[:MAX_ROWS]
    assert table.estimate is not None
    ends = [p for c in shown for p in (c.given_true, c.given_false)]
    limits = span([table.estimate, *(p for p in ends if p is not None and 0 < p < 1)])
    where = "all worldviews together" if table.worldview == OVERALL else table.worldview
    title = f"What {table.target} turns on in {where}: claims and arguments"
    key = (
        f"Line: the estimate, {percent(table.estimate)}. Filled dot: if this is true; open dot: if it "
        "is false. An arrow: beyond the axis. On the right: the part of the uncertainty about the target "
        "that learning it is expected to remove, and the present credence in it; downstream is what follows "
        "from the target."
    )
    notes = (key, *left_out(len(telling) - len(shown), "that tell less"))
    with framed(title, notes, len(shown) * ROW, WIDTHS_OF_CRUXES) as (figure, axes):
        log_odds_axis(axes, limits)
        rows_axis(axes, len(shown))
        axes.axvline(clipped(table.estimate, limits), color=INK, linewidth=0.8)
        for y, crux in enumerate(shown):
            row_label(axes, y, WIDTHS_OF_CRUXES[0], crux.id, crux.text)
            true, false = crux.given_true, crux.given_false
            if true is not None and false is not None:
                ends_at = [clipped(p, limits) for p in (false, true)]
                axes.plot(ends_at, [y, y], color=PALE_BLUE, linewidth=3, solid_capstyle="round", zorder=2)
                _end(axes, y, false, limits, filled=False)
                _end(axes, y, true, limits, filled=True)
            credence = f"credence {percent(crux.probability)}" + (", downstream" if crux.downstream else "")
            row_numbers(axes, y, part(crux.voi_share, 1), credence)
    return figure


def _end(axes: "Axes", y: float, p: float, limits: tuple[float, float], *, filled: bool) -> None:
    at = clipped(p, limits)
    beyond = {limits[0]: "<", limits[1]: ">"}
    marker = beyond.get(at, "o")
    face = BLUE if filled else "white"
    axes.plot([at], [y], marker, mfc=face, mec=BLUE, ms=6, mew=1.2, zorder=3, clip_on=False)


# --- judgements ----------------------------------------------------------------------------------


def tornado(table: CruxTable, argument_map: ArgumentMap) -> "Figure":
    """Draw how far each judgement carries the target between its 5th and 95th percentile."""
    carrying = [judgement for judgement in table.judgements if _carries(judgement)]
    shown = carrying[:MAX_ROWS]
    middle = table.central if table.central is not None else 0.5
    ends = [p for j in shown for p in (j.target_low, j.target_high) if p is not None and 0 < p < 1]
    limits = span([*ends, *([middle] if 0 < middle < 1 else [])])
    title = f"How far single judgements carry {table.target} in {table.worldview}"
    key = (
        f"Line: the estimate at central judgements, {percent(middle)}. Orange: the judgement at its 5th "
        "percentile, all others central; blue: at its 95th. On the right: its 90% interval, and how far the "
        "target moves."
    )
    notes = (key, *left_out(len(carrying) - len(shown), "that carry less far"))
    with framed(title, notes, len(shown) * ROW, WIDTHS_OF_CRUXES) as (figure, axes):
        log_odds_axis(axes, limits)
        rows_axis(axes, len(shown))
        for y, judgement in enumerate(shown):
            address = judgement.address
            case = case_of(argument_map, address)
            row_label(axes, y, WIDTHS_OF_CRUXES[0], address, owner_text(argument_map, address), more=case)
            low, high = judgement.target_low, judgement.target_high
            if low is not None and high is not None:
                for p, colour, hatch in ((low, ORANGE, "////"), (high, BLUE, "")):
                    start, stop = clipped(middle, limits), clipped(p, limits)
                    pale = PALE_ORANGE if hatch else PALE_BLUE
                    axes.barh(y, stop - start, 0.5, start, color=pale, edgecolor=colour, hatch=hatch, lw=1)
                reach = f"{percent(min(low, high))} to {percent(max(low, high))}"
                number = range_text(argument_map, address, judgement.low, judgement.high)
                row_numbers(axes, y, number, reach)
        axes.axvline(clipped(middle, limits), color=INK, linewidth=0.8)
    return figure


def _carries(judgement: JudgementCrux) -> bool:
    low, high = judgement.target_low, judgement.target_high
    return low is not None and high is not None and abs(high - low) > 1e-12


# --- whose spread it is ----------------------------------------------------------------------------


def sobol(table: CruxTable, argument_map: ArgumentMap) -> "Figure":
    """Draw the shares of the spread of the target's log-odds, alone and with others, by entry."""
    groups = sorted(table.groups, key=lambda group: (group.id == OTHERS, -group.sobol_total))
    named = [group for group in groups if group.id != OTHERS and group.sobol_total > 0]
    shown = [*named[:MAX_ROWS], *(group for group in groups if group.id == OTHERS)]
    top = max(max(g.sobol_total, g.sobol_first) + g.error for g in shown)
    title = f"Whose judgements carry the spread of {table.target} in {table.worldview}"
    key = (
        "Share of the variance of the target's log-odds over the judgements. Filled: what its judgements "
        f"do alone; outline: together with others. Whisker: 95% interval. N = {table.sobol_sample}."
    )
    notes = (key, *left_out(len(named) - min(len(named), MAX_ROWS), "with smaller shares"))
    with framed(title, notes, len(shown) * ROW, WIDTHS_OF_CRUXES) as (figure, axes):
        rows_axis(axes, len(shown))
        axes.set_xlim(0, 1.04 * top)
        number_axis(axes, lambda x: f"{100 * x:.3g}%")
        for y, group in enumerate(shown):
            row_label(axes, y, WIDTHS_OF_CRUXES[0], group.id, group_text(argument_map, group.id))
            total = max(group.sobol_total, 0.0)
            axes.barh(y, total, 0.5, color="white", edgecolor=BLUE, linewidth=1)
            axes.barh(y, max(group.sobol_first, 0.0), 0.5, color=PALE_BLUE, edgecolor=BLUE, linewidth=1)
            ends = [max(0.0, total - group.error), total + group.error]
            axes.plot(ends, [y, y], color=INK, linewidth=1)
            row_numbers(axes, y, part(group.sobol_total, 1), f"alone {part(group.sobol_first, 1)}")
    return figure
