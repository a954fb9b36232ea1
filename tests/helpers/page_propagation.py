"""What Python's engine says of a model's free network for entries and evidence that try it hard."""

from typing import Any

import numpy as np

from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Evidence, Filled, FloatArray
from cruxmap.engine.queries import infer_each
from cruxmap.insight.free_network import FreeNetwork, conditions_of_its_own, lower_freely
from cruxmap.language.argument_map import Scale
from cruxmap.language.model_spec import ModelSpec

SCALES = (1.0, 1.0, 3.0, 3.0, 10.0, 10.0, 30.0, 30.0, 200.0, 200.0, 700.0, 700.0)
N_COLUMNS, CERTAIN = len(SCALES), 1e30


def propagation_of(model: ModelSpec) -> dict[str, Any]:
    """Return columns of judgements, the evidence of each, and what follows.

    The judgements go from moderate to far out, so that some evidence is all but impossible; in every
    second column some probabilities are certain. By column,
    `log_z` is log P(evidence), `shares` are P(state | evidence) by indicator, and `slopes` are
    d log P(evidence) / d entry; the last two are `None` where the evidence is impossible.
    """
    free = lower_freely(model, (), conditions_of_its_own(model, ()))
    program = free.network.program
    random = np.random.default_rng(15)
    u = random.normal(size=(len(free.network.addresses), N_COLUMNS)) * np.array(SCALES)
    scales = [model.map.judgements[address].role.scale for address in free.network.addresses]
    may_be_certain = np.outer([s is Scale.PROBABILITY for s in scales], np.arange(N_COLUMNS) % 2 == 0)
    for certain in (CERTAIN, -CERTAIN):
        u[may_be_certain & (random.random(u.shape) < 0.1)] = certain
    single = np.zeros(len(u), np.bool_)
    evidences = [_some_evidence(free, random) for _ in range(N_COLUMNS)]
    entries = fill(program, u, single)
    found = infer_each(
        free.network, Filled(entries), evidences, free.everything, gradient=True, planned=free.planned
    )
    log_z, slopes = found.log_z[0], found.slopes
    assert slopes is not None
    possible = np.isfinite(log_z)
    return {
        "u": u.tolist(),
        "evidence": [[[v, [*states]] for v, states in evidence] for evidence in evidences],
        "asked": [v for v, states in found.asked for _ in range(states)],
        "log_z": [float(log) if is_possible else None for log, is_possible in _pairs(log_z, possible)],
        "shares": _columns(found.read[0], possible),
        "slopes": _columns(slopes[0], possible),
    }


def _some_evidence(free: FreeNetwork, random: np.random.Generator) -> Evidence:
    """Return evidence on up to five variables, one state or several of each."""
    chosen = random.choice(free.everything, size=random.integers(0, 6), replace=False).tolist()
    states = [len(free.network.variables[v].states) for v in chosen]
    return tuple(
        (v, tuple(sorted(random.choice(n, size=random.integers(1, n), replace=False).tolist())))
        for v, n in zip(chosen, states, strict=True)
    )


def _pairs(values: FloatArray, possible: Any) -> Any:
    return zip(values.tolist(), possible.tolist(), strict=True)


def _columns(rows: FloatArray, possible: Any) -> list[list[float] | None]:
    return [column if is_possible else None for column, is_possible in _pairs(rows.T, possible)]
