"""A worldview's file to fill in: every number of the map in a comment, the most important ones first."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from cruxmap.insight.importance import EntryOfOwn, PlaceOfOwn
from cruxmap.insight.sentences import texts_of
from cruxmap.language.argument_map import Argument, ArgumentMap
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_writing import entry, scalar
from cruxmap.present.report.words import basis_words, number_words

WIDTH = 100
"""How long a line of words is at most."""

_HOW_TO = (
    "Take the # away before a number of which you think otherwise, and write yours: `5%`, `2% to 10%`, `3:1`,"
    " `likely`. What stays a comment is as the map has it. The numbers that matter most come first."
)
_IDLE = "What follows moves nothing in the answer as the map has it."


def worldview_template(model: ModelSpec, name: str, entries: Iterable[EntryOfOwn]) -> str:
    """Return the text of a worldview's file that says nothing yet about a model's map.

    Lines of numbers begin with one `#` and lines of words with two: without the first `#` of every line it
    is a worldview that gives the map's own numbers.
    """
    return "\n".join(_lines(model, name, tuple(entries))) + "\n"


def _lines(model: ModelSpec, name: str, entries: tuple[EntryOfOwn, ...]) -> Iterator[str]:
    yield from _words(f"The worldview {name}: its numbers, beside those of the map {model.map.id}.", "")
    yield from _words(_HOW_TO, "")
    yield f"worldview: {name}"
    yield f"text: {scalar('Say in a sentence here what you think.')}"
    voices = [voice.about.id for voice in model.map.voices]
    if voices:
        yield f"# voice: {voices[0]}  # whose it is, if the map names them"
    yield "judgements:"
    before = entries[0].worth if entries else 0.0
    for one in entries:
        yield ""
        if one.worth == 0 < before:
            yield from _words(_IDLE, "  ")
            yield ""
        before = one.worth
        yield from _of_entry(model.map, one)


def _of_entry(argument_map: ArgumentMap, one: EntryOfOwn) -> Iterator[str]:
    about = argument_map.entry[one.id]
    says = basis_words(argument_map, about)[:1] if isinstance(about, Argument) else []
    yield from _words(" ".join([about.about.text, *says]), "  ")
    words = number_words(argument_map, about)
    for place in one.places:
        yield from _number(place, words, texts_of(argument_map, one.id))


def _number(place: PlaceOfOwn, words: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[str]:
    """Yield a number of the map in a comment, with what it says behind it."""
    [first, *others] = place.judgements
    if first.address == place.address:
        line = f"  # {scalar(place.address)}: {scalar(notation_of(first.value))}"
        nobodys = "" if first.elicited else ", which nobody has said yet"
        yield f"{line}  # {_on_one_line(words[first.address])}{nobodys}"
        return
    shares = (first, *others)
    states = {j.address.removeprefix(f"{place.address}."): notation_of(j.value) for j in shares}
    for state in states:
        if state in texts:
            yield from _words(f"{state}: {texts[state]}", "  ")
    if not any(share.elicited for share in shares):
        yield from _words("Nobody has said these yet:", "  ")
    yield from (f"  # {line}" for line in entry(place.address, states, WIDTH))


def _words(text: str, margin: str) -> Iterator[str]:
    start = f"{margin}## "
    yield from textwrap.wrap(
        _on_one_line(text),
        WIDTH,
        initial_indent=start,
        subsequent_indent=start,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
