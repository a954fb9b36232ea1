"""The way in: an interrupt ends the command at once while nothing but imports is going on."""

import os
import signal

from cruxmap.exit_codes import INTERRUPTED


def main() -> None:
    """Run the command line and exit."""
    handled = signal.getsignal(signal.SIGINT)
    if handled is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from cruxmap import cli

    signal.signal(signal.SIGINT, handled)
    cli.main()


if __name__ == "__main__":
    main()
