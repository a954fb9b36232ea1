"""What comes of putting reviewers' files into a project."""

from dataclasses import dataclass
from typing import Any

from cruxmap.insight.display import Shown
from cruxmap.insight.plain import counted
from cruxmap.language.visitors import Arrival, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Shown):
    r"""What came into the folder of a model's map.

    Attributes
    ----------
    model, folder
        The model, and the folder of worldviews.
    arrivals
        Each file with its `worldview`, the `path` that it came from, the `file` that it became, its
        `standing` (new, there already, or twice), the addresses of its `judgements`, and what it `brings`.
    left_out
        By the files of models that list their worldviews, who came and is not among these.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     sent = Path(folder, "ann.yaml")
    ...     _ = sent.write_text("worldview: ann\ntext: Ann.\njudgements: {soil-sound: 60%}\n")
    ...     merged = cm.merge(f"{folder}/models/town.yaml", [sent])
    >>> [(one.worldview, str(one.standing), one.judgements) for one in merged.arrivals]
    [('ann', 'new', ('soil-sound',))]
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
