"""Arguments of which every worldview has its own: what many cost, and that they change nothing else."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymc import sample_prior_predictive

import cruxmap as cm
from cruxmap.bayes.model import explicit_name
from cruxmap.engine.compiled_formulas import fill_packed, pull_packed
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import Filled, Network
from cruxmap.engine.planning import plan
from cruxmap.engine.queries import infer, log_z_gradient
from cruxmap.insight import gap_shares
from cruxmap.insight.diff import diff, diffs
from cruxmap.insight.live_model import open_model
from cruxmap.insight.pairs import against_rest
from cruxmap.insight.pool import pool
from cruxmap.language.argument_map import (
    ArgumentMap,
    ClaimIs,
    Direction,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
)
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec, Target
from cruxmap.network import inquiry as inquiries
from cruxmap.network import lowering
from cruxmap.network.inquiry import entries_of, inquire
from cruxmap.network.lowering import lower
from cruxmap.network.means_and_deviations import Numbers, numbers, unconstrained
from helpers import reference
from helpers.maps_by_hand import (
    argument,
    build_map,
    claim,
    event,
    phase,
    question,
    routes,
    timeline,
    worldview,
)
from helpers.maps_from_text import model

TEN = tuple(f"r{k}" for k in range(10))

MAP = """
claims:
  p: {text: P., credence: 50% to 70%}
  q: {text: Q., credence: 30%}
  c: {text: C., credence: 20% to 40%}
  t: {text: T., given: [{when: c, credence: 80%}, {otherwise: 10%}]}
arguments:
  shared: {text: Shared., for: c, premises: [p], credence: 80%, strength: 3x}
  doubt: {text: Doubt., against: c, strength: 2x}
"""
ASK = "target: t\nsampling: {draws: 200}\n"


def reviewers(*names: str, ask: str = ASK) -> ModelSpec:
    """A model of reviewers who each bring two arguments on one claim."""
    own = {}
    for k, name in ((int(name[1:]), name) for name in names):
        premise, credence = ("p", "q", "{not: p}")[k % 3], f"{50 + k}% to 90%"
        own[name] = f"""
        judgements: {{c: {10 + 5 * k}% to {30 + 5 * k}%}}
        arguments:
          {name}-pro: {{text: P., for: c, premises: [{premise}], credence: {credence}, strength: {k + 2}x}}
          {name}-con: {{text: Con., against: c, credence: 60%, strength: 1.{k + 1}x}}
        """
    return model(MAP, ask, **own)


def products(spec: ModelSpec) -> int:
    inquiry = inquire(spec)
    return plan(inquiry.network, inquiry.targets, [v for v, _ in inquiry.given]).triples


@pytest.fixture
def unshared() -> Iterator[None]:
    """Every argument sits alone, as if all were in force together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lowering, "_in_force", lambda *_: {})
        yield


# --- what they cost --------------------------------------------------------------------------------


def test_a_claim_costs_what_the_worldview_with_most_in_force_costs() -> None:
    one, ten = inquire(reviewers("r3")), inquire(reviewers(*TEN))
    tables = [each.network.tables[each.network.places["c"]] for each in (one, ten)]
    assert [len(table.rows) for table in tables] == [2 * 2**4] * 2
    largest = max(len(table.rows) for table in ten.network.tables)
    assert largest == 2 * 2**4
    alone, together = (products(reviewers(*names)) for names in (("r3",), TEN))
    assert together <= alone + 40 * 18  # a link of a chain and its own table for each of the others
    assert [len(seat) for seat in ten.network.seats] == [10, 10]


def test_what_nobody_has_in_force_costs_nothing() -> None:
    ten, alone = reviewers(*TEN), reviewers("r3")
    assert products(replace(ten, worldviews=("r3",))) == products(replace(alone, worldviews=("r3",)))
    network = inquire(replace(ten, worldviews=("r3",))).network
    assert network.tables[network.places["r4-pro"]].scope == (network.places["r4-pro"],)
    assert network.seats == ()


def test_each_sits_where_it_meets_nobody() -> None:
    """What two have in common meets the most, and is seated first."""
    arguments = [argument(name, Direction.FOR, [OnClaim("c")], 2.0) for name in "vwxyz"]
    views = {"a": "xw", "b": "xy", "d": "yv", "e": "z"}
    spec = build_map(
        claim("c", 0.3),
        *arguments,
        worldviews=[worldview(w, {}, rejects=sorted({*"vwxyz"} - {*kept})) for w, kept in views.items()],
    )
    network = lower(spec, (), [settle(spec, w) for w in views])
    names = [{network.addresses[j] for j in seat} for seat in network.seats]
    assert names == [{"x", "v", "z"}, {"y", "w"}]


# --- that nothing else changes ---------------------------------------------------------------------


@cache
def estimates(*names: str) -> dict[str, np.ndarray]:
    found = cm.estimate(reviewers(*names)).worldviews
    return {name: np.array([one.draws, one.unconditional.draws]) for name, one in found.items()}


@pytest.mark.parametrize("name", ["r0", "r4", "r9"])
def test_estimates_are_those_of_each_by_itself(name: str) -> None:
    np.testing.assert_allclose(estimates(*TEN)[name], estimates(name)[name], rtol=1e-12)


def test_the_printed_network_says_when_a_strength_counts() -> None:
    from cruxmap.engine.text import network_text

    text = network_text(inquire(reviewers("r0", "r1")).network)
    assert "c [seat 3] {false, true} | r0-pro, r1-pro" in text
    assert "+ r0-pro.strength (unless r0-pro is 0%)" in text
    assert "+ shared.strength (unless" not in text


def everywhere(kept: Sequence[frozenset[str]]) -> ArgumentMap:
    """A map with arguments on all that can be argued about; each worldview has some of them."""
    both = [("a", Direction.FOR, 3.0), ("b", Direction.AGAINST, (1.5, 4.0))]
    on = {
        "c": (OnClaim("c"),),
        "k": (OnRoute("k", "by-p"),),
        "q": (OnStates("q", ("x", "y")),),
        "e": (OnPhase("e", "early"), OnClaim("c")),
    }
    arguments = [
        argument(
            f"{place}-{name}", way, list(targets), weight, credence=0.7, premises=["p"] * (name == "a")
        )
        for place, targets in on.items()
        for name, way, weight in both[: 1 + (place in "cq")]
    ]
    names = [one.about.id for one in arguments]
    return build_map(
        claim("p", (0.3, 0.6)),
        claim("c", 0.2),
        routes("k", ("by-p", "p", 0.3), leak=0.1),
        question("q", ["x", "y", "z"], (None, None, [0.2, 0.3, 0.5])),
        event("e", "line", phase("e", "early", (None, None, 0.4))),
        *arguments,
        timelines=[timeline("line", early=2)],
        worldviews=[
            worldview(f"w{k}", {}, rejects=[name for name in names if name not in some])
            for k, some in enumerate(kept)
        ],
    )


def filled(network: Network, given_: Numbers, z: np.ndarray, number: int) -> Filled:
    u = unconstrained(given_, z.copy(), number)
    return Filled(fill(network.program, u, given_.single[number]))


NAMES = [one.about.id for one in everywhere(()).arguments]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.frozensets(st.sampled_from(NAMES), max_size=4), min_size=2, max_size=4))
def test_one_network_serves_every_worldview(kept: list[frozenset[str]]) -> None:
    spec = everywhere(kept)
    views = [settle(spec, name) for name in spec.worldview]
    network, given_ = lower(spec, (), views), numbers(spec, views)
    z = np.random.default_rng(1).normal(size=(len(network.addresses), 2))
    for w, view in enumerate(views):
        alone, of_one = lower(spec, (), [view]), numbers(spec, [view])
        found, expected = (
            infer(net, filled(net, nums, z, number), (), sorted(net.places.values())).marginals
            for net, nums, number in ((network, given_, w), (alone, of_one, 0))
        )
        for name, place in network.places.items():
            np.testing.assert_allclose(
                found[place], expected[alone.places[name]], rtol=1e-12, atol=1e-300, err_msg=name
            )
        if w:
            continue
        draw = dict(zip(network.addresses, z[:, 1].tolist(), strict=True))
        worlds = reference.enumerate_worlds(spec, reference.numbers(spec, view.worldview, draw))
        for name in spec.entry:
            marginal = worlds.marginal(name)
            by_state = [marginal.get(state, 0.0) for state in reference.states_of(spec, name)]
            np.testing.assert_allclose(found[network.places[name]][:, 1], by_state, rtol=1e-9)


# --- PyMC ------------------------------------------------------------------------------------------


SEEN = ASK + "observed: [t]\n"


def of_one(name: str, addresses: Sequence[str], z: np.ndarray) -> tuple[float, np.ndarray]:
    """The log-likelihood of the only reviewer, and its slope in the draws at some addresses."""
    inquiry = inquire(replace(reviewers(name, ask=SEEN), worldviews=(name,)))
    network, numbers_ = inquiry.network, inquiry.numbers
    at = dict(zip(addresses, z.tolist(), strict=True))
    whole = np.array([[at[address]] for address in network.addresses])
    log_z, of_entries = log_z_gradient(network, entries_of(inquiry, 0, whole.copy()), inquiry.observed)
    u = unconstrained(numbers_, whole.copy(), 0)
    entries = fill(network.program, u, numbers_.single[0])
    slope = pullback(network.program, u, numbers_.single[0], entries, of_entries)[:, 0] * numbers_.sd[0]
    of_address = dict(zip(network.addresses, slope.tolist(), strict=True))
    return float(log_z[0]), np.array([of_address.get(address, 0.0) for address in addresses])


@pytest.mark.long
def test_the_pymc_model_has_the_density_and_the_slopes_of_each_by_itself() -> None:
    spec = replace(reviewers(*TEN, ask=SEEN), worldviews=TEN)
    inquiry, built = inquire(spec), cm.build(spec)
    addresses = list(built.coords["address"])
    z = np.random.default_rng(4).normal(size=(10, len(addresses)))
    density, slopes = built.logp_dlogp_function(ravel_inputs=True)(z.ravel())
    column = [inquiry.network.addresses.index(address) for address in addresses]
    whole = np.zeros((10, len(inquiry.network.addresses)))
    whole[:, column] = z
    alone = [of_one(name, inquiry.network.addresses, row) for name, row in zip(TEN, whole, strict=True)]
    prior = -0.5 * (z**2).sum() - 0.5 * z.size * math.log(2 * math.pi)
    assert density == pytest.approx(prior + sum(log_z for log_z, _ in alone), rel=1e-12)
    expected = np.array([slope for _, slope in alone])[:, column] - z
    np.testing.assert_allclose(slopes.reshape(z.shape), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.long
def test_the_explicit_model_draws_what_the_exact_one_says() -> None:
    spec = replace(reviewers("r0", "r1", "r2"), worldviews=("r0", "r1", "r2"))
    inquiry, n = inquire(spec), 4_000
    network = inquiry.network
    with cm.build(spec, explicit=True):
        prior = sample_prior_predictive(n, random_seed=1).prior
    known = [network.addresses.index(a) for a in prior["z"].coords["address"].to_numpy()]
    for w in range(3):
        z = np.zeros((len(network.addresses), n))
        z[known] = prior["z"].to_numpy()[0, :, w].T
        exact = infer(network, entries_of(inquiry, w, z), (), sorted(network.places.values())).marginals
        for variable, p in exact.items():
            drawn = prior[explicit_name(network, variable)].to_numpy()[0, :, w].mean()
            spread = math.sqrt((p[1] * (1 - p[1])).clip(min=0).mean() / n)
            assert abs(drawn - p[1].mean()) <= 5 * spread + 1e-12, network.variables[variable].name


@pytest.mark.long
def test_compiled_formulas_and_slopes_are_the_same_in_seats() -> None:
    inquiry = inquire(reviewers(*TEN))
    p, index = inquiry.network.program, inquiry.network.addresses.index
    u = inquiry.numbers.mu.T.copy()
    single = np.zeros(u.shape, np.int8)
    entries = fill(p, u, single != 0)
    cotangent = np.random.default_rng(5).normal(size=entries.shape)
    slope = pullback(p, u, single != 0, entries, cotangent)
    compiled, compiled_slope = np.empty_like(entries), np.zeros_like(u)
    fill_packed(p.packed, u, single, compiled)
    pull_packed(p.packed, u, single, entries, cotangent, compiled_slope)
    np.testing.assert_allclose(compiled, entries, rtol=1e-13)
    np.testing.assert_allclose(compiled_slope, slope, rtol=1e-10, atol=1e-13)
    own = index("r3-pro.strength")
    assert np.flatnonzero(slope[own]).tolist() == [3]
    step = np.zeros_like(u)
    step[own] = 1e-6
    change = (fill(p, u + step, single != 0) - fill(p, u - step, single != 0)) / 2e-6
    np.testing.assert_allclose((cotangent * change).sum(axis=0), slope[own], rtol=1e-6, atol=1e-8)


# --- mixtures of worldviews ------------------------------------------------------------------------


def by_enumeration(spec: ModelSpec, a: str, b: str) -> dict[str, float]:
    """The Shapley value of each argument, and of the claim, by the sum over all sets of the others."""
    sides = [reference.numbers(spec.map, name) for name in (a, b)]
    owners = {address: one.owner for address, one in spec.map.judgements.items()}
    players = sorted({owners[k] for k in owners if sides[0].u[k] != sides[1].u[k]})

    @cache
    def worth(taken: frozenset[str]) -> float:
        u = {k: sides[0 if owners[k] in taken else 1].u[k] for k in owners}
        yes, no = reference.enumerate_worlds(spec.map, reference.Numbers(u)).probability(ClaimIs("t"))
        return math.log(yes) - math.log(no)

    n, found = len(players), {}
    for player in players:
        others = [one for one in players if one != player]
        found[player] = sum(
            (worth(frozenset(some) | {player}) - worth(frozenset(some))) / (n * math.comb(n - 1, size))
            for size in range(n)
            for some in combinations(others, size)
        )
    return found


def test_a_diff_mixes_what_both_have_in_force() -> None:
    expected = by_enumeration(reviewers("r2", "r7"), "r2", "r7")
    assert set(expected) == {"c", "r2-pro", "r2-con", "r7-pro", "r7-con"}
    found = diff(reviewers(*TEN), "r2", "r7")
    shares = {one.id: one.share_logit for one in found.differences}
    assert shares.keys() == expected.keys()
    for player, share in expected.items():
        assert shares[player] == pytest.approx(share, abs=1e-9)
    assert found.gap_logit == pytest.approx(sum(expected.values()), abs=1e-9)


def test_diffs_of_many_pairs_share_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(inquiry: inquiries.Inquiry, groups: Sequence[tuple[int, int]]) -> inquiries.Inquiry:
        made.append(groups)
        return inquiries.for_mixtures(inquiry, groups)

    monkeypatch.setattr(gap_shares, "for_mixtures", counted)
    spec = reviewers("r0", "r1", "r2", "r3")
    pairs = [("r0", "r1"), ("r2", "r3"), ("r1", "r0"), ("r0", "r2")]
    found = diffs(spec, pairs)
    assert made == [[(0, 1), (2, 3)], [(1, 0)], [(0, 2)]]
    for (a, b), one in zip(pairs, found, strict=True):
        alone = diff(reviewers(a, b), a, b)
        assert {d.id: d.share_logit for d in one.differences} == pytest.approx(
            {d.id: d.share_logit for d in alone.differences}, abs=1e-9
        )
    rest = against_rest(spec, "r0", ["r1", "r2"])
    assert rest.gap_logit == pytest.approx((found[0].gap_logit + found[3].gap_logit) / 2, abs=1e-9)


def test_too_many_in_a_mixture_leave_only_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = reviewers("r0", "r1", "r2")
    whole = diff(spec, "r0", "r1")
    monkeypatch.setattr(inquiries, "MAX_ARGUMENTS", 5)
    found = diff(spec, "r0", "r1")
    assert found.gap_logit == pytest.approx(whole.gap_logit, abs=1e-12)
    assert "in mixtures of the two worldviews 6 arguments would bear on `c` together" in found.reason
    assert {d.share_logit for d in found.differences} == {None}
    pooled = pool(spec, everyone=True)
    assert [answer.id for answer in pooled.answers] == ["linear", "logarithmic", "extremised"]
    assert pooled.explanation.startswith("Judgements are not pooled: 8 arguments would bear on `c`")
    assert {part.share for part in pooled.uncertainty.disagreement} == {0.0}
    assert pooled.uncertainty.disagreement_left == 1.0


@pytest.mark.long
def test_a_pool_has_all_in_force(request: pytest.FixtureRequest) -> None:
    spec = reviewers("r0", "r1", "r2")
    ours = pool(spec, everyone=True)
    request.getfixturevalue("unshared")
    theirs = pool(spec, everyone=True)
    for one, other in zip(ours.answers, theirs.answers, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-9)
    parts = {part.id: part.share for part in theirs.uncertainty.disagreement}
    assert {part.id: part.share for part in ours.uncertainty.disagreement} == pytest.approx(parts)


# --- kept open -------------------------------------------------------------------------------------


def test_a_model_kept_open_is_without_what_others_bring() -> None:
    spec = reviewers(*TEN, ask="target: c\n")
    state, alone = open_model(spec, "r4"), reviewers("r4", ask="target: c\n")
    assert state.probability() == pytest.approx(cm.probability(alone, "c", worldview="r4"), rel=1e-12)
    assert state.marginals()["r3-pro"] == 0.0
    largest = max(len(table.rows) for table in state.asking.lowered.network.tables)
    assert largest == 2 * 2**4
    both = reviewers("r3", "r4", ask="target: c\n").map
    r4 = replace(both.worldview["r4"], accepts=("r3-pro",))
    both = replace(both, worldviews=(both.worldview["r3"], r4))
    accepted = state.accept("r3-pro")
    expected = reference.enumerate_worlds(both, reference.numbers(both, "r4"))
    assert accepted.probability() == pytest.approx(expected.probability(ClaimIs("c"))[0], rel=1e-12)
    assert accepted.marginals()["r3-pro"] == pytest.approx(expected.marginal("r3-pro")[1], rel=1e-12)
    again = accepted.reject("r3-pro")
    assert again.probability() == pytest.approx(state.probability(), rel=1e-12)
    assert again.marginals()["r3-pro"] == 0.0
    with pytest.raises(cm.InvalidMap, match="22 arguments would bear on `c`, and 16 are the most"):
        state.accept(*(f"{name}-{side}" for name in TEN for side in ("pro", "con")))


def test_a_model_kept_open_is_without_what_its_worldview_rejects_in_a_crowd() -> None:
    names = [f"x{k}" for k in range(14)]
    arguments = [argument(name, Direction.FOR, [OnClaim("c")], 1.5, credence=0.7) for name in names]
    spec = build_map(
        claim("c", 0.3), *arguments, worldviews=[worldview("w", {}, rejects=names[2:]), worldview("v", {})]
    )
    state = open_model(replace(reviewers("r0"), map=spec, target=Target("c", ClaimIs("c"))), "w")
    assert max(len(table.rows) for table in state.asking.lowered.network.tables) == 2 * 2**2

    def expected(n: int) -> float:
        chances = [math.comb(n, k) * 0.7**k * 0.3 ** (n - k) for k in range(n + 1)]
        return sum(p / (1 + 0.7 / 0.3 / 1.5**k) for k, p in enumerate(chances))

    assert state.probability() == pytest.approx(expected(2), rel=1e-12)
    assert state.accept("x7").probability() == pytest.approx(expected(3), rel=1e-12)
    assert state.accept("x7").reject("x0", "x7").probability() == pytest.approx(expected(1), rel=1e-12)


def test_a_route_that_somebody_else_brings_can_be_accepted() -> None:
    text = "claims:\n  k: {text: K., leak: 10%, routes: [{id: one, chance: 20%}]}\n"
    own = "routes: {k: [{id: two, chance: 30%}]}\n"
    state = open_model(model(text, "target: k\n", ann=own, bob=""), "bob")
    assert state.probability() == pytest.approx(1 - 0.9 * 0.8, rel=1e-12)
    accepted = state.accept("k.two")
    assert accepted.probability() == pytest.approx(1 - 0.9 * 0.8 * 0.7, rel=1e-12)
    assert accepted.set({"k.two": "40%"}).probability() == pytest.approx(1 - 0.9 * 0.8 * 0.6, rel=1e-12)
