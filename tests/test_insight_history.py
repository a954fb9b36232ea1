"""Estimates over commits: what each had, found anew, and what is drawn of it."""

from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.insight import history as module
from cruxmap.insight.history import NOT_COMMITTED, history
from cruxmap.language.past.git_files import model_at
from cruxmap.present.history_figures import curves
from helpers.commands import Cruxmap, git
from helpers.histories import MAP, MODEL, History


@pytest.fixture
def past(tmp_path: Path) -> History:
    """Commits that change a number, break the map, mend it, and one that changes nothing of the model."""
    made = History(tmp_path)
    for subject, change in (
        ("More rain", ("20% to 40%", "40% to 60%")),
        ("Break it", ("credence: 99%", "credence: lots")),
        ("Mend it", ("credence: lots", "credence: 95%")),
    ):
        made.edit(MAP, change)
        made.commit(subject)
    made.files({"README.md": "Nothing of the model\n"})
    made.commit("Write")
    return made


def test_each_commit_has_the_estimates_that_its_own_files_give(past: History) -> None:
    found = history(past.model)
    assert [moment.subject for moment in found.moments] == ["First", "More rain", "Break it", "Mend it"]
    assert [moment.problems for moment in found.moments] == [0, 0, 1, 0]
    for moment in found.moments:
        if moment.problems:
            assert moment.estimates == {}
            continue
        model = model_at(past.model, moment.commit)
        expected = {name: cm.probability(model, "wet", worldview=name) for name in ("ann", "bob")}
        assert dict(moment.estimates) == pytest.approx(expected, rel=1e-9)
    assert found.moments[1].estimates != found.moments[3].estimates


def test_what_is_not_committed_comes_last(past: History) -> None:
    past.worldview("ann", ("rain: 10% to 20%", "rain: 70%"))
    last = history(past.model).moments[-1]
    assert (last.subject, last.commit) == (NOT_COMMITTED, "")
    assert last.estimates["ann"] == pytest.approx(
        cm.probability(cm.read_model(past.model), "wet", worldview="ann")
    )


def test_the_last_commits_alone_can_be_shown(past: History) -> None:
    found = history(past.model, limit=2)
    assert [moment.subject for moment in found.moments] == ["Break it", "Mend it"]
    assert found.earlier == 2
    assert history(past.model, limit=4).earlier == 0


def test_nothing_is_computed_twice(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    first = history(past.model)
    monkeypatch.setattr(module, "inquire", lambda model: pytest.fail("it was found before"))
    assert history(past.model) == first
    past.edit(MAP, ("claims:", "# a comment\nclaims:"))
    past.files({"arguments/small/README.md": "About the map.\n"})
    past.commit("Comment")
    assert history(past.model) == first


def test_branches_count_where_they_were_merged(past: History) -> None:
    git(past.folder, "checkout", "-q", "-b", "side")
    past.worldview("bob", ("mirage: 50%", "mirage: 60%"))
    past.commit("Aside")
    git(past.folder, "checkout", "-q", "main")
    past.edit(MODEL, ("draws: 16", "draws: 17"))
    past.commit("Meanwhile")
    git(past.folder, "merge", "-q", "--no-ff", "-m", "Merge side", "side")
    assert [moment.subject for moment in history(past.model).moments][-2:] == ["Meanwhile", "Merge side"]


def test_the_command_prints_a_row_per_commit_and_draws_curves_with_gaps(
    past: History, cruxmap: Cruxmap
) -> None:
    figures = past.folder / "pictures"
    shown = cruxmap("history", str(past.model), "-o", str(figures))
    assert "More rain" in shown.out
    assert (figures / "history.svg").is_file()
    rows = cruxmap("history", str(past.model), "--format", "csv").rows
    assert [row["subject"] for row in rows] == ["First", "More rain", "Break it", "Mend it"]
    assert (rows[2]["ann"], rows[2]["problems"]) == ("", "1")
    answer = cruxmap("history", str(past.model), "--format", "json").json
    assert float(rows[0]["ann"]) == answer["moments"][0]["estimates"]["ann"]
    [axes] = curves(history(past.model)).axes
    lines = [
        artist
        for artist in axes.get_children()
        if type(artist).__name__ == "Line2D" and len(artist.get_xdata())
    ]
    assert sorted(list(line.get_xdata()) for line in lines) == [[0.0, 1.0], [0.0, 1.0], [3.0], [3.0]]
    assert "1 problem" in [text.get_text().strip() for text in axes.texts]
