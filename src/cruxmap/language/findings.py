"""Problems and warnings, gathered while files are read."""

from collections.abc import Iterator
from contextlib import contextmanager

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.yaml_text import Node, Parsed, SourceFile, problem_at, shortened

type Place = Node | Span

ABSENCES = frozenset(
    {
        Code.MISSING_KEY,
        Code.NO_BASIS,
        Code.NO_DIRECTION,
        Code.CREDENCE_NEEDED,
        Code.MISSING_SHARE,
        Code.SHARES_SUM,
    }
)
"""Not reported for an entry that was only partly read: the unread part may be what is missing."""


class Findings:
    """Everything found so far. Stages add to it; only the last one raises."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._files: dict[str, SourceFile] = {}
        self._muted: frozenset[Code] = frozenset()

    def take(self, parsed: Parsed) -> None:
        """Take in what reading a file's YAML has found, and remember its lines."""
        self._files[parsed.file.name] = parsed.file
        self.problems += parsed.problems

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Add a problem."""
        if code not in self._muted:
            self.problems.append(self._problem(code, message, place, hint))

    def warn(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Add a warning."""
        self.warnings.append(self._problem(code, message, place, hint))

    @contextmanager
    def absences_muted(self, partly_read: bool) -> Iterator[None]:
        """Keep quiet, where an entry was only partly read, about what it lacks."""
        self._muted = ABSENCES if partly_read else frozenset()
        yield
        self._muted = frozenset()

    def extend(self, other: "Findings") -> None:
        """Take in what another reader has found."""
        self.problems += other.problems
        self.warnings += other.warnings
        self._files |= other._files

    def raise_if_any(self) -> None:
        """Raise InvalidMap if there are problems."""
        if self.problems:
            raise InvalidMap(tuple(self.problems), tuple(self.warnings))

    def _problem(self, code: Code, message: str, place: Place, hint: str) -> Problem:
        if not isinstance(place, Span):
            return problem_at(code, message, place, hint)
        file = self._files.get(place.file)
        line = file.line(place.line - 1) if file else ""
        return Problem(code, shortened(message), place, shortened(hint), line)
