"""Loops as machine code that is kept on disk and runs without numba, whose import takes half a second.

Object code is bound to the processor it was made for and to the version of LLVM that loads it: another is
made where either differs. It must not call anything.
"""

import ctypes
import hashlib
from collections.abc import Callable
from typing import Any

from cruxmap.ground import cache_folder, keep, kept

_engines: list[Any] = []
"""What holds the code that has been loaded."""


def loaded(source: bytes, make: Callable[[], tuple[str, bytes]]) -> Callable[[int], None]:
    """The function of one number that was made of a source, from disk where that has been done before.

    To make it is to return its name and code (see `compiled.object_code`). Python's lock is released while
    it runs.
    """
    import llvmlite
    import llvmlite.binding as llvm

    processor = llvm.get_host_cpu_name() + llvm.get_host_cpu_features().flatten()
    problem = f"{llvmlite.__version__} {processor} ".encode() + source
    place = cache_folder() / "loops" / hashlib.blake2b(problem, digest_size=16).hexdigest()
    known = kept(place)
    if known is None:
        name, code = make()
        known = name.encode() + b"\0" + code
        keep(place, known)
    name_in_it, _, code = known.partition(b"\0")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    number, pointer = ctypes.c_int64, ctypes.c_void_p
    address = engine.get_function_address(name_in_it.decode())
    function = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, number)(address)

    def called(argument: int) -> None:
        result, error = number(), pointer()
        function(ctypes.addressof(result), ctypes.addressof(error), argument)

    return called
