"""The check of what the size of a batch costs, Exercise 4 c."""

from collections.abc import Mapping, Sequence

import numpy as np

from assignment4.intervals import (
    Interval,
    all_of,
    is_above,
    is_below,
    mean_interval,
    opposite,
    widen,
)

SIGNIFICANT = 2.0
"""By which factor an excess error must exceed another's for a size to suffer significantly."""

NOTICEABLE = 1.1
"""By which factor it must for a noticeable loss."""

Excesses = Mapping[int, Sequence[float]]
"""By B, the excess errors over the same seeds in the same order, all positive and finite."""


def geometric_mean(values: Sequence[float], *, comparisons: int = 1) -> Interval:
    """Return the geometric mean of positive numbers, with its interval.

    It is Student's interval of the mean of their logarithms, taken back. So no bound is negative,
    and a number ten times too large weighs as much as one ten times too small.

    Args:
        values: at least two, positive and finite.
        comparisons: how many such intervals are to hold together.

    Raises:
        ValueError: one is not positive and finite, or there are fewer than two.
    """
    _check(values)
    of_logarithms = mean_interval(np.log(values))
    widened = widen(of_logarithms, values=len(values), comparisons=comparisons)
    return Interval(*map(float, np.exp(widened)))


def factor_between(excesses: Excesses, size: int, other: int, *, comparisons: int = 1) -> Interval:
    """Return by which factor the excess error of one size exceeds that of another, seed by seed.

    Args:
        excesses: of both sizes.
        size: the B that is asked about.
        other: the B that it is held against.
        comparisons: how many such intervals are to hold together.

    Raises:
        ValueError: the numbers of seeds differ, or an excess is not positive and finite.
    """
    counts = [len(excesses[B]) for B in (size, other)]
    if len(set(counts)) > 1:
        raise ValueError(f"B = {size} and B = {other} need the same seeds, got {counts} of them")
    for B in (size, other):
        _check(excesses[B], f"for B = {B}")
    ratios = np.divide(excesses[size], excesses[other])
    return geometric_mean(ratios, comparisons=comparisons)


def suffers(excesses: Excesses, size: int, factor: float) -> bool | None:
    """Say whether a size has more than a factor times the excess error of some other size.

    Args:
        excesses: of all sizes.
        size: the B that is asked about.
        factor: such as NOTICEABLE.

    Returns:
        True where against one other size the interval lies above the factor, wide enough that the
        intervals against all others hold together: one of many is soon above by chance. False where
        against every other size the 95 % interval lies below. None otherwise.
    """
    others = [other for other in excesses if other != size]
    above = [
        is_above(factor_between(excesses, size, other, comparisons=len(others)), factor)
        for other in others
    ]
    if True in above:
        return True
    below = [is_below(factor_between(excesses, size, other), factor) for other in others]
    return False if all(below) else None


def suffers_for_small_batches(excesses: Excesses) -> bool | None:
    """Say whether training suffers for small batches and not for larger ones.

    The smallest B must suffer significantly, and no B of the larger half of the sizes noticeably.

    Args:
        excesses: of all sizes.

    Returns:
        True, False, or None where an interval decides neither way.

    Source: report, Exercise 4 c.
    """
    sizes = sorted(excesses)
    small = suffers(excesses, sizes[0], SIGNIFICANT)
    larger = [suffers(excesses, size, NOTICEABLE) for size in sizes[len(sizes) // 2 :]]
    return all_of([small, *(opposite(verdict) for verdict in larger)])


def _check(values: Sequence[float], where: str = "") -> None:
    if not all(0 < value < np.inf for value in values):
        raise ValueError(
            f"numbers must be positive and finite, got {list(values)} {where}".rstrip()
        )
