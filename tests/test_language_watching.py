"""What a served page hears of files and folders that go, come back, or are none: it is never left behind."""

import os
from pathlib import Path

import pytest

from cruxmap.errors import Code
from cruxmap.ground import version_of
from cruxmap.language import files
from cruxmap.language.files import state_of
from cruxmap.language.watching import Reading, read
from cruxmap.serve.guard import Refused
from cruxmap.serve.saving import save
from helpers.commands import EXAMPLES
from helpers.served import change, copied

MODEL, MAP = "models/library.yaml", "arguments/library"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied(EXAMPLES / "library", tmp_path / "project")


def is_old(reading: Reading) -> bool:
    """Whether files or folders are no longer as they were."""
    return state_of(reading.looked) != reading.state


@pytest.mark.parametrize("place", [MODEL, "models", "arguments", MAP, f"{MAP}/worldviews"])
def test_what_was_moved_away_is_seen_when_it_comes_back(project: Path, place: str) -> None:
    before = read(project / MODEL)
    (project / place).rename(project / "elsewhere")
    assert is_old(before)
    without = read(project / MODEL)
    assert without.model is None
    assert not is_old(without)
    (project / "elsewhere").rename(project / place)
    assert is_old(without)
    assert read(project / MODEL).model is not None


def test_what_cannot_be_read_is_not_read_again_and_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = project / MAP / "worldviews/huge.yaml"
    with huge.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    opened: list[Path] = []
    read_bytes = Path.read_bytes

    def counted(path: Path) -> bytes:
        opened.append(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", counted)
    reading = read(project / MODEL)
    assert [problem.code for problem in reading.problems] == [Code.UNREADABLE_FILE]
    assert huge not in opened
    assert len(opened) == 2 * len(set(opened))  # once to be read, and once to see that it is the same
    with pytest.raises(Refused) as refused:
        save(project / MODEL, project / MAP, change("huge"))
    assert (refused.value.status, refused.value.code) == (409, Code.CANNOT_WRITE)
    assert huge not in opened


def test_a_project_that_is_gone_is_a_problem_and_no_fault(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    folder = read(Path(MODEL)).folder
    assert folder is not None
    version = version_of((folder / "worldviews/treasurer.yaml").read_bytes())
    for place, names, inner in os.walk(project, topdown=False):
        for name in inner:
            Path(place, name).unlink()
        for name in names:
            Path(place, name).rmdir()
    project.rmdir()
    assert [problem.code for problem in read(Path(MODEL)).problems]
    with pytest.raises(Refused) as refused:
        save(Path(MODEL), folder, change(version=version))
    assert (refused.value.status, refused.value.code) == (409, Code.CANNOT_WRITE)


def test_what_the_model_is_about_by_now_is_written_to(project: Path) -> None:
    old = read(project / MODEL)
    assert old.folder is not None
    (project / MAP).rename(project / "arguments/hall")
    copied(project / "arguments/hall", project / MAP)
    model = project / MODEL
    model.write_text(model.read_text().replace("../arguments/library", "../arguments/hall"))
    save(model, old.folder, change("guest"))
    assert (project / "arguments/hall/worldviews/guest.yaml").exists()
    assert not (project / MAP / "worldviews/guest.yaml").exists()
