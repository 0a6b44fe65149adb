"""Copies of the repository with a process each that tests changed files in it."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assignment4.notebooks import THREADS

LEFT_OUT = (".*", "__pycache__", "_build", "*.egg-info", "handwriting")
"""Names that no test needs in a copy."""

SERVER = Path(__file__).with_name("server.py")

Answer = dict[str, object]


class Copies:
    """Several copies, of which each request uses one that is idle, from whatever thread."""

    def __init__(self, root: Path, processes: Iterable[subprocess.Popen]) -> None:
        self.root = root
        self._idle: queue.Queue[subprocess.Popen] = queue.Queue()
        for process in processes:
            self._idle.put(process)

    def test(self, file: str, source: str, tests: Sequence[str], seconds: float) -> Answer:
        """Return what comes of tests of a changed file; see `try_change` of the server.

        Raises:
            RuntimeError: the process that runs the tests has ended.
        """
        process = self._idle.get()
        try:
            request = {"file": file, "source": source, "tests": list(tests), "seconds": seconds}
            _send(process, request)
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            self._idle.put(process)
        if not answer:
            raise RuntimeError("the process that runs the tests has ended")
        return json.loads(answer)


@contextmanager
def copies(root: Path, libraries: Sequence[str], *, count: int) -> Iterator[Copies]:
    """Make copies of a repository for as long as they are used.

    Args:
        root: the repository's root.
        libraries: modules to import beforehand.
        count: how many tests run at the same time.
    """
    with ExitStack() as stack:
        yield Copies(root, [stack.enter_context(_copy(root, libraries)) for _ in range(count)])


@contextmanager
def _copy(root: Path, libraries: Sequence[str]) -> Iterator[subprocess.Popen]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "book"
        ignore = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(root, folder, ignore=ignore, copy_function=shutil.copyfile)
        environment = os.environ | dict.fromkeys(THREADS, "1")
        environment |= {
            "KERAS_BACKEND": "tensorflow",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(folder),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": temporary,
        }
        for name in [name for name in environment if name.startswith("PYTEST_")]:
            del environment[name]
        process = subprocess.Popen(
            [sys.executable, SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=True,
        )
        with process:
            _send(process, {"folder": str(folder), "libraries": list(libraries)})
            try:
                yield process
            finally:
                process.terminate()


def _send(process: subprocess.Popen, message: dict[str, object]) -> None:
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
