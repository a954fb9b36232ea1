"""A model kept open: one worldview whose numbers and conditions change, and what follows, in milliseconds.

In: a model and a worldview. Out: a `State`, and from it others with numbers set, arguments rejected, or
other conditions given. They share one network in which no number is built in, and one plan of it: any number
may become any other, 0% and 100% too. Answers are exact and at central judgements. Where the whole map is too
wide for exact sums, each question is put to a network of its own instead, as `probability` does it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np

from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import DrawsFrom, Evidence, Filled, FloatArray, Network
from cruxmap.engine.planning import ancestors
from cruxmap.engine.queries import Planned, infer, infer_each
from cruxmap.engine.special import expit
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.display import Displayed
from cruxmap.insight.free_network import FreeNetwork, about_several, conditions_of_its_own, lower_freely
from cruxmap.insight.target import log_odds, slopes
from cruxmap.language.argument_map import (
    LOGIT_OF_CERTAINTY,
    MAP_WORLDVIEW,
    AllOf,
    ArgumentMap,
    Condition,
    Rest,
    SameAs,
    arguments_met,
    condition_text,
)
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import as_model
from cruxmap.language.checks import MAX_ARGUMENTS
from cruxmap.language.inheritance import SETTINGS_ORIGIN, Layers, Perspective, lay, lay_over, setting_at
from cruxmap.language.model_spec import Laid, ModelSpec, Target
from cruxmap.language.names import checked_worldview
from cruxmap.language.typed import (
    Settable,
    check_laid,
    parse_argument,
    parse_condition,
    parse_conditions,
    read_settings,
)
from cruxmap.network.inquiry import (
    Inquiry,
    blocks,
    central_entries,
    impossible,
    impossible_evidence,
    inquire,
    target_probabilities,
    together,
)
from cruxmap.network.means_and_deviations import Numbers, numbers, renumbered, unconstrained

COLUMNS_AT_ONCE = 512
"""How many draws, or states, are filled in and run together."""

CROWDED = 8
"""So many arguments on one place can all be in a network, in force or not: a table of two to that power."""

type _OfJudgements = Callable[[FloatArray, DrawsFrom], FloatArray]
"""A condition's log-odds and log P(what is observed), (2, D), for judgements `u` (n_judgements, D)."""


@checks_types
def open_model(model_or_map: ModelSpec | ArgumentMap, worldview: str | None = None) -> "State":
    """Open a model at one worldview's numbers: an answer to a changed number then takes milliseconds.

    The first answer plans the whole map, and that is remembered on disk.

    Parameters
    ----------
    model_or_map
        A model or a map.
    worldview
        Whose numbers; the map's own where none is named.

    Returns
    -------
    A `State`. States made of it by other numbers or conditions share its plan.

    Raises
    ------
    InvalidMap
        For an unknown worldview.

    Examples
    --------
    >>> import cruxmap as cm
    >>> state = cm.open_model(cm.example("library"), "treasurer")
    >>> round(state.probability(), 2), round(state.set({"funding-secured": 0.9}).probability(), 2)
    (0.43, 0.61)
    """
    model = as_model(model_or_map)
    name = MAP_WORLDVIEW if worldview is None else checked_worldview(model.map, worldview)
    layers = lay(model.map, name, model.settings)
    opened = _Opened(
        replace(model, worldviews=(name,), reconcile=False), _left_out(model.map, layers.rejected)
    )
    asking = _Asking(opened, model.assuming, model.observed)
    return State(asking, layers, numbers(model.map, (_perspective(name, layers),)))


def open_together(model: ModelSpec, worldviews: Iterable[str] | None = None) -> "tuple[State, ...]":
    """Open a model at the numbers of each of its worldviews, or of these, by one network and one plan.

    What any of them brings is in it; `probabilities` asks all of them in one run. Raises `InvalidMap` where
    more arguments would meet than a network can have.
    """
    asking = open_model(model).accept(*model.map.brought).asking
    return tuple(_of(asking, model, name) for name in worldviews or model.worldviews)


def _of(asking: "_Asking", model: ModelSpec, name: str) -> "State":
    layers = lay(model.map, name, model.settings)
    return State(asking, layers, numbers(model.map, (_perspective(name, layers),)))


def _left_out(argument_map: ArgumentMap, rejected: Mapping[str, str]) -> frozenset[str]:
    """Return what a network leaves out of what is `rejected`, by a worldview or as nothing that it brings."""
    met = arguments_met(argument_map.arguments)
    crowd = {
        a.about.id for a in argument_map.arguments if any(met[on] > CROWDED for on in arguments_met([a]))
    }
    return frozenset(name for name, who in rejected.items() if who == MAP_WORLDVIEW or name in crowd)


def _probabilities(states: Sequence["State"], asked: "_Asked") -> FloatArray:
    """Return the same for states that ask alike."""
    if not asked.lowered.is_exact:
        return np.array([state._by_itself(asked.condition) for state in states])
    mu = np.concatenate([state.numbers.mu for state in states]).T
    single = np.concatenate([state.numbers.single for state in states]).T
    entries = fill(asked.lowered.network.program, mu, single)
    return np.asarray(expit(asked.ask(entries).log_odds))


# --- what states share ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Opened:
    """A model of one worldview, and the networks made of its map so far, without what is `left_out`."""

    model: ModelSpec
    left_out: frozenset[str]
    made: dict[tuple[frozenset[str], tuple[Condition, ...]], FreeNetwork] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The places for numbers, in the map's order."""
        return tuple(self.model.map.judgements)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The number of each address."""
        return {address: number for number, address in enumerate(self.addresses)}

    def lowered(self, conditions: Iterable[Condition]) -> FreeNetwork:
        """Return the network that can say whether these conditions hold.

        The model's targets have variables, and so has each part of a condition that is about several entries.
        """
        known = self.left_out, conditions_of_its_own(self.model, conditions)
        if known not in self.made:
            self.made[known] = lower_freely(self.model, *known)
        return self.made[known]

    def accepting(self, arguments: Iterable[str]) -> "_Opened":
        """Return the same with these in the network. Raises `InvalidMap` where arguments are too many."""
        left_out = self.left_out.difference(arguments)
        there = [a for a in self.model.map.arguments if a.about.id not in left_out]
        for place, count in arguments_met(there).items():
            if count > MAX_ARGUMENTS:
                message = f"{count} arguments would bear on `{place}`, and {MAX_ARGUMENTS} are the most"
                hint = "open another worldview, or a map without some of them"
                raise InvalidMap((Problem(Code.TOO_MANY_ARGUMENTS, message, hint=hint),))
        return replace(self, left_out=left_out)


@dataclass(frozen=True)
class _Asking:
    """What is assumed and observed, as evidence, and what is asked given that."""

    opened: _Opened
    assuming: tuple[Condition, ...]
    observed: tuple[Condition, ...]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is assumed and what is observed."""
        return (*self.assuming, *self.observed)

    @cached_property
    def lowered(self) -> FreeNetwork:
        """The network in which all that is evidence."""
        return self.opened.lowered(self.conditions)

    @cached_property
    def target(self) -> "_Asked":
        """How the model's target is asked for."""
        return self._asked(self.opened.model.target.condition)

    def asked(self, condition: Any = None) -> "_Asked":
        """Return how a condition is asked for, as people write it; without one, the model's target."""
        if condition is None:
            return self.target
        return self._asked(parse_condition(condition, self.opened.model.map))

    def _asked(self, condition: Condition) -> "_Asked":
        known = all(part in self.lowered.conditions for part in about_several((condition,)))
        lowered = self.lowered if known else self.opened.lowered((*self.conditions, condition))
        given, parts = lowered.evidence(self.conditions), lowered.evidence((condition,))
        fails = [(v, lowered.other_states(v, states)) for v, states in parts]
        cases = (together(given, parts[:k], (fail,)) for k, fail in enumerate(fails))
        return _Asked(condition, lowered, together(given, parts), tuple(cases))


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A condition as evidence: it `holds` together with what is given, or one of the cases in `fails`.

    In the k-th case the parts before the k-th hold and that one does not, so that cases exclude each other.
    """

    condition: Condition
    lowered: FreeNetwork
    holds: Evidence
    fails: tuple[Evidence, ...]

    def ask(
        self, entries: FloatArray, *, everything: bool = False, planned: Planned | None = None
    ) -> "_Answer":
        """Ask for table entries (n_entries, D); with `everything`, its marginals and the slopes too.

        What is `planned` may be less than everything.
        """
        lowered, cases = self.lowered, (self.holds, *self.fails)
        n_draws = entries.shape[1]
        found = infer_each(
            lowered.network,
            Filled(np.tile(entries, len(cases))),
            [evidence for evidence in cases for _ in range(n_draws)],
            lowered.everything if everything else (),
            gradient=everything,
            planned=planned or lowered.planned,
        )
        slopes = None if found.slopes is None else found.slopes[0]
        return _Answer(found.log_z.reshape(-1, n_draws), found.read[0], slopes)

    def log_odds(self, filled: Filled) -> FloatArray:
        """Return its log-odds (D,) for filled tables, nan where what is given is impossible."""
        return self.ask(filled.entries).log_odds


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What is known of a condition that `holds` in the first case and in no other.

    `log_z` (cases, D) is log P(case, what is given). For one draw, `marginals` (states of everything, cases)
    are given the case too, and `slopes` (n_entries, cases) are those of its log Z; NaN where that is 0.
    """

    log_z: FloatArray
    marginals: FloatArray
    slopes: FloatArray | None

    @property
    def log_odds(self) -> FloatArray:
        """Its log-odds (D,), nan where what is given is impossible."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.log_z[0] - _log_sum(self.log_z[1:]))

    def mixed(self, first: int, values: FloatArray) -> FloatArray:
        """Weigh values (n, cases) by how probable each case is among those from the first on; (n,)."""
        logs = self.log_z[first:, 0]
        with np.errstate(invalid="ignore"):
            shares = np.exp(logs - _log_sum(logs))
        return np.asarray(np.where(shares == 0.0, 0.0, values[:, first:] * shares).sum(axis=1))

    @property
    def gradient(self) -> FloatArray:
        """The slopes of its log-odds in the entries, (n_entries, 1), nan where it is certain."""
        assert self.slopes is not None
        return (self.slopes[:, 0] - self.mixed(1, self.slopes))[:, None]


def _log_sum(logs: FloatArray) -> FloatArray:
    """Return the logarithm of the sum of numbers with these logarithms, by column; -inf of none."""
    return np.asarray(np.logaddexp.reduce(logs, axis=0, initial=-np.inf))


# --- the state -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawn:
    """A probability over draws of the judgements.

    Attributes
    ----------
    values
        The probability in each draw, (n_draws,); nan where what is given is impossible.
    weights
        How much each draw counts: P(what is observed | the judgements), (n_draws,), all 1 where nothing is.

    Examples
    --------
    >>> import cruxmap as cm
    >>> drawn = cm.open_model(cm.example("library")).draws(500)
    >>> drawn.values.shape, round(drawn.mean, 2)
    ((500,), 0.54)
    """

    values: FloatArray
    weights: FloatArray

    def __repr__(self) -> str:
        """Say how many there are, and their mean."""
        return f"<Drawn: {len(self.values)} values, mean {self.mean:.4g}>"

    @property
    def mean(self) -> float:
        """The mean of the values by their weights, nan where what is given is impossible in every draw."""
        possible = np.isfinite(self.values)
        if not possible.any():
            return float("nan")
        return float(np.average(self.values[possible], weights=self.weights[possible]))


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The log-odds (1 + n,) of the target and of n conditions, and their slopes (1 + n, n_judgements).

    Slopes are by place, and nan where they are not defined.
    """

    log_odds: FloatArray
    slopes: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class State(Displayed):
    """A worldview's numbers, what is assumed and what is observed: a frozen value that answers at once.

    Every method that changes something returns another state, which shares all that stays: `set`, `reject`,
    `accept` and `given`. `probability`, `log_odds`, `marginals`, `slopes` and `draws` answer. Conditions
    are written as in YAML: text, mappings, lists. One that compares events, or that `any_of` or `not` makes
    of several entries, needs a network of its own unless it is among the model's: that is planned first,
    which takes as long as opening, and remembered. Methods raise `InvalidMap` for what cannot be read or is
    not in the map, and those that answer raise it where what is assumed and observed is impossible.

    Attributes
    ----------
    worldview
        The worldview that was opened.
    assuming, observed
        What is given, as the language writes it.
    perspective
        Every number, with its place and where it comes from.
    asking, layers, numbers, foreseen
        What states of one model share, and the numbers as they lie over each other.

    Examples
    --------
    >>> import cruxmap as cm
    >>> state = cm.open_model(cm.example("library"), "treasurer")
    >>> hard = state.given(assuming=["soil-sound", {"winter": "hard"}])
    >>> round(state.probability(), 2), round(hard.probability(), 2)
    (0.43, 0.16)
    >>> round(hard.set({"funding-secured": 0.9}).probability(), 2)
    0.23
    """

    asking: _Asking
    layers: Layers
    numbers: Numbers
    foreseen: frozenset[int] = frozenset()

    @property
    def asked_of(self) -> tuple[ModelSpec, ...]:
        """The model that was opened."""
        return (self.asking.opened.model,)

    @property
    def worldview(self) -> str:
        """The worldview that was opened."""
        return self.asking.opened.model.worldviews[0]

    @property
    def assuming(self) -> tuple[str, ...]:
        """What is assumed, as the language writes it."""
        return tuple(map(condition_text, self.asking.assuming))

    @property
    def observed(self) -> tuple[str, ...]:
        """What is observed, as the language writes it."""
        return tuple(map(condition_text, self.asking.observed))

    @cached_property
    def perspective(self) -> Perspective:
        """Every number, with its place and where it comes from."""
        return _perspective(self.worldview, self.layers)

    def __repr__(self) -> str:
        """Say what is open."""
        return f"State({self.asking.opened.model.id!r}, worldview={self.worldview!r})"

    # what makes another state

    def set(self, judgements: Mapping[str, Settable]) -> "State":
        """Set numbers by address, in the notations of the language; a bare float is a point.

        They lie over the worldview's as those of `--set` do: at the address of a row of shares stand all of
        them, one share by itself is kept as given and the others fill what it leaves.
        """
        argument_map = self.asking.opened.model.map
        read = read_settings(judgements.items(), argument_map)
        check_laid(argument_map, lay_over(argument_map, self.layers, read), read, self.worldview)
        return self.laid(read)

    def laid(self, settings: Collection[Laid]) -> "State":
        """Set numbers that have been read and checked already."""
        argument_map = self.asking.opened.model.map
        layers = lay_over(argument_map, self.layers, settings)
        rows = ([share.address for share in argument_map.shares.get(a, ())] or [a] for a, _ in settings)
        return self._over(layers, chain.from_iterable(rows))

    def reject(self, *arguments: str) -> "State":
        """Reject arguments: they do not hold, whatever their credence."""
        named = self._named(arguments)
        return self._rejecting({**self.layers.rejected, **dict.fromkeys(named, SETTINGS_ORIGIN)}, named)

    def accept(self, *arguments: str) -> "State":
        """Take rejections back, and take over what only others bring: arguments, and routes by address.

        The network is without what only others bring; where more than `CROWDED` arguments bear on one place,
        it is also without those that the opened worldview rejects. To accept one of these takes as long as
        opening. Raises `InvalidMap` too where more would meet than a network can have.
        """
        named = self._named(arguments)
        accepted = self._rejecting(
            {a: w for a, w in self.layers.rejected.items() if a not in named}, named
        )
        if self.asking.opened.left_out.isdisjoint(named):
            return accepted
        return replace(accepted, asking=replace(self.asking, opened=self.asking.opened.accepting(named)))

    def given(self, *, assuming: Any = None, observed: Any = None) -> "State":
        """Put other conditions in place of what is assumed, or observed: one or a list, `[]` for none."""
        argument_map, asking = self.asking.opened.model.map, self.asking
        if assuming is not None:
            asking = replace(asking, assuming=parse_conditions(assuming, argument_map))
        if observed is not None:
            asking = replace(asking, observed=parse_conditions(observed, argument_map))
        return replace(self, asking=asking)

    def _named(self, arguments: Iterable[str]) -> tuple[str, ...]:
        return tuple(parse_argument(name, self.asking.opened.model.map) for name in arguments)

    def _rejecting(self, rejected: Mapping[str, str], changed: Iterable[str]) -> "State":
        layers = self.layers
        layers = Layers(layers.places, layers.row_of, layers.mapping, rejected)
        return self._over(layers, changed)

    def _over(self, layers: Layers, changed: Iterable[str]) -> "State":
        """Return the state with these layers, which have other numbers at some addresses."""
        follow = (a for a, place in layers.places.items() if isinstance(place.value, SameAs | Rest))
        settings = [setting_at(layers, address) for address in dict.fromkeys((*changed, *follow))]
        found = renumbered(self.numbers, settings, self.asking.opened.index)
        return State(self.asking, layers, found)

    # answers

    def probability(self, condition: Any = None) -> float:
        """Return the probability of a condition, without one that of the model's target."""
        asked = self.asking.asked(condition)
        if asked.lowered.is_exact:
            return self._possible(float(expit(self._log_odds(asked))))
        return self._possible(self._by_itself(asked.condition))

    def log_odds(self, condition: Any = None) -> float:
        """Return log P(condition) - log P(not the condition), which tells what is near 0% or 100% apart."""
        asked = self.asking.asked(condition)
        if asked.lowered.is_exact:
            return self._possible(self._log_odds(asked))
        inquiry = self._inquiry(_target(asked.condition))
        return self._possible(log_odds(inquiry, central_entries(inquiry))[0])

    def marginals(self) -> Mapping[str, float]:
        """Return the probability of everything, by name, given what is assumed and observed.

        That a claim is true and that an argument holds (`claim`, `argument`), a question's states
        (`question.state`), that an event happens (`event`), and in a phase (`event.phase`); and the model's
        targets, under their names.
        """
        return self._marginals

    def slopes(self, condition: Any = None) -> Mapping[str, float | None]:
        """Return by address how the log-odds of a condition (the model's target) answer to each number.

        `d logit P / d u`, where u is the logit of a credence, chance, share or force, and the log of a
        strength or pace. `None` where the number is a certainty, its argument is rejected, or the condition
        is certain. Numbers that are `same as` another are left out: they count there.
        """
        asked = self.asking.asked(condition)
        if asked.lowered.is_exact:
            by_column = self._slopes(asked)
        else:
            inquiry = self._inquiry(_target(asked.condition))
            by_column = slopes(inquiry, 0, np.zeros((len(self.layers.places), 1)))[:, 0]
        own = self.numbers.column[0] == np.arange(len(by_column))
        sloped = (np.abs(self.numbers.mu[0]) < LOGIT_OF_CERTAINTY) & np.isfinite(by_column)
        rows = zip(
            self.asking.opened.addresses, by_column.tolist(), own.tolist(), sloped.tolist(), strict=True
        )
        return MappingProxyType(
            {address: slope if is_sloped else None for address, slope, is_own, is_sloped in rows if is_own}
        )

    def joint_with_target(self) -> Mapping[str, FloatArray]:
        """Return P(target fails or holds, state), (2, n_states), of every entry, phase and cause by its name.

        Given what is assumed and observed, at central judgements, by exact sums.
        """
        lowered, found = self.asking.lowered, self._target
        with np.errstate(divide="ignore"):
            share = np.exp(found.log_z[:, 0] - _log_sum(found.log_z[:, 0]))
        by_case = np.where(share == 0.0, 0.0, found.marginals) * share
        sides = np.stack([by_case[:, 1:].sum(axis=1), by_case[:, 0]])
        sizes = [len(lowered.network.variables[variable].states) for variable in lowered.everything]
        parts = np.split(sides, np.cumsum(sizes)[:-1], axis=1)
        by_variable = dict(zip(lowered.everything, parts, strict=True))
        return {name: by_variable[variable] for name, variable in lowered.network.places.items()}

    def can_say(self, condition: Condition) -> bool:
        """Tell whether `at` can be asked for a condition: one about one entry, or among the model's."""
        return all(part in self.asking.lowered.conditions for part in about_several((condition,)))

    def target_at(self, u: FloatArray) -> FloatArray:
        """Return the log-odds (D,) of the model's target at judgements `u` (n_judgements, D), as `at` does.

        They are nan where what is given is impossible.
        """
        program, single = self.asking.lowered.network.program, np.zeros_like(self.numbers.single[0])
        target = self.asking.target
        size, planned = COLUMNS_AT_ONCE // (1 + len(target.fails)), self._plan(())
        parts = [
            target.ask(fill(program, u[:, start:stop], single), planned=planned).log_odds
            for start, stop in blocks(u.shape[1], size)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def at(self, u: FloatArray, conditions: Sequence[Condition]) -> Measured:
        """Return what the model's target and some conditions come to at other judgements `u` (n_judgements,).

        They stand in for the state's own numbers, on the scale of `slopes`, each in its own place: no link
        is followed. The shares of each row are all taken as parts of a whole. Each condition is in one
        column: with the slopes g of log P(what is given) and g' of log P(condition, what is given), those of
        its log-odds are `(g' - g) / (1 - p)`. Raises `InvalidMap` where what is given is impossible.
        """
        lowered = self.asking.lowered
        cases = [lowered.evidence((condition,)) for condition in conditions]
        by_plan: dict[Planned, list[int]] = {self._plan(()): []}
        for number, case in enumerate(cases):
            by_plan.setdefault(self._plan((case,)), []).append(number)
        log_odds, slopes = np.empty(1 + len(cases)), np.empty((1 + len(cases), len(u)))
        for planned, some in by_plan.items():
            found = self._measured(u, [cases[number] for number in some], planned)
            places = [0, *(1 + number for number in some)]
            log_odds[places], slopes[places] = found.log_odds, found.slopes
        return Measured(log_odds, slopes)

    def foreseeing(self, conditions: Iterable[Condition]) -> "State":
        """Return the same with a plan of its own for these conditions, by which `at` is quicker.

        It has only what the target and what is given rest on, so it serves those of the conditions that are
        about that. It depends on no number. A large map takes some seconds to plan, which is remembered.
        """
        lowered, target = self.asking.lowered, self.asking.target
        if not lowered.is_exact:
            return self
        cases = (target.holds, *target.fails)
        there = frozenset(variable for case in cases for variable, _ in case)
        above = there.union(ancestors(lowered.network, there))
        about = {variable for condition in conditions for variable, _ in lowered.evidence((condition,))}
        foreseen = there | (about & above)
        try:
            exactly(lowered.network, (), foreseen)
        except InvalidMap:
            return self
        return replace(self, foreseen=foreseen)

    def _plan(self, cases: Iterable[Evidence]) -> Planned:
        """Return what the quickest plan is for that serves all of these."""
        about = {variable for case in cases for variable, _ in case}
        is_foreseen = self.foreseen and about <= self.foreseen
        return ((), tuple(sorted(self.foreseen))) if is_foreseen else self.asking.lowered.planned

    def _measured(self, u: FloatArray, conditions: Sequence[Evidence], planned: Planned) -> Measured:
        """Return the same as `at` for conditions as evidence, by one plan."""
        lowered, target = self.asking.lowered, self.asking.target
        given = lowered.evidence(self.asking.conditions)
        cases = [given, target.holds, *target.fails]
        first = len(cases)
        cases += [together(given, condition) for condition in conditions]
        single, by_place = np.zeros_like(self.numbers.single[0]), u[:, None]
        entries = fill(lowered.network.program, by_place, single)
        many = Filled(np.tile(entries, len(cases)))
        found = infer_each(lowered.network, many, cases, (), gradient=True, planned=planned)
        assert found.slopes is not None
        log_z, by_entry = found.log_z.reshape(-1), found.slopes[0]
        if not np.isfinite(log_z[0]):
            reason = "with these numbers what is assumed and observed is impossible"
            raise InvalidMap((impossible_evidence(self.worldview, reason),))
        sides = _Answer(log_z[1:first, None], np.zeros((0, 0)), by_entry[:, 1:first])
        logs = np.minimum(log_z[first:] - log_z[0], 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = -np.expm1(logs)
            log_odds = np.concatenate([sides.log_odds, logs - np.log(left)])
            gradients = [sides.gradient, (by_entry[:, first:] - by_entry[:, :1]) / left]
            n = len(log_odds)
            by_address = pullback(
                lowered.network.program,
                np.tile(by_place, n),
                single,
                np.tile(entries, n),
                np.concatenate(gradients, axis=1),
            )
        return Measured(log_odds, by_address.T)

    def draws(self, n_draws: int, condition: Any = None) -> Drawn:
        """Return the probability of a condition (the model's target) over draws of the judgements.

        They are those of `estimate`, under the model's seed. Where something is observed, each counts by how
        probable that is. Raises `ValueError` for less than one draw.
        """
        if n_draws < 1:
            raise ValueError(f"draws are one at least, not {n_draws}")
        model, addresses = self.asking.opened.model, self.asking.opened.addresses
        asked = self.asking.asked(condition)
        of_judgements = self._of_judgements(asked)
        parts = []
        for start, stop in blocks(n_draws, COLUMNS_AT_ONCE):
            z = latin_hypercube(model.sampling.seed, addresses, n_draws, start, stop)
            parts.append(of_judgements(unconstrained(self.numbers, z, 0), DrawsFrom(start, n_draws)))
        logits, log_weights = np.concatenate(parts, axis=1)
        return Drawn(expit(logits), np.exp(log_weights))

    # how they are found

    def _possible(self, value: float) -> float:
        """Return a number as it is. Raises `InvalidMap` where there is none, for what is given."""
        if np.isnan(value):
            inquiry = self._inquiry(_target(AllOf(())))
            reason = f"what is assumed and observed is {impossible(inquiry, 0)}"
            raise InvalidMap((impossible_evidence(self.worldview, reason),))
        return value

    @cached_property
    def _entries(self) -> FloatArray:
        """The tables of the network that serves what is given, (n_entries, 1)."""
        return fill(self.asking.lowered.network.program, self.numbers.mu.T, self.numbers.single[0])

    def _entries_for(self, lowered: FreeNetwork) -> FloatArray:
        if lowered is self.asking.lowered:
            return self._entries
        return fill(lowered.network.program, self.numbers.mu.T, self.numbers.single[0])

    def _log_odds(self, asked: _Asked) -> float:
        return float(asked.ask(self._entries_for(asked.lowered)).log_odds[0])

    @cached_property
    def _target(self) -> _Answer:
        """The model's target together with everything."""
        return self._with_everything(self.asking.target)

    def _with_everything(self, asked: _Asked) -> _Answer:
        found = asked.ask(self._entries_for(asked.lowered), everything=True)
        self._possible(found.log_odds[0])
        return found

    def _slopes(self, asked: _Asked) -> FloatArray:
        """Return the slopes of a condition's log-odds by column, (n_judgements,)."""
        is_target = asked is self.asking.target
        gradient = (self._target if is_target else self._with_everything(asked)).gradient
        program, numbers = asked.lowered.network.program, self.numbers
        entries = self._entries_for(asked.lowered)
        by_address = pullback(program, numbers.mu.T, numbers.single[0], entries, gradient)[:, 0]
        return np.bincount(numbers.column[0], by_address, len(by_address))

    @cached_property
    def _marginals(self) -> Mapping[str, float]:
        lowered = self.asking.lowered
        if lowered.is_exact:
            whole = self._target.mixed(0, self._target.marginals)
            return MappingProxyType(lowered.read(whole))
        model = self.asking.opened.model
        targets = (model.target, *model.also)
        inquiry = self._inquiry(*targets)
        variables = dict(zip((t.condition for t in targets), inquiry.targets, strict=True))
        lowered = replace(lowered, network=inquiry.network, conditions=variables)
        found = infer(inquiry.network, central_entries(inquiry), inquiry.given, lowered.everything)
        self._possible(found.marginals[inquiry.targets[0]][1, 0])
        whole = np.concatenate([found.marginals[variable][:, 0] for variable in lowered.everything])
        return MappingProxyType(lowered.read(whole))

    def _of_judgements(self, asked: _Asked) -> _OfJudgements:
        network: Network
        log_odds_of: Callable[[Filled], FloatArray]
        if asked.lowered.is_exact:
            network, planned = asked.lowered.network, asked.lowered.planned
            observed = asked.lowered.evidence(self.asking.observed)
            log_odds_of = asked.log_odds
        else:
            inquiry = self._inquiry(_target(asked.condition))
            network, planned, observed = inquiry.network, None, inquiry.observed
            log_odds_of = partial(log_odds, inquiry)

        def of(u: FloatArray, numbering: DrawsFrom) -> FloatArray:
            filled = Filled(fill(network.program, u, self.numbers.single[0]), numbering)
            log_weights = np.zeros(filled.n_draws)
            if observed:
                log_weights = infer(network, filled, observed, planned=planned).log_z
            return np.stack([log_odds_of(filled), log_weights])

        return of

    def _inquiry(self, target: Target, *also: Target) -> Inquiry:
        """Put targets to a network of their own, in which this state's certainties are built in."""
        model = replace(
            self.asking.opened.model,
            target=target,
            also=also,
            assuming=self.asking.assuming,
            observed=self.asking.observed,
        )
        return inquire(model, (self.perspective,))

    def _by_itself(self, condition: Condition) -> float:
        """Return the probability of a condition by such a network, nan where what is given is impossible."""
        inquiry = self._inquiry(_target(condition))
        return float(target_probabilities(inquiry, central_entries(inquiry))[0, 0, 1, 0])


def _target(condition: Condition) -> Target:
    return Target(condition_text(condition), condition)


def _perspective(worldview: str, layers: Layers) -> Perspective:
    return Perspective(worldview, tuple(setting_at(layers, address) for address in layers.places))


@checks_types
def probabilities(states: Sequence[State], condition: Any = None) -> FloatArray:
    """Return what `State.probability` says of each of several states, all of them in one run.

    Parameters
    ----------
    states
        States, such as those of one model at the numbers of several worldviews.
    condition
        What is asked about; the target where it is left out.

    Returns
    -------
    Probabilities, (n_states,); NaN where what is assumed and observed is impossible.

    Raises
    ------
    InvalidMap
        For a condition that cannot be read.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.example("library")
    >>> states = [cm.open_model(model, name) for name in ("map", "treasurer")]
    >>> cm.probabilities(states).round(2).tolist()
    [0.56, 0.43]
    """
    found = np.empty(len(states))
    alike: dict[_Asking, list[int]] = {}
    for number, state in enumerate(states):
        alike.setdefault(state.asking, []).append(number)
    for asking, members in alike.items():
        asked = asking.asked(condition)
        for start, stop in blocks(len(members), COLUMNS_AT_ONCE):
            some = members[start:stop]
            found[some] = _probabilities([states[number] for number in some], asked)
    return found
