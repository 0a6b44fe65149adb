"""What samples and numbers of components are accepted: everything else raises ValueError."""

import operator

import numpy as np

LARGEST = 1e150
"""The largest absolute value of an entry: sums of squares of larger ones leave float64's range."""


def as_samples(samples: np.ndarray, *, width: int | None = None) -> np.ndarray:
    """Return samples as float64.

    Args:
        samples: (n, d) real, d at least 1.
        width: the d that is needed, or None for any.

    Raises:
        ValueError: the samples are complex or not two-dimensional, have another width or no entry,
            or a value is not finite or larger than LARGEST; the message gives the first.
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
