"""Where somebody writes: the keys that lead to the cursor, in texts whole and broken."""

import pytest

from cruxmap.editing.server.cursor import cursor_at, path_to


def at(text: str) -> tuple[list[str], int, int]:
    """Return the lines of a text without its `|`, and the place of that."""
    before, _, after = text.partition("|")
    lines = (before + after).split("\n")
    return lines, before.count("\n"), len(before.rpartition("\n")[2])


IN_BLOCKS = [
    ("|", (), "", True),
    ("cla|", (), "cla", True),
    ("claims:\n  |", ("claims",), "", True),
    ("claims:\n  rain:\n    |", ("claims", "rain"), "", True),
    ("claims:\n  rain:\n    te|", ("claims", "rain"), "te", True),
    ("claims:\n  rain:\n    text: It rains.\n    cre|", ("claims", "rain"), "cre", True),
    ("claims:\n  rain:\n    text: >-\n      Long words: many.\n    cre|", ("claims", "rain"), "cre", True),
    ("claims:\n  rain:\n    text: It rains.\n  |", ("claims",), "", True),
    ("claims:\n  rain:\n    text: It rains.\n|", (), "", True),
    ("claims:\n  rain:\n    credence: |", ("claims", "rain", "credence"), "", False),
    ("claims:\n  rain:\n    credence: very l|", ("claims", "rain", "credence"), "very l", False),
    ("claims:\n  rain:\n    credence:\n      |", ("claims", "rain", "credence"), "", True),
    ("claims:\n  rain:\n    given:\n    - |", ("claims", "rain", "given", 0), "", True),
    ("claims:\n  rain:\n    given:\n      - wh|", ("claims", "rain", "given", 0), "wh", True),
    (
        "claims:\n  rain:\n    given:\n      - when: a\n        cre|",
        ("claims", "rain", "given", 0),
        "cre",
        True,
    ),
    (
        "claims:\n  rain:\n    given:\n    - when: a\n      credence: 3%\n    - when: |",
        ("claims", "rain", "given", 0, "when"),
        "",
        False,
    ),
    ("worldviews:\n- ann\n- |", ("worldviews", 0), "", True),
    ("a:\n  b:\n    - - c|", ("a", "b", 0, 0), "c", True),
    ("a:\n# b:\n  # c:\n  d|", ("a",), "d", True),
    ("'a b':\n  \"c: d\":\n    e|", ("a b", "c: d"), "e", True),
]


@pytest.mark.parametrize(("text", "path", "written", "may_be_key"), IN_BLOCKS)
def test_keys_are_followed_by_their_indentation(
    text: str, path: tuple[str | int, ...], written: str, may_be_key: bool
) -> None:
    found = cursor_at(*at(text))
    assert (found.path, found.written, found.may_be_key) == (path, written, may_be_key)
    assert found.start == at(text)[2] - len(written)


IN_BRACKETS = [
    ("a: {|", ("a",), "", True),
    ("a: {b|", ("a",), "b", True),
    ("a: {b: |", ("a", "b"), "", False),
    ("a: {b: c, |", ("a",), "", True),
    ("a: {b: c, d: very li|", ("a", "d"), "very li", False),
    ("a: [|", ("a", 0), "", False),
    ("a: [b, c|", ("a", 0), "c", False),
    ("a: [{b: 1}, {|", ("a", 0), "", True),
    ("a: [{b: {c: |", ("a", 0, "b", "c"), "", False),
    ("a: [{b: {c: d}, |", ("a", 0), "", True),
    ("a:\n  - {b: [c, d], e: |", ("a", 0, "e"), "", False),
    ("a:\n  - b: {c: |", ("a", 0, "b", "c"), "", False),
    ("a: [\n  {b: 1},\n  {c: |", ("a", 0, "c"), "", False),
    ("a:\n  [b,\n   c|", ("a", 0), "c", False),
    ("a: {b: 'x, {y', c: |", ("a", "c"), "", False),
    ("a: {b: x y {z, c: |", ("a", "c"), "", False),
    ("a: {b: c, # d: {\n  e: |", ("a", "e"), "", False),
]


@pytest.mark.parametrize(("text", "path", "written", "is_key"), IN_BRACKETS)
def test_brackets_are_followed(text: str, path: tuple[str | int, ...], written: str, is_key: bool) -> None:
    found = cursor_at(*at(text))
    assert found.in_brackets
    assert (found.path, found.written, found.may_be_key, found.may_be_value) == (
        path,
        written,
        is_key,
        not is_key,
    )
    assert found.start == at(text)[2] - len(written)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: {b: c}\nd: |", ("d",)),
        ("a: [b]\nd|", ()),
        ("a:\n  text: He said (see [3], and {4\n  b: |", ("a", "b")),
        ("a:\n  text: >-\n    [3] says so.\n  b: |", ("a", "b")),
    ],
)
def test_brackets_that_are_closed_or_in_a_sentence_are_left_alone(
    text: str, path: tuple[str | int, ...]
) -> None:
    found = cursor_at(*at(text))
    assert not found.in_brackets
    assert found.path == path


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a:\n  b: 1\n  |\n  c: 2\n  d:\n    e: 3\nf: 4", {"b", "c", "d"}),
        ("a:\n- b: 1\n  |\n- c: 2", {"b"}),
        ("a: {b: 1, |", {"b"}),
        ("a:\n  b:\n    |", set()),
    ],
)
def test_the_keys_that_are_there_are_known(text: str, keys: set[str]) -> None:
    assert cursor_at(*at(text)).present == keys


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a:\n  b|c: d", ("a", "bc")),
        ("a: {b|c: d}", ("a", "bc")),
        ("a:\n  bc: d|e", ("a", "bc")),
        ("a:\n  - b|c: d", ("a", 0, "bc")),
    ],
)
def test_a_key_leads_to_itself(text: str, path: tuple[str | int, ...]) -> None:
    assert path_to(*at(text)) == path


@pytest.mark.parametrize("column", [0, 3, 200])
@pytest.mark.parametrize("line", [0, 1, 5, 900])
@pytest.mark.parametrize(
    "text", ["", "\n\n", "a: {b: [\n}", "- - -\n:", "{", "\t: x\n\t\t- y: {", "---\n..."]
)
def test_no_text_is_too_odd(text: str, line: int, column: int) -> None:
    assert cursor_at(text.split("\n"), line, column).path is not None
