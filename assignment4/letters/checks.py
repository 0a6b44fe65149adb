"""Checks of what the report says about normalisation, Exercise 2 a."""

import numpy as np

ROUNDING = 1e-12
"""What float64 may leave of a mean of 0 or a deviation of 1 over 784 pixels."""


def means_are_zero(images: np.ndarray) -> bool:
    """Say whether every image of (n, height, width) float64 has mean 0, up to rounding."""
    return bool(np.abs(images.mean(axis=(1, 2))).max() <= ROUNDING * np.abs(images).max())


def deviations_are_one(images: np.ndarray) -> bool:
    """Say whether every image of (n, height, width) float64 has standard deviation 1."""
    return bool(np.abs(images.std(axis=(1, 2)) - 1).max() <= ROUNDING)


def refuses_constant_image(normalization, images: np.ndarray) -> bool:
    """Say whether a normalisation refuses a batch in which one image is made constant.

    Args:
        normalization: a function of a batch.
        images: (n, height, width), n at least 1; a copy of it gets a constant last image.
    """
    images = images.copy()
    images[-1] = 7
    try:
        normalization(images)
    except ValueError as error:
        return f"image {len(images) - 1} " in str(error)
    return False
