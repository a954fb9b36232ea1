"""Sixteen draws as one value in compiled code, so that the processor's vector registers are used for certain.

`load` and `store` move a row of a `(n, LANES)` array of float64; `times_plus` works lane by lane.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

LANES = 16


class Lanes(types.Type):
    """The type of `LANES` float64 values side by side."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{LANES}")


LANES_TYPE = Lanes()
VECTOR = ir.VectorType(ir.DoubleType(), LANES)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Lanes are one LLVM vector."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, VECTOR)


def _row(context: Any, builder: Any, array_type: Any, array: Any, row: Any, row_type: Any) -> Any:
    """A pointer to a row as one vector."""
    data = context.make_array(array_type)(context, builder, array).data
    index = context.cast(builder, row, row_type, types.intp)
    start = builder.mul(index, ir.Constant(index.type, LANES))
    return builder.bitcast(builder.gep(data, [start]), VECTOR.as_pointer())


@intrinsic
def load(_typing: Any, array: Any, row: Any) -> tuple[Any, Callable[..., Any]]:
    """`array[row]`; the row is not checked."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _row(context, builder, array, arguments[0], arguments[1], row)
        return builder.load(pointer, align=8)

    return LANES_TYPE(array, row), generate


@intrinsic
def store(_typing: Any, array: Any, row: Any, lanes: Any) -> tuple[Any, Callable[..., Any]]:
    """`array[row] = lanes`; the row is not checked."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _row(context, builder, array, arguments[0], arguments[1], row)
        builder.store(arguments[2], pointer, align=8)
        return context.get_dummy_value()

    return types.void(array, row, lanes), generate


@intrinsic
def times_plus(_typing: Any, a: Any, b: Any, c: Any) -> tuple[Any, Callable[..., Any]]:
    """`a * b + c`, rounded once where the processor can."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        x, y, z = arguments
        return builder.fadd(builder.fmul(x, y, flags=("contract",)), z, flags=("contract",))

    return LANES_TYPE(a, b, c), generate


@intrinsic
def zero(_typing: Any) -> tuple[Any, Callable[..., Any]]:
    """Nothing in every lane."""

    def generate(_context: Any, _builder: Any, _signature: Any, _arguments: Any) -> Any:
        return ir.Constant(VECTOR, [0.0] * LANES)

    return LANES_TYPE(), generate
