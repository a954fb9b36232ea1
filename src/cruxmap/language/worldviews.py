"""Worldviews: from the shape of their file to their value, and what each may not say."""

from collections.abc import Container, Iterable, Mapping
from math import inf
from typing import assert_never

from cruxmap.errors import Code
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Condition,
    Elicited,
    MadeFrom,
    Override,
    Rest,
    Role,
    SameAs,
    ShareOverride,
    Stated,
    Worldview,
)
from cruxmap.language.checks import cycles, unknown_address
from cruxmap.language.context import (
    Context,
    about,
    check_elicited,
    check_id,
    check_voice,
    citations,
    each,
    is_elicited,
    number,
    share,
    texts,
    warn_of_comments,
    warn_of_comments_after,
)
from cruxmap.language.digest import (
    DIGITS_OF_A_MAP,
    DIGITS_OF_AN_ENTRY,
    MadeSince,
    since_made,
    state_of,
)
from cruxmap.language.entries import check_share_keys, share_mapping
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import lineage, without_force
from cruxmap.language.names import Kind
from cruxmap.language.schema import (
    AnyJudged,
    FittedNumber,
    FittedShares,
    Judged,
    LongNumber,
    LongShares,
    Noted,
    StatedShape,
    WorldviewFile,
)
from cruxmap.language.yaml_text import DEEPEST, Text, joined


def read_worldview(
    context: Context,
    id_: Text,
    shape: WorldviewFile,
    argument_map: ArgumentMap,
    others: Iterable[str],
) -> Worldview:
    """Return a worldview over the judgements of a map; `others` are all worldviews there are."""
    names, findings = context.resolver.names, context.findings
    entry = about(context, id_, shape)
    check_voice(context, shape.voice)
    known = set(others)
    if shape.extends is not None and shape.extends not in known:
        hint = names.nearest(shape.extends, known)
        findings.add(
            Code.UNKNOWN_WORLDVIEW, f"there is no worldview `{shape.extends}`", shape.extends, hint
        )
    read = [
        _override(context, address, node, argument_map)
        for address, node in (shape.judgements or {}).items()
    ]
    judgements = tuple(override for override in read if override is not None)
    _check_mixed(context, shape, judgements, argument_map)
    rejects, accepts = each(shape.rejects), each(shape.accepts)
    for argument in rejects:
        context.resolver.is_a(Kind.ARGUMENT, argument)
    context.resolver.no_repeats(rejects)
    context.resolver.no_repeats(accepts)
    for argument in accepts:
        if argument in rejects:
            message = f"`{id_}` both rejects and accepts `{argument}`"
            findings.add(Code.REJECTED_AND_ACCEPTED, message, argument, "keep one of them")
    return Worldview(
        entry,
        str(shape.voice) if shape.voice else None,
        str(shape.extends) if shape.extends in known else None,
        judgements,
        texts(rejects),
        texts(accepts),
        tuple(_stated_credence(context, stated, "a stated credence") for stated in shape.stated or ()),
        tuple(
            _stated_credence(context, reading, "a credence that is read out of words")
            for reading in shape.read_as or ()
        ),
        tuple(_remark(context, entry, sentence) for entry, sentence in (shape.remarks or {}).items()),
        _made_from(context, shape),
        _asked(context, shape, argument_map),
    )


def _asked(
    context: Context, shape: WorldviewFile, argument_map: ArgumentMap
) -> tuple[str | Condition, ...] | None:
    """Return what an interview has put without getting a number; `None` where there was no interview."""
    if shape.asked is None:
        return None
    names = context.resolver.names
    addresses = [one for one in shape.asked if isinstance(one, Text)]
    context.resolver.no_repeats(addresses)
    for address in addresses:
        judgement = argument_map.judgements.get(address)
        is_there = address in names.kinds or address in argument_map.shares
        if not is_there and (judgement is None or not judgement.overridable):
            unknown_address(address, address.span, argument_map, names, context.findings)
    return tuple(
        str(one) if isinstance(one, Text) else context.resolver.condition(one.of) for one in shape.asked
    )


def _made_from(context: Context, shape: WorldviewFile) -> MadeFrom | None:
    """Return the state of the map that a worldview was made from, if it says so."""
    if shape.made_from is None:
        return None
    made = shape.made_from
    _check_digest(context, made.map, DIGITS_OF_A_MAP, "the map")
    for id_, digest in (made.entries or {}).items():
        check_id(context.findings, id_)
        _check_digest(context, digest, DIGITS_OF_AN_ENTRY, f"`{id_}`")
    entries = tuple((str(id_), str(digest)) for id_, digest in (made.entries or {}).items())
    return MadeFrom(str(made.map), entries, made.map.span)


def _check_digest(context: Context, written: Text, digits: int, what: str) -> None:
    """Add a problem for what stands in a digest's place and is none."""
    if len(written) != digits or not set(written) <= set("0123456789abcdef"):
        message = f"`{written}` is no digest of {what}"
        hint = f"a page writes {digits} digits of 0 to 9 and a to f; leave it out where no page wrote it"
        context.add(Code.NOT_A_DIGEST, message, written, hint)


def check_accepted(
    context: Context, accepts: Iterable[Text], argument_map: ArgumentMap, rejected: Container[str]
) -> None:
    """Add a problem for each name that is no argument or route that a worldview brings.

    It may also be one of the arguments that are `rejected` in some worldview.
    """
    names = context.resolver.names
    for name in accepts:
        if name in argument_map.brought or name.partition(".")[0] in names.broken:
            continue
        if "." not in name:
            if context.resolver.is_a(Kind.ARGUMENT, name) and name not in rejected:
                message = f"nobody brings or rejects `{name}`, so there is nothing to accept"
                context.add(Code.NOTHING_TO_ACCEPT, message, name, "it has force already: leave it out")
        elif name in argument_map.judgements:
            message = f"no worldview brings `{name}`, so there is nothing to accept"
            hint = "`accepts` takes arguments, and routes that another worldview brings"
            context.add(Code.NOTHING_TO_ACCEPT, message, name, hint)
        else:
            unknown_address(name, name.span, argument_map, names, context.findings)


def _remark(context: Context, entry: Text, sentence: Text) -> tuple[str, str]:
    """Return words about an entry."""
    if entry not in context.resolver.names.kinds:
        context.resolver.unknown(entry, "claim, question, event or argument", context.resolver.names.kinds)
    if not sentence:
        context.add(
            Code.MISSING_KEY, f"the remark on `{entry}` has no words", entry, "say it in a sentence"
        )
    warn_of_comments_after(context.findings, (sentence,))
    return str(entry), str(sentence)


def _override(
    context: Context, address: Text, node: AnyJudged, argument_map: ArgumentMap
) -> Override | ShareOverride | None:
    """Return one judgement of a worldview; `None` where its address is no judgement's."""
    judgement = argument_map.judgements.get(address)
    row = argument_map.shares.get(address, ())
    if (judgement is None or not judgement.overridable) and not row:
        names = context.resolver.names
        unknown_address(address, address.span, argument_map, names, context.findings)
        return None
    noted = node if isinstance(node, Noted) else None
    cited = citations(context, noted.source) if noted else ()
    note = str(noted.note or "") if noted else ""
    if noted:
        warn_of_comments(context.findings, None, noted)
    if judgement is None:
        return share_override(context, address, node, argument_map)
    match node:
        case Text() | LongNumber():
            text = node if isinstance(node, Text) else node.value
            if judgement.role is Role.SHARE and text == "rest":
                hint = f"give `{judgement.owner}` all its shares at once"
                context.add(Code.MISPLACED_REST, "`rest` stands only beside all other shares", text, hint)
            owner = argument_map.entry[judgement.owner]
            is_strength = isinstance(owner, Argument) and owner.weight.role is Role.STRENGTH
            weight = f"{owner.about.id}.strength" if is_strength else ""
            value = (
                number(context, text, judgement.role, weight if address == owner.about.id else "")
                if text != "rest"
                else Elicited(judgement.role.scale, 0.5, 0.5)
            )
            check_elicited(context, node)
            return Override(
                str(address), value, cited, note, _fitted(context, node), address.span, is_elicited(node)
            )
        case LongShares() | dict():
            message = f"`{address}` is one number, not shares"
            context.add(Code.WRONG_KIND, message, address, f"a {judgement.role}, as in `{address}: 20%`")
            return None
        case _:
            assert_never(node)


def share_override(
    context: Context, address: Text, node: AnyJudged, argument_map: ArgumentMap
) -> ShareOverride | None:
    """Return the shares of a question, or of a row, as a worldview gives them all at once."""
    row = argument_map.shares.get(address, ())
    if isinstance(node, Text):
        hint = f"as in `{address}: {{a: 30%, b: rest}}`, or one share: `{row[0].address}: 30%`"
        context.add(Code.WRONG_KIND, f"`{address}` stands for all shares of a question", node, hint)
        return None
    question = Text.at(row[0].owner, address, plain=True)
    written, long = share_mapping(context, node, question)
    states = tuple(judgement.address.removeprefix(f"{address}.") for judgement in row)
    check_share_keys(context, written, states, question)
    by_state = {str(state): judged for state, judged in written.items()}
    values = []
    for state in states:
        judged = by_state.get(state)
        if judged is None:
            return None
        values.append(share(context, judged.value if isinstance(judged, LongNumber) else judged))
    if sum(isinstance(value, Rest) for value in values) > 1:
        return None  # a problem tells of it, and what is left for each cannot be found
    parts = [judged for judged in by_state.values() if isinstance(judged, LongNumber)]
    cited = tuple(
        c for part in (long, *parts) if part is not None for c in citations(context, part.source)
    )
    note = next((str(part.note) for part in (long, *parts) if part is not None and part.note), "")
    fitted = _fitted(context, long, *parts)
    return ShareOverride(
        str(address),
        tuple(values),
        cited,
        note,
        fitted,
        address.span,
        _are_elicited(context, question, by_state.values(), long),
    )


def _are_elicited(context: Context, row: Text, shares: Iterable[Judged], long: Noted | None) -> bool:
    """Tell whether somebody gave the shares of a row: all that are no `rest`, or none of them."""
    given: dict[bool, Judged] = {}
    for judged in shares:
        check_elicited(context, judged)
        if (judged.value if isinstance(judged, LongNumber) else judged) != "rest":
            given.setdefault(is_elicited(judged, long), judged)
    if len(given) > 1:
        nobodys = given[False]
        place = nobodys.elicited if isinstance(nobodys, LongNumber) and nobodys.elicited else row
        message = f"somebody gave some of the shares of `{row}`, and nobody gave the others"
        hint = (
            "shares that are given all at once are one answer: mark all of them with `elicited`, or none"
        )
        context.add(Code.MIXED_SHARES, message, place, hint)
    return given.keys() != {False}


def _fitted(context: Context, *parts: object) -> str:
    """Return why numbers were moved to meet what is stated, empty if they were not.

    Nobody said such a number, so that there is no source to cite for it.
    """
    sentences = []
    for part in parts:
        if isinstance(part, FittedNumber | FittedShares) and part.fitted is not None:
            sentences.append(str(part.fitted))
            if not part.fitted:
                hint = "say which stated credence the number was moved to meet"
                context.add(Code.MISSING_KEY, "`fitted` has no sentence", part.fitted, hint)
            if part.source is not None:
                message = "a number that was fitted has no `source`"
                hint = "cite it in the sentence, or leave out `fitted` if the source gives the number"
                context.add(Code.MISPLACED_KEY, message, part.fitted, hint)
    return next(filter(None, sentences), "")


def _check_mixed(
    context: Context,
    shape: WorldviewFile,
    judgements: tuple[Override | ShareOverride, ...],
    argument_map: ArgumentMap,
) -> None:
    """Add a problem where a worldview gives the same shares all at once and one by one."""
    whole = {j.address for j in judgements if isinstance(j, ShareOverride)}
    for judgement in judgements:
        row = judgement.address.rpartition(".")[0]
        if isinstance(judgement, Override) and row in whole:
            message = f"`{row}` is given all at once and `{judgement.address}` by itself"
            context.add(Code.MIXED_SHARES, message, judgement.span, "keep one of them")


def _stated_credence(context: Context, shape: StatedShape, what: str) -> Stated:
    """Return a credence that is stated, or read out of somebody's words: `what` it is."""
    value = number(context, shape.credence, Role.CREDENCE)
    warn_of_comments(context.findings, None, shape)
    if isinstance(value, SameAs):
        hint = "write the credence as the reviewer gave it, or as you read it"
        message = f"{what} is a number of its own"
        context.add(Code.UNREADABLE_JUDGEMENT, message, shape.credence, hint)
        value = Elicited(Role.CREDENCE.scale, 0.5, 0.5)
    elif value.is_certain:
        message = f"{what} of `{shape.credence}` cannot be compared with anything"
        context.add(Code.CERTAIN_STATED, message, shape.credence, "as in `over 99%` or `under 1%`")
    return Stated(
        context.resolver.condition(shape.of),
        value,
        context.resolver.separate(shape.assuming),
        citations(context, shape.source),
        str(shape.note or ""),
        shape.credence.span,
    )


def check_circles(worldviews: Mapping[str, Worldview], findings: Findings) -> tuple[Worldview, ...]:
    """Add a problem for worldviews that extend each other in a circle; return those whose lineage ends."""
    extends = {id_: [w.extends] if w.extends in worldviews else [] for id_, w in worldviews.items()}
    for circle in cycles({id_: [other for other in others if other] for id_, others in extends.items()}):
        message = f"these worldviews extend each other: {' -> '.join(circle)}"
        hint = "one of them rests on the map"
        findings.add(Code.WORLDVIEW_CIRCLE, message, worldviews[circle[0]].about.span, hint)
    steps = {id_: _steps_to_the_map(w, worldviews) for id_, w in worldviews.items()}
    for id_, worldview in worldviews.items():
        if steps[id_] == DEEPEST + 1:
            message = f"`{id_}` extends {DEEPEST} others, one resting on the next"
            findings.add(Code.TOO_DEEP, message, worldview.about.span, "extend one nearer to the map")
    return tuple(w for id_, w in worldviews.items() if steps[id_] <= DEEPEST)


def _steps_to_the_map(worldview: Worldview, worldviews: Mapping[str, Worldview]) -> float:
    """Return how long the lineage is; infinite where its end is missing, far off or not there."""
    step: Worldview | None = worldview
    for steps in range(1, DEEPEST + 2):
        if step is None:
            break
        if step.extends is None:
            return steps
        step = worldviews.get(step.extends)
    return inf


def warn_of_changes(argument_map: ArgumentMap, findings: Findings) -> None:
    """Warn where the map has changed since a worldview was made from it.

    Where a worldview says of which entries it speaks, only changes of these count.
    """
    made = [worldview for worldview in argument_map.worldviews if worldview.made_from is not None]
    now = state_of(argument_map) if made else None
    for worldview in made:
        since = since_made(worldview, argument_map, now)
        assert since is not None
        assert worldview.made_from is not None
        message = _changes(worldview.about.id, since)
        if message:
            findings.warn(Code.MADE_FROM_ANOTHER, message, worldview.made_from.span, _then_write(since))


def _changes(name: str, since: MadeSince) -> str:
    """Say what has changed of what a worldview speaks of; nothing where all of it is as it was."""
    if not since.tells_entries:
        return f"the map has changed since `{name}` was made from it" if since.other_map else ""
    told = [
        f"{joined(ids)} {verbs[len(ids) > 1]}"
        for ids, verbs in (
            (since.changed, ("has changed", "have changed")),
            (since.gone, ("is gone", "are gone")),
        )
        if ids
    ]
    return f"{' and '.join(told)} since `{name}` was made" if told else ""


def _then_write(since: MadeSince) -> str:
    """Say what to write once somebody has seen that a worldview's numbers hold."""
    then = f"write `made_from: {{map: {since.now.map}}}`"
    if (since.changed or since.gone) and len(since.changed) <= _WRITTEN_OUT:
        states = dict(since.now.entries)
        parts = [f"`map: {since.now.map}`", *(f"`{id_}: {states[id_]}`" for id_ in since.changed)]
        without = f", without {joined(since.gone)}" if since.gone else ""
        then = f"bring `made_from` up to date: {', '.join(parts)}{without}"
    return f"see whether its numbers still hold, and then {then}"


_WRITTEN_OUT = 3
"""Entries whose digests a hint has."""


def warn_of_rejected(argument_map: ArgumentMap, findings: Findings) -> None:
    """Warn where a worldview judges what has no force in it: what it rejects, itself or by what it extends.

    What others bring has none either.
    """
    for worldview in argument_map.worldviews:
        name = worldview.about.id
        without = without_force(argument_map, lineage(argument_map, name))
        for judgement in worldview.judgements:
            owner = judgement.address.partition(".")[0]
            idle = next((at for at in (judgement.address, owner) if at in without), None)
            if idle is None:
                continue
            message = f"`{name}` rejects `{idle}`, so this number is not used"
            hint = "judge it or reject it"
            if without[idle] == MAP_WORLDVIEW:
                bringer = argument_map.brought[idle]
                message = f"only `{bringer}` brings `{idle}`, so this number of `{name}` is not used"
                hint = f"take it over: `accepts: [{idle}]`"
            findings.warn(Code.JUDGED_BUT_REJECTED, message, judgement.span, hint)
