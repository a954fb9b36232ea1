"""XML as elements that know their place; whatever is hostile or broken is a problem with a line."""

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.exchange.xml_reading import DEEPEST, Element, read_xml

SMALL = """<?xml version="1.0"?>
<!DOCTYPE a [ <!ELEMENT a (b*)> <!ATTLIST b x CDATA #IMPLIED> ]>
<a xmi:id="r" id="own">
  <!-- <b/> -->
  <x:b k="1 &lt; 2">one &amp; <c/>two</x:b>
  <b/>
</a>
"""


def problem(data: str | bytes) -> Problem:
    with pytest.raises(InvalidMap) as caught:
        read_xml(data if isinstance(data, bytes) else data.encode(), "case.xml")
    [found] = caught.value.problems
    return found


def test_elements_know_what_they_say_and_where() -> None:
    root = read_xml(SMALL.encode(), "case.xml")
    assert (root.name, root.get("id"), root.attributes["xmi:id"]) == ("a", "own", "r")
    first, second = root.all("b")
    assert (first.prefix, first.get("k"), first.text, second.text) == ("x", "1 < 2", "one & two", "")
    assert [element.name for element in root.walk()] == ["a", "b", "c", "b"]
    assert (first.span, second.span) == (("case.xml", 5, 3, 4), ("case.xml", 6, 3, 2))
    assert root.first("b") is not None
    assert root.first("d") is None
    assert first.source.text[first.end :].startswith("</x:b>")
    told = second.problem("is empty", "fill it")
    assert (told.span, told.line_text, told.hint) == (second.span, "  <b/>", "fill it")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-8-sig", "iso-8859-1", "windows-1252", "us-ascii"]
)
def test_a_file_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    word = "plain" if encoding == "us-ascii" else "\u00e9t\u00e9"
    named = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{named}"?>\n<a t="{word}"><b/></a>\n'
    root = read_xml(text.encode(encoding), "case.xml")
    assert root.get("t") == word
    assert root.children[0].span == ("case.xml", 2, 9 + len(word), 2)


def test_places_count_letters_not_bytes() -> None:
    root = read_xml("<a>\n\u4e2d\U0001f600\u00e9<b/></a>".encode(), "case.xml")
    assert root.children[0].span == ("case.xml", 2, 4, 2)


LAUGHS = "<!DOCTYPE a [<!ENTITY l '{}'>]>\n<a>&l;</a>"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (LAUGHS.format("ha"), 1, "declares the entity `l`"),
        (
            '<!DOCTYPE a [\n<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<a>&x;</a>',
            2,
            "declares the entity `x`",
        ),
        (
            '<!DOCTYPE a [\n<!ENTITY % p SYSTEM "http://127.0.0.1/x">\n%p;]>\n<a/>',
            2,
            "declares the entity `p`",
        ),
        ("<a>\n<b>", 2, "ends before the `b` of line 2"),
        ("<a>\n<b", 2, "ends before the `a` of line 1"),
        ("<a><![CDATA[x", 1, "ends before the `a` of line 1"),
        ("<a>\n</b></a>", 2, "mismatched tag"),
        ("<a>\n&nbsp;</a>", 2, "undefined entity"),
        ("", 1, "no element found"),
        ("name,text\n", 1, "syntax error"),
        ("<a/><b/>", 1, "junk after document element"),
        ("<a>\n" + "<b>" * (DEEPEST + 1), 2, f"more than {DEEPEST} deep"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', 1, "written in `utf-7`"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', 1, "written in `klingon`"),
        ("<a x='1' x='2'/>", 1, "duplicate attribute"),
        ("<a>\x0b</a>", 1, "not well-formed"),
    ],
)
def test_what_is_hostile_or_broken_is_told_with_its_line(text: str, line: int, said: str) -> None:
    found = problem(text)
    assert found.code is Code.UNREADABLE_IMPORT
    assert said in found.message
    assert found.span.line == line


def test_bytes_that_are_no_letters_are_told_by_place() -> None:
    found = problem(b"<a>\n\xff</a>")
    assert (found.code, found.span[:3]) == (Code.NOT_UTF8, ("case.xml", 2, 1))
    assert problem('<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16-le")[:-1]).code is not None


def test_a_bomb_costs_nothing() -> None:
    declared = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 30))
    begun = time.process_time()
    assert "entity" in problem(f"<!DOCTYPE a [<!ENTITY l0 'ha'>{declared}]><a>&l29;</a>").message
    assert time.process_time() - begun < 1


@given(st.binary(max_size=60))
def test_any_bytes_are_elements_or_a_problem(data: bytes) -> None:
    try:
        found = [read_xml(data, "case.xml").span]
    except InvalidMap as error:
        found = [one.span for one in error.problems]
    assert {span.file for span in found} == {"case.xml"}


NAMES = st.sampled_from(["a", "b", "goal", "x-1"])
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8
)
TREES = st.recursive(
    st.tuples(NAMES, st.dictionaries(NAMES, TEXTS, max_size=2), TEXTS, st.just([])),
    lambda inner: st.tuples(
        NAMES, st.dictionaries(NAMES, TEXTS, max_size=2), TEXTS, st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


@given(TREES)
def test_what_another_library_writes_is_read_back(tree: tuple) -> None:  # type: ignore[type-arg]
    def made(one: tuple) -> ElementTree.Element:  # type: ignore[type-arg]
        element = ElementTree.Element(one[0], one[1])
        element.text = one[2]
        element.extend(map(made, one[3]))
        return element

    def plain(one: Element) -> tuple:  # type: ignore[type-arg]
        return one.name, dict(one.attributes), one.text, [*map(plain, one.children)]

    data = ElementTree.tostring(made(tree), "utf-8")
    assert plain(read_xml(data, "case.xml")) == tree
