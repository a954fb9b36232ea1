"""The scripts that hosts of repositories run: a review of a change, and the hooks, on small ones."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cruxmap import __version__
from helpers.commands import ROOT, Cruxmap, git
from helpers.histories import MAP, MODEL, History

ACTIONS = ROOT / "actions"


@pytest.fixture
def proposed(tmp_path: Path) -> History:
    """A repository of two commits, with the second one on a branch."""
    made = History(tmp_path)
    made.edit(MODEL, ("target: wet", "target: wet\nexpect: [{estimate: wet, worldview: ann, below: 50%}]"))
    git(tmp_path, "commit", "-q", "-a", "--amend", "--no-edit")
    git(tmp_path, "checkout", "-q", "-b", "proposed")
    return made


@pytest.fixture
def reviewed(
    proposed: History, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[int, str]]:
    """What runs the script, with its commands in this process: its exit code, and the comment."""
    monkeypatch.syspath_prepend(str(ACTIONS))
    monkeypatch.chdir(proposed.folder)
    import review  # type: ignore[import-not-found]

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        done = cruxmap(*words)
        return subprocess.CompletedProcess(words, done.code, done.out, done.err)

    def run() -> tuple[int, str]:
        monkeypatch.setattr(review, "cruxmap", command)
        return review.main("main", "HEAD"), Path("review/comment.md").read_text()

    return run


def test_a_change_is_told_in_words_and_drawn(
    proposed: History, reviewed: Callable[[], tuple[int, str]]
) -> None:
    proposed.edit(MAP, ("There are dark clouds.", "There are `dark` clouds."), ("99%", "90%"))
    proposed.worldview("bob", ("mirage: 50%", "mirage: 10%"))
    text = (proposed.folder / MAP).read_text()
    proposed.files({MAP: text[: text.index("  damp:")]})
    proposed.commit("Think again")
    code, comment = reviewed()
    assert code == 0
    assert "1 expectation holds" in comment
    assert "## small" in comment
    [drawing] = re.findall(r"^(`{3,})mermaid\n(.*?)^\1$", comment, re.MULTILINE | re.DOTALL)
    assert "The clouds are smoke." in drawing[1]
    assert "damp" in comment
    out = proposed.folder / "review"
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.png")} == {
        "small.png",
        "small/history.png",
    }


def test_what_is_not_as_expected_is_told_and_fails(
    proposed: History, reviewed: Callable[[], tuple[int, str]]
) -> None:
    proposed.worldview("ann", ("rain: 10% to 20%", "rain: 95%"))
    proposed.commit("More rain")
    code, comment = reviewed()
    assert code == 1
    assert "1 does not" in comment


def test_the_workflow_runs_the_script_and_problems_are_told(proposed: History) -> None:
    """As the workflow does, in a process of its own."""
    workflow = yaml.safe_load((ACTIONS / "review.yml").read_text())
    [script] = [step["run"] for step in workflow["jobs"]["review"]["steps"] if step.get("id") == "review"]
    assert script == 'python .github/review.py "$BASE" HEAD'
    proposed.edit(MAP, ("credence: 99%", "credence: lots"))
    proposed.commit("Break")
    done = subprocess.run(
        [sys.executable, str(ACTIONS / "review.py"), "main", "HEAD"],
        cwd=proposed.folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    comment = (proposed.folder / "review/comment.md").read_text()
    assert (done.returncode, done.stderr) == (1, "")
    assert "unreadable-judgement" in comment
    assert "## small" not in comment


def test_the_workflow_installs_what_its_user_names() -> None:
    workflow = yaml.safe_load((ACTIONS / "review.yml").read_text())
    installs = [
        step["run"] for step in workflow["jobs"]["review"]["steps"] if "pip" in step.get("run", "")
    ]
    assert installs == ['pip install "$CRUXMAP"']
    page = (ROOT / "docs" / "git.md").read_text()
    told = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert {"env": workflow["env"]} in told
    [hooks] = [block["repos"] for block in told if "repos" in block]
    assert workflow["env"]["CRUXMAP"] == f"git+{hooks[0]['repo']}@{hooks[0]['rev']}"
    assert hooks[0]["rev"] == f"v{__version__}"


def test_a_comment_is_no_longer_than_a_host_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ACTIONS))
    import review  # type: ignore[import-not-found]

    short = "# A\n\n## B\n\nc\n"
    assert review.cut(short) == short
    long = review.cut("# A\n\n## B\n\nc\n\n## D\n\n" + "e" * review.MOST)
    assert long.startswith("# A\n\n## B\n\nc\n")
    assert "review.md" in long
    assert "eee" not in long
    assert review.fenced("a ``` b", "text").startswith("````text\n")


def test_hooks_pass_what_is_right_and_stop_what_is_not(
    proposed: History, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(proposed.folder)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    entries = [hook["entry"].split() for hook in hooks]
    assert [program for program, *_ in entries] == ["cruxmap", "cruxmap"]
    cruxmap("fmt")
    assert [cruxmap(*words).code for _, *words in entries] == [0, 0]
    proposed.edit(MAP, ("credence: 99%", "credence:   lots"))
    assert [cruxmap(*words).code for _, *words in entries] == [1, 1]
    assert all(re.match(hook["files"], MAP) and re.match(hook["files"], MODEL) for hook in hooks)
