"""On what this process computes: on one GPU where there is one, else on the processor.

Nobody has to ask for a GPU. Stored results say on what they were made, since a GPU rounds
otherwise; those of the one are never taken for those of the other.
"""

import os
from collections.abc import Mapping

import assignment4.reproducible  # noqa: F401  (before keras)

import tensorflow

from assignment4.replication.task_process import WORKER

PROCESSOR = "cpu"
"""What a line of results says of itself that was not made on a GPU."""


def take_gpu() -> None:
    """Leave this process one of the machine's GPUs, and of its memory what it needs.

    TensorFlow computes on the first GPU that it sees, whatever the number of processes, and takes
    all of its memory. So the workers take turns in choosing one, by their numbers, and several
    can share it. Call this before anything is computed; without a GPU it does nothing.
    """
    config = tensorflow.config
    if gpus := config.list_physical_devices("GPU"):
        number = os.environ.get(WORKER, "")
        mine = gpus[int(number) % len(gpus) if number.isdecimal() else 0]
        config.set_visible_devices([mine], "GPU")
        config.experimental.set_memory_growth(mine, True)


def device() -> str:
    """Return the name of the GPU that TensorFlow computes on, or PROCESSOR where it has none."""
    gpus = tensorflow.config.get_visible_devices("GPU")
    if not gpus:
        return PROCESSOR
    details = tensorflow.config.experimental.get_device_details(gpus[0])
    return details.get("device_name", "unnamed GPU")


def is_of_gpu(line: Mapping[str, object]) -> bool:
    """Say whether a line of results was made on a GPU; one that does not tell was not."""
    return line.get("device", PROCESSOR) != PROCESSOR


def kind_of_device() -> str:
    """Return "GPU" or "processor", what all processes of one replication have in common."""
    return "processor" if device() == PROCESSOR else "GPU"
