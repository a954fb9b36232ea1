"""Questionnaires are written, and filled ones become worldviews."""

import codecs
import csv
from pathlib import Path

import pytest

from cruxmap.errors import Code, InvalidMap, WrongUsage
from cruxmap.insight.interview import begin, resume
from cruxmap.insight.interview.filled import is_filled
from cruxmap.interviewing.on_paper import questionnaire, read_form, refuse_as_form, write_form
from cruxmap.language.for_editors.editor_files import first_line
from cruxmap.language.judgement import notation_of
from cruxmap.language.reading import check, read_model
from helpers.commands import Cruxmap
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import write

ASK = "target: slippery\nassuming: [sprinkler]\n"
HEADER = "number;id;kind;question;answer;low;high\n"
FILLED = """\
1;wet;stated;;10% to 20%;;
2;season.dry;judgement;;20%;;
2;season.mild;judgement;;Rest;;
2;season.rainy;judgement;;30 %;;
3;clouds;judgement;;reject;;
4;damp;judgement;;don't know;;
5;rain;judgement;;0,05;;
6;drought.strength;judgement;;;2x;5x
7;mould;judgement;;;;
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path, GARDEN.replace("1% to 5%", "2%"), ASK, ann=ANN, bob=BOB)


def form(folder: Path, rows: str) -> Path:
    file = folder / "sent.csv"
    file.write_text(HEADER + rows, encoding="utf-8-sig")
    return file


# --- written ----------------------------------------------------------------------------------------


def test_a_questionnaire_has_the_questions_of_the_interview_and_is_written_in_both_forms(
    model: Path, tmp_path: Path
) -> None:
    asked = read_model(model)
    found = questionnaire(asked, 3)
    first = begin(asked, "map").next()
    assert first is not None
    assert found.asked[0].blanks[0].id == first.question.id
    assert [one.number for one in found.asked] == [1, 2, 3]
    assert not any(blank.number for one in found.asked for blank in one.blanks)
    files = [tmp_path / "out" / name for name in ("q.csv", "q.HTML")]
    refuse_as_form(files)
    write_form(found, files)
    assert not is_filled(files[0])
    assert files[0].read_bytes().startswith(codecs.BOM_UTF8)
    assert files[1].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    refuse_as_form(files)  # without answers, they may be written again


def test_the_numbers_of_the_map_are_shown_where_they_are_asked_for(model: Path) -> None:
    shown = questionnaire(read_model(model), 2, show_numbers=True)
    assert all(blank.number for one in shown.asked for blank in one.blanks)


def test_a_questionnaire_may_be_about_a_part(model: Path) -> None:
    part = questionnaire(read_model(model), 9, about="mould")
    ids = {blank.id.partition(".")[0] for one in part.asked for blank in one.blanks}
    assert "slippery" not in ids


def test_a_questionnaire_of_judgements_alone_states_nothing(model: Path) -> None:
    alone = questionnaire(read_model(model), 9, kinds="judgements")
    assert {one.kind for one in alone.asked} == {"judgement"}


def test_answers_are_not_written_over(tmp_path: Path) -> None:
    answered = form(tmp_path, FILLED)
    with pytest.raises(WrongUsage, match="has answers") as caught:
        refuse_as_form([answered])
    assert caught.value.problems[0].code is Code.ALREADY_THERE


@pytest.mark.parametrize("name", ["q.xlsx", "q", "q.csv.bak"])
def test_a_questionnaire_is_a_table_or_a_page(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="no questionnaire's file") as caught:
        refuse_as_form([tmp_path / name])
    assert caught.value.problems[0].code is Code.UNKNOWN_FORMAT


# --- read -------------------------------------------------------------------------------------------


def test_answers_become_a_worldview_that_checks_clean(model: Path, tmp_path: Path) -> None:
    before = check(model)
    kept, _ = read_form(model, form(tmp_path, FILLED), "cleo")
    assert kept.path == tmp_path / "arguments/small/worldviews/cleo.yaml"
    assert check(model) == before == ((), before[1])
    cleo = read_model(model).map.worldview["cleo"]
    own = {j.address: j for j in cleo.judgements if not j.fitted}
    assert set(own) == {"season", "rain", "drought.strength"}
    assert cleo.rejects == ("clouds",)
    assert [(s.of, notation_of(s.credence)) for s in cleo.stated] == [(cleo.stated[0].of, "10% to 20%")]
    assert cleo.asked == ("damp",)
    text = kept.path.read_text(encoding="utf-8")
    assert "season: {dry: 20%, mild: rest, rainy: 30%}" in text
    assert "rain: 0.05" in text
    assert "drought.strength: 2x to 5x" in text


def test_what_was_not_asked_is_fitted_unless_only_answers_are_wanted(model: Path, tmp_path: Path) -> None:
    file = form(tmp_path, FILLED)
    read_form(model, file, "cleo")
    read_form(model, file, "dora", only_asked=True)
    worldviews = read_model(model).map.worldview
    assert any(j.fitted for j in worldviews["cleo"].judgements)
    assert not any(j.fitted for j in worldviews["dora"].judgements)


def test_the_worldview_is_what_the_same_replies_one_by_one_come_to(model: Path, tmp_path: Path) -> None:
    _, interview = read_form(model, form(tmp_path, FILLED), "cleo")
    again = resume(read_model(model), "cleo")
    assert again.log_odds == pytest.approx(interview.log_odds, abs=1e-9)
    assert {(r.question.kind, r.question.id, r.what) for r in again.replies} == {
        (r.question.kind, r.question.id, r.what) for r in interview.replies
    }


def test_another_form_goes_on_where_the_first_ended(model: Path, tmp_path: Path) -> None:
    read_form(model, form(tmp_path, FILLED), "cleo")
    read_form(model, form(tmp_path, "1;wet;stated;;30%;;\n2;damp;judgement;;90%;;\n"), "cleo")
    cleo = read_model(model).map.worldview["cleo"]
    assert [notation_of(stated.credence) for stated in cleo.stated] == ["30%"]
    assert cleo.asked == ()
    assert {j.address for j in cleo.judgements if not j.fitted} == {
        *("season", "rain", "drought.strength", "damp")
    }


def test_the_same_form_twice_changes_nothing(model: Path, tmp_path: Path) -> None:
    file = form(tmp_path, FILLED)
    first = read_form(model, file, "cleo")[0].path.read_bytes()
    assert read_form(model, file, "cleo")[0].path.read_bytes() == first


def test_nothing_is_written_where_there_is_any_problem(model: Path, tmp_path: Path) -> None:
    rows = FILLED + "8;sprinkler;judgement;;05.Okt;;\n9;sprinkle;judgement;;5%;;\n"
    with pytest.raises(InvalidMap) as caught:
        read_form(model, form(tmp_path, rows), "cleo")
    assert [(p.code, p.span.line) for p in caught.value.problems] == [
        (Code.UNCLEAR_ANSWER, 11),
        (Code.UNKNOWN_ADDRESS, 12),
    ]
    assert not (tmp_path / "arguments/small/worldviews/cleo.yaml").exists()


def test_a_form_without_answers_makes_a_worldview_without_any(model: Path, tmp_path: Path) -> None:
    kept, _ = read_form(model, form(tmp_path, "1;rain;judgement;;;;\n"), "cleo")
    cleo = read_model(model).map.worldview["cleo"]
    assert (cleo.judgements, cleo.stated, cleo.asked) == ((), (), ())
    assert kept.path.exists()


def test_a_file_that_no_interview_made_is_left_alone(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "arguments/small/worldviews/ann.yaml"
    before = path.read_bytes()
    with pytest.raises(WrongUsage, match="ann"):
        read_form(model, form(tmp_path, FILLED), "ann")
    assert path.read_bytes() == before


def test_a_name_that_no_worldview_can_have_is_told(model: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="Cleo Ann"):
        read_form(model, form(tmp_path, FILLED), "Cleo Ann")


def test_progress_hears_what_is_done(model: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    read_form(model, form(tmp_path, FILLED), "cleo", progress=lambda what, *_: heard.append(what))
    assert heard[0] == "reading the answers"
    assert len(heard) > 1


# --- on the command line ----------------------------------------------------------------------------


def test_the_command_writes_both_forms_and_reads_what_is_filled_in(
    in_project: Path, cruxmap: Cruxmap
) -> None:
    written = cruxmap("interview", "small", "--form", "--questions", "3")
    assert written.code == 0
    table = in_project / "figures/small/questions.csv"
    assert (in_project / "figures/small/questions.html").exists()
    rows = table.read_text(encoding="utf-8-sig").splitlines()
    assert "figures/small/questions.csv" in written.out + written.err
    sent = in_project / "ann.csv"
    sent.write_text("\n".join([rows[0], rows[1].removesuffix(",,") + "20%,,"]), encoding="utf-8")
    read = cruxmap("interview", "small", "--read", "ann.csv", "--as", "ann")
    assert read.code == 0
    assert read.out.startswith("Questions: 1 answered.\n")
    assert "By your answers the estimate is" in read.out
    path = in_project / "arguments/small/worldviews/ann.yaml"
    assert path.read_text(encoding="utf-8").startswith(f"{first_line(path)}worldview: ann\n")
    assert cruxmap("check").code == 0


@pytest.mark.parametrize("name", ["q.csv", "q.html"])
def test_the_command_writes_one_form_where_it_is_told_to(
    in_project: Path, cruxmap: Cruxmap, name: str
) -> None:
    assert cruxmap("interview", "small", "--form", "--output", name).code == 0
    assert (in_project / name).exists()
    assert not (in_project / "figures").exists()


def test_numbers_are_in_it_where_they_are_asked_for(in_project: Path, cruxmap: Cruxmap) -> None:
    cruxmap("interview", "small", "--form", "--output", "q.csv", "--show-numbers")
    with (in_project / "q.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(row["map"] for row in csv.DictReader(file))


def test_problems_of_a_form_end_the_command_and_nothing_is_written(
    in_project: Path, cruxmap: Cruxmap
) -> None:
    (in_project / "ann.csv").write_text("id,kind,answer\nnobody,judgement,5%\n,judgement,05.Oct\n")
    told = cruxmap("interview", "small", "--read", "ann.csv", "--as", "ann")
    assert told.code == 1
    assert "ann.csv:2:1: problem unknown-address: row 2: nothing can be asked about `nobody`" in told.err
    assert "row 3: the row does not say what it answers" in told.err
    assert not (in_project / "arguments/small/worldviews/ann.yaml").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--form", "--read", "ann.csv"), "--form and --read exclude each other"),
        (("--read", "ann.csv"), "--as ann"),
        (("--output", "q.csv", "--as", "ann"), "--output goes with --form"),
        (("--form", "--minutes", "3"), "--minutes goes with a dialogue"),
        (("--form", "--as", "ann"), "--as goes with answers"),
        (("--form", "--only-asked"), "--only-asked goes with answers"),
        (("--as", "ann", "--minutes", "nan"), "nan is no number of minutes"),
        (("--form", "--output", "q.xlsx"), "no questionnaire's file"),
        (("--form", "--about", "nobody"), "--about: there is no `nobody` in the map"),
        (("--as", "ann", "--about", "nobody"), "--about: there is no `nobody` in the map"),
        (("--about", "team", "--as", "ann", "--read", "ann.csv"), "--about goes with questions"),
    ],
)
def test_what_does_not_go_together_is_refused(
    in_project: Path, cruxmap: Cruxmap, options: tuple[str, ...], told: str
) -> None:
    outcome = cruxmap("interview", "small", *options)
    assert outcome.code == 2
    assert told in outcome.err
