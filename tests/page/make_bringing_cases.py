"""Fills in `cases/bringing.json`: maps, files of worldviews that bring entries, what Python makes of them.

`python tests/page/make_bringing_cases.py` reads the maps and the files. It writes of each case what is new in
the model's data with these files in the map's folder, or the problems that they have.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.estimate import as_model
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.report.words import basis_words, number_words, part_words
from page.make_language_cases import map_of, read, write

type Table = dict[str, Any]

NAME = "bringing"

NUMBERS = ("addresses", "keys", "judgements", "share_rows", "rows_at", "lexicon", "map", "made_from")
WHOSE = ("brought", "bringer", "worldviews", "sources", "voices")
LANGUAGE = (*NUMBERS, *WHOSE, "entries", "model")
"""What the language part of a model's data is."""


def bringing(table: Table) -> Table:
    """Maps with files of worldviews: what is new by them, and in words; or what is wrong with them."""
    maps = {name: map_of(files) for name, files in table["maps"].items()}
    models = {name: _language(argument_map) for name, argument_map in maps.items()}
    cases = [_case(case, table["maps"][case["map"]], models[case["map"]]) for case in table["cases"]]
    return {"maps": table["maps"], "models": models, "cases": cases}


def _language(argument_map: ArgumentMap) -> Table:
    data = travelling_model(as_model(argument_map))
    return {key: data[key] for key in LANGUAGE}


def _case(case: Table, files: Mapping[str, Any], before: Table) -> Table:
    asked = {key: case[key] for key in ("map", "files")}
    beside = {
        f"worldviews/{name}.yaml": {"text": "Words.", **file} for name, file in case["files"].items()
    }
    try:
        argument_map = map_of({**files, **beside})
    except InvalidMap as wrong:
        return {**asked, "problems": [*map(_problem, wrong.problems)]}
    old, new = told(before), told(_language(argument_map))
    found = {
        part: {name: it for name, it in new[part].items() if old[part].get(name) != it} for part in new
    }
    return {**asked, "new": found, "words": _words(argument_map)}


def _problem(problem: Problem) -> list[str]:
    """Return a problem; a page cannot name the place of what was there before."""
    hint = "" if problem.code is Code.DUPLICATE_ID else problem.hint
    return [problem.code.value, problem.message, hint]


def told(data: Table) -> Table:
    """Return what is at each address and name, without what depends on their order."""
    addresses, judgements = data["addresses"], data["judgements"]
    keys = base64.b64decode(data["keys"])
    places = {
        address: {
            **{name: judgements[name][n] for name in ("scale", "owner", "role", "part")},
            **{name: n in judgements[name] for name in ("fixed", "default")},
            "text": data["map"]["values"][n],
            "key": keys[16 * n : 16 * n + 16].hex(),
            "bringer": data["bringer"].get(address),
        }
        for n, address in enumerate(addresses)
    }
    rows = {addresses[row[0]]: [addresses[n] for n in row] for row in data["share_rows"]}
    rows_at = {at: [addresses[n] for n in row] for at, row in data["rows_at"].items()}
    entries = {entry["id"]: _named(entry, addresses) for entry in data["entries"]}
    worldviews = dict(data["worldviews"].items())
    return {
        "places": places,
        "rows": rows,
        "rows_at": rows_at,
        "entries": entries,
        "worldviews": worldviews,
        "brought": data["brought"],
    }


def _named(entry: Table, addresses: list[str]) -> Table:
    """Return an entry with addresses in place of their numbers, and without variables."""
    found = {key: value for key, value in entry.items() if key != "variable"}
    found["parts"] = [{"address": part["address"], "kind": part["kind"]} for part in entry["parts"]]
    for key in ("own_number", "credence", "weight"):
        if isinstance(entry.get(key), int):
            found[key] = addresses[entry[key]]
    if entry.get("definition"):
        numbers = {key: addresses[entry["definition"][key]] for key in ("if_met", "otherwise")}
        found["definition"] = {**entry["definition"], **numbers}
    return found


def _words(argument_map: ArgumentMap) -> Table:
    """Return words for each entry that is brought, and for claims to which routes are."""
    owners = {address.partition(".")[0].partition("#")[0] for address in argument_map.brought}
    return {
        name: {
            "basis": basis_words(argument_map, entry),
            "numbers": number_words(argument_map, entry),
            "parts": [list(part) for part in part_words(argument_map, entry)],
        }
        for name, entry in argument_map.entry.items()
        if entry.about.brought_by or name in owners
    }


def main() -> None:
    """Fill in the table."""
    write(NAME, bringing(read(NAME)))


if __name__ == "__main__":
    main()
