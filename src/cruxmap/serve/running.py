"""Serving a model until it is interrupted: the address, what is told meanwhile, and a clean end."""

import asyncio
import logging
import os
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from cruxmap.errors import Code, InvalidMap, Problem, WrongUsage
from cruxmap.language.argument_types import checks_types
from cruxmap.language.watching import Reading, read
from cruxmap.present import terminal
from cruxmap.present.progress import Display
from cruxmap.present.report.page_file import Shown
from cruxmap.serve.app import app_of
from cruxmap.serve.guard import Address
from cruxmap.serve.live import Live, Told

HOST = "127.0.0.1"
USUAL_PORT = 8471
"""The port where none is asked for, so that an open page finds its server again; another if it is taken."""

LAST_SECONDS = 2
"""How long answers that are under way may take in the end."""

MOST_AT_ONCE = 200
"""Connections, beyond which nobody is answered."""


@dataclass(slots=True)
class OnTerminal(Told):
    """Tells on the terminal what happens."""

    display: Display

    def doing(self, what: str, done: int, of: int) -> None:
        """Show what is being done, if it takes a moment."""
        self.display(what, done, of)

    def happened(self, line: str) -> None:
        """Write a line."""
        terminal.say(line)

    def problems(self, problems: tuple[Problem, ...]) -> None:
        """Write out problems."""
        terminal.print_problems(problems, ())


class Server(uvicorn.Server):
    """Lets pages that wait for news go when it is interrupted."""

    live: Live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear an interrupt."""
        self.live.end()
        super().handle_exit(sig, frame)


@checks_types
def serve_page(
    model: str | os.PathLike[str],
    *,
    port: int | None = None,
    blind: bool = False,
    progress: Display | None = None,
) -> None:
    """Serve the page that `report` writes, live: it follows the files, and saves worldviews into them.

    It prints the page's address, which only this machine can open, and runs until it is interrupted.

    Parameters
    ----------
    model
        The model's file.
    port
        The port on this machine: 8471, or else any free one.
    blind
        Show nobody's numbers before the reader has given theirs.
    progress
        Hears what is being done.

    Raises
    ------
    InvalidMap
        For problems of the model or its map at the start.

    Examples
    --------
    >>> import cruxmap as cm
    >>> cm.serve_page("models/nothing.yaml")
    Traceback (most recent call last):
    cruxmap.errors.InvalidMap: models/nothing.yaml:1:1: no-such-file: there is no such file
    """
    follow_page(Path(model), Shown(blind=blind), port, progress or Display())


def follow_page(path: Path, how: Shown, port: int | None, display: Display) -> None:
    """Serve the page of a model until this is interrupted. Raises `InvalidMap` for problems at the start."""
    display(f"reading {path.as_posix()}", 0, 1)
    reading = read(path)
    if reading.model is None:
        raise InvalidMap(reading.problems)
    with _listening(port) as listening:
        address = Address(HOST, listening.getsockname()[1], secrets.token_urlsafe(32))
        terminal.tell(f"{address.origin}/")
        sys.stdout.flush()  # whoever reads it from a pipe waits for it
        terminal.say("Open that in a browser. Ctrl+C ends this.")
        with suppress(KeyboardInterrupt):  # that is how it ends
            asyncio.run(_serve(reading, how, address, listening, display))
    terminal.say("ended")


async def _serve(
    reading: Reading, how: Shown, address: Address, listening: socket.socket, display: Display
) -> None:
    assert reading.folder is not None
    live = Live(reading, reading.folder, how, address.token, OnTerminal(display))
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)  # what matters is told here
    config = uvicorn.Config(
        app_of(live, address),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=LAST_SECONDS,
    )
    server = Server(config)
    server.live = live
    await server.serve([listening])


def _listening(port: int | None) -> socket.socket:
    """Return a socket that listens at a port, or at the usual one, or where that is taken at a free one."""
    for wished in (USUAL_PORT, 0) if port is None else (port,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere that would let two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, wished))
            listening.listen()
        except (OSError, OverflowError) as error:
            listening.close()
            reason = getattr(error, "strerror", None) or str(error)
        else:
            return listening
    message = f"port {port} cannot be used: {reason}"
    raise WrongUsage((Problem(Code.CANNOT_USE, message, hint="--port 0 takes any that is free"),))
