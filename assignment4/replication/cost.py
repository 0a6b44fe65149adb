"""How long open tasks will take, from the times of those that are stored."""

import heapq
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assignment4.book import running_times
from assignment4.replication.devices import is_of_gpu

WHOLE, TRAINING = "seconds of the task", "seconds"
"""Numbers of a line: older lines have the time of the training alone, which is less.

The rest goes to what does not grow with the steps: the start of a process, letters and judges.
"""

BENCHMARK = "replication"
"""The name of the measurements that check a prediction, in results/speed.jsonl."""


class Span(NamedTuple):
    """Seconds on some workers: no order of the tasks takes less than `least`."""

    least: float
    longest_first: float


def expected_seconds(
    run: Mapping, lines: Sequence[Mapping], *, beside: float = 0.0
) -> float | None:
    """Return what a run is expected to take, or None if there is no line to expect it from.

    That is the median of the lines of its experiment, or of all if it has none, whose number of
    steps is nearest; the training is taken to grow with the steps, and the rest not. Lines of a
    GPU say nothing of a processor, nor the other way round.

    Args:
        run: with `experiment` and `steps`.
        lines: stored results of the run's group.
        beside: seconds of a task beside those of its training, where lines do not have them.
    """
    lines = [line for line in lines if is_of_gpu(line) == is_of_gpu(run)]
    alike = [line for line in lines if line["experiment"] == run["experiment"]] or lines
    if not alike:
        return None

    def distance(line: Mapping) -> float:
        return abs(math.log(line["steps"] / run["steps"]))

    nearest = min(map(distance, alike))
    chosen = [line for line in alike if distance(line) == nearest]
    chosen = [line for line in chosen if WHOLE in line] or chosen
    return statistics.median(
        line[TRAINING] * run["steps"] / line["steps"]
        + (line[WHOLE] - line[TRAINING] if WHOLE in line else beside)
        for line in chosen
    )


def stored_beside_training() -> dict[str, float]:
    """Return for groups the measured seconds of a task beside those of its training.

    The newest measurement is taken; without any, no group has such a time.
    """
    try:
        return running_times.newest(BENCHMARK)["beside training"]
    except ValueError:
        return {}


def span(seconds: Sequence[float], workers: int) -> Span:
    """Return how long tasks take where each worker, when free, takes the longest that is left.

    Args:
        seconds: of each task, none negative.
        workers: how many there are, all alike.

    Raises:
        ValueError: there are no workers.
    """
    if workers < 1:
        raise ValueError(f"at least 1 worker is needed, got {workers}")
    free_at = [0.0] * workers
    for one in sorted(seconds, reverse=True):
        heapq.heapreplace(free_at, free_at[0] + one)
    return Span(max(math.fsum(seconds) / workers, max(seconds, default=0.0)), max(free_at))
