"""What a file holds, as editors list it, and what can be folded away."""

from collections.abc import Iterator, Sequence

from lsprotocol.types import DocumentSymbol, FoldingRange, FoldingRangeKind, Range, SymbolKind

from cruxmap.editing.server.texts import Ruler
from cruxmap.language.for_editors.uses import readable
from cruxmap.language.rewriting.layout import Layout
from cruxmap.language.yaml_text import Entries, Items, Node, Text, value_at

_KINDS = {
    "claims": SymbolKind.Boolean,
    "questions": SymbolKind.Enum,
    "events": SymbolKind.Event,
    "arguments": SymbolKind.Operator,
    "judgements": SymbolKind.Number,
    "sources": SymbolKind.File,
    "voices": SymbolKind.Interface,
    "timelines": SymbolKind.Array,
    "lexicon": SymbolKind.Constant,
    "locators": SymbolKind.Key,
    "routes": SymbolKind.Operator,
}
_SAID = 80
"""Characters of what an entry says that the outline shows."""


def symbols(text: str, ruler: Ruler) -> list[DocumentSymbol]:
    """Return the sections of a file with the entries in them, as far as it can be read."""
    root, file = readable(text, "")
    if not isinstance(root, Entries):
        return []
    layout = Layout(file, root)
    return [_symbol(key, value, layout, ruler, "") for key, value in root.items()]


def _symbol(key: Text, value: Node, layout: Layout, ruler: Ruler, section: str) -> DocumentSymbol:
    """Return a key and what is under it; what is in a section's entries is left out."""
    start, end = key.start, max(layout.end_of_entry(key, value), key.end)
    name = ruler.range(key.span)
    inner = value.items() if isinstance(value, Entries) and not section and str(key) in _KINDS else ()
    kind = _KINDS.get(section or str(key), SymbolKind.Property)
    return DocumentSymbol(
        name=str(key) or "?",
        detail=_said(value) if section or isinstance(value, Text) else None,
        kind=kind if section else SymbolKind.Namespace if inner else SymbolKind.Property,
        range=_range(layout, ruler, start, end),
        selection_range=name,
        children=[_symbol(id_, entry, layout, ruler, str(key)) for id_, entry in inner],
    )


def _said(value: Node) -> str | None:
    said = value_at(value, "text") if isinstance(value, Entries) else value
    if not isinstance(said, Text):
        return None
    words = " ".join(said.split())
    return words if len(words) <= _SAID else f"{words[: _SAID - 3]}..."


def _range(layout: Layout, ruler: Ruler, start: int, end: int) -> Range:
    first, last = layout.file.span(start, start), layout.file.span(end, end)
    return Range(
        ruler.position(first.line - 1, first.column - 1), ruler.position(last.line - 1, last.column - 1)
    )


def folds(text: str, lines: Sequence[str]) -> list[FoldingRange]:
    """Return the stretches of lines that can be folded: whatever is under a key, and runs of comments."""
    root, file = readable(text, "")
    found = list(_comments(lines))
    if isinstance(root, Entries):
        layout = Layout(file, root)
        found += (FoldingRange(first, last) for first, last in _stretches(root, layout))
    return found


def _stretches(node: Node, layout: Layout) -> Iterator[tuple[int, int]]:
    if isinstance(node, Entries):
        for key, value in node.items():
            first = key.span.line - 1
            end = layout.end_of_entry(key, value)
            last = layout.file.span(end, end).line - 1
            if last > first:
                yield first, last
                yield from _stretches(value, layout)
    elif isinstance(node, Items):
        for item in node:
            yield from _stretches(item, layout)


def _comments(lines: Sequence[str]) -> Iterator[FoldingRange]:
    start = None
    for number, line in enumerate((*lines, "")):
        if line.lstrip().startswith("#"):
            start = number if start is None else start
        else:
            if start is not None and number - start > 1:
                yield FoldingRange(start, number - 1, kind=FoldingRangeKind.Comment)
            start = None
