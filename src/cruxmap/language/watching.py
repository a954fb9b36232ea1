"""A model's files as they are on disk now, and whether they still are.

In: the path of a model. Out: a `Reading`: the model or its problems, with the version of every file that was
read. What changes afterwards is seen by sizes and times, and folders by what is in them.
"""

from dataclasses import dataclass
from pathlib import Path

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.language.files import WORLDVIEWS, Looked, State, noting, state_of, version_at
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_with_visitors

SETTLED = 0.15
"""Seconds for which files stay as they are before they are read: whoever writes has done so then."""

TRIES = 20
"""How often files are read that change all the time; after that, what was read last counts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model's files said, all at one moment: the model, or else its problems."""

    path: Path
    model: ModelSpec | None
    problems: tuple[Problem, ...]
    folder: Path | None
    looked: Looked
    state: State

    @property
    def versions(self) -> dict[str, str]:
        """The versions of the files of the map's worldviews, by id."""
        if self.folder is None:
            return {}
        place = self.folder / WORLDVIEWS
        found = self.looked.files.items()
        return {path.stem: version for path, version in found if version and path.parent == place}


def read(path: Path) -> Reading:
    """Read a model, again where a file changes meanwhile."""
    for _ in range(TRIES):
        reading = _read(path)
        if all(version_at(file) == version for file, version in reading.looked.files.items()):
            break
    return reading


def _read(path: Path) -> Reading:
    with noting() as looked:
        try:
            visited = read_with_visitors(path, ())
        except InvalidMap as invalid:
            return Reading(path, None, invalid.problems, None, looked, state_of(looked))
        except OSError as error:  # as where the folder that all paths start from is gone
            problem = Problem(Code.UNREADABLE_FILE, f"the files cannot be read: {error.strerror}")
            return Reading(path, None, (problem,), None, looked, state_of(looked))
    return Reading(path, visited.model, (), visited.folder, looked, state_of(looked))
