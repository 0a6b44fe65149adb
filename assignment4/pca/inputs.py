"""What samples and numbers of components are accepted: everything else raises ValueError."""

import operator

import numpy as np

LARGEST = 1e150
"""The largest absolute value of an entry: sums of squares of larger ones leave float64's range."""


def as_samples(samples: np.ndarray, *, width: int | None = None) -> np.ndarray:
    """Return (n, d) real samples, d at least 1, as float64; of a given width d, if there is one.

    Raises ValueError where that is not so, or a value is not finite or larger than LARGEST.
    """
    if np.iscomplexobj(samples):
        raise ValueError(f"samples must be real, got {np.asarray(samples).dtype}")
    samples = np.asarray(samples, np.float64)
    if samples.ndim != 2 or not samples.shape[1]:
        raise ValueError(f"samples are rows of shape (n, d), d at least 1, got {samples.shape}")
    if width not in (None, samples.shape[1]):
        raise ValueError(f"samples of {width} entries are needed, got {samples.shape[1]}")
    usable = np.abs(samples) <= LARGEST
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise ValueError(
            f"sample {row} has {samples[row, column]} in entry {column}; all must be finite and "
            f"at most {LARGEST:g} in absolute value"
        )
    return samples


def checked_number(k: int, largest: int, *, least: int = 0) -> int:
    """Return k as an int; ValueError unless it is an integer from the least to the largest."""
    try:
        number = operator.index(k)
    except TypeError:
        number = least - 1
    if not least <= number <= largest:
        raise ValueError(f"k must be an integer from {least} to {largest}, got {k}")
    return number
