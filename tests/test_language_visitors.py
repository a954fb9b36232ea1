"""Worldviews' files from elsewhere: read as if they stood with the map, and refused with a reason."""

import contextlib
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.errors import InvalidMap
from cruxmap.language.digest import since_made, state_of
from cruxmap.language.files import MAX_BYTES
from cruxmap.language.reading import read_map, read_model
from helpers.maps_from_text import write

MAP = """
claims:
  wet: {text: The street is wet., routes: [{id: rained, when: rain, chance: 90%}]}
  rain: {text: It rains., credence: 20% to 40%}
arguments:
  clouds: {text: There are clouds., for: rain, strength: 2x to 5x}
"""
ASK = "target: wet\nworldviews: [ann]\nsampling: {draws: 200}\n"
BO = """
worldview: bo
text: Streets are washed.
extends: ann
judgements: {clouds.strength: 3x}
claims: {bo-hose: {text: Somebody has a hose., credence: 10%}}
arguments: {bo-dry: {text: The air is dry., against: rain, strength: 2x}}
routes: {wet: [{id: bo-washed, when: bo-hose, chance: 50%}]}
"""
CY = "worldview: cy\ntext: Bo is right.\nextends: bo\naccepts: []\njudgements: {rain: 10%}\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The file of a model that lists its worldviews."""
    return write(tmp_path, MAP, ASK, ann="judgements: {rain: 30%}")


def sent(folder: Path, **files: str | bytes) -> list[Path]:
    """Write files that reviewers have sent, and return them."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    for name, text in files.items():
        (inbox / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return [inbox / f"{name}.yaml" for name in files]


def told(model: Path, files: list[Path]) -> list[tuple[str, str, int]]:
    """Return code, file's name and line of each problem with files."""
    with pytest.raises(InvalidMap) as caught:
        read_model(model, files)
    return [(p.code, Path(p.span.file).name, p.span.line) for p in caught.value.problems]


def test_a_model_with_files_is_the_model_with_them_in_the_folder(model: Path, tmp_path: Path) -> None:
    files = sent(tmp_path, cy=CY, bo=BO)  # the first extends the second
    found = read_model(model, files)
    for file in files:
        file.rename(model.parents[1] / "arguments/small/worldviews" / file.name)
    there = read_model(model)
    assert found.map == replace(
        there.map, worldviews=tuple(there.map.worldview[name] for name in ("ann", "cy", "bo"))
    )
    assert there.worldviews == ("ann",)
    assert found.worldviews == ("ann", "cy", "bo")
    assert [(file.worldview, file.name, file.data) for file in found.visitors] == [
        ("cy", "cy.yaml", CY.encode()),
        ("bo", "bo.yaml", BO.encode()),
    ]
    both = cm.estimate(replace(there, worldviews=found.worldviews))
    assert cm.estimate(found).to_json() == both.to_json()


def test_the_file_says_which_worldview_it_is_or_is_named_after_it(model: Path, tmp_path: Path) -> None:
    [named, other] = sent(
        tmp_path, **{"bo (1)": BO, "dee": "text: D.\nextends: bo\njudgements: {rain: 5%}\n"}
    )
    assert read_model(model, [named, other]).worldviews == ("ann", "bo", "dee")
    [nameless] = sent(tmp_path, **{"dee (1)": other.read_bytes()})
    assert told(model, [named, nameless]) == [("missing-key", "dee (1).yaml", 1)]


def test_what_is_there_already_is_read_once(model: Path, tmp_path: Path) -> None:
    there = model.parents[1] / "arguments/small/worldviews/ann.yaml"
    [copy] = sent(tmp_path, ann=there.read_bytes())
    found = read_model(model, [there, copy, copy])
    assert found == read_model(model)
    assert found.visitors == ()


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        ({"ann": "worldview: ann\ntext: Newer.\n"}, [("duplicate-id", "ann.yaml", 1)]),
        ({"bo": BO, "bob": f"{BO}# more\n"}, [("duplicate-id", "bob.yaml", 2)]),
        (
            {"bo": BO, "cy": f"{CY}claims: {{bo-hose: {{text: A., credence: 5%}}}}\n"},
            [("duplicate-id", "cy.yaml", 6)],
        ),
        (
            {"cy": f"{CY}arguments: {{clouds: {{text: A., for: rain}}}}\n", "bo": BO},
            [("duplicate-id", "cy.yaml", 6)],
        ),
        ({"cy": CY}, [("unknown-worldview", "cy.yaml", 3)]),
        ({"cy": CY, "bo": BO.replace("ann", "cy")}, [("worldview-circle", "cy.yaml", 1)]),
        ({"map": BO.replace(": bo", ": map")}, [("reserved-id", "map.yaml", 2)]),
        ({"up": BO.replace(": bo", ": ../../up")}, [("bad-id", "up.yaml", 2)]),
        ({"bo": f"worldview: {'b' * 300}\n"}, [("bad-id", "bo.yaml", 1)]),
        ({"bo": BO.replace("10%", "110%")}, [("unreadable-judgement", "bo.yaml", 6)]),
        ({"bo": "text: [\n"}, [("yaml-syntax", "bo.yaml", 2)]),
        ({"bo": "worldview: bo\ntext: &a B.\n"}, [("yaml-feature", "bo.yaml", 2)]),
        ({"bo": b"worldview: bo\ntext: caf\xe9\n"}, [("not-utf8", "bo.yaml", 2)]),
        ({"bo": b"\xff\xfew\x00o\x00"}, [("not-utf8", "bo.yaml", 1)]),
        ({"bo": ""}, [("wrong-shape", "bo.yaml", 1)]),
        ({"bo": "Dear editor, I disagree.\n"}, [("wrong-shape", "bo.yaml", 1)]),
        ({"bo": MAP}, [("wrong-shape", "bo.yaml", 2)]),
        ({"bo": ASK}, [("wrong-shape", "bo.yaml", 1)]),
        ({"bo": f"{'[' * 200}{']' * 200}"}, [("too-deep", "bo.yaml", 1)]),
        ({"bo": b"PK\x03\x04" + b"\0" * 100}, [("unreadable-file", "bo.yaml", 1)]),
    ],
)
def test_each_bad_file_is_refused_with_its_place(
    files: dict[str, str | bytes],
    problems: list[tuple[str, str, int]],
    model: Path,
    tmp_path: Path,
) -> None:
    assert told(model, sent(tmp_path, **files)) == problems


def test_both_files_of_a_clash_are_named(model: Path, tmp_path: Path) -> None:
    files = sent(
        tmp_path,
        bo=BO,
        bob=f"{BO}# more\n",
        cy=f"{CY}claims: {{bo-hose: {{text: A., credence: 5%}}}}\n",
        ann="worldview: ann\ntext: Newer.\n",
    )
    with pytest.raises(InvalidMap) as caught:
        read_model(model, files)
    hints = {Path(p.span.file).name: p.hint for p in caught.value.problems}
    assert hints["bob.yaml"] == f"the first is in `{files[0].as_posix()}`"
    assert hints["cy.yaml"].endswith(f"the first is in `claims` at {files[0].as_posix()}:6:10")
    assert "arguments/small/worldviews/ann.yaml" in hints["ann.yaml"]


def test_files_that_close_a_circle_together_are_named(model: Path, tmp_path: Path) -> None:
    text = (
        "worldview: {0}\ntext: {0}.\n"
        "arguments: {{{0}-says: {{text: A., for: {1}, premises: [{2}], strength: 2x}}}}\n"
    )
    files = sent(tmp_path, dee=text.format("dee", "rain", "snow"), eve=text.format("eve", "snow", "rain"))
    snow = model.parents[1] / "arguments/small/snow.yaml"
    snow.write_text("claims: {snow: {text: It snows., credence: 5%}}\n")
    for file in files:
        read_model(model, [file])
    with pytest.raises(InvalidMap) as caught:
        read_model(model, files)
    [problem] = caught.value.problems
    assert (problem.code, problem.span.line) == ("cycle", 3)
    assert problem.message == "these rest on each other: rain -> dee-says -> snow -> eve-says -> rain"
    assert Path(problem.span.file).name == "dee.yaml"
    assert problem.hint.startswith("`dee`, `eve` close it together: ")


def test_what_is_no_ordinary_file_stays_closed(model: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "folder").mkdir(parents=True)
    secret = tmp_path / "secret.yaml"
    secret.write_text(BO)
    (inbox / "link.yaml").symlink_to(secret)
    (inbox / "lost.yaml").symlink_to("nowhere")
    os.mkfifo(inbox / "pipe.yaml")
    with (inbox / "large.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(inbox):  # a socket's path is short
        server.bind("socket.yaml")
    names = ["folder", "large.yaml", "link.yaml", "lost.yaml", "no.yaml", "pipe.yaml", "socket.yaml"]
    with pytest.raises(InvalidMap) as caught:
        read_model(model, [*(inbox / name for name in names), "zero\0.yaml", "/dev/zero"])
    said = {Path(p.span.file).name: p.message.partition(": ")[2] for p in caught.value.problems}
    assert said == {
        "folder": "it is a folder",
        "large.yaml": f"it has {MAX_BYTES + 1:,} bytes, and {MAX_BYTES:,} are the most",
        "link.yaml": "it is a symbolic link",
        "lost.yaml": "it is a symbolic link",
        "no.yaml": "",
        "pipe.yaml": "it is not an ordinary file",
        "socket.yaml": "it is not an ordinary file",
        "zero\ufffd.yaml": "no file can have this name",
        "zero": "it is not an ordinary file",
    }


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at what a file is and its opening."""
    [file] = sent(tmp_path, bo=BO)
    status = file.lstat()
    file.unlink()
    file.symlink_to(model)
    monkeypatch.setattr(Path, "lstat", lambda path: status)
    assert told(model, [file]) == [("unreadable-file", "bo.yaml", 1)]


# --- what a worldview was made from -----------------------------------------------------------------


def test_an_entrys_digest_changes_with_what_it_says(model: Path, tmp_path: Path) -> None:
    folder = model.parents[1] / "arguments/small"
    before = dict(state_of(read_map(folder)).entries)
    text = (folder / "map.yaml").read_text()
    (folder / "map.yaml").write_text(text.replace("2x to 5x", "2x to 6x").replace("It rains", "It pours"))
    after = dict(state_of(read_map(folder)).entries)
    assert {name for name in before if before[name] != after[name]} == {"rain", "clouds"}
    (folder / "map.yaml").write_text(text.replace("20% to 40%", "0.2 to 0.4"))
    assert dict(state_of(read_map(folder)).entries) == before


def test_worldviews_and_what_they_bring_leave_digests_as_they_are(model: Path, tmp_path: Path) -> None:
    """What is brought has digests of its own."""
    folder = model.parents[1] / "arguments/small"
    alone = state_of(read_map(folder))
    visited = state_of(read_model(model, sent(tmp_path, bo=BO, cy=CY)).map)
    assert visited.map == alone.map
    brought = dict(visited.entries)
    assert {name: brought.pop(name) for name in ("bo-hose", "bo-dry")}
    assert brought == dict(alone.entries)


@pytest.mark.parametrize(
    ("entries", "changed", "gone"),
    [
        ("", (), ()),
        (", entries: {rain: 0000ffff, wet: WET, snow: 0000ffff}", ("rain",), ("snow",)),
        (", entries: {wet: WET}", (), ()),
    ],
)
def test_what_has_changed_since_a_worldview_was_made(
    entries: str, changed: tuple[str, ...], gone: tuple[str, ...], model: Path, tmp_path: Path
) -> None:
    state = state_of(read_map(model.parents[1] / "arguments/small"))
    made = f"made_from: {{map: {'0' * 16}{entries.replace('WET', dict(state.entries)['wet'])}}}\n"
    argument_map = read_model(model, sent(tmp_path, dee=f"worldview: dee\ntext: D.\n{made}")).map
    since = since_made(argument_map.worldview["dee"], argument_map)
    assert since is not None
    assert (since.tells_entries, since.changed, since.gone) == (bool(entries), changed, gone)
    assert since.other_map
    assert since.now == state
    assert since_made(argument_map.worldview["ann"], argument_map) is None
