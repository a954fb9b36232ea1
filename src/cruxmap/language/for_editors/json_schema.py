"""The shapes of files as JSON Schemas, with which editors complete, explain and check.

They are of draft-07: every version of the YAML language server reads that, and newer drafts only its newer
versions. What the language takes they take, however a YAML library reads scalars: `yes` as text or as a
truth value, `2024-01-15` as text or as a date, `~` as nothing. A scalar is whatever is no list or mapping.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeAliasType, get_args, get_origin

from cruxmap.language.argument_map import Scale
from cruxmap.language.context import MAX_ID, MAX_STEPS, RESERVED
from cruxmap.language.for_editors.notation_patterns import NO_PHRASE, NUMBERS, PHRASED, Schema
from cruxmap.language.reading import SAMPLING
from cruxmap.language.schema import FILES, FileKind
from cruxmap.language.validation import (
    Description,
    Editor,
    Endings,
    Leaf,
    NotEmpty,
    OneOf,
    Shape,
    fields_of,
    mark_of,
)

NO_PHRASES: Mapping[str, Scale] = MappingProxyType({})
DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schema(kind: FileKind, lexicon: Mapping[str, Scale] = NO_PHRASES) -> Schema:
    """Return the JSON Schema of one kind of file; `lexicon` has the phrases of maps with what they mean.

    Others pass unless they are nearly a phrase of the language, or begin as numbers do.
    """
    definitions: dict[str, Schema] = {}
    root = _of_shape(FILES[kind], definitions)
    if not root["required"]:
        root["type"] = ["object", "null"]  # a file may be empty
    for key, schema in root["properties"].items():  # and so may what a key at the top holds
        told = {name: schema.pop(name) for name in ("description", "examples")}
        root["properties"][key] = {**told, "anyOf": [schema, {"type": "null"}]}
    for name in PHRASED.keys() & definitions.keys():
        own = sorted(phrase for phrase, scale in lexicon.items() if scale is PHRASED[name])
        known, *others = definitions[name]["anyOf"]
        definitions[name] = {"anyOf": [known, *([{"enum": own}] if own else []), *others]}
    head = {"$schema": DRAFT, "title": f"cruxmap {kind}", "description": FILES[kind].__doc__}
    return {**head, **root, "definitions": dict(sorted((_used_by(definitions) | definitions).items()))}


# --- scalars --------------------------------------------------------------------------------------


def _scalar(what: str, **keywords: Any) -> Schema:
    """Return the schema of any scalar, dates too, which a JSON Schema has no type for."""
    text = {"type": "string", "errorMessage": f"{what} belongs here"}
    return {
        "if": {"type": ["array", "object"]},
        "then": text,
        "errorMessage": f"{what} belongs here",
        **keywords,
    }


def _name(what: str, pattern: str) -> Schema:
    """Return the schema of a scalar that is not nothing."""
    return _scalar(
        what, **{"if": {"type": ["array", "object", "null"]}, "pattern": pattern, "maxLength": MAX_ID}
    )


def _whole_number(least: int, most: int | None = None) -> Schema:
    number = {"type": "integer", "minimum": least, **({} if most is None else {"maximum": most})}
    digits = "^(?=.*[1-9])[0-9]{1,15}$" if least else "^[0-9]{1,15}$"
    return {"anyOf": [number, {"type": "string", "pattern": digits}]}


_KEBAB = "[a-z0-9]+(?:-[a-z0-9]+)*"
_NO_WORD = f"(?!(?:{'|'.join(sorted(RESERVED - {'true', 'false'}))})$)"
"""No word of the language, except what YAML 1.1 makes of `yes` and `no`, which may be ids."""
_AN_ID = "an id (lower-case words joined by `-`)"

_LEAVES: Mapping[str, Schema] = {
    "id": _name(_AN_ID, f"^{_KEBAB}$"),
    "entry-id": _name(_AN_ID, f"^{_NO_WORD}(?=.*[a-z]){_KEBAB}$"),
    "part-id": _name(_AN_ID, f"^{_NO_WORD}{_KEBAB}$"),
    "model-name": _name("a name", f"^{_KEBAB}(?:/{_KEBAB})*$"),
    "address": _name("an address", rf"^{_KEBAB}(?:\.[a-z0-9_-]+)*$"),
    "word": _scalar("a text"),
    "words": _scalar("a text"),
    "sentence": _scalar("a sentence", minLength=1),
    "citation": _scalar("a source, as in `report#4.2`,", pattern=f"^{_KEBAB}(?:#.*)?$"),
    "phrase": {"not": {"pattern": NO_PHRASE}, "errorMessage": "a phrase is made of words"},
    "count": _whole_number(1, MAX_STEPS),
    "whole": _whole_number(0),
    **{name: _whole_number(least, most) for name, (least, most) in SAMPLING.items()},
    "version": {"enum": [1, "1"]},
    "truth": {"enum": [True, False, "true", "false"]},
    "file": _scalar("a path", pattern=r"^[^\\]*$"),
    "included": _scalar(
        "a `.yaml` file of a map beside this one, as in `../other-map/10-setting.yaml`,",
        pattern=r"^(?!\.\./\.\./(?!arguments/|\.\./))[^\\]*\.yaml$",
    ),
    "digest-of-map": _name("a digest of 16 digits", "^[0-9a-f]{16}$"),
    "digest-of-entry": _name("a digest of 8 digits", "^[0-9a-f]{8}$"),
    **NUMBERS,
}


def _used_by(definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return what definitions refer to by name alone: scalars."""
    text = repr(definitions)
    return {name: schema for name, schema in _LEAVES.items() if f"'{_reference(name)}'" in text}


def _reference(name: str) -> str:
    return f"#/definitions/{name}"


# --- shapes ---------------------------------------------------------------------------------------


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of what an annotation describes."""
    if isinstance(hint, TypeAliasType):
        leaf = mark_of(hint.__value__, Leaf)
        if leaf is not None:
            return _defined(leaf.schema, lambda: _LEAVES[leaf.schema], definitions)
        return _defined(hint.__name__, lambda: _of(hint.__value__, definitions), definitions)
    if isinstance(hint, type) and issubclass(hint, Shape):
        return _defined(hint.__name__, lambda: _of_shape(hint, definitions), definitions)
    origin, args = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": _of(args[0], definitions)}
    if origin is dict:
        names = {"propertyNames": _of(args[0], definitions)}
        part = _of(args[1], definitions)
        if isinstance(args[1], type):
            part = {"description": args[1].__doc__, **part}
        return {"type": "object", **names, "additionalProperties": part}
    assert origin is Annotated, hint
    schema = _of_forms(hint, definitions) or _of(args[0], definitions)
    for mark in hint.__metadata__:
        match mark:
            case NotEmpty():
                schema = {"minItems" if schema["type"] == "array" else "minProperties": 1, **schema}
            case Editor(keywords=keywords):
                schema = {**schema, **keywords}
            case Endings(forms=forms):
                schema |= {
                    "patternProperties": {end: _of(form, definitions) for end, form in forms.items()}
                }
            case Description(text=text, example=example):
                schema = {"description": text, "examples": [example], **schema}
    return schema


def _of_forms(hint: Any, definitions: dict[str, Schema]) -> Schema | None:
    """Return the schema of a choice between forms; None where there is none to make."""
    choice = mark_of(hint, OneOf)
    if choice is None:
        return None
    right = [form for form in get_args(get_args(hint)[0]) if form not in choice.mistakes]
    forms = [_of(form, definitions) for form in right]
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _defined(name: str, make: Callable[[], Schema], definitions: dict[str, Schema]) -> Schema:
    if name not in definitions:
        definitions[name] = {}  # what it contains may refer back to it
        definitions[name] = make()
    return {"$ref": _reference(name)}


def _of_shape(shape: Any, definitions: dict[str, Schema]) -> Schema:
    fields = fields_of(shape)
    missing = [key for key, field in fields.items() if mark_of(field.hint, Description) is None]
    assert not missing, (shape, missing)
    schema: Schema = {
        "type": "object",
        "properties": {key: _of(field.hint, definitions) for key, field in fields.items()},
        "required": [key for key, field in fields.items() if field.required or key in shape.WANTED],
        "additionalProperties": False,
    }
    if shape.EITHER:
        schema["anyOf"] = [{"required": [key]} for key in shape.EITHER]
    if rules := _rules(shape):
        schema["allOf"] = rules
    return {**schema, **shape.EDITOR}


def _rules(shape: Any) -> list[Schema]:
    """Return what each key of a shape wants of the others."""
    needs = {key: [{"required": [one]} for one in others] for key, others in shape.NEEDS.items()}
    alone = {key: tuple(other for other in shape.EITHER if other != key) for key in shape.EITHER}
    apart = {key: dict.fromkeys(others, False) for key, others in (alone | shape.EXCLUDES).items()}
    return [
        *(
            {"dependencies": {key: ones[0] if len(ones) == 1 else {"anyOf": ones}}}
            for key, ones in needs.items()
        ),
        *({"dependencies": {key: {"properties": keys}}} for key, keys in apart.items()),
    ]
