"""The way in: an interrupt ends the command at once while nothing but imports is going on."""

import gc
import os
import signal

from cruxmap.exit_codes import INTERRUPTED

GARBAGE = 100_000
"""Objects that are made before the collector looks for idle ones: importing makes many that stay."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(GARBAGE)
    # what numpy solves here is small: its threads would wait for one another, at full speed
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    handled = signal.getsignal(signal.SIGINT)
    if handled is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from cruxmap import cli

    signal.signal(signal.SIGINT, handled)
    cli.main()


if __name__ == "__main__":
    main()
