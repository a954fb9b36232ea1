"""The shape of each kind of file, as pydantic models, and the JSON Schema that editors use.

In: the nodes of `yaml_text`. Out: the models below, whose leaves are those nodes still, place and
all; or `ShapeError`s. Shapes say which keys stand where and what is a list; whether an id exists or
a number can be read is for others to see.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from cruxmap.language.codes import Code
from cruxmap.language.yaml_text import Entries, Items, Node, Text

_TAGS = frozenset(
    f"<{tag}>"
    for tag in (
        *(
            "text",
            "list",
            "one",
            "mapping",
            "long",
            "shares",
            "long shares",
            "phase",
            "row",
            "otherwise",
            "values",
        ),
        *("event", "before", "within", "during", "by_end_of", "ever", "not", "all_of", "any_of"),
    )
)
"""Which form of a choice was taken; pydantic puts them into the paths of its errors."""

# --- leaves -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A scalar: any text passes; `what` is its name in problems, `schema` is for editors."""

    what: str
    schema: Mapping[str, object]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(Text, cls_repr=self.what)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.schema)


_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_NOTATION = {"type": ["string", "number"]}

type Id = Annotated[Text, _Leaf("an id", {"type": "string", "pattern": _ID})]
type Word = Annotated[Text, _Leaf("text", {"type": ["string", "number", "boolean"]})]
type Sentence = Annotated[Text, _Leaf("a sentence", {"type": "string"})]
type Number = Annotated[Text, _Leaf("a number or phrase", _NOTATION)]
type Whole = Annotated[Text, _Leaf("a whole number", {"type": "integer"})]
type Truth = Annotated[Text, _Leaf("`true` or `false`", {"type": "boolean"})]
type Address = Annotated[Text, _Leaf("an address", {"type": "string"})]

LONG_FORM = frozenset({"value", "source", "note", "tags"})


def _form(node: object) -> str | None:
    match node:
        case Text():
            return "<text>"
        case Items():
            return "<list>"
        case Entries():
            return "<mapping>"
        case _:
            return None


def _judged_form(node: object) -> str | None:
    """Tell one number, its long form, shares, and the long form of shares apart."""
    if not isinstance(node, Entries):
        return "<text>" if isinstance(node, Text) else None
    if isinstance(node.get("value"), Entries):  # type: ignore[call-overload]
        return "<long shares>"
    return "<long>" if "value" in node and node.keys() <= LONG_FORM else "<shares>"


def _number_form(node: object) -> str | None:
    return "<long>" if isinstance(node, Entries) else _form(node)


def _phase_form(node: object) -> str | None:
    return "<phase>" if isinstance(node, Entries) and "value" not in node else _number_form(node)


def _row_form(node: object) -> str | None:
    if not isinstance(node, Entries):
        return None
    return "<otherwise>" if "otherwise" in node else "<row>"


_COMPARISONS = ("before", "within", "during", "by_end_of", "ever")
OPERATORS = ("not", "all_of", "any_of")


def _condition_form(node: object) -> str | None:
    if not isinstance(node, Entries):
        return _form(node)
    for operator in OPERATORS:
        if operator in node:
            return f"<{operator}>"
    if "event" not in node:
        return "<values>"
    return next((f"<{comparison}>" for comparison in _COMPARISONS if comparison in node), "<event>")


def _choice(form: Any, expected: str) -> Discriminator:
    return Discriminator(form, custom_error_type="other_form", custom_error_message=expected)


class Shape(BaseModel):
    """A mapping with known keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


# --- parts of entries ---------------------------------------------------------------------------

type Words = Annotated[
    Annotated[Word, Tag("<text>")] | Annotated[list[Word], Tag("<list>")],
    _choice(_form, "text or a list of texts"),
]
type States = Annotated[
    Annotated[Word, Tag("<text>")] | Annotated[list[Word], Field(min_length=1), Tag("<list>")],
    _choice(_form, "`true`, `false`, a state or a list of states"),
]
type Ids = Annotated[
    Annotated[Id, Tag("<text>")] | Annotated[list[Id], Tag("<list>")],
    _choice(_form, "an id or a list of ids"),
]
type SomeIds = Annotated[
    Annotated[Id, Tag("<text>")] | Annotated[list[Id], Field(min_length=1), Tag("<list>")],
    _choice(_form, "an id or a list of ids"),
]


class Remarked(Shape):
    """What anything may carry beside its meaning."""

    note: Sentence | None = None
    tags: Words | None = None


class Noted(Remarked):
    """What an entry may carry beside its meaning."""

    source: Words | None = None


def _require_text(schema: dict[str, Any]) -> None:
    schema.setdefault("required", []).insert(0, "text")


class Told(Noted):
    """What must have a sentence of its own. The reader asks for it, so that without it the rest is read."""

    model_config = ConfigDict(json_schema_extra=_require_text)

    text: Sentence | None = None


class LongNumber(Noted):
    """One judgement with its source."""

    value: Number


type Judged = Annotated[
    Annotated[Number, Tag("<text>")] | Annotated[LongNumber, Tag("<long>")],
    _choice(_number_form, "a number, or a mapping with `value`"),
]


class LongShares(Noted):
    """The shares of a question with their source."""

    value: Annotated[dict[Id, Judged], Field(min_length=1)]


type Shares = Annotated[
    Annotated[dict[Id, Judged], Field(min_length=1), Tag("<shares>")]
    | Annotated[LongShares, Tag("<long shares>")]
    | Annotated[LongNumber, Tag("<long>")],
    _choice(
        lambda node: _judged_form(node) if isinstance(node, Entries) else None,
        "a share for each state, as in `{a: 30%, b: rest}`",
    ),
]
type AnyJudged = Annotated[
    Annotated[Number, Tag("<text>")]
    | Annotated[LongNumber, Tag("<long>")]
    | Annotated[dict[Id, Judged], Field(min_length=1), Tag("<shares>")]
    | Annotated[LongShares, Tag("<long shares>")],
    _choice(_judged_form, "a number, a mapping with `value`, or a share for each state"),
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

    event: Id
    before: Id


class NotShape(Shape):
    """A condition that does not hold."""

    not_: "ConditionShape" = Field(alias="not")


class AllOfShape(Shape):
    """Conditions that all hold."""

    all_of: "ConditionShapes"


class AnyOfShape(Shape):
    """Conditions of which one holds at least."""

    any_of: "ConditionShapes"


type ConditionShape = Annotated[
    Annotated[Id, Tag("<text>")]
    | Annotated[list[ConditionShape], Field(min_length=1), Tag("<list>")]
    | Annotated[dict[Id, States], Field(min_length=1), Tag("<values>")]
    | Annotated[BeforeShape, Tag("<before>")]
    | Annotated[WithinShape, Tag("<within>")]
    | Annotated[DuringShape, Tag("<during>")]
    | Annotated[ByEndOfShape, Tag("<by_end_of>")]
    | Annotated[EverShape, Tag("<ever>")]
    | Annotated[EventAloneShape, Tag("<event>")]
    | Annotated[NotShape, Tag("<not>")]
    | Annotated[AllOfShape, Tag("<all_of>")]
    | Annotated[AnyOfShape, Tag("<any_of>")],
    _choice(_condition_form, "a condition"),
]
type ConditionShapes = Annotated[list[ConditionShape], Field(min_length=1)]
type Conditions = Annotated[
    Annotated[list[ConditionShape], Tag("<list>")] | Annotated[ConditionShape, Tag("<one>")],
    _choice(lambda node: "<list>" if isinstance(node, Items) else "<one>", "a condition or a list of them"),
]
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

    otherwise: Judged


type AnyRow = Annotated[
    Annotated[RowShape, Tag("<row>")] | Annotated[OtherwiseShape, Tag("<otherwise>")],
    _choice(_row_form, "a row, as in `{when: ..., credence: ...}` or `{otherwise: ...}`"),
]


class ShareRowShape(Noted):
    """A case of a question's table: shares, or one certain state."""

    id: Id | None = None
    when: ConditionShape
    credence: Shares | None = None
    state: Id | None = None


class ShareOtherwiseShape(Noted):
    """The last case of a question's table."""

    otherwise: Shares


type AnyShareRow = Annotated[
    Annotated[ShareRowShape, Tag("<row>")] | Annotated[ShareOtherwiseShape, Tag("<otherwise>")],
    _choice(_row_form, "a row, as in `{when: ..., credence: {...}}` or `{otherwise: {...}}`"),
]


class RouteShape(Noted):
    """One cause and its chance."""

    id: Id | None = None
    when: ConditionShape | None = None
    chance: Judged


class GapShape(Shape):
    """The steps between two events."""

    from_: Id = Field(alias="from")
    to: Id
    at_least: dict[Id, Whole]


class PhaseShape(Noted):
    """The chance of one phase with its gate, table and pace."""

    when: ConditionShape | None = None
    credence: Judged | None = None
    given: Annotated[list[AnyRow], Field(min_length=1)] | None = None
    pace: Judged | None = None


type AnyPhase = Annotated[
    Annotated[Number, Tag("<text>")]
    | Annotated[LongNumber, Tag("<long>")]
    | Annotated[PhaseShape, Tag("<phase>")],
    _choice(_phase_form, "a chance, or a mapping with `credence` or `given`"),
]
type TargetShape = Annotated[
    Annotated[Address, Tag("<text>")] | Annotated[dict[Id, States], Tag("<mapping>")],
    _choice(_form, "a claim, a route, a phase or `{question: state}`"),
]
type TargetShapes = Annotated[
    Annotated[Address, Tag("<text>")]
    | Annotated[list[TargetShape], Field(min_length=1), Tag("<list>")]
    | Annotated[dict[Id, States], Tag("<mapping>")],
    _choice(_form, "a claim, a route, a phase, `{question: state}`, or a list of them"),
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
    routes: Annotated[list[RouteShape], Field(min_length=1)] | None = None
    leak: Judged | None = None
    when: ConditionShape | None = None
    given: Annotated[list[AnyRow], Field(min_length=1)] | None = None


class QuestionShape(Told):
    """A question."""

    states: Annotated[list[Id], Field(min_length=1)]
    credence: Shares | None = None
    given: Annotated[list[AnyShareRow], Field(min_length=1)] | None = None
    gap: GapShape | None = None


class EventShape(Told):
    """An event."""

    timeline: Id
    requires: Ids | None = None
    emerges: Annotated[dict[Id, AnyPhase], Field(min_length=1)] | None = None
    later_of: Annotated[list[Id], Field(min_length=1)] | None = None
    earlier_of: Annotated[list[Id], Field(min_length=1)] | None = None


class ArgumentShape(Told):
    """An argument."""

    by: Id | None = None
    premises: Conditions | None = None
    credence: Judged | None = None
    for_: TargetShapes | None = Field(default=None, alias="for")
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
    map: HeadShape | None = None
    sources: dict[Id, SourceShape] = Field(default_factory=dict)
    voices: dict[Id, VoiceShape] = Field(default_factory=dict)
    timelines: dict[Id, TimelineShape] = Field(default_factory=dict)
    claims: dict[Id, ClaimShape] = Field(default_factory=dict)
    questions: dict[Id, QuestionShape] = Field(default_factory=dict)
    events: dict[Id, EventShape] = Field(default_factory=dict)
    arguments: dict[Id, ArgumentShape] = Field(default_factory=dict)
    lexicon: dict[Sentence, Number] = Field(default_factory=dict)


class StatedShape(Noted):
    """A credence as the reviewer gave it."""

    of: ConditionShape
    credence: Number
    assuming: Conditions | None = None


class WorldviewFile(Told):
    """A worldview."""

    worldview: Id | None = None
    language: Whole | None = None
    voice: Id | None = None
    extends: Id | None = None
    judgements: dict[Address, AnyJudged] = Field(default_factory=dict)
    rejects: Ids | None = None
    accepts: Ids | None = None
    stated: list[StatedShape] = Field(default_factory=list)


class SamplingShape(Shape):
    """How much to draw."""

    draws: Whole | None = None
    tune: Whole | None = None
    chains: Whole | None = None
    seed: Whole | None = None


class ModelFile(Remarked):
    """A model."""

    model: Id
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


class LocatorShape(Shape):
    """One place of a source."""

    section: Sentence | None = None
    no_claim: Sentence | None = Field(default=None, alias="no-claim")


class SourcesFile(Shape):
    """The locators of one source."""

    source: Id | None = None
    language: Whole | None = None
    locators: dict[Word, LocatorShape] = Field(default_factory=dict)


type Kind = Literal["map", "worldview", "model", "sources"]

FILES: Mapping[Kind, type[Shape]] = {
    "map": MapFile,
    "worldview": WorldviewFile,
    "model": ModelFile,
    "sources": SourcesFile,
}


def json_schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file, for editors."""
    schema = _either(FILES[kind].model_json_schema(by_alias=True))
    title = {"title": f"cruxmap {kind} file"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}


def _either(schema: Any) -> Any:
    """Turn `oneOf` into `anyOf`: forms overlap for an editor, `{event: ...}` might be a question's state."""
    match schema:
        case dict():
            return {"anyOf" if key == "oneOf" else key: _either(value) for key, value in schema.items()}
        case list():
            return [_either(value) for value in schema]
        case _:
            return schema


# --- validation ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShapeError:
    """What is wrong with a shape; `path` leads through keys and indices to `place`."""

    code: Code
    message: str
    path: tuple[str | int, ...]
    place: Node
    hint: str = ""


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def shaped(shape: Any, node: Node) -> Any:
    """Return the node in its shape, or a tuple of everything that keeps it from fitting (`ShapeError`s)."""
    try:
        return _adapter(shape).validate_python(node)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return tuple(_shape_error(detail, node) for detail in details)


def _shape_error(detail: Any, root: Node) -> ShapeError:
    path = tuple(step for step in detail["loc"] if step not in _TAGS)
    kind: str = detail["type"]
    if path and path[-1] == "[key]":
        path = path[:-1]
    name = str(path[-1]) if path else "this file"
    match kind:
        case "missing":
            hint = f"one of: {', '.join(_COMPARISONS)}" if "<event>" in detail["loc"] else ""
            return ShapeError(
                Code.MISSING_KEY, f"`{name}` is missing", path[:-1], _key_at(root, path[:-1]), hint
            )
        case "extra_forbidden":
            key = _key_at(root, path)
            return ShapeError(
                Code.UNKNOWN_KEY, f"unknown key `{name}`", path, key, _unknown_key_hint(root, path)
            )
        case "too_short":
            return ShapeError(Code.EMPTY_LIST, f"`{name}` is empty", path, _key_at(root, path))
        case "is_instance_of":
            wanted = detail["ctx"]["class"]
        case "other_form":
            wanted = detail["msg"]
        case "list_type":
            wanted = "a list"
        case _:
            wanted = "a mapping of keys and values"
    place = _node_at(root, path)
    found = {Text: "text", Items: "a list", Entries: "a mapping"}[type(place)]
    if place == "":
        found = "nothing"
    subject = f"`{name}`" if path and isinstance(path[-1], str) else "this"
    return ShapeError(Code.WRONG_SHAPE, f"{subject} must be {wanted}, and here is {found}", path, place)


def _node_at(root: Node, path: tuple[str | int, ...]) -> Node:
    node: Any = root
    for step in path:
        node = node[step]
    return node  # type: ignore[no-any-return]


def _key_at(root: Node, path: tuple[str | int, ...]) -> Node:
    """Return the key that leads to a place, or the place itself in a list."""
    parent = _node_at(root, path[:-1])
    if path and isinstance(parent, Entries):
        return parent.key(str(path[-1]))
    return _node_at(root, path)


def _unknown_key_hint(root: Node, path: tuple[str | int, ...]) -> str:
    key, value = str(path[-1]), _node_at(root, path)
    if isinstance(value, Text) and value == "" and value.plain:
        if ":" in key:
            return "a colon needs a space after it"
        if " " in key or not key.isidentifier():
            return "a comma ends a value in a one-line entry: quote the sentence, or put it under `text: >-`"
    near = difflib.get_close_matches(key, _known_keys(), 1)
    return f"did you mean `{near[0]}`?" if near else ""


@cache
def _known_keys() -> tuple[str, ...]:
    """Every key that some shape knows."""
    fields = (item for shape in _all_shapes(Shape) for item in shape.model_fields.items())
    return tuple(sorted({field.alias or name for name, field in fields}))


def _all_shapes(shape: type[Shape]) -> Iterator[type[Shape]]:
    for child in shape.__subclasses__():
        yield child
        yield from _all_shapes(child)
