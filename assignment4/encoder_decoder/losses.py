"""The report's ways to train the encoder-decoder, Exercise 2 c, and one more: a function each."""

import dataclasses
import functools
from collections.abc import Callable

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.cache import array_digest
from assignment4.encoder_decoder.metrics import class_means
from assignment4.encoder_decoder.models import (
    AS_DESCRIBED,
    FOR_CLASSIFIER,
    IMAGE_SHAPE,
    Architecture,
    build_encoder_decoder,
)
from assignment4.encoder_decoder.targets import (
    TARGETS_PER_IMAGE,
    draw_with_labels,
    draw_with_targets,
    letters_by_class,
    one_hot,
)
from assignment4.encoder_decoder.training import (
    MeanSquaredErrorToTargets,
    Trained,
    layer_settings,
    train,
)
from assignment4.letters import Alphabet, normalize, one_of_each

LETTERS_WEIGHT = 1.0
"""Of the squared error to real letters beside the classifier's loss."""


def train_on_random_targets(
    cyrillic: Alphabet,
    latin: Alphabet,
    *,
    steps: int,
    seed: int,
    architecture: Architecture = AS_DESCRIBED,
    prepare: Callable[[np.ndarray], np.ndarray] = normalize,
) -> Trained:
    """Train with the squared error to 20 random Latin letters of the class, new at each step.

    Args:
        cyrillic: the inputs, a training part.
        latin: the targets, a training part.
        steps: how many batches of 100 images.
        seed: of the weights, the dropout and the draws.
        architecture: of the network.
        prepare: turns both alphabets' images, (n, 28, 28) uint8, into what the network sees.

    The other functions have the same arguments.

    Source: report, Exercise 2 c, second approach.
    """
    pools = letters_by_class(prepare(latin.images), latin.labels)
    return _train_on_targets(
        prepare(cyrillic.images),
        cyrillic.labels,
        pools,
        TARGETS_PER_IMAGE,
        architecture,
        steps,
        seed,
    )


def train_on_representatives(
    cyrillic: Alphabet, latin: Alphabet, *, steps: int, seed: int
) -> Trained:
    """Train with the squared error to the first Latin letter of the class.

    Source: report, Exercise 2 c, third approach.
    """
    targets = normalize(one_of_each(latin).images)
    return _train_on_images(cyrillic, targets, steps, seed)


def train_on_means(
    cyrillic: Alphabet, latin: Alphabet, *, steps: int, seed: int, normalized_again: bool
) -> Trained:
    """Train with the squared error to the mean Latin letter of the class.

    As in the report's scripts each mean is brought to deviation 1 where it is `normalized_again`.

    Source: report, Exercise 2 c, fourth approach.
    """
    means = class_means(normalize(latin.images), latin.labels)
    targets = normalize(means[..., 0]) if normalized_again else means
    return _train_on_images(cyrillic, targets, steps, seed)


def train_through_classifier(
    cyrillic: Alphabet,
    classifier: keras.Model,
    *,
    steps: int,
    seed: int,
    architecture: Architecture = FOR_CLASSIFIER,
) -> Trained:
    """Train with the cross entropy of a frozen classifier's answers to the network's outputs.

    The classifier is of Latin letters, from (n, 28, 28, 1) to (n, 15) logits; it is not trained.

    Source: report, Exercise 2 c, first approach.
    """

    def build():
        model = _followed_by(classifier, architecture)
        return keras.Model(model.input, model.outputs[0], name="through_classifier")

    images, labels = normalize(cyrillic.images), one_hot(cyrillic.labels)
    trained = train(
        build,
        draw_with_labels(images, labels, seed=seed),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        steps=steps,
        seed=seed,
        data={
            "inputs": array_digest(images, labels),
            "classifier": array_digest(*classifier.get_weights()),
            "architecture": dataclasses.asdict(architecture),
        },
    )
    return _network_of(trained)


def train_near_letters(
    cyrillic: Alphabet,
    latin: Alphabet,
    classifier: keras.Model,
    *,
    steps: int,
    seed: int,
    letters_weight: float = LETTERS_WEIGHT,
) -> Trained:
    """Train through a frozen classifier, and with a squared error to random real letters.

    This approach is not in the report. The network is the one that the report describes;
    `letters_weight` is that of the squared error, beside the cross entropy.
    """
    images, answers = normalize(cyrillic.images), one_hot(cyrillic.labels)
    targets = normalize(latin.images)
    pools = letters_by_class(targets, latin.labels)
    trained = train(
        lambda: _followed_by(classifier, AS_DESCRIBED),
        draw_with_targets(images, cyrillic.labels, pools, seed=seed, answers=answers),
        loss=[
            keras.losses.CategoricalCrossentropy(from_logits=True),
            MeanSquaredErrorToTargets(weight=letters_weight),
        ],
        steps=steps,
        seed=seed,
        data={
            "inputs": array_digest(images, answers),
            "targets": array_digest(targets, latin.labels),
            "classifier": array_digest(*classifier.get_weights()),
        },
    )
    return _network_of(trained)


def _train_on_images(cyrillic, targets, steps, seed) -> Trained:
    """Train with one target for each class, (14, 28, 28, 1)."""
    pools = list(targets[:, np.newaxis])
    images = normalize(cyrillic.images)
    return _train_on_targets(images, cyrillic.labels, pools, 1, AS_DESCRIBED, steps, seed)


def _train_on_targets(
    images, labels, pools, targets_per_image, architecture, steps, seed
) -> Trained:
    return train(
        functools.partial(build_encoder_decoder, architecture),
        draw_with_targets(images, labels, pools, seed=seed, targets_per_image=targets_per_image),
        loss=MeanSquaredErrorToTargets(),
        steps=steps,
        seed=seed,
        data={
            "inputs": array_digest(images, labels),
            "targets": array_digest(*pools),
            "targets per image": targets_per_image,
            "architecture": dataclasses.asdict(architecture),
        },
    )


class Frozen(keras.layers.Layer):
    """A trained model as a layer that is not trained and always runs as at inference.

    Keras would hand its own training mode on to a model within a model.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__(name="frozen")
        self.model = model
        self.trainable = False

    def call(self, inputs):
        """Return the model's outputs."""
        return self.model(inputs, training=False)

    def get_config(self) -> dict[str, object]:
        """Return the settings, on which a training depends."""
        return super().get_config() | {"layers": list(layer_settings(self.model))}


def _followed_by(classifier: keras.Model, architecture: Architecture) -> keras.Model:
    """Return a model from images to the frozen classifier's logits and the network's images."""
    images = keras.Input(IMAGE_SHAPE, name="image")
    outputs = build_encoder_decoder(architecture)(images)
    return keras.Model(images, [Frozen(classifier)(outputs), outputs], name="followed")


def _network_of(trained: Trained) -> Trained:
    """Return the encoder-decoder alone."""
    return trained._replace(model=trained.model.get_layer("encoder_decoder"))
