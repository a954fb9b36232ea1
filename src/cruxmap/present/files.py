"""Writing files whole or not at all."""

import os
from pathlib import Path

from cruxmap.errors import InvalidMap, Problem
from cruxmap.network.keeping import replace_file


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
            replace_file(target, data)
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, hint) from error
