"""The extension for VS Code says what the program and its own code do."""

import json
import re

from typer.main import get_command

from cruxmap import __version__, cli
from helpers.commands import ROOT

FOLDER = ROOT / "editors" / "vscode"
PACKAGE = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
CODE = (FOLDER / "extension.js").read_text(encoding="utf-8")


def test_it_starts_a_command_that_there_is() -> None:
    command = PACKAGE["contributes"]["configuration"]["properties"]["cruxmap.command"]["default"]
    [arguments] = re.findall(r"args: (\[.*?\])", CODE)
    assert command == cli.app.info.name
    assert json.loads(arguments) == ["lsp"]
    assert "lsp" in get_command(cli.app).commands  # type: ignore[attr-defined]


def test_its_settings_and_commands_are_those_of_its_code() -> None:
    contributes = PACKAGE["contributes"]
    read = set(re.findall(r'getConfiguration\("cruxmap"\)\.get\("(\w+)"\)', CODE))
    declared = set(contributes["configuration"]["properties"])
    assert {f"cruxmap.{name}" for name in read} == declared - {
        "cruxmap.trace.server"
    }  # the library reads it
    registered = set(re.findall(r'registerCommand\("([\w.]+)"', CODE))
    assert registered == {command["command"] for command in contributes["commands"]}
    required = set(re.findall(r'require\("([\w-]+)[/"]', CODE))
    assert required == {"vscode", *PACKAGE["dependencies"]}


def test_it_is_for_yaml_in_projects_and_has_what_a_package_needs() -> None:
    assert 'language: "yaml"' in CODE
    events = PACKAGE["activationEvents"]
    places = [event.partition(":")[2] for event in events]
    assert all(any(ROOT.glob(place)) for place in places)
    assert PACKAGE["version"] == __version__
    assert PACKAGE["main"] == "./extension.js"
    assert (FOLDER / "LICENSE").read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text(
        encoding="utf-8"
    )
    assert (FOLDER / "README.md").is_file()
