r"""Running times that the benchmarks have measured, compared round by round, and their growth.

How cost grows with size is told by the exponent p of a power law $t = c\,n^p$, the slope of a line
through the logarithms. Work with a part that does not grow is no power law: its slope rises from 0
to that of the part that grows. So beside the exponent over all sizes stands that of the largest
two, which the fixed part touches least.
"""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

from assignment4 import ROOT
from assignment4.intervals import CONFIDENCE, Interval, is_above
from assignment4.replication.json_lines import read_json_lines
from assignment4.tables import Table

RESULTS = ROOT / "results" / "speed.jsonl"
"""One measurement a line, the newest of a benchmark last."""

FEWEST_SIZES = 4
Seconds = Mapping[str, Sequence[float]]
"""Of each way by its name, round by round."""


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


def newest(benchmark: str, *, path: Path = RESULTS) -> dict:
    """Return the last measurement of a benchmark; see `measurements`."""
    return measurements(benchmark, path=path)[-1]


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


def times_as_fast(seconds: Seconds, one: str, other: str) -> Spread:
    """Return how many times as fast as the other the one is, round by round."""
    pairs = zip(seconds[other], seconds[one], strict=True)
    return spread([slow / fast for slow, fast in pairs])


def compared(ratio: Spread) -> str:
    """Say in words whether a ratio of speeds lay on one side of 1 in every round."""
    if ratio.least > 1:
        return "faster in every round"
    return "slower in every round" if ratio.most < 1 else "now faster, now slower"


def compare_ways(
    seconds: Seconds, *, way: str = "the book", unit: str = "seconds", scale: float = 1
) -> Table:
    """Return how long each way takes, and how many times as fast as it one of them is.

    Args:
        seconds: of all ways.
        way: the one that all are compared with.
        unit: what the table gives in place of seconds, of which one is `scale` units.
        scale: see there.
    """
    rows = [
        [
            name,
            spread([scale * one for one in some]).told(".3g"),
            times_as_fast(seconds, way, name).told(",.2f"),
        ]
        for name, some in seconds.items()
    ]
    return Table(["way", unit, f"{way} is times as fast"], rows)


class SpeedComparison(NamedTuple):
    """Which way of which measurement is compared with which other one.

    Attributes:
        what: is done.
        benchmark: the name of the measurement.
        way: the book's.
        peer: the other one.
        least: how many times as fast the book's must be in the median round, where the book
            promises it.
    """

    what: str
    benchmark: str
    way: str
    peer: str
    least: float | None = None

    def ratio(self, *, path: Path = RESULTS) -> Spread:
        """Return how many times as fast as its peer the book's way was in the newest measurement.

        Raises:
            ValueError: there is none.
        """
        seconds = seconds_each(newest(self.benchmark, path=path))
        return times_as_fast(seconds, self.way, self.peer)

    def kept(self, ratio: Spread) -> str:
        """Return "met" or "not met" for what is promised of the median round, or nothing."""
        if self.least is None:
            return ""
        return "met" if ratio.median >= self.least else "not met"


BOOK = "the book"
COMPARISONS = (
    SpeedComparison("training step", "training step", BOOK, "PyTorch, eager", 1.0),
    SpeedComparison("training step", "training step", BOOK, "PyTorch, compiled"),
    SpeedComparison("latent search", "latent search", "all at once", "one after the other", 2.5),
    SpeedComparison(
        "matrix of a convolution", "convolution matrix", BOOK, "unit images, batches of 512"
    ),
    SpeedComparison("PCA in one pass", "running PCA", BOOK, "scikit-learn, IncrementalPCA", 1.0),
    SpeedComparison("PCA of all letters", "PCA", BOOK, "scikit-learn, by SVD"),
    SpeedComparison("PCA of all letters", "PCA", BOOK, "scikit-learn, by covariance"),
    SpeedComparison("rendering a letter", "rendering", BOOK, "Pillow, plain letters"),
)
"""The speeds that the book is proud of or not, each beside that of a named peer."""


def at_a_glance(*, path: Path = RESULTS) -> Table:
    """Return all ratios in one table, each beside what is promised and whether it is met."""
    rows = []
    for one in COMPARISONS:
        ratio = one.ratio(path=path)
        promised = "" if one.least is None else f"at least {one.least:g}"
        told = ratio.told(".2f" if ratio.median < 100 else ",.0f")
        rows.append([one.what, one.way, one.peer, told, promised, one.kept(ratio)])
    names = ["what", "the book's way", "its peer", "times as fast", "promised", "in the median"]
    return Table(names, rows)


class PowerLaw(NamedTuple):
    """A fitted power law.

    Attributes:
        exponent: p, with Student's interval of a slope, as if each deviation from the line were
            drawn independently of the others.
        factor: c, the seconds at size 1.
        at_the_end: the exponent that the largest two sizes give alone.
    """

    exponent: Interval
    factor: float
    at_the_end: float

    def seconds(self, sizes: Sequence[float]) -> np.ndarray:
        """Return the seconds that the law gives for sizes, float64 of their shape."""
        return self.factor * np.asarray(sizes, float) ** self.exponent.estimate

    @property
    def in_words(self) -> str:
        """Whether cost grows as size does: whether the exponent is 1."""
        above = is_above(self.exponent, 1)
        if above is None:
            return "1 lies in the interval"
        return "more than in proportion" if above else "less than in proportion"


def fit_power_law(sizes: Sequence[float], seconds: Sequence[float]) -> PowerLaw:
    """Fit a power law by least squares of the logarithms.

    Args:
        sizes: (n,) positive and ascending, four or more.
        seconds: (n,) positive.

    Raises:
        ValueError: there are fewer than four sizes, or a number is not as it should be.
    """
    sizes, seconds = np.asarray(sizes, float), np.asarray(seconds, float)
    positive = np.isfinite([sizes, seconds]).all() and min(sizes.min(), seconds.min()) > 0
    if len(sizes) < FEWEST_SIZES or not positive or not (np.diff(sizes) > 0).all():
        raise ValueError(f"no growth over ascending sizes: {sizes.tolist()}, {seconds.tolist()}")
    x, y = np.log(sizes), np.log(seconds)
    line = stats.linregress(x, y)
    margin = stats.t.ppf((1 + CONFIDENCE) / 2, len(x) - 2) * line.stderr
    exponent = Interval(*map(float, (line.slope - margin, line.slope, line.slope + margin)))
    at_the_end = float((y[-1] - y[-2]) / (x[-1] - x[-2]))
    return PowerLaw(exponent, float(np.exp(line.intercept)), at_the_end)


class Growth(NamedTuple):
    """Measured seconds of the same work at several sizes.

    Attributes:
        unit: what the size counts.
        sizes: ascending.
        rounds: for each size the seconds of each round.
    """

    unit: str
    sizes: list[float]
    rounds: list[list[float]]

    @property
    def range(self) -> str:
        """The smallest and the largest size, with what they count."""
        return f"{self.sizes[0]:,} to {self.sizes[-1]:,} {self.unit}"

    @property
    def medians(self) -> list[float]:
        """For each size the median of its rounds, in seconds."""
        return [spread(seconds).median for seconds in self.rounds]

    def law(self) -> PowerLaw:
        """Return the power law through the medians."""
        return fit_power_law(self.sizes, self.medians)


def read_growth(measured: Mapping[str, object]) -> dict[str, Growth]:
    """Return the growth of each kind of work from a measurement called "growth"."""
    return {name: Growth(**series) for name, series in measured["series"].items()}
