"""Several draws as one value in compiled code, so that vector registers are used for certain.

Memory is read and written at addresses, which are whole numbers; nothing checks them. `word`, `half` and
`number` read the n-th int64, uint32 or float64 from an address on. `load` and `store` move `width` float64 at
once, to or from the n-th. The others work lane by lane.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model


class Lanes(types.Type):
    """The type of some float64 values side by side."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(name=f"Lanes{width}")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Lanes are one LLVM vector."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _vector(fe_type.width))


def _vector(width: int) -> ir.VectorType:
    return ir.VectorType(ir.DoubleType(), width)


def _pointer(builder: Any, kind: Any, address: Any, n: Any) -> Any:
    """Where the n-th value of a kind is."""
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [n])


def _reader(kind: Any, name: str) -> Any:
    def typed(_typing: Any, address: Any, n: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            value = builder.load(_pointer(builder, kind, *arguments))
            return builder.zext(value, ir.IntType(64)) if kind.intrinsic_name == "i32" else value

        result = types.float64 if isinstance(kind, ir.DoubleType) else types.int64
        return result(types.int64, types.int64), generate

    typed.__name__ = name
    return intrinsic(typed)


word, half = _reader(ir.IntType(64), "word"), _reader(ir.IntType(32), "half")


@intrinsic(prefer_literal=True)
def load(_typing: Any, address: Any, n: Any, width: Any) -> tuple[Any, Callable[..., Any]]:
    """`width` float64, from the n-th on; asks the memory for as many after them as well."""
    lanes = Lanes(width.literal_value)

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = _pointer(builder, ir.DoubleType(), *arguments[:2])
        return builder.load(builder.bitcast(pointer, _vector(lanes.width).as_pointer()), align=8)

    return lanes(types.int64, types.int64, width), generate


@intrinsic(prefer_literal=True)
def fetch(_typing: Any, address: Any, n: Any, width: Any) -> tuple[Any, Callable[..., Any]]:
    """Ask the memory for `width` float64, from the n-th on; harmless at any address."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        reading, soon, data = ir.Constant(number, 0), ir.Constant(number, 2), ir.Constant(number, 1)
        pointer = _pointer(builder, ir.DoubleType(), *arguments[:2])
        for ahead in range(0, width.literal_value, 8):
            line = builder.gep(pointer, [ir.Constant(ir.IntType(64), ahead)])
            builder.call(prefetch, [builder.bitcast(line, byte), reading, soon, data])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, width), generate


@intrinsic
def store(_typing: Any, address: Any, n: Any, lanes: Any) -> tuple[Any, Callable[..., Any]]:
    """Put lanes to the n-th float64 and those after it."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = _pointer(builder, ir.DoubleType(), *arguments[:2])
        builder.store(arguments[2], builder.bitcast(pointer, _vector(lanes.width).as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, lanes), generate


@intrinsic
def times_plus(_typing: Any, a: Any, b: Any, c: Any) -> tuple[Any, Callable[..., Any]]:
    """`a * b + c`, rounded once where the processor can."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        x, y, z = arguments
        return builder.fadd(builder.fmul(x, y, flags=("contract",)), z, flags=("contract",))

    return c(a, b, c), generate


@intrinsic
def over(_typing: Any, a: Any, b: Any) -> tuple[Any, Callable[..., Any]]:
    """`a / b`."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fdiv(*arguments)

    return a(a, b), generate


@intrinsic(prefer_literal=True)
def alike(_typing: Any, value: Any, width: Any) -> tuple[Any, Callable[..., Any]]:
    """The same number in every lane; `value` is known beforehand."""
    lanes, each = Lanes(width.literal_value), float(value.literal_value)

    def generate(_context: Any, _builder: Any, _signature: Any, _arguments: Any) -> Any:
        return ir.Constant(_vector(lanes.width), [each] * lanes.width)

    return lanes(value, width), generate
