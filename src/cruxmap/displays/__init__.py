"""Answers in Python and in notebooks: frames, figures within given axes, views without a script.

Guarantee: what is shown is what the commands print and draw, and nothing is loaded before it is wanted.
"""

from cruxmap.insight.display import register


def register_displays() -> None:
    """Say how each kind of answer is shown."""
    from functools import partial

    from cruxmap.displays.looks import LOOKS
    from cruxmap.displays.showing import Showing

    for kind, look in LOOKS.items():
        register(kind, partial(Showing, look))
