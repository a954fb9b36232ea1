"""A value put into a YAML text in place: what stays the same stays as it is written, to the byte.

`rewritten` compares what a text says with what it should say, and replaces, takes out or adds only where the
two differ. Comments, blank lines, order, quotes, indentation, brackets and line ends elsewhere do not move.
The result is read again: it says what it should, or nothing is returned.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import compress, pairwise
from typing import Any, TypeGuard

from cruxmap.ground import CannotWrite
from cruxmap.language.rewriting.layout import Layout
from cruxmap.language.rewriting.text_edits import StuckError, TextEdits
from cruxmap.language.schema import LONG_FORM
from cruxmap.language.yaml_text import Entries, Items, Node, Parsed, Text, parse_text
from cruxmap.language.yaml_writing import (
    WIDTH,
    Plain,
    block,
    block_text,
    entry,
    flow,
    item,
    scalar,
    without_places,
)

_SPREAD = {"claims": 2, "questions": 2, "arguments": 2, "routes": 2}
_SPREAD |= {"judgements": 1, "remarks": 1, "stated": 1, "read_as": 1, "asked": 1}
"""How many levels of a section stand one part below the other, however short they are."""

_SAID_EMPTY = frozenset({"asked"})

_OF_NOBODY = frozenset({"elicited", "fitted"})
"""What is said beside numbers that nobody gave as an answer."""

_HEADER = re.compile(r"[|>][-+0-9]*")


def says(one: Plain, other: Plain) -> bool:
    """Whether two values say the same.

    A long form with nothing but its number is that number, and what ends the last line of a text under `|` or
    `>` is no part of it.
    """
    if isinstance(one, str) and isinstance(other, str) and one == other:
        return True
    one, other = _bare(one), _bare(other)
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one.rstrip("\n") == other.rstrip("\n")
    if isinstance(one, Mapping):
        if not isinstance(other, Mapping) or set(map(str, one)) != set(map(str, other)):
            return False
        return all(says(part, other[key]) for key, part in one.items())
    if isinstance(other, Mapping) or len(one) != len(other):
        return False
    return all(map(says, one, other))


def _bare(value: Plain) -> Plain:
    return value["value"] if isinstance(value, Mapping) and value.keys() == {"value"} else value


def is_long(value: Plain) -> TypeGuard[Mapping[str, Plain]]:
    """Whether a value is the long form of a judgement."""
    return isinstance(value, Mapping) and "value" in value and value.keys() <= LONG_FORM


def is_nobodys(value: Plain) -> bool:
    """Whether a judgement, or one that shares are part of, was fitted or given by nobody."""
    if not isinstance(value, Mapping):
        return False
    if not is_long(value):
        shares = [part for part in value.values() if part != "rest"]
        return bool(shares) and all(map(is_nobodys, shares))
    return "fitted" in value or value.get("elicited") == "false" or is_nobodys(value["value"])


def _is_statement(value: Plain) -> TypeGuard[Mapping[str, Plain]]:
    """Whether a value is a credence that somebody states."""
    return isinstance(value, Mapping) and "of" in value and "credence" in value


def is_said(key: str, value: Plain) -> bool:
    """Whether a key of a file says something with its value: `asked` does so by being there as a list."""
    return bool(value) or (key in _SAID_EMPTY and not isinstance(value, str))


def said_by(root: Mapping[Any, Plain]) -> dict[str, Plain]:
    """Return what a file says: its keys that have nothing in them are as good as left out."""
    return {str(key): without_places(value) for key, value in root.items() if is_said(str(key), value)}


def rewritten(parsed: Parsed, value: Mapping[str, Plain], order: Sequence[str] = ()) -> Parsed:
    """Return a text that says `value`, and differs from the one given only where that says something else.

    Keys of the file that are new go where `order` puts them. A number in the long form that changes loses its
    source and note, which do not speak for the new one: a comment keeps them. What a number was fitted to,
    and that nobody gave it, goes without one, as nobody said it.

    The text given has been read without a problem, and so has the one that is returned. Raises CannotWrite
    where it cannot be edited in place.
    """
    root, name, wanted = parsed.root, parsed.file.name, said_by(value)
    if not isinstance(root, Entries):
        raise _cannot_edit(name, "it does not hold a mapping of keys and values")
    if says(said_by(root), wanted):
        return parsed
    try:
        rewriting = _Rewriting(Layout(parsed.file, root), order)
        rewriting.put(root, wanted)
        result = rewriting.edits.applied()
    except StuckError as stuck:
        raise _cannot_edit(name, str(stuck)) from None
    found = parse_text(result, name)
    if found.problems or not isinstance(found.root, Entries) or not says(said_by(found.root), wanted):
        raise _cannot_edit(name, "it would say something else than was meant")
    return found


def _cannot_edit(name: str, why: str) -> CannotWrite:
    hint = "write what changes into the file by hand, or the places around it one below the other"
    return CannotWrite(name, OSError(f"it cannot be edited in place, as {why}"), hint)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands.

    `outer` is on a line over which a comment may stand; `spread` levels in it stand one below the other, and
    `keeps` says that a comment keeps the old value.
    """

    key: Text | None
    flow: bool
    column: int
    label: str
    outer: int
    spread: int = 0
    keeps: bool = False


class _Rewriting:
    """The edits that make a text say something else."""

    def __init__(self, layout: Layout, order: Sequence[str]) -> None:
        self.layout = layout
        self.order = order
        self.edits = TextEdits(layout)

    def put(self, root: Entries, value: Mapping[str, Plain]) -> None:
        """Have the file say a value."""
        self._mapping(root, value, _Place(None, self.layout.is_flow(root), -1, "", 0))

    # --- one value ------------------------------------------------------------------------------

    def _amend(self, node: Node, new: Plain, place: _Place) -> None:
        if says(node, new):
            return
        if isinstance(node, Text) and isinstance(new, str):
            self._scalar(node, new, place)
        elif isinstance(node, Entries) and bool(is_long(node)):
            self._long(node, new, place)
        elif isinstance(node, Entries) and bool(_is_statement(node)) and _is_statement(new):
            self._long(node, new, place, "credence")
        elif isinstance(node, Entries) and isinstance(new, Mapping) and new.keys() & set(map(str, node)):
            self._mapping(node, new, place)
        elif isinstance(node, Items) and not isinstance(new, str | Mapping) and new and node:
            self._list(node, new, place)
        else:
            self._whole(node, new, place)

    def _scalar(self, node: Text, new: str, place: _Place) -> None:
        """Put a text in the place of another, in the same style where that can be."""
        style, end = self.layout.style(node), self.layout.end(node)
        over_lines = self.layout.spans_lines(node.start, end)
        if style in ("|", ">"):
            written = self._under(node, new, place)
        else:
            written = scalar(new, style, place.flow)
            ends_line = self.layout.code_end(end) == end == self.layout.line_end(end)
            if over_lines and ends_line and not place.flow and not place.keeps:
                lines = block_text(new, ">", "", " " * (place.column + 2), WIDTH)
                written = written if lines is None else self.layout.newline.join(lines)
        self.edits.replace(node.start, end, self._spaced(node, written))
        if place.keeps:
            self._keep(node.start, end, place)

    def _under(self, node: Text, new: str, place: _Place) -> str:
        """Write a text that stands in the place of one under `|` or `>`."""
        header = self.layout.block_header(node)
        found = _HEADER.match(header)
        rest = header[found.end() if found else 1 :]
        lines = [line for _, line in self.layout.lines(node.start, self.layout.end(node))][1:]
        first = next((line for line in lines if line.strip()), " " * (place.column + 2))
        indentation = first[: len(first) - len(first.lstrip(" "))]
        width = max([80, *map(len, lines)])
        for sign in (header[0], "|") if not place.keeps else ():
            written = block_text(new, sign, rest, indentation, width)
            if written is not None:
                return self.layout.newline.join(written)
        return scalar(new) + rest

    def _spaced(self, node: Node, written: str) -> str:
        """Return what is written in a place with the space that it needs where nothing stood."""
        before = self.layout.text[node.start - 1 : node.start]
        return f" {written}" if node == "" and node.start == node.end and before in (":", "-") else written

    def _long(self, node: Entries, new: Plain, place: _Place, at: str = "value") -> None:
        """Change a number with what stands beside it: what was said for the old one goes into a comment."""
        parts = new if is_long(new) or (at != "value" and isinstance(new, Mapping)) else {at: new}
        beside = {key: part for key, part in parts.items() if key != at}
        value = parts[at]
        old = node[node.key(at)]
        kept = {str(key) for key in node if key in beside and says(node[key], beside[key])}
        dropped = [key for key in node if key != at and key not in kept]
        inner = self._inside(node, node.key(at), place)
        if says(old, value) or (dropped and _OF_NOBODY.issuperset(map(str, dropped))):
            if len(node) == 1 + len(dropped) and not beside and self._is_one_piece(node):
                self._whole(node, value, place)
            else:
                self._mapping(node, {at: value, **beside}, place)
        elif beside.keys() - kept:
            self._whole(node, new, replace(place, keeps=True))
        elif not dropped:
            self._amend(old, value, inner)
        elif not self.layout.is_flow(node):
            self._amend(old, value, replace(inner, keeps=True))
            for key in dropped:
                self.edits.comment_out(key.start, self.layout.end_of_entry(key, node[key]))
        else:
            if kept:
                self._amend(old, value, inner)
                self._take_out_of_brackets(node, set(map(str, dropped)))
            else:
                style = self.layout.style(old) if isinstance(old, Text) else ""
                written = scalar(value, style, place.flow) if isinstance(value, str) else flow(value)
                self.edits.replace(node.start, self.layout.end(node), written)
            self._keep(node.start, self.layout.end(node), place)

    def _is_one_piece(self, node: Entries) -> bool:
        """Whether a mapping stands in brackets, without comments among its parts."""
        end = self.layout.end(node)
        return self.layout.is_flow(node) and not any(self.layout.comments(node.start, end))

    def _whole(self, node: Node, new: Plain, place: _Place) -> None:
        """Write a value anew in the place of one of another kind."""
        written = scalar(new, flow=place.flow) if isinstance(new, str) else flow(new)
        end, layout = self.layout.end(node), self.layout
        is_bare = isinstance(node, Text) and node == "" and node.plain and not place.flow
        if is_bare and place.spread and place.key is not None and not isinstance(new, str):
            lines = block(new, WIDTH - place.column - 2, place.spread - 1)
            self.edits.insert_lines(layout.below(end, place.column), lines, place.column + 2)
            return
        if isinstance(node, Text) and layout.style(node) in ("|", ">"):
            header = layout.block_header(node)
            self.edits.replace(node.start, end, written + _HEADER.sub("", header, count=1))
        elif isinstance(node, Text) or layout.is_flow(node) or place.key is None:
            self.edits.replace(node.start, end, self._spaced(node, written))
            if place.keeps:
                self._keep(node.start, end, place)
        elif place.flow or not layout.is_first(node.start):
            raise StuckError("a mapping stands in brackets that has none of its own")
        else:
            colon = layout.after_colon(place.key)
            self.edits.replace(colon, colon, f" {written}")
            if place.keeps:
                self.edits.comment_out(node.start, end)
            else:
                self.edits.replace(layout.line_start(node.start), layout.next_line(end), "")

    # --- mappings -------------------------------------------------------------------------------

    def _inside(self, node: Entries, key: Text, place: _Place) -> _Place:
        """Return the place of a value of a mapping."""
        in_flow = place.flow or self.layout.is_flow(node)
        top = place.column < 0 and place.key is None
        label = "" if top else f"{place.label}.{key}".strip(".")
        outer = place.outer if in_flow else key.start
        spread = _SPREAD.get(str(key), 0) if top else max(0, place.spread - 1)
        return _Place(key, in_flow, self.layout.column(key.start), label, outer, spread)

    def _mapping(self, node: Entries, new: Mapping[str, Plain], place: _Place) -> None:
        in_flow = self.layout.is_flow(node)
        is_top = place.column < 0 and place.key is None
        gone = [key for key in node if key not in new and (node[key] or not is_top)]
        added = {key: value for key, value in new.items() if key not in node}
        if place.flow and not in_flow and (gone or added):
            raise StuckError("a mapping stands in brackets that has none of its own")
        for key, part in node.items():
            if key in new:
                inner = self._inside(node, key, place)
                self._amend(part, new[key], replace(inner, keeps=place.keeps and not in_flow))
        if in_flow:
            self._take_out_of_brackets(node, set(map(str, gone)))
            parts = [f"{scalar(key, flow=True)}: {flow(value)}" for key, value in added.items()]
            self._add_in_brackets(node, parts, set(map(str, gone)))
            if place.keeps:
                self._keep(node.start, self.layout.end(node), place)
            return
        for key in gone:
            self._take_out(node, key, is_top)
        if is_top:
            self._add_sections(node, added)
        elif added:
            self._add(node, added, place)

    def _take_out(self, node: Entries, key: Text, is_section: bool) -> None:
        """Take an entry out, with the comments that are indented deeper than it."""
        layout, value, column = self.layout, node[key], self.layout.column(key.start)
        end = layout.end_of_entry(key, value)
        after, under = (layout.below(end, column, over_gaps=gaps) for gaps in (False, True))
        is_block = not isinstance(value, Text) and not layout.is_flow(value)
        if is_section and is_block and any(map(layout.is_first, layout.comments(key.end, under))):
            if isinstance(value, Entries):
                for inner in value:
                    self._take_out(value, inner, False)
            elif isinstance(value, Items):
                self._take_out_items(value, range(len(value)))
            return
        if layout.is_first(key.start):
            self.edits.replace(layout.line_start(key.start), after, "")
            return
        keys = list(node)
        following = keys[keys.index(key) + 1 :]
        if not following:
            raise StuckError(f"`{key}` shares its line with others")
        self.edits.replace(key.start, following[0].start, "")

    def _add(self, node: Entries, added: Mapping[str, Plain], place: _Place) -> None:
        """Add entries below the others of a mapping."""
        layout, keys = self.layout, list(node)
        column = layout.column(keys[0].start)
        width, last = WIDTH - column, keys[-1]
        between = [layout.text[layout.end(node[a]) : b.start] for a, b in pairwise(keys)]
        is_airy = bool(between) and all(re.search(r"\n[ \t]*\r?\n", gap) for gap in between)
        lines: list[str] = []
        for key, value in added.items():
            lines += [""] * is_airy + entry(key, value, width, max(0, place.spread - 1))
        self.edits.insert_lines(
            layout.below(layout.end_of_entry(last, node[last]), column - 1), lines, column
        )

    def _add_sections(self, root: Entries, added: Mapping[str, Plain]) -> None:
        """Add keys to the file, each behind those that come before it in the language's order."""
        layout = self.layout
        rank = {key: place for place, key in enumerate(self.order)}
        column = layout.column(next(iter(root)).start) if root else 0
        for key, value in sorted(added.items(), key=lambda pair: rank.get(pair[0], len(rank))):
            lines = entry(key, value, WIDTH - column, _SPREAD.get(key, 0))
            mine = rank.get(key, len(rank))
            earlier = [other for other in root if rank.get(str(other), len(rank)) <= mine]
            before = max(earlier, key=lambda other: rank.get(str(other), len(rank)), default=None)
            if before is not None:
                end = layout.end_of_entry(before, root[before])
                above = layout.text[: layout.line_start(before.start)]
                is_airy = re.search(r"(?:\n|\r)[ \t]*(?:\r\n|\n|\r)\Z", above) is not None
                after = layout.below(end, column, over_gaps=True)
                self.edits.insert_lines(after, [""] * is_airy + lines, column)
            elif root:
                first = next(iter(root)).start
                if not layout.is_first(first):
                    raise StuckError("its first key shares its line with others")
                self.edits.insert_lines(layout.line_start(first), lines, column)
            else:
                self.edits.insert_lines(len(layout.text), lines, 0)

    # --- brackets -------------------------------------------------------------------------------

    def _parts(self, node: Items | Entries) -> list[tuple[int, int]]:
        """Return where each part of a list or a mapping starts and ends."""
        if isinstance(node, Items):
            return [(part.start, self.layout.end(part)) for part in node]
        return [(key.start, self.layout.end_of_entry(key, value)) for key, value in node.items()]

    def _take_out_of_brackets(self, node: Items | Entries, gone: set[str] | set[int]) -> None:
        """Take parts out, each with its comma, and with its line if it stands alone on it."""
        layout, text = self.layout, self.layout.text
        parts, names = self._parts(node), self._names(node)
        close = layout.end(node) - 1
        left = [number for number, name in enumerate(names) if name in gone]
        if len(left) == len(parts) and left:
            inside = text[node.start + 1 : close]
            if any(layout.comments(node.start + 1, close)) or not inside:
                raise StuckError("comments stand among what is taken away")
            self.edits.replace(node.start + 1, close, "")
            return
        runs: list[list[int]] = []
        for number in left:
            start, end = parts[number]
            after = layout.code_end(end)
            alone = layout.is_first(start) and not text[end:after].strip(" \t,") and after <= close
            opens, ends = layout.line_start(node.start), layout.line_start(close)
            if alone and opens < layout.line_start(start) and layout.line_start(end) < ends:
                self.edits.replace(layout.line_start(start), layout.next_line(end), "")
                continue
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        for first, last in ((run[0], run[-1]) for run in runs):
            if last + 1 < len(parts):
                stop = parts[last + 1][0]
                if any(layout.comments(parts[last][1], stop)):
                    stop = text.index(",", parts[last][1]) + 1
                self.edits.replace(parts[first][0], stop, "")
            else:
                gap = (parts[first - 1][1], parts[first][0])
                start = gap[1] if any(layout.comments(*gap)) else gap[0]
                self.edits.replace(start, parts[last][1], "")

    @staticmethod
    def _names(node: Items | Entries) -> list[Any]:
        return list(range(len(node))) if isinstance(node, Items) else [str(key) for key in node]

    def _add_in_brackets(
        self, node: Items | Entries, parts: Sequence[str], gone: set[str] | set[int]
    ) -> None:
        """Add parts behind the last one that stays: on lines of their own, where that one is on its own."""
        if not parts:
            return
        layout, text = self.layout, self.layout.text
        stay = list(compress(self._parts(node), (name not in gone for name in self._names(node))))
        close = layout.end(node) - 1
        if not stay:
            self.edits.replace(node.start + 1, node.start + 1, ", ".join(parts))
            return
        start, end = stay[-1]
        comma = re.compile(r"[ \t]*,").match(text, end)
        behind = comma.end() if comma else end
        own_line = layout.is_first(start) and layout.line_start(start) > layout.line_start(node.start)
        if (
            own_line
            and layout.line_start(close) > layout.line_start(end)
            and not layout.in_scalar(layout.line_end(end))
        ):
            if not comma:
                self.edits.replace(end, end, ",")
            lines = [f"{part}," for part in parts]
            if not comma:
                lines[-1] = lines[-1][:-1]
            self.edits.insert_lines(layout.next_line(behind), lines, layout.column(start))
        else:
            self.edits.replace(end, end, "".join(f", {part}" for part in parts))

    # --- lists ----------------------------------------------------------------------------------

    def _list(self, node: Items, new: Sequence[Plain], place: _Place) -> None:
        in_flow = self.layout.is_flow(node)
        pairs, gone, put_in = _matched(node, new, apart=not in_flow)
        for old, part in pairs:
            child = node[old]
            outer = place.outer if in_flow or place.flow else child.start
            label = place.label if isinstance(child, Text) else f"{place.label}.{old + 1}"
            column = self.layout.column(child.start) - (0 if in_flow else 2)
            inner = _Place(None, in_flow or place.flow, max(0, column), label.strip("."), outer)
            self._amend(child, part, inner)
        if in_flow:
            self._take_out_of_brackets(node, set(gone))
            for at, parts in put_in.items():
                written = [flow(part) for part in parts]
                if at == len(node):
                    self._add_in_brackets(node, written, set(gone))
                else:
                    self.edits.replace(
                        node[at].start, node[at].start, "".join(f"{part}, " for part in written)
                    )
            return
        self._take_out_items(node, gone)
        column = self.layout.column(node.start)
        for at, parts in put_in.items():
            lines = [line for part in parts for line in item(part, WIDTH - column)]
            if at == 0:
                self.edits.insert_lines(self.layout.line_start(self._dash(node, at)), lines, column)
            else:  # above the comments of what follows
                end = self.layout.end(node[at - 1])
                self.edits.insert_lines(self.layout.below(end, column), lines, column)

    def _dash(self, node: Items, number: int) -> int:
        """Return where the dash of an item is."""
        dash = self.layout.dash(node, number)
        if dash is None:
            raise StuckError("several lists begin on one line")
        return dash

    def _take_out_items(self, node: Items, gone: Iterable[int]) -> None:
        column = self.layout.column(node.start)
        for number in gone:
            start = self.layout.line_start(self._dash(node, number))
            self.edits.replace(start, self.layout.below(self.layout.end(node[number]), column), "")

    # --- comments ------------------------------------------------------------------------------

    def _keep(self, start: int, end: int, place: _Place) -> None:
        """Keep what stood in a place in a comment behind it."""
        layout = self.layout
        label = f"{place.label} was" if place.flow else "was"
        lines = [line.strip() for line in re.split("\r\n|[\r\n]", layout.text[start:end])]
        inside = layout.in_scalar(layout.line_end(end))
        if inside:  # the line goes on with a text that does not end on it
            at = layout.line_start(place.outer)
            column = layout.column(place.outer)
            self.edits.insert_lines(
                at, [f"# {label} {lines[0]}", *(f"#   {line}" for line in lines[1:])], column
            )
        elif any(layout.comments(start, end)):
            lines = [f"# {label} {lines[0]}", *(f"#   {line}" for line in lines[1:])]
            self.edits.insert_lines(layout.next_line(end), lines, place.column + 2)
        else:
            self.edits.comment_behind(end, f"{label} {' '.join(filter(None, lines))}")


def _matched(
    node: Items, new: Sequence[Plain], *, apart: bool
) -> tuple[list[tuple[int, Plain]], list[int], dict[int, list[Plain]]]:
    """Return items with what they become, those that go, and what comes before which.

    Statements of different things are kept `apart`: none becomes one of another, with its comments.
    """
    before, after = [_name_of(part) for part in node], [_name_of(part) for part in new]
    pairs: list[tuple[int, Plain]] = []
    gone: list[int] = []
    put_in: dict[int, list[Plain]] = {}
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes
    whole = [("replace", 0, len(before), 0, len(after))]  # comparing takes the square of the time
    for _, start, end, new_start, new_end in steps() if max(len(before), len(after)) <= 500 else whole:
        common = min(end - start, new_end - new_start)
        if apart and before[start:end] != after[new_start:new_end]:
            common = 0 if any(name.startswith("of ") for name in before[start:end]) else common
        pairs += [(start + k, new[new_start + k]) for k in range(common)]
        gone += range(start + common, end)
        if new_start + common < new_end:
            put_in[end] = list(new[new_start + common : new_end])
    return pairs, gone, put_in


def _name_of(value: Plain) -> str:
    """Return what tells an item of a list from others: its id if it has one, or what a credence is of."""
    if isinstance(value, Mapping) and isinstance(value.get("id"), str):
        return f"id {value['id']}"
    if _is_statement(value):
        assuming = value.get("assuming") or []
        listed = [assuming] if isinstance(assuming, str | Mapping) else assuming
        return "of " + json.dumps(without_places([value["of"], listed]), sort_keys=True)
    return json.dumps(without_places(value), sort_keys=True)
