"""Calling a compiled kernel by name, so that it is not compiled again into every model that uses it.

numba copies the code of a function into its callers and optimises the whole: for a kernel of some size,
ten seconds per PyMC model. A symbol has an address instead. Arrays cross as a table of addresses and sizes,
and many small ones as one vector (`network.pack`, `section`).
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numba import carray, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from cruxmap.engine.compiled import cfunc, njit


@njit()
def section(vector, which):
    """One of the arrays that `pack` put into a vector."""
    begin = vector[0] + 1
    for k in range(which):
        begin += vector[1 + k]
    return vector[begin : begin + vector[1 + which]]


SIGNATURE = types.intp(types.intp)


def link(function: Callable[[Any], None]) -> types.ExternalFunction:
    """Compile (or load) a kernel that takes the address of a table, and return what compiled code calls.

    The name is the function's own, so whatever calls it can be cached on disk.
    """
    compiled = cfunc(SIGNATURE, function)
    name = f"cruxmap_{function.__name__}"
    llvm.add_symbol(name, compiled.address)
    LINKED[name] = compiled
    return types.ExternalFunction(name, SIGNATURE)


LINKED: dict[str, Any] = {}
"""The kernels that have been linked, kept so that their code stays in memory."""


@intrinsic
def _pointer(_typing: Any, address: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(address), generate


@njit()
def words(address, shape):
    """The int64 array of that shape at an address."""
    return carray(_pointer(address), shape, np.int64)


@njit()
def halves(address, shape):
    """The uint32 array of that shape at an address."""
    return carray(_pointer(address), shape, np.uint32)


@njit()
def numbers(address, shape):
    """The float64 array of that shape at an address."""
    return carray(_pointer(address), shape, np.float64)


@njit()
def flags(address, shape):
    """The int8 array of that shape at an address."""
    return carray(_pointer(address), shape, np.int8)
