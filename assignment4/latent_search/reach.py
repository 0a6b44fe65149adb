"""How near a decoder comes to an image at all, and how far vectors lie from one another."""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.latent_search.search import search


def least_losses(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    steps: int,
) -> np.ndarray:
    """Return for each class the least loss that long searches from many starts end with.

    It is an upper bound of what the decoder can do.

    Args:
        decoder: as in `search`.
        means: as in `search`.
        constants: as in `search`.
        starts: (starts, classes, 512) float32.
        steps: how many Adam steps each vector takes.

    Returns:
        (classes,) float32.
    """
    found = search(decoder, means, constants, starts, steps=steps)
    return found.losses[-1].min(axis=0)


def euclidean_distances(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance of each of n vectors to each of m others, (n, m) float64."""
    vectors, others = vectors.astype(np.float64), others.astype(np.float64)
    squares = np.square(vectors).sum(axis=1)[:, np.newaxis] + np.square(others).sum(axis=1)
    return np.sqrt(np.maximum(squares - 2 * vectors @ others.T, 0))
