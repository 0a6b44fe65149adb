"""The speeds that the book is proud of or not, each as a ratio to that of a named peer."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from assignment4.book.running_times import RESULTS, Spread, newest, seconds_each, times_as_fast
from assignment4.tables import Table


class Comparison(NamedTuple):
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


COMPARISONS = (
    Comparison("training step", "training step", "the book", "PyTorch, eager", 1.0),
    Comparison("training step", "training step", "the book", "PyTorch, compiled"),
    Comparison("latent search", "latent search", "all at once", "one after the other", 2.5),
    Comparison(
        "matrix of a convolution",
        "convolution matrix",
        "the book",
        "unit images, batches of 512",
    ),
    Comparison("PCA in one pass", "running PCA", "the book", "scikit-learn, IncrementalPCA", 1.0),
    Comparison("PCA of all letters", "PCA", "the book", "scikit-learn, by SVD"),
    Comparison("PCA of all letters", "PCA", "the book", "scikit-learn, by covariance"),
    Comparison("rendering a letter", "rendering", "the book", "Pillow, plain letters"),
)


def ratio_of(comparison: Comparison, *, path: Path = RESULTS) -> Spread:
    """Return how many times as fast as its peer the book's way was, from the newest measurement.

    Args:
        comparison: one of COMPARISONS.
        path: of the results.

    Raises:
        ValueError: there is no such measurement, or it lacks one of the two ways.
    """
    seconds = seconds_each(newest(comparison.benchmark, path=path))
    for name in (comparison.way, comparison.peer):
        if name not in seconds:
            raise ValueError(f"the newest {comparison.benchmark!r} did not measure {name!r}")
    return times_as_fast(seconds, comparison.way, comparison.peer)


def promise_kept(comparison: Comparison, ratio: Spread) -> str:
    """Say in a word whether the median round meets what is promised; nothing is, mostly."""
    if comparison.least is None:
        return ""
    return "met" if ratio.median >= comparison.least else "not met"


def at_a_glance(*, path: Path = RESULTS) -> Table:
    """Return all ratios in one table, each beside what is promised and whether it is met."""
    names = ["what", "the book's way", "its peer", "times as fast", "promised", "in the median"]
    return Table(names, list(_rows(path)))


def _rows(path: Path) -> Iterator[list[str]]:
    for one in COMPARISONS:
        ratio = ratio_of(one, path=path)
        promised = "" if one.least is None else f"at least {one.least:g}"
        told = ratio.told(".2f" if ratio.median < 100 else ",.0f")
        yield [one.what, one.way, one.peer, told, promised, promise_kept(one, ratio)]
