"""A questionnaire: questions of an interview in a fixed order, in words, for people without this program.

`form_table` and `form_page` write it; `insight.interview.filled` reads what comes back.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cruxmap.insight.interview.questions import Question
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import Argument, Role, Scale
from cruxmap.language.judgement import format_value
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.phrases import percent, ratio
from cruxmap.present.question_words import words_of

type Numbers = Callable[[Question], Sequence[float]]
"""The map's own numbers for a question, one for each blank."""


@dataclass(frozen=True, slots=True)
class Blank(Answer):
    """A place for one number: an address, or the condition of a statement, and what it is called.

    The `label` is empty where a question has one number, and `number`, the map's, where it is not shown.
    """

    id: str
    label: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Asked(Answer):
    """A question as people read it: the `sentence`, lines about it, what speaks for it and against it.

    `assuming` are clauses of what the model assumes, where the question grants them. `how` says what an
    answer may look like. `scale` is `p` for probabilities, `share` for those of a row, `r` for ratios and `s`
    for strengths.
    """

    number: int
    kind: str
    scale: str
    sentence: str
    assuming: tuple[str, ...]
    about: tuple[str, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    how: str
    blanks: tuple[Blank, ...]
    can_be_rejected: bool = False


@dataclass(frozen=True, slots=True)
class Form(Answer):
    """Questions about one model; `phrases` are those that its map has for numbers, by kind."""

    model: str
    title: str
    asked: tuple[Asked, ...]
    phrases: dict[str, dict[str, str]]
    shows_numbers: bool = False

    @property
    def assuming(self) -> tuple[str, ...]:
        """What any of the questions grants."""
        return tuple(dict.fromkeys(clause for asked in self.asked for clause in asked.assuming))


def form_of(model: ModelSpec, questions: Iterable[Question], shown: Numbers | None = None) -> Form:
    """Return a questionnaire with these questions, with the map's numbers where these are to be `shown`."""
    asked = tuple(_asked(model, question, i, shown) for i, question in enumerate(questions, 1))
    title = model.map.title or model.map.id
    return Form(model.id, title, asked, _phrases(model), shown is not None)


def _asked(model: ModelSpec, question: Question, number: int, shown: Numbers | None) -> Asked:
    words = words_of(model, question)
    scale = _scale(model, question)
    ids = question.addresses or (question.id,)
    labels = words.states if len(ids) > 1 else ("",)
    numbers = [_written(value, scale) for value in shown(question)] if shown else [""] * len(ids)
    return Asked(
        number,
        question.kind,
        scale,
        words.sentence,
        words.assuming,
        words.background,
        words.speaks_for,
        words.speaks_against,
        _how(words.scale, scale, words.examples),
        tuple(Blank(*parts) for parts in zip(ids, labels, numbers, strict=True)),
        isinstance(model.map.entry[question.entry], Argument),
    )


def _how(what: str, scale: str, examples: Iterable[str]) -> str:
    """Say what an answer may look like; without odds, of which spreadsheets make times."""
    what = what.replace("`", '"')
    if scale == "share":
        return what
    return f"{what}, as {', '.join(example for example in examples if ':' not in example)}"


def _scale(model: ModelSpec, question: Question) -> str:
    if question.kind == "stated":
        return "p"
    role = model.map.judgements[question.addresses[0]].role
    return {Role.SHARE: "share", Role.STRENGTH: "s", Role.PACE: "r"}.get(role, "p")


def _written(value: float, scale: str) -> str:
    return ratio(value) if scale in "rs" else percent(value)


def _phrases(model: ModelSpec) -> dict[str, dict[str, str]]:
    """Return what a map's own phrases mean, in numbers."""
    own: dict[str, dict[str, str]] = {str(scale): {} for scale in Scale}
    for phrase, meaning in model.map.lexicon:
        own[str(meaning.scale)][phrase] = format_value(meaning)
    return own
