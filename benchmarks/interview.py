"""Rehearsals of the interview on the real map: how near a few questions come to every worldview.

Every worldview of the map answers, and so do reviewers made of them by noise. `python -m benchmarks.interview
WORLDVIEW ...` prints the curves of some worldviews alone.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.commands import REAL, SMALL, run_python
from benchmarks.measuring import Figure, Result, cpu_of_children

if TYPE_CHECKING:
    from cruxmap.insight.interview import Interview, Rehearsal
    from cruxmap.insight.live_model import State
    from cruxmap.language.model_spec import ModelSpec

SEED = 5
"""Of the noise that makes a reviewer of a worldview."""

REVIEWERS = 50
"""Made so, of the worldviews in turn."""

HALF = 0.5
"""By how much of a worldview's own move, and of the general spread between worldviews, each number is off."""

AWAY, APART = 0.5, 0.1
"""Log-odds from the map at which what is left is asked for, and at which orders are compared."""

AT = (10, 20, 30)
"""After how many questions what is left is looked at."""

SHOWN = (0, 3, 5, 8, 10, 15, 20, 30)
"""After how many questions curves are printed."""

MILLISECONDS = 250.0
"""Of processor time that a question may take."""

OF_THE_MAP = "author"
"""The worldview of the real map that is furthest from it, with bounds of its own."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to interview, and how many questions worldviews and made reviewers are asked."""

    order: Any = "best"
    answers: Any = "exact"
    kinds: Any = "all"
    questions: int = 20
    of_reviewers: int = 20


WAYS = {
    "exact": Way(questions=30),
    "rounded": Way(answers="rounded"),
    "judgements alone": Way(kinds="judgements", questions=30),
    "tornado": Way(order="tornado"),
    "file": Way(order="file"),
    "random": Way(order="random"),
}
OTHERS = ("tornado", "file", "random")
"""The orders that the interview's is compared with."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A rehearsal in one way, of a worldview or of a reviewer `made` of it."""

    way: str
    name: str
    made: bool
    found: "Rehearsal"

    @property
    def distances(self) -> tuple[float, ...]:
        """How far off the estimate is after each question."""
        return tuple(step.distance for step in self.found.steps)

    def left(self, after: int) -> float:
        """Return the part of the first distance that is left after so many questions, or after the last."""
        return self.distances[min(after, len(self.distances) - 1)] / self.distances[0]

    @property
    def area(self) -> float:
        """The mean distance over the first twenty questions."""
        return float(np.mean(self.distances[: AT[1] + 1]))


def interview(*, quick: bool) -> Iterator[Result]:
    """Curves of all worldviews and made reviewers, held against what the interview is to reach."""
    from cruxmap.language.reading import read_model

    model = read_model(SMALL if quick else REAL)
    found = list(rehearsed(model, 2 if quick else REVIEWERS, most=5 if quick else None))
    yield from _bounds(found, quick=quick)
    yield from _time(model, quick=quick)


def rehearsed(
    model: "ModelSpec",
    reviewers: int,
    *,
    worldviews: Sequence[str] = (),
    ways: Sequence[str] = tuple(WAYS),
    most: int | None = None,
) -> Iterator[Curve]:
    """Yield the curves of worldviews (all, if none is named) and of reviewers made of them; print each."""
    from cruxmap.engine.executors import SideBySide, Work
    from cruxmap.insight.live_model import open_model

    open_model(model).log_odds()  # the plan is made once
    known = tuple(worldview.about.id for worldview in model.map.worldviews)
    tasks = [
        (name, [number for number in range(reviewers) if known[number % len(known)] == name])
        for name in worldviews or known
    ]
    for curves in Work(SideBySide()).map(_curves_of, (model, tuple(ways), most), tasks):
        for curve in curves:
            _print(curve)
            yield curve


def _print(curve: Curve) -> None:
    cells = [f"{curve.distances[n]:.2f}" for n in SHOWN if n < len(curve.distances)]
    started = f"{curve.way} | {curve.name} | after {', '.join(map(str, SHOWN[: len(cells)]))}: "
    sys.stderr.write(f"  {started}{' '.join(cells)}\n")
    sys.stderr.flush()


def _curves_of(
    model: "ModelSpec", ways: tuple[str, ...], most: int | None, task: tuple[str, list[int]]
) -> list[Curve]:
    """Rehearse a worldview, and the reviewers of these numbers that are made of it."""
    from cruxmap.insight.interview import begin, rehearse_with
    from cruxmap.insight.interview.rehearsal import new_name
    from cruxmap.insight.live_model import open_model

    name, numbers = task
    begun = begin(model, new_name(model.map), without=(name,))
    own = open_model(model, name)
    people = [(name, False, own), *((f"{name}, noise {n}", True, _made(begun, own, n)) for n in numbers)]
    curves = []
    for label, made, reviewer in people:
        for way_name in ways:
            way = WAYS[way_name]
            questions = way.of_reviewers if made else way.questions
            found = rehearse_with(
                replace(begun, kinds=way.kinds),
                reviewer,
                answers=way.answers,
                order=way.order,
                questions=min(questions, most or questions),
            )
            curves.append(Curve(way_name, label, made, found))
    return curves


def _made(begun: "Interview", worldview: "State", number: int) -> "State":
    """Return a worldview with noise on every number that may move, half its own move and half the spread.

    What it rejects, or is certain of, stays.
    """
    from cruxmap.insight.interview.coordinates import FURTHEST, MOST_SD, as_counted
    from cruxmap.insight.interview.prior import reviewers
    from cruxmap.insight.interview.rehearsal import number_at
    from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY

    ground, perspective = begun.ground, worldview.perspective
    at, argument_map = ground.at, ground.model.map
    u = as_counted(argument_map, perspective)
    z = at.deviations(u)
    spread = np.sqrt(np.mean([move**2 for move in reviewers(ground.model, at, ()).values()], axis=0))
    noise = np.random.default_rng((SEED, number)).standard_normal((2, len(z)))
    moved = z + HALF * (np.minimum(np.abs(z), MOST_SD) * noise[0] + spread * noise[1])
    then = at.unconstrained(moved[:, None])[:, 0]
    place = {address: n for n, address in enumerate(at.addresses)}
    stays = {a for a, one in perspective.setting.items() if one.rejected}
    stays |= {a for a, n in place.items() if not at.free[n] or abs(u[n]) >= LOGIT_OF_CERTAINTY}
    strengths = ground.state.numbers.is_strength
    scale = {a: argument_map.judgements[a].role.scale for a in place}
    laid: list[Any] = []
    rows = {share.address: row for row, shares in argument_map.shares.items() for share in shares}
    for row in dict.fromkeys(rows[a] for a in place if a in rows and a not in stays):
        shares = [share.address for share in argument_map.shares[row]]
        laid.append((row, tuple(number_at(scale[a], then[place[a]]) for a in shares)))
    for address, n in place.items():
        if address not in stays and address not in rows:
            least = 0.0 if strengths[n] else -FURTHEST
            laid.append((address, number_at(scale[address], float(np.clip(then[n], least, FURTHEST)))))
    return worldview.laid(laid)


# --- what is to be reached ---------------------------------------------------------------------------


def _bounds(found: Sequence[Curve], *, quick: bool) -> Iterator[Figure]:
    def figure(
        what: str, value: float, at_most: float | None = None, at_least: float | None = None
    ) -> Figure:
        bounds = (None, None) if quick else (at_most, at_least)
        return Figure(f"interview, {what}", value, "", *bounds)

    def some(way: str, *, made: bool, away: float = 0.0) -> list[Curve]:
        return [c for c in found if (c.way, c.made) == (way, made) and c.distances[0] >= away]

    left = partial(_left, figure, some)
    yield from left("exact", max, made=False, bounds={10: 1 / 4, 20: 1 / 8})
    yield from left("exact", median, made=True, bounds={10: 1 / 4, 20: 1 / 8})
    yield from left("rounded", median, made=False, bounds={10: 1 / 5, 20: 1 / 10})
    yield from left("rounded", max, made=False, bounds={10: 1 / 3, 20: 1 / 6})
    yield from left("rounded", median, made=True, bounds={10: 1 / 5, 20: 1 / 10})
    yield from left("rounded", max, made=True, bounds={10: 1 / 3, 20: 1 / 6})
    yield from left("judgements alone", max, made=False, bounds={10: 1 / 2, 20: 1 / 4})
    yield from left("judgements alone", median, made=True, bounds={10: 1 / 2, 20: 1 / 4})
    for way, times in (("exact", 1), ("judgements alone", 2)):
        for curve in some(way, made=False):
            if curve.name == OF_THE_MAP:
                for after, share in ((10, times / 6), (30, times / 12)):
                    yield figure(f"{way}, {curve.name}: left after {after}", curve.left(after), share)
    for made in (False, True):
        whose = WHOSE[made]
        for other in OTHERS:
            pairs = zip(some("exact", made=made), some(other, made=made), strict=False)
            ratios = [a.area / b.area for a, b in pairs if a.distances[0] >= APART]
            if ratios:
                yield figure(f"{whose}: area under the curve against {other}, the worst", max(ratios), 1.0)
        ends = [c.distances[-1] - c.distances[0] for c in some("rounded", made=made)]
        if ends:
            yield figure(f"rounded, {whose}: further away at the end, the worst", max(ends), 0.2)
    for way in ("exact", "rounded"):
        nearer = [_is_nearer(c) for c in some(way, made=False) if c.found.unasked.statements]
        if nearer:
            part = float(np.mean(nearer))
            yield figure(f"{way}: worldviews whose unasked entries come nearer", part, None, 0.75)
        everyone = [c for made in (False, True) for c in some(way, made=made)]
        beyond = [s.distance > 2 * s.predicted_sd for c in everyone for s in c.found.steps[1:]]
        if beyond:
            yield figure(f"{way}: errors beyond two predicted sd", float(np.mean(beyond)), 0.15)


WHOSE = {False: "worldviews", True: "made reviewers"}


def _left(
    figure: Callable[..., Figure],
    some: Callable[..., list[Curve]],
    way: str,
    whole: Callable[[Iterable[float]], float],
    *,
    made: bool,
    bounds: dict[int, float],
) -> Iterator[Figure]:
    """Yield what part is left of those who start far away: the most, or the median."""
    curves = some(way, made=made, away=AWAY)
    which = "the most" if whole is max else "median"
    for after, share in bounds.items():
        if curves:
            what = (
                f"{way}, {WHOSE[made]} at least {AWAY} away ({len(curves)}): left after {after}, {which}"
            )
            yield figure(what, whole([curve.left(after) for curve in curves]), share)


def _is_nearer(curve: Curve) -> bool:
    before, after = curve.found.unasked.before, curve.found.unasked.after
    return before is not None and after is not None and after < before


def _time(model: "ModelSpec", *, quick: bool) -> Iterator[Result]:
    """Time questions on one core: after each answer, what it comes to and what is best to ask next."""
    from cruxmap.insight.interview import begin
    from cruxmap.insight.interview.rehearsal import Told, new_name
    from cruxmap.insight.live_model import open_model

    name = model.map.worldviews[0].about.id
    now = begin(model, new_name(model.map), without=(name,))
    told = Told(now, open_model(model, name), "exact")
    costs: list[float] = []
    for _ in range(3 if quick else AT[1]):
        started = time.process_time()
        ranked = now.questions()
        chosen = now.next() or (ranked[0] if ranked else None)
        costs.append(1000 * (time.process_time() - started))
        if chosen is None:
            break
        now = now.after(told.reply(chosen.question))
    with tempfile.TemporaryDirectory() as folder:
        work = partial(run_python, Path(folder), Path(folder) / "caches", "-c", "import pymc")
        work()
        pymc = 1000 * cpu_of_children(work)
    what = f"interview, the next question, {model.id}, {name} answers"
    at_most = None if quick else MILLISECONDS
    yield Figure(f"{what}: median", median(costs), "ms CPU", at_most=at_most, waited_for=True)
    yield Figure(f"{what}: the most", max(costs), "ms CPU", at_most=at_most, waited_for=True)
    yield Figure(f"{what}: median, in units of `import pymc`", median(costs) / pymc, "times")


def main() -> None:
    """Print the curves of some worldviews."""
    from cruxmap.language.reading import read_model

    parser = argparse.ArgumentParser(prog="python -m benchmarks.interview", description=main.__doc__)
    parser.add_argument("worldviews", nargs="*", help="which of the real map (all of them)")
    parser.add_argument("--reviewers", type=int, default=0, help="how many made reviewers in all")
    parser.add_argument("--ways", default=",".join(WAYS), help=f"some of {', '.join(WAYS)}")
    parser.add_argument("--questions", type=int, help="ask no more than so many")
    options = parser.parse_args()
    model = read_model(REAL)
    curves = rehearsed(
        model,
        options.reviewers,
        worldviews=options.worldviews,
        ways=options.ways.split(","),
        most=options.questions,
    )
    for result in _bounds(list(curves), quick=False):
        asked = [f"at most {result.at_most:.3g}"] if result.at_most is not None else []
        asked += [f"at least {result.at_least:.3g}"] if result.at_least is not None else []
        sys.stdout.write(f"{result.what}: {result.value:.3f} ({', '.join(asked)})\n")


if __name__ == "__main__":
    main()
