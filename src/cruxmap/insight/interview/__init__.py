"""An interview: from a few questions to a worldview.

`begin` one of a model, or `resume` one where a worldview's file stands; then ask what is `next`, and go on
`after` the reply. See `interview` for how a question is chosen, and `prior` for what is believed before any.
"""

from cruxmap.insight.interview.interview import (
    Clash,
    Interview,
    Kinds,
    Order,
    Suggestion,
    begin,
    resume,
)
from cruxmap.insight.interview.prior import Prior
from cruxmap.insight.interview.questions import Question, Reply, question_of, statement
from cruxmap.insight.interview.rehearsal import Rehearsal, rehearse, rehearse_with

__all__ = [
    "Clash",
    "Interview",
    "Kinds",
    "Order",
    "Prior",
    "Question",
    "Rehearsal",
    "Reply",
    "Suggestion",
    "begin",
    "question_of",
    "rehearse",
    "rehearse_with",
    "resume",
    "statement",
]
