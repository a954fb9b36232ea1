"""An editor that talks to the language server: it opens files, types, and asks, as an editor does."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

PATIENCE = 60.0
"""Seconds after which a server does not answer any more."""


class Editor:
    """One session: files that are open, what was told of them, and questions about places in them.

    A place is said by what stands there: `at` is a stretch of the text with a `|` where the cursor is, which
    is put in after all that is before it; `nth` says which one, where there are several.
    """

    def __init__(self, root: Path, *, renames_files: bool = True) -> None:
        self.root = root
        self.runner = asyncio.Runner()
        self.client = LanguageClient("editor", "1")
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.told: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.logged: list[str] = []
        self.registered: list[lsp.Registration] = []
        self.renames_files = renames_files

    # --- the session ------------------------------------------------------------------------------

    def start(self) -> lsp.InitializeResult:
        """Start a server and shake hands."""
        client = self.client

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _told(params: lsp.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = params

        @client.feature(lsp.WINDOW_LOG_MESSAGE)
        def _logged(params: lsp.LogMessageParams) -> None:
            self.logged.append(params.message)

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def _registered(params: lsp.RegistrationParams) -> None:
            self.registered += params.registrations

        async def begin() -> lsp.InitializeResult:
            await client.start_io(sys.executable, "-m", "cruxmap", "lsp")
            watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
            edits = lsp.WorkspaceEditClientCapabilities(
                document_changes=True,
                resource_operations=[lsp.ResourceOperationKind.Rename] if self.renames_files else [],
            )
            able = lsp.ClientCapabilities(
                workspace=lsp.WorkspaceClientCapabilities(
                    did_change_watched_files=watched, workspace_edit=edits
                )
            )
            found = await client.initialize_async(
                lsp.InitializeParams(capabilities=able, root_uri=self.root.as_uri())
            )
            client.initialized(lsp.InitializedParams())
            return found

        return self.run(begin())

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that the server is asked."""
        return self.runner.run(asyncio.wait_for(work, PATIENCE))

    def ask[T](self, answer: Awaitable[T]) -> T:
        """Wait for an answer."""

        async def wait() -> T:
            return await answer

        return self.run(wait())

    def end(self) -> int | None:
        """Say good-bye, and return with which code the server ends."""

        async def leave() -> int | None:
            await self.client.shutdown_async(None)
            self.client.exit(None)
            await self.client.stop()
            return self.process.returncode

        try:
            return self.run(leave())
        finally:
            self.runner.close()

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server."""
        assert self.client._server is not None
        return self.client._server

    # --- files ------------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        """Return the address of a file of the project."""
        return name if ":" in name else (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        """Show a file, with another text than it has if one is given."""
        uri = self.uri(name)
        self.texts[uri] = (self.root / name).read_text(encoding="utf-8") if text is None else text
        self.versions[uri] = 1
        document = lsp.TextDocumentItem(uri, "yaml", 1, self.texts[uri])

        async def tell() -> None:
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

        self.run(tell())

    def type(self, name: str, text: str) -> None:
        """Put another text in place of the one that is shown."""
        uri = self.uri(name)
        self.texts[uri] = text
        self.versions[uri] += 1
        document = lsp.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        change = lsp.TextDocumentContentChangeWholeDocument(text)

        async def tell() -> None:
            self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

        self.run(tell())

    def close(self, name: str) -> None:
        """Show a file no more."""
        document = lsp.TextDocumentIdentifier(self.uri(name))

        async def tell() -> None:
            self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))

        self.run(tell())

    def changed_on_disk(self, *names: str) -> None:
        """Tell of files that others have changed."""
        events = [lsp.FileEvent(self.uri(name), lsp.FileChangeType.Changed) for name in names]

        async def tell() -> None:
            self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(events))

        self.run(tell())

    def problems(self, name: str, *, of: str | None = None) -> list[lsp.Diagnostic]:
        """Return what is wrong with a file once its text, or that of another open file, has been read."""
        uri, waited = self.uri(name), self.uri(of or name)

        async def wait() -> None:
            while waited not in self.told or self.told[waited].version != self.versions.get(waited):
                await asyncio.sleep(0.01)

        self.run(wait())
        return [*self.told[uri].diagnostics] if uri in self.told else []

    def until(self, name: str, codes: list[str]) -> list[lsp.Diagnostic]:
        """Return what is wrong with a file as soon as it is that."""
        uri = self.uri(name)

        async def wait() -> None:
            while uri not in self.told or [d.code for d in self.told[uri].diagnostics] != codes:
                await asyncio.sleep(0.01)

        self.run(wait())
        return [*self.told[uri].diagnostics]

    def settled(self) -> None:
        """Wait until all that was typed has been read, with where names stand in it."""
        names = [uri for uri in self.texts if uri.startswith(self.root.as_uri()) and uri in self.told]
        for uri in names:
            self.problems(uri)

    # --- questions --------------------------------------------------------------------------------

    def place(self, name: str, at: str, nth: int = 1) -> tuple[lsp.TextDocumentIdentifier, lsp.Position]:
        """Return a place in a file, in the units of editors."""
        uri = self.uri(name)
        text, before = self.texts[uri], at.index("|")
        found = -1
        for _ in range(nth):
            found = text.index(at.replace("|", ""), found + 1)
        lines = text[: found + before].split("\n")
        units = len(lines[-1].encode("utf-16-le")) // 2
        return lsp.TextDocumentIdentifier(uri), lsp.Position(len(lines) - 1, units)

    def proposed(self, name: str, at: str, nth: int = 1) -> list[str]:
        """Return the words that are proposed at a place."""
        return [item.label for item in self.items(name, at, nth)]

    def proposed_at(self, name: str, text: str) -> list[str]:
        """Return the words that are proposed where a `|` stands in a text that is shown without it."""
        before = text.partition("|")[0]
        place = lsp.Position(before.count("\n"), len(before.rpartition("\n")[2].encode("utf-16-le")) // 2)
        asked = lsp.CompletionParams(lsp.TextDocumentIdentifier(self.uri(name)), place)
        found = self.ask(self.client.text_document_completion_async(asked))
        return [] if found is None else [item.label for item in found.items]  # type: ignore[union-attr]

    def until_hover(self, name: str, at: str, wanted: str, *, unlike: str = "") -> str:
        """Return what is shown of a place once some words are in it, and it is not what it was."""
        end = time.monotonic() + PATIENCE
        while wanted not in (shown := self.hover(name, at)) or shown == unlike:
            assert time.monotonic() < end, shown
            self.run(asyncio.sleep(0.05))
        return shown

    def items(self, name: str, at: str, nth: int = 1) -> list[lsp.CompletionItem]:
        """Return what is proposed at a place."""
        asked = self.client.text_document_completion_async
        found = self.ask(asked(lsp.CompletionParams(*self.place(name, at, nth))))
        return [] if found is None else [*found.items]  # type: ignore[union-attr]

    def hover(self, name: str, at: str, nth: int = 1) -> str:
        """Return what is shown of a place."""
        asked = self.client.text_document_hover_async
        found = self.ask(asked(lsp.HoverParams(*self.place(name, at, nth))))
        return "" if found is None else found.contents.value  # type: ignore[union-attr]

    def definition(self, name: str, at: str, nth: int = 1) -> list[str]:
        """Return where what stands at a place is defined, each as `file:line: text`."""
        asked = self.client.text_document_definition_async
        return self.shown(self.ask(asked(lsp.DefinitionParams(*self.place(name, at, nth)))))

    def references(self, name: str, at: str, nth: int = 1, *, all_: bool = True) -> list[str]:
        """Return where else it is mentioned, in the same way."""
        asked, about = self.client.text_document_references_async, lsp.ReferenceContext(all_)
        document, position = self.place(name, at, nth)
        return self.shown(self.ask(asked(lsp.ReferenceParams(about, document, position))))

    def renamed(self, name: str, at: str, new: str) -> dict[str, str | None]:
        """Return the texts of files in which a name would change, None for one that has another name then."""
        document, position = self.place(name, at)
        asked = self.client.text_document_rename_async(lsp.RenameParams(document, position, new))
        found = self.ask(asked)
        assert found is not None
        texts: dict[str, str | None] = {}
        for uri, edits in (found.changes or {}).items():
            texts[self.name(uri)] = self._edited(uri, edits)
        for change in found.document_changes or ():
            if isinstance(change, lsp.TextDocumentEdit):
                uri = change.text_document.uri
                assert change.text_document.version == self.versions.get(uri)
                texts[self.name(uri)] = self._edited(uri, change.edits)
            elif isinstance(change, lsp.RenameFile):
                old = self.name(change.old_uri)
                texts[self.name(change.new_uri)], texts[old] = texts[old], None
        return texts

    def name(self, uri: str) -> str:
        """Return the name of a file in the project."""
        return Path(uri.removeprefix("file://")).relative_to(self.root).as_posix()

    def _edited(self, uri: str, edits: Any) -> str:
        text = self.texts.get(uri) or Path(uri.removeprefix("file://")).read_text(encoding="utf-8")
        for edit in sorted(edits, key=lambda edit: edit.range.start, reverse=True):
            text = applied(text, edit)
        return text

    def shown(self, locations: Any) -> list[str]:
        """Write locations as `file:line: text`."""
        return [self._shown(location) for location in locations or ()]

    def _shown(self, location: lsp.Location) -> str:
        path = Path(location.uri.removeprefix("file://"))
        text = self.texts.get(location.uri)
        lines = (path.read_text(encoding="utf-8") if text is None else text).split("\n")
        line = lines[location.range.start.line].encode("utf-16-le")
        start, end = location.range.start.character, location.range.end.character
        word = line[2 * start : 2 * end].decode("utf-16-le")
        return f"{path.relative_to(self.root).as_posix()}:{location.range.start.line + 1}: {word}"


def applied(text: str, edit: lsp.TextEdit) -> str:
    """Return a text with an edit on one of its lines."""
    lines = text.split("\n")
    line = lines[edit.range.start.line].encode("utf-16-le")
    start, end = 2 * edit.range.start.character, 2 * edit.range.end.character
    changed = line[:start] + edit.new_text.encode("utf-16-le") + line[end:]
    lines[edit.range.start.line] = changed.decode("utf-16-le")
    return "\n".join(lines)


@contextmanager
def editing(root: Path) -> Iterator[Editor]:
    """Start a server, and end it with the session."""
    editor = Editor(root)
    editor.start()
    try:
        yield editor
    finally:
        assert editor.end() == 0


def write(root: Path, files: dict[str, str]) -> None:
    """Write files of a project."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
