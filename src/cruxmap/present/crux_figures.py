"""Cruxes as figures: what learning one thing would do, beside the figures of `sensitivity_figures`.

Each shows the first rows of a list of the answer, in its order, and says how many are left out.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from cruxmap.insight import whose
from cruxmap.insight.crux_rows import OVERALL, AnyCrux, Crux, QuestionCrux
from cruxmap.insight.cruxes import CruxTable, CruxTables
from cruxmap.insight.kinds import Kind
from cruxmap.insight.sentences import sentence_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.inheritance import NOBODY
from cruxmap.present.canvas import (
    BLUE,
    GREY,
    GRID,
    INK,
    MARGIN,
    PALE_BLUE,
    QUIET,
    ROW,
    Drawings,
    axes_beside,
    beside,
    clipped,
    draw_dot,
    draw_line,
    draw_strip,
    framed,
    left_out,
    log_odds_axis,
    number_axis,
    row_label,
    row_numbers,
    span,
)
from cruxmap.present.crux_tables import OF_ALL
from cruxmap.present.phrases import MEAN, brief, part, percent
from cruxmap.present.sensitivity_figures import carries, sobol, tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SHOWN, MOST_STAGES, MOST_CHANCES = 12, 5, 3
"""Rows of premises and arguments, rows of stages, and states of a question of which the chance is written."""

LABELS, TARGET, APART, WORTH, NUMBERS = 3.9, 3.3, 0.42, 1.7, 1.75
"""Inches for the columns of a figure of cruxes: names, the target, a gap, what learning tells, numbers."""

MIDDLE = 0.6
"""The part of the axis from which names go to the left of what they name."""

HEADS = 0.55
"""Rows that the heads of the columns take."""

GLYPHS = {Kind.PREMISE: "\u25a0", Kind.ARGUMENT: "\u25b2", Kind.STAGE: "\u25cb"}
"""What stands before a crux, by its kind: a square, a triangle, a circle."""


def crux_figures(cruxes: CruxTable | CruxTables, argument_map: ArgumentMap) -> Drawings:
    """Return what draws the figures of one worldview, or of all together and of each, by their names."""
    match cruxes:
        case CruxTable():
            return _figures(cruxes, argument_map)
        case CruxTables():
            tables = (cruxes.overall, *cruxes.worldviews.values())
            return dict(chain.from_iterable(_figures(table, argument_map).items() for table in tables))


def _figures(table: CruxTable, argument_map: ArgumentMap) -> Drawings:
    drawn: dict[str, Callable[[], Figure]] = {}
    if any(crux.voi > 0 for crux in (*table.ranking, *table.stages)):
        drawn["claims"] = partial(ranking, table, argument_map)
    if any(carries(judgement) for judgement in table.judgements):
        drawn["judgements"] = partial(tornado, table, argument_map)
    if any(group.sobol_total > 0 for group in table.groups):
        drawn["spread"] = partial(sobol, table, argument_map)
    return {f"cruxes-{table.worldview}-{name}": figure for name, figure in drawn.items()}


# --- what learning would do ----------------------------------------------------------------------


def ranking(table: CruxTable, argument_map: ArgumentMap) -> "Figure":
    """Draw premises and arguments in the order in which each tells most beside those before, then stages.

    Of each the target if it turns out one way or another, and what learning it tells, alone and beside. The
    estimate is a line across, but of all worldviews together, where it need not lie between the ends.
    """
    telling, stages = ([crux for crux in rows if crux.voi > 0] for rows in (table.ranking, table.stages))
    shown, below = telling[:MOST_SHOWN], stages[:MOST_STAGES]
    assert table.estimate is not None
    start = len(shown) + bool(shown and below)
    rows = [*enumerate(shown), *enumerate(below, start)]
    ends = [one.target for _, crux in rows for one in crux.outcomes]
    middle = [] if table.worldview == OVERALL else [table.estimate]
    limits = span([*middle, *(p for p in ends if p is not None and 0 < p < 1)])
    most = max(max(crux.voi_share or 0.0, crux.added_share or 0.0) for _, crux in rows)
    where = "all worldviews together" if table.worldview == OVERALL else table.worldview
    title = f"What the estimate of {table.target} turns on: {where}"
    notes = (
        *_key(table, argument_map),
        *left_out(len(telling) - len(shown), "premises and arguments that tell less"),
        *left_out(len(stages) - len(below), "stages that tell less"),
    )
    tall = start + len(below) + HEADS
    with framed(title, notes, tall * ROW, (LABELS, TARGET, APART + WORTH + NUMBERS)) as (figure, axes):
        axes.set_ylim(tall - HEADS - 0.35, -0.65 - HEADS)
        axes.set_yticks([])
        log_odds_axis(axes, limits)
        worth = axes_beside(figure, axes, APART, WORTH)
        worth.set_xlim(0, 1.25 * most)
        number_axis(worth, lambda x: f"{100 * x:.3g}%", "part of what is unknown", 3)
        if table.worldview != OVERALL:
            line = clipped(table.estimate, limits)
            draw_line(axes, [line, line], [-0.5, tall - HEADS - 0.35], color=INK, linewidth=0.8)
        sheet = _Sheet(axes, worth, limits, table)
        sheet.write_heads()
        if below:
            sheet.write_head_of_stages(start - 0.85 if shown else -0.85)
        for y, crux in rows:
            sheet.draw(y, crux)
    return figure


def _key(table: CruxTable, argument_map: ArgumentMap) -> tuple[str, ...]:
    """Say what the target is, what is drawn, and what the first rows tell together."""
    told = table.target.partition(".")[0] in argument_map.entry
    about = (f"The target: {sentence_of(argument_map, table.target)}",) if told else ()
    together = table.worldview == OVERALL
    kinds = ", ".join(f"{glyph} {kind}" for kind, glyph in GLYPHS.items())
    line = "" if together else f" Line: the estimate, {percent(table.estimate)} {MEAN}."
    key = (
        f"{kinds}.{line} Filled dot: the target if this is true, or in a state of a question; open dot: if "
        "it is false. An arrow: beyond the axis. Bars: the part of what is unknown about the target that "
        "learning this is expected to tell, alone (pale) and beside the rows above (dark; central)."
    )
    if not together:
        key += " Of the spread: how much of the estimate's spread settling the number would end."
    of_all = (f"{OF_ALL} The estimate of all is {percent(table.estimate)} {MEAN}.",) if together else ()
    if not table.sets:
        return (*about, key, *of_all)
    first = table.sets[-1]
    first_told = f"The first {len(first.ids)} together tell {part(first.voi_share)} (central)."
    return (*about, key, *of_all, first_told)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The axes of a figure of cruxes: of the target, with its limits, and of what learning is worth."""

    axes: "Axes"
    worth: "Axes"
    limits: tuple[float, float]
    table: CruxTable

    def write_heads(self) -> None:
        together = self.table.worldview == OVERALL
        numbers = (
            ("credence", "apart: tells who is right") if together else ("credence", "whose; of the spread")
        )
        y, style = -0.65 - HEADS / 2, {"size": 7.5, "color": QUIET}
        for axes in (self.axes, self.worth):  # no line up from a tick crosses the heads
            paper: Any = {"color": "white", "linewidth": HEADS * ROW * 72, "solid_capstyle": "projecting"}
            draw_line(axes, axes.get_xlim(), [y, y], zorder=1, clip_on=False, **paper)
        beside(self.axes, y, (0.0, 0.0), 0, "the target, as this turns out", **style)
        beside(self.worth, y, (0.0, 0.0), 0, "learning this tells", **style)
        for up, words in zip((6, -5), numbers, strict=True):
            beside(self.worth, y, (1.0, 12.0), up, words, **style)

    def write_head_of_stages(self, y: float) -> None:
        words = "Stages, which follow from other entries"
        beside(self.axes, y, (0.0, (MARGIN - LABELS) * 72), 0, words, size=8, color=QUIET, weight="bold")

    def draw(self, y: float, crux: AnyCrux) -> None:
        """Draw a row."""
        dark, pale = (GREY, GRID) if crux.kind is Kind.STAGE else (BLUE, PALE_BLUE)
        row_label(self.axes, y, LABELS, f"{GLYPHS[crux.kind]} {crux.id}", crux.text)
        ends = [(one, one.target) for one in crux.outcomes if one.target is not None]
        at = sorted(clipped(p, self.limits) for _, p in ends)
        if len(at) > 1:
            across: Any = {"linewidth": 3, "solid_capstyle": "round", "zorder": 2}
            draw_line(self.axes, (at[0], at[-1]), [y, y], color=pale, **across)
            for one, p in ends:
                self._draw_end(y, p, dark, "white" if one.name == "false" else dark)
            self._write_certain(y, {percent(p) for _, p in ends})
        if isinstance(crux, QuestionCrux):
            self._name_ends(y, sorted((p, one.name) for one, p in ends))
        for up, share, colour in ((-0.17, crux.voi_share, pale), (0.17, crux.added_share, dark)):
            if share is not None:
                draw_strip(self.worth, y + up, share, colour)
                at_end: Any = {"size": 6.5, "color": QUIET, "xycoords": "data"}
                beside(self.worth, y + up, (share, 3.0), 0, part(share, 1), **at_end)
        row_numbers(self.worth, y, _chances(crux), self._second(crux))

    def _draw_end(self, y: float, p: float, colour: str, within: str) -> None:
        at = clipped(p, self.limits)
        marker = {self.limits[0]: "<", self.limits[1]: ">"}.get(at, "o")
        draw_dot(self.axes, at, y, marker, mfc=within, mec=colour, ms=6, mew=1.2, zorder=3, clip_on=False)

    def _write_certain(self, y: float, targets: Collection[str]) -> None:
        """Write beyond the axis, beside their arrows, that the target is impossible or certain there."""
        for certain, side, away, ha in (("0%", 0.0, -6.0, "right"), ("100%", 1.0, 6.0, "left")):
            if certain in targets:
                beside(self.axes, y, (side, away), 0, certain, size=6.5, color=QUIET, ha=ha)

    def _name_ends(self, y: float, states: Sequence[tuple[float, str]]) -> None:
        """Write above and below which states of a question are lowest and highest, where there is room."""
        low, high = self.limits
        for (p, name), up in ((states[0], 8), (states[-1], -8)):
            at = clipped(p, self.limits)
            side = "left" if (at - low) / (high - low) < MIDDLE else "right"
            beside(self.axes, y, (at, 0.0), up, name, size=6.5, color=QUIET, ha=side, xycoords="data")

    def _second(self, crux: AnyCrux) -> str:
        """Return whose number it is and how much of the spread it has; overall, how far it tells apart."""
        if self.table.worldview == OVERALL:
            return f"apart {brief(crux.tells_apart)} bans"
        own = self.table.worldview
        givers = {
            whose.OWN: own,
            whose.FITTED: f"{own}, fitted",
            whose.INHERITED: "the map",
            NOBODY: "nobody",
            None: "",
        }
        giver = givers.get(crux.whose, crux.whose or "")
        spread = "" if crux.sobol_total is None else part(crux.sobol_total, 1)
        return "; ".join(filter(None, (giver, spread)))


def _chances(crux: AnyCrux) -> str:
    """Write how likely it is, or how likely the first states of a question are."""
    if isinstance(crux, Crux):
        return percent(crux.probability)
    chances = [percent(one.probability) for one in crux.outcomes]
    if len(chances) > MOST_CHANCES:
        chances[MOST_CHANCES - 1 :] = ["..."]
    return " / ".join(chances)
