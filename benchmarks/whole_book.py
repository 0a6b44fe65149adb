"""Time each chapter of the book, executed as for its pages, networks taken from the cache.

Run as `python benchmarks/whole_book.py`. A chapter that put something into the cache, a network
that it trained for the most part, is executed again. The chapter that shows the measurement is left
out. Beside each chapter the same matrix product is timed, to see whether the machine was idle. The
measurement goes to results/speed.jsonl.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from measuring import check_idle, describe_machine

from assignment4 import cache
from assignment4.book.notebooks import chapter_paths, execute
from assignment4.book.running_times import RESULTS
from assignment4.replication.json_lines import append_json_line

NAME = "whole book"
SHOWN_IN = "running_times"
SIZE, PRODUCTS = 1500, 4


def entries() -> set[str]:
    """Return the names of all that the cache holds."""
    return {path.name for path in cache.cache_folder().glob("*.entry")}


def seconds_of(path: Path, execute: Callable[[Path], object] = execute) -> float:
    """Return the seconds of a chapter with everything in the cache that it takes from there.

    Args:
        path: of the chapter.
        execute: does it.

    Raises:
        RuntimeError: it puts something new into the cache for the second time too.
    """
    for _ in range(2):
        before, start = entries(), time.perf_counter()
        execute(path)
        seconds = time.perf_counter() - start
        if entries() <= before:
            return seconds
    raise RuntimeError(f"{path.name} does not find in the cache what it put there")


def yardstick() -> float:
    """Return the seconds of some products of large matrices."""
    matrix = np.random.default_rng(0).normal(size=(SIZE, SIZE))
    start = time.perf_counter()
    for _ in range(PRODUCTS):
        matrix @ matrix
    return time.perf_counter() - start


def measure(paths: Sequence[Path]) -> dict[str, object]:
    """Return the seconds of chapters in reading order, and of the product beside each."""
    machine = describe_machine("jupyter-book", "keras", "numpy", "tensorflow")
    yardstick()
    chapters, beside = {}, []
    for path in paths:
        beside.append(yardstick())
        chapters[path.stem] = seconds_of(path)
    return {"machine": machine, "chapters": chapters, "matrix products": beside}


def main() -> None:
    """Measure, keep the measurement and print it."""
    measured = measure([path for path in chapter_paths() if path.stem != SHOWN_IN])
    check_idle({"matrix products": measured["matrix products"]})
    append_json_line(RESULTS, {"benchmark": NAME, **measured})
    for name, seconds in measured["chapters"].items():
        print(f"{name}: {seconds:.1f} s")


if __name__ == "__main__":
    main()
