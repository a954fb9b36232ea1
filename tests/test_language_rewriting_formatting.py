"""Files laid out: what they say stays, with every comment, and doing it again changes nothing."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap
from cruxmap.language.digest import digest
from cruxmap.language.rewriting.formatting import LaidOut, formatted, laid_out
from cruxmap.language.yaml_text import parse_text
from cruxmap.language.yaml_writing import Plain, without_places
from helpers import drawn_maps
from helpers import worldview_files as files
from helpers.commands import EXAMPLES, ROOT, Outcome

LONG = f"A sentence that is long,{' really' * 5}, so that no line has room for its key beside it now."
MESSY = """\
# What a map says.
claims:
    # The first one.
    first:   # a claim
        credence:    1e-8    # tiny
        source: [ 'post#P1',"post#P2" ]
        text: "A sentence with a colon: here"


    second:
        text: >
            A sentence that somebody has folded
            much too early.
        tags:
        - b
        - 010
        credence: {note: it's so, value: yes}
        # below the second
    third:
        # what stands above a key keeps the order
        credence: {value: 5%,   # why
          note: 'he said "so"'}
        text: LONG
arguments: {a: {against: first, strength: 3x,
    text: One.}}
""".replace("LONG", LONG)
LAID_OUT = """\
# What a map says.
claims:
  # The first one.
  first:   # a claim
    text: "A sentence with a colon: here"
    source: ["post#P1", "post#P2"]
    credence: 1e-8    # tiny

  second:
    text: >
      A sentence that somebody has folded much too early.
    tags:
      - b
      - 010
    credence: {value: yes, note: it's so}
    # below the second
  third:
    # what stands above a key keeps the order
    credence: {value: 5%,   # why
      note: 'he said "so"'}
    text: >-
      LONG
arguments: {a: {text: One., against: first, strength: 3x}}
""".replace("LONG", LONG)


def _said(text: str) -> Plain:
    root = parse_text(text, "").root  # which passes over a byte order mark
    assert root is not None
    return without_places(root)


def test_a_messy_file_is_laid_out() -> None:
    """Indentation, quotes, folds, brackets and the order of keys; spellings, comments and entries stay."""
    assert formatted(MESSY, "map") == LAID_OUT
    assert formatted(LAID_OUT, "map") == LAID_OUT


@pytest.mark.parametrize(
    "spelling", ["1e-8", "010", "yes", "~", "2023-02-21", "12:30", "0x1F", ".5", "null"]
)
def test_scalars_keep_their_spelling(spelling: str) -> None:
    """In quotes or without, alone and in brackets."""
    for written in (spelling, f"'{spelling}'"):
        text = (
            f"claims:\n  a: {{text: A., tags: [{written}]}}\n  b:\n    credence: {written}\n    text: B.\n"
        )
        out = formatted(text, "map")
        assert out.count(written.replace("'", '"')) == 2
        assert _said(out) == _said(text)


@given(files.contents(), st.randoms(use_true_random=False))
def test_whatever_a_hand_has_written_says_the_same_afterwards(
    content: dict[str, Plain], chance: random.Random
) -> None:
    """Any habit of indentation, quotes, brackets, comments and line ends; doing it twice changes nothing."""
    text = files.Writer(chance).file(content)
    out = formatted(text, "worldview")
    assert _said(out) == _said(text)
    assert formatted(out, "worldview") == out
    for mark in ("# why", "# tab", "# between", "# below", "# 5%", "# nothing"):
        assert out.count(mark) == text.count(mark)


@given(drawn_maps.drafts())
def test_drawn_maps_mean_the_same_afterwards(draft: drawn_maps.Draft) -> None:
    """The digest of the whole map with its worldviews, which counts the order of rows, phases and states."""
    out = {
        name: formatted(text, "worldview" if name.startswith("worldviews/") else "map")
        for name, text in draft.files().items()
    }
    assert digest(drawn_maps.read_files(out)) == digest(draft.read())


@pytest.mark.parametrize("project", [ROOT, *sorted(EXAMPLES.iterdir())], ids=lambda path: path.name)
def test_shipped_files_are_laid_out(project: Path) -> None:
    """The maps, models and examples of this repository are as `fmt` would have them."""
    found = laid_out(project)
    assert [file.path for file in found if file.after != file.before] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("claims: {a: {text: A., credance: 5%}}\n", Code.UNKNOWN_KEY),
        ("claims:\n  a: [\n", Code.YAML_SYNTAX),
        ("claims:\n  a: {text: &x A., credence: 5%}\n", Code.YAML_FEATURE),
        ("claims:\n  a:\n    text: |+\n      A.\n\n    credence: 5%\n", Code.CANNOT_WRITE),
    ],
)
def test_a_file_with_a_problem_stays_as_it_is(text: str, code: Code) -> None:
    """A problem says why."""
    with pytest.raises(InvalidMap) as raised:
        formatted(text, "map")
    assert raised.value.problems[0].code is code


def test_files_of_bad_maps_are_laid_out_or_named() -> None:
    """A map may have problems that only the whole of it shows: its files say the same all the same."""
    found = [file for folder in sorted((ROOT / "tests/maps/bad").iterdir()) for file in _of(folder)]
    assert len(found) > 100
    for file in found:
        assert (file.after is None) == bool(file.problems)
        if file.after is not None and file.path.parent.name != "models":
            assert _said(file.after.decode()) == _said(file.before.decode())


def _of(folder: Path) -> tuple[LaidOut, ...]:
    try:
        return laid_out(folder)
    except InvalidMap:  # it has no file that could be laid out
        return ()


def test_fmt_writes_and_check_does_not(cruxmap: Callable[..., Outcome], in_project: Path) -> None:
    """Files with problems are named and left; the others are written whole."""
    messy, broken = Path("arguments/small/messy.yaml"), Path("arguments/small/broken.yaml")
    messy.write_bytes(MESSY.replace("first", "a-first").encode())
    before = {path: path.read_bytes() for path in Path().rglob("*.yaml")}
    told = cruxmap("fmt", "--check")
    assert (told.code, "would change arguments/small/messy.yaml" in told.out) == (1, True)
    assert before == {path: path.read_bytes() for path in Path().rglob("*.yaml")}
    broken.write_bytes(b"claims:\n  a: [\n")
    told = cruxmap("fmt")
    assert told.code == 1
    assert "changed arguments/small/messy.yaml" in told.out
    assert "left arguments/small/broken.yaml" in told.out
    assert "yaml-syntax" in told.err
    assert messy.read_text() == LAID_OUT.replace("first", "a-first")
    broken.unlink()
    assert cruxmap("fmt", str(messy), "--check").code == 0
    assert cruxmap("fmt", "nowhere").code == 2
