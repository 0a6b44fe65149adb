"""How near a decoder comes to an image at all, and how far vectors lie from one another."""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4 import cache
from assignment4.latent_search.search import search

CODE = ("encoder_decoder/models", "latent_search/reach", "latent_search/search", "reproducible")
"""The modules on which the losses depend, beside the decoder and the letters."""


def least_losses(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    steps: int,
) -> np.ndarray:
    """Return for each class the least loss that long searches from many starts end with.

    It is an upper bound of what the decoder can do, and comes from the cache where the same
    searches have been made before.

    Args:
        decoder: as in `search`.
        means: as in `search`.
        constants: as in `search`.
        starts: (starts, classes, 512) float32.
        steps: how many Adam steps each vector takes.

    Returns:
        (classes,) float32.
    """
    key = {
        "decoder": cache.array_digest(*decoder.get_weights()),
        "layers": [[type(layer).__name__, layer.get_config()] for layer in decoder.layers],
        "data": cache.array_digest(means, constants, starts),
        "steps": steps,
        "code": cache.code_digest(*CODE),
        "versions": cache.versions("keras", "numpy", "tensorflow"),
    }

    def compute():
        found = search(decoder, means, constants, starts, steps=steps)
        return {"losses": found.losses[-1].min(axis=0)}

    return cache.stored("latent-search", key, compute)["losses"]


def euclidean_distances(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance of each of n vectors to each of m others, (n, m) float64."""
    vectors, others = vectors.astype(np.float64), others.astype(np.float64)
    squares = np.square(vectors).sum(axis=1)[:, np.newaxis] + np.square(others).sum(axis=1)
    return np.sqrt(np.maximum(squares - 2 * vectors @ others.T, 0))
