"""Random orders that are the same on every machine."""

import numpy as np


def random_order(count: int, *, seed: tuple[int, ...]) -> np.ndarray:
    """Return a random permutation of 0 .. count - 1, from the raw bits of a PCG64 generator.

    Args:
        count: how many numbers.
        seed: non-negative integers; different tuples give independent orders.

    Returns:
        (count,) int64.
    """
    return np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")
