"""Networks in XMLBIF: what they say as maps, and what is wrong with them."""

import pytest

import cruxmap as cm
from cruxmap.errors import InvalidMap
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.networks.xmlbif import read_xmlbif

WEATHER = """\
<?xml version="1.0"?>
<!DOCTYPE BIF [ <!ELEMENT BIF ( NETWORK )*> ]>
<BIF VERSION="0.3"><NETWORK>
<NAME>Weather &amp; wind</NAME>
<PROPERTY>by hand</PROPERTY>
<VARIABLE TYPE="nature"><NAME>rain</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME>
  <PROPERTY>description = It rains.</PROPERTY><PROPERTY>position = (1, 2)</PROPERTY></VARIABLE>
<VARIABLE TYPE="nature"><NAME>wind</NAME><OUTCOME>not at all</OUTCOME><OUTCOME>&lt;5</OUTCOME></VARIABLE>
<VARIABLE TYPE="nature"><NAME>wet</NAME><OUTCOME>true</OUTCOME><OUTCOME>false</OUTCOME></VARIABLE>
<VARIABLE TYPE="decision"><NAME>umbrella</NAME><OUTCOME>yes</OUTCOME><OUTCOME>no</OUTCOME></VARIABLE>
<VARIABLE TYPE="utility"><NAME>joy</NAME><OUTCOME>Values</OUTCOME></VARIABLE>
<DEFINITION><FOR>rain</FOR><TABLE>0.2 0.8</TABLE></DEFINITION>
<DEFINITION><FOR>wind</FOR><TABLE> 0.75
  0.25 </TABLE></DEFINITION>
<DEFINITION><FOR>wet</FOR><GIVEN>rain</GIVEN><GIVEN>wind</GIVEN><TABLE>
  0.9 0.1 <!-- rain, no wind -->
  0.8 0.2
  0.1 0.9
  0 1
</TABLE></DEFINITION>
<DEFINITION><FOR>umbrella</FOR><GIVEN>rain</GIVEN></DEFINITION>
<DEFINITION><FOR>joy</FOR><GIVEN>umbrella</GIVEN><TABLE>1 2</TABLE></DEFINITION>
</NETWORK></BIF>
"""


def test_a_network_is_claims_and_questions() -> None:
    found = read_xmlbif(WEATHER.encode(), "weather.xml")
    assert found.map == {
        "map": {"title": "Weather & wind"},
        "claims": {
            "rain": {"text": "It rains.", "credence": "20%"},
            "wet": {
                "text": "wet",
                "given": [
                    {
                        "id": "rain-wind-not-at-all",
                        "when": {"rain": "true", "wind": "not-at-all"},
                        "credence": "90%",
                    },
                    {"id": "rain-wind-5", "when": {"rain": "true", "wind": "5"}, "credence": "80%"},
                    {
                        "id": "no-rain-wind-not-at-all",
                        "when": {"rain": "false", "wind": "not-at-all"},
                        "credence": "10%",
                    },
                    {"id": "no-rain-wind-5", "when": {"rain": "false", "wind": "5"}, "credence": "0%"},
                ],
            },
            "umbrella": {"text": "umbrella", "credence": {"value": "5% to 95%", "elicited": "false"}},
        },
        "questions": {
            "wind": {
                "text": "wind",
                "states": ["not-at-all", "5"],
                "state_texts": {"not-at-all": "not at all", "5": "<5"},
                "credence": {"not-at-all": "75%", "5": "25%"},
            }
        },
    }
    assert found.lost == (
        Lost("utilities", "a map has no values", "joy"),
        Lost("properties", "a map has no place for them", "the network, rain"),
        Lost(
            "decisions",
            "nobody decides in a map: their options have numbers that are nobody's",
            "umbrella",
        ),
        Lost("the states' names `yes, no`", "a claim is true or false", "umbrella"),
    )


def test_what_nobody_gave_is_warned_of() -> None:
    found = cm.import_map(WEATHER.encode(), name="weather")
    assert found.format == "xmlbif"
    assert found.map.entry["umbrella"].basis.judgement.elicited is False


def variable(name: str, *outcomes: str) -> str:
    labels = "".join(f"<OUTCOME>{one}</OUTCOME>" for one in outcomes)
    return f"<VARIABLE><NAME>{name}</NAME>{labels}</VARIABLE>\n"


def definition(name: str, *given: str, table: str) -> str:
    parents = "".join(f"<GIVEN>{one}</GIVEN>" for one in given)
    return f"<DEFINITION><FOR>{name}</FOR>{parents}<TABLE>{table}</TABLE></DEFINITION>\n"


A, OF_A = variable("a", "x", "y"), definition("a", table="0.5 0.5")
BAD = {
    "<html/>": (1, "this is no `BIF` with a `NETWORK` in it"),
    f"<BIF><NETWORK>\n{A}</NETWORK></BIF>": (2, "`a` has no table of probabilities"),
    f"<BIF><NETWORK>\n{A}{OF_A}{OF_A}</NETWORK></BIF>": (4, "`a` has two tables: the first is in line 3"),
    f"<BIF><NETWORK>\n{A}{A}{OF_A}</NETWORK></BIF>": (3, "the variable `a` is there twice: see line 2"),
    f"<BIF><NETWORK>\n{A}{OF_A}{definition('b', table='1')}</NETWORK></BIF>": (
        4,
        "there is no variable `b`",
    ),
    f"<BIF><NETWORK>\n{A}{definition('a', 'b', table='1 0')}</NETWORK></BIF>": (
        3,
        "there is no variable `b`",
    ),
    f"<BIF><NETWORK>\n{A}{definition('a', table='1 0 0')}</NETWORK></BIF>": (
        3,
        "the table of `a` has 3 numbers, not 2",
    ),
    f"<BIF><NETWORK>\n{A}{definition('a', table='0.5<!-- -->  0.4')}</NETWORK></BIF>": (
        3,
        "a row of `a` adds up to 0.9, not to 1",
    ),
    f"<BIF><NETWORK>\n{A}{OF_A}<DEFINITION><FOR>a</FOR><FOR>b</FOR></DEFINITION></NETWORK></BIF>": (
        4,
        "a definition is for one variable, and this is for 2",
    ),
    "<BIF><NETWORK>\n<VARIABLE/></NETWORK></BIF>": (2, "this variable has no name"),
    "<BIF><NETWORK>\n<VARIABLE>": (2, "the file ends before the `VARIABLE` of line 2 does"),
    "<!DOCTYPE BIF [\n<!ENTITY lol 'lol'>\n]><BIF>&lol;</BIF>": (2, "it declares the entity `lol`"),
    "<!DOCTYPE BIF [\n<!ENTITY secret SYSTEM 'file:///etc/passwd'>\n]><BIF>&secret;</BIF>": (
        2,
        "it declares the entity `secret`",
    ),
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_with_a_file_is_told_with_its_place(text: str) -> None:
    line, message = BAD[text]
    with pytest.raises(InvalidMap) as caught:
        cm.import_map(text.encode(), format="xmlbif", name="bad")
    [problem] = caught.value.problems
    assert (problem.code, problem.span.line) == ("unreadable-import", line)
    assert problem.message.startswith(message)


def test_whatever_else_is_said_of_a_variable_is_told() -> None:
    text = """<BIF VERSION="0.3"><NETWORK><NAME>small</NAME>
<VARIABLE TYPE="nature"><NAME>a</NAME><OUTCOME>t</OUTCOME><OUTCOME>f</OUTCOME><OBS>t</OBS></VARIABLE>
<VARIABLE TYPE="nature"><NAME>b</NAME><OUTCOME>t</OUTCOME><OUTCOME>f</OUTCOME></VARIABLE>
<DEFINITION><FOR>a</FOR><TABLE>0.5 0.5</TABLE></DEFINITION>
<DEFINITION><FOR>b</FOR><TABLE>0.5 0.5</TABLE><PROPERTY>learned</PROPERTY></DEFINITION>
</NETWORK></BIF>"""
    assert read_xmlbif(text.encode(), "a.xml").lost == (
        Lost("properties", "a map has no place for them", "a, b"),
    )
