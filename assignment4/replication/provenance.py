"""What a stored result depends on, and what it was made with.

On one GPU a process computes where there is one, else on the processor; nobody has to ask for it. A
GPU rounds otherwise, so results of the one are never taken for those of the other.
"""

import functools
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping

import assignment4.reproducible  # noqa: F401  (before keras)

import tensorflow

from assignment4 import ROOT, cache
from assignment4.letters import Letters, load_letters
from assignment4.replication.experiments import GROUPS
from assignment4.replication.workers import WORKER

IDENTITY = ("experiment", "split", "seed", "steps", "letters")
"""What two runs must have in common, beside the kind of device, to be the same."""

MEANINGS = {
    "experiment": "what was trained",
    "split": "how the letters were divided",
    "seed": "of weights, dropout, draws and classifier",
    "steps": "of training",
    "letters": "digest of all images and labels",
    "commit": "of the repository, for information",
    "versions": "of the libraries that train, for information",
}
"""What the fields of a line say that are not its outcome."""

PROCESSOR = "cpu"
"""The device of a line of results that was not made on a GPU."""


def provenance(letters: Letters) -> dict[str, object]:
    """Return the letters that a result is of, and for information what it was made with."""
    return {
        "letters": letters.digest()[:16],
        "commit": _commit(),
        "versions": cache.versions("keras", "tensorflow"),
    }


def identity(run: Mapping[str, object]) -> tuple:
    """Return what makes a run another one than others."""
    return (*(run[name] for name in IDENTITY), is_of_gpu(run))


@functools.cache
def circumstances(groups: tuple[str, ...]) -> dict[str, str]:
    """Return what must be the same in all processes that carry out runs of some groups.

    A process answers as it did first, since it keeps the modules that it has imported.
    """
    found = {
        "letters": load_letters().digest()[:16],
        "kind of device": "processor" if device() == PROCESSOR else "GPU",
    }
    for group in groups:
        made_by = GROUPS[group].made_by()
        found |= {f"code of {group}": made_by["code"][:16]} | made_by["libraries"]
    return found


def take_gpu() -> None:
    """Leave this process one of the machine's GPUs, before it computes anything; without one pass.

    TensorFlow takes the first GPU that it sees, and all of its memory. So the workers choose one in
    turn, by their numbers, and only the memory that they need, since several can share one.
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
    """Return True if a line of results was made on a GPU; one that does not tell was not."""
    return line.get("device", PROCESSOR) != PROCESSOR


def count_devices(lines: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """Return how many lines of results were made on a "processor" and on each GPU, by its name."""
    return dict(Counter(line["device"] if is_of_gpu(line) else "processor" for line in lines))


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
