import json
import subprocess
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.insight.revisions import diff_revisions
from cruxmap.language.past.git_files import model_at
from helpers.commands import git
from helpers.examples import GARDEN
from helpers.maps_from_text import write
from helpers.odds import logit

ASK = "target: wet\nsampling: {draws: 16}\n"
ANN = "judgements: {rain: 30%, sprinkler: 40%}\n"


def git_says(folder, *arguments):
    """What git answers."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = write(tmp_path, GARDEN, ASK, ann=ANN)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    return tmp_path, path


def central(path, worldview="ann"):
    return cm.probability(cm.read_model(path), "wet", worldview=worldview)


def test_nothing_changed(project: Path) -> None:
    _, path = project
    result = diff_revisions(path, "HEAD")
    assert (result.added, result.removed, result.reworded, result.rebuilt) == ((), (), (), ())
    [change] = result.worldviews
    assert (change.worldview, change.differences) == ("ann", ())
    assert change.gap_logit == pytest.approx(0.0, abs=1e-12)
    assert change.structure_logit == pytest.approx(0.0, abs=1e-12)


def test_worldviews_that_only_one_side_has_are_named_and_not_compared(project: Path) -> None:
    folder, path = project
    write(folder, GARDEN, f"{ASK}worldviews: [bob]\n", ann=ANN, bob="judgements: {rain: 90%}\n")
    result = diff_revisions(path, "HEAD")
    assert (result.worldviews_added, result.worldviews_removed) == (("bob",), ("ann",))
    assert result.worldviews == ()


def test_changed_judgements_share_the_gap(project: Path) -> None:
    folder, path = project
    before = central(path)
    write(folder, GARDEN.replace("credence: 99%", "credence: 90%"), ASK, ann=ANN.replace("30%", "60%"))
    result = diff_revisions(path, "HEAD")
    [change] = result.worldviews
    assert change.probability_before == pytest.approx(before, rel=1e-9)
    assert change.probability_now == pytest.approx(central(path), rel=1e-9)
    assert change.gap_logit == pytest.approx(logit(central(path)) - logit(before), abs=1e-9)
    assert {d.id for d in change.differences} == {"rain", "wet"}
    assert sum(d.share_logit for d in change.differences) == pytest.approx(change.gap_logit, abs=1e-9)
    assert change.structure_logit == pytest.approx(0.0, abs=1e-9)
    [rain] = result.to_json()["worldviews"][0]["differences"][0]["changes"]
    assert (rain["before"], rain["now"], rain["what"]) == ("30%", "60%", "changed")
    assert result.rebuilt == ()


def test_a_number_that_every_worldview_overrides_moves_the_maps_own_estimate_alone(project: Path) -> None:
    folder, path = project
    before = central(path, "map")
    now = GARDEN.replace(
        "{text: The sprinkler is on., credence: 30%}", "{text: The sprinkler is on., credence: 60%}"
    )
    assert now != GARDEN
    write(folder, now, ASK, ann=ANN)
    result = diff_revisions(path, "HEAD")
    [ann] = result.worldviews
    assert ann.gap_logit == pytest.approx(0.0, abs=1e-12)
    assert ann.differences == ()
    own = result.map
    assert result.changes == (ann, own)
    assert (own.worldview, own.probability_before) == ("map", pytest.approx(before, rel=1e-9))
    assert own.gap_logit == pytest.approx(logit(central(path, "map")) - logit(before), abs=1e-9)
    [sprinkler] = own.differences
    assert (sprinkler.id, sprinkler.share_logit) == ("sprinkler", pytest.approx(own.gap_logit, abs=1e-9))
    found = result.to_json()
    assert [row["worldview"] for row in found["worldviews"]] == ["ann"]
    [change] = found["map"]["differences"][0]["changes"]
    assert (change["address"], change["before"], change["now"]) == ("sprinkler", "30%", "60%")


def test_added_and_removed_arguments_have_their_own_shares(project: Path) -> None:
    folder, path = project
    before = central(path)
    now = GARDEN.replace(
        "  drought: {text: It is the dry season., premises: [{season: dry}], against: rain, strength: 5x}\n",
        "",
    )
    now += "  ants: {text: The ants hide., for: rain, strength: 2x to 6x}\n"
    write(folder, now, ASK, ann=ANN)
    result = diff_revisions(path, "HEAD")
    assert (result.added, result.removed) == (("ants",), ("drought",))
    [change] = result.worldviews
    shares = {d.id: d.share_logit for d in change.differences}
    assert shares.keys() == {"ants", "drought"}
    assert shares["ants"] > 0
    assert shares["drought"] > 0
    assert sum(shares.values()) == pytest.approx(logit(central(path)) - logit(before), abs=1e-9)
    assert change.structure_logit == pytest.approx(0.0, abs=1e-9)


def test_a_change_of_structure_is_the_rest(project: Path) -> None:
    folder, path = project
    before = central(path)
    now = GARDEN.replace(
        "{text: The sprinkler is on., credence: 30%}",
        "{text: The sprinkler was left on., given: [{id: dry, when: {season: dry}, credence: 80%}, "
        "{otherwise: 10%}]}",
    )
    write(folder, now, ASK, ann="judgements: {rain: 50%}\n", eve="judgements: {rain: 10%}\n")
    result = diff_revisions(path, "HEAD")
    assert result.rebuilt == ("sprinkler",)
    [reworded] = result.reworded
    assert (reworded.id, reworded.before) == ("sprinkler", "The sprinkler is on.")
    assert result.worldviews_added == ("eve",)
    [change] = result.worldviews
    shares = {d.id: d.share_logit for d in change.differences}
    assert shares.keys() == {"rain"}
    # The bridge: today's structure, with yesterday's 30% for rain.
    bridge = cm.probability(cm.read_model(path), "wet", worldview="ann", judgements={"rain": "30%"})
    assert change.structure_logit == pytest.approx(logit(bridge) - logit(before), abs=1e-9)
    assert shares["rain"] + change.structure_logit == pytest.approx(change.gap_logit, abs=1e-9)
    json.dumps(result.to_json(), allow_nan=False)


def test_a_removed_argument_that_speaks_about_nothing_any_more_is_structure(project: Path) -> None:
    folder, path = project
    now = GARDEN.replace("  mould: {text: The grass has mould., credence: 1% to 5%}\n", "")
    now = now[: now.index("  damp:")]
    now = now.replace(", premises: [{season: dry}]", ", premises: [sprinkler]")
    write(folder, now, ASK, ann=ANN)
    result = diff_revisions(path, "HEAD~0")
    assert set(result.removed) == {"mould", "damp"}
    assert result.rebuilt == ("drought",)
    [change] = result.worldviews
    assert change.differences == ()
    assert change.structure_logit == pytest.approx(change.gap_logit)


def test_arguments_that_would_now_go_in_a_circle_are_structure(project: Path) -> None:
    folder, path = project
    write(
        folder,
        GARDEN + "  soil: {text: The soil is soft., premises: [far], for: sprinkler, strength: 3x}\n",
        ASK,
        ann=ANN,
    )
    git(folder, "commit", "-qam", "Second")
    now = GARDEN + "  yard: {text: A wet yard., premises: [sprinkler], for: far, strength: 3x}\n"
    write(folder, now, ASK, ann=ANN)
    [change] = diff_revisions(path, "HEAD").worldviews
    assert {d.id for d in change.differences} == {"yard"}
    assert change.structure_logit < 0
    assert change.structure_logit == pytest.approx(change.gap_logit, abs=1e-9)


def test_two_revisions_are_compared_with_each_other_and_not_with_the_files(project: Path) -> None:
    folder, path = project
    first = central(path)
    git(folder, "branch", "old")
    write(folder, GARDEN, ASK, ann=ANN.replace("30%", "60%"))
    git(folder, "commit", "-qam", "Second")
    second = central(path)
    git(folder, "tag", "v2")
    git(folder, "checkout", "-q", "old")
    write(folder, GARDEN, ASK, ann=ANN.replace("40%", "10%"))
    git(folder, "commit", "-qam", "Aside")
    aside = central(path)
    write(folder, GARDEN, ASK, ann=ANN.replace("40%", "90%"))
    base = git_says(folder, "merge-base", "v2", "old")
    for asked, ends, before, now in (
        ("v2..old", ("v2", "old"), second, aside),
        ("v2..", ("v2", "HEAD"), second, aside),
        ("..v2", ("HEAD", "v2"), aside, second),
        ("v2...old", (base[:7], "old"), first, aside),
        ("old...v2", (base[:7], "v2"), first, second),
        ("v2", ("v2", "now"), second, central(path)),
    ):
        result = diff_revisions(path, asked)
        assert (result.revision, result.before, result.now) == (asked, *ends)
        [change] = result.worldviews
        assert (change.probability_before, change.probability_now) == (
            pytest.approx(before, rel=1e-9),
            pytest.approx(now, rel=1e-9),
        )


def test_means_are_those_of_the_estimates_of_the_two_states(project: Path) -> None:
    folder, path = project
    before = cm.estimate(cm.read_model(path)).worldviews["ann"].mean
    write(folder, GARDEN, ASK, ann=ANN.replace("30%", "60%"))
    [change] = diff_revisions(path, "HEAD").worldviews
    assert change.mean_before == pytest.approx(before, rel=1e-12)
    assert change.mean_now == pytest.approx(cm.estimate(cm.read_model(path)).worldviews["ann"].mean)
    assert change.mean_before != change.probability_before


def test_revisions_without_a_common_commit_are_a_problem(project: Path) -> None:
    folder, path = project
    git(folder, "checkout", "-q", "--orphan", "other")
    git(folder, "commit", "-qm", "Another beginning")
    git(folder, "branch", "first", git_says(folder, "rev-list", "--max-parents=0", "--all").split()[-1])
    branches = git_says(folder, "for-each-ref", "--format=%(refname:short)").split()
    one = next(name for name in branches if name not in ("other", "first"))
    with pytest.raises(cm.InvalidMap, match="come from no common commit"):
        diff_revisions(path, f"{one}...other")
    with pytest.raises(cm.InvalidMap, match=r"git knows no revision `othr`.*did you mean `other`"):
        diff_revisions(path, "HEAD..othr")


def test_what_git_cannot_read_is_a_problem(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, path = project
    for unknown in ("no-such-branch", "--output=x"):
        with pytest.raises(cm.InvalidMap, match=f"git knows no revision `{unknown}`"):
            diff_revisions(path, unknown)
    elsewhere = write(tmp_path_factory.mktemp("bare"), GARDEN, ASK, ann=ANN)
    with pytest.raises(cm.InvalidMap, match="git cannot read"):
        diff_revisions(elsewhere, "HEAD")
    (folder / "arguments/small/map.yaml").write_text(GARDEN.replace("credence: 30%", "credence: lots"))
    git(folder, "commit", "-qam", "Broken")
    with pytest.raises(cm.InvalidMap, match="unreadable-judgement"):
        model_at(path, "HEAD")
    with pytest.raises(cm.InvalidMap) as raised:
        model_at(path, "HEAD")
    assert [problem.span.file for problem in raised.value.problems] == ["HEAD:arguments/small/map.yaml"]


def test_files_of_another_map_are_those_of_the_revision(project: Path) -> None:
    """The number in the other map was changed; so was the garden, by a number of its own."""
    folder, path = project
    garden = folder / "arguments/small/map.yaml"
    (folder / "arguments/other").mkdir()
    garden.rename(folder / "arguments/other/map.yaml")
    garden.write_text("include: [../other/map.yaml]\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Another map")
    before = central(path, "map")
    (folder / "arguments/other/map.yaml").write_text(GARDEN.replace("credence: 99%", "credence: 90%"))
    result = diff_revisions(path, "HEAD")
    assert result.map.probability_before == pytest.approx(before, rel=1e-9)
    assert result.map.probability_now == pytest.approx(central(path, "map"), rel=1e-9)
    assert {d.id for d in result.map.differences} == {"wet"}
    (folder / "arguments/other/map.yaml").write_text("no\n")
    git(folder, "commit", "-qam", "A broken file")
    with pytest.raises(cm.InvalidMap) as raised:
        model_at(path, "HEAD")
    assert [problem.span.file for problem in raised.value.problems] == ["HEAD:arguments/other/map.yaml"]


# --- repositories that need not be trusted -----------------------------------------------------------


def test_what_links_inside_the_revision_is_read_and_what_leads_out_is_a_problem(project: Path) -> None:
    folder, path = project
    (folder / "arguments/small/map.yaml").rename(folder / "shared.yaml")
    (folder / "arguments/small/map.yaml").symlink_to("../../shared.yaml")
    (folder / "arguments/other").symlink_to("small")
    (folder / "elsewhere.yaml").symlink_to("/etc/hostname")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Links")
    path.write_text(path.read_text().replace("arguments/small", "arguments/other"))
    git(folder, "commit", "-qam", "Another name")
    assert model_at(path, "HEAD").map.entry.keys() == cm.read_model(path).map.entry.keys()

    for target in (str(folder / "shared.yaml"), "../../../outside.yaml", "../../elsewhere.yaml"):
        (folder / "arguments/small/map.yaml").unlink()
        (folder / "arguments/small/map.yaml").symlink_to(target)
        git(folder, "commit", "-qam", "A link that leads out")
        with pytest.raises(cm.InvalidMap) as raised:
            model_at(path, "HEAD")
        first = raised.value.problems[0]
        assert first.span.file == "HEAD:arguments/other/map.yaml"
        assert first.hint == "a symbolic link that leads out of the revision"


def test_a_work_tree_that_the_settings_put_elsewhere_does_not_matter(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, path = project
    git(folder, "config", "core.worktree", str(tmp_path_factory.mktemp("elsewhere")))
    assert diff_revisions(path, "HEAD").worldviews[0].gap_logit == pytest.approx(0.0, abs=1e-12)


def test_reading_a_revision_runs_nothing_that_the_settings_name(project: Path) -> None:
    folder, path = project
    ran = folder / "ran"
    command = f"touch {ran}; cat"
    (folder / ".gitattributes").write_text("*.yaml filter=evil export-subst diff=evil\n")
    git(folder, "add", ".gitattributes")
    git(folder, "commit", "-qm", "Attributes")
    for name in ("filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv"):
        git(folder, "config", name, command)
    git(folder, "config", "core.fsmonitor", command)
    for name, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.url", f"ext::sh -c touch% {ran}"),
        ("remote.evil.promisor", "true"),
        ("protocol.ext.allow", "always"),
    ):
        git(folder, "config", name, value)
    assert model_at(path, "HEAD").map.entry.keys() == cm.read_model(path).map.entry.keys()
    assert not ran.exists()

    blob = subprocess.run(
        ["git", "-C", folder, "rev-parse", "HEAD:arguments/small/map.yaml"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    (folder / ".git/objects" / blob[:2] / blob[2:].strip()).unlink()
    with pytest.raises(cm.InvalidMap, match=f"object {blob.strip()} is missing"):
        model_at(path, "HEAD")
    assert not ran.exists()
