"""The check of what the size of a batch costs, Exercise 4 c."""

from collections.abc import Mapping, Sequence

import numpy as np

from assignment4.intervals import Interval, is_above, is_below, mean_interval
from assignment4.verdicts import all_of

SIGNIFICANT = 2.0
"""From which multiple of the best size's excess error on a size suffers significantly."""

NOTICEABLE = 1.1
"""From which multiple on there is a noticeable loss."""


def multiples_of_best(excesses: Mapping[int, Sequence[float]]) -> dict[int, Interval]:
    """Return each size's excess error in multiples of the best size's, seed by seed.

    The best size is the one of the least mean; its multiple is 1.

    Args:
        excesses: by B, the excess errors over the same seeds in the same order, all positive and
            finite.

    Returns:
        By B, the mean multiple with its interval.

    Raises:
        ValueError: the numbers of seeds differ, or an excess is not positive and finite.
    """
    counts = {len(values) for values in excesses.values()}
    if len(counts) != 1:
        raise ValueError(
            f"every size needs the same seeds, got numbers of them of {sorted(counts)}"
        )
    for size, values in excesses.items():
        if not all(0 < value < np.inf for value in values):
            raise ValueError(
                f"excess errors must be positive and finite, got {list(values)} for B = {size}"
            )
    best = min(excesses.values(), key=np.mean)
    return {size: mean_interval(np.divide(values, best)) for size, values in excesses.items()}


def suffers_for_small_batches(excesses: Mapping[int, Sequence[float]]) -> bool | None:
    """Say whether training suffers significantly for the smallest B and not for the largest.

    It suffers significantly where the excess error is surely more than twice that of the best B.
    There is no noticeable loss where it is surely less than 1.1 times that of the best B. Surely:
    the 95 % interval of the multiple over the seeds lies on that side.

    Args:
        excesses: by B, the excess errors over the same seeds in the same order, all positive.

    Returns:
        True, False, or None where an interval holds its bound and the other does not refute.

    Source: report, Exercise 4 c.
    """
    multiples = multiples_of_best(excesses)
    suffers = is_above(multiples[min(multiples)], SIGNIFICANT)
    no_loss = is_below(multiples[max(multiples)], NOTICEABLE)
    return all_of([suffers, no_loss])
