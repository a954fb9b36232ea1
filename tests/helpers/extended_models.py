"""A travelling model with what a worldview brings besides, as the page makes it of a file that it is given.

In: a model without the worldview, and the same with it. Out: the page's data of the first, and what the page
makes of them: all that is new stands behind what was there, and `added` has the tables of it.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cruxmap.insight.travelling_model import condition_data, travelling_model
from cruxmap.language.argument_map import (
    Argument,
    Claim,
    Condition,
    Credence,
    Definition,
    OnStates,
    Question,
    Routes,
    ShareTable,
    Table,
)
from cruxmap.language.model_spec import ModelSpec

KEY_BYTES = 16


def extended(shipped: ModelSpec, full: ModelSpec) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data of a model, and of the extension of it by what only the second one has.

    The extension has neither `shipped` nor `network`: they are those of the first.
    """
    old, new = travelling_model(shipped), travelling_model(full)
    known = set(old["addresses"])
    addresses = [*old["addresses"], *(a for a in new["addresses"] if a not in known)]
    number = {address: n for n, address in enumerate(addresses)}
    at = [number[address] for address in new["addresses"]]  # by its number in the second
    back = [0] * len(at)
    for there, here in enumerate(at):
        back[here] = there
    entries = {entry["id"]: _renumbered(entry, at) for entry in new["entries"]}
    ids = [entry["id"] for entry in old["entries"]]
    ids += [name for name in entries if name not in set(ids)]
    places = _places(old, entries)
    variable = {**old["network"]["places"], **places}
    for entry in entries.values():
        entry["variable"] = variable[entry["id"]]
        for part in entry["parts"]:
            part["variable"] = variable[part["address"]]
    keys = base64.b64decode(new["keys"])
    judgements = {
        name: [column[j] for j in back]
        for name, column in new["judgements"].items()
        if name not in {"fixed", "default", "nobodys"}
    }
    extension = {
        **{name: value for name, value in new.items() if name != "network"},
        "addresses": addresses,
        "keys": base64.b64encode(
            b"".join(keys[KEY_BYTES * j : KEY_BYTES * (j + 1)] for j in back)
        ).decode(),
        "judgements": judgements
        | {
            name: [at[j] for j in new["judgements"][name]]
            for name in ("fixed", "default", "nobodys")
            if name in new["judgements"]
        },
        "share_rows": [[at[j] for j in row] for row in new["share_rows"]],
        "rows_at": {address: [at[j] for j in row] for address, row in new["rows_at"].items()},
        "map": {"values": [new["map"]["values"][j] for j in back]},
        "entries": [entries[name] for name in ids],
        "condition_variables": old["condition_variables"],
        "targets": old["targets"],
        "added": {"places": places, "entries": _added(shipped, full, number, places)},
    }
    return old, extension


def _renumbered(entry: Mapping[str, Any], at: list[int]) -> dict[str, Any]:
    found = dict(entry)
    for name in ("own_number", "credence", "weight"):
        if found.get(name) is not None:
            found[name] = at[found[name]]
    if found.get("definition"):
        definition = found["definition"]
        found["definition"] = {
            **definition,
            "if_met": at[definition["if_met"]],
            "otherwise": at[definition["otherwise"]],
        }
    return found


def _places(old: Mapping[str, Any], entries: Mapping[str, Any]) -> dict[str, int]:
    """Number the variables that are new: entries, and routes."""
    there = old["network"]["places"]
    count = len(_numbers(old["network"]["states"]))
    found: dict[str, int] = {}
    for name, entry in entries.items():
        for place in (name, *(route["address"] for route in entry.get("routes", ()))):
            if place not in there:
                found[place] = count + len(found)
    return found


def _numbers(text: str) -> list[int]:
    return [byte for byte in base64.b64decode(text) if byte < 128]


def _added(
    shipped: ModelSpec, full: ModelSpec, number: Mapping[str, int], places: Mapping[str, int]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, entry in full.map.entry.items():
        old = shipped.map.entry.get(name)
        match entry:
            case Claim(basis=Routes(routes=routes)) if old is not None:
                assert isinstance(old, Claim)
                assert isinstance(old.basis, Routes)
                known = {route.chance.address for route in old.basis.routes}
                found += [
                    {"type": "route", "of": name, **_route(route, number, places)}
                    for route in routes
                    if route.chance.address not in known
                ]
            case _ if old is not None:
                continue
            case Claim(basis=basis):
                common = {"type": "claim", "id": name, "variable": places[name]}
                found.append({**common, **_basis(basis, number, places)})
            case Question(states=states, basis=ShareTable(rows=share_rows)):
                rows = [
                    {"when": _condition(row.when), "shares": [number[s.address] for s in row.shares]}
                    for row in share_rows
                ]
                common = {"type": "question", "id": name, "variable": places[name]}
                found.append({**common, "states": [*states], "rows": rows})
            case Argument():
                found.append(
                    {
                        "type": "argument",
                        "id": name,
                        "variable": places[name],
                        "direction": entry.direction.value,
                        "credence": number[entry.credence.address],
                        "weight": number[entry.weight.address],
                        "premises": [*map(_condition, entry.premises)],
                        "targets": [
                            {
                                "owner": on.owner,
                                "part": on.part,
                                "states": [*on.states] if isinstance(on, OnStates) else [],
                            }
                            for on in entry.targets
                        ],
                    }
                )
    return found


def _basis(basis: Any, number: Mapping[str, int], places: Mapping[str, int]) -> dict[str, Any]:
    match basis:
        case Credence(judgement=judgement):
            return {"basis": "credence", "credence": number[judgement.address]}
        case Table(rows=rows):
            written = [
                {"when": _condition(row.when), "credence": number[row.credence.address]} for row in rows
            ]
            return {"basis": "table", "rows": written}
        case Definition():
            return {
                "basis": "definition",
                "parts": [*map(_condition, basis.parts)],
                "count": basis.count,
                "if_met": number[basis.if_met.address],
                "otherwise": number[basis.otherwise.address],
            }
        case Routes():
            return {
                "basis": "routes",
                "when": _condition(basis.when),
                "leak": number[basis.leak.address],
                "routes": [_route(route, number, places) for route in basis.routes],
            }
        case _:
            raise TypeError(basis)


def _route(route: Any, number: Mapping[str, int], places: Mapping[str, int]) -> dict[str, Any]:
    address = route.chance.address
    return {
        "address": address,
        "variable": places[address],
        "when": _condition(route.when),
        "chance": number[address],
    }


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    return None if condition is None else condition_data(condition)
