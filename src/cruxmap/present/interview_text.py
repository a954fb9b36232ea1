"""What is said in an interview: paragraphs for a terminal, made from its questions, answers and outcome."""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from cruxmap.errors import Problem
from cruxmap.insight.interview import Clash, Interview, Question, Reply
from cruxmap.insight.interview.outcome import Company, Outcome
from cruxmap.insight.plain import counted
from cruxmap.insight.sentences import texts_of
from cruxmap.language.argument_map import Z_95, ArgumentMap, Scale, logistic
from cruxmap.language.judgement import format_value, notation_of, with_phrases
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.past.stale import StaleJudgement
from cruxmap.present.clauses import clause_of, clauses_of
from cruxmap.present.phrases import part, percent, ratio, ratio_of_odds
from cruxmap.present.question_words import QuestionWords
from cruxmap.present.stale_tables import changes_text

INDENTED = "  "

NOTHING_TO_ASK = "nobody is asked about the target itself, and nothing else that could be asked moves it"
"""Why an interview has no question."""


class Line(NamedTuple):
    """A paragraph: its text, how it is set (bold, dim or plain), and what stands before its lines."""

    text: str
    style: str = ""
    margin: str = ""
    mark: str = ""


def plainly(*texts: str) -> list[Line]:
    """Return paragraphs that are set plainly."""
    return [Line(text) for text in texts]


# --- before and between ---------------------------------------------------------------------------------


def head(model: ModelSpec, name: str, file: str) -> list[Line]:
    """Say what the interview is about and where the answers go."""
    lines = [
        Line(f"An interview with {name}: {model.map.title or model.map.id}", "bold"),
        Line(f"What it is about: whether {clause_of(model.map, model.target.condition)}."),
    ]
    match clauses_of(model):
        case ():
            pass
        case (clause,):
            lines.append(Line(f"Throughout, take for granted that {clause}."))
        case clauses:
            lines.append(Line("Throughout, take for granted all of this:"))
            lines += [Line(clause, "", INDENTED, "- ") for clause in clauses]
    lines += plainly(
        f"Your answers are in {file} after each of them. Stop whenever you like, and go on where you were by "
        "the same command. Type ? for all that you can type."
    )
    return lines


def went_on(interview: Interview) -> list[Line]:
    """Say how far an earlier run has come."""
    answered = sum(reply.what != "skipped" for reply in interview.replies)
    skipped = len(interview.replies) - answered
    if not interview.replies:
        return []
    told = f"You have answered {counted(answered, 'question')} so far"
    told += f" and passed over {skipped}" if skipped else ""
    return plainly(f"{told}. It goes on from there.")


OLDER_SHOWN = 5
"""Answers that are older than what they are about, of which so many are told one by one."""


def answered_before_a_change(older: Sequence[tuple[str, StaleJudgement]]) -> list[Line]:
    """Say which answers are older than what they are about: the questions, and what has changed."""
    if not older:
        return []
    shown = [f"{sentence} ({changes_text(stale)})" for sentence, stale in older[:OLDER_SHOWN]]
    more = len(older) - len(shown)
    lines = plainly("Since you answered these, what they are about has changed:")
    lines += [Line(sentence, "", INDENTED, "- ") for sentence in shown]
    lines += [Line(f"{more} more", "", INDENTED, "- ")] if more else []
    return lines


def question_lines(
    argument_map: ArgumentMap, words: QuestionWords, number: str, again: Reply | None
) -> list[Line]:
    """Put a question, with what is known of it."""
    lines = [Line(number, "dim")]
    if len(words.given) > 1:
        lines.append(Line("Suppose that all of this is so:"))
        lines += [Line(clause, "", INDENTED, "- ") for clause in words.given]
        lines.append(Line(words.ask, "bold"))
    else:
        lines.append(Line(words.sentence, "bold"))
    for line in words.background:
        text = line.removeprefix("- ")
        lines.append(
            Line(text, "", INDENTED if text == line else INDENTED * 2, "" if text == line else "- ")
        )
    counted = 0
    for title, arguments in (("For it:", words.speaks_for), ("Against it:", words.speaks_against)):
        if arguments:
            lines.append(Line(title, "", INDENTED))
        for text in arguments:
            counted += 1
            lines.append(Line(text, "", INDENTED * 2, f"{counted}. "))
    if words.states:
        lines.append(Line(f"The answers: {', '.join(words.states)}.", "", INDENTED))
    lines.append(Line(f"({words.scale}; as in {_some(words.examples)})", "dim"))
    if again is not None:
        lines.append(
            Line(f"You answered: {answer_text(argument_map, again)}. Enter alone keeps that.", "dim")
        )
    return lines


def _some(examples: Sequence[str]) -> str:
    """Name the lowest, one in the middle and the highest of some examples, so that none is suggested."""
    first, last = examples[0], examples[-1]
    return (
        f"{first}, {examples[len(examples) // 2 - 1]}, or {last}"
        if len(examples) > 2
        else f"{first}; {last}"
    )


def answer_text(argument_map: ArgumentMap, reply: Reply) -> str:
    """Write what a question was answered with."""
    match reply.what:
        case "skipped":
            return "nothing"
        case "rejected":
            return "rejected"
        case _:
            return values_text(argument_map, reply.question, map(notation_of, reply.values))


def values_text(argument_map: ArgumentMap, question: Question, written: Iterable[str]) -> str:
    """Write one number, or the shares of a row by their states."""
    if len(question.addresses) < 2:
        return next(iter(written))
    texts = texts_of(argument_map, question.entry)
    ids = (address.removeprefix(f"{question.id}.") for address in question.addresses)
    states = (texts.get(state, state) for state in ids)
    return ", ".join(f"{state} {share}" for state, share in zip(states, written, strict=True))


def numbers_text(argument_map: ArgumentMap, question: Question, numbers: Iterable[float]) -> str:
    """Write numbers on the natural scale as `values_text` does."""
    is_ratio = bool(question.addresses) and (
        argument_map.judgements[question.addresses[0]].role.scale is Scale.RATIO
    )
    return values_text(argument_map, question, map(ratio if is_ratio else percent, numbers))


def help_lines(words: QuestionWords, question: Question, argument_map: ArgumentMap) -> list[Line]:
    """Say all that can be typed."""
    lexicon = with_phrases(dict(argument_map.lexicon))
    is_ratio = bool(question.addresses) and (
        argument_map.judgements[question.addresses[0]].role.scale is Scale.RATIO
    )
    scale = Scale.RATIO if is_ratio else Scale.PROBABILITY
    lines = plainly(f"An answer is {words.scale}.", f"It may be written as: {'; '.join(words.examples)}.")
    if not words.states:
        phrases = (
            f"{phrase} ({format_value(value)})" for (its, phrase), value in lexicon.items() if its is scale
        )
        lines.append(Line(f"Or in words: {', '.join(phrases)}."))
    typed = [
        ("skip", "or don't know: pass it over; it is not asked again"),
        ("back", "look at the answer before this one again"),
        ("why", "say why this is asked"),
        ("reject", "say that an argument has no force at all"),
        ("stop", "end here; everything so far is kept"),
        ("?", "this help"),
    ]
    if question.entry in argument_map.entry and not _is_argument(argument_map, question):
        typed[3] = ("reject 1", "say that the argument with that number has no force at all")
        if not words.speaks_for + words.speaks_against:
            del typed[3]
    lines += [Line(meaning, "", INDENTED, f"{word:<9} ") for word, meaning in typed]
    return lines


def _is_argument(argument_map: ArgumentMap, question: Question) -> bool:
    return any(argument.about.id == question.entry for argument in argument_map.arguments)


def problem_lines(problems: Iterable[Problem], words: QuestionWords) -> list[Line]:
    """Say what is the matter with an answer, and put the question again, in short."""
    told = (
        f"{one.message[0].upper()}{one.message[1:]}{f': {one.hint}' if one.hint else '.'}"
        for one in problems
    )
    return [*map(Line, told), Line(words.sentence, "bold")]


def not_kept_lines(problems: Iterable[Problem]) -> list[Line]:
    """Say that an answer is not in the file, and what is the matter with that or another one."""
    told = (f"{one.message if one.span.is_typed else f'{one.span}: {one.message}'}" for one in problems)
    return [
        Line("Your answer is not kept.", "bold"),
        *map(Line, told),
        Line("Mend that and type the answer again, or stop here."),
    ]


def clash_lines(
    model: ModelSpec, reply: Reply, clash: Clash, sentences: Sequence[str], implied: str
) -> list[Line]:
    """Say that an answer and earlier ones do not fit, show both, and ask which gives way."""
    said = partial(answer_text, model.map)
    lines = [
        Line("This is far from what your earlier answers lead one to expect.", "bold"),
        Line(f"You say {said(reply)}; by those it would be about {implied}. Which gives way?"),
        Line(f"this answer, {said(reply)}: ask me again", "", INDENTED, "1. "),
    ]
    lines += [
        Line(f"{sentence} You said {said(earlier)}.", "", INDENTED, f"{number}. ")
        for number, (earlier, sentence) in enumerate(zip(clash.earlier, sentences, strict=True), 2)
    ]
    return [*lines, Line("neither: both are what I think", "", INDENTED, "Enter: ")]


# --- at the end -----------------------------------------------------------------------------------------


def nothing_more(interview: Interview) -> str:
    """Say why nothing more is asked."""
    if not interview.replies and not interview.questions():
        return f"{NOTHING_TO_ASK[0].upper()}{NOTHING_TO_ASK[1:]}."
    return "What is left to ask would hardly matter: no answer is expected to move the estimate much."


def how_sure(interview: Interview, *, only_asked: bool = False) -> str:
    """Say where the estimate is, and how near that is expected to be to one with every number answered.

    With `only_asked` it is not that of the file, which has nothing of what follows from the answers.
    """
    half = Z_95 * interview.predicted_sd
    low, high = (percent(logistic(interview.log_odds + end)) for end in (-half, half))
    now = percent(interview.central)
    told = f"By your answers the estimate is {now}."
    if only_asked:
        told = f"By your answers and what follows from them the estimate is {now}."
    if low == high:
        told += " With every number your own it would hardly be another."
    else:
        told += f" With every number your own it would be between {low} and {high}, nine times out of ten."
    if only_asked:
        told += " The file has your answers alone; what comes now is computed from that."
    return told


def outcome_lines(found: Outcome) -> Iterator[Line]:
    """Say what came out, and what it hangs on."""
    yield Line("What came out", "bold")
    yield Line(
        f"{found.target}: {percent(found.mean)} over all draws of your numbers, {percent(found.central)} "
        f"with each in its middle. By the map's own numbers the latter is {percent(found.map_central)}."
    )
    if found.hangs_on:
        yield Line("What it hangs on", "bold")
        yield from (
            Line(f"{one.id} ({one.text.rstrip('.')}): {one.sentence}.", "", INDENTED, "- ")
            for one in found.hangs_on
        )


def again_lines(argument_map: ArgumentMap, again: Sequence[tuple[Reply, str, str]]) -> Iterator[Line]:
    """Name answers to look at again, each with its question and what the others imply."""
    if again:
        yield Line("Answers to look at again", "bold")
        yield Line("They fit the others least. That need not mean that they are wrong.")
        yield from (
            Line(
                f"{sentence} You said {answer_text(argument_map, reply)}; the others imply {implied}.",
                "",
                INDENTED,
                "- ",
            )
            for reply, sentence, implied in again
        )


def company_lines(found: Company) -> Iterator[Line]:
    """Say who is near and who is far, and over what they part."""
    far = found.farthest
    if found.nearest is None:
        return
    yield Line("Who is near, and who is far", "bold")
    if far is None:
        yield Line(f"Nobody is far from you; nearest is {found.nearest}.")
        return
    near = "" if found.nearest == far.worldview else f"Nearest to you is {found.nearest}. "
    odds = _odds_apart(far.central, found.central)
    yield Line(f"{near}Farthest is {far.worldview}, at {percent(far.central)}{odds}. You part most over:")
    yield from (
        Line(f"{one.id} ({one.text.rstrip('.')}): {part(one.part_of_gap)} of the gap", "", INDENTED, "- ")
        for one in far.over
    )


def unheard_lines(model: str, name: str) -> list[Line]:
    """Say that a model does not hear a worldview as long as nobody lists it there."""
    return plainly(f"{model} lists whom it hears: add {name} to its `worldviews`, and it is among them.")


def _odds_apart(theirs: float, mine: float) -> str:
    if not 0 < mine < 1 or not 0 < theirs < 1:
        return ""
    logit = math.log(theirs / (1 - theirs)) - math.log(mine / (1 - mine))
    return f", {ratio_of_odds(abs(logit))} {'higher' if logit > 0 else 'lower'} in odds"
