"""The command line as people and programs meet it: what is printed where, and with which exit code."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cruxmap.insight import estimate as insight
from cruxmap.language.reading import read_model
from helpers.commands import COMMAND, POWER, ROOT, Cruxmap, Outcome, on_a_terminal
from helpers.maps_from_text import write

# --- new and check -------------------------------------------------------------------------------


def test_new_writes_a_map_that_checks_and_computes(in_project: Path, cruxmap: Cruxmap) -> None:
    assert (in_project / "models" / "small.yaml").is_file()
    assert cruxmap("check") == Outcome(0, "no problems\n", "")
    assert cruxmap("estimate", "small").code == 0


def test_new_refuses_to_overwrite(in_project: Path, cruxmap: Cruxmap) -> None:
    before = {path: path.read_bytes() for path in in_project.rglob("*") if path.is_file()}
    outcome = cruxmap("new", "small")
    assert outcome.code == 2
    assert "already there" in outcome.err
    assert {path: path.read_bytes() for path in in_project.rglob("*") if path.is_file()} == before


def test_new_writes_a_readme_and_what_git_ignores_where_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cruxmap: Cruxmap
) -> None:
    monkeypatch.chdir(tmp_path)
    told = cruxmap("new", "flood-risk").out
    assert "wrote README.md" in told
    assert "wrote .gitignore" in told
    readme = Path("README.md").read_text()
    commands = re.findall(r"`cruxmap ([a-z]+) ?([^`]*)`", readme)
    assert {"check", "run", "report", "interview", "diff", "history"} == {
        command for command, _ in commands
    }
    assert all("flood-risk" in words for command, words in commands if command != "check")
    Path("README.md").rename("ReadMe.txt")
    Path(".gitignore").write_text("mine\n")
    assert cruxmap("new", "other").code == 0
    assert not Path("README.md").exists()
    assert Path(".gitignore").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["Not An Id", "../away", ""])
def test_new_refuses_what_is_no_id(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cruxmap: Cruxmap
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cruxmap("new", name).code == 2
    assert list(tmp_path.iterdir()) == []


def test_check_shows_the_place_of_a_problem_and_a_hint(in_project: Path, cruxmap: Cruxmap) -> None:
    file = in_project / "arguments" / "small" / "extra.yaml"
    file.write_text("claims:\n  a-claim: {text: \u4e2d\u6587., credence: 120%}\n", encoding="utf-8")
    outcome = cruxmap("check")
    assert outcome.code == 1
    assert outcome.out == "1 problem, 0 warnings\n"
    first, line, marker, *hint = outcome.err.splitlines()
    assert first.startswith("arguments/small/extra.yaml:2:34: problem unreadable-judgement: ")
    assert line.endswith("| " + "  a-claim: {text: \u4e2d\u6587., credence: 120%}")
    assert marker.index("^") == line.index("120%") + 2  # two wide characters before it
    assert marker.count("^") == len("120%")
    assert hint[0].startswith("  hint: ")


def test_check_writes_out_the_first_hundred_of_a_code(in_project: Path, cruxmap: Cruxmap) -> None:
    claims = [f"  claim-{n}: {{text: One., credence: {bad}}}" for n, bad in enumerate(["120%"] * 130)]
    claims.append("  claim-x: {text: One., credence: 5%, colour: red}")
    file = in_project / "arguments" / "small" / "extra.yaml"
    file.write_text("claims:\n" + "\n".join(claims) + "\n")
    outcome = cruxmap("check")
    assert (outcome.code, outcome.out) == (1, "131 problems, 0 warnings\n")
    assert outcome.err.count("problem unreadable-judgement:") == 100
    assert outcome.err.count("problem unknown-key:") == 1
    assert "... and 30 more of `unreadable-judgement`: `cruxmap check --format json`" in outcome.err
    assert len(cruxmap("check", "--format", "json").json["problems"]) == 131


def test_check_as_json_has_the_promised_keys(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "arguments" / "small" / "extra.yaml").write_text("claims: {a-claim: {}}\n")
    outcome = cruxmap("check", "--format", "json")
    assert (outcome.code, outcome.err) == (1, "")
    found = outcome.json
    assert set(found) == {"problems", "warnings"}
    for problem in found["problems"]:
        assert set(problem) == {"code", "message", "file", "line", "column", "hint"}
        assert problem["file"] == "arguments/small/extra.yaml"


def test_check_as_a_table_has_a_row_per_problem(in_project: Path, cruxmap: Cruxmap) -> None:
    assert cruxmap("check", "--format", "csv").out == "kind,code,file,line,column,message,hint\n"
    assert cruxmap("check", "--format", "markdown").out.startswith("**No problems**\n")
    (in_project / "arguments" / "small" / "extra.yaml").write_text("claims: {a-claim: {}}\n")
    outcome = cruxmap("check", "--format", "csv")
    assert (outcome.code, outcome.err) == (1, "")
    found = cruxmap("check", "--format", "json").json
    told = [("problem", each) for each in found["problems"]] + [
        ("warning", each) for each in found["warnings"]
    ]
    assert outcome.rows == [{"kind": kind, **{k: str(v) for k, v in each.items()}} for kind, each in told]
    assert (
        "| problem | missing-key | arguments/small/extra.yaml | 1 |"
        in cruxmap("check", "--format", "markdown").out
    )


def test_a_model_is_found_from_a_folder_below(
    in_project: Path, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(in_project / "arguments" / "small")
    assert cruxmap("show", "small", "--stage", "map").code == 0
    outcome = cruxmap("show", "smal", "--stage", "map")
    assert outcome.code == 2
    assert "did you mean `small`?" in outcome.err


def test_where_there_is_no_model_the_hint_says_what_is_missing(in_project: Path, cruxmap: Cruxmap) -> None:
    for file in (in_project / "models").iterdir():
        file.unlink()
    assert "in models/: no model yet, which is a file with `model:`" in cruxmap("estimate", "small").err
    (in_project / "models").rmdir()
    assert "is this the folder of your project?" in cruxmap("estimate", "small").err


def test_control_characters_in_files_never_reach_the_terminal(in_project: Path, cruxmap: Cruxmap) -> None:
    file = in_project / "arguments" / "small" / "extra.yaml"
    file.write_text('claims: {a-claim: {text: "\\e[31mred", credence: "\\e[0m"}}\n')
    outcome = cruxmap("check")
    assert outcome.code == 1
    assert "\x1b" not in outcome.out + outcome.err


def test_check_of_sources_lists_places_and_gaps(in_project: Path, cruxmap: Cruxmap) -> None:
    sources = in_project / "arguments" / "small" / "sources"
    sources.mkdir()
    (sources / "report.yaml").write_text(
        "source: report\nlocators:\n" + "".join(f"  '{n}': {{section: Part {n}}}\n" for n in range(1, 30))
    )
    rows = list(csv.DictReader(io.StringIO(cruxmap("check", "--sources", "--format", "csv").out)))
    found = cruxmap("check", "--sources", "--format", "json").json
    [source] = found["sources"]
    assert [row["locator"] for row in rows] == [str(n) for n in range(1, 30)]
    assert [place["locator"] for place in source["locators"]] == [row["locator"] for row in rows]
    gaps = [row["locator"] for row in rows if not row["cited_by"] and not row["no_claim"]]
    assert 0 < len(gaps) < 29
    table = cruxmap("check", "--sources").out
    assert "cited by nothing: " + ", ".join(f"report#{gap}" for gap in gaps) in " ".join(table.split())


def test_check_of_nothing_is_wrong_usage(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("check", "no/such/folder")
    assert (outcome.code, outcome.out) == (2, "")


# --- estimate --------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["treasurer", "map"])
def test_estimate_of_one_worldview_is_that_of_all(whose: str, in_project: Path, cruxmap: Cruxmap) -> None:
    alone, all_of_them = (
        cruxmap("estimate", "small", "--format", "json", *w).json["worldviews"]
        for w in (["-w", whose], [])
    )
    assert alone == {whose: all_of_them[whose]}


def test_estimate_of_a_worldview_that_nobody_knows_names_the_nearest(
    in_project: Path, cruxmap: Cruxmap
) -> None:
    outcome = cruxmap("estimate", "small", "-w", "treasure")
    assert outcome.code == 2
    assert outcome.err.endswith("hint: did you mean `treasurer`?\n")


def test_estimate_as_json_has_the_promised_keys(in_project: Path, cruxmap: Cruxmap) -> None:
    answer = cruxmap("estimate", "small", "--format", "json").json
    question = {"model", "target", "assuming", "observed", "settings"}
    assert set(answer) == {*question, "seed", "draws", "map", "worldviews"}
    numbers = {"mean", "median", "interval_90", "central"}
    for result in answer["worldviews"].values():
        assert set(result) == numbers | {"unconditional", "also", "whose"}
        assert set(result["unconditional"]) == numbers
        assert len(result["interval_90"]) == 2
        for also in result["also"].values():
            assert set(also) == numbers | {"unconditional", "whose"}


def test_carlsmiths_six_premises(cruxmap: Cruxmap) -> None:
    answer = cruxmap("estimate", POWER, "--format", "json").json
    carlsmith = answer["worldviews"]["carlsmith"]
    product = 0.65 * 0.80 * 0.40 * 0.65 * 0.40 * 0.95
    assert [carlsmith["mean"], carlsmith["central"]] == pytest.approx([product, product], rel=1e-12)
    assert "5.1%" in cruxmap("estimate", POWER).out
    assert "| carlsmith | 5.1% |" in cruxmap("estimate", POWER, "--format", "markdown").out


def test_csv_has_whole_numbers(cruxmap: Cruxmap) -> None:
    [row] = [
        row
        for row in csv.DictReader(io.StringIO(cruxmap("estimate", POWER, "--format", "csv").out))
        if row["worldview"] == "carlsmith"
    ]
    assert float(row["mean"]) == pytest.approx(0.051376, rel=1e-12)
    assert row["target"] == "power-seeking-catastrophe"


def test_set_asks_what_if(cruxmap: Cruxmap) -> None:
    answer = cruxmap("estimate", POWER, "--set", "alignment-hard=80%", "--format", "json").json
    assert answer["worldviews"]["carlsmith"]["central"] == pytest.approx(2 * 0.051376, rel=1e-12)


def test_assuming_takes_the_place_of_the_models(cruxmap: Cruxmap) -> None:
    arguments = ("--assuming", "alignment-hard", "--assuming", "{strong-incentives: true}")
    answer = cruxmap("estimate", POWER, *arguments, "--format", "json").json
    carlsmith = answer["worldviews"]["carlsmith"]
    assert answer["assuming"] == ["alignment-hard", "strong-incentives"]
    assert carlsmith["central"] == pytest.approx(0.051376 / 0.4 / 0.8, rel=1e-12)
    assert carlsmith["unconditional"]["central"] == pytest.approx(0.051376, rel=1e-12)


def test_observed_takes_the_place_of_the_models(cruxmap: Cruxmap) -> None:
    answer = cruxmap("estimate", POWER, "--observed", "alignment-hard", "--format", "json").json
    assert answer["observed"] == ["alignment-hard"]
    assert answer["worldviews"]["carlsmith"]["central"] == pytest.approx(0.051376 / 0.4, rel=1e-12)


def test_an_impossible_assumption_is_null_with_a_reason_and_code_1(cruxmap: Cruxmap) -> None:
    arguments = ("estimate", POWER, "--set", "alignment-hard=0%", "--assuming", "alignment-hard")
    outcome = cruxmap(*arguments, "--format", "json")
    assert outcome.code == 1
    carlsmith = outcome.json["worldviews"]["carlsmith"]
    assert carlsmith["mean"] is None
    assert "alignment-hard" in carlsmith["reason"]
    assert carlsmith["unconditional"]["mean"] == 0
    assert carlsmith["reason"] in " ".join(cruxmap(*arguments).out.split())


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("estimate", "power-seekin"), "power-seeking"),
        (("estimate", POWER, "--set", "alignment-hrd=1%"), "alignment-hard"),
        (("estimate", POWER, "--set", "alignment-hard"), "ADDRESS=VALUE"),
        (("estimate", POWER, "--set", "alignment-hard=1-5%"), "1% to 5%"),
        (("estimate", POWER, "--assuming", "alignment-hrd"), "alignment-hard"),
        (("estimate", POWER, "--assuming", "{"), ""),
        (("explain", POWER, "alignment-hrd"), "alignment-hard"),
        (("show", POWER, "-w", "carlsmth", "--format", "dot"), "carlsmith"),
        (("show", POWER, "--around", "alignment-hrd", "--format", "dot"), "alignment-hard"),
        (("show", POWER, "-o", "map.jpeg"), "--format"),
        (("schema", "maps"), "map"),
        (("estimate", POWER, "--format", "yaml"), "json"),
        (("estimate",), "MODEL"),
        (("frobnicate",), ""),
    ],
)
def test_wrong_usage_is_code_2_with_a_hint(
    arguments: tuple[str, ...], hint: str, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    outcome = cruxmap(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert hint in outcome.err
    assert "Traceback" not in outcome.err


def test_a_model_with_problems_is_code_1(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "models" / "small.yaml").write_text(
        "model: small\nmap: ../arguments/small\ntarget: nothing\n"
    )
    for command in ("estimate", "run", "show"):
        outcome = cruxmap(command, "small")
        assert (outcome.code, outcome.out) == (1, "")
        assert "models/small.yaml:3:9: problem unknown-id" in outcome.err


def test_a_model_in_a_folder_is_called_by_both_names(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "models/deep").mkdir()
    text = (in_project / "models/small.yaml").read_text().replace("model: small", "model: deep/other")
    (in_project / "models/deep/other.yaml").write_text(text.replace("../", "../../"))
    assert cruxmap("check") == Outcome(0, "no problems\n", "")
    estimate = cruxmap("estimate", "deep/other", "--format", "json").json
    assert estimate == cruxmap("estimate", "small", "--format", "json").json | {"model": "deep/other"}
    assert cruxmap("cruxes", "deep/other", "--figures", "first").code == 0
    drawn = in_project / "figures/deep/other"
    assert {path.suffix for path in drawn.iterdir()} == {".svg", ".png"}
    assert "Model deep/other" in next(drawn.glob("*.svg")).read_text()
    assert "did you mean `deep/other`?" in cruxmap("estimate", "other").err
    assert "did you mean `deep/other`?" in cruxmap("estimate", "models/deep/otter.yaml").err


def test_what_has_not_converged_is_code_3(cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = insight.estimate(read_model(POWER))
    chains = insight.Convergence("carlsmith", 1.2, 30.0, 4)
    monkeypatch.setattr(insight, "estimate", lambda *_, **__: replace(answer, convergence=(chains,)))
    outcome = cruxmap("estimate", POWER)
    assert outcome.code == 3
    assert "carlsmith: not converged (R-hat 1.200, smallest ESS 30, 4 divergences)" in outcome.out


# --- show, explain, schema -----------------------------------------------------------------------


def test_show_draws_and_writes_texts(cruxmap: Cruxmap, tmp_path: Path) -> None:
    assert cruxmap("show", POWER, "--format", "dot").out.startswith("digraph map {\n")
    assert cruxmap("show", POWER, "--format", "mermaid").out.startswith("flowchart LR\n")
    for name, start in {"a.svg": b"<?xml", "a.png": b"\x89PNG", "a.mmd": b"flowchart"}.items():
        outcome = cruxmap("show", POWER, "--output", str(tmp_path / name))
        assert (outcome.code, outcome.out) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(start)


def test_a_pdf_without_graphviz_is_refused(
    cruxmap: Cruxmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = cruxmap("show", POWER, "--format", "pdf")
    assert outcome.code == 2
    assert "Graphviz" in outcome.err


def test_large_pictures_and_missing_letters_are_told_in_a_sentence(
    cruxmap: Cruxmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = "\n".join(f"  c{i}: {{text: \u4e16\u754c {i}, credence: 30%}}" for i in range(26))
    path = str(write(tmp_path, f"claims:\n{claims}", "target: c0"))
    monkeypatch.setattr("cruxmap.present.dot_and_mermaid.boxed", lambda shown, forms: {"\u4e16"})
    large = cruxmap("show", path, "-o", str(tmp_path / "map.png"))
    assert large.code == 0
    assert large.err.count("26 entries in one picture: --around ID") == 1
    assert large.err.count("which are boxes there: Chinese") == 1
    assert "--around" not in cruxmap("show", path, "--overview", "-o", str(tmp_path / "o.png")).err
    assert "--around" not in cruxmap("show", path, "-o", str(tmp_path / "map.dot")).err


@pytest.mark.parametrize("stage", ["map", "network", "plan", "pymc"])
def test_every_stage_prints_the_same_text_twice(stage: str, cruxmap: Cruxmap) -> None:
    first, second = (cruxmap("show", POWER, "--stage", stage) for _ in range(2))
    assert first.code == 0
    assert len(first.out.splitlines()) > 3
    assert first == second


def test_explain_tells_whose_each_number_is(in_project: Path, cruxmap: Cruxmap) -> None:
    model = read_model("models/small.yaml")
    worldview = model.map.worldviews[0]
    address = worldview.judgements[0].address
    entry = model.map.judgements[address].owner
    answer = cruxmap("explain", "small", entry, "--format", "json").json
    [place] = [place for place in answer["judgements"] if place["address"] == address]
    number = place["worldviews"][worldview.about.id]
    assert (answer["id"], number["own"], number["origin"]) == (entry, True, worldview.about.id)
    inherited = [p["worldviews"][worldview.about.id] for p in answer["judgements"] if p is not place]
    assert all(not n["own"] and n["origin"] == "map" for n in inherited)
    text = cruxmap("explain", "small", entry).out
    assert f"{worldview.about.id} (own)" in text
    by_address = cruxmap("explain", "small", address).out
    assert by_address == text


def test_explain_weighs_arguments(in_project: Path, cruxmap: Cruxmap) -> None:
    model = read_model("models/small.yaml")
    argument = next(a for a in model.map.arguments if a.direction == "undercuts")
    target = argument.targets[0].owner
    answer = cruxmap("explain", "small", target, "--format", "json").json
    [weighed] = [a for a in answer["arguments"] if a["id"] == argument.about.id]
    assert weighed["direction"] == "undercuts"
    assert weighed["depth"] == 0
    assert all(0 < holds < 1 for holds in weighed["holds"].values())
    assert set(weighed["force"]) == set(model.worldviews)


def test_schema_has_one_per_kind_of_file(cruxmap: Cruxmap) -> None:
    assert set(cruxmap("schema").json) == {"map", "worldview", "model", "sources"}
    assert cruxmap("schema", "map").json["$schema"].endswith("draft-07/schema#")


# --- run -----------------------------------------------------------------------------------------


def but_for_rounding(answer: object) -> object:
    """Return what equals an answer whose sums were taken in another order."""
    match answer:
        case dict():
            return {key: but_for_rounding(value) for key, value in answer.items()}
        case list():
            return [but_for_rounding(value) for value in answer]
        case float():
            return pytest.approx(answer, rel=1e-12, abs=1e-24)  # what is 0 may be a square of rounding
        case _:
            return answer


def test_run_writes_the_same_bytes_every_time(in_project: Path, cruxmap: Cruxmap) -> None:
    def files() -> dict[str, bytes]:
        folder = in_project / "figures" / "small"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    outcome = cruxmap("run", "small")
    assert outcome.code == 0
    first = files()
    for name in ("map", "estimate", "uncertainty"):
        assert {f"{name}.svg", f"{name}.png"} <= set(first)
    assert {"README.md", "estimate.csv", "estimate.md", "cruxes.json", "summary.json"} <= set(first)
    assert not [name for name in first if name.startswith(".")]
    estimate = cruxmap("estimate", "small", "--format", "json")
    assert json.loads(first["estimate.json"]) == but_for_rounding(estimate.json)
    assert json.loads(first["cruxes.json"]) == cruxmap("cruxes", "small", "--format", "json").json
    assert json.loads(first["pairs.json"]) == cruxmap("diff", "small", "--format", "json").json
    assert outcome.out.endswith(cruxmap("estimate", "small").out)
    assert cruxmap("run", "small").code == 0
    assert files() == first


def test_run_compares_the_worldviews_that_are_farthest_apart(
    tmp_path: Path, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cruxmap("run", POWER, "--output", "here").code == 0
    written = json.loads((tmp_path / "here" / "diff-carlsmith-superforecasters.json").read_text())
    between = cruxmap("diff", POWER, "carlsmith", "superforecasters", "--format", "json")
    assert written == between.json


@pytest.mark.parametrize(
    "executor", ["dask", "dask://nowhere", "dask://localhost:port", "http://localhost:1", ""]
)
def test_run_says_who_can_do_the_work(executor: str, in_project: Path, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("run", "small", "--executor", executor)
    assert outcome.code == 2
    assert "dask://HOST:PORT" in outcome.err
    assert not (in_project / "figures").exists()


def test_run_says_where_it_cannot_write(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "taken").write_text("a file")
    outcome = cruxmap("run", "small", "--output", "taken")
    assert outcome.code == 2
    assert "taken" in outcome.err


@pytest.mark.parametrize("output", ["models/small.yaml", "models", "models/small.yaml/page.html"])
def test_report_begins_nothing_that_it_cannot_or_must_not_write(
    output: str, in_project: Path, cruxmap: Cruxmap
) -> None:
    model = in_project / "models" / "small.yaml"
    before = model.read_bytes()
    outcome = cruxmap("report", "small", "--output", output)
    assert outcome.code == 2
    assert outcome.err.startswith("problem cannot-write")
    assert model.read_bytes() == before


# --- terminals, pipes, faults ----------------------------------------------------------------------


def test_colours_only_on_a_terminal(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "models" / "small.yaml").write_text("model: small\n")
    assert "\x1b[" in on_a_terminal("check", "-q")
    assert "\x1b" not in on_a_terminal("check", "-q", NO_COLOR="1")
    assert "\x1b" not in cruxmap("check").err


def test_a_reader_that_stops_early_is_no_fault() -> None:
    command = f"{' '.join(COMMAND)} show {POWER} --stage map -q | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "language: 1\n"
    assert done.stderr == ""


def test_an_interrupt_prints_no_traceback() -> None:
    script = (
        "import sys, signal; from cruxmap import cli; from cruxmap.language import reading;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # ignored in the background
        "reading.examine = lambda *a: signal.raise_signal(signal.SIGINT);"
        "sys.argv = ['cruxmap', 'check']; cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in done.stderr


def test_a_fault_is_reported_in_plain_words(cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(insight, "estimate", fail)
    outcome = cruxmap("estimate", POWER)
    assert outcome.code == 70
    assert "ZeroDivisionError: by nothing" in outcome.err
    assert "Traceback" not in outcome.err
    monkeypatch.setenv("CRUXMAP_TRACEBACK", "1")
    assert "Traceback" in cruxmap("estimate", POWER).err


def test_an_interrupt_that_a_library_wraps_is_an_interrupt(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrap(*_: object, **__: object) -> None:
        raise SystemError("a call returned a result with an exception set") from KeyboardInterrupt()

    monkeypatch.setattr(insight, "estimate", wrap)
    assert cruxmap("estimate", POWER) == Outcome(130, "", "")


def test_version(cruxmap: Cruxmap) -> None:
    assert re.fullmatch(r"cruxmap \d+\.\d+\.\d+\n", cruxmap("--version").out)


def test_a_table_in_a_pipe_is_as_wide_as_it_needs(
    in_project: Path, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each header in one piece on one line, each name on one line; where a width is given, that holds."""
    monkeypatch.delenv("COLUMNS", raising=False)
    cruxmap("new", "trial", "--like", "legal-case")
    question = ("diff", "trial", "prosecution", "defence", "--list", "differences")
    header = cruxmap(*question).out.splitlines()[2].split("   ")
    assert [title.strip() for title in header if title] == [
        "difference",
        "log-odds",
        "points",
        "prosecution",
        "defence",
    ]
    monkeypatch.setenv("COLUMNS", "60")
    lines = cruxmap(*question).out.splitlines()
    assert max(map(len, lines)) == 60
    assert [line.split()[-1] for line in lines if line.startswith(" difference")] == [
        "prosecution",
        "defence",
    ]
