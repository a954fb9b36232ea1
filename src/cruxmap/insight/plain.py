"""Any answer as plain data for JSON: its fields under their names, save for what its class declares."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, NamedTuple

SILENT = frozenset({"reason", "sampled", "effective", "downstream", "tells_apart"})
"""Fields that are left out where there is nothing to say: `None` or `False`."""


class Answer:
    """An answer, or a part of one: a dataclass that knows its JSON.

    `hidden` are the fields that are for Python alone. Where states were sampled, the field `errors` has the
    standard errors of the numbers; that of the `main` number stands by itself as well. `names` are fields
    that list ids and addresses alone; what is `of_whole_map` is left out where entries are chosen.
    """

    __slots__ = ()
    hidden: ClassVar[frozenset[str]] = frozenset()
    main: ClassVar[str] = ""
    names: ClassVar[frozenset[str]] = frozenset()
    of_whole_map: ClassVar[bool] = False

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        return plain_fields(self)


class LeftOut(NamedTuple):
    """A worldview that an answer leaves out, and why."""

    worldview: str
    reason: str


def plain_fields(answer: Answer, *others: str) -> dict[str, Any]:
    """Return the fields of an answer but the hidden ones and some `others`, as plain data."""
    shown: dict[str, Any] = {}
    assert is_dataclass(answer)
    for name in [field.name for field in fields(answer) if field.name not in {*answer.hidden, *others}]:
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
