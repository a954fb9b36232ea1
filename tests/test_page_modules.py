"""The page's own modules, by the tests that are written in their language."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from xstatic.pkg import js_yaml

from helpers.commands import ROOT

NODE = shutil.which("node")
PAGE = ROOT / "tests" / "page"


LONG = {
    f"{name}.test.mjs"
    for name in (
        "averages",
        "brought",
        "interview",
        "reviewers",
        "session_bringing",
        "takes",
        "together",
        "views",
        "worldview_file",
        "worldview_file_in_time",
        "yaml_text_in_time",
    )
}
FILES = [
    pytest.param(file, id=file.name, marks=[pytest.mark.long] if file.name in LONG else [])
    for file in sorted(PAGE.glob("*.test.mjs"))
]


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")
@pytest.mark.parametrize("file", FILES)
def test_modules_of_the_page(file: Path) -> None:
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--test-reporter=tap", str(file)],
        cwd=ROOT,
        env={**os.environ, "CRUXMAP_JS_YAML": f"{js_yaml.BASE_DIR}/js-yaml.js"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tests = re.search(r"^# tests (\d+)$", done.stdout, re.MULTILINE)
    assert tests is not None, done.stdout
    assert int(tests[1]) > 0
