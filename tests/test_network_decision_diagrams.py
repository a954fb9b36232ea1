"""Diagrams against the plain meaning of the tests that they are made of, and what such tables cost."""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.engine.planning import plan
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
    ClaimIs,
    Condition,
    Direction,
    OnClaim,
    OnPhase,
    OnStates,
    StateIn,
)
from cruxmap.network.decision_diagrams import (
    ALWAYS,
    DEEPEST,
    Function,
    Level,
    Test,
    Threshold,
    first_match,
    negated,
    union,
)
from helpers.few_examples import FEW_EXAMPLES
from helpers.filled_network import Engine, engine
from helpers.maps_by_hand import argument, build_map, claim, event, phase, question, table, timeline

CARDS = (2, 3, 2, 1, 4, 2)
MANY = 100_000


@st.composite
def functions(draw: st.DrawFn) -> Function:
    scope = tuple(draw(st.lists(st.integers(0, len(CARDS) - 1), max_size=2, unique=True)))
    shape = [CARDS[v] for v in scope]
    values = draw(st.lists(st.booleans(), min_size=prod(shape), max_size=prod(shape)))
    return Function(scope, np.array(values, np.bool_).reshape(shape))


def threshold(count: int, parts: Sequence[Test]) -> Threshold:
    return Threshold(count, tuple(parts), union(parts))


any_tests = st.recursive(
    functions(),
    lambda inner: st.lists(inner, min_size=1, max_size=4).flatmap(
        lambda parts: st.integers(0, len(parts) + 1).map(lambda count: threshold(count, parts))
    ),
    max_leaves=8,
)


def holds(test: Test, states: Sequence[int]) -> bool:
    if isinstance(test, Function):
        return bool(test.values[tuple(states[v] for v in test.scope)])
    return sum(holds(part, states) for part in test.parts) >= test.count


def led_to(levels: Sequence[Level], states: Sequence[int]) -> int:
    [node] = levels[0].following
    for level in levels:
        node = level.following.get(node, [node] * CARDS[level.variable])[states[level.variable]]
    return node


@given(st.lists(any_tests, min_size=1, max_size=6).filter(union), st.data())
def test_diagram_leads_to_the_end_of_the_first_test_that_holds(
    tests: list[Test], data: st.DataObject
) -> None:
    ends = data.draw(st.lists(st.integers(0, 3), min_size=len(tests), max_size=len(tests)))
    levels = first_match(tests, ends, CARDS.__getitem__, MANY)
    assert levels
    for states in product(*map(range, CARDS)):
        first = next((k for k, test in enumerate(tests) if holds(test, states)), -1)
        assert led_to(levels, states) == ends[first]


@given(any_tests)
def test_negated_test_holds_where_the_test_does_not(test: Test) -> None:
    for states in product(*map(range, CARDS)):
        assert holds(negated(test), states) is not holds(test, states)


def literal(variable: int, state: int = 1) -> Function:
    return Function((variable,), np.arange(2) == state)


def test_diagram_is_as_large_as_what_it_says() -> None:
    """Parity of n variables: two nodes a level, from 2^n rows in any order."""
    n = 9
    rows = list(product((0, 1), repeat=n))
    random.Random(0).shuffle(rows)
    tests = [threshold(n, list(map(literal, range(n), row))) for row in rows]
    levels = first_match(tests, [sum(row) % 2 for row in rows], lambda _: 2, MANY)
    assert levels is not None
    assert [len(level.following) for level in levels] == [1] + [2] * (n - 1)


def test_variables_that_rows_have_in_common_are_asked_together() -> None:
    """Asked in the order of their numbers, the first half of the variables would need 2^n nodes."""
    n = 30
    pairs = [threshold(2, [literal(0), literal(k), literal(k + n)]) for k in range(1, n)]
    levels = first_match([*pairs, ALWAYS], [*([1] * (n - 1)), 0], lambda _: 2, MANY)
    assert levels is not None
    assert max(len(level.following) for level in levels) <= 4


def test_diagram_is_given_up_where_it_takes_too_much() -> None:
    rng = random.Random(1)
    tests = [threshold(3, list(map(literal, rng.sample(range(40), 3)))) for _ in range(60)]
    assert first_match(tests, range(60), lambda _: 2, 1000) is None


def test_deep_diagram() -> None:
    rising = [threshold(2, [literal(k), literal(k + 1)]) for k in range(DEEPEST - 1)]
    for tests in (rising, rising[::-1]):
        levels = first_match([*tests, ALWAYS], [*([1] * len(tests)), 0], lambda _: 2, MANY)
        assert levels is not None
        assert len(levels) == DEEPEST
    beyond = [*rising, threshold(2, [literal(DEEPEST - 1), literal(DEEPEST)])]
    assert first_match([*beyond, ALWAYS], [*([1] * len(beyond)), 0], lambda _: 2, MANY) is None


# --- tables of maps ------------------------------------------------------------------------------

CLAIMS = [f"p{k}" for k in range(7)]
STATES = ["x", "y", "z"]
GIVEN = [claim(name, 0.2 + 0.1 * k) for k, name in enumerate(CLAIMS)]
GIVEN += [question("q", STATES, (None, None, [0.2, 0.3, 0.5]))]
ANSWERS: list[list[Condition]] = [[StateIn("q", (state,)) for state in STATES]]
ANSWERS += [[ClaimIs(name, value) for value in (True, False)] for name in CLAIMS]


type Rows = list[tuple[str, Condition, float]]


def excluding(
    rng: random.Random, answers: list[list[Condition]], held: tuple[Condition, ...] = ()
) -> Iterator[Condition]:
    """Yield conditions that exclude each other and leave nothing out, from a random tree of answers."""
    if not answers or (len(held) > 1 and rng.random() < 0.15):
        yield AllOf(held)
        return
    asked = rng.choice(answers)
    for answer in asked:
        yield from excluding(rng, [others for others in answers if others is not asked], (*held, answer))


def claim_of(rows: Rows) -> ArgumentMap:
    return build_map(
        *GIVEN, table("t", *rows), argument("pro", Direction.FOR, [OnClaim("t")], 3.0, credence=0.5)
    )


def plain_claim_of(rows: Rows) -> ArgumentMap:
    return build_map(*GIVEN, table("t", *rows))


def question_of(rows: Rows) -> ArgumentMap:
    made = question("t", ["u", "v"], *((row, when, [share, 1 - share]) for row, when, share in rows))
    return build_map(
        *GIVEN, made, argument("pro", Direction.FOR, [OnStates("t", ("u",))], 3.0, credence=0.5)
    )


def event_of(rows: Rows) -> ArgumentMap:
    made = event("t", "line", phase("t", "early", *rows))
    pro = argument("pro", Direction.FOR, [OnPhase("t", "early")], 3.0, credence=0.5)
    return build_map(*GIVEN, made, pro, timelines=[timeline("line", early=2, late=1)])


def joins(asked: Engine) -> list[list[list[int]]]:
    """The joins of the plans for `t` and for everything: which tensors, and how many rows result."""
    places = asked.network.places
    return [plan(asked.network, ask).steps[:, :3].tolist() for ask in ([places["t"]], [*places.values()])]


@pytest.mark.parametrize(
    "made_of",
    [
        claim_of,
        *(pytest.param(one, marks=pytest.mark.long) for one in (plain_claim_of, question_of, event_of)),
    ],
)
@FEW_EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_rows_cost_the_same_in_any_order(made_of: Callable[[Rows], ArgumentMap], seed: int) -> None:
    rng = random.Random(seed)
    rows = [(f"r{k}", when, rng.uniform(0.01, 0.99)) for k, when in enumerate(excluding(rng, ANSWERS))]
    shuffled = engine(made_of(rng.sample(rows, len(rows))))
    written = engine(made_of(rows))
    assert joins(written) == joins(shuffled)
    expected, found = written.marginals(), shuffled.marginals()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-12, atol=0)


@FEW_EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_products_of_a_table_are_as_many_in_any_order(seed: int) -> None:
    """With certain rows too, of which all that say the same are one."""
    rng = random.Random(seed)
    rows = [(f"r{k}", when, float(rng.random() < 0.5)) for k, when in enumerate(excluding(rng, ANSWERS))]
    orders = [rows, rng.sample(rows, len(rows)), rng.sample(rows, len(rows))]
    asked = [engine(plain_claim_of(order)).network for order in orders]
    assert len({plan(network, [network.places["t"]]).triples for network in asked}) == 1


@pytest.mark.parametrize("reverse", [False, True])
def test_full_table_with_the_first_variable_fastest(reverse: bool) -> None:
    names = [f"a{k}" for k in range(7)]
    rows = [
        (f"r{n}", AllOf(tuple(map(ClaimIs, names, values[::-1] if reverse else values))), (n + 1) / 130)
        for n, values in enumerate(product((True, False), repeat=7))
    ]
    asked = engine(build_map(*(claim(name, 0.3) for name in names), table("t", *rows)))
    assert len(asked.network.variables) == 8
    places = asked.network.places
    assert plan(asked.network, [places["t"]]).triples == 508
    assert plan(asked.network, [*places.values()]).triples == 382


def test_tables_of_wide_questions_need_no_helpers() -> None:
    states = [f"s{k}" for k in range(9)]
    share = [1 / 9] * 9
    rows = [
        (f"r{n}", AllOf((StateIn("q", (a,)), StateIn("r", (b,)))), n / 81)
        for n, (b, a) in enumerate(product(states, repeat=2))
    ]
    both = [question(name, states, (None, None, share)) for name in ("q", "r")]
    assert len(engine(build_map(*both, table("t", *rows))).network.variables) == 3


def test_conditions_that_mention_claims_again_are_diagrams_too() -> None:
    """Parity, as one condition: as a chain that counts its parts it would have to know all claims at once."""
    names = [f"a{k}" for k in range(9)]
    odd = [values for values in product((True, False), repeat=9) if sum(values) % 2]
    condition = AnyOf(tuple(AllOf(tuple(map(ClaimIs, names, values))) for values in odd))
    asked = engine(build_map(*(claim(name, 0.3) for name in names)), [condition])
    assert plan(asked.network, asked.network.conditions).triples < 100
    true, _ = asked.probability(condition)
    np.testing.assert_allclose(true, (1 - (1 - 2 * 0.3) ** 9) / 2, rtol=1e-12)
