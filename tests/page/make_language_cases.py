"""Fill in the tables of cases of the language that Python and the page's JavaScript both run.

A table in `cases/` holds what somebody writes, and what it means or which problem it is. To add a case,
write what is written there and run `python tests/page/make_language_cases.py`: it fills in what Python's own
reader says. `tests/test_page_language.py` holds Python to the tables, `tests/page/*.test.mjs` the page.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cruxmap.errors import NOWHERE, InvalidMap, Problem
from cruxmap.insight.estimate import as_model
from cruxmap.insight.sentences import in_words, percent
from cruxmap.insight.travelling_model import condition_data, travelling_model
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Role, SameAs, condition_text
from cruxmap.language.checks import check_layers, spans_of
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import Perspective, lay, settle
from cruxmap.language.judgement import (
    LEXICON,
    Lexicon,
    UnreadableError,
    format_value,
    parse_phrase,
    parse_value,
    with_phrases,
)
from cruxmap.language.reading import read_map
from cruxmap.language.typed import parse_condition, read_settings
from cruxmap.language.yaml_text import Entries, Items, Node, Text, parse_text
from cruxmap.present import phrases

CASES = Path(__file__).parent / "cases"

type Table = dict[str, Any]

# --- notation.json ------------------------------------------------------------------------------------


def notation(table: Table) -> Table:
    """Texts where a number belongs, by the role of the place, with the built-in lexicon or a map's own."""
    own = with_phrases({phrase: parse_phrase(text) for phrase, text in table["phrases"].items()})
    lexicons = {"own": own, None: LEXICON}
    written: dict[str, dict[str, str]] = {"probability": {}, "ratio": {}}
    for (scale, phrase), meaning in own.items():
        written[scale.value][phrase] = format_value(meaning)
    cases = [_number(case, lexicons[case.get("lexicon")]) for case in table["cases"]]
    return {"phrases": table["phrases"], "lexicon": written, "cases": cases}


def _number(case: Table, lexicon: Lexicon) -> Table:
    asked = {key: case[key] for key in ("text", "role", "lexicon") if key in case}
    try:
        value = parse_value(case["text"], Role(case["role"]), lexicon)
    except UnreadableError as error:
        return {**asked, "problem": _problem(Problem(error.code, error.message, hint=error.hint))}
    if isinstance(value, SameAs):
        return {**asked, "same_as": value.address}
    return {
        **asked,
        "low": value.low,
        "high": value.high,
        "complements": [*value.complements],
        "mu": value.mu,
        "sd": value.sd,
        "certain": int(value.low) if value.is_certain else None,
        "written": format_value(value),
    }


def _problem(problem: Problem) -> list[str]:
    return [problem.code.value, problem.message, problem.hint]


# --- conditions.json ----------------------------------------------------------------------------------


def conditions(table: Table) -> Table:
    """Conditions as people type them, on a map with entries of every kind."""
    argument_map = map_of(table["map"])
    cases = [_condition(text, argument_map) for text in _texts(table["cases"])]
    return {"map": table["map"], "model": data_of(argument_map, "entries", "brought"), "cases": cases}


def _condition(text: str, argument_map: ArgumentMap) -> Table:
    try:
        condition = parse_condition(text, argument_map)
    except InvalidMap as wrong:
        return {"text": text, "problem": _problem(wrong.problems[0])}
    data = condition_data(condition)
    return {
        "text": text,
        "condition": data,
        "written": condition_text(condition),
        "words": in_words(argument_map, condition),
    }


def _texts(cases: list[Any]) -> list[str]:
    """Return what is written in each case; a new one may be the text alone."""
    return [case if isinstance(case, str) else case["text"] for case in cases]


# --- worldviews.json ---------------------------------------------------------------------------------


NUMBERS = ("addresses", "judgements", "share_rows", "rows_at", "lexicon", "map", "brought", "bringer")
"""What the page is told of a map's numbers, besides its worldviews and entries."""


def worldviews(table: Table) -> Table:
    """Numbers as worldviews have them, with changes on top as a worldview's file would hold them.

    What is `set` on top of changes is read as on a command line.
    """
    maps = {name: map_of(files) for name, files in table["maps"].items()}
    models = {name: data_of(read, *NUMBERS, "worldviews", "entries") for name, read in maps.items()}
    cases = [
        _set(case, maps[case["map"]]) if "set" in case else _laid(case, table["maps"][case["map"]])
        for case in table["cases"]
    ]
    return {"maps": table["maps"], "models": models, "cases": cases}


OWN_FILE = "worldviews/own.yaml"


def _laid(case: Table, files: Mapping[str, Any]) -> Table:
    """Settle the map with the changes as one more worldview of it."""
    start, changes = case["worldview"], case["changes"]
    own = {"text": "Own."} if start == MAP_WORLDVIEW else {"text": "Own.", "extends": start}
    argument_map = map_of(files)
    own["judgements"] = {
        judgement["at"]: judgement["value"] if "value" in judgement else _by_state(judgement, argument_map)
        for judgement in changes["judgements"]
    }
    own |= {key: changes[key] for key in ("rejects", "accepts") if changes[key]}
    perspective = settle(map_of({**files, OWN_FILE: own}), "own")
    return {key: case[key] for key in ("map", "worldview", "changes")} | {"settled": _settled(perspective)}


def _settled(perspective: Perspective) -> Table:
    index = {setting.address: number for number, setting in enumerate(perspective.settings)}
    settings = perspective.settings
    return {
        "mu": [s.value.mu for s in settings],
        "sd": [s.value.sd for s in settings],
        "column": [index[s.column] for s in settings],
        "single": [int(s.single) for s in settings],
        "origin": ["set" if s.origin == "own" else s.origin for s in settings],
        "rejected": [s.rejected for s in settings],
        "not_brought": [s.not_brought for s in settings],
        "fitted": [s.why_fitted for s in settings],
    }


def _set(case: Table, argument_map: ArgumentMap) -> Table:
    """Lay one number over a worldview and its changes as a command line does; say what is wrong with it."""
    asked = {key: case[key] for key in ("map", "worldview", "changes", "set")}
    try:
        before = [
            (judgement["at"], judgement["value"])
            if "value" in judgement
            else (judgement["at"], _by_state(judgement, argument_map))
            for judgement in case["changes"]["judgements"]
        ]
        address, text = case["set"]
        read = (*read_settings(before, argument_map), *read_settings([(address, text)], argument_map))
        layers = lay(argument_map, case["worldview"], read)
        findings = Findings()
        spans = spans_of(argument_map, ((at, NOWHERE) for at, _ in read))
        check_layers(argument_map, layers, spans, frozenset(), findings)
        findings.raise_if_any()
    except InvalidMap as wrong:
        return {**asked, "problem": _problem(wrong.problems[0])}
    return {**asked, "problem": None}


def _by_state(judgement: Table, argument_map: ArgumentMap) -> dict[str, str]:
    """Return shares by their states."""
    row = argument_map.shares[judgement["at"]]
    states = [share.address.rpartition(".")[2] for share in row]
    return dict(zip(states, judgement["shares"], strict=True))


# --- phrases.json -------------------------------------------------------------------------------------


def written(table: Table) -> Table:
    """Numbers as people see them: by themselves, with digits, and beside others."""
    numbers, pairs = table["numbers"], table["pairs"]
    return {
        "numbers": numbers,
        "pairs": pairs,
        "percents": [[percent(p, digits) for digits in range(2, 8)] for p in numbers if 0 <= p <= 1],
        "ratios": [[phrases.ratio(value, digits) for digits in range(2, 6)] for value in numbers],
        "intervals": [phrases.interval((low, high)) for low, high in pairs],
    }


# --- yaml_text.json ---------------------------------------------------------------------------------


def yaml_text(table: Table) -> Table:
    """Texts of files: what they hold, where nothing but that can be, and what is wrong with them.

    Of a mistake in the YAML itself, the page's library says in its own words what is wrong, and maybe in the
    line before or after.
    """
    return {"cases": [_yaml(text) for text in _texts(table["cases"])]}


def _yaml(text: str) -> Table:
    parsed = parse_text(text, "a file")
    return {
        "text": text,
        "root": None if parsed.root is None else _plain(parsed.root),
        "problems": [[p.code.value, p.span.line, p.message, p.hint] for p in parsed.problems],
        "spoiled": sorted(parsed.spoiled),
        "commented": [*_commented(parsed.root)],
    }


def _plain(node: Node) -> Any:
    match node:
        case Text():
            return str(node)
        case Items():
            return [_plain(part) for part in node]
        case Entries():
            return {str(key): _plain(part) for key, part in node.items()}


def _commented(node: Node | None) -> Iterator[str]:
    """Yield the texts that a comment follows on their line."""
    match node:
        case Text() if node.comment_follows:
            yield str(node)
        case Items():
            for part in node:
                yield from _commented(part)
        case Entries():
            for part in node.values():
                yield from _commented(part)


# --- maps -----------------------------------------------------------------------------------------------


def map_of(files: Mapping[str, Any]) -> ArgumentMap:
    """Read a map whose files are given as data, by their names."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, "cases", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
        return read_map(Path(folder, "cases"))


def data_of(argument_map: ArgumentMap, *keys: str) -> Table:
    """Return some of what the page is told of a map; of its entries what their names stand for."""
    model = travelling_model(as_model(argument_map))
    found = {key: model[key] for key in keys}
    if "entries" in found:
        wanted = ("id", "type", "states", "timeline", "phases")
        found["entries"] = [{k: entry[k] for k in wanted if k in entry} for entry in found["entries"]]
    return found


# --- all tables ---------------------------------------------------------------------------------------

TABLES: dict[str, Callable[[Table], Table]] = {
    "notation": notation,
    "conditions": conditions,
    "worldviews": worldviews,
    "phrases": written,
    "yaml_text": yaml_text,
}
"""What fills in each table, by the name of its file."""


def read(name: str) -> Table:
    """Read a table."""
    table: Table = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return table


def write(name: str, table: Table) -> None:
    """Write a table, each case on a line of its own."""
    parts = []
    for key, value in table.items():
        lines = ",\n".join(json.dumps(case) for case in value) if isinstance(value, list) else None
        parts.append(f"{json.dumps(key)}: {json.dumps(value) if lines is None else f'[\n{lines}\n]'}")
    (CASES / f"{name}.json").write_text("{\n%s\n}\n" % ",\n".join(parts), encoding="utf-8")  # noqa: UP031


def main() -> None:
    """Fill in all tables."""
    for name, filled in TABLES.items():
        write(name, filled(read(name)))


if __name__ == "__main__":
    main()
