"""The whole test run under many circumstances: `nox -f tools/noxfile.py`.

A session stands for several circumstances together: where it passes, none of them does harm. It
tests a fresh copy of the last commit, with an environment that `environment.sh` makes from the lock
with its hashes, and an empty cache. `-s "tests(3.12)"` chooses one, and `-- tests/test_x.py` tests
less. What passed is noted in results/checked.yml.
"""

import locale
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
ODD = "книга с пробелами"

NAMES = ("python", "threads", "onednn", "hash_seed", "language", "zone", "folder", "read_only")
RUNS = [
    ("3.11", "1", "1", "0", "C", "UTC", "book", False),
    ("3.12", "2", "0", "random", "de_DE.UTF-8", "Asia/Tokyo", ODD, False),
    ("3.13", "1", "0", "random", "C.UTF-8", "UTC", "book", True),
    ("3.13", "2", "1", "0", "C", "Asia/Tokyo", ODD, False),
]
"""Each Python, each number of threads with and without oneDNN, and every other circumstance."""

TESTS = ["--nbval", "-q", "-rfEs", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"]
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$PWD" && exec "$@"'
"""A folder mounted over itself, so that nobody may write it, the superuser included."""


@nox.session(venv_backend="none")
@nox.parametrize(NAMES, RUNS, ids=["3.11", "3.12", "3.13, read-only", "3.13"])
def tests(
    session: nox.Session,
    python: str,
    threads: str,
    onednn: str,
    hash_seed: str,
    language: str,
    zone: str,
    folder: str,
    read_only: bool,
) -> None:
    """Test a copy; a read-only one from another folder. Skip what this machine does not have."""
    if not shutil.which(f"python{python}"):
        session.skip(f"there is no python{python} here")
    try:
        locale.setlocale(locale.LC_ALL, language)
    except locale.Error:
        session.skip(f"the locale {language} is not installed")
    variables = dict.fromkeys(THREADS, threads) | {
        "TF_ENABLE_ONEDNN_OPTS": onednn,
        "PYTHONHASHSEED": hash_seed,
        "LC_ALL": language,
        "TZ": zone,
        "PYTHON": f"python{python}",
    }
    with tempfile.TemporaryDirectory() as temporary:
        copy, elsewhere = Path(temporary, folder), Path(temporary, "elsewhere")
        elsewhere.mkdir()
        variables["ASSIGNMENT4_CACHE"] = str(elsewhere / "cache")
        archive = elsewhere / "copy.tar"
        subprocess.run(["git", "-C", ROOT, "archive", "--output", archive, "HEAD"], check=True)
        shutil.unpack_archive(archive, copy, filter="data")
        session.chdir(copy)
        session.run("sh", "environment.sh", env=variables, external=True)
        command = [copy / ".venv/bin/python", "-m", "pytest", *TESTS]
        if read_only:
            session.chdir(elsewhere)
            user = [] if os.geteuid() == 0 else ["--map-root-user"]
            command = ["unshare", "--mount", *user, "sh", "-c", READ_ONLY, copy, *command]
            command += ["--rootdir", copy, "-c", copy / "pyproject.toml"]
        chosen = [copy / one for one in session.posargs] or [copy]
        session.run(*command, *chosen, env=variables, external=True)
