"""Conditions, targets and settings as people type them on a command line, in the language of the files."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cruxmap.errors import NOWHERE, Code, Span
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Condition,
    During,
    Elicited,
    Ever,
    SameAs,
    Scale,
    StateIn,
    Value,
    condition_text,
)
from cruxmap.language.checks import check_layers, check_link, spans_of, unknown_address
from cruxmap.language.conditions import Resolver
from cruxmap.language.context import Context, check_id
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import Layers, lay
from cruxmap.language.judgement import UnreadableError, notation_of, parse_value, with_phrases
from cruxmap.language.model_spec import Laid, Target
from cruxmap.language.names import Kind, Names, names_of
from cruxmap.language.schema import AnyJudged, ConditionShape
from cruxmap.language.validation import shaped
from cruxmap.language.worldviews import share_override
from cruxmap.language.yaml_text import Node, Text, node_of, parse_text, text_of

NEVER = "never"
"""How the target is called that an event happens in no phase."""


def parse_condition(value: object, argument_map: ArgumentMap) -> Condition:
    """Read a condition from Python data, or from text as a YAML file would hold it on one line.

    Raises InvalidMap.
    """
    findings = Findings()
    condition = Resolver(names_of(argument_map), findings).condition(_condition_shape(value, findings))
    findings.raise_if_any()
    return condition


def parse_conditions(value: object, argument_map: ArgumentMap) -> tuple[Condition, ...]:
    """Read several conditions, a list of them or one by itself. Raises InvalidMap."""
    parts = value if isinstance(value, list | tuple) else (value,)
    return tuple(parse_condition(part, argument_map) for part in parts)


def parse_new_id(name: str) -> str:
    """Return an id that an entry or a worldview may have. Raises InvalidMap."""
    findings = Findings()
    check_id(findings, text_of(name))
    findings.raise_if_any()
    return name


def parse_argument(name: str, argument_map: ArgumentMap) -> str:
    """Return the id of an argument, or the address of a route that a worldview brings. Raises InvalidMap."""
    if name in argument_map.brought:
        return name
    findings = Findings()
    Resolver(names_of(argument_map), findings).is_a(Kind.ARGUMENT, text_of(name))
    findings.raise_if_any()
    return name


def parse_target(value: object, argument_map: ArgumentMap) -> tuple[Target, ...]:
    """Read targets: one for a condition, one per state (`question.state`) for a question's id.

    Raises InvalidMap.
    """
    findings = Findings()
    targets = targets_of(_condition_shape(value, findings), Resolver(names_of(argument_map), findings))
    findings.raise_if_any()
    return targets


def _condition_shape(value: object, findings: Findings) -> ConditionShape:
    """Return typed data in the shape of a condition. Raises InvalidMap."""
    shape: ConditionShape = _shape_of(ConditionShape, value, "a condition", findings)
    return shape


def _shape_of(hint: Any, value: object, what: str, findings: Findings, place: Span = NOWHERE) -> Any:
    """Return Python data, or text as a YAML file would hold it, in a shape. Raises InvalidMap."""
    root: Node | None = None
    if isinstance(value, str) and not isinstance(value, Text):
        parsed = parse_text(value, place.file)
        findings.take(parsed)
        root = parsed.root
    else:
        try:
            root = node_of(value)
        except TypeError as wrong:
            findings.add(Code.WRONG_SHAPE, f"not {what}: {wrong}", place)
    findings.raise_if_any()
    assert root is not None
    shape = shaped(hint, root, findings).shape
    findings.raise_if_any()
    return shape


def targets_of(shape: ConditionShape, resolver: Resolver) -> tuple[Target, ...]:
    """Return the target that a condition is. A question's id is one per state, an event's one per phase."""
    names, id_ = resolver.names, str(shape) if isinstance(shape, Text) else ""
    match names.kinds.get(id_):
        case Kind.QUESTION:
            return tuple(_reported(StateIn(id_, (state,))) for state in names.states.get(id_, ()))
        case Kind.EVENT:
            phases = names.phases.get(names.timeline_of.get(id_, ""), ())
            by_phase = (Target(f"{id_}.{phase}", During(id_, phase)) for phase in phases)
            return (*by_phase, Target(f"{id_}.{NEVER}", Ever(id_, value=False)))
        case _:
            return (_reported(resolver.condition(shape)),)


def _reported(condition: Condition) -> Target:
    match condition:
        case StateIn(question=question, states=(state,)):
            return Target(f"{question}.{state}", condition)
        case _:
            return Target(condition_text(condition), condition)


type Settable = str | float | tuple[float, float] | Mapping[str, object]
"""What can be laid over a judgement: its notation, a point, an interval, or all shares of a row by state."""


def parse_setting(address: str, value: Settable, argument_map: ArgumentMap) -> Laid:
    """Read one judgement that is laid over a worldview's. Raises InvalidMap."""
    return parse_settings([(address, value)], argument_map)[0]


def parse_settings(
    settings: Iterable[tuple[str, Settable]],
    argument_map: ArgumentMap,
    worldviews: Iterable[str] | None = None,
) -> tuple[Laid, ...]:
    """Read judgements that are laid over a worldview's, by address; a bare float is a point.

    At the address of a row of shares stand all of them, as a mapping or as its text. Raises InvalidMap,
    also for what they make of a worldview (of the map and each of its own, where none are named): circles,
    or shares that do not sum.
    """
    read = read_settings(settings, argument_map)
    for worldview in worldviews or (MAP_WORLDVIEW, *argument_map.worldview) if read else ():
        check_laid(argument_map, lay(argument_map, worldview, read), read, worldview)
    return read


def read_settings(settings: Iterable[tuple[str, Settable]], argument_map: ArgumentMap) -> tuple[Laid, ...]:
    """Read the same whatever it would make of a worldview. Raises InvalidMap."""
    findings, names = Findings(), names_of(argument_map)
    read = tuple(
        (address, parsed)
        for address, value in settings
        if (parsed := _setting(address, value, argument_map, names, findings)) is not None
    )
    findings.raise_if_any()
    return read


def settings_text(settings: Iterable[Laid], argument_map: ArgumentMap) -> tuple[str, ...]:
    """Write settings as `ADDRESS=VALUE`, a row of shares as a mapping; the last at an address counts."""
    return tuple(
        f"{address}={_laid_text(address, laid, argument_map)}" for address, laid in dict(settings).items()
    )


def _laid_text(
    address: str, laid: Elicited | SameAs | tuple[Value, ...], argument_map: ArgumentMap
) -> str:
    if not isinstance(laid, tuple):
        return notation_of(laid)
    states = [share.address.rpartition(".")[2] for share in argument_map.shares[address]]
    shares = zip(states, map(notation_of, laid), strict=True)
    return f"{{{', '.join(f'{state}: {share}' for state, share in shares)}}}"


def check_laid(
    argument_map: ArgumentMap, layers: Layers, settings: Iterable[Laid], worldview: str
) -> None:
    """Raise InvalidMap for what settings, which lie on top of a worldview, make of it."""
    findings = Findings()
    spans = spans_of(argument_map, ((address, Span(f"<{address}>")) for address, _ in settings))
    check_layers(argument_map, layers, spans, frozenset(), findings)
    if worldview != MAP_WORLDVIEW:
        where = f", in the worldview `{worldview}`"
        findings.problems = [replace(p, message=p.message + where) for p in findings.problems]
    findings.raise_if_any()


def _setting(
    address: str, value: Settable, argument_map: ArgumentMap, names: Names, findings: Findings
) -> Elicited | SameAs | tuple[Value, ...] | None:
    span = Span(f"<{address}>")
    lexicon = with_phrases(dict(argument_map.lexicon))
    if argument_map.shares.get(address, ()):
        context = Context(Resolver(names, findings), lexicon, {}, frozenset())
        shares = _shape_of(AnyJudged, value, "shares", findings, span)
        override = share_override(context, text_of(address), shares, argument_map)
        return None if override is None else override.values
    judgement = argument_map.judgements.get(address)
    if judgement is None or not judgement.overridable:
        unknown_address(address, span, argument_map, names, findings)
        return None
    if isinstance(value, Mapping):
        findings.add(Code.WRONG_KIND, f"`{address}` is one number, not shares", span, "as in `20%`")
        return None
    ends = value if isinstance(value, tuple) else (value,)
    if isinstance(value, str):
        text = value
    elif len(ends) in (1, 2) and all(map(_is_number, ends)):
        text = " to ".join(_notation(float(end), judgement.role.scale, len(ends)) for end in ends)
    else:
        message = f"`{address}` is one number, not {value!r}"
        findings.add(Code.WRONG_KIND, message, span, "as in `20%`, 0.2 or (0.1, 0.3)")
        return None
    try:
        found = parse_value(text, judgement.role, lexicon)
    except UnreadableError as error:
        findings.add(error.code, error.message, span, error.hint)
        return None
    if isinstance(found, SameAs):
        check_link(address, SameAs(found.address, span), argument_map, names, findings)
    return found


def _is_number(value: object) -> bool:
    """Tell whether this is a number; those of numpy are numbers too."""
    return hasattr(value, "__float__") and not isinstance(value, str) and getattr(value, "shape", ()) == ()


def _notation(number: float, scale: Scale, ends: int) -> str:
    """Return how the language writes a number of Python that is a point, or one of two ends."""
    if scale is Scale.RATIO:
        return f"{number!r}x"
    return f"{100 * number:g}%" if number in (0, 1) and ends == 1 else repr(number)
