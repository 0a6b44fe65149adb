"""Classifiers of letters: a small one, and the report's, which serves as a loss.

The report's first approach trains the encoder-decoder through its classifier; that has fifteen
outputs, the last for noise.
"""

from collections.abc import Callable

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4.cache import array_digest
from assignment4.encoder_decoder.models import IMAGE_SHAPE, outputs_of
from assignment4.encoder_decoder.targets import NOISE_LABEL, OUTPUTS, draw_with_labels, one_hot
from assignment4.encoder_decoder.training import train
from assignment4.letters import Alphabet, normalize

SMALL_STEPS = 600
CLASSIFIER_STEPS = 400
CLASSIFIER_LEARNING_RATE = 1e-4


def build_small_classifier() -> keras.Model:
    """Return a small convolutional classifier, from (n, 28, 28, 1) to (n, 14) logits, float32."""
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = images
    for channels in (16, 32):
        tensor = layers.Conv2D(channels, 3, padding="same", activation="relu")(tensor)
        tensor = layers.MaxPooling2D()(tensor)
    tensor = layers.Dense(64, activation="relu")(layers.Flatten()(tensor))
    return keras.Model(images, layers.Dense(14, name="logits")(tensor), name="small_classifier")


def build_classifier() -> keras.Model:
    """Return the report's classifier of Latin letters, from (n, 28, 28, 1) to (n, 15) logits.

    Source: the report's public source.
    """
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = images
    for channels in (32, 64):
        tensor = layers.Conv2D(channels, 5, padding="same", activation="relu")(tensor)
        tensor = layers.MaxPooling2D()(tensor)
    tensor = layers.Dense(1024, activation="relu")(layers.Flatten()(tensor))
    tensor = layers.Dropout(0.5)(tensor)
    return keras.Model(images, layers.Dense(OUTPUTS, name="logits")(tensor), name="classifier")


def train_small_classifier(
    letters: Alphabet,
    *,
    seed: int,
    build: Callable[[], keras.Model] = build_small_classifier,
    steps: int = SMALL_STEPS,
) -> keras.Model:
    """Train a small classifier, or another one, for so many batches of 100 images."""
    images, labels = normalize(letters.images), letters.labels
    return train(
        build,
        draw_with_labels(images, labels, seed=seed),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps=steps,
        seed=seed,
        data={"letters": array_digest(images, labels)},
    ).model


def train_classifier(
    latin: Alphabet,
    *,
    seed: int,
    noise: np.ndarray | None = None,
    noise_label: int = NOISE_LABEL,
    steps: int = CLASSIFIER_STEPS,
) -> keras.Model:
    """Train the report's classifier on Latin letters and, if there is any, on noise.

    Labels become one-hot vectors of fifteen places, as in the scripts: a label from 15 on becomes
    the zero vector. Noise is images that are no letters, (n, 28, 28, 1) float32.
    """
    images, labels = normalize(latin.images), latin.labels
    if noise is not None:
        images = np.concatenate([images, noise])
        labels = np.concatenate([labels, np.full(len(noise), noise_label)])
    return train(
        build_classifier,
        draw_with_labels(images, one_hot(labels), seed=seed),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        steps=steps,
        seed=seed,
        learning_rate=CLASSIFIER_LEARNING_RATE,
        data={"letters": array_digest(images, labels)},
    ).model


def draw_noise(count: int, *, seed: int) -> np.ndarray:
    """Return images of independent standard normal pixels, (count, 28, 28, 1) float32."""
    generator = np.random.default_rng(seed)
    return generator.standard_normal((count, *IMAGE_SHAPE), dtype=np.float32)


def read_letters(classifier: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the label that a classifier reads in each image, (n,) int64."""
    return outputs_of(classifier, images).argmax(axis=1)


def probabilities(classifier: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probability that a classifier gives to each of its labels, (n, labels)."""
    return keras.ops.convert_to_numpy(keras.ops.softmax(outputs_of(classifier, images)))
