"""Names changed in all files that mean them: what the maps say stays the same."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cruxmap.errors import Code, InvalidMap
from cruxmap.ground import OtherVersion, replace_versions, version_of
from cruxmap.insight.live_model import open_model, probabilities
from cruxmap.language.digest import state_of
from cruxmap.language.files import overlaid
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import check, maps_at, models_at, read_map
from cruxmap.language.rewriting.renaming import Renaming, renaming
from helpers.commands import ROOT, Outcome

GOOD = ROOT / "tests/maps/good"


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one of everything, as the working directory."""
    shutil.copytree(GOOD, tmp_path / "good")
    monkeypatch.chdir(tmp_path / "good")
    return tmp_path / "good"


RENAMED = [
    ("interval", "span", ""),
    ("mood", "temper", ""),
    ("goals", "aims", ""),
    ("reason-for", "ground-for", ""),
    ("brought-claim", "carried-claim", ""),
    ("mood.calm", "mood.quiet", ""),
    ("exact.yes", "exact.aye", ""),
    ("window.short", "window.brief", ""),
    ("caused.first", "caused.primary", ""),
    ("caused.taken-over", "caused.adopted", ""),
    ("goals.fine-tuning.open", "goals.fine-tuning.wide", ""),
    ("cases.calm", "cases.quiet", ""),
    ("training", "schooling", ""),
    ("training.fine-tuning", "training.polish", ""),
    ("elsewhere.2030", "elsewhere.2031", ""),
    ("post", "letter", ""),
    ("critic", "reviewer", ""),
    ("author", "writer", "voice"),
    ("author", "writer", "worldview"),
    ("follower", "pupil", ""),
]


@pytest.mark.long
@pytest.mark.parametrize(("old", "new", "kind"), RENAMED)
def test_after_a_rename_all_is_as_before_but_for_the_name(
    everything: Path, old: str, new: str, kind: str
) -> None:
    """No problem, the same probabilities of everything to all digits, and back again the same bytes."""
    before = {path: path.read_bytes() for path in Path().rglob("*.yaml")}
    [model] = models_at()
    estimates = dict(zip(model.worldviews, _estimates(model), strict=True))
    warnings = len(check()[1])
    renaming(Path(), old, new, sort=kind or None).write()
    assert check()[0] == ()
    assert len(check()[1]) == warnings
    [model] = models_at()
    called = {old: new} if kind == "worldview" or old == "follower" else {}
    assert [called.get(name, name) for name in estimates] == list(model.worldviews)
    assert _estimates(model) == pytest.approx([*estimates.values()], abs=1e-12)
    assert len(_changed(before)) > 0
    renaming(Path(), new, old, sort=kind or None).write()
    assert {path: path.read_bytes() for path in Path().rglob("*.yaml")} == before


def _estimates(model: ModelSpec) -> list[float]:
    return [float(p) for p in probabilities([open_model(model, name) for name in model.worldviews])]


def _changed(before: dict[Path, bytes]) -> list[Path]:
    return [path for path in Path().rglob("*.yaml") if before.get(path) != path.read_bytes()]


def test_a_worldviews_file_moves_and_the_models_follow(everything: Path) -> None:
    """What extends it, the model's list and its expectations mean the new name."""
    found = renaming(Path(), "author", "writer", sort="worldview")
    folder = everything / "arguments/everything/worldviews"
    assert found.contents[folder / "author.yaml"] is None
    found.write()
    assert not (folder / "author.yaml").exists()
    assert "extends: writer" in (folder / "follower.yaml").read_text()
    assert "voice: author" in (folder / "writer.yaml").read_text()
    assert "worldviews: [map, writer, follower]" in (everything / "models/everything.yaml").read_text()


def test_a_sources_list_of_locators_moves(everything: Path) -> None:
    """Its file has the name of the source."""
    renaming(Path(), "post", "letter").write()
    folder = everything / "arguments/everything"
    assert (folder / "sources/letter.yaml").read_text().startswith("source: letter\n")
    assert "letter#P1.2" in (folder / "20-claims.yaml").read_text()


@pytest.mark.parametrize(
    ("names", "options", "code", "said"),
    [
        ("intervall -> span", {}, Code.UNKNOWN_ID, "did you mean `interval`?"),
        ("interval -> point", {}, Code.ALREADY_THERE, "`point` is there already"),
        ("mood.calm -> mood.tense", {}, Code.ALREADY_THERE, "mood.tense"),
        ("caused.first -> caused.leak", {}, Code.RESERVED_ID, "leak"),
        ("interval -> Span of it", {}, Code.BAD_ID, "write `span-of-it`"),
        ("interval -> within", {}, Code.RESERVED_ID, "within"),
        ("mood.calm -> quiet.calm", {}, Code.BAD_ID, "write `mood.calm`"),
        ("author -> writer", {}, Code.AMBIGUOUS_NAME, "--kind voice"),
        ("author -> writer", {"sort": "lexicon"}, Code.UNKNOWN_KIND, "voice"),
        ("goals.fine-tuning -> goals.late", {}, Code.UNKNOWN_ID, "the phase `training.fine-tuning`"),
        ("interval -> span", {"map_": "everythin"}, Code.NO_SUCH_FILE, "did you mean `everything`?"),
    ],
)
def test_what_cannot_be_renamed_is_refused(
    everything: Path, names: str, options: dict[str, str], code: Code, said: str
) -> None:
    """With what was probably meant; nothing is written."""
    with pytest.raises(InvalidMap) as raised:
        renaming(everything, *names.split(" -> "), **options)  # type: ignore[arg-type]
    [problem] = raised.value.problems
    assert problem.code is code
    assert said in f"{problem.message} {problem.hint}"


def test_a_project_with_problems_is_left_alone(everything: Path) -> None:
    """A file that cannot be read could mean the name too."""
    (everything / "arguments/everything/99.yaml").write_text("claims:\n  x: [\n")
    with pytest.raises(InvalidMap) as raised:
        renaming(everything, "interval", "span")
    assert raised.value.problems[0].code is Code.YAML_SYNTAX


def _renamed_map(found: Renaming, folder: Path) -> set[str]:
    with overlaid(found.contents):
        return set(read_map(folder).entry)


def test_what_other_maps_take_in_is_renamed_with_them() -> None:
    """An entry of the shipped map that the readings include: in them and their models as well."""
    maps = {one.title: one for one in maps_at(ROOT)}
    shared = [
        id_
        for id_ in maps["Is deceptive alignment likely by default?"].entry
        if all(id_ in one.entry for title, one in maps.items() if "likely by default" in title)
    ]
    old = shared[0]
    found = renaming(ROOT, old, "a-new-name")
    for name in ("deceptive-alignment", "deceptive-alignment-conjunctive", "deceptive-alignment-routes"):
        entries = _renamed_map(found, ROOT / "arguments" / name)
        assert "a-new-name" in entries
        assert old not in entries


def test_what_a_worldview_was_made_from_is_called_otherwise_and_not_changed(everything: Path) -> None:
    """No warning that the map has changed since, and one that was there stays."""
    folder = everything / "arguments/everything"
    state = state_of(read_map(folder))
    states = dict(state.entries)
    text = "worldview: made\ntext: Made by a page.\njudgements: {interval: 30%, point: 4%}\n"
    entries = f"{{interval: {states['interval']}, point: 00000000}}"
    made = f"made_from: # by hand\n  map: {state.map}\n  entries: {entries}\n"
    (folder / "worldviews/made.yaml").write_text(text + made)
    warned = [(one.code, one.message.replace("`interval`", "`span`")) for one in check(everything)[1]]
    assert warned
    renaming(everything, "interval", "span").write()
    assert [(one.code, one.message) for one in check(everything)[1]] == warned
    assert "made_from: # by hand" in (folder / "worldviews/made.yaml").read_text()


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    """One that has changed meanwhile, or cannot be written, leaves the others as they were."""
    one, two, three, new = (tmp_path / f"{name}.yaml" for name in ("one", "two", "three", "new"))
    for path in (one, two, three):
        path.write_bytes(b"old")
    old = version_of(b"old")
    changes = {one: (old, b"1"), new: (None, b"new"), two: (old, None), three: (old, b"3")}
    three.write_bytes(b"changed")
    with pytest.raises(OtherVersion):
        replace_versions(changes)
    assert (one.read_bytes(), two.read_bytes(), new.exists()) == (b"old", b"old", False)
    three.unlink()
    three.symlink_to(one)
    with pytest.raises(InvalidMap):  # a link is not written through: what was written is taken back
        replace_versions(changes)
    assert (one.read_bytes(), two.read_bytes(), new.exists()) == (b"old", b"old", False)
    three.unlink()
    three.write_bytes(b"old")
    replace_versions(changes)
    assert (one.read_bytes(), two.exists(), new.read_bytes(), three.read_bytes()) == (
        b"1",
        False,
        b"new",
        b"3",
    )


def test_the_command_says_what_it_did(cruxmap: Callable[..., Outcome], everything: Path) -> None:
    """Files, places, and where sentences still say the old name."""
    claims = everything / "arguments/everything/20-claims.yaml"
    claims.write_text(
        claims.read_text().replace("A bare number.", "A bare number (see `interval`), in an interval.")
    )
    told = cruxmap("rename", "interval", "span", "--map", "everything")
    assert told.code == 0
    assert "wrote arguments/everything/20-claims.yaml" in told.out
    assert "interval is span in " in told.out
    [said] = [line for line in told.out.splitlines() if "still say interval: " in line]
    assert said.count("arguments/everything/20-claims.yaml:") == 1
    assert cruxmap("rename", "interval", "span").code == 2
    assert cruxmap("check").code == 0
    (everything / "arguments/everything/unreadable.yaml").write_bytes(b"\xff")
    told = cruxmap("rename", "span", "interval", "--map", "everything")
    assert (told.code, told.err.splitlines()[0]) == (1, "nothing was renamed")
    assert told.err.splitlines()[1].startswith(
        "arguments/everything/unreadable.yaml:1:1: problem not-utf8"
    )


def test_what_is_laid_over_files_is_renamed_too(everything: Path) -> None:
    """As an editor needs it, whose texts are not saved yet."""
    path = everything / "arguments/everything/20-claims.yaml"
    typed = path.read_text().replace("all_of: [interval,", "all_of: [interval, point,").encode()
    new = everything / "arguments/everything/99-new.yaml"
    with overlaid({path: typed, new: b"claims: {fresh: {text: New., credence: same as interval}}\n"}):
        found = renaming(everything, "interval", "span")
    assert b"all_of: [span, point," in (found.contents[path] or b"")
    assert found.versions[path] == version_of(typed)
    assert found.contents[new] == b"claims: {fresh: {text: New., credence: same as span}}\n"
