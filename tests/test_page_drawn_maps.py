"""Diffs and takes of drawn maps: the page finds what Python finds."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cruxmap.insight.diff import diff
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.insight.what_it_takes import takes
from cruxmap.language.model_spec import ModelSpec
from helpers import drawn_maps
from helpers.commands import ROOT

NODE = shutil.which("node")
MAPS = 150


@pytest.mark.long
@pytest.mark.skipif(NODE is None, reason="no Node here, which runs the page's modules")
def test_diffs_and_takes(tmp_path: Path) -> None:
    specs = [(spec, data) for spec in _drawn(MAPS) if (data := travelling_model(spec))["exact"]]
    assert len(specs) > MAPS // 5
    asked = [
        {"model": data, "a": spec.worldviews[0], "b": spec.worldviews[1], "above": 0.7}
        for spec, data in specs
    ]
    (tmp_path / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    command = [str(NODE), str(ROOT / "tests" / "page" / "comparing.mjs"), str(tmp_path / "asked.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for (spec, _), one, found in zip(specs, asked, json.loads(done.stdout), strict=True):
        _hold_diff(found["diff"], diff(spec, one["a"], one["b"]).to_json())
        _hold_takes(found["takes"], takes(spec, one["a"], above=one["above"]).to_json())


def _drawn(count: int) -> list[ModelSpec]:
    """Draw questions to maps with at least two worldviews, the map itself among them."""
    found: list[ModelSpec] = []

    @settings(max_examples=count, database=None, derandomize=True, phases=[Phase.generate])
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        sizes = {"max_things": 7, "max_arguments": 5, "max_worldviews": 2}
        drawn = data.draw(drawn_maps.marked(data.draw(drawn_maps.drafts_with_brought(**sizes))))
        spec = drawn.read_model(
            target=data.draw(drawn.conditions()),
            assuming=data.draw(st.lists(drawn.conditions(), max_size=1)),
            sampling={"draws": "16"},
            worldviews=[*drawn.worldviews, "map"],
        )
        if len(spec.worldviews) > 1:
            found.append(spec)

    draw()
    return found


def _hold_diff(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("probability_a", "probability_b", "mean_a", "mean_b", "gap_logit", "pairs", "structure"):
        _near(found[name], expected[name])
    assert found.get("reason") == expected.get("reason")
    shares, others = ({one["id"]: one for one in diff["differences"]} for diff in (found, expected))
    assert shares.keys() == others.keys()
    for name, share in shares.items():
        whose = ("address", "origin_a", "origin_b", "whose_a", "whose_b", "fitted_a", "fitted_b")
        told, expected_of = (
            [[change[column] for column in whose] for change in side["changes"]]
            for side in (share, others[name])
        )
        assert told == expected_of
        for column in ("share_logit", "share_probability", "standard_error") * ("reason" not in expected):
            _near(share[column], others[name][column])


def _hold_takes(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.get("reason") == expected.get("reason")
    for name in ("estimate", "central", "threshold"):
        _near(found[name], expected[name])
    columns = ("address", "before", "after", "value", "deviations")
    ways, others = (
        [[[step[column] for column in columns] for step in way["steps"]] for way in takes["frontier"]]
        for takes in (found, expected)
    )
    _near(ways, others)


def _near(found: Any, expected: Any) -> None:
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _near(one, other)
    elif isinstance(expected, float) and found is not None:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-11)
    else:
        assert found == expected
