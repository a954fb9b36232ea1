"""What hostile files cost: four times as much of the same takes about four times the work, not sixteen.

Work is counted in calls, of Python's functions and of those in C, as the clock says little; and what is said
of the files is measured too, by its length.
"""

import json
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cruxmap.insight.checked import problems_json
from cruxmap.language.argument_map import Judgement
from cruxmap.language.inheritance import Layer, lay, settle
from cruxmap.language.reading import check, read_map

GROWTH = 4
NEARLY_LINEAR = 1.5 * GROWTH


def lines(n: int, line: str) -> str:
    return "".join(line.replace("@", f"{i:05d}") + "\n" for i in range(n))


def comma(n: int, part: str) -> str:
    return ", ".join(part.replace("@", f"{i:05d}") for i in range(n))


def question(n: int, share: str) -> str:
    shares = comma(n, f"s@: {share}")
    return f"questions: {{q: {{text: Q., states: [{comma(n, 's@')}], credence: {{{shares}}}}}}}\n"


TIMES = """\
timelines: {t: {text: T., phases: {p: 100}}}
events:
  e: {text: E., timeline: t, emerges: {p: 5%}}
  f: {text: F., timeline: t, emerges: {p: 5%}}
"""

HOSTILE: dict[str, tuple[int, Callable[[int], str]]] = {
    "misspelt phrases": (
        200,
        lambda n: (
            "lexicon:\n"
            + lines(n, "  quite probably so @x: 30%")
            + "claims:\n"
            + lines(n, "  c@: {text: C., credence: quiet probably so @y}")
        ),
    ),
    "misspelt ids": (
        200,
        lambda n: (
            "claims:\n"
            + lines(n, "  the-very-same-beginning-@-a: {text: C., credence: 5%}")
            + lines(n, "  c@: {text: C., all_of: [the-very-same-beginning-@-b]}")
        ),
    ),
    "misspelt keys": (
        200,
        lambda n: "claims:\n" + lines(n, "  c@: {text: C., credence: 5%, credance: 5%}"),
    ),
    "wrong kinds beside many phrases": (
        500,
        lambda n: (
            "lexicon:\n"
            + lines(n, "  phrase @: 30%")
            + "claims:\n"
            + lines(n, "  c@: {text: C., credence: 3x}")
        ),
    ),
    "wrong kinds on one line": (
        500,
        lambda n: f"claims: {{{comma(n, 'c@: {text: C., credence: 3x}')}}}\n",
    ),
    "routes without an id": (
        500,
        lambda n: (
            "claims:\n  r: {text: R., credence: 5%}\n  s:\n    text: S.\n    routes:\n"
            + lines(n, "      - {when: r, chance: 1%}")
        ),
    ),
    "rows over steps": (
        100,
        lambda n: (
            TIMES
            + "claims:\n  s:\n    text: S.\n    given:\n"
            + lines(
                n, "      - {when: [{event: e, within: @, of: f}, {event: f, before: e}], credence: 1%}"
            )
        ),
    ),
    "states that are none": (
        300,
        lambda n: question(n, "1%") + "claims:\n" + lines(n, "  c@: {text: C., all_of: [{q: t@}]}"),
    ),
    "many a rest": (
        500,
        lambda n: question(n, "rest"),
    ),
    "a circle": (
        500,
        lambda n: "claims:\n" + lines(n, "  c@: {text: C., all_of: [c@x]}").replace("x]", "]"),
    ),
    "one key again and again": (500, lambda n: "claims:\n" + lines(n, "  a: {text: A., credence: 5%}")),
    "line ends that nobody sees": (
        500,
        lambda n: "claims: {a: {text: A., credence: 5%}}\n#" + "\u2028x" * n,
    ),
    "tags": (500, lambda n: "claims:\n" + lines(n, "  c@: {text: !a C., credence: 5%}")),
    "braces": (500, lambda n: "claims:\n  a: @" + "{a: x: " * n),
    "quotes": (500, lambda n: "claims:\n  a: '" + "x' " * n),
    "keys that slid out": (
        300,
        lambda n: (
            "claims:\n" + lines(n, "  c@: {text: C.}") + "  credence: 5%\n  note: N.\n" + "text: T.\n"
        ),
    ),
    "numbers of a worldview at the top": (
        500,
        lambda n: "claims:\n" + lines(n, "  c@: {text: C., credence: 5%}") + lines(n, "c@: 5%"),
    ),
    "rows against an argument": (
        100,
        lambda n: (
            f"{question(n, '0.1%').replace('s00000: 0.1%', 's00000: rest')}"
            + "claims:\n  a: {text: A., credence: 5%}\n  c:\n    text: C.\n    given:\n"
            + lines(n, "      - {when: [a, {q: s@}], credence: 1%}")
            + "      - {otherwise: 5%}\n"
            + "arguments: {x: {text: X., premises: [a], for: c, strength: 3x}}\n"
        ),
    ),
    "cases that cannot be": (
        100,
        lambda n: (
            "claims:\n"
            + lines(n, "  p@: {text: P., credence: 5%}")
            + f"  d: {{text: D., all_of: [{comma(n, 'p@')}]}}\n"
            + lines(n, "  t@: {text: T., given: [{when: d, credence: 5%}]}")
        ),
    ),
    "tags used once": (
        300,
        lambda n: "claims:\n" + lines(n, "  c@: {text: C., credence: 5%, tags: [economy, x@econmy]}"),
    ),
    "a long number": (500, lambda n: "claims: {a: {text: A., credence: " + "1 to " * n + "}}"),
}


def calls(folder: Path) -> int:
    """Return how many calls a check takes."""
    counted = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        check(folder)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_work_and_words_grow_with_the_file(tmp_path: Path, name: str) -> None:
    size, make = HOSTILE[name]
    work, words = [], []
    for times in (1, GROWTH):
        folder = tmp_path / str(times)
        folder.mkdir()
        (folder / "a.yaml").write_text(make(times * size), encoding="utf-8")
        found = check(folder)  # loads what is loaded once
        assert any(found) or name in {"routes without an id", "tags used once"}
        words.append(len(json.dumps(problems_json(*found))))
        work.append(calls(folder))
    assert work[1] < NEARLY_LINEAR * work[0]
    assert words[1] < NEARLY_LINEAR * words[0]


def test_a_circle_of_claims_takes_memory_for_the_claims_only(tmp_path: Path) -> None:
    peaks = []
    for n in (500, 500 * GROWTH):
        claims = "".join(f"  c{i}: {{text: C., all_of: [c{(i + 1) % n}]}}\n" for i in range(n))
        (tmp_path / "a.yaml").write_text("claims:\n" + claims)
        assert [p.code for p in check(tmp_path)[0]] == ["cycle"]
        tracemalloc.start()
        check(tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < NEARLY_LINEAR * peaks[0]


def test_a_long_circle_is_shown_by_its_ends(tmp_path: Path) -> None:
    claims = "".join(f"  c{i:05d}: {{text: C., all_of: [c{(i + 1) % 9999:05d}]}}\n" for i in range(9999))
    (tmp_path / "a.yaml").write_text("claims:\n" + claims)
    (problem,), _ = check(tmp_path)
    assert "c00000 -> c00001 -> " in problem.message
    assert " [...] " in problem.message
    assert problem.message.endswith("-> c09998 -> c00000")
    assert len(problem.message) < 2_100


def test_worldviews_rest_on_one_another_up_to_a_hundred(tmp_path: Path) -> None:
    (tmp_path / "worldviews").mkdir()
    (tmp_path / "a.yaml").write_text("claims: {rain: {text: It rains., credence: 5%}}\n")
    for i in range(300):
        extends = f"extends: w{i - 1}\n" if i else ""
        (tmp_path / f"worldviews/w{i}.yaml").write_text(f"text: W.\n{extends}judgements: {{rain: 5%}}\n")
        if i == 99:
            assert check(tmp_path) == ((), ())
    (problem,), warnings = check(tmp_path)
    assert (problem.code, Path(problem.span.file).name, warnings) == ("too-deep", "w100.yaml", ())


def test_the_phrases_that_a_hint_lists_are_a_few(tmp_path: Path) -> None:
    text = "lexicon:\n" + lines(100, "  phrase @: 30%") + "claims: {a: {text: A., credence: 3x}}\n"
    (tmp_path / "a.yaml").write_text(text)
    (problem,), _ = check(tmp_path)
    assert "likely" in problem.hint
    assert problem.hint.count(",") < 15


def test_links_are_followed_once_each(tmp_path: Path) -> None:
    chain = "".join(f"  c{i}: {{text: C., credence: same as c{i + 1}}}\n" for i in range(2000))
    (tmp_path / "a.yaml").write_text("claims:\n" + chain + "  c2000: {text: C., credence: 5%}\n")
    argument_map = read_map(tmp_path)
    layers = lay(argument_map)
    followed = 0

    class Places(dict[str, Judgement | Layer]):
        def __getitem__(self, address: str) -> Judgement | Layer:
            nonlocal followed
            followed += 1
            return super().__getitem__(address)

    counting = replace(layers, places=Places(layers.places), ends={})
    for i in range(2000):
        assert counting.end_of(f"c{i}") == ("c2000", argument_map.judgements["c2000"].value)
    assert followed == 2001
    assert {s.column for s in settle(argument_map).settings} == {"c2000"}


def test_what_one_row_leaves_may_be_linked_on_and_on(tmp_path: Path) -> None:
    text = "questions:\n"
    for i in range(2000):
        text += f"  q{i}: {{text: Q., states: [a, b], credence: {{a: same as q{i + 1}.b, b: rest}}}}\n"
    text += "  q2000: {text: Q., states: [a, b], credence: {a: 5%, b: 95%}}\n"
    (tmp_path / "a.yaml").write_text(text)
    perspective = settle(read_map(tmp_path))
    assert perspective.setting["q1999.b"].value.middle == pytest.approx(0.05)
    assert perspective.setting["q0.b"].value.middle == pytest.approx(0.95)
