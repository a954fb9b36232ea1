// Starts `cruxmap lsp` for the YAML files of a workspace, and again when the setting says another command.
"use strict";

const { commands, window, workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function start() {
  const command = workspace.getConfiguration("cruxmap").get("command");
  const server = { command, args: ["lsp"], transport: TransportKind.stdio };
  client = new LanguageClient("cruxmap", "cruxmap", server, {
    documentSelector: [{ scheme: "file", language: "yaml" }],
  });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(
      `cruxmap could not be started (${error.message}). Install it in its clone with pip install '.[lsp]', ` +
        "or name the command in the setting cruxmap.command.",
    );
  }
}

async function stop() {
  const ending = client;
  client = undefined;
  if (ending?.needsStop()) await ending.stop();
}

async function restart() {
  await stop();
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    commands.registerCommand("cruxmap.restart", restart),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("cruxmap.command")) restart();
    }),
  );
  await start();
};

exports.deactivate = stop;
