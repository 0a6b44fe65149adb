r"""Lattices in images: how much of an image repeats with a period, and whether others have less.

A transposed convolution of stride 2 treats odd and even pixels differently, so its artefacts
repeat after 2 pixels; those of one before it, on a grid of half the size, after 4. In the discrete
Fourier transform X of an s x s image such a lattice stands in single frequencies, as 4 divides 28.

Shares are of an image of mean 0 and deviation 1 (`letters.normalize`), for which Parseval's
theorem says $\sum_f |X_f|^2 / s^4 = 1$. A lattice whose contrast follows the strokes spreads to
frequencies nearby; only what it has in common over the whole image is counted here.

Where shares are compared they are averages over what is not independent. A network's outputs for
one class are nearly one image, so its images count once: one number for each class says something
of this network, one for each seed something of such networks.

Source: Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts, Distill 2016.
"""

from collections.abc import Sequence

import numpy as np

from assignment4.intervals import Interval, all_of, is_above, mean_interval, opposite
from assignment4.letters import normalize_mean, normalize_stddev


def lattice_frequencies(size: int, period: int) -> np.ndarray:
    r"""Return where, in the transform of an image, stands what repeats after p pixels, not p / 2.

    The frequencies $\{0, s/p, 2s/p, \dots\}^2$ without $\{0, 2s/p, 4s/p, \dots\}^2$. For s = 28
    these are $\{0, 14\}^2$ without (0, 0) for period 2, and $\{0, 7, 14, 21\}^2$ without
    $\{0, 14\}^2$ for period 4.

    Args:
        size: s, the image's side, in pixels.
        period: p, in pixels, even, a divisor of the size.

    Returns:
        (size, size) bool, the zero frequency first, as `numpy.fft.fft2` has it.
    """
    places = np.arange(size)
    whole, half = ((places * repeat % size == 0) for repeat in (period, period // 2))
    return np.logical_and.outer(whole, whole) & ~np.logical_and.outer(half, half)


def lattice_shares(images: np.ndarray, period: int) -> np.ndarray:
    """Return for each image the share of its variance at `lattice_frequencies`, at any phase.

    The shares for periods 2 and 4 together are the mean square of `phase_means` for period 4: the
    share of the variance that the position modulo 4 explains.

    Args:
        images: (n, size, size) or (n, size, size, 1), real; none may be constant.
        period: in pixels.

    Returns:
        (n,) float64 from 0 to 1.

    Raises:
        ValueError: an image is constant or not finite.
    """
    power = np.square(np.abs(_transform(images)))
    return power[:, lattice_frequencies(power.shape[1], period)].sum(axis=1)


def phase_means(images: np.ndarray, period: int) -> np.ndarray:
    """Return the mean of each normalised image over the pixels at each position modulo a period.

    The result is (n, period, period) float64, in deviations of the image: 0 everywhere without a
    lattice. The period divides the size.
    """
    images = _normalized(images)
    repeats = images.shape[1] // period
    return images.reshape(-1, repeats, period, repeats, period).mean(axis=(1, 3))


def mean_spectrum(images: np.ndarray) -> np.ndarray:
    """Return the mean over the images of the share of variance at each frequency.

    The result is (size, size) float64 of sum 1, the zero frequency, which has share 0, in the
    middle.
    """
    return np.fft.fftshift(np.square(np.abs(_transform(images))).mean(axis=0))


def _normalized(images: np.ndarray) -> np.ndarray:
    return normalize_stddev(normalize_mean(images.reshape(images.shape[:3])))


def _transform(images: np.ndarray) -> np.ndarray:
    images = _normalized(images)
    return np.fft.fft2(images) / images.shape[1] ** 2


LEAST_EXCESS = 0.02
"""A lattice counts from a fiftieth of the variance on. White noise of 28 x 28 pixels has 15 / 783
at the periods 2 and 4 together, which is less: noise in place of strokes is no lattice."""


def excess(shares: np.ndarray, reference: np.ndarray) -> Interval:
    """Return the mean difference of two sets of shares, pair by pair, with its 95 % interval.

    Args:
        shares: (n,) from 0 to 1, one for each class or for each seed, at least two.
        reference: (n,) from 0 to 1, of other images of the same classes or seeds.
    """
    return mean_interval(np.asarray(shares, float) - np.asarray(reference, float))


def has_lattice(shares: np.ndarray, reference: np.ndarray) -> bool | None:
    """Return whether images have more of a lattice than others, such as real letters, have.

    True or False where the interval of the `excess` lies above or below 2 % of the variance, None
    where it does not.
    """
    return is_above(excess(shares, reference), LEAST_EXCESS)


def comes_from_uneven_cover(
    uneven: np.ndarray, even: np.ndarray, reference: np.ndarray
) -> bool | None:
    """Return whether a lattice comes from transposed convolutions that cover pixels unevenly.

    It does where there is surely a lattice with a kernel that the stride does not divide, and
    surely none with one that it divides, beside shares without a lattice, those of real letters.
    """
    return all_of([has_lattice(uneven, reference), opposite(has_lattice(even, reference))])


def grows_with_uneven_cover(uneven: np.ndarray, even: np.ndarray) -> bool | None:
    """Return whether uneven cover makes a lattice stronger, pair by pair of classes or seeds."""
    return is_above(excess(uneven, even), 0)


def comes_from_transposed_convolutions(
    transposed: Sequence[np.ndarray], resized: np.ndarray, reference: np.ndarray
) -> bool | None:
    """Return whether a lattice comes from transposed convolutions, whatever their kernel.

    It does where there is surely a lattice with each kernel, and surely none with resizing and a
    convolution in their place, beside shares without a lattice, those of real letters.
    """
    found = [has_lattice(shares, reference) for shares in transposed]
    return all_of([*found, opposite(has_lattice(resized, reference))])
