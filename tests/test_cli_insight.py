"""Cruxes, diffs, takes, coherence and pools as people and programs meet them on the command line."""

import math
import re
import shutil
from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap
from cruxmap.insight import estimate
from cruxmap.insight.explain import explain
from cruxmap.language.argument_map import ShareTable
from cruxmap.language.reading import read_model
from helpers.commands import DIAGNOSIS, LEGAL_CASE, POWER, ROOT, Cruxmap, git
from helpers.maps_from_text import write
from helpers.odds import kl

BOTH = ("carlsmith", "superforecasters")


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "figures").rglob("*.*")}


# --- cruxes --------------------------------------------------------------------------------------

CRUX_KEYS = {
    *("id", "text", "probability", "given_true", "given_false", "swing"),
    *("voi", "voi_share", "expected_move", "variance_removed", "kind", "rank", "added", "added_share"),
    *("sobol_total", "whose", "interval_90"),
}


def test_cruxes_as_json_have_the_promised_keys(cruxmap: Cruxmap) -> None:
    table = cruxmap(
        "cruxes", POWER, "-w", "carlsmith", "--set", "alignment-hard=30% to 50%", "--format", "json"
    )
    assert table.code == 0
    found = table.json
    assert {"worldview", "target", "estimate", "claims", "arguments", "questions"} <= set(found)
    assert {frozenset(claim) for claim in found["claims"]} == {frozenset(CRUX_KEYS)}
    judgement = {"address", "central", "low", "high", "target_low", "target_high", "slope"}
    assert judgement | {"sobol_first", "sobol_total"} <= set(found["judgements"][0])
    assert set(found["groups"][0]) == {"id", "sobol_first", "sobol_total", "error"}
    assert found["groups"][0]["id"] == "alignment-hard"


def test_cruxes_without_a_worldview_are_of_each(cruxmap: Cruxmap) -> None:
    found = cruxmap("cruxes", POWER, "--format", "json").json
    assert set(found["worldviews"]) == set(BOTH)


def test_cruxes_tell_words_and_why(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("cruxes", POWER, "-w", "carlsmith", "--format", "markdown")
    assert "if true 13%, if not 0%; its probability is 40%; the number is the map's" in outcome.out
    assert "harder to build systems" in outcome.out


def test_cruxes_as_csv_have_numbers_in_full(cruxmap: Cruxmap) -> None:
    rows = cruxmap("cruxes", POWER, "-w", "carlsmith", "--format", "csv").rows
    assert {row["id"]: float(row["given_true"]) for row in rows}["alignment-hard"] == pytest.approx(
        0.12844
    )
    assert set(rows[0]) > CRUX_KEYS - {"interval_90"} | {"low", "high"}


def test_one_list_alone_is_printed_in_full(cruxmap: Cruxmap) -> None:
    rows = cruxmap("cruxes", POWER, "-w", "carlsmith", "--list", "judgements", "--format", "csv").rows
    assert len(rows) == 6
    unknown = cruxmap("cruxes", POWER, "-w", "carlsmith", "--list", "judgement")
    assert unknown.code == 2
    assert "judgements" in unknown.err


def test_cruxes_draw_the_same_figures_to_the_byte_every_time(cruxmap: Cruxmap, tmp_path: Path) -> None:
    ask = ("cruxes", POWER, "-w", "carlsmith", "--set", "alignment-hard=30% to 50%", "--figures", "all")
    outcome = cruxmap(*ask)
    first = pictures(tmp_path)
    assert set(first) == {
        f"cruxes-carlsmith-{name}.{kind}"
        for name in ("claims", "judgements", "spread")
        for kind in ("svg", "png")
    }
    assert "wrote figures/power-seeking/" in outcome.err
    cruxmap(*ask)
    assert pictures(tmp_path) == first


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), ("claims", "judgements")),
        (("--figures", "none"), ()),
        (("--figures", "none", "-o", "figures/here"), ()),
        (("--format", "json"), ()),
        (("--format", "csv", "-o", "figures/here"), ("claims", "judgements")),
        (("--format", "markdown", "--figures", "all"), ("claims", "judgements", "spread")),
    ],
)
def test_the_first_figures_are_drawn_for_people_and_what_is_asked_for(
    options: tuple[str, ...], names: tuple[str, ...], cruxmap: Cruxmap, tmp_path: Path
) -> None:
    changed = ("--set", "alignment-hard=30% to 50%")
    outcome = cruxmap("cruxes", POWER, "-w", "carlsmith", *changed, *options)
    drawn = {path for path in pictures(tmp_path) if path.endswith(".svg")}
    assert drawn == {f"cruxes-carlsmith-{name}.svg" for name in names}
    assert ("--figures all draws 1 more" in outcome.err) == (len(names) == 2)


def test_a_certain_target_turns_on_nothing(cruxmap: Cruxmap, tmp_path: Path) -> None:
    outcome = cruxmap("cruxes", POWER, "-w", "carlsmith", "--set", "alignment-hard=0%")
    assert outcome.code == 0
    assert "certain" in outcome.out
    assert not pictures(tmp_path)


def test_impossible_assumptions_are_said_to_be(cruxmap: Cruxmap) -> None:
    impossible = ("--set", "alignment-hard=0%", "--assuming", "alignment-hard")
    for command in (
        ("cruxes", POWER, "-w", "carlsmith"),
        ("diff", POWER, *BOTH),
        ("takes", POWER, "--above", "9%"),
    ):
        outcome = cruxmap(*command, *impossible)
        assert outcome.code == 1, command
        assert "impossible" in outcome.out


@pytest.mark.parametrize(
    "command",
    [
        ("cruxes", POWER, "-w", "carlsmit"),
        ("diff", POWER, "carlsmit", "superforecasters"),
        ("takes", POWER, "--above", "10%", "-w", "carlsmit"),
        ("takes", POWER, "--agree-with", "carlsmit"),
    ],
)
def test_a_wrong_worldview_is_named_with_the_nearest(command: tuple[str, ...], cruxmap: Cruxmap) -> None:
    outcome = cruxmap(*command)
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean `carlsmith`?" in outcome.err


# --- diff ----------------------------------------------------------------------------------------


def test_diff_as_json_has_the_promised_keys(cruxmap: Cruxmap) -> None:
    found = cruxmap("diff", POWER, *BOTH, "--format", "json").json
    assert {"a", "b", "target", "probability_a", "probability_b", "gap_logit"} <= set(found)
    one = found["differences"][0]
    assert {"id", "share_logit", "share_probability", "standard_error", "changes"} <= set(one)
    assert {"address", "a", "b"} <= set(one["changes"][0])
    probabilities = {"probability_a", "probability_b", "voi_a", "voi_b", "vod", "vod_share"}
    assert {"id", *probabilities} <= set(found["double_cruxes"][0])


def test_diff_tells_own_from_inherited_with_sources(cruxmap: Cruxmap) -> None:
    rows = cruxmap("diff", POWER, *BOTH, "--format", "csv").rows
    [row] = [row for row in rows if row["id"] == "permanent-disempowerment"]
    assert row["side_a"] == "40%; inherited from the map"
    assert row["side_b"].startswith("5%; own [superforecasters")
    shares = [float(row["share_logit"]) for row in rows]
    assert sum(shares) == pytest.approx(3.2536170498315724, abs=1e-9)
    assert [abs(share) for share in shares] == sorted(map(abs, shares), reverse=True)


def test_a_worldview_does_not_differ_from_itself(cruxmap: Cruxmap, tmp_path: Path) -> None:
    outcome = cruxmap("diff", POWER, "carlsmith", "carlsmith")
    assert outcome.code == 0
    assert "A worldview does not differ from itself." in outcome.out
    assert not pictures(tmp_path)


def test_diff_draws_the_waterfall_and_the_double_cruxes(cruxmap: Cruxmap, tmp_path: Path) -> None:
    cruxmap("diff", POWER, *BOTH)
    first = pictures(tmp_path)
    stem = "diff-carlsmith-superforecasters"
    assert {f"{stem}-waterfall.svg", f"{stem}-double-cruxes.png"} <= set(first)
    cruxmap("diff", POWER, *BOTH)
    assert pictures(tmp_path) == first


def test_diff_of_one_is_against_the_rest_and_of_none_all_pairs(cruxmap: Cruxmap, tmp_path: Path) -> None:
    rest = cruxmap("diff", POWER, "carlsmith", "--format", "json", "--figures", "all").json
    assert rest["others"] == ["superforecasters"]
    matrix = cruxmap("diff", POWER, "--format", "json", "--figures", "first").json
    assert sorted(matrix["worldviews"]) == sorted(BOTH)
    names = {path.removesuffix(".svg") for path in pictures(tmp_path) if path.endswith(".svg")}
    two = "diff-carlsmith-superforecasters"
    assert names == {"diff-carlsmith-rest", f"{two}-waterfall", f"{two}-double-cruxes"}


def test_git_asks_about_files_alone(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("diff", POWER, "carlsmith", "--git", "HEAD")
    assert outcome.code == 2
    assert "--git compares files" in outcome.err


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """The first map and its model in a repository of their own, committed."""
    shutil.copytree(ROOT / "arguments/power-seeking", tmp_path / "arguments/power-seeking")
    (tmp_path / "models").mkdir()
    shutil.copy(POWER, tmp_path / "models")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_change_of_the_map_is_told_as_a_comment_on_a_pull_request(
    cruxmap: Cruxmap, committed: Path
) -> None:
    folder = committed / "arguments/power-seeking"
    edit(
        folder / "worldviews/superforecasters.yaml",
        "damaging-failures: {value: 25%",
        "damaging-failures: {value: 30%",
    )
    edit(folder / "10-premises.yaml", "text: Given this loss of power", "text: With this loss of power")
    (folder / "20-more.yaml").write_text(
        "arguments:\n  a-warning:\n    text: A first failure warns everybody.\n"
        "    against: damaging-failures\n    strength: 2x\n"
    )
    outcome = cruxmap("diff", "power-seeking", "--git", "HEAD", "--format", "markdown")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(
        "**power-seeking-catastrophe since HEAD**\n\n| worldview | HEAD: mean | now: mean |"
    )
    moved = "from 0.21% to 0.15% (mean), from 0.21% to 0.15% (central)."
    assert f"in 2 of 2 worldviews, most in superforecasters: {moved}" in outcome.out
    assert "| added | a-warning |  | A first failure warns everybody. |" in outcome.out
    assert "| reworded | that-is-a-catastrophe | Given this loss" in outcome.out
    assert "| superforecasters | damaging-failures<br>Given all that" in outcome.out
    assert "| 25%, now 30% |" in outcome.out

    found = cruxmap("diff", "power-seeking", "--git", "HEAD", "--format", "json").json
    assert (found["added"], found["removed"], found["rebuilt"]) == (["a-warning"], [], [])
    assert found["text"] == {"a-warning": "A first failure warns everybody."}
    by_worldview = {change["worldview"]: change for change in found["worldviews"]}
    both = by_worldview["superforecasters"]
    assert {d["id"] for d in both["differences"]} == {"a-warning", "damaging-failures"}
    total = sum(d["share_logit"] for d in both["differences"]) + both["structure_logit"]
    assert total == pytest.approx(both["gap_logit"], abs=1e-9)
    assert both["structure_logit"] == pytest.approx(0.0, abs=1e-9)


def test_nothing_changed_since_a_revision(cruxmap: Cruxmap, committed: Path) -> None:
    outcome = cruxmap("diff", "power-seeking", "--git", "HEAD")
    assert outcome.code == 0
    assert "No estimate moved." in outcome.out
    assert "Entries" not in outcome.out


def test_a_number_of_the_maps_own_that_everybody_overrides_moves_the_map_alone(
    cruxmap: Cruxmap, tmp_path: Path
) -> None:
    text = "claims:\n  t: {text: Target., credence: NUMBER}\n"
    for number in ("20%", "50%"):
        write(tmp_path, text.replace("NUMBER", number), "target: t\n", ann="judgements: {t: 18%}\n")
        if number == "20%":
            git(tmp_path, "init", "-q")
            git(tmp_path, "add", ".")
            git(tmp_path, "commit", "-qm", "First")
    outcome = cruxmap("diff", "small", "--git", "HEAD", "--format", "markdown")
    assert (outcome.code, outcome.err) == (0, "")
    assert "No estimate moved" not in outcome.out
    moved = "from 20% to 50% (mean), from 20% to 50% (central), by t (20%, now 50%)."
    assert f"No worldview's estimate moved, only the map's own: {moved}" in outcome.out
    # 50% has log-odds 0, 20% log(1/4).
    assert "| ann | 18% | 18% | 18% | 18% | 0 |" in re.sub(r"[-+]?0\.00", "0", outcome.out)
    assert "| map | 20% | 50% | 20% | 50% | +1.39 |" in outcome.out
    assert "t +1.39 |" in outcome.out


@pytest.mark.parametrize(
    ("revision", "hint"),
    [
        ("no-such-branch", "known: HEAD, before-lunch"),
        ("before-launch", "did you mean `before-lunch`?"),
        ("lunch", "did you mean `before-lunch`?"),
        ("HAED", "did you mean `HEAD`?"),
        ("HEAD..before-launch", "did you mean `before-lunch`?"),
        ("before-launch...HEAD", "did you mean `before-lunch`?"),
        ("--output=x", "known: HEAD, before-lunch"),
    ],
)
def test_an_unknown_revision_is_wrong_usage(
    revision: str, hint: str, cruxmap: Cruxmap, committed: Path
) -> None:
    git(committed, "branch", "-m", "before-lunch")
    outcome = cruxmap("diff", "power-seeking", f"--git={revision}")
    assert (outcome.code, outcome.out) == (2, "")
    [unknown] = {side for side in re.split(r"\.{2,3}", revision) if side != "HEAD"}
    assert f"git knows no revision `{unknown}`" in outcome.err
    assert hint in outcome.err
    assert "models" not in outcome.err


def test_arguments_are_added_and_removed_and_small_moves_are_told_apart(
    cruxmap: Cruxmap, tmp_path: Path
) -> None:
    text = """
    claims:
      t: {text: Target., credence: 20%}
    arguments:
      ARGUMENT
    """
    gone = "gone: {text: Old., for: t, strength: 2x to 6x, credence: about 15%}"
    write(
        tmp_path,
        text.replace("ARGUMENT", gone),
        "target: t\n",
        ann="",
        bob="judgements: {t: 18%}\nrejects: [gone]\n",
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    come = "come: {text: New., against: t, strength: 2x, credence: 50% to 70%}"
    write(
        tmp_path,
        text.replace("ARGUMENT", come),
        "target: t\n",
        ann="",
        bob="judgements: {t: 18.1%}\nrejects: [come]\n",
    )
    outcome = cruxmap("diff", "small", "--git", "HEAD", "--format", "markdown")
    assert outcome.code == 0
    assert "| added: 50% to 70% |" in outcome.out
    assert "| removed: about 15% |" in outcome.out
    assert "rejected" not in outcome.out
    assert "| bob | 18.0% | 18.1% | 18.0% | 18.1% |" in outcome.out
    assert not re.search(r"[-+]0\.00\b", outcome.out)
    found = cruxmap("diff", "small", "--git", "HEAD", "--format", "json").json["worldviews"][0][
        "differences"
    ]
    changes = {
        change["address"]: (change["what"], change["before"], change["now"])
        for d in found
        for change in d["changes"]
    }
    assert changes == {
        "come": ("added", "absent", "50% to 70%"),
        "gone": ("removed", "about 15%", "absent"),
    }


# --- explain -----------------------------------------------------------------------------------------


def test_explain_tells_what_is_stated_read_and_fitted_apart(cruxmap: Cruxmap, tmp_path: Path) -> None:
    worldviews = {
        "ann": """
        judgements: {a: {value: 40%, fitted: raised to meet what is stated of a}}
        stated: [{of: a, credence: 45%}]
        read_as: [{of: a, credence: 20% to 30%, note: inferred}]
        """,
        "ben": "extends: ann\n",
    }
    write(tmp_path, "claims:\n  a: {text: One., credence: 10%}\n", "target: a\n", **worldviews)
    told = cruxmap("explain", "small", "a").out
    assert "40%: ann (fitted: raised to meet what is stated of a) in place of 10%" in told
    assert "40%: ben (from ann, fitted: raised to meet what is stated of a)" in told
    assert "read out of their words by the editor\n  ann: a: 20% to 30%" in told
    found = cruxmap("explain", "small", "a", "--format", "json").json
    [place] = found["judgements"]
    for name in ("ann", "ben"):
        number = place["worldviews"][name]
        assert (number["own"], number["origin"]) == (False, "ann")
        assert number["fitted"] == "raised to meet what is stated of a"
        assert number["whose"] == {"ann": "fitted", "ben": "ann"}[name]
    assert [row["credence"] for row in found["stated"]] == ["45%"]
    assert [row["credence"] for row in found["read_as"]] == ["20% to 30%"]


@pytest.mark.usefixtures("conjugate")
def test_listings_and_pictures_say_what_is_fitted(cruxmap: Cruxmap, tmp_path: Path) -> None:
    write(
        tmp_path,
        "claims:\n  a: {text: One., credence: 10%}\n",
        "target: a\n",
        ann="judgements: {a: {value: 40%, fitted: raised to meet what is stated}}\n",
        ben="extends: ann\n",
    )
    rows = cruxmap("explain", "small", "a", "--format", "csv").out.splitlines()
    names = rows[0].split(",")
    told = {
        row["worldview"]: row["origin"]
        for row in (dict(zip(names, line.split(","), strict=False)) for line in rows[1:])
    }
    assert (told["ann"], told["ben"]) == ("fitted", "ann")
    drawn = {name: cruxmap("show", "small", "-w", name, "--format", "dot").out for name in ("ann", "ben")}
    assert "the numbers of ann, 1 of them fitted" in drawn["ann"]
    assert "fitted" not in drawn["ben"]


def test_listings_and_pictures_say_what_nobody_gave(cruxmap: Cruxmap, tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        claims:
          a: {text: One., credence: {value: 5% to 95%, elicited: false}}
          b: {text: Two., credence: 10%}
        """,
        "target: a\n",
        ann="judgements: {b: {value: 40%, elicited: false}}\n",
        ben="extends: ann\njudgements: {a: 30%}\n",
    )
    told = cruxmap("explain", "small", "a").out + cruxmap("explain", "small", "b").out
    assert "5% to 95%: ann (nobody's)" in told
    assert "30%: ben (own) in place of 5% to 95%" in told
    assert "40%: ann, ben (nobody's)" in told
    found = cruxmap("explain", "small", "a", "--format", "json").json
    [place] = found["judgements"]
    whose = {name: (each["whose"], each["own"]) for name, each in place["worldviews"].items()}
    assert whose == {"ann": ("nobody's", False), "ben": ("own", True)}
    shown = {name: cruxmap("show", "small", "-w", name, "--format", "dot").out for name in ("ann", "ben")}
    assert "numbers of ann, 2 of them nobody&#x27;s" in shown["ann"]
    assert "numbers of ben, 1 of them nobody&#x27;s" in shown["ben"]
    parted = cruxmap("diff", "small", "ann", "ben").out
    assert "nobody's" in parted
    [gap] = cruxmap("diff", "small", "ann", "ben", "--format", "json").json["differences"]
    assert [gap["changes"][0][key] for key in ("whose_a", "whose_b")] == ["nobody's", "own"]
    tables = cruxmap("cruxes", "small", "--format", "json").out
    assert tables.count('"whose": "nobody\'s"') > 0


@pytest.mark.long
def test_a_fitted_number_is_no_opinion_for_the_pool(cruxmap: Cruxmap, tmp_path: Path) -> None:
    write(
        tmp_path,
        "claims:\n  a: {text: One., credence: 10%}\n  b: {text: Two., credence: 20%}\n",
        "target: a\n",
        ann="judgements: {a: {value: 40%, fitted: raised}, b: 30%}\n",
        ben="judgements: {a: 50%, b: 60%}\n",
        cat="judgements: {a: 70%, b: 40%}\n",
    )
    pooled = cruxmap("pool", "small", "--all", "--format", "json").json["judgements"]
    assert {row["address"]: row["reviewers"] for row in pooled} == {
        "a": ["ben", "cat"],
        "b": ["ann", "ben", "cat"],
    }


def test_explain_says_what_shares_are_in_force(cruxmap: Cruxmap, tmp_path: Path) -> None:
    text = "questions:\n  q: {text: Which., states: [s, t, u], credence: {s: 60%, t: 30%, u: rest}}\n"
    extends = {
        "ann": "judgements: {q: {s: 50%, t: 20%, u: rest}}\n",
        "bob": "extends: ann\njudgements: {q.t: 50%}\n",
    }
    write(tmp_path, text, "target: {q: s}\n", **extends)
    told = cruxmap("explain", "small", "q").out
    # Of the half that bob's t leaves, s and u have 50 and 30 parts of 80.
    assert "50%: ann (own) in place of 60%" in told
    assert "rest, here 30%: ann (own) in place of rest, here 10%" in told
    assert "50%, here 31%: bob (from ann) beside q.t" in told
    assert "rest, here 19%: bob (from ann) beside q.t" in told
    assert "50%: bob (own) in place of 20%" in told
    numbers = cruxmap("explain", "small", "q", "--format", "json").json["judgements"]
    of_bob = [place["worldviews"]["bob"] for place in numbers]
    assert [number["in_force"] for number in of_bob] == pytest.approx([0.3125, 0.5, 0.1875], rel=1e-12)
    assert [number["beside"] for number in of_bob] == [["q.t"], [], ["q.t"]]
    displaced = {"value": "20%", "in_force": pytest.approx(0.2), "origin": "ann"}
    assert [number["displaces"] for number in of_bob] == [None, displaced, None]
    # What is set for this question lies over all of them: u has 40% left, of bob's t 50% and s 10%.
    told = cruxmap("explain", "small", "q", "--set", "q.s=10%").out
    assert "10%: ann (set for this question) in place of 50%" in told
    assert "10%: bob (set for this question) in place of 50%, here 31%" in told
    assert "rest, here 40%: bob (from ann) beside q.s, q.t" in told


DECEPTIVE = str(ROOT / "models" / "deceptive-alignment.yaml")

MANY = "claims:\n" + "".join(f"  claim-{n}: {{text: One of many., credence: 30%}}\n" for n in range(40))


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        (("explain", "small", "zzz"), "the nearest are `"),
        (("takes", "small", "--above", "50%", "--only", "zzz"), "the nearest are `"),
        (("estimate", "small", "--set", "zzz=5%"), "the nearest are `"),
        (("estimate", "small", "--set", "claim-1=same as zzz"), "the nearest are `"),
        (("estimate", "small", "--assuming", "zzz"), "the nearest are `"),
        (("estimate", "small", "--assuming", "laim-3"), "did you mean `claim-3"),
        (("cruxes", "small", "-w", "zzz"), "known: map, ann"),
    ],
)
def test_there_is_a_suggestion_for_any_name_that_is_not_known(
    asked: tuple[str, ...], hint: str, cruxmap: Cruxmap, tmp_path: Path
) -> None:
    write(tmp_path, MANY, "target: claim-1\n", ann="")
    outcome = cruxmap(*asked)
    assert outcome.code == 2
    assert f"hint: {hint}" in outcome.err


@pytest.mark.parametrize(
    ("option", "typed", "named"),
    [
        ("--set", "q={s: 30%", "--set q: not YAML"),
        ("--set", "q={s: 30%, t: rest, v: 5%}", "--set q: `q` has no state `v`"),
        ("--set", "q=[30%, 70%]", "--set q: this must be a number"),
        ("--set", "q=30%", "--set q: `q` stands for all shares"),
        ("--set", "q.s=120%", "--set q.s: cannot read `120%`"),
        ("--set", "q.s=same as q.z", "--set q.s: there is no judgement `q.z`"),
        ("--assuming", "{q: z}", "--assuming: `q` has no state `z`"),
        ("--observed", "{q: [s, t", "--observed: not YAML"),
    ],
)
def test_a_mistake_on_the_command_line_is_shown_as_one(
    option: str, typed: str, named: str, cruxmap: Cruxmap, tmp_path: Path
) -> None:
    text = "questions:\n  q: {text: Which., states: [s, t], credence: {s: 60%, t: rest}}\n"
    write(tmp_path, text, "target: {q: s}\n")
    outcome = cruxmap("estimate", "small", option, typed)
    assert outcome.code == 2
    assert named in outcome.err
    assert not re.search(r"\d:\d|^ *\d+ \|", outcome.err, re.MULTILINE)


def test_a_mistake_in_python_says_what_it_is_for(tmp_path: Path) -> None:
    path = write(tmp_path, "claims:\n  a: {text: One., credence: 30%}\n", "target: a\n")
    spec = read_model(path)
    with pytest.raises(InvalidMap, match=r"^unreadable-judgement: judgements\['a'\]: cannot read `120%`"):
        estimate.probability(spec, "a", judgements={"a": "120%"})
    with pytest.raises(InvalidMap, match=r"^unknown-id: there is no claim `b`"):
        estimate.probability(spec, "b")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        (("explain", "small", "team"), "did you mean `team-can-rust`"),
        (("takes", "small", "--above", "50%", "--only", "rust"), "did you mean `team-can-rust`"),
        (("cruxes", "small", "-w", "smith"), "smith-and-sons"),
    ],
)
def test_a_part_of_a_name_is_enough_for_a_hint(
    asked: tuple[str, ...], hint: str, cruxmap: Cruxmap, tmp_path: Path
) -> None:
    text = "claims:\n  team-can-rust: {text: They can., credence: 30%}\n"
    write(tmp_path, text, "target: team-can-rust\n", **{"smith-and-sons": ""})
    outcome = cruxmap(*asked)
    assert outcome.code == 2
    assert hint in outcome.err


# --- takes, coherence, pool ------------------------------------------------------------------------


def test_takes_gets_there_in_words(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("takes", POWER, "-w", "superforecasters", "--above", "1%", "--format", "json")
    assert outcome.code == 0
    frontier = outcome.json["frontier"]
    assert frontier
    assert all(take["estimate"] >= 0.01 for take in frontier)
    assert frontier[0]["steps"][0]["sentence"]


def triads(folder: Path) -> str:
    """Two forecasters' P(U), P(c), P(U | c), as a map of two claims: 9%, 75%, 10% and 40%, 20%, 80%."""
    (folder / "arguments/triad/worldviews").mkdir(parents=True)
    (folder / "models").mkdir()
    (folder / "arguments/triad/map.yaml").write_text(
        "claims:\n  c: {text: The crux., credence: 75%}\n"
        "  u: {text: The question., given: [{id: then, when: c, credence: 10%}, {otherwise: 6%}]}\n"
    )
    (folder / "arguments/triad/worldviews/ann.yaml").write_text("worldview: ann\ntext: One view.\n")
    (folder / "arguments/triad/worldviews/bob.yaml").write_text(
        "worldview: bob\ntext: Another.\njudgements: {c: 20%, u.then: 80%, u.otherwise: 30%}\n"
    )
    (folder / "models/triad.yaml").write_text("model: triad\nmap: ../arguments/triad\ntarget: u\n")
    return "triad"


def test_triads_give_the_published_measures(cruxmap: Cruxmap, tmp_path: Path) -> None:
    model = triads(tmp_path)
    ann, bob = {"p": 0.09, "c": 0.75, "p1": 0.1}, {"p": 0.4, "c": 0.2, "p1": 0.8}
    for who, name in ((ann, "ann"), (bob, "bob")):
        p, c, p1 = who.values()
        who["p0"] = p0 = (p - c * p1) / (1 - c)
        who["voi"] = voi = c * kl(p1, p) + (1 - c) * kl(p0, p)
        [claim] = cruxmap("cruxes", model, "-w", name, "--format", "json").json["claims"]
        assert claim["probability"] == pytest.approx(c, abs=1e-10)
        assert claim["given_false"] == pytest.approx(p0, abs=1e-10)
        assert claim["voi"] == pytest.approx(voi, abs=1e-10)
        most = -p * math.log10(p) - (1 - p) * math.log10(1 - p)
        assert claim["voi_share"] == pytest.approx(voi / most, abs=1e-10)
    odds = math.sqrt(ann["c"] / (1 - ann["c"]) * bob["c"] / (1 - bob["c"]))
    g = odds / (1 + odds)

    def apart(key: str) -> float:
        return kl(ann[key], bob[key]) + kl(bob[key], ann[key])

    vod = apart("p") - (g * apart("p1") + (1 - g) * apart("p0"))
    found = {
        crux["id"]: crux
        for crux in cruxmap("diff", model, "ann", "bob", "--format", "json").json["double_cruxes"]
    }
    assert found["c"]["vod"] == pytest.approx(vod, abs=1e-10)
    assert found["c"]["vod_share"] == pytest.approx(vod / apart("p"), abs=1e-10)
    assert (found["c"]["voi_a"], found["c"]["voi_b"]) == (
        pytest.approx(ann["voi"], abs=1e-10),
        pytest.approx(bob["voi"], abs=1e-10),
    )


def test_one_worldview_alone_is_compared_with_nobody(cruxmap: Cruxmap, tmp_path: Path) -> None:
    model = triads(tmp_path)
    (tmp_path / "arguments/triad/worldviews/bob.yaml").unlink()
    assert "nobody to compare with" in cruxmap("diff", model).out
    assert "no other worldview" in cruxmap("diff", model, "ann").out
    assert "at least two worldviews" in cruxmap("pool", model).out
    assert set(pictures(tmp_path)) == {"uncertainty.svg", "uncertainty.png"}  # the world, and wide numbers


def test_pools_say_whom_they_leave_out(cruxmap: Cruxmap, tmp_path: Path) -> None:
    outcome = cruxmap("pool", triads(tmp_path), "--set", "u.then=0%", "--set", "u.otherwise=0%")
    assert outcome.code == 0
    assert "Left out: ann (the target is certain there (0%))." in outcome.out


def test_what_is_stated_and_cannot_be_compared_has_its_reason(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("coherence", POWER, "--set", "alignment-hard=0%", "--format", "csv")
    assert "it is certain by this worldview's own" in outcome.out
    assert "No gap" not in outcome.out


def test_takes_says_that_nothing_reaches_it(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("takes", POWER, "--above", "99%", "--only", "strong-incentives")
    assert outcome.code == 0
    assert "No change to show" in outcome.out


@pytest.mark.parametrize(
    "goal",
    [
        (),
        ("--above", "10%", "--below", "1%"),
        ("--above", "0%"),
        ("--above", "1% to 2%"),
        ("--below", "high"),
    ],
)
def test_takes_refuses_what_is_no_goal(goal: tuple[str, ...], cruxmap: Cruxmap) -> None:
    outcome = cruxmap("takes", POWER, *goal)
    assert (outcome.code, outcome.out) == (2, "")
    assert "hint: " in outcome.err


def test_takes_refuses_unknown_addresses(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("takes", POWER, "--above", "10%", "--only", "strong-incentive")
    assert outcome.code == 2
    assert "did you mean `strong-incentives`?" in outcome.err


def test_coherence_shows_the_gap_and_what_would_give_way(cruxmap: Cruxmap) -> None:
    rows = {row["worldview"]: row for row in cruxmap("coherence", POWER, "--format", "csv").rows}
    assert rows["superforecasters"]["notable"] == "True"
    assert float(rows["superforecasters"]["implied"]) == pytest.approx(0.002088)
    assert (
        "permanent-disempowerment"
        in cruxmap("coherence", POWER, "--list", "changes", "--format", "csv").out
    )
    told = cruxmap("coherence", POWER, "--format", "markdown").out
    assert told.startswith("**Do their words fit their judgements?**")  # the verdict comes first
    assert "Does not fit: 1 of 1 further off" in told
    assert "**Testimony:" in told
    assert "Readings:" not in told
    assert "implied, mean | central |" in told


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=Path(path).stem, marks=[pytest.mark.long] if path == DECEPTIVE else [])
        for path in (POWER, DECEPTIVE, LEGAL_CASE, DIAGNOSIS)
    ],
)
def test_coherence_begins_with_verdicts_and_tells_testimony_from_readings(
    path: str, cruxmap: Cruxmap
) -> None:
    the_map = read_model(path).map
    told = cruxmap("coherence", path, "--format", "markdown").out
    assert told.startswith("**Do their words fit their judgements?**")
    titles = re.findall(r"^\*\*(\w+):", told, re.MULTILINE)
    assert titles == ["Testimony", *["Readings"] * any(w.read_as for w in the_map.worldviews)]
    moves = told.partition("**The least change that reconciles them**")[2]
    assert not re.search(r"\| [0-9.]+[%x] to ", moves)  # no move looks like an interval
    found = cruxmap("coherence", path, "--format", "json").json["worldviews"]
    for worldview in the_map.worldviews:
        of_one = found[worldview.about.id]
        assert len(of_one["stated"]) == len(worldview.stated)
        assert len(of_one["read_as"]) == len(worldview.read_as)
        assert of_one["fits"] is (
            not any(gap["notable"] for gap in of_one["stated"]) if of_one["stated"] else None
        )
        assert of_one["verdict"].startswith("Fits") is (of_one["fits"] is True)
        assert bool(of_one["changes"]) is (of_one["fits"] is False)


@pytest.mark.parametrize("path", [DECEPTIVE, LEGAL_CASE, DIAGNOSIS], ids=lambda path: Path(path).stem)
def test_shares_in_force_make_a_whole(path: str) -> None:
    spec = read_model(path)
    some = [q for q in spec.map.questions if isinstance(q.basis, ShareTable)][:3]
    for question in some:
        told = explain(spec, question.about.id).to_json()
        for worldview in spec.worldviews:
            number = {place["address"]: place["worldviews"][worldview] for place in told["judgements"]}
            for row in question.basis.rows:
                whole = sum(number[share.address]["in_force"] for share in row.shares)
                assert whole == pytest.approx(1.0, abs=1e-12)


@pytest.mark.long
def test_pool_shows_pools_of_answers_and_of_judgements(cruxmap: Cruxmap) -> None:
    found = cruxmap("pool", POWER, "--prior", "5%", "--factor", "1", "--format", "json").json
    answers = {answer["id"]: answer["probability"] for answer in found["answers"]}
    assert {"linear", "logarithmic", "extremised"} < set(answers)
    assert answers["linear"] == pytest.approx((0.051376 + 0.002088) / 2)
    assert answers["extremised"] == pytest.approx(answers["logarithmic"])
    assert found["explanation"]


@pytest.mark.long
def test_a_move_does_not_read_as_an_interval(cruxmap: Cruxmap, tmp_path: Path) -> None:
    text = """
    claims:
      t: {text: Target., credence: 10%}
    arguments:
      con: {text: Against., against: t, strength: 2x to 6x}
    """
    write(
        tmp_path,
        text,
        "target: t\nreconcile: true\nsampling: {draws: 100, tune: 100, chains: 2}\n",
        ann="stated: [{of: t, credence: 50%}]\n",
    )
    told = cruxmap("coherence", "small", "--format", "markdown").out
    assert "| ann | t | Target. | from 10% to " in told
    assert "| con.strength | Against. | from 3.5x to " in told
    assert not re.search(r"\| [0-9.]+[%x] to ", told)
    assert not re.search(r"[-+]0\.00\b", told)
