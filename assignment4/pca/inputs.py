"""What samples and numbers of components are accepted: everything else raises ValueError."""

import operator

import numpy as np

from assignment4.pca.components import as_samples

LARGEST = 1e150
"""The largest absolute value of an entry: sums of squares of larger ones leave float64's range."""


def real_samples(samples: np.ndarray, *, width: int | None = None) -> np.ndarray:
    """Return samples as float64, of a size that can be squared.

    Args:
        samples: (n, d) real, d at least 1.
        width: the d that is needed, or None for any.

    Raises:
        ValueError: the samples are complex, a value is larger than LARGEST, or they are none for
            `as_samples`.
    """
    if np.iscomplexobj(samples):
        raise ValueError(f"samples must be real, got {np.asarray(samples).dtype}")
    samples = as_samples(samples, width=width)
    large = np.abs(samples) > LARGEST
    if large.any():
        row, column = np.argwhere(large)[0]
        raise ValueError(
            f"sample {row} has {samples[row, column]} in entry {column}; at most {LARGEST:g} in "
            "absolute value can be squared and summed"
        )
    return samples


def checked_number(k: int, largest: int, *, least: int = 0) -> int:
    """Return k as an int.

    Raises:
        ValueError: it is not an integer from the least to the largest.
    """
    try:
        number = operator.index(k)
    except TypeError:
        number = least - 1
    if not least <= number <= largest:
        raise ValueError(f"k must be an integer from {least} to {largest}, got {k}")
    return number
