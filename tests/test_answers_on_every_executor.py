"""Answers worked out on a cluster are those worked out here, to the last bit, with any number of workers."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

import cruxmap as cm
from cruxmap.bayes import sampling
from cruxmap.bayes.sampling import sample
from cruxmap.engine.executors import Executor, OnDask
from cruxmap.insight import shapley
from cruxmap.insight.coherence import coherence
from cruxmap.insight.pairs import against_rest
from cruxmap.insight.what_it_takes import takes
from cruxmap.network.inquiry import inquire
from helpers.commands import ROOT
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model


@pytest.fixture(
    scope="module",
    params=[(2, 1), pytest.param((1, 2), marks=pytest.mark.long)],
    ids=["two", "threads"],
)
def executor(request: pytest.FixtureRequest) -> Iterator[OnDask]:
    workers, threads = request.param
    with (
        LocalCluster(n_workers=workers, threads_per_worker=threads, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield OnDask(client)


def garden(ask="target: wet\nworldviews: [map, ann, bob]\nsampling: {draws: 1200}\n"):
    return model(GARDEN, ask, ann=ANN, bob=BOB)


def same(answer, other) -> bool:
    return json.dumps(answer.to_json()) == json.dumps(other.to_json())


def test_estimates(executor: Executor) -> None:
    here, there = cm.estimate(garden()), cm.estimate(garden(), executor=executor)
    assert same(here, there)
    for name, estimate in here.worldviews.items():
        assert (estimate.draws == there.worldviews[name].draws).all()


@pytest.mark.long
def test_estimates_from_sampled_states(executor: Executor) -> None:
    spec = garden()
    spec = replace(spec, exact=False)
    assert same(cm.estimate(spec), cm.estimate(spec, executor=executor))


def test_cruxes(executor: Executor) -> None:
    assert same(cm.cruxes(garden(), "ann"), cm.cruxes(garden(), "ann", executor=executor))


def test_diffs_shared_out_exactly_and_over_sampled_orders(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert same(cm.diff(garden(), "ann", "bob"), cm.diff(garden(), "ann", "bob", executor=executor))
    monkeypatch.setattr(shapley, "MAX_EXACT", 2)
    here = cm.diff(garden(), "ann", "bob")
    assert here.pairs > 0
    assert same(here, cm.diff(garden(), "ann", "bob", executor=executor))


def test_one_against_the_rest(executor: Executor) -> None:
    assert same(against_rest(garden(), "ann"), against_rest(garden(), "ann", executor=executor))


@pytest.mark.long
def test_what_it_takes(executor: Executor) -> None:
    here = takes(garden(), "ann", above=0.5)
    assert here.frontier
    assert same(here, takes(garden(), "ann", above=0.5, executor=executor))


OBSERVED = (
    "target: rain\nobserved: [wet]\nworldviews: [map, ann]\nsampling: {draws: 600, tune: 100, chains: 2}\n"
)


@pytest.mark.long
def test_posteriors(executor: Executor) -> None:
    here, there = sample(garden(OBSERVED)), sample(garden(OBSERVED), executor=executor)
    for name in ("z", "probability", "estimate"):
        assert here.posterior[name].equals(there.posterior[name])
    assert same(cm.estimate(garden(OBSERVED)), cm.estimate(garden(OBSERVED), executor=executor))


@pytest.mark.long
def test_chains_are_the_same_in_any_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for worth in (math.inf, 0):
        monkeypatch.setattr(sampling, "WORTH_PROCESSES", worth)
        found.append(sampling.posteriors(inquire(garden(OBSERVED))))
    for one, several in zip(*found, strict=True):
        assert (one.z == several.z).all()


@pytest.mark.long
def test_coherence(executor: Executor) -> None:
    assert same(coherence(garden()), coherence(garden(), executor=executor))


@pytest.mark.long
def test_nothing_is_lost_with_a_worker() -> None:
    ask = "target: wet\nworldviews: [map, ann, bob]\nsampling: {draws: 10000}\n"
    done: list[int] = []
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        victim = next(iter(client.run(os.getpid).values()))

        def told(what: str, drawn: int, of: int) -> None:
            done.append(drawn)
            if len(done) == 5:
                os.kill(victim, signal.SIGKILL)

        there = cm.estimate(garden(ask), progress=told, executor=OnDask(client))
        assert victim not in client.run(os.getpid).values()
    assert done == [*range(512, 10_000, 512), 10_000]  # the worldviews go together
    assert same(cm.estimate(garden(ask)), there)


# --- the command ---------------------------------------------------------------------------------

RUN = [sys.executable, "-m", "cruxmap.cli", "run", str(ROOT / "models" / "power-seeking.yaml")]


@pytest.mark.long
def test_the_main_job_writes_the_same_files(tmp_path: Path) -> None:
    for options in (["-o", "here"], ["-o", "there", "--executor", "local"]):
        done = subprocess.run([*RUN, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        written = len(list((tmp_path / options[1]).iterdir()))
        last = done.stderr.splitlines()[-1]
        assert last == f"wrote {written} files to {options[1]}/: open {options[1]}/README.md first"
    for file in (tmp_path / "here").iterdir():
        assert (tmp_path / "there" / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.long
def test_an_interrupt_stops_the_workers_quietly(tmp_path: Path) -> None:
    script = (
        "import sys, signal; from cruxmap import cli;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # ignored in the background
        f"sys.argv = {['cruxmap', *RUN[3:], '--executor', 'local', '--quiet']}; cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # the estimates are printed: the workers are there, and at work on cruxes
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
