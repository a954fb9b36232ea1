"""Files of maps as editors check them: read by a YAML library, and held against a JSON Schema."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cruxmap.language.for_editors.json_schema import json_schema
from cruxmap.language.schema import FileKind

READERS: Mapping[str, Callable[[str], Any]] = {
    "YAML 1.1": partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)),
    "YAML 1.2": YAML(typ="safe", pure=True).load,
}

UNREADABLE = (yaml.YAMLError, YAMLError, UnicodeDecodeError)
"""What is raised of text that is not YAML."""


def kind_of(path: Path) -> FileKind:
    """Return what kind of file is at a path of a project."""
    folders: dict[str, FileKind] = {"worldviews": "worldview", "sources": "sources"}
    return "model" if "models" in path.parts[:-1] else folders.get(path.parent.name, "map")


def refusals(text: str, kind: FileKind) -> Iterator[str]:
    """Yield what is wrong with a file's text, for each way to read it."""
    for name, read in READERS.items():
        for error in _checker(kind).iter_errors(_keys_as_text(read(text))):
            yield f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


@cache
def _checker(kind: FileKind) -> jsonschema.Draft7Validator:
    schema = json_schema(kind)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def _keys_as_text(value: Any) -> Any:
    """Return what was read with keys as JSON has them: `2030` and `yes` as texts."""
    match value:
        case dict():
            return {_text(key): _keys_as_text(part) for key, part in value.items()}
        case list():
            return [_keys_as_text(part) for part in value]
        case _:
            return value


def _text(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)
