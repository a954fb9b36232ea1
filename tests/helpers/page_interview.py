"""What Python says at each step of an interview, for the page to say the same.

A reply is plain data: the `kind` and `id` of its question, `what` became of it, and the `texts` of an answer,
one for each of its values.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cruxmap.insight.interview import Interview, Question, Reply
from cruxmap.language.argument_map import Argument, ArgumentMap, Elicited, Role
from cruxmap.language.judgement import parse_value, with_phrases
from cruxmap.language.model_spec import ModelSpec

type Plain = dict[str, Any]

TEXTS = ("20% to 60%", "3%", "about 70%", "55% to 90%", "1/3", "likely")
"""Answers by turns; some contradict each other."""

RATIOS = ("2x", "1.5x to 6x")
SHOWN = 40
"""So many of the ranked questions are compared one by one, and of the others how many there are."""


def walk(interview: Interview, n: int) -> Iterator[tuple[Interview, Plain | None]]:
    """Yield an interview at each of its steps with the reply that follows; every sort of reply comes."""
    for number in range(n):
        best = interview.next()
        if best is None:
            break
        reply = next_reply(interview, best.question, number)
        yield interview, reply
        interview = interview.after(reply_of(interview.model, reply))
    yield interview, None


def next_reply(interview: Interview, question: Question, number: int) -> Plain:
    """Return the reply to the question of a step."""
    entry = interview.model.map.entry[question.entry]
    named = {"kind": question.kind, "id": question.id}
    if number % 5 == 3:
        return {**named, "what": "skipped", "texts": []}
    if isinstance(entry, Argument) and number % 3 == 1:
        return {**named, "what": "rejected", "texts": []}
    if len(question.addresses) > 1:
        others = question.addresses[1:]
        rest = [f"{80 / len(others):.0f}%"] * (len(others) - 1)
        return {**named, "what": "answered", "texts": ["20%", *rest, "rest"]}
    role = None if question.condition else interview.model.map.judgements[question.id].role
    texts = RATIOS if role in {Role.STRENGTH, Role.PACE} else TEXTS
    return {**named, "what": "answered", "texts": [texts[number % len(texts)]]}


def reply_of(model: ModelSpec, reply: Mapping[str, Any]) -> Reply:
    """Return a reply that is plain data as the interview takes it."""
    from cruxmap.insight.interview import question_of

    question = question_of(model.map, reply["kind"], reply["id"])
    values = tuple(_values(model.map, question, reply["texts"]))
    return Reply(question, reply["what"], values)


def _values(argument_map: ArgumentMap, question: Question, texts: Sequence[str]) -> Iterator[Elicited]:
    lexicon = with_phrases(dict(argument_map.lexicon))
    if len(question.addresses) < 2 or not texts:
        role = Role.CREDENCE if question.condition else argument_map.judgements[question.addresses[0]].role
        yield from (_elicited(text, role, lexicon) for text in texts)
        return
    known = [_elicited(text, Role.SHARE, lexicon) for text in texts if text != "rest"]
    left = 1 - sum(share.low for share in known)
    yield from (_elicited(t if t != "rest" else f"{100 * left:.12g}%", Role.SHARE, lexicon) for t in texts)


def _elicited(text: str, role: Role, lexicon: Any) -> Elicited:
    value = parse_value(text, role, lexicon)
    assert isinstance(value, Elicited)
    return value


def told_of(interview: Interview, reply: Mapping[str, Any] | None) -> Plain:
    """Return what an interview says at a step, and how the reply that follows fits what came before."""
    ranked, best = interview.questions(), interview.next()
    clash = None if reply is None else interview.clash(reply_of(interview.model, reply))
    return {
        "log_odds": interview.log_odds,
        "sd": interview.predicted_sd,
        "count": len(ranked),
        "ranked": [[*_name(s.question), s.reduction] for s in ranked[:SHOWN]],
        "next": None if best is None else _name(best.question),
        "fitted": {at: _value(form) for at, form in interview.fitted().items()},
        "again": [_name(r.question) for r in interview.to_look_at_again()],
        "clash": clash
        and {"implied": clash.implied, "earlier": [_name(r.question) for r in clash.earlier]},
    }


def _name(question: Question) -> list[str]:
    return [question.kind, question.id]


def _value(form: Any) -> Any:
    """Return the value of a number in the long form."""
    return form["value"]


def steps_of(interview: Interview, n: int) -> list[Plain]:
    """Return what is said at each of the first steps of an interview, with the reply that follows."""
    return [{"told": told_of(now, reply), "reply": reply} for now, reply in walk(interview, n)]
