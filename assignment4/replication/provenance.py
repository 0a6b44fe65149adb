"""What a stored result depends on, and what it was made with."""

import functools
import subprocess

from assignment4 import ROOT, cache
from assignment4.letters import Letters, load_letters
from assignment4.replication.devices import is_of_gpu, kind_of_device
from assignment4.replication.experiments import GROUPS

TRAINING = ("keras", "tensorflow")
"""The libraries whose versions stand beside a result."""

IDENTITY = ("experiment", "split", "seed", "steps", "letters")
"""What two runs must have in common, beside the kind of device, to be the same."""

MEANINGS = {
    "experiment": "what was trained",
    "split": "how the letters were divided",
    "seed": "of weights, dropout, draws and judges",
    "steps": "of training",
    "letters": "digest of all images and labels",
    "commit": "of the repository, for information",
    "versions": "of the libraries that train, for information",
}
"""What the fields of a line say that are not its outcome."""


def provenance(letters: Letters) -> dict[str, object]:
    """Return the letters that a result is of, and for information what it was made with."""
    return {
        "letters": letters.digest()[:16],
        "commit": _commit(),
        "versions": cache.versions(*TRAINING),
    }


def identity(run: dict) -> tuple:
    """Return what makes a run another one than others."""
    return (*(run[name] for name in IDENTITY), is_of_gpu(run))


@functools.cache
def circumstances(groups: tuple[str, ...]) -> dict[str, str]:
    """Return what must be the same in all processes that carry out runs of some groups.

    A process answers as it did first, since it keeps the modules that it has imported.
    """
    codes = {f"code of {group}": GROUPS[group].made_by()["code"][:16] for group in groups}
    libraries = {name: one for group in groups for name, one in _libraries(group).items()}
    fixed = {"letters": load_letters().digest()[:16], "kind of device": kind_of_device()}
    return fixed | codes | libraries


def _libraries(group: str) -> dict[str, str]:
    return GROUPS[group].made_by()["libraries"]


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
