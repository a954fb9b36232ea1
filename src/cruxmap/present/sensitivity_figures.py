"""Figures of judgements: how far each carries the target (a tornado), and whose spread it is (Sobol)."""

from typing import TYPE_CHECKING

from cruxmap.insight.cruxes import CruxTable
from cruxmap.insight.sensitivity import JudgementCrux
from cruxmap.insight.sentences import case_of
from cruxmap.insight.sobol import OTHERS
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
    draw_bar,
    draw_line,
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
from cruxmap.present.phrases import interval, owner_text, part, percent, range_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_ROWS = 15
WIDTHS_OF_CRUXES = (*WIDTHS[:2], 1.9)


def tornado(table: CruxTable, argument_map: ArgumentMap) -> "Figure":
    """Draw how far each judgement carries the target between its 5th and 95th percentile."""
    carrying = [judgement for judgement in table.judgements if carries(judgement)]
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
                start, left, right = (clipped(p, limits) for p in (middle, low, high))
                draw_bar(axes, y, (start, left), (ORANGE, PALE_ORANGE), "////")
                draw_bar(axes, y, (start, right), (BLUE, PALE_BLUE))
                reach = interval((min(low, high), max(low, high)))
                number = range_text(argument_map, address, judgement.in_force_low, judgement.in_force_high)
                row_numbers(axes, y, number, reach)
        axes.axvline(clipped(middle, limits), color=INK, linewidth=0.8)
    return figure


def carries(judgement: JudgementCrux) -> bool:
    """Whether the judgement moves the target at all."""
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
        number_axis(axes, lambda x: f"{100 * x:.3g}%", "share of the variance of the target's log-odds")
        for y, group in enumerate(shown):
            row_label(axes, y, WIDTHS_OF_CRUXES[0], group.id, group_text(argument_map, group.id))
            total = max(group.sobol_total, 0.0)
            draw_bar(axes, y, (0.0, total), (BLUE, "white"))
            draw_bar(axes, y, (0.0, max(group.sobol_first, 0.0)), (BLUE, PALE_BLUE))
            ends = [max(0.0, total - group.error), total + group.error]
            draw_line(axes, ends, [y, y], color=INK, linewidth=1)
            row_numbers(axes, y, part(group.sobol_total, 1), f"alone {part(group.sobol_first, 1)}")
    return figure
