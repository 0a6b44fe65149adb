"""A process that carries out one task of a worker, and ends with it.

It imports little by itself; what a task needs, such as TensorFlow, is imported with the task.
"""

import os
import pickle
import sys
import threading
import time

WORKER = "ASSIGNMENT4_WORKER"
"""Variable with the name of the worker, which is its number where the cluster is a local one."""

SECONDS_BETWEEN_LOOKS = 1.0
"""For the worker, without which the process ends."""

_STARTED = time.perf_counter()


class DifferentWorkerError(RuntimeError):
    """A worker would compute something else than the process that asks."""


def carry_out(content: bytes, worker: str) -> object:
    """Carry out a task, if the circumstances are those of the process that asks.

    Args:
        content: pickled, a function, its argument, a function that returns the circumstances of
            this process by name, and those of the process that asks.
        worker: how messages name the worker.

    Raises:
        DifferentWorkerError: the circumstances differ.
    """
    work, task, circumstances, expected = pickle.loads(content)
    found = circumstances()
    different = [
        f"{name} is {found.get(name)} there and {expected.get(name)} here"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]
    if different:
        raise DifferentWorkerError(f"worker {worker}: {'; '.join(different)}")
    return work(task)


def seconds_since_start() -> float:
    """Return how long ago this process imported this module, which is the first thing it does."""
    return time.perf_counter() - _STARTED


def end_with(parent: int) -> None:
    """End this process soon after its parent has ended."""
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def main() -> None:
    """Carry out the task on standard input, and write its outcome to standard output, pickled."""
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no outcome
    try:
        outcome = carry_out(sys.stdin.buffer.read(), sys.argv[1]), None
    except Exception as error:
        outcome = None, error
    try:
        answer = pickle.dumps(outcome)
    except Exception:
        answer = pickle.dumps((None, RuntimeError(f"{type(outcome[1]).__name__}: {outcome[1]}")))
    with output:
        output.write(answer)


if __name__ == "__main__":
    from assignment4 import task_process  # where others look for the class of its error

    task_process.main()
