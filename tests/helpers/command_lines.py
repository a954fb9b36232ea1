"""Command lines that provoke the problems no file can have, by code."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from cruxmap.engine import executors
from cruxmap.errors import Code
from helpers.commands import ROOT
from helpers.maps_from_text import write

MODEL = str(ROOT / "models/power-seeking.yaml")
ADDRESS = "dask://127.0.0.1:1"


def command(name: str, *arguments: str) -> tuple[str, ...]:
    return (name, MODEL, *arguments)


TYPED: dict[Code, tuple[str, ...]] = {
    Code.TWO_METHODS: command("estimate", "--exact", "--sampled"),
    Code.TWO_QUESTIONS: command("diff", "carlsmith", "--git", "HEAD"),
    Code.UNCLEAR_GOAL: command("takes", "--above", "50%", "--below", "20%"),
    Code.UNCLEAR_FACTOR: command("pool", "--factor", "-2"),
    Code.UNCLEAR_WEIGHTS: command("pool", "--weights", "carlsmith=0"),
    Code.UNCLEAR_COMPARISON: command("compare"),
    Code.UNCLEAR_MODEL: ("report", "--with", "ann.yaml"),
    Code.UNREADABLE_FORM: command("interview", "--as", "ann", "--read", "sent.csv"),
    Code.UNCLEAR_ANSWER: command("interview", "--as", "ann", "--read", "sent.csv"),
    Code.UNREADABLE_IMPORT: ("import", "sent.bif"),
    Code.UNREADABLE_SETTING: command("estimate", "--set", "alignment-hard 30%"),
    Code.UNKNOWN_LIST: command("cruxes", "--list", "judgments"),
    Code.UNKNOWN_TAG: command("cruxes", "--tag", "alignment"),
    Code.UNKNOWN_KIND: ("schema", "models"),
    Code.AMBIGUOUS_NAME: ("rename", "author", "writer"),
    Code.UNKNOWN_EXAMPLE: ("new", "trial", "--like", "legal"),
    Code.UNKNOWN_CODE: ("check", "--explain", "no-basics"),
    Code.UNKNOWN_FORMAT: command("show", "--output", "map.txt"),
    Code.UNKNOWN_REVISION: ("diff", "power-seeking", "--git", "no-such-revision"),
    Code.NO_INTERVIEW: command("interview", "--as", "carlsmith"),
    Code.NOTHING_TO_ASK: ("interview", "small", "--form"),
    Code.ALREADY_THERE: ("new", "small"),
    Code.CANNOT_USE: ("check", "."),
    Code.CANNOT_WRITE: command("show", "--stage", "map", "--output", "."),
    Code.NO_DRAWING_PROGRAM: command("show", "--format", "pdf"),
    Code.UNKNOWN_EXECUTOR: command("run", "--executor", "dask://scheduler"),
    Code.MISSING_EXTRA: command("run", "--executor", "local"),
    Code.NO_CLUSTER: command("run", "--executor", ADDRESS),
    Code.OTHER_VERSION: command("run", "--executor", ADDRESS),
    Code.LOST_WORKERS: command("run", "--executor", "local"),
    Code.LOST_CLUSTER: command("run", "--executor", "local"),
}


# --- what has to be so for a command line to fail ---------------------------------------------------


def _a_file_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models").mkdir()
    Path("models/small.yaml").touch()


def _a_model_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), "claims: {sure: {text: It is sure., credence: 100%}}", "target: sure")


def _a_form_says(text: str) -> Callable[[pytest.MonkeyPatch], None]:
    def send(monkeypatch: pytest.MonkeyPatch) -> None:
        Path("sent.csv").write_text(text, encoding="utf-8")

    return send


def _a_network_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sent.bif").write_text("variable rain { type discrete [2] { yes, no }; }\n", encoding="utf-8")


def _there_is_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("models", "arguments"):
        shutil.copytree(ROOT / folder, folder)
    subprocess.run(["git", "init", "-q"], check=True)


def _nothing_may_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("cruxmap.language.reading.examine", refuse)


def _nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "distributed", None)


def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "SECONDS_TO_ANSWER", 0.2)


def _the_scheduler_lacks_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def client_at(text: str) -> Iterator[Any]:
        yield SimpleNamespace(
            wait_for_workers=lambda n, timeout: None,
            run_on_scheduler=lambda function: {},
            run=lambda function, on_error: {},
        )

    monkeypatch.setattr(executors, "_client_at", client_at)


def _work_fails(error: str, *said: Any) -> Callable[[pytest.MonkeyPatch], None]:
    def begun(function: Any, functions: Sequence[Any], *shared: Any, pure: bool) -> list[Any]:
        def result() -> NoReturn:
            import distributed

            raise getattr(distributed, error)(*said)

        return [SimpleNamespace(result=result, release=lambda: None) for _ in functions]

    @contextmanager
    def local_client() -> Iterator[Any]:
        yield SimpleNamespace(map=begun, submit=lambda function, value, pure: value)

    return lambda monkeypatch: monkeypatch.setattr(executors, "_local_client", local_client)


BEFORE: dict[Code, Callable[[pytest.MonkeyPatch], None]] = {
    Code.UNREADABLE_FORM: _a_form_says("question,answer\nIs it hard?,20%\n"),
    Code.UNCLEAR_ANSWER: _a_form_says("id,kind,answer\nalignment-hard,judgement,05.Oct\n"),
    Code.UNREADABLE_IMPORT: _a_network_is_there,
    Code.NOTHING_TO_ASK: _a_model_is_certain,
    Code.ALREADY_THERE: _a_file_is_there,
    Code.UNKNOWN_REVISION: _there_is_a_repository,
    Code.AMBIGUOUS_NAME: _there_is_a_repository,
    Code.CANNOT_USE: _nothing_may_be_read,
    Code.NO_DRAWING_PROGRAM: _nothing_is_installed,
    Code.MISSING_EXTRA: _nothing_is_installed,
    Code.NO_CLUSTER: _nobody_waits,
    Code.OTHER_VERSION: _the_scheduler_lacks_everything,
    Code.LOST_WORKERS: _work_fails("KilledWorker", "a task", None, 3),
    Code.LOST_CLUSTER: _work_fails("CancelledError"),
}
