"""What stands along the dims of results: ids for programs, and the words behind them for people.

The ids are indexes, and so the labels of tables and plots. The words are coordinates along the same dims:
`worldview_text`, `target_text`, `claim_text`; of an address what it is about (`address_text`), what its
number says of it (`address_role`), when it applies (`address_when`), and in each worldview who gave it
(`whose`: a worldview's id, `map`, `set`, `nobody's`); of a statement `statement_text` and `stated_by`.

Both stand at the root of the tree, from which groups inherit the indexes alone: ArviZ cannot put variables
into one table where some have coordinates of words that others lack. What is stated has groups of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import IntArray
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    ClaimIs,
    Condition,
    StateIn,
    condition_text,
    place_of,
)
from cruxmap.network.inquiry import Inquiry
from cruxmap.network.means_and_deviations import Numbers


class Coordinate(NamedTuple):
    """A coordinate, of words or numbers, and the dims it stands along, as xarray takes one."""

    dims: tuple[str, ...]
    values: npt.NDArray[np.str_] | IntArray


def uncertain_columns(numbers: Numbers) -> IntArray:
    """Return the judgements that have an interval in some worldview, sorted."""
    return np.flatnonzero((numbers.sd > 0).any(axis=0))


def coordinates(inquiry: Inquiry) -> dict[str, list[str]]:
    """Return the labels of every dim but chain and draw; statements only where there are some."""
    addresses = inquiry.network.addresses
    labels = {
        "worldview": list(inquiry.model.worldviews),
        "address": [addresses[i] for i in uncertain_columns(inquiry.numbers)],
        "claim": [claim.about.id for claim in inquiry.model.map.claims],
        "target": list(inquiry.target_names),
    }
    if inquiry.stated:
        labels["statement"] = [stated.name for stated in inquiry.stated]
    return labels


def labels_of(inquiry: Inquiry, dims: Iterable[str]) -> dict[str, Coordinate]:
    """Return the labels of some dims, as coordinates of a dataset."""
    labels = coordinates(inquiry)
    return {dim: _along(dim, labels[dim]) for dim in labels if dim in set(dims)}


def labels_and_words(inquiry: Inquiry, dims: Iterable[str]) -> dict[str, Coordinate]:
    """Return the labels and the words of some dims."""
    labels = labels_of(inquiry, dims)
    return labels | {
        name: words
        for dim in labels
        for name, words in WORDS[dim](inquiry).items()
        if labels.keys() >= set(words.dims)
    }


def words_of(argument_map: ArgumentMap, condition: Condition) -> str:
    """Return what the entry of a condition says, as it stands; of others the condition itself."""
    match condition:
        case ClaimIs(claim=claim, value=True):
            return argument_map.entry[claim].about.text
        case StateIn(question=question, states=(state,)):
            return f"{argument_map.entry[question].about.text} {state}"
        case _:
            return condition_text(condition)


def _along(dim: str, texts: Sequence[str]) -> Coordinate:
    return Coordinate((dim,), np.array(texts, np.str_))


def _words_of_worldviews(inquiry: Inquiry) -> dict[str, Coordinate]:
    argument_map = inquiry.model.map
    texts = [
        argument_map.title or argument_map.id
        if id_ == MAP_WORLDVIEW
        else argument_map.worldview[id_].about.text
        for id_ in inquiry.model.worldviews
    ]
    return {"worldview_text": _along("worldview", texts)}


def _words_of_claims(inquiry: Inquiry) -> dict[str, Coordinate]:
    return {"claim_text": _along("claim", [claim.about.text for claim in inquiry.model.map.claims])}


def _words_of_targets(inquiry: Inquiry) -> dict[str, Coordinate]:
    model = inquiry.model
    texts = [words_of(model.map, target.condition) for target in (model.target, *model.also)]
    return {"target_text": _along("target", texts)}


def _words_of_addresses(inquiry: Inquiry) -> dict[str, Coordinate]:
    argument_map = inquiry.model.map
    addresses = coordinates(inquiry)["address"]
    there = [
        place_of(argument_map.entry[argument_map.judgements[address].owner], address)
        for address in addresses
    ]
    origins = [
        [perspective.setting[address].origin for address in addresses]
        for perspective in inquiry.perspectives
    ]
    return {
        "address_text": _along(
            "address", [argument_map.entry[place.judgement.owner].about.text for place in there]
        ),
        "address_role": _along("address", [place.judgement.role.value for place in there]),
        "address_when": _along(
            "address", ["" if place.when is None else condition_text(place.when) for place in there]
        ),
        "whose": Coordinate(("worldview", "address"), np.array(origins, np.str_)),
    }


def _words_of_statements(inquiry: Inquiry) -> dict[str, Coordinate]:
    model = inquiry.model
    texts = {
        stated.name: words_of(model.map, condition)
        for condition, variable in inquiry.variables.items()
        for stated in inquiry.stated
        if stated.of == variable
    }
    return {
        "statement_text": _along("statement", [texts[stated.name] for stated in inquiry.stated]),
        "stated_by": _along("statement", [model.worldviews[s.worldview] for s in inquiry.stated]),
    }


WORDS: Mapping[str, Callable[[Inquiry], dict[str, Coordinate]]] = MappingProxyType(
    {
        "worldview": _words_of_worldviews,
        "target": _words_of_targets,
        "claim": _words_of_claims,
        "address": _words_of_addresses,
        "statement": _words_of_statements,
    }
)
"""Along which dim which words stand."""
