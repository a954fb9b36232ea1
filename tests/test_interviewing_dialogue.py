"""Interviews held through a pipe and in a pseudo-terminal: what is asked, what is written, what ends them."""

import io
import math
import re
from pathlib import Path

import pytest

from cruxmap.insight.interview import begin
from cruxmap.insight.interview.outcome import company, outcome
from cruxmap.insight.live_model import open_model
from cruxmap.interviewing import screen
from cruxmap.language.argument_map import Worldview
from cruxmap.language.reading import check, read_model
from helpers.commands import Cruxmap, Outcome
from helpers.dialogues import Dialogue
from helpers.maps_from_text import write

TOWN = """
    map: {title: Will the bridge hold?, text: A small map.}
    claims:
      old: {text: The bridge is old., credence: 20% to 80%}
      rust:
        text: The steel has rusted.
        given: [{id: aged, when: old, credence: 40% to 90%}, {otherwise: 5% to 20%}]
      lorries: {text: Heavy lorries cross it., credence: 10% to 70%}
      cracks: {text: There are cracks., credence: 10% to 60%}
      fall:
        text: The bridge falls.
        given:
          - {id: both, when: [rust, lorries], credence: 30% to 90%}
          - {id: cracked, when: cracks, credence: 20% to 70%}
          - {otherwise: 1% to 5%}
    arguments:
      count: {text: A count found many lorries., for: lorries, credence: 40% to 90%, strength: 2x to 8x}
      sunday: {text: It was taken on a market day., undercuts: count, credence: 30% to 70%, force: 30% to 80%}
"""
ASK = "target: fall"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write(tmp_path, TOWN, ASK)
    return tmp_path


@pytest.fixture
def piped(town: Path, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch) -> Cruxmap:
    def run(*lines: str, options: tuple[str, ...] = ()) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return cruxmap("interview", "small", "--as", "ann", "--quiet", *options)

    return run


def ann(town: Path) -> Worldview:
    return read_model(town / "models/small.yaml").map.worldview["ann"]


def file(town: Path) -> Path:
    return town / "arguments/small/worldviews/ann.yaml"


def given(worldview: Worldview) -> int:
    """How many numbers and statements somebody gave."""
    return sum(not j.fitted for j in worldview.judgements) + len(worldview.stated)


# --- through a pipe ---------------------------------------------------------------------------------


def test_answers_make_a_worldview_that_is_checked_and_says_what_is_fitted(
    piped: Cruxmap, town: Path
) -> None:
    done = piped("30%", "likely", "2% to 10%")
    assert done.code == 0, done.err
    worldview = ann(town)
    assert given(worldview) == 3
    assert worldview.asked == ()
    assert any(j.fitted for j in worldview.judgements)
    problems, _ = check(town / "models/small.yaml")
    assert problems == ()


def test_the_estimate_at_the_end_is_that_of_the_file(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", "20%", "60%", "stop")
    model = read_model(town / "models/small.yaml")
    central = open_model(model, "ann").probability()
    shown = re.search(r"fall: .* over all draws of your numbers, ([0-9.]+)%", " ".join(done.out.split()))
    assert shown is not None
    assert float(shown[1]) / 100 == pytest.approx(central, rel=0.05)


def test_the_maps_number_comes_after_the_answer_only(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", "stop")
    before, _, after = done.out.partition("> 30%")
    assert "By the map's own numbers" not in before
    assert after.lstrip().startswith("By the map's own numbers: ")


def test_a_number_of_the_map_that_nobody_gave_is_not_called_its_own(piped: Cruxmap, town: Path) -> None:
    file = town / "arguments/small/map.yaml"
    number = r"(credence|strength): ([^{}\n,]+)(?=[,}\n])"
    file.write_text(re.sub(number, r"\1: {value: \2, elicited: false}", file.read_text()))
    done = piped("stop", options=("--show-numbers",))
    assert "By the map, where nobody gave it: " in done.out.partition("> stop")[0]


def test_the_maps_number_may_be_shown_before(piped: Cruxmap, town: Path) -> None:
    done = piped("stop", options=("--show-numbers",))
    assert "By the map's own numbers" in done.out.partition("> stop")[0]


def test_what_cannot_be_read_is_told_and_asked_again(piped: Cruxmap, town: Path) -> None:
    done = piped("30", "", "30%", "stop")
    told = done.out.partition("> 30\n")[2]
    assert told.startswith("Cannot read `30`: did you mean `30%`?\n")
    assert "how likely" in told.partition("> ")[0].lower()
    assert given(ann(town)) == 1


def test_what_is_skipped_is_kept_and_not_asked_again(piped: Cruxmap, town: Path) -> None:
    first = piped("Don\u2019t know", "30%")
    worldview = ann(town)
    assert worldview.asked is not None
    assert len(worldview.asked) == 1
    asked = [line for line in first.out.splitlines() if line.startswith("Question")]
    assert len(asked) == 3
    again = piped("stop")
    assert "You have answered 1 question so far and passed over 1." in again.out
    question = "".join(first.out.partition("Question 1\n")[2].partition("(a probability")[0].split())
    assert question not in "".join(again.out.split())


def test_a_later_run_goes_on_and_changes_nothing_by_itself(piped: Cruxmap, town: Path) -> None:
    piped("30%", "20%", "stop")
    before = file(town).read_bytes()
    done = piped("stop")
    assert file(town).read_bytes() == before
    assert "You have answered 2 questions so far." in done.out


def test_several_runs_make_the_same_file_as_one(piped: Cruxmap, town: Path) -> None:
    for answer in ("30%", "20%", "60%", "5%"):
        piped(answer, "stop")
    apart = ann(town)
    file(town).unlink()
    piped("30%", "20%", "60%", "5%", "stop")
    together = ann(town)
    assert given(together) == 4
    assert set(apart.judgements) == set(together.judgements)
    assert set(apart.stated) == set(together.stated)
    assert apart.made_from is not None
    assert together.made_from is not None
    assert dict(apart.made_from.entries) == dict(together.made_from.entries)


def test_back_shows_the_last_answer_and_replaces_it(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", "back", "70%", "stop")
    assert "You answered: 30%. Enter alone keeps that." in done.out
    assert "70%" in file(town).read_text()
    assert given(ann(town)) == 1


def test_back_and_enter_keeps_the_answer(piped: Cruxmap, town: Path) -> None:
    piped("30%", "back", "", "stop")
    assert given(ann(town)) == 1
    assert "30%" in file(town).read_text()


def test_back_goes_as_far_as_the_first_question(piped: Cruxmap, town: Path) -> None:
    done = piped("back", "30%", "20%", "back", "back", "back", "80%", "stop")
    assert done.out.count("There is no question before this one.") == 2
    assert "80%" in file(town).read_text()
    assert given(ann(town)) == 2


def test_why_says_what_is_expected_of_the_answer(piped: Cruxmap, town: Path) -> None:
    done = piped("why do you ask?", "stop")
    first = begin(read_model(town / "models/small.yaml"), "ann").next()
    assert first is not None
    moves = f"move the odds of the estimate by about {100 * math.expm1(first.move):.0f}%, up or down."
    assert moves in " ".join(done.out.split())
    assert not file(town).exists()
    assert "Nothing was answered, and nothing was written." in done.out


def test_help_says_all_that_can_be_typed(piped: Cruxmap, town: Path) -> None:
    done = piped("?", "stop")
    told = " ".join(done.out.split())
    for word in ("skip", "back", "why", "stop", "very likely (80% to 95%)"):
        assert word in told


def test_an_argument_that_is_listed_can_be_rejected(piped: Cruxmap, town: Path) -> None:
    done = piped("reject 1", "stop", options=("--about", "lorries"))
    assert "1. A count found many lorries." in done.out
    assert ann(town).rejects == ("count",)
    again = done.out.partition("count counts for nothing from now on")[2]
    assert "A count found many lorries." not in again.partition("> stop")[0]


def test_what_is_no_argument_cannot_be_rejected(piped: Cruxmap, town: Path) -> None:
    done = piped("reject", "reject 9", "stop", options=("--about", "rust"))
    assert "This is not about an argument, and there is none on it." in done.out
    assert "There is no argument 9 here." in done.out
    assert not file(town).exists()


def test_only_so_many_questions_are_asked(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", "20%", "60%", options=("--questions", "2"))
    assert "That was the last of 2 questions." in done.out
    assert given(ann(town)) == 2


def test_nothing_is_asked_after_the_last_minute(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", options=("--minutes", "0"))
    assert "The 0 minutes are over." in done.out
    assert not file(town).exists()


def test_only_what_was_asked_is_written_if_that_is_wished(piped: Cruxmap, town: Path) -> None:
    piped("30%", "20%", "stop", options=("--only-asked",))
    assert not any(j.fitted for j in ann(town).judgements)
    assert given(ann(town)) == 2


def test_it_ends_by_itself_when_what_is_left_hardly_matters(piped: Cruxmap, town: Path) -> None:
    done = piped(*["50%"] * 60)
    assert "What is left to ask would hardly matter" in done.out
    assert "it would hardly be another" in " ".join(done.out.split())


def test_how_sure_it_is_is_said(piped: Cruxmap, town: Path) -> None:
    done = piped("30%", "stop")
    sure = (
        r"the estimate is [0-9.]+%\. With every number your own it would be between [0-9.]+% and [0-9.]+%,"
    )
    assert re.search(f"{sure} nine times out of ten", " ".join(done.out.split()))


CLASHING = ("98%", "98%", "98%", "2%")


def test_an_answer_that_does_not_go_with_earlier_ones_is_asked_about(piped: Cruxmap, town: Path) -> None:
    done = piped(*CLASHING)
    clash = done.out.partition("This is far from what your earlier answers lead one to expect.\n")[2]
    assert re.match(r"You say [0-9.]+%; by those it would be about [0-9.]+%", clash)
    assert "neither: both are what I think" in clash


def test_who_gives_way_is_asked_again(piped: Cruxmap, town: Path) -> None:
    done = piped(*CLASHING)
    answers = re.findall(r"^> (.*)$", done.out.partition("This is far from")[0], re.MULTILINE)
    file(town).unlink()
    done = piped(*answers, "2", "40%", "stop")
    again = done.out.partition("This is far from")[2]
    assert "Once more" in again
    assert "40%" in file(town).read_text()
    assert given(ann(town)) == len(answers)


@pytest.mark.parametrize(("typed", "numbers"), [("41%", 0), ("skip", -1)])
def test_who_is_asked_which_gives_way_may_give_another_answer(
    piped: Cruxmap, town: Path, typed: str, numbers: int
) -> None:
    done = piped(*CLASHING)
    answers = re.findall(r"^> (.*)$", done.out.partition("This is far from")[0], re.MULTILINE)
    file(town).unlink()
    piped(*answers, "no number", typed, "stop")
    assert ("41%" in file(town).read_text()) is (typed == "41%")
    assert given(ann(town)) == len(answers) + numbers


def test_a_file_that_no_interview_made_is_left_alone_where_nobody_can_be_asked(
    piped: Cruxmap, town: Path
) -> None:
    file(town).write_text("worldview: ann\ntext: By hand.\njudgements: {old: 70%}\n")
    before = file(town).read_bytes()
    done = piped("30%")
    assert done.code == 2
    assert "no-interview" in done.err
    assert file(town).read_bytes() == before


def test_a_name_that_is_none_is_refused(cruxmap: Cruxmap, town: Path) -> None:
    done = cruxmap("interview", "small", "--as", "Ann Smith")
    assert done.code == 2
    assert "bad-id" in done.err


def test_what_was_changed_meanwhile_is_read_again(
    piped: Cruxmap, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped("30%", "stop")
    before = file(town).read_text()
    read = screen.read

    def changing() -> str:
        if "# mine" not in file(town).read_text():
            file(town).write_text(f"{before}# mine\n")
        return read()

    monkeypatch.setattr(screen, "read", changing)
    done = piped("20%", "stop")
    assert "has changed meanwhile, and was read again" in " ".join(done.out.split())
    assert "# mine" in file(town).read_text()
    assert given(ann(town)) == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("worldview: ann\ntext: [\n", "ann.yaml:3:1: Not YAML"),
        (None, "ann.yaml cannot be written"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_no_fault_of_the_answer(
    piped: Cruxmap, town: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, told: str
) -> None:
    lines = iter(["30%", "40%", "stop"])

    def read(prompt: str = "> ") -> str:
        line = next(lines)
        if line == "40%":
            file(town).unlink()
            if said is None:
                file(town).mkdir()
            else:
                file(town).write_text(said)
        return line

    monkeypatch.setattr(screen, "read", read)
    done = piped()
    out = " ".join(done.out.split())
    assert re.search(rf"Your answer is not kept\. arguments/small/worldviews/{told}", out, re.IGNORECASE)
    assert "ann.yaml has changed since your last answer was written there, or is gone." in out
    assert "All that you answered is in" not in out
    assert done.code == (0 if said is None else 1)
    assert "fault in cruxmap" not in done.err


def test_what_is_no_text_costs_no_other_answer(
    cruxmap: Cruxmap, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = io.TextIOWrapper(io.BytesIO(b"30%\n\xff\xfe\n40%\n"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", sent)
    assert cruxmap("interview", "small", "--as", "ann", "--quiet").code == 0
    assert given(ann(town)) == 2


def test_with_only_what_was_asked_the_end_says_that_its_estimates_are_two(
    piped: Cruxmap, town: Path
) -> None:
    done = piped("30%", "90%", "stop", options=("--only-asked",))  # the second is stated
    assert ann(town).stated
    out = " ".join(done.out.split())
    follows = re.search(r"By your answers and what follows from them the estimate is ([0-9.]+)%", out)
    alone = re.search(r"The file has your answers alone.* draws of your numbers, ([0-9.]+)%", out)
    assert follows is not None
    assert alone is not None
    central = open_model(read_model(town / "models/small.yaml"), "ann").probability()
    assert float(alone[1]) / 100 == pytest.approx(central, abs=0.005)
    assert float(follows[1]) > float(alone[1]) + 3


@pytest.mark.parametrize("old", ["credence: 20% to 80%", "credence: 30%"])
def test_where_nothing_can_be_asked_it_says_so(
    piped: Cruxmap, town: Path, cruxmap: Cruxmap, old: str
) -> None:
    write(town, f"map: {{title: T, text: T.}}\nclaims:\n  fall: {{text: It falls., {old}}}", ASK)
    out = " ".join(piped().out.split())
    assert "Nobody is asked about the target itself, and nothing else that could be asked moves it." in out
    refused = cruxmap("interview", "small", "--form", "--quiet")
    assert refused.code == 1
    assert "nothing-to-ask" in refused.err
    assert not (town / "figures").exists()


def test_the_outcome_says_of_no_number_that_is_fitted_that_it_is_the_reviewers(
    piped: Cruxmap, town: Path
) -> None:
    sky = """
        map: {title: Rain?, text: A small map.}
        claims:
          warm: {text: It is warm., credence: 20% to 80%}
          rain:
            text: It rains.
            given:
              - {id: wet, when: [warm, {sky: low}], credence: 70% to 95%}
              - {id: damp, when: {sky: low}, credence: 30% to 60%}
              - {otherwise: 5% to 20%}
        questions:
          sky: {text: How low is the sky?, states: [low, high], credence: {low: 20% to 60%, high: rest}}
    """
    write(town, sky, "target: rain")
    out = " ".join(piped("low 30%, high rest", "stop").out.split())
    assert "sky (How low is the sky?): if low" in out
    assert "by numbers that are" not in out


def test_the_outcome_names_the_farthest_and_what_they_part_over(town: Path) -> None:
    write(town, TOWN, ASK, low="judgements: {lorries: 2%}", high="judgements: {lorries: 95%, cracks: 80%}")
    model = read_model(town / "models/small.yaml")
    assert outcome(model, "low").central == pytest.approx(open_model(model, "low").probability(), rel=1e-9)
    found = company(model, "low")
    assert found.farthest is not None
    assert found.farthest.worldview == found.nearest == "high"
    assert sum(one.part_of_gap for one in found.farthest.over) == pytest.approx(1.0, abs=1e-9)


def test_a_model_that_lists_its_worldviews_is_told_of(piped: Cruxmap, town: Path) -> None:
    write(town, TOWN, f"{ASK}\nworldviews: [low]", low="judgements: {lorries: 2%}")
    done = piped("30%", "stop")
    assert "add ann to its `worldviews`" in " ".join(done.out.split())


# --- in a terminal ----------------------------------------------------------------------------------


def test_an_interview_in_a_terminal(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        assert "Will the bridge hold?" in talk.says("Question 1")
        talk.says("> ")
        talk.types("30%")
        talk.says("By the map's own numbers")
        talk.says("> ")
        assert given(ann(town)) == 1  # it is written before the next question
        talk.types("stop")
        talk.says("What it hangs on")
        assert talk.ends() == 0
    assert "\x1b[1m" in talk.raw


def test_the_end_of_all_lines_is_as_good_as_stop(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("> ")
        talk.types("30%")
        talk.says("> ")
        talk.presses("\x04")
        talk.says("What came out")
        assert talk.ends() == 0
    assert given(ann(town)) == 1


@pytest.mark.parametrize("typed", ["", "70"])
def test_an_interrupt_loses_what_is_being_typed_and_no_more(town: Path, typed: str) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("> ")
        talk.types("30%")
        talk.says("> ")
        talk.presses(typed)
        talk.interrupts("All that you answered is in")
        assert talk.ends() == 130
    assert given(ann(town)) == 1
    problems, _ = check(town / "models/small.yaml")
    assert problems == ()


def test_an_interrupt_right_after_an_answer_keeps_it(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("> ")
        talk.types("30%")
        talk.says("By the map's own numbers")
        talk.interrupts("All that you answered is in")
        assert talk.ends() == 130
    assert given(ann(town)) == 1


def test_killed_it_leaves_a_whole_file(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("> ")
        talk.types("30%")
        talk.says("> ")
        talk.types("40%")
        talk.kills()
    assert given(ann(town)) in (1, 2)
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("so far")
        talk.says("> ")
        talk.types("stop")
        assert talk.ends() == 0


@pytest.mark.parametrize(("answer", "touched"), [("no", False), ("yes", True)])
def test_a_file_that_no_interview_made_is_asked_about(town: Path, answer: str, touched: bool) -> None:
    file(town).write_text("worldview: ann\ntext: By hand.\njudgements: {old: 70%}  # sure\n")
    before = file(town).read_text()
    with Dialogue(town, "interview", "small", "--as", "ann") as talk:
        talk.says("was not made by an interview")
        talk.says("> ")
        talk.types(answer)
        if touched:
            talk.says("You have answered 1 question so far")
            talk.says("> ")
            talk.types("30%")
            talk.says("> ")
            talk.types("stop")
        assert talk.ends() == 0
    assert (file(town).read_text() != before) is touched
    assert "70%" in file(town).read_text()
    assert "# sure" in file(town).read_text()


def test_a_narrow_terminal_has_no_line_that_is_too_long(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann", columns=40) as talk:
        talk.says("> ")
        talk.types("?")
        talk.says("> ")
        talk.types("30%")
        talk.says("> ")
        talk.types("stop")
        assert talk.ends() == 0
    assert max(map(len, talk.text.splitlines())) <= 40


def test_without_colour_nothing_is_for_the_terminal_alone(town: Path) -> None:
    with Dialogue(town, "interview", "small", "--as", "ann", "--quiet", NO_COLOR="1") as talk:
        talk.says("> ")
        talk.types("stop")
        assert talk.ends() == 0
    assert "\x1b[3" not in talk.raw
