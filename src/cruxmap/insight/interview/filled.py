"""A questionnaire that somebody has filled in, as replies.

In: the rows of its table, and the map. Out: one `Reply` for each question that has an answer, in the order of
the rows; what was left empty was not asked. All problems come at once, each with its row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cruxmap.errors import Code, InvalidMap
from cruxmap.insight.interview.questions import Kind, Question, Reply, What, question_of
from cruxmap.language.argument_map import Argument, ArgumentMap, Elicited, Role
from cruxmap.language.checks import sum_trouble
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import left_by
from cruxmap.language.judgement import Lexicon, UnreadableError, format_value, with_phrases
from cruxmap.language.loose_notation import REJECTS, SKIPS, parse_loosely
from cruxmap.language.names import did_you_mean
from cruxmap.language.spreadsheet import Line, read_table
from cruxmap.language.yaml_text import Text

NEEDED = ("id", "kind", "answer")
READ = (*NEEDED, "low", "high")
"""The columns that are read; those that are `NEEDED` must be there."""

KINDS: tuple[Kind, ...] = ("judgement", "stated")
REST = "rest"
_IN_ANSWER = ("answer", "low", "high")


def replies_in(path: Path, argument_map: ArgumentMap) -> tuple[Reply, ...]:
    """Return what a filled questionnaire says. Raises InvalidMap with all that is wrong with it."""
    return replies_of(read_table(path, NEEDED, READ), argument_map)


def replies_of(lines: Iterable[Line], argument_map: ArgumentMap) -> tuple[Reply, ...]:
    """Return what the rows of a questionnaire say, as `replies_in` does."""
    reading = _Reading(argument_map)
    groups = [*reading.groups(lines)]
    found = [(group, reply) for group in groups if (reply := reading.reply(group)) is not None]
    reading.tell_judged_but_rejected(found)
    reading.findings.raise_if_any()
    return tuple(reply for _, reply in found)


def is_filled(path: Path) -> bool:
    """Tell whether anything is answered in a questionnaire. Raises InvalidMap for what is none."""
    return any(map(_is_answered, read_table(path, NEEDED, READ)))


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one question by what they answer: an address, or the question as a whole."""

    question: Question
    lines: dict[str, Line]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says; `value` is None for what has no number, and for `rest`."""

    line: Line
    what: What
    value: Elicited | None = None


class _Reading:
    """The state of one reading."""

    def __init__(self, argument_map: ArgumentMap) -> None:
        self.map = argument_map
        self.lexicon: Lexicon = with_phrases(dict(argument_map.lexicon))
        self.findings = Findings()

    # --- which question a row answers ------------------------------------------------------------

    def groups(self, lines: Iterable[Line]) -> Iterable[_Group]:
        """Return the questions of all rows that answer something, and of those beside them."""
        groups: dict[tuple[str, str], _Group] = {}
        for line in lines:
            if not (line.cells["id"] or _is_answered(line)):
                continue
            question = self._question(line)
            if question is None:
                continue
            group = groups.setdefault((question.kind, question.id), _Group(question, {}))
            name = question.id if question.kind == "stated" else str(line.cells["id"])
            before = group.lines.get(name)
            if before is None or not _is_answered(before):
                group.lines[name] = line
            elif _is_answered(line):
                message = f"`{name}` is answered in row {before.number} already"
                self._tell(line, Code.REPEATED, message, line.cells["id"], "keep one of the rows")
        return groups.values()

    def _question(self, line: Line) -> Question | None:
        """Return the question that a row answers; None after a problem, or where it answers nothing."""
        id_, kind = line.cells["id"], str(line.cells["kind"]).lower()
        for known in KINDS:
            if known == kind:
                found = self._known(known, str(id_))
                if found is not None:
                    return found
                break
        else:
            message = f"`{kind}` is no kind of question" if kind else "the kind of question is missing"
            hint = f"it is {' or '.join(f'`{one}`' for one in KINDS)}, as the questionnaire had it"
            self._tell(line, Code.UNREADABLE_FORM, message, line.cells["kind"] or id_, hint)
            return None
        if id_:
            hint = did_you_mean(id_, self.map.judgements) or "if the map has changed, ask anew"
            self._tell(line, Code.UNKNOWN_ADDRESS, f"nothing can be asked about `{id_}`", id_, hint)
        else:
            hint = "write what the questionnaire had in the column `id`"
            self._tell(line, Code.UNREADABLE_FORM, "the row does not say what it answers", id_, hint)
        return None

    def _known(self, kind: Kind, id_: str) -> Question | None:
        if not id_:
            return None
        try:
            question = question_of(self.map, kind, id_)
        except (KeyError, InvalidMap):
            return None
        numbers = (self.map.judgements[address] for address in question.addresses)
        return question if all(number.overridable for number in numbers) else None

    # --- what is replied ----------------------------------------------------------------------------

    def reply(self, group: _Group) -> Reply | None:
        """Return the reply to a question; None where it has none, and after a problem."""
        answered = {name: line for name, line in group.lines.items() if _is_answered(line)}
        said = {name: self._said(line, group.question, name) for name, line in answered.items()}
        found = [one for one in said.values() if one is not None]
        if not answered or len(found) < len(said):
            return None
        kinds = {one.what for one in found}
        if kinds == {"answered"}:
            return self._answered(group, {one: said[one] for one in said})
        if len(kinds) == 1:
            return Reply(group.question, found[0].what)
        other = next(one for one in found if one.what != "answered")
        message, hint = "another row of this question is answered otherwise", "answer all rows or none"
        self._tell(other.line, Code.UNCLEAR_ANSWER, message, _place(other.line), hint)
        return None

    def tell_judged_but_rejected(self, found: Iterable[tuple[_Group, Reply]]) -> None:
        """Add a problem for each number of an argument that is rejected in another row."""
        found = [*found]
        rejected = {
            reply.question.entry: _first(group).number
            for group, reply in found
            if reply.what == "rejected"
        }
        for group, reply in found:
            row = rejected.get(reply.question.entry) if reply.what == "answered" else None
            if row is not None:
                line, hint = _first(group), "judge the argument or reject it"
                message = f"`{reply.question.entry}` is rejected in row {row}"
                self._tell(line, Code.UNCLEAR_ANSWER, message, _place(line), hint)

    def _answered(self, group: _Group, said: Mapping[str, _Said | None]) -> Reply | None:
        question = group.question
        if len(question.addresses) < 2:
            values = [one.value for one in said.values() if one is not None]
            return Reply(question, "answered", tuple(value for value in values if value is not None))
        first = next(iter(group.lines.values()))
        missing = [address for address in question.addresses if address not in said]
        if missing:
            line = group.lines.get(missing[0], first)
            message, hint = f"`{missing[0]}` has no share", "give every state a share; one may be `rest`"
            self._tell(line, Code.MISSING_SHARE, message, line.cells["answer"], hint)
            return None
        ordered = [one for address in question.addresses if (one := said[address]) is not None]
        rests = [one for one in ordered if one.value is None]
        if len(rests) > 1:
            message, hint = "another share is `rest` already", "give this one a number"
            self._tell(rests[1].line, Code.MISPLACED_REST, message, _place(rests[1].line), hint)
            return None
        given = [one.value for one in ordered]
        if trouble := sum_trouble(given):
            line, hint = ordered[0].line, "shares sum to 100%; one of them may be `rest`"
            self._tell(line, Code.SHARES_SUM, f"{trouble} in `{question.id}`", _place(line), hint)
            return None
        return Reply(question, "answered", tuple(_with_rest(given)))

    # --- what one row says -----------------------------------------------------------------------

    def _said(self, line: Line, question: Question, name: str) -> _Said | None:
        """Return what one row says; None after a problem."""
        try:
            return self._read(line, question, name)
        except UnreadableError as error:
            column = next(column for column in _IN_ANSWER if line.cells.get(column))
            message = f"row {line.number}, {column}: {error.message}"
            self.findings.add(error.code, message, line.cells[column], error.hint)
            return None

    def _read(self, line: Line, question: Question, name: str) -> _Said:
        answer, low, high = (str(line.cells.get(column, "")) for column in _IN_ANSWER)
        word = answer.casefold().replace("\u2019", "'").strip(" .!")
        if not (low or high):
            if word in SKIPS:
                return _Said(line, "skipped")
            if word in REJECTS:
                if isinstance(self.map.entry[question.entry], Argument):
                    return _Said(line, "rejected")
                hint = "give a number, such as `under 1%`"
                raise UnreadableError(Code.UNCLEAR_ANSWER, "only an argument can be rejected", hint)
        elif answer:
            hint = "leave `answer` empty, or `low` and `high`"
            raise UnreadableError(Code.UNCLEAR_ANSWER, "there are an answer and a range", hint)
        if question.kind == "judgement" and name not in question.addresses:
            hint = f"a row for each: {', '.join(f'`{address}`' for address in question.addresses)}"
            raise UnreadableError(Code.UNCLEAR_ANSWER, f"`{name}` has several shares", hint)
        if word == REST and len(question.addresses) > 1:
            return _Said(line, "answered")
        role = Role.CREDENCE if question.kind == "stated" else self.map.judgements[name].role
        value = self._range(low, high, role) if low or high else parse_loosely(answer, role, self.lexicon)
        if question.kind == "stated" and value.is_certain:
            message = f"`{value.text}`, all things considered, cannot be compared with anything"
            raise UnreadableError(Code.CERTAIN_STATED, message, "as in `over 99%` or `under 1%`")
        return _Said(line, "answered", value)

    def _range(self, low: str, high: str, role: Role) -> Elicited:
        if not (low and high):
            hint = "give both, or one number in `answer`"
            raise UnreadableError(Code.UNCLEAR_ANSWER, "a range has a low and a high end", hint)
        ends = [parse_loosely(end, role, self.lexicon) for end in (low, high)]
        for written, end in zip((low, high), ends, strict=True):
            if not end.is_point:
                hint = "one number in each of `low` and `high`"
                raise UnreadableError(Code.UNCLEAR_ANSWER, f"`{written}` is no end of a range", hint)
        return parse_loosely(" to ".join(map(format_value, ends)), role, self.lexicon)

    def _tell(self, line: Line, code: Code, message: str, place: Text, hint: str) -> None:
        self.findings.add(code, f"row {line.number}: {message}", place, hint)


def _first(group: _Group) -> Line:
    return next(line for line in group.lines.values() if _is_answered(line))


def _is_answered(line: Line) -> bool:
    return any(line.cells.get(column) for column in _IN_ANSWER)


def _place(line: Line) -> Text:
    return next((line.cells[c] for c in _IN_ANSWER if line.cells.get(c)), line.cells["answer"])


def _with_rest(given: Sequence[Elicited | None]) -> Iterator[Elicited]:
    """Yield the shares of a row with a number for the one that is `rest`, which is still written so."""
    left = left_by([value for value in given if value is not None]) if None in given else 0.0
    for value in given:
        yield Elicited(Role.SHARE.scale, left, left, REST) if value is None else value
