"""A model that is served: the program started as a person starts it, and asked as anybody could ask it."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cruxmap.errors import Code
from cruxmap.present.report.page_file import unpacked
from cruxmap.serve.guard import TOKEN

ASKED = (
    Code.WRONG_HOST,
    Code.WRONG_ORIGIN,
    Code.WRONG_TOKEN,
    Code.WRONG_REQUEST,
    Code.TOO_LARGE,
    Code.TOO_SLOW,
    Code.CANNOT_SAVE,
    Code.CHANGED_MEANWHILE,
)
"""Codes of what only who asks a served page can meet: `test_serve_refusals.py` has a request for each."""

PATIENCE = 60.0
"""Seconds that the machine may take: others may be at work on it."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers by lower-case name, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["code"]


@dataclass
class Served:
    """A running `cruxmap serve`, and the project that it serves a model of."""

    project: Path
    process: subprocess.Popen[str]
    address: str

    @property
    def netloc(self) -> str:
        return urlsplit(self.address).netloc

    def ask(self, path: str = "/", method: str = "GET", body: Any = None, **headers: str | None) -> Answer:
        """Send a request; headers are named with `_` for `-`, and None leaves out what is usual."""
        wanted = {"host": self.netloc, **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection = http.client.HTTPConnection(self.netloc, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in wanted.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def page(self) -> str:
        """Return the page once it is there."""
        return self.once(lambda: (text := self.ask().body.decode()), lambda text: 'id="news"' in text)

    def told(self) -> dict[str, Any]:
        """Return what the page is told at first, its token too."""
        block = self.page().partition('id="news">')[2].partition("<")[0]
        return unpacked(block)

    def save(self, sent: Any, **headers: str | None) -> Answer:
        """Save as the page does: what is no bytes is sent as JSON."""
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        usual = {
            "origin": f"http://{self.netloc}",
            "content_type": "application/json",
            "content_length": str(len(body)),
        }
        token = {} if TOKEN in headers else {TOKEN: self.token}
        return self.ask("/save", "POST", body, **{**usual, **token, **headers})

    @cached_property
    def token(self) -> str:
        """The token that stands in the page."""
        return self.told()["token"]

    def news(self, **headers: str | None) -> Answer:
        """Ask for news as the page does."""
        return self.ask("/news?after=-1", **{TOKEN: self.token, **headers})

    def whole(self) -> dict[str, Any]:
        """Return what is told once the page has what is found over draws."""
        self.page()
        return self.once(
            lambda: self.news().json, lambda told: told["found"] == "now" and not told["doing"]
        )

    def once(self, look: Any, fits: Any) -> Any:
        """Look again and again until what is seen fits, and return that."""
        until = time.monotonic() + PATIENCE
        while not fits(seen := look()):
            assert time.monotonic() < until, seen
            assert self.process.poll() is None
            time.sleep(0.2)
        return seen

    def end(self) -> int:
        """Interrupt it and all that it has started, as Ctrl+C does, and return its exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)

    @property
    def said(self) -> str:
        """What it has said on stderr."""
        return (self.project / "said.txt").read_text()


@contextmanager
def served(project: Path, model: str, *options: str) -> Iterator[Served]:
    """Serve a model of a project at a free port while this lasts."""
    command = [sys.executable, "-m", "cruxmap", "serve", model, "--port", "0", *options]
    with (project / "said.txt").open("w") as said:
        process = subprocess.Popen(
            command, cwd=project, stdout=subprocess.PIPE, stderr=said, text=True, process_group=0
        )
    assert process.stdout is not None
    try:
        yield Served(project, process, process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def copied(example: Path, place: Path) -> Path:
    """Copy a project to a place, and return that."""
    shutil.copytree(example, place, dirs_exist_ok=True)
    return place


def change(id_: str = "treasurer", version: str | None = None, **parts: Any) -> dict[str, Any]:
    """Return what a page sends to have something saved: a number, unless other parts are given."""
    nothing: dict[str, Any] = {"text": "", "rejects": [], "accepts": [], "remarks": {}, "brings": {}}
    nothing |= {"fitted": {}, "stated": [], "asked": None}
    usual = {"from": "treasurer", "judgements": {"soil-sound": "50%"}}
    return {"id": id_, "version": version, **nothing, **usual, **parts}
