"""What a project has for editors: the schemas of its files, and which file each of them is of.

The schemas lie in the project, in the folder `schemas`, so that no editor asks the network for them. On a
file's first line a comment names its schema to any editor with the YAML language server. Settings name it to
VS Code for files that have no such line.
"""

import json
from collections.abc import Mapping
from pathlib import Path, PurePath

from cruxmap.language.argument_map import Scale
from cruxmap.language.files import IN_A_MAP, MODELS, load
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.json_schema import NO_PHRASES, json_schema
from cruxmap.language.judgement import meaning_scale
from cruxmap.language.schema import FILES, FileKind
from cruxmap.language.yaml_text import Entries, Text, value_at

SCHEMAS = "schemas"
SETTINGS = ".vscode/settings.json"
_WHERE: dict[FileKind, str] = {
    "map": "arguments/*/*.yaml",
    "worldview": "arguments/*/worldviews/*.yaml",
    "model": "models/**/*.yaml",
    "sources": "arguments/*/sources/*.yaml",
}


def schema_name(kind: FileKind) -> str:
    """Return what a schema's file is called."""
    return f"{kind}.schema.json"


def schema_text(kind: FileKind, lexicon: Mapping[str, Scale] = NO_PHRASES) -> str:
    """Return what is in a schema's file; `lexicon` has the phrases of the project's maps."""
    return json.dumps(json_schema(kind, lexicon), indent=1) + "\n"


def own_phrases(project: Path) -> dict[str, Scale]:
    """Return the phrases in the lexicons of a project's maps, as far as their files can be read."""
    read = (load(path, Findings()) for path in sorted(project.glob(_WHERE["map"])))
    roots = (parsed.root for parsed in read if parsed is not None)
    lexicons = (value_at(root, "lexicon") for root in roots)
    meanings = [one for own in lexicons if isinstance(own, Entries) for one in own.items()]
    return {str(phrase): meaning_scale(text) for phrase, text in meanings if isinstance(text, Text)}


def editor_files(lexicon: Mapping[str, Scale] = NO_PHRASES) -> dict[str, str]:
    """Return the files that a project has for editors, by path in the project; `lexicon` as above."""
    schemas = {f"{SCHEMAS}/{schema_name(kind)}": schema_text(kind, lexicon) for kind in FILES}
    places = {f"./{SCHEMAS}/{schema_name(kind)}": [where] for kind, where in _WHERE.items()}
    return {**schemas, SETTINGS: json.dumps({"yaml.schemas": places}, indent=2) + "\n"}


def schema_line(path: PurePath) -> str:
    """Return the comment that names the schema of a file, which has that path in its project."""
    schema = schema_name("model" if path.parts[0] == MODELS else IN_A_MAP.get(path.parent.name, "map"))
    return f"# yaml-language-server: $schema={'../' * (len(path.parts) - 1)}{SCHEMAS}/{schema}\n"


def first_line(worldview: Path) -> str:
    """Return the first line of a new worldview's file: none where its project has no schemas."""
    project = worldview.absolute().parents[3:4]
    has_schema = any((folder / SCHEMAS / schema_name("worldview")).is_file() for folder in project)
    return schema_line(worldview.absolute().relative_to(project[0])) if has_schema else ""
