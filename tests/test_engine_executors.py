"""The same results in the same order, whoever does the work, and plain words where nobody can."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from threading import current_thread, main_thread

import numpy as np
import pytest
from distributed import Client, LocalCluster

from cruxmap.engine import executors
from cruxmap.engine.executors import (
    HERE,
    Executor,
    OnDask,
    SideBySide,
    Work,
    cores,
    executor_from,
    on_threads,
)
from cruxmap.errors import Code, InvalidMap, Problem
from helpers import worker_tasks
from helpers.maps_from_text import model


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as started:
        yield started


@pytest.fixture(scope="module")
def on_dask(cluster: LocalCluster) -> Iterator[Executor]:
    with Client(cluster, set_as_default=False) as client:
        yield OnDask(client)


@pytest.fixture(params=["here", "side_by_side", "on_dask"])
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Executor:
    monkeypatch.setattr(executors, "FEW", 2)
    ours = {"here": HERE, "side_by_side": SideBySide()}
    return ours[request.param] if request.param in ours else request.getfixturevalue("on_dask")


VALUES = np.linspace(0.0, 1.0, 1000)


# --- laws of every executor ----------------------------------------------------------------------


def test_results_come_in_the_order_of_the_tasks(executor: Executor) -> None:
    found = list(executor.map(worker_tasks.scaled, (VALUES, 0.1), [3, 1, 2, 1]))
    expected = [worker_tasks.scaled(VALUES, 0.1, task) for task in (3, 1, 2, 1)]
    assert np.array_equal(found, expected)


def test_there_may_be_nothing_to_share_and_nothing_to_do(executor: Executor) -> None:
    assert list(executor.map(worker_tasks.of_nothing, (), [1, 2])) == [-1, -2]
    assert list(executor.map(worker_tasks.of_nothing, (), [])) == []


def test_a_problem_comes_back_as_it_was_raised(executor: Executor) -> None:
    results = executor.map(worker_tasks.refused, (), [1, 2, 3])
    assert next(results) == 1
    with pytest.raises(InvalidMap) as refused:
        next(results)
    assert refused.value.problems == (Problem(Code.UNKNOWN_ID, "there is no such entry"),)


def test_nobody_has_to_wait_for_all_results(executor: Executor) -> None:
    results = executor.map(worker_tasks.of_nothing, (), range(1000))
    assert next(results) == 0
    results.close()
    assert list(executor.map(worker_tasks.of_nothing, (), [7])) == [-7]


def test_whoever_listens_hears_of_progress() -> None:
    told = []
    Work(progress=lambda *event: told.append(event)).tell("draws", 1, 2)
    Work().tell("draws", 2, 2)
    assert told == [("draws", 1, 2)]


def test_what_is_done_side_by_side_need_not_be_pickled() -> None:
    squares = [lambda number=number: number**2 for number in range(10)]
    found = list(SideBySide().map(lambda square: (square(), os.getpid()), (), squares))
    assert [square for square, _ in found] == [number**2 for number in range(10)]
    assert (os.getpid() in {process for _, process in found}) == (cores() == 1)


# --- a cluster -----------------------------------------------------------------------------------


def test_all_workers_take_part(on_dask: Executor) -> None:
    assert len(set(on_dask.map(worker_tasks.process, (), range(20)))) == 2


def test_a_task_on_a_cluster_has_one_core(on_dask: Executor) -> None:
    assert list(on_dask.map(worker_tasks.cores_allowed, (), range(4))) == [1] * 4
    assert list(HERE.map(worker_tasks.cores_allowed, (), [0])) == [cores()]


def test_a_shared_value_is_sent_once(on_dask: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    dumps = pickle.dumps
    monkeypatch.setattr(executors.pickle, "dumps", lambda value: sent.append(value) or dumps(value))
    values = np.arange(5.0)
    for _ in range(3):
        list(on_dask.map(worker_tasks.scaled, (values, 1.0), [1, 2]))
    assert sum(value is values for value in sent) == 1


def test_models_can_be_sent() -> None:
    text = "claims:\n  rain: {text: It rains., credence: 20% to 40%}"
    spec = model(text, "target: rain", ann="judgements: {rain: 10%}")
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.long
def test_work_of_a_lost_worker_is_done_again(tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        found = list(OnDask(client).map(worker_tasks.killing_once, (str(marker), VALUES), range(40)))
    assert marker.exists()
    assert found == [float(np.cos(VALUES * task).sum()) for task in range(40)]


@pytest.mark.long
def test_a_task_that_takes_every_worker_with_it_is_given_up() -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
        pytest.raises(InvalidMap, match="lost with 4 workers") as refused,
    ):
        list(OnDask(client).map(worker_tasks.killing_always, (), [1]))
    assert [problem.code for problem in refused.value.problems] == ["lost-workers"]


# --- which executor is meant -----------------------------------------------------------------------


def test_without_a_name_work_is_done_here() -> None:
    with executor_from(None) as executor:
        assert executor is HERE


def test_local_has_a_process_per_core() -> None:
    with executor_from("local") as executor:
        assert len(set(executor.map(worker_tasks.process, (), range(10 * cores())))) == cores()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost"])
def test_a_cluster_is_found_by_its_address(cluster: LocalCluster, host: str) -> None:
    port = cluster.scheduler_address.rpartition(":")[2]
    with executor_from(f"dask://{host}:{port}") as executor:
        assert list(executor.map(worker_tasks.of_nothing, (), [1, 2, 3])) == [-1, -2, -3]


def test_a_cluster_that_goes_away_is_a_problem() -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as going,
        executor_from(going.scheduler_address.replace("tcp", "dask")) as executor,
    ):
        results = executor.map(worker_tasks.process, (), range(1000))
        next(results)
        going.close()
        with pytest.raises(InvalidMap) as lost:
            list(results)
    assert [problem.code for problem in lost.value.problems] == ["lost-cluster"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "loca", "dask", "dask://", "dask://host", "dask://host:", "dask://host:port"),
        *("dask://host:99999", "tcp://host:1", "dask://host:1/path", "dask://me@host:1", "dask://host:1 "),
    ],
)
def test_unknown_executors_are_refused_with_the_known_ones(text: str) -> None:
    assert problem_of(text) == (
        "unknown-executor",
        f"there is no executor `{text}`",
        "known: dask://HOST:PORT, and local",
    )


def test_a_scheduler_that_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "SECONDS_TO_ANSWER", 0.2)
    code, message, _ = problem_of("dask://127.0.0.1:1")
    assert (code, message) == (
        "no-cluster",
        "no Dask scheduler answers at dask://127.0.0.1:1 within 0.2 seconds",
    )


def test_a_cluster_without_workers_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Client.wait_for_workers
    monkeypatch.setattr(Client, "wait_for_workers", lambda client, n, timeout: wait(client, n, 0.2))
    with LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        code, message, _ = problem_of(empty.scheduler_address.replace("tcp", "dask"))
    assert code == "no-cluster"
    assert message.endswith("has no workers")


def test_a_cluster_with_other_versions_is_a_problem(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.0")
    code, message, hint = problem_of(cluster.scheduler_address.replace("tcp", "dask"))
    assert code == "other-version"
    assert f", numpy {version('numpy')}, not 1.0, " in message
    assert "install" in hint


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    for text in ("local", "dask://127.0.0.1:1"):
        code, message, hint = problem_of(text)
        assert (code, message) == (
            "missing-extra",
            "this executor needs distributed, which is not installed",
        )
        assert "in its clone: pip install '.[dask]', pipx install --force '.[dask]' or uv tool" in hint


def problem_of(text: str) -> tuple[str, str, str]:
    with pytest.raises(InvalidMap) as refused, executor_from(text):
        pass
    [problem] = refused.value.problems
    return problem.code, problem.message, problem.hint


def test_threads_stand_ready_and_do_not_wait_for_each_other() -> None:
    def names(_: int) -> list[str]:
        return on_threads(2, lambda _: current_thread().name, range(3))

    first, again = on_threads(2, names, range(8)), on_threads(2, names, range(8))
    threads = {name for those in (*first, *again) for name in those}
    assert 1 <= len(threads) <= 2
    assert all(len(set(those)) == 1 for those in first)  # on a thread, all is done there
    assert main_thread().name not in threads
    assert set(on_threads(1, lambda _: current_thread().name, range(2))) == {current_thread().name}


def test_processes_that_were_forked_off_end_with_the_one_that_is_killed() -> None:
    command = (
        "import os, time\n"
        "from cruxmap.engine.executors import SideBySide\n"
        "def task(number):\n"
        "    os.write(1, b'begun\\n')\n"  # at once, so that lines of two processes do not mix
        "    time.sleep(100)\n"
        "list(SideBySide().map(task, (), range(9)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        for _ in range(executors.cores()):
            assert parent.stdout.readline() == "begun\n"
        parent.kill()
        assert parent.stdout.read() == ""  # which ends when nobody can write to it any more
