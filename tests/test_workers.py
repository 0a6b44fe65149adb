"""Tasks on worker processes: all done once, whatever dies, and as they would be done here."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sleeping_tasks import of_the_process, same_everywhere, sleep

from assignment4 import ROOT, THREADS, __main__, cache
from assignment4.letters import load_letters
from assignment4.replication import command, workers
from assignment4.replication.experiments import GROUPS
from assignment4.replication.json_lines import append_json_line, read_json_lines
from assignment4.replication.runs import PLAN, SEEDS, carry_out, open_tasks
from assignment4.replication.workers import (
    LOOPBACK,
    DifferentWorkerError,
    carry_out_on_workers,
    default_workers,
    local_cluster,
)


def tasks_in(folder: Path, count: int, *, seconds: float = 0.1, **first) -> list[dict]:
    tasks = [{"name": str(i), "folder": str(folder), "seconds": seconds} for i in range(count)]
    tasks[0] |= first
    return tasks


def starts(folder: Path) -> dict[str, int]:
    """How often each task was started, by its name."""
    return {path.name[-1]: path.stat().st_size for path in folder.glob("starts of *")}


def stored_in(folder: Path) -> list[str]:
    return [line["name"] for line in read_json_lines(folder / "lines.jsonl")]


def sleep_on_workers(folder: Path, tasks: list[dict], **settings) -> None:
    def store(task: dict, outcome: dict) -> None:
        append_json_line(folder / "lines.jsonl", task | outcome)

    settings = {"circumstances": same_everywhere, "workers": 2} | settings
    carry_out_on_workers(tasks, sleep, store=store, **settings)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["process", "worker"])
def test_a_death_costs_nothing_but_its_task(tmp_path, what):
    """The failing task is named, and all the others are stored."""
    before = dict(os.environ)
    tasks = tasks_in(tmp_path, 5, **{f"deaths of its {what}": 1})
    tasks[3]["fails"] = True
    with pytest.raises(RuntimeError, match="1 failed, 4 are stored") as failure:
        sleep_on_workers(tmp_path, tasks)
    assert "'name': '3'" in str(failure.value)
    assert "ArithmeticError: no number comes out" in str(failure.value)
    assert sorted(stored_in(tmp_path)) == ["0", "1", "2", "4"]
    started = starts(tmp_path)
    assert started.pop("0") == 2
    if what == "process":
        assert set(started.values()) == {1}
    assert os.environ == before
    threads = str(max(1, len(os.sched_getaffinity(0)) // 2))
    expected = {name: before.get(name, threads) for name in THREADS}
    for line in read_json_lines(tmp_path / "lines.jsonl"):
        assert line["threads"].items() >= expected.items()
        assert line["bars"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["process", "worker"])
def test_a_task_that_kills_is_given_up_after_four_times_and_named(tmp_path, what):
    tasks = tasks_in(tmp_path, 1, **{f"deaths of its {what}": 100})
    with pytest.raises(RuntimeError, match=rf"'name': '0'.*: its {what} died 4 times"):
        sleep_on_workers(tmp_path, tasks, workers=1)
    assert starts(tmp_path) == {"0": 4}


@pytest.mark.slow
def test_a_worker_of_other_code_is_refused(tmp_path):
    with pytest.raises(DifferentWorkerError, match=r"worker 0: code is 4567 there and 0123 here$"):
        sleep_on_workers(tmp_path, tasks_in(tmp_path, 3), circumstances=of_the_process, workers=1)
    assert starts(tmp_path) == {}


def wait_until(condition) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


COUNT = 6


def resume(folder: Path) -> None:
    """Do what `replicate` does with its tasks, in a process of its own."""
    done = stored_in(folder)
    tasks = [task for task in tasks_in(folder, COUNT, seconds=0.5) if task["name"] not in done]
    try:
        sleep_on_workers(folder, tasks)
    except KeyboardInterrupt:
        sys.exit(2)


def start_client(folder: Path) -> subprocess.Popen:
    """Start a client as a terminal does, in a process group of its own."""
    search = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", f"import test_workers as t; t.resume(t.Path({str(folder)!r}))"],
        env=os.environ | {"PYTHONPATH": search, "ASSIGNMENT4_PROGRESS": "0"},
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_client_that_ends_early_resumes_and_repeats_nothing(tmp_path, sent):
    """An interrupt reaches the workers as well, and what they would say of it helps nobody."""
    client = start_client(tmp_path)
    wait_until(lambda: len(stored_in(tmp_path)) >= 2)
    processes = psutil.Process(client.pid).children(recursive=True)
    if sent == signal.SIGINT:
        os.killpg(client.pid, sent)
        assert client.communicate(timeout=60) == (None, "")
    else:
        client.kill()
    assert client.wait(timeout=60) == {signal.SIGINT: 2, signal.SIGKILL: -signal.SIGKILL}[sent]
    stored = stored_in(tmp_path)
    assert 2 <= len(stored) < COUNT
    wait_until(lambda: not any(process.is_running() for process in processes))
    assert start_client(tmp_path).wait(timeout=120) == 0
    assert sorted(stored_in(tmp_path)) == [str(i) for i in range(COUNT)]
    assert {starts(tmp_path)[name] for name in stored} == {1}


def test_there_is_a_worker_for_two_cores(monkeypatch):
    for cores, count in ((1, 1), (2, 1), (3, 1), (4, 2), (16, 8)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: range(cores))
        assert default_workers() == count


def test_a_scheduler_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "SECONDS_TO_CONNECT", 0.1)
    with pytest.raises(
        RuntimeError, match=r"no scheduler with a worker answers at tcp://127\.0\.0\.1:9"
    ):
        sleep_on_workers(tmp_path, tasks_in(tmp_path, 1), scheduler="tcp://127.0.0.1:9")


def addresses_of_listeners() -> set[str]:
    """Return the addresses at which this process and those that it started can be reached."""
    here = psutil.Process()
    return {
        one.laddr.ip
        for process in (here, *here.children(recursive=True))
        for one in process.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    }


@pytest.mark.slow
def test_a_local_cluster_cannot_be_reached_from_elsewhere():
    with local_cluster(2) as cluster:
        cluster.wait_for_workers(2)
        assert addresses_of_listeners() == {LOOPBACK}


def all_of(*groups: str) -> list[dict]:
    return [
        {"group": group, "names": list(GROUPS[group].experiments), "seeds": SEEDS}
        for group in groups
    ]


ASKED = {
    "": PLAN,
    "--workers 3": PLAN,
    "--losses all": all_of("squared_errors", "classifier_losses"),
    "--losses classifier 'random letters' --seeds 2": [
        {"group": "squared_errors", "names": ["random letters"], "seeds": range(2)},
        {"group": "classifier_losses", "names": ["classifier"], "seeds": range(2)},
    ],
    "--names 'k = 2' --steps 7 --split 'by family'": [
        {"group": "auto_encoders", "names": ["k = 2"], "seeds": SEEDS}
        | {"steps": 7, "split": "by family"}
    ],
    "--names all": all_of(*GROUPS),
    "--seeds 3": "--seeds needs --losses",
    "--losses 'k = 2'": "no experiment",
    "--losses all --names 'k = 2'": "leave --group and --names out",
    "--group nowhere": "there is no group",
}


@pytest.mark.parametrize("line", ASKED)
def test_what_is_asked_for_is_found_or_refused(line):
    arguments = __main__.command_line().parse_args(["replicate", *shlex.split(line)])
    if isinstance(ASKED[line], str):
        with pytest.raises(ValueError, match=ASKED[line]):
            command.asked_for(arguments)
    else:
        assert command.asked_for(arguments) == list(ASKED[line])


def test_an_interrupt_is_told_in_one_line(monkeypatch, tmp_path, capsys):
    def interrupted(*_, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "carry_out_on_workers", interrupted)
    monkeypatch.setattr(sys, "argv", ["assignment4", "replicate", "--names", "k = 2"])
    monkeypatch.setattr(
        command, "open_tasks", lambda folder, **part: open_tasks(**part, folder=tmp_path)
    )
    assert __main__.main() == 1
    assert re.fullmatch("interrupted.*the same command does the rest\n", capsys.readouterr().err)


def test_the_longest_tasks_are_first():
    """A step through a classifier takes longer than a sample of the rules for components."""
    tasks = [
        *open_tasks("batch_sizes", seeds=[100], names=["Oja's rule, B = 64"]),
        *open_tasks("classifier_losses", seeds=[100], names=["classifier"]),
        *open_tasks("classifier_losses", seeds=[100], names=["classifier"], steps=5000),
    ]
    assert command.longest_first(tasks) == tasks[::-1]


@pytest.fixture
def letters_alone(monkeypatch, tmp_path) -> None:
    """A folder for trained weights in which nothing but the letters is kept."""
    load_letters()
    (tmp_path / "cache").mkdir()
    for path in cache.cache_folder().glob("letters-*.entry"):
        shutil.copy(path, tmp_path / "cache")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache"))


def command_of_the_readme(pattern: str, *, port: int) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(pattern, text, re.MULTILINE).group(1)
    return shlex.split(found.replace("HOST:8786", f"{LOOPBACK}:{port}"))


def start_program(words: list[str]) -> subprocess.Popen:
    here = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    null = subprocess.DEVNULL
    return subprocess.Popen(["env", *words], env=os.environ | here, stdout=null, stderr=null)


@pytest.mark.slow
def test_workers_of_a_scheduler_do_what_the_readme_says(letters_alone, tmp_path):
    """A line from them is the one that this process makes, and they stay for the next command."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    scheduler = command_of_the_readme("`(dask scheduler [^`]*)`", port=port)
    worker = command_of_the_readme("^    (.*dask worker tcp.*)$", port=port)
    client = command_of_the_readme("`python -m assignment4 (replicate --sch[^`]*)`", port=port)
    started = [start_program([*scheduler, "--host", LOOPBACK, "--port", str(port)])]
    started += [start_program(worker) for _ in range(2)]
    arguments = [*client, "--names", "k = 2", "--seeds", "2", "--steps", "2"]
    try:
        folder = tmp_path / "results"
        command.replicate(__main__.command_line().parse_args(arguments), folder=folder)
        assert all(process.poll() is None for process in started)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=60)
    lines = read_json_lines(folder / "auto_encoders.jsonl")
    assert sorted(line["seed"] for line in lines) == [0, 1]
    (task,) = open_tasks("auto_encoders", names=["k = 2"], seeds=[1], steps=2)
    (line,) = [one for one in lines if one["seed"] == 1]
    assert {**task.run, **carry_out(task), "seconds": 0} == {**line, "seconds": 0}
