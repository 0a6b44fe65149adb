"""How running times are measured: in turns, on a machine that is idle enough, and kept.

What else a machine does slows every program down. So programs that are compared take turns, and
what is judged is the ratio of their times in the same round. That is fair only while the cores are
nearly idle: of threads that wait for one another, some waste their turn by waiting actively, and
libraries differ in that. Rounds that differ much give such a measurement away, and it is not kept.
"""

import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from assignment4 import cache
from assignment4.book.running_times import (
    COMPARISONS,
    RESULTS,
    Seconds,
    compare_ways,
    seconds_each,
)
from assignment4.replication.json_lines import append_json_line

LARGEST_SPREAD = 3.0
"""Of the seconds of one work, the longest over the shortest, on a machine that is idle enough."""

Work = Callable[[], object]


def take_turns(
    works: Mapping[str, Work], *, rounds: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Return the seconds that each work takes in each round; a first one is not timed.

    Args:
        works: by name. One that returns an object with an attribute `seconds` has timed itself.
        rounds: that are timed.
        warm_up: False for long work without compilation, which needs no first round.
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


def check_idle(seconds: Seconds) -> None:
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
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version()} | cache.versions(*packages),
    }


def conclude(benchmark: str, measured: Mapping[str, object], *, path: Path = RESULTS) -> None:
    """Keep what was measured on an idle machine, print it, and end where it breaks a promise.

    Args:
        benchmark: the name of the measurement, which COMPARISONS have.
        measured: what `json` can write: `ways`, the seconds of each by its name, the machine,
            and what else there is to tell.
        path: of the results.

    Raises:
        ValueError: the machine is too busy.
        SystemExit: a ratio is less than what the book promises.
    """
    check_idle(measured["ways"] | measured.get("parts", {}))
    append_json_line(path, {"benchmark": benchmark, **measured})
    comparisons = [one for one in COMPARISONS if one.benchmark == benchmark]
    print(compare_ways(seconds_each(measured), way=comparisons[0].way))
    for one in comparisons:
        if one.kept(one.ratio(path=path)) == "not met":
            raise SystemExit(f"{one.way} is not {one.least:g} times as fast as {one.peer}")
