"""Whether what a model expects holds: by pencil and paper, and by the commands that show the numbers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.insight import expectations as module
from cruxmap.insight.expectations import Expected, expectations
from cruxmap.language.model_spec import ModelSpec, Sampling, Target
from cruxmap.language.typed import parse_condition
from cruxmap.present.expectation_tables import count_text, failures_text, found_text
from helpers.commands import EXAMPLES, POWER, ROOT, Cruxmap
from helpers.maps_from_text import model as model_of
from helpers.maps_from_text import write

WEATHER = """
sources:
  almanac: {title: An almanac}
claims:
  rain: {text: It rains., credence: 20%, source: almanac}
  hose: {text: Somebody waters the street., credence: 10%}
  wet: {text: The street is wet., any_of: [rain, hose]}
  slips: {text: Somebody slips., given: [{when: wet, credence: 30%}, {otherwise: 1%}]}
  moonfall: {text: The moon falls., credence: 0%}
questions:
  wind: {text: How is the wind?, states: [weak, strong], credence: {weak: 60%, strong: rest}}
arguments:
  slippery: {text: Leaves lie about., credence: 50%, for: slips, strength: 2x}
"""
ANNA = "judgements: {rain: 40%, hose: 0%}\n"
WET, WET_ANNA = 1 - 0.8 * 0.9, 0.4


def read(*rows: str, ask: str = "target: wet\nsampling: {draws: 100}\n") -> ModelSpec:
    return model_of(WEATHER, f"{ask}expect:\n" + "".join(f"  - {row}\n" for row in rows), anna=ANNA)


def found(*rows: str, ask: str = "target: wet\nsampling: {draws: 100}\n") -> tuple[Expected, ...]:
    return expectations(read(*rows, ask=ask)).expectations


# --- by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "value", "holds"),
    [
        ("estimate: wet, below: 29%", WET, True),
        ("estimate: wet, below: 28%", WET, False),
        ("estimate: wet, above: 28%", WET, False),
        ("estimate: wet, between: [28%, 28%]", WET, True),
        ("estimate: wet, between: [10%, 27.9%]", WET, False),
        ("estimate: wet, worldview: anna, between: [40%, 50%]", WET_ANNA, True),
        ("estimate: wet, worldview: anna, below: 41%, mean: true", WET_ANNA, True),
        ("estimate: rain, assuming: [wet], above: 71%", 0.2 / WET, True),
        ("estimate: rain, assuming: wet, worldview: anna, above: 99%", 1.0, True),
        ("estimate: {wind: [weak]}, above: 59%, assuming: rain", 0.6, True),
        ("estimate: {not: wet}, above: 71%", 1 - WET, True),
        ("estimate: moonfall, below: 1e-9", 0.0, True),
        ("estimate: wet, worldview: anna, above: 1.4x, than: {worldview: map}", WET_ANNA / WET, True),
        ("estimate: wet, above: 0.7x, than: {worldview: anna}", WET / WET_ANNA, False),
        ("estimate: rain, assuming: wet, above: 3.5x, than: {assuming: []}", 1 / WET, True),
        ("estimate: wet, below: 1.5x, than: {estimate: rain}", WET / 0.2, True),
        ("estimate: hose, above: 1e6x, than: {worldview: anna}, mean: true", None, True),
        ("estimate: hose, below: 1e6x, than: {worldview: anna}", None, False),
        ("estimate: moonfall, between: [0.5x, 2x], than: {worldview: anna}", None, False),
    ],
)
def test_an_estimate_is_what_a_pencil_says(row: str, value: float | None, holds: bool) -> None:
    [one] = found(f"{{{row}}}")
    assert one.holds is holds
    assert one.found == (None if value is None else pytest.approx(value, rel=1e-12))
    assert (one.reason is None) is (value is not None)


def test_the_models_assumptions_hold_unless_others_are_written() -> None:
    ask = "target: wet\nassuming: [rain]\nsampling: {draws: 100}\n"
    rows = ("{estimate: slips, above: 1%}", "{estimate: slips, above: 1%, assuming: []}")
    argued = 0.5 * (0.6 / 1.3) + 0.5 * 0.3
    dry = 0.5 * (0.02 / 1.01) + 0.5 * 0.01
    values = [one.found for one in found(*rows, ask=ask)]
    assert values == pytest.approx([argued, WET * argued + (1 - WET) * dry], rel=1e-12)


def test_what_is_observed_stays() -> None:
    ask = "target: wet\nobserved: [slips]\nsampling: {draws: 100}\n"
    argued, dry = 0.5 * (0.6 / 1.3) + 0.5 * 0.3, 0.5 * (0.02 / 1.01) + 0.5 * 0.01
    [alone, with_wind] = found(
        "{estimate: wet, above: 1%}", "{estimate: wet, above: 1%, assuming: {wind: weak}}", ask=ask
    )
    by_bayes = WET * argued / (WET * argued + (1 - WET) * dry)
    assert [alone.found, with_wind.found] == pytest.approx([by_bayes, by_bayes], rel=1e-12)


def test_ranks_are_those_of_the_cruxes() -> None:
    rows = [f"{{crux: {name}, rank: {rank}}}" for name, rank in (("rain", 1), ("hose", 1), ("hose", 2))]
    first, second, among = found(*rows)
    assert [(one.found, one.holds, one.first) for one in (first, second, among)] == [
        (1, True, ("rain",)),
        (2, False, ("rain",)),
        (2, True, ("rain", "hose")),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("crux: wet, rank: 3", "it is the target"),
        ("crux: slips, rank: 3", "it follows from the target"),
        ("crux: rain, rank: 3, assuming: [{rain: false}]", "it is assumed or observed"),
        ("crux: rain, rank: 3, assuming: [moonfall]", "impossible: moonfall"),
        ("crux: hose, rank: 3, assuming: [rain]", "the target is certain"),
    ],
)
def test_what_has_no_rank_has_a_reason(row: str, reason: str) -> None:
    [one] = found(f"{{{row}}}")
    assert not one.holds
    assert one.found is None
    assert reason in (one.reason or "")


def test_a_stage_has_no_rank_since_what_it_follows_from_has() -> None:
    [one] = found("{crux: wet, rank: 9}", ask="target: slips\nsampling: {draws: 100}\n")
    assert (one.holds, one.found) == (False, None)
    assert one.reason == "it follows from others, which are ranked in its place"
    assert {"rain", "hose", "slippery"} <= {*one.first}


@pytest.mark.parametrize("mean", ["", ", mean: true"])
def test_what_is_impossible_does_not_hold_and_says_what_clashes(mean: str) -> None:
    clash = f"estimate: wet, assuming: [wet, {{rain: false}}, {{hose: false}}]{mean}"
    observed = "target: wet\nobserved: [hose]\nsampling: {draws: 100}\n"
    rows = (f"{{{clash}, below: 90%}}", f"{{estimate: wet, below: 90%{mean}}}")
    impossible, other = found(*rows)
    assert (impossible.holds, impossible.found) == (False, None)
    assert "what is assumed is impossible: wet, {rain: false}, {hose: false}" in (impossible.reason or "")
    assert other.holds
    [nobody] = found(f"{{estimate: rain, above: 1%, worldview: anna{mean}}}", ask=observed)
    assert not nobody.holds
    assert "impossible: hose" in (nobody.reason or "")
    [compared] = found(f"{{{clash.replace(mean, '')}, above: 2x, than: {{assuming: []}}{mean}}}")
    assert (compared.holds, compared.compared) == (False, (None, pytest.approx(WET)))


# --- against the commands that show the numbers --------------------------------------------------------

HEARD = ["match-reported", "not-picked-out", "alibi-given"]
CASE_ROWS = """
expect:
  - {estimate: {attacker: accused}, worldview: defence, below: 1%}
  - {estimate: {attacker: accused}, worldview: defence, below: 1%, mean: true}
  - {estimate: shared-bench, worldview: prosecution, below: 1%, assuming: [match-reported], mean: true}
  - {estimate: shared-bench, below: 1%, assuming: [match-reported]}
  - {estimate: {attacker: [half-brother, another-man]}, below: 1%, assuming: [saw-face, {local-man: false}]}
  - {estimate: {attacker: accused}, above: 2x, than: {assuming: [saw-face, alibi-given]}, mean: true}
  - {crux: shared-bench, worldview: defence, rank: 1}
  - {crux: saw-face, worldview: prosecution, rank: 2}
  - {crux: same-tube, assuming: [match-reported], rank: 2}
"""


@pytest.fixture
def case(tmp_path: Path, cruxmap: Cruxmap) -> ModelSpec:
    cruxmap("new", "trial", "--like", "legal-case")
    path = tmp_path / "models/trial.yaml"
    text, _, _ = path.read_text(encoding="utf-8").partition("expect:")
    path.write_text(text + CASE_ROWS, encoding="utf-8")
    return replace(cm.read_model(path), sampling=Sampling(draws=200))


def mean(model: ModelSpec, worldview: str, target: object, assuming: Sequence[object]) -> float:
    """The mean that `cm.estimate` gives."""
    [asked, *given] = [parse_condition(condition, model.map) for condition in (target, *assuming)]
    asking = replace(
        model, target=Target("it", asked), also=(), assuming=tuple(given), worldviews=(worldview,)
    )
    return cm.estimate(asking).worldviews[worldview].mean or 0.0


def place(model: ModelSpec, worldview: str, id_: str) -> int:
    return [crux.id for crux in cm.cruxes(model, worldview).ranking].index(id_) + 1


def shown(model: ModelSpec) -> list[float]:
    """What `cm.probability`, `cm.estimate` and `cm.cruxes` say of the same."""
    accused, bench = {"attacker": "accused"}, "shared-bench"
    others = {"attacker": ["half-brother", "another-man"]}
    matched = replace(model, assuming=(parse_condition("match-reported", model.map),))
    return [
        cm.probability(model, accused, worldview="defence"),
        mean(model, "defence", accused, HEARD),
        mean(model, "prosecution", bench, ["match-reported"]),
        cm.probability(model, bench, given=["match-reported"]),
        cm.probability(model, others, given=["saw-face", {"local-man": False}]),
        mean(model, "map", accused, HEARD) / mean(model, "map", accused, ["saw-face", "alibi-given"]),
        place(model, "defence", bench),
        place(model, "prosecution", "saw-face"),
        place(matched, "map", "same-tube"),
    ]


def test_numbers_are_those_that_commands_show(case: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no exact sums serve all at once, so that each assumption is asked about by itself."""
    numbers = shown(case)
    assert [one.found for one in expectations(case).expectations] == pytest.approx(numbers, rel=1e-9)
    monkeypatch.setattr(module, "_is_exact", lambda _: False)
    assert [one.found for one in expectations(case).expectations] == pytest.approx(numbers, rel=1e-9)


@pytest.mark.long
def test_samples_of_states_come_near(case: ModelSpec) -> None:
    """What hardly any sample of states meets has a reason in place of a number."""
    rows = (
        "{estimate: wet, below: 29%}",
        "{estimate: wet, below: 50%, mean: true, assuming: [{wind: weak}]}",
    )
    sampled = expectations(replace(read(*rows), exact=False)).expectations
    assert [one.found for one in sampled] == pytest.approx([WET, WET], abs=0.02)
    first = expectations(replace(case, exact=False, expect=case.expect[:1])).expectations[0]
    assert not first.holds
    assert "too few samples agree with what is assumed" in (first.reason or "")


@pytest.mark.long
def test_a_mean_is_that_of_the_same_chains_as_the_estimates() -> None:
    ask = "target: wet\nobserved: [slips]\nsampling: {draws: 2000, tune: 500, chains: 2}\n"
    rain, given = "{estimate: rain, above: 1%, mean: true", ", assuming: [{hose: false}]}"
    uncertain = WEATHER.replace("credence: 20%,", "credence: 10% to 40%,")
    model = model_of(uncertain, f"{ask}expect:\n  - {rain}}}\n  - {rain}{given}\n")
    values = [one.found for one in expectations(model).expectations]
    assert values == pytest.approx(
        [mean(model, "map", "rain", []), mean(model, "map", "rain", [{"hose": False}])], rel=1e-9
    )
    assert values[0] != values[1]


def test_chains_that_have_not_converged_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from cruxmap.insight import estimate

    monkeypatch.setattr(estimate, "_unconverged", lambda _: "they have not converged")
    mean_of, central = found("{estimate: wet, above: 1%, mean: true}", "{estimate: wet, above: 1%}")
    assert (mean_of.holds, mean_of.reason) == (False, "they have not converged")
    assert central.holds


def test_who_listens_hears_what_is_done() -> None:
    heard: list[str] = []
    rows = (
        "{estimate: wet, above: 1%}",
        "{estimate: wet, above: 1%, mean: true}",
        "{crux: rain, rank: 1}",
    )
    expectations(read(*rows), progress=lambda what, done, of: heard.append(what))
    assert heard[0] == "small: the central estimates that are expected"
    assert "small: the means that are expected" in heard
    assert "map: the next best" in heard


# --- what is printed -----------------------------------------------------------------------------------


def test_a_failure_says_where_it_is_and_what_was_found_instead() -> None:
    answer = found(
        "{estimate: wet, below: 28%, worldview: map, source: almanac#2, note: It seldom rains.}",
        "{estimate: wet, mean: true, assuming: {wind: weak}, above: 2x, "
        "than: {worldview: anna, assuming: []}}",
        "{estimate: wet, above: 1%}",
        "{crux: hose, rank: 1}",
        "{crux: wet, rank: 2, worldview: map}",
        "{estimate: rain, above: 1%, assuming: moonfall}",
        "{estimate: moonfall, above: 2x, than: {worldview: anna}}",
    )
    file = answer[0].file
    assert failures_text(answer).splitlines() == [
        f"{file}:6:5: expected wet below 28%, found 28% (map, at central judgements)",
        "  source: almanac#2",
        "  note: It seldom rains.",
        f"{file}:7:5: expected wet above 2x what it is in anna assuming nothing, found 0.7x: 28% against 40%"
        " (map, mean over draws, assuming {wind: weak})",
        f"{file}:9:5: expected hose first of all, found it at place 2; first: rain (map)",
        f"{file}:10:5: expected wet among the first 2, found no place for it: it is the target; first: rain, "
        "hose (map)",
        f"{file}:11:5: expected rain above 1%, found no number: what is assumed is impossible: moonfall "
        "(map, at central judgements, assuming moonfall)",
        f"{file}:12:5: expected moonfall above 2x what it is in anna, found no factor: both are 0% "
        "(map, at central judgements)",
        "1 expectation holds, 6 do not",
    ]


def test_a_number_has_digits_enough_to_tell_it_from_its_bound() -> None:
    close, far = found("{estimate: wet, below: 27.9999%}", "{estimate: wet, below: 10%}")
    assert (found_text(close), found_text(far)) == ("28.0000%", "28%")


def test_expectations_are_counted() -> None:
    held, failed = found("{estimate: wet, below: 50%}", "{estimate: wet, below: 1%}")
    assert count_text([held]) == "1 expectation holds"
    assert count_text([held, held]) == "2 expectations hold"
    assert count_text([held, held, failed]) == "2 expectations hold, 1 does not"
    assert count_text([failed, failed]) == "no expectation holds, 2 do not"
    assert count_text([]) == "nothing is expected"


def test_check_tests_what_is_expected_where_that_is_asked(tmp_path: Path, cruxmap: Cruxmap) -> None:
    rows = "target: wet\nexpect:\n  - {estimate: wet, below: 50%}\n  - {crux: hose, rank: 1}\n"
    path = write(tmp_path, WEATHER, rows, anna=ANNA)
    assert cruxmap("check").out == "0 problems, 3 warnings\n"
    outcome = cruxmap("check", "--expect")
    assert outcome.code == 1
    failure, count = outcome.out.splitlines()
    assert failure.startswith("models/small.yaml:6:5: expected hose first of all, found it at place 2")
    assert count == "1 expectation holds, 1 does not"
    answer = cruxmap("check", "--expect", "--sources", "--format", "json").json
    assert answer.keys() == {"problems", "warnings", "sources", "expectations"}
    assert [(one["line"], one["holds"]) for one in answer["expectations"]] == [(5, True), (6, False)]
    rows_of_csv = cruxmap("check", "models/small.yaml", "--expect", "--format", "csv").rows
    assert [(row["line"], row["holds"], row["outcome"]) for row in rows_of_csv] == [
        ("5", "True", "28%"),
        ("6", "False", "it at place 2; first: rain"),
    ]
    assert cruxmap("check", "arguments/small", "--expect").out == "nothing is expected\n"
    assert "did you mean models/small.yaml?" in cruxmap("check", "small", "--expect").err
    path.write_text(path.read_text() + "  - {crux: hoes, rank: 1}\n")
    broken = cruxmap("check", "--expect")
    assert (broken.code, broken.out) == (1, "1 problem, 0 warnings\n")
    assert cruxmap("check", "--expect", "--format", "json").json.keys() == {"problems", "warnings"}


def test_check_is_fine_where_all_holds(tmp_path: Path, cruxmap: Cruxmap) -> None:
    write(tmp_path, WEATHER, "target: wet\nexpect:\n  - {estimate: wet, below: 50%}\n", anna=ANNA)
    outcome = cruxmap("check", "--expect", "-q")
    assert (outcome.code, outcome.out) == (0, "1 expectation holds\n")


# --- the shipped models --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        *(pytest.param(str(path), id=path.stem) for path in EXAMPLES.glob("*/models/*.yaml")),
        pytest.param(POWER, id="power-seeking"),
    ],
)
def test_a_small_shipped_model_is_what_it_says_of_itself(model: str, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("check", model, "--expect", "-q")
    assert (outcome.code, outcome.err) == (0, "")
    assert int(outcome.out.split()[0]) >= 3


@pytest.mark.long
def test_every_shipped_model_is_what_it_says_of_itself(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("check", str(ROOT), "--expect", "-q")
    assert outcome.code == 0, outcome.out
