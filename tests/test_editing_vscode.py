"""The extension for VS Code says what the program and its own code do."""

import json
import re
import shutil
import subprocess

import pytest
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
    assert f"cruxmap-{__version__}.vsix" in (ROOT / "docs" / "editing.md").read_text(encoding="utf-8")


STAGE = """
const Module = require("node:module");
const told = [];
const handlers = {};
let works = true;
class LanguageClient {
  constructor(...given) { told.push(["made", given[2].command, given[2].args, given[3].documentSelector]); }
  async start() { if (!works) throw new Error("ENOENT"); told.push(["started"]); }
  needsStop() { return true; }
  async stop() { told.push(["stopped"]); }
}
const modules = {
  vscode: {
    commands: { registerCommand: (name, run) => (handlers[name] = run) },
    window: { showErrorMessage: (words) => told.push(["error", words]) },
    workspace: {
      getConfiguration: (section) => ({ get: (key) => `${section}.${key}` }),
      onDidChangeConfiguration: (run) => (handlers.changed = run),
    },
  },
  "vscode-languageclient/node": { LanguageClient, TransportKind: { stdio: 0 } },
};
const load = Module._load;
Module._load = (name, ...rest) => modules[name] ?? load(name, ...rest);
const extension = require(process.argv[1]);
(async () => {
  await extension.activate({ subscriptions: [] });
  await handlers["cruxmap.restart"]();
  await handlers.changed({ affectsConfiguration: (name) => name === "cruxmap.other" });
  await handlers.changed({ affectsConfiguration: (name) => name === "cruxmap.command" });
  await new Promise(setImmediate);
  works = false;
  await handlers["cruxmap.restart"]();
  await extension.deactivate();
  console.log(JSON.stringify(told));
})();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
def test_it_starts_the_command_of_the_setting_and_says_where_that_is_not_there() -> None:
    """On a stage: an editor's window is none of what can be had here."""
    done = subprocess.run(
        ["node", "-e", STAGE, str(FOLDER / "extension.js")], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    made = ["made", "cruxmap.command", ["lsp"], [{"scheme": "file", "language": "yaml"}]]
    begun = [made, ["started"]]
    assert told[:-2] == [*begun, ["stopped"], *begun, ["stopped"], *begun, ["stopped"], made]
    assert told[-1] == ["stopped"]
    assert "pip install '.[lsp]'" in told[-2][1]
    assert "ENOENT" in told[-2][1]
