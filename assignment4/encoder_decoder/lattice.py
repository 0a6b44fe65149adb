"""Lattices of a network's outputs: class by class, period by period, and taken away."""

from collections.abc import Mapping

import numpy as np

from assignment4.claims import Finding
from assignment4.encoder_decoder.assessment import Assessment
from assignment4.encoder_decoder.metrics import class_means
from assignment4.encoder_decoder.spectrum import (
    LEAST_EXCESS,
    comes_from_transposed_convolutions,
    comes_from_uneven_cover,
    excess,
    grows_with_uneven_cover,
    lattice_shares,
    phase_means,
)
from assignment4.intervals import all_of

PERIODS = (2, 4)
"""In pixels: the traces of the last transposed convolution, and of the one before it."""


def shares_by_class(found: Assessment, period: int) -> np.ndarray:
    """Return the mean of `spectrum.lattice_shares` over the images of each class, (14,).

    A constant image counts as one without a lattice.

    Args:
        found: of letters or of a network's outputs.
        period: in pixels.
    """
    varied = found.images.any(axis=(1, 2, 3))
    shares = np.zeros(len(found.images))
    shares[varied] = lattice_shares(found.images[varied], period)
    return class_means(shares, found.labels)


def both_periods(found: Assessment) -> np.ndarray:
    """Return the sum of `shares_by_class` over both periods, (14,)."""
    return sum(shares_by_class(found, period) for period in PERIODS)


def without_lattice(images: np.ndarray) -> np.ndarray:
    """Return images less their mean over the pixels at each place modulo four.

    What is left has no share at the periods 2 and 4.

    Args:
        images: (n, 28, 28, 1) real, normalised.

    Returns:
        As `images`, float32.
    """
    period = max(PERIODS)
    repeats = images.shape[1] // period
    lattice = np.tile(phase_means(images, period), (1, repeats, repeats))
    return (images - lattice[..., np.newaxis]).astype(np.float32)


def dots_are_checkerboard(
    shares: Mapping[str, np.ndarray], of_letters: np.ndarray
) -> tuple[Finding, Finding]:
    """Return whether dots come from uneven cover, and whether from transposed convolutions.

    The second is the correction: there is surely a lattice with either kernel, with the even one
    surely less of it, and surely none without transposed convolutions.

    Args:
        shares: of variance on the lattice, by the names of three networks: with a kernel that the
            stride does not divide, with one that it does, and with resizing; (n,) each, one for
            each seed or class.
        of_letters: the letters' own share, a number or (n,).
    """
    uneven, even, resized = map(np.asarray, shares.values())
    level = np.broadcast_to(of_letters, uneven.shape)
    excesses = [f"{name} {excess(share, level)}" for name, share in shares.items()]
    corrected = [
        comes_from_transposed_convolutions([uneven, even], resized, level),
        grows_with_uneven_cover(uneven, even),
    ]
    return (
        Finding(comes_from_uneven_cover(uneven, even, level)),
        Finding(
            all_of(corrected),
            f"Excess over letters: {', '.join(excesses)}; a lattice has {LEAST_EXCESS:.2f}.",
        ),
    )
