"""The formats that maps come from and go to, and what passes between their modules and the rest.

A reader makes an `Arrived` of bytes, and a writer a `Sent` of a model. Each is named as
`module:function`, so that a format's module is loaded by who needs it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from cruxmap.errors import Span
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_writing import Plain


class Lost(NamedTuple):
    """What the other side cannot say, why, and where it was: an id, or a place in the file."""

    what: str
    why: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A foreign file as map files would say it: texts in lists and mappings, numbers in the language's
    notation.

    `map` has the keys of a map's file and `worldviews` those of their files, by id. `model` has `target`
    and whatever else a model may have but its name and its map; None, or without a target, where the file
    asks nothing.
    `places` tells where in the foreign file an entry comes from, by id, for problems that only the whole
    map shows. `sources` has the files of locators, by the key of the source.
    """

    map: Mapping[str, Plain]
    worldviews: Mapping[str, Mapping[str, Plain]] = field(default_factory=dict)
    model: Mapping[str, Plain] | None = None
    lost: tuple[Lost, ...] = ()
    sources: Mapping[str, Mapping[str, Plain]] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A model as a foreign file, and what of it that file cannot say."""

    data: bytes
    lost: tuple[Lost, ...] = ()


type Reader = Callable[[bytes, str], Arrived]
"""Reads what is in a file of a name. Raises InvalidMap with problems that have their places in it."""

type Writer = Callable[[ModelSpec, str], Sent]
"""Writes a model as a worldview has it. Raises InvalidMap where the format can say nothing of it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format: its name on command lines, and the ends of its files' names.

    `reads` and `writes` name functions as `module:function`, modules of this package. `marks` is a pattern
    that is found in files of this format, and in none of another that shares a suffix.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: str
    writes: str
    marks: str

    @property
    def reader(self) -> Reader:
        """The function that reads it."""
        found: Reader = _function(self.reads)
        return found

    @property
    def writer(self) -> Writer:
        """The function that writes it."""
        found: Writer = _function(self.writes)
        return found


def _function(named: str) -> Any:
    module, _, function = named.partition(":")
    return getattr(import_module(f"cruxmap.exchange.{module}"), function)


_ALL = (
    Format(
        name="sacm",
        suffixes=(".sacm", ".xmi", ".xml"),
        reads="sacm.reading:read_sacm",
        writes="sacm.writing:write_sacm",
        marks=r"<(?:\w+:)?(?:AssuranceCasePackage|ArgumentPackage|Module)\b",
    ),
    Format(
        name="csv",
        suffixes=(".csv", ".tsv"),
        reads="tables.reading:read_csv",
        writes="tables.writing:write_csv",
        marks=r"""\A\ufeff?[^\n<{]*\b(?:text|address)"?[ ]*(?:[,;\t|\r]|\Z|\n)""",
    ),
    Format(
        name="aif",
        suffixes=(".json", ".aif"),
        reads="json_graphs.aif:read_aif",
        writes="json_graphs.aif:write_aif",
        marks=r'"nodeID"\s*:|"from"\s*:\s*\{',
    ),
    Format(
        name="argdown",
        suffixes=(".argdown", ".ad", ".adown"),
        reads="argdown.reading:read_argdown",
        writes="argdown.writing:write_argdown",
        marks=r"^\s*(?:\[[^\]\n]+\]|<[^>\n]+>):|^\s*\(\d+\) |^===",
    ),
    Format(
        name="node-link",
        suffixes=(".json",),
        reads="json_graphs.node_link:read_node_link",
        writes="json_graphs.node_link:write_node_link",
        marks=r'"(?:directed|multigraph)"\s*:',
    ),
    Format(
        name="bif",
        suffixes=(".bif",),
        reads="networks.bif:read_bif",
        writes="networks.bif:write_bif",
        marks=r"\bvariable\s[^{]*\{",
    ),
    Format(
        name="xmlbif",
        suffixes=(".xmlbif", ".bifxml", ".xml"),
        reads="networks.xmlbif:read_xmlbif",
        writes="networks.xmlbif:write_xmlbif",
        marks=r"<BIF\b",
    ),
    Format(
        name="xdsl",
        suffixes=(".xdsl",),
        reads="networks.xdsl:read_xdsl",
        writes="networks.xdsl:write_xdsl",
        marks=r"<smile\b",
    ),
)

FORMATS: Mapping[str, Format] = {format_.name: format_ for format_ in _ALL}
"""All formats by name, in the order in which they are listed."""
