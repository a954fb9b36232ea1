"""Covered cases against trying them all, one by one."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from cruxmap.language.argument_map import (
    About,
    AllOf,
    AnyOf,
    ArgumentMap,
    Before,
    ByEndOf,
    ClaimIs,
    Condition,
    During,
    Ever,
    Not,
    Phase,
    StateIn,
    Timeline,
    Within,
    mentioned,
)
from cruxmap.language.checks import domains_of
from cruxmap.language.coverage import NEVER, Choice, uncovered
from cruxmap.language.exclusions import excluded
from cruxmap.language.reading import read_map

DAY = Timeline(About("day", "A day."), (Phase("morning", 1), Phase("noon", 2), Phase("night", 1)))
EVENTS = ("e", "f")
TIMELINES = dict.fromkeys(EVENTS, DAY)
DOMAINS: Mapping[str, tuple[Choice, ...]] = {
    **dict.fromkeys(("a", "b"), (True, False)),
    "q": ("x", "y", "z"),
    **dict.fromkeys(EVENTS, (1, 2, 3, 4, NEVER)),
}
LAST = {"morning": 1, "noon": 3, "night": 4}
OF_PHASE = {"morning": (1,), "noon": (2, 3), "night": (4,)}

events, phases = st.sampled_from(EVENTS), st.sampled_from(sorted(LAST))
states = st.lists(st.sampled_from("xyz"), min_size=1, max_size=3, unique=True).map(tuple)
atoms = st.one_of(
    st.builds(ClaimIs, st.sampled_from("ab"), st.booleans()),
    st.builds(StateIn, st.just("q"), states),
    st.builds(Before, events, events, st.integers(1, 6)),
    st.builds(Within, events, events, st.integers(0, 6)),
    st.builds(Ever, events, st.booleans()),
    st.builds(During, events, phases),
    st.builds(ByEndOf, events, phases),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def holds(condition: Condition, case: Mapping[str, Choice]) -> bool:
    match condition:
        case ClaimIs(claim=name, value=value):
            return case[name] is value
        case StateIn(question=name, states=among):
            return case[name] in among
        case Before(event=a, other=b, by=by):
            first, second = int(case[a]), int(case[b])
            return first != NEVER and (second == NEVER or first <= second - by)
        case Within(event=a, other=b, steps=steps):
            first, second = int(case[a]), int(case[b])
            return NEVER not in (first, second) and first - steps <= second <= first + steps
        case Ever(event=name, value=value):
            return (case[name] != NEVER) is value
        case During(event=name, phase=phase):
            return case[name] in OF_PHASE[phase]
        case ByEndOf(event=name, phase=phase):
            return 0 < int(case[name]) <= LAST[phase]
        case Not(part=part):
            return not holds(part, case)
        case AllOf(parts=parts):
            return all(holds(part, case) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, case) for part in parts)


@given(st.lists(conditions, max_size=5))
def test_a_case_is_found_if_and_only_if_there_is_one(rows: list[Condition]) -> None:
    named = {name for row in rows for name in mentioned(row)}
    names = [name for name in DOMAINS if name in named]
    cases = [dict(zip(names, values, strict=True)) for values in product(*(DOMAINS[n] for n in names))]
    open_cases = [case for case in cases if not any(holds(row, case) for row in rows)]
    found = uncovered(rows, DOMAINS, TIMELINES)
    assert (found is None) == (not open_cases)
    if found is not None:
        agreeing = [case for case in cases if found.items() <= case.items()]
        assert agreeing
        assert all(case in open_cases for case in agreeing)


def test_rows_are_many_or_steps_are_many() -> None:
    """A thousand rows over 316 steps squared, of which only the last one closes the table."""
    week = Timeline(About("week", "A week."), (Phase("week", 315),))
    domains: Mapping[str, tuple[Choice, ...]] = dict.fromkeys(EVENTS, (*range(1, 316), NEVER))
    rows: list[Condition] = [
        AllOf((Within("e", "f", n % 300), Before("f", "e", n % 200 + 1))) for n in range(1000)
    ]
    timelines = dict.fromkeys(EVENTS, week)
    assert uncovered([*rows, Not(Before("f", "e", 1))], domains, timelines) == {"e": 301, "f": 1}
    assert uncovered([*rows, Not(Before("f", "e", 1)), Before("f", "e", 300)], domains, timelines) is None


def in_a_world(text: str) -> tuple[ArgumentMap, dict[str, tuple[Choice, ...]]]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "map.yaml").write_text(text)
        argument_map = read_map(folder)
    return argument_map, domains_of(argument_map)[0]


MADE_OF = """\
timelines: {day: {text: A day., phases: {morning: 1, noon: 2, night: 1}}}
claims:
  a: {text: A., credence: 30%}
  sure: {text: S., credence: 100%}
  nothing: {text: N., all_of: [a, {sure: false}]}
  some: {text: S., at_least: {count: 2, of: [a, sure, {q: far}]}}
questions:
  q: {text: Q., states: [none, near, far], gap: {from: e, to: f, at_least: {near: 0, far: 2}}}
events:
  e: {text: E., timeline: day, emerges: {noon: 20%}}
  f: {text: F., timeline: day, requires: e, emerges: {morning: 20%, noon: 20%, night: 5%}}
  later: {text: L., timeline: day, later_of: [e, f]}
  first: {text: F., timeline: day, earlier_of: [e, f]}
"""


def test_what_cannot_be_is_what_no_world_has() -> None:
    """Worked out from the basic entries by the language's words: each definition and order by itself."""
    argument_map, domains = in_a_world(MADE_OF)
    never = excluded(argument_map, ["some", "nothing", "later", "first"], domains, 100_000)

    def late(step: int) -> int:
        return 99 if step == NEVER else step

    worlds = set()
    for a, e, f in product((True, False), (2, 3, NEVER), (1, 2, 3, 4, NEVER)):
        if late(f) < late(e):
            continue
        apart = late(f) - late(e)
        q = "none" if e == NEVER else "far" if f == NEVER or apart >= 2 else "near"
        after, before = max(e, f, key=late), min(e, f, key=late)
        some = a + 1 + (q == "far") >= 2
        worlds.add((some, False, after, before, a, True, q, e, f))
    names = ("some", "nothing", "later", "first", "a", "sure", "q", "e", "f")
    left = {
        world
        for world in product(*(domains[name] for name in names))
        if not any(holds(condition, dict(zip(names, world, strict=True))) for condition in never)
    }
    assert left == worlds
