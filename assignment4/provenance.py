"""What a stored result depends on, and what it was made with."""

import functools
import hashlib
import subprocess

from assignment4 import cache
from assignment4.devices import is_of_gpu, kind_of_device
from assignment4.groups import GROUPS
from assignment4.letters import Letters, load_letters
from assignment4.repository import ROOT

LIBRARIES = ("keras", "numpy", "scikit-learn", "scipy", "tensorflow")
"""On whose versions results depend."""

IDENTITY = ("experiment", "split", "seed", "steps", "letters", "code", "libraries")
"""What two runs must have in common, beside the kind of device, to be the same."""

MEANINGS = {
    "experiment": "what was trained",
    "split": "how the letters were divided",
    "seed": "of weights, dropout, draws and judges",
    "steps": "of training",
    "letters": "digest of all images and labels",
    "code": "digest of the modules it depends on",
    "libraries": "digest of their versions in the lock",
    "commit": "of the repository, for reference",
}
"""What the fields of a line say that are not its outcome."""


def provenance(group: str, letters: Letters) -> dict[str, str]:
    """Return what a result depends on: letters, code, libraries; and the commit for reference."""
    return {
        "letters": letters.digest()[:16],
        "code": cache.code_digest(*GROUPS[group].code)[:16],
        "libraries": _libraries(),
        "commit": _commit(),
    }


def identity(run: dict) -> tuple:
    """Return what makes a run another one than others."""
    return (*(run[name] for name in IDENTITY), is_of_gpu(run))


@functools.cache
def circumstances(groups: tuple[str, ...]) -> dict[str, str]:
    """Return what must be the same in all processes that carry out runs of some groups.

    A process answers as it did first, since it keeps the modules that it has imported.
    """
    codes = {f"code of {group}": cache.code_digest(*GROUPS[group].code)[:16] for group in groups}
    fixed = {"letters": load_letters().digest()[:16], "kind of device": kind_of_device()}
    return fixed | codes | cache.versions(*LIBRARIES)


def _libraries() -> str:
    """Return a digest of the versions that the lock gives the libraries that compute."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.partition("==")[0] in LIBRARIES]
    return hashlib.sha256("\n".join(pins).encode()).hexdigest()[:16]


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
