"""What a worker process does with a task.

The worker imports this module while it should listen to its scheduler, so there is little in it.
What a task needs, such as TensorFlow, is imported with the task.
"""

import pickle

from distributed import get_worker


class DifferentWorkerError(RuntimeError):
    """A worker would compute something else than the process that asks."""


def work_alike(content: bytes) -> object:
    """Carry out a task, if the circumstances are those of the process that asks.

    Args:
        content: pickled, a function, its argument, a function that returns the circumstances of
            this process by name, and those of the process that asks.

    Raises:
        DifferentWorkerError: the circumstances differ; the message names the worker and in what.
    """
    work, task, circumstances, expected = pickle.loads(content)
    found = circumstances()
    different = [
        f"{name} is {found.get(name)} there and {expected.get(name)} here"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]
    if different:
        raise DifferentWorkerError(f"worker {get_worker().address}: {'; '.join(different)}")
    return work(task)
