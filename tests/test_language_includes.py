"""Maps that take in files of other maps: what comes along, what clashes, what leads back, what is told."""

import os
from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.digest import digest
from cruxmap.language.reading import check, read_map, read_model
from cruxmap.language.sources import check_sources
from cruxmap.present.map_picture import chapters
from cruxmap.present.map_text import map_text
from cruxmap.present.stages import picture_of

DECLARED = """\
map: {title: The town}
sources:
  report: {title: A report, note: seen}
  diary: {title: A diary}
  unused: {title: Another one}
voices:
  mayor: {text: The mayor., source: diary#1}
  clerk: {text: The clerk.}
timelines:
  year: {text: A year., phases: {spring: 2, autumn: 1}, source: report}
lexicon: {rare: 1% to 3%, frequent: 5x to 7x}
"""
LOCATORS = "locators: {P1: {section: Rain}, P2: {section: Harm}, P3: {no-claim: A picture.}}\n"
WEATHER = """\
claims:
  rain: {text: It rains., credence: rare, source: report#P1}
  flood: {text: It floods., credence: 20%}
events:
  thaw: {text: The snow melts., timeline: year, emerges: {spring: 60%}}
arguments:
  old-wall:
    text: The wall is old.
    by: mayor
    premises: [{event: thaw, ever: true}]
    credence: 50%
    for: flood
    strength: 3x
"""
MORE = "claims:\n  wealth: {text: The town is rich., credence: 20%, source: unused}\n"
HARM = """\
claims:
  harm: {text: Harm., given: [{when: flood, credence: 30%}, {otherwise: rare}], source: report#P2}
"""
VILLAGE = f"include: [../town/10-weather.yaml]\n{HARM}"


def write(folder: Path, **files: str) -> Path:
    """Write files, `__` in a name for `/` and `_` for `-`, and return the folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/').replace('_', '-')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two maps, of which one takes in a file of the other."""
    monkeypatch.chdir(tmp_path)
    return write(
        tmp_path,
        arguments__town__00_map=DECLARED,
        arguments__town__10_weather=WEATHER,
        arguments__town__20_more=MORE,
        arguments__town__sources__report=LOCATORS,
        arguments__town__worldviews__ann="text: Ann.\njudgements: {rain: 50%}\n",
        arguments__village__a=VILLAGE,
        models__village="model: village\nmap: ../arguments/village\ntarget: harm\n",
    )


def told(path: str = ".") -> list[str]:
    problems, _ = check(path)
    return [f"{p.span.file}:{p.span.line}: {p.code}: {p.message} ({p.hint})" for p in problems]


def the_problem(path: str = "arguments/village") -> Problem:
    (problem,), _ = check(path)
    return problem


# --- what comes along ----------------------------------------------------------------------------


def test_the_map_is_the_one_with_all_that_is_needed_in_its_own_folder(project: Path) -> None:
    declared = DECLARED.replace("map: {title: The town}\n", "").replace(
        "  unused: {title: Another one}\n", ""
    )
    declared = declared.replace("  clerk: {text: The clerk.}\n", "").replace(", frequent: 5x to 7x", "")
    write(
        project,
        elsewhere__village__a=HARM,
        elsewhere__village__b=WEATHER,
        elsewhere__village__c=declared,
        elsewhere__village__sources__report=LOCATORS,
    )
    village, whole = read_map("arguments/village"), read_map("elsewhere/village")
    assert village.entry == whole.entry
    assert village.worldviews == ()
    for part in ("sources", "voices", "timelines", "lexicon"):
        assert sorted(getattr(village, part), key=repr) == sorted(getattr(whole, part), key=repr)
    assert digest(village) == digest(whole)


def test_what_an_included_file_says_counts_for_the_digest(project: Path) -> None:
    before = digest(read_map("arguments/village"))
    write(project, arguments__town__20_more=MORE.replace("20%", "30%"))
    assert digest(read_map("arguments/village")) == before
    write(project, arguments__town__10_weather=WEATHER.replace("20%", "30%"))
    assert digest(read_map("arguments/village")) != before


def test_a_map_may_hold_nothing_but_what_it_includes(project: Path) -> None:
    write(project, arguments__village__a="include: ../town/10-weather.yaml\n")
    assert set(read_map("arguments/village").entry) == {"rain", "flood", "thaw", "old-wall"}


def test_what_stands_in_the_file_itself_comes_whether_or_not_it_is_used(project: Path) -> None:
    text = "include: [../town/10-weather.yaml, ../town/00-map.yaml]\n"
    write(project, arguments__village__a=text + HARM.replace("rare", "same as rain"))
    village = read_map("arguments/village")
    assert village.title == "village"
    assert {source.id for source in village.sources} == {"report", "diary", "unused"}
    assert {voice.about.id for voice in village.voices} == {"mayor", "clerk"}
    assert told("arguments/village") == []


def test_a_file_brings_what_it_includes_itself_once(project: Path) -> None:
    write(
        project,
        arguments__county__a="include: [../village/a.yaml, ../town/10-weather.yaml]\n",
        arguments__county__b="include: [../village/a.yaml]\nclaims: {calm: {text: Calm., credence: 5%}}\n",
    )
    county = read_map("arguments/county")
    assert set(county.entry) == {"calm", *read_map("arguments/village").entry}
    assert {source.id: source.locators and len(source.locators) for source in county.sources} == {
        "report": 3,
        "diary": None,
    }


def test_what_a_file_needs_may_have_come_to_its_map_from_a_third(project: Path) -> None:
    """The village declares no `report` and no `rare` of its own."""
    write(
        project,
        arguments__village__b="claims: {dry: {text: Dry., credence: rare, source: report#P3}}\n",
        arguments__county__a="include: [../village/b.yaml]\n",
    )
    county = read_map("arguments/county")
    assert set(county.entry) == {"dry"}
    assert [source.id for source in county.sources] == ["report"]
    assert [phrase for phrase, _ in county.lexicon] == ["rare"]


def test_the_including_map_counts_what_is_cited(project: Path) -> None:
    [report] = check_sources(read_map("arguments/village"))
    cited = {place.locator: place.cited_by for place in report.locators}
    assert (report.map, report.source) == ("village", "report")
    assert cited == {"P1": ("rain",), "P2": ("harm",), "P3": ()}


def test_what_only_came_along_is_no_reason_for_a_warning(project: Path) -> None:
    """`rain` reaches nothing, and is not warned about; a claim of the map's own is."""
    assert check(".") == ((), ())
    write(project, arguments__village__b="claims: {own: {text: Own., credence: 5%}}\n")
    _, warnings = check("models/village.yaml")
    assert [(w.code, w.span.file) for w in warnings] == [("unreachable-claim", "arguments/village/b.yaml")]


def test_files_of_the_same_name_have_pages_of_their_own(project: Path) -> None:
    (project / "arguments/village/a.yaml").rename(project / "arguments/village/10-weather.yaml")
    pages = chapters(picture_of(read_model("models/village.yaml"), "map"))
    cards = {name: {card.id for card in page.cards if not card.stub} for name, page in pages.items()}
    assert cards == {"10-weather": {"harm"}, "town-10-weather": {"rain", "flood", "thaw"}}


# --- clashes -------------------------------------------------------------------------------------

SAME = """\
sources: {report: {title: A report, note: read}}
voices: {mayor: {text: The mayor., source: diary#1}}
timelines: {year: {text: A year., phases: {spring: 2, autumn: 1}, source: report}}
lexicon: {rare: 0.01 to 0.03}
"""


def test_the_same_may_be_declared_twice(project: Path) -> None:
    before = map_text(read_map("arguments/village"))
    write(project, arguments__village__b=SAME, arguments__village__sources__report=LOCATORS)
    assert told("arguments/village") == []
    assert map_text(read_map("arguments/village")) == before.replace("note: seen", "note: read").replace(
        "1% to 3%", "0.01 to 0.03"
    )


@pytest.mark.parametrize(
    ("own", "section", "place"),
    [
        (SAME.replace("A report", "Another"), "`report`", "arguments/town/00-map.yaml:3"),
        (SAME.replace("The mayor", "A mayor"), "`mayor`", "arguments/town/00-map.yaml:7"),
        (
            SAME.replace("spring: 2, autumn: 1", "autumn: 1, spring: 2"),
            "`year`",
            "arguments/town/00-map.yaml:10",
        ),
        (SAME.replace("0.03", "0.04"), "`rare`", "arguments/town/00-map.yaml:11"),
        (
            "claims: {rain: {text: It rains., credence: 5%}}\n",
            "`rain`",
            "arguments/town/10-weather.yaml:2",
        ),
        (
            "arguments: {}\nevents: {}\nquestions: {flood: 1}\n",
            "`flood`",
            "arguments/town/10-weather.yaml:3",
        ),
    ],
)
def test_what_differs_is_a_clash_that_names_both_places(
    project: Path, own: str, section: str, place: str
) -> None:
    write(project, arguments__village__b=own)
    clash = next(p for p in check("arguments/village")[0] if p.code == "duplicate-id")
    assert clash.message.startswith(f"{section} is there twice")
    assert f"{clash.span.file}:{clash.span.line}" == place
    assert "at arguments/village/b.yaml:" in clash.hint


def test_lists_of_locators_clash_too(project: Path) -> None:
    write(project, arguments__village__sources__report="locators: {P1: {}, P2: {}}\n")
    clash = the_problem()
    assert clash.message == "the list of locators of `report` is there twice, and not the same"
    assert clash.span.file == "arguments/town/sources/report.yaml"
    assert "at arguments/village/sources/report.yaml:1:1" in clash.hint


def test_files_of_two_maps_clash_as_well(project: Path) -> None:
    write(
        project,
        arguments__farm__00_map="lexicon: {rare: 2%}\n",
        arguments__farm__a="claims: {hail: {text: Hail., credence: rare}}\n",
        arguments__village__b="include: [../farm/a.yaml]\n",
    )
    clash = the_problem()
    assert (clash.code, clash.span.file) == ("duplicate-id", "arguments/farm/00-map.yaml")
    assert "arguments/town/00-map.yaml:11:11" in clash.hint


def test_a_phrase_of_the_language_cannot_change_its_meaning_on_the_way(project: Path) -> None:
    """`likely` is 55% to 80% unless a lexicon says otherwise."""
    write(
        project,
        arguments__town__10_weather=WEATHER.replace("20%", "likely"),
        arguments__village__b="lexicon: {likely: 60% to 70%}\n",
    )
    here = the_problem()
    assert (here.code, here.span.file, here.span.line) == (
        "duplicate-id",
        "arguments/town/10-weather.yaml",
        3,
    )
    assert here.message == (
        "`likely` is 55% to 80% in the map of this file, and 60% to 70% in the `lexicon` at "
        "arguments/village/b.yaml:1:11"
    )
    write(project, arguments__village__b="lexicon: {likely: 0.55 to 0.8}\n")
    assert told("arguments/village") == []
    write(
        project,
        arguments__town__00_map=DECLARED.replace("rare: ", "likely: 60% to 70%, rare: "),
        arguments__village__b="claims: {fire: {text: Fire., credence: likely}}\n",
    )
    assert (the_problem().span.file, the_problem().span.line) == ("arguments/village/b.yaml", 1)
    write(
        project,
        arguments__village__b="claims: {fire: {text: Fire., credence: 1%}}\n",
        arguments__village__worldviews__bob="text: Bob.\njudgements: {fire: likely}\n",
    )
    assert the_problem().span.file == "arguments/village/worldviews/bob.yaml"


# --- what is told, and how often -----------------------------------------------------------------


def test_an_entry_that_did_not_come_is_named_with_its_file(project: Path) -> None:
    write(
        project,
        arguments__town__10_weather=WEATHER.replace("thaw, ever: true}", "thaw, ever: true}, wealth"),
    )
    assert told() == [
        "arguments/town/10-weather.yaml:10: unknown-id: there is no claim `wealth` "
        "(`wealth` is in `arguments/town/20-more.yaml`, which `arguments/village` does not include)"
    ]


def test_what_stayed_behind_is_named_whatever_it_is(project: Path) -> None:
    """A claim that a worldview brings to its map, a source, a voice and a timeline."""
    write(
        project,
        arguments__town__worldviews__ann="text: Ann.\nclaims: {hail: {text: Hail., credence: 5%}}\n",
        arguments__village__b="""\
claims:
  own: {text: Own., all_of: [hail], source: unused}
events: {fair: {text: The fair., timeline: decade, emerges: {first: 5%}}}
arguments: {more: {text: More., by: clerk, credence: 5%, for: flood, strength: 2x}}
""",
        arguments__town__00_map=DECLARED.replace(
            "timelines:", "timelines:\n  decade: {text: Ten years., phases: {first: 5}}"
        ),
    )
    hints = [line.partition(" (")[2] for line in told("arguments/village")]
    assert hints == [
        f"`{name}` is in `arguments/town/{file}.yaml`, which `arguments/village` does not include)"
        for name, file in (
            *(("hail", "worldviews/ann"), ("unused", "00-map")),
            *(("decade", "00-map"), ("clerk", "00-map")),
        )
    ]


def test_an_id_that_a_worldview_brings_can_be_taken_by_an_included_entry(project: Path) -> None:
    write(
        project,
        arguments__village__worldviews__bob="text: Bob.\nclaims: {rain: {text: Rain., credence: 5%}}\n",
    )
    clash = the_problem()
    assert (clash.code, clash.span.file) == ("duplicate-id", "arguments/village/worldviews/bob.yaml")
    assert "arguments/town/10-weather.yaml:2:3" in clash.hint


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("for: flood", "for: flod", "unknown-id"),
        ("by: mayor", "by: mayr", "unknown-voice"),
        ("timeline: year", "timeline: yer", "unknown-timeline"),
        ("report#P1", "report#P11", "unknown-locator"),
        ("report#P1", "reprt#P1", "unknown-source"),
        ("credence: rare", "credence: rarely", "unreadable-judgement"),
        ("credence: 50%", "credence: [", "yaml-syntax"),
        ("credence: 50%", "credense: 50%", "unknown-key"),
        ("text: The wall is old.", "", "missing-key"),
        ("events:", "  flood: {text: Again., credence: 1%}\nevents:", "duplicate-key"),
        ("20%", "20%}\n  wet: {text: W., all_of: [wet]", "cycle"),
    ],
)
def test_a_problem_of_a_file_in_two_maps_is_told_once(
    project: Path, before: str, after: str, code: str
) -> None:
    """The town alone tells the same, and so does the village alone."""
    assert before in WEATHER
    write(
        project,
        arguments__town__10_weather=WEATHER.replace(before, after),
        arguments__village__a=VILLAGE.replace("rare", "1%"),
    )
    problems, _ = check(".")
    assert {p.code for p in problems} >= {code}
    places = [(p.code, p.message, p.span) for p in problems]
    assert len(set(places)) == len(places)
    for alone in ("arguments/town", "arguments/village"):
        assert {(p.code, p.message, p.span) for p in check(alone)[0]} == set(places)


def test_what_is_wrong_in_a_needed_declaration_is_told_of_the_including_map(project: Path) -> None:
    write(project, arguments__town__00_map=DECLARED.replace("title: A report", "titel: A report"))
    assert [(p.code, p.span.file) for p in check("arguments/village")[0]] == [
        ("unknown-key", "arguments/town/00-map.yaml")
    ]
    write(project, arguments__town__00_map=DECLARED, arguments__town__sources__report="locators: {\n")
    assert (the_problem().code, the_problem().span.file) == (
        "yaml-syntax",
        "arguments/town/sources/report.yaml",
    )
    write(project, arguments__town__sources__report=LOCATORS, arguments__town__00_map="sources: [\n")
    assert [p.code for p in check("arguments/village")[0]] == ["yaml-syntax"]


def test_what_is_wrong_elsewhere_in_the_other_map_is_not_this_maps_problem(project: Path) -> None:
    write(
        project,
        arguments__town__20_more="claims: {a: {credence: 2}}\n",
        arguments__town__30_worse="sources: [\n",
        arguments__town__sources__diary="locators: {1: {}}\n",
        arguments__town__worldviews__ann="no\n",
    )
    assert told("arguments/village") == []


# --- circles -------------------------------------------------------------------------------------


def test_a_circle_of_files_is_told_once_and_whole(project: Path) -> None:
    write(
        project,
        arguments__town__10_weather=f"include: [../farm/a.yaml]\n{WEATHER}",
        arguments__farm__a="include: [../village/a.yaml]\nclaims: {hail: {text: Hail., credence: 5%}}\n",
    )
    circle = (
        "arguments/farm/a.yaml:1: include-circle: these files take in each other: arguments/farm/a.yaml -> "
        "arguments/village/a.yaml -> arguments/town/10-weather.yaml -> arguments/farm/a.yaml "
        "(move what both need to a file that includes neither)"
    )
    for path in (".", "arguments/town", "arguments/village", "arguments/farm"):
        assert told(path) == [circle]


def test_a_file_of_the_including_map_may_not_come_back_by_another(project: Path) -> None:
    write(
        project,
        arguments__town__10_weather=f"include: [../village/b.yaml]\n{WEATHER}",
        arguments__village__b="claims: {own: {text: Own., credence: 5%}}\n",
    )
    assert told() == [
        "arguments/town/10-weather.yaml:1: include-circle: these maps take in each other: "
        "arguments/village/a.yaml -> arguments/town/10-weather.yaml -> arguments/village/b.yaml "
        "(move what both need to a file that includes neither)"
    ]


def test_two_maps_may_each_take_in_a_file_that_takes_in_nothing(project: Path) -> None:
    write(
        project,
        arguments__town__30_own="include: [../village/b.yaml]\n",
        arguments__village__b="claims: {own: {text: Own., credence: rare}}\n",
    )
    assert told() == []
    assert "own" in read_map("arguments/town").entry


@pytest.mark.long
def test_files_take_in_one_another_up_to_a_hundred(project: Path) -> None:
    for number in range(102):
        text = f"claims: {{c{number}: {{text: C., credence: 5%}}}}\n"
        text += f"include: [../m{number + 1}/a.yaml]\n" if number < 101 else ""
        write(project, **{f"arguments__m{number}__a": text})
    assert len(read_map("arguments/m1").entry) == 101
    problem = the_problem("arguments/m0")
    assert (problem.code, problem.span.file) == ("too-deep", "arguments/m100/a.yaml")


# --- which files ---------------------------------------------------------------------------------

SECRET = "password: hunter2\n"


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("../town/00-map.yml", "bad-include"),
        ("../town", "bad-include"),
        ("../town/worldviews/ann.yaml", "bad-include"),
        ("../../secret.yaml", "bad-include"),
        ("../../../secret.yaml", "bad-include"),
        ("../secret.yaml", "bad-include"),
        ("b.yaml", "bad-include"),
        ("../village/b.yaml", "bad-include"),
        ("..\\town\\10-weather.yaml", "bad-include"),
        ("ABSOLUTE/town/10-weather.yaml", "bad-include"),
        ("../town/link.yaml", "bad-include"),
        ("../linked/secret.yaml", "bad-include"),
        ("../town/10-wether.yaml", "no-such-file"),
        ("../twn/10-weather.yaml", "no-such-file"),
        ("../town/loop.yaml", "no-such-file"),
    ],
)
def test_only_files_of_maps_beside_this_one_are_taken_in(project: Path, named: str, code: str) -> None:
    write(project, secret=SECRET, arguments__village__b="claims: {own: {text: Own., credence: 5%}}\n")
    write(project, arguments__secret=SECRET, outside__secret=SECRET)
    (project / "arguments/town/link.yaml").symlink_to("../../secret.yaml")
    (project / "arguments/town/loop.yaml").symlink_to("loop.yaml")
    (project / "arguments/linked").symlink_to("../outside")
    named = named.replace("ABSOLUTE", str(project / "arguments"))
    write(project, arguments__village__a=f"include: ['{named}']\n{HARM}")
    problem = the_problem()
    assert (problem.code, problem.span.file, problem.span.line) == (code, "arguments/village/a.yaml", 1)
    assert "hunter2" not in repr(problem)


def test_the_nearest_file_is_named(project: Path) -> None:
    write(project, arguments__village__a=VILLAGE.replace("weather", "wether"))
    assert the_problem().hint == "did you mean `10-weather.yaml`?"


def test_a_file_is_named_once(project: Path) -> None:
    name = "../town/10-weather.yaml"
    write(project, arguments__village__a=f"include: [{name}, {name}]\n{HARM}")
    assert (the_problem().code, the_problem().span.column) == ("repeated", 36)


def test_a_map_that_is_in_no_project_takes_in_nothing(project: Path) -> None:
    os.rename(project / "arguments", project / "maps")
    problem = the_problem("maps/village")
    assert problem.code == "bad-include"
    assert "`arguments/`" in problem.hint


def test_links_inside_a_project_are_followed_to_one_file(project: Path) -> None:
    (project / "arguments/city").symlink_to("town")
    write(project, arguments__village__b="include: [../city/10-weather.yaml]\n")
    assert told("arguments/village") == []
    (project / "arguments/dorf").symlink_to("village")
    write(project, arguments__village__a="include: [../dorf/b.yaml]\n")
    with pytest.raises(InvalidMap, match="these maps take in each other"):
        read_map("arguments/village")
