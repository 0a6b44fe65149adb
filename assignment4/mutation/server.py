"""Tests one changed file after the other, each in a fork of a process that has imported much.

Run as a script, by path: it must import nothing of the package, whose changed modules only the
forks may see. It reads JSON from standard input, a line for each request, and answers each with a
line. The first request names the folder and the libraries to import beforehand.
"""

import contextlib
import gc
import importlib
import importlib.metadata
import json
import math
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

TIMES_AS_LONG = 10
"""How long a process may take for its seconds of computing, where others compute, too."""

PAUSE = 0.02
"""Seconds between two looks at a child."""

LARGEST = 6 * 2**30
"""Bytes of memory that a test run may write to."""

OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=ci")
"""Of pytest. Hypothesis's profile draws the same examples each time and keeps none."""

NOTHING_CHOSEN = 5
"""The exit status of pytest where all tests of a file are slow ones."""

ASKER = os.getppid()
"""The process that asks, or another where that is gone."""

killers: dict[str, list[str]] = {}
"""By changed file, the tests that have failed for a change of it, the last one first."""

durations: dict[str, float] = {}
"""By test, the seconds that it has taken last."""


class LikeliestFirst:
    """A plugin for pytest that runs the last killers of a file first, then tests by their time."""

    def __init__(self, likely: list[str], note: Path) -> None:
        self._likely, self._note = likely, note
        self._failed: list[str] = []
        self._seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list) -> None:
        """Sort the tests; those of which nothing is known stay in their order."""
        rank = {name: place for place, name in enumerate(self._likely)}
        items.sort(
            key=lambda item: (rank.get(item.nodeid, len(rank)), durations.get(item.nodeid, 0))
        )

    def pytest_runtest_logreport(self, report) -> None:
        """Keep what becomes of a test and how long it takes, with what it needs."""
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write what is known."""
        part = self._note.with_suffix(".part")
        part.write_text(json.dumps([self._failed, self._seconds]), encoding="utf-8")
        part.replace(self._note)


def serve() -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    first = json.loads(sys.stdin.readline())
    os.chdir(first["folder"])
    sys.path[0] = first["folder"]
    for name in ["pytest", "hypothesis", *first["libraries"]]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for plugin in importlib.metadata.entry_points(group="pytest11"):
        plugin.load()
    gc.freeze()  # pytest collects garbage at its end, which need not look at the libraries
    for line in sys.stdin:
        print(json.dumps(try_change(**json.loads(line))), flush=True)


def try_change(file: str, source: str, tests: list[str], seconds: float) -> dict[str, object]:
    """Run test files on a changed file, the last killers of it first, until one fails.

    Args:
        file: its path in the folder.
        source: its text while the tests run.
        tests: paths in the folder.
        seconds: of computing that the tests may take altogether; TIMES_AS_LONG on the clock.

    Returns:
        The outcome, "killed", "timeout" or "survived"; the file that failed, if any, as "by"; and
        the seconds that it took.
    """
    path, likely = Path(file), killers.setdefault(file, [])
    names = [name.partition("::")[0] for name in likely]
    tests = sorted(tests, key=lambda test: names.index(test) if test in names else len(names))
    before = path.read_bytes()
    start = time.monotonic()
    try:
        path.write_text(source, encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="mutant-") as temporary:
            failed = _first_failed(tests, seconds, Path(temporary), likely)
    finally:
        path.write_bytes(before)
    outcome = {"outcome": "survived"}
    if failed is None:
        outcome = {"outcome": "timeout"}
    elif failed < len(tests):
        outcome = {"outcome": "killed", "by": tests[failed]}
    return outcome | {"seconds": round(time.monotonic() - start, 1)}


def _first_failed(
    tests: list[str], seconds: float, temporary: Path, likely: list[str]
) -> int | None:
    """Return which file fails first, their number if none does, or None after too long a time.

    The test that fails becomes the first of the likely ones, and the tests' times are kept.
    """
    passed, note = temporary / "passed", temporary / "note"
    passed.touch()
    child = os.fork()
    if child == 0:
        try:
            _limit_resources(seconds)
            _test_in_child(tests, seconds, passed, temporary, LikeliestFirst(likely, note))
        finally:
            os._exit(1)
    try:
        end = time.monotonic() + TIMES_AS_LONG * seconds
        while time.monotonic() < end:
            if done := os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return None if done.si_status == signal.SIGXCPU else passed.stat().st_size
            if os.getppid() != ASKER:
                sys.exit()
            time.sleep(PAUSE)
        return None
    finally:
        for kill in (os.kill, os.killpg):
            with contextlib.suppress(ProcessLookupError):
                kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if note.exists():
            names, seconds_of_tests = json.loads(note.read_text(encoding="utf-8"))
            likely[:] = [*names, *(other for other in likely if other not in names)]
            durations.update(seconds_of_tests)


def _limit_resources(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (LARGEST, LARGEST))


def _test_in_child(
    tests: list[str], seconds: float, passed: Path, temporary: Path, plugin: LikeliestFirst
) -> None:
    """Add a byte to a file for each test file that passes, and end with the first that fails.

    A chapter's kernel that has used up its seconds is gone, of which pytest is not told: it waits
    for a cell no longer than that.
    """
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    os.environ["ASSIGNMENT4_CACHE"] = str(temporary / "cache")
    import pytest

    for test in tests:
        chapter = test.endswith(".ipynb")  # whose cells have an order
        options = ("--nbval", f"--nbval-cell-timeout={seconds}") if chapter else ()
        plugins = [] if chapter else [plugin]
        if pytest.main([*OPTIONS, *options, test], plugins=plugins) not in (0, NOTHING_CHOSEN):
            return
        with passed.open("ab") as file:
            file.write(b".")


if __name__ == "__main__":
    serve()
