"""The interview that a page can hold: what it needs to ask the same questions, and these in words.

What an entry says stands in the page already, so the words of questions name it instead: `{{id}}` is what it
says on one line, and `{{"id}}` the same as it is quoted within a sentence.
"""

import re
from typing import Any

from cruxmap.insight.interview.travelling import interview_data, interview_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.question_words import words_of

type Plain = dict[str, Any]

SAID = frozenset({"ask", "given", "assuming", "background", "speaks_for", "speaks_against"})
"""The parts of a question's words that quote entries."""

ELSEWHERE = frozenset({"id", "kind", "sentence"})
"""The parts that the page knows by the question itself."""

_QUOTED = re.compile(r'"([^"]*)"')


def interview_of_page(model: ModelSpec) -> Plain | None:
    """Return the interview about a model as plain data; `None` where none can be held."""
    interview = interview_of(model)
    if interview is None:
        return None
    listed, names = interview.ground.catalogue, _Names(model.map)
    words: dict[str, Plain] = {"judgement": {}, "stated": {}}
    for question in (*listed.judgements, *listed.stated):
        told = words_of(model, question).to_json()
        words[question.kind][question.id] = {
            part: names.instead_of(value) if part in SAID else value
            for part, value in told.items()
            if part not in ELSEWHERE and value not in ([], "")
        }
    return {**interview_data(interview), "words": words}


class _Names:
    """What entries say, by which they are named instead."""

    def __init__(self, argument_map: ArgumentMap) -> None:
        texts = {name: " ".join(entry.about.text.split()) for name, entry in argument_map.entry.items()}
        self.plain = {text: name for name, text in texts.items() if text}
        self.quoted = {text.removesuffix(".").replace('"', "'"): name for text, name in self.plain.items()}

    def instead_of(self, value: str | list[str]) -> str | list[str]:
        """Return a text, or several, with entries named instead of quoted."""
        if isinstance(value, list):
            return [self._named(text) for text in value]
        return self._named(value)

    def _named(self, text: str) -> str:
        if text in self.plain:
            return f"{{{{{self.plain[text]}}}}}"
        return _QUOTED.sub(self._marked, text)

    def _marked(self, found: re.Match[str]) -> str:
        name = self.quoted.get(found[1])
        return found[0] if name is None else f'{{{{"{name}}}}}'
