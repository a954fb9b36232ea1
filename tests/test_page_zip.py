"""Zip files that the page writes, read by Python and, where it is there, by `unzip`."""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from helpers.commands import ROOT

NODE = shutil.which("node")
UNZIP = shutil.which("unzip")
WRITE = ROOT / "tests" / "page" / "write_zip.mjs"
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")

FILES = {
    "worldviews/ann.yaml": "text: Ann.\njudgements: {door: 5%}\n" * 40,
    "worldviews/mar\u00eda.yaml": "\ufefftext: |\r\n  \U0001f600 as it came\r\n",
    "README.txt": "x",
    "empty.yaml": "",
}


def written(files: dict[str, str]) -> bytes:
    assert NODE is not None
    sent = json.dumps([{"name": name, "text": text} for name, text in files.items()])
    return subprocess.run([NODE, str(WRITE)], input=sent.encode(), capture_output=True, check=True).stdout


def test_python_reads_what_was_put_in_and_in_its_order() -> None:
    with zipfile.ZipFile(io.BytesIO(written(FILES))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*FILES]
        assert {name: archive.read(name).decode() for name in archive.namelist()} == FILES
        ways = {info.filename: info.compress_type for info in archive.infolist()}
        assert ways["worldviews/ann.yaml"] == zipfile.ZIP_DEFLATED
        assert ways["README.txt"] == ways["empty.yaml"] == zipfile.ZIP_STORED
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}


def test_an_empty_folder_is_a_zip_file_too() -> None:
    with zipfile.ZipFile(io.BytesIO(written({}))) as archive:
        assert archive.namelist() == []


@pytest.mark.skipif(UNZIP is None, reason="there is no unzip here")
def test_unzip_finds_nothing_wrong_and_unpacks_the_same_bytes(tmp_path: Path) -> None:
    assert UNZIP is not None
    file = tmp_path / "all.zip"
    file.write_bytes(written(FILES))
    tested = subprocess.run([UNZIP, "-t", str(file)], capture_output=True, text=True, check=True)
    assert "No errors detected" in tested.stdout
    subprocess.run([UNZIP, "-q", str(file), "-d", str(tmp_path / "out")], check=True)
    unpacked = {name: (tmp_path / "out" / name).read_bytes() for name in FILES if name.isascii()}
    assert unpacked == {name: FILES[name].encode() for name in unpacked}
