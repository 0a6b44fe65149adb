"""Tasks in several processes, of this machine or of others, with dask.distributed.

dask hands the tasks to workers, starts a worker again that has died, and repeats what it was doing.
A worker has each task carried out by a process of its own: libraries draw random numbers from
generators that all of a process shares, and no training beside another would come out twice the
same. That process runs this file, and first shows that it computes under the same circumstances as
the process that asks.
"""

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import resource_tracker

from distributed import Client, KilledWorker, LocalCluster, as_completed, get_worker

from assignment4 import THREADS
from assignment4.cache import progress_bar

WORKER = "ASSIGNMENT4_WORKER"
"""Variable with the name of the worker, which is its number where the cluster is a local one."""

CORES_OF_A_WORKER = 2
"""Stored results come from two threads, and other numbers of threads round otherwise."""

REPETITIONS = 3
"""Of a task whose process was killed, and likewise of one whose worker died, as dask has it."""

LOOPBACK = "127.0.0.1"
"""The address at which a machine reaches itself, and no other machine reaches it."""

SECONDS_TO_CONNECT = 30
"""That a scheduler elsewhere has to answer, and its first worker to be there."""


class DifferentWorkerError(RuntimeError):
    """A worker would compute something else than the process that asks."""


def carry_out_on_workers(
    tasks: Sequence[object],
    work: Callable[[object], object],
    *,
    circumstances: Callable[[], Mapping[str, object]],
    store: Callable[[object, object], None],
    workers: int | None = None,
    scheduler: str | None = None,
) -> None:
    """Carry out tasks in other processes, and store each outcome here as soon as it is there.

    Tasks are started in their order, and named by their text. Workers import `work`, which returns
    the outcome of a task, and `circumstances`, which must return the same on each worker as here;
    `store` is called here. There are so many workers on this machine, `default_workers()` if None,
    or those of the scheduler at an address.

    Raises:
        DifferentWorkerError: the circumstances of a worker are others; all the rest is given up.
        RuntimeError: tasks failed, when all others are stored; or a scheduler cannot be reached.
    """
    expected, failed = dict(circumstances()), []
    bar = progress_bar(len(tasks), description="replicating")
    with _connected(workers or default_workers(), scheduler) as client, bar:
        waiting = {}
        for place, task in enumerate(tasks):
            content = pickle.dumps((work, task, circumstances, expected))
            future = client.submit(
                carry_out_apart, content, pure=False, retries=REPETITIONS, priority=-place
            )
            waiting[future] = task
        for future in as_completed(list(waiting)):
            task = waiting.pop(future)
            if future.cancelled():
                raise RuntimeError(f"the scheduler {scheduler or ''} is gone")
            error = future.exception()
            if isinstance(error, KilledWorker):
                error = f"its worker died {error.allowed_failures + 1} times"
            result, answer = ("failed", error) if error else future.result()
            if result == "different":
                raise DifferentWorkerError(answer)
            if result == "done":
                store(task, answer)
            else:
                failed.append(f"{task}: {answer}")
            future.release()  # or the task is done again when the worker that did it dies
            bar.update()
    if failed:
        stored = len(tasks) - len(failed)
        raise RuntimeError("\n".join([f"{len(failed)} failed, {stored} are stored", *failed]))


def default_workers() -> int:
    """Return how many workers there are where no number is asked for: one for two cores."""
    return max(1, len(os.sched_getaffinity(0)) // CORES_OF_A_WORKER)


@contextlib.contextmanager
def _connected(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler is None:
        with local_cluster(workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise RuntimeError(f"no scheduler with a worker answers at {scheduler}: {error}") from error
    with client:
        yield client


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start worker processes that share the cores, and listen to this machine alone.

    The environment, which they inherit and dask alters too, is put back in the end. An interrupt
    from the keyboard, which reaches all processes of a terminal, is left to this one.
    """
    before = dict(os.environ)
    for name in THREADS:
        os.environ.setdefault(name, str(max(1, len(os.sched_getaffinity(0)) // workers)))
    try:
        with _interrupts_kept_from_others():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host=LOOPBACK,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": f"{LOOPBACK}:0"},
                memory_limit=0,
                env={"ASSIGNMENT4_PROGRESS": "0"},
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            yield cluster
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _interrupts_kept_from_others() -> Iterator[None]:
    """Have threads and processes that are started meanwhile, and their own, not see SIGINT.

    They inherit which signals are blocked. The tracker of resources, which a first process starts,
    would unblock them. An interrupt that comes meanwhile waits until the end.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def carry_out_apart(content: bytes) -> tuple[str, object]:
    """Have a process of its own carry out a task: what a worker does.

    The content is pickled: a function, its argument, a function that returns the circumstances of
    the process by name, and those of the process that asks. Returned are "done" and the outcome, or
    "failed" or "different" and in which way. RuntimeError: the process was killed.
    """
    environment = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        WORKER: str(get_worker().name),
    }
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        process.stdin.write(content)
        process.stdin.flush()  # and not closed, which would tell that this worker is gone
        answer = process.stdout.read()
    if not answer:
        raise RuntimeError(f"its process died {REPETITIONS + 1} times")
    return pickle.loads(answer)


def _answer(content: tuple) -> tuple[str, object]:
    work, task, circumstances, expected = content
    found = circumstances()
    different = [
        f"{name} is {found.get(name)} there and {expected.get(name)} here"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]
    if different:
        return "different", f"worker {os.environ[WORKER]}: {'; '.join(different)}"
    return "done", work(task)


def _end_with_the_worker() -> None:
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Carry out the task on standard input, and write its answer to standard output, pickled."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    try:
        content = pickle.load(sys.stdin.buffer)
        threading.Thread(target=_end_with_the_worker, daemon=True).start()
        answer = _answer(content)
    except Exception as error:
        answer = "failed", f"{type(error).__name__}: {error}"
    with output:
        pickle.dump(answer, output)


if __name__ == "__main__":
    main()
