"""Running times, measured in turns, kept with the machine that they are of, and compared.

What else a machine does slows every program down. So programs that are compared take turns, and
what is judged is the ratio of their times in the same round. That is fair only while the cores are
nearly idle: of threads that wait for one another, some waste their turn by waiting actively, and
libraries differ in that. Rounds that differ much give such a measurement away, and it is not kept.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assignment4 import ROOT, cache
from assignment4.replication.json_lines import append_json_line, read_json_lines

RESULTS = ROOT / "results" / "speed.jsonl"
"""One measurement a line, the newest of a benchmark last."""

LARGEST_SPREAD = 3.0
"""Of the seconds of one work, the longest over the shortest, on a machine that is idle enough."""

Work = Callable[[], object]


class Spread(NamedTuple):
    """The median of measured numbers, and their extremes."""

    least: float
    median: float
    most: float

    def told(self, form: str) -> str:
        """Return the numbers in a format such as ".1f", all marked as measured."""
        return f"≈{self.median:{form}} (≈{self.least:{form}} to ≈{self.most:{form}})"


def spread(numbers: Sequence[float]) -> Spread:
    """Return the median and the extremes of numbers."""
    return Spread(min(numbers), statistics.median(numbers), max(numbers))


def take_turns(
    works: Mapping[str, Work], *, rounds: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Return the seconds that each work takes in each round; a first one is not timed.

    Args:
        works: by name. One that returns an object with an attribute `seconds` has timed itself.
        rounds: that are timed.
        warm_up: whether there is a first round that is not; long work without compilation can do
            without.
    """
    for work in works.values() if warm_up else ():
        work()
    seconds = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            done = work()
            passed = time.perf_counter() - start
            seconds[name].append(getattr(done, "seconds", passed))
    return seconds


def times_as_fast(seconds: Mapping[str, Sequence[float]], one: str, other: str) -> Spread:
    """Return how many times as fast as the other the one is, round by round."""
    pairs = zip(seconds[other], seconds[one], strict=True)
    return spread([slow / fast for slow, fast in pairs])


def seconds_each(measured: Mapping[str, object]) -> dict[str, list[float]]:
    """Return the seconds of each way for one unit of its work.

    Args:
        measured: a measurement with its `ways`, the seconds of each by its name. Where the ways did
            different amounts of the same work, `amounts` has how many units each did.
    """
    amounts = measured.get("amounts", {})
    return {
        name: [one / amounts.get(name, 1) for one in seconds]
        for name, seconds in measured["ways"].items()
    }


def compared(ratio: Spread) -> str:
    """Say in words whether a ratio of speeds lay on one side of 1 in every round."""
    if ratio.least > 1:
        return "faster in every round"
    return "slower in every round" if ratio.most < 1 else "now faster, now slower"


def check_idle(seconds: Mapping[str, Sequence[float]]) -> None:
    """Refuse a measurement in which what else the machine did has had too large a part.

    Raises:
        ValueError: the longest round of a work took more than three times as long as its shortest.
    """
    for name, spent in seconds.items():
        ratio = max(spent) / min(spent)
        if ratio > LARGEST_SPREAD:
            raise ValueError(
                f"{name}: the longest round took {ratio:.1f} times as long as the shortest; "
                "the machine is too busy to compare programs"
            )


def describe_machine(*packages: str) -> dict[str, object]:
    """Return the processor, its cores, its load, the platform, and versions of packages.

    The load is the mean number of processes that ran or waited, over the last minute.
    """
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version()} | cache.versions(*packages),
    }


def keep(benchmark: str, measured: Mapping[str, object], *, path: Path = RESULTS) -> None:
    """Append a measurement to the results.

    Args:
        benchmark: its name.
        measured: what `json` can write, among it the machine.
        path: of the file.
    """
    append_json_line(path, {"benchmark": benchmark, **measured})


def newest(benchmark: str, *, path: Path = RESULTS) -> dict:
    """Return the last measurement of a benchmark.

    Raises:
        ValueError: there is none.
    """
    return measurements(benchmark, path=path)[-1]


def measurements(benchmark: str, *, path: Path = RESULTS) -> list[dict]:
    """Return all measurements of a benchmark, the oldest first.

    Raises:
        ValueError: there is none.
    """
    lines = read_json_lines(path, ["benchmark"])
    found = [line for line in lines if line["benchmark"] == benchmark]
    if not found:
        raise ValueError(f"{path.name} has no measurement of {benchmark!r}; `make bench` makes it")
    return found


def _processor() -> str:
    """Return the processor's name where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
