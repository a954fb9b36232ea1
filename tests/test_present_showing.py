"""A map's picture or form as a value: what the command draws, with the same options."""

from pathlib import Path

import pytest

import cruxmap as cm
from helpers.commands import DIAGNOSIS, Cruxmap

OPTIONS = {
    "the map": ((), {}),
    "a worldview": (("-w", "physician"), {"worldview": "physician"}),
    "around": (("--around", "scan-positive", "--steps", "2"), {"around": "scan-positive", "steps": 2}),
    "around two": (
        ("--around", "scan-positive", "--around", "moved", "--steps", "0"),
        {"around": ["scan-positive", "moved"], "steps": 0},
    ),
    "overview": (("--overview",), {"overview": True}),
    "all of it": (("--overview", "--all"), {"overview": True, "everything": True}),
    "what if": (
        ("--set", "moved=10%", "--assuming", "moved", "--observed", "scan-positive"),
        {"judgements": {"moved": "10%"}, "assuming": "moved", "observed": "scan-positive"},
    ),
}


@pytest.mark.parametrize("form", ["mermaid", "dot"])
@pytest.mark.parametrize("name", OPTIONS)
def test_it_draws_what_the_command_draws(name: str, form: str, cruxmap: Cruxmap) -> None:
    typed, given = OPTIONS[name]
    printed = cruxmap("show", DIAGNOSIS, *typed, "--format", form)
    assert printed.code == 0
    drawn = cm.show(cm.read_model(DIAGNOSIS), form=form, **given)  # type: ignore[call-overload]
    assert drawn.text.rstrip("\n") == printed.out.rstrip("\n")


@pytest.mark.parametrize("stage", ["map", "network", "plan"])
def test_it_writes_down_what_the_command_prints(stage: str, cruxmap: Cruxmap) -> None:
    printed = cruxmap("show", DIAGNOSIS, "-w", "radiologist", "--stage", stage)
    assert cm.show(cm.read_model(DIAGNOSIS), "radiologist", stage=stage).text == printed.out


def test_a_notebook_shows_it_and_a_file_holds_it(tmp_path: Path) -> None:
    model = cm.read_model(DIAGNOSIS)
    svg, png = cm.show(model, around="moved"), cm.show(model, around="moved", form="png")
    assert svg._repr_svg_() == svg.text
    assert svg._repr_png_() is None
    assert png._repr_png_() == png.data
    assert png.data.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="a png is no text"):
        png.text  # noqa: B018
    assert svg.write(tmp_path / "map.svg").read_bytes() == svg.data
    assert repr(svg).startswith("<MapDrawing: svg of ")


def test_pages_are_those_of_the_command(tmp_path: Path, cruxmap: Cruxmap) -> None:
    assert cruxmap("show", DIAGNOSIS, "--pages", "--output", str(tmp_path)).code == 0
    pages = cm.show(cm.read_model(DIAGNOSIS), pages=True)
    assert {f"{name}.svg" for name in pages} == {path.name for path in tmp_path.glob("*.svg")}
    for name, page in pages.items():
        assert (tmp_path / f"{name}.svg").read_bytes() == page.data


def test_a_map_without_a_model_is_drawn_too() -> None:
    text = "claims: {rain: {text: It rains., credence: 30%}, wet: {text: Wet., all_of: [rain]}}"
    assert cm.show(cm.read_map(text), form="mermaid").cards == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"form": "gif"},
            "unknown-format: form: there is no form `gif` (known: svg, png, pdf, dot, mermaid)",
        ),
        ({"stage": "plans"}, "unknown-format: stage: there is no stage `plans`"),
        (
            {"around": "mooved"},
            "unknown-address: around: there is no `mooved` in the map (did you mean `moved`?)",
        ),
        ({"tag": "x"}, "unknown-tag: tag: no entry has the tag `x`"),
        ({"worldview": "x"}, "unknown-worldview: worldview: there is no worldview `x`"),
    ],
)
def test_a_mistake_names_its_argument(given: dict[str, str], said: str) -> None:
    with pytest.raises(cm.InvalidMap) as caught:
        cm.show(cm.read_model(DIAGNOSIS), **given)  # type: ignore[call-overload]
    assert str(caught.value).startswith(said)
