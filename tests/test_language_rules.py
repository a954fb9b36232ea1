"""The rules of the language one by one: small maps, and the codes of what is wrong with them."""

from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.argument_map import During, Ever
from cruxmap.language.reading import check, read_map
from cruxmap.language.typed import parse_settings
from cruxmap.present.map_text import map_text
from helpers.examples import TRAINING
from helpers.maps_from_text import model as model_of

BASE = """\
sources:
  post: {title: A post}
voices:
  anna: {text: Anna.}
timelines:
  day: {text: One day., phases: {morning: 2, evening: 3}}
  week: {text: One week., phases: {workdays: 5, weekend: 2}}
claims:
  rain: {text: It rains., credence: 30%, source: post#1}
  wind: {text: It blows., credence: 20% to 40%}
  wet: {text: It is wet., all_of: [rain]}
  flood:
    text: It floods.
    routes: [{id: river, when: rain, chance: 10%}, {when: wind, chance: 5%}]
  cold:
    text: It is cold.
    given: [{id: windy, when: wind, credence: 60%}, {otherwise: 20%}]
questions:
  sky:
    text: How is the sky?
    states: [clear, grey, black]
    credence: {clear: 30% to 50%, grey: 40%, black: rest}
  light:
    text: How is the light?
    states: [dim, bright]
    given: [{id: fair, when: {sky: clear}, state: bright}, {otherwise: {dim: 70%, bright: 30%}}]
  delay:
    text: How long from the one to the other?
    states: [none, some]
    gap: {from: shower, to: storm, at_least: {some: 1}}
events:
  shower: {text: A shower., timeline: day, emerges: {morning: 20%}}
  storm: {text: A storm., timeline: day, requires: [shower], emerges: {morning: 1%, evening: 30%}}
  both: {text: Both., timeline: day, later_of: [shower, storm]}
  fair: {text: A fair., timeline: week, emerges: {weekend: 10%}}
arguments:
  clouds: {text: There are clouds., by: anna, credence: 80%, for: rain, strength: 3x}
  old-clouds: {text: They are old clouds., undercuts: clouds}
"""


def found(folder: Path, files: dict[str, str]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return check(folder)


def codes(folder: Path, **sections: str) -> list[str]:
    """Return the codes of problems and warnings of the base with more in another file."""
    more = "".join(f"{section}:\n  {entry}\n" for section, entry in sections.items())
    problems, warnings = found(folder, {"base.yaml": BASE, "more.yaml": more})
    return [problem.code for problem in (*problems, *warnings)]


def one_or_none(code: str | None) -> list[str]:
    """Return the codes that are expected where there is one problem, or none."""
    return [] if code is None else [code]


def test_the_base_is_clean(tmp_path: Path) -> None:
    assert codes(tmp_path) == []


# --- conditions ---


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("rain", None),
        ("{rain: false}", None),
        ("{rain: true, sky: [clear, grey]}", None),
        ("[rain, {not: wind}]", None),
        ("{all_of: [rain, {any_of: [wind, cold]}]}", None),
        ("{event: shower, before: storm}", None),
        ("{event: shower, before: storm, by: 2}", None),
        ("{event: shower, within: 0, of: storm}", None),
        ("{event: shower, during: evening}", None),
        ("{event: both, by_end_of: morning}", None),
        ("{event: storm, ever: false}", None),
        ("rainn", "unknown-id"),
        ("{rainn: true}", "unknown-id"),
        ("sky", "wrong-reference"),
        ("shower", "wrong-reference"),
        ("shower.morning", "wrong-reference"),
        ("clouds", "wrong-reference"),
        ("{shower: true}", "wrong-reference"),
        ("{rain: clear}", "not-true-or-false"),
        ("{rain: [true, false]}", "not-true-or-false"),
        ("{sky: blue}", "unknown-state"),
        ("{sky: true}", "unknown-state"),
        ("{sky: [clear, clear]}", "repeated"),
        ("{sky: []}", "empty-list"),
        ("[]", "empty-list"),
        ("{}", "empty-list"),
        ("{event: rain, ever: true}", "wrong-reference"),
        ("{event: shower}", "missing-key"),
        ("{event: shower, before: storm, during: morning}", "unknown-key"),
        ("{event: shower, before: storm, by: two}", "not-a-whole-number"),
        ("{event: shower, before: storm, by: 0}", "not-a-whole-number"),
        ("{event: shower, within: -1, of: storm}", "not-a-whole-number"),
        ("{event: shower, within: 1}", "missing-key"),
        ("{event: shower, before: fair}", "different-timelines"),
        ("{event: shower, during: weekend}", "unknown-phase"),
        ("{event: shower, ever: yes}", "not-true-or-false"),
        ("{not: rain, wind: true}", "unknown-key"),
        ("{all_of: rain}", "wrong-shape"),
    ],
)
def test_conditions(tmp_path: Path, condition: str, code: str | None) -> None:
    entry = (
        f"probe:\n    text: A probe.\n    given: [{{when: {condition}, credence: 5%}}, {{otherwise: 6%}}]"
    )
    assert codes(tmp_path, claims=entry) == one_or_none(code)


# --- claims, questions, events ---


def both_rows(first: str, second: str) -> str:
    return f"given: [{{when: {first}, credence: 5%}}, {{when: {second}, credence: 6%}}]"


@pytest.mark.parametrize(
    ("basis", "code"),
    [
        ("all_of: [rain], if_met: 90%, otherwise: 1%", None),
        ("at_least: {count: 2, of: [rain, wind]}", None),
        ("at_least: {count: 0, of: [rain, wind]}", "not-a-whole-number"),
        ("routes: [{chance: 5%}, {id: a, when: rain, chance: 5%}], leak: 1%, when: wind", None),
        ("routes: [{id: a, chance: 5%}, {id: a, chance: 6%}]", "duplicate-id"),
        ("routes: [{id: leak, chance: 5%}]", "reserved-id"),
        ("routes: [{id: a, when: rain}]", "missing-key"),
        ("credence: 5%, leak: 1%", "misplaced-key"),
        ("credence: 5%, when: rain", "misplaced-key"),
        ("given: [{when: rain, credence: 5%}]", "uncovered-case"),
        (both_rows("rain", "{rain: false}"), None),
        (both_rows("{event: shower, ever: true}", "{event: shower, ever: false}"), None),
        (both_rows("{event: shower, before: storm}", "{event: storm, before: shower}"), "uncovered-case"),
        (both_rows("{sky: [clear, grey]}", "{sky: black}"), None),
        ("given: [{id: otherwise, when: rain, credence: 5%}, {otherwise: 5%}]", "reserved-id"),
        ("given: [{id: a, when: rain, credence: 5%}, {id: b, otherwise: 5%}]", None),
        ("given: [{id: a, when: rain, credence: 5%}, {id: a, otherwise: 5%}]", "duplicate-id"),
        ("given: [{id: otherwise, otherwise: 5%}]", "reserved-id"),
        ("given: [{credence: 5%}, {otherwise: 5%}]", "missing-key"),
        ("credence: same as rain", None),
        ("credence: same as cold.windy", None),
        ("credence: same as sky.black", None),
        ("credence: same as clouds.strength", "wrong-kind"),
        ("credence: same as flood.rivers", "unknown-address"),
        ("credence: same as shower.evening", "unknown-address"),
        ("credence: same as probe", "same-as-circle"),
        ("credence: rest", "unreadable-judgement"),
        ("credence: {value: 5%, note: x}", None),
        ("credence: {note: x}", "missing-key"),
        ("credence: [5%]", "wrong-shape"),
        ("credence: ", "unreadable-judgement"),
        ("all_of: [probe]", "cycle"),
    ],
)  # fmt: skip
def test_claims(tmp_path: Path, basis: str, code: str | None) -> None:
    assert codes(tmp_path, claims=f"probe: {{text: A probe., {basis}}}") == one_or_none(code)


@pytest.mark.parametrize(
    ("basis", "code"),
    [
        ("states: [a, b], credence: {a: 50%, b: 50%}", None),
        ("states: [yes, none], credence: {yes: 50%, none: rest}", None),
        ("states: [a, b], credence: {a: 30.05%, b: 70%}", None),
        ("states: [a, b], credence: {a: 30.2%, b: 70%}", "shares-sum"),
        ("states: [a, b], credence: {a: 20% to 40%, b: 74%}", None),
        ("states: [a, b], credence: {a: 20% to 40%, b: 79%}", "shares-sum"),
        ("states: [a, b], credence: {a: 100%, b: rest}", "shares-sum"),
        ("states: [a, b, c], credence: {a: 33.3%, b: 66.7%, c: rest}", "shares-sum"),
        ("states: [a, b, c], credence: {a: 20% to 40%, b: 60% to 80%, c: rest}", "shares-sum"),
        ("states: [a, b], credence: {a: 99.99999999999999999999%, b: rest}", None),
        ("states: [a, b, c], credence: {a: 99.99999999999%, b: 1e-14, c: rest}", None),
        ("states: [a, b, c], credence: {a: 1/3, b: 1/3, c: 1/3}", None),
        ("states: [a, b], credence: {a: 3:1, b: 1 in 4}", None),
        ("states: [a, b], credence: {a: 100%, b: 0%}", None),
        ("states: [a, b], credence: {a: rest, b: rest}", "misplaced-rest"),
        ("states: [a, b], credence: {a: 100%}", "missing-share"),
        ("states: [a, b], credence: {a: 50%, c: 50%}", "unknown-state"),
        ("states: [a, b], credence: 50%", "wrong-shape"),
        ("states: [a, b], credence: {}", "empty-list"),
        ("states: [a, a], credence: {a: 100%}", "duplicate-id"),
        ("states: [a, rest], credence: {a: 50%, rest: 50%}", "reserved-id"),
        ("states: [a, b]", "no-basis"),
        ("states: [a, b], credence: {a: same as rain, b: rest}", None),
        ("states: [a, b], credence: {a: same as probe.b, b: rest}", "same-as-circle"),
        ("states: [a, b], credence: {a: same as rain, b: 40%}", "shares-sum"),
        ("states: [a, b], given: [{when: rain, state: a}, {otherwise: {a: 1%, b: 99%}}]", None),
        ("states: [a, b], given: [{when: rain, state: a}]", "uncovered-case"),
        ("states: [a, b], given: [{when: rain, state: c}, {otherwise: {a: 1%, b: 99%}}]", "unknown-state"),
        ("states: [a, b], given: [{when: rain}, {otherwise: {a: 1%, b: 99%}}]", "no-basis"),
        ("states: [a, b], given: [{when: rain, state: a}, {otherwise: {a: 1%, b: 89%}}]", "shares-sum"),
        ("states: [a, b], gap: {from: shower, to: storm, at_least: {b: 1}}", None),
        ("states: [a, b], gap: {from: shower, to: storm, at_least: {a: 1}}", "gap-thresholds"),
        ("states: [a, b, c], gap: {from: shower, to: storm, at_least: {b: 1}}", "gap-thresholds"),
        ("states: [a, b, c], gap: {from: shower, to: storm, at_least: {b: 2, c: 2}}", "gap-thresholds"),
        ("states: [a, b], gap: {from: shower, to: fair, at_least: {b: 1}}", "different-timelines"),
        ("states: [a, b], gap: {from: shower, to: rain, at_least: {b: 1}}", "wrong-reference"),
    ],
)  # fmt: skip
def test_questions(tmp_path: Path, basis: str, code: str | None) -> None:
    assert codes(tmp_path, questions=f"probe: {{text: A probe., {basis}}}") == (
        [] if code is None else [code]
    )


@pytest.mark.parametrize(
    ("basis", "code"),
    [
        ("timeline: day, emerges: {evening: 5%, morning: 1%}", None),
        ("timeline: day, emerges: {}", "empty-list"),
        ("timeline: day, emerges: {weekend: 5%}", "unknown-phase"),
        ("timeline: day, emerges: {evening: {credence: 5%, pace: 0.5x}}", None),
        ("timeline: day, emerges: {evening: {credence: 5%, pace: 5%}}", "wrong-kind"),
        ("timeline: day, emerges: {evening: {pace: 2x}}", "no-basis"),
        (
            "timeline: day, emerges: {evening: {when: rain, given: [{when: wind, credence: 1%}]}}",
            "uncovered-case",
        ),
        ("timeline: day, emerges: {evening: {when: {event: fair, ever: true}, credence: 5%}}", None),
        ("timeline: day, emerges: {evening: {when: {event: probe, ever: true}, credence: 5%}}", "cycle"),
        ("timeline: day, requires: storm, emerges: {evening: 5%}", None),
        ("timeline: day, requires: fair, emerges: {evening: 5%}", "different-timelines"),
        ("timeline: day, requires: [storm, storm], emerges: {evening: 5%}", "repeated"),
        ("timeline: day, requires: rain, emerges: {evening: 5%}", "wrong-reference"),
        ("timeline: day, later_of: [shower, fair]", "different-timelines"),
        ("timeline: day, earlier_of: [shower], requires: storm", "misplaced-key"),
        ("timeline: day, earlier_of: [shower], emerges: {evening: 5%}", "several-bases"),
        ("emerges: {evening: 5%}", "missing-key"),
    ],
)
def test_events(tmp_path: Path, basis: str, code: str | None) -> None:
    assert codes(tmp_path, events=f"probe: {{text: A probe., {basis}}}") == one_or_none(code)


def test_an_event_may_not_depend_back_on_an_event_that_depends_on_it(tmp_path: Path) -> None:
    base = "text: X., timeline: day, emerges: {evening"
    entry = f"first: {{{base}: {{when: {{event: second, during: morning}}, credence: 5%}}}}}}\n"
    entry += f"  second: {{{base}: {{when: {{event: first, during: morning}}, credence: 5%}}}}}}"
    assert codes(tmp_path, events=entry) == ["cycle"]


# --- arguments ---


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("for: rain, strength: 3x", None),
        (
            "against: [cold, flood.river, storm.evening, {sky: [grey, black]}, {light: dim}], strength: weak",
            None,
        ),
        ("undercuts: [clouds, old-clouds], force: 50%", None),
        ("for: rain, strength: 3x, premises: wind", None),
        ("for: rain, strength: 3x, premises: []", None),
        ("for: rain, strength: 3x, premises: [clouds]", "wrong-reference"),
        ("for: rain, against: cold, strength: 3x", "no-direction"),
        ("for: rain", "missing-key"),
        ("undercuts: clouds, strength: 3x", "misplaced-key"),
        ("undercuts: rain", "wrong-reference"),
        ("undercuts: probe", "cycle"),
        ("for: wet, strength: 3x", "not-arguable"),
        ("for: flood, strength: 3x", "not-arguable"),
        ("for: cold.windy, strength: 3x", "not-arguable"),
        ("for: rain.credence, strength: 3x", "not-arguable"),
        ("for: flood.stream, strength: 3x", "unknown-id"),
        ("for: storm, strength: 3x", "not-arguable"),
        ("for: both.morning, strength: 3x", "not-arguable"),
        ("for: shower.evening, strength: 3x", "not-arguable"),
        ("for: shower.weekend, strength: 3x", "unknown-phase"),
        ("for: {delay: some}, strength: 3x", "not-arguable"),
        ("for: sky, strength: 3x", "not-arguable"),
        ("for: sky.grey, strength: 3x", "not-arguable"),
        ("for: clouds, strength: 3x", "not-arguable"),
        ("for: {sky: blue}, strength: 3x", "unknown-state"),
        ("for: {sky: grey, light: dim}, strength: 3x", "wrong-shape"),
        ("for: {rain: true}, strength: 3x", "wrong-reference"),
        ("for: [{sky: grey}, {sky: [grey, black]}], strength: 3x", "repeated"),
        ("for: [], strength: 3x", "empty-list"),
        ("for: rain, strength: 3x, by: anna", "credence-needed"),
        ("for: rain, strength: 3x, by: ann, credence: 5%", "unknown-voice"),
        ("for: rain, strength: 3x, premises: [{event: shower, ever: true}]", None),
        ("for: wind, strength: 3x, premises: cold", "cycle"),
        ("for: rain, strength: 1x", "no-force"),
        ("for: rain, strength: same as other-pace, ", "unknown-address"),
        ("for: rain, strength: same as storm.evening.pace", None),
    ],
)
def test_arguments(tmp_path: Path, rest: str, code: str | None) -> None:
    assert codes(tmp_path, arguments=f"probe: {{text: A probe., {rest}}}") == one_or_none(code)


def test_a_strength_may_not_be_the_same_as_a_pace_under_one(tmp_path: Path) -> None:
    slow = "slow: {text: Slow., timeline: day, emerges: {evening: {credence: 5%, pace: 0.5x}}}"
    argument = "probe: {text: A probe., for: rain, strength: same as slow.evening.pace}"
    assert codes(tmp_path, events=slow, arguments=argument) == ["strength-below-one"]


@pytest.mark.parametrize(
    ("claim", "targets", "warned"),
    [
        ("credence: 100%", "probe", True),
        ("credence: 99%", "probe", False),
        ("given: [{when: rain, credence: 0%}, {otherwise: 100%}]", "probe", True),
        ("given: [{when: rain, credence: 0%}, {otherwise: 99%}]", "probe", False),
        ("routes: [{id: a, chance: 100%}, {id: b, chance: 5%}]", "probe.a", True),
        ("routes: [{id: a, chance: 100%}, {id: b, chance: 5%}]", "probe.b", False),
    ],
)
def test_arguments_on_certainties_are_warned_of(
    tmp_path: Path, claim: str, targets: str, warned: bool
) -> None:
    given = codes(
        tmp_path,
        claims=f"probe: {{text: A probe., {claim}}}",
        arguments=f"moving: {{text: It moves it., for: {targets}, strength: 3x}}",
    )
    assert given == (["certain-but-argued"] if warned else [])


def test_sixteen_arguments_are_fine_and_states_count_together(tmp_path: Path) -> None:
    def arguments(count, target):
        return "\n  ".join(f"a{n}: {{text: A., for: {target}, strength: 2x}}" for n in range(count))

    assert codes(tmp_path, arguments=arguments(16, "wind")) == []
    states = arguments(10, "{sky: grey}") + "\n  " + arguments(20, "{sky: black}").split("\n  ", 10)[-1]
    assert codes(tmp_path, arguments=states) == ["too-many-arguments"]


# --- worldviews ---


def judged(folder: Path, text: str, **others: str) -> list[str]:
    files = {"base.yaml": BASE, "worldviews/anna.yaml": "text: What Anna thinks.\n" + text}
    files |= {f"worldviews/{name}.yaml": "text: Another.\n" + other for name, other in others.items()}
    problems, warnings = found(folder, files)
    return [problem.code for problem in (*problems, *warnings)]


@pytest.mark.parametrize(
    ("judgement", "code"),
    [
        ("rain: 20%", None),
        ("clouds: 20%", None),
        ("clouds.strength: 4x", None),
        ("clouds.strength: 0.5x", "strength-below-one"),
        ("clouds.force: 50%", "unknown-address"),
        ("old-clouds.force: 50%", None),
        ("wet.if_met: 90%", None),
        ("wet.otherwise: 10%", None),
        ("wet: 90%", "unknown-address"),
        ("flood.river: 3%", None),
        ("flood.leak: 3%", None),
        ("flood: 3%", "unknown-address"),
        ("'flood#wind': 3%", "unknown-address"),
        ("cold.windy: 3%", None),
        ("cold.otherwise: 3%", None),
        ("cold: 3%", "unknown-address"),
        ("storm.evening: 3%", None),
        ("storm.evening.pace: 3x", None),
        ("storm.evening.pace: 3%", "wrong-kind"),
        ("shower.evening: 3%", "unknown-address"),
        ("sky: {clear: 10%, grey: 10%, black: rest}", None),
        ("sky: {clear: 10%, grey: 10%, black: 10%}", "shares-sum"),
        ("sky: {clear: 10%, grey: 90%}", "missing-share"),
        ("sky: {clear: rest, grey: 10%, black: rest}", "misplaced-rest"),
        ("sky: {clear: 10%, gray: 10%, black: rest}", "unknown-state"),
        ("sky: {value: {clear: 10%, grey: 10%, black: rest}, source: post#2}", None),
        ("sky: {value: 10%}", "wrong-shape"),
        ("sky: 10%", "wrong-kind"),
        ("rain: {a: 10%, b: rest}", "wrong-kind"),
        ("sky.clear: 10%", None),
        ("sky.clear: rest", "misplaced-rest"),
        ("sky.clear: 100%", "shares-sum"),
        ("light.otherwise: {dim: 5%, bright: 95%}", None),
        ("light.fair: {dim: 5%, bright: 95%}", None),
        ("light.fair.dim: 5%", None),
        ("light.fair.bright: 5%", "shares-sum"),
        ("light: {dim: 5%, bright: 95%}", "unknown-address"),
        ("delay: {none: 5%, some: 95%}", "unknown-address"),
        ("rain: same as wind", None),
        ("rain: same as clouds.strength", "wrong-kind"),
        ("rain: {value: 5%, source: blog}", "unknown-source"),
        ("nowhere: 5%", "unknown-address"),
    ],
)
def test_judgements(tmp_path: Path, judgement: str, code: str | None) -> None:
    assert judged(tmp_path, f"judgements:\n  {judgement}\n") == one_or_none(code)


def test_settings_are_checked_in_the_worldviews_that_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "worldviews").mkdir()
    (tmp_path / "map.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "worldviews/anna.yaml").write_text(
        "text: A.\njudgements: {sky.grey: 50%}\n", encoding="utf-8"
    )
    argument_map, settings = read_map(tmp_path), {"sky.clear": "60%"}
    assert len(parse_settings(settings.items(), argument_map, ["map"])) == 1
    with pytest.raises(InvalidMap, match=r"sum to 110%.*in the worldview `anna`"):
        parse_settings(settings.items(), argument_map)
    with pytest.raises(InvalidMap, match="shares-sum"):
        cm.probability(argument_map, "rain", worldview="anna", judgements=settings)
    assert 0 < cm.probability(argument_map, "rain", judgements=settings) < 1


def test_an_otherwise_row_is_called_by_its_id(tmp_path: Path) -> None:
    rows = "given: [{id: a, when: rain, credence: 5%}, {id: b, otherwise: 6%}]"
    shares = "given: [{when: rain, state: x}, {id: c, otherwise: {x: 1%, y: rest}}]"
    text = BASE.replace("  wet:", f"  hot: {{text: H., {rows}}}\n  wet:")
    text = text.replace("  sky:", f"  mud: {{text: M., states: [x, y], {shares}}}\n  sky:")
    text = text.replace(
        "  both:", f"  dew: {{text: D., timeline: day, emerges: {{morning: {{{rows}}}}}}}\n  both:"
    )
    text = text.replace(
        "  fair:",
        "  ice: {text: I., timeline: day, emerges: {morning: {given: [{id: d, otherwise: 7%}]}}}\n  fair:",
    )
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    argument_map = read_map(tmp_path)
    own = {"hot.b", "mud.c.x", "mud.c.y", "dew.morning.b", "ice.morning.d"}
    assert own <= argument_map.judgements.keys()
    assert {a for a in argument_map.judgements if a.endswith("otherwise")} == {
        "cold.otherwise",
        "wet.otherwise",
    }
    again = tmp_path / "again"
    again.mkdir()
    (again / "map.yaml").write_text(map_text(argument_map), encoding="utf-8")
    assert read_map(again).judgements.keys() == argument_map.judgements.keys()


def test_single_shares_add_up_along_extends(tmp_path: Path) -> None:
    clear, grey, black = (
        f"judgements: {{sky.{state}: {share}}}\n"
        for state, share in (("clear", "60%"), ("grey", "50%"), ("black", "20%"))
    )
    assert judged(tmp_path, clear, ben="extends: anna\n" + grey) == ["shares-sum"]
    assert judged(tmp_path, clear, ben="extends: anna\n" + black) == []


LINKED = "  lot: {text: A lot., states: [x, y, z], credence: {x: rest, y: same as wind, z: 52%}}\n"


@pytest.mark.parametrize(
    ("anna", "ben", "expected"),
    [
        ("wind: 60%, lot.y: 14%, lot.z: 5%", None, ["shares-sum"]),  # 60% and 52% leave nothing for x
        ("wind: 60%", None, ["shares-sum"]),
        ("wind: 60%, lot.x: 10%, lot.y: 14%, lot.z: 76%", None, []),  # the rest is not asked for
        ("wind: 60%", "lot.z: 5%", ["shares-sum", "shares-sum"]),
        ("wind: 60%", "rain: 5%", ["shares-sum"]),  # said where it comes about, and once
        ("lot.y: same as rain", "rain: 100%", ["shares-sum"]),
        ("lot.y: same as rain, lot.z: same as flood.leak", "rain: 80%, flood.leak: 20%", ["shares-sum"]),
        ("lot.y: same as rain", "rain: 80%", []),
        ("lot: {x: same as rain, y: 50%, z: 20%}", "rain: 5%", ["shares-sum"]),
        ("lot: {x: same as rain, y: 50%, z: 20%}", "rain: 5%, lot.x: 5%", []),
        ("lot: {x: same as sky.black, y: 50%, z: 20%}", None, ["shares-sum"]),  # it is 20.8%
        (
            "lot: {x: same as sky.black, y: 60%, z: rest}",
            "sky: {clear: 1%, grey: 1%, black: rest}",
            ["shares-sum"],
        ),
    ],
)
def test_shares_sum_through_links_and_along_extends(
    tmp_path: Path, anna: str, ben: str | None, expected: list[str]
) -> None:
    files = {"base.yaml": BASE, "lot.yaml": f"questions:\n{LINKED}"}
    files["worldviews/anna.yaml"] = f"text: Anna.\njudgements: {{{anna}}}\n"
    if ben is not None:
        files["worldviews/ben.yaml"] = f"text: Ben.\nextends: anna\njudgements: {{{ben}}}\n"
    problems, _ = found(tmp_path, files)
    assert [problem.code for problem in problems] == expected


def test_a_strength_below_one_through_a_link_is_told_where_it_comes_about(tmp_path: Path) -> None:
    files = {"base.yaml": BASE}
    files["more.yaml"] = (
        "arguments:\n  dew: {text: Dew., for: rain, strength: same as shower.morning.pace}\n"
    )
    files["worldviews/anna.yaml"] = "text: Anna.\njudgements: {shower.morning.pace: 0.5x}\n"
    files["worldviews/ben.yaml"] = "text: Ben.\nextends: anna\n"
    problems, _ = found(tmp_path, files)
    assert [(p.code, p.span.file.rpartition("/")[2]) for p in problems] == [
        ("strength-below-one", "anna.yaml")
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"wind": "60%"}, "shares-sum"),
        ({"lot.y": "50%", "lot.z": "50%"}, "shares-sum"),
        ({"lot": {"x": "20%", "y": "same as rain", "z": "20%"}}, "shares-sum"),
        (
            {"dew.strength": "same as shower.morning.pace", "shower.morning.pace": "0.5x"},
            "strength-below-one",
        ),
    ],
)
def test_settings_are_checked_as_a_worldview_is(
    tmp_path: Path, settings: dict[str, object], code: str
) -> None:
    more = "arguments:\n  dew: {text: Dew., for: rain, strength: 3x}\n"
    (tmp_path / "map.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "more.yaml").write_text(more + f"questions:\n{LINKED}", encoding="utf-8")
    argument_map = read_map(tmp_path)
    with pytest.raises(InvalidMap) as caught:
        parse_settings(settings.items(), argument_map)
    assert [problem.code for problem in caught.value.problems] == [code]
    fine = {"wind": "40%", "lot.y": "50%"}
    assert len(parse_settings(fine.items(), argument_map)) == len(fine)


def test_a_whole_mapping_replaces_single_shares(tmp_path: Path) -> None:
    whole = "judgements: {sky: {clear: 10%, grey: 10%, black: rest}}\n"
    grey = "extends: ben\njudgements: {sky.grey: 50%}\n"
    assert (
        judged(tmp_path, "judgements: {sky.clear: 60%}\n", ben="extends: anna\n" + whole, carl=grey) == []
    )


def test_single_shares_that_name_every_state_sum_to_one(tmp_path: Path) -> None:
    two = "judgements: {light.otherwise.dim: 60%, light.otherwise.bright: "
    assert judged(tmp_path, two + "40%}\n") == []
    assert judged(tmp_path, two + "50%}\n") == ["shares-sum"]


def test_links_run_in_no_circle_in_any_worldview(tmp_path: Path) -> None:
    first, second = "judgements: {rain: same as wind}\n", "judgements: {wind: same as rain}\n"
    assert judged(tmp_path, first, ben=second) == []
    assert judged(tmp_path, first, ben="extends: anna\n" + second) == ["same-as-circle"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rejects: [clouds]\n", None),
        ("rejects: clouds\n", None),
        ("rejects: [rain]\n", "wrong-reference"),
        ("rejects: [cloud]\n", "unknown-id"),
        ("rejects: [clouds, clouds]\n", "repeated"),
        ("rejects: [clouds]\njudgements: {clouds: 5%}\n", "judged-but-rejected"),
        ("voice: anna\n", None),
        ("voice: ann\n", "unknown-voice"),
        ("extends: nobody\n", "unknown-worldview"),
        ("extends: map\n", "unknown-worldview"),
        ("extends: anna\n", "worldview-circle"),
        (
            "stated: [{of: {sky: grey}, credence: 5% to 10%, assuming: [rain, wind], source: post#2}]\n",
            None,
        ),
        ("stated: [{of: rain, credence: 0%}]\n", "certain-stated"),
        ("stated: [{of: rain, credence: same as wind}]\n", "unreadable-judgement"),
        ("stated: [{of: raim, credence: 5%}]\n", "unknown-id"),
        ("stated: [{of: rain}]\n", "missing-key"),
        ("read_as: [{of: {sky: grey}, credence: 5% to 10%, assuming: rain, source: post#2}]\n", None),
        ("read_as: [{of: rain, credence: 100%}]\n", "certain-stated"),
        ("read_as: [{of: rain, credence: same as wind}]\n", "unreadable-judgement"),
        ("read_as: [{of: raim, credence: 5%}]\n", "unknown-id"),
        ("read_as: {of: rain, credence: 5%}\n", "wrong-shape"),
        ("asked: []\n", None),
        ("asked:\n", None),
        ("asked: [wet, rain, clouds.strength, sky.grey, {of: wet}]\n", None),
        ("asked: [sky, storm, {of: {sky: grey}}]\n", None),
        ("asked: [{of: {event: shower, before: storm}}]\n", None),
        ("asked: rain\n", "wrong-shape"),
        ("asked: [{of: rain, credence: 5%}]\n", "unknown-key"),
        ("asked: [{}]\n", "missing-key"),
        ("asked: [[rain]]\n", "wrong-shape"),
        ("asked: [raim]\n", "unknown-address"),
        ("asked: [rain.leak]\n", "unknown-address"),
        ("asked: [{of: raim}]\n", "unknown-id"),
        ("asked: [{of: clouds}]\n", "wrong-reference"),
        ("asked: [rain, rain]\n", "repeated"),
        ("judgements: {rain: {value: 5%, fitted: lowered to meet what is stated}}\n", None),
        ("judgements: {rain: {value: 5%, fitted: lowered, source: post#2}}\n", "misplaced-key"),
        ("judgements: {rain: {value: 5%, fitted: ''}}\n", "missing-key"),
        ("judgements: {rain: {value: 5%, fitted: [one, two]}}\n", "wrong-shape"),
        ("judgements: {rain: {value: 5%, elicited: false}}\n", "not-elicited"),
        ("judgements: {rain: {value: 5%, elicited: true, source: post#2}}\n", None),
        ("judgements: {rain: {value: 5%, elicited: true, fitted: lowered}}\n", None),
        ("judgements: {rain: {value: 5%, elicited: false, source: post#2}}\n", "misplaced-key"),
        ("judgements: {rain: {value: 5%, elicited: false, fitted: lowered}}\n", "misplaced-key"),
        ("judgements: {rain: {value: 5%, elicited: nobody}}\n", "not-true-or-false"),
        ("worldview: anne\n", "other-id"),
        ("arguments: {}\n", None),
        ("events: {}\n", "unknown-key"),
    ],
)
def test_what_else_a_worldview_says(tmp_path: Path, text: str, code: str | None) -> None:
    assert judged(tmp_path, text) == one_or_none(code)


def test_an_inherited_rejection_is_warned_of_until_it_is_taken_back(tmp_path: Path) -> None:
    child = "extends: anna\njudgements: {clouds: 5%}\n"
    assert judged(tmp_path, "rejects: clouds\n", ben=child) == ["judged-but-rejected"]
    assert judged(tmp_path, "rejects: clouds\n", ben=child + "accepts: clouds\n") == []


@pytest.mark.parametrize("name", ["map", "all", "Anna"])
def test_names_that_no_worldview_may_have(tmp_path: Path, name: str) -> None:
    (code,) = judged(tmp_path, "", **{name: ""})
    assert code in ("reserved-id", "bad-id")


# --- models ---


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("target: wet", None),
        ("target: {sky: grey}", None),
        ("target: {event: shower, before: storm}", None),
        ("target: sky", "wrong-reference"),
        ("target: storm", "wrong-reference"),
        ("target: clouds", "wrong-reference"),
        ("target: wett", "unknown-id"),
        ("target: ", "missing-key"),
        ("target: wet\nalso: [sky, rain]", None),
        ("target: wet\nalso: sky", None),
        ("target: wet\nalso: [storm, sky]", None),
        ("target: wet\nalso: [clouds]", "wrong-reference"),
        ("target: wet\nassuming: []\nobserved: rain", None),
        ("target: wet\nworldviews: all", None),
        ("target: wet\nworldviews: map", None),
        ("target: wet\nworldviews: [map, anna]", None),
        ("target: wet\nworldviews: [anna, anna]", "repeated"),
        ("target: wet\nworldviews: [ben]", "unknown-worldview"),
        ("target: wet\nworldviews: []", "empty-list"),
        ("target: wet\nreconcile: true", None),
        ("target: wet\nreconcile: maybe", "not-true-or-false"),
        ("target: wet\nsampling: {draws: 10}", None),
        ("target: wet\nsampling: {draws: 0}", "not-a-whole-number"),
        ("target: wet\nsampling: {samples: 10}", "unknown-key"),
        ("target: wet\ncolour: red", "unknown-key"),
    ],
)
def test_models(tmp_path: Path, model: str, code: str | None) -> None:
    files = {
        "arguments/weather/base.yaml": BASE,
        "arguments/weather/worldviews/anna.yaml": "text: Anna.\n",
        "models/m.yaml": f"model: m\nmap: ../arguments/weather\n{model}\n",
        "models/all.yaml": "model: everything\nmap: ../arguments/weather/\ntarget: rain\n"
        "also: [wind, wet, flood, cold, sky, light, delay, both, fair]\n",
    }
    problems, warnings = found(tmp_path, files)
    assert [problem.code for problem in (*problems, *warnings)] == one_or_none(code)


def test_an_event_among_the_further_targets_stands_for_its_phases() -> None:
    spec = model_of(TRAINING, "target: danger\nalso: [goal, kind]\n")
    assert [also.name for also in spec.also] == [
        *("goal.early", "goal.late", "goal.never"),
        *("kind.none", "kind.weak", "kind.strong"),
    ]
    assert [also.condition for also in spec.also[:3]] == [
        During("goal", "early"),
        During("goal", "late"),
        Ever("goal", value=False),
    ]


def test_entries_that_reach_no_target_of_any_model_are_warned_of(tmp_path: Path) -> None:
    files = {
        "arguments/weather/base.yaml": BASE,
        "models/one.yaml": "model: one\nmap: ../arguments/weather\ntarget: wet\n",
        "models/two.yaml": "model: two\nmap: ../arguments/weather\ntarget: cold\nobserved: {sky: grey}\n",
    }
    problems, warnings = found(tmp_path, files)
    assert problems == ()
    assert {w.code for w in warnings} == {"unreachable-claim"}
    told = [w.message.split("`")[1] for w in warnings]
    assert told == ["flood", "light", "delay", "both", "fair"]


# --- what is not said ---


def only(folder: Path, files: dict[str, str]) -> list[str]:
    return [problem.code for problem in found(folder, files)[0]]


def test_a_file_that_cannot_be_read_makes_no_id_unknown(tmp_path: Path) -> None:
    more = "claims:\n  probe: {text: A probe., all_of: [rain, wind], source: post}\n"
    assert only(tmp_path, {"base.yaml": BASE + "  x: >90%\n", "more.yaml": more}) == ["yaml-syntax"]


def test_a_broken_entry_is_no_unknown_id_and_lacks_nothing(tmp_path: Path) -> None:
    broken = "claims:\n  probe:\n    credance: 5%\n  other: {text: Other., all_of: [probe]}\narguments:\n"
    broken += "  on-probe: {text: On it., for: probe, strength: 3x}\n"
    files = {
        "base.yaml": BASE,
        "more.yaml": broken,
        "worldviews/anna.yaml": "text: Anna.\njudgements: {probe.x: 5%}\n",
    }
    assert only(tmp_path, files) == ["unknown-key"]


def test_what_is_wrong_with_a_broken_entry_besides_is_still_said(tmp_path: Path) -> None:
    more = "claims:\n  probe: {text: A probe., colour: red, credence: 1-5%, source: nowhere}\n"
    assert only(tmp_path, {"base.yaml": BASE, "more.yaml": more}) == [
        "unknown-key",
        "unreadable-judgement",
        "unknown-source",
    ]


def test_an_unreadable_share_makes_no_wrong_sum(tmp_path: Path) -> None:
    more = "questions:\n  probe: {text: A probe., states: [a, b], credence: {a: 1-5%, b: 20%}}\n"
    assert only(tmp_path, {"base.yaml": BASE, "more.yaml": more}) == ["unreadable-judgement"]


def test_an_unreadable_phrase_is_said_once(tmp_path: Path) -> None:
    more = "lexicon:\n  fishy: rather low\nclaims:\n  probe: {text: A probe., credence: fishy}\n"
    assert only(tmp_path, {"base.yaml": BASE, "more.yaml": more}) == ["unreadable-judgement"]


def test_an_alias_is_said_once(tmp_path: Path) -> None:
    more = "claims:\n  probe: {text: A probe., credence: *rain}\n  other: {text: O., all_of: [probe]}\n"
    assert only(tmp_path, {"base.yaml": BASE, "more.yaml": more}) == ["yaml-feature"]


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    files = {
        "arguments/weather/base.yaml": BASE + "  bad: {text: X., for: rainn, strength: 3x}\n",
        "arguments/weather/more.yml": "",
        "arguments/weather/worldviews/anna.yaml": "text: Anna.\njudgements: {rain: 3x}\n",
        "arguments/weather/sources/pst.yaml": "locators: {}\n",
        "models/m.yaml": "model: m\nmap: ../arguments/weather\ntarget: wett\n",
        "models/n.yaml": "model: n\nmap: ../arguments/whether\ntarget: wet\n",
    }
    assert sorted(only(tmp_path, files)) == [
        "no-such-file",
        "unknown-id",
        "unknown-id",
        "unknown-source",
        "wrong-kind",
        "yml-file",
    ]


# --- what YAML itself cannot read ---


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("credence: >90%", "over 90%"),
        ("{credence: >90%}", "over 90%"),
        ("[>90%, b]", "over 90%"),
        ("text: One thing: another", "`: `"),
        ("{text: If it rains: wet, credence: 5%}", "one-line entry"),
        ('text: "Rain" they say', "the quotes end"),
        ("{text: 'Rain' they say}", "the quotes end"),
        ("text: 'it's wet'", "the quotes end"),
        ("text: [sic] it says", "bracket"),
        ("text: @home", "begins with this sign"),
        ("text: *Rain* falls", "begins with this sign"),
        ("text: >- It rains.", "next line"),
        ("all_of: - rain", "next line"),
        ('text: "C:\\path"', "single quotes"),
        ("text: 'never closed", "never closed"),
        ("all_of: [rain", "never closed"),
        ("{text: It rains.", "never closed"),
        ("text: x\n     when: y", "indentation"),
        ("\ttext: x", "tabs"),
        ("text:x\n    credence: 5%", "a colon needs a space"),
        ('text: "A \\ud83d\\ude00 face."', "write `\U0001f600` in place of"),
    ],
)
def test_the_likely_cause_of_a_syntax_error_is_named(tmp_path: Path, entry: str, hint: str) -> None:
    probe = f"claims:\n  probe: {entry}\n" if entry[0] in "[{" else f"claims:\n  probe:\n    {entry}\n"
    (problem,), _ = found(tmp_path, {"a.yaml": probe.replace("    \t", "\t")})
    assert problem.code == "yaml-syntax"
    assert hint in problem.hint
    assert problem.span.line in (2, 3, 4)


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("{text: If it rains, then wet., credence: 5%}", "comma"),
        ("{text:wet, credence: 5%}", "colon"),
        ("{text: X., credance: 5%}", "`credence`"),
        ("\n    text: It rains\n    and it is so: wet\n    credence: 5%", "`text: >-`"),
    ],
)
def test_a_sentence_cut_into_keys_is_recognised(tmp_path: Path, entry: str, hint: str) -> None:
    (problem,), _ = found(tmp_path, {"a.yaml": f"claims:\n  probe: {entry}\n"})
    assert problem.code == "unknown-key"
    assert hint in problem.hint


# --- messages ---


@pytest.mark.parametrize(
    "claim",
    [
        "probe: {text: A probe., credence: LONG}",
        "probe: {text: A probe., credence: 1% to LONG}",
        "probe: {text: A probe., credence: 0.LONG}",
        "probe: {text: A probe., credence: LONG-LONGx}",
        "probe: {text: A probe., credence: same as LONG}",
        "probe: {text: A probe., LONG: 5%}",
        "probe: {text: A probe., all_of: [{LONG: LONG}]}",
        "probe: {text: A probe., all_of: [{rain: LONG}]}",
        "probe: {text: A probe., at_least: {count: LONG, of: [rain]}}",
        "probe: {text: A probe., credence: 5%, source: LONG#LONG}",
    ],
)
def test_messages_quote_only_the_beginning_of_what_is_long(tmp_path: Path, claim: str) -> None:
    more = f"claims:\n  {claim.replace('LONG', 900 * '9')}\n"
    problems, _ = found(tmp_path, {"base.yaml": BASE, "more.yaml": more})
    assert problems
    assert all("999..." in problem.message and len(str(problem)) < 600 for problem in problems)


@pytest.mark.parametrize(
    ("text", "line", "code", "hint"),
    [
        ("worldviews:\n  ann: {text: Ann.}\n", 1, "unknown-key", "in the folder `worldviews`"),
        ("claims:\n  a: {text: A., credence: 5%, strength: 3x}\n", 2, "unknown-key", "is an argument: it"),
        ("credence: 5%\n", 1, "unknown-key", "not indented far enough"),
        (
            "claims:\n  a:\n    text: A.\n    same as: rain\n",
            4,
            "unknown-key",
            "`credence: same as ADDRESS`",
        ),
        ("claims:\n  a: {text: A., credence: {same as: rain}}\n", 2, "unknown-key", "same as ADDRESS`"),
        ("claims:\n  a: {text: A., same as rain}\n", 2, "unknown-key", "`credence: same as ADDRESS`"),
        ("claims:\n  a: {text: One, by two, credence: 5%}\n", 2, "unknown-key", "a comma ends"),
        (
            "claims:\n  a:\n    text: A.\n  credence: 5%\n",
            4,
            "misplaced-key",
            "indent it by 2 more spaces",
        ),
        ("arguments:\n  a: {text: A., for: clouds, strength: 3x}\n", 2, "not-arguable", "to support it"),
        ("claims:\n  a:\n    text: \u201cA: b\u201d\n", 3, "yaml-syntax", "typographic quotes"),
        (
            "claims:\n  a:\n    text: A.\n    credence:30%\n  b:\n    text: B.\n",
            4,
            "yaml-syntax",
            "a space after",
        ),
        (
            "claims:\n  a:\n    text: A.\n    all_of:\n      - rain\n      wind\n  b:\n    text: B.\n",
            6,
            "yaml-syntax",
            "begins with `- `",
        ),
        (
            "claims:\n  a:\n    text: A.\n    given:\n      - when: rain\n      otherwise: 4%\n",
            6,
            "yaml-syntax",
            "begins with `- `",
        ),
    ],
)
def test_a_hint_tells_the_likely_cause_on_the_line_of_the_mistake(
    tmp_path: Path, text: str, line: int, code: str, hint: str
) -> None:
    problems, _ = found(tmp_path, {"base.yaml": BASE, "more.yaml": text})
    told = [p for p in problems if (p.code, p.span.line) == (code, line)]
    assert len(told) == 1
    assert hint in told[0].hint


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "questions:\n  rain: {text: R., states: [x, y], credence: {x: 5%, y: rest}}\n"
            "claims:\n  a: {text: A., all_of: [{rain: x}]}\n"
            "  b: {text: B., given: [{when: {rain: x}, credence: 5%}, {when: {rain: y}, credence: 4%}]}\n",
            ["duplicate-id"],
        ),
        (
            "claims:\n  a: {text: A., credence: 5%}\n"
            "claims:\n  b: {text: B., all_of: [a]}\n  c: {text: C., all_of: [b]}\n",
            ["duplicate-key"],
        ),
        (
            "claims:\n  a: {text: A., credence: 5%}\n  a: {text: A., routes: [{id: r, chance: 5%}]}\n"
            "arguments:\n  d: {text: D., for: a.r, strength: 3x}\n",
            ["duplicate-key"],
        ),
        ("claims:\n  a: {text: A., credence: {same as: rain}}\n", ["unknown-key"]),
        ("claims:\n  a:\n    text: A.\n  credence: 5%\n", ["misplaced-key"]),
        ("claims:\n  a:\n    text: A.\n  given:\n  - {otherwise: 5%}\n", ["misplaced-key"]),
        (
            "sources: {blog: {title: B.}}\nclaims:\n  a: {text: &x A., credence: 5%, source: blog}\n",
            ["yaml-feature"],
        ),
    ],
)
def test_nothing_is_told_of_what_only_follows(tmp_path: Path, text: str, codes: list[str]) -> None:
    problems, warnings = found(tmp_path, {"base.yaml": BASE, "more.yaml": text})
    assert [problem.code for problem in (*problems, *warnings)] == codes


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("[{when: [rain, wet], credence: 5%}]", "this case: `rain` is false"),
        ("[{when: {rain: false, wet: false}, credence: 5%}]", "this case: `rain` is true"),
        ("[{when: [wind, gale], credence: 5%}]", "`wind` is true, `gale` is false"),
    ],
)
def test_the_uncovered_case_that_is_shown_is_one_that_can_be(tmp_path: Path, rows: str, told: str) -> None:
    more = f"claims:\n  gale: {{text: G., any_of: [wind], if_met: 90%}}\n  probe: {{text: P., given: {rows}}}\n"  # noqa: E501
    (problem,), _ = found(tmp_path, {"base.yaml": BASE, "more.yaml": more})
    assert problem.message.endswith(told)


def test_an_uncovered_case_that_a_definition_excludes_is_called_so(tmp_path: Path) -> None:
    rows = "[{when: [rain, wet], credence: 5%}, {when: {rain: false, wet: false}, credence: 5%}]"
    more = f"claims:\n  probe: {{text: P., given: {rows}}}\n"
    (problem,), _ = found(tmp_path, {"base.yaml": BASE, "more.yaml": more})
    assert problem.code == "uncovered-case"
    assert "a definition excludes it" in problem.hint


def test_a_word_left_out_of_an_id_is_found(tmp_path: Path) -> None:
    more = "arguments:\n  but: {text: No., credence: 50%, undercuts: grant-promised}\n"
    base = "claims:\n  c: {text: C., credence: 30%}\narguments:\n"
    base += "  grant-was-promised: {text: It was., credence: 50%, for: c, strength: 3x}\n"
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    (tmp_path / "more.yaml").write_text(more, encoding="utf-8")
    [problem], _ = check(tmp_path)
    assert problem.hint == "did you mean `grant-was-promised`?"
