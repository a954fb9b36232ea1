"""Functions that numba compiles and that are kept on disk, as `ground` keeps things.

numba itself runs whatever it finds in its files, even where something that a function calls has changed,
and gives up where it cannot write any.
"""

import logging
import pickle  # what is unpickled has the digest that it was kept with
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import compiler
from numba.core.caching import FunctionCache, IndexDataCacheFile, NullCache
from numba.core.ccallback import CFunc
from numba.core.registry import cpu_target
from numba.core.serialize import dumps

from cruxmap.ground import cannot_keep, find_room, keep, kept

_log = logging.getLogger("cruxmap")

find_room()


class _Files(IndexDataCacheFile):
    """The index of what one function was compiled to, and a file for each."""

    def _load_index(self) -> dict[Any, str]:
        index = kept(Path(self._index_path))
        if index is None:
            return {}
        about, names = pickle.loads(index)
        return names if about == self._about else {}

    def _save_index(self, names: dict[Any, str]) -> None:
        keep(Path(self._index_path), dumps((self._about, names)))

    @property
    def _about(self) -> Any:
        return self._version, self._source_stamp, _stamps()

    def _load_data(self, name: str) -> Any:
        data = kept(Path(self._data_path(name)))
        if data is None:
            raise FileNotFoundError(name)  # so it is compiled again
        return pickle.loads(data)

    def _save_data(self, name: str, data: Any) -> None:
        keep(Path(self._data_path(name)), dumps(data))


@cache
def _stamps() -> tuple[tuple[str, int, int], ...]:
    """When each module of the engine was written, and its size: what is compiled may contain any of them."""
    found = ((path.name, path.stat()) for path in sorted(Path(__file__).parent.glob("*.py")))
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in found)


class _Cache(FunctionCache):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file.__class__ = _Files

    def load_overload(self, *signature: Any) -> Any:
        found = super().load_overload(*signature)
        if found is None:
            _say_what_is_compiled()
        return found

    def save_overload(self, *compiled: Any) -> None:
        try:
            super().save_overload(*compiled)
        except OSError as error:
            cannot_keep(Path(self.cache_path), error)


class _NoCache(NullCache):
    def load_overload(self, *_: Any) -> None:
        _say_what_is_compiled(kept=False)


def _cache(function: Callable[..., Any]) -> Any:
    try:
        return _Cache(function)
    except RuntimeError:  # numba found nowhere to write
        return _NoCache()


@cache
def _say_what_is_compiled(*, kept: bool = True) -> None:
    if kept:
        _log.info("compiling the engine, once per machine")
    else:
        _log.warning("compiling the engine, on each run: what is compiled cannot be kept anywhere")


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function when it is first called, or load what that gave."""

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(**options)(function)
        dispatcher._cache = _cache(function)
        return dispatcher

    return compiled


def cfunc(signature: Any, function: Callable[..., Any]) -> Any:
    """Compile a function for one signature that other compiled code calls, or load what that gave."""
    callback: Any = CFunc(function, (signature.args, signature.return_type), locals={}, options={})
    callback._cache = _cache(function)
    callback.compile()
    return callback


def object_code(signature: Any, function: Callable[..., Any]) -> tuple[str, bytes]:
    """Compile a function for one signature: its name, and its code, which nothing here keeps.

    It is called as numba calls its functions: where the result goes, where an error would, the arguments.
    Raises `TypeError` where the code would call something, which may not be there when it is loaded.
    """
    _say_what_is_compiled()
    flags: Any = compiler.Flags()
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    contexts = cpu_target.typing_context, cpu_target.target_context
    found: Any = compiler.compile_extra(
        *contexts, function, signature.args, signature.return_type, flags, {}
    )
    code = found.library._get_compiled_object()
    declared = (f.name for f in found.library._final_module.functions if f.is_declaration)
    if called := [name for name in declared if not name.startswith("llvm.")]:
        raise TypeError(f"{function.__name__} calls {', '.join(called)}")
    return found.fndesc.llvm_func_name, code
