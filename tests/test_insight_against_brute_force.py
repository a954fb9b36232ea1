"""Cruxes and diffs give what their definitions give over enumerated worlds, on drawn maps."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cruxmap.engine.draws import latin_hypercube
from cruxmap.insight import sobol
from cruxmap.insight.cruxes import CruxTable, cruxes
from cruxmap.insight.diff import diff
from cruxmap.language.argument_map import (
    AllOf,
    Argument,
    ArgumentMap,
    Claim,
    ClaimIs,
    Condition,
    Event,
    Not,
    Role,
    StateIn,
    mentioned,
)
from cruxmap.language.model_spec import ModelSpec
from helpers import drawn_maps, reference
from helpers.odds import kl
from helpers.reference import Numbers, Worlds, enumerate_worlds, numbers

DRAWS = 4
EXAMPLES = settings(max_examples=max(6, settings.default.max_examples // 5))
Z_95 = 1.6448536269514722


@pytest.fixture(autouse=True, scope="module")
def _little_sobol() -> Iterator[None]:
    """Sobol shares have tests of their own; here they only take time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sobol, "SOBOL_WORK", 1.0)
        yield


def ask(data: st.DataObject, worldviews: int) -> ModelSpec:
    """A question put to a drawn map, with or without something assumed."""
    drawn = data.draw(
        drawn_maps.drafts_with_brought(max_things=5, max_arguments=4, max_worldviews=worldviews)
    )
    target = data.draw(drawn.conditions())
    assuming = data.draw(st.lists(drawn.conditions(), max_size=1))
    return drawn.read_model(
        target=target, assuming=assuming, sampling={"draws": str(DRAWS)}, worldviews="all"
    )


def drawn_worlds(spec: ModelSpec, worldview: str) -> list[Worlds]:
    addresses = tuple(spec.map.judgements)
    z = latin_hypercube(spec.sampling.seed, addresses, DRAWS, 0, DRAWS)
    at = [dict(zip(addresses, column, strict=True)) for column in z.T.tolist()]
    return [enumerate_worlds(spec.map, numbers(spec.map, worldview, z)) for z in at]


def with_the_argument(worlds: Worlds, argument: str) -> Worlds:
    """The worlds in which an argument holds: no condition can say so."""
    inside = worlds.world[argument] == 1
    world = {name: column[inside] for name, column in worlds.world.items()}
    return Worlds(worlds.reading, world, worlds.weight[inside])


def joints(draws: Sequence[Worlds], spec: ModelSpec, about: Condition | str) -> np.ndarray:
    """P(target, about | given) per draw: target false, true by about false, true."""
    target, tables = spec.target.condition, np.zeros((len(draws), 2, 2))
    for table, worlds in zip(tables, draws, strict=True):
        for row, aim in enumerate((Not(target), target)):
            whole = worlds.mass(AllOf((aim, *spec.assuming)))
            if isinstance(about, str):
                yes = with_the_argument(worlds, about).mass(AllOf((aim, *spec.assuming)))
                table[row] = whole - yes, yes
            else:
                yes = worlds.mass(AllOf((aim, about, *spec.assuming)))
                table[row] = worlds.mass(AllOf((aim, Not(about), *spec.assuming))), yes
    return tables / tables.sum(axis=(1, 2), keepdims=True)


def independent(tables: np.ndarray) -> np.ndarray:
    """The joint tables with the same margins in which target and claim say nothing about each other."""
    return tables.sum(axis=-1, keepdims=True) * tables.sum(axis=-2, keepdims=True)


# --- separation ------------------------------------------------------------------------------------


def fixed_by(conditions: Iterable[Condition]) -> set[str]:
    """The entries whose value is known when the conditions hold."""
    found: set[str] = set()
    for condition in conditions:
        match condition:
            case ClaimIs(claim=name) | StateIn(question=name, states=(_,)):
                found.add(name)
            case AllOf(parts=parts):
                found |= fixed_by(parts)
    return found


def separated(spec: ModelSpec, worldview: str, entry: str) -> bool:
    """Whether the entry is d-separated from the target given what is assumed, judgements being nodes."""
    given = numbers(spec.map, worldview)
    reading = reference.Reading(spec.map, given)
    moved = numbers(spec.map, worldview, dict.fromkeys(spec.map.judgements, 1.0))
    graph = nx.DiGraph()
    for name, own in spec.map.entry.items():
        graph.add_edges_from((parent, name) for parent in reading.parents(own))
        graph.add_node(name)
    for address, judgement in spec.map.judgements.items():
        source = given.source[address]
        if moved.u[source] != given.u[source]:
            graph.add_edge(("judgement", source), judgement.owner)
    known: set[object] = set(fixed_by(spec.assuming))
    for number, condition in enumerate((spec.target.condition, *spec.assuming)):
        graph.add_edges_from((name, ("condition", number)) for name in mentioned(condition))
        known |= {("condition", number)} if number else set()
    return nx.is_d_separator(graph, {entry}, {("condition", 0)}, known)


# --- cruxes ----------------------------------------------------------------------------------------


@EXAMPLES
@given(st.data())
def test_cruxes(data: st.DataObject) -> None:
    spec = ask(data, worldviews=1)
    worldview = spec.worldviews[0]
    table = cruxes(spec, worldview)
    draws = drawn_worlds(spec, worldview)
    possible = [w for w in draws if w.mass(AllOf(spec.assuming)) > 0] if spec.assuming else draws
    assert (table.estimate is None) == (not possible)
    assume(possible)
    p = float(np.mean([w.probability(spec.target.condition, spec.assuming)[0] for w in possible]))
    assert table.estimate == pytest.approx(p, rel=1e-9)
    assume(table.reason is None)
    for crux in (*table.claims, *table.arguments):
        name, _, state = crux.id.partition(".")
        match spec.map.entry[name]:
            case Claim() | Event() if state:
                continue  # causes and phases are no part of the reference's worlds
            case Claim():
                about: Condition | str = ClaimIs(name)
            case Argument():
                about = name
            case _:
                about = StateIn(name, (state,))
        tables = joints(possible, spec, about)
        expected = tables.mean(axis=0)
        if separated(spec, worldview, name):
            assert crux.voi == 0
        if crux.voi == 0:  # found on a graph, finer than ours where numbers cut edges
            np.testing.assert_allclose(tables, independent(tables), rtol=1e-9, atol=1e-14)
            expected = independent(expected)
        check_measures(crux, expected, p)
    check_judgements(spec, worldview, table)


def check_measures(crux: object, expected: np.ndarray, p: float) -> None:
    c = expected[:, 1].sum()
    assert crux.probability == pytest.approx(c, rel=1e-9, abs=1e-14)
    assert crux.voi >= 0
    if crux.given_true is None or crux.given_false is None:
        assert min(c, 1 - c) <= 1e-15
        assert crux.voi == 0
        return
    p0, p1 = expected[1] / expected.sum(axis=0)
    close = {"rel": 1e-7, "abs": 1e-9}
    assert crux.given_true == pytest.approx(p1, **close)
    assert crux.given_false == pytest.approx(p0, **close)
    assert crux.swing == pytest.approx(p1 - p0, **close)
    assert crux.voi == pytest.approx(c * kl(p1, p) + (1 - c) * kl(p0, p), **close)
    assert crux.expected_move == pytest.approx(c * abs(p1 - p) + (1 - c) * abs(p0 - p), **close)
    assert c * crux.given_true + (1 - c) * crux.given_false == pytest.approx(p, rel=1e-9, abs=1e-14)


def check_judgements(spec: ModelSpec, worldview: str, table: CruxTable) -> None:
    """Ranges move one judgement with all that is linked to it; slopes are finite differences."""
    central = numbers(spec.map, worldview)
    for row in table.judgements:
        low, high = (
            chances(spec, numbers(spec.map, worldview, {row.address: z}))[0] for z in (-Z_95, Z_95)
        )
        if row.target_low is not None and row.low != row.high:
            assert row.target_low == pytest.approx(low, rel=1e-9, abs=1e-300)
            assert row.target_high == pytest.approx(high, rel=1e-9, abs=1e-300)
        strength = spec.map.judgements[row.address].role is Role.STRENGTH
        if row.slope is None or not math.isfinite(central.u[row.address]):
            continue
        if strength and central.u[row.address] <= 0:
            assert row.slope == 0
            continue
        step = 1e-5
        ends = [
            logit_of(chances(spec, replace(central, u=shifted(central, row.address, way * step))))
            for way in (-1, 1)
        ]
        assert row.slope == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-5, abs=1e-7)


def shifted(given: Numbers, address: str, by: float) -> Mapping[str, float]:
    """The numbers with one judgement moved, and all that take theirs from it."""
    return {a: u + by if given.source[a] == address else u for a, u in given.u.items()}


def chances(spec: ModelSpec, given: Numbers) -> tuple[float, float]:
    return enumerate_worlds(spec.map, given).probability(spec.target.condition, spec.assuming)


def logit_of(chance: tuple[float, float]) -> float:
    with np.errstate(divide="ignore"):
        return float(np.log(chance[0]) - np.log(chance[1]))


# --- diffs -----------------------------------------------------------------------------------------


@pytest.mark.long
@EXAMPLES
@given(st.data())
def test_diffs(data: st.DataObject) -> None:
    spec = ask(data, worldviews=2)
    views = ["map", *spec.map.worldview]
    assume(len(views) > 1)
    a, b = data.draw(st.sampled_from(list(permutations(views, 2))))
    found, back = diff(spec, a, b), diff(spec, b, a)
    shares = {d.id: d.share_logit for d in found.differences}
    assert {d.id: d.share_logit for d in back.differences} == {
        name: None if share is None else -share for name, share in shares.items()
    }
    assert {c.id: c.vod for c in found.double_cruxes} == pytest.approx(
        {c.id: c.vod for c in back.double_cruxes}
    )
    assert diff(spec, a, a).differences == ()
    one, other = numbers(spec.map, a), numbers(spec.map, b)
    links = [n for given in (one, other) for n, source in given.source.items() if n != source]
    assume(not links)
    players = owners_that_differ(spec.map, one, other)
    assert players <= shares.keys()
    values = {
        frozenset(taken): chances(spec, mixture(spec.map, one, other, set(taken)))
        for taken in chain.from_iterable(subsets(sorted(players)))
    }
    logits = {taken: logit_of(chance) for taken, chance in values.items()}
    assume(np.isfinite(list(logits.values())).all())
    assert found.reason is None
    assert found.gap_logit == pytest.approx(logits[frozenset(players)] - logits[frozenset()], abs=1e-9)
    assert sum(shares.values()) == pytest.approx(found.gap_logit, abs=1e-9)
    for difference in found.differences:
        share = shapley_value(difference.id, sorted(players), logits)
        assert difference.share_logit == pytest.approx(share, abs=1e-9)
        share = shapley_value(difference.id, sorted(players), {t: p for t, (p, _) in values.items()})
        assert difference.share_probability == pytest.approx(share, abs=1e-9)


def owners_that_differ(argument_map: ArgumentMap, one: Numbers, other: Numbers) -> set[str]:
    return {
        judgement.owner
        for address, judgement in argument_map.judgements.items()
        if abs(one.u[address] - other.u[address]) > 1e-12
        or (address in one.singles) != (address in other.singles)
    }


def mixture(argument_map: ArgumentMap, one: Numbers, other: Numbers, first: set[str]) -> Numbers:
    """The numbers of `one` for the entries in `first`, those of `other` for the rest."""
    owner = {address: judgement.owner for address, judgement in argument_map.judgements.items()}
    u = {a: (one if owner[a] in first else other).u[a] for a in owner}
    singles = {a for a in owner if a in (one if owner[a] in first else other).singles}
    return Numbers(u, frozenset(singles))


def subsets(names: Sequence[str]) -> Iterable[list[tuple[str, ...]]]:
    for mask in range(2 ** len(names)):
        yield [tuple(name for i, name in enumerate(names) if mask >> i & 1)]


def shapley_value(name: str, players: Sequence[str], value: Mapping[frozenset[str], float]) -> float:
    """The mean change that a player makes on joining, over all orders of joining."""
    if name not in players:
        return 0.0
    changes = []
    for order in permutations(players):
        before = frozenset(order[: order.index(name)])
        changes.append(value[before | {name}] - value[before])
    return float(np.mean(changes))
