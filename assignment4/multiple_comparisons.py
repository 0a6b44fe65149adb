"""Intervals that hold together: where many are looked at, some would miss by chance."""

from scipy import stats

from assignment4.intervals import CONFIDENCE, Interval


def widen(interval: Interval, *, values: int, comparisons: int) -> Interval:
    """Return Student's 95 % interval of a mean, made one of several that hold together.

    Bonferroni's rule: where each of m intervals misses with a probability of at most 0.05 / m, any
    of them does with at most 0.05, whatever ties them together.

    Args:
        interval: of the mean of so many values.
        values: how many they were.
        comparisons: how many intervals are to hold together, m.
    """
    factor = _quantile(values, comparisons) / _quantile(values, 1)
    lower, estimate, upper = interval
    return Interval(
        estimate - factor * (estimate - lower), estimate, estimate + factor * (upper - estimate)
    )


def _quantile(values: int, comparisons: int) -> float:
    return stats.t.ppf(1 - (1 - CONFIDENCE) / (2 * comparisons), values - 1)
