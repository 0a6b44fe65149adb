"""The whole test run under many circumstances: threads, libraries, locales, places, Pythons.

A run is made under several circumstances together: where it passes, none of them does harm, and a
few runs are enough for all; where it fails, each can be tried by its name alone. Every run is a
fresh copy of the tracked files with a new environment and an empty cache. What came of it is
appended to `results/matrix.jsonl`, so that an interrupted matrix goes on where it stopped.
"""

import hashlib
import io
import json
import locale
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assignment4.json_lines import append_json_line, read_json_lines
from assignment4.notebooks import THREADS
from assignment4.repository import ROOT

RESULTS = ROOT / "results" / "matrix.jsonl"

TESTS = (
    *("--nbval", "-q", "-rfEs", "-p", "no:cacheprovider"),
    *("--numprocesses", "2", "--dist", "loadfile"),
)

PYTHON, FOLDER = "python3", "book"
"""Of a run that asks for no others."""

COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?)")
FAILURES = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Circumstance:
    """A circumstance under which the tests must pass, or several together.

    Attributes:
        name: what the page calls it.
        variables: environment variables that differ from a plain run.
        python: the interpreter's name.
        folder: the name of the copy's folder.
        read_only: whether no file of the copy may be written.
        elsewhere: whether pytest is called from another folder.
    """

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    python: str = PYTHON
    folder: str = FOLDER
    read_only: bool = False
    elsewhere: bool = False


def _threads(count: int) -> dict[str, str]:
    return dict.fromkeys(THREADS, str(count))


CIRCUMSTANCES = {
    one.name: one
    for one in (
        Circumstance("1 thread", _threads(1)),
        Circumstance("2 threads", _threads(2)),
        Circumstance("with oneDNN", {"TF_ENABLE_ONEDNN_OPTS": "1"}),
        Circumstance("without oneDNN", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
        Circumstance("hash seed 0", {"PYTHONHASHSEED": "0"}),
        Circumstance("random hash seed", {"PYTHONHASHSEED": "random"}),
        Circumstance("locale C", {"LC_ALL": "C"}),
        Circumstance("locale with a decimal comma", {"LC_ALL": "de_DE.UTF-8"}),
        Circumstance("time in UTC", {"TZ": "UTC"}),
        Circumstance("time in Tokyo", {"TZ": "Asia/Tokyo"}),
        Circumstance("path with spaces and Cyrillic", folder="книга с пробелами"),
        Circumstance("read-only checkout", read_only=True),
        Circumstance("from another folder", elsewhere=True),
        Circumstance("Python 3.11", python="python3.11"),
        Circumstance("Python 3.12", python="python3.12"),
        Circumstance("Python 3.13", python="python3.13"),
    )
}


def together(names: Iterable[str]) -> Circumstance:
    """Return several of the circumstances as one.

    Raises:
        ValueError: there is no circumstance of that name, or two ask for different things.
    """
    names = list(names)
    if unknown := [name for name in names if name not in CIRCUMSTANCES]:
        raise ValueError(f"there is no circumstance {unknown}; there are {list(CIRCUMSTANCES)}")
    parts = [CIRCUMSTANCES[name] for name in names]
    values = {"name": ", ".join(names), "variables": {}}
    for part in parts:
        if clash := part.variables.keys() & values["variables"].keys():
            raise ValueError(f"two circumstances set {sorted(clash)}: {values['name']}")
        values["variables"] |= part.variables
    for attribute, plain in (("python", PYTHON), ("folder", FOLDER)):
        asked = {getattr(part, attribute) for part in parts} - {plain}
        if len(asked) > 1:
            raise ValueError(f"two circumstances ask for a {attribute}: {values['name']}")
        values[attribute] = asked.pop() if asked else plain
    for attribute in ("read_only", "elsewhere"):
        values[attribute] = any(getattr(part, attribute) for part in parts)
    return Circumstance(**values)


RUNS = tuple(
    map(
        together,
        (
            (
                "Python 3.11",
                "1 thread",
                "with oneDNN",
                "hash seed 0",
                "locale C",
                "time in UTC",
            ),
            (
                "Python 3.12",
                "2 threads",
                "without oneDNN",
                "random hash seed",
                "locale with a decimal comma",
                "time in Tokyo",
                "path with spaces and Cyrillic",
            ),
            (
                "Python 3.13",
                "1 thread",
                "without oneDNN",
                "random hash seed",
                "time in UTC",
                "read-only checkout",
                "from another folder",
            ),
            (
                "Python 3.13",
                "2 threads",
                "with oneDNN",
                "hash seed 0",
                "locale C",
                "time in Tokyo",
                "path with spaces and Cyrillic",
            ),
        ),
    )
)
"""Every circumstance is in one at least, and each number of threads with and without oneDNN."""


def run_matrix(
    runs: Sequence[Circumstance] = RUNS,
    *,
    source: Path = ROOT,
    results: Path = RESULTS,
    tests: Sequence[str] = TESTS,
) -> None:
    """Test under everything that has not passed yet with the last commit, and keep the outcomes.

    Args:
        runs: what to try.
        source: a git checkout.
        results: the file that a line is appended to for each.
        tests: arguments of pytest.
    """
    passed = {
        (line["circumstances"], line["tree"])
        for line in read_json_lines(results, ["circumstances", "tree", "outcome"])
        if line["outcome"] == "passed"
    }
    archive = _git(source, "archive", "HEAD")
    tree = _tree_digest(source)
    commit = _git(source, "rev-parse", "HEAD").decode().strip()
    for run in runs:
        if (run.name, tree) in passed:
            continue
        start = time.perf_counter()
        reason = unavailable(run)
        outcome = {"outcome": f"not run: {reason}"} if reason else _test(run, archive, tests)
        line = {"circumstances": run.name, "commit": commit, "tree": tree, **outcome}
        line["minutes"] = round((time.perf_counter() - start) / 60, 1)
        print(json.dumps(line, ensure_ascii=False), flush=True)
        append_json_line(results, line)


def unavailable(run: Circumstance) -> str:
    """Say why this machine cannot try a circumstance; an empty text if it can."""
    if shutil.which(run.python) is None:
        return f"there is no {run.python} here"
    if run.read_only and not _can_be_read_only():
        return "nothing can be made read-only here"
    wanted = run.variables.get("LC_ALL", "C")
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, wanted)
    except locale.Error:
        return f"the locale {wanted} is not installed"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return ""


def _tree_digest(source: Path) -> str:
    """Return a digest of the files of the last commit, but for earlier outcomes."""
    files = _git(source, "ls-tree", "-r", "HEAD").splitlines()
    earlier = f"\tresults/{RESULTS.name}".encode()
    others = [file for file in files if not file.endswith(earlier)]
    return hashlib.sha256(b"\n".join(others)).hexdigest()[:16]


def _git(source: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(source), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _can_be_read_only() -> bool:
    if shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = _read_only(Path(folder), ["true"])
        return subprocess.run(command, capture_output=True).returncode == 0


def _read_only(folder: Path, command: Sequence[str | Path]) -> list[str]:
    """Return a command that runs another where nobody, the superuser included, may write a folder.

    The folder is mounted over itself, where only this command sees it.
    """
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$PWD" && exec "$@"'
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--mount", *user, "sh", "-c", script, *map(str, (folder, *command))]


def _test(run: Circumstance, archive: bytes, tests: Sequence[str]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as temporary:
        copy, place = Path(temporary) / run.folder, Path(temporary) / "elsewhere"
        copy.mkdir()
        place.mkdir()
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(copy, filter="data")
        environment = os.environ | run.variables
        environment |= {"ASSIGNMENT4_CACHE": str(place / "cache"), "PYTHON": run.python}
        made = subprocess.run(
            ["sh", "environment.sh"], cwd=copy, env=environment, capture_output=True, text=True
        )
        if made.returncode:
            return {"outcome": "failed", "ending": made.stderr[-500:]}
        command = [copy / ".venv" / "bin" / "python", "-m", "pytest", *tests]
        if run.elsewhere:
            command += ["--rootdir", copy, "-c", copy / "pyproject.toml", copy]
        if run.read_only:
            command = _read_only(copy, command)
        ran = subprocess.run(
            list(map(str, command)),
            cwd=place if run.elsewhere else copy,
            env=environment,
            capture_output=True,
            text=True,
        )
    counts = {word: int(count) for count, word in COUNTS.findall(ran.stdout[-500:])}
    if ran.returncode:
        failures = FAILURES.findall(ran.stdout)
        return {"outcome": "failed", **counts, "failures": failures, "ending": ran.stdout[-500:]}
    return {"outcome": "passed", **counts}
