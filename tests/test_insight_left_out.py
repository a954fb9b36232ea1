"""What a ranking leaves out, on small maps; what must not be in it, on the shipped ones."""

from dataclasses import replace

import pytest

import cruxmap as cm
from cruxmap.insight.by_definition import Supposed
from cruxmap.insight.cruxes import CruxTable, cruxes
from cruxmap.insight.kinds import Kind
from cruxmap.insight.left_out import (
    ALMOST,
    BRINGS,
    CONTAINED,
    CONTAINS,
    EXCLUDES,
    FOLLOWS,
    OF_ITS_QUESTION,
    SAME,
)
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Emergence,
    Event,
    Gap,
    Not,
    Question,
    StateIn,
)
from cruxmap.language.inheritance import settle
from helpers.commands import ROOT
from helpers.examples import CARLSMITH
from helpers.maps_from_text import model


def reasons(table: CruxTable) -> dict[str, str]:
    return {one.id: one.because for one in table.left_out}


# --- small maps ------------------------------------------------------------------------------------

STAGES = """
claims:
  a: {text: A., credence: 30%}
  b: {text: B., credence: 40%}
  c: {text: C., credence: 50%}
  near: {text: A stage before it., given: [{when: a, credence: 80%}, {otherwise: 10%}]}
  far: {text: A stage beside it., given: [{when: b, credence: 70%}, {otherwise: 20%}]}
  t: {text: Target., all_of: [near, {far: false}, c]}
  wide: {text: It or something else., any_of: [t, b]}
  narrow: {text: It and more., all_of: [t, b]}
  not-it: {text: Not it., all_of: [{t: false}, b]}
  loose: {text: It mostly., all_of: [t, b], if_met: 90%}
questions:
  what:
    text: What is it?
    states: [one, two, three]
    given: [{when: t, state: one}, {otherwise: {one: 0%, two: 50%, three: 50%}}]
"""


def test_definitions_tell_what_contains_the_target_and_what_it_contains() -> None:
    table = cruxes(model(STAGES, "target: t\n"), "map")
    assert reasons(table) == {
        "near": CONTAINS,
        "far": EXCLUDES,
        "wide": CONTAINS,
        "narrow": CONTAINED,
        "not-it": EXCLUDES,
        "loose": CONTAINED,
        "what": SAME,
        "what.one": SAME,
        "what.two": OF_ITS_QUESTION,
        "what.three": OF_ITS_QUESTION,
    }
    assert {crux.id for crux in table.ranking} == {"a", "b", "c"}
    assert table.stages == ()


def test_what_a_definition_leaves_open_stays() -> None:
    """From the other end: what rests on `t` only by a number is a stage like any other."""
    table = cruxes(model(STAGES, "target: b\n"), "map")
    assert {crux.id for crux in table.ranking} == {"a", "c"}
    assert reasons(table) == {
        "far": FOLLOWS,
        "t": FOLLOWS,
        "wide": CONTAINS,
        "narrow": CONTAINED,
        "not-it": CONTAINED,
        "loose": CONTAINED,
        "what": FOLLOWS,
        **{f"what.{state}": FOLLOWS for state in ("one", "two", "three")},
    }
    assert [crux.id for crux in table.stages] == ["near"]


def test_suppositions_go_up_and_down_definitions() -> None:
    argument_map = model(STAGES, "target: t\n").map
    perspective = settle(argument_map, "map")

    def supposed(condition: Condition, holds: bool) -> Supposed:
        known = Supposed(argument_map, perspective)
        known.suppose(condition, holds)
        return known

    with_it, without = supposed(ClaimIs("t"), True), supposed(ClaimIs("t"), False)
    assert [with_it.truth(ClaimIs(n)) for n in ("c", "far", "a", "loose")] == [True, False, None, None]
    assert [without.truth(ClaimIs(n)) for n in ("c", "narrow", "loose", "not-it")] == [
        None,
        False,
        False,
        None,
    ]
    question = StateIn("what", ("one", "two"))
    assert supposed(question, False).truth(StateIn("what", ("three",))) is True
    assert supposed(question, True).truth(StateIn("what", ("three",))) is False
    assert supposed(question, True).truth(StateIn("what", ("one",))) is None
    some = AnyOf((ClaimIs("a"), ClaimIs("b")))
    assert supposed(some, False).truth(AllOf((ClaimIs("a"), ClaimIs("c")))) is False
    assert supposed(Not(some), True).truth(ClaimIs("wide")) is None
    assert supposed(AllOf((Not(some), ClaimIs("t"))), True).truth(ClaimIs("narrow")) is False


ROUTES = """
claims:
  p: {{text: P., credence: 30%}}
  m:
    text: It is made.
    routes:
      - {{id: often, when: p, chance: 90%}}
      - {{id: seldom, chance: {seldom}}}
  t: {{text: Target., given: [{{when: m, credence: {sure}}}, {{otherwise: {else_}}}]}}
"""


def test_a_cause_that_brings_the_target_is_left_out() -> None:
    spec = model(ROUTES.format(seldom="5%", sure="100%", else_="0%"), "target: t\n")
    assert reasons(cruxes(spec, "map")) == {"m": SAME, "m.often": BRINGS, "m.seldom": BRINGS}


@pytest.mark.parametrize(
    ("seldom", "sure", "else_", "left"),
    [
        ("0.1%", "96%", "0.1%", {"m.often": ALMOST}),
        ("0.1%", "94%", "0.1%", {}),  # not certain enough with it
        ("5%", "96%", "0.1%", {}),  # too much is left without it
        ("0.1%", "1%", "99%", {"m.often": ALMOST}),  # its opposite
    ],
)
def test_a_cause_that_all_but_is_the_target_is_left_out(
    seldom: str, sure: str, else_: str, left: dict[str, str]
) -> None:
    table = cruxes(model(ROUTES.format(seldom=seldom, sure=sure, else_=else_), "target: t\n"), "map")
    assert reasons(table) == left
    [cause] = [crux for crux in table.claims if crux.id == "m.often"]
    assert (cause.kind, cause.rank is None) == (Kind.PREMISE, bool(left))
    assert cause.text == "By often: It is made."
    assert cause.probability == pytest.approx(0.3 * 0.9, rel=1e-12)


def test_phases_have_rows_and_those_that_are_the_target_are_left_out() -> None:
    text = """
    timelines: {year: {text: A year., phases: {early: 2, late: 2}}}
    events:
      sown: {text: It is sown., timeline: year, emerges: {early: 40%, late: 60%}}
    claims:
      sign: {text: A sign., given: [{when: {event: sown, during: early}, credence: 50%}, {otherwise: 20%}]}
    """
    early = cruxes(model(text, "target: {event: sown, during: early}\n"), "map")
    assert reasons(early) == {"sown.early": SAME, "sign": FOLLOWS}
    [late] = early.ranking
    assert (late.id, late.text) == ("sown.late", "During late: It is sown.")
    assert late.voi < 1e-20
    ever = cruxes(model(text, "target: {event: sown, ever: true}\n"), "map")
    # Late counts where it is not early: then it brings the target, and else it says nothing.
    assert reasons(ever) == {"sown.early": BRINGS, "sown.late": BRINGS, "sign": FOLLOWS}
    signed = cruxes(model(text, "target: sign\n"), "map")
    assert [(c.id, c.kind) for c in signed.ranking] == [
        ("sown.early", Kind.PREMISE),
        ("sown.late", Kind.PREMISE),
    ]
    assert [crux.voi > 1e-20 for crux in signed.ranking] == [True, False]


def test_the_premises_of_a_conjunction_are_its_cruxes() -> None:
    table = cruxes(model(CARLSMITH, "target: doom\n"), "map")
    assert reasons(table) == {}
    assert len(table.ranking) == 6


# --- the shipped maps ------------------------------------------------------------------------------


def rests_on(argument_map: ArgumentMap) -> dict[str, set[str]]:
    """Return which entries each entry rests on: by its basis, and by the arguments about it."""
    above: dict[str, set[str]] = {name: set() for name in argument_map.entry}
    for name, entry in argument_map.entry.items():
        above[name] |= set(words_of(entry)) & argument_map.entry.keys() - {name}
    for argument in argument_map.arguments:
        for target in argument.targets:
            above[target.owner].add(argument.about.id)
    return above


def words_of(value: object) -> set[str]:
    """Return every text inside the values that say what an entry rests on, ids among them."""
    match value:
        case str():
            return {value}
        case tuple():
            return set().union(*map(words_of, value)) if value else set()
        case Argument(premises=parts):
            return words_of(parts)
        case Claim(basis=Credence()):
            return set()
        case Claim(basis=basis) | Question(basis=basis) | Event(basis=basis):
            return words_of(basis)
        case Definition(parts=parts) | Combination(parts=parts):
            return words_of(parts)
        case Gap(start=start, end=end):
            return {start, end}
        case Emergence(phases=phases, requires=names):
            return set(names) | words_of(phases)
        case _:
            names = getattr(type(value), "__dataclass_fields__", {})
            kept = (n for n in names if n not in {"chance", "credence", "leak", "pace", "shares"})
            return set().union(*(words_of(getattr(value, name)) for name in kept)) if names else set()


def same_by_definition(argument_map: ArgumentMap, name: str) -> set[str]:
    """Return the entries that a claim is another name for: definitions of one part, and what fixes that."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        match argument_map.entry[name]:
            case Claim(basis=Definition(parts=(ClaimIs(claim=other),) | (StateIn(question=other),))):
                waiting.append(other)
    return found


def below(above: dict[str, set[str]], names: set[str]) -> set[str]:
    """Return everything that rests on some entries, however indirectly."""
    found: set[str] = set()
    while more := {name for name, on in above.items() if on & (names | found)} - found:
        found |= more
    return found


@pytest.mark.parametrize("name", ["power-seeking", "deceptive-alignment"])
@pytest.mark.long
def test_none_of_the_first_ten_is_the_target_or_follows_from_it(name: str) -> None:
    """In four worldviews of those there are, and in the ranking of these overall."""
    spec = cm.read_model(ROOT / "models" / f"{name}.yaml")
    some = spec.worldviews[:: max(1, len(spec.worldviews) // 4)]
    tables = cruxes(replace(spec, worldviews=some))
    above = rests_on(spec.map)
    same = same_by_definition(spec.map, spec.target.name)
    following = below(above, {spec.target.name})
    if name == "deceptive-alignment":
        assert same == {"deceptive-alignment", "strict-deception"}
        assert {"undetected-deception", "effort-should-move"} <= following
    for table in (*tables.worldviews.values(), tables.overall):
        first = table.ranking[:10]
        assert len(first) >= 6
        for crux in first:
            assert crux.kind is not Kind.STAGE
            assert crux.id.partition(".")[0] not in same | following
            for outcome in crux.outcomes:
                others = [one for one in crux.outcomes if one is not outcome and one.target is not None]
                if outcome.target is None or not others:
                    continue
                rest = sum(one.probability for one in others)
                without = sum(one.probability * (one.target or 0.0) for one in others) / rest
                assert not is_nearly(outcome.target, without, table.estimate or 0.0)


def is_nearly(with_it: float, without: float, estimate: float) -> bool:
    """Tell whether one thing all but is the target, or its opposite."""
    return max(with_it, without) >= 0.95 and min(with_it, without) <= estimate / 20
