r"""The linear auto-encoder $x \mapsto B A x$, trained in Keras, beside the PCA of the same data.

Stochastic gradient descent with momentum and a rate that falls to 0. The encoder starts at 0:
what of A lies in directions in which the data hardly vary is not moved by any gradient, and from
other first weights it would stay there for good. The error does not see it, the row space does.
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
from assignment4.pca.components import check_count
from assignment4.pca.inputs import as_samples, checked_number

"""The modules on which the matrices depend, beside the samples."""

BATCH_SIZE = 250
EPOCHS = 60
LEARNING_RATE = 0.3
"""The first one, for the mean over batch and entries; it falls along a half cosine to 0."""

MOMENTUM = 0.9


class LinearAutoEncoder(NamedTuple):
    """The matrices of a trained network, for data of mean zero.

    Attributes:
        encoder: (k, d) float64, A.
        decoder: (d, k) float64, B.
        seconds: what the training took when it was done.
    """

    encoder: np.ndarray
    decoder: np.ndarray
    seconds: float

    @property
    def product(self) -> np.ndarray:
        """B A, (d, d) float64."""
        return self.decoder @ self.encoder


def build_linear_auto_encoder(d: int, k: int) -> keras.Model:
    """Return the network, (n, d) to (n, d) float32, of two layers without bias."""
    inputs = keras.Input((d,), name="sample")
    code = layers.Dense(k, use_bias=False, kernel_initializer="zeros", name="encoder")(inputs)
    decoder = layers.Dense(d, use_bias=False, kernel_initializer="orthogonal", name="decoder")
    return keras.Model(inputs, decoder(code), name="linear_auto_encoder")


def train_linear_auto_encoder(samples: np.ndarray, k: int, *, seed: int = 0) -> LinearAutoEncoder:
    """Train the network to give back samples, or take it from the cache.

    Args:
        samples: (L, d) real, of mean zero and of variance about 1 an entry.
        k: the width of the code, 1 to d.
        seed: of first weights and shuffling.

    Raises:
        ValueError: there are fewer than two samples, they are not (L, d) and finite, k is not an
            integer from 1 to d, or a mean is far from zero.
    """
    samples = as_samples(samples).astype(np.float32)
    check_count(len(samples))
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


def with_other_code(network: LinearAutoEncoder, mixing: np.ndarray) -> LinearAutoEncoder:
    r"""Return the network with G A and $B G^{-1}$ in place of A and B: another code, same output.

    Args:
        network: the network.
        mixing: (k, k) real, invertible, G.

    Raises:
        numpy.linalg.LinAlgError: G is singular.
    """
    decoder = np.linalg.solve(mixing.T, network.decoder.T).T
    return LinearAutoEncoder(mixing @ network.encoder, decoder, network.seconds)


def error_of(network: LinearAutoEncoder, samples: np.ndarray) -> float:
    r"""Return $\sum_l |x_l - B A x_l|^2$ in float64.

    Args:
        network: the network.
        samples: (L, d) real, of mean zero.
    """
    samples = np.asarray(samples, np.float64)
    return float(np.square(samples - samples @ network.encoder.T @ network.decoder.T).sum())


def largest_angle(columns: np.ndarray, others: np.ndarray) -> float:
    """Return the largest principal angle between the spans of columns, in degrees, 0 to 90.

    Args:
        columns: (d, k) real, of rank k.
        others: (d, k) real, of rank k.
    """
    return float(np.degrees(subspace_angles(columns, others).max()))


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
