"""Sixteen draws as one value in compiled code, so that vector registers are used for certain.

`load` and `store` move a row of a workspace (n, LANES) of float64, `load_at` and `store_at` a stretch of a
row of any C-contiguous (n, m) array; none checks its indices. The others work lane by lane.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
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


def _pointer(
    context: Any, builder: Any, kinds: tuple[Any, Any], array: Any, row: Any, *, column: Any = None
) -> Any:
    """Where a stretch of a row begins; without a column, a row of a workspace. `kinds`: of array and row."""
    view = context.make_array(kinds[0])(context, builder, array)
    start = context.cast(builder, row, kinds[1], types.intp)
    if column is None:
        start = builder.mul(start, ir.Constant(start.type, LANES))
    else:
        start = builder.add(builder.mul(start, builder.extract_value(view.shape, 1)), column)
    return builder.gep(view.data, [start])


def _vector(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, VECTOR.as_pointer())


@intrinsic
def load(_typing: Any, array: Any, row: Any) -> tuple[Any, Callable[..., Any]]:
    """`array[row]`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, (array, row), *arguments)
        return builder.load(_vector(builder, pointer), align=8)

    return LANES_TYPE(array, row), generate


@intrinsic
def load_at(_typing: Any, array: Any, row: Any, column: Any) -> tuple[Any, Callable[..., Any]]:
    """`array[row, column : column + LANES]`; asks the memory for the LANES columns after them as well."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, (array, row), *arguments[:2], column=arguments[2])
        for ahead in (LANES, LANES + LANES // 2):
            _prefetch(builder, builder.gep(pointer, [ir.Constant(ir.IntType(64), ahead)]))
        return builder.load(_vector(builder, pointer), align=8)

    return LANES_TYPE(array, row, types.intp), generate


def _prefetch(builder: Any, pointer: Any) -> None:
    """Ask for a cache line; harmless at any address."""
    byte = ir.IntType(8).as_pointer()
    number = ir.IntType(32)
    prefetch = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [byte, number, number, number]),
        "llvm.prefetch.p0i8",
    )
    reading, soon, data = ir.Constant(number, 0), ir.Constant(number, 2), ir.Constant(number, 1)
    builder.call(prefetch, [builder.bitcast(pointer, byte), reading, soon, data])


@intrinsic
def store(_typing: Any, array: Any, row: Any, lanes: Any) -> tuple[Any, Callable[..., Any]]:
    """`array[row] = lanes`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, (array, row), *arguments[:2])
        builder.store(arguments[2], _vector(builder, pointer), align=8)
        return context.get_dummy_value()

    return types.void(array, row, lanes), generate


@intrinsic
def store_at(
    _typing: Any, array: Any, row: Any, column: Any, lanes: Any
) -> tuple[Any, Callable[..., Any]]:
    """`array[row, column : column + LANES] = lanes`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, (array, row), *arguments[:2], column=arguments[2])
        builder.store(arguments[3], _vector(builder, pointer), align=8)
        return context.get_dummy_value()

    return types.void(array, row, types.intp, lanes), generate


@intrinsic
def times_plus(_typing: Any, a: Any, b: Any, c: Any) -> tuple[Any, Callable[..., Any]]:
    """`a * b + c`, rounded once where the processor can."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        x, y, z = arguments
        return builder.fadd(builder.fmul(x, y, flags=("contract",)), z, flags=("contract",))

    return LANES_TYPE(a, b, c), generate


@intrinsic
def over(_typing: Any, a: Any, b: Any) -> tuple[Any, Callable[..., Any]]:
    """`a / b`."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fdiv(*arguments)

    return LANES_TYPE(a, b), generate


@intrinsic
def zero(_typing: Any) -> tuple[Any, Callable[..., Any]]:
    """Nothing in every lane."""

    def generate(_context: Any, _builder: Any, _signature: Any, _arguments: Any) -> Any:
        return ir.Constant(VECTOR, [0.0] * LANES)

    return LANES_TYPE(), generate
