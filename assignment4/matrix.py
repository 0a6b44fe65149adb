"""The whole test run under many circumstances: threads, libraries, locales, places, Pythons.

Each variation is a fresh copy of the tracked files with an empty cache, tested by `pytest --nbval`.
What came of it is appended to `results/matrix.jsonl`, so that an interrupted matrix goes on where
it stopped.
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assignment4.json_lines import append_json_line, read_json_lines
from assignment4.notebooks import THREADS
from assignment4.repository import ROOT

RESULTS = ROOT / "results" / "matrix.jsonl"

TESTS = ("--nbval", "-q", "-p", "no:cacheprovider")

COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


@dataclass(frozen=True)
class Variation:
    """A circumstance under which the tests must pass.

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
    python: str = "python3"
    folder: str = "book"
    read_only: bool = False
    elsewhere: bool = False


def _threads(count: int) -> dict[str, str]:
    return dict.fromkeys(THREADS, str(count))


VARIATIONS = (
    Variation("1 thread", _threads(1) | {"PYTHONHASHSEED": "0"}),
    Variation("2 threads", _threads(2) | {"PYTHONHASHSEED": "random"}),
    Variation("without oneDNN", {"TF_ENABLE_ONEDNN_OPTS": "0", "TZ": "UTC"}),
    Variation("with oneDNN", {"TF_ENABLE_ONEDNN_OPTS": "1", "TZ": "Asia/Tokyo"}),
    Variation("locale C", {"LC_ALL": "C"}),
    Variation("locale with a decimal comma", {"LC_ALL": "de_DE.UTF-8"}),
    Variation("path with spaces and Cyrillic", folder="книга с пробелами"),
    Variation("read-only checkout", read_only=True),
    Variation("from another folder", elsewhere=True),
    Variation("Python 3.11", python="python3.11"),
    Variation("Python 3.12", python="python3.12"),
    Variation("Python 3.13", python="python3.13"),
)


def run_matrix(
    variations: Sequence[Variation] = VARIATIONS,
    *,
    source: Path = ROOT,
    results: Path = RESULTS,
    tests: Sequence[str] = TESTS,
) -> None:
    """Test every variation that has not passed yet with the last commit, and keep the outcomes.

    Args:
        variations: what to try.
        source: a git checkout.
        results: the file that a line is appended to for each variation.
        tests: arguments of pytest.
    """
    archive = _archive(source)
    tree = hashlib.sha256(archive).hexdigest()[:16]
    passed = {
        (line["variation"], line["tree"])
        for line in read_json_lines(results, ["variation", "tree", "outcome"])
        if line["outcome"] == "passed"
    }
    for variation in variations:
        if (variation.name, tree) in passed:
            continue
        start = time.perf_counter()
        reason = unavailable(variation)
        outcome = {"outcome": f"not run: {reason}"} if reason else _test(variation, archive, tests)
        line = {"variation": variation.name, "tree": tree, **outcome}
        line["minutes"] = round((time.perf_counter() - start) / 60, 1)
        print(json.dumps(line, ensure_ascii=False), flush=True)
        append_json_line(results, line)


def unavailable(variation: Variation) -> str:
    """Say why this machine cannot try a variation; an empty text if it can."""
    if shutil.which(variation.python) is None:
        return f"there is no {variation.python} here"
    if variation.read_only and os.geteuid() == 0:
        return "the superuser may write everywhere"
    wanted = variation.variables.get("LC_ALL", "C")
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, wanted)
    except locale.Error:
        return f"the locale {wanted} is not installed"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return ""


def _archive(source: Path) -> bytes:
    """Return the tracked files as they are in the last commit, but for earlier outcomes."""
    command = ["git", "-C", source, "archive", "HEAD", "--", ".", f":!results/{RESULTS.name}"]
    return subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout


def _test(variation: Variation, archive: bytes, tests: Sequence[str]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as temporary:
        copy, place = Path(temporary) / variation.folder, Path(temporary) / "elsewhere"
        copy.mkdir()
        place.mkdir()
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(copy, filter="data")
        environment = os.environ | variation.variables
        environment |= {"ASSIGNMENT4_CACHE": str(place / "cache"), "PYTHON": variation.python}
        made = subprocess.run(
            ["sh", "environment.sh"], cwd=copy, env=environment, capture_output=True, text=True
        )
        if made.returncode:
            return {"outcome": "failed", "ending": made.stderr[-500:]}
        if variation.read_only:
            _set_writable(copy, False)
        command = [copy / ".venv" / "bin" / "python", "-m", "pytest", *tests]
        if variation.elsewhere:
            command += ["--rootdir", copy, "-c", copy / "pyproject.toml", copy]
        ran = subprocess.run(
            list(map(str, command)),
            cwd=place if variation.elsewhere else copy,
            env=environment,
            capture_output=True,
            text=True,
        )
        if variation.read_only:
            _set_writable(copy, True)
    counts = {word: int(count) for count, word in COUNTS.findall(ran.stdout[-500:])}
    if ran.returncode:
        return {"outcome": "failed", **counts, "ending": ran.stdout[-500:]}
    return {"outcome": "passed", **counts}


def _set_writable(folder: Path, writable: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o200 if writable else mode & ~0o222)
