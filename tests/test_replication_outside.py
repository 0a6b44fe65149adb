"""The command from outside: interrupted at a terminal, and with a scheduler of its own."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client
from test_replication_cluster import wait_until

from assignment4 import ROOT, __main__, cache
from assignment4.letters import load_letters
from assignment4.replication import command as replication_command
from assignment4.replication.cluster import LOOPBACK, local_cluster
from assignment4.replication.json_lines import read_json_lines


@pytest.fixture
def letters_alone(monkeypatch, tmp_path) -> Path:
    """A folder for trained weights in which nothing but the letters is kept."""
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    load_letters()
    folder = tmp_path / "cache"
    folder.mkdir()
    for path in cache.cache_folder().glob("letters-*.entry"):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(folder))
    return folder


def start_command(folder: Path, *, seeds: int) -> subprocess.Popen:
    """Start the command as a terminal does, in a process group of its own."""
    code = "\n".join(
        [
            "import sys",
            "from pathlib import Path",
            "from assignment4 import __main__, replication_command as command",
            "from functools import partial",
            f"command.replicate = partial(command.replicate, folder=Path({str(folder)!r}))",
            "sys.exit(__main__.main())",
        ]
    )
    choices = ["--names", "k = 2", "--seeds", str(seeds), "--steps", "2", "--workers", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", code, "replicate", *choices],
        env=os.environ | {"PYTHONPATH": str(ROOT), "ASSIGNMENT4_PROGRESS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


@pytest.mark.slow
def test_an_interrupt_at_the_terminal_is_told_in_one_line(letters_alone, tmp_path):
    """It reaches the workers as well, and what they would say of it helps nobody."""
    command = start_command(tmp_path, seeds=30)
    wait_until(lambda: (tmp_path / "auto_encoders.jsonl").exists(), seconds=240)
    processes = psutil.Process(command.pid).children(recursive=True)
    assert processes
    os.killpg(command.pid, signal.SIGINT)
    _, complaints = command.communicate(timeout=120)
    assert complaints == "interrupted; what is done is stored, and the same command does the rest\n"
    assert command.returncode == 1
    wait_until(lambda: not any(process.is_running() for process in processes))
    assert 1 <= len(read_json_lines(tmp_path / "auto_encoders.jsonl")) < 30


def test_an_interrupt_before_the_first_task_is_told_in_one_line(letters_alone, monkeypatch, capsys):
    def interrupted(*_, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(replication_command, "replicate", interrupted)
    monkeypatch.setattr(sys, "argv", ["assignment4", "replicate"])
    assert __main__.main() == 1
    assert capsys.readouterr().err == "interrupted\n"


def addresses_of_listeners() -> set[str]:
    """Return the addresses at which this process and those that it started can be reached."""
    here = psutil.Process()
    sockets = [
        one
        for process in (here, *here.children(recursive=True))
        for one in process.net_connections(kind="inet")
    ]
    return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}


@pytest.mark.slow
def test_a_local_cluster_cannot_be_reached_from_elsewhere():
    with local_cluster(2) as workers:
        workers.wait_for_workers(2)
        assert addresses_of_listeners() == {LOOPBACK}
        with socket.create_server(("", 0)):
            assert addresses_of_listeners() == {LOOPBACK, "0.0.0.0"}, "it would be noticed"


def free_port() -> int:
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return one.getsockname()[1]


def commands_of_the_readme(*, port: int) -> tuple[list[str], list[str], list[str]]:
    """Return the arguments for the scheduler, a worker and the client, as the README has them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Replication on many machines")[2].partition("\n## ")[0]
    (scheduler,) = re.findall(r"`(dask scheduler [^`]*)`", section)
    (worker,) = re.findall(r"^    (.*dask worker tcp.*)$", section, re.MULTILINE)
    (client,) = re.findall(r"`python -m assignment4 (replicate --scheduler [^`]*)`", section)
    here = [
        one.replace("HOST:8786", f"{LOOPBACK}:{port}") for one in (scheduler, worker, client)
    ]  # fmt: skip
    assert f"{LOOPBACK}:{port}" in here[1]
    return tuple(map(shlex.split, here))


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen]]:
    """Processes, which are ended with the test."""
    processes = []
    yield processes
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        process.wait(timeout=60)


def start(command: list[str], *more: str) -> subprocess.Popen:
    variables = {one.partition("=")[0]: one.partition("=")[2] for one in command if "=" in one}
    program, *arguments = [one for one in command if "=" not in one]
    return subprocess.Popen(
        [Path(sys.executable).with_name(program), *arguments, *more],
        env=os.environ | variables | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_workers_of_a_scheduler_do_what_the_readme_says(letters_alone, started, tmp_path):
    port = free_port()
    scheduler, worker, client = commands_of_the_readme(port=port)
    started.append(start(scheduler, "--host", LOOPBACK, "--port", str(port)))
    started += [start(worker) for _ in range(2)]
    with Client(f"tcp://{LOOPBACK}:{port}", timeout=60) as connection:
        connection.wait_for_workers(2, timeout=60)
        assert len(connection.run(os.getpid)) == 2
    arguments = [*client, "--names", "k = 2", "--seeds", "2", "--steps", "2"]
    replication_command.replicate(
        __main__.command_line().parse_args(arguments), folder=tmp_path / "results"
    )
    lines = read_json_lines(tmp_path / "results" / "auto_encoders.jsonl")
    assert sorted(line["seed"] for line in lines) == [0, 1]
    assert all(process.poll() is None for process in started), "they stay for the next command"
