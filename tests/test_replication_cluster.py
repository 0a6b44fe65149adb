"""Tasks on worker processes: all done once, whatever dies, and as they would be done here."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sleeping_tasks import of_the_process, same_everywhere, sleep

from assignment4 import ROOT, THREADS
from assignment4.replication import cluster
from assignment4.replication.cluster import (
    DifferentWorkerError,
    carry_out_on_workers,
    default_workers,
)
from assignment4.replication.cost import Span, expected_seconds, span
from assignment4.replication.json_lines import append_json_line, read_json_lines

ALLOWED_FAILURES = 3
"""Of a task whose workers die, as dask has it."""

HERE = Path(__file__).parent


def tasks_in(folder: Path, count: int, *, seconds: float = 0.1, **first) -> list[dict]:
    tasks = [{"name": str(i), "folder": str(folder), "seconds": seconds} for i in range(count)]
    tasks[0] |= first
    return tasks


def starts(folder: Path) -> dict[str, int]:
    """How often each task was started, by its name."""
    return {
        path.name.removeprefix("starts of "): len(path.read_text().splitlines())
        for path in folder.glob("starts of *")
    }


def store_in(folder: Path):
    return lambda task, outcome: append_json_line(folder / "lines.jsonl", task | outcome)


def stored_in(folder: Path) -> list[str]:
    return [line["name"] for line in read_json_lines(folder / "lines.jsonl")]


def sleep_on_workers(tasks: list[dict], **settings) -> None:
    settings = {"circumstances": same_everywhere, "workers": 2} | settings
    carry_out_on_workers(tasks, sleep, **settings)


def resume(folder: Path, count: int) -> None:
    """Do what `replicate` does with its tasks, in a process of its own."""
    done = stored_in(folder)
    tasks = [task for task in tasks_in(folder, count, seconds=0.5) if task["name"] not in done]
    sleep_on_workers(tasks, store=store_in(folder))


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_but_its_task(tmp_path):
    """The failing task is named, and all the others are stored."""
    before = dict(os.environ)
    tasks = tasks_in(tmp_path, 8, deaths=1)
    tasks[4]["fails"] = True
    with pytest.raises(RuntimeError, match="1 failed, 7 are stored") as failure:
        sleep_on_workers(tasks, store=store_in(tmp_path))
    assert "'name': '4'" in str(failure.value)
    assert "ArithmeticError: no number comes out" in str(failure.value)
    assert sorted(stored_in(tmp_path)) == ["0", "1", "2", "3", "5", "6", "7"]
    assert starts(tmp_path) == {str(i): 2 if i == 0 else 1 for i in range(8)}
    assert os.environ == before
    lines = read_json_lines(tmp_path / "lines.jsonl")
    threads = str(max(1, len(os.sched_getaffinity(0)) // 2))
    expected = {name: before.get(name, threads) for name in THREADS}
    assert all(
        line["threads"].items() >= expected.items() and line["bars"] == "0" for line in lines
    )


@pytest.mark.slow
def test_a_task_that_kills_its_workers_is_given_up_and_named(tmp_path):
    tasks = tasks_in(tmp_path, 2, deaths=100)
    with pytest.raises(RuntimeError, match=r"'name': '0'.*: its worker died 4 times"):
        sleep_on_workers(tasks, store=store_in(tmp_path), workers=1)
    assert stored_in(tmp_path) == ["1"]
    assert starts(tmp_path) == {"0": ALLOWED_FAILURES + 1, "1": 1}


@pytest.mark.slow
def test_a_worker_of_other_code_is_refused(tmp_path):
    with pytest.raises(DifferentWorkerError, match=r"worker tcp://.*: code is 4567 there and 0123"):
        sleep_on_workers(
            tasks_in(tmp_path, 3),
            circumstances=of_the_process,
            store=store_in(tmp_path),
            workers=1,
        )
    assert starts(tmp_path) == {}
    assert stored_in(tmp_path) == []


def start_client(folder: Path, count: int) -> subprocess.Popen:
    code = f"import test_replication_cluster as t; t.resume(t.Path({str(folder)!r}), {count})"
    search = os.pathsep.join([str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": search, "ASSIGNMENT4_PROGRESS": "0"},
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def wait_until(condition, *, seconds: float = 60) -> None:
    for _ in range(round(seconds / 0.05)):
        if condition():
            return
        time.sleep(0.05)
    raise TimeoutError


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_a_client_that_ends_early_resumes_and_repeats_nothing(tmp_path, how):
    count = 8
    client = start_client(tmp_path, count)
    wait_until(lambda: len(stored_in(tmp_path)) >= 2)
    if how == "killed":
        client.kill()
    else:
        os.killpg(client.pid, signal.SIGINT)
    assert client.wait(timeout=60) != 0
    stored = stored_in(tmp_path)
    assert 2 <= len(stored) < count
    workers = {int(line) for path in tmp_path.glob("starts*") for line in path.open()}
    wait_until(lambda: not any(map(is_running, workers)))
    assert start_client(tmp_path, count).wait(timeout=120) == 0
    assert sorted(stored_in(tmp_path)) == [str(i) for i in range(count)]
    assert {starts(tmp_path)[name] for name in stored} == {1}


def run_of(steps: int, experiment: str = "one") -> dict:
    return {"experiment": experiment, "steps": steps}


def test_expected_seconds_are_those_of_the_nearest_stored_runs():
    lines = [
        run_of(100) | {"seconds": 1.0, "seconds of the task": 10.0},
        run_of(100) | {"seconds": 1.0, "seconds of the task": 30.0},
        run_of(100) | {"seconds": 1.0},
        run_of(1000) | {"seconds": 200.0},
        run_of(10, "another") | {"seconds": 4.0},
    ]
    assert expected_seconds(run_of(100), lines) == 20
    assert expected_seconds(run_of(50), lines) == 19.5, "the training alone takes half as long"
    assert expected_seconds(run_of(100), lines, beside=7.0) == 20
    assert expected_seconds(run_of(2000), lines) == 400
    assert expected_seconds(run_of(2000), lines, beside=7.0) == 407
    assert expected_seconds(run_of(20, "another"), lines) == 8
    assert expected_seconds(run_of(10, "a third"), lines) == 4
    assert expected_seconds(run_of(10), []) is None


def test_a_span_has_the_longest_tasks_first():
    assert span([3, 3, 2, 2, 2], 1) == Span(12, 12)
    assert span([3, 3, 2, 2, 2], 2) == Span(6, 7)
    assert span([9, 1, 1], 2) == Span(9, 9)
    assert span([], 4) == Span(0, 0)
    with pytest.raises(ValueError, match="at least 1 worker is needed, got 0"):
        span([1], 0)


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(1, 8))
def test_longest_first_is_within_one_task_of_the_bound(seconds, workers):
    least, found = span(seconds, workers)
    assert least <= found <= sum(seconds) / workers + max(seconds, default=0)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_sleeping_tasks_take_as_long_as_predicted(tmp_path, workers):
    """The clock starts with the first task that is stored: starting workers is not predicted."""
    times = []
    tasks = tasks_in(tmp_path, 2 * workers + 4, seconds=0.5)
    sleep_on_workers(tasks, store=lambda *_: times.append(time.perf_counter()), workers=workers)
    predicted = span([0.5] * (len(tasks) - workers), workers).longest_first
    assert 0.5 * predicted < times[-1] - times[0] < 2 * predicted + 1


def test_there_is_a_worker_for_two_cores(monkeypatch):
    for cores, workers in ((1, 1), (2, 1), (3, 1), (4, 2), (16, 8)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: range(cores))
        assert default_workers() == workers


def test_a_scheduler_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(RuntimeError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        sleep_on_workers(
            tasks_in(tmp_path, 1), store=store_in(tmp_path), scheduler="tcp://127.0.0.1:9"
        )
