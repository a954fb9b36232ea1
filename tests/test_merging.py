"""Reviewers' files into a project: all of them or none, to the byte, and what the command says of it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.errors import InvalidMap
from cruxmap.ground import CannotWrite, OtherVersion
from cruxmap.language.digest import state_of
from cruxmap.language.reading import check, read_map
from helpers.commands import Cruxmap
from helpers.maps_from_text import write

MAP = """
claims:
  wet: {text: The street is wet., routes: [{id: rained, when: rain, chance: 90%}]}
  rain: {text: It rains., credence: 20% to 40%}
  wind: {text: There is wind., credence: 50%}
arguments:
  clouds: {text: There are clouds., for: rain, premises: [wind], strength: 2x to 5x}
"""
ASK = "target: wet\nsampling: {draws: 200}\n"
FOLDER = Path("arguments/small/worldviews")


@pytest.fixture
def project(tmp_path: Path, cruxmap: Cruxmap) -> Path:
    """A project with one worldview, as the working directory, and an empty inbox."""
    write(tmp_path, MAP, ASK, ann="judgements: {rain: 30%}")
    Path("inbox").mkdir()
    return tmp_path


def sent(**files: str) -> list[str]:
    """Write files that reviewers have sent to the inbox, and return their paths."""
    for name, text in files.items():
        Path(f"inbox/{name}.yaml").write_bytes(text.encode())
    return [f"inbox/{name}.yaml" for name in files]


def reviewer(n: int, extends: int | None = None) -> str:
    """Return the file of the reviewer with a number, who brings an argument with a new premise."""
    return f"""\
# The file of reviewer {n}.\r
worldview: reviewer-{n}\r
text: >-   # a block\r
  I know better.\r
{"" if extends is None else f"extends: reviewer-{extends}"}
judgements:
  rain:   {10 + n}%   # wide of the mark
claims:
  reviewer-{n}-sprinklers: {{text: Sprinklers run., credence: {n}0%}}
arguments:
  reviewer-{n}-hoses:
    {{text: They reach far., for: wet.rained, premises: [reviewer-{n}-sprinklers], strength: 2x}}
"""


def files_of(folder: Path = Path()) -> dict[str, bytes]:
    """Return what is in all files below a folder, hidden ones too, by path."""
    return {path.as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_ten_files_go_in_to_the_byte_and_are_asked(project: Path, cruxmap: Cruxmap) -> None:
    texts = {f"r{n} (1)": reviewer(n, extends=n + 1 if n < 9 else None) for n in range(10)}
    files = sent(**texts)
    before = files_of()
    outcome = cruxmap("merge", "small", *files)
    assert (outcome.code, outcome.err) == (0, "")
    added = {
        (FOLDER / f"reviewer-{n}.yaml").as_posix(): reviewer(n, n + 1 if n < 9 else None)
        for n in range(10)
    }
    assert files_of() == before | {path: text.encode() for path, text in added.items()}
    assert cruxmap("check").out == "no problems\n"
    answer = cruxmap("estimate", "small", "--format", "json").json
    assert set(answer["worldviews"]) == {"ann", *(f"reviewer-{n}" for n in range(10))}


def test_one_bad_file_keeps_all_out(project: Path, cruxmap: Cruxmap) -> None:
    files = sent(a=reviewer(1), b=reviewer(2), c=reviewer(3).replace("13%", "113%"))
    before = files_of()
    outcome = cruxmap("merge", "small", *files)
    assert (outcome.code, outcome.out) == (1, "")
    assert "inbox/c.yaml:7:11: problem unreadable-judgement" in outcome.err
    assert files_of() == before


def test_a_map_with_a_problem_takes_nothing_in(project: Path, cruxmap: Cruxmap) -> None:
    Path("arguments/small/more.yaml").write_text("claims: {a: {text: A.}}\n")
    outcome = cruxmap("merge", "small", *sent(a=reviewer(1)))
    assert outcome.code == 1
    assert "arguments/small/more.yaml:1:10: problem no-basis" in outcome.err
    assert list(FOLDER.iterdir()) == [FOLDER / "ann.yaml"]


def test_another_file_of_the_same_worldview_overwrites_nothing(project: Path, cruxmap: Cruxmap) -> None:
    files = sent(ann="worldview: ann\ntext: Another.\n", b=reviewer(1))
    before = files_of()
    outcome = cruxmap("merge", "small", *files)
    assert outcome.code == 1
    assert "inbox/ann.yaml:1:12: problem duplicate-id: there is a worldview `ann` already" in outcome.err
    assert "hint: it is in `arguments/small/worldviews/ann.yaml`" in outcome.err
    assert files_of() == before


def test_a_second_time_nothing_is_to_do(project: Path, cruxmap: Cruxmap) -> None:
    files = sent(a=reviewer(1))
    assert cruxmap("merge", "small", *files, *files).code == 0
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in FOLDER.iterdir()}
    found = cruxmap(
        "merge", "small", *files, *files, "arguments/small/worldviews/ann.yaml", "--format", "json"
    )
    assert [file["standing"] for file in found.json["files"]] == ["there", "twice", "there"]
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in FOLDER.iterdir()} == before
    assert cruxmap("merge", "small", *files).out.startswith(
        "Put nothing into arguments/small/worldviews/\n"
    )


def test_it_says_that_nothing_has_changed_since(project: Path, cruxmap: Cruxmap) -> None:
    state = state_of(read_map("arguments/small"))
    made = f"made_from: {{map: {state.map}, entries: {{rain: {dict(state.entries)['rain']}}}}}\n"
    merged = cruxmap("merge", "small", *sent(a=reviewer(1) + made), "--format", "markdown")
    assert "nothing changed" in merged.out


def test_it_says_what_came_and_what_has_changed_since(project: Path, cruxmap: Cruxmap) -> None:
    state = state_of(read_map("arguments/small"))
    entries = dict(state.entries)
    made = (
        f"made_from: {{map: {state.map}, "
        f"entries: {{rain: {entries['rain']}, wet: {entries['wet']}, snow: 01234567}}}}\n"
    )
    text = (project / "arguments/small/map.yaml").read_text()
    (project / "arguments/small/map.yaml").write_text(text.replace("It rains.", "It pours."))
    outcome = cruxmap("merge", "small", *sent(a=reviewer(1) + made), "--format", "json")
    [found] = outcome.json["files"]
    assert found == {
        "worldview": "reviewer-1",
        "from": "inbox/a.yaml",
        "file": "arguments/small/worldviews/reviewer-1.yaml",
        "standing": "new",
        "extends": None,
        "judgements": ["rain"],
        "rejects": [],
        "accepts": [],
        "brings": {
            "claims": ["reviewer-1-sprinklers"],
            "questions": [],
            "arguments": ["reviewer-1-hoses"],
            "routes": [],
        },
        "since_made": {"tells_entries": True, "changed": ["rain"], "gone": ["snow"], "other_map": True},
    }
    table = cruxmap("merge", "small", "inbox/a.yaml", "--format", "csv").rows
    assert table == [
        {
            "worldview": "reviewer-1",
            "from": "inbox/a.yaml",
            "standing": "was there already",
            "judgements": "1",
            "brings": "claim reviewer-1-sprinklers\nargument reviewer-1-hoses",
            "since_made": "changed: rain\ngone: snow",
        }
    ]
    assert "`rain` has changed and `snow` is gone since `reviewer-1` was made" in cruxmap("check").err


def test_it_says_which_models_leave_somebody_out(project: Path, cruxmap: Cruxmap) -> None:
    Path("models/listed.yaml").write_text(
        "model: listed\nmap: ../arguments/small\ntarget: wet\nworldviews: [ann]\n"
    )
    files = sent(a=reviewer(1), b=reviewer(2, extends=1))
    outcome = cruxmap("merge", "small", *files)
    expected = (
        "models/listed.yaml lists its worldviews: add reviewer-1 and reviewer-2 to its `worldviews`\n"
    )
    assert expected in outcome.out
    assert outcome.out.endswith("Next: cruxmap check\n      cruxmap estimate small\n")
    Path("models/listed.yaml").write_text(
        "model: listed\nmap: ../arguments/small\ntarget: wet\nworldviews: [ann, reviewer-2]\n"
    )
    assert cruxmap("merge", "small", *files, "--format", "json").json["left_out"] == []


def test_a_map_without_worldviews_gets_a_folder_for_them(project: Path, cruxmap: Cruxmap) -> None:
    (FOLDER / "ann.yaml").unlink()
    FOLDER.rmdir()
    bad = sent(a=reviewer(1).replace("11%", "111%"))
    assert cruxmap("merge", "small", *bad).code == 1
    assert not FOLDER.exists()
    assert cruxmap("merge", "small", *sent(b=reviewer(1))).code == 0
    assert [path.name for path in FOLDER.iterdir()] == ["reviewer-1.yaml"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((FOLDER / "reviewer-1.yaml").stat().st_mode) == 0o666 & ~umask


def test_a_folder_of_worldviews_that_is_a_link_takes_nothing(project: Path, cruxmap: Cruxmap) -> None:
    elsewhere = project / "elsewhere"
    FOLDER.rename(elsewhere)
    FOLDER.symlink_to(elsewhere)
    outcome = cruxmap("merge", "small", *sent(a=reviewer(1)))
    assert outcome.code == 2
    assert "arguments/small/worldviews cannot be written: it is a symbolic link" in outcome.err
    assert [path.name for path in elsewhere.iterdir()] == ["ann.yaml"]


def test_a_lost_link_in_the_folder_is_neither_followed_nor_replaced(project: Path) -> None:
    (FOLDER / "reviewer-1.yaml").symlink_to(project / "secret.yaml")
    with pytest.raises(InvalidMap) as caught:
        cm.merge("models/small.yaml", sent(a=reviewer(1)))
    assert {problem.code for problem in caught.value.problems} == {"duplicate-id", "no-such-file"}
    assert not (project / "secret.yaml").exists()
    assert (FOLDER / "reviewer-1.yaml").is_symlink()


def test_python_puts_them_there_too(project: Path) -> None:
    merged = cm.merge("models/small.yaml", sent(a=reviewer(1), b=reviewer(2)))
    assert [arrival.worldview for arrival in merged.put] == ["reviewer-1", "reviewer-2"]
    assert [Path(arrival.file).read_bytes() for arrival in merged.put] == [
        Path(arrival.path).read_bytes() for arrival in merged.arrivals
    ]
    assert check() == ((), ())


# --- writing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(4))
def test_where_one_cannot_be_placed_none_is(
    number: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sent(**{f"r{n}": reviewer(n) for n in range(4)})
    before = files_of()
    link, placed = os.link, []

    def full(temporary: str, to: str, **where: int) -> None:
        if len(placed) == number:
            raise OSError(28, "No space left on device")
        placed.append(to)
        link(temporary, to, **where)

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        cm.merge("models/small.yaml", files)
    assert len(placed) == number
    assert files_of() == before


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_has_come_meanwhile_stays(
    links: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the folder and the writing, whether or not files can have second names."""
    files = sent(a=reviewer(1), b=reviewer(2))
    link, there = os.link, FOLDER / "reviewer-2.yaml"

    def late(temporary: str, to: str, **where: int) -> None:
        there.write_text("somebody else's\n")
        if not links:
            raise PermissionError(1, "Operation not permitted")
        link(temporary, to, **where)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(OtherVersion, match=r"reviewer-2.yaml cannot be written: it is there already"):
        cm.merge("models/small.yaml", files)
    assert there.read_text() == "somebody else's\n"
    assert sorted(path.name for path in FOLDER.iterdir()) == ["ann.yaml", "reviewer-2.yaml"]


def test_files_go_in_where_the_file_system_has_no_second_names(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(temporary: str, to: str, **where: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    cm.merge("models/small.yaml", sent(a=reviewer(1)))
    assert {path.name for path in FOLDER.iterdir()} == {"ann.yaml", "reviewer-1.yaml"}


KILLED = """
import os, sys
import cruxmap as cm
calls = 0

def counted(act):
    def wrapped(*arguments, **where):
        global calls
        calls += 1
        if calls == int(sys.argv[1]):
            os._exit(9)
        return act(*arguments, **where)
    return wrapped

os.link = counted(os.link)
os.unlink = counted(os.unlink)
cm.merge("models/small.yaml", sys.argv[2:])
"""


@pytest.mark.parametrize("call", range(1, 7))
def test_killed_anywhere_it_leaves_whole_files_and_can_go_on(
    call: int, project: Path, cruxmap: Cruxmap
) -> None:
    files = sent(**{f"r{n}": reviewer(n) for n in range(3)})
    done = subprocess.run([sys.executable, "-c", KILLED, str(call), *files], check=False)
    assert done.returncode == 9
    names = {path.name for path in FOLDER.iterdir() if not path.name.startswith(".")}
    assert names >= {"ann.yaml"}
    assert check() == ((), ())
    assert cruxmap("merge", "small", *files).code == 0
    for n in range(3):
        assert (FOLDER / f"reviewer-{n}.yaml").read_bytes() == reviewer(n).encode()
