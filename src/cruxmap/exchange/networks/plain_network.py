"""A map as a plain Bayesian network, for formats that know nothing else: a variable per entry, and its
table.

The network that the engine computes with has variables between the entries, as every cause of a claim
adds a link to a chain. Here these are summed out again, so that a table says how an entry depends on
others. Where that would be too large, or where one of them bears on two entries, they stay.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from math import log

import numpy as np
import numpy.typing as npt

from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Network, SparseTable
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.names import abridged, ids_for
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Claim,
    Definition,
    Question,
    Routes,
    mentioned,
    mentioned_in,
)
from cruxmap.language.inheritance import NOBODY, Perspective, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.assembly import BOOLEAN
from cruxmap.network.lowering import lower
from cruxmap.network.means_and_deviations import numbers, unconstrained

type FloatArray = npt.NDArray[np.float64]

MOST_NUMBERS = 1 << 14
"""Numbers of a table in which what lies between entries is summed out."""

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

_DIGITS, _SHORT, _SUMS = Context(prec=15), Context(prec=12), Context(prec=60)
_ROUNDING = 2.0**-51
_ALIKE = 1e-12
"""By less than this part, two numbers differ by rounding alone."""


@dataclass(frozen=True, slots=True, eq=False)
class OutVariable:
    """A variable: its id, its sentence, and its states with their own words, empty where there are none.

    `table` has an axis for each parent, in their order, and the last one for the variable's own states.
    `is_entry` is false for what lies between entries.
    """

    id: str
    text: str
    states: tuple[str, ...]
    state_texts: tuple[str, ...]
    parents: tuple[str, ...]
    table: FloatArray
    is_entry: bool

    def rows(self) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
        """Yield each case of the parents with its probabilities, as decimals that add up to 1."""
        for case in np.ndindex(self.table.shape[:-1]):
            yield case, decimals(self.table[case])


@dataclass(frozen=True, slots=True, eq=False)
class OutNetwork:
    """A map as one worldview has it, at central numbers; entries are in the order of the map."""

    id: str
    title: str
    variables: tuple[OutVariable, ...]
    lost: tuple[Lost, ...]


def network_of(model: ModelSpec, worldview: str) -> OutNetwork:
    """Return a model's map as a plain network with the central numbers of one of its worldviews."""
    perspective = settle(model.map, worldview, model.settings)
    network = lower(model.map, (), [perspective])
    given = numbers(model.map, [perspective])
    u = unconstrained(given, np.zeros((len(network.addresses), 1)), 0)
    entries = fill(network.program, u, given.single[0])[:, 0]
    entry_of = {network.places[name]: name for name in model.map.entry}
    kept = _kept(network, entries, entry_of.keys())
    ids_by_variable = _ids(network, entry_of, kept)
    place = {name: k for k, name in enumerate(model.map.entry)}
    variables = []
    for v in sorted(kept, key=lambda v: (place.get(entry_of.get(v, ""), len(place)), v)):
        parents, between = _family(network, v, kept)
        if v in entry_of:
            named = [network.places[name] for name in mentioned_in(model.map.entry[entry_of[v]])]
            parents.sort(key=lambda one: named.index(one) if one in named else len(named))
        table = _table(network, entries, v, parents, between)
        turned = tuple(axis for axis, one in enumerate((*parents, v)) if _is_boolean(network, one))
        about = _about(model.map, entry_of[v]) if v in entry_of else _Words(network.variables[v].name)
        variables.append(
            OutVariable(
                id=ids_by_variable[v],
                text=about.text,
                states=_stated(network, v, is_entry=v in entry_of),
                state_texts=about.states,
                parents=tuple(ids_by_variable[parent] for parent in parents),
                table=np.flip(table, turned),
                is_entry=v in entry_of,
            )
        )
    return OutNetwork(
        model.id, model.map.title, tuple(variables), tuple(_lost(model, worldview, perspective, variables))
    )


def _is_boolean(network: Network, variable: int) -> bool:
    return network.variables[variable].states == BOOLEAN


def _stated(network: Network, variable: int, *, is_entry: bool) -> tuple[str, ...]:
    """Return the states of a variable: true first, as everybody writes it; between entries, ids."""
    states = network.variables[variable].states
    if states == BOOLEAN:
        return states[::-1]
    return states if is_entry else tuple(ids_for(states, "state").values())


def _ids(network: Network, entry_of: Mapping[int, str], kept: Iterable[int]) -> dict[int, str]:
    """Return an id for each variable: that of the entry, or one made of the name of what lies between."""
    ids = dict(entry_of)
    taken = {*entry_of.values()}
    for v in sorted(kept):
        if v not in ids:
            name = network.variables[v].name
            ids[v] = ids_for([name], taken=taken)[name]
            taken.add(ids[v])
    return ids


@dataclass(frozen=True, slots=True)
class _Words:
    """What people read of a variable: its sentence, and words for its states."""

    text: str
    states: tuple[str, ...] = ()


def _about(argument_map: ArgumentMap, name: str) -> _Words:
    entry = argument_map.entry[name]
    return _Words(entry.about.text, entry.state_texts if isinstance(entry, Question) else ())


# --- what others call them ------------------------------------------------------------------------


def names_in(
    network: OutNetwork, fits: Callable[[str], bool], repaired: Callable[[str], str]
) -> dict[str, str]:
    """Return what each variable is called in a format: its text where that is a label from which its id
    was made.

    Otherwise it is its id, `repaired` where that does not fit.
    """
    taken: set[str] = set()
    names: dict[str, str] = {}
    for one in network.variables:
        label = (
            one.text if _LABEL.fullmatch(one.text) and ids_for([one.text])[one.text] == one.id else one.id
        )
        name = label if fits(label) else repaired(one.id)
        names[one.id] = name if name not in taken else repaired(one.id)
        taken.add(names[one.id])
    return names


def states_in(network: OutNetwork, fits: Callable[[str], bool]) -> dict[str, list[str]]:
    """Return what the states of each variable are called in a format: their own words where these fit."""
    return {one.id: _states_of(one, fits) for one in network.variables}


def _states_of(one: OutVariable, fits: Callable[[str], bool]) -> list[str]:
    words = [text or state for text, state in zip(one.state_texts or one.states, one.states, strict=True)]
    ids = list(ids_for(words, "state").values()) if len({*words}) == len(words) else []
    are_theirs = ids == list(one.states) and all(map(fits, words))
    return words if are_theirs else list(one.states)


def texts_lost(network: OutNetwork, states: Mapping[str, Sequence[str]]) -> list[Lost]:
    """Return that the words of some states do not come along, by what the states are called in a format."""
    without = [
        one.id
        for one in network.variables
        for text, label in zip(one.state_texts, states[one.id], strict=False)
        if text not in ("", label)
    ]
    why = "a state has a name alone, from which its id is made"
    return [Lost("texts of states", why, abridged(without))] if without else []


# --- which variables there are --------------------------------------------------------------------


def _kept(network: Network, entries: FloatArray, named: Iterable[int]) -> set[int]:
    """Return the variables that stay: entries, and those between them that cannot be summed out."""
    kept = {*named}
    random = {table.child for table in network.tables if not set(entries[table.entries]) <= {0.0, 1.0}}
    while True:
        further = _shared(network, kept, random) or _of_the_largest(network, kept)
        if not further:
            return kept
        kept |= further


def _shared(network: Network, kept: set[int], random: set[int]) -> set[int]:
    """Return what is random, lies between entries, and bears on more than one of what stays."""
    found: dict[int, set[int]] = {}
    for v in sorted(kept):
        _, between = _family(network, v, kept)
        for helper in between & random:
            found.setdefault(helper, set()).add(v)
    return {helper for helper, below in found.items() if len(below) > 1}


def _of_the_largest(network: Network, kept: set[int]) -> set[int]:
    """Return what lies between entries and would be summed out into a table that is too large."""
    found: set[int] = set()
    for v in sorted(kept):
        parents, between = _family(network, v, kept)
        size = np.prod([len(network.variables[one].states) for one in (*parents, v)], dtype=float)
        if size > MOST_NUMBERS:
            found |= between
    return found


def _family(network: Network, variable: int, kept: set[int]) -> tuple[list[int], set[int]]:
    """Return what a variable rests on of what stays, and what lies between."""
    parents: dict[int, None] = {}
    between: set[int] = set()
    ahead = [variable]
    while ahead:
        for parent in network.tables[ahead.pop()].scope[:-1]:
            if parent in kept:
                parents[parent] = None
            elif parent not in between:
                between.add(parent)
                ahead.append(parent)
    return sorted(parents), between


# --- tables ---------------------------------------------------------------------------------------


def _table(
    network: Network, entries: FloatArray, variable: int, parents: list[int], between: set[int]
) -> FloatArray:
    """Return P(variable | parents): what lies between is taken in one after another, and summed out once
    used.

    The working array has the cases of the parents, flattened, as its first axis.
    """
    sizes = [len(network.variables[parent].states) for parent in parents]
    cases = np.indices(sizes).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), np.int64)
    fixed = dict(zip(parents, cases, strict=True))
    order = [*sorted(between), variable]
    last_use = {v: max(k for k, w in enumerate(order) if v in network.tables[w].scope) for v in order}
    open_, work = list[int](), np.ones((cases.shape[1],))
    for k, v in enumerate(order):
        work = work[..., None] * _lifted(network, network.tables[v], entries, fixed, open_)
        open_.append(v)
        for done in [w for w in open_ if last_use[w] <= k and w != variable]:
            work = work.sum(axis=1 + open_.index(done))
            open_.remove(done)
    return work.reshape((*sizes, len(network.variables[variable].states)))


def _lifted(
    network: Network,
    table: SparseTable,
    entries: FloatArray,
    fixed: Mapping[int, npt.NDArray[np.int64]],
    open_: list[int],
) -> FloatArray:
    """Return a table as an array over the cases, the open variables, and the table's own child."""
    dense = np.zeros([len(network.variables[v].states) for v in table.scope])
    dense[tuple(table.rows.T)] = entries[table.entries]
    at_cases = [v for v in table.scope if v in fixed]
    others = [v for v in open_ if v in table.scope]
    axes = [table.scope.index(v) for v in (*at_cases, *others, table.child)]
    dense = dense.transpose(axes)
    n_cases = len(next(iter(fixed.values()))) if fixed else 1
    dense = dense[tuple(fixed[v] for v in at_cases)] if at_cases else dense[None]
    shape = [
        n_cases if at_cases else 1,
        *(dense.shape[1 + others.index(v)] if v in others else 1 for v in open_),
    ]
    return dense.reshape(*shape, dense.shape[-1])


def decimals(shares: FloatArray) -> tuple[str, ...]:
    """Write a distribution as decimals that add up to 1, all but the largest to 15 digits at most.

    >>> decimals(np.array([0.1 + 0.2, 0.7])), decimals(np.array([1, 1, 1]) / 3)
    (('0.3', '0.7'), ('0.333333333333334', '0.333333333333333', '0.333333333333333'))
    """
    written = [_decimal(float(share)) for share in shares]
    largest = int(np.argmax(shares > shares.max() * (1 - _ALIKE)))
    rest = Decimal(1)
    for k, number in enumerate(written):
        if k != largest:
            rest = _SUMS.subtract(rest, number)
    written[largest] = rest
    return tuple(map(_plain, written))


def _decimal(share: float) -> Decimal:
    """Return the decimal that a probability was before it was computed with.

    It went through its logit, which costs some of the last digits where it is small. Twelve digits that are
    as near as that are what was written.
    """
    if share == 0:
        return Decimal(0)
    short = _SHORT.create_decimal_from_float(share)
    lost = _ROUNDING * (3 - log(share))
    return short if abs(float(short) - share) <= lost * share else _DIGITS.create_decimal_from_float(share)


def _plain(number: Decimal) -> str:
    number = number.normalize(_SUMS)
    return f"{number:f}" if number.adjusted() >= -6 else f"{number:e}"


# --- what is lost ---------------------------------------------------------------------------------


def _lost(
    model: ModelSpec, worldview: str, perspective: Perspective, variables: list[OutVariable]
) -> Iterable[Lost]:
    """Yield what of the model a network does not say."""
    argument_map = model.map
    wide = [s.address for s in perspective.settings if s.value.low != s.value.high]
    if wide:
        yield Lost("intervals", "a table has points: these are the central numbers", abridged(wide))
    nobodys = [s.address for s in perspective.settings if s.origin == NOBODY]
    if nobodys:
        yield Lost("that nobody gave numbers", "a table has numbers alone", abridged(nobodys))
    names = [entry.about.id for entry in argument_map.arguments]
    if names:
        yield Lost(
            "what arguments are for",
            "each is a variable that its targets' tables depend on",
            abridged(names),
        )
    events = [entry.about.id for entry in argument_map.events]
    if events:
        yield Lost("timelines", "an event is a variable with a state for each step", abridged(events))
    formulas = [one.id for one in variables if one.is_entry and _is_formula(argument_map, one.id)]
    if formulas:
        yield Lost(
            "definitions and routes", "a variable has a table, whatever made it", abridged(formulas)
        )
    between = [one.id for one in variables if not one.is_entry]
    if between:
        why = "one table over entries would be too large: these variables lie between them"
        yield Lost("tables over entries alone", why, abridged(between))
    others = [id_ for id_ in (MAP_WORLDVIEW, *argument_map.worldview) if id_ != worldview]
    if others:
        yield Lost("other worldviews", "a network has one number in each place", abridged(others))
    noted = [
        e.about.id
        for e in argument_map.entry.values()
        if e.about.note or e.about.citations or e.about.tags
    ]
    if noted:
        yield Lost("sources, notes and tags", "a network has no place for them", abridged(noted))
    if argument_map.text or argument_map.voices:
        yield Lost("the map's text and voices", "a network has no place for them")
    given = [name for condition in (*model.assuming, *model.observed) for name in mentioned(condition)]
    if given:
        yield Lost("what is assumed and observed", "it is no part of the network", abridged(given))


def _is_formula(argument_map: ArgumentMap, name: str) -> bool:
    entry = argument_map.entry.get(name)
    return isinstance(entry, Claim) and isinstance(entry.basis, Definition | Routes)
