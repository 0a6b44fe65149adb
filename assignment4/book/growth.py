r"""How cost grows with size: the exponent p of a power law $t = c\,n^p$, fitted to measured times.

The logarithms of the law are a line, whose slope p least squares find. Work with a part that does
not grow is no power law: its slope rises from 0 to that of the part that grows. So beside the
exponent over all sizes stands that of the largest two, which the fixed part touches least.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from assignment4.book.running_times import check_idle, spread
from assignment4.intervals import CONFIDENCE, Interval, is_above, is_below

FEWEST_SIZES = 4


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


def fit_power_law(sizes: Sequence[float], seconds: Sequence[float]) -> PowerLaw:
    """Fit a power law by least squares of the logarithms.

    Args:
        sizes: (n,) positive and ascending, four or more.
        seconds: (n,) positive.

    Raises:
        ValueError: there are fewer than four sizes or another number of seconds, the sizes do not
            ascend, or a number is not positive and finite.
    """
    sizes, seconds = np.asarray(sizes, float), np.asarray(seconds, float)
    if sizes.ndim != 1 or sizes.shape != seconds.shape or len(sizes) < FEWEST_SIZES:
        raise ValueError(
            f"a power law is fitted to {FEWEST_SIZES} sizes or more with as many seconds, "
            f"got shapes {sizes.shape} and {seconds.shape}"
        )
    for name, values in (("sizes", sizes), ("seconds", seconds)):
        if not (np.isfinite(values) & (values > 0)).all():
            raise ValueError(f"{name} must be positive and finite, got {values.tolist()}")
    if not (np.diff(sizes) > 0).all():
        raise ValueError(f"sizes must ascend, got {sizes.tolist()}")
    x, y = np.log(sizes), np.log(seconds)
    deviations = x - x.mean()
    squares = deviations @ deviations
    slope = float(deviations @ y / squares)
    freedom = len(x) - 2
    rest = y - y.mean() - slope * deviations
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, freedom)
    margin = float(quantile * np.sqrt(rest @ rest / freedom / squares))
    exponent = Interval(slope - margin, slope, slope + margin)
    factor = float(np.exp(y.mean() - slope * x.mean()))
    return PowerLaw(exponent, factor, float((y[-1] - y[-2]) / (x[-1] - x[-2])))


def beside_proportion(exponent: Interval) -> str:
    """Say in words whether cost grows as size does: whether an exponent is 1."""
    if is_below(exponent, 1):
        return "less than in proportion"
    return "more than in proportion" if is_above(exponent, 1) else "1 lies in the interval"


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
    def medians(self) -> list[float]:
        """For each size the median of its rounds, in seconds."""
        return [spread(seconds).median for seconds in self.rounds]

    def law(self) -> PowerLaw:
        """Return the power law through the medians."""
        return fit_power_law(self.sizes, self.medians)


def read_growth(measured: Mapping[str, object]) -> dict[str, Growth]:
    """Return the growth of each kind of work from a measurement called "growth"."""
    return {name: Growth(**series) for name, series in measured["series"].items()}


def check_idle_in_growth(series: Mapping[str, Growth]) -> None:
    """Refuse a measurement in which what else the machine did has had too large a part.

    Raises:
        ValueError: as `running_times.check_idle`; the message names work and size.
    """
    for name, growth in series.items():
        pairs = zip(growth.sizes, growth.rounds, strict=True)
        check_idle({f"{name}, {size:,}": seconds for size, seconds in pairs})
