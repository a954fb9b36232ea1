"""What git says of files; `test_insight_revisions.py` reads whole models of revisions."""

from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap
from cruxmap.language.past.git_files import commits, inside, is_shallow, stored
from helpers.commands import git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository: `a` begins, `a` and `b` are changed on two branches, both are merged, `c` comes last."""
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, "First", a="1", b="1")
    git(tmp_path, "checkout", "-q", "-b", "side")
    write(tmp_path, "Aside \u00e9 [wip]: tab\there", a="2")
    git(tmp_path, "checkout", "-q", "main")
    write(tmp_path, "Meanwhile", b="2")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "Merged", "side")
    write(tmp_path, "Last", **{"c x": "1"})
    return tmp_path


def write(folder: Path, subject: str, **files: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", subject)


def subjects(*paths: Path, **which: str | bool) -> list[str]:
    return [commit.subject for commit in commits(*paths, **which)]  # type: ignore[arg-type]


def test_commits_are_those_that_changed_a_file(project: Path) -> None:
    assert subjects(project / "a") == ["Aside \u00e9 [wip]: tab\there", "First"]
    assert subjects(project / "b") == ["Meanwhile", "First"]
    assert subjects(project / "c x") == ["Last"]
    assert subjects(project / "*") == []
    every = commits(project / "a", project / "b")
    assert {commit.subject for commit in every} == {
        "Merged",
        "Meanwhile",
        "Aside \u00e9 [wip]: tab\there",
        "First",
    }
    by_id = {commit.id: commit for commit in every}
    assert {by_id[id_].subject for id_ in every[0].parents} == {
        "Meanwhile",
        "Aside \u00e9 [wip]: tab\there",
    }
    assert subjects(project / "a", since="HEAD~1") == []
    assert subjects(project / "a", project / "b", main_line=True) == ["Merged", "Meanwhile", "First"]


def test_texts_are_those_of_the_commit(project: Path) -> None:
    with stored(project) as find:
        found = map(find, ("HEAD:a", "HEAD~2:a", "HEAD:c x", "HEAD~1:c x", "HEAD:no\u00e9 such"))
        assert [each and each.data for each in found] == [b"2", b"1", b"1", None, None]


def test_folders_are_stored_too_and_nothing_where_nothing_is(project: Path) -> None:
    with stored(project) as find:
        tree, nothing, blob = map(find, ("HEAD:", "HEAD:a 5", "HEAD:c x"))
        assert tree
        assert blob
        assert (tree.kind, nothing, blob.kind, blob.data) == ("tree", None, "blob", b"1")
        held = {name: id_ for name, is_file, id_ in inside(tree) if is_file}
        assert held.keys() == {"a", "b", "c x"}
        assert held["c x"] == blob.id
        with pytest.raises(InvalidMap, match="more than one line"):
            find("HEAD:a\nHEAD:b")


def test_a_repository_may_be_empty_or_shallow(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    git(empty, "init", "-q")
    assert commits(empty / "a") == ()
    copy = tmp_path_factory.mktemp("copy")
    git(copy, "clone", "-q", "--depth", "1", project.as_uri(), "it")
    assert (is_shallow(project / "a"), is_shallow(copy / "it/a")) == (False, True)
    assert subjects(copy / "it/a") == ["Last"]


def test_without_git_nothing_is_taken_for_no_commits(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project / "nowhere"))
    with pytest.raises(InvalidMap, match="git is not installed"):
        commits(project / "a")
