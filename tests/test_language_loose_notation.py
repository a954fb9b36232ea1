"""Numbers as people and spreadsheet programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code
from cruxmap.language.argument_map import Role, Scale
from cruxmap.language.judgement import (
    LEXICON,
    UnreadableError,
    format_value,
    parse_phrase,
    parse_value,
    with_phrases,
)
from cruxmap.language.loose_notation import parse_loosely


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5%", "5%"),
        ("0.05", "5%"),
        ("0,05", "5%"),
        ("5,5 %", "5.5%"),
        ("5\u00a0%", "5%"),
        ("5\u202f%", "5%"),
        ("5.00%", "5%"),
        ("5 percent", "5%"),
        ("5 Prozent", "5%"),
        ("5%.", "5%"),
        ("0,125", "12.5%"),
        ("7.0000000000000007E-2", "7%"),
        ("0.30000000000000004", "30%"),
        ("5%-10%", "5% to 10%"),
        ("5-10%", "5% to 10%"),
        ("5 % \u2013 10 %", "5% to 10%"),
        ("5 to 10%", "5% to 10%"),
        ("5% and 10%", "5% to 10%"),
        ("between 5% and 10%", "5% to 10%"),
        ("0,05 to 0,1", "0.05 to 0.1"),
        ("Likely", "likely"),
        ("VERY  Likely", "very likely"),
        ("\u2248 5 %", "about 5%"),
        ("ca. 5%", "about 5%"),
        ("less than 1 %", "under 1%"),
        ("> 99%", "over 99%"),
        ("1 : 19", "1:19"),
        ("01:19", "1:19"),
        ("1 in 20", "5%"),
        ("5 out of 100", "5%"),
        ("1/20", "5%"),
        ("100%", "100%"),
    ],
)
def test_a_probability_is_read_where_one_can_be_meant(written: str, meant: str) -> None:
    assert parse_loosely(written, Role.CREDENCE, LEXICON) == parse_value(meant, Role.CREDENCE, LEXICON)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3x", "3x"),
        ("3 x", "3x"),
        ("3 \u00d7", "3x"),
        ("2,5X", "2.5x"),
        ("2x-5x", "2x to 5x"),
        ("2-5x", "2x to 5x"),
        ("Strong", "strong"),
    ],
)
def test_a_ratio_is_read_where_one_can_be_meant(written: str, meant: str) -> None:
    assert parse_loosely(written, Role.STRENGTH, LEXICON) == parse_value(meant, Role.STRENGTH, LEXICON)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "05.Okt",
            "05. Okt",
            "5-Oct",
            "Oct-05",
            "10-May",
            "May 10",
            "10. Mai",
            "5 mars",
            "janv-05",
            "05. Mrz",
        ),
        *("5-ao\u00fbt", "12-d\u00e9c", "2026-10-05", "2026-10-05 00:00:00", "2026-10-05T00:00:00"),
        *("05.10.2026", "05.10.26", "10/5/26", "10/05/2026", "5-10-2026", "05.10.", "10/2026", "2026/10"),
        *("Oct 5, 2026", "46300", "46300,0", "1:19:00", "01:19:00", "1:19 AM", "1:19:00 p.m."),
        *("#NAME?", "#WERT!", "#N/A", "#REF!", "#DIV/0!"),
    ],
)
@pytest.mark.parametrize("role", [Role.CREDENCE, Role.STRENGTH])
def test_what_a_spreadsheet_made_of_an_answer_is_not_guessed_at(written: str, role: Role) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_loosely(written, role, LEXICON)
    assert caught.value.code is Code.UNCLEAR_ANSWER
    assert written in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("written", ["1,000", "1 in 1,000", "12,500x", "1,000,000 to 1"])
def test_a_comma_before_three_digits_is_not_guessed_at(written: str) -> None:
    with pytest.raises(UnreadableError, match="could mean thousands") as caught:
        parse_loosely(written, Role.STRENGTH, LEXICON)
    assert caught.value.code is Code.UNCLEAR_ANSWER


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("5", "did you mean `5%`?"),
        ("1", "did you mean `1%` or `100%`?"),
        ("5-10", "did you mean `5% to 10%`?"),
        ("-5%", "numbers have no sign here"),
        ("10% to 5%", "did you mean `5% to 10%`?"),
        ("\u22645%", "did you mean `under 5%`?"),
        ("same as rain", "give the number itself, as in `20%`"),
        ("1.234,5", "did you mean `1.234% to 5%`?"),
    ],
)
def test_what_could_mean_two_things_has_the_hint_of_the_language(written: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_loosely(written, Role.CREDENCE, LEXICON)
    assert (caught.value.code, caught.value.hint) == (Code.UNREADABLE_JUDGEMENT, hint)


def test_a_probability_is_no_ratio_and_a_strength_does_not_work_backwards() -> None:
    with pytest.raises(UnreadableError) as wrong:
        parse_loosely("5%", Role.STRENGTH, LEXICON)
    with pytest.raises(UnreadableError) as backwards:
        parse_loosely("0,5x", Role.STRENGTH, LEXICON)
    assert (wrong.value.code, backwards.value.code) == (Code.WRONG_KIND, Code.STRENGTH_BELOW_ONE)


def test_phrases_of_a_map_are_read_in_its_own_capitals_or_in_others() -> None:
    own = with_phrases({"On Balance": parse_phrase("50% to 60%")})
    for written in ("On Balance", "on balance", "ON BALANCE"):
        found = parse_loosely(written, Role.CREDENCE, own)
        assert (found.low, found.high, found.text) == (0.5, 0.6, "On Balance")


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.sampled_from(Scale))
def test_what_the_language_writes_is_read_as_the_language_reads_it(
    a: float, b: float, scale: Scale
) -> None:
    """But for what floats leave behind the fifteenth digit."""
    role = Role.PACE if scale is Scale.RATIO else Role.CREDENCE
    low, high = (f"{end:.12g}{'x' if scale is Scale.RATIO else ''}" for end in sorted((a, b)))
    text = low if low == high else f"{low} to {high}"
    exact = parse_value(text, role, LEXICON)
    assert parse_loosely(text, role, LEXICON) == exact
    assert parse_loosely(
        text.replace(".", ",") if "e" not in text else text, role, LEXICON
    ).low == pytest.approx(exact.low, rel=1e-12)
    assert parse_loosely(format_value(exact), role, LEXICON).low == pytest.approx(exact.low, rel=1e-12)
