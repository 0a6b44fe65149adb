r"""Lattices in images: how much of an image repeats with a period, and is the same in all images.

A transposed convolution of stride 2 treats odd and even pixels differently, so its artefacts
repeat after 2 pixels; those of one before it, on a grid of half the size, after 4. In the discrete
Fourier transform X of an s x s image such a lattice stands in single frequencies, as 4 divides 28.

Shares are of an image of mean 0 and deviation 1 (`letters.normalize`), for which Parseval's
theorem says $\sum_f |X_f|^2 / s^4 = 1$. A lattice whose contrast follows the strokes spreads to
frequencies nearby; only what it has in common over the whole image is counted here.

Source: Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts, Distill 2016.
"""

import numpy as np

from assignment4.letters import normalize_mean, normalize_stddev


def lattice_frequencies(size: int, period: int) -> np.ndarray:
    r"""Return where, in the transform of an image, stands what repeats after p pixels, not p / 2.

    The frequencies $\{0, s/p, 2s/p, \dots\}^2$ without $\{0, 2s/p, 4s/p, \dots\}^2$. For s = 28
    these are $\{0, 14\}^2$ without (0, 0) for period 2, and $\{0, 7, 14, 21\}^2$ without
    $\{0, 14\}^2$ for period 4.

    Args:
        size: s, the image's side, in pixels.
        period: p, in pixels.

    Returns:
        (size, size) bool, the zero frequency first, as `numpy.fft.fft2` has it.

    Raises:
        ValueError: the period is not even or does not divide the size.
    """
    if period < 2 or period % 2 or size % period:
        raise ValueError(f"period must be even and divide the size {size}, got {period}")
    places = np.arange(size)
    whole, half = ((places * repeat % size == 0) for repeat in (period, period // 2))
    return np.logical_and.outer(whole, whole) & ~np.logical_and.outer(half, half)


def white_noise_share(size: int, period: int) -> float:
    """Return the share that white noise has on average: that of the frequencies other than 0.

    3 / 783 for period 2 and 12 / 783 for period 4, if the size is 28. Smooth images have less.

    Raises:
        ValueError: see `lattice_frequencies`.
    """
    return float(lattice_frequencies(size, period).sum() / (size**2 - 1))


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
        ValueError: the images have another shape, or one is constant or not finite; or see
            `lattice_frequencies`.
    """
    power = np.square(np.abs(_transform(images)))
    return power[:, lattice_frequencies(power.shape[1], period)].sum(axis=1)


def common_lattice_share(images: np.ndarray, period: int) -> float:
    """Return the share of variance in a lattice that is the same, phase and all, in all images.

    That of `lattice_shares` in the mean of the normalised images, which is not normalised again.
    It equals the mean of `lattice_shares` where every image has the same lattice, as one made by
    a layer's geometry would be, and 1 / n of it on average where phases are independent, as in
    noise. So the images should differ in all else: one of each class.

    Args:
        images: as for `lattice_shares`, at least one.
        period: in pixels.

    Raises:
        ValueError: there is no image; or see `lattice_shares`.
    """
    power = np.square(np.abs(_at_least_one(_transform(images)).mean(axis=0)))
    return float(power[lattice_frequencies(len(power), period)].sum())


def phase_means(images: np.ndarray, period: int) -> np.ndarray:
    """Return the mean of each normalised image over the pixels at each position modulo a period.

    Args:
        images: as for `lattice_shares`.
        period: p, in pixels; it divides the size.

    Returns:
        (n, period, period) float64, in deviations of the image: 0 everywhere without a lattice.

    Raises:
        ValueError: the period does not divide the size; or see `lattice_shares`.
    """
    images = _normalized(images)
    size = images.shape[1]
    if period < 1 or size % period:
        raise ValueError(f"period must divide the size {size}, got {period}")
    return images.reshape(-1, size // period, period, size // period, period).mean(axis=(1, 3))


def mean_spectrum(images: np.ndarray) -> np.ndarray:
    """Return the mean over the images of the share of variance at each frequency.

    Args:
        images: as for `lattice_shares`, at least one.

    Returns:
        (size, size) float64 of sum 1, the zero frequency, which has share 0, in the middle.

    Raises:
        ValueError: there is no image; or see `lattice_shares`.
    """
    power = np.square(np.abs(_at_least_one(_transform(images)))).mean(axis=0)
    return np.fft.fftshift(power)


def _normalized(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    square = images.ndim in (3, 4) and images.shape[1] == images.shape[2]
    if not square or images.shape[3:] not in ((), (1,)):
        raise ValueError(f"expected square images, (n, size, size[, 1]), got {images.shape}")
    return normalize_stddev(normalize_mean(images.reshape(images.shape[:3])))


def _transform(images: np.ndarray) -> np.ndarray:
    images = _normalized(images)
    return np.fft.fft2(images) / images.shape[1] ** 2


def _at_least_one(transforms: np.ndarray) -> np.ndarray:
    if not len(transforms):
        raise ValueError("there is no image to average over")
    return transforms
