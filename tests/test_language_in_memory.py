"""Maps, worldviews and models as texts and as data: the same as from files, with places that help."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import cruxmap as cm
from cruxmap.language.template import FOLDER, examples
from helpers.brought_cases import BROUGHT
from helpers.maps_from_text import write

GOOD = Path(__file__).parent / "maps/good"
RAIN: dict[str, Any] = {
    "claims": {
        "rain": {"text": "It rains.", "credence": (0.2, 0.4)},
        "wet": {"text": "We get wet.", "all_of": ["rain"], "if_met": 0.9},
    }
}
ANN: dict[str, Any] = {"text": "Ann looked at the sky.", "judgements": {"rain": 0.8}}
MODEL: dict[str, Any] = {"map": RAIN, "target": "wet", "worldviews": {"ann": ANN}}


def in_file(path: Path) -> Any:
    """Return what a file says, in the words of another YAML library."""
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


def in_folder(folder: Path) -> dict[str, Any]:
    """Return what the files of a map say, all in one."""
    whole: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        for section, part in in_file(path).items():
            whole[section] = {**whole.get(section, {}), **part} if isinstance(part, dict) else part
    return whole


def worldviews_in(folder: Path) -> dict[str, Any]:
    """Return what the worldviews of a map say, by their ids."""
    return {path.stem: in_file(path) for path in sorted((folder / "worldviews").glob("*.yaml"))}


WITHOUT_LOCATORS = [name for name in examples() if not list((FOLDER / name).glob("arguments/*/sources"))]


@pytest.mark.parametrize("name", WITHOUT_LOCATORS)
def test_data_say_what_files_say(name: str) -> None:
    folder = FOLDER / name / "arguments" / name
    said, worldviews = in_folder(folder), worldviews_in(folder)
    from_files = cm.read_map(folder)
    assert cm.read_map({**said, "worldviews": worldviews}, name=name) == from_files
    assert cm.read_map(said, worldviews, name=name) == from_files
    file = FOLDER / name / "models" / f"{name}.yaml"
    model = cm.read_model(file)
    inner = {**in_file(file), "map": from_files}
    assert cm.read_model(inner) == model
    assert cm.read_model(yaml.safe_dump({**inner, "map": str(folder)})) == model


@pytest.mark.parametrize("name", BROUGHT)
def test_worldview_that_comes_later_makes_the_map_that_its_file_would_have_made(
    name: str, tmp_path: Path
) -> None:
    file = tmp_path / "comer.yaml"
    file.write_text(f"worldview: comer\ntext: Somebody.\n{BROUGHT[name]}", "utf-8")
    model = next((GOOD / "models").glob("*.yaml"))
    together = cm.read_model(model, [file])
    asked = [*cm.read_model(model).worldviews, file]
    assert cm.read_model(model, worldviews=asked).map == together.map
    before, target = cm.read_model(model).map, together.map.claims[0].about.id
    late = cm.read_model({"map": before, "target": target, "worldviews": [in_file(file)]})
    assert late.map == together.map
    assert late.worldviews == ("comer",)
    assert late.visitors[0].worldview == "comer"
    assert in_text(late.visitors[0].data) == in_file(file)


def test_a_worldview_may_be_a_sentence_under_its_name() -> None:
    said = {"map": cm.example("library").map, "target": "opens-on-time"}
    model = cm.read_model(said, worldviews={"guest": {"text": "I agree."}})
    assert model.worldviews == ("guest",)
    assert model.map.worldview["guest"].about.text == "I agree."


def in_text(data: bytes) -> Any:
    return yaml.load(data.decode(), yaml.BaseLoader)


def test_routes_come_to_a_finished_map(tmp_path: Path) -> None:
    text = """
    claims:
      wet: {text: Wet., routes: [{when: rain, chance: 90%}, {id: rained, when: rain, chance: 10%}]}
      rain: {text: It rains., credence: 20% to 40%}
    """
    bo = """
    worldview: bo
    text: Streets are washed.
    routes: {wet: [{id: washed, when: bo-hose, chance: 50%}, {when: rain, chance: 5%}]}
    claims: {bo-hose: {text: Somebody has a hose., credence: 10%}}
    """
    late = cm.read_model({"map": cm.read_map(text), "target": "wet"}, worldviews=["map", bo])
    assert late.map == cm.read_map(text, [bo])
    assert "wet#rain (2)" in late.map.judgements
    again = bo.replace("washed", "rained")
    with pytest.raises(cm.InvalidMap, match=r"^worldview bo:4:\d+: duplicate-id: `rained` is there twice"):
        cm.read_model({"map": cm.read_map(text), "target": "wet"}, worldviews=[again])
    with pytest.raises(cm.InvalidMap, match="no-routes: `rain` does not rest on routes"):
        cm.read_model(
            {"map": cm.read_map(text), "target": "wet"}, worldviews=[bo.replace("{wet:", "{rain:")]
        )


def test_numbers_of_python_are_numbers_of_the_language() -> None:
    claims = {
        "half": {"text": "Half.", "credence": np.float64(0.5)},
        "sure": {"text": "Sure.", "credence": 1.0},
        "nil": {"text": "Nil.", "credence": 0.0},
        "wide": {"text": "Wide.", "credence": (0.05, 0.25)},
        "tiny": {"text": "Tiny.", "credence": 1e-7},
        "two": {"text": "Two.", "at_least": {"count": 2, "of": ["half", "wide", {"tiny": True}]}},
    }
    as_text = {
        "half": "50%",
        "sure": "100%",
        "nil": "0%",
        "wide": "5% to 25%",
        "tiny": "0.00001%",
    }
    said = cm.read_map({"claims": claims})
    for id_, written in as_text.items():
        claims[id_]["credence"] = written
    known = cm.read_map({"claims": claims})
    for address, judgement in known.judgements.items():
        there, value = said.judgements[address].value, judgement.value
        assert (there.scale, there.low, there.high) == (value.scale, value.low, value.high)  # type: ignore[union-attr]


def test_a_model_in_memory_answers_like_one_in_files(tmp_path: Path) -> None:
    text = """
    claims:
      rain: {text: It rains., credence: 30%}
      wet: {text: Wet., all_of: [rain], if_met: 90%}
    """
    in_files = cm.read_model(write(tmp_path, text, "target: wet\n", ann="judgements: {rain: 80%}"))
    assert cm.probability(in_files, "wet", worldview="ann") == pytest.approx(0.72)
    for model in (cm.read_model(MODEL), cm.read_model(yaml.safe_dump(_plain(MODEL)))):
        assert model.worldviews == ("ann",)
        assert cm.probability(model, "wet", worldview="ann") == pytest.approx(0.72)
    with_path = {"map": str(tmp_path / "arguments" / in_files.map.id), "target": "wet"}
    assert cm.read_model(with_path).map == in_files.map


def _plain(value: Any) -> Any:
    """Return data without intervals, which a text writes in words."""
    match value:
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case (float() as low, float() as high):
            return f"{low} to {high}"
        case _:
            return value


def changed(*keys: str, to: object) -> dict[str, Any]:
    """Return the model with something else at the end of these keys."""

    def put(inside: Any, path: tuple[str, ...]) -> Any:
        return {**inside, path[0]: put(inside.get(path[0], {}), path[1:])} if path else to

    return put(MODEL, keys)  # type: ignore[no-any-return]


class _OfBytes:
    """A path that is no text."""

    def __fspath__(self) -> bytes:
        return b"zoo"


PROBLEMS: dict[str, tuple[Callable[[], object], str]] = {
    "a key": (
        lambda: cm.read_map({"claims": {"rain": {"text": "It rains.", "credenc": 0.3}}}),
        "map: claims.rain.credenc: unknown-key: unknown key `credenc` (did you mean `credence`?)",
    ),
    "a place in a text": (
        lambda: cm.read_map("claims:\n  rain: {text: It rains., credence: 300%}\n", name="sky"),
        "sky:2:37: unreadable-judgement: cannot read `300%` (nothing is likelier than `100%`)",
    ),
    "in the map of a model": (
        lambda: cm.read_model(changed("map", "claims", "rain", "credence", to=3.0)),
        "model: map.claims.rain.credence: unreadable-judgement: cannot read `3.0` (did you mean `3.0%`?)",
    ),
    "in a worldview of a model": (
        lambda: cm.read_model(changed("worldviews", "ann", "judgements", to={"rains": 0.5})),
        "model: worldviews.ann.judgements.rains: unknown-address: there is no judgement `rains`: `rains` "
        "does not exist (did you mean `rain`?)",
    ),
    "the target": (
        lambda: cm.read_model({**MODEL, "target": "wett"}),
        "model: target: unknown-id: there is no claim `wett` (did you mean `wet`?)",
    ),
    "what is no data": (
        lambda: cm.read_map({"claims": {"rain": {"text": "It rains.", "credence": {0.1, 0.2}}}}),
        "map: claims.rain.credence: wrong-shape: a value of type `set` is neither text, a number, a list nor "
        "a mapping",
    ),
    "a dict where a list should be": (
        lambda: cm.read_map({"claims": {"wet": {"text": "It is.", "all_of": {"dry": 1, "cold": 2}}}}),
        "map: claims.wet.all_of: wrong-shape: `all_of` must be a list, and here is a mapping (put it in "
        "brackets: `[{...}]`)",
    ),
    "a path of bytes": (
        lambda: cm.read_map({"claims": {"rain": {"text": _OfBytes(), "credence": 0.3}}}),
        "map: claims.rain.text: wrong-shape: a value of type `_OfBytes` is neither text, a number, a list "
        "nor a mapping",
    ),
    "half of a character in a path": (
        lambda: cm.read_map("\ud800"),
        "\ufffd:1:1: no-such-file: there is no such folder (a map is a folder of `.yaml` files)",
    ),
    "an interval that ends at nothing": (
        lambda: cm.read_map({"claims": {"rain": {"text": "It rains.", "credence": (0.0, 0.25)}}}),
        "map: claims.rain.credence: unreadable-judgement: cannot read `0% to 25%` (an interval cannot end at "
        "`0%`, which is certain: write `1% to 25%`)",
    ),
    "no entry": (
        lambda: cm.read_map({}),
        "map:1:1: empty-map: the map has no entry (a map has at least one claim, question, event or "
        "argument; `cruxmap new NAME` writes one)",
    ),
    "nobody's worldview": (
        lambda: cm.read_model(MODEL, worldviews=[{"text": "Who?", "judgements": {"rain": 0.5}}]),
        "worldview 1: missing-key: the file does not say which worldview it is of (write `worldview: ID`, or "
        "name the file `ID.yaml`)",
    ),
    "a worldview that is there": (
        lambda: cm.read_model(MODEL, worldviews={"ann": ANN}),
        "worldview ann: duplicate-id: there is a worldview `ann` already (give this one another id)",
    ),
    "nobody of this name": (
        lambda: cm.read_model(MODEL, worldviews=["anne"]),
        "unknown-worldview: there is no worldview `anne` (did you mean `ann`?)",
    ),
    "a name": (
        lambda: cm.read_map(RAIN, name="A map"),
        "name: bad-id: `A map` is not an id (write `a-map`)",
    ),
    "an include": (
        lambda: cm.read_map({"include": ["../other/map.yaml"], **RAIN}),
        "map: include[0]: bad-include: `../other/map.yaml` cannot be taken in (a map that is in no folder "
        "takes in no files: put into it what it needs)",
    ),
    "a folder that is none": (
        lambda: cm.read_model({**MODEL, "map": "arguments/none"}),
        "model: map: no-such-file: there is no map in `arguments/none` (the path starts from the model's own "
        "folder)",
    ),
}


def test_data_that_holds_itself_has_an_end() -> None:
    circle: dict[str, Any] = {}
    circle["claims"] = {"a": circle}
    with pytest.raises(cm.InvalidMap, match="more than 100 levels of nesting") as caught:
        cm.read_map(circle)
    assert len(str(caught.value.problems[0].span)) < 150


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_names_a_place_that_one_can_find(name: str) -> None:
    reading, said = PROBLEMS[name]
    with pytest.raises(cm.InvalidMap) as caught:
        reading()
    assert str(caught.value) == said


def test_nothing_of_what_is_on_disk_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("map", "<memory>/arguments/map", "<memory>/arguments/map/worldviews"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "map.yaml").write_text("claims: {odd: {text: Odd., credence: 1%}}")
    (tmp_path / "<model>").write_text("target: odd")
    monkeypatch.chdir(tmp_path)
    assert list(cm.read_map(RAIN).entry) == ["rain", "wet"]
    assert cm.read_model(MODEL).target.name == "wet"


def test_half_of_a_character_is_told_in_a_text_and_in_a_condition() -> None:
    with pytest.raises(cm.InvalidMap) as caught:
        cm.read_map('claims:\n  rain: {text: "\ud800", credence: 30%}')
    [problem] = caught.value.problems
    assert (problem.span.line, problem.span.column) == (2, 17)
    assert "U+D800" in problem.message
    with pytest.raises(cm.InvalidMap, match="D800"):
        cm.probability(cm.example(), "\ud800")
