"""What arrived as the texts of a project's files, laid out as everybody lays files out.

In: an `Arrived`. Out: texts by their paths in a project. It is not said whether they are a valid map.
"""

from collections.abc import Iterator, Mapping, Sequence

from cruxmap.errors import InvalidMap
from cruxmap.exchange.formats import Arrived
from cruxmap.language.files import ARGUMENTS, MODELS, SOURCES, WORLDVIEWS
from cruxmap.language.rewriting.formatting import formatted
from cruxmap.language.schema import FileKind
from cruxmap.language.yaml_writing import WIDTH, Plain, block, entry, item, scalar

_SECTIONS = ("timelines", "claims", "questions", "events", "arguments")
MOST_LAID_OUT = 1 << 20
"""Characters of a file that is laid out once more. Only networks are longer; they come as they are to lie."""

_SPREAD = ("map", "sources", "voices", "lexicon", "judgements", "remarks", "routes", "locators")
_ROWS = ("given", "routes", "stated", "read_as", "expect")
"""Keys of lists whose parts stand one below the other, however short they are."""


def texts_of(arrived: Arrived, name: str) -> dict[str, str]:
    """Return a map's file, and those of its worldviews and sources, by path in the project."""
    folder = f"{ARGUMENTS}/{name}"
    whole = {"map": {"title": name}, **arrived.map}
    path = f"{folder}/{name}.yaml"
    files = {path: _laid_out(whole, "map", path)}
    for id_, said in arrived.worldviews.items():
        path = f"{folder}/{WORLDVIEWS}/{id_}.yaml"
        files[path] = _laid_out({"worldview": id_, **said}, "worldview", path)
    for key, said in arrived.sources.items():
        path = f"{folder}/{SOURCES}/{key}.yaml"
        files[path] = _laid_out({"source": key, **said}, "sources", path)
    return files


def model_text(name: str, asked: Mapping[str, Plain]) -> str:
    """Return the file of a model that asks something of the map of the same name."""
    path = f"{MODELS}/{name}.yaml"
    return _laid_out({"model": name, "map": f"../{ARGUMENTS}/{name}", **asked}, "model", path)


def _laid_out(said: Mapping[str, Plain], kind: FileKind, path: str) -> str:
    lines = [line for key, value in said.items() if value for line in _section(key, value)]
    text = "\n".join(lines).rstrip("\n") + "\n"
    if len(text) > MOST_LAID_OUT:
        return text
    try:
        return formatted(text, kind, path)
    except InvalidMap:
        return text  # what is wrong with it is told when it is read, with its place in the foreign file


def _section(key: str, value: Plain) -> Iterator[str]:
    """Yield the lines of one key of a file; entries have blank lines between them."""
    if key in _SECTIONS and isinstance(value, Mapping):
        yield f"{key}:"
        for number, (id_, said) in enumerate(value.items()):
            if number:
                yield ""
            yield f"  {scalar(id_)}:"
            yield from (f"    {line}" for line in _parts(said, WIDTH - 4))
        yield ""
    elif key in _SPREAD and isinstance(value, Mapping):
        yield f"{key}:"
        yield from (f"  {line}" for line in block(value, WIDTH - 2))
    else:
        yield from _part(key, value, WIDTH)


def _parts(said: Plain, width: int) -> Iterator[str]:
    """Yield the lines of an entry."""
    if not isinstance(said, Mapping):
        yield from block(said, width)
        return
    for key, value in said.items():
        yield from _part(key, value, width)


def _part(key: str, value: Plain, width: int) -> Iterator[str]:
    if key in _ROWS and isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{key}:"
        yield from (f"  {line}" for row in value for line in item(row, width - 2))
    else:
        yield from entry(key, value, width)
