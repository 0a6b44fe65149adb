"""The report's normalisation, Exercise 2 a: per image, not per data set."""

import numpy as np


def _as_batch(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images, np.float64)
    if images.ndim != 3:
        raise ValueError(
            f"expected a batch of images of shape (n, height, width), got {images.shape}"
        )
    if not np.isfinite(images).all():
        index = int(np.flatnonzero(~np.isfinite(images).all(axis=(1, 2)))[0])
        raise ValueError(f"image {index} has a value that is not finite")
    return images


def normalize_mean(images: np.ndarray) -> np.ndarray:
    r"""Subtract from each image its own mean: $x - \bar x$.

    Args:
        images: (n, height, width) of any real dtype; a constant image becomes 0.

    Returns:
        (n, height, width) float64, every image of mean 0 up to rounding.

    Raises:
        ValueError: the batch has another rank, or a value is not finite.

    Source: report, Exercise 2 a.
    """
    images = _as_batch(images)
    return images - images.mean(axis=(1, 2), keepdims=True)


def normalize_stddev(images: np.ndarray) -> np.ndarray:
    r"""Divide each image by its own standard deviation: $x / \sigma(x)$.

    The deviation is the population's, with n in the denominator, not n - 1.

    Args:
        images: (n, height, width) of any real dtype.

    Returns:
        (n, height, width) float64, every image of standard deviation 1 up to rounding.

    Raises:
        ValueError: the batch has another rank, a value is not finite, or an image is constant,
            so that no factor gives it deviation 1; the message gives its index.

    Source: report, Exercise 2 a.
    """
    images = _as_batch(images)
    constant = (
        images.max(axis=(1, 2)) == images.min(axis=(1, 2)) if images.size else np.zeros(0, bool)
    )
    if constant.any():
        index = int(np.flatnonzero(constant)[0])
        raise ValueError(
            f"image {index} is constant ({images[index].flat[0]:g} everywhere): "
            "its standard deviation is 0 and cannot be made 1"
        )
    return images / images.std(axis=(1, 2), keepdims=True)


def normalize(images: np.ndarray) -> np.ndarray:
    """Apply `normalize_mean`, then `normalize_stddev`, and add the channel that Keras expects.

    Returns:
        (n, height, width, 1) float32.
    """
    return normalize_stddev(normalize_mean(images))[..., np.newaxis].astype(np.float32)
