"""A rehearsal of an interview, as a listing."""

from functools import partial

from cruxmap.insight.interview import Rehearsal
from cruxmap.insight.interview.rehearsal import Asking, Step
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import CENTRAL, part, percent, range_text, telling, the
from cruxmap.present.tables import Column, Table, numeric

SAID_AFTER = (5, 10, 20, 30)
"""After how many questions it is said in words what is left."""

KINDS = {"stated": "all things considered", "judgement": "as it stands in the map", None: "-"}
"""What each kind of question is about."""

IN_ORDER: dict[Asking, str] = {
    "best": "whatever tells most after each answer",
    "tornado": "judgements by how far the estimate moves over their interval",
    "file": "as the entries stand in the map",
    "random": "shuffled",
    "fixed": "the order of a questionnaire, the same for everybody",
}
"""The orders of the questions, in words."""


def _list_steps(found: Rehearsal, argument_map: ArgumentMap) -> Listing:
    """Return how things stand after each question, one row per question."""
    write = telling(
        (one.central, other.central) for one, other in zip(found.steps, found.steps[1:], strict=False)
    )
    columns = (
        numeric("number", "questions"),
        Column("asked", "asked"),
        Column("kind", "about", KINDS.__getitem__),
        Column("answer", "answer", get=partial(answer_text, argument_map)),
        numeric("central", CENTRAL, write),
        numeric("distance", "log-odds off", _logit),
        numeric("predicted_sd", "believed to be", _logit),
    )
    title = f"How near the answers of {the(found.worldview)} bring the estimate"
    table = Table.of(title, columns, found.steps, notes(found))
    return Listing(table, rows=max(1, len(found.steps)))


def _logit(value: float) -> str:
    return f"{value:.2f}"


def answer_text(argument_map: ArgumentMap, step: Step) -> str:
    """Write what was answered, as the language does."""
    match step.answer:
        case None:
            return step.what or "-"
        case float(number):
            if step.kind == "stated" or step.asked is None:
                return percent(number)
            return range_text(argument_map, step.asked, number, number)
        case shares:
            return ", ".join(f"{state} {percent(share)}" for state, share in shares.items())


def notes(found: Rehearsal) -> list[str]:
    """Say what the numbers are, and what is left after some questions."""
    first = found.steps[0]
    own = percent(found.own_central)
    told = [
        f"{found.worldview} itself comes to {own} for {found.target}, the map to {percent(first.central)}: "
        f"{_logit(first.distance)} apart in log-odds. The reviewer's numbers, and those of all that extend "
        "them, are no part of what is believed beforehand.",
        f"Answers: {found.answers}. Order: {IN_ORDER[found.order]}.",
    ]
    if left := left_text(found):
        told.append(left)
    if found.ends_after is not None:
        told.append(
            f"An interview would have ended after {found.ends_after} questions, as what is left would hardly "
            "matter."
        )
    if found.unasked.before is not None and found.unasked.after is not None:
        told.append(
            f"What nobody asked about ({found.unasked.statements} entries, all things considered) is "
            f"{_logit(found.unasked.after)} off on average, and was {_logit(found.unasked.before)} before."
        )
    told.append(
        "Believed to be: a standard deviation of the log-odds, as the interview predicts it. About one error "
        "in twenty should be beyond two."
    )
    return told


def left_text(found: Rehearsal) -> str:
    """Say what part of the distance is left after some questions; nothing where there was none."""
    first = found.steps[0].distance
    if not first:
        return ""
    parts = [
        f"{part(found.steps[after].distance / first)} after {after}"
        for after in SAID_AFTER
        if after < len(found.steps)
    ]
    return f"Of that distance is left: {', '.join(parts)}." if parts else ""


REHEARSAL_LISTINGS: Listings = {"steps": _list_steps}
