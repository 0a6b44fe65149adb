"""The report's scripts as they were: network, data, losses, with all the settings found in them.

Every setting names the script of the report's public source, folder ex04, that it was read in.
Where no script is named, all four share it: `encoder_decoder_random.py`, `_single.py`, `_mean.py`
and `_class.py`.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf
from keras import initializers, layers

from assignment4.encoder_decoder.losses import Frozen
from assignment4.encoder_decoder.metrics import class_means
from assignment4.encoder_decoder.models import IMAGE_SHAPE, LATENT_SIZE, ScaledReLU
from assignment4.encoder_decoder.targets import (
    BATCH_SIZE,
    OUTPUTS,
    Batches,
    letters_by_class,
    one_hot,
)
from assignment4.encoder_decoder.training import MeanSquaredErrorToTargets
from assignment4.letters import Alphabet, normalize, one_of_each

KEEP_PROBABILITY = 0.67
INITIAL_A = 0.1
INITIAL_BIAS = 0.1
"""Of convolutions; those of fully connected layers are drawn from N(0, 1)."""

FIXED_LETTERS = 20
"""Of each class, what `encoder_decoder_random.py` compares with, the same at every step."""

WEIGHT_DECAY = 1e-5
"""Times half the sum of squares of six weight arrays; in `encoder_decoder_class.py` alone."""

STEPS = {"random letters": 20_000, "representative": 10_000, "mean": 10_000, "classifier": 20_001}


class Setup(NamedTuple):
    """What a training is made of: an untrained network, its batches, and the loss.

    Attributes:
        build: makes the model that is trained.
        batches: the batch of every step.
        loss: what is minimised, but for the weights' decay.
        network: finds the network from image to image in the trained model.
    """

    build: Callable[[], keras.Model]
    batches: Batches
    loss: keras.losses.Loss
    network: Callable[[keras.Model], keras.Model] = lambda model: model


class ScriptsReLU(ScaledReLU):
    """(1 - a) relu(x), with one a for the whole network that starts at 0.1."""

    def build(self, input_shape) -> None:
        """Make a."""
        start = initializers.Constant(INITIAL_A)
        self.a = self.add_weight(shape=(), initializer=start, name="a")


def build_network(
    *, normalized: bool = True, last_layer: bool = True, last_bias: bool = True, decay: float = 0.0
) -> keras.Model:
    """Return the scripts' network, (n, 28, 28, 1) to the same, float32.

    Args:
        normalized: whether the two fully connected layers at the latent vector have batch
            normalisation behind them, as the convolutions have; not in `encoder_decoder_class.py`.
        last_layer: whether a fully connected layer closes the decoder; not there either.
        last_bias: whether it has a bias; in `encoder_decoder_random.py` alone.
        decay: of the weights, on half the sum of their squares.
    """
    activation = ScriptsReLU(name="scaled_relu")

    def activate(tensor, name):
        return activation(_normalization(name)(tensor))

    def convolution(name):
        bias = initializers.Constant(INITIAL_BIAS)
        return _options(bias, decay) | {"strides": 2, "padding": "same", "name": name}

    def dense(name):
        return _options(_normal(), decay) | {"name": name}

    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = images
    for index, channels in enumerate((32, 64), start=1):
        name = f"convolution_{index}"
        tensor = activate(layers.Conv2D(channels, 3, **convolution(name))(tensor), name)
    tensor = layers.Flatten()(tensor)
    for name, units in (("latent", LATENT_SIZE), ("expand", 7 * 7 * 64)):
        tensor = layers.Dense(units, **dense(name))(tensor)
        tensor = activate(tensor, name) if normalized else activation(tensor)
        if name == "latent":
            tensor = layers.Dropout(1 - KEEP_PROBABILITY, name="dropout")(tensor)
    tensor = layers.Reshape((7, 7, 64))(tensor)
    for index, channels in enumerate((32, 1), start=1):
        name = f"transposed_{index}"
        tensor = activate(layers.Conv2DTranspose(channels, 3, **convolution(name))(tensor), name)
    if last_layer:
        last = layers.Dense(28 * 28, use_bias=last_bias, **dense("last"))
        tensor = layers.Reshape(IMAGE_SHAPE)(last(layers.Flatten()(tensor)))
    return keras.Model(images, tensor, name="scripts_network")


def _normal() -> initializers.Initializer:
    """Return a new one each time, since one initializer gives every layer the same numbers."""
    return initializers.RandomNormal(stddev=1.0)


def _options(bias: initializers.Initializer, decay: float) -> dict[str, object]:
    """Return how a layer's weights start, and what keeps them small."""
    return {
        "kernel_initializer": _normal(),
        "bias_initializer": bias,
        "kernel_regularizer": keras.regularizers.L2(decay / 2) if decay else None,
    }


def _normalization(name: str) -> layers.BatchNormalization:
    """Return batch normalisation whose scale, shift and moving averages start at random."""
    starts = {"beta": 0.0, "gamma": 1.0, "moving_mean": 0.0, "moving_variance": 1.0}
    options = {
        f"{weights}_initializer": initializers.TruncatedNormal(mean, 0.1)
        for weights, mean in starts.items()
    }
    return layers.BatchNormalization(name=f"{name}_normalization", **options)


def build_classifier() -> keras.Model:
    """Return the classifier of `lat_class.py`, (n, 28, 28, 1) to (n, 15) logits, float32."""
    images = keras.Input(IMAGE_SHAPE, name="image")

    def options(activation=None):
        return {
            "kernel_initializer": initializers.TruncatedNormal(stddev=0.1),
            "bias_initializer": initializers.Constant(INITIAL_BIAS),
            "activation": activation,
        }

    tensor = images
    for channels in (32, 64):
        convolve = layers.Conv2D(channels, 5, padding="same", **options("relu"))
        tensor = layers.MaxPooling2D()(convolve(tensor))
    tensor = layers.Dense(1024, **options("relu"))(layers.Flatten()(tensor))
    tensor = layers.Dropout(0.5)(tensor)
    logits = layers.Dense(OUTPUTS, **options())(tensor)
    return keras.Model(images, logits, name="scripts_classifier")


def draw_in_order(
    images: np.ndarray, labels: np.ndarray, answers: np.ndarray, *, seed: int
) -> Batches:
    """Return batches of 100 in order, shuffled anew for each pass, which leaves out the last 100.

    Images are (n, 28, 28, 1); what an image is compared with is the row of answers at its label.

    Source: `train` of each script, which begins again when a batch would reach the last image.
    """
    images, labels, answers = map(tf.constant, (images, labels.astype(np.int64), answers))
    in_a_pass = (len(images) - 1) // BATCH_SIZE

    def draw(step):
        key = tf.stack([tf.constant(seed, tf.int64), step // in_a_pass])
        order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), key)
        first = BATCH_SIZE * tf.cast(step % in_a_pass, tf.int32)
        chosen = order[first : first + BATCH_SIZE]
        return tf.gather(images, chosen), tf.gather(answers, tf.gather(labels, chosen))

    def batches(first: int, stop: int) -> tf.data.Dataset:
        return tf.data.Dataset.range(first, stop).map(draw).prefetch(2)

    return batches


def fixed_letters(latin: Alphabet, *, seed: int) -> np.ndarray:
    """Return 20 normalised letters of each class, (14, 20, 28, 28, 1), drawn once.

    Source: `encoder_decoder_random.py`, the array from which its graph gathers.
    """
    order = np.random.default_rng(seed).permutation(len(latin))
    pools = letters_by_class(normalize(latin.images[order]), latin.labels[order])
    return np.stack([pool[:FIXED_LETTERS] for pool in pools])


def fixed_targets(script: str, latin: Alphabet, *, seed: int) -> np.ndarray:
    """Return what outputs of each class are compared with, (14, targets, 28, 28, 1) float32.

    Args:
        script: "random letters", "representative" or "mean".
        latin: all Latin images, which these scripts do not split.
        seed: of the letters that are drawn, for "random letters".
    """
    if script == "random letters":
        return fixed_letters(latin, seed=seed)
    if script == "representative":
        return normalize(one_of_each(latin).images)[:, np.newaxis]
    return normalize(class_means(normalize(latin.images), latin.labels)[..., 0])[:, np.newaxis]


def squared_error(script: str, cyrillic: Alphabet, latin: Alphabet, *, seed: int) -> Setup:
    """Return the training of one of the three scripts with a squared error.

    Args:
        script: as for `fixed_targets`.
        cyrillic: the training part.
        latin: all Latin images.
        seed: of the order of images and of the fixed letters.
    """
    targets = fixed_targets(script, latin, seed=seed)
    batches = draw_in_order(normalize(cyrillic.images), cyrillic.labels, targets, seed=seed)
    build = functools.partial(build_network, last_bias=script == "random letters")
    return Setup(build, batches, MeanSquaredErrorToTargets())


def through_classifier(cyrillic: Alphabet, classifier: keras.Model, *, seed: int) -> Setup:
    """Return the training of `encoder_decoder_class.py`, through a frozen classifier."""

    def build():
        images = keras.Input(IMAGE_SHAPE, name="image")
        network = build_network(normalized=False, last_layer=False, decay=WEIGHT_DECAY)
        return keras.Model(images, Frozen(classifier)(network(images)), name="followed")

    answers = one_hot(np.arange(cyrillic.labels.max() + 1))
    batches = draw_in_order(normalize(cyrillic.images), cyrillic.labels, answers, seed=seed)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return Setup(build, batches, loss, lambda model: model.get_layer("scripts_network"))
