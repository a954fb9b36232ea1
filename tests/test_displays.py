"""How answers are shown in Python and in notebooks: a line, a frame, a figure, a view."""

import base64
import copy
import dataclasses
import io
import pickle
import re
import subprocess
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import cruxmap as cm
from cruxmap.insight import display
from cruxmap.insight.display import Shown, attached
from cruxmap.insight.estimate import Estimate
from cruxmap.insight.plain import Answer
from cruxmap.insight.tags import tagged
from cruxmap.present.canvas import encode, made_from, with_origin
from cruxmap.present.estimate_figures import estimate_figures
from helpers import hostile_map
from helpers.commands import DIAGNOSIS, LEGAL_CASE, POWER, Cruxmap
from helpers.examples import ANN, BOB, GARDEN
from helpers.histories import History
from helpers.maps_from_text import write

MOST = 3
"""Figures of an answer that are drawn: those of each worldview are alike."""

LONGEST = 200
"""Characters that nobody minds on a line."""


@dataclasses.dataclass(frozen=True)
class Case:
    """An answer, the command that gives the same, and the names of its lists for `--list`, if it has it."""

    answer: Any
    command: tuple[str, ...]
    lists: bool = True


def cases(model: str) -> dict[str, Case]:
    """Every kind of answer about a model, by the name of the command."""
    spec = cm.read_model(model)
    first, second = [name for name in spec.worldviews if name != "map"][:2]
    entry = spec.map.claims[0].about.id
    return {
        "estimate": Case(cm.estimate(spec), ("estimate", model), lists=False),
        "cruxes": Case(cm.cruxes(spec), ("cruxes", model)),
        "cruxes of one": Case(cm.cruxes(spec, first), ("cruxes", model, "-w", first)),
        "diff": Case(cm.diff(spec, first, second), ("diff", model, first, second)),
        "rest": Case(cm.against_rest(spec, first), ("diff", model, first)),
        "pairs": Case(cm.pairs(spec), ("diff", model)),
        "takes": Case(
            cm.takes(spec, first, above=0.9),
            ("takes", model, "-w", first, "--above", "90%"),
            lists=False,
        ),
        "coherence": Case(cm.coherence(spec), ("coherence", model)),
        "explain": Case(cm.explain(spec, entry), ("explain", model, entry), lists=False),
    }


CLEO = """
judgements: {rain: 30%, far: 5%, wet.both: 90%}
stated: [{of: wet, credence: 1% to 2%}]
"""

ASK = """
target: wet
also: [{season: dry}, slippery]
assuming: [sprinkler]
sampling: {draws: 64}
"""


NAMES = (
    *("estimate", "cruxes", "cruxes of one", "diff", "rest", "pairs", "takes", "coherence"),
    *("pool", "explain"),
)


def pooled(model: str) -> Case:
    return Case(cm.pool(cm.read_model(model)), ("pool", model))


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write(tmp_path_factory.mktemp("small"), GARDEN, ASK, ann=ANN, bob=BOB, cleo=CLEO))


@pytest.fixture(scope="module")
def small(small_model: str) -> dict[str, Case]:
    """Answers about the garden, but for the pool, which runs a Markov chain."""
    return cases(small_model)


@pytest.fixture(params=NAMES)
def case(
    request: pytest.FixtureRequest, small: dict[str, Case], small_model: str, conjugate: None
) -> Case:
    """Each kind of answer; the pool without its chain."""
    return pooled(small_model) if request.param == "pool" else small[request.param]


@pytest.fixture(scope="module", params=(POWER, LEGAL_CASE), ids=lambda path: Path(path).stem)
def shipped(request: pytest.FixtureRequest) -> dict[str, Case]:
    return cases(request.param) | {"pool": pooled(request.param)}


# --- frames ----------------------------------------------------------------------------------------


def read_as(text: str, frame: pd.DataFrame) -> pd.DataFrame:
    """What pandas reads a CSV as. A text is a text, also one that looks like a number or like a formula."""
    texts = {name: "str" for name, kind in frame.dtypes.items() if kind == "str"}
    read = pd.read_csv(io.StringIO(text), dtype=texts)
    for name in texts:
        read[name] = read[name].str.replace(r"^'(?=[=@\t\r\n+-])", "", regex=True)
    return read


def assert_round_trip(cruxmap: Cruxmap, case: Case) -> None:
    assert case.answer.lists
    for name in case.answer.lists if case.lists else case.answer.lists[:1]:
        chosen = ("--list", name) if case.lists else ()
        printed = cruxmap(*case.command, *chosen, "--format", "csv", "-q")
        frame = case.answer.to_frame(name)
        pd.testing.assert_frame_equal(
            frame, read_as(printed.out, frame), check_exact=False, rtol=1e-15, atol=0.0, obj=name
        )


def test_a_frame_is_what_the_command_prints_as_csv(case: Case, cruxmap: Cruxmap) -> None:
    assert_round_trip(cruxmap, case)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_answers_about_shipped_models_are_shown(
    shipped: dict[str, Case], name: str, cruxmap: Cruxmap
) -> None:
    assert_is_shown(cruxmap, shipped[name])


@pytest.mark.long
def test_an_answer_that_is_sampled_is_shown(cruxmap: Cruxmap) -> None:
    answer = cm.estimate(cm.read_model(DIAGNOSIS))
    assert_is_shown(cruxmap, Case(answer, ("estimate", DIAGNOSIS), lists=False))


def assert_is_shown(cruxmap: Cruxmap, case: Case) -> None:
    assert_round_trip(cruxmap, case)
    assert_is_a_view(case.answer)
    for part in parts_of(case.answer):
        assert len(repr(part)) <= LONGEST
    for which in case.answer.figures:
        drawn(case.answer.plot(which))


def test_a_frame_has_rows_numbers_and_words(small: dict[str, Case]) -> None:
    estimate: Estimate = small["estimate"].answer
    frame = estimate.to_frame()
    main = frame[frame["target"] == estimate.target].set_index("worldview")
    assert list(main.index) == [*(n for n in estimate.worldviews if n != "map"), "map"]
    for name, one in estimate.worldviews.items():
        assert main.loc[name, "mean"] == one.mean
    assert main["mean"].dtype == float
    assert pd.isna(main.loc["map", "says_little"])


def test_frames_of_old_keep_their_columns(small: dict[str, Case]) -> None:
    table, diff = small["cruxes of one"].answer, small["diff"].answer
    assert list(table.to_frame()["id"]) == [crux.id for crux in table.claims]
    measures = ["probability", "given_true", "given_false", "swing", "voi", "voi_share"]
    more = ["expected_move", "variance_removed", "kind", "rank", "added", "sobol_total", "whose"]
    assert {"id", "text", *measures, *more} <= {*table.to_frame().columns}
    columns = ["id", "share_logit", "share_probability", "standard_error", "changes"]
    frame = diff.to_frame()[columns]
    assert list(frame["share_logit"]) == [one.share_logit for one in diff.differences]
    change = diff.differences[0].changes[0]
    assert frame["changes"][0].startswith(f"{change.address}: {change.a} / {change.b}")


def test_an_unknown_list_or_figure_is_answered_with_those_that_there_are(small: dict[str, Case]) -> None:
    for case in small.values():
        answer = case.answer
        with pytest.raises(ValueError, match="has no list 'nothing'") as unknown:
            answer.to_frame("nothing")
        assert all(repr(name) in str(unknown.value) for name in answer.lists)
        with pytest.raises(ValueError, match="has no figure") as undrawn:
            answer.plot("nothing")
        assert all(repr(name) in str(undrawn.value) for name in answer.figures)
        with pytest.raises(ValueError, match="has no list array"):
            answer.to_frame(np.array(answer.lists))
    with pytest.raises(ValueError, match="this Coherence has no figures"):
        small["coherence"].answer.plot()
    for no_axes in ("x", Figure(), Figure().subplots(1, 2)):
        with pytest.raises(TypeError, match="axes are wanted"):
            small["estimate"].answer.plot(ax=no_axes)
    removed = Figure().subplots()
    removed.remove()
    with pytest.raises(ValueError, match="these axes were removed"):
        small["estimate"].answer.plot(ax=removed)


def test_what_happened_in_a_repository_is_shown_too(tmp_path: Path, cruxmap: Cruxmap) -> None:
    repository = History(tmp_path)
    repository.worldview("ann", ("10% to 20%", "30%"))
    found = cm.history(repository.model)
    changed = cm.diff_revisions(repository.model, "HEAD")
    for case in (
        Case(found, ("history", str(repository.model)), lists=False),
        Case(changed, ("diff", str(repository.model), "--git", "HEAD")),
    ):
        assert_round_trip(cruxmap, case)
        assert_is_a_view(case.answer)
        assert len(repr(case.answer)) < LONGEST
    assert found.figures == ("history",)
    assert "2 moments" in repr(found)


def test_a_project_that_is_checked_is_shown(tmp_path: Path, cruxmap: Cruxmap) -> None:
    expecting = tmp_path / "models/small.yaml"
    write(tmp_path, GARDEN, ASK + "expect: [{estimate: wet, worldview: ann, below: 1%}]\n", ann=ANN)
    for options in ({}, {"expect": True}, {"sources": True}):
        found = cm.check(expecting, **options)
        flags = [f"--{name}" for name in options]
        case = Case(found, ("check", str(expecting), *flags), lists=False)
        printed = cruxmap(*case.command, "--format", "csv", "-q")
        name = [*options, "problems"][0].replace("expect", "expectations")
        frame = found.to_frame(name)
        pd.testing.assert_frame_equal(frame, read_as(printed.out, frame))
        assert_is_a_view(found)
    assert "problems" in found.lists
    with pytest.raises(ValueError, match="this Checked has no figures"):
        found.plot()


def test_models_side_by_side_are_shown(tmp_path: Path, cruxmap: Cruxmap) -> None:
    one = write(tmp_path / "one", GARDEN, ASK, ann=ANN, bob=BOB)
    two = write(tmp_path / "two", GARDEN, ASK.replace("assuming: [sprinkler]", ""), ann=ANN, bob=BOB)
    two.write_text(two.read_text().replace("model: small", "model: other"))
    other = two.rename(two.with_name("other.yaml"))
    found = cm.compare([cm.read_model(one), cm.read_model(other)])
    assert_round_trip(cruxmap, Case(found, ("compare", str(one), str(other)), lists=False))
    assert [model.id for model in found.asked_of] == ["small", "other"]
    assert "<img" in assert_is_a_view(found)
    assert "Model small" in texts(found.plot())[-2].get_text() + texts(found.plot())[-1].get_text()


def test_a_rehearsal_is_shown(small_model: str, cruxmap: Cruxmap) -> None:
    found = cm.rehearse(cm.read_model(small_model), "ann", questions=2)
    command = ("interview", small_model, "--rehearse", "ann", "--questions", "2")
    assert_round_trip(cruxmap, Case(found, command, lists=False))
    assert "<img" in assert_is_a_view(found)
    assert found.figures == ("curve",)


def test_a_rehearsal_knows_its_map_by_itself() -> None:
    rain = {"text": "It rains.", "credence": (0.2, 0.4)}
    said = {"text": "Ann.", "judgements": {"rain": "10% to 90%"}}
    model = cm.read_model(
        {"map": {"claims": {"rain": rain}}, "target": "rain", "worldviews": {"ann": said}}
    )
    found = cm.rehearse(model, "ann", answers="rounded", questions=2)
    assert [list(found.to_frame(name)) for name in found.lists]
    assert found.asked_of


# --- views for notebooks -----------------------------------------------------------------------------


class Parsed(HTMLParser):
    """Which elements a view has, whether each ends where it should, what they say, and where they point."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


SAFE = {
    *("div", "table", "thead", "tbody", "tr", "th", "td", "br", "b", "img"),
}


def assert_is_a_view(answer: Any) -> str:
    """Check that a view holds only what is safe, and return it."""
    view = answer._repr_html_()
    parsed = Parsed(view)
    assert {tag for tag, _ in parsed.found} <= SAFE
    for tag, attributes in parsed.found:
        assert attributes.keys() <= ({"alt", "src", "style"} if tag == "img" else {"style"})
        assert "url(" not in (attributes.get("style") or "")
        if tag == "img":
            assert (attributes["src"] or "").startswith("data:image/svg+xml;base64,")
    assert "<script" not in view
    return str(view)


def test_a_notebook_shows_the_tables_of_the_command_and_the_first_figure(case: Case) -> None:
    view = assert_is_a_view(case.answer)
    assert ("<img" in view) == bool(case.answer.figures)
    assert "--" not in re.sub(r'src="[^"]*"', "", view)  # options of a command line mean nothing here
    said = "".join(Parsed(view).said)
    first = case.answer.to_frame().iloc[0]
    assert str(first.get("id", first.iloc[0])) in said


def test_a_figure_stays_legible_in_a_narrow_notebook(small: dict[str, Case]) -> None:
    """It scrolls there, as a table does."""
    view = small["estimate"].answer._repr_html_()
    (room, image) = re.findall(r'<div style="([^"]*)"><img [^>]*style="([^"]*)"', view)[0]
    assert "overflow-x: auto" in room
    assert "min-width: 44em" in image


def test_the_figure_of_a_view_is_that_of_the_command(small: dict[str, Case]) -> None:
    """To a hundredth of a point."""
    answer = small["estimate"].answer
    (shown,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', answer._repr_html_())
    whole = encode(
        with_origin(
            estimate_figures(answer.asked_of[0], answer)["estimate"](), made_from(answer.asked_of[0])
        ),
        "svg",
    )
    drawn, wanted = (ElementTree.fromstring(one) for one in (base64.b64decode(shown), whole))
    for one, other in zip(drawn.iter(), wanted.iter(), strict=True):
        assert one.tag == other.tag
        if "d" in one.attrib:
            numbers, right = (re.findall(r"-?[\d.]+", each.attrib["d"]) for each in (one, other))
            assert [*map(float, numbers)] == pytest.approx([*map(float, right)], abs=0.01)
    said = ["".join(one.itertext()).split() for one in (drawn, wanted)]
    assert said[0][:10] == said[1][:10]


def test_texts_of_a_map_are_no_markup_and_no_controls(tmp_path: Path) -> None:
    spec = hostile_map.hostile_model(tmp_path)
    first, second = spec.worldviews[:2]
    answers: list[Any] = [
        cm.estimate(spec),
        cm.cruxes(spec),
        cm.cruxes(spec, first),
        cm.diff(spec, first, second),
        cm.coherence(spec),
        *(cm.explain(spec, name) for name in list(spec.map.entry)[:3]),
    ]
    for answer in answers:
        view = assert_is_a_view(answer)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", view)
        assert len(repr(answer)) <= LONGEST
        assert repr(answer).isprintable()


def test_an_answer_made_by_hand_is_shown_as_far_as_it_knows(small: dict[str, Case]) -> None:
    table = dataclasses.replace(small["cruxes of one"].answer, asked_of=())
    assert table._repr_html_() is None
    with pytest.raises(ValueError, match="does not know its model"):
        table.to_frame("judgements")
    assert len(table.to_frame("sets")) == len(table.sets)


def test_a_worldview_kept_open_is_shown_with_what_was_set() -> None:
    state = cm.open_model(cm.read_model(POWER), "carlsmith").set({"alignment-hard": "10%"})
    assert repr(state) == "State('power-seeking', worldview='carlsmith')"
    view = assert_is_a_view(state)
    assert "alignment-hard" in view
    assert list(state.to_frame()["address"]) == ["alignment-hard"]
    found = state.to_frame("probabilities").set_index("name")["probability"]
    assert dict(found) == pytest.approx(state.marginals())
    numbers = state.to_frame("numbers").set_index("address")
    assert numbers.loc["alignment-hard", "whose"] == "set here"
    assert numbers.loc["alignment-hard", "central"] == pytest.approx(0.1)
    slopes = state.to_frame("slopes").set_index("address")["slope"]
    assert dict(slopes) == pytest.approx({a: s for a, s in state.slopes().items() if s is not None})
    impossible = state.given(observed=["strong-incentives", {"not": "strong-incentives"}])
    assert "impossible" in assert_is_a_view(impossible)
    with pytest.raises(ValueError, match="this State has no figures"):
        state.plot()
    assert repr(cm.Drawn(state.draws(8).values, state.draws(8).weights)).startswith("<Drawn: 8 values")


def test_what_a_job_and_a_merge_did_is_shown(tmp_path: Path) -> None:
    repository = History(tmp_path)
    spec = cm.read_model(repository.model)
    job = cm.run(spec, tmp_path / "out")
    assert repr(job).startswith(f"<Job about wet: 2 worldviews, {len(job.files)} files in ")
    view = assert_is_a_view(job)
    assert "What follows?" in view
    assert job.to_frame().equals(job.estimate.to_frame())
    assert job.figures[:2] == ("forest", "ranking")
    assert job.estimate.asked_of == (spec,)
    assert "What follows?" in assert_is_a_view(job.points)
    assert job.points.lists == ()
    came = tmp_path / "cleo.yaml"
    came.write_text("text: It hardly rains.\njudgements: {rain: 5%}\n")
    merged = cm.merge(repository.model, [came])
    assert "1 file, 1 new" in repr(merged)
    assert "cleo" in assert_is_a_view(merged)
    assert list(merged.to_frame()["worldview"]) == ["cleo"]


# --- the line ----------------------------------------------------------------------------------------


def parts_of(value: Any, *, deep: int = 4) -> list[Answer]:
    """Return all answers within an answer."""
    if deep == 0:
        return []
    if isinstance(value, Answer):
        assert dataclasses.is_dataclass(value)
        inner = [getattr(value, field.name) for field in dataclasses.fields(value)]
        return [value, *(one for part in inner for one in parts_of(part, deep=deep - 1))]
    if isinstance(value, dict) or hasattr(value, "values"):
        return [one for part in value.values() for one in parts_of(part, deep=deep)]
    if isinstance(value, tuple):
        return [one for part in value[:50] for one in parts_of(part, deep=deep)]
    return []


def test_an_answer_and_its_parts_are_called_something_short(case: Case) -> None:
    for part in parts_of(case.answer):
        assert len(repr(part)) <= LONGEST, part
        assert "\n" not in repr(part)
        assert type(part).__name__ in repr(part)


def test_a_line_says_the_main_thing(small: dict[str, Case]) -> None:
    estimate = small["estimate"].answer
    low, *_, high = sorted(one.mean for one in estimate.worldviews.values())
    assert f"of {estimate.target} given 1 condition: 3 worldviews, means" in repr(estimate)
    assert repr(estimate).startswith("<Estimate of ")
    assert f"{100 * low:.0f}%" in repr(estimate) or f"{100 * low:.1f}%" in repr(estimate)
    assert high > low
    diff = small["diff"].answer
    assert f"{diff.a} mean" in repr(diff)
    assert diff.differences[0].id in repr(diff)
    assert repr(diff.differences[0]).startswith(f"Difference(id={diff.differences[0].id!r}, ")


# --- what an answer knows of what was asked ------------------------------------------------------------


def test_what_was_asked_is_no_part_of_what_an_answer_says(small: dict[str, Case]) -> None:
    spec = cm.read_model(POWER)
    bare = dataclasses.replace(cm.pairs(spec), asked_of=())
    known = attached(bare, spec)
    assert known == bare
    assert hash(known.target) == hash(bare.target)
    assert known.asked_of == (spec,)
    assert known.to_json() == bare.to_json()
    assert "asked_of" not in repr(known)
    assert attached(known, cm.read_model(LEGAL_CASE)) is known
    assert attached(("no", "answer"), spec) == ("no", "answer")


def test_what_was_asked_survives_copies(small: dict[str, Case]) -> None:
    tables = small["cruxes"].answer
    (spec,) = tables.asked_of
    for other in (
        pickle.loads(pickle.dumps(tables)),
        copy.copy(tables),
        dataclasses.replace(tables, says_little=()),
    ):
        assert other.asked_of[0].id == spec.id
        assert other.overall.asked_of[0].id == spec.id
        assert all(table.asked_of for table in other.worldviews.values())
        assert other.overall.to_frame("cruxes").equals(tables.overall.to_frame("cruxes"))


def test_what_is_kept_by_tags_can_be_shown(tmp_path: Path) -> None:
    spec = hostile_map.hostile_model(tmp_path)
    tag = next(iter(spec.map.claims[0].about.tags))
    whole = cm.cruxes(spec, "map")
    kept = tagged(spec.map, (tag,)).of(whole)
    assert kept.asked_of == (spec,)
    assert len(kept.to_frame()) <= len(whole.to_frame())


def test_every_whole_answer_has_a_display() -> None:
    from cruxmap.displays.looks import LOOKS

    kinds = (*Shown.__subclasses__(), *display.Displayed.__subclasses__())
    whole = {kind.__name__ for kind in kinds if kind.__module__.startswith("cruxmap.")} - {"Shown"}
    assert {"Estimate", "Job", "Merged", "State"} <= whole
    assert whole <= {kind.__name__ for kind in LOOKS}


def test_what_nobody_shows_says_so() -> None:
    with pytest.raises(ValueError, match="nothing shows a int"):
        display.display_of(3)


# --- figures -------------------------------------------------------------------------------------------


def drawn(figure: Figure) -> Any:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def texts_of(axes: Any) -> list[Text]:
    """Return the lettering that is drawn within axes, whose own is hidden."""
    found = [text for artist in axes.artists for text in artist.findobj(Text)]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.long
def test_every_figure_can_be_drawn_alone(case: Case) -> None:
    answer = case.answer
    for which in answer.figures[:MOST]:
        figure = answer.plot(which)
        assert isinstance(figure, Figure)
        renderer = drawn(figure)
        assert all(figure.bbox.padded(1).contains(*corner) for corner in corners(texts(figure), renderer))
    if answer.figures:
        assert answer.plot()._repr_png_().startswith(b"\x89PNG")


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.texts if text.get_text().strip()]


def corners(found: list[Text], renderer: Any) -> list[tuple[float, float]]:
    boxes = [text.get_window_extent(renderer) for text in found]
    return [corner for box in boxes for corner in ((box.x0, box.y0), (box.x1, box.y1))]


def inside(axes: Any, renderer: Any) -> bool:
    """Whether all lettering within axes stays within their box."""
    box = axes.get_window_extent(renderer).padded(1.5)
    return all(box.contains(*corner) for corner in corners(texts_of(axes), renderer))


@pytest.mark.long
@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.filterwarnings("ignore:the lettering is:UserWarning")
def test_two_answers_stay_side_by_side_within_their_axes(small: dict[str, Case], layout: Any) -> None:
    figure = Figure(figsize=(20, 8), layout=layout)
    left, right = figure.subplots(1, 2)
    assert small["estimate"].answer.plot(ax=left) is figure
    assert small["cruxes of one"].answer.plot("tornado", ax=right) is figure
    for size in ((20, 8), (9, 9), (20, 8)):  # who changes the size later changes the lettering too
        figure.set_size_inches(*size)
        renderer = drawn(figure)
        assert len(texts_of(left)) > 10
        assert len(texts_of(right)) > 10
        assert inside(left, renderer)
        assert inside(right, renderer)
    assert figure.axes == [left, right]


@pytest.mark.filterwarnings("ignore:the lettering is:UserWarning")
def test_every_figure_stays_within_axes(case: Case) -> None:
    answer = case.answer
    for which in answer.figures[:MOST]:
        figure = Figure(figsize=(8, 6))
        axes = figure.add_axes((0.3, 0.4, 0.4, 0.5))
        answer.plot(which, ax=axes)
        assert inside(axes, drawn(figure)), which


def test_what_is_drawn_within_axes_is_what_is_drawn_alone(small: dict[str, Case]) -> None:
    answer = small["cruxes of one"].answer
    alone = answer.plot("ranking")
    figure = Figure(figsize=alone.get_size_inches())
    axes = figure.add_axes((0, 0, 1, 1))
    answer.plot("ranking", axes)
    said, too = ([text.get_text() for text in one.findobj(Text)] for one in (alone, figure))
    assert sorted(filter(None, said)) == sorted(filter(None, too))
    drawn(alone)
    drawn(figure)
    sizes, others = ({t.get_text(): t.get_fontsize() for t in f.findobj(Text)} for f in (alone, figure))
    assert all(others[text] == pytest.approx(size) for text, size in sizes.items() if text)


def test_drawing_again_takes_the_place_of_what_was_drawn(small: dict[str, Case]) -> None:
    figure = Figure(figsize=(20, 12))
    axes = figure.add_subplot()
    small["estimate"].answer.plot(ax=axes)
    before = len(texts_of(axes))
    small["estimate"].answer.plot(ax=axes)
    assert len(texts_of(axes)) == before


def test_lettering_that_nobody_can_read_is_warned_of(small: dict[str, Case]) -> None:
    figure = Figure()
    axes, _ = figure.subplots(1, 2)
    with pytest.warns(UserWarning, match="too small to read") as warned:
        small["estimate"].answer.plot(ax=axes)
    assert warned[0].filename == __file__
    size = re.search(r"figsize=\(([\d.]+), ([\d.]+)\)", str(warned[0].message))
    assert size is not None
    with warnings.catch_warnings(action="error"):  # whoever does as told is not warned again
        axes, _ = Figure(figsize=(float(size[1]), float(size[2]))).subplots(1, 2)
        small["estimate"].answer.plot(ax=axes)


def test_drawing_leaves_matplotlib_as_it_was(small: dict[str, Case]) -> None:
    before = dict(rcParams)
    figure = Figure(figsize=(20, 8))
    small["estimate"].answer.plot(ax=figure.add_subplot())
    small["estimate"].answer.plot()
    small["estimate"].answer._repr_html_()
    assert dict(rcParams) == before


# --- what is loaded ------------------------------------------------------------------------------------

STEPS: tuple[tuple[str, set[str]], ...] = (
    ("import cruxmap as cm", set()),
    (f"answer = cm.estimate(cm.read_model({POWER!r})); repr(answer); answer.to_json()", set()),
    ("answer.to_frame()", {"pandas"}),
    ("answer.plot()", {"matplotlib"}),
    ("answer._repr_html_()", set()),
)


@pytest.mark.long
def test_nothing_is_loaded_before_it_is_wanted() -> None:
    heavy = {"matplotlib", "matplotlib.pyplot", "pandas", "rich", "pymc", "arviz", "xarray"}
    lines = ["import sys", f"heavy = {heavy!r}"]
    for step, _ in STEPS:
        lines += [step, "print(sorted(heavy & sys.modules.keys()))"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True, timeout=120
    )
    expected: set[str] = set()
    for (step, more), line in zip(STEPS, done.stdout.splitlines(), strict=True):
        expected |= more
        assert line == str(sorted(expected)), step
