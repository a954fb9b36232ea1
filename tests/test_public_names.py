"""The public names: each is told with an example that runs, and each command has its function."""

import dataclasses
import doctest
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import cruxmap as cm
from cruxmap import cli

NAMES: list[str] = cm.__all__


def told(name: str) -> str:
    """Return the documentation of a public name."""
    return inspect.getdoc(getattr(cm, name)) or ""


def section(name: str, title: str) -> set[str]:
    """Return what a section of the documentation names, by lines that are not indented."""
    found = re.search(rf"^{title}\n-+\n((?:.*\n?)*?)(?=\n\S[^\n]*\n-+\n|\Z)", told(name), re.MULTILINE)
    lines = found[1].split("\n") if found else []
    return {word for line in lines if re.match(r"[a-z]", line) for word in line.split(", ")}


LONG = {"Job", "Pool", "Report", "build", "report", "sample"}
"""Names of which the example takes seconds; those of `pool` and `run` do all that theirs do."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in NAMES]
)
def test_a_public_name_is_told_with_an_example_that_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [test] = doctest.DocTestFinder(recurse=False).find(getattr(cm, name), name, globs={})
    run = [example for example in test.examples if not example.options.get(doctest.SKIP)]
    assert run, f"{name} has no example"
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)
    assert not list(tmp_path.iterdir()), "an example leaves files behind"


CLASSES = [name for name in NAMES if dataclasses.is_dataclass(getattr(cm, name))]


@pytest.mark.parametrize("name", CLASSES)
def test_help_of_a_class_names_every_field(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(getattr(cm, name))} - {"asked_of"}
    assert fields <= section(name, "Attributes")


FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(cm, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_help_of_a_function_names_every_parameter(name: str) -> None:
    parameters = set(inspect.signature(getattr(cm, name)).parameters)
    if name not in ("diff_revisions", "read_models", "write_form"):  # which say whose parameters they have
        assert parameters <= section(name, "Parameters")
        assert name == "serve_page" or "\nReturns\n-------\n" in told(name)


def test_dir_shows_all_of_them() -> None:
    assert set(NAMES) <= set(dir(cm))


# --- commands and functions -----------------------------------------------------------------------

ON_THE_ANSWER = {"form", "listing", "figures", "output"}
"""Options that are methods of what comes back: `to_json`, `to_frame`, `plot`, `write`."""
SHARED = {
    "settings": "judgements",
    "assuming": "assuming",
    "observed": "observed",
    "exact": "exact",
    "sampled": "exact",
    "quiet": "progress",
    "everyone": "everyone",
    "tag": "tag",
}
"""Options of several commands, and the parameters that they are."""

COMMANDS: dict[str, tuple[tuple[Callable[..., Any], ...], dict[str, str]]] = {
    "check": (
        (cm.check,),
        {"path": "path", "sources": "sources", "expect": "expect", "deep": "deep", "stale": "stale"},
    ),
    "coherence": ((cm.coherence,), {"model": "model"}),
    "compare": ((cm.compare,), {"models": "models"}),
    "cruxes": ((cm.cruxes,), {"model": "model", "worldview": "worldview"}),
    "diff": (
        (cm.diff, cm.pairs, cm.against_rest, cm.revise),
        {"model": "model", "a": "a", "b": "b", "git": "now"},
    ),
    "estimate": ((cm.estimate,), {"model": "model", "worldview": "worldviews"}),
    "explain": ((cm.explain,), {"model": "model", "address": "address"}),
    "export": ((cm.export_map,), {"model": "model", "form": "format", "worldview": "worldview"}),
    "fmt": ((cm.fmt,), {"paths": "paths", "check": "check"}),
    "history": ((cm.history,), {"model": "model", "limit": "limit"}),
    "import": (
        (cm.import_map, cm.take_table),
        {"file": "source", "name": "name", "form": "format", "into": "model"},
    ),
    "interview": (
        (cm.interview, cm.rehearse, cm.questionnaire),
        {
            "model": "model",
            "name": "name",
            "about": "about",
            "questions": "questions",
            "show_numbers": "show_numbers",
            "rehearsed": "worldview",
            "answers": "answers",
            "order": "order",
            "kinds": "kinds",
        },
    ),
    "merge": ((cm.merge,), {"model": "model", "files": "files"}),
    "new": ((cm.new, cm.new_worldview), {"name": "name", "like": "like", "worldview": "name"}),
    "pool": ((cm.pool,), {"model": "model", "prior": "prior", "factor": "factor", "weights": "weights"}),
    "rename": ((cm.rename,), {"old": "old", "new": "new", "map_": "map", "kind": "kind"}),
    "report": (
        (cm.report, cm.read_model),
        {"model": "model", "blind": "blind", "anonymous": "anonymous", "visitors": "visitors"},
    ),
    "run": ((cm.run,), {"model": "model", "executor": "executor", "output": "folder"}),
    "schema": ((cm.schema,), {"kind": "kind"}),
    "serve": ((cm.serve_page,), {"model": "model", "port": "port", "blind": "blind"}),
    "show": (
        (cm.show,),
        {
            "model": "model",
            "worldview": "worldview",
            "stage": "stage",
            "form": "form",
            "around": "around",
            "steps": "steps",
            "overview": "overview",
            "every": "everything",
            "pages": "pages",
        },
    ),
    "takes": (
        (cm.takes,),
        {
            "model": "model",
            "above": "above",
            "below": "below",
            "agree_with": "agree_with",
            "worldview": "worldview",
            "only": "only",
            "far": "far",
        },
    ),
    "watch": ((cm.watch,), {"model": "model"}),
}
"""For each command, its functions and what its own options are called there."""

WITHOUT = {
    "lsp": "an editor starts it, and talks to it over stdin and stdout",
    "check --explain": "it prints a section of docs/problems.md, and needs no map",
    "interview --minutes": "it is for somebody who is asked at a terminal",
    "interview --read": "it asks at a terminal about what is in a table; `Interview.after` takes answers",
    "interview --only-asked": "it is for the file that a dialogue writes; `Interview.changes` has it",
    "interview --form": "a function of its own: `questionnaire`, with `write_form`",
    "interview --format": "of a rehearsal: `to_json` and `to_frame`",
    "explain --quiet": "it takes no time that anybody has to be told of",
    "merge --quiet": "it takes no time that anybody has to be told of",
    "serve --quiet": "`progress` hears what is being done",
}
"""What has no function or parameter, and why."""

COMMAND_LINE: Any = get_command(cli.app)


def test_every_command_has_a_function() -> None:
    assert set(COMMAND_LINE.commands) == {*COMMANDS, "lsp"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_a_parameter(command: str) -> None:
    functions, own = COMMANDS[command]
    parameters = {name for function in functions for name in inspect.signature(function).parameters}
    for option in COMMAND_LINE.commands[command].params:
        flag = next((o for o in option.opts if o.startswith("--")), option.name)
        if f"{command} {flag}" in WITHOUT or (option.name in ON_THE_ANSWER and option.name not in own):
            continue
        meant = own.get(option.name) or SHARED[option.name]
        assert meant in parameters, f"{command} {flag}"


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    for name in WITHOUT:
        command, _, flag = name.partition(" ")
        options = {o for p in COMMAND_LINE.commands[command].params for o in p.opts}
        assert not flag or flag in options
