"""The shape of each kind of file.

Shapes say which keys stand where and what is a list, and tell of each key what it is for; whether an id
exists or a number can be read is for others to see. Their leaves are the nodes of `yaml_text`, which know
their place. Readers make values of shapes (`validation`); editors get them as JSON Schemas (`json_schema`).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from cruxmap.language.validation import (
    Description,
    Editor,
    Endings,
    Key,
    Leaf,
    NotEmpty,
    OneOf,
    Shape,
)
from cruxmap.language.yaml_text import Entries, Text, value_at

# --- leaves -------------------------------------------------------------------------------------

type Id = Annotated[Text, Leaf("an id", "id")]
type EntryId = Annotated[Text, Leaf("an id", "entry-id")]
type PartId = Annotated[Text, Leaf("an id", "part-id")]
"""The id of a state, a phase, a row or a route: a number too."""
type ModelName = Annotated[Text, Leaf("a name", "model-name")]
type Word = Annotated[Text, Leaf("text", "word")]
type Cited = Annotated[Text, Leaf("text", "citation")]
type Words = Annotated[Text, Leaf("a sentence", "words")]
type Sentence = Annotated[Text, Leaf("a sentence", "sentence")]
type Phrase = Annotated[Text, Leaf("a sentence", "phrase")]
type Number = Annotated[Text, Leaf("a number or phrase", "probability")]
type Share = Annotated[Text, Leaf("a number or phrase", "share")]
type Factor = Annotated[Text, Leaf("a number or phrase", "strength")]
type Ratio = Annotated[Text, Leaf("a number or phrase", "ratio")]
type OpenNumber = Annotated[Text, Leaf("a number or phrase", "stated")]
type Meaning = Annotated[Text, Leaf("a number or phrase", "meaning")]
type Bound = Annotated[Text, Leaf("a number or phrase", "bound")]
type Count = Annotated[Text, Leaf("a whole number", "count")]
type Whole = Annotated[Text, Leaf("a whole number", "whole")]
type Version = Annotated[Text, Leaf("a whole number", "version")]
type Truth = Annotated[Text, Leaf("`true` or `false`", "truth")]
type File = Annotated[Text, Leaf("a path", "file")]
type Included = Annotated[Text, Leaf("a path", "included")]
type Misplaced = Annotated[Text, Leaf("text", "word")]
"""Text where something else belongs, which the reader can name better than a list of forms."""
type MapDigest = Annotated[Text, Leaf("a digest", "digest-of-map")]
type EntryDigest = Annotated[Text, Leaf("a digest", "digest-of-entry")]
type Address = Annotated[Text, Leaf("an address", "address")]

LONG_FORM = frozenset({"value", "source", "note", "tags", "elicited", "fitted"})
NAMING_PHASES = ("during", "by_end_of")
"""Keys of a condition on an event under which a phase stands."""


def _judged_form(node: Entries) -> type:
    """Tell the long form of one number, shares, and the long form of shares apart."""
    if isinstance(value_at(node, "value"), Entries):
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

_EACH_ONCE = Editor({"uniqueItems": True})

type Tags = Annotated[Word | list[Word], OneOf("text or a list of texts")]
type Citations = Annotated[Cited | list[Cited], OneOf("text or a list of texts")]
type States = Annotated[
    PartId | Annotated[list[PartId], NotEmpty(), _EACH_ONCE],
    OneOf("`true`, `false`, a state or a list of states"),
]
type Ids = Annotated[EntryId | Annotated[list[EntryId], _EACH_ONCE], OneOf("an id or a list of ids")]
type Addresses = Annotated[Address | Annotated[list[Address], _EACH_ONCE], OneOf("an id or a list of ids")]
type Files = Annotated[
    Included | Annotated[list[Included], _EACH_ONCE], OneOf("a path or a list of paths")
]
type Worldviews = Annotated[
    Id | Annotated[list[Id], NotEmpty(), _EACH_ONCE], OneOf("an id or a list of ids")
]


class Remarked(Shape):
    """What anything may carry beside its meaning."""

    note: Annotated[
        Words | None,
        Description("A remark for readers. Nothing is computed from it.", "From the summary."),
    ] = None
    tags: Annotated[
        Tags | None, Description("Words to find it by: one, or a list.", ["weather", "open"])
    ] = None


class Noted(Remarked):
    """What an entry may carry beside its meaning."""

    source: Annotated[
        Citations | None,
        Description(
            "Where it says so: a key of `sources`, and the place behind `#`. A list cites several.",
            "report#4.2",
        ),
    ] = None


class Told(Noted):
    """What must have a sentence of its own. The reader asks for it, so that without it the rest is read."""

    WANTED = ("text",)

    text: Annotated[
        Sentence | None,
        Description(
            "A sentence that says it. A long one stands on its own lines, under `text: >-`.",
            "The programme keeps its funding through the year.",
        ),
    ] = None


_ELICITED = Description(
    "`false`: nobody gave this number, as in a map that was imported. It counts as nobody's.", False
)


def _given_by_nobody(*others: str) -> Mapping[str, object]:
    """Say for editors which keys cannot stand beside `elicited: false`."""
    said = {"properties": {"elicited": {"enum": [False, "false"]}}, "required": ["elicited"]}
    return {"if": said, "then": {"properties": dict.fromkeys(others, False)}}


class LongNumber(Noted):
    """One judgement with its source."""

    EDITOR: ClassVar = _given_by_nobody("source")

    value: Annotated[Number, Description("The number, in any notation that may stand here.", "30% to 60%")]
    elicited: Annotated[Truth | None, _ELICITED] = None


type Judged = Annotated[Number | LongNumber, OneOf("a number, or a mapping with `value`")]


class LongFactor(LongNumber):
    """The strength of an argument with its source."""

    value: Annotated[Factor, Description("How many times the odds change.", "2x to 10x")]


class LongRatio(LongNumber):
    """A ratio with its source."""

    value: Annotated[Ratio, Description("How many times as likely.", "2x")]


class LongShare(LongNumber):
    """The share of one state with its source."""

    value: Annotated[Share, Description("The share: a probability, or `rest`.", "30% to 60%")]


type JudgedFactor = Annotated[Factor | LongFactor, OneOf("a number, or a mapping with `value`")]
type JudgedRatio = Annotated[Ratio | LongRatio, OneOf("a number, or a mapping with `value`")]
type JudgedShare = Annotated[Share | LongShare, OneOf("a number, or a mapping with `value`")]


class LongShares(Noted):
    """The shares of a question with their source."""

    EDITOR: ClassVar = _given_by_nobody("source")

    elicited: Annotated[Truth | None, _ELICITED] = None
    value: Annotated[
        dict[PartId, JudgedShare],
        NotEmpty(),
        Description(
            "A share for each state. One may be `rest`.", {"calm": "20% to 30%", "stormy": "rest"}
        ),
    ]


type Shares = Annotated[
    Annotated[dict[PartId, JudgedShare], NotEmpty()] | LongShares | LongNumber,
    OneOf("a share for each state, as in `{a: 30%, b: rest}`", _judged_form, mistakes=(LongNumber,)),
]

_WHY_FITTED = Description(
    "Why the number was moved so that a stated credence comes out. It then counts as nobody's own.",
    "raised to meet the credence stated for flies",
)


class FittedNumber(LongNumber):
    """One judgement of a worldview: with its source, or with why it was moved to meet what is `stated`."""

    EXCLUDES: ClassVar = {"fitted": ("source",)}
    EDITOR: ClassVar = _given_by_nobody("source", "fitted")

    fitted: Annotated[Sentence | None, _WHY_FITTED] = None


class FittedFactor(FittedNumber):
    """A strength in a worldview, the same."""

    value: Annotated[Factor, Description("How many times the odds change.", "2x to 10x")]


class FittedRatio(FittedNumber):
    """A pace in a worldview, the same."""

    value: Annotated[Ratio, Description("How many times as likely.", "2x")]


class FittedShare(FittedNumber):
    """The share of one state in a worldview, the same."""

    value: Annotated[Share, Description("The share: a probability, or `rest`.", "30% to 60%")]


type OwnFactor = Annotated[Factor | FittedFactor, OneOf("a number, or a mapping with `value`")]
type OwnRatio = Annotated[Ratio | FittedRatio, OneOf("a number, or a mapping with `value`")]
type OwnShare = Annotated[Share | FittedShare, OneOf("a number, or a mapping with `value`")]


class FittedShares(LongShares):
    """The shares of a question in a worldview, the same."""

    EXCLUDES: ClassVar = {"fitted": ("source",)}
    EDITOR: ClassVar = _given_by_nobody("source", "fitted")

    value: Annotated[  # type: ignore[assignment]
        dict[PartId, OwnShare],
        NotEmpty(),
        Description(
            "A share for each state. One may be `rest`.", {"calm": "20% to 30%", "stormy": "rest"}
        ),
    ]
    fitted: Annotated[Sentence | None, _WHY_FITTED] = None


type OwnShares = FittedNumber | Annotated[dict[PartId, OwnShare], NotEmpty()] | FittedShares
type AnyJudged = Annotated[
    Number | FittedNumber | Annotated[dict[PartId, OwnShare], NotEmpty()] | FittedShares,
    OneOf("a number, a mapping with `value`, or a share for each state", _overriding_form),
]

_EVENT = Description("The event that this is about.", "ready")


class BeforeShape(Shape):
    """One event comes before another."""

    event: Annotated[EntryId, _EVENT]
    before: Annotated[
        EntryId,
        Description("The event that it comes before, which need not happen at all.", "licence-granted"),
    ]
    by: Annotated[Count | None, Description("How many steps earlier it is at least.", 3)] = None


class WithinShape(Shape):
    """Two events come close together."""

    event: Annotated[EntryId, _EVENT]
    within: Annotated[Whole, Description("How many steps apart the two are at most.", 2)]
    of: Annotated[EntryId, Description("The other event. Both happen.", "licence-granted")]


class DuringShape(Shape):
    """An event comes in a phase."""

    event: Annotated[EntryId, _EVENT]
    during: Annotated[PartId, Description("The phase in which it happens.", "autumn")]


class ByEndOfShape(Shape):
    """An event comes in a phase or earlier."""

    event: Annotated[EntryId, _EVENT]
    by_end_of: Annotated[PartId, Description("The phase in which it happens at the latest.", "summer")]


class EverShape(Shape):
    """An event comes at all."""

    event: Annotated[EntryId, _EVENT]
    ever: Annotated[Truth, Description("`true`: it happens at some step. `false`: never.", True)]


class EventAloneShape(Shape):
    """`event` with nothing said of it: always a mistake."""

    HINT = "say when it happens: before, within, during, by_end_of or ever"

    event: EntryId
    before: EntryId


class NotShape(Shape):
    """A condition that does not hold."""

    not_: Annotated[
        "ConditionShape",
        Key("not"),
        Description("The condition that does not hold.", {"weather": "stormy"}),
    ]


class AllOfShape(Shape):
    """Conditions that all hold."""

    all_of: Annotated[
        "ConditionShapes",
        Description("Conditions that all hold.", ["funding-kept", {"weather": ["calm", "ordinary"]}]),
    ]


class AnyOfShape(Shape):
    """Conditions of which one holds at least."""

    any_of: Annotated[
        "ConditionShapes",
        Description("Conditions of which one holds at least.", ["funding-kept", {"weather": "calm"}]),
    ]


type ConditionShape = Annotated[
    EntryId
    | Annotated[list[ConditionShape], NotEmpty()]
    | Annotated[dict[EntryId, States], NotEmpty()]
    | BeforeShape
    | WithinShape
    | DuringShape
    | ByEndOfShape
    | EverShape
    | EventAloneShape
    | NotShape
    | AllOfShape
    | AnyOfShape,
    OneOf("a condition", _condition_form, mistakes=(EventAloneShape,)),
]
type ConditionShapes = Annotated[list[ConditionShape], NotEmpty()]
type Conditions = Annotated[list[ConditionShape] | ConditionShape, OneOf("a condition or a list of them")]
"""Conditions that stay apart; the list may be empty."""


class AtLeastShape(Shape):
    """A count, and the conditions that are counted."""

    EDITOR: ClassVar = {
        "allOf": [
            {
                "if": {"properties": {"count": {"enum": [count, str(count)]}}},
                "then": {"properties": {"of": {"minItems": count}}},
            }
            for count in range(2, 10)
        ]
    }

    count: Annotated[Count, Description("How many of the conditions have to hold.", 2)]
    of: Annotated[
        ConditionShapes,
        Description(
            "The conditions that are counted.", ["funding-kept", "hardware-complete", "ready-early"]
        ),
    ]


_ROW_ID = Description("A name for the row, by which a worldview can judge it.", "ready-early")
_ROW_WHEN = Description(
    "When the row counts: the first row whose condition holds gives the number.",
    {"event": "ready", "by_end_of": "summer"},
)


class RowShape(Noted):
    """A case of a claim's table."""

    id: Annotated[PartId | None, _ROW_ID] = None
    when: Annotated[ConditionShape, _ROW_WHEN]
    credence: Annotated[Judged, Description("How likely it is in this case.", "80% to 95%")]


class OtherwiseShape(Noted):
    """The last case of a claim's table."""

    id: Annotated[PartId | None, _ROW_ID] = None
    otherwise: Annotated[Judged, Description("How likely it is in all other cases.", "0.1% to 1%")]


type AnyRow = Annotated[
    RowShape | OtherwiseShape,
    OneOf(
        "a row, as in `{when: ..., credence: ...}` or `{otherwise: ...}`",
        lambda node: OtherwiseShape if "otherwise" in node else RowShape,
    ),
]


class ShareRowShape(Noted):
    """A case of a question's table: shares, or one certain state."""

    EITHER = ("credence", "state")

    id: Annotated[PartId | None, _ROW_ID] = None
    when: Annotated[ConditionShape, _ROW_WHEN]
    credence: Annotated[
        Shares | None, Description("The share of each state in this case.", {"low": "30%", "high": "rest"})
    ] = None
    state: Annotated[PartId | None, Description("The state that is certain in this case.", "low")] = None


class ShareOtherwiseShape(Noted):
    """The last case of a question's table."""

    id: Annotated[PartId | None, _ROW_ID] = None
    otherwise: Annotated[
        Shares, Description("The share of each state in all other cases.", {"low": "80%", "high": "rest"})
    ]


type AnyShareRow = Annotated[
    ShareRowShape | ShareOtherwiseShape,
    OneOf(
        "a row, as in `{when: ..., credence: {...}}` or `{otherwise: {...}}`",
        lambda node: ShareOtherwiseShape if "otherwise" in node else ShareRowShape,
    ),
]


class RouteShape(Noted):
    """One cause and its chance."""

    id: Annotated[
        PartId | None,
        Description("A name for the route, by which it can be judged and argued about.", "storm"),
    ] = None
    when: Annotated[
        ConditionShape | None,
        Description("When the cause is present. Without it, it always is.", {"weather": "stormy"}),
    ] = None
    chance: Annotated[
        Judged,
        Description("The chance that the cause brings the claim about where it is present.", "20% to 50%"),
    ]


class GapShape(Shape):
    """The steps between two events."""

    from_: Annotated[EntryId, Key("from"), Description("The first event.", "engine-qualified")]
    to: Annotated[EntryId, Description("The second event.", "licence-granted")]
    at_least: Annotated[
        dict[PartId, Whole],
        Description(
            "From how many steps on each state is the case: all states but the first, in their order.",
            {"short": 1, "long": 3},
        ),
    ]


_OTHERWISE_LAST = Editor(
    {
        "allOf": [
            {
                "if": {"minItems": row + 2},
                "then": {"items": [*[True] * row, {"not": {"required": ["otherwise"]}}]},
            }
            for row in range(10)
        ]
    }
)

type TableRows = Annotated[list[AnyRow], NotEmpty(), _OTHERWISE_LAST]
_ROWS = Description(
    "A table: the first row whose `when` holds gives the number. The last row may be `otherwise`.",
    [{"when": "funding-kept", "credence": "50% to 80%"}, {"otherwise": "20%"}],
)


class PhaseShape(Noted):
    """The chance of one phase with its gate, table and pace."""

    EITHER = ("credence", "given")

    when: Annotated[
        ConditionShape | None,
        Description("Where this does not hold, the phase has no chance.", "funding-kept"),
    ] = None
    credence: Annotated[
        Judged | None,
        Description(
            "The chance that the event happens during the phase, if it has not happened before.",
            "40% to 70%",
        ),
    ] = None
    given: Annotated[TableRows | None, _ROWS] = None
    pace: Annotated[
        JudgedRatio | None,
        Description(
            "How much likelier the first step of the phase is than the last. Default: `1x`.", "2x"
        ),
    ] = None


type AnyPhase = Annotated[
    Number | LongNumber | PhaseShape,
    OneOf("a chance, or a mapping with `credence` or `given`", _phase_form),
]
type StatesOfOne = Annotated[dict[EntryId, States], NotEmpty(), Editor({"maxProperties": 1})]
type TargetShape = Annotated[
    Address | StatesOfOne,
    OneOf("a claim, a route, a phase or `{question: state}`"),
]
type TargetShapes = Annotated[
    Address | Annotated[list[TargetShape], NotEmpty(), _EACH_ONCE] | StatesOfOne,
    OneOf("a claim, a route, a phase, `{question: state}`, or a list of them"),
]


# --- entries ------------------------------------------------------------------------------------


class ClaimShape(Told):
    """A claim."""

    EITHER = ("credence", "all_of", "any_of", "at_least", "routes", "given")
    NEEDS: ClassVar = dict.fromkeys(
        ("if_met", "otherwise"), ("all_of", "any_of", "at_least")
    ) | dict.fromkeys(("leak", "when"), ("routes",))

    credence: Annotated[
        Judged | None,
        Description(
            "How likely the claim is, before the arguments for and against it are weighed.", "85% to 97%"
        ),
    ] = None
    all_of: Annotated[
        ConditionShapes | None,
        Description(
            "A definition: the claim is true where all of these hold.",
            ["funding-kept", {"weather": ["calm", "ordinary"]}],
        ),
    ] = None
    any_of: Annotated[
        ConditionShapes | None,
        Description(
            "A definition: the claim is true where one of these holds at least.",
            ["funding-kept", {"weather": "calm"}],
        ),
    ] = None
    at_least: Annotated[
        AtLeastShape | None,
        Description(
            "A definition: the claim is true where so many of these hold.",
            {"count": 2, "of": ["funding-kept", "test-stand-sound", {"weather": "calm"}]},
        ),
    ] = None
    if_met: Annotated[
        Judged | None,
        Description("How likely the claim is where its definition is met. Default: `100%`.", "90% to 98%"),
    ] = None
    otherwise: Annotated[
        Judged | None,
        Description(
            "How likely the claim is where its definition is not met. Default: `0%`.", "10% to 30%"
        ),
    ] = None
    routes: Annotated[
        list[RouteShape] | None,
        NotEmpty(),
        Description(
            "Causes that work independently of each other, each with its chance.",
            [{"id": "storm", "when": {"weather": "stormy"}, "chance": "20% to 50%"}],
        ),
    ] = None
    leak: Annotated[
        Judged | None,
        Description("The chance that a cause which is not listed is at work. Default: `0%`.", "1% to 3%"),
    ] = None
    when: Annotated[
        ConditionShape | None,
        Description("Where this does not hold, no route brings the claim about.", "funding-kept"),
    ] = None
    given: Annotated[TableRows | None, _ROWS] = None


class QuestionShape(Told):
    """A question."""

    EITHER = ("credence", "given", "gap")

    states: Annotated[
        list[PartId],
        NotEmpty(),
        Editor({"minItems": 2, "uniqueItems": True}),
        Description("The answers, of which exactly one is the case.", ["calm", "ordinary", "stormy"]),
    ]
    state_texts: Annotated[
        dict[PartId, Sentence] | None,
        NotEmpty(),
        Description(
            "What readers are shown in place of an answer's id, wherever it stands.",
            {"calm": "calm, below 10 knots", "stormy": "> 40 knots"},
        ),
    ] = None
    credence: Annotated[
        Shares | None,
        Description(
            "The share of each state, 100% in all. One may be `rest`.",
            {"calm": "20% to 30%", "ordinary": "45% to 60%", "stormy": "rest"},
        ),
    ] = None
    given: Annotated[
        list[AnyShareRow] | None,
        NotEmpty(),
        _OTHERWISE_LAST,
        Description(
            "A table: the first row whose `when` holds gives the shares. The last may be `otherwise`.",
            [
                {"when": "funding-kept", "credence": {"low": "30%", "high": "70%"}},
                {"otherwise": {"low": "80%", "high": "rest"}},
            ],
        ),
    ] = None
    gap: Annotated[
        GapShape | None,
        Description(
            "How many steps lie between two events: that decides which state is the case.",
            {"from": "engine-qualified", "to": "licence-granted", "at_least": {"short": 1, "long": 3}},
        ),
    ] = None


class EventShape(Told):
    """An event."""

    EITHER = ("emerges", "later_of", "earlier_of")
    NEEDS: ClassVar = {"requires": ("emerges",)}

    timeline: Annotated[EntryId, Description("The timeline on which it happens.", "year")]
    requires: Annotated[
        Ids | None,
        Description(
            "Events that this one comes no earlier than; in the same step is allowed.",
            ["engine-qualified"],
        ),
    ] = None
    emerges: Annotated[
        dict[PartId, AnyPhase] | None,
        NotEmpty(),
        Description(
            "The chance of each phase that it happens then, if not before. A phase left out has none.",
            {"summer": "30% to 60%", "autumn": "likely"},
        ),
    ] = None
    later_of: Annotated[
        list[EntryId] | None,
        NotEmpty(),
        _EACH_ONCE,
        Description(
            "It happens when the last of these has happened.", ["engine-qualified", "licence-granted"]
        ),
    ] = None
    earlier_of: Annotated[
        list[EntryId] | None,
        NotEmpty(),
        _EACH_ONCE,
        Description(
            "It happens when the first of these happens.", ["engine-qualified", "licence-granted"]
        ),
    ] = None


class ArgumentShape(Told):
    """An argument."""

    EITHER = ("for", "against", "undercuts")
    NEEDS: ClassVar = {
        "by": ("credence",),
        "for": ("strength",),
        "against": ("strength",),
        "strength": ("for", "against"),
        "force": ("undercuts",),
    }

    by: Annotated[
        Id | None,
        Description("Whose argument it is: a key of `voices`. It then needs a `credence`.", "auditor"),
    ] = None
    premises: Annotated[
        Conditions | None,
        Description(
            "What the argument rests on: it holds only where all of these do.", ["test-stand-sound"]
        ),
    ] = None
    credence: Annotated[
        Judged | None,
        Description(
            "How likely the reasoning is sound, given its premises. Default: `100%`.", "80% to 95%"
        ),
    ] = None
    for_: Annotated[
        TargetShapes | None,
        Key("for"),
        Description(
            "What it makes likelier: a claim, a route, a phase, or a state.", "engine-qualified.summer"
        ),
    ] = None
    against: Annotated[
        TargetShapes | None,
        Description(
            "What it makes less likely: a claim, a route, a phase, or a state.",
            ["flies", "delayed-at-the-pad.storm", {"weather": "calm"}],
        ),
    ] = None
    undercuts: Annotated[
        Ids | None,
        Description(
            "The argument whose reasoning it attacks; its conclusion is left alone.", "tests-went-well"
        ),
    ] = None
    strength: Annotated[
        JudgedFactor | None,
        Description("How many times the odds change while the argument holds.", "1.5x to 3x"),
    ] = None
    force: Annotated[
        Judged | None,
        Description(
            "The chance that the other argument fails when this one holds. Default: `100%`.", "60% to 90%"
        ),
    ] = None


class TimelineShape(Told):
    """A timeline."""

    phases: Annotated[
        dict[PartId, Count],
        Editor({"minProperties": 1}),
        Description("The phases in their order, and how many steps each has.", {"spring": 3, "summer": 3}),
    ]


class SourceShape(Remarked):
    """A source."""

    title: Annotated[Words | None, Description("What it is called.", "Programme status report")] = None
    author: Annotated[Words | None, Description("Who wrote it.", "The agency")] = None
    url: Annotated[Words | None, Description("Where it can be read.", "https://example.org/report")] = None
    date: Annotated[Word | None, Description("When it was written.", "2024-01-15")] = None
    text: Annotated[
        Words | None, Description("What it is, in a sentence.", "The yearly report to the board.")
    ] = None


class VoiceShape(Noted):
    """A voice."""

    text: Annotated[Words | None, Description("Who this is.", "She leads the engine tests.")] = None


class HeadShape(Remarked):
    """What the map is about."""

    title: Annotated[
        Words | None, Description("The map's title.", "Will the new rocket fly this year?")
    ] = None
    text: Annotated[
        Words | None,
        Description("What the map is about, in a few sentences.", "What the first flight needs."),
    ] = None


# --- files --------------------------------------------------------------------------------------

_VERSION = Description("The version of the language.", 1)
_CLAIM = {"text": "The programme keeps its funding.", "credence": "85% to 97%"}
_QUESTION = {"text": "How is it?", "states": ["low", "high"], "credence": {"low": "30%", "high": "rest"}}
_ARGUMENT = {"text": "The tests went well.", "for": "flies", "strength": "moderate"}


class MapFile(Shape):
    """One file of a map."""

    language: Annotated[Version | None, _VERSION] = None
    include: Annotated[
        Files | None,
        Description(
            "Files of other maps that are read as if they were in this one.", ["../engines/10-tests.yaml"]
        ),
    ] = None
    map: Annotated[
        HeadShape | None,
        Description("What the map is about.", {"title": "Will the new rocket fly this year?"}),
    ] = None
    sources: Annotated[
        dict[Id, SourceShape] | None,
        Description(
            "What can be cited, by key.",
            {"report": {"title": "Programme status report", "date": "2024-01-15"}},
        ),
    ] = None
    voices: Annotated[
        dict[Id, VoiceShape] | None,
        Description(
            "Who says something, by key.", {"auditor": {"text": "He has seen five programmes slip."}}
        ),
    ] = None
    timelines: Annotated[
        dict[EntryId, TimelineShape] | None,
        Description(
            "Clocks that events happen on, by id.",
            {"year": {"text": "A step a month or so.", "phases": {"spring": 3, "summer": 3}}},
        ),
    ] = None
    claims: Annotated[
        dict[EntryId, ClaimShape] | None,
        Description("Sentences that are true or false, by id.", {"funding-kept": _CLAIM}),
    ] = None
    questions: Annotated[
        dict[EntryId, QuestionShape] | None,
        Description(
            "What has several states of which exactly one is the case, by id.", {"mood": _QUESTION}
        ),
    ] = None
    events: Annotated[
        dict[EntryId, EventShape] | None,
        Description(
            "What happens at one step of a timeline, or never, by id.",
            {"ready": {"text": "It stands ready.", "timeline": "year", "emerges": {"summer": "40%"}}},
        ),
    ] = None
    arguments: Annotated[
        dict[EntryId, ArgumentShape] | None,
        Description(
            "Reasons for or against something, and what undercuts them, by id.", {"tested": _ARGUMENT}
        ),
    ] = None
    lexicon: Annotated[
        dict[Phrase, Meaning] | None,
        Description("The map's own phrases for numbers.", {"on past form": "30% to 50%"}),
    ] = None


class StatedShape(Noted):
    """A credence as the reviewer gave it, or as somebody reads it out of their words."""

    of: Annotated[ConditionShape, Description("What the credence is about.", "flies")]
    credence: Annotated[OpenNumber, Description("How likely it is, all things considered.", "5% to 15%")]
    assuming: Annotated[
        Conditions | None, Description("What the reviewer supposes.", ["funding-kept"])
    ] = None


class AskedShape(Shape):
    """A statement that an interview has put, about something all things considered."""

    of: Annotated[ConditionShape, Description("What was asked about.", "flies")]


type AnyAsked = Annotated[Address | AskedShape, OneOf("an address, or `{of: CONDITION}`")]


class MadeFromShape(Shape):
    """The state of the map that a worldview was made from, by digests."""

    map: Annotated[
        MapDigest, Description("The digest of the map without its worldviews.", "3f2a91c07be41d58")
    ]
    entries: Annotated[
        dict[EntryId, EntryDigest] | None,
        Description("The digest of each entry that the worldview speaks of.", {"weather": "5c0e11d9"}),
    ] = None


_STATED = [{"of": "flies", "credence": "5% to 15%", "assuming": ["funding-kept"], "source": "minutes#9"}]


class WorldviewFile(Told):
    """A worldview."""

    worldview: Annotated[
        Id | None, Description("The worldview's id: the name of its file.", "auditor")
    ] = None
    language: Annotated[Version | None, _VERSION] = None
    voice: Annotated[Id | None, Description("Whose worldview it is: a key of `voices`.", "auditor")] = None
    extends: Annotated[
        Id | None, Description("The worldview that this one takes from what it leaves out.", "engineer")
    ] = None
    made_from: Annotated[
        MadeFromShape | None,
        Description(
            "The state of the map that the numbers were made from. The page writes it.",
            {"map": "3f2a91c07be41d58"},
        ),
    ] = None
    judgements: Annotated[
        dict[Address, AnyJudged] | None,
        Endings({r"\.strength$": OwnFactor, r"\.pace$": OwnRatio}),
        Description(
            "This reviewer's numbers, by address. What is left out is inherited.",
            {"funding-kept": "60% to 85%", "tests-went-well.strength": "2x"},
        ),
    ] = None
    rejects: Annotated[
        Ids | None, Description("Arguments that count for nothing here.", ["programmes-slip"])
    ] = None
    accepts: Annotated[
        Addresses | None,
        Description(
            "What another worldview brings and this one takes over, or takes back as rejected.",
            ["worn-valves"],
        ),
    ] = None
    stated: Annotated[
        list[StatedShape] | None,
        Description(
            "Credences as the reviewer gave them. They are compared with what the numbers imply.", _STATED
        ),
    ] = None
    read_as: Annotated[
        list[StatedShape] | None,
        Description("What you read out of the reviewer's words where they gave no such number.", _STATED),
    ] = None
    remarks: Annotated[
        dict[EntryId, Sentence] | None,
        Description("Words about an entry, without a number.", {"weather": "It depends on the month."}),
    ] = None
    asked: Annotated[
        list[AnyAsked] | None,
        _EACH_ONCE,
        Description("What an interview has put and that got no number.", ["weather", {"of": "flies"}]),
    ] = None
    claims: Annotated[
        dict[EntryId, ClaimShape] | None,
        Description("Claims that only this reviewer brings, by id.", {"valves-reused": _CLAIM}),
    ] = None
    questions: Annotated[
        dict[EntryId, QuestionShape] | None,
        Description("Questions that only this reviewer brings, by id.", {"mood": _QUESTION}),
    ] = None
    arguments: Annotated[
        dict[EntryId, ArgumentShape] | None,
        Description("Arguments that only this reviewer brings, by id.", {"worn-valves": _ARGUMENT}),
    ] = None
    routes: Annotated[
        dict[EntryId, Annotated[list[RouteShape], NotEmpty()]] | None,
        Description(
            "Further routes of claims that rest on routes, by the claim's id.",
            {
                "delayed-at-the-pad": [
                    {"id": "permit", "when": {"weather": "stormy"}, "chance": "2% to 10%"}
                ]
            },
        ),
    ] = None


type Draws = Annotated[Text, Leaf("a whole number", "draws")]
type Tuning = Annotated[Text, Leaf("a whole number", "tune")]
type Chains = Annotated[Text, Leaf("a whole number", "chains")]


class SamplingShape(Shape):
    """How much to draw."""

    draws: Annotated[Draws | None, Description("Draws in all, up to 1,000,000.", 4000)] = None
    tune: Annotated[Tuning | None, Description("Steps that tune each chain.", 1000)] = None
    chains: Annotated[Chains | None, Description("Chains, up to 1,000.", 4)] = None
    seed: Annotated[Whole | None, Description("Where the random numbers start.", 1)] = None


class ThanShape(Shape):
    """What an estimate is compared with: whatever is left out is as in the estimate."""

    EDITOR: ClassVar = {"minProperties": 1}

    estimate: Annotated[ConditionShape | None, Description("Another outcome.", "flies")] = None
    worldview: Annotated[
        Id | None, Description("Another worldview; `map` is the map's own numbers.", "auditor")
    ] = None
    assuming: Annotated[
        Conditions | None, Description("What is assumed instead.", [{"weather": "stormy"}])
    ] = None


class ExpectationShape(Noted):
    """An expectation."""

    EITHER = ("estimate", "crux")
    NEEDS: ClassVar = dict.fromkeys(("below", "above", "between", "than", "mean"), ("estimate",)) | {
        "estimate": ("below", "above", "between"),
        "crux": ("rank",),
        "rank": ("crux",),
    }
    EXCLUDES: ClassVar = {"below": ("above", "between"), "above": ("between",)}
    EDITOR: ClassVar = {
        "if": {"required": ["than"]},
        "then": {
            "properties": {
                "below": {"$ref": "#/definitions/factor-bound"},
                "above": {"$ref": "#/definitions/factor-bound"},
                "between": {"items": {"$ref": "#/definitions/factor-bound"}},
            }
        },
        "else": {
            "properties": {
                "below": {"$ref": "#/definitions/upper-bound"},
                "above": {"$ref": "#/definitions/lower-bound"},
                "between": {"items": {"$ref": "#/definitions/probability-bound"}},
            }
        },
    }

    estimate: Annotated[
        ConditionShape | None, Description("The outcome whose probability is expected.", "flies")
    ] = None
    crux: Annotated[
        Address | None,
        Description("What is expected to be a crux: an entry, a phase or a route.", "weather"),
    ] = None
    worldview: Annotated[
        Id | None, Description("By whose numbers; `map` (or nothing) is the map's own.", "auditor")
    ] = None
    assuming: Annotated[
        Conditions | None,
        Description("What is assumed in place of what the model assumes.", ["funding-kept"]),
    ] = None
    mean: Annotated[
        Truth | None, Description("`true`: the mean over draws, not the central value.", True)
    ] = None
    below: Annotated[Bound | None, Description("The number is below this one.", "50%")] = None
    above: Annotated[
        Bound | None,
        Description("The number is above this one; with `than`, so many times as high.", "5%"),
    ] = None
    between: Annotated[
        Misplaced | list[Bound] | None,
        OneOf("two numbers, as in `[1%, 5%]`", mistakes=(Misplaced,)),
        Editor({"minItems": 2, "maxItems": 2}),
        Description("The number lies between these two.", ["1%", "5%"]),
    ] = None
    than: Annotated[
        Misplaced | ThanShape | None,
        OneOf("what differs, as in `{worldview: ID}`", mistakes=(Misplaced,)),
        Description("What the estimate is compared with: what differs.", {"worldview": "auditor"}),
    ] = None
    rank: Annotated[Count | None, Description("It is among the first so many cruxes.", 3)] = None


class ModelFile(Remarked):
    """A model."""

    HINT = "a model has `model: NAME`, that of its file; `map: ../arguments/MAP`; and `target: ID`"

    model: Annotated[
        ModelName, Description("The model's name: that of its file, below `models/`.", "first-flight")
    ]
    map: Annotated[
        File, Description("The map's folder, from the folder of this file.", "../arguments/first-flight")
    ]
    target: Annotated[ConditionShape, Description("What is asked about: a condition.", "flies")]
    text: Annotated[Words | None, Description("What the model asks, in a sentence.", "Does it fly?")] = (
        None
    )
    language: Annotated[Version | None, _VERSION] = None
    also: Annotated[
        Conditions | None,
        Description(
            "Further targets. A question's id stands for all its states.", ["weather", "ready-early"]
        ),
    ] = None
    assuming: Annotated[
        Conditions | None, Description("What is supposed. Judgements stay as they are.", ["funding-kept"])
    ] = None
    observed: Annotated[
        Conditions | None, Description("Facts: the judgements learn from them.", [{"weather": "calm"}])
    ] = None
    worldviews: Annotated[
        Worldviews | None,
        Description("`all`, or a list; `map` stands for the map's own numbers.", ["map", "auditor"]),
    ] = None
    reconcile: Annotated[
        Truth | None, Description("`true` fits each worldview to what its reviewer stated.", True)
    ] = None
    sampling: Annotated[
        SamplingShape | None, Description("How much to draw.", {"draws": 4000, "seed": 1})
    ] = None
    expect: Annotated[
        list[ExpectationShape] | None,
        Description(
            "What should come of the model. `cruxmap check --expect` tests it.",
            [{"estimate": "flies", "worldview": "auditor", "below": "50%"}],
        ),
    ] = None


class LocatorShape(Shape):
    """One place of a source."""

    section: Annotated[Words | None, Description("The section that it is in.", "Engine tests")] = None
    no_claim: Annotated[
        Words | None, Key("no-claim"), Description("Why nothing needs to cite it.", "a signpost")
    ] = None


class SourcesFile(Shape):
    """The locators of one source."""

    source: Annotated[Id | None, Description("The source's key: the name of this file.", "minutes")] = None
    language: Annotated[Version | None, _VERSION] = None
    locators: Annotated[
        dict[Word, LocatorShape] | None,
        Description("The places of the source that can be cited.", {"P7": {"section": "Engine tests"}}),
    ] = None


type FileKind = Literal["map", "worldview", "model", "sources"]
"""What a file of a project holds."""

FILES: Mapping[FileKind, type[Shape]] = {
    "map": MapFile,
    "worldview": WorldviewFile,
    "model": ModelFile,
    "sources": SourcesFile,
}
