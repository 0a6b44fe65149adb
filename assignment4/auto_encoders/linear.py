r"""The linear auto-encoder $x \mapsto B A x$, trained in Keras, and checked against the PCA.

The encoder starts at 0: what of A lies in directions in which the data hardly vary is not moved by
any gradient, and would stay as it was first. The error does not see it, the row space does.
"""

import time
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers
from scipy.linalg import subspace_angles

from assignment4 import cache
from assignment4.cache import progress_bar
from assignment4.pca.components import PrincipalComponents
from assignment4.pca.inputs import as_samples, checked_number

BATCH_SIZE = 250
EPOCHS = 60
LEARNING_RATE = 0.3
"""The first one, for the mean over batch and entries; it falls along a half cosine to 0."""

MOMENTUM = 0.9

ALLOWED = {
    "error above the least one, in shares of it": 1e-3,
    "angle between columns of B and components, in degrees": 2.0,
    "angle between rows of A and components, in degrees": 2.0,
    "distance of B A from V Vᵀ, in shares of its norm": 0.05,
    "distance of A from Vᵀ but for signs, in shares of its norm": 0.05,
}
"""How far a trained network may be from the PCA to count as the same."""


class LinearAutoEncoder(NamedTuple):
    """A, (k, d), and B, (d, k), float64, of a trained network, for data of mean zero."""

    encoder: np.ndarray
    decoder: np.ndarray
    seconds: float


def build_linear_auto_encoder(d: int, k: int) -> keras.Model:
    """Return the network, (n, d) to (n, d) float32, of two layers without bias."""
    inputs = keras.Input((d,), name="sample")
    code = layers.Dense(k, use_bias=False, kernel_initializer="zeros", name="encoder")(inputs)
    decoder = layers.Dense(d, use_bias=False, kernel_initializer="orthogonal", name="decoder")
    return keras.Model(inputs, decoder(code), name="linear_auto_encoder")


def train_linear_auto_encoder(samples: np.ndarray, k: int, *, seed: int = 0) -> LinearAutoEncoder:
    """Train the network with a code of width k to give back samples, or take it from the cache.

    The samples are (L, d) real, of mean zero and of variance about 1 an entry; the seed is of first
    weights and shuffling. ValueError: the samples are not (L, d) and finite, k is not an integer
    from 1 to d, or a mean is far from zero.
    """
    samples = as_samples(samples).astype(np.float32)
    k = checked_number(k, samples.shape[1], least=1)
    if (mean := np.abs(samples.mean(axis=0)).max()) > 1e-3 * samples.std():
        raise ValueError(f"the samples must have mean zero; one entry's mean is {mean:g}")
    key = {
        "samples": cache.array_digest(samples),
        "k": k,
        "seed": seed,
        "made by": cache.made_by(train_linear_auto_encoder),
    }
    weights = cache.stored("linear_auto_encoder", key, lambda: _fit(samples, k, seed))
    encoder, decoder = (weights[name].T.astype(float) for name in ("encoder", "decoder"))
    return LinearAutoEncoder(encoder, decoder, float(weights["seconds"]))


def _fit(samples: np.ndarray, k: int, seed: int) -> cache.Arrays:
    keras.utils.set_random_seed(seed)
    model = build_linear_auto_encoder(samples.shape[1], k)
    steps = EPOCHS * -(-len(samples) // BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    model.compile(keras.optimizers.SGD(rate, momentum=MOMENTUM), loss="mse", steps_per_execution=20)
    with progress_bar(EPOCHS, description=f"training {model.name}") as bar:
        count = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: bar.update())
        start = time.perf_counter()
        model.fit(
            samples, samples, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[count]
        )
    seconds = np.array(time.perf_counter() - start)
    weights = {name: model.get_layer(name).get_weights()[0] for name in ("encoder", "decoder")}
    return weights | {"seconds": seconds}


def distances_from_components(
    network: LinearAutoEncoder, samples: np.ndarray, components: PrincipalComponents
) -> dict[str, float]:
    """Return how far a network is from the components, by the names of ALLOWED.

    Angles are the largest principal ones, 0 to 90, from the space of the first k components. The
    samples are those of the training, and the components are theirs.
    """
    k = len(network.encoder)
    V, product = components.keep(k), network.decoder @ network.encoder
    error = np.square(samples - samples @ product.T).sum()
    signs = np.sign(np.sum(network.encoder * V.T, axis=1, keepdims=True))
    distances = (
        error / components.least_error(k) - 1,
        np.degrees(subspace_angles(network.decoder, V).max()),
        np.degrees(subspace_angles(network.encoder.T, V).max()),
        np.linalg.norm(product - V @ V.T) / np.sqrt(k),
        np.linalg.norm(signs * network.encoder - V.T) / np.sqrt(k),
    )
    return dict(zip(ALLOWED, map(float, distances), strict=True))
