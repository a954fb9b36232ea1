"""Argdown's own program, where it is installed: what it finds in a file.

`CRUXMAP_ARGDOWN_CORE` names the folder of the package `@argdown/core`; without it, nothing is found.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CORE = os.environ.get("CRUXMAP_ARGDOWN_CORE", "")
MISSING = "names no folder of @argdown/core in CRUXMAP_ARGDOWN_CORE, or there is no Node"
IS_THERE = bool(CORE) and os.path.isdir(CORE) and shutil.which("node") is not None

_SCRIPT = """
const fs = require('fs');
const { ArgdownApplication, ParserPlugin, DataPlugin, ModelPlugin } = require(process.argv[2]);
const app = new ArgdownApplication();
app.addPlugin(new ParserPlugin(), 'parse-input');
app.addPlugin(new DataPlugin(), 'build-model');
app.addPlugin(new ModelPlugin({ removeTagsFromText: true }), 'build-model');
const name = (one) => one.type === 'argument' ? `<${one.title}>`
  : one.type === 'inference' ? `<${one.argumentTitle}>` : `[${one.title}]`;
const said = (one) => ({
  text: one.members.map((member) => member.text || '').map((text) => text.trim()).find(Boolean) || '',
  tags: one.tags || [],
  data: one.data || null,
  structure: (one.pcs || []).map((part) => [part.role, part.title]),
});
const all = (map) => Object.fromEntries(Object.values(map || {}).map((one) => [one.title, said(one)]));
const found = process.argv.slice(3).map((file) => {
  const request = { process: ['parse-input', 'build-model'], input: fs.readFileSync(file, 'utf8'),
    throwExceptions: true, logLevel: 'silent' };
  try {
    const read = app.run(request);
    const errors = [...(read.lexerErrors || []), ...(read.parserErrors || [])].map((error) => error.message);
    return { errors, statements: all(read.statements), arguments: all(read.arguments),
      relations: (read.relations || []).map((one) => [one.relationType, name(one.from), name(one.to)]) };
  } catch (error) {
    return { errors: [String(error)] };
  }
});
console.log(JSON.stringify(found));
"""


def readings_of(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Return what Argdown's program finds in each text: errors, statements, arguments and relations."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "read.js"
        script.write_text(_SCRIPT, encoding="utf-8")
        files = []
        for number, text in enumerate(texts):
            files.append(Path(folder) / f"{number}.argdown")
            files[-1].write_text(text, encoding="utf-8")
        command = ["node", str(script), CORE, *map(str, files)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found
