"""Small maps whose probabilities are worked out by hand, for the reference and the engine alike.

The two could agree and be wrong together; these numbers come from neither.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from cruxmap.language.typed import parse_condition
from helpers import reference
from helpers.drawn_maps import read_files
from helpers.filled_network import engine
from helpers.odds import moved

type Asked = tuple[object, list[object], float]


@dataclass(frozen=True)
class Example:
    """A map (and a worldview over it), and what is asked of it: condition, given, answer."""

    name: str
    map: str
    asked: list[Asked]
    worldviews: tuple[str, ...] = ()
    """Each in YAML; the last one is looked through."""


EXAMPLES = [
    Example(
        "an argument that may fail",
        """
        claims: {c: {text: C., credence: 20%}}
        arguments: {a: {text: A., for: c, strength: 3x, credence: 50%}}
        """,
        [("c", [], 0.5 * 0.2 + 0.5 * moved(0.2, 3))],
    ),
    Example(
        "arguments on both sides add their log strengths",
        """
        claims: {c: {text: C., credence: 20%}}
        arguments:
          a: {text: A., for: c, strength: 6x}
          b: {text: B., against: [c], strength: 2x}
        """,
        [("c", [], moved(0.2, 3))],
    ),
    Example(
        "certainties do not move",
        """
        claims: {c: {text: C., credence: 100%}, d: {text: D., credence: 0%}}
        arguments:
          a: {text: A., against: c, strength: 1000x}
          b: {text: B., for: d, strength: 1000x}
        """,
        [("c", [], 1.0), ("d", [], 0.0)],
    ),
    Example(
        "undercuts of undercuts",
        """
        claims: {c: {text: C., credence: 50%}}
        arguments:
          a: {text: A., for: c, strength: 4x, credence: 80%}
          b: {text: B., undercuts: a, credence: 50%}
          d: {text: D., undercuts: b, credence: 40%, force: 25%}
        """,
        # b holds: .5 (1 - .4 * .25) = .45; a holds: .8 (1 - .45) = .44
        [("c", [], 0.56 * 0.5 + 0.44 * 0.8)],
    ),
    Example(
        "undercutters bite independently, and only where their premises hold",
        """
        claims: {c: {text: C., credence: 50%}, p: {text: P., credence: 30%}}
        arguments:
          a: {text: A., for: c, strength: 4x}
          b: {text: B., undercuts: a, force: 50%, premises: [p]}
          d: {text: D., undercuts: a, force: 20%}
        """,
        [("c", ["p"], 0.5 + 0.3 * 0.4), ("c", [{"p": False}], 0.5 + 0.3 * 0.8)],
    ),
    Example(
        "one undercut, one truth value, two targets",
        """
        claims: {c: {text: C., credence: 50%}, d: {text: D., credence: 50%}}
        arguments:
          a: {text: A., for: c, strength: 4x}
          b: {text: B., for: d, strength: 4x}
          u: {text: U., undercuts: [a, b], credence: 50%}
        """,
        [({"all_of": ["c", "d"]}, [], 0.5 * 0.8 * 0.8 + 0.5 * 0.5 * 0.5)],
    ),
    Example(
        "one argument for one claim and another",
        """
        claims: {c: {text: C., credence: 50%}, d: {text: D., credence: 20%}}
        arguments: {a: {text: A., for: [c, d], strength: 4x, credence: 50%}}
        """,
        [({"c": True, "d": True}, [], 0.5 * 0.8 * 0.5 + 0.5 * 0.5 * 0.2)],
    ),
    Example(
        "definitions",
        """
        claims:
          a: {text: A., credence: 50%}
          b: {text: B., credence: 50%}
          c: {text: C., credence: 50%}
          two: {text: T., at_least: {count: 2, of: [a, b, {c: false}]}, if_met: 90%, otherwise: 10%}
          every-one: {text: L., all_of: [a, b]}
          any-one: {text: N., any_of: [a, {not: b}], if_met: 80%}
        """,
        [("two", [], 0.5 * 0.9 + 0.5 * 0.1), ("every-one", [], 0.25), ("any-one", [], 0.75 * 0.8)],
    ),
    Example(
        "routes, with a leak and a gate",
        """
        claims:
          gate: {text: G., credence: 50%}
          x: {text: X., credence: 40%}
          c:
            text: C.
            routes: [{id: one, when: x, chance: 50%}, {chance: 20%}]
            leak: 10%
            when: gate
        arguments: {a: {text: A., for: c.one, strength: 3x}}
        """,
        [
            ("c", ["gate", "x"], 1 - 0.9 * 0.8 * 0.25),
            ("c", ["gate", {"x": False}], 1 - 0.9 * 0.8),
            ("c", [{"gate": False}], 0.0),
        ],
    ),
    Example(
        "the first row that holds; an argument moves every row",
        """
        claims:
          x: {text: X., credence: 50%}
          y: {text: Y., credence: 50%}
          c:
            text: C.
            given:
              - {when: x, credence: 10%}
              - {id: both, when: [x, y], credence: 99%}
              - {when: y, credence: 60%}
              - {otherwise: 50%}
        arguments: {a: {text: A., against: c, strength: 2x}}
        """,
        [
            ("c", ["x", "y"], moved(0.1, 1 / 2)),
            ("c", [{"x": False}, "y"], moved(0.6, 1 / 2)),
            ("c", [{"not": {"any_of": ["x", "y"]}}], moved(0.5, 1 / 2)),
        ],
    ),
    Example(
        "arguments on states",
        """
        questions: {q: {text: Q?, states: [low, mid, high], credence: {low: 50%, mid: 30%, high: rest}}}
        arguments:
          a: {text: A., for: {q: high}, strength: 3x}
          b: {text: B., against: {q: [mid, high]}, strength: 2x}
        """,
        # weights .5, .3 / 2, .2 * 3 / 2
        [({"q": "low"}, [], 0.5 / 0.95), ({"q": "mid"}, [], 0.15 / 0.95), ({"q": "high"}, [], 0.3 / 0.95)],
    ),
    Example(
        "a table of shares, with a certain row",
        """
        claims: {x: {text: X., credence: 50%}, y: {text: Y., credence: 50%}}
        questions:
          q:
            text: Q?
            states: [low, high]
            given:
              - {when: x, state: high}
              - {when: y, credence: {low: 25%, high: 75%}}
              - {otherwise: {low: 60%, high: 40%}}
        arguments: {a: {text: A., for: {q: low}, strength: 3x}}
        """,
        [
            ({"q": "low"}, ["x"], 0.0),
            ({"q": "low"}, [{"x": False}, "y"], 0.5),
            ({"q": "low"}, [{"x": False}, {"y": False}], 1.8 / 2.2),
        ],
    ),
    Example(
        "intervals that do not sum to 100% are normalised; `rest` is a constant",
        """
        questions:
          q: {text: Q?, states: [low, mid, high], credence: {low: about 50%, mid: 30%, high: 24%}}
          r: {text: R?, states: [low, high], credence: {low: about 50%, high: rest}}
        """,
        [({"q": "low"}, [], 0.5 / 1.04), ({"r": "low"}, [], 0.5)],
    ),
    Example(
        "single shares stay, the others fill what is left in proportion",
        "questions: {q: {text: Q?, states: [a, b, c], credence: {a: 20%, b: 20%, c: 60%}}}",
        [({"q": "a"}, [], 0.6), ({"q": "b"}, [], 0.1), ({"q": "c"}, [], 0.3)],
        ("{worldview: v, text: V., judgements: {q.a: 60%}}",),
    ),
    Example(
        "singles add up along extends",
        "questions: {q: {text: Q?, states: [a, b, c, d], credence: {a: 20%, b: 20%, c: 20%, d: 40%}}}",
        [({"q": "a"}, [], 0.5), ({"q": "b"}, [], 0.2), ({"q": "c"}, [], 0.1), ({"q": "d"}, [], 0.2)],
        (
            "{worldview: v, text: V., judgements: {q.a: 50%}}",
            "{worldview: w, text: W., extends: v, judgements: {q.b: 20%}}",
        ),
    ),
    Example(
        "a whole mapping ends the singles before it",
        "questions: {q: {text: Q?, states: [a, b, c], credence: {a: 20%, b: 20%, c: 60%}}}",
        [({"q": "a"}, [], 0.1), ({"q": "b"}, [], 0.3), ({"q": "c"}, [], 0.6)],
        (
            "{worldview: v, text: V., judgements: {q.a: 50%}}",
            "{worldview: w, text: W., extends: v, judgements: {q: {a: 10%, b: 30%, c: rest}}}",
        ),
    ),
    Example(
        "singles that name every state",
        "questions: {q: {text: Q?, states: [a, b], credence: {a: 20%, b: 80%}}}",
        [({"q": "a"}, [], 0.7)],
        ("{worldview: v, text: V., judgements: {q.a: 70%, q.b: 30%}}",),
    ),
    Example(
        "a rejection is taken back",
        """
        claims: {c: {text: C., credence: 20%}}
        arguments: {a: {text: A., for: c, strength: 4x}, b: {text: B., for: c, strength: 2x}}
        """,
        [("c", [], moved(0.2, 4))],
        (
            "{worldview: v, text: V., rejects: [a, b]}",
            "{worldview: w, text: W., extends: v, accepts: [a]}",
        ),
    ),
    Example(
        "`same as` follows a worldview's number, and is cut by one of its own",
        """
        claims:
          c: {text: C., credence: 20%}
          d: {text: D., credence: same as c}
          e: {text: E., credence: same as d}
        """,
        [("c", [], 0.7), ("d", [], 0.7), ("e", [], 0.1)],
        ("{worldview: v, text: V., judgements: {c: 70%, e: 10%}}",),
    ),
    Example(
        "`same as` of a share takes it before normalising",
        """
        questions: {q: {text: Q?, states: [a, b], credence: {a: about 60%, b: 44%}}}
        claims: {c: {text: C., credence: same as q.a}}
        """,
        [("c", [], 0.6), ({"q": "a"}, [], 0.6 / 1.04)],
    ),
    Example(
        "`rest` beside a link to another `rest`",
        """
        questions:
          q: {text: Q?, states: [a, b], credence: {a: 70%, b: rest}}
          r: {text: R?, states: [x, y, z], credence: {x: same as q.b, y: 10%, z: rest}}
        """,
        [({"r": "x"}, [], 0.3), ({"r": "z"}, [], 0.6)],
    ),
    Example(
        "a link turned round by a worldview",
        """
        claims: {c: {text: C., credence: 30%}}
        questions: {q: {text: Q?, states: [a, b, d], credence: {a: same as c, b: 20%, d: rest}}}
        """,
        [
            ("c", [], 0.4),
            ({"q": "a"}, [], 0.4),
            ({"q": "b"}, [], 0.6 * 2 / 6),
            ({"q": "d"}, [], 0.6 * 4 / 6),
        ],
        ("{worldview: v, text: V., judgements: {q.a: 40%, c: same as q.a}}",),
    ),
    Example(
        "an event by phases, with paces",
        """
        timelines: {t: {text: T., phases: {early: 2, gap: 1, late: 3}}}
        events:
          e: {text: E., timeline: t, emerges: {early: {credence: 40%, pace: 3x}, late: 50%}}
        """,
        [
            ({"event": "e", "during": "early"}, [], 0.4),
            ({"event": "e", "during": "gap"}, [], 0.0),
            ({"event": "e", "during": "late"}, [], 0.3),
            ({"event": "e", "by_end_of": "gap"}, [], 0.4),
            ({"event": "e", "ever": False}, [], 0.3),
        ],
    ),
    Example(
        "the first of two steps has three times the second's weight",
        """
        timelines: {t: {text: T., phases: {p: 2}}}
        events:
          e: {text: E., timeline: t, emerges: {p: {credence: 40%, pace: 3x}}}
          f: {text: F., timeline: t, emerges: {p: {credence: 40%, pace: 3x}}}
        """,
        [
            # e at step 1: .3, at step 2: .1, never: .6
            ({"event": "e", "before": "f"}, [], 0.3 * 0.7 + 0.1 * 0.6),
            ({"event": "e", "before": "f", "by": 2}, [], 0.4 * 0.6),
            ({"event": "e", "within": 0, "of": "f"}, [], 0.3**2 + 0.1**2),
            ({"event": "e", "within": 1, "of": "f"}, [], 0.4**2),
        ],
    ),
    Example(
        "what is required in mid-phase leaves the rest of the chance",
        """
        timelines: {t: {text: T., phases: {p: 3}}}
        events:
          r: {text: R., timeline: t, emerges: {p: 60%}}
          e: {text: E., timeline: t, requires: [r], emerges: {p: 50%}}
        """,
        [
            # r at each step: .2; then 1, 2/3 and 1/3 of the phase are open
            (
                {"event": "e", "ever": True},
                [],
                0.2 * ((1 - 0.5) + (1 - 0.5 ** (2 / 3)) + (1 - 0.5 ** (1 / 3))),
            ),
            ({"event": "e", "ever": True}, [{"event": "r", "ever": False}], 0.0),
            # at the same step: a third, a half, all of it
            (
                {"event": "e", "within": 0, "of": "r"},
                [],
                0.2 * ((1 - 0.5) / 3 + (1 - 0.5 ** (2 / 3)) / 2 + (1 - 0.5 ** (1 / 3))),
            ),
        ],
    ),
    Example(
        "the latest of several required events counts; the phases after it are whole",
        """
        timelines: {t: {text: T., phases: {one: 1, two: 1, three: 1}}}
        events:
          r: {text: R., timeline: t, emerges: {one: 100%}}
          s: {text: S., timeline: t, emerges: {two: 50%}}
          e: {text: E., timeline: t, requires: [r, s], emerges: {one: 90%, two: 40%, three: 30%}}
        """,
        [
            ({"event": "e", "during": "one"}, [], 0.0),
            ({"event": "e", "during": "two"}, [{"event": "s", "ever": True}], 0.4),
            ({"event": "e", "during": "three"}, [{"event": "s", "ever": True}], 0.6 * 0.3),
            ({"event": "e", "ever": True}, [{"event": "s", "ever": False}], 0.0),
        ],
    ),
    Example(
        "a certain phase happens in whatever part of it is open",
        """
        timelines: {t: {text: T., phases: {p: 2}}}
        events:
          r: {text: R., timeline: t, emerges: {p: 50%}}
          e: {text: E., timeline: t, requires: [r], emerges: {p: 100%}}
        """,
        [
            ({"event": "e", "ever": True}, [], 0.5),
            ({"event": "e", "before": "r"}, [], 0.0),
            ({"event": "r", "before": "e"}, [], 0.25 / 2),
        ],
    ),
    Example(
        "what is required decides the row, too",
        """
        timelines: {t: {text: T., phases: {p: 1}}}
        events:
          r: {text: R., timeline: t, emerges: {p: 10%}}
          e:
            text: E.
            timeline: t
            requires: [r]
            emerges: {p: {given: [{when: {event: r, during: p}, credence: 20%}, {otherwise: 50%}]}}
        """,
        [({"event": "e", "ever": True}, [], 0.02)],
    ),
    Example(
        "gates, tables and arguments on a phase",
        """
        timelines: {t: {text: T., phases: {p: 2, q: 1}}}
        claims: {x: {text: X., credence: 50%}, y: {text: Y., credence: 50%}}
        events:
          e:
            text: E.
            timeline: t
            emerges:
              p: {when: x, given: [{when: y, credence: 60%}, {otherwise: 20%}]}
              q: 0%
        arguments: {a: {text: A., for: [e.p, e.q], strength: 4x}}
        """,
        [
            ({"event": "e", "ever": True}, [{"x": False}], 0.0),
            ({"event": "e", "ever": True}, ["x", "y"], moved(0.6, 4)),
            ({"event": "e", "ever": True}, ["x", {"y": False}], 0.5),
            ({"event": "e", "during": "q"}, [], 0.0),
        ],
    ),
    Example(
        "never is later than everything, and not before or near itself",
        """
        timelines: {t: {text: T., phases: {p: 1, q: 1}}}
        events:
          e: {text: E., timeline: t, emerges: {p: 50%}}
          f: {text: F., timeline: t, emerges: {q: 50%}}
          last: {text: L., timeline: t, later_of: [e, f]}
          first: {text: M., timeline: t, earlier_of: [e, f]}
        """,
        [
            ({"event": "e", "before": "f"}, [], 0.5),
            ({"event": "e", "before": "f", "by": 2}, [], 0.25),
            ({"event": "f", "before": "e"}, [], 0.25),
            ({"event": "e", "within": 9, "of": "f"}, [], 0.25),
            ({"not": {"event": "e", "before": "f"}}, [], 0.5),
            ({"event": "last", "ever": True}, [], 0.25),
            ({"event": "first", "ever": True}, [], 0.75),
            ({"event": "first", "during": "p"}, [], 0.5),
            ({"event": "last", "before": "first"}, [], 0.0),
        ],
    ),
    Example(
        "gaps, backwards and without an end",
        """
        timelines: {t: {text: T., phases: {p: 1, q: 1, r: 1}}}
        events:
          e: {text: E., timeline: t, emerges: {p: 50%, r: 50%}}
          f: {text: F., timeline: t, emerges: {q: 50%}}
        questions:
          g: {text: G?, states: [closed, short, long], gap: {from: e, to: f, at_least: {short: 1, long: 2}}}
          h: {text: H?, states: [closed, open], gap: {from: f, to: e, at_least: {open: 0}}}
        """,
        [
            # e: .5 in p, .25 in r, .25 never; f: .5 in q, .5 never
            ({"g": "short"}, [], 0.5 * 0.5),
            ({"g": "long"}, [], 0.75 * 0.5),
            ({"g": "closed"}, [], 0.25 + 0.25 * 0.5),
            ({"h": "open"}, [], 0.5 * 0.5),
        ],
    ),
]


def indented(text: str) -> str:
    """YAML from an indented literal."""
    lines = text.strip("\n").splitlines()
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[margin:] for line in lines)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_worked_example(example: Example) -> None:
    views = {f"worldviews/{'vw'[i]}.yaml": view for i, view in enumerate(example.worldviews)}
    argument_map = read_files({"map.yaml": indented(example.map)} | views)
    view = "vw"[len(example.worldviews) - 1] if example.worldviews else "map"
    worlds = reference.enumerate_worlds(argument_map, reference.numbers(argument_map, view))
    for asked, supposed, expected in example.asked:
        condition, *given = (parse_condition(c, argument_map) for c in (asked, *supposed))
        ours = engine(argument_map, [condition, *given], view)
        assert worlds.probability(condition, given)[0] == pytest.approx(expected, rel=1e-12, abs=1e-15)
        [value] = ours.probability(condition, given)[0]
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)
