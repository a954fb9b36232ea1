"""The shape of each kind of file, and the JSON Schema that editors use.

Shapes say which keys stand where and what is a list; whether an id exists or a number can be read is for
others to see. Their leaves are the nodes of `yaml_text`, which know their place.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from cruxmap.language.validation import Key, Leaf, NotEmpty, OneOf, Shape, editor_schema
from cruxmap.language.yaml_text import Entries, Text

# --- leaves -------------------------------------------------------------------------------------

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_NOTATION = {"type": ["string", "number"]}

type Id = Annotated[Text, Leaf("an id", {"type": "string", "pattern": _ID})]
type ModelName = Annotated[
    Text, Leaf("a name", {"type": "string", "pattern": f"{_ID[:-1]}(/{_ID[1:-1]})*$"})
]
type Name = Annotated[Text, Leaf("an id", {"type": ["string", "integer"]})]
type Word = Annotated[Text, Leaf("text", {"type": ["string", "number", "boolean"]})]
type Sentence = Annotated[Text, Leaf("a sentence", {"type": "string"})]
type Number = Annotated[Text, Leaf("a number or phrase", _NOTATION)]
type Whole = Annotated[Text, Leaf("a whole number", {"type": "integer"})]
type Truth = Annotated[Text, Leaf("`true` or `false`", {"type": "boolean"})]
type File = Annotated[Text, Leaf("a path", {"type": "string"})]
type Misplaced = Annotated[Text, Leaf("text", {"not": {}})]
"""Text where something else belongs, which the reader can name better than a list of forms."""
type Digest = Annotated[Text, Leaf("a digest", {"type": ["string", "number"]})]
type Address = Annotated[Text, Leaf("an address", {"type": "string"})]

LONG_FORM = frozenset({"value", "source", "note", "tags", "fitted"})


def _judged_form(node: Entries) -> type:
    """Tell the long form of one number, shares, and the long form of shares apart."""
    if isinstance(node.get("value"), Entries):  # type: ignore[call-overload]
        return LongShares
    return LongNumber if "value" in node and node.keys() <= LONG_FORM else dict


def _overriding_form(node: Entries) -> type:
    """Tell the same apart where a worldview judges, and may say what a number was fitted to."""
    form = _judged_form(node)
    return FittedShares if form is LongShares else FittedNumber if form is LongNumber else dict


def _phase_form(node: Entries) -> type:
    return LongNumber if "value" in node else PhaseShape


def _condition_form(node: Entries) -> type:
    forms: dict[str, type] = {"not": NotShape, "all_of": AllOfShape, "any_of": AnyOfShape}
    if "event" in node:
        forms |= {"before": BeforeShape, "within": WithinShape, "during": DuringShape}
        forms |= {"by_end_of": ByEndOfShape, "ever": EverShape, "event": EventAloneShape}
    return next((form for key, form in forms.items() if key in node), dict)


# --- parts of entries ---------------------------------------------------------------------------

type Words = Annotated[Word | list[Word], OneOf("text or a list of texts")]
type States = Annotated[
    Word | Annotated[list[Word], NotEmpty()], OneOf("`true`, `false`, a state or a list of states")
]
type Ids = Annotated[Id | list[Id], OneOf("an id or a list of ids")]
type Files = Annotated[File | list[File], OneOf("a path or a list of paths")]
type SomeIds = Annotated[Id | Annotated[list[Id], NotEmpty()], OneOf("an id or a list of ids")]


class Remarked(Shape):
    """What anything may carry beside its meaning."""

    note: Sentence | None = None
    tags: Words | None = None


class Noted(Remarked):
    """What an entry may carry beside its meaning."""

    source: Words | None = None


class Told(Noted):
    """What must have a sentence of its own. The reader asks for it, so that without it the rest is read."""

    WANTED: ClassVar[tuple[str, ...]] = ("text",)

    text: Sentence | None = None


class LongNumber(Noted):
    """One judgement with its source."""

    value: Number


type Judged = Annotated[Number | LongNumber, OneOf("a number, or a mapping with `value`")]


class LongShares(Noted):
    """The shares of a question with their source."""

    value: Annotated[dict[Id, Judged], NotEmpty()]


type Shares = Annotated[
    Annotated[dict[Id, Judged], NotEmpty()] | LongShares | LongNumber,
    OneOf("a share for each state, as in `{a: 30%, b: rest}`", _judged_form),
]


class FittedNumber(LongNumber):
    """One judgement of a worldview: with its source, or with why it was moved to meet what is `stated`."""

    fitted: Sentence | None = None


type OwnNumber = Annotated[Number | FittedNumber, OneOf("a number, or a mapping with `value`")]


class FittedShares(LongShares):
    """The shares of a question in a worldview, the same."""

    value: Annotated[dict[Id, OwnNumber], NotEmpty()]  # type: ignore[assignment]
    fitted: Sentence | None = None


type OwnShares = FittedNumber | Annotated[dict[Id, OwnNumber], NotEmpty()] | FittedShares
type AnyJudged = Annotated[
    Number | FittedNumber | Annotated[dict[Id, OwnNumber], NotEmpty()] | FittedShares,
    OneOf("a number, a mapping with `value`, or a share for each state", _overriding_form),
]


class BeforeShape(Shape):
    """One event comes before another."""

    event: Id
    before: Id
    by: Whole | None = None


class WithinShape(Shape):
    """Two events come close together."""

    event: Id
    within: Whole
    of: Id


class DuringShape(Shape):
    """An event comes in a phase."""

    event: Id
    during: Id


class ByEndOfShape(Shape):
    """An event comes in a phase or earlier."""

    event: Id
    by_end_of: Id


class EverShape(Shape):
    """An event comes at all."""

    event: Id
    ever: Truth


class EventAloneShape(Shape):
    """`event` with nothing said of it: always a mistake."""

    HINT = "say when it happens: before, within, during, by_end_of or ever"

    event: Id
    before: Id


class NotShape(Shape):
    """A condition that does not hold."""

    not_: Annotated["ConditionShape", Key("not")]


class AllOfShape(Shape):
    """Conditions that all hold."""

    all_of: "ConditionShapes"


class AnyOfShape(Shape):
    """Conditions of which one holds at least."""

    any_of: "ConditionShapes"


type ConditionShape = Annotated[
    Id
    | Annotated[list[ConditionShape], NotEmpty()]
    | Annotated[dict[Id, States], NotEmpty()]
    | BeforeShape
    | WithinShape
    | DuringShape
    | ByEndOfShape
    | EverShape
    | EventAloneShape
    | NotShape
    | AllOfShape
    | AnyOfShape,
    OneOf("a condition", _condition_form),
]
type ConditionShapes = Annotated[list[ConditionShape], NotEmpty()]
type Conditions = Annotated[list[ConditionShape] | ConditionShape, OneOf("a condition or a list of them")]
"""Conditions that stay apart; the list may be empty."""


class AtLeastShape(Shape):
    """A count, and the conditions that are counted."""

    count: Whole
    of: ConditionShapes


class RowShape(Noted):
    """A case of a claim's table."""

    id: Id | None = None
    when: ConditionShape
    credence: Judged


class OtherwiseShape(Noted):
    """The last case of a claim's table."""

    id: Id | None = None
    otherwise: Judged


type AnyRow = Annotated[
    RowShape | OtherwiseShape,
    OneOf(
        "a row, as in `{when: ..., credence: ...}` or `{otherwise: ...}`",
        lambda node: OtherwiseShape if "otherwise" in node else RowShape,
    ),
]


class ShareRowShape(Noted):
    """A case of a question's table: shares, or one certain state."""

    id: Id | None = None
    when: ConditionShape
    credence: Shares | None = None
    state: Name | None = None


class ShareOtherwiseShape(Noted):
    """The last case of a question's table."""

    id: Id | None = None
    otherwise: Shares


type AnyShareRow = Annotated[
    ShareRowShape | ShareOtherwiseShape,
    OneOf(
        "a row, as in `{when: ..., credence: {...}}` or `{otherwise: {...}}`",
        lambda node: ShareOtherwiseShape if "otherwise" in node else ShareRowShape,
    ),
]


class RouteShape(Noted):
    """One cause and its chance."""

    id: Id | None = None
    when: ConditionShape | None = None
    chance: Judged


class GapShape(Shape):
    """The steps between two events."""

    from_: Annotated[Id, Key("from")]
    to: Id
    at_least: dict[Id, Whole]


class PhaseShape(Noted):
    """The chance of one phase with its gate, table and pace."""

    when: ConditionShape | None = None
    credence: Judged | None = None
    given: Annotated[list[AnyRow], NotEmpty()] | None = None
    pace: Judged | None = None


type AnyPhase = Annotated[
    Number | LongNumber | PhaseShape,
    OneOf("a chance, or a mapping with `credence` or `given`", _phase_form),
]
type TargetShape = Annotated[
    Address | Annotated[dict[Id, States], NotEmpty()],
    OneOf("a claim, a route, a phase or `{question: state}`"),
]
type TargetShapes = Annotated[
    Address | Annotated[list[TargetShape], NotEmpty()] | Annotated[dict[Id, States], NotEmpty()],
    OneOf("a claim, a route, a phase, `{question: state}`, or a list of them"),
]


# --- entries ------------------------------------------------------------------------------------


class ClaimShape(Told):
    """A claim."""

    credence: Judged | None = None
    all_of: ConditionShapes | None = None
    any_of: ConditionShapes | None = None
    at_least: AtLeastShape | None = None
    if_met: Judged | None = None
    otherwise: Judged | None = None
    routes: Annotated[list[RouteShape], NotEmpty()] | None = None
    leak: Judged | None = None
    when: ConditionShape | None = None
    given: Annotated[list[AnyRow], NotEmpty()] | None = None


class QuestionShape(Told):
    """A question."""

    states: Annotated[list[Name], NotEmpty()]
    credence: Shares | None = None
    given: Annotated[list[AnyShareRow], NotEmpty()] | None = None
    gap: GapShape | None = None


class EventShape(Told):
    """An event."""

    timeline: Id
    requires: Ids | None = None
    emerges: Annotated[dict[Id, AnyPhase], NotEmpty()] | None = None
    later_of: Annotated[list[Id], NotEmpty()] | None = None
    earlier_of: Annotated[list[Id], NotEmpty()] | None = None


class ArgumentShape(Told):
    """An argument."""

    by: Id | None = None
    premises: Conditions | None = None
    credence: Judged | None = None
    for_: Annotated[TargetShapes, Key("for")] | None = None
    against: TargetShapes | None = None
    undercuts: Ids | None = None
    strength: Judged | None = None
    force: Judged | None = None


class TimelineShape(Told):
    """A timeline."""

    phases: dict[Id, Whole]


class SourceShape(Remarked):
    """A source."""

    title: Sentence | None = None
    author: Sentence | None = None
    url: Sentence | None = None
    date: Word | None = None
    text: Sentence | None = None


class VoiceShape(Noted):
    """A voice."""

    text: Sentence | None = None


class HeadShape(Remarked):
    """What the map is about."""

    title: Sentence | None = None
    text: Sentence | None = None


# --- files --------------------------------------------------------------------------------------


class MapFile(Shape):
    """One file of a map."""

    language: Whole | None = None
    include: Files | None = None
    map: HeadShape | None = None
    sources: dict[Id, SourceShape] | None = None
    voices: dict[Id, VoiceShape] | None = None
    timelines: dict[Id, TimelineShape] | None = None
    claims: dict[Id, ClaimShape] | None = None
    questions: dict[Id, QuestionShape] | None = None
    events: dict[Id, EventShape] | None = None
    arguments: dict[Id, ArgumentShape] | None = None
    lexicon: dict[Sentence, Number] | None = None


class StatedShape(Noted):
    """A credence as the reviewer gave it, or as somebody reads it out of their words."""

    of: ConditionShape
    credence: Number
    assuming: Conditions | None = None


class AskedShape(Shape):
    """A statement that an interview has put, about something all things considered."""

    of: ConditionShape


type AnyAsked = Annotated[Address | AskedShape, OneOf("an address, or `{of: CONDITION}`")]


class MadeFromShape(Shape):
    """The state of the map that a worldview was made from, by digests."""

    map: Digest
    entries: dict[Id, Digest] | None = None


class WorldviewFile(Told):
    """A worldview."""

    worldview: Id | None = None
    language: Whole | None = None
    voice: Id | None = None
    extends: Id | None = None
    made_from: MadeFromShape | None = None
    judgements: dict[Address, AnyJudged] | None = None
    rejects: Ids | None = None
    accepts: Ids | None = None
    stated: list[StatedShape] | None = None
    read_as: list[StatedShape] | None = None
    remarks: dict[Id, Sentence] | None = None
    asked: list[AnyAsked] | None = None
    claims: dict[Id, ClaimShape] | None = None
    questions: dict[Id, QuestionShape] | None = None
    arguments: dict[Id, ArgumentShape] | None = None
    routes: dict[Id, Annotated[list[RouteShape], NotEmpty()]] | None = None


class SamplingShape(Shape):
    """How much to draw."""

    draws: Whole | None = None
    tune: Whole | None = None
    chains: Whole | None = None
    seed: Whole | None = None


class ThanShape(Shape):
    """What an estimate is compared with: whatever is left out is as in the estimate."""

    estimate: ConditionShape | None = None
    worldview: Id | None = None
    assuming: Conditions | None = None


class ExpectationShape(Noted):
    """An expectation."""

    estimate: ConditionShape | None = None
    crux: Address | None = None
    worldview: Id | None = None
    assuming: Conditions | None = None
    mean: Truth | None = None
    below: Number | None = None
    above: Number | None = None
    between: Annotated[Misplaced | list[Number], OneOf("two numbers, as in `[1%, 5%]`")] | None = None
    than: Annotated[Misplaced | ThanShape, OneOf("what differs, as in `{worldview: ID}`")] | None = None
    rank: Whole | None = None


class ModelFile(Remarked):
    """A model."""

    model: ModelName
    map: Word
    target: ConditionShape
    text: Sentence | None = None
    language: Whole | None = None
    also: Conditions | None = None
    assuming: Conditions | None = None
    observed: Conditions | None = None
    worldviews: SomeIds | None = None
    reconcile: Truth | None = None
    sampling: SamplingShape | None = None
    expect: list[ExpectationShape] | None = None


class LocatorShape(Shape):
    """One place of a source."""

    section: Sentence | None = None
    no_claim: Annotated[Sentence, Key("no-claim")] | None = None


class SourcesFile(Shape):
    """The locators of one source."""

    source: Id | None = None
    language: Whole | None = None
    locators: dict[Word, LocatorShape] | None = None


type FileKind = Literal["map", "worldview", "model", "sources"]

FILES: Mapping[FileKind, type[Shape]] = {
    "map": MapFile,
    "worldview": WorldviewFile,
    "model": ModelFile,
    "sources": SourcesFile,
}


def json_schema(kind: FileKind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file, for editors."""
    return editor_schema(FILES[kind], f"cruxmap {kind} file")
