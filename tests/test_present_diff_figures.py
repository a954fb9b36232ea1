"""Figures of cruxes and diffs as data: what is drawn is what the answers say, and no two labels touch."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from cruxmap.insight.coherence import Coherence
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.diff import Difference, Structure, WorldviewDiff
from cruxmap.insight.double_cruxes import DoubleCrux, DoubleCruxes
from cruxmap.insight.kinds import Kind
from cruxmap.insight.pairs import AgainstRest, MeanDifference, Merge, PairMatrix, pairs
from cruxmap.insight.pool import Pool, PooledAnswer
from cruxmap.insight.revisions import RevisionDiff, WorldviewChange
from cruxmap.insight.sentences import case_of
from cruxmap.insight.uncertainty import PartOfEntry, uncertainty_of
from cruxmap.insight.what_it_takes import takes
from cruxmap.present import coherence_tables, crux_tables, diff_tables, pool_tables
from cruxmap.present.canvas import ROW
from cruxmap.present.crux_figures import GLYPHS, crux_figures
from cruxmap.present.diff_figures import (
    diff_figures,
    dumbbells,
    pair_figures,
    rest_figures,
    waterfall,
)
from cruxmap.present.listings import for_people
from cruxmap.present.pool_figures import pool_figures, uncertainty_figures
from cruxmap.present.takes_tables import TAKES_LISTINGS
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model
from helpers.odds import logit

LONG = "A sentence that goes on and on, and says what this entry is about in far more words than fit. " * 3


def difference(number: int, share: float) -> Difference:
    name = f"a-difference-with-quite-a-long-name-{number}"
    return Difference(name, LONG, None, share, share / 20, 0.0, ())


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def a_diff(shares: list[float], p: float = 0.2, **more) -> WorldviewDiff:
    ordered = sorted(shares, key=lambda share: -abs(share))
    gap = math.fsum(shares)
    more = {"mean_a": p, "mean_b": sigmoid(logit(p) - gap)} | more
    return WorldviewDiff(
        a="ann",
        b="bob",
        target="target",
        probability_a=p,
        probability_b=sigmoid(logit(p) - gap),
        gap_logit=gap,
        differences=tuple(difference(number, share) for number, share in enumerate(ordered)),
        to_settle=DoubleCruxes(),
        structure=Structure((), (), (), ()),
        draws=1,
        **more,
    )


def labels_apart(figure):
    figure.draw_without_rendering()
    texts = [*figure.texts]
    for axes in figure.axes:
        texts += [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = axis.get_major_ticks()
            texts += [tick.label1 for tick in ticks if min(ends) <= tick.get_loc() <= max(ends)]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1, text
    for (one, box), (other, other_box) in combinations(boxes, 2):
        assert not box.overlaps(other_box), (one, other)


@pytest.mark.parametrize("n", [1, 5, 200])
def test_a_waterfall_leads_from_the_one_s_mean_to_the_other_s(n: int) -> None:
    shares = [(-1) ** k * 3 / (k + 1) for k in range(n)]
    diff = a_diff(shares, mean_a=0.25, mean_b=0.03)
    figure = waterfall(diff)
    [axes] = figure.axes
    at = logit(diff.mean_b)
    for bar in axes.patches:
        assert bar.get_x() == pytest.approx(at, abs=1e-9)
        at += bar.get_width()
    assert at == pytest.approx(logit(diff.mean_a), abs=1e-9)
    first, *_, last = axes.patches
    assert first.get_x() + first.get_width() == pytest.approx(logit(diff.probability_b), abs=1e-9)
    assert last.get_x() == pytest.approx(logit(diff.probability_a), abs=1e-9)
    assert len(axes.patches) <= 20
    labels_apart(figure)


@pytest.mark.parametrize("shares", [[3.254], [2.1, 1.0, -0.4, 0.3], [0.9 / (k + 1) for k in range(40)]])
def test_the_numbers_beside_a_bar_are_its_own_length(shares: list[float]) -> None:
    diff = a_diff(shares, p=0.05, mean_a=0.08, mean_b=0.001)
    [axes] = waterfall(diff).axes
    said = {text.get_text() for text in axes.texts}
    for bar in axes.patches:
        start, move = bar.get_x(), bar.get_width()
        in_points = 100 * (sigmoid(start + move) - sigmoid(start))
        assert f"{in_points:+#.2g} pp" in said
        assert f"{move:+.2f} log-odds" in said
    assert {"bob: from mean to central", "ann: from central to mean"} <= said


def test_where_mean_and_central_are_the_same_no_bar_leads_from_one_to_the_other() -> None:
    [axes] = waterfall(a_diff([1.0, 0.5])).axes
    said = [text.get_text() for text in axes.texts]
    assert said.count("mean and central") == 2
    assert len(axes.patches) == 2
    [axes] = waterfall(a_diff([1.0, 0.5], mean_a=None, mean_b=1.0)).axes
    assert [text.get_text() for text in axes.texts].count("central") == 1
    assert len(axes.patches) == 2


def test_a_waterfall_sums_what_is_small_up_and_down_apart() -> None:
    diff = a_diff([1.0 / (k + 1) for k in range(30)] + [-0.01, -0.02])
    [axes] = waterfall(diff).axes
    written = {text.get_text() for text in axes.texts}
    assert {"14 more, up", "2 more, down"} <= written
    down = [bar.get_width() for bar in axes.patches if bar.get_width() < 0]
    assert down == pytest.approx([-0.03])


def test_nothing_is_drawn_of_a_worldview_against_itself() -> None:
    assert diff_figures(a_diff([])) == {}


@pytest.mark.parametrize("n", [1, 12, 60])
def test_double_cruxes_are_drawn_as_both_credences_and_what_goes_of_the_gap(n: int) -> None:
    rng = np.random.default_rng(n)

    def crux(number: int) -> DoubleCrux:
        a, b, share = rng.uniform(0.001, 0.999), rng.uniform(0.001, 0.999), rng.uniform(-0.5, 0.9)
        return DoubleCrux(
            id=f"a-claim-with-a-long-name-{number}",
            text=LONG,
            kind=Kind.PREMISE,
            probability_a=a,
            probability_b=b,
            voi_a=1e-3,
            voi_b=1e-2,
            vod=share,
            vod_share=share,
            score=1.0,
            rank=number if share >= 0 else None,
        )

    found = DoubleCruxes(claims=tuple(crux(number) for number in range(n)))
    figure = dumbbells(replace(a_diff([1.0]), to_settle=found))
    [axes] = figure.axes
    dots = [line for line in axes.lines if line.get_markersize() == 6.5]
    drawn = [*found.ranking[:10], *found.widening[:5]]
    assert len(dots) == 2 * len(drawn)
    said = [text.get_text() for text in axes.texts]
    for one, a, b in zip(drawn, dots[::2], dots[1::2], strict=True):
        assert a.get_xdata() == pytest.approx([logit(one.probability_a)])
        assert b.get_xdata() == pytest.approx([logit(one.probability_b)])
        assert (a.get_markerfacecolor() == "white", b.get_markerfacecolor()) == (False, "white")
        assert {one.id, f"{100 * abs(one.vod_share):.0f}%"} <= set(said)
    heading = "Talking about these will drive the two further apart"
    assert (heading in said) == bool(found.widening)
    labels_apart(figure)


def test_the_tree_joins_the_rows_that_the_merges_join() -> None:
    names = tuple(f"a-worldview-of-a-reviewer-{number}" for number in range(4))
    square = ((0.0, 0.1, 0.4, None), (0.1, 0.0, 0.3, None), (0.4, 0.3, 0.0, None), (None,) * 4)
    merges = (Merge(0, 1, 0.1), Merge(4, 2, 0.35))
    chances = (0.1, 0.2, 0.3, None)
    matrix = PairMatrix("t", names, chances, chances, square, square, square, merges, ("someone",))
    figure = pair_figures(matrix)["pairs"]()
    _, tree = figure.axes
    first, second = (line.get_xydata().tolist() for line in tree.lines)
    assert first == [[0.0, 0.0], [0.1, 0.0], [0.1, 1.0], [0.0, 1.0]]
    assert second == [[0.1, 0.5], [0.35, 0.5], [0.35, 2.0], [0.0, 2.0]]
    labels_apart(figure)


def test_a_row_s_number_says_when_it_applies() -> None:
    text = """
    claims:
      c: {text: C., given: [{id: wet, when: {q: [x, y]}, credence: 5%}, {otherwise: 2%}]}
      r: {text: R., routes: [{id: one, when: [c, {q: x}], chance: 10%}, {id: two, chance: 20%}]}
    questions:
      q:
        text: Q?
        states: [x, y, z]
        given:
          - {id: a, when: {event: e, ever: true}, credence: {x: 1%, y: 2%, z: rest}}
          - {otherwise: {x: 20%, y: 30%, z: rest}}
    timelines:
      t: {text: T., phases: {early: 1, late: 1}}
    events:
      e:
        text: E.
        timeline: t
        emerges:
          late: {given: [{id: b, when: {event: f, ever: true}, credence: 1%}, {otherwise: 2%}]}
      f: {text: F., timeline: t, emerges: {early: 3%}}
    """
    spec = model(text, "target: r\n")
    said = {address: case_of(spec.map, address) for address in spec.map.judgements}
    assert {address: case for address, case in said.items() if case} == {
        "c.wet": "when q is x or y",
        "r.one": "when c and q is x",
        "q.a.x": "when e happens",
        "q.a.y": "when e happens",
        "q.a.z": "when e happens",
        "e.late.b": "when f happens",
    }


def test_what_sets_one_apart_is_drawn_from_nothing() -> None:
    differences = tuple(
        MeanDifference(f"a-difference-{number}", LONG, share, share / 20, 0.0, 2, 0.0)
        for number, share in enumerate([1.0, -0.5, *[0.01] * 30, 0.0])
    )
    rest = AgainstRest("ann", "target", ("bob", "eve"), 0.8, differences)
    [draw] = rest_figures(rest).values()
    figure = draw()
    [axes] = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [1.0, -0.5, *[0.01] * 14]
    assert {bar.get_x() for bar in axes.patches} == {0.0}
    assert "Left out: 16 more with smaller shares." in {text.get_text() for text in figure.texts}
    labels_apart(figure)
    assert rest_figures(replace(rest, differences=differences[-1:])) == {}


def test_pools_are_drawn_below_the_estimates_that_go_in() -> None:
    answers = (PooledAnswer("linear", 0.2, None, LONG), PooledAnswer("judgements", 0.1, (0.05, 0.3), LONG))
    shown = {"ann": 0.001, "bob": 0.4}
    result = Pool("m", "target", shown, 0.2, 1.2, answers, (), None, None, LONG)
    argument_map = model(GARDEN, "target: wet\n").map
    [draw] = pool_figures(result, argument_map).values()
    figure = draw()
    [axes] = figure.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    at = [line.get_xydata().tolist()[0] for line in dots]
    assert at == [[pytest.approx(logit(p)), y] for y, p in enumerate([*shown.values(), 0.2, 0.1])]
    [bar] = [line for line in axes.lines if line.get_linewidth() == 2.5]
    assert bar.get_xdata() == pytest.approx([logit(0.05), logit(0.3)])
    labels_apart(figure)
    assert pool_figures(replace(result, answers=()), argument_map) == {}


def test_the_parts_of_the_uncertainty_are_drawn_end_to_end() -> None:
    log_odds = {"ann": np.array([-3.0, -1.0]), "bob": np.array([0.5, 1.0])}
    found = uncertainty_of(log_odds, {"ann": 1.0, "bob": 1.0})
    total = found.information.total
    apart = [("rain", 0.03), ("sprinkler", -0.01)]
    wide = [("rain", 0.005), ("wet", 0.002)]
    shown = replace(
        found,
        disagreement=tuple(
            PartOfEntry(id=name, information=size, variance=0.0, share=0.0, standard_error=0.0)
            for name, size in apart
        ),
        imprecision=tuple(
            PartOfEntry(id=name, information=size, variance=0.0, share=0.0, standard_error=0.0)
            for name, size in wide
        ),
    )
    argument_map = model(GARDEN, "target: wet\n").map
    figure = uncertainty_figures("wet", shown, argument_map)["uncertainty"]()
    above, below = figure.axes
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in above.patches]
    shares = [*found.information.shares.values()]
    assert [stop for _, stop in ends] == pytest.approx(np.cumsum(shares))
    assert [start for start, _ in ends] == pytest.approx([0.0, *np.cumsum(shares)[:-1]])
    bars = [(bar.get_x() * total, bar.get_width() * total) for bar in below.patches]
    assert bars == [pytest.approx(bar) for bar in ((0, 0.03), (0.03, 0.005), (0, -0.01), (0, 0.002))]
    labels_apart(figure)
    assert uncertainty_figures("wet", None, argument_map) == {}


def test_the_names_of_listings_are_known_before_there_are_any() -> None:
    views = {"ann": ANN, "bob": BOB}
    spec = model(GARDEN, "target: wet\nsampling: {draws: 16}\n", **views)
    both = cruxes(spec)
    rest = AgainstRest("ann", "target", (), None, ())
    still = WorldviewChange(
        worldview="map",
        mean_before=0.5,
        mean_now=0.5,
        probability_before=0.5,
        probability_now=0.5,
        gap_logit=0.0,
        structure_logit=0.0,
        differences=(),
    )
    unchanged = RevisionDiff("m", "HEAD", "HEAD", "now", "t", (), (), (), (), {}, (), (), (), still)
    nothing = Pool("m", "t", {}, None, None, (), (), None, None, "")
    answers = [
        (both, crux_tables.ALL_CRUX_LISTINGS),
        (both.worldviews["ann"], crux_tables.CRUX_LISTINGS),
        (takes(spec, above=0.9), TAKES_LISTINGS),
        (a_diff([1.0]), diff_tables.DIFF_LISTINGS),
        (pairs(spec), diff_tables.PAIR_LISTINGS),
        (rest, diff_tables.REST_LISTINGS),
        (unchanged, diff_tables.REVISION_LISTINGS),
        (nothing, pool_tables.POOL_LISTINGS),
        (Coherence("m", {}), coherence_tables.COHERENCE_LISTINGS),
    ]
    for answer, makers in answers:
        listings = {name: make(answer, spec.map) for name, make in makers.items()}
        first, *_ = for_people(listings)
        assert first.title == next(one for one in listings.values() if one.rows).table.title
        for listing in listings.values():
            keys = [column.key for column in listing.table.columns]
            assert set(listing.shown) <= set(keys)
            assert len(set(keys)) == len(keys)


def test_without_a_clustering_there_is_no_tree() -> None:
    never = "judgements: {rain: 0%}\n"
    spec = model(GARDEN, "target: wet\nassuming: [rain]\n", ann=ANN, bob=never, eve=never)
    assert len(pair_figures(pairs(spec))["pairs"]().axes) == 1
    assert pair_figures(pairs(model(GARDEN, "target: wet\n", ann=ANN, bob=BOB))) == {}


def test_each_pair_is_written_once_and_coloured_by_who_is_higher() -> None:
    names, chances = ("ann", "bob", "eve"), (0.1, 0.4, 0.35)
    square = tuple(tuple(a - b for b in chances) for a in chances)
    matrix = PairMatrix("t", names, chances, chances, square, square, square, ())
    axes = pair_figures(matrix)["pairs"]().axes[0]
    cells = {(cell.get_y() + 0.5, cell.get_x() + 0.5): cell.get_facecolor()[:3] for cell in axes.patches}
    assert cells.keys() == {(1, 0), (2, 0), (2, 1)}
    blue = {at for at, (red, _, blue) in cells.items() if blue > red}
    assert blue == {(1, 0), (2, 0)}
    depth = {at: min(colour) for at, colour in cells.items()}
    assert depth[1, 0] < depth[2, 0]
    written = {(text.get_position()): text.get_text() for text in axes.texts if text.get_text()[0] in "+-"}
    assert written == {(0, 1): "+30", (0, 2): "+25", (1, 2): "-5.0"}


def test_labels_of_all_crux_figures_are_apart() -> None:
    spec = model(GARDEN, "target: wet\nsampling: {draws: 16}\n", ann=ANN, bob=BOB)
    table = cruxes(spec, "bob")
    drawn = crux_figures(table, spec.map)
    assert drawn.keys() == {"cruxes-bob-claims", "cruxes-bob-judgements", "cruxes-bob-spread"}
    for draw in drawn.values():
        figure = draw()
        labels_apart(figure)
        assert all(axes.get_xlabel() for axes in figure.axes)


LANE = """
    claims:
      rain: {text: It rains tonight., credence: 20% to 40%}
      path: {text: The path is a stream., given: [{when: rain, credence: 70%}, {otherwise: 5%}]}
      late: {text: We are late., given: [{when: [path, {road: closed}], credence: 90%}, {otherwise: 10%}]}
    questions:
      road:
        text: How is the road?
        states: [free, slow, closed]
        credence: {free: 50%, slow: 20%, closed: rest}
    arguments:
      clouds: {text: There are dark clouds., by: ann, credence: 60%, for: rain, strength: 4x}
    voices: {ann: {text: Ann.}}
"""


@pytest.mark.parametrize("where", ["map", "eve", "overall"])
def test_cruxes_are_drawn_in_their_order_with_stages_below(where: str) -> None:
    spec = model(
        LANE,
        "target: late\nworldviews: [map, eve]\nsampling: {draws: 64}\n",
        eve="judgements: {rain: 70%}",
    )
    answer = cruxes(spec)
    table = answer.overall if where == "overall" else answer.worldviews[where]
    figure = crux_figures(table, spec.map)[f"cruxes-{where}-claims"]()
    target, worth = figure.axes
    rows = [*table.ranking, *table.stages]
    assert {row.id for row in table.ranking} == {"rain", "road", "clouds"}
    assert [row.id for row in table.stages] == ["path"]
    assert target.get_ylim() == worth.get_ylim()
    written = {text.get_text(): text.xy[1] for text in target.texts}
    at = {row.id: written[f"{GLYPHS[row.kind]} {row.id}"] for row in rows}
    assert [name for name, _ in sorted(at.items(), key=lambda item: item[1])] == [row.id for row in rows]
    assert written["Stages, which follow from other entries"] == pytest.approx(at["path"] - 0.85)
    assert [row.kind for row in rows][-1] is Kind.STAGE
    dots = {tuple(line.get_xydata()[0]) for line in target.lines if line.get_marker() == "o"}
    ends = [(row.id, one.target) for row in rows for one in row.outcomes]
    assert {(round(x, 9), y) for x, y in dots} == {(round(logit(p), 9), at[name]) for name, p in ends}
    bars = sorted((bar.get_y() + bar.get_height() / 2, bar.get_width()) for bar in worth.patches)
    told = [(at[row.id] - 0.17, row.voi_share) for row in rows]
    told += [(at[row.id] + 0.17, row.added_share) for row in rows if row.added_share is not None]
    assert bars == [(pytest.approx(y), pytest.approx(share)) for y, share in sorted(told)]
    lines = [
        line for line in target.lines if len({*line.get_xdata()}) == 1 and line.get_marker() == "None"
    ]
    key = " ".join(text.get_text() for text in figure.texts)
    if where == "overall":
        assert not lines
        assert "means over worldviews" in key
    else:
        assert [line.get_xdata()[0] for line in lines] == [pytest.approx(logit(table.estimate))]
        assert "means over worldviews" not in key
    labels_apart(figure)


CELLAR = """
    claims:
      low: {text: The cellar lies low., credence: 40%}
      open: {text: A window is open., credence: 30%}
      flood:
        text: The cellar is flooded.
        given: [{when: {low: false}, credence: 0%}, {when: open, credence: 60%}, {otherwise: 20%}]
"""


@pytest.mark.parametrize(("target", "certain"), [("flood", "0%"), ("{flood: false}", "100%")])
def test_an_arrow_says_what_is_certain_and_no_line_crosses_the_heads(target: str, certain: str) -> None:
    spec = model(CELLAR, f"target: {target}\nsampling: {{draws: 16}}\n")
    table = cruxes(spec, "map")
    figure = crux_figures(table, spec.map)["cruxes-map-claims"]()
    heads_of_columns = ("the target, as this turns out", "learning this tells")
    rows = [row.id for row in table.ranking]
    assert rows == ["low", "open"]
    axes = figure.axes[0]
    [arrow] = [line for line in axes.lines if line.get_marker() in ("<", ">")]
    [written] = [text for text in axes.texts if text.get_text() == certain]
    assert written.xy[1] == arrow.get_ydata()[0] == rows.index("low")
    for each in figure.axes:
        [paper] = [
            line for line in each.lines if line.get_color() == "white" and line.get_marker() == "None"
        ]
        middle, half = paper.get_ydata()[0], paper.get_linewidth() / 72 / ROW / 2
        assert middle - half == pytest.approx(each.get_ylim()[1])
        assert tuple(paper.get_xdata()) == each.get_xlim()
        heads = [text for text in each.texts if text.get_text() in heads_of_columns]
        assert heads
        assert all(text.xy[1] == middle for text in heads)
    labels_apart(figure)


def test_the_cruxes_of_all_say_that_they_are_means_of_each() -> None:
    """Of those for whom `low` may be either: without eve, who holds it for certain."""
    views = {
        "dan": "{low: 80%, open: 50%}",
        "fay": "{low: 40%, open: 30%}",
        "eve": "{low: 100%, open: 90%}",
    }
    worldviews = {name: f"judgements: {numbers}" for name, numbers in views.items()}
    spec = model(CELLAR, f"target: flood\nworldviews: [{', '.join(views)}]\n", **worldviews)
    answer = cruxes(spec, everyone=True)
    low = {row.id: row for row in answer.overall.ranking}["low"]
    assert low.probability == pytest.approx((0.8 + 0.4 + 1) / 3)
    assert low.given_true == pytest.approx((0.2 + 0.4 * 0.5 + 0.2 + 0.4 * 0.3) / 2)
    assert low.given_false == 0
    listing = crux_tables.ALL_CRUX_LISTINGS["overall"](answer, spec.map)
    assert crux_tables.OF_ALL in listing.table.notes
    assert (
        crux_tables.OF_ALL
        not in crux_tables.CRUX_LISTINGS["cruxes"](answer.worldviews["dan"], spec.map).table.notes
    )
