"""Arguments and what they may be about: from their shapes to their values."""

from collections.abc import Mapping

from cruxmap.errors import Code
from cruxmap.language.argument_map import (
    Argument,
    ArgumentTarget,
    Claim,
    Combination,
    Definition,
    Direction,
    Emergence,
    Entry,
    Event,
    Gap,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Question,
    Role,
    Routes,
    Table,
)
from cruxmap.language.desk import CERTAIN, EVEN_PACE, Desk, Owner, about, check_voice, each, misplaced
from cruxmap.language.names import Kind
from cruxmap.language.schema import ArgumentShape, TargetShape
from cruxmap.language.yaml_text import Text, joined


def read_argument(desk: Desk, id_: Text, shape: ArgumentShape, others: Mapping[str, Entry]) -> Argument:
    """Return an argument; `others` are the claims, questions and events that it may be about."""
    entry = about(desk, id_, shape)
    owner = Owner(desk, id_, entry)
    given = {
        direction: targets
        for direction, targets in (
            (Direction.FOR, shape.for_),
            (Direction.AGAINST, shape.against),
            (Direction.UNDERCUTS, shape.undercuts),
        )
        if targets is not None
    }
    if len(given) != 1:
        message = "an argument is for something, against something, or undercuts an argument"
        hint = "keep one of them" if given else "give one of: for, against, undercuts"
        desk.findings.add(Code.NO_DIRECTION, message, id_, hint)
    direction = next(iter(given), Direction.FOR)
    check_voice(desk, shape.by)
    if shape.by is not None and shape.credence is None:
        message = f"`{id_}` is what `{shape.by}` says, so it needs a `credence`"
        desk.findings.add(Code.CREDENCE_NEEDED, message, id_, "how likely is the reasoning sound?")
    credence = owner.or_default(shape.credence, entry.id, Role.CREDENCE, CERTAIN)
    premises = desk.resolver.separate(shape.premises)
    if direction is Direction.UNDERCUTS:
        targets = _undercut(desk, each(shape.undercuts))
        misplaced(owner, shape, ("strength",), False, "`for` and `against`; an undercut has a `force`")
        weight = owner.or_default(shape.force, f"{entry.id}.force", Role.FORCE, CERTAIN)
    else:
        written = shape.for_ if direction is Direction.FOR else shape.against
        targets = () if written is None else _targets(desk, written, others)
        if given:
            misplaced(owner, shape, ("force",), False, "`undercuts`; `for` and `against` have a `strength`")
        if shape.strength is None and given:
            hint = "as in `strength: 3x` or `strength: weak`"
            desk.findings.add(Code.MISSING_KEY, f"`{id_}` has no `strength`", id_, hint)
        weight = owner.or_default(shape.strength, f"{entry.id}.strength", Role.STRENGTH, EVEN_PACE)
    return Argument(
        entry, str(shape.by) if shape.by else None, premises, credence, direction, targets, weight
    )


def _undercut(desk: Desk, ids: list[Text]) -> tuple[ArgumentTarget, ...]:
    desk.resolver.no_repeats(ids)
    for id_ in ids:
        desk.resolver.is_a(Kind.ARGUMENT, id_)
    return tuple(OnArgument(str(id_)) for id_ in ids)


def _targets(
    desk: Desk, shapes: TargetShape | list[TargetShape], others: Mapping[str, Entry]
) -> tuple[ArgumentTarget, ...]:
    found: list[ArgumentTarget] = []
    places: list[Text] = []
    for shape in shapes if isinstance(shapes, list) else [shapes]:
        found_here, place = _target(desk, shape, others)
        if found_here is not None:
            found.append(found_here)
            places.append(place)
    touched: set[str] = set()
    for target, place in zip(found, places, strict=True):
        for part in target.states if isinstance(target, OnStates) else (target.part,):
            point = f"{target.owner}.{part}" if part else target.owner
            if point in touched:
                desk.findings.add(Code.REPEATED, f"`{point}` is there twice", place)
            touched.add(point)
    return tuple(found)


def _target(
    desk: Desk, shape: TargetShape, others: Mapping[str, Entry]
) -> tuple[ArgumentTarget | None, Text]:
    """Return one target of an argument for or against, and its place; `None` after a problem."""
    if isinstance(shape, Text):
        return _named_target(desk, shape, others), shape
    question, states = next(iter(shape.items()))
    if len(shape) > 1:
        second = list(shape)[1]
        message = "one question in a target; list several targets"
        desk.findings.add(Code.WRONG_SHAPE, message, second, "as in `[{a: x}, {b: y}]`")
        return None, question
    if not desk.resolver.is_a(Kind.QUESTION, question):
        return None, question
    names = tuple(desk.resolver.state(question, state) for state in each(states))
    desk.resolver.no_repeats(each(states))
    match others.get(question):
        case Question(basis=Gap()):
            message = f"`{question}` follows from two events and cannot be argued about"
            desk.findings.add(Code.NOT_ARGUABLE, message, question, "argue about the events")
    return OnStates(str(question), names), question


def _named_target(desk: Desk, name: Text, others: Mapping[str, Entry]) -> ArgumentTarget | None:
    names = desk.resolver.names
    id_, _, part = name.partition(".")
    kind = names.kinds.get(id_)
    entry = None if id_ in names.broken else others.get(id_)
    match kind, part:
        case Kind.CLAIM, "":
            return _claim_target(desk, name, entry)
        case Kind.CLAIM, _:
            return _route_target(desk, name, id_, part, entry)
        case Kind.EVENT, "":
            _refuse(desk, name, "an event is argued about phase by phase", f"as in `{name}.PHASE`")
        case Kind.EVENT, _:
            return _phase_target(desk, name, id_, part, entry)
        case Kind.QUESTION, _:
            _refuse(desk, name, "name a state of the question", f"as in `{{{id_}: {part or 'STATE'}}}`")
        case Kind.ARGUMENT, _:
            _refuse(
                desk,
                name,
                f"`{id_}` is an argument",
                "`undercuts` attacks it; to support it, argue for a premise",
            )
        case _:
            known = (other for other, its in names.kinds.items() if its is not Kind.ARGUMENT)
            desk.resolver.unknown(name, "claim, route, phase or question", known)
    return None


def _refuse(desk: Desk, place: Text, message: str, hint: str) -> None:
    desk.findings.add(Code.NOT_ARGUABLE, message, place, hint)


def _claim_target(desk: Desk, name: Text, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Definition()):
            _refuse(desk, name, f"`{name}` is defined by others", "argue about its parts")
            return None
        case Claim(basis=Routes(routes=routes)):
            ids = [f"{name}.{route.id}" for route in routes if route.id]
            _refuse(desk, name, f"`{name}` is caused by routes", f"argue about a route: {joined(ids)}")
            return None
        case _:
            return OnClaim(str(name))


def _route_target(desk: Desk, name: Text, id_: str, part: str, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Routes(routes=routes)):
            if not any(route.id == part for route in routes):
                ids = [route.id for route in routes if route.id]
                hint = desk.resolver.names.nearest(part, ids) or f"its routes are {joined(ids)}"
                desk.findings.add(Code.UNKNOWN_ID, f"`{id_}` has no route `{part}`", name, hint)
                return None
        case Claim(basis=Table()):
            hint = f"argue about `{id_}`, with the row's `when` among the premises"
            _refuse(desk, name, "a row of a table cannot be argued about by itself", hint)
            return None
        case Claim():
            _refuse(desk, name, f"`{id_}` has no routes", f"argue about `{id_}` or its parts")
            return None
    return OnRoute(id_, part)


def _phase_target(desk: Desk, name: Text, id_: str, part: str, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Event(basis=Combination()):
            _refuse(desk, name, f"`{id_}` is the later or earlier of others", "argue about those")
            return None
        case Event(basis=Emergence(phases=phases)):
            if part in (phase.phase for phase in phases):
                return OnPhase(id_, part)
            known = desk.resolver.names.phases.get(desk.resolver.names.timeline_of[id_], ())
            if part in known:
                _refuse(
                    desk,
                    name,
                    f"`{id_}` leaves that phase out, so its chance is 0",
                    "give the phase a chance",
                )
            else:
                hint = desk.resolver.names.nearest(part, known) or f"its phases are {joined(known)}"
                message = f"the timeline of `{id_}` has no phase `{part}`"
                desk.findings.add(Code.UNKNOWN_PHASE, message, name, hint)
            return None
    return OnPhase(id_, part)
