"""Whether images have a lattice that others lack, decided with its uncertainty.

The shares that are compared are those of `spectrum.lattice_shares`, averaged over what is not
independent. A network's outputs for one class are nearly one image, so its images count once: one
number for each class says something of this network, one for each seed something of such networks.
"""

from collections.abc import Sequence

import numpy as np

from assignment4.intervals import Interval, all_of, is_above, mean_interval, opposite

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


def comes_from_uneven_cover(
    uneven: np.ndarray, even: np.ndarray, reference: np.ndarray
) -> bool | None:
    """Say whether a lattice comes from transposed convolutions that cover pixels unevenly.

    Args:
        uneven: shares with a kernel that the stride does not divide, as `excess` takes them.
        even: shares with one that it divides.
        reference: shares without a lattice, such as those of real letters.

    Returns:
        True where there is surely a lattice with the first kernel and surely none with the second;
        False where one of the two is surely not so; None otherwise.
    """
    return all_of([has_lattice(uneven, reference), opposite(has_lattice(even, reference))])


def grows_with_uneven_cover(uneven: np.ndarray, even: np.ndarray) -> bool | None:
    """Say whether uneven cover makes a lattice stronger, pair by pair.

    Args:
        uneven: shares with a kernel that the stride does not divide, as `excess` takes them.
        even: shares with one that it divides, of the same classes or seeds.
    """
    return is_above(excess(uneven, even), 0)


def comes_from_transposed_convolutions(
    transposed: Sequence[np.ndarray], resized: np.ndarray, reference: np.ndarray
) -> bool | None:
    """Say whether a lattice comes from transposed convolutions, whatever their kernel.

    Args:
        transposed: shares with each kernel, as `excess` takes them.
        resized: shares with resizing and a convolution in their place.
        reference: shares without a lattice, such as those of real letters.

    Returns:
        True where there is surely a lattice with each kernel and surely none with resizing; False
        where one of these is surely not so; None otherwise.
    """
    found = [has_lattice(shares, reference) for shares in transposed]
    return all_of([*found, opposite(has_lattice(resized, reference))])
