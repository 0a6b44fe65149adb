"""An independent reader of Latin letters, which never sees an encoder-decoder."""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4.cache import array_digest
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.encoder_decoder.training import train
from assignment4.letters import Alphabet, normalize

STEPS = 600


def build_judge() -> keras.Model:
    """Return a small convolutional classifier of another architecture than the report's nets.

    Returns:
        A model from (n, 28, 28, 1) float32 to (n, 14) float32 logits.
    """
    images = keras.Input((28, 28, 1), name="image")
    tensor = images
    for channels in (16, 32):
        tensor = layers.Conv2D(channels, 3, padding="same", activation="relu")(tensor)
        tensor = layers.MaxPooling2D()(tensor)
    tensor = layers.Dense(64, activation="relu")(layers.Flatten()(tensor))
    return keras.Model(images, layers.Dense(14, name="logits")(tensor), name="judge")


def train_judge(latin: Alphabet, *, seed: int) -> keras.Model:
    """Train a judge on Latin letters alone.

    Args:
        latin: a training part.
        seed: another one than that of the network to be judged.
    """
    images, labels = normalize(latin.images), latin.labels
    return train(
        build_judge,
        draw_with_labels(images, labels, seed=seed),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps=STEPS,
        seed=seed,
        data={"letters": array_digest(images, labels)},
    )


def read_letters(judge: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the label that the judge reads in each image, (n,) int64."""
    return judge.predict(images, batch_size=500, verbose=0).argmax(axis=1)
