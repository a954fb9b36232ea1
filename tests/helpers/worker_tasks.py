"""Functions for tests of executors: workers find them by name."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from cruxmap.engine.executors import cores
from cruxmap.engine.network import FloatArray
from cruxmap.errors import Code, InvalidMap, Problem


def scaled(values: FloatArray, factor: float, task: int) -> FloatArray:
    return factor * np.sin(values * task)


def of_nothing(task: int) -> int:
    return -task


def cores_allowed(task: int) -> int:
    return cores()


def process(task: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def refused(task: int) -> int:
    if task == 2:
        raise InvalidMap((Problem(Code.UNKNOWN_ID, "there is no such entry"),))
    return task


def killing_once(place: str, values: FloatArray, task: int) -> float:
    """Kill the worker's process in the middle of a task, the first time that task 5 is tried."""
    marker = Path(place)
    if task == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(np.cos(values * task).sum())


def killing_always(task: int) -> float:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0
