"""The questions of an interview in an order that is fixed before anybody answers, as for a questionnaire.

It is the order in which somebody would be asked whose every answer is what the answers before it imply. Such
answers move nothing. Each leaves less to be learned, most of all about what is near to it.
"""

from cruxmap.engine.executors import Progress
from cruxmap.insight.interview.interview import Interview, Suggestion
from cruxmap.insight.interview.questions import Question, Reply
from cruxmap.language.argument_map import Elicited, Role


def fixed_order(
    interview: Interview, most: int, *, progress: Progress | None = None
) -> tuple[Suggestion, ...]:
    """Return the questions that an interview would go on with, at `most` so many, in their order.

    They are fewer where what is left would hardly matter. What has been replied in the interview already is
    kept. `progress` hears how many are chosen.
    """
    found: list[Suggestion] = []
    while len(found) < most and (best := interview.next()) is not None:
        found.append(best)
        if progress is not None:
            progress("choosing questions", len(found), most)
        interview = interview.after(as_expected(interview, best.question))
    return tuple(found)


def as_expected(interview: Interview, question: Question) -> Reply:
    """Return the reply that says what earlier ones imply, or at first what the map does."""
    judgements = interview.model.map.judgements
    roles = [judgements[address].role for address in question.addresses] or [Role.CREDENCE]
    expected = zip(roles, interview.expected(question), strict=True)
    values = tuple(Elicited(role.scale, number, number) for role, number in expected)
    return Reply(question, "answered", values)
