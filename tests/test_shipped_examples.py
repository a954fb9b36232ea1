"""The examples that `cruxmap new --like` copies out: clean, and worth what a pencil says."""

import re
import subprocess
from collections import Counter
from fractions import Fraction
from itertools import pairwise, product
from math import exp, sqrt
from pathlib import Path

import pytest
from typer.main import get_command

import cruxmap as cm
from cruxmap import cli
from cruxmap.insight.expectations import expectations
from cruxmap.language.reading import check
from cruxmap.language.template import FIRST_EXAMPLE, examples, template
from cruxmap.present.expectation_tables import count_text, failures_text
from helpers.commands import DECISION, DIAGNOSIS, EXAMPLES, LEGAL_CASE, ROOT, SAFETY_CASE, Cruxmap
from helpers.odds import logit, moved

ACCUSED = {"attacker": "accused"}
HEARD = ["match-reported", "not-picked-out", "alibi-given"]


def middle(low: float, high: float) -> float:
    """Return the middle of a credence's interval, in log-odds."""
    return 1 / (1 + exp(-(logit(low) + logit(high)) / 2))


def argued(chance: float, holds: float, strength: float) -> float:
    """Return a chance after an argument that holds with a chance of its own."""
    return holds * moved(chance, strength) + (1 - holds) * chance


# --- all of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("example", examples())
def test_an_example_is_a_clean_project_where_it_is_and_where_it_is_copied_to(
    example: str, tmp_path: Path, cruxmap: Cruxmap
) -> None:
    assert check(EXAMPLES / example) == ((), ())
    copied = cruxmap("new", "mine", "--like", example, "--format", "json")
    assert copied.code == 0
    assert all((tmp_path / file).is_file() for file in copied.json["files"])
    assert check(tmp_path) == ((), ())
    original = cm.read_model(EXAMPLES / example / "models" / f"{example}.yaml")
    copy = cm.read_model(tmp_path / "models" / "mine.yaml")
    assert copy.id == copy.map.id == "mine"
    assert copy.worldviews == original.worldviews
    for whose in copy.worldviews:
        assert cm.open_model(copy, whose).probability() == cm.open_model(original, whose).probability()


@pytest.mark.parametrize("example", examples())
def test_no_file_of_a_copy_speaks_of_the_example(example: str) -> None:
    files = template("mine", example)
    assert len(files) == len(list((EXAMPLES / example).rglob("*.*")))
    assert not any(example in path for path in files)
    assert "model: mine\nmap: ../arguments/mine\n" in files["models/mine.yaml"]


@pytest.mark.parametrize("example", sorted({*examples()} - {FIRST_EXAMPLE}))
def test_an_example_is_small_and_two_reviewers_say_what_they_believe(example: str) -> None:
    argument_map = cm.read_map(EXAMPLES / example / "arguments" / example)
    assert 12 <= len(argument_map.entry) <= 20
    first, second = (len(worldview.stated) for worldview in argument_map.worldviews)
    assert first == second >= 1


@pytest.mark.parametrize("example", examples())
def test_what_should_come_of_an_example_comes_of_it(example: str) -> None:
    found = expectations(cm.read_model(EXAMPLES / example / "models" / f"{example}.yaml")).expectations
    assert failures_text(found) == f"{count_text(found)}\n"
    assert len(found) >= 3


@pytest.mark.parametrize("example", examples())
def test_every_example_is_named_where_people_look_for_one(example: str, cruxmap: Cruxmap) -> None:
    assert f"`{example}`" in " ".join(cruxmap("new", "--help").out.split())
    for page in ("README.md", "docs/language.md") if example != FIRST_EXAMPLE else ():
        assert example in (ROOT / page).read_text(encoding="utf-8"), page


@pytest.mark.parametrize(
    ("typed", "hint"), [("legal", "legal-case"), ("diagnoses", "diagnosis"), ("?", "library")]
)
def test_an_example_that_is_not_there(typed: str, hint: str, tmp_path: Path, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("new", "mine", "--like", typed)
    assert outcome.code == 2
    assert f"there is no example `{typed}`" in outcome.err
    assert hint in outcome.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


# --- the legal case ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("one_in", "published"), [(200_000_000, 98), (20_000_000, 85), (2_000_000, 36)])
def test_what_the_jury_was_offered_comes_to_what_was_published(one_in: int, published: int) -> None:
    """Dawid and Donnelly have no half-brother, no mix-up, no doubt about the laboratory, and a clear view."""
    offered = {
        "match-reported.coincidence": f"1 in {one_in}",
        "match-reported.his-trace": "100%",
        "match-reported.mix-up": "0%",
        "attacker.local.accused": "1 in 150000",
        "attacker.local.half-brother": "0%",
        "few-people-counted": "0%",
        "saw-face": "100%",
    }
    answer = cm.probability(cm.read_model(LEGAL_CASE), ACCUSED, worldview="defence", judgements=offered)
    prior = Fraction(3, 4) / 150_000
    ratio = one_in * Fraction(10, 90) * Fraction(25, 50)
    odds = prior / (1 - prior) * ratio
    assert answer == pytest.approx(float(odds / (1 + odds)), rel=1e-9)
    assert round(100 * answer) == published


def test_the_prosecutions_number_by_hand() -> None:
    """Three kinds of attackers, weighed by what the court heard."""
    local = middle(0.6, 0.85) / 150_000
    seen = argued(
        middle(0.6, 0.85), middle(0.5, 0.8) * (1 - middle(0.15, 0.4) * middle(0.6, 0.9)), 1 / sqrt(30)
    )
    same_tube = middle(0.1, 0.25) * middle(0.9, 0.99)
    mixed = middle(0.02, 0.1) * argued(
        middle(1e-6, 1 / 50_000), middle(0.6, 0.9) * (1 - same_tube), 1 / sqrt(3000)
    )
    rounded = middle(0.8, 0.95) * middle(0.5, 0.8)
    coincidence = argued(1 / 200_000_000, middle(0.3, 0.7) * (1 - rounded), sqrt(40))
    missed = seen * middle(0.05, 0.2) + (1 - seen) * middle(0.4, 0.7)
    others = middle(0.8, 0.95) * middle(
        0.35, 0.65
    )  # what the parade and the partner say if it was another
    accused = local * middle(0.99, 0.999) * missed * middle(0.3, 0.6)
    brother = local * (1 - (1 - middle(1e-5, 1e-3)) * (1 - mixed)) * others
    another = (1 - 2 * local) * (1 - (1 - coincidence) * (1 - mixed)) * others
    answer = cm.probability(cm.read_model(LEGAL_CASE), ACCUSED, given=HEARD, worldview="prosecution")
    assert answer == pytest.approx(accused / (accused + brother + another), rel=1e-9)


# --- the diagnosis -----------------------------------------------------------------------------------


def test_the_maps_own_diagnosis_by_hand() -> None:
    """All that the patient may have and the arguments may be, one by one, weighed by the two tests."""
    shares = {"embolism": middle(0.25, 0.5), "pneumonia": middle(0.3, 0.6)}
    shares["heart-failure"] = 1 - sum(shares.values())
    fever = middle(0.7, 0.9) * (1 - middle(0.5, 0.8) * middle(0.3, 0.6))
    fracture = middle(0.4, 0.7)
    leg = argued(middle(0.2, 0.5), fracture, 1 / sqrt(30))
    flight = middle(0.85, 0.95) * (1 - middle(0.3, 0.6) * middle(0.2, 0.6))
    branch = middle(0.7, 0.9) * (1 - middle(0.3, 0.6) * middle(0.4, 0.8))
    moved_in_scan = middle(0.2, 0.5) * middle(0.02, 0.1)
    positive = [
        1 - (1 - moved_in_scan) * (1 - middle(0.02, 0.06)) * (1 - clot) for clot in (middle(0.76, 0.88), 0)
    ]
    raised = [middle(0.9, 0.98), middle(0.4, 0.6)]
    with_it = without = untested = 0.0
    for looks, pneumonia_argued, is_swollen, flown, small in product(shares, *[(True, False)] * 4):
        weight = {**shares, "pneumonia": shares["pneumonia"] * (sqrt(30) if pneumonia_argued else 1)}
        chance = (
            weight[looks]
            / sum(weight.values())
            * (fever if pneumonia_argued else 1 - fever)
            * (leg if is_swollen else 1 - leg)
            * (flight if flown else 1 - flight)
            * (branch if small else 1 - branch)
        )
        points = is_swollen + (looks == "embolism")
        score = [middle(0.02, 0.06), middle(0.17, 0.24), middle(0.54, 0.78)][points]
        sick = moved(score, sqrt(1.5 * 2.7) if flown else 1, 1 / sqrt(60) if small else 1)
        untested += chance * sick
        with_it += chance * sick * positive[0] * raised[0]
        without += chance * (1 - sick) * positive[1] * raised[1]
    model = cm.read_model(DIAGNOSIS)
    assert cm.probability(model.map, "embolism") == pytest.approx(untested, rel=1e-9)
    assert cm.probability(model, "embolism", worldview="map") == pytest.approx(
        with_it / (with_it + without), rel=1e-9
    )


@pytest.mark.long
def test_the_diagnosis_is_sampled_and_converges() -> None:
    answer = cm.estimate(cm.read_model(DIAGNOSIS))
    assert answer.converged
    assert answer.worldviews["radiologist"].mean < 0.5 < answer.worldviews["physician"].mean


# --- the safety case ---------------------------------------------------------------------------------


def test_the_assessors_number_by_hand() -> None:
    """Both cases of what all three tests rest on; given it, the two parts are independent."""
    moderate, strong = sqrt(30), sqrt(300)
    complied = middle(0.8, 0.95) * (1 - middle(0.7, 0.9) * middle(0.4, 0.8))
    outgrown = middle(0.75, 0.9) * (1 - middle(0.15, 0.35) * middle(0.4, 0.7))
    elicited = sum(
        (complied if for_it else 1 - complied)
        * (outgrown if against else 1 - outgrown)
        * moved(middle(0.2, 0.45), moderate**for_it, moderate**-against)
        for for_it, against in product((1, 0), repeat=2)
    )
    got_past, shared = middle(0.8, 0.95), middle(0.7, 0.9)
    stopped = sum(
        (got_past if for_it else 1 - got_past)
        * (shared if against else 1 - shared)
        * moved(middle(0.5, 0.75), moderate**for_it, moderate**-against)
        for for_it, against in product((1, 0), repeat=2)
    )
    both = 0.0
    for chance, sound in ((elicited, 1), (1 - elicited, 0)):
        breaks_in = 1 - argued(middle(0.3, 0.6), sound * middle(0.85, 0.95), strong)
        stuck = sound * middle(0.8, 0.95) * (1 - middle(0.4, 0.7) * middle(0.4, 0.8))
        spreads_too = 1 - argued(middle(0.15, 0.4), stuck, strong)
        no_faster = sound * middle(0.8, 0.95) * (1 - middle(0.5, 0.75) * middle(0.5, 0.8))
        experts = argued(middle(0.45, 0.7), no_faster, strong)
        both += chance * (1 - breaks_in * spreads_too * (1 - stopped)) * experts
    answer = cm.probability(
        cm.read_model(SAFETY_CASE), "may-be-released", given=["weights-kept"], worldview="assessor"
    )
    assert answer == pytest.approx(both * middle(0.95, 0.99), rel=1e-9)


# --- the engineering decision --------------------------------------------------------------------------


def test_the_owners_number_for_a_tuned_table_by_hand() -> None:
    """Whether the table takes the peak if there is one, and whether a job goes wrong without a move."""
    nothing_to_clear = middle(0.75, 0.9) * middle(0.6, 0.9)
    too_short = middle(0.5, 0.8) * (1 - nothing_to_clear) * middle(0.5, 0.8)
    takes_it = argued(middle(0.45, 0.7), middle(0.85, 0.95) * (1 - too_short), sqrt(300))
    peak = argued(middle(0.2, 0.35), middle(0.8, 0.95), sqrt(1.5 * 3))
    at_peak = takes_it * middle(0.88, 0.97) + (1 - takes_it) * middle(0.03, 0.15)
    keeps_up = (1 - peak) * middle(0.92, 0.98) + peak * at_peak
    model = cm.read_model(DECISION)
    answer = cm.probability(model, "sale-goes-well", given=[{"choice": "tune"}], worldview="orders")
    assert answer == pytest.approx(keeps_up * (1 - middle(0.01, 0.03)), rel=1e-9)


# --- what `--help` says to try -----------------------------------------------------------------------

COMMANDS = get_command(cli.app).commands  # type: ignore[attr-defined]


FOREIGN = {
    "rain.bif": "variable rain { type discrete [2] { yes, no }; }\nprobability ( rain ) { table 0.2, 0.8; }\n"
}
"""Files of other programs that a help says to import."""


def tried(help_text: str) -> list[list[str]]:
    """Return the commands that a help text ends with, in words."""
    _, _, end = help_text.partition("\n  Examples:\n")
    return [line.split() for line in end.splitlines()]


@pytest.mark.parametrize("width", ["60", "80", "200"])
@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_each_help_ends_with_two_examples_of_its_command(
    command: str | None, width: str, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    shown = cruxmap(*filter(None, [command]), "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= min(int(width), 80)
    first, second = tried(shown.out)
    assert first != second
    assert all(words[0] == "cruxmap" for words in (first, second))
    assert {first[1], second[1]} == {command} if command else {"new", "run"}


@pytest.mark.parametrize(
    "command",
    [  # these do not end by themselves
        pytest.param(name, marks=[pytest.mark.long] if name in ("run", "pool") else [])
        for name in COMMANDS
        if name not in ("serve", "lsp", "watch")
    ],
)
def test_what_a_help_says_to_try_works(command: str, tmp_path: Path, cruxmap: Cruxmap) -> None:
    if command != "new":
        cruxmap("new", "trial", "--like", "legal-case")
        cruxmap("new", "retrial", "--like", "legal-case")
        (tmp_path / "inbox").mkdir()
        for name in ("ann", "bo"):
            text = f"worldview: {name}\ntext: One.\nextends: defence\njudgements: {{shared-bench: 20%}}\n"
            (tmp_path / "inbox" / f"{name}.yaml").write_text(text)
        for name, text in FOREIGN.items():
            (tmp_path / "inbox" / name).write_text(text)
        for git in ("init -q", "add .", "-c user.name=x -c user.email=x commit -qm x"):
            subprocess.run(["git", *git.split()], cwd=tmp_path, check=True)
    for words in tried(cruxmap(command, "--help").out):
        outcome = cruxmap(*words[1:])
        assert (outcome.code, bool(outcome.out)) == (0, True) or "wrote" in outcome.err, outcome


# --- tables in terminals -----------------------------------------------------------------------------


def parts_of_words(text: str) -> Counter[str]:
    """Return the parts in which a narrow column may show words, with how often each is there."""
    return Counter(re.findall(r"[^\s|.-]+", text))


@pytest.mark.parametrize("width", [60, pytest.param(80, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "question",
    [
        "estimate trial",
        "cruxes trial",
        "cruxes trial -w defence",
        "diff trial",
        "diff trial defence",
        "diff trial prosecution defence",
        "takes trial -w defence --above 50%",
        "coherence trial",
        pytest.param("pool trial", marks=pytest.mark.long),
    ],
)
def test_tables_fit_the_terminal_and_lose_no_header(
    question: str, width: int, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    cruxmap("new", "trial", "--like", "legal-case")
    monkeypatch.setenv("COLUMNS", str(width))
    words = question.split()
    if any(option.name == "figures" for option in COMMANDS[words[0]].params):
        words += ["--figures", "none"]
    printed = cruxmap(*words).out
    assert max(map(len, printed.splitlines())) <= width
    lines = cruxmap(*words, "--format", "markdown").out.splitlines()
    heads = [head for head, rule in pairwise(lines) if rule.startswith("| ---")]
    assert heads
    assert parts_of_words(printed) >= parts_of_words(" ".join(heads))
