"""The exact engine, asked in the way that tests ask: by ids and conditions, at one draw of the judgements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Evidence, Filled, Network
from cruxmap.engine.queries import infer
from cruxmap.language.argument_map import ArgumentMap, Condition, Elicited, SameAs
from cruxmap.language.inheritance import settle
from cruxmap.network.lowering import lower
from cruxmap.network.means_and_deviations import numbers, unconstrained


@dataclass(frozen=True)
class Engine:
    """A network with one filled set of tables per draw; conditions are those it was lowered with."""

    network: Network
    entries: npt.NDArray[np.float64]
    conditions: tuple[Condition, ...]

    def holds(self, conditions: Sequence[Condition]) -> Evidence:
        return tuple((self.network.conditions[self.conditions.index(c)], (1,)) for c in conditions)

    def probability(
        self, condition: Condition, given: Sequence[Condition] = ()
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return P(condition | given) and its complement, per draw; NaN where impossible."""
        [variable] = (v for v, _ in self.holds([condition]))
        false, true = infer(self.network, Filled(self.entries), self.holds(given), [variable]).marginals[
            variable
        ]
        return true, false

    def marginals(self, given: Sequence[Condition] = ()) -> dict[str, npt.NDArray[np.float64]]:
        """Return P(state | given) of every claim, argument, question and event, (states, draws) each."""
        places = self.network.places
        answer = infer(self.network, Filled(self.entries), self.holds(given), sorted(places.values()))
        return {name: answer.marginals[variable] for name, variable in places.items()}

    def log_probability(self, given: Sequence[Condition]) -> npt.NDArray[np.float64]:
        return infer(self.network, Filled(self.entries), self.holds(given)).log_z


def engine(
    argument_map: ArgumentMap,
    conditions: Sequence[Condition] = (),
    worldview: str = "map",
    draws: Sequence[Mapping[str, float]] = ({},),
    settings: Mapping[str, Elicited | SameAs] | None = None,
) -> Engine:
    """Lower a map as one worldview has it and fill its tables, at each draw (address -> z, else 0)."""
    perspective = settle(argument_map, worldview, (settings or {}).items())
    network = lower(argument_map, conditions, [perspective])
    given = numbers(argument_map, [perspective])
    z = np.array([[draw.get(address, 0.0) for draw in draws] for address in network.addresses])
    z = z.reshape(len(network.addresses), len(draws))
    entries = fill(network.program, unconstrained(given, z, 0), given.single[0])
    return Engine(network, entries, tuple(conditions))
