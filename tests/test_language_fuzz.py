"""Whatever the bytes: problems, and never anything else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.reading import check, read_map, read_model
from cruxmap.language.typed import parse_condition

GOOD = Path(__file__).parent / "maps/good"
FILES = sorted(path.relative_to(GOOD) for path in GOOD.rglob("*.yaml"))
LINES = [line for path in FILES for line in (GOOD / path).read_text().splitlines()]
WORDS = sorted({word.strip("{}[],") for line in LINES for word in line.split()})
SIGNS = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "\n",
    "  ",
    "#",
    "&a ",
    "*a",
    "!t ",
    "- ",
    "'",
    '"',
    "%",
    "\0",
    "\u00e9",
    "\t",
]
SIGNS += ["same as ", "rest", "~", "<<: ", "---\n", "\u2028", "\ufeff", "9" * 400, ">", "| ", "? "]
MORE = settings(max_examples=max(60, settings().max_examples))


def consistent(folder: Path) -> None:
    """Check a project, and require that reading its model agrees with what the check says."""
    problems, warnings = check(folder)
    assert all(found.code and found.message and found.span.line >= 1 for found in (*problems, *warnings))
    assert bool(problems) == bool(_raised(lambda: read_model(folder / "models/everything.yaml")))


def _raised(read: Callable[[], object]) -> tuple[object, ...]:
    try:
        read()
    except InvalidMap as error:
        return error.problems
    return ()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def project(folder: Path) -> Path:
    copy = folder / "project"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(GOOD, copy)
    return copy


@given(st.binary(max_size=200), st.sampled_from(FILES))
def test_random_bytes(folder: Path, data: bytes, path: Path) -> None:
    copy = project(folder)
    (copy / path).write_bytes(data)
    consistent(copy)


@given(st.binary(max_size=20), st.integers(0, 2000), st.sampled_from(FILES))
def test_bytes_in_the_middle_of_a_good_file(folder: Path, data: bytes, at: int, path: Path) -> None:
    copy = project(folder)
    good = (copy / path).read_bytes()
    (copy / path).write_bytes(good[:at] + data + good[at + len(data) :])
    consistent(copy)


scalars = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=8), st.none(), st.booleans(), st.floats(), st.integers()
)
keys = st.sampled_from(WORDS)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)
sections = [
    "map",
    "sources",
    "voices",
    "timelines",
    "claims",
    "questions",
    "events",
    "arguments",
    "lexicon",
]
fields = [
    "text",
    "credence",
    "given",
    "all_of",
    "routes",
    "at_least",
    "states",
    "gap",
    "emerges",
    "for",
    "strength",
    "by",
]
entries = st.dictionaries(
    keys, st.dictionaries(st.sampled_from(fields), trees, max_size=4) | trees, max_size=3
)
map_like = st.dictionaries(st.sampled_from(sections), entries | trees, max_size=5)


@MORE
@given(map_like | trees, st.sampled_from(FILES))
def test_random_yaml(folder: Path, tree: object, path: Path) -> None:
    copy = project(folder)
    (copy / path).write_text(
        yaml.dump(tree, allow_unicode=True, default_flow_style=None), encoding="utf-8"
    )
    consistent(copy)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Path, Callable[[str], str]]:
    at, length = draw(st.floats(0, 1)), draw(st.integers(0, 30))
    word, line, sign = (
        draw(st.sampled_from(WORDS)),
        draw(st.sampled_from(LINES)),
        draw(st.sampled_from(SIGNS)),
    )
    old = draw(st.sampled_from(WORDS))

    def cut(text: str) -> str:
        start = int(at * len(text))
        return text[:start] + text[start + length :]

    def insert(text: str) -> str:
        start = int(at * len(text))
        return text[:start] + sign + text[start:]

    def insert_line(text: str) -> str:
        lines = text.split("\n")
        lines.insert(int(at * len(lines)), line)
        return "\n".join(lines)

    def drop_line(text: str) -> str:
        lines = text.split("\n")
        del lines[int(at * (len(lines) - 1))]
        return "\n".join(lines)

    def replace(text: str) -> str:
        return text.replace(old, word, 1 + length % 3)

    return draw(st.sampled_from(FILES)), draw(
        st.sampled_from([cut, insert, insert_line, drop_line, replace])
    )


@MORE
@given(st.lists(mutations(), min_size=1, max_size=4))
def test_mutated_good_files(folder: Path, changes: list[tuple[Path, Callable[[str], str]]]) -> None:
    copy = project(folder)
    for path, change in changes:
        (copy / path).write_text(change((copy / path).read_text(encoding="utf-8")), encoding="utf-8")
    consistent(copy)


@pytest.fixture(scope="module")
def good_map() -> ArgumentMap:
    return read_map(GOOD / "arguments/everything")


@MORE
@given(st.text(max_size=30) | trees | st.sampled_from(WORDS))
def test_anything_typed_as_a_condition(good_map: ArgumentMap, typed: object) -> None:
    try:
        condition = parse_condition(typed, good_map)
    except InvalidMap as error:
        assert error.problems  # noqa: PT017 - either is fine, and nothing else is
    else:
        assert condition is not None


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfec\x00l\x00",
        b"\xfe\xff\x00c",
        "claims:".encode("utf-16"),
        b"c\x00l\x00a\x00",
        b"\x00",
        b"[" * 100_000,
        b"{a: " * 30_000,
        b"- " * 30_000,
        b"? " * 30_000,
        b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 300)),
        b"&a [*a]",
        b"a: &a [b, *a, *a]\nb: &b [*a, *a]\n",
        b"%YAML 9.9\n---\na: b",
        b"--- a\n--- b\n",
        b"...\n",
        b"'",
        b"claims: {" + b"a" * 100_000 + b": {text: x, credence: 5%}}",
        b"claims: {? {a: b} : c}",
        b"claims: {a: {text: x, credence: " + b"9" * 100_000 + b"%}}",
        b"claims: {a: {text: x, at_least: {count: " + b"9" * 5_000 + b", of: [a]}}}",
        b"timelines: {t: {text: x, phases: {p: 99999999999}}}\n"
        b"events: {e: {text: x, timeline: t, emerges: {p: 1%}}}\n",
    ],
    ids=range(21),
)
def test_hostile_files_are_told_of(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    problems, _ = check(tmp_path)
    assert problems
    assert _raised(lambda: read_map(tmp_path)) == problems
