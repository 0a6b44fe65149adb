"""Whether tasks take as long as predicted, on one worker and on two of this machine.

The times of one seed's tasks predict those of another seed's. A task takes longer with fewer
threads, so a prediction holds for the threads a worker that the times were measured with.
"""

import contextlib
import functools
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assignment4 import THREADS, cache
from assignment4.letters import load_letters
from assignment4.replication.cluster import carry_out_on_workers
from assignment4.replication.command import longest_first
from assignment4.replication.cost import TRAINING, WHOLE, expected_seconds, span
from assignment4.replication.provenance import circumstances
from assignment4.replication.runs import Task, carry_out_alone, open_tasks, read_lines, store

PARTS = (
    {"group": "squared_errors", "names": ["plain mean"], "steps": 100},
    {"group": "classifier_losses", "names": ["classifier"], "steps": 50},
    {"group": "ablations", "names": ["no dropout"], "steps": 50},
    {"group": "as_in_scripts", "names": ["random letters"], "steps": 50},
    {"group": "auto_encoders", "names": ["k = 2"], "steps": 200},
    {"group": "batch_sizes", "names": ["Oja's rule, B = 64"]},
    {"group": "transfer", "names": ["one face"], "steps": 100},
)
"""A short task of each group, as arguments of `open_tasks`."""

SHARES = ((1, 2), (1, 1), (2, 1))
"""Numbers of workers, and of threads that each of them has."""


def measure(
    parts: Sequence[Mapping] = PARTS, shares: Sequence[tuple[int, int]] = SHARES
) -> dict[str, object]:
    """Predict and measure the seconds of tasks, for each number of workers and of threads.

    The letters are there; judges and networks are trained in every run anew.

    Args:
        parts: what is carried out, as arguments of `open_tasks` without seeds and folder.
        shares: for each run the workers and their threads.

    Returns:
        `tasks`, their number; `runs`, for each share `workers`, `threads`, and the `predicted` and
        the `measured` seconds; and `beside training`, for each group the seconds of a task beside
        those of its training, at the most threads of any run.
    """
    load_letters()
    runs, times = [], {}
    for workers, threads in shares:
        if threads not in times:
            with _apart(threads) as folder:
                tasks = _tasks(parts, seed=0, folder=folder)
                _on_workers(tasks, workers=1, folder=folder)
                times[threads] = {
                    task.group: read_lines(task.group, folder=folder) for task in tasks
                }
        with _apart(threads) as folder:
            tasks = _tasks(parts, seed=1, folder=folder)
            expected = [expected_seconds(task.run, times[threads][task.group]) for task in tasks]
            start = _on_workers([], workers=workers, folder=folder)
            measured = _on_workers(longest_first(tasks, expected), workers=workers, folder=folder)
        predicted = start + span(expected, workers).longest_first
        seconds = {"predicted": round(predicted, 1), "measured": round(measured, 1)}
        runs.append({"workers": workers, "threads": threads, **seconds})
    beside = {group: seconds_beside_training(lines) for group, lines in times[max(times)].items()}
    return {"tasks": len(tasks), "runs": runs, "beside training": beside}


def seconds_beside_training(lines: Sequence[Mapping]) -> float:
    """Return the median seconds that tasks spent on all but their training.

    Raises:
        ValueError: no line has the time of the whole task.
    """
    seconds = [line[WHOLE] - line[TRAINING] for line in lines if WHOLE in line]
    if not seconds:
        raise ValueError(f"none of {len(lines)} lines has {WHOLE!r}")
    return round(statistics.median(seconds), 1)


def _tasks(parts: Sequence[Mapping], *, seed: int, folder: Path) -> list[Task]:
    return [task for part in parts for task in open_tasks(**part, seeds=[seed], folder=folder)]


def _on_workers(tasks: Sequence[Task], *, workers: int, folder: Path) -> float:
    """Carry out tasks, and return the seconds; with none, those that the workers take to start."""
    start = time.perf_counter()
    carry_out_on_workers(
        tasks,
        carry_out_alone,
        circumstances=functools.partial(circumstances, tuple({task.group for task in tasks})),
        store=functools.partial(store, folder=folder),
        workers=workers,
    )
    return time.perf_counter() - start


@contextlib.contextmanager
def _apart(threads: int) -> Iterator[Path]:
    """Give processes so many threads and a cache with letters alone; a folder for results."""
    kept = cache.cache_folder().glob("letters-*.entry")
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        for path in kept:
            shutil.copy(path, folder)
        os.environ.update(dict.fromkeys(THREADS, str(threads)))
        os.environ.update({"ASSIGNMENT4_CACHE": folder, "ASSIGNMENT4_PROGRESS": "0"})
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)
