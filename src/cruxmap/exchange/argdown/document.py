"""The tokens of an Argdown file as a document: statements, arguments, structures and the relations below
them.

What stands where nothing of its kind can stand is a problem with its place, and the reading goes on
behind the next empty line, so that all problems come at once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cruxmap.errors import Problem, Span
from cruxmap.exchange.argdown.tokens import Kind, Token, tokens_of
from cruxmap.exchange.foreign_text import problem_in
from cruxmap.language.yaml_text import DEEPEST, Entries, SourceFile, parse_text
from cruxmap.language.yaml_writing import Plain, without_places

type Sort = Literal["statement", "argument"]

SUPPORT, ATTACK, UNDERCUT, CONTRADICTION = "support", "attack", "undercut", "contradiction"

_SIGNS = {
    "+>": (SUPPORT, True),
    "->": (ATTACK, True),
    "_>": (UNDERCUT, True),
    "+": (SUPPORT, False),
    "<+": (SUPPORT, False),
    "-": (ATTACK, False),
    "<-": (ATTACK, False),
    "_": (UNDERCUT, False),
    "<_": (UNDERCUT, False),
    "><": (CONTRADICTION, True),
}
"""What each sign of a relation says, and whether it leads from what stands above it to what follows it."""

_CONTENT = {Kind.TEXT, Kind.NEW_LINE, Kind.LINK, Kind.MARKUP, Kind.TAG, Kind.MENTION}
_LINK = re.compile(r"\[([^\]]+?)\]\(([^)]+?)\)([ \t]?)")
_USES = re.compile(r"\(?\s*uses:?\s*([\d,\s]+)\)?", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """A statement or an argument where it stands; one without a `title` is referred to nowhere else.

    `text` is empty where it is only referred to. `span` is the place of its title, or of its text.
    """

    sort: Sort
    title: str
    text: str
    span: Span
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    data: dict[str, Plain] = field(default_factory=dict)
    relations: "tuple[Related, ...]" = ()


class Related(NamedTuple):
    """A relation below a statement or an argument: what it says, whether it leads away from there, to
    what.
    """

    says: str
    leads_away: bool
    other: Node


class Step(NamedTuple):
    """An inference: the numbers of what it uses (empty where it does not say), and the conclusion's
    number.
    """

    rules: str
    uses: tuple[int, ...]
    data: dict[str, Plain]
    undercuts: tuple[Node, ...]
    conclusion: int
    span: Span


@dataclass(slots=True)
class Structure:
    """A premise-conclusion structure: statements by their places in it, from 0, and the inferences between
    them.
    """

    statements: list[Node]
    numbers: list[int]
    steps: list[Step]
    span: Span


type Block = Node | Structure


@dataclass(slots=True)
class Document:
    """What a file says, in its order, and what of it is not kept as it is, with how often it is there."""

    front: dict[str, Plain] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def count(self, what: str, times: int = 1) -> None:
        """Count something that is not kept."""
        if times:
            self.counts[what] = self.counts.get(what, 0) + times


class _BlockError(Exception):
    """What stands here cannot: the rest of the block is skipped."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def document_of(source: SourceFile) -> Document:
    """Return what an Argdown text says, with its problems."""
    tokens, comments = tokens_of(source)
    document = _Reading(source, tokens).read()
    document.count("comments", comments)
    return document


@dataclass(slots=True)
class _Reading:
    """Reads tokens from the first to the last."""

    source: SourceFile
    tokens: list[Token]
    at: int = 0
    depth: int = 0
    document: Document = field(default_factory=Document)

    # --- tokens

    @property
    def _next(self) -> Token:
        return self.tokens[self.at]

    def _is(self, *kinds: Kind) -> bool:
        return self._next.kind in kinds

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _took(self, kind: Kind) -> bool:
        found = self._is(kind)
        self.at += found
        return found

    def _span(self, token: Token) -> Span:
        return self.source.span(token.start, max(token.end, token.start + 1))

    def _refuse(self, message: str, hint: str, token: Token | None = None) -> _BlockError:
        place = token or self._next
        return _BlockError(problem_in(self.source, place.start, place.end, message, hint))

    # --- blocks

    def read(self) -> Document:
        """Return the document."""
        self._took(Kind.NEW_LINE)
        self._took(Kind.EMPTY_LINE)
        if self._is(Kind.FRONT_MATTER):
            token = self._take()
            offset = self.source.text.index(token.value, token.start)
            self.document.front = self._yaml(token.value, offset)
        while not self._is(Kind.END):
            if self._is(Kind.EMPTY_LINE, Kind.NEW_LINE):
                self.at += 1
                continue
            self.depth = 0
            try:
                self._block()
                self._end_of_block()
            except _BlockError as error:
                self.document.problems.append(error.problem)
                self._skip()
        return self.document

    def _skip(self) -> None:
        while not self._is(Kind.EMPTY_LINE, Kind.END):
            self.at += 1

    def _block(self) -> None:
        token = self._next
        match token.kind:
            case Kind.HEADING:
                self._heading()
            case Kind.NUMBER:
                self.document.blocks.append(self._structure())
            case Kind.INDENT | Kind.LIST_ITEM:
                self._list()
            case _:
                self.document.blocks.append(self._node())

    def _end_of_block(self) -> None:
        if self._is(Kind.EMPTY_LINE, Kind.END, Kind.NUMBER, Kind.HEADING, Kind.NEW_LINE):
            return
        raise self._unexpected()

    def _unexpected(self) -> _BlockError:
        """Say what stands where it cannot, and what is probably meant."""
        kind = self._next.kind
        before = self.tokens[self.at - 1].kind if self.at else None
        if kind is Kind.DATA or before is Kind.DATA:
            hint = "data stands once, behind the text and before the relations"
            return self._refuse("the text does not end with its data", hint)
        if kind is Kind.RELATION:
            return self._refuse(
                "a relation to nothing", "indent it below the statement that it belongs to"
            )
        if kind in (Kind.STATEMENT_DEFINITION, Kind.ARGUMENT_DEFINITION, Kind.STATEMENT, Kind.ARGUMENT):
            hint = r"an empty line stands between two statements; write `\[` or `\<` for the sign itself"
            return self._refuse(f"`{self._next.value}` begins something inside of something else", hint)
        if before in (Kind.STATEMENT, Kind.ARGUMENT):
            hint = "a colon stands between a title and its text, as in `[Title]: Text.`"
            return self._refuse("text after a title without a colon", hint)
        if kind is Kind.FRONT_MATTER:
            return self._refuse(
                "`===` in the middle of a file", "front matter is the first thing in a file"
            )
        if kind in (Kind.INFERENCE_START, Kind.INFERENCE_END):
            hint = "premises have numbers, as in `(1) Text`, and no empty line stands between them"
            return self._refuse("an inference without premises", hint)
        hint = "an empty line stands between statements, arguments and structures"
        return self._refuse("this belongs to nothing", hint)

    def _heading(self) -> None:
        self._take()
        words = [token for token in self._content() if token.kind is not Kind.TAG]
        self.document.headings.append(_words(words))
        if self._is(Kind.DATA):
            self._data()
            self.document.count("data of headings")

    def _list(self) -> None:
        self._took(Kind.INDENT)
        while self._took(Kind.LIST_ITEM):
            self.document.blocks.append(self._node())
        self._took(Kind.DEDENT)

    # --- statements and arguments

    def _node(self) -> Node:
        """Read a statement or an argument with its data and its relations."""
        token = self._next
        arguments = (Kind.ARGUMENT_DEFINITION, Kind.ARGUMENT)
        node = Node("argument" if token.kind in arguments else "statement", "", "", self._span(token))
        if token.kind in (Kind.STATEMENT_DEFINITION, Kind.ARGUMENT_DEFINITION):
            node.title = self._take().value
            self._say(node, self._content(), f"`{node.title}` has a colon and no text", token)
        elif token.kind in (Kind.STATEMENT, Kind.ARGUMENT):
            node.title = self._take().value
            tags = []
            while self._is(Kind.TAG):
                tags.append(self._take().value.strip())
            node.tags = tuple(dict.fromkeys(tags))
            self._took(Kind.NEW_LINE)
        elif token.kind in _CONTENT:
            self._say(node, self._content(), "there is no text", token)
        else:
            raise self._unexpected()
        if self._is(Kind.DATA):
            node.data = self._data()
        node.relations = tuple(self._relations())
        return node

    def _content(self) -> list[Token]:
        found = []
        while self._is(*_CONTENT):
            found.append(self._take())
        return found

    def _say(self, node: Node, content: list[Token], without: str, before: Token) -> None:
        """Give a node its text and tags; those at the end of a text are no part of it."""
        last = len(content)
        while last and (content[last - 1].kind is Kind.TAG or not content[last - 1].value.strip()):
            last -= 1
        node.text = _words(content[:last])
        node.tags = tuple(
            dict.fromkeys(token.value.strip() for token in content if token.kind is Kind.TAG)
        )
        links = (
            found for token in content if (found := _LINK.match(token.value)) and token.kind is Kind.LINK
        )
        node.links = tuple(f"{link[1]}: {link[2]}" for link in links)
        self.document.count("bold and italic", sum(token.kind is Kind.MARKUP for token in content) // 2)
        if not node.text:
            if not node.tags:
                raise self._refuse(without, "say it in a sentence", before)
            node.text = " ".join(node.tags)

    def _data(self) -> dict[str, Plain]:
        token = self._take()
        written = self.source.text[token.start : token.end]
        self._took(Kind.NEW_LINE)
        block = re.match(r"\{[ \t]*\r?\n", written)
        if block is not None:
            written = " " + written[1:-1]
        return self._yaml(written, token.start)

    def _yaml(self, written: str, offset: int) -> dict[str, Plain]:
        """Read YAML that stands at an offset of the text; its problems are told where they are in the
        file.
        """
        text = self.source.text
        line_start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
        first = self.source.span(offset, offset).line - 1
        parsed = parse_text(" " * (offset - line_start) + written + "\n", self.source.name)
        for problem in parsed.problems:
            span = problem.span._replace(line=problem.span.line + first)
            line = self.source.line(span.line - 1)
            self.document.problems.append(
                Problem(problem.code, f"in the data: {problem.message}", span, problem.hint, line)
            )
        if parsed.root is None or parsed.problems:
            return {}
        if not isinstance(parsed.root, Entries):
            if written.strip():
                place = Token(Kind.DATA, "", offset, offset + len(written))
                hint = "as in `{credence: 30%}`"
                self.document.problems.append(self._refuse("the data has no keys", hint, place).problem)
            return {}
        plain = without_places(parsed.root)
        assert isinstance(plain, dict)
        return plain

    # --- relations

    def _relations(self) -> Iterator[Related]:
        if not self._took(Kind.INDENT):
            return
        if self.depth == DEEPEST:
            raise self._refuse("relations nest too deeply", f"{DEEPEST} levels are the most")
        self.depth += 1
        while self._is(Kind.RELATION):
            says, leads_away = _SIGNS[self._take().value]
            yield Related(says, leads_away, self._node())
        self.depth -= 1
        if not self._took(Kind.DEDENT):
            raise self._unexpected()

    # --- structures

    def _structure(self) -> Structure:
        first = self._next
        found = Structure([], [], [], self._span(first))
        pending: list[Callable[[int], Step]] = []
        while True:
            if self._is(Kind.NUMBER):
                found.numbers.append(int(self._take().value))
                found.statements.append(self._statement())
                found.steps += [step(len(found.statements) - 1) for step in pending]
                pending = []
            elif self._is(Kind.INFERENCE_START) and found.statements and not pending:
                pending.append(self._inference())
            else:
                break
        if pending:
            hint = "write it below, as in `(3) Text`; a rule stands between hyphens, as in `-- rule --`"
            raise self._refuse("an inference without a conclusion", hint)
        if not found.steps or found.steps[-1].conclusion != len(found.statements) - 1:
            hint = "draw a line of two or more hyphens above the conclusion"
            raise self._refuse("premises without a conclusion", hint, first)
        return found

    def _statement(self) -> Node:
        first = self._next
        node = self._node()
        if node.sort != "statement":
            raise self._refuse("an argument is no premise", "give the statement that it rests on", first)
        return node

    def _inference(self) -> Callable[[int], Step]:
        """Read an inference; its conclusion follows."""
        start = self._take()
        words, data = [], dict[str, Plain]()
        while not self._is(Kind.INFERENCE_END):
            if self._is(Kind.DATA):
                data = self._data()
            elif self._is(Kind.TEXT, Kind.NEW_LINE):
                words.append(self._take())
            else:
                raise self._refuse("an inference that does not end", "end it with two hyphens", start)
        self._take()
        self._took(Kind.NEW_LINE)
        undercuts = []
        for says, leads_away, other in self._relations():
            if says != UNDERCUT or leads_away:
                hint = "below an inference stands only what undercuts it, as in `<_ <Argument>`"
                raise self._refuse("an inference supports and attacks nothing", hint, start)
            undercuts.append(other)
        rules = _words(words)
        uses = tuple(int(one) for found in _USES.findall(rules) for one in re.findall(r"\d+", found))
        listed = data.pop("uses", ())
        uses = uses or tuple(int(str(one)) for one in listed if str(one).isdigit())
        rules = _USES.sub("", rules).strip(" ,")
        return lambda conclusion: Step(rules, uses, data, tuple(undercuts), conclusion, self._span(start))


def _words(tokens: list[Token]) -> str:
    """Return what tokens say on one line: of links their text, of tags and mentions their words."""
    said = []
    for token in tokens:
        if token.kind is Kind.LINK and (found := _LINK.match(token.value)):
            said.append(found[1] + found[3])
        else:
            said.append(token.value)
    return " ".join("".join(said).split())
