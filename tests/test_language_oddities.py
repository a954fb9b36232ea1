"""What is allowed and most likely not meant: warned of where it is, and nowhere else."""

from pathlib import Path

import pytest

from cruxmap.language.reading import check
from helpers.maps_from_text import write

CLAIMS = """\
claims:
  a: {text: A., credence: 30%}
  b: {text: B., credence: 30%}
  c:
    text: C.
    given: @
questions:
  q: {text: Q., states: [x, y, z], credence: {x: 30%, y: 30%, z: rest}}
"""


def warnings_of(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "map.yaml").write_text(text)
    problems, warnings = check(folder)
    assert problems == ()
    return [(warning.code, warning.message) for warning in warnings]


def argued(rows: str, argument: str) -> str:
    return f"{CLAIMS.replace('@', rows)}arguments:\n  x: {{text: X., {argument}}}\n"


LOWERS_AT_A = "[{id: at-a, when: a, credence: 10%}, {otherwise: 40%}]"


@pytest.mark.parametrize(
    ("rows", "argument", "told"),
    [
        (LOWERS_AT_A, "premises: [a], for: c, strength: 3x", ["`c.at-a` lowers"]),
        (LOWERS_AT_A, "premises: [a], credence: 100%, for: c, strength: 3x", ["`c.at-a` lowers"]),
        (LOWERS_AT_A, "premises: [{a: false}], against: c, strength: 3x", ["`c.otherwise` raises"]),
        (
            "[{id: at-x, when: {q: x}, credence: 5%}, {otherwise: 9%}]",
            "premises: {q: x}, for: c, strength: 2x",
            ["`c.at-x` lowers"],
        ),
        # what has a credence of its own may be about the row, what has no premise holds everywhere
        (LOWERS_AT_A, "premises: [a], credence: 90%, for: c, strength: 3x", []),
        (LOWERS_AT_A, "for: c, strength: 3x", []),
        # the same direction, other variables, no difference
        (LOWERS_AT_A, "premises: [a], against: c, strength: 3x", []),
        (LOWERS_AT_A, "premises: [b], for: c, strength: 3x", []),
        ("[{when: a, credence: 40%}, {otherwise: 40%}]", "premises: [a], for: c, strength: 3x", []),
        # lower than where one of two premises fails, and not than where the other does
        (
            "[{when: [a, b], credence: 25%}, {when: a, credence: 30%}, {when: b, credence: 20%},"
            " {otherwise: 40%}]",
            "premises: [a, b], for: c, strength: 3x",
            [],
        ),
        # a row that holds where the premises do not, too
        (
            "[{when: {any_of: [a, b]}, credence: 10%}, {otherwise: 40%}]",
            "premises: [a], for: c, strength: 3x",
            [],
        ),
    ],
)
def test_a_row_that_an_argument_speaks_against_is_warned_of(
    tmp_path: Path, rows: str, argument: str, told: list[str]
) -> None:
    found = warnings_of(tmp_path, argued(rows, argument))
    assert all(code == "row-against-argument" for code, _ in found)
    assert [message.split(" the claim")[0] for _, message in found] == told


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (("weather", "weather", "wether"), ["wether"]),
        (("wether", "weather"), ["weather"]),  # of two that are used once the later
        (("day-1", "day-1", "day-2"), []),
        (("weather", "wether", "wether", "weather"), []),
        (("economy", "economy", "ecology"), []),
    ],
)
def test_a_tag_that_is_nearly_another_is_warned_of(
    tmp_path: Path, tags: tuple[str, ...], told: list[str]
) -> None:
    claims = "".join(f"  c{i}: {{text: C., credence: 5%, tags: {tag}}}\n" for i, tag in enumerate(tags))
    found = warnings_of(tmp_path, f"claims:\n{claims}")
    assert [message.split("`")[1] for _, message in found] == told


def test_what_only_leads_to_what_is_out_of_reach_is_not_told_of(tmp_path: Path) -> None:
    text = """\
    claims:
      asked: {text: Asked., credence: 5%}
      below: {text: Below., credence: 5%}
      above: {text: Above., credence: 5%}
    arguments:
      why: {text: Why., premises: [below], for: above, strength: 3x}
    """
    write(tmp_path, text, "target: asked")
    problems, warnings = check(tmp_path)
    assert problems == ()
    assert [(w.code, w.message.split("`")[1]) for w in warnings] == [("unreachable-claim", "above")]
