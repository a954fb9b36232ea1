"""What `check` finds as a value: the same as the command prints, and the two tuples that it always was."""

import pickle
from pathlib import Path

import pytest

import cruxmap as cm
from helpers.commands import DIAGNOSIS, EXAMPLES, Cruxmap
from helpers.maps_from_text import write

RAIN = "claims:\n  rain: {text: It rains., credence: 30%}\n  sun: {text: The sun shines., credence: 50%}\n"


@pytest.mark.parametrize(
    "options",
    [(), ("expect",), ("sources",), ("stale",), ("deep",), ("expect", "sources", "stale", "deep")],
)
def test_it_is_what_the_command_prints(options: tuple[str, ...], cruxmap: Cruxmap) -> None:
    project = str(EXAMPLES / "safety-case")
    printed = cruxmap("check", project, *(f"--{name}" for name in options), "--format", "json")
    found = cm.check(project, **dict.fromkeys(options, True))  # type: ignore[arg-type]
    assert found.to_json() == printed.json
    assert (printed.code == 0) is found.holds


def test_problems_and_warnings_come_apart(tmp_path: Path, cruxmap: Cruxmap) -> None:
    model = write(tmp_path, RAIN.replace("30%", "130%"), "target: rain\n")
    problems, warnings = found = cm.check(tmp_path)
    assert [problem.code for problem in problems] == ["unreadable-judgement"]
    assert warnings == ()
    assert found == (problems, warnings)
    assert found[0] is found.problems
    assert not found.holds
    assert repr(found) == "<Checked: 1 problem>"
    assert found.to_json() == cruxmap("check", str(tmp_path), "--format", "json").json
    assert cm.check(model, expect=True, stale=True, sources=True).expectations is None


def test_it_tells_which_expectations_hold(tmp_path: Path) -> None:
    ask = "target: rain\nexpect: [{estimate: rain, above: 20%}, {estimate: rain, above: 40%}]\n"
    found = cm.check(write(tmp_path, RAIN, ask), expect=True)
    assert found.expectations is not None
    assert [one.holds for one in found.expectations] == [True, False]
    assert not found.holds
    assert repr(found) == "<Checked: no problems, 1 warning; 1 of 2 expectations hold>"
    assert found.models == ("small",)


def test_it_survives_pickling() -> None:
    found = cm.check(DIAGNOSIS, expect=True, sources=True)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert (again.expectations, again.sources, again.models) == (
        found.expectations,
        found.sources,
        found.models,
    )


def test_nothing_there_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    with pytest.raises(cm.InvalidMap, match=r"no-such-file: there is no .*nowhere"):
        cm.check(tmp_path / "nowhere")
