"""What editors ask about an open file, and the answers: each is of what was read last, and there at once."""

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from cruxmap.editing.server.cursor import cursor_at, path_to
from cruxmap.editing.server.desk import Desk, Now, Snapshot, kind_of
from cruxmap.editing.server.hovering import Present, hover_text
from cruxmap.editing.server.numbers import Numbers
from cruxmap.editing.server.outline import folds, symbols
from cruxmap.editing.server.proposals import Of, Proposal, describe, proposals
from cruxmap.editing.server.renames import renaming_of, workspace_edit
from cruxmap.editing.server.telling import actions
from cruxmap.editing.server.texts import Ruler
from cruxmap.errors import InvalidMap
from cruxmap.language.for_editors.forms import forms_at, is_shape
from cruxmap.language.for_editors.mentions import Mention
from cruxmap.language.for_editors.uses import Sort
from cruxmap.language.rewriting.renaming import RENAMED
from cruxmap.language.schema import FILES
from cruxmap.language.validation import keys_of

TRIGGERS = (" ", "#", ".", "{", "[")
"""What somebody types that makes an editor ask what may follow."""

_SIGNS = {
    Of.KEY: lsp.CompletionItemKind.Property,
    Of.ENTRY: lsp.CompletionItemKind.Variable,
    Of.STATE: lsp.CompletionItemKind.EnumMember,
    Of.ADDRESS: lsp.CompletionItemKind.Reference,
    Of.PHRASE: lsp.CompletionItemKind.Constant,
    Of.OTHER: lsp.CompletionItemKind.Value,
    Of.FILE: lsp.CompletionItemKind.File,
}


class Refused(JsonRpcException):
    """Why what is asked cannot be done, for whoever has asked."""

    CODE = lsp.LSPErrorCodes.RequestFailed.value


class Server(Protocol):
    """What answers need of the server."""

    desk: Desk
    numbers: Numbers

    @property
    def renames_files(self) -> bool:
        """Whether the editor renames files."""

    def path(self, uri: str) -> Path | None:
        """Return the path of a file, None where it is none on a disk."""

    def uri(self, path: Path) -> str:
        """Return the address of a file."""

    def ruler(self, text: str) -> Ruler:
        """Return how places in a text are counted."""


class Asked:
    """A question about a file that is open: its text as it is now, and its project as it was read."""

    def __init__(self, server: Server, uri: str) -> None:
        self.server = server
        self.uri = uri
        path = server.path(uri)
        self.path = path or Path()
        self.text = server.desk.texts.get(self.path) if path is not None else None
        self.ruler = server.ruler(self.text or "")
        self.project = None if self.text is None else server.desk.project(self.path)

    @property
    def is_ours(self) -> bool:
        """Whether it is a file that can be read here."""
        return self.project is not None

    @property
    def snapshot(self) -> Snapshot | None:
        """The project as it was read."""
        return None if self.project is None else self.project.snapshot

    @cached_property
    def now(self) -> Now | None:
        """The same, seen from the texts as they are now."""
        return None if self.snapshot is None else Now(self.snapshot, self.server.desk.texts)

    def mention(self, position: lsp.Position) -> Mention | None:
        """Return what is mentioned at a position."""
        return None if self.now is None else self.now.mention(self.path, self.ruler.place(position))

    def locations(self, mentions: Iterable[Mention]) -> Iterator[lsp.Location]:
        """Yield where mentions stand now, those that do."""
        now, rulers = self.now, dict[Path, Ruler]()
        for mention in mentions if now is not None else ():
            assert now is not None
            file, place = mention.file, now.place(mention)
            if place is not None:
                if file not in rulers:
                    rulers[file] = self.server.ruler(now.text(file))
                yield lsp.Location(self.server.uri(file), rulers[file].stretch(*place))


type Answer = Callable[[Asked, Any], Any]

ANSWERS: list[tuple[str, Any, Answer]] = []
"""What can be asked, with what the server tells of it, and what answers it."""


def answers(name: str, options: Any = None) -> Callable[[Answer], Answer]:
    """Register what answers a question about an open file."""

    def register(answer: Answer) -> Answer:
        ANSWERS.append((name, options, answer))
        return answer

    return register


@answers(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=TRIGGERS))
def _completion(asked: Asked, params: lsp.CompletionParams) -> lsp.CompletionList:
    line, column = params.position.line, asked.ruler.column(params.position)
    cursor = cursor_at(asked.ruler.lines, line, column)
    draft = asked.snapshot.draft_of(asked.path) if asked.snapshot else None
    found = proposals(cursor, kind_of(asked.path, asked.text or ""), draft, asked.path)
    quoted = len(cursor.written) - len(cursor.written.lstrip("'\""))
    start, end, colon = cursor.start + quoted, column, ": "
    if cursor.may_be_key:  # the rest of a key that is changed is replaced, and keeps its colon
        rest = _REST_OF_KEY.match(asked.ruler.line(line), column)
        end, colon = (rest.end(1), "" if rest[2] else ": ") if rest else (end, colon)
    place = asked.ruler.between(line, start, end)
    return lsp.CompletionList(False, [_item(one, k, place, colon) for k, one in enumerate(found)])


@answers(lsp.TEXT_DOCUMENT_HOVER)
def _hover(asked: Asked, params: lsp.HoverParams) -> lsp.Hover | None:
    words = _hovered(asked, params.position) or _key_hovered(asked, params.position)
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, words)) if words else None


@answers(lsp.TEXT_DOCUMENT_DEFINITION)
def _definition(asked: Asked, params: lsp.DefinitionParams) -> list[lsp.Location]:
    mention = asked.mention(params.position)
    if mention is None or asked.snapshot is None or asked.snapshot.mentions is None:
        return []
    if mention.sort is Sort.FILE:
        return _file_named(asked, mention)
    return [*asked.locations(asked.snapshot.mentions.definitions(mention))]


@answers(lsp.TEXT_DOCUMENT_REFERENCES)
def _references(asked: Asked, params: lsp.ReferenceParams) -> list[lsp.Location]:
    mention = asked.mention(params.position)
    if mention is None or asked.snapshot is None or asked.snapshot.mentions is None:
        return []
    same = asked.snapshot.mentions.same(mention)
    with_definitions = params.context.include_declaration
    return [*asked.locations(one for one in same if with_definitions or not one.is_definition)]


@answers(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
def _highlight(asked: Asked, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
    mention = asked.mention(params.position)
    if mention is None or asked.snapshot is None or asked.snapshot.mentions is None:
        return []
    same = (one for one in asked.snapshot.mentions.same(mention) if one.file == asked.path)
    return [lsp.DocumentHighlight(location.range) for location in asked.locations(same)]


@answers(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def _prepare_rename(asked: Asked, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    mention = asked.mention(params.position)
    if mention is None or mention.sort not in RENAMED:
        return None
    place = next(asked.locations([mention]), None)
    if place is None:
        return None
    return lsp.PrepareRenamePlaceholder(place.range, mention.name.rpartition(".")[2])


@answers(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
async def _rename(asked: Asked, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Whoever renames waits until all that was typed is read; why it cannot be is said to them."""
    assert asked.project is not None
    await asked.project.settled()
    mention = asked.mention(params.position)
    if mention is None or asked.snapshot is None:
        return None
    texts, root = asked.project.opened(), asked.snapshot.root
    try:
        found = await asyncio.to_thread(renaming_of, root, mention, params.new_name, texts)
        uri, ruler = asked.server.uri, asked.server.ruler
        return workspace_edit(found, texts, uri, ruler, renames_files=asked.server.renames_files)
    except InvalidMap as invalid:
        raise Refused(str(invalid.problems[0]).replace(f"{root.as_posix()}/", "")) from None


@answers(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
)
def _actions(asked: Asked, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    return actions(asked.uri, params.context.diagnostics, asked.ruler)


@answers(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def _symbols(asked: Asked, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    return symbols(asked.text or "", asked.ruler)


@answers(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
def _folds(asked: Asked, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
    return folds(asked.text or "", asked.ruler.lines)


_REST_OF_KEY = re.compile(r"([\w.-]*)(:?)")


def _item(proposal: Proposal, number: int, place: lsp.Range, colon: str) -> lsp.CompletionItem:
    new = f"{proposal.word}{colon}" if proposal.of is Of.KEY else proposal.word
    return lsp.CompletionItem(
        proposal.word,
        kind=_SIGNS[proposal.of],
        detail=proposal.detail or None,
        documentation=proposal.text or None,
        sort_text=f"{number:06}",
        filter_text=proposal.word,
        text_edit=lsp.TextEdit(place, new),
    )


def _file_named(asked: Asked, mention: Mention) -> list[lsp.Location]:
    """Return the file that is named, or the first one of the folder that is."""
    named = Path(os.path.normpath(asked.path.parent / (asked.text or "")[slice(*_place(asked, mention))]))
    files = sorted(named.glob("*.yaml")) if named.is_dir() else [named]
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    return [lsp.Location(asked.server.uri(file), start) for file in files[:1] if file.is_file()]


def _place(asked: Asked, mention: Mention) -> tuple[int, int]:
    found = asked.now.place(mention) if asked.now else None
    return found or (0, 0)


def _hovered(asked: Asked, position: lsp.Position) -> str:
    """Return what is known of the name at a position."""
    mention, snapshot = asked.mention(position), asked.snapshot
    if mention is None or snapshot is None:
        return ""
    draft = snapshot.draft_of(asked.path)
    if draft is None:
        return ""
    return hover_text(mention, snapshot, draft, _present(asked.server, snapshot, mention))


def _present(server: Server, snapshot: Snapshot, mention: Mention) -> Present | None:
    """Return the probabilities of the first model that has what is mentioned, as far as they are known."""
    owner = (mention.address or mention.name).partition(".")[0]
    for model in snapshot.examined.models:
        known, is_now = server.numbers.of(model.spec)
        if known and any(owner in entries for entries in known.values()):
            return Present(model.spec.id, known, is_now)
    return None


def _key_hovered(asked: Asked, position: lsp.Position) -> str:
    """Return what the key at a position is for."""
    path = path_to(asked.ruler.lines, position.line, asked.ruler.column(position))
    if not path or not isinstance(path[-1], str):
        return ""
    for form in forms_at(FILES[kind_of(asked.path, asked.text or "")], path[:-1]):
        if is_shape(form.of) and path[-1] in keys_of(form.of):
            return describe(form.of, path[-1])
    return ""
