"""The benchmarks run, agree with their peers, and write their table where it belongs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import END, START, main, markdown
from benchmarks.maps import random_parents, table_map, written
from benchmarks.measuring import STANDARD_ERRORS, Figure, Ratio, exponent, holds, paired
from benchmarks.posterior import difference, naive_model
from cruxmap.network.inquiry import central_entries, inquire
from helpers.commands import ROOT


def test_a_ratio_pairs_the_two_sides_and_is_held_against_its_target() -> None:
    ours, theirs = iter([1.0, 2.0, 4.0]), iter([3.0, 10.0, 8.0])
    found = paired("sums", "a peer", "s", lambda: next(ours), lambda: next(theirs), repeats=3, at_least=3)
    assert (found.ours, found.theirs) == (2.0, 8.0)
    assert (found.low, found.middle, found.high) == (2.0, 3.0, 5.0)
    assert holds(found) is True
    assert holds(Figure("memory", 5.0, "GiB", at_most=4)) is False
    assert holds(Figure("time", 5.0, "s")) is None


def test_the_exponent_of_a_power_is_found() -> None:
    assert exponent([100, 1000, 10_000], [3e2, 3e2 * 10**1.5, 3e2 * 10**3]) == pytest.approx(1.5)


def test_tables_say_what_was_missed() -> None:
    text = markdown(
        {
            "a": [
                Ratio("x", "p", "s", 1.0, 2.0, 1.5, 2.0, 2.5, 3.0),
                Figure("y", 7.0, "s", 8.0),
                Figure("z", 7.0, "s", 6.0, waited_for=True),
            ]
        }
    )
    assert text.index("| z | 7 s | at most 6 | **no** |") < text.index("| x |")
    assert "| x | p | 1 s | 2 s | 1.5 | 2 | 2.5 | at least 3 | **no** |" in text
    assert "| y | 7 s | at most 8 | yes |" in text


def test_the_naive_model_has_the_same_numbers_as_ours(tmp_path: Path) -> None:
    """Its chance of a world, with every normal at 0, is the product of our central table entries there."""
    data = table_map(random_parents(5, seed=3), seed=3)
    inquiry = inquire(written(tmp_path, data, {"target": "claim-4"}))
    network, entries = inquiry.network, central_entries(inquiry).entries[:, 0]
    world = {"claim-0": 0, "claim-1": 1, "claim-2": 0, "claim-3": 1, "claim-4": 1}
    states = {network.places[name]: state for name, state in world.items()}
    ours = 1.0
    for variable in states:
        table = network.tables[variable]
        here = [states[v] for v in table.scope]
        [entry] = table.entries[(table.rows == here).all(axis=1)]
        ours *= entries[entry]
    model = naive_model(data["claims"], "claim-4")
    log_chance = model.compile_logp([model[name] for name in world])
    drawn = {name: state for name, state in world.items() if name != "claim-4"}
    assert np.exp(log_chance(drawn | {"z": np.zeros(len(network.addresses))})) == pytest.approx(
        ours, rel=1e-9
    )


def test_means_are_compared_by_their_standard_errors() -> None:
    """Of two runs with the same means, and of two that differ by 0.2 of their spread in one quantity."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 4, 1000))
    assert difference(a, b) < STANDARD_ERRORS
    b[1] += 0.2
    assert difference(a, b) == pytest.approx(0.2 / np.sqrt(2 / 4000), rel=0.4)


def test_a_table_map_has_the_parents_that_it_is_given(tmp_path: Path) -> None:
    parents = random_parents(12, seed=2)
    network = inquire(written(tmp_path, table_map(parents), {"target": "claim-11"})).network
    scopes = [set(network.tables[network.places[f"claim-{claim}"]].scope) for claim in range(12)]
    expected = [{network.places[f"claim-{p}"] for p in (*of, claim)} for claim, of in enumerate(parents)]
    assert scopes == expected
    assert len(network.variables) == 12


def test_unknown_groups_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert (
        "known: commands, live, editing, page, interview, inference, prior, posterior, growth, stages"
        in capsys.readouterr().err
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "group", ["commands", "live", "interview", "inference", "prior", "posterior", "growth", "stages"]
)
def test_a_group_runs_and_writes_its_table(group: str, tmp_path: Path) -> None:
    doc, results = tmp_path / "doc.md", tmp_path / "results.json"
    doc.write_text(f"# Title\n\n{START}old\n{END}after\n")
    subprocess.run(
        (sys.executable, "-m", "benchmarks", "--quick", "--doc", doc, "--json", results, group),
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "tests")}, check=True, capture_output=True,
    )  # fmt: skip
    text = doc.read_text()
    assert text.startswith("# Title\n\n" + START)
    assert text.endswith(END + "after\n")
    assert "old" not in text
    assert "Measured on: " in text
    found = json.loads(results.read_text())
    assert found[group]
    compared = [r for r in found[group] if "difference" in r["what"]]
    assert len(compared) == {"inference": 6, "prior": 1, "posterior": 2}.get(group, 0)
    assert all(r["holds"] for r in compared)
