"""Judgements to table entries: formulas, accuracy at the edges, slopes, and the symbolic form."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from building import (
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
from cruxmap.network.network import Network
from cruxmap.network.tables import Numbers, dependencies, fill, natural, numbers, pullback, unconstrained

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


# --- numbers -----------------------------------------------------------------------------------


def given(argument_map: ArgumentMap, *worldviews: str) -> tuple[Network, Numbers]:
    perspectives = [settle(argument_map, w) for w in ("map", *worldviews)]
    net = lower(argument_map, (), perspectives)
    return net, numbers(net, argument_map, perspectives)


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
        shift = [Decimal(0)] * p.n_shifts
        for s, strength, sign in zip(p.term_shift, p.term_strength, p.term_sign, strict=True):
            shift[s] += Decimal(sign) * max(at[strength], Decimal(0))
        entries = [Decimal(1)] * p.n_entries
        for n, entry in enumerate(p.logistic_entry):
            x = Decimal(p.logistic_sign[n]) * (at[p.logistic_base[n]] + shift[p.logistic_shift[n]])
            entries[entry] = 1 / (1 + (-x).exp())
        for group in range(p.n_groups):
            items = np.flatnonzero(p.share_group == group)
            share = {n: 1 / (1 + (-at[p.share_base[n]]).exp()) for n in items}
            kept = [n for n in items if single[p.share_base[n]]]
            taken = sum(share[n] for n in kept)
            others = sum(share[n] for n in items if n not in kept)
            left = max(Decimal(0), 1 - taken)
            weight = {
                n: (share[n] / max(Decimal(1), taken) if n in kept else share[n] * left / others)
                * shift[p.share_shift[n]].exp()
                for n in items
            }
            for n in items:
                entries[p.share_entry[n]] = weight[n] / sum(weight.values())

        def weights(pace: int, steps: int) -> list[Decimal]:
            return [(-at[pace] * k / (steps - 1)).exp() for k in range(steps)]

        for n, entry in enumerate(p.hazard_entry):
            chance = 1 / (1 + (-at[p.hazard_base[n]] - shift[p.hazard_shift[n]]).exp())
            each = weights(p.hazard_pace[n], int(p.hazard_steps[n]))
            stays = (1 - chance) ** (sum(each[-p.hazard_open[n] :]) / sum(each))
            entries[entry] = 1 - stays if p.hazard_happens[n] else stays
        for n, entry in enumerate(p.step_entry):
            each = weights(p.step_pace[n], int(p.step_steps[n]))
            entries[entry] = each[p.step_position[n]] / sum(each[-p.step_open[n] :])
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
    apart = [fill(network().program, u[:, d], make()) for d, make in enumerate(SINGLES)]
    np.testing.assert_allclose(together, np.stack(apart, axis=1), rtol=1e-14)


def test_a_large_single_share_leaves_exactly_its_complement() -> None:
    u = random_u(1)
    u[network().addresses.index("q.y")] = 40.0  # 1 - p is 4e-18, below the spacing of numbers near 1
    found = fill(network().program, u, some_singles())
    exact = exactly(network(), u[:, 0], some_singles())
    shares = network().program.share_entry
    np.testing.assert_allclose(found[shares, 0], [float(exact[n]) for n in shares], rtol=1e-12)


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
        u[:, 0] = np.where(np.isin(np.arange(len(u)), p.logistic_base), certain, 2.0)
        found = fill(p, u, no_singles())[p.logistic_entry, 0]
        assert found.tolist() == [value if sign > 0 else 1 - value for sign in p.logistic_sign]


def test_without_a_draw_axis() -> None:
    u = random_u(1)
    np.testing.assert_array_equal(
        fill(network().program, u[:, 0], some_singles()), fill(network().program, u, some_singles())[:, 0]
    )


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


@pytest.mark.parametrize("n_draws", [None, 5])
@pytest.mark.parametrize("singles", SINGLES)
def test_symbolic_entries_and_slopes(
    singles: Callable[[], npt.NDArray[np.bool_]], n_draws: int | None
) -> None:
    import pytensor
    import pytensor.tensor as pt

    from cruxmap.bayes.arrays import PYTENSOR

    p, single = network().program, singles()
    u = pt.vector("u", dtype="float64") if n_draws is None else pt.matrix("u", dtype="float64")
    entries = fill(p, u, single, PYTENSOR)
    assert entries.dtype == "float64"
    cotangent = np.random.default_rng(5).normal(size=(p.n_entries, *([] if n_draws is None else [n_draws])))
    slope = pytensor.grad((entries * cotangent).sum(), u)
    run = pytensor.function([u], [entries, slope], mode="FAST_COMPILE")
    for values in (random_u(n_draws or 1, 1.0), with_certainties(n_draws or 1)):
        at = values[:, 0] if n_draws is None else values
        symbolic, symbolic_slope = run(at)
        mine = fill(p, at, single)
        np.testing.assert_allclose(symbolic, mine, rtol=1e-11)
        np.testing.assert_allclose(
            symbolic_slope, pullback(p, at, single, mine, cotangent), rtol=1e-9, atol=1e-12
        )


def test_symbolic_singles_may_differ_from_column_to_column() -> None:
    import pytensor
    import pytensor.tensor as pt

    from cruxmap.bayes.arrays import PYTENSOR

    p, values = network().program, random_u(3, 1.0)
    singles = np.stack([make() for make in SINGLES], axis=1)
    u = pt.matrix("u", dtype="float64")
    entries = fill(p, u, singles, PYTENSOR)
    cotangent = np.random.default_rng(5).normal(size=(p.n_entries, 3))
    run = pytensor.function(
        [u], [entries, pytensor.grad((entries * cotangent).sum(), u)], mode="FAST_COMPILE"
    )
    symbolic, slope = run(values)
    mine = fill(p, values, singles)
    np.testing.assert_allclose(symbolic, mine, rtol=1e-11)
    np.testing.assert_allclose(slope, pullback(p, values, singles, mine, cotangent), rtol=1e-9, atol=1e-12)


# --- dependencies ------------------------------------------------------------------------------


def test_dependencies_are_what_moves_entries() -> None:
    p = network().program
    u = np.abs(random_u(1, 1.0))
    entries = fill(p, u, no_singles())
    moved = set()
    for j in range(len(u)):
        bump = u.copy()
        bump[j] += 0.1
        moved |= {(entry, j) for entry in np.flatnonzero(fill(p, bump, no_singles())[:, 0] != entries[:, 0])}
    found = list(zip(*(index.tolist() for index in dependencies(p)), strict=True))
    assert found == sorted(moved)
