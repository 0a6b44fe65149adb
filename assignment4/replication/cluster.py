"""Tasks carried out by several processes, of this machine or of others, with dask.distributed.

A task goes to a worker that has nothing else to do. A worker that dies is started again, and what
it was doing is done once more. Before its first task a worker shows that it computes under the same
circumstances as the process that asks.
"""

import contextlib
import logging
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import resource_tracker
from typing import TypeVar

from distributed import Client, KilledWorker, LocalCluster, as_completed

from assignment4 import THREADS
from assignment4.cache import progress_bar
from assignment4.replication.task_process import DifferentWorkerError
from assignment4.replication.worker import work_alike

CORES_OF_A_WORKER = 2
LOOPBACK = "127.0.0.1"
"""The address at which a machine reaches itself, and no other machine reaches it."""

SECONDS_TO_CONNECT = 30
"""That a scheduler elsewhere has to answer, and its first worker to be there."""

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")
Circumstances = Callable[[], Mapping[str, object]]


def carry_out_on_workers(
    tasks: Sequence[Task],
    work: Callable[[Task], Outcome],
    *,
    circumstances: Circumstances,
    store: Callable[[Task, Outcome], None],
    workers: int | None = None,
    scheduler: str | None = None,
) -> None:
    """Carry out tasks in other processes, and store each outcome here as soon as it is there.

    Args:
        tasks: are started in this order; the text of each names it.
        work: a function that workers can import; called with a task, it returns the outcome.
        circumstances: likewise; what it returns must be the same on each worker as here.
        store: called in this process, with a task and its outcome.
        workers: how many processes of this machine; `default_workers()`, if None.
        scheduler: the address of a scheduler whose workers do it instead.

    Raises:
        DifferentWorkerError: the circumstances of a worker are others; all the rest is given up.
        RuntimeError: tasks failed, when all others are stored; or a scheduler cannot be reached.
    """
    expected, waiting = dict(circumstances()), deque(tasks)
    running, failed = {}, []
    bar = progress_bar(len(tasks), description="replicating")
    with _connected(workers or default_workers(), scheduler) as client, bar:
        ended = as_completed(loop=client.loop)

        def occupy_workers() -> None:
            while waiting and len(running) < max(1, sum(client.nthreads().values())):
                task = waiting.popleft()
                content = pickle.dumps((work, task, circumstances, expected))
                future = client.submit(work_alike, content, pure=False)
                running[future.key] = task
                ended.add(future)

        occupy_workers()
        for future in ended:
            task = running.pop(future.key)
            if future.cancelled():
                raise RuntimeError(f"the scheduler {scheduler or ''} is gone")
            error = future.exception()
            if isinstance(error, DifferentWorkerError):
                raise error
            if error is None:
                store(task, future.result())
            else:
                failed.append(f"{task}: {_reason(error)}")
            future.release()  # or the task is done again when the worker that did it dies
            bar.update()
            occupy_workers()
    if failed:
        stored = len(tasks) - len(failed)
        raise RuntimeError("\n".join([f"{len(failed)} failed, {stored} are stored", *failed]))


def default_workers() -> int:
    """Return how many workers there are where no number is asked for: one for two cores.

    Stored results come from two threads, and other numbers of threads round otherwise.
    """
    return max(1, _cores() // CORES_OF_A_WORKER)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@contextlib.contextmanager
def _connected(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler is None:
        with local_cluster(workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise RuntimeError(f"no scheduler answers at {scheduler}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        except TimeoutError as error:
            raise RuntimeError(f"the scheduler {scheduler} has no worker") from error
        yield client


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start worker processes that share the cores, and listen to this machine alone.

    They inherit the environment, which dask alters too, so it is put back in the end. An interrupt
    from the keyboard, which reaches all processes of a terminal, is left to this one.
    """
    before = dict(os.environ)
    for name in THREADS:
        os.environ.setdefault(name, str(max(1, _cores() // workers)))
    try:
        with _interrupts_kept_from_others():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host=LOOPBACK,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": f"{LOOPBACK}:0"},
                memory_limit=0,
                env={"ASSIGNMENT4_PROGRESS": "0"},
                config={"distributed.worker.profile.enabled": False},
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

    A thread inherits the signals that are blocked, and so does a process. One that comes meanwhile
    waits until the end. The tracker of resources, which a first process starts, would unblock them.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reason(error: BaseException) -> str:
    if isinstance(error, KilledWorker):
        return f"its worker died {error.allowed_failures + 1} times"
    return f"{type(error).__name__}: {error}"
