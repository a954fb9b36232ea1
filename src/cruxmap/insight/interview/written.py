"""An interview and a worldview's file: what stands there as replies, and replies as what is to stand there.

Answers about judgements are the reviewer's own numbers, and answers about entries are `stated`. What nobody
was asked for and that moved is `fitted`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.interview.believed import Believed
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.observed import Given, InFile, key_of, standing
from cruxmap.insight.interview.questions import Question, Reply, question_of, statement
from cruxmap.language.argument_map import (
    Z_95,
    ArgumentMap,
    Elicited,
    Scale,
    Stated,
    Worldview,
    complement,
    judgements_of,
)
from cruxmap.language.conditions import condition_form
from cruxmap.language.inheritance import Setting, row_in_force, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.rewriting.worldview_edits import Changes, Form

NOTICEABLE = 0.02
"""A number that was not asked for is fitted where it moves by more of the map's deviations than this."""

DIGITS, ALL_DIGITS = 4, 17
"""How many digits a fitted number has, and how many it has at most."""

WIDER = 0.1
"""By how much of its width a fitted interval may be wider or narrower than the map's, for fewer digits."""

type Fitted = Elicited | tuple[Elicited, ...]
"""A fitted number, or those of a row of shares."""

WHY_FITTED = "to what I answered in the interview"
"""What is said of a number that nobody was asked for and that moved."""


# --- what is written ---------------------------------------------------------------------------------


def fitted(now: Believed, replies: Sequence[Reply]) -> Mapping[str, Fitted]:
    """Return by address, or by that of a row, what nobody was asked for and that moved.

    Its central value is the mean, and its interval as wide as the map's, to a few digits.
    """
    ground = now.laid.ground
    argument_map = ground.model.map
    moved = ground.at.free & (np.abs(now.z) > NOTICEABLE) & (now.u != ground.at.standing)
    moved[now.laid.observed.known] = False
    gone = [argument_map.entry[r.question.entry] for r in replies if r.what == "rejected"]
    moved[[ground.index[judgement.address] for entry in gone for judgement in judgements_of(entry)]] = (
        False
    )
    found: dict[str, Fitted] = {}
    shares = {share.address for row in argument_map.shares.values() for share in row}
    for row, places in ground.share_places.items():
        if moved[places].any():
            found[row] = tuple(_number(ground, place, now.u) for place in places.tolist())
    for place in np.flatnonzero(moved).tolist():
        address = ground.at.addresses[place]
        if address not in shares:
            found[address] = _number(ground, place, now.u)
    return found


def _number(ground: Ground, place: int, u: FloatArray) -> Elicited:
    """Return a number that moved: its central value and an interval as wide as the map's, rounded."""
    middle, width = float(u[place]), float(ground.at.width[place])
    is_ratio = bool(ground.state.numbers.is_ratio[place])
    if ground.state.numbers.is_strength[place]:
        middle = max(middle, 0.0)
        width = min(width, middle / Z_95)
    return rounded(Scale.RATIO if is_ratio else Scale.PROBABILITY, middle, width)


def rounded(scale: Scale, middle: float, width: float) -> Elicited:
    """Return a number with this logit or log, and this standard deviation of it, to a few digits at each end.

    They are those of a ratio; or of a probability or of what it leaves, whichever is smaller. There are more
    where fewer would make the interval another.
    """
    low, high = middle - Z_95 * width, middle + Z_95 * width
    for digits in range(DIGITS, ALL_DIGITS):
        found = _with_digits(scale, low, high, digits)
        if abs(found.sd - width) <= WIDER * width:
            return found
    return _with_digits(scale, low, high, ALL_DIGITS)


def _with_digits(scale: Scale, low: float, high: float, digits: int) -> Elicited:
    if scale is Scale.RATIO:
        least, most = (float(f"{end:.{digits - 1}e}") for end in np.exp([low, high]).tolist())
        return Elicited(scale, least, most)
    (p, left), (q, others) = (_probability(end, digits) for end in (low, high))
    return Elicited(scale, p, q, "", (left, others))


def _probability(u: float, digits: int) -> tuple[float, float]:
    """Return the probability with this logit, and what it leaves: so many digits of what is smaller."""
    smaller = float(f"{float(expit(np.array([-abs(u)]))[0]):.{digits - 1}e}")
    larger = complement(smaller)
    return (smaller, larger) if u <= 0 else (larger, smaller)


def fitted_forms(argument_map: ArgumentMap, moved: Mapping[str, Fitted]) -> Mapping[str, Form]:
    """Return what is fitted in the long form, with what it is fitted to."""
    return {at: {"value": _form(argument_map, at, one), "fitted": WHY_FITTED} for at, one in moved.items()}


def _form(argument_map: ArgumentMap, at: str, number: Fitted) -> Form:
    """Return what is to stand at an address: a number, or the shares of a row by their states."""
    if isinstance(number, Elicited):
        return notation_of(number)
    names = [share.address.rpartition(".")[2] for share in argument_map.shares[at]]
    return dict(zip(names, map(notation_of, number), strict=True))


def changes(
    ground: Ground,
    own: Worldview | None,
    before: InFile,
    replies: Sequence[Reply],
    moved: Mapping[str, Fitted],
) -> Changes:
    """Return what a worldview's file is to say: replies, and what `moved` besides.

    What stood there `before` stays as it is, where the reply to it is the same. Other numbers of its `own`,
    and rejections, that nothing stands for any more are taken away.
    """
    judged = standing(ground, replies, before)
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
            for judgement in judged[reply]:
                judgements.pop(judgement.address, None)
        elif question.condition is None and reply.what == "answered":
            judgements[question.id] = _judged(ground.model.map, reply)
        elif question.condition is not None and reply.what == "answered":
            if reply not in as_stood:
                said = Stated(question.condition, reply.values[0], ground.model.assuming)
                stated.append(_stated_form(said))
        else:
            asked.append(_asked(question))
    same = stated == [form for form, _ in before.stated]
    return Changes(
        judgements={**judgements, **fitted_forms(ground.model.map, moved)},
        rejects=rejects,
        stated=None if same else stated,
        asked=asked,
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


def _judged(argument_map: ArgumentMap, reply: Reply) -> Form:
    values = reply.values
    return _form(argument_map, reply.question.id, values if len(values) > 1 else values[0])


# --- what stands there -------------------------------------------------------------------------------


def replies_in(ground: Ground, own: Worldview) -> tuple[tuple[Reply, ...], InFile]:
    """Return what a worldview itself says as replies, and what stands in its file for them.

    Its own numbers that are not fitted are answers, and so are its rejections, and what it states of one
    entry under what the model assumes; what it was `asked` without a number was skipped.
    """
    model = ground.model
    found: dict[tuple[str, str], tuple[Reply, Given]] = {}
    setting = settle(model.map, own.about.id, model.settings).setting
    for judgement in own.given:
        question = question_of(model.map, "judgement", judgement.address)
        values = _given([setting[address] for address in question.addresses])
        _, before = found.get(key_of(question), (None, ()))
        reply = Reply(question, "answered", values)
        found[key_of(question)] = reply, (*before, judgement)
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
