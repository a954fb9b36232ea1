"""The main points in sentences, for a terminal and for an index page."""

from collections.abc import Iterator
from dataclasses import dataclass

from cruxmap.insight.main_points import MainPoints, Parting, Voice
from cruxmap.insight.what_it_takes import Takes, TakeStep
from cruxmap.language.names import with_and
from cruxmap.present.advice import advice_text
from cruxmap.present.phrases import part, percent, ratio
from cruxmap.present.tables import Table

WHAT_FOLLOWS, WHY, HANGING = "What follows?", "Why?", "On what does it hang?"
PARTING, TAKING, ADVICE = "Where do we part?", "What would it take?", "Look, think or talk?"
"""The questions that a reader has, in order."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A question that a reader has, and the sentences that answer it; `points` are listed below them."""

    question: str
    sentences: tuple[str, ...]
    points: tuple[str, ...] = ()


def chapters_of(points: MainPoints) -> tuple[Chapter, ...]:
    """Return the main points by the questions that a reader has, in order."""
    return (
        Chapter(WHAT_FOLLOWS, tuple(_what_follows(points)), tuple(_estimates(points))),
        Chapter(WHY, tuple(_why(points))),
        Chapter(HANGING, tuple(_hanging(points)), tuple(_what_each_hangs_on(points))),
        Chapter(PARTING, tuple(_where_they_part(points))),
        Chapter(TAKING, tuple(_what_it_takes(points))),
        Chapter(ADVICE, tuple(_what_to_do(points))),
    )


def chapter_tables(points: MainPoints) -> tuple[Table, ...]:
    """Return the chapters as a terminal prints them: titles, with sentences and a blank line below."""
    return tuple(
        Table(chapter.question, (), (), (*chapter.sentences, *(f"- {p}" for p in chapter.points), ""))
        for chapter in chapters_of(points)
        if chapter.sentences
    )


# --- what follows --------------------------------------------------------------------------------


def _what_follows(points: MainPoints) -> Iterator[str]:
    yield f"{points.target}: {_with_stop(points.text)}"
    given = {"Assuming": points.assuming, "Having observed": points.observed}
    yield from (f"{how} {', '.join(conditions)}." for how, conditions in given.items() if conditions)


def _estimates(points: MainPoints) -> Iterator[str]:
    """Yield each reviewer's number against the map's, then who says little."""
    heard = [voice.worldview for voice in points.heard]
    for voice in points.heard:
        but = ", and says little about this target" if voice.says_little else ""
        yield f"{voice.worldview}: {percent(voice.mean)}{_against_map(voice)}{but}{_fitted(voice)}"
    little = [
        f"{voice.worldview} ({percent(voice.mean)})"
        for voice in points.voices
        if voice.worldview not in heard
    ]
    if little:
        yield f"These say little about this target, and the rest is inherited: {', '.join(little)}"


def _fitted(voice: Voice) -> str:
    """Say how many numbers are not its own, but follow from what it states."""
    count = voice.fitted_judgements
    were = "was" if count == 1 else "were"
    return f"; {count} of its numbers {were} fitted to what it states" if count else ""


def _against_map(voice: Voice) -> str:
    times = voice.odds_against_map
    if times is None:
        return ""
    if 0.95 < times < 1.05:
        return ", as by the map's own numbers"
    return (
        f", {ratio(max(times, 1 / times))} {'higher' if times > 1 else 'lower'} in odds than the map's own"
    )


# --- why -----------------------------------------------------------------------------------------


def _why(points: MainPoints) -> Iterator[str]:
    """Say whose the neutral number is, and what it turns on."""
    yield (
        f"The neutral number, {percent(points.map_mean)}, is what the map's own numbers make. They are the "
        "editor's and nobody's view; they stand where a reviewer gives none."
    )
    if points.map_turns_on:
        yield f"It turns most on {with_and(points.map_turns_on)}."
    if points.map_nobodys:
        yield f"Nobody gave the number of {with_and(points.map_nobodys)}: it is there to be replaced."


# --- what it hangs on ----------------------------------------------------------------------------


def _hanging(points: MainPoints) -> Iterator[str]:
    if any(voice.hangs_on for voice in points.heard):
        yield "What each would learn most from knowing, premises and arguments, the most telling first:"


def _what_each_hangs_on(points: MainPoints) -> Iterator[str]:
    told: set[str] = set()
    for voice in points.heard:
        if voice.hangs_on:
            first, *others = voice.hangs_on
            words = "" if first.id in told else f" ({first.text.rstrip('.')})"
            told.add(first.id)
            more = f". Then {with_and([crux.id for crux in others])}" if others else ""
            yield f"{voice.worldview}: {first.id}{words}: {first.sentence}{more}"


# --- where they part -----------------------------------------------------------------------------


def _where_they_part(points: MainPoints) -> Iterator[str]:
    if points.parting is None:
        yield "It takes two reviewers whose own numbers bear on the target, and here there are not two."
        return
    parting, mean = points.parting, {voice.worldview: voice.mean for voice in points.voices}
    little = {*points.say_little}
    left_out = little and little.isdisjoint({parting.highest, parting.lowest})
    whom = ", of those who say something," if left_out else ""
    yield (
        f"Farthest apart{whom} are {parting.highest} ({percent(mean[parting.highest])}) "
        f"and {parting.lowest} ({percent(mean[parting.lowest])})."
    )
    if parting.over:
        over = with_and([f"{one.id} ({part(one.part_of_gap)} of the gap)" for one in parting.over])
        yield f"They part most over {over}."
    elif parting.reason:
        yield f"The gap cannot be shared out: {parting.reason}."
    yield from _what_would_close_it(parting)


def _what_would_close_it(parting: Parting) -> Iterator[str]:
    closes = parting.settling_closes
    if closes is not None and closes > 0:
        closing = f"is expected to close more of it than anything else: {part(closes)}"
        yield f"Finding out about {parting.settling} {closing}."
    elif closes is not None:
        yield "Finding out about any one claim is expected to close none of it."


# --- what it takes -------------------------------------------------------------------------------


def _what_it_takes(points: MainPoints) -> Iterator[str]:
    if points.takes is None or points.parting is None:
        yield "It takes a lower reviewer to be carried above a higher one, and here there are not two."
        return
    takes, parting = points.takes, points.parting
    bound = (
        ""
        if takes.most_deviations is None
        else f", each number moving by at most {takes.most_deviations:g} deviations of its own interval "
        "(of a point: half a log unit each)"
    )
    carry = f"carry {parting.lowest} above {parting.highest}'s {percent(takes.threshold)}"
    if takes.frontier:
        yield f"The fewest changes that {carry}{bound}:"
        yield from _ways(takes)
    else:
        yield f"Nothing found would {carry}: {_with_stop(takes.reason or 'there is no way')}"


def _ways(takes: Takes) -> Iterator[str]:
    for number, way in enumerate(takes.frontier):
        steps = with_and([_step_text(step) for step in way.steps])
        yield f"{'Or ' if number else ''}{steps}: then it is {percent(way.estimate)}."


def _step_text(step: TakeStep) -> str:
    way = "raise" if step.log_odds > 0 else "lower"
    return f"{way} {step.address} by {abs(step.deviations):.1f} deviations to {step.value}"


def _what_to_do(points: MainPoints) -> Iterator[str]:
    if points.uncertainty is not None:
        yield advice_text(points.uncertainty)


# --- words ---------------------------------------------------------------------------------------


def _with_stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
