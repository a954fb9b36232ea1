"""Networks in the Bayesian Interchange Format: what they say as maps, and what is wrong with them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.errors import InvalidMap
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.networks.bif import read_bif

WEATHER = b"""
network weather { property by hand; }
// Two of them.
variable rain { type discrete [ 2 ] { no, yes }; property "position = (1, 2)"; }
variable wind { type discrete [ 3 ] { <5, 5-20, >20 }; }
variable wet { type discrete [ 2 ] { True, False }; }
probability ( rain ) { table 0.8, 2E-1; }
probability ( wind | rain ) { (no) 0.5, 0.25, 0.25; (yes) 0, 1, 0; }
probability ( wet | rain, wind ) {
  (yes, <5) 0.9, 0.1;
  (yes, 5-20) 1, 0;
  default 0.3333, 0.6666;
}
"""


def test_a_network_is_claims_and_questions_with_the_numbers_as_they_are_written() -> None:
    found = read_bif(WEATHER, "weather.bif")
    assert found.map == {
        "map": {"title": "weather"},
        "claims": {
            "rain": {"text": "rain", "credence": "20%"},
            "wet": {
                "text": "wet",
                "given": [
                    {"id": "rain-wind-5", "when": {"rain": "true", "wind": "5"}, "credence": "90%"},
                    {"id": "rain-wind-5-20", "when": {"rain": "true", "wind": "5-20"}, "credence": "100%"},
                    {"otherwise": "0.3333:0.6666"},
                ],
            },
        },
        "questions": {
            "wind": {
                "text": "wind",
                "states": ["5", "5-20", "20"],
                "state_texts": {"5": "<5", "20": ">20"},
                "given": [
                    {"id": "rain", "when": {"rain": "true"}, "state": "5-20"},
                    {
                        "id": "no-rain",
                        "when": {"rain": "false"},
                        "credence": {"5": "50%", "5-20": "25%", "20": "25%"},
                    },
                ],
            }
        },
    }
    assert found.lost == (
        Lost("comments", "they belong to no variable", "1 of them"),
        Lost("properties", "a map has no place for them", "the network, rain"),
        Lost("the states' names `no, yes`", "a claim is true or false", "rain"),
        Lost("the states' names `True, False`", "a claim is true or false", "wet"),
        Lost(
            "sums of rows that are not 1",
            "what a row's numbers miss of 1 is shared out in proportion",
            "wet",
        ),
    )


def test_parents_without_a_bar_as_javabayes_writes_them() -> None:
    found = read_bif(
        b"""
        variable "light-on" { type discrete[2] { "true" "false" }; }
        variable "family-out" { type discrete[2] { "true" "false" }; }
        probability ( "light-on"  "family-out" ) { table 0.6 0.05 0.4 0.95 ; }
        probability ( "family-out" ) { table 0.15 0.85 ; }
        """,
        "dog.bif",
    )
    rows = found.map["claims"]["light-on"]["given"]
    assert [(row["when"], row["credence"]) for row in rows] == [
        ({"family-out": "true"}, "60%"),
        ({"family-out": "false"}, "5%"),
    ]


BAD = {
    "variable a { type discrete [2] { x, y }": [(1, 39, "the file ends, where `;` belongs")],
    "variable a { type continuous; }": [(1, 19, "`continuous` is here, where `discrete`, the only type")],
    "variable a { type discrete [3] { x, y }; } probability (a) { table 1 0; }": [
        (1, 29, "`3` states are announced, and 2 follow")
    ],
    "variable a { type discrete { x, x }; } probability (a) { table 1 0; }": [
        (1, 33, "`a` has the state `x` twice")
    ],
    "variable a { type discrete { x }; } probability (a) { table 1; }": [
        (1, 10, "`a` has fewer than two states")
    ],
    "variable a { type discrete { x, y }; }": [(1, 10, "`a` has no table of probabilities")],
    "variable a { type discrete { x, y }; } probability (a) { table 0.2 0.3 0.5; }": [
        (1, 58, "the table of `a` has 3 numbers, not 2")
    ],
    "variable a { type discrete { x, y }; } probability (a) { table 0.2 0.7; }": [
        (1, 58, "a row of `a` adds up to 0.9, not to 1")
    ],
    "variable a { type discrete { x, y }; } probability (a) { table -0.2 nan; }": [
        (1, 64, "`-0.2` is no probability"),
        (1, 69, "`nan` is no probability"),
    ],
    "variable a { type discrete { x, y }; }\nprobability (a | b) { (z) 1 0; }": [
        (2, 18, "there is no variable `b`")
    ],
    "variable a { type discrete { x, y }; }\nprobability (b) { table 1 0; }": [
        (1, 10, "`a` has no table of probabilities"),
        (2, 14, "there is no variable `b`"),
    ],
    "variable a { type discrete { x, y }; }\nprobability (a) { table 1 0; }\n"
    "probability (a) { table 0 1; }": [(3, 14, "`a` has two tables: the first is in line 2")],
    "variable a { type discrete { x, y }; }\nvariable a { type discrete { x, y }; }"
    "\nprobability (a) { table 1 0; }": [(2, 10, "the variable `a` is there twice: see line 1")],
    "variable a { type discrete { x, y }; } probability (a | a) { (x) 1 0; (y) 0 1; }": [
        (1, 57, "`a` is its own parent")
    ],
    "variable a { type discrete { x, y }; }\nvariable b { type discrete { x, y }; }\n"
    "probability (a) { table 1 0; }\nprobability (b | a) {\n"
    " (x) 1 0;\n (z) 0 1;\n (x, y) 1 0;\n (x) 0 1; }": [
        (6, 3, "`a` has no state `z`"),
        (7, 2, "`b` has 1 parents, and here are 2 states"),
        (8, 2, "`b` has two rows for `a = x`"),
    ],
    "variable a { type discrete { x, y }; }\nvariable b { type discrete { x, y }; }\n"
    "probability (a) { table 1 0; }\nprobability (b | a) { (x) 1 0; }": [
        (2, 10, "`b` has no row for `a = y`")
    ],
    "variable a { type discrete { x, y }; }\nvariable b { type discrete { x, y }; }\n"
    "probability (a | b) { (x) 0.1 0.9; (y) 0.2 0.8; }\nprobability (b | a) { (x) 1 0; (y) 0 1; }": [
        (1, 10, "these rest on each other: a -> b -> a")
    ],
    "variable a { /* {": [(1, 14, "this comment is never closed")],
    "variable a { type discrete { x, y }; }\nvariable b { type discrete { x, \x81 }; }"
    "\nprobability (a) { table 1 0; } probability (b) { table 1 0; }": [
        (2, 10, "the character U+0081 may not stand in a text")
    ],
    'network "x {}': [(1, 9, '`"` opens what is never closed')],
    "": [(1, 1, "there is no variable in it")],
    "probably (a) { }": [
        (1, 1, "`probably` is here, where `network`, `variable` or `probability` belongs")
    ],
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_with_a_file_is_told_with_its_place(text: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        cm.import_map(text.encode(), format="bif", name="bad")
    told = [(p.span.line, p.span.column, p.message) for p in caught.value.problems]
    expected = BAD[text]
    assert [place[:2] for place in told] == [place[:2] for place in expected]
    for (*_, message), (*_, begins) in zip(told, expected, strict=True):
        assert message.startswith(begins)
    for problem in caught.value.problems:
        if problem.code == "unreadable-import":
            assert problem.line_text == (text.splitlines() or [""])[problem.span.line - 1]


@given(st.data())
def test_whatever_is_done_to_a_file_its_problems_are_told(data: st.DataObject) -> None:
    text = WEATHER.decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 12))
        instead = data.draw(
            st.sampled_from(["", "{", "}", "(", ")", "|", ";", '"', "/*", "//", "1e9", " x ", "é"])
        )
        text = text[:at] + instead + text[at + gone :]
    problems = problems_of(text)
    assert {problem.code for problem in problems} <= {"unreadable-import", "cycle"}
    assert all(1 <= problem.span.line <= len(text.splitlines() or [""]) for problem in problems)


def problems_of(text: str) -> tuple[cm.Problem, ...]:
    try:
        cm.import_map(text.encode(), format="bif", name="weather")
    except InvalidMap as invalid:
        return invalid.problems
    return ()


@pytest.mark.parametrize(
    "text",
    [
        "/* " * 10_000,
        "variable a { type discrete { x, y }; } " + "probability (b) { table 1 0; } " * 1_000,
        "variable a { type discrete { x, y }; } " * 1_000,
        "(" * 10_000,
        "variable a { type discrete { " + " ".join(f"s{k}" for k in range(4_000)) + " }; }",
        "".join(f"variable v{k} {{ type discrete {{ x y }}; }} " for k in range(60))
        + "probability (v0 | " + " ".join(f"v{k}" for k in range(1, 60)) + ") { table 1 0; }",
        "variable a { type discrete { x, y }; } probability (a) { table 0." + "1" * 40_000 + " 0.5; }",
        "variable a { type discrete { x, y }; } probability (a) { table 1e-9999 1; }",
    ],
    ids=range(8),
)  # fmt: skip
def test_a_hostile_file_costs_little(text: str) -> None:
    before = process_time()
    with pytest.raises(InvalidMap):
        cm.import_map(text.encode(), format="bif", name="bad")
    assert process_time() - before < 4


def test_a_file_that_is_not_utf_8_is_told_where() -> None:
    with pytest.raises(InvalidMap, match="stdin:1:10") as caught:
        cm.import_map("variable é".encode("latin-1"), format="bif", name="bad")
    [problem] = caught.value.problems
    assert (problem.code, problem.span.line, problem.span.column) == ("not-utf8", 1, 10)
