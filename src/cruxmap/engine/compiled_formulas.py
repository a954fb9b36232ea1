"""The formulas of `entries` compiled, for programs that are large or run one draw at a time.

They are compiled once per machine: a program goes in as one vector, so no map makes anything compile again.
"""

from numba.extending import overload, register_jitable

from cruxmap.engine import formulas, special
from cruxmap.engine.compiled import njit
from cruxmap.engine.linking import section
from cruxmap.engine.network import Hazards, Logistic, Openings, Shares, Shifts, Steps, TableProgram


@overload(special.choose)
def _choose(holds, one, other):
    """Choose for one draw."""
    return lambda holds, one, other: one if holds else other


for _formula in (
    *(special.expit, special.softplus, formulas.step_weight, formulas.tail, formulas.open_part),
    *(formulas.shifts, formulas.settle_row),
    *(formulas.fill_logistic, formulas.fill_shares, formulas.fill_hazards, formulas.fill_steps),
    *(formulas.pull_logistic, formulas.pull_shares, formulas.pull_hazards, formulas.pull_steps),
    *(formulas.fill_entries, formulas.pull_entries),
):
    register_jitable(_formula)

fill_entries, pull_entries = formulas.fill_entries, formulas.pull_entries


N_ENTRIES = 17
"""The section of a packed program that says how many entries there are."""


@njit()
def _unpacked(program):
    """Take a packed program apart, in the order of its fields."""
    return TableProgram(
        Shifts(section(program, 0), section(program, 1), section(program, 2)),
        Logistic(section(program, 3), section(program, 4)),
        Shares(section(program, 5), section(program, 6), section(program, 7), section(program, 8)),
        Openings(section(program, 9), section(program, 10), section(program, 11)),
        Hazards(section(program, 12), section(program, 13), section(program, 14)),
        Steps(section(program, 15), section(program, 16)),
    )


@njit(nogil=True, error_model="numpy")
def fill_packed(program, u, single, entries):
    """Fill `entries` (n_entries, D) from judgements `u` and the marks `single` (n_judgements, D)."""
    fill_entries(_unpacked(program), u, single, entries, range(u.shape[1]))


@njit(nogil=True, error_model="numpy")
def pull_packed(program, u, single, entries, cotangent, slope):
    """Add to `slope` (n_judgements, D) that of `sum(cotangent * entries)` in `u`."""
    pull_entries(_unpacked(program), u, single, entries, cotangent, slope, range(u.shape[1]))
