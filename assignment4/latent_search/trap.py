r"""What becomes of the latent search where batch normalisation runs in training mode.

A batch normalisation that averages over n values returns $(x_i - \bar x) / \sqrt{v + \epsilon}$,
scaled and shifted, with their mean $\bar x$ and variance v. For n = 1 this is the shift, whatever
x is. The decoder's first one stands before the reshape into 7 x 7 pixels: there n is the number of
vectors in the batch. Behind the reshape it would be 49 times that number.
"""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import sympy
import tensorflow as tf
from keras import layers
from scipy import stats

from assignment4.claims import Finding
from assignment4.encoder_decoder.models import outputs_of
from assignment4.latent_search.descent import Search, joined, search_one_by_one
from assignment4.latent_search.found import TOLERANCE

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

    Along $x + t u$ the mean is $\bar x + t \bar u$, and the variance is $v + 2 t c + t^2 w$ with
    the product $c = \frac1n \sum_j d_j u_j$, $d = x - \bar x$ and the variance w of u. The
    direction is u at the place of the value, in the symbol d; the product is in the symbol v.
    """
    t, w = sympy.symbols("t w", real=True)
    spread = batch_variance + 2 * t * product + t**2 * w
    normalized = (deviation + t * (direction - mean)) / sympy.sqrt(spread + epsilon)
    return sympy.simplify(sympy.diff(normalized, t).subs(t, 0))


def copy_of(decoder: keras.Model) -> keras.Model:
    """Return a decoder with equal weights of its own."""
    copy = keras.models.clone_model(decoder)
    copy.set_weights(decoder.get_weights())
    return copy


def normalizations(decoder: keras.Model) -> list[layers.BatchNormalization]:
    """Return the decoder's batch normalisations in their order."""
    return [layer for layer in decoder.layers if isinstance(layer, layers.BatchNormalization)]


def draw_normalizations(decoder: keras.Model, generator: np.random.Generator) -> None:
    """Set batch normalisations to random values, as the report's latent_space.py begins.

    Scales and moving variances are from N(1, 0.1), shifts and moving means from N(0, 0.1), cut at
    two deviations.
    """
    draw = stats.truncnorm(-2, 2).rvs
    for layer in normalizations(decoder):
        size = layer.gamma.shape
        layer.set_weights(
            [center + 0.1 * draw(size, random_state=generator) for center in (1, 0, 0, 1)]
        )


def search_as_scripts(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    seed: int,
    **options: float,
) -> tuple[Search, np.ndarray]:
    """Search the way of the report's latent_space.py: it changes the decoder it is given.

    One letter after the other, in batches of one, with batch normalisation in training mode. Each
    letter has the decoder's own weights, without the last bias, and normalisations drawn anew.
    Beside the vector their scales and shifts are optimised, and the slopes of the activations.
    Returned are what was found, as drawn in training mode, and the images that the scripts show,
    drawn with the moving averages, (classes, 28, 28, 1).
    """
    generator, restored = np.random.default_rng(seed), decoder.get_weights()
    trained = [weight for layer in normalizations(decoder) for weight in layer.trainable_weights]
    trained += [layer.alpha for layer in decoder.layers if isinstance(layer, layers.PReLU)]
    bias = decoder.get_layer("last").bias
    found, shown = [], []
    for label in range(len(starts)):
        decoder.set_weights(restored)
        bias.assign(np.zeros(bias.shape))
        draw_normalizations(decoder, generator)
        task = means[[label]], constants[[label]], starts[[label]]
        found.append(search_one_by_one(decoder, *task, training=True, weights=trained, **options))
        shown.append(outputs_of(decoder, found[-1].vectors))
    return joined(found), np.concatenate(shown)


def move_normalization_behind_reshape(decoder: keras.Model) -> keras.Model:
    """Return a decoder whose first batch normalisation averages over pixels as well.

    All other layers are shared. The moved one has a scale and a shift for each of the 64 channels,
    the mean of those for the units that become the channel.
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


def latent_gradients(
    decoder: keras.Model, means: np.ndarray, vectors: np.ndarray, *, training: bool
) -> np.ndarray:
    """Return the gradient of each vector's loss, each in a batch of its own, (n, 512) float32.

    The means are (n, 28, 28, 1), the vectors (n, 512). It works on a copy of the decoder.
    """
    decoder, gradients = copy_of(decoder), []
    for mean, vector in zip(means, tf.constant(vectors), strict=True):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vector)
            image = decoder(vector[tf.newaxis], training=training)
            loss = tf.reduce_mean(tf.square(image - mean))
        gradients.append(tape.gradient(loss, vector))
    return np.stack(gradients)


def trains_only_latent(
    found: Search, starts: np.ndarray, before: keras.Model, after: keras.Model
) -> Finding:
    """Return whether a search moved its vectors, nothing else, and drew with the decoder as it was.

    Every weight, moving statistics too, must have the same bits as before, in a copy; every vector
    must have left its start, (..., classes, 512); and the images must be those of the copy.
    """
    pairs = list(zip(before.get_weights(), after.get_weights(), strict=True))
    kept_bits = sum(first.tobytes() == last.tobytes() for first, last in pairs)
    moved = (found.vectors != starts).any(axis=-1)
    apart = np.abs(outputs_of(before, found.vectors) - found.images).max()
    return Finding(
        bool(kept_bits == len(pairs) and moved.all() and apart <= TOLERANCE),
        f"Of {len(pairs)} arrays of weights {kept_bits} keep every bit; {moved.sum()} of "
        f"{moved.size} vectors moved; the images are ≈{apart:.0e} from those that the decoder from "
        f"before makes of them, allowed: {TOLERANCE:.0e}.",
    )
