"""Expectations: what must come of a model, from the shape in its file to their value."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from cruxmap.errors import Code
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Claim,
    Condition,
    Elicited,
    Emergence,
    Entry,
    Event,
    Question,
    Role,
    Routes,
    SameAs,
    Scale,
)
from cruxmap.language.context import Context, check_worldview, citations, warn_of_comments
from cruxmap.language.findings import Place
from cruxmap.language.judgement import UnreadableError, format_value, parse_value
from cruxmap.language.model_spec import Bounds, Expectation, ExpectedCrux, ExpectedEstimate, Quantity
from cruxmap.language.schema import ConditionShape, ExpectationShape
from cruxmap.language.yaml_text import Entries, Text, joined

_BOUNDS = ("below", "above", "between")
_OF_ESTIMATES = (*_BOUNDS, "than", "mean")


def read_expectations(
    context: Context,
    rows: Collection[tuple[ExpectationShape, Entries]],
    argument_map: ArgumentMap,
    worldviews: Collection[str],
) -> tuple[Expectation, ...]:
    """Return what a model's file expects: each shape stands with the part of the file that it is of.

    `worldviews` are the ids of all that the map has. What is wrong is left out, with a problem.
    """
    read = (_Row(context, shape, row, argument_map, worldviews).read() for shape, row in rows)
    return tuple(expectation for expectation in read if expectation is not None)


@dataclass(frozen=True, slots=True)
class _Row:
    """One expectation as it is written, and what it is read with."""

    context: Context
    shape: ExpectationShape
    row: Entries
    argument_map: ArgumentMap
    worldviews: Collection[str]

    def read(self) -> Expectation | None:
        shape = self.shape
        warn_of_comments(self.context.findings, None, shape)
        expected: Expectation | None = None
        if shape.estimate is not None and shape.crux is None:
            expected = self._estimate(shape.estimate)
        elif shape.crux is not None and shape.estimate is None:
            expected = self._crux(shape.crux)
        else:
            self._unclear()
        if expected is None:
            return None
        cited = citations(self.context, shape.source)
        return replace(expected, citations=cited, note=str(shape.note or ""), span=self.row.span)

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        self.context.add(code, message, place, hint)

    def _unclear(self) -> None:
        """Say that a row is about nothing, or about two things."""
        if self.shape.crux is not None:
            message, hint = "an estimate and a crux are two expectations", "make two of them"
            self.add(Code.UNCLEAR_EXPECTATION, message, self.row.key("crux"), hint)
        elif self.shape.rank is not None:
            hint = "name it: `crux: ENTRY`"
            message = "this ranks nothing"
            self.add(Code.UNCLEAR_EXPECTATION, message, self.row.key("rank"), hint)
        else:
            hint = "name what it is about: `estimate: CONDITION`, or `crux: ENTRY`"
            self.add(Code.UNCLEAR_EXPECTATION, "this expects nothing", self.row, hint)

    # what both kinds have

    def _worldview(self, id_: Text | None, otherwise: str = MAP_WORLDVIEW) -> str:
        if id_ is None:
            return otherwise
        check_worldview(self.context.resolver, id_, self.worldviews)
        return str(id_)

    def _assuming(
        self, shape: ConditionShape | list[ConditionShape] | None
    ) -> tuple[Condition, ...] | None:
        return None if shape is None else self.context.resolver.separate(shape)

    def _misplaced(self, keys: Collection[str], where: str) -> None:
        for key in keys:
            if getattr(self.shape, key) is not None:
                self.add(Code.MISPLACED_KEY, f"`{key}` belongs to `{where}`", self.row.key(key))

    # estimates

    def _estimate(self, condition: ConditionShape) -> ExpectedEstimate | None:
        shape, resolver = self.shape, self.context.resolver
        self._misplaced(("rank",), "crux")
        of = Quantity(
            resolver.condition(condition), self._worldview(shape.worldview), self._assuming(shape.assuming)
        )
        than = self._than(of)
        bounds = self._bounds()
        mean = shape.mean is not None and resolver.truth(shape.mean)
        return None if bounds is None else ExpectedEstimate(of=of, bounds=bounds, than=than, mean=mean)

    def _than(self, of: Quantity) -> Quantity | None:
        """Return what an estimate is compared with: what `than` leaves out is as in the estimate."""
        shape = self.shape.than
        if shape is None:
            return None
        if isinstance(shape, Text):
            message, hint = "`than` says in what it differs", f"write `than: {{worldview: {shape}}}`"
            self.add(Code.WRONG_SHAPE, message, shape, hint)
            return None
        condition, assuming = shape.estimate, self._assuming(shape.assuming)
        than = Quantity(
            of.condition if condition is None else self.context.resolver.condition(condition),
            self._worldview(shape.worldview, of.worldview),
            of.assuming if assuming is None else assuming,
        )
        if than == of and self.context.resolver.names.complete:  # what is not known is left out of both
            message = "this is compared with itself"
            hint = "`than` names what differs: `worldview`, `assuming` or `estimate`"
            self.add(Code.UNCLEAR_EXPECTATION, message, self.row.key("than"), hint)
        return than

    def _bounds(self) -> Bounds | None:
        """Return where the number is expected to lie, `None` where that cannot be told."""
        given = [key for key in _BOUNDS if getattr(self.shape, key) is not None]
        match given:
            case ["between"]:
                return self._between(self.shape.between)
            case [key]:
                return self._one_sided(key, getattr(self.shape, key))
            case []:
                hint = "give `below`, `above` or `between`"
                message = "nothing is said of what the estimate should be"
                self.add(Code.UNCLEAR_EXPECTATION, message, self.row.key("estimate"), hint)
            case _:
                low, high = self.shape.above, self.shape.below
                sides = "between" not in given
                hint = f"write `between: [{low}, {high}]`" if sides else "keep one of them"
                message = f"the estimate has {len(given)} bounds: {joined(given)}"
                self.add(Code.UNCLEAR_EXPECTATION, message, self.row.key(given[1]), hint)
        return None

    def _one_sided(self, key: str, text: Text) -> Bounds | None:
        number = self._number(text, key)
        if number is None:
            return None
        below = key == "below"
        if number == (0.0 if below else 1.0) and self.shape.than is None:
            hint = f"as in `{key}: {'0.01%' if below else '99.99%'}`"
            self.add(Code.IMPOSSIBLE_EXPECTATION, f"nothing is {key} `{text}`", text, hint)
        return Bounds(None if below else number, number if below else None, f"{key} {text}")

    def _between(self, ends: Text | list[Text] | None) -> Bounds | None:
        if ends is None:
            return None
        if isinstance(ends, Text):
            hint = f"write `between: [{', '.join(self._both_ends(ends))}]`"
            self.add(Code.WRONG_SHAPE, "`between` must be a list of two bounds", ends, hint)
            return None
        if len(ends) != 2:
            message = f"`between` has two bounds, not {len(ends)}"
            self.add(Code.WRONG_SHAPE, message, self.row.key("between"), "as in `between: [1%, 5%]`")
            return None
        low, high = (self._number(text, key) for text, key in zip(ends, ("above", "below"), strict=True))
        if low is None or high is None:
            return None
        if low > high:
            message = f"nothing lies between `{ends[0]}` and `{ends[1]}`"
            hint = f"the lower bound comes first: `between: [{ends[1]}, {ends[0]}]`"
            self.add(Code.IMPOSSIBLE_EXPECTATION, message, ends[0], hint)
        return Bounds(low, high, f"between {ends[0]} and {ends[1]}", closed=True)

    def _both_ends(self, text: Text) -> tuple[str, str]:
        """Return the ends of an interval, as two bounds would be written; of anything else an example."""
        with suppress(UnreadableError):
            value = parse_value(text, self._role, self.context.lexicon)
            if isinstance(value, Elicited):
                return _end(value, "above"), _end(value, "below")
        return ("2x", "5x") if self._role.scale is Scale.RATIO else ("1%", "5%")

    @property
    def _role(self) -> Role:
        """Beside `than` a bound is a factor, elsewhere a probability."""
        return Role.CREDENCE if self.shape.than is None else Role.PACE

    def _number(self, text: Text, side: str) -> float | None:
        """Return a bound on the side `below` or `above`, which is one number; `None` after a problem."""
        try:
            value = parse_value(text, self._role, self.context.lexicon)
        except UnreadableError as error:
            self._unreadable(text, error)
            return None
        if isinstance(value, Elicited) and value.is_point:
            return value.low
        if isinstance(value, SameAs):
            message, hint = "a bound is a number of its own", "write it out"
        else:
            message = f"`{text}` is an interval, and a bound is one number"
            middle = text.removeprefix("about ")
            end = middle if middle != text else _end(value, side)
            hint = f"write `{end}`, or for both ends `between`"
        self.add(Code.UNREADABLE_JUDGEMENT, message, text, hint)
        return None

    def _unreadable(self, text: Text, error: UnreadableError) -> None:
        message, hint = error.message, error.hint
        factor = self._role.scale is Scale.RATIO
        if error.code is Code.WRONG_KIND and factor:
            message = f"`{text}` is a probability, and beside `than` a bound is a factor"
            hint = "as in `above: 2x`, twice as likely"
        elif error.code is Code.WRONG_KIND:
            message = f"`{text}` is a factor, and nothing is there to compare with"
            hint = "write a probability such as `5%`, or say with what: `than: {worldview: ID}`"
        elif not text:
            message = "there is no bound here"
            hint = f"one number, as in `{'2x' if factor else '5%'}`"
        self.add(error.code, message, text, hint)

    # cruxes

    def _crux(self, id_: Text) -> ExpectedCrux | None:
        shape, resolver = self.shape, self.context.resolver
        self._misplaced(_OF_ESTIMATES, "estimate")
        if shape.rank is None:
            hint = "`rank: 3` means among the first three"
            self.add(Code.MISSING_KEY, "`rank` is missing", self.row.key("crux"), hint)
        rank = 1 if shape.rank is None else resolver.whole(shape.rank, 1)
        worldview, assuming = self._worldview(shape.worldview), self._assuming(shape.assuming)
        if not self._can_rank(id_):
            return None
        return ExpectedCrux(id=str(id_), worldview=worldview, rank=rank, assuming=assuming)

    def _can_rank(self, id_: Text) -> bool:
        """Tell whether something has a row of its own in the ranking; a problem where it has none."""
        names = self.context.resolver.names
        owner, dot, part = id_.partition(".")
        entry = self.argument_map.entry.get(owner)
        if entry is None:
            self.context.resolver.unknown(Text.at(owner, id_), "entry", names.kinds)
        elif dot and part not in _parts(entry):
            near = names.nearest(id_, (f"{owner}.{name}" for name in _parts(entry)))
            hint = near or f"write `{owner}`" + " as a whole" * isinstance(entry, Question)
            self.add(Code.UNKNOWN_ADDRESS, f"`{id_}` has no place in a ranking", id_, hint)
        elif not dot and isinstance(entry, Event):
            parts = joined(f"{owner}.{name}" for name in _parts(entry))
            message = f"`{owner}` is an event, of which each phase is ranked by itself"
            hint = f"write one of {parts}" if parts else "name what it follows from"
            self.add(Code.WRONG_REFERENCE, message, id_, hint)
        else:
            return True
        return False


def _end(value: Elicited, side: str) -> str:
    """Write the end of an interval that bounds it on one side."""
    end = value.high if side == "below" else value.low
    complement = value.complements[side == "below"]
    return format_value(Elicited(value.scale, end, end, complements=(complement, complement)))


def _parts(entry: Entry) -> tuple[str, ...]:
    """Return the parts of an entry that are ranked by themselves: phases of an event, causes of a claim."""
    match entry:
        case Event(basis=Emergence(phases=phases)):
            return tuple(phase.phase for phase in phases)
        case Claim(basis=Routes(routes=routes)):
            return tuple(route.id for route in routes if route.id is not None)
        case _:
            return ()
