r"""What becomes of the latent search where batch normalisation runs in training mode.

A batch normalisation that averages over n values returns $(x_i - \bar x) / \sqrt{v + \epsilon}$,
scaled and shifted, with their mean $\bar x$ and variance v. For n = 1 this is the shift, whatever
x is. The decoder's first one stands on 3,136 units, before they are reshaped into 7 x 7 pixels of
64 channels: there n is the number of vectors in the batch. Behind the reshape it would be 49
times that number.
"""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import sympy
from keras import layers

from assignment4.latent_search.kept import kept, search_key
from assignment4.latent_search.search import (
    LEARNING_RATE,
    STEPS,
    Descent,
    Search,
    latent_gradient,
    run_one_by_one,
)

epsilon = sympy.Symbol("epsilon", positive=True)
deviation = sympy.Symbol("d", real=True)
"""By how much a value exceeds the mean of its batch."""

batch_variance = sympy.Symbol("v", nonnegative=True)


def normalization_jacobian(count: int) -> sympy.Matrix:
    """Return the derivatives of normalised values by the values, for batches of that size."""
    x = sympy.symbols(f"x_1:{count + 1}", real=True)
    mean = sum(x) / count
    variance = sum((value - mean) ** 2 for value in x) / count
    normalized = sympy.Matrix([(value - mean) / sympy.sqrt(variance + epsilon) for value in x])
    return normalized.jacobian(sympy.Matrix(x)).applyfunc(sympy.factor)


def directional_derivative(
    direction: sympy.Expr, mean: sympy.Expr, product: sympy.Expr
) -> sympy.Expr:
    r"""Return the derivative of a normalised value, in a batch of any size, along a direction u.

    Along $x + t u$ the mean is $\bar x + t \bar u$, and the variance is
    $v + 2 t c + t^2 w$ with $c = \frac1n \sum_j d_j u_j$, $d = x - \bar x$ and the variance w of u.

    Args:
        direction: u at the place of the value, in the symbol d for d at that place.
        mean: of u over the batch.
        product: c, in the symbol v for the variance of x.

    Returns:
        The derivative at t = 0, in d, v and epsilon.
    """
    t, w = sympy.symbols("t w", real=True)
    spread = batch_variance + 2 * t * product + t**2 * w
    normalized = (deviation + t * (direction - mean)) / sympy.sqrt(spread + epsilon)
    return sympy.simplify(sympy.diff(normalized, t).subs(t, 0))


def copy_of(decoder: keras.Model) -> keras.Model:
    """Return a decoder with weights of its own, equal to the given one's."""
    copy = keras.models.clone_model(decoder)
    copy.set_weights(decoder.get_weights())
    return copy


def normalizations(decoder: keras.Model) -> list[layers.BatchNormalization]:
    """Return the decoder's batch normalisations in their order."""
    return [layer for layer in decoder.layers if isinstance(layer, layers.BatchNormalization)]


def search_as_scripts(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    fresh: bool = False,
) -> Search:
    """Search the way of the report's scripts: it changes the decoder it is given.

    One letter after the other, in batches of one, with batch normalisation in training mode. Beside
    the vector the scales and shifts of the batch normalisations are optimised, and they are not
    put back before the next letter. What is found, and the decoder's weights in the end, come from
    the cache where the same has been done before.

    Args:
        decoder: a copy, whose weights are going to move.
        means: (classes, 28, 28, 1) float, the mean training letter of each class.
        constants: (classes,) float, the variance of each class's letters, a pixel.
        starts: (classes, 512) float32.
        steps: how many Adam steps for each letter.
        learning_rate: of Adam.
        fresh: whether the scales begin at 1 and the shifts at 0, not as they were trained.

    Returns:
        What is found, the images as drawn in training mode after each letter's last step.

    Source: the report's public source.
    """
    weights = [weight for layer in normalizations(decoder) for weight in layer.trainable_weights]
    if fresh:
        for weight in weights:
            weight.assign(weight.numpy() * 0 + ("gamma" in weight.path))
    options = {"steps": steps, "learning_rate": learning_rate}
    key = search_key(decoder, (means, constants, starts), options, search_as_scripts)

    def run() -> dict[str, np.ndarray]:
        descent = Descent(decoder, (1,), training=True, weights=weights, **options)
        return vars(run_one_by_one(descent, means, constants, starts))

    return Search(**kept("latent-search-as-scripts", key, run, moving=decoder.variables))


def move_normalization_behind_reshape(decoder: keras.Model) -> keras.Model:
    """Return a decoder whose first batch normalisation averages over pixels as well.

    All other layers are shared with the given decoder. The moved normalisation has a scale and a
    shift for each of the 64 channels, the mean of those for the units that become the channel.
    """
    before = decoder.get_layer("expand_normalization")
    maps = decoder.get_layer("reshape").target_shape
    moved = layers.BatchNormalization(name="moved_normalization")
    latent = keras.Input(decoder.input.shape[1:], name="latent")
    tensor = decoder.get_layer("expand")(latent)
    tensor = moved(layers.Reshape(maps, name="pixels")(tensor))
    tensor = layers.Flatten(name="units")(tensor)
    tensor = decoder.get_layer("expand_activation")(tensor)
    following = decoder.layers.index(decoder.get_layer("reshape"))
    for layer in decoder.layers[following:]:
        tensor = layer(tensor)
    weights = [weight.reshape(maps).mean(axis=(0, 1)) for weight in before.get_weights()]
    moved.set_weights(weights)
    return keras.Model(latent, tensor, name="decoder")


def largest_gradients(
    decoder: keras.Model, means: np.ndarray, vectors: np.ndarray, *, training: bool
) -> np.ndarray:
    """Return the largest entry of the gradient of each vector, in a batch of its own.

    Args:
        decoder: in training mode, its moving statistics are put back afterwards.
        means: (n, 28, 28, 1), one for each vector.
        vectors: (n, 512).
        training: whether the decoder runs in training mode.

    Returns:
        (n,) float32, absolute values.
    """
    pairs = zip(means, vectors, strict=True)
    gradients = [
        latent_gradient(decoder, mean[np.newaxis], vector[np.newaxis], training=training)
        for mean, vector in pairs
    ]
    return np.abs(gradients).max(axis=(1, 2))
