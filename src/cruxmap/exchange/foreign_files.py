"""What is in a foreign file, as bytes: unpacked, and no more of it than such a file may have.

In: a path, or bytes that came from elsewhere. Out: the bytes that readers read, and what problems call them.
"""

import gzip
import os
import zlib
from io import BytesIO
from typing import IO

from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.exchange.foreign_text import unreadable
from cruxmap.language.files import shown, tidied

STDIN = "stdin"
"""What bytes are called that stand in no file."""

MOST_BYTES = 1 << 28
"""The size that a foreign file may have: the largest published networks have a tenth of that."""

_PACKED = b"\x1f\x8b"


def name_of(source: str | os.PathLike[str] | bytes) -> str:
    """Return what problems call a foreign file."""
    return STDIN if isinstance(source, bytes) else shown(tidied(source))


def content_of(source: str | os.PathLike[str] | bytes) -> bytes:
    """Return what is in a foreign file, unpacked where gzip has packed it, as it has bnlearn's networks.

    Raises WrongUsage where it cannot be read, and InvalidMap where it is too large or damaged.
    """
    file = name_of(source)
    if isinstance(source, bytes):
        data = _whole(BytesIO(source), file)
    else:
        try:
            with open(tidied(source), "rb") as opened:
                data = _whole(opened, file)
        except FileNotFoundError as error:
            hint = "name a file, or `-` for stdin"
            raise WrongUsage((Problem(Code.NO_SUCH_FILE, f"there is no {file}", hint=hint),)) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise WrongUsage((Problem(Code.CANNOT_USE, f"{file} cannot be read: {reason}"),)) from error
    if not data.startswith(_PACKED):
        return data
    try:
        with gzip.open(BytesIO(data)) as packed:
            return _whole(packed, file, "unpacked ")
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(file, f"it is packed by gzip, and cannot be unpacked: {error}") from error


def _whole(opened: IO[bytes] | gzip.GzipFile, file: str, how: str = "") -> bytes:
    data = opened.read(MOST_BYTES + 1)  # what is no ordinary file, or packed, may never end
    if len(data) > MOST_BYTES:
        raise unreadable(file, f"{how}it has more than {MOST_BYTES:,} bytes, which are the most")
    return data
