"""Where somebody writes in a YAML text, also while it does not parse: the keys that lead there.

Only what stands above the cursor counts, by its indentation; on the way, brackets are followed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

type Step = str | int
type Path = tuple[Step, ...]

_KEY = re.compile(r"""([^\s\-:#{}\[\],'"&*!|>%@`][^:#]*?|-[^\s:#][^:#]*?|'[^']*'|"[^"]*"):(?=\s|$)""")
_MOST_LINES = 200
"""How far above the cursor a bracket may stand that is still open."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is being written: it begins at `start`, a column, and is `written` as far as the cursor.

    `path` leads to what it is part of. It may be a key of a mapping there, a value, or either. `present` are
    the keys that this mapping has already.
    """

    path: Path
    start: int
    written: str
    may_be_key: bool
    may_be_value: bool
    present: frozenset[str] = frozenset()
    in_brackets: bool = False


def cursor_at(lines: Sequence[str], line: int, column: int) -> Cursor:
    """Return what is being written at a column, in characters, of a line; both count from 0."""
    line, column = _inside(lines, line, column)
    before = lines[line][:column]
    flow = _in_brackets(lines, line, before)
    if flow is not None:
        return flow
    tokens = list(_tokens(before))
    above = _above(lines, line, tokens[0].column if tokens else _start(before, column))
    steps = (*above, *(token.step for token in tokens))
    rest = tokens[-1].end if tokens else 0
    start = rest + len(before[rest:]) - len(before[rest:].lstrip(" "))
    after_key = bool(tokens) and isinstance(tokens[-1].step, str)
    return Cursor(
        steps,
        start,
        before[start:],
        may_be_key=not after_key,
        may_be_value=True,
        present=frozenset() if after_key else _beside(lines, line, start),
    )


def path_to(lines: Sequence[str], line: int, column: int) -> Path:
    """Return the keys that lead to what stands at a place, with itself where it is a key."""
    line, column = _inside(lines, line, column)
    text = lines[line]
    found = cursor_at(lines, line, column)
    end = re.compile(r"[^\s:,{}\[\]]*").match(text, column)
    after = text[end.end() if end else column :]
    word = text[found.start : end.end() if end else column]
    is_key = found.may_be_key and re.match(r"\s*:(\s|$)", after) is not None
    return (*found.path, word.strip("'\"")) if is_key else found.path


def _inside(lines: Sequence[str], line: int, column: int) -> tuple[int, int]:
    """Return the place in the lines, of which there is one at least, that is nearest to one."""
    return (line, min(column, len(lines[line]))) if line < len(lines) else (len(lines) - 1, len(lines[-1]))


# --- blocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    """A key, or the dash of a list's item (0)."""

    column: int
    end: int
    step: Step


def _tokens(line: str) -> Iterator[_Token]:
    """Yield the dashes and the key with which a line begins."""
    at = len(line) - len(line.lstrip(" "))
    while line.startswith("- ", at) or line[at:] == "-":
        start, at = at, at + 1
        yield _Token(start, at, 0)
        at += len(line[at:]) - len(line[at:].lstrip(" "))
    if found := _KEY.match(line, at):
        yield _Token(at, found.end(), found[1].strip("'\""))


def _start(line: str, column: int) -> int:
    """Return where what is written on a line without a key begins: at the cursor if there is nothing."""
    return len(line) - len(line.lstrip(" ")) if line.strip(" ") else column


def _above(lines: Sequence[str], line: int, column: int) -> Path:
    """Return the keys and items above a line that enclose what begins in a column."""
    found: list[Step] = []
    limit, is_item = column, lines[line][column : column + 1] == "-"
    for number in range(line - 1, -1, -1):
        text = lines[number]
        if limit == 0 and not is_item:
            break
        indentation = len(text) - len(text.lstrip(" "))
        if not text.strip() or text.lstrip().startswith("#") or indentation > limit:
            continue
        for token in reversed(list(_tokens(text))):
            if token.column < limit or (is_item and token.column == limit and isinstance(token.step, str)):
                found.append(token.step)
                limit, is_item = token.column, token.step == 0
    return tuple(reversed(found))


def _beside(lines: Sequence[str], line: int, column: int) -> frozenset[str]:
    """Return the keys of the mapping of which a key begins in a column of a line."""
    found = set[str]()
    for numbers in (range(line - 1, -1, -1), range(line + 1, len(lines))):
        for number in numbers:
            text = lines[number]
            if not text.strip() or text.lstrip().startswith("#"):
                continue
            ends = len(text) - len(text.lstrip(" ")) < column
            if not ends or number < line:  # the first key of an item stands behind its dash
                here = (token.step for token in _tokens(text) if token.column == column)
                found |= {step for step in here if isinstance(step, str)}
            if ends:
                break
    return frozenset(found)


# --- brackets -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A bracket that is open: the key whose value is being written, and where what is written begins."""

    is_mapping: bool
    start: int
    key: str | None = None
    keys: frozenset[str] = frozenset()


def _in_brackets(lines: Sequence[str], line: int, before: str) -> Cursor | None:
    """Return what is being written in brackets, None where none is open."""
    text = before
    for number in range(line, max(-1, line - _MOST_LINES), -1):
        first = before if number == line else lines[number]
        text = first if number == line else f"{first}\n{text}"
        tokens = list(_tokens(first))
        stack = _brackets(text, tokens[-1].end if tokens else 0)
        above = lines[number - 1] if number > 0 else ""
        if stack and (tokens or number == 0):
            base = _above(lines, number, tokens[0].column if tokens else 0)
            return _flow_cursor((*base, *(token.step for token in tokens)), stack, text, before)
        if tokens and not _GOES_ON.search(above):
            return None
    return None


_GOES_ON = re.compile(r"[\[{,]\s*(#.*)?$")
"""How a line ends on which a bracket may be open."""


def _flow_cursor(base: Path, stack: list[_Open], text: str, before: str) -> Cursor:
    path = list(base)
    for bracket in stack[:-1]:
        path.append((bracket.key or "") if bracket.is_mapping else 0)
    last = stack[-1]
    if last.key is not None or not last.is_mapping:
        path.append(last.key if last.key is not None else 0)
    written = text[last.start :].lstrip()
    is_value = last.key is not None or not last.is_mapping
    start = len(before) - len(written.rpartition("\n")[2])
    return Cursor(
        tuple(path), start, written, not is_value, is_value, frozenset(last.keys), in_brackets=True
    )


def _brackets(text: str, at: int) -> list[_Open]:
    """Return the brackets that are open at the end of a text, from a place on."""
    stack: list[_Open] = []
    while at < len(text):
        sign = text[at]
        fresh = stack and not text[stack[-1].start : at].strip()
        if sign in "'\"" and fresh:
            end = text.find(sign, at + 1)
            at = len(text) if end < 0 else end
        elif sign == "#" and text[at - 1 : at] in ("", " ", "\n"):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            if fresh:
                stack[-1].start = at
        elif sign in "{[" and (fresh or not stack):
            if (
                not stack
                and text[:at].rpartition("\n")[2].strip()
                and not re.search(r"(:|-)\s+$", text[:at])
            ):
                return []  # a bracket in a sentence
            stack.append(_Open(sign == "{", at + 1))
        elif sign in "}]" and stack:
            stack.pop()
            if not stack and text[at + 1 :].strip():
                return []
        elif sign == "," and stack:
            last = stack[-1]
            last.start, last.key = at + 1, None
        elif sign == ":" and stack and stack[-1].is_mapping and text[at + 1 : at + 2] in ("", " ", "\n"):
            last = stack[-1]
            if last.key is None:
                last.key = text[last.start : at].strip().strip("'\"")
                last.keys |= {last.key}
                last.start = at + 1
        at += 1
    return stack
