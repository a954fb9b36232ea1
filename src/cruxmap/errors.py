"""What can go wrong in somebody's files, and where.

A `Problem` is a value: stages collect them, the library raises one `InvalidMap` with all of
them, and only the command line prints. Nothing here imports the rest of the package.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A place in a file. Lines and columns count from 1; `length` is in characters.

    A tuple, as these are made by the hundred thousand: that takes a third of the time of a dataclass.
    """

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("<input>")

MOST_QUOTED = 100
"""Characters of what somebody wrote that a message repeats: the place tells where the rest is."""
_QUOTED = re.compile("`([^`]*)`")


def _clipped(words: str) -> str:
    """Return a message with what it quotes cut short."""
    if len(words) <= MOST_QUOTED:
        return words
    return _QUOTED.sub(
        lambda q: q[0] if len(q[1]) <= MOST_QUOTED else f"`{q[1][: MOST_QUOTED - 3]}...`", words
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: a stable `code`, a sentence, its place, the text of that line, and a hint."""

    code: str
    message: str
    span: Span = NOWHERE
    hint: str = ""
    line_text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _clipped(self.message))
        object.__setattr__(self, "hint", _clipped(self.hint))

    def __str__(self) -> str:
        head = f"{self.span}: {self.code}: {self.message}"
        return f"{head} ({self.hint})" if self.hint else head


class InvalidMap(ValueError):  # noqa: N818 - the public name
    """Raised with every problem found; `problems` and `warnings` are sorted by place."""

    def __init__(self, problems: tuple[Problem, ...], warnings: tuple[Problem, ...] = ()) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.span, p.code)))
        self.warnings = tuple(sorted(warnings, key=lambda p: (p.span, p.code)))
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type["InvalidMap"], tuple[tuple[Problem, ...], ...]]:
        return type(self), (self.problems, self.warnings)
