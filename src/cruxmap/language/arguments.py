"""Arguments and what they may be about: from their shapes to their values."""

from collections.abc import Mapping

from cruxmap.errors import Code, Hint
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
from cruxmap.language.conditions import ONCE
from cruxmap.language.context import (
    CERTAIN,
    EVEN_PACE,
    Context,
    Owner,
    about,
    check_voice,
    each,
    misplaced,
)
from cruxmap.language.names import Kind
from cruxmap.language.schema import ArgumentShape, TargetShape
from cruxmap.language.yaml_text import Text, joined


def read_argument(
    context: Context, id_: Text, shape: ArgumentShape, others: Mapping[str, Entry]
) -> Argument:
    """Return an argument; `others` are the claims, questions and events that it may be about."""
    entry = about(context, id_, shape)
    owner = Owner(context, id_, entry)
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
        context.add(Code.NO_DIRECTION, message, id_, hint)
    direction = next(iter(given), Direction.FOR)
    check_voice(context, shape.by)
    if shape.by is not None and shape.credence is None:
        message = f"`{id_}` is what `{shape.by}` says, so it needs a `credence`"
        context.add(Code.CREDENCE_NEEDED, message, id_, "how likely is the reasoning sound?")
    credence = owner.or_default(shape.credence, entry.id, Role.CREDENCE, CERTAIN)
    premises = context.resolver.separate(shape.premises)
    if direction is Direction.UNDERCUTS:
        targets = _undercut_targets(context, each(shape.undercuts))
        misplaced(owner, shape, ("strength",), False, "`for` and `against`; an undercut has a `force`")
        weight = owner.or_default(shape.force, f"{entry.id}.force", Role.FORCE, CERTAIN)
    else:
        written = shape.for_ if direction is Direction.FOR else shape.against
        targets = () if written is None else _targets(context, written, others)
        if given:
            misplaced(
                owner, shape, ("force",), False, "`undercuts`; `for` and `against` have a `strength`"
            )
        if shape.strength is None and given:
            hint = "as in `strength: 3x` or `strength: weak`"
            context.add(Code.MISSING_KEY, f"`{id_}` has no `strength`", id_, hint)
        weight = owner.or_default(shape.strength, f"{entry.id}.strength", Role.STRENGTH, EVEN_PACE)
    return Argument(
        entry, str(shape.by) if shape.by else None, premises, credence, direction, targets, weight
    )


def _undercut_targets(context: Context, ids: list[Text]) -> tuple[ArgumentTarget, ...]:
    context.resolver.no_repeats(ids)
    for id_ in ids:
        hint = f"an undercut attacks an argument; to speak against a claim, write `against: {id_}`"
        context.resolver.is_a(Kind.ARGUMENT, id_, hint)
    return tuple(OnArgument(str(id_)) for id_ in ids)


def _targets(
    context: Context, shapes: TargetShape | list[TargetShape], others: Mapping[str, Entry]
) -> tuple[ArgumentTarget, ...]:
    found: list[ArgumentTarget] = []
    touched: set[str] = set()
    for shape in shapes if isinstance(shapes, list) else [shapes]:
        target, place = _target(context, shape, others)
        if target is None:
            continue
        found.append(target)
        for part in target.states if isinstance(target, OnStates) else (target.part,):
            point = f"{target.owner}.{part}" if part else target.owner
            if point in touched:
                context.add(Code.REPEATED, f"`{point}` is there twice", place, ONCE)
            touched.add(point)
    return tuple(found)


def _target(
    context: Context, shape: TargetShape, others: Mapping[str, Entry]
) -> tuple[ArgumentTarget | None, Text]:
    """Return one target of an argument for or against, and its place; `None` after a problem."""
    if isinstance(shape, Text):
        return _named_target(context, shape, others), shape
    question, states = next(iter(shape.items()))
    if len(shape) > 1:
        second = list(shape)[1]
        message = "one question in a target; list several targets"
        context.add(Code.WRONG_SHAPE, message, second, "as in `[{a: x}, {b: y}]`")
        return None, question
    if not context.resolver.is_a(Kind.QUESTION, question):
        return None, question
    names = tuple(context.resolver.state(question, state) for state in each(states))
    context.resolver.no_repeats(each(states))
    match others.get(question):
        case Question(basis=Gap()):
            message = f"`{question}` follows from two events and cannot be argued about"
            context.add(Code.NOT_ARGUABLE, message, question, "argue about the events")
    return OnStates(str(question), names), question


def _named_target(context: Context, name: Text, others: Mapping[str, Entry]) -> ArgumentTarget | None:
    names = context.resolver.names
    id_, _, part = name.partition(".")
    kind = names.kinds.get(id_)
    entry = None if id_ in names.broken else others.get(id_)
    match kind, part:
        case Kind.CLAIM, "":
            return _claim_target(context, name, entry)
        case Kind.CLAIM, _:
            return _route_target(context, name, id_, part, entry)
        case Kind.EVENT, "":
            _reject(context, name, "an event is argued about phase by phase", f"as in `{name}.PHASE`")
        case Kind.EVENT, _:
            return _phase_target(context, name, id_, part, entry)
        case Kind.QUESTION, "":
            state = next(iter(names.states.get(id_, ())), "STATE")
            _reject(context, name, "name a state of the question", f"as in `{{{id_}: {state}}}`")
        case Kind.QUESTION, _ if part not in names.states.get(id_, (part,)):
            context.resolver.state(id_, Text.at(part, name))
        case Kind.QUESTION, _:
            instead = f"{{{id_}: {part}}}"
            hint = Hint(f"write `{instead}`", name, instead)
            _reject(context, name, f"`{name}` is a share: an argument is about the state", hint)
        case Kind.ARGUMENT, _:
            message = f"`{id_}` is an argument"
            instead = f"attack it with `undercuts: {id_}`; to support it, argue for one of its premises"
            _reject(context, name, message, instead)
        case _:
            known = (other for other, its in names.kinds.items() if its is not Kind.ARGUMENT)
            context.resolver.unknown(name, "claim, route, phase or question", known)
    return None


def _reject(context: Context, place: Text, message: str, hint: str) -> None:
    context.add(Code.NOT_ARGUABLE, message, place, hint)


def _claim_target(context: Context, name: Text, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Definition()):
            _reject(context, name, f"`{name}` is defined by others", "argue about its parts")
            return None
        case Claim(basis=Routes(routes=routes)):
            ids = [f"{name}.{route.id}" for route in routes if route.id]
            _reject(context, name, f"`{name}` is caused by routes", f"argue about a route: {joined(ids)}")
            return None
        case _:
            return OnClaim(str(name))


def _route_target(
    context: Context, name: Text, id_: str, part: str, entry: Entry | None
) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Routes(routes=routes)):
            if not any(route.id == part for route in routes):
                ids = [route.id for route in routes if route.id]
                hint = context.resolver.names.nearest(part, ids) or f"its routes are {joined(ids)}"
                context.add(Code.UNKNOWN_ID, f"`{id_}` has no route `{part}`", name, hint)
                return None
        case Claim(basis=Table()):
            hint = f"argue about `{id_}`, with the row's `when` among the premises"
            _reject(context, name, "a row of a table cannot be argued about by itself", hint)
            return None
        case Claim():
            _reject(context, name, f"`{id_}` has no routes", f"argue about `{id_}` or its parts")
            return None
    return OnRoute(id_, part)


def _phase_target(
    context: Context, name: Text, id_: str, part: str, entry: Entry | None
) -> ArgumentTarget | None:
    match entry:
        case Event(basis=Combination()):
            _reject(context, name, f"`{id_}` is the later or earlier of others", "argue about those")
            return None
        case Event(basis=Emergence(phases=phases)):
            if part in (phase.phase for phase in phases):
                return OnPhase(id_, part)
            known = context.resolver.names.phases.get(context.resolver.names.timeline_of[id_], ())
            if part in known:
                message = f"`{id_}` leaves that phase out, so its chance is 0"
                _reject(context, name, message, "give the phase a chance")
            else:
                hint = context.resolver.names.nearest(part, known) or f"its phases are {joined(known)}"
                context.add(
                    Code.UNKNOWN_PHASE, f"the timeline of `{id_}` has no phase `{part}`", name, hint
                )
            return None
    return OnPhase(id_, part)
