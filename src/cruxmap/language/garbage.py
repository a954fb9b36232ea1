"""Rest for Python's garbage collector while a stage makes millions of values, none of them in a cycle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the collector from visiting what is made inside, again and again, or all at once at the end.

    Freezing and thawing moves everything to the oldest generation without looking at it. Where somebody
    has frozen objects of their own (to share them with child processes, say), those are left alone.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()
