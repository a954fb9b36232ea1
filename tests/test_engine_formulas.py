"""Judgements to table entries: formulas, accuracy at the edges, slopes, and the compiled form."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from cruxmap.engine import formulas
from cruxmap.engine.banks import bank, numbered
from cruxmap.engine.compiled_formulas import fill_packed, pull_packed
from cruxmap.engine.formulas import dependencies, fill, pullback
from cruxmap.engine.network import Network
from cruxmap.language.argument_map import (
    ArgumentMap,
    Direction,
    OnArgument,
    OnClaim,
    OnPhase,
    OnStates,
    SameAs,
)
from cruxmap.language.inheritance import settle
from cruxmap.network.lowering import lower
from cruxmap.network.means_and_deviations import Numbers, distinct, natural, numbers, unconstrained
from helpers.maps_by_hand import (
    argument,
    build_map,
    claim,
    event,
    phase,
    probability,
    question,
    ratio,
    table,
    timeline,
    worldview,
)

type Floats = npt.NDArray[np.float64]

FOR, AGAINST = Direction.FOR, Direction.AGAINST
CERTAIN = 1e30


def everything() -> ArgumentMap:
    """A map with every kind of entry."""
    return build_map(
        claim("a", (0.2, 0.4)),
        table("b", ("yes", "a", 0.3), ("otherwise", None, (0.5, 0.9))),
        argument("pro", FOR, [OnClaim("b"), OnPhase("e", "late")], (2.0, 10.0), credence=(0.5, 0.9)),
        argument(
            "con", AGAINST, [OnClaim("b"), OnStates("q", ("y", "z"))], 3.0, credence=0.5, premises=["a"]
        ),
        argument("but", Direction.UNDERCUTS, [OnArgument("con")], (0.2, 0.6), credence=0.5),
        argument("too", FOR, [OnStates("q", ("z",))], (1.5, 3.0), credence=0.5),
        question("q", ["x", "y", "z"], (None, None, [(0.1, 0.3), (0.2, 0.4), 0.5])),
        event("r", "line", *(phase("r", p, (None, None, 0.4), pace=2.0) for p in ("early", "late"))),
        event(
            "e",
            "line",
            phase("e", "early", (None, None, (0.1, 0.3)), pace=(0.25, 4.0)),
            phase("e", "late", ("yes", "a", 0.4), ("otherwise", None, 0.6), pace=(0.5, 3.0)),
            requires=["r"],
        ),
        timelines=[timeline("line", early=2, late=4)],
    )


@cache
def network() -> Network:
    return lower(everything())


def random_u(n_draws: int, scale: float = 3.0) -> Floats:
    return np.random.default_rng(7).normal(0, scale, (len(network().addresses), n_draws))


def no_singles() -> npt.NDArray[np.bool_]:
    return np.zeros(len(network().addresses), np.bool_)


def some_singles() -> npt.NDArray[np.bool_]:
    singles = no_singles()
    singles[network().addresses.index("q.y")] = True
    return singles


def two_singles() -> npt.NDArray[np.bool_]:
    singles = some_singles()
    singles[network().addresses.index("q.x")] = True
    return singles


SINGLES = [no_singles, some_singles, two_singles]


def one_column_each() -> npt.NDArray[np.bool_]:
    return np.stack([make() for make in (*SINGLES, *SINGLES)], axis=1)[:, :5]


# --- numbers -----------------------------------------------------------------------------------


def given(argument_map: ArgumentMap, *worldviews: str) -> tuple[Network, Numbers]:
    perspectives = [settle(argument_map, w) for w in ("map", *worldviews)]
    net = lower(argument_map, (), perspectives)
    return net, numbers(argument_map, perspectives)


def test_numbers_follow_links_and_rejections() -> None:
    argument_map = build_map(
        claim("a", (0.2, 0.4)),
        claim("b", SameAs("a")),
        argument("pro", FOR, [OnClaim("b")], (2.0, 8.0), credence=0.5),
        worldviews=[
            worldview("w", {"b": probability(0.9), "pro.strength": ratio(4.0)}, rejects=["pro"]),
        ],
    )
    net, nums = given(argument_map, "w")
    assert net.addresses == ("a", "b", "pro", "pro.strength")
    assert nums.column.tolist() == [[0, 0, 2, 3], [0, 1, 2, 3]]
    assert nums.mu[0, 0] == nums.mu[0, 1]
    assert nums.sd[0, 1] == nums.sd[0, 0] > 0
    assert nums.sd[1].tolist() == [nums.sd[0, 0], 0, 0, 0]
    assert nums.mu[1, 2] == -CERTAIN
    assert nums.is_strength.tolist() == nums.is_ratio.tolist() == [False, False, False, True]


def test_draws_become_judgements() -> None:
    argument_map = build_map(
        claim("a", (0.2, 0.4)),
        claim("b", 1.0),
        argument("pro", FOR, [OnClaim("a")], (1.5, 4.0)),
        event("e", "line", phase("e", "early", (None, None, 0.5), pace=(0.25, 1.0))),
        timelines=[timeline("line", early=2)],
    )
    net, nums = given(argument_map)
    z95 = 1.6448536269514722
    u = unconstrained(nums, np.full((len(net.addresses), 3), [-z95, 0.0, z95]), 0)
    found = dict(zip(net.addresses, natural(nums, u), strict=True))
    np.testing.assert_allclose(found["a"][[0, 2]], [0.2, 0.4], rtol=1e-12)
    np.testing.assert_allclose(found["pro.strength"], [1.5, 6.0**0.5, 4.0], rtol=1e-12)
    np.testing.assert_allclose(found["e.early.pace"], [0.25, 0.5, 1.0], rtol=1e-12)
    assert found["b"].tolist() == [1.0, 1.0, 1.0]
    far_below = unconstrained(nums, np.full((len(net.addresses), 1), -9.0), 0)
    assert natural(nums, far_below)[net.addresses.index("pro.strength"), 0] == 1.0


# --- entries, against the formulas with fifty digits -------------------------------------------


def exactly(net: Network, u: Floats, single: npt.NDArray[np.bool_]) -> list[Decimal]:
    """The entries at one draw, straight from the formulas."""
    with localcontext(prec=200):
        p, at = net.program, [Decimal(float(x)) for x in u]
        shift = [
            sum((int(sign) * max(at[j], Decimal(0)) for j, sign in terms), Decimal(0))
            for a, b in pairwise(p.shifts.first)
            for terms in [list(zip(p.shifts.strength[a:b], p.shifts.sign[a:b], strict=True))]
        ]
        entries = [Decimal(1)]
        for base, s in zip(*p.logistic, strict=True):
            x = at[base] + shift[s]
            entries += [1 / (1 + x.exp()), 1 / (1 + (-x).exp())]
        shifts_of_items = iter(p.shares.shift)
        for row in p.shares.row:
            bases = p.shares.base[p.shares.row_first[row] : p.shares.row_first[row + 1]]
            share = {j: 1 / (1 + (-at[j]).exp()) for j in bases}
            kept = [j for j in bases if single[j]]
            taken = sum(share[j] for j in kept)
            others = sum(share[j] for j in bases if j not in kept)
            left = max(Decimal(0), 1 - taken)
            weight = {
                j: (share[j] / max(Decimal(1), taken) if j in kept else share[j] * left / others)
                * shift[next(shifts_of_items)].exp()
                for j in bases
            }
            entries += [weight[j] / sum(weight.values()) for j in bases]

        def weights(opening: int) -> tuple[list[Decimal], int]:
            pace, n_open, steps = (int(part[opening]) for part in p.openings)
            return [(-at[pace] * k / (steps - 1)).exp() for k in range(steps)], n_open

        for base, s, opening in zip(*p.hazards, strict=True):
            chance = 1 / (1 + (-at[base] - shift[s]).exp())
            each, n_open = weights(opening)
            stays = (1 - chance) ** (sum(each[-n_open:]) / sum(each))
            entries += [stays, 1 - stays]
        for opening, position in zip(*p.steps, strict=True):
            each, n_open = weights(opening)
            entries.append(each[position] / sum(each[-n_open:]))
        return entries


@pytest.mark.parametrize("singles", SINGLES)
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_entries_are_accurate_however_small(
    singles: Callable[[], npt.NDArray[np.bool_]], scale: float
) -> None:
    u = random_u(20, scale)
    found = fill(network().program, u, singles())
    for d in range(u.shape[1]):
        exact = exactly(network(), u[:, d], singles())
        for x, y in zip(found[:, d], exact, strict=True):
            assert abs(Decimal(float(x)) - y) <= Decimal("1e-12") * y


def test_singles_may_differ_from_draw_to_draw() -> None:
    u = random_u(3)
    singles = np.stack([make() for make in SINGLES], axis=1)
    together = fill(network().program, u, singles)
    apart = [fill(network().program, u[:, [d]], make())[:, 0] for d, make in enumerate(SINGLES)]
    np.testing.assert_allclose(together, np.stack(apart, axis=1), rtol=1e-14)


def test_a_large_single_share_leaves_exactly_its_complement() -> None:
    u = random_u(1)
    u[network().addresses.index("q.y")] = 40.0  # 1 - p is 4e-18, below the spacing of numbers near 1
    found = fill(network().program, u, some_singles())
    exact = exactly(network(), u[:, 0], some_singles())
    np.testing.assert_allclose(found[:, 0], [float(x) for x in exact], rtol=1e-12)


def with_certainties(n_draws: int) -> Floats:
    """Draws in which every judgement is now and then 0%, 100%, or as far out as a number can be."""
    rng = np.random.default_rng(3)
    u = random_u(n_draws)
    extreme = rng.choice([-CERTAIN, CERTAIN, -700.0, 700.0, 0.0], u.shape)
    u = np.where(rng.random(u.shape) < 0.4, extreme, u)
    of_ratio = [
        k for k, name in enumerate(network().addresses) if name.split(".")[-1] in ("strength", "pace")
    ]
    u[of_ratio] = np.clip(u[of_ratio], -700, 700)
    return u


@pytest.mark.parametrize("singles", SINGLES)
def test_no_nan_at_certainties(singles: Callable[[], npt.NDArray[np.bool_]]) -> None:
    u = with_certainties(400)
    with np.errstate(invalid="raise", divide="raise", over="raise"):
        entries = fill(network().program, u, singles())
        slope = pullback(network().program, u, singles(), entries, np.ones_like(entries))
    assert np.isfinite(entries).all()
    assert np.isfinite(slope).all()
    assert entries.min() >= 0
    assert entries.max() <= 1 + 1e-15


def test_certainties_are_exact() -> None:
    p = network().program
    u = random_u(1)
    for certain, value in ((CERTAIN, 1.0), (-CERTAIN, 0.0)):
        u[:, 0] = np.where(np.isin(np.arange(len(u)), p.logistic.base), certain, 2.0)
        found = fill(p, u, no_singles())[1 : 1 + 2 * len(p.logistic.base), 0]
        assert found.reshape(-1, 2).tolist() == [[1 - value, value]] * len(p.logistic.base)


# --- slopes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("singles", SINGLES)
def test_pullback_matches_finite_differences(singles: Callable[[], npt.NDArray[np.bool_]]) -> None:
    p, single = network().program, singles()
    u = random_u(6, 1.0)
    rng = np.random.default_rng(5)
    cotangent = rng.normal(size=(p.n_entries, 6))
    slope = pullback(p, u, single, fill(p, u, single), cotangent)
    step = 1e-6
    for j in range(len(u)):
        bump = np.zeros_like(u)
        bump[j] = step
        change = fill(p, u + bump, single) - fill(p, u - bump, single)
        expected = (cotangent * change).sum(axis=0) / (2 * step)
        np.testing.assert_allclose(slope[j], expected, rtol=1e-6, atol=1e-8)


def test_strengths_at_or_below_one_have_no_slope() -> None:
    p = network().program
    strength = network().addresses.index("pro.strength")
    for value, moves in ((-1.0, False), (0.0, False), (1.0, True)):
        u = random_u(1)
        u[strength] = value
        entries = fill(p, u, no_singles())
        slope = pullback(p, u, no_singles(), entries, np.random.default_rng(1).normal(size=entries.shape))
        assert (slope[strength, 0] != 0) == moves


@pytest.mark.parametrize("n_draws", [1, 5])
@pytest.mark.parametrize("singles", [*SINGLES, one_column_each])
def test_formulas_are_the_same_compiled(
    singles: Callable[[], npt.NDArray[np.bool_]], n_draws: int
) -> None:
    p, single = network().program, singles()[..., :n_draws] if singles is one_column_each else singles()
    for u in (random_u(n_draws, 1.0), with_certainties(n_draws)):
        entries = fill(p, u, single)
        cotangent = np.random.default_rng(5).normal(size=entries.shape)
        slope = pullback(p, u, single, entries, cotangent)
        by_draw = np.broadcast_to(single.reshape(len(u), -1), u.shape).astype(np.int8)
        compiled, compiled_slope = np.empty_like(entries), np.zeros_like(u)
        fill_packed(p.packed, u, by_draw, compiled)
        np.testing.assert_allclose(compiled, entries, rtol=1e-13, atol=1e-300)
        pull_packed(p.packed, u, by_draw, entries, cotangent, compiled_slope)
        np.testing.assert_allclose(compiled_slope, slope, rtol=1e-10, atol=1e-13)


def test_draws_may_be_filled_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    p, u, single = network().program, random_u(37), one_column_each()[:, np.arange(37) % 5]
    whole = fill(p, u, single)
    slope = pullback(p, u, single, whole, whole)
    monkeypatch.setattr(formulas, "NUMBERS_AT_ONCE", 1)
    parts = fill(p, u, single)
    np.testing.assert_array_equal(parts, whole)
    np.testing.assert_array_equal(pullback(p, u, single, whole, whole), slope)


# --- banks of rows -----------------------------------------------------------------------------


@pytest.mark.parametrize("differing", [0.0, 0.1, 1.0])
def test_a_bank_has_the_rows_of_every_vector(differing: float) -> None:
    p, n, rng = network().program, len(network().addresses), np.random.default_rng(2)
    judgements = np.where(rng.random((6, n)) < differing, rng.integers(0, 3 * n, (6, n)), np.arange(n))
    u, single = rng.normal(0, 3, (3 * n, 4)), rng.random(3 * n) < 0.3
    found = bank(p, judgements)
    entries = fill(found.program, u, single)
    for rows, chosen in zip(found.rows, judgements, strict=True):
        np.testing.assert_array_equal(entries[rows], fill(p, u[chosen], single[chosen]))
    assert len(entries) == len(np.unique(found.rows))
    entry, judgement = dependencies(p)
    for v in range(1, 6):  # a row is shared where all that it depends on is, and only there
        alike = np.ones(p.n_entries, np.bool_)
        np.logical_and.at(alike, entry, judgements[0, judgement] == judgements[v, judgement])
        np.testing.assert_array_equal(found.rows[0] == found.rows[v], alike)


def test_rows_are_numbered_in_their_order() -> None:
    assert numbered(np.array([2.0, -1.0, 2.0, 2.0]), np.array([5, 7, 4, 5])).tolist() == [2, 0, 1, 2]


def test_distinct_judgements_are_those_of_each_worldview() -> None:
    argument_map = build_map(
        claim("a", (0.2, 0.4)),
        claim("b", SameAs("a")),
        claim("c", 0.3),
        worldviews=[worldview("w", {"c": probability(0.9)}), worldview("v", {"b": probability(0.3)})],
    )
    _, nums = given(argument_map, "w", "v")
    found = distinct(nums, (0, 1, 2))
    assert len(found.mu) == 3  # a, 30% and 90%
    z = np.random.default_rng(0).normal(size=(3, 5))
    for w in range(3):
        np.testing.assert_array_equal(found.unconstrained(z)[found.number[w]], unconstrained(nums, z, w))


# --- dependencies ------------------------------------------------------------------------------


def test_dependencies_are_what_moves_entries() -> None:
    p = network().program
    u = np.abs(random_u(1, 1.0))
    entries = fill(p, u, no_singles())
    moved = set()
    for j in range(len(u)):
        bump = u.copy()
        bump[j] += 0.1
        moved |= {
            (entry, j) for entry in np.flatnonzero(fill(p, bump, no_singles())[:, 0] != entries[:, 0])
        }
    found = list(zip(*(index.tolist() for index in dependencies(p)), strict=True))
    assert found == sorted(moved)
