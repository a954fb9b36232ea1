"""What is kept on disk and written for people: damage is noticed, and files are whole or not there."""

import hashlib
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cruxmap import ground as keeping
from cruxmap.ground import (
    DIGEST_SIZE,
    UNFINISHED,
    CannotWrite,
    OtherVersion,
    find_room,
    folders_of,
    keep,
    kept,
    replace_version,
    version_of,
    write_file,
    write_folder,
)
from helpers.commands import POWER, ROOT

SOURCE = ROOT / "src"

KERNEL = """
from cruxmap.engine.compiled import njit

@njit(error_model="numpy")
def twice(x):
    return 2 * x

@njit()
def thrice(x):
    return 3 * x

print(twice(21), sum(twice.stats.cache_hits.values()))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program with one small kernel."""
    program = tmp_path / "program" / "kernel.py"
    program.parent.mkdir()
    program.write_text(KERNEL)
    return program


def run(program: Path, **environment: str) -> tuple[str, str]:
    """Run a program with that module, and return what it says on stdout and stderr."""
    done = subprocess.run(
        [sys.executable, program],
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout, done.stderr


def test_what_is_kept_is_what_is_found(tmp_path: Path) -> None:
    place = tmp_path / "folder" / "thing"
    assert kept(place) is None
    keep(place, b"data")
    assert kept(place) == b"data"
    keep(place, b"")
    assert kept(place) == b""


def test_nothing_damaged_is_found(tmp_path: Path) -> None:
    place = tmp_path / "thing"
    keep(place, b"data")
    whole = place.read_bytes()
    for n in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[n // 8] ^= 1 << n % 8
        place.write_bytes(flipped)
        assert kept(place) is None
    for n in range(len(whole)):
        place.write_bytes(whole[:n])
        assert kept(place) is None
    assert len(whole) == len(b"data") + DIGEST_SIZE


def test_compiled_code_is_kept(program: Path) -> None:
    assert run(program) == ("42 0\n", "")
    assert run(program) == ("42 1\n", "")


@pytest.mark.long
def test_code_is_compiled_again_when_any_part_of_the_engine_has_changed(
    program: Path, tmp_path: Path
) -> None:
    """One that calls another contains it, and its own file tells nothing of that."""
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    assert run(program, PYTHONPATH=str(source)) == ("42 0\n", "")
    assert run(program, PYTHONPATH=str(source)) == ("42 1\n", "")
    with (source / "cruxmap/engine/special.py").open("a") as special:
        special.write("\n")
    assert run(program, PYTHONPATH=str(source)) == ("42 0\n", "")


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", ["empty", "flipped", "cut"])
@pytest.mark.long
def test_damaged_code_is_compiled_again(kind: str, damage: str, program: Path) -> None:
    run(program)
    [file] = program.parent.rglob(f"*.{kind}")
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :]
    file.write_bytes({"empty": b"", "flipped": flipped, "cut": whole[:middle]}[damage])
    assert run(program) == ("42 0\n", "")
    assert run(program) == ("42 1\n", "")


@pytest.mark.long
def test_code_is_kept_in_a_temporary_folder_where_nothing_else_can_be_written(
    program: Path, tmp_path: Path
) -> None:
    (program.parent / "__pycache__").write_text("no folder")
    nowhere = {"HOME": str(program / "home"), "XDG_CACHE_HOME": "", "TMPDIR": str(tmp_path)}
    folder = tmp_path / f"cruxmap-{os.getuid()}"
    told = f"the folder for caches cannot be written: they are kept in {folder}\n"
    assert run(program, **nowhere) == ("42 0\n", told)
    assert run(program, **nowhere) == ("42 1\n", told)


def test_code_that_cannot_be_kept_runs(program: Path) -> None:
    (program.parent / "__pycache__").write_text("no folder")
    printed, told = run(
        program, HOME=str(program), XDG_CACHE_HOME="", NUMBA_CACHE_LOCATOR_CLASSES="InTreeCacheLocator"
    )
    assert printed == "42 0\n"
    assert [line.startswith("compiling the engine, on each run") for line in told.splitlines()] == [
        False,
        True,
    ]


@pytest.mark.long
def test_a_full_disk_costs_time_and_one_warning(program: Path, tmp_path: Path) -> None:
    """No file may have any content, so that whatever is kept fails as on a full disk."""
    folder = program.parent / "__pycache__"
    command = f"ulimit -f 0; exec {sys.executable} -B {program}"
    for _ in range(2):
        done = subprocess.run(
            ["bash", "-c", command],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert done.stdout == "42 0\n"
        assert done.stderr == f"nothing can be kept in {folder}, which costs time: File too large\n"


@pytest.mark.parametrize("full", [False, True])
def test_a_command_that_can_keep_nothing_answers_with_one_warning(full: bool, tmp_path: Path) -> None:
    """Neither at home nor, on a `full` disk, anywhere else: plans, lists of fonts, whatever there is."""
    (tmp_path / "home").touch()
    places = {
        "HOME": f"{tmp_path}/home",
        "XDG_CACHE_HOME": "",
        "MPLCONFIGDIR": "",
        "TMPDIR": str(tmp_path),
    }
    command = (
        f"{sys.executable} -m cruxmap cruxes {POWER} -w carlsmith -q --figures first -o {tmp_path}/figures"
    )
    plain = f"{sys.executable} -m cruxmap estimate {POWER} -q"
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 0; exec {plain}" if full else command],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    [warning] = done.stderr.splitlines()
    if full:
        assert warning.startswith(f"nothing can be kept in {tmp_path / 'home' / '.cache' / 'cruxmap'}")
    else:
        room = tmp_path / f"cruxmap-{os.getuid()}"
        assert warning == f"the folder for caches cannot be written: they are kept in {room}"
    assert "carlsmith" in done.stdout
    assert (tmp_path / "figures").exists() == (not full)


@pytest.mark.long
def test_what_is_compiled_is_said_once(program: Path) -> None:
    """For whoever listens: two functions are compiled, and in the next process none."""
    program.write_text(
        "import logging; logging.basicConfig(level='INFO', format='%(message)s')\n" + KERNEL
    )
    assert run(program) == ("42 0\n", "compiling the engine, once per machine\n")
    assert run(program) == ("42 1\n", "")


def test_a_temporary_folder_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "PYTENSOR_FLAGS"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "cache"))
    (tmp_path / "file").touch()
    monkeypatch.setattr(keeping.tempfile, "tempdir", str(tmp_path))
    usual = tmp_path / f"cruxmap-{os.getuid()}"
    usual.mkdir()
    usual.chmod(0o777)
    room = find_room()
    assert room is not None
    assert room != usual
    assert room.stat().st_mode & 0o077 == 0
    assert os.environ["XDG_CACHE_HOME"] == str(room)


def test_room_at_home_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "not" / "yet"))
    assert find_room() is None
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / "not" / "yet")
    assert list(tmp_path.iterdir()) == []


# --- files for people ------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file.txt"
    write_file(file, "one")
    assert file.read_text() == "one"
    with pytest.raises(UnicodeEncodeError):
        write_file(file, "\ud800")
    with pytest.raises(CannotWrite, match="folder cannot be written: Is a directory"):
        write_file(file.parent, "two")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "file.txt"]
    assert file.read_text() == "one"


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o027])
def test_files_are_as_private_as_is_asked_for(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_file(tmp_path / "file", "one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~mask


def test_a_named_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        write_file(pipe, "through")
        assert reader.communicate(timeout=60)[0] == b"through"
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("later")
    (tmp_path / "circle").symlink_to("circle")
    write_file(tmp_path / "link", "one")
    write_file(tmp_path / "dangling", "two")
    with pytest.raises(CannotWrite, match="circle"):
        write_file(tmp_path / "circle", "three")
    assert (tmp_path / "file").read_text() == "one"
    assert (tmp_path / "later").read_text() == "two"
    assert all((tmp_path / name).is_symlink() for name in ("link", "dangling", "circle"))


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    killed = tmp_path / f".0123{UNFINISHED}"
    writing = tmp_path / f".4567{UNFINISHED}"
    somebody_elses = tmp_path / ".file.abc"
    for path in (killed, writing, somebody_elses):
        path.write_text("half")
    os.utime(killed, (0, 0))
    os.utime(somebody_elses, (0, 0))
    write_file(tmp_path / "file", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([writing.name, ".file.abc", "file"])


# --- folders -----------------------------------------------------------------------------------------


def test_what_a_folder_no_longer_gets_goes_if_nobody_has_touched_it(tmp_path: Path) -> None:
    assert write_folder(tmp_path, {"a.txt": "one", "b.txt": b"two", "c.txt": "three"}) == (
        *("a.txt", "b.txt", "c.txt"),
        "files.json",
    )
    (tmp_path / "b.txt").write_text("changed by hand")
    (tmp_path / "own.txt").write_text("put there by hand")
    write_folder(tmp_path, {"a.txt": "one again"})
    left = {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != "files.json"}
    assert left == {"a.txt": "one again", "b.txt": "changed by hand", "own.txt": "put there by hand"}
    listed = json.loads((tmp_path / "files.json").read_text())
    digest = hashlib.sha256(b"one again").hexdigest()
    assert listed == {"files": ["a.txt", "files.json"], "digests": {"a.txt": digest}}


@pytest.mark.parametrize(
    "manifest",
    [
        *(
            "",
            "[]",
            "{",
            "[" * 100_000,
            '{"files": ["a.txt"]}',
            '{"digests": ["a.txt"]}',
            '{"digests": 3}',
        ),
        *("\udcff", r'{"digests": {"a\u0000b": "x"}}', r'{"digests": {"\ud800": "x"}}'),
    ],
)
def test_a_manifest_that_says_nothing_removes_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "files.json").write_bytes(manifest.encode("utf-8", "surrogateescape"))
    write_folder(tmp_path, {"b.txt": "two"})
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.txt", "files.json"}


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "files.json").write_text('{"digests": {"pipe": "x"}}')
    write_folder(tmp_path, {"a.txt": "one"})
    assert (tmp_path / "pipe").is_fifo()


def test_a_manifest_reaches_no_further_than_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    for place in (tmp_path / "a.txt", folder / "deeper" / "a.txt", tmp_path / "linked.txt"):
        place.write_text("one")
    (folder / "link.txt").symlink_to(tmp_path / "linked.txt")
    digest = hashlib.sha256(b"one").hexdigest()
    names = ("../a.txt", "deeper/a.txt", str(tmp_path / "a.txt"), "link.txt", "gone.txt", "deeper", "..")
    (folder / "files.json").write_text(json.dumps({"digests": dict.fromkeys(names, digest)}))
    write_folder(folder, {"b.txt": "two"})
    assert (tmp_path / "a.txt").exists()
    assert (folder / "deeper" / "a.txt").exists()
    assert (folder / "link.txt").is_symlink()
    assert (tmp_path / "linked.txt").exists()


# --- files written over as they were read -------------------------------------------------------------


def test_a_file_is_written_over_as_it_was_read_and_else_not(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    first = replace_version(file, b"first", None)
    assert (file.read_bytes(), first) == (b"first", version_of(b"first"))
    second = replace_version(file, b"second", first)
    assert (file.read_bytes(), second) == (b"second", version_of(b"second"))
    for version, why in ((first, "it has changed since it was read"), (None, "it is there already")):
        with pytest.raises(OtherVersion, match=why) as caught:
            replace_version(file, b"third", version)
        assert caught.value.present == second
        assert file.read_bytes() == b"second"
    file.unlink()
    with pytest.raises(OtherVersion, match="it is not there any more") as gone:
        replace_version(file, b"third", second)
    assert gone.value.present is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    version = replace_version(file, b"first", None)
    file.chmod(0o640)
    replace_version(file, b"second", version)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_no_link_is_written_over_or_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.yaml"
    secret.write_bytes(b"secret")
    inside = tmp_path / "worldviews"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(secret)
    (inside / "dangling.yaml").symlink_to(outside / "new.yaml")
    (tmp_path / "elsewhere").symlink_to(outside)
    tries = [
        (inside / "link.yaml", version_of(b"secret")),
        (inside / "link.yaml", None),
        (inside / "dangling.yaml", None),
        (tmp_path / "elsewhere" / "secret.yaml", version_of(b"secret")),
        (tmp_path / "elsewhere" / "new.yaml", None),
    ]
    for path, version in tries:
        with pytest.raises(CannotWrite, match="symbolic link"):
            replace_version(path, b"mine", version)
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"secret.yaml": b"secret"}


@pytest.mark.parametrize("kind", ["folder", "pipe", "no-folder"])
def test_what_is_no_file_is_not_written_over(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place = place / "file"
    with pytest.raises(CannotWrite, match="nothing was written"):
        replace_version(place, b"mine", version_of(b""))


def test_of_many_who_read_the_same_one_writes(tmp_path: Path) -> None:
    for name, before in (("new.yaml", None), ("there.yaml", b"there")):
        file = tmp_path / name
        if before is not None:
            file.write_bytes(before)
        version = None if before is None else version_of(before)

        def write(number: int, file: Path = file, version: str | None = version) -> bytes | None:
            data = f"writer {number}".encode()
            try:
                replace_version(file, data, version)
            except OtherVersion:
                return None
            return data

        with ThreadPoolExecutor(50) as pool:
            written = [data for data in pool.map(write, range(50)) if data is not None]
        assert written == [file.read_bytes()]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.yaml", "there.yaml"]


WRITER = """
import hashlib, itertools, sys
from pathlib import Path
from cruxmap.ground import replace_version, version_of

folder = Path(sys.argv[1])
file = folder / "kept.yaml"
version = version_of(file.read_bytes())
for number in itertools.count():
    body = f"{number} ".encode() * 20_000
    version = replace_version(file, hashlib.sha256(body).digest() + body, version)
    replace_version(folder / f"new-{sys.argv[2]}-{number}.yaml", hashlib.sha256(body).digest() + body, None)
    if number == 0:
        print("writing", flush=True)
"""


@pytest.mark.parametrize("times", [8, pytest.param(100, marks=pytest.mark.long)])
def test_whoever_is_killed_while_writing_loses_no_file(times: int, tmp_path: Path) -> None:
    def is_whole(file: Path) -> bool:
        data = file.read_bytes()
        return hashlib.sha256(data[32:]).digest() == data[:32]

    kept_file = tmp_path / "kept.yaml"
    kept_file.write_bytes(hashlib.sha256(b"").digest())
    chance = random.Random(16)
    script = tmp_path.parent / "writer.py"
    script.write_text(WRITER)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    for number in range(times):
        writer = subprocess.Popen(
            [sys.executable, script, tmp_path, str(number)], stdout=subprocess.PIPE, env=environment
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        time.sleep(chance.uniform(0, 0.05))
        writer.kill()
        writer.wait()
        writer.stdout.close()
        assert all(map(is_whole, tmp_path.glob("*.yaml")))
        assert kept_file.exists()
    assert kept_file.stat().st_size > 32, "nobody was killed while writing"


def test_folders_stay_with_what_is_written_into_them(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "b" / "one.yaml", tmp_path / "a" / "two.yaml"]
    with folders_of(files):
        for file in files:
            file.write_text("written")
    assert all(file.exists() for file in files)


def test_folders_go_again_where_nothing_is_written_but_for_what_others_put_there(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "one.yaml", tmp_path / "b" / "c" / "two.yaml"]
    making = folders_of(files)
    making.__enter__()
    (tmp_path / "a" / "other").write_text("another's")
    assert making.__exit__(KeyError, KeyError(), None) is False
    assert {path.name for path in tmp_path.rglob("*")} == {"a", "other"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    making = folders_of([tmp_path / "new" / "one.yaml", tmp_path / "file" / "folder" / "two.yaml"])
    with pytest.raises(CannotWrite, match="file/folder cannot be written: Not a directory"):
        making.__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
