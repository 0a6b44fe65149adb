"""Networks with one change each against the network as described: compared and told.

A comparison is a mean difference over the seeds, with two intervals: one for a reader of this
comparison alone, and a wider one for a reader of all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assignment4.intervals import Interval, is_above, mean_interval, widen
from assignment4.replication.experiments import GROUPS
from assignment4.replication.runs import difference_over_seeds, read_results
from assignment4.tables import Table

BASE = "as described"
NO_DIFFERENCE = "no difference shown"

NUMBERS = {
    "to mean": "distance to class mean",
    "variance share": "within-class variance share",
}
"""What is compared: for each name in the results what it is called on the page."""

Runs = Sequence[dict]
"""The results of one experiment, one for each seed, as `read_results` returns them."""


@dataclass(frozen=True)
class Comparison:
    """By how much a number of a changed network exceeds that of the network as described.

    Both intervals are of the mean difference over the seeds: Student's of 95 %, and one so wide
    that all those that were compared hold their true differences in at least 95 % of repetitions.
    """

    change: str
    number: str
    alone: Interval
    among_all: Interval

    @property
    def finding(self) -> str:
        """What may be said: "higher" or "lower" where both intervals leave out 0.

        Where only the narrow one does, it is "perhaps higher" or "perhaps lower".
        """
        if is_above(self.alone, 0) is None:
            return NO_DIFFERENCE
        word = "higher" if self.alone.estimate > 0 else "lower"
        return word if is_above(self.among_all, 0) is not None else f"perhaps {word}"


def read_groups(*groups: str, steps: int | None = None) -> dict[str, list[dict]]:
    """Return the stored results of all experiments of some groups, as `read_results` does each."""
    return {
        name: read_results(group, name, steps=steps)
        for group in groups
        for name in GROUPS[group].experiments
    }


def with_common_seeds(results: Mapping[str, Runs]) -> dict[str, list[dict]]:
    """Return the results of those seeds that every experiment has, so that they can be paired."""
    common = set.intersection(*({run["seed"] for run in runs} for runs in results.values()))
    return {name: [run for run in runs if run["seed"] in common] for name, runs in results.items()}


def compare(
    results: Mapping[str, Runs], numbers: Mapping[str, str], *, base: str = BASE
) -> list[Comparison]:
    """Compare every experiment with the base in each number, such as NUMBERS, paired by seed.

    The changes come in their order within a number. ValueError: the experiments' seeds differ, or
    there are fewer than two.
    """
    changes = [name for name in results if name != base]
    count, seeds = len(changes) * len(numbers), len(results[base])
    comparisons = []
    for name, number in numbers.items():
        for change in changes:
            alone = difference_over_seeds(results[change], results[base], name)
            among_all = widen(alone, values=seeds, comparisons=count)
            comparisons.append(Comparison(change, number, alone, among_all))
    return comparisons


def compare_within_runs(results: Mapping[str, Runs], number: str, other: str) -> list[Comparison]:
    """Compare a number with another one of the same runs, for each experiment of two seeds up."""
    comparisons = []
    for name, runs in results.items():
        alone = mean_interval([run[number] - run[other] for run in runs])
        among_all = widen(alone, values=len(runs), comparisons=len(results))
        comparisons.append(Comparison(name, f"{number} less {other}", alone, among_all))
    return comparisons


def overview(comparisons: Iterable[Comparison]) -> Table:
    """Return what may be said of each change, a row, in each number, a column."""
    found = {(one.change, one.number): one.finding for one in comparisons}
    changes, numbers = (list(dict.fromkeys(names)) for names in zip(*found, strict=True))
    rows = [(change, *(found[change, number] for number in numbers)) for change in changes]
    return Table(["change", *numbers], rows)


def details(comparisons: Iterable[Comparison], changes: Sequence[str] = ()) -> Table:
    """Return the differences of some changes, or of all, with both intervals, and what is found."""
    rows = []
    for one in comparisons:
        if one.change in changes or not changes:
            texts = [
                f"{_text(interval.lower)} to {_text(interval.upper)}"
                for interval in (one.alone, one.among_all)
            ]
            rows.append((one.change, one.number, _text(one.alone.estimate), *texts, one.finding))
    return Table(["change", "number", "difference", "95 % alone", "95 % among all", "found"], rows)


def _text(difference: float) -> str:
    """Return a measured difference with its sign, and 0 with a plus."""
    return f"≈{round(difference, 4) + 0.0:+.4f}".replace("-", "−")
