"""PyTorch in a process of its own, asked by the benchmarks for one piece of work at a time."""

import contextlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

PROGRAM = Path(__file__).parent / "pytorch_step.py"
EXTRA = '.venv/bin/pip install --no-build-isolation -e ".[bench]"'


class Data(NamedTuple):
    """Inputs (n, 28, 28, 1) float32, their labels (n,), and the targets of each class."""

    images: np.ndarray
    labels: np.ndarray
    pools: list[np.ndarray]


class Done(NamedTuple):
    """What some work took, in seconds, and the loss, where there is one."""

    seconds: float
    loss: float | None


class Peer:
    """PyTorch, which waits while it is asked for nothing.

    Attributes:
        ways: to train, by name.
        parts: of a step, by name.
        counts: the numbers of parameters, "trained" and "all".
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        ready = self._answer()
        self.counts = ready["counts"]
        self.ways = {f"PyTorch, {name}": self._work(name) for name in ready["ways"]}
        self.parts = {f"PyTorch, {name}": self._work(name) for name in ready["parts"]}

    def _work(self, name: str) -> Callable[[], Done]:
        def work() -> Done:
            self._process.stdin.write(f"{name}\n")
            self._process.stdin.flush()
            return Done(**self._answer())

        return work

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("PyTorch stopped; what it wrote stands above")
        return json.loads(line)


@contextlib.contextmanager
def start_peer(data: Data, settings: dict[str, float]) -> Iterator[Peer]:
    """Start PyTorch for as long as the context lasts.

    Args:
        data: what it trains on.
        settings: the keys that `pytorch_step.py` reads.

    Raises:
        SystemExit: PyTorch is not installed.
    """
    if importlib.util.find_spec("torch") is None:
        raise SystemExit(f"the comparison needs PyTorch; to install it: {EXTRA}")
    images, targets = (
        some.transpose(0, 3, 1, 2) for some in (data.images, np.concatenate(data.pools))
    )
    sizes = np.array([len(pool) for pool in data.pools])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letters.npz"
        np.savez(
            path,
            images=images,
            labels=data.labels,
            targets=targets,
            sizes=sizes,
            settings=json.dumps(settings),
        )
        command = [sys.executable, str(PROGRAM), str(path)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
            yield Peer(process)
