"""What comes of putting reviewers' files into a project."""

from dataclasses import dataclass
from typing import Any

from cruxmap.insight.display import Shown
from cruxmap.insight.plain import counted
from cruxmap.language.visitors import Arrival, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Shown):
    """What came into the folder of a model's map.

    `left_out` has, by the files of models that list their worldviews, who came and is not among these.
    """

    model: str
    folder: str
    arrivals: tuple[Arrival, ...]
    left_out: dict[str, tuple[str, ...]]

    def gist(self) -> str:
        """Return how many files came, and how many of them were written, and where."""
        return f"into {self.folder}/: {counted(len(self.arrivals), 'file')}, {len(self.put)} new"

    @property
    def put(self) -> tuple[Arrival, ...]:
        """Those whose files were written."""
        return tuple(arrival for arrival in self.arrivals if arrival.standing is Standing.NEW)

    def to_json(self) -> dict[str, Any]:
        """Return it under the names of its fields."""
        return {
            "model": self.model,
            "folder": self.folder,
            "files": [arrival.to_json() for arrival in self.arrivals],
            "left_out": [
                {"file": file, "worldviews": list(names)} for file, names in self.left_out.items()
            ],
        }
