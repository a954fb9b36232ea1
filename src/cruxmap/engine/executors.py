"""Where blocks of work are done: in this process, or on a Dask cluster.

A task is a pure function of values that it shares with others and of a small value of its own. Results come
in the order of the tasks, whoever did them, and how the work is cut never depends on who is there to do it;
so an answer is the same to the last bit with any number of workers. Nothing here knows what is worked out.
"""

import logging
import os
import pickle
import signal
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.ground import of_extra

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

type Progress = Callable[[str, int, int], None]
"""Called with what is being worked on (a worldview, say), how much is done, and of how much."""

SECONDS_TO_ANSWER = 10
"""How long a cluster may take to answer, and then to have a worker."""

LIBRARIES = ("cruxmap", "numpy", "scipy", "numba")
"""What must be the same on every worker for results to be the same."""

QUIET = logging.CRITICAL
"""What Dask may log from: whatever goes wrong with a task is raised here."""

DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""What local workers run first: an interrupt is meant for the process that has started them."""

MAX_SHARED = 16
"""How many shared values are kept on a cluster for further use."""


class Executor(Protocol):
    """Something that does tasks."""

    def map(
        self, function: Callable[..., Any], shared: tuple[Any, ...], tasks: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield `function(*shared, task)` for each task, in their order.

        The function belongs to a module, so that workers find it by name; shared values are sent once and
        never changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """Does one task after the other in this process, as results are asked for."""

    def map(
        self, function: Callable[..., Any], shared: tuple[Any, ...], tasks: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield the result of each task."""
        for task in tasks:
            yield function(*shared, task)


HERE = Here()

FEW = 4
"""Tasks that are done before processes for them would be started."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Does tasks in processes that are forked off this one, one per core; what they need is not pickled."""

    def map(
        self, function: Callable[..., Any], shared: tuple[Any, ...], tasks: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield the result of each task."""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_all_start_methods, get_context

        if cores() == 1 or len(tasks) < FEW or "fork" not in get_all_start_methods():
            yield from HERE.map(function, shared, tasks)
            return
        work = partial(function, *shared)
        inherited = (work, tasks, os.getpid())
        with ProcessPoolExecutor(cores(), get_context("fork"), _inherit, inherited) as pool:
            with warnings.catch_warnings():
                # nothing of ours runs in the other threads that Python warns about when it forks
                warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
                begun = [pool.submit(_nth, number) for number in range(len(tasks))]
            try:
                for future in begun:
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)


LOOK_UP = 0.5
"""Seconds after which a process that was forked off looks again whether its parent is still there."""

_inherited: list[Any] = []
"""What a process that was forked off is there to do, and the tasks."""


def _inherit(work: Callable[[Any], Any], tasks: Sequence[Any], parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is meant for the process that has forked
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    _inherited[:] = work, tasks


def _end_with(parent: int) -> None:
    """End this process soon after the one that has forked it, which may have been killed."""
    while os.getppid() == parent:
        time.sleep(LOOK_UP)
    os._exit(1)


def _nth(number: int) -> Any:
    work, tasks = _inherited
    return work(tasks[number])


@dataclass(frozen=True, slots=True)
class Work:
    """How an answer is worked out: who does the tasks, and who hears how far they are."""

    executor: Executor = HERE
    progress: Progress | None = None

    def map[*Shared, Task, Result](
        self, function: Callable[[*Shared, Task], Result], shared: tuple[*Shared], tasks: Sequence[Task]
    ) -> Iterator[Result]:
        """Yield the result of each task, in their order."""
        return self.executor.map(function, shared, tasks)

    @property
    def inside(self) -> Progress | None:
        """Who hears how far a single task is: nobody, where tasks are done elsewhere."""
        return self.progress if self.executor is HERE else None

    def tell(self, what: str, done: int, of: int) -> None:
        """Report progress, if anybody listens."""
        if self.progress is not None:
            self.progress(what, done, of)


WORK = Work()


# --- cores -------------------------------------------------------------------------------------

_cores_of_task: ContextVar[int | None] = ContextVar("cores_of_task", default=None)


def cores() -> int:
    """Cores that the present task may use: one on a cluster, where each core has a task of its own."""
    allowed = _cores_of_task.get()
    if allowed is not None:
        return allowed
    # `os.process_cpu_count` is newer than Python 3.12
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_threads[Result](
    workers: int, work: Callable[..., Result], *arguments: Iterable[Any]
) -> list[Result]:
    """Do the work for each of the arguments, without threads where one worker is enough; results in order.

    Work that is itself on such a thread waits for no other.
    """
    if workers <= 1 or current_thread().name.startswith(THREADS):
        return list(map(work, *arguments))
    return list(_pool(workers).map(work, *arguments))


THREADS = "cruxmap-cores"
"""What the names of the threads begin with that stand ready for `on_threads`."""


@lru_cache(maxsize=1)
def _pool(workers: int) -> "ThreadPoolExecutor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(workers, THREADS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads are not copied


def _on_one_core(function: Callable[..., Any], task: Any, *shared: Any) -> Any:
    token = _cores_of_task.set(1)
    try:
        return function(*shared, task)
    finally:
        _cores_of_task.reset(token)


# --- a cluster -----------------------------------------------------------------------------------


class OnDask:
    """Spreads tasks over the workers behind a `distributed.Client`.

    Everything that a task needs is kept by the scheduler, shared values too: what a worker takes with it when
    it is lost is worked out again by others. Raises `InvalidMap` where the cluster itself is lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._shared: deque[tuple[object, Any]] = deque(maxlen=MAX_SHARED)

    def map(
        self, function: Callable[..., Any], shared: tuple[Any, ...], tasks: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield the result of each task; all are begun at once."""
        places = ([self._sent(value)] * len(tasks) for value in shared)
        functions = [function] * len(tasks)
        return self._results(self._client.map(_on_one_core, functions, tasks, *places, pure=False))

    def _results(self, futures: list[Any]) -> Iterator[Any]:
        """Yield results in order; what nobody waits for any more is given up."""
        try:
            for future in futures:
                yield self._result(future)
                future.release()
        finally:
            for future in futures:
                future.release()

    def _sent(self, value: object) -> Any:
        """Return the future of a shared value: a task that unpacks it, as what is scattered can be lost."""
        import dask

        for known, future in self._shared:
            if known is value:
                return future
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            future = self._client.submit(pickle.loads, pickle.dumps(value), pure=False)
        self._shared.append((value, future))
        return future

    @staticmethod
    def _result(future: Any) -> Any:
        dask = _distributed()
        try:
            return future.result()
        except dask.KilledWorker as killed:
            raise _refused(
                Code.LOST_WORKERS,
                f"a block of work was lost with {killed.allowed_failures + 1} workers, one after the other",
                "look at the workers' logs: they may be out of memory",
            ) from None
        except (dask.CancelledError, dask.comm.CommClosedError):
            raise _refused(
                Code.LOST_CLUSTER,
                "the cluster went away before the work was done",
                "start it again, and this",
            ) from None


@contextmanager
def executor_from(text: str | None) -> Iterator[Executor]:
    """Give the executor that is meant: `dask://HOST:PORT`, `local` (a process per core), or none: here.

    Raises `InvalidMap` where there is no such executor, nobody answers, or its workers are not like us.
    """
    if text is None:
        yield HERE
    elif text == "local":
        with _local_client() as client:
            yield OnDask(client)
    else:
        with _client_at(text) as client:
            _check_workers(client, text)
            yield OnDask(client)


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number
        host = port = None
    plain = (f"dask://{host}:{port}", f"dask://[{host}]:{port}")  # no user, no path
    if host is None or port is None or text.lower() not in plain:
        raise _refused(
            Code.UNKNOWN_EXECUTOR, f"there is no executor `{text}`", "known: dask://HOST:PORT, and local"
        )
    return f"tcp{text[len('dask') :]}"


@contextmanager
def _local_client() -> Iterator[Any]:
    dask = _distributed()
    with (
        dask.LocalCluster(
            n_workers=cores(),
            threads_per_worker=1,
            memory_limit=None,
            dashboard_address="127.0.0.1:0",
            silence_logs=QUIET,
            preload=[DEAF],
        ) as cluster,
        dask.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _client_at(text: str) -> Iterator[Any]:
    address = _address(text)
    dask = _distributed()
    try:
        with dask.utils.silence_logging_cmgr(QUIET):
            client = dask.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except OSError:
        raise _refused(
            Code.NO_CLUSTER,
            f"no Dask scheduler answers at {text} within {SECONDS_TO_ANSWER} seconds",
            "start one with `dask scheduler`, and workers with `dask worker`",
        ) from None
    with dask.utils.silence_logging_cmgr(QUIET), client:
        yield client


def _distributed() -> Any:
    return of_extra("dask", "distributed", "this executor")


def _check_workers(client: Any, text: str) -> None:
    """See that there are workers, and that all compute with what we compute with."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        raise _refused(
            Code.NO_CLUSTER, f"the scheduler at {text} has no workers", "start some with `dask worker`"
        ) from None
    try:
        found = {f"the scheduler at {text}": client.run_on_scheduler(_versions)}
    except Exception as error:
        raise _unable(f"the scheduler at {text}", error) from None
    found |= {f"the worker at {w}": v for w, v in client.run(_versions, on_error="return").items()}
    ours = _versions()
    for who, theirs in found.items():
        if isinstance(theirs, Exception):
            raise _unable(who, theirs)
        differing = [
            f"{name} {theirs.get(name)}, not {ours[name]}"
            for name in ours
            if theirs.get(name) != ours[name]
        ]
        if differing:
            raise _refused(
                Code.OTHER_VERSION,
                f"{who} has {', '.join(differing)}",
                "results are only the same with the same versions: install ours there",
            )


def _unable(who: str, error: Exception) -> InvalidMap:
    return _refused(Code.OTHER_VERSION, f"{who} cannot run cruxmap: {error}", "install it there")


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in LIBRARIES}


def _refused(code: Code, message: str, hint: str) -> InvalidMap:
    return InvalidMap((Problem(code, message, hint=hint),))
