"""Names in files: each is found where it stands, and what is the same thing is known to be."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cruxmap.language.for_editors.mentions import Mentions, mentions, project_around
from cruxmap.language.for_editors.uses import Sort
from cruxmap.language.reading import maps_at

ROOT = Path(__file__).parents[1]
PROJECTS = [ROOT, ROOT / "tests/maps/good", *sorted((ROOT / "src/cruxmap/examples").iterdir())]
_PROSE = {
    "text",
    "note",
    "title",
    "author",
    "section",
    "no-claim",
    "fitted",
    "remarks",
    "url",
    "date",
    "tags",
}
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@pytest.fixture(scope="module", params=PROJECTS, ids=lambda path: path.name)
def found(request: pytest.FixtureRequest) -> Mentions:
    """All mentions of a shipped project."""
    return mentions(request.param)


def _names_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield every word of a file that is in no sentence, with its place, as another library reads it."""
    node = yaml.compose(text, yaml.SafeLoader)
    ahead = [] if node is None else [node]
    while ahead:
        node = ahead.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                ahead.append(key)
                if key.value not in _PROSE:
                    ahead.append(value)
                elif key.value == "remarks":
                    ahead += [entry for entry, _ in value.value]
        elif isinstance(node, yaml.SequenceNode):
            ahead += node.value
        else:
            start = node.start_mark.index
            for word in _WORD.finditer(text, start, node.end_mark.index):
                yield word.start(), word[0]


def test_each_id_that_stands_in_a_file_is_found_at_its_place(found: Mentions) -> None:
    """No id of an entry is overlooked, and none is found elsewhere."""
    known = {id_ for _, id_ in found.kinds}
    assert known
    for path, file in found.files.items():
        here = {m.start: m for m in found.by_file[path] if m.sort is Sort.ENTRY}
        others = [m for m in found.by_file[path] if m.sort is not Sort.ENTRY]
        words = dict(_names_in(file.source.text))
        for start, word in words.items():
            if word in known and start not in here:  # the name of something else
                assert any(m.start <= start < m.end for m in others), (path, start, word)
        for start, mention in here.items():
            assert words[start] == mention.name == file.source.text[start : mention.end]
            line = file.source.lines[mention.span.line - 1]
            assert line[mention.span.column - 1 :].startswith(mention.name)
            assert found.at(path, mention.span.line, mention.span.column) in found.by_file[path]


def test_each_name_but_locators_and_defaults_is_defined_once(found: Mentions) -> None:
    """What is referred to is defined, in one place."""
    for mention in found:
        if mention.sort not in (Sort.LOCATOR, Sort.FILE):
            defined = found.definitions(mention)
            own_number = mention.sort is Sort.NUMBER and not mention.is_definition
            assert len(defined) == 1 or (own_number and not defined), mention
            text = found.files[mention.file].source.text[mention.start : mention.end]
            assert mention.name.endswith(text)


def test_definitions_are_where_the_reader_has_them(found: Mentions) -> None:
    """Entries, worldviews and addresses are those of the maps."""
    addresses = {m.address for m in found} | {m.name for m in found}
    for one in maps_at(found.root):
        for id_, entry in one.entry.items():
            defined = {m.span[1:3]: m for m in found.of(id_, Sort.ENTRY) if m.is_definition}
            assert defined[entry.about.span[1:3]].file == Path(entry.about.span.file).absolute()
        for worldview in one.worldviews:
            for judgement in worldview.judgements:
                assert judgement.address in addresses
        for question in one.questions:
            assert {f"{question.about.id}.{state}" for state in question.states} <= addresses


def _project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", "-")
        path = path.with_name(f"{path.name}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


A = """\
include: ["../b/set.yaml"]
voices: {ann: {text: Ann.}}
claims:
  top: {text: Top., all_of: [shared, own]}
  own: {text: Own., credence: "open"}
"""
B = """\
timelines: {clock: {text: Clock., phases: {early: 1, late: 1}}}
lexicon: {open: 20% to 80%}
sources: {post: {title: Post}}
claims: {b-only: {text: Only in b., credence: same as shared.one}}
"""
SET = """\
claims:
  shared:
    text: Shared.
    source: post#P1
    given: [{id: one, when: {'mood': calm}, credence: open}, {otherwise: 10%}]
questions:
  mood: {text: Mood., states: [calm, tense], credence: {calm: 40%, tense: rest}}
events:
  comes: {text: Comes., timeline: clock, emerges: {early: 10%}}
"""
ANN = "worldview: ann\nvoice: ann\njudgements: {shared.one: 20%, mood.calm: 30%, comes.early: 5%}\n"
MODEL = (
    "model: a\nmap: ../arguments/a\ntarget: top\nassuming: [{event: comes, during: early}, {mood: calm}]\n"
)


@pytest.fixture
def two_maps(tmp_path: Path) -> Path:
    """A project of two maps, of which one takes in a file of the other."""
    files = {"arguments__a__map": A, "arguments__b__map": B, "arguments__b__set": SET}
    return _project(tmp_path, arguments__a__worldviews__ann=ANN, models__a=MODEL, **files)


def _files_of(found: Mentions, name: str, sort: Sort | None = None) -> list[str]:
    return [m.file.relative_to(found.root).as_posix() for m in found.of(name, sort)]


def test_what_another_map_takes_in_is_one_thing_in_both(two_maps: Path) -> None:
    """Its entries, states, rows, sources and phrases are found in both maps and in the models."""
    found = mentions(two_maps)
    home = two_maps / "arguments/b"
    assert {m.home for m in found.of("shared")} == {home}
    assert _files_of(found, "shared") == [
        *("arguments/b/set.yaml", "arguments/a/map.yaml", "arguments/a/worldviews/ann.yaml"),
        "arguments/b/map.yaml",
    ]
    ann = "arguments/a/worldviews/ann.yaml"
    assert _files_of(found, "shared.one") == ["arguments/b/set.yaml", ann, "arguments/b/map.yaml"]
    assert _files_of(found, "mood.calm", Sort.STATE).count("models/a.yaml") == 1
    assert _files_of(found, "clock.early") == [
        "arguments/b/map.yaml",
        ann,
        "arguments/b/set.yaml",
        "models/a.yaml",
    ]
    assert _files_of(found, "open") == [
        "arguments/b/map.yaml",
        "arguments/a/map.yaml",
        "arguments/b/set.yaml",
    ]
    assert _files_of(found, "ann", Sort.VOICE) == ["arguments/a/map.yaml", ann]
    assert _files_of(found, "ann", Sort.WORLDVIEW) == [ann]
    assert {m.name for m in found.of("comes.early")} == {"clock.early", "comes.early"}


def test_texts_that_are_not_saved_count_and_may_be_half_written(two_maps: Path) -> None:
    """A line that is no YAML yet takes nothing away from the others."""
    path = two_maps / "arguments/a/map.yaml"
    new = two_maps / "arguments/a/new.yaml"
    half = A.replace("  own: {", "  half: {text: \n  own: {").replace("shared, own", "shared, fresh")
    found = mentions(two_maps / "arguments/a", {path: half, new: "claims:\n  fresh:\n    text: >9"})
    assert [m.file for m in found.of("fresh") if m.is_definition] == [new]
    assert path in {m.file for m in found.of("fresh")}
    assert found.files[path].source.text == half
    mention = found.at(path, 4, 31)
    assert mention is not None
    assert mention.name == "shared"
    assert found.at(path, 4, 3) is not None
    assert found.at(path, 99, 1) is None


def test_a_project_is_found_from_any_place_in_it(two_maps: Path) -> None:
    """From a map's folder, from a worldview and from a model."""
    for place in ("arguments/a", "arguments/a/worldviews/ann.yaml", "models/a.yaml", "."):
        assert project_around(two_maps / place) == two_maps
    alone = two_maps / "arguments/b"
    apart = two_maps.parent / "apart"
    alone.rename(apart)
    assert project_around(apart / "set.yaml") == apart
    assert "shared" in mentions(apart).names(Sort.ENTRY)
    inside = two_maps / "drafts/b"  # in a project, and none of its maps
    inside.parent.mkdir()
    apart.rename(inside)
    assert project_around(inside) == inside
    assert "shared" in mentions(inside).names(Sort.ENTRY)
