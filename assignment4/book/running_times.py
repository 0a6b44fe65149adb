"""Running times that the benchmarks have measured, compared round by round, and their growth."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter
from scipy import stats

from assignment4 import ROOT
from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.intervals import CONFIDENCE, Interval, is_above
from assignment4.replication.json_lines import read_json_lines
from assignment4.tables import Table

RESULTS = ROOT / "results" / "speed.jsonl"
"""One measurement a line, the newest of a benchmark last."""

STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))
Seconds = Mapping[str, Sequence[float]]
"""Of each way by its name, round by round."""


def spread(numbers: Sequence[float]) -> Interval:
    """Return the median of numbers between their extremes."""
    return Interval(min(numbers), statistics.median(numbers), max(numbers))


def told(measured: Interval, form: str) -> str:
    """Return the numbers in a format such as ".1f", all marked as measured."""
    return f"≈{measured.estimate:{form}} (≈{measured.lower:{form}} to ≈{measured.upper:{form}})"


def measurements(benchmark: str, *, path: Path = RESULTS) -> list[dict]:
    """Return all measurements of a benchmark, the oldest first; ValueError: there is none."""
    lines = read_json_lines(path, ["benchmark"])
    found = [line for line in lines if line["benchmark"] == benchmark]
    if not found:
        raise ValueError(f"{path.name} has no measurement of {benchmark!r}; `make bench` makes it")
    return found


def newest(benchmark: str, *, path: Path = RESULTS) -> dict:
    """Return the last measurement of a benchmark; ValueError: there is none."""
    return measurements(benchmark, path=path)[-1]


def seconds_each(measured: Mapping[str, object]) -> dict[str, list[float]]:
    """Return the seconds of each way for one unit of its work; `amounts` has units by way."""
    amounts = measured.get("amounts", {})
    return {
        name: [one / amounts.get(name, 1) for one in seconds]
        for name, seconds in measured["ways"].items()
    }


def times_as_fast(seconds: Seconds, one: str, other: str) -> Interval:
    """Return how many times as fast as the other the one is, round by round."""
    pairs = zip(seconds[other], seconds[one], strict=True)
    return spread([slow / fast for slow, fast in pairs])


def compared(ratio: Interval) -> str:
    """Say in words whether a ratio of speeds lay on one side of 1 in every round."""
    words = {True: "faster in every round", False: "slower in every round"}
    return words.get(is_above(ratio, 1), "now faster, now slower")


def compare_ways(
    seconds: Seconds, *, way: str = "the book", unit: str = "seconds", scale: float = 1
) -> Table:
    """Return how long each way takes, in units of 1/scale seconds, and how much faster one is."""
    rows = [
        [
            name,
            told(spread([scale * one for one in some]), ".3g"),
            told(times_as_fast(seconds, way, name), ",.2f"),
        ]
        for name, some in seconds.items()
    ]
    return Table(["way", unit, f"{way} is times as fast"], rows)


class SpeedComparison(NamedTuple):
    """What is done in a benchmark, in the book's way and in a peer's.

    `least` is how many times as fast the book's must be in the median round, where that is
    promised.
    """

    what: str
    benchmark: str
    way: str
    peer: str
    least: float | None = None

    def ratio(self, *, path: Path = RESULTS) -> Interval:
        """Return how many times as fast the book's way was in the newest measurement."""
        seconds = seconds_each(newest(self.benchmark, path=path))
        return times_as_fast(seconds, self.way, self.peer)

    def kept(self, ratio: Interval) -> str:
        """Return "met" or "not met" for what is promised of the median round, or nothing."""
        if self.least is None:
            return ""
        return "met" if ratio.estimate >= self.least else "not met"


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
        shown = told(ratio, ".2f" if ratio.estimate < 100 else ",.0f")
        rows.append([one.what, one.way, one.peer, shown, promised, one.kept(ratio)])
    names = ["what", "the book's way", "its peer", "times as fast", "promised", "in the median"]
    return Table(names, rows)


class PowerLaw(NamedTuple):
    """Seconds as factor * size ** exponent.

    The exponent has Student's interval of a slope, as if each deviation from the line were drawn
    independently of the others. Where a part of the work does not grow, the slope rises from 0 to
    that of the part that grows; `at_the_end` is the exponent of the largest two sizes alone, which
    the fixed part touches least.
    """

    exponent: Interval
    factor: float
    at_the_end: float

    def seconds(self, sizes: Sequence[float]) -> np.ndarray:
        """Return the seconds that the law gives for sizes."""
        return self.factor * np.asarray(sizes, float) ** self.exponent.estimate

    @property
    def in_words(self) -> str:
        """Whether cost grows as size does: whether the exponent is 1."""
        words = {True: "more than in proportion", False: "less than in proportion"}
        return words.get(is_above(self.exponent, 1), "1 lies in the interval")


def fit_power_law(sizes: Sequence[float], seconds: Sequence[float]) -> PowerLaw:
    """Fit a power law by least squares of the logarithms; three ascending sizes at least."""
    x, y = np.log(sizes), np.log(seconds)
    line = stats.linregress(x, y)
    margin = stats.t.ppf((1 + CONFIDENCE) / 2, len(x) - 2) * line.stderr
    exponent = Interval(*map(float, (line.slope - margin, line.slope, line.slope + margin)))
    at_the_end = float((y[-1] - y[-2]) / (x[-1] - x[-2]))
    return PowerLaw(exponent, float(np.exp(line.intercept)), at_the_end)


class Growth(NamedTuple):
    """Measured seconds of the same work at ascending sizes, for each size those of each round."""

    unit: str
    sizes: list[float]
    rounds: list[list[float]]

    @property
    def range(self) -> str:
        """The smallest and the largest size, with what they count."""
        return f"{self.sizes[0]:,} to {self.sizes[-1]:,} {self.unit}"

    @property
    def medians(self) -> list[float]:
        """The median of the rounds of each size, in seconds."""
        return [statistics.median(seconds) for seconds in self.rounds]

    def law(self) -> PowerLaw:
        """Return the power law through the medians."""
        return fit_power_law(self.sizes, self.medians)


def read_growth(measured: Mapping[str, object]) -> dict[str, Growth]:
    """Return the growth of each kind of work from a measurement called "growth"."""
    return {name: Growth(**series) for name, series in measured["series"].items()}


def plot_growth(series: Mapping[str, Growth]) -> list[Axes]:
    """Draw seconds against size on logarithmic axes, with the fitted power laws as lines.

    Kinds of work whose names agree up to a comma, up to three, share a panel. Returns its axes.
    """
    panels = {}
    for name, growth in series.items():
        panels.setdefault(name.partition(",")[0], {})[name] = growth
    rows = -(-len(panels) // 2)
    figure = plt.figure(figsize=(8, 3.2 * rows), layout="constrained")
    for number, some in enumerate(panels.values(), start=1):
        _plot_panel(figure.add_subplot(rows, 2, number), some)
    return figure.axes


def _plot_panel(axes: Axes, series: Mapping[str, Growth]) -> None:
    for (name, growth), (color, marker) in zip(series.items(), STYLES, strict=False):
        medians = np.array(growth.medians)
        spans = [
            medians - [min(seconds) for seconds in growth.rounds],
            [max(seconds) for seconds in growth.rounds] - medians,
        ]
        axes.errorbar(growth.sizes, medians, spans, fmt=marker, color=color, label=name, capsize=3)
        axes.plot(growth.sizes, growth.law().seconds(growth.sizes), "--", color=color, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel=growth.unit, ylabel="seconds")
    axes.set_xticks(next(iter(series.values())).sizes)
    axes.xaxis.set_major_formatter(EngFormatter(places=0, sep=""))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def plot_chapters(seconds: Sequence[float]) -> Axes:
    """Draw the seconds of all chapters up to each, in reading order, and a line for equal cost."""
    axes = plt.figure(figsize=(6, 3.6), layout="constrained").subplots()
    sums = np.concatenate([[0], np.cumsum(seconds)])
    numbers = np.arange(len(sums))
    axes.plot(numbers, sums, "o-", color=BLUE, label="chapters so far")
    mean = float(np.mean(seconds))
    axes.plot(numbers, mean * numbers, "--", color=ORANGE, linewidth=1, label="all alike")
    axes.set(xlabel="chapters", ylabel="seconds")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return axes
