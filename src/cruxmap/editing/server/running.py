"""The server itself: what an editor tells of its files, what it is told unasked, and how all of that ends.

Files are read in a thread and numbers are computed in a process, so no answer waits for either. What cannot
be answered is no answer: an error would open a window in front of whoever is writing.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from cruxmap.editing.server.answers import ANSWERS, Answer, Asked, Refused
from cruxmap.editing.server.desk import Desk, Project, Snapshot, problems_by_file
from cruxmap.editing.server.numbers import Numbers
from cruxmap.editing.server.telling import NAME, diagnostic
from cruxmap.editing.server.texts import Ruler
from cruxmap.language.files import MAX_BYTES

SWITCH = 0.0005
"""Seconds after which a thread that reads files lets one go on that answers: a tenth of what is usual."""


class Server(LanguageServer):
    """A language server with the files that an editor has open."""

    def __init__(self) -> None:
        # whole texts are sent: as ranges they would depend on what pygls takes for the end of a line
        sync = lsp.TextDocumentSyncKind.Full
        super().__init__(NAME, version(NAME), text_document_sync_kind=sync, max_workers=2)
        self.desk = Desk(self.publish, self.tell_fault)
        self.numbers = Numbers()
        self.uris: dict[Path, str] = {}

    # --- files ------------------------------------------------------------------------------------

    def path(self, uri: str) -> Path | None:
        """Return the path of a file, None where it is none on a disk."""
        if not uri.startswith("file:"):
            return None
        try:
            path = to_fs_path(uri)
        except ValueError:
            return None
        return None if not path or "\0" in path else Path(os.path.abspath(path))

    def uri(self, path: Path) -> str:
        """Return the address of a file, as the editor has it if it has told."""
        return self.uris.get(path) or from_fs_path(str(path)) or path.as_uri()

    def ruler(self, text: str) -> Ruler:
        """Return how places in a text are counted."""
        return Ruler.of(text, self.workspace.position_codec)

    @property
    def renames_files(self) -> bool:
        """Whether the editor renames files."""
        workspace = self.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        kinds = (edits.resource_operations or ()) if edits and edits.document_changes else ()
        return lsp.ResourceOperationKind.Rename in kinds

    # --- what an editor tells ---------------------------------------------------------------------

    def listen(self) -> None:
        """Ask to be told of files that others change."""
        capabilities = self.client_capabilities.workspace
        watched = capabilities.did_change_watched_files if capabilities else None
        if watched is not None and watched.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(glob_pattern="**/*.yaml")]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            asked = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self.client_register_capability(lsp.RegistrationParams([asked]))

    def write(self, uri: str, text: str, number: int) -> None:
        """Take the text of an open file."""
        path = self.path(uri)
        if path is not None and len(text) <= MAX_BYTES:
            self.uris[path] = uri
            self.desk.write(path, text, number)

    def close(self, uri: str) -> None:
        """Read a file from disk again."""
        path = self.path(uri)
        if path is not None:
            self.desk.close(path)
            self.uris.pop(path, None)

    def look(self, *uris: str) -> None:
        """Read files again that have changed on disk, or are gone."""
        paths = map(self.path, uris)
        self.desk.look([path for path in paths if path is not None])

    def end(self) -> None:
        """Compute and read nothing any more."""
        self.desk.end()
        self.numbers.end()

    # --- what an editor is told unasked -----------------------------------------------------------

    def publish(self, project: Project, snapshot: Snapshot) -> None:
        """Tell what is wrong in all files of a project, and of files in which nothing is any more."""
        by_file = problems_by_file(snapshot)
        codec = self.workspace.position_codec
        for path in sorted(by_file.keys() | project.told | snapshot.texts.keys()):
            found = [
                diagnostic(problem, codec, snapshot.root, is_problem=is_problem)
                for problem, is_problem in by_file.get(path, ())
            ]
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(self.uri(path), found, snapshot.versions.get(path))
            )
        project.told = set(by_file)
        self.numbers.want(self.desk.sound_models())

    def tell_fault(self, fault: Exception) -> None:
        """Tell what went wrong in the server itself, where editors keep such things."""
        words = f"{type(fault).__name__}: {fault}"
        self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, words))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Tell of a message that could not be taken in, in the same way."""
        if not isinstance(error, Refused):
            self.tell_fault(error)


def make_server() -> Server:
    """Return a server that answers, and has yet to be started."""
    server = Server()
    notified: dict[str, Callable[[Any], None]] = {
        lsp.INITIALIZED: lambda _: server.listen(),
        lsp.TEXT_DOCUMENT_DID_OPEN: lambda told: server.write(
            told.text_document.uri, told.text_document.text, told.text_document.version
        ),
        lsp.TEXT_DOCUMENT_DID_CHANGE: lambda told: server.write(
            told.text_document.uri, told.content_changes[-1].text, told.text_document.version
        ),
        lsp.TEXT_DOCUMENT_DID_CLOSE: lambda told: server.close(told.text_document.uri),
        lsp.TEXT_DOCUMENT_DID_SAVE: lambda told: server.look(told.text_document.uri),
        lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: lambda told: server.look(*(c.uri for c in told.changes)),
        lsp.SHUTDOWN: lambda _: server.end(),
    }
    for name, take in notified.items():
        server.feature(name)(take)
    for name, options, answer in ANSWERS:
        server.feature(name, options)(_answering(server, answer))
    return server


def _answering(server: Server, answer: Answer) -> Callable[[Any], Any]:
    """Return what answers a question, with nothing where that goes wrong or the file is not of ours."""

    async def answered(params: Any) -> Any:
        asked = Asked(server, params.text_document.uri)
        if not asked.is_ours:
            return None
        try:
            found = answer(asked, params)
            return await found if asyncio.iscoroutine(found) else found
        except Refused:
            raise
        except Exception as fault:
            server.tell_fault(fault)
            return None

    return answered


def serve_over_streams() -> None:
    """Talk over stdin and stdout until the editor is done, or gone.

    Whatever else writes to stdout goes to stderr instead, and nothing else reads stdin.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        print("Editors start this and talk to it over stdin and stdout; Ctrl+C ends it.", file=sys.stderr)
    sys.setswitchinterval(SWITCH)
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    server = make_server()
    try:
        server.start_io(stdin, stdout)
    finally:
        server.end()
