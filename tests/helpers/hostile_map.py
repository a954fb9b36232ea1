"""A map whose texts try to be something else wherever a text can stand."""

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model

SENTENCES = frozenset({"text", "title", "note", "author", "date", "url", "tags", "state_texts"})
"""Fields that hold what people wrote as they like."""

ATTACKS = (
    "</script><script>globalThis.attacked = 1</script>",
    "<!--<script>",
    "<img src=x onerror='globalThis.attacked = 1'>",
    '" onmouseover="globalThis.attacked = 1" x="',
    "javascript:globalThis.attacked=1",
    "]]></style><svg onload=globalThis.attacked=1>",
    "${globalThis.attacked = 1} `",
    "&lt;script&gt; &#60;b&#62;",
    "\u202eright to left\u2066 and never back",
    "\u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\\u003cscript\\u003e \\ \" '",
    "(controls)",
    "x" * 10_000,
    "word " * 2_000,
)
"""Texts, each of which would do something where it is not taken for a text."""

CONTROLS = "\u2028\u2029 \x1b[31mred\x1b]0;title\x07\x9b2J \u0001\u0008\u007f\ufffe\ud800 \x00"
"""What the reader refuses in a file; it stands in the place of `(controls)` in texts of a `hostile_model`."""

EVERYTHING = " ".join(ATTACKS)


def quoted(text: str) -> str:
    """A text as YAML reads it, whatever is in it."""
    return json.dumps(text)


def hostile_model(folder: Path) -> ModelSpec:
    """The model of the hostile map, with characters in its sentences that no file can hold."""
    return _with_controls(read_model(hostile_project(folder)))


def _with_controls(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return value.replace("(controls)", CONTROLS) if name in SENTENCES else value
    if type(value) is tuple:
        return tuple(_with_controls(part, name) for part in value)
    if is_dataclass(value):
        parts = [field.name for field in fields(value) if field.init]
        return replace(value, **{part: _with_controls(getattr(value, part), part) for part in parts})
    return value


def hostile_project(folder: Path) -> Path:
    """Write a project with the hostile map into a folder, and return the model's file."""
    nasty = quoted(EVERYTHING)
    sources = "\n".join(
        f"  source-{i}: {{title: {quoted(text)}, author: {quoted(text)}, url: {quoted(text)}, "
        f"date: {quoted(text)}, note: {quoted(text)}}}"
        for i, text in enumerate(ATTACKS)
    )
    voices = "\n".join(f"  voice-{i}: {{text: {quoted(text)}}}" for i, text in enumerate(ATTACKS))
    claims = "\n".join(
        f"  claim-{i}:\n    text: {quoted(text)}\n    note: {quoted(text)}\n    tags: [{quoted(text)}]\n"
        f"    source: [{quoted(f'source-{i}#{text[:80]}')}]\n"
        f"    credence: {{value: 10% to {20 + i}%, source: source-{i}, note: {quoted(text)}}}"
        for i, text in enumerate(ATTACKS)
    )
    text = f"""
map: {{title: {nasty}, text: {nasty}}}
sources:
{sources}
  good: {{title: Good, url: "https://example.org/a?b=c&d='e'"}}
voices:
{voices}
lexicon: {{{quoted(ATTACKS[0])}: 20% to 30%}}
timelines:
  time: {{text: {nasty}, phases: {{early: 1, late: 1}}}}
claims:
{claims}
  whole:
    text: {nasty}
    any_of: [{", ".join(f"claim-{i}" for i in range(len(ATTACKS)))}]
  phrase: {{text: {nasty}, source: good, credence: {quoted(ATTACKS[0])}}}
questions:
  which:
    text: {nasty}
    states: [one, two]
    state_texts: {{one: {nasty}}}
    credence: {{one: 30%, two: rest}}
events:
  when-it: {{text: {nasty}, timeline: time, emerges: {{early: 20%, late: 30%}}}}
arguments:
  because: {{text: {nasty}, by: voice-0, premises: [phrase], credence: 80%, for: claim-1, strength: 3x}}
  but: {{text: {nasty}, premises: [{{which: one}}], undercuts: because, force: 50%}}
"""
    view = f"""
worldview: mallory
voice: voice-1
text: {nasty}
judgements:
  claim-1: {{value: 30% to 40%, source: source-2, note: {nasty}}}
stated: [{{of: whole, credence: 80%, source: source-3, note: {nasty}}}]
remarks: {{claim-2: {nasty}}}
arguments:
  mine: {{text: {nasty}, against: claim-3, strength: 4x, note: {nasty}}}
"""
    (folder / "arguments/hostile/worldviews").mkdir(parents=True)
    (folder / "arguments/hostile/map.yaml").write_text(text, encoding="utf-8")
    (folder / "arguments/hostile/worldviews/mallory.yaml").write_text(view, encoding="utf-8")
    (folder / "models").mkdir()
    model = folder / "models/hostile.yaml"
    model.write_text(
        f"model: hostile\nmap: ../arguments/hostile\ntarget: whole\ntext: {nasty}\n"
        "worldviews: [map, mallory]\nsampling: {draws: 32, seed: 1}\n",
        encoding="utf-8",
    )
    return model
