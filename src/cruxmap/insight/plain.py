"""Any answer as plain data for JSON: its fields under their names, save for what its class declares."""

import math
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, NamedTuple

SILENT = frozenset({"reason", "sampled", "effective", "downstream", "tells_apart"})
"""Fields that are left out where there is nothing to say: `None` or `False`."""

FOR_PYTHON = frozenset({"asked_of"})
"""Fields of any answer that are for Python alone."""

LONGEST_REPR, LONGEST_TEXT, MOST_MEMBERS = 190, 44, 3
"""Characters of what an answer is called in a session of Python, of a text in that, and members of a list."""


class Answer:
    """An answer, or a part of one: a dataclass that knows its JSON, and is called something short.

    `hidden` are the fields that are for Python alone. Where states were sampled, the field `errors` has the
    standard errors of the numbers; that of the `main` number stands by itself as well. `names` are fields
    that list ids and addresses alone; what is `of_whole_map` is left out where entries are chosen.
    """

    __slots__ = ()
    hidden: ClassVar[frozenset[str]] = frozenset()
    main: ClassVar[str] = ""
    names: ClassVar[frozenset[str]] = frozenset()
    of_whole_map: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Keep the dataclass from writing all fields in full: that is thousands of characters."""
        if "__repr__" not in vars(cls):
            setattr(cls, "__repr__", Answer.__repr__)  # noqa: B010 - as a class attribute, for any class

    def __repr__(self) -> str:
        gist = self.gist()
        return in_short(f"<{type(self).__name__} {gist}", ">") if gist else _fields_in_short(self)

    def gist(self) -> str:
        """Return the main thing in a few words, for a session of Python; empty where its fields do."""
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        return plain_fields(self)


class LeftOut(NamedTuple):
    """A worldview that an answer leaves out, and why."""

    worldview: str
    reason: str


def counted(number: int, what: str) -> str:
    """Return a number and what it counts, in the plural where it is not one."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def in_short(text: str, end: str = "") -> str:
    """Return a text on one line, cut where it is too long to be what an answer is called."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)
    return (line if len(line) <= LONGEST_REPR else f"{line[: LONGEST_REPR - 4]} ...") + end


def _fields_in_short(answer: Answer) -> str:
    """Write the fields of a part of an answer, as many as there is room for; long ones are counted."""
    assert is_dataclass(answer)
    hidden = {*FOR_PYTHON, *answer.hidden}
    told = ((one.name, getattr(answer, one.name)) for one in fields(answer) if one.name not in hidden)
    written = [
        f"{name}={_in_short(value)}"
        for name, value in told
        if value is not None and not (isinstance(value, Collection) and not value)
    ]
    head = f"{type(answer).__name__}("
    for number, one in enumerate(written):
        if len(head) + len(one) + 6 > LONGEST_REPR:
            return f"{head}...)"
        head += f"{', ' if number else ''}{one}"
    return f"{head})"


def _in_short(value: Any) -> str:
    match value:
        case float():
            return f"{value:.4g}"
        case str():
            return repr(str(value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}..."))
        case Answer():
            return f"<{type(value).__name__}>"
        case tuple() if len(value) <= MOST_MEMBERS and all(isinstance(one, str | float) for one in value):
            return f"({', '.join(map(_in_short, value))})"
        case Collection():
            return f"<{len(value)}>"
        case _:
            return repr(value)


def plain_fields(answer: Answer, *others: str) -> dict[str, Any]:
    """Return the fields of an answer but the hidden ones and some `others`, as plain data."""
    shown: dict[str, Any] = {}
    assert is_dataclass(answer)
    hidden = {*FOR_PYTHON, *answer.hidden, *others}
    for name in [field.name for field in fields(answer) if field.name not in hidden]:
        value = getattr(answer, name)
        if name == "errors":
            if value is not None:
                shown |= {
                    "standard_error": as_plain(value[answer.main]),
                    "standard_errors": as_plain(value),
                }
        elif name not in SILENT or (value is not None and value is not False):
            shown[name] = as_plain(value)
    return shown


def as_plain(value: Any) -> Any:
    """Return a value of text, numbers, lists and mappings; a number that is not finite is `None`."""
    match value:
        case Answer():
            return value.to_json()
        case Mapping():
            return {key: as_plain(part) for key, part in value.items()}
        case LeftOut():
            return value._asdict()
        case tuple():
            return [as_plain(part) for part in value]
        case float():
            return value if math.isfinite(value) else None
        case _:
            return value
