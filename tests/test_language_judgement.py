"""Every notation, both ways, and what is said of text that is none."""

import math
from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code
from cruxmap.language.argument_map import Elicited, Role, SameAs, Scale
from cruxmap.language.judgement import (
    LEXICON,
    UnreadableError,
    format_value,
    is_notation,
    parse_phrase,
    parse_value,
    with_phrases,
)


def read(text: str, role: Role = Role.CREDENCE) -> tuple[float, float]:
    value = parse_value(text, role, LEXICON)
    assert isinstance(value, Elicited)
    assert value.scale is role.scale
    assert value.text == text
    return value.low, value.high


def refused(text: str, role: Role = Role.CREDENCE) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse_value(text, role, LEXICON)
    return caught.value


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5%", 0.05, 0.05),
        ("0.05", 0.05, 0.05),
        (".5", 0.5, 0.5),
        ("1e-8", 1e-8, 1e-8),
        ("1E-8", 1e-8, 1e-8),
        ("0.0000001%", 1e-9, 1e-9),
        ("99.9%", 0.999, 0.999),
        ("0%", 0.0, 0.0),
        ("0.0%", 0.0, 0.0),
        ("100%", 1.0, 1.0),
        ("1% to 5%", 0.01, 0.05),
        ("0.01 to 0.05", 0.01, 0.05),
        ("under 1%", 0.001, 0.01),
        ("under 10%", 0.01, 0.1),
        ("under 0.1%", 0.0001, 0.001),
        ("over 99%", 0.99, 0.999),
        ("over 90%", 0.9, 0.99),
        ("<1%", 0.001, 0.01),
        ("< 1%", 0.001, 0.01),
        (">99%", 0.99, 0.999),
        ("about 50%", 1 / 3, 2 / 3),
        ("3:1", 0.75, 0.75),
        ("1:3", 0.25, 0.25),
        ("2.5:1e3", 2.5 / 1002.5, 2.5 / 1002.5),
        ("1 in 1000", 0.001, 0.001),
        ("3 in 4", 0.75, 0.75),
        ("1/3", 1 / 3, 1 / 3),
        ("1:3 to 1:2", 0.25, 1 / 3),
        ("1 in 1000 to 1 in 100", 0.001, 0.01),
        ("1/10 to 20%", 0.1, 0.2),
        ("1/4 to 2:1", 0.25, 2 / 3),
        ("about 1/3", 0.2, 0.5),
        ("under 1 in 1000", 0.0001, 0.001),
        ("over 99:1", 0.99, 0.999),
        ("almost no chance", 0.01, 0.05),
        ("very unlikely", 0.05, 0.2),
        ("unlikely", 0.2, 0.45),
        ("roughly even", 0.45, 0.55),
        ("likely", 0.55, 0.8),
        ("very likely", 0.8, 0.95),
        ("almost certain", 0.95, 0.99),
    ],
)
def test_probabilities_are_read(text: str, low: float, high: float) -> None:
    assert read(text) == pytest.approx((low, high), rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3x", 3, 3),
        ("1x", 1, 1),
        ("1.5x to 4x", 1.5, 4),
        ("1e3x", 1000, 1000),
        ("weak", 1.5, 3),
        ("moderate", 3, 10),
        ("strong", 10, 30),
        ("very strong", 30, 100),
    ],
)
def test_ratios_are_read(text: str, low: float, high: int) -> None:
    assert read(text, Role.STRENGTH) == (low, high)


def test_a_pace_may_be_under_one() -> None:
    assert read("0.25x to 0.5x", Role.PACE) == (0.25, 0.5)


@pytest.mark.parametrize(
    ("near_one", "near_zero"),
    [
        ("0.999999999999", "1e-12"),
        ("99.99%", "0.01%"),
        ("99." + 20 * "9" + "%", "1e-22"),
        ("0." + 300 * "9", "1e-300"),
        ("99.9999999999999% to 99." + 30 * "9" + "%", "1e-32 to 1e-15"),
        ("over 99." + 20 * "9" + "%", "under 1e-22"),
        ("about 99." + 20 * "9" + "%", "about 1e-22"),
        ("1e30:1", "1:1e30"),
        ("2/3", "1/3"),
    ],
)
def test_what_is_near_one_keeps_as_many_digits_as_what_is_near_zero(near_one: str, near_zero: str) -> None:
    high, low = (parse_value(text, Role.CREDENCE, LEXICON) for text in (near_one, near_zero))
    assert (high.mu, high.sd) == pytest.approx((-low.mu, low.sd), rel=4e-16)
    assert high.complements == (low.high, low.low)
    assert high.is_point == low.is_point
    assert not high.is_certain
    again = parse_value(format_value(high), Role.CREDENCE, LEXICON)
    assert (again.mu, again.sd) == pytest.approx((high.mu, high.sd), rel=4e-16)


def test_points_near_one_differ_though_floats_do_not() -> None:
    many, more = (parse_value("0." + n * "9", Role.CREDENCE, LEXICON) for n in (30, 40))
    assert many.low == more.low == 1.0
    assert many != more
    assert many == parse_value("99." + 28 * "9" + "%", Role.CREDENCE, LEXICON)


def test_reading_does_not_depend_on_how_the_program_calculates_with_decimals() -> None:
    with localcontext(prec=2):
        value = parse_value("12.3456% to 99.9999%", Role.CREDENCE, {})
        assert format_value(value) == "12.3456% to 99.9999%"
    assert value.complements == (0.876544, 1e-6)


@pytest.mark.parametrize("p", [1e-300, 1e-12, 0.05, 0.5, 0.95, 1 - 1e-12])
def test_about_is_a_factor_of_two_in_the_odds(p: float) -> None:
    low, high = read(f"about {p!r}")
    odds = p / (1 - p)
    assert low / (1 - low) == pytest.approx(odds / 2, rel=1e-3 if p > 0.99 else 1e-12)
    assert high / (1 - high) == pytest.approx(odds * 2, rel=1e-3 if p > 0.99 else 1e-12)


def test_a_link_keeps_its_address() -> None:
    assert parse_value("same as a.b", Role.STRENGTH, LEXICON) == SameAs("a.b")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1-5%", "`1% to 5%`"),
        ("1%-5%", "`1% to 5%`"),
        ("1\u20135%", "`1% to 5%`"),
        ("1 - 5 %", "`1% to 5%`"),
        ("1 to 5%", "`1% to 5%`"),
        ("1% to 5", "`1% to 5%`"),
        ("1 to 5", "`1% to 5%`"),
        ("5% to 1%", "`1% to 5%`"),
        ("between 1% and 5%", "`1% to 5%`"),
        ("1% ... 5%", "`1% to 5%`"),
        ("0.01-0.05", "`0.01 to 0.05`"),
        ("0.5 to 60%", "`0.5% to 60%`"),
        ("1", "`1%` or `100%`"),
        ("0", "`0%`"),
        ("50", "`50%`"),
        ("5 %", "`5%`"),
        ("5 percent", "`5%`"),
        ("~5%", "`about 5%`"),
        ("about 5", "`about 5%`"),
        ("less than 1%", "`under 1%`"),
        ("\u22651%", ""),
        ("Likely", "`likely`"),
        ("unlikly", "`unlikely`"),
        ("Under 1%", "`under 1%`"),
        ("under 20%", "`2% to 20%`"),
        ("over 80%", "`80% to 98%`"),
        ("5% to 5%", "`5%`"),
        ("150%", ""),
        ("-5%", ""),
        ("-5%", "no sign"),
        ("\u20135%", "no sign"),
        ("5%\u2013-10%", "no sign"),
        ("5% to \u221210%", "no sign"),
        ("5%\u2013+10%", "`5% to 10%`"),
        ("30% to 160%", "`160%` is more than 100%"),
        ("0% to 5%", "write `under 5%`"),
        ("1/2 to 3/2", "`3/2` is more than 100%"),
        ("\u201c30%\u201d", "`30%`"),
        ("\u201830%\u2019 to \u201860%\u2019", "`30% to 60%`"),
        ("\u201c30% to 160%\u201d", "`160%` is more than 100%"),
        ("\u00ablikely\u00bb", "`likely`"),
        ("30,5%", "`30.5%`"),
        ("0,3", "`0.3`"),
        ("30,5% to 40,5%", "`30.5% to 40.5%`"),
        ("30, 50", "`30% to 50%`"),
        ("0.01,0.05", "`0.01 to 0.05`"),
        ("1 in 10,000", "`1 in 10000`"),
        ("1 in 1,000,000", "`1 in 1000000`"),
        ("1 out of 10", "`1 in 10`"),
        ("3 : 1", "`3:1`"),
        ("1 in 100 to 1 in 1000", "`1 in 1000 to 1 in 100`"),
        ("0:1", "certainty"),
        ("5 in 5", "certainty"),
        ("0/0", "certainty"),
        ("3/2", "`100%`"),
        ("0." + 400 * "9", "certainty"),
        ("nan", ""),
        ("inf%", ""),
        ("\u0665%", ""),
        ("1e-400", ""),
        ("about 0%", ""),
        ("under 0%", ""),
        ("over 100%", ""),
        ("same as", ""),
        ("same as a b", ""),
        ("", ""),
        ("rest", ""),
    ],
)
def test_what_is_no_probability_has_a_hint(text: str, hint: str) -> None:
    error = refused(text)
    assert error.code == Code.UNREADABLE_JUDGEMENT
    assert error.hint
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3", "`3x`"),
        ("2-10x", "`2x to 10x`"),
        ("2 to 10", "`2x to 10x`"),
        ("3\u00d7", "`3x`"),
        ("0x", None),
    ],
)
def test_what_is_no_ratio_has_a_hint(text: str, hint: str | None) -> None:
    error = refused(text, Role.STRENGTH)
    assert error.code == Code.UNREADABLE_JUDGEMENT
    assert hint is None or hint in error.hint


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("3x", Role.CREDENCE),
        ("strong", Role.FORCE),
        ("2x to 3x", Role.CHANCE),
        ("5%", Role.STRENGTH),
        ("likely", Role.PACE),
        ("under 1%", Role.STRENGTH),
        ("3:1", Role.STRENGTH),
    ],
)
def test_the_other_kind_is_told_apart_from_nonsense(text: str, role: Role) -> None:
    assert refused(text, role).code == Code.WRONG_KIND


@pytest.mark.parametrize(
    ("text", "turned"), [("0.5x", "`2x`"), ("0.2x to 0.5x", "`2x to 5x`"), ("0.5x to 2x", "round")]
)
def test_a_strength_under_one_is_turned_round(text: str, turned: str) -> None:
    error = refused(text, Role.STRENGTH)
    assert error.code == Code.STRENGTH_BELOW_ONE
    assert turned in error.hint


def test_a_map_adds_and_replaces_phrases_of_either_kind() -> None:
    lexicon = with_phrases({"strong": parse_phrase("5x to 6x"), "a coin toss": parse_phrase("49% to 51%")})
    strong = parse_value("strong", Role.STRENGTH, lexicon)
    toss = parse_value("a coin toss", Role.SHARE, lexicon)
    weak = parse_value("weak", Role.STRENGTH, lexicon)
    assert (strong.low, toss.low, weak.low) == (5, 0.49, 1.5)


@pytest.mark.parametrize("text", ["likely", "same as a", "1-5%", ""])
def test_a_phrase_means_numbers(text: str) -> None:
    with pytest.raises(UnreadableError):
        parse_phrase(text)


def test_numbers_and_links_are_no_phrases() -> None:
    assert [is_notation(t) for t in ("5%", "2x to 3x", "rest", "same as a", "a coin toss")] == [
        True
    ] * 4 + [False]


probabilities = st.one_of(
    st.floats(0, 1, allow_subnormal=False), st.sampled_from([0.0, 1.0, 1e-300, 1e-12, 0.001, 1 - 2**-53])
)
ratios = st.floats(1e-6, 1e30)


@given(st.tuples(probabilities, probabilities).map(sorted))
def test_probabilities_are_written_so_that_they_read_back(ends: list[float]) -> None:
    low, high = ends if ends[0] > 0 and ends[1] < 1 else (ends[0], ends[0])
    value = Elicited(Scale.PROBABILITY, low, high)
    again = parse_value(format_value(value), Role.CREDENCE, LEXICON)
    assert (again.low, again.high) == (low, high)


@given(st.tuples(ratios, ratios).map(sorted))
def test_ratios_are_written_so_that_they_read_back(ends: list[float]) -> None:
    value = Elicited(Scale.RATIO, *ends)
    again = parse_value(format_value(value), Role.PACE, LEXICON)
    assert (again.low, again.high) == tuple(ends)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.01, 0.05, "1% to 5%"),
        (0.999, 0.999, "99.9%"),
        (1e-8, 1e-8, "1e-8"),
        (0, 0, "0%"),
        (1, 1, "100%"),
    ],
)
def test_numbers_are_written_as_people_write_them(low: float, high: float, text: str) -> None:
    assert format_value(Elicited(Scale.PROBABILITY, low, high)) == text


@given(st.text(max_size=30), st.sampled_from(Role))
def test_no_text_makes_anything_but_a_number_or_a_refusal(text: str, role: Role) -> None:
    try:
        value = parse_value(text, role, LEXICON)
    except UnreadableError as error:
        complete = error.message and error.hint
    else:
        complete = isinstance(value, SameAs) or (value.low <= value.high and math.isfinite(value.low))
    assert complete
