"""Latent searches in the cache, with what they move beside their vectors."""

from collections.abc import Callable, Mapping, Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4 import cache


def search_key(
    decoder: keras.Model,
    data: Sequence[np.ndarray],
    options: Mapping[str, object],
    run: object,
) -> dict[str, object]:
    """Return all that a search depends on, as the key of an entry of the cache.

    Args:
        decoder: before the search.
        data: the means, constants and starts.
        options: of the search.
        run: what makes it.
    """
    return {
        "decoder": cache.array_digest(*decoder.get_weights()),
        "layers": [[type(layer).__name__, layer.get_config()] for layer in decoder.layers],
        "data": cache.array_digest(*data),
        "options": dict(options),
        "made by": cache.made_by(run),
    }


def kept(
    name: str,
    key: Mapping[str, object],
    run: Callable[[], Mapping[str, np.ndarray]],
    *,
    moving: Sequence[keras.Variable] = (),
) -> dict[str, np.ndarray]:
    """Return what a search finds, from the cache where it is in it.

    Args:
        name: the beginning of the entry's file name.
        key: see `search_key`.
        run: makes the search, and returns what it finds by name.
        moving: variables that the search moves. They end where the search leaves them, also where
            it was made before.
    """

    def compute() -> dict[str, np.ndarray]:
        found = run()
        return {**found, **{variable.path: variable.numpy() for variable in moving}}

    arrays = cache.stored(name, key, compute)
    for variable in moving:
        variable.assign(arrays.pop(variable.path))
    return arrays
