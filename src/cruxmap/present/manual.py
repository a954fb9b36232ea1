"""What the page `docs/problems.md` says of each code: a wheel carries that page beside this module."""

import re
from pathlib import Path

from cruxmap.errors import Code, Problem, WrongUsage

_IN_A_WHEEL = Path(__file__).with_name("problems.md")
_IN_A_CLONE = Path(__file__).parents[3] / "docs" / "problems.md"


def page() -> Path:
    """Return where the page is."""
    return _IN_A_WHEEL if _IN_A_WHEEL.is_file() else _IN_A_CLONE


def section(code: str) -> str:
    """Return what the page says of a code, in Markdown. Raises WrongUsage for a code that nothing has."""
    from cruxmap.language.names import suggestion

    parts = re.split(r"^#{1,2} +(.+)\n", page().read_text("utf-8"), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    if code not in set(Code):
        message = f"no problem has the code `{code}`"
        raise WrongUsage((Problem(Code.UNKNOWN_CODE, message, hint=suggestion(code, Code)),))
    return f"## {code}\n\n{texts[code].strip()}\n"


def address(code: str) -> str:
    """Return the address of what the page says of a code, for a link."""
    return f"{page().as_uri()}#{code}"
