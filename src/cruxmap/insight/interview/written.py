"""An interview and a worldview's file: what stands there as replies, and replies as what is to stand there.

Answers about judgements are the reviewer's own numbers, and answers about entries are `stated`. What nobody
was asked for and that moved is `fitted`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.interview.believed import Believed
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.observed import key_of
from cruxmap.insight.interview.questions import Question, Reply, question_of, statement
from cruxmap.language.argument_map import Z_95, Elicited, Scale, Stated, Worldview, judgements_of
from cruxmap.language.conditions import condition_form
from cruxmap.language.editing import Changes, Form
from cruxmap.language.inheritance import Setting, row_in_force, settle
from cruxmap.language.judgement import format_value, notation_of

NOTICEABLE = 0.02
"""A number that was not asked for is fitted where it moves by more of the map's deviations than this."""

WHY_FITTED = "to what I answered in the interview"
"""What is said of a number that nobody was asked for and that moved."""


@dataclass(frozen=True, slots=True)
class InFile:
    """What stood in the reviewer's file when an interview was resumed.

    `judged` are replies, each with the addresses that stand there for it. `stated` is what is stated there,
    with the reply that it is, if any, and `asked` are entries that were asked about besides.
    """

    judged: tuple[tuple[Reply, tuple[Form, ...]], ...] = ()
    stated: tuple[tuple[Form, Reply | None], ...] = ()
    asked: tuple[str, ...] = ()


# --- what is written ---------------------------------------------------------------------------------


def fitted(now: Believed, replies: Sequence[Reply]) -> Mapping[str, Form]:
    """Return by address, or by that of a row, what nobody was asked for and that moved, in the long form.

    Its central value is the mean, and its interval as wide as the map's.
    """
    ground = now.laid.ground
    argument_map = ground.model.map
    moved = ground.at.free & (np.abs(now.z) > NOTICEABLE) & (now.u != ground.at.standing)
    moved[now.laid.observed.known] = False
    gone = [argument_map.entry[r.question.entry] for r in replies if r.what == "rejected"]
    moved[[ground.index[judgement.address] for entry in gone for judgement in judgements_of(entry)]] = (
        False
    )
    found: dict[str, Form] = {}
    shares = {share.address for row in argument_map.shares.values() for share in row}
    for row, places in ground.share_places.items():
        if moved[places].any():
            names = [ground.at.addresses[place].rpartition(".")[2] for place in places.tolist()]
            values = [_written(ground, place, now.u) for place in places.tolist()]
            found[row] = {"value": dict(zip(names, values, strict=True)), "fitted": WHY_FITTED}
    for place in np.flatnonzero(moved).tolist():
        address = ground.at.addresses[place]
        if address not in shares:
            found[address] = {"value": _written(ground, place, now.u), "fitted": WHY_FITTED}
    return found


def _written(ground: Ground, place: int, u: FloatArray) -> str:
    """Write a number that moved: its central value as it is, its interval as wide as the map's."""
    middle, half = float(u[place]), float(Z_95 * ground.at.width[place])
    if ground.state.numbers.is_ratio[place]:
        if ground.state.numbers.is_strength[place]:
            middle = max(middle, 0.0)
            half = min(half, middle)
        least, most = np.exp([middle - half, middle + half]).tolist()
        return format_value(Elicited(Scale.RATIO, least, most))
    low, high = (_probability(end) for end in (middle - half, middle + half))
    return format_value(Elicited(Scale.PROBABILITY, low[0], high[0], "", (low[1], high[1])))


def _probability(u: float) -> tuple[float, float]:
    """Return the probability with this logit, and what it leaves."""
    found = expit(np.array([u, -u]))
    return float(found[0]), float(found[1])


def changes(
    ground: Ground,
    own: Worldview | None,
    before: InFile,
    replies: Sequence[Reply],
    moved: Mapping[str, Form],
) -> Changes:
    """Return what a worldview's file is to say: replies, and what `moved` besides.

    What stood there `before` stays as it is, where the reply to it is the same. Other numbers of its `own`,
    and rejections, that nothing stands for any more are taken away.
    """
    judged = dict(before.judged)
    judgements: dict[str, Form | None] = {j.address: None for j in own.judgements} if own else {}
    rejects = dict.fromkeys(own.rejects, False) if own else {}
    stated = [form for form, reply in before.stated if reply is None or reply in replies]
    as_stood = {reply for _, reply in before.stated}
    asked: list[Form] = [*before.asked]
    for reply in replies:
        question = reply.question
        if reply.what == "rejected":
            rejects[question.entry] = True
        elif question.condition is None and judged.get(reply):
            for address in judged[reply]:
                judgements.pop(str(address), None)
        elif question.condition is None and reply.what == "answered":
            judgements[question.id] = _judged(question, reply.values)
        elif question.condition is not None and reply.what == "answered":
            if reply not in as_stood:
                said = Stated(question.condition, reply.values[0], ground.model.assuming)
                stated.append(_stated_form(said))
        else:
            asked.append(_asked(question))
    same = stated == [form for form, _ in before.stated]
    return Changes(
        judgements={**judgements, **moved}, rejects=rejects, stated=None if same else stated, asked=asked
    )


def _stated_form(stated: Stated) -> Form:
    """Return a stated credence as the values that stand for it in a file."""
    said: dict[str, Form] = {"of": condition_form(stated.of), "credence": notation_of(stated.credence)}
    if stated.assuming:
        said["assuming"] = [condition_form(condition) for condition in stated.assuming]
    if stated.citations:
        sources = [str(citation) for citation in stated.citations]
        said["source"] = sources[0] if len(sources) == 1 else sources
    if stated.note:
        said["note"] = stated.note
    return said


def _asked(question: Question) -> Form:
    return question.id if question.condition is None else {"of": condition_form(question.condition)}


def _judged(question: Question, values: Sequence[Elicited]) -> Form:
    if len(question.addresses) == 1:
        return notation_of(values[0])
    names = [address.rpartition(".")[2] for address in question.addresses]
    return dict(zip(names, map(notation_of, values), strict=True))


# --- what stands there -------------------------------------------------------------------------------


def replies_in(ground: Ground, own: Worldview) -> tuple[tuple[Reply, ...], InFile]:
    """Return what a worldview itself says as replies, and what stands in its file for them.

    Its own numbers that are not fitted are answers, and so are its rejections, and what it states of one
    entry under what the model assumes; what it was `asked` without a number was skipped.
    """
    model = ground.model
    found: dict[tuple[str, str], tuple[Reply, tuple[Form, ...]]] = {}
    setting = settle(model.map, own.about.id, model.settings).setting
    for judgement in own.given:
        question = question_of(model.map, "judgement", judgement.address)
        values = _given([setting[address] for address in question.addresses])
        _, before = found.get(key_of(question), (None, ()))
        reply = Reply(question, "answered", values)
        found[key_of(question)] = reply, (*before, judgement.address)
    for argument in own.rejects:
        question = question_of(model.map, "judgement", argument)
        found[key_of(question)] = Reply(question, "rejected"), ()
    stood: list[tuple[Form, Reply | None]] = []
    for stated in own.stated:
        question = statement(model.map, stated.of)
        as_assumed = set(stated.assuming) == set(model.assuming)
        if as_assumed and ground.state.can_say(stated.of) and key_of(question) not in found:
            reply = Reply(question, "answered", (stated.credence,))
            found[key_of(question)] = reply, ()
            stood.append((_stated_form(stated), reply))
        else:
            stood.append((_stated_form(stated), None))
    asked_besides: list[str] = []
    for asked in own.asked or ():
        if isinstance(asked, str) and asked not in {**model.map.judgements, **model.map.shares}:
            asked_besides.append(asked)
            continue
        question = (
            question_of(model.map, "judgement", asked)
            if isinstance(asked, str)
            else statement(model.map, asked)
        )
        found.setdefault(key_of(question), (Reply(question, "skipped"), ()))
    replies = tuple(reply for reply, _ in found.values())
    return replies, InFile(tuple(found.values()), tuple(stood), tuple(asked_besides))


def _given(settings: Sequence[Setting]) -> tuple[Elicited, ...]:
    """Return numbers as they were given; where single shares are kept as given, all shares as they count."""
    if not any(setting.single for setting in settings):
        return tuple(setting.value for setting in settings)
    return tuple(Elicited(Scale.PROBABILITY, share, share) for share in row_in_force(settings))
