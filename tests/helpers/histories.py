"""A project with a history: commits that change a small map or what worldviews say of it."""

from collections.abc import Mapping
from pathlib import Path

from helpers.commands import git
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import write

MAP, MODEL = "arguments/small/map.yaml", "models/small.yaml"


class History:
    """The garden with two worldviews in a new repository, as its first commit."""

    def __init__(self, folder: Path, ask: str = "target: wet\nsampling: {draws: 16}\n") -> None:
        self.folder = folder
        self.model = write(folder, GARDEN, ask, ann=ANN, bob=BOB)
        git(folder, "init", "-q", "-b", "main")
        self.commit("First")

    @property
    def map(self) -> Path:
        return self.folder / "arguments/small"

    def commit(self, subject: str) -> None:
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", subject)

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Put texts in place of others, each of which is there."""
        path = self.folder / file
        text = path.read_text()
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        path.write_text(text)

    def worldview(self, name: str, *changes: tuple[str, str]) -> None:
        self.edit(f"arguments/small/worldviews/{name}.yaml", *changes)

    def files(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
