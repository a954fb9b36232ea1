"""Writing files whole or not at all."""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from cruxmap.errors import InvalidMap, Problem

UNFINISHED = ".cruxmap-unfinished"
"""The end of the names of files that are being written."""

ABANDONED = 5.0
"""Seconds after which nobody is writing such a file any more: its writer was killed."""


class CannotWrite(InvalidMap):
    """Raised with the one problem that says what cannot be written, and why."""

    def __init__(self, what: str, error: OSError, hint: str = "") -> None:
        reason = error.strerror or str(error)
        super().__init__((Problem("cannot-write", f"{what} cannot be written: {reason}", hint=hint),))


def write_file(path: Path, content: str | bytes, hint: str = "choose another --output") -> None:
    """Write to a temporary name beside `path` and move it into place, making folders as needed.

    A symbolic link stays, and the file that it leads to is replaced. What is there and is no regular file, as
    a device or a named pipe, is written into. Raises `CannotWrite`, with the `hint`.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target) and not target.is_file():
            target.write_bytes(data)  # the system refuses where it is a folder
        else:
            _replace(target, data)
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, hint) from error


def _replace(target: Path, data: bytes) -> None:
    for left in target.parent.glob(f".*{UNFINISHED}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()
    temporary = target.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
