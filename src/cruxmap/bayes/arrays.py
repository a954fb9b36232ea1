"""The array functions of PyTensor, so that table entries can be filled symbolically."""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

from cruxmap.network.network import FloatArray, IntArray
from cruxmap.network.tables import Array, ArrayOps


def _segment_sum(values: Array, segment: IntArray, n: int) -> Array:
    return pt.zeros((n, *values.shape[1:]))[segment].inc(values)


def _segment_max(values: Array, segment: IntArray, n: int) -> Array:
    """Gather each segment into a row, short ones by repeating their first value; no slope goes through."""
    first = np.searchsorted(segment, np.arange(n))
    size = np.bincount(segment, minlength=n)
    place = np.arange(size.max(initial=1))
    padded = first[:, None] + np.where(place < size[:, None], place, 0)
    return disconnected_grad(pt.max(values[padded], axis=1))


def _logistic(u: Array, base: IntArray, shift: Array, which: IntArray, sign: FloatArray) -> Array:
    return pt.sigmoid((sign if u.ndim == 1 else sign[:, None]) * (u[base] + shift[which]))


PYTENSOR = ArrayOps(
    exp=pt.exp,
    log=pt.log,
    expm1=pt.expm1,
    sigmoid=pt.sigmoid,
    softplus=pt.softplus,
    where=pt.where,
    take=lambda values, index: values[index],
    ones=pt.ones,
    concatenate=pt.concatenate,
    logistic=_logistic,
    segment_sum=_segment_sum,
    segment_max=_segment_max,
)
