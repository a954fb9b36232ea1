"""The loops of writing a tape compiled, for long ones; once per machine."""

from cruxmap.engine import places, tape
from cruxmap.engine.compiled import njit

fill_levels = njit(error_model="numpy")(tape.fill_levels)
fill_places = njit(error_model="numpy")(places.fill_places)
