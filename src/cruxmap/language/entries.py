"""Claims, questions, timelines and events: from their shapes to their values.

One function per kind of entry. What is wrong adds a problem, and a stand-in takes its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import assert_never

from cruxmap.errors import Code
from cruxmap.language.argument_map import (
    Basis,
    Claim,
    Combination,
    Condition,
    Credence,
    Definition,
    Emergence,
    Event,
    Gap,
    Judgement,
    Phase,
    PhaseChance,
    Question,
    Rest,
    Role,
    Route,
    Routes,
    Row,
    Rule,
    Scale,
    ShareRow,
    ShareTable,
    Table,
    Timeline,
)
from cruxmap.language.context import (
    CERTAIN,
    EVEN_PACE,
    MAX_STEPS,
    NEVER,
    OTHERWISE,
    Context,
    Owner,
    about,
    check_elicited,
    check_part_ids,
    citations,
    each,
    misplaced,
    stand_in,
    warn_of_comments,
    warn_of_comments_after,
)
from cruxmap.language.names import Kind
from cruxmap.language.schema import (
    AnyPhase,
    AnyRow,
    AnyShareRow,
    ClaimShape,
    EventShape,
    GapShape,
    Judged,
    LongNumber,
    LongShares,
    Noted,
    OtherwiseShape,
    OwnShares,
    PhaseShape,
    QuestionShape,
    RouteShape,
    RowShape,
    ShareOtherwiseShape,
    ShareRowShape,
    Shares,
    TimelineShape,
)
from cruxmap.language.validation import Shape
from cruxmap.language.yaml_text import Text, joined, placed_at

# --- claims -------------------------------------------------------------------------------------


type BroughtRoutes = Mapping[Text, Sequence[tuple[str, RouteShape]]]
"""Further routes of claims, each with the worldview that brings it."""


def read_claim(
    context: Context, id_: Text, shape: ClaimShape, brought: BroughtRoutes = MappingProxyType({})
) -> Claim:
    """Return a claim on exactly one basis, with the routes that are `brought` to it."""
    entry = about(context, id_, shape)
    owner = Owner(context, id_, entry)
    given = check_one_basis(owner, shape, "claim")
    basis = _basis(owner, shape, brought.get(id_, ()))
    of_definition, of_routes = isinstance(basis, Definition), isinstance(basis, Routes)
    if given:
        where = "a definition (`all_of`, `any_of`, `at_least`)"
        misplaced(owner, shape, ("if_met", "otherwise"), of_definition, where)
        misplaced(owner, shape, ("leak", "when"), of_routes, "`routes`")
    return Claim(entry, basis)


def check_one_basis(owner: Owner, shape: Shape, what: str) -> list[str]:
    """Return which of the keys are there that an entry may rest on; a problem unless it is one."""
    given, name = [name for name in shape.EITHER if getattr(shape, name) is not None], owner.about.id
    hint = f"give one of: {', '.join(shape.EITHER)}"
    if not given:
        owner.context.add(Code.NO_BASIS, f"the {what} `{name}` rests on nothing", owner.place, hint)
    if len(given) > 1:
        message = f"the {what} `{name}` has several bases: {joined(given)}"
        hint = "keep one of them"
        definition = next((name for name in given if name in ("all_of", "any_of", "at_least")), "")
        if given[0] == "credence" and definition:
            hint += (
                f"; if `credence` is how likely the claim is once `{definition}` is met, call it `if_met`"
            )
        owner.context.add(Code.SEVERAL_BASES, message, owner.place, hint)
    return given


def _basis(owner: Owner, shape: ClaimShape, brought: Sequence[tuple[str, RouteShape]]) -> Basis:
    resolver, id_ = owner.context.resolver, owner.about.id
    if shape.credence is not None:
        return Credence(owner.judgement(shape.credence, id_, Role.CREDENCE))
    if shape.all_of is not None:
        parts = resolver.conditions(shape.all_of)
        return _definition(owner, shape, Rule.ALL_OF, len(parts), parts)
    if shape.any_of is not None:
        return _definition(owner, shape, Rule.ANY_OF, 1, resolver.conditions(shape.any_of))
    if shape.at_least is not None:
        written, parts = shape.at_least.count, resolver.conditions(shape.at_least.of)
        count = resolver.whole(written, 1)
        if count > len(parts):
            message = f"at least {count} of {len(parts)} can never be met"
            owner.context.add(Code.IMPOSSIBLE_COUNT, message, written, f"`count` goes up to {len(parts)}")
        return _definition(owner, shape, Rule.AT_LEAST, count, parts)
    if shape.routes is not None:
        return _routes(owner, shape, [*((None, route) for route in shape.routes), *brought])
    if shape.given is not None:
        return Table(_rows(owner, id_, Role.CREDENCE, shape.given))
    return Credence(owner.default(id_, Role.CREDENCE, CERTAIN))


def _definition(
    owner: Owner, shape: ClaimShape, rule: Rule, count: int, parts: tuple[Condition, ...]
) -> Definition:
    if_met = owner.or_default(shape.if_met, f"{owner.about.id}.if_met", Role.CREDENCE, CERTAIN)
    otherwise = owner.or_default(shape.otherwise, f"{owner.about.id}.otherwise", Role.CREDENCE, NEVER)
    return Definition(rule, count, parts, if_met, otherwise)


def _routes(owner: Owner, shape: ClaimShape, routes: Sequence[tuple[str | None, RouteShape]]) -> Routes:
    check_part_ids(owner.context, (route.id for _, route in routes))
    leak = owner.or_default(shape.leak, f"{owner.about.id}.leak", Role.CHANCE, NEVER)
    when = None if shape.when is None else owner.context.resolver.condition(shape.when)
    return Routes(tuple(_route(owner, route, bringer) for bringer, route in routes), leak, when)


def with_routes(context: Context, claim: Claim, brought: Sequence[tuple[str, RouteShape]]) -> Claim:
    """Return a claim that was read before with routes that are brought to it."""
    basis, id_ = claim.basis, placed_at(claim.about.id, claim.about.span)
    if not brought or not isinstance(basis, Routes):
        return claim
    there = [
        None if route.id is None else placed_at(route.id, route.chance.span) for route in basis.routes
    ]
    check_part_ids(context, [*there, *(route.id for _, route in brought)])
    owner = Owner(context, id_, claim.about)
    for route in basis.routes:
        if route.id is None:
            owner.nameless_address(claim.about.id, route.when)
    more = tuple(_route(owner, route, bringer) for bringer, route in brought)
    return Claim(claim.about, replace(basis, routes=(*basis.routes, *more)))


def _route(owner: Owner, shape: RouteShape, bringer: str | None) -> Route:
    when = None if shape.when is None else owner.context.resolver.condition(shape.when)
    address = f"{owner.about.id}.{shape.id}" if shape.id else owner.nameless_address(owner.about.id, when)
    chance = owner.judgement(shape.chance, address, Role.CHANCE, shape)
    return Route(str(shape.id) if shape.id else None, when, chance, bringer)


def _rows(
    owner: Owner, address: str, role: Role, shapes: Sequence[AnyRow], around: Noted | None = None
) -> tuple[Row, ...]:
    """Return the rows of a table of credences; `address` is the claim's or the phase's."""
    check_part_ids(owner.context, (shape.id for shape in shapes))
    _otherwise_last(owner, shapes)
    return tuple(_row(owner, address, role, shape, around) for shape in shapes)


def _row(owner: Owner, address: str, role: Role, shape: AnyRow, around: Noted | None) -> Row:
    match shape:
        case OtherwiseShape(id=id_, otherwise=node):
            name = str(id_ or OTHERWISE)
            return Row(name, None, owner.judgement(node, f"{address}.{name}", role, shape, around))
        case RowShape(id=id_, when=condition, credence=node):
            when = owner.context.resolver.condition(condition)
            own = f"{address}.{id_}" if id_ else owner.nameless_address(address, when)
            credence = owner.judgement(node, own, role, shape, around)
            return Row(str(id_) if id_ else None, when, credence)
        case _:
            assert_never(shape)


def _otherwise_last(owner: Owner, shapes: Sequence[AnyRow] | Sequence[AnyShareRow]) -> None:
    for shape in shapes[:-1]:
        if isinstance(shape, OtherwiseShape | ShareOtherwiseShape):
            place = shape.otherwise if isinstance(shape.otherwise, Text) else owner.place
            message = "rows after `otherwise` are never reached"
            owner.context.add(Code.MISPLACED_OTHERWISE, message, place, "make it the last row")


# --- questions ----------------------------------------------------------------------------------


def read_question(context: Context, id_: Text, shape: QuestionShape) -> Question:
    """Return a question on exactly one basis."""
    check_part_ids(context, shape.states)
    if len(shape.states) < 2:
        hint = "add the other states, or make it a claim, which is true or false"
        context.add(Code.TOO_FEW_STATES, f"the question `{id_}` needs two states at least", id_, hint)
    entry = about(context, id_, shape)
    owner = Owner(context, id_, entry)
    states = tuple(map(str, shape.states))
    texts = _state_texts(owner, shape.state_texts or {}, states)
    check_one_basis(owner, shape, "question")
    if shape.gap is not None:
        return Question(entry, states, _gap(owner, shape.gap, states), texts)
    if shape.given is not None:
        check_part_ids(context, (row.id for row in shape.given))
        _otherwise_last(owner, shape.given)
        rows = tuple(_share_row(owner, row, states) for row in shape.given)
        return Question(entry, states, ShareTable(rows), texts)
    if shape.credence is None:
        return Question(entry, states, ShareTable(()), texts)
    shares = _shares(owner, shape.credence, states, entry.id)
    return Question(entry, states, ShareTable((ShareRow(None, None, entry.id, shares),)), texts)


def _state_texts(owner: Owner, written: Mapping[Text, Text], states: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is shown in place of each state's id, on one line; empty for none.

    No two states may look the same.
    """
    if not written:
        return ()
    context, texts = owner.context, dict[str, str]()
    warn_of_comments_after(context.findings, written.values())
    for state, text in written.items():
        context.resolver.state(owner.place, state)
        texts[str(state)] = " ".join(text.split())
        if not texts[str(state)]:
            hint = "say what is shown in place of its id, or leave it out"
            context.add(Code.MISSING_KEY, f"the state `{state}` has no words", state, hint)
    shown = {state: texts.get(state) or state for state in states}
    for state, text in written.items():
        alike = [other for other in states if other != state and shown[other] == shown.get(state)]
        if alike:
            message = f"`{state}` and `{alike[0]}` are both shown as `{shown[state]}`"
            context.add(Code.REPEATED, message, text, "give each state a text that no other has")
    return tuple(texts.get(state, "") for state in states)


def _share_row(owner: Owner, shape: AnyShareRow, states: tuple[str, ...]) -> ShareRow:
    if isinstance(shape, ShareOtherwiseShape):
        name = str(shape.id or OTHERWISE)
        address = f"{owner.about.id}.{name}"
        return ShareRow(name, None, address, _shares(owner, shape.otherwise, states, address, shape))
    when = owner.context.resolver.condition(shape.when)
    named = shape.id is not None
    address = f"{owner.about.id}.{shape.id}" if named else owner.nameless_address(owner.about.id, when)
    if (shape.credence is None) == (shape.state is None):
        code = Code.NO_BASIS if shape.state is None else Code.SEVERAL_BASES
        message = "a row takes either `credence` or `state`"
        owner.context.add(code, message, shape.id or shape.state or owner.place)
    if shape.credence is not None:
        shares = _shares(owner, shape.credence, states, address, shape)
    else:
        shares = _certain_shares(owner, shape, states, address)
    return ShareRow(str(shape.id) if named else None, when, address if named else None, shares)


def _certain_shares(
    owner: Owner, shape: ShareRowShape, states: tuple[str, ...], address: str
) -> tuple[Judgement, ...]:
    """Return shares of 100% for the row's state and 0% for the others."""
    certain = None if shape.state is None else owner.context.resolver.state(owner.place, shape.state)
    cited, note = citations(owner.context, shape.source), str(shape.note or "")
    warn_of_comments(owner.context.findings, None, shape)
    return tuple(
        Judgement(
            f"{address}.{name}",
            owner.about.id,
            Role.SHARE,
            CERTAIN if name == certain else NEVER,
            shape.id is not None,
            False,
            cited,
            note,
            owner.about.span if shape.state is None else shape.state.span,
        )
        for name in states
    )


def _shares(
    owner: Owner, node: Shares, states: tuple[str, ...], address: str, around: Noted | None = None
) -> tuple[Judgement, ...]:
    """Return one judgement per state, in the order of the states."""
    written, long = share_mapping(owner.context, node, owner.place)
    check_share_keys(owner.context, written, states, owner.place)
    by_state = {str(state): share for state, share in written.items()}
    shares = tuple(
        owner.judgement(by_state[state], f"{address}.{state}", Role.SHARE, long or around)
        if state in by_state
        else owner.default(f"{address}.{state}", Role.SHARE, stand_in(Scale.PROBABILITY))
        for state in states
    )
    given = any(share.elicited for share in shares if not isinstance(share.value, Rest))
    return tuple(
        replace(share, elicited=given) if isinstance(share.value, Rest) else share for share in shares
    )


def share_mapping(
    context: Context, node: Shares | OwnShares, place: Text
) -> tuple[Mapping[Text, Judged], Noted | None]:
    """Return shares by state, and what their long form adds."""
    match node:
        case LongShares(value=written):
            check_elicited(context, node)
            return written, node
        case LongNumber(value=text):
            hint = "as in `{a: 30%, b: rest}`"
            context.add(Code.WRONG_SHAPE, f"`{place}` needs a share for each state", text, hint)
            return {}, node
        case dict():
            return node, None
        case _:
            assert_never(node)


def check_share_keys(
    context: Context, written: Mapping[Text, Judged], states: tuple[str, ...], question: Text
) -> None:
    """Add problems unless every state has a share, nothing else has, and `rest` stands at most once."""
    for state in written:
        context.resolver.state(question, state)
    missing = [state for state in states if state not in written]
    if missing and written and written.keys() <= set(states):
        place = next(iter(written))
        message = f"the shares of `{question}` leave out {joined(missing)}"
        context.add(Code.MISSING_SHARE, message, place, "give every state a share; one may be `rest`")
    rests = [node for node in written.values() if isinstance(node, Text) and node == "rest"]
    for rest in rests[1:]:
        context.add(Code.MISPLACED_REST, "`rest` is there twice", rest, "one share at most is the rest")


def _gap(owner: Owner, shape: GapShape, states: tuple[str, ...]) -> Gap:
    resolver = owner.context.resolver
    for event in (shape.from_, shape.to):
        resolver.is_a(Kind.EVENT, event)
    resolver.one_timeline(shape.from_, shape.to)
    names = [str(state) for state in shape.at_least]
    thresholds = tuple(resolver.whole(steps, 0) for steps in shape.at_least.values())
    increasing = all(low < high for low, high in pairwise(thresholds))
    if tuple(names) != states[1:] or not increasing:
        message = "the thresholds of a gap increase, one for every state but the first, in their order"
        hint = f"`at_least` names {joined(states[1:])}"
        owner.context.add(Code.GAP_THRESHOLDS, message, next(iter(shape.at_least), owner.place), hint)
    return Gap(str(shape.from_), str(shape.to), thresholds)


# --- timelines and events -----------------------------------------------------------------------


def read_timeline(context: Context, id_: Text, shape: TimelineShape) -> Timeline:
    """Return a timeline with one phase at least, of one step at least each."""
    check_part_ids(context, shape.phases)
    if not shape.phases:
        hint = "give one at least, as in `phases: {morning: 6}`"
        context.add(Code.EMPTY_LIST, f"the timeline `{id_}` has no phases", id_, hint)
    phases = tuple(
        Phase(str(name), context.resolver.whole(steps, 1)) for name, steps in shape.phases.items()
    )
    steps = sum(phase.steps for phase in phases)
    if steps > MAX_STEPS:
        message = f"the timeline `{id_}` has {steps:,} steps"
        context.add(Code.NOT_WHOLE_NUMBER, message, id_, f"{MAX_STEPS:,} are the most")
        phases = tuple(Phase(phase.id, 1) for phase in phases)
    return Timeline(about(context, id_, shape), phases)


def read_event(context: Context, id_: Text, shape: EventShape) -> Event:
    """Return an event on exactly one basis."""
    entry = about(context, id_, shape)
    owner = Owner(context, id_, entry)
    timeline = str(shape.timeline)
    check_one_basis(owner, shape, "event")
    combined = shape.later_of or shape.earlier_of
    if shape.emerges is None and combined is not None:
        if shape.requires is not None:
            context.add(Code.MISPLACED_KEY, "`requires` belongs to `emerges`", id_)
        return Event(entry, timeline, Combination(shape.later_of is not None, _events(owner, combined)))
    phases = {str(phase): (phase, chance) for phase, chance in (shape.emerges or {}).items()}
    for phase, _ in phases.values():
        context.resolver.phase(id_, phase)
    order = context.resolver.names.phases.get(timeline, tuple(phases))
    chances = tuple(_phase_chance(owner, *phases[name]) for name in order if name in phases)
    return Event(entry, timeline, Emergence(chances, _events(owner, each(shape.requires))))


def _events(owner: Owner, ids: list[Text]) -> tuple[str, ...]:
    """Return events on the owner's timeline, each once."""
    resolver = owner.context.resolver
    resolver.no_repeats(ids)
    for id_ in ids:
        if resolver.is_a(Kind.EVENT, id_):
            resolver.one_timeline(owner.place, id_)
    return tuple(map(str, ids))


def _phase_chance(owner: Owner, phase: Text, shape: AnyPhase) -> PhaseChance:
    address = f"{owner.about.id}.{phase}"
    pace = owner.default(f"{address}.pace", Role.PACE, EVEN_PACE)
    if not isinstance(shape, PhaseShape):
        return PhaseChance(
            str(phase), None, (Row(None, None, owner.judgement(shape, address, Role.CHANCE)),), pace
        )
    when = None if shape.when is None else owner.context.resolver.condition(shape.when)
    if shape.pace is not None:
        pace = owner.judgement(shape.pace, f"{address}.pace", Role.PACE)
    rows: tuple[Row, ...] = ()
    if (shape.credence is None) == (shape.given is None):
        code = Code.NO_BASIS if shape.given is None else Code.SEVERAL_BASES
        owner.context.add(code, f"the phase `{address}` takes either `credence` or `given`", phase)
    elif shape.given is not None:
        rows = _rows(owner, address, Role.CHANCE, shape.given, shape)
    elif shape.credence is not None:
        rows = (Row(None, None, owner.judgement(shape.credence, address, Role.CHANCE, shape)),)
    return PhaseChance(str(phase), when, rows, pace)
