"""What each construct means, worked out by hand, and how its network looks."""

import re
from itertools import product
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.engine.text import network_text
from cruxmap.language.argument_map import (
    About,
    AllOf,
    AnyOf,
    Before,
    ByEndOf,
    ClaimIs,
    Combination,
    Condition,
    Direction,
    During,
    Event,
    Ever,
    Gap,
    Not,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Question,
    StateIn,
    Within,
)
from cruxmap.language.inheritance import settle
from cruxmap.language.typed import parse_condition
from cruxmap.network import case_tables, lowering
from cruxmap.network.lowering import lower
from helpers.drawn_maps import Draft, drafts
from helpers.filled_network import engine
from helpers.maps_by_hand import (
    Joint,
    argument,
    build_map,
    central,
    claim,
    definition,
    event,
    phase,
    probability,
    question,
    routes,
    table,
    timeline,
    worldview,
)
from helpers.odds import moved

FOR, AGAINST, UNDERCUTS = Direction.FOR, Direction.AGAINST, Direction.UNDERCUTS


def test_claim_is_its_credence() -> None:
    assert central(build_map(claim("a", 0.2))).true("a") == pytest.approx(0.2, rel=1e-14)


def test_arguments_move_the_odds_of_a_claim_where_they_hold() -> None:
    joint = central(
        build_map(
            claim("a", 0.2),
            argument("pro", FOR, [OnClaim("a")], 4.0, credence=0.5),
            argument("con", AGAINST, [OnClaim("a")], 3.0, credence=0.25),
        )
    )
    expected = sum(
        (0.25 if con else 0.75) * 0.5 * moved(0.2, 4.0 if pro else 1.0, 1 / 3 if con else 1.0)
        for pro, con in product([False, True], repeat=2)
    )
    assert joint.true("a") == pytest.approx(expected, rel=1e-13)


def test_arguments_do_not_move_certainties() -> None:
    joint = central(build_map(claim("a", 1.0), argument("con", AGAINST, [OnClaim("a")], 1e9)))
    assert joint.true("a") == 1.0
    assert joint.network.tables[joint.network.places["a"]].scope == (joint.network.places["a"],)


def test_certainties_of_one_worldview_only_stay_data() -> None:
    argument_map = build_map(
        claim("a", 0.3),
        argument("con", AGAINST, [OnClaim("a")], 9.0),
        worldviews=[worldview("sure", {"a": probability(1.0)})],
    )
    both = [settle(argument_map), settle(argument_map, "sure")]
    assert central(argument_map, perspectives=both).true("a") == pytest.approx(
        moved(0.3, 1 / 9), rel=1e-14
    )
    sure = central(argument_map, worldview="sure", perspectives=both)
    assert sure.true("a") == 1.0
    assert sure.of("a")[0] == 0.0


def test_rejected_argument_has_no_effect() -> None:
    argument_map = build_map(
        claim("a", 0.3),
        argument("con", AGAINST, [OnClaim("a")], 9.0, credence=0.8),
        worldviews=[worldview("without", {}, rejects=["con"])],
    )
    perspectives = [settle(argument_map), settle(argument_map, "without")]
    for lowered in (perspectives, perspectives[1:], []):
        joint = central(argument_map, worldview="without", perspectives=lowered)
        assert joint.true("a") == pytest.approx(0.3, rel=1e-14)
        assert joint.true("con") == 0.0


def test_argument_holds_where_premises_do_and_nothing_bites() -> None:
    joint = central(
        build_map(
            claim("a", 0.5),
            claim("p", 0.6),
            claim("q", 0.7),
            argument("pro", FOR, [OnClaim("a")], 2.0, credence=0.8, premises=["p", ClaimIs("q", False)]),
            argument("one", UNDERCUTS, [OnArgument("pro")], 0.9, credence=0.4),
            argument("two", UNDERCUTS, [OnArgument("pro"), OnArgument("one")], 1.0, credence=0.3),
        )
    )
    one = 0.4 * (1 - 0.3)  # `two` undercuts `one` too, and is certain where it bites
    expected = 0.6 * 0.3 * 0.8 * (0.3 * 0.0 + 0.7 * (1 - 0.9 * 0.4))
    assert joint.true("one") == pytest.approx(one, rel=1e-13)
    assert joint.true("pro") == pytest.approx(expected, rel=1e-13)


def test_first_row_that_holds_decides() -> None:
    joint = central(
        build_map(
            claim("p", 0.6),
            claim("q", 0.7),
            table("a", ("p", "p", 0.1), ("q", "q", 0.5), ("otherwise", None, 0.9)),
            argument("pro", FOR, [OnClaim("a")], 3.0, credence=0.5),
        )
    )
    rows = [(0.6, 0.1), (0.4 * 0.7, 0.5), (0.4 * 0.3, 0.9)]
    expected = sum(w * (0.5 * p + 0.5 * moved(p, 3.0)) for w, p in rows)
    assert joint.true("a") == pytest.approx(expected, rel=1e-13)


def test_long_table_is_a_chain_with_the_same_meaning() -> None:
    names = [f"p{k}" for k in range(9)]
    credences = [0.1 + 0.08 * k for k in range(9)]
    chances = [0.05 + 0.1 * k for k in range(9)]
    joint = central(
        build_map(
            *(claim(n, c) for n, c in zip(names, credences, strict=True)),
            table(
                "a", *((n, n, x) for n, x in zip(names, chances, strict=True)), ("otherwise", None, 0.99)
            ),
            argument("pro", FOR, [OnClaim("a")], 3.0, credence=0.25),
        )
    )
    expected, left = 0.0, 1.0
    for credence, chance in zip([*credences, 1.0], [*chances, 0.99], strict=True):
        expected += left * credence * (0.75 * chance + 0.25 * moved(chance, 3.0))
        left *= 1 - credence
    assert joint.true("a") == pytest.approx(expected, rel=1e-13)
    assert max(len(spec.rows) for spec in joint.network.tables) <= 64


@pytest.mark.parametrize("weighed", [False, True])
def test_cost_of_a_table_grows_with_its_rows_only(weighed: bool) -> None:
    def n_rows(n: int) -> int:
        names = [f"p{k}" for k in range(n)]
        rows = [(name, name, 0.5) for name in names]
        pro = argument("pro", FOR, [OnClaim("a")], 3.0, credence=0.5)
        entries = [*(claim(name, 0.5) for name in names), table("a", *rows, ("otherwise", None, 0.9))]
        network = lower(build_map(*entries, *([pro] if weighed else [])))
        return sum(len(spec.rows) for spec in network.tables)

    assert n_rows(400) < 2.05 * n_rows(200)


def test_required_event_may_decide_the_row_too() -> None:
    joint = central(
        build_map(
            event("r", "line", *chances(0.4, 0.7, "r")),
            event(
                "e",
                "line",
                phase("e", "late", ("soon", ByEndOf("r", "early"), 0.2), ("otherwise", None, 0.6)),
                requires=["r"],
            ),
            timelines=[LINE],
        )
    )
    open_steps = {3: 3, 4: 2, 5: 1}
    expected = 0.4 * 0.2 + sum(0.6 * 0.7 / 3 * (1 - 0.4 ** (n / 3)) for n in open_steps.values())
    assert 1 - joint.of("e")[5] == pytest.approx(expected, rel=1e-12)


def test_rows_that_cover_every_case_need_no_otherwise() -> None:
    joint = central(
        build_map(claim("p", 0.6), table("a", ("yes", "p", 0.1), ("no", ClaimIs("p", False), 0.5)))
    )
    assert joint.true("a") == pytest.approx(0.6 * 0.1 + 0.4 * 0.5, rel=1e-13)


@pytest.mark.parametrize("count", [1, 2, 5, 8, 9])
def test_definitions_count_their_parts(count: int) -> None:
    names = [f"p{k}" for k in range(9)]
    credences = [0.1 + 0.08 * k for k in range(9)]
    joint = central(
        build_map(
            *(claim(n, c) for n, c in zip(names, credences, strict=True)),
            definition("a", count, names, met=0.9, other=0.2),
        )
    )
    n_true = np.array([1.0])
    for credence in credences:
        n_true = np.convolve(n_true, [1 - credence, credence])
    met = n_true[count:].sum()
    assert joint.true("a") == pytest.approx(0.9 * met + 0.2 * (1 - met), rel=1e-12)
    assert max(len(spec.rows) for spec in joint.network.tables) <= 64


def test_routes_are_independent_causes_behind_a_gate() -> None:
    joint = central(
        build_map(
            claim("gate", 0.5),
            claim("p", 0.6),
            routes("a", ("one", "p", 0.3), ("two", None, 0.2), leak=0.05, gate="gate"),
            argument("pro", FOR, [OnRoute("a", "one")], 5.0, credence=0.5),
        )
    )
    one = 0.6 * (0.5 * 0.3 + 0.5 * moved(0.3, 5.0))
    assert joint.true("a") == pytest.approx(0.5 * (1 - 0.95 * 0.8 * (1 - one)), rel=1e-13)


def test_each_cause_is_a_variable_whatever_the_others_do() -> None:
    joint = central(
        build_map(
            claim("gate", 0.5),
            claim("p", 0.6),
            routes("a", ("one", "p", 0.3), ("two", None, 0.2), ("no", None, 0.0), leak=0.05, gate="gate"),
            argument("pro", FOR, [OnRoute("a", "one")], 5.0, credence=0.5),
        )
    )
    entries = ("p", "pro", "gate", "a.one", "a.two", "a")
    where = [joint.network.places[name] for name in entries]
    found: dict[tuple[int, ...], float] = {}
    for states, weight in joint.worlds.items():
        key = tuple(states[variable] for variable in where)
        found[key] = found.get(key, 0.0) + weight
    for key in product((0, 1), repeat=len(entries)):
        p, pro, gate, one, two, _ = key
        acts = p * (moved(0.3, 5.0) if pro else 0.3)
        leaks = 0.0 if not gate else 1.0 if one or two else 0.05
        each = (0.6, 0.5, 0.5, acts, 0.2, leaks)
        expected = np.prod([c if state else 1 - c for c, state in zip(each, key, strict=True)])
        assert found.get(key, 0.0) == pytest.approx(expected, rel=1e-13)
    assert joint.true("a.no") == 0.0


def test_a_lone_cause_is_its_claim() -> None:
    places = central(build_map(routes("a", ("one", None, 0.3)))).network.places
    assert places["a.one"] == places["a"]


def test_routes_without_any_chance() -> None:
    assert central(build_map(routes("a", ("one", None, 0.0)))).true("a") == 0.0


def test_shares_are_shifted_and_normalised() -> None:
    joint = central(
        build_map(
            question("q", ["x", "y", "z"], (None, None, [0.2, 0.3, 0.5])),
            argument("pro", FOR, [OnStates("q", ("x", "y"))], 3.0),
            argument("con", AGAINST, [OnStates("q", ("y",))], 2.0),
        )
    )
    weights = np.array([0.2 * 3, 0.3 * 3 / 2, 0.5])
    np.testing.assert_allclose(joint.of("q"), weights / weights.sum(), rtol=1e-13)


def test_question_by_rows_and_certain_states() -> None:
    joint = central(
        build_map(
            claim("p", 0.6),
            question(
                "q", ["x", "y", "z"], ("sure", "p", [0.0, 1.0, 0.0]), ("otherwise", None, [0.2, 0.3, 0.5])
            ),
        )
    )
    np.testing.assert_allclose(joint.of("q"), [0.4 * 0.2, 0.6 + 0.4 * 0.3, 0.4 * 0.5], rtol=1e-13)


LINE = timeline("line", early=2, late=3)


def chances(early: float, late: float, name: str = "e") -> tuple[object, object]:
    return phase(name, "early", (None, None, early)), phase(name, "late", (None, None, late))


def test_event_without_requirements_has_the_chances_written() -> None:
    joint = central(
        build_map(
            event("e", "line", phase("e", "early", (None, None, 0.4), pace=4.0), chances(0.4, 0.7)[1]),
            timelines=[LINE],
        )
    )
    assert joint.true("e.late") == pytest.approx(0.7, rel=1e-13)  # had it not happened before
    first = 0.4 * np.array([0.8, 0.2])
    expected = [*first, *([0.6 * 0.7 / 3] * 3), 0.6 * 0.3]
    np.testing.assert_allclose(joint.of("e"), expected, rtol=1e-13)
    assert joint.network.variables[joint.network.places["e"]].states == ("1", "2", "3", "4", "5", "never")


def test_required_event_leaves_only_the_open_part_of_a_phase() -> None:
    joint = central(
        build_map(
            event("r", "line", *chances(0.4, 0.7, "r")),
            event(
                "e",
                "line",
                chances(0.5, 0.6)[0],
                phase("e", "late", (None, None, 0.6), pace=0.25),
                requires=["r"],
            ),
            timelines=[LINE],
        )
    )
    weight = 0.25 ** -(np.arange(3) / 2)  # 1, 2, 4: late steps weigh more at a pace below 1
    required = [*[0.2] * 2, *([0.6 * 0.7 / 3] * 3), 0.6 * 0.3]
    expected = np.zeros(6)
    for step, chance in enumerate(required):
        early = 1 - 0.5 ** (max(2 - step, 0) / 2)
        for k in range(step, 2):
            expected[k] += chance * early / (2 - step)
        still = weight[max(step - 2, 0) :] if step < 5 else weight[3:]
        late = 1 - 0.4 ** (still.sum() / weight.sum())
        for k in range(len(still)):
            expected[5 - len(still) + k] += chance * (1 - early) * late * still[k] / still.sum()
        expected[5] += chance * (1 - early) * (1 - late)
    np.testing.assert_allclose(joint.of("e"), expected, rtol=1e-12)


def test_requiring_several_waits_for_the_latest() -> None:
    one_step = timeline("steps", first=1, second=1)
    joint = central(
        build_map(
            event("r", "steps", *(phase("r", p, (None, None, 0.5)) for p in ("first", "second"))),
            event("s", "steps", *(phase("s", p, (None, None, 0.5)) for p in ("first", "second"))),
            event(
                "e",
                "steps",
                *(phase("e", p, (None, None, 0.8)) for p in ("first", "second")),
                requires=["r", "s"],
            ),
            timelines=[one_step],
        )
    )
    both_first, both_by_second = 0.25, 0.75**2
    first = both_first * 0.8
    second = both_first * 0.2 * 0.8 + (both_by_second - both_first) * 0.8
    np.testing.assert_allclose(joint.of("e"), [first, second, 1 - first - second], rtol=1e-12)


def test_gate_rows_and_arguments_of_a_phase() -> None:
    joint = central(
        build_map(
            claim("gate", 0.5),
            claim("p", 0.3),
            event("e", "line", phase("e", "late", ("p", "p", 0.2), ("otherwise", None, 0.6), gate="gate")),
            argument("pro", FOR, [OnPhase("e", "late")], 3.0, credence=0.5),
            timelines=[LINE],
        )
    )
    chance = sum(w * (0.5 * p + 0.5 * moved(p, 3.0)) for w, p in [(0.3, 0.2), (0.7, 0.6)])
    np.testing.assert_allclose(
        joint.of("e"), [0, 0, *[0.5 * chance / 3] * 3, 1 - 0.5 * chance], rtol=1e-12
    )


def two_events(*more: object) -> Joint:
    return central(
        build_map(
            event("a", "line", *chances(0.4, 0.7, "a")),
            event("b", "line", *chances(0.3, 0.2, "b")),
            *more,
            timelines=[LINE],
        )
    )


A = [0.2, 0.2, *[0.6 * 0.7 / 3] * 3, 0.6 * 0.3]
B = [0.15, 0.15, *[0.7 * 0.2 / 3] * 3, 0.7 * 0.8]
PAIRS = [(i + 1, j + 1, A[i] * B[j]) for i in range(6) for j in range(6)]


@pytest.mark.parametrize(("latest", "choose"), [(True, max), (False, min)])
def test_later_and_earlier_of(latest: bool, choose: object) -> None:
    joint = two_events(Event(About("c"), "line", Combination(latest, ("a", "b"))))
    expected = [sum(w for i, j, w in PAIRS if choose(i, j) == k + 1) for k in range(6)]  # type: ignore[operator]
    np.testing.assert_allclose(joint.of("c"), expected, rtol=1e-12)


def test_gap_is_the_last_threshold_reached() -> None:
    joint = two_events(Question(About("q"), ("x", "y", "z"), Gap("a", "b", (1, 3))))

    def state(i: int, j: int) -> int:
        if i == 6:
            return 0
        return 2 if j == 6 or j - i >= 3 else int(j - i >= 1)

    expected = [sum(w for i, j, w in PAIRS if state(i, j) == k) for k in range(3)]
    np.testing.assert_allclose(joint.of("q"), expected, rtol=1e-12)


COMPARISONS: list[tuple[Condition, object]] = [
    (Before("a", "b"), lambda i, j: i < j),
    (Before("a", "b", by=2), lambda i, j: i < 6 and (j == 6 or j - i >= 2)),
    (Within("a", "b", 1), lambda i, j: i < 6 and j < 6 and abs(i - j) <= 1),
    (During("a", "late"), lambda i, j: 3 <= i <= 5),
    (ByEndOf("a", "early"), lambda i, j: i <= 2),
    (Ever("b"), lambda i, j: j < 6),
    (Ever("b", False), lambda i, j: j == 6),
    (Before("a", "a"), lambda i, j: False),
    (Within("a", "a", 0), lambda i, j: i < 6),
    (Not(Before("a", "b")), lambda i, j: i >= j),
    (AllOf((Ever("a"), Not(Ever("b")))), lambda i, j: i < 6 and j == 6),
    (AnyOf((Before("a", "b"), Before("b", "a"))), lambda i, j: i != j),
    (AllOf(()), lambda i, j: True),
    (AnyOf(()), lambda i, j: False),
]


@pytest.mark.parametrize(("condition", "holds"), COMPARISONS)
def test_conditions_on_events(condition: Condition, holds: object) -> None:
    joint = central(
        build_map(
            event("a", "line", *chances(0.4, 0.7, "a")),
            event("b", "line", *chances(0.3, 0.2, "b")),
            timelines=[LINE],
        ),
        [condition],
    )
    expected = sum(w for i, j, w in PAIRS if holds(i, j))  # type: ignore[operator]
    [variable] = joint.network.conditions
    found = joint.of_variable(variable)
    assert found[1] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert found.sum() == pytest.approx(1.0, rel=1e-12)


def test_conditions_share_variables() -> None:
    argument_map = build_map(claim("a", 0.2), claim("b", 0.3), claim("c", 0.4))
    conditions = [
        ClaimIs("a"),
        AllOf((ClaimIs("a"), ClaimIs("b"))),
        AllOf((ClaimIs("b"), ClaimIs("a"))),
        Not(AnyOf((ClaimIs("a", False), Not(ClaimIs("b"))))),
        AllOf((ClaimIs("a"), AnyOf((ClaimIs("c"), Not(ClaimIs("c")))))),
    ]
    network = lower(argument_map, conditions)
    first, both, *others = network.conditions
    assert first == network.places["a"]
    assert others == [both, both, first]
    assert len(network.variables) == 4


def test_inlined_negation_makes_no_variable() -> None:
    argument_map = build_map(
        claim("p", 0.2), table("a", ("no", Not(ClaimIs("p")), 0.3), ("otherwise", None, 0.5))
    )
    assert [v.name for v in lower(argument_map).variables] == ["p", "a"]


def test_wide_condition_is_a_chain() -> None:
    names = [f"p{k}" for k in range(12)]
    argument_map = build_map(*(claim(name, 0.9) for name in names))
    joint = central(argument_map, [AllOf(tuple(map(ClaimIs, names))), AnyOf(tuple(map(ClaimIs, names)))])
    every, some = (joint.of_variable(v) for v in joint.network.conditions)
    assert every[1] == pytest.approx(0.9**12, rel=1e-12)
    assert some[0] == pytest.approx(0.1**12, rel=1e-12)


@given(st.data(), drafts(max_things=5, max_arguments=3, max_worldviews=0))
def test_probabilities_do_not_depend_on_where_chains_begin(data: st.DataObject, draft: Draft) -> None:
    argument_map = draft.read()
    written = data.draw(st.lists(draft.conditions(), max_size=2))
    conditions = [parse_condition(condition, argument_map) for condition in written]
    wide = engine(argument_map, conditions)
    with mock.patch.object(case_tables, "ROOM", 4), mock.patch.object(lowering, "ROOM", 4):
        narrow = engine(argument_map, conditions)
    expected, found = wide.marginals(), narrow.marginals()
    for name in argument_map.entry:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-11, atol=1e-300)
    for condition in conditions:
        np.testing.assert_allclose(
            narrow.probability(condition), wide.probability(condition), rtol=1e-11, atol=1e-300
        )


def test_certain_everywhere_prunes_rows() -> None:
    argument_map = build_map(claim("a", 0.0), claim("b", 1.0), definition("c", 1, ["a", "b"], other=0.0))
    for perspectives, sizes in (([settle(argument_map)], [1, 1, 4]), ([], [2, 2, 8])):
        network = lower(argument_map, (), perspectives)
        assert [len(spec.rows) for spec in network.tables] == sizes


def test_equal_entries_are_one() -> None:
    argument_map = build_map(
        claim("p", 0.2),
        claim("q", 0.2),
        table("a", ("both", AllOf((ClaimIs("p"), ClaimIs("q"))), 0.3), ("otherwise", None, 0.5)),
    )
    network = lower(argument_map)
    assert network.program.n_entries == 1 + 2 * 4


def test_printed_form() -> None:
    argument_map = build_map(
        claim("p", 0.2),
        claim("a", 0.3),
        argument("pro", FOR, [OnClaim("a")], 2.0, premises=["p"]),
        argument("but", UNDERCUTS, [OnArgument("pro")], 0.7, credence=0.5),
        question("q", ["x", "y"], (None, None, [0.4, 0.6])),
        event("r", "steps", phase("r", "late", (None, None, 0.7))),
        event("e", "steps", phase("e", "late", (None, None, 0.6)), requires=["r"]),
        timelines=[timeline("steps", early=1, late=2)],
    )
    conditions = [AllOf((ClaimIs("a"), StateIn("q", ("x",))))]
    printed = network_text(lower(argument_map, conditions, [settle(argument_map)]))
    by_variable = {text.split(" {")[0]: text for text in re.split(r"\n(?=\S)", printed)}
    assert by_variable["p"] == "p {false, true}\n  -> false: not (p)\n  -> true: p"
    assert by_variable["pro"] == (
        "pro {false, true} | p, but\n"
        "  false, false -> false: 1\n"
        "  false, true -> false: 1\n"
        "  true, false -> true: 1\n"
        "  true, true -> false: but.force\n"
        "  true, true -> true: not (but.force)"
    )
    assert by_variable["a"].splitlines()[-1] == "  true -> true: a + pro.strength"
    assert by_variable["q"] == "q {x, y}\n  -> x: share of q.x\n  -> y: share of q.y"
    assert by_variable["e.late"] == (
        "e.late {false, true} | r [open steps of late]\n"
        "  0 -> false: 1\n"
        "  1 -> false: not (e.late, 1 of 2 steps)\n"
        "  1 -> true: e.late, 1 of 2 steps\n"
        "  2 -> false: not (e.late)\n"
        "  2 -> true: e.late"
    )
    assert by_variable["e"].splitlines()[-2:] == [
        "  true, 2 -> 2: step 1 of 2, 2 open, e.late.pace",
        "  true, 2 -> 3: step 2 of 2, 2 open, e.late.pace",
    ]
    assert printed.endswith("condition 1: {all_of: [a, {q: x}]}\n")
