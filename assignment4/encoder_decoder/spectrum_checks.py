"""Whether images have a lattice that others lack, decided with its uncertainty.

The shares that are compared are those of `spectrum.lattice_shares`, averaged over what is not
independent. A network's outputs for one class are nearly one image, so its images count once: one
number for each class says something of this network, one for each seed something of such networks.
"""

from collections.abc import Iterable

import numpy as np

from assignment4.intervals import Interval, is_above, mean_interval

LEAST_EXCESS = 0.02
"""A lattice counts from a fiftieth of the variance on. White noise of 28 x 28 pixels has 15 / 783
at the periods 2 and 4 together, which is less: noise in place of strokes is no lattice."""


def excess(shares: np.ndarray, reference: np.ndarray) -> Interval:
    """Return the mean difference of two sets of shares, pair by pair, with its 95 % interval.

    Args:
        shares: (n,) from 0 to 1, one for each class or for each seed.
        reference: (n,) from 0 to 1, of other images of the same classes or seeds.

    Raises:
        ValueError: the shapes differ, a share is outside 0 to 1, or there are fewer than two.
    """
    shares, reference = np.asarray(shares, float), np.asarray(reference, float)
    if shares.ndim != 1 or shares.shape != reference.shape:
        raise ValueError(f"shares of shapes {shares.shape} and {reference.shape} are no pairs")
    for share in (*shares, *reference):
        if not 0 <= share <= 1:
            raise ValueError(f"a share lies between 0 and 1, got {share}")
    return mean_interval(shares - reference)


def has_lattice(shares: np.ndarray, reference: np.ndarray) -> bool | None:
    """Say whether images have more of a lattice than others have, such as real letters.

    Args:
        shares: of the images, as `excess` takes them.
        reference: of the others.

    Returns:
        True or False where the interval of the excess lies above or below 2 % of the variance,
        None where it does not.

    Raises:
        ValueError: see `excess`.
    """
    return is_above(excess(shares, reference), LEAST_EXCESS)


def has_lattice_beyond_all(shares: np.ndarray, references: Iterable[np.ndarray]) -> bool | None:
    """Say whether images have more of a lattice than each of several others.

    A decoder's transposed convolutions of kernel 3 make its lattice if there is more of it than
    in real letters, with kernel 4, and with resizing before a convolution.

    Args:
        shares: of the images, as `excess` takes them.
        references: of each of the others.

    Returns:
        True where `has_lattice` is True for each, False where it is False for one, else None.

    Raises:
        ValueError: there is no reference; or see `excess`.
    """
    verdicts = [has_lattice(shares, reference) for reference in references]
    if not verdicts:
        raise ValueError("there is nothing to compare the shares with")
    if False in verdicts:
        return False
    return None if None in verdicts else True
