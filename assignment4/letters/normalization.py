"""The report's normalisation, Exercise 2 a: per image, not per data set; and its checks."""

import numpy as np

ROUNDING = 1e-12  # what float64 may leave of a mean of 0 or a deviation of 1 over 784 pixels


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

    Images are (n, height, width), of any real dtype, and become float64; ValueError for another
    rank or a value that is not finite. Source: report, Exercise 2 a.
    """
    images = _as_batch(images)
    return images - images.mean(axis=(1, 2), keepdims=True)


def normalize_stddev(images: np.ndarray) -> np.ndarray:
    r"""Divide each image by its own standard deviation, with n in the denominator: $x / \sigma(x)$.

    Beside the errors of `normalize_mean`, ValueError names an image that is constant. Source:
    report, Exercise 2 a.
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
    """Return images of mean 0 and deviation 1 for Keras: (n, height, width, 1) float32."""
    return normalize_stddev(normalize_mean(images))[..., np.newaxis].astype(np.float32)


def means_are_zero(images: np.ndarray) -> bool:
    """Return True if every image, (n, height, width) float64, has mean 0, up to rounding."""
    return bool(np.abs(images.mean(axis=(1, 2))).max() <= ROUNDING * np.abs(images).max())


def deviations_are_one(images: np.ndarray) -> bool:
    """Return True if every image, (n, height, width) float64, has standard deviation 1."""
    return bool(np.abs(images.std(axis=(1, 2)) - 1).max() <= ROUNDING)


def refuses_constant_image(normalization, images: np.ndarray) -> bool:
    """Return True if a normalisation refuses a batch whose last image is made constant."""
    images = images.copy()
    images[-1] = 7
    try:
        normalization(images)
    except ValueError as error:
        return f"image {len(images) - 1} " in str(error)
    return False
