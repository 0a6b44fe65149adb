"""What the size of a batch costs, Exercise 4 c: excess errors compared seed by seed."""

from collections.abc import Mapping, Sequence

import numpy as np

from assignment4.intervals import Interval, all_of, mean_interval, opposite, widen

SIGNIFICANT = 2.0
"""By which factor an excess error must exceed another's for a size to suffer significantly."""

NOTICEABLE = 1.1
"""By which factor it must for a noticeable loss."""

Excesses = Mapping[int, Sequence[float]]
"""By B, the excess errors over the same seeds in the same order, all positive and finite."""


def geometric_mean(values: Sequence[float], *, comparisons: int = 1) -> Interval:
    """Return the geometric mean of positive finite numbers with an interval; ValueError else.

    It is Student's of their logarithms, taken back, wider for one of several that hold together.
    """
    if not all(0 < value < np.inf for value in values):
        raise ValueError(f"numbers must be positive and finite, got {list(values)}")
    of_logarithms = mean_interval(np.log(values))
    widened = widen(of_logarithms, values=len(values), comparisons=comparisons)
    return Interval(*map(float, np.exp(widened)))


def factor_between(excesses: Excesses, size: int, other: int, *, comparisons: int = 1) -> Interval:
    """Return by which factor one size's excess exceeds another's, seed by seed; ValueError else."""
    ratios = [a / b for a, b in zip(excesses[size], excesses[other], strict=True)]
    return geometric_mean(ratios, comparisons=comparisons)


def suffers(excesses: Excesses, size: int, factor: float = NOTICEABLE) -> bool | None:
    """Return True if a size has more than a factor times the excess error of some other size.

    That is, if one interval lies above it, wide enough that all hold together. False if against
    every other size the 95 % interval lies below; None otherwise.
    """
    others = [other for other in excesses if other != size]
    for other in others:
        if factor_between(excesses, size, other, comparisons=len(others)).lower > factor:
            return True
    below = (factor_between(excesses, size, other).upper < factor for other in others)
    return False if all(below) else None


def suffers_for_small_batches(excesses: Excesses) -> bool | None:
    """Return True if training suffers for small batches and not for larger ones (Exercise 4 c).

    The smallest B must suffer significantly, no B of the larger half noticeably; None if unsure.
    """
    sizes = sorted(excesses)
    small = suffers(excesses, sizes[0], SIGNIFICANT)
    larger = [suffers(excesses, size) for size in sizes[len(sizes) // 2 :]]
    return all_of([small, *(opposite(verdict) for verdict in larger)])
