"""What a classifier answers: its label, how sure it is, and how little changes its mind."""

from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before tensorflow)

import keras
import numpy as np
import tensorflow as tf

from assignment4.encoder_decoder.cross_entropy import entropies


class Answers(NamedTuple):
    """A classifier's answers to several images.

    Attributes:
        label: the one that is given most often, from 0 on.
        share: of the images that are given it.
        confidence: the mean probability of the label that is given.
        entropy: the mean entropy of an answer, in nats.
    """

    label: int
    share: float
    confidence: float
    entropy: float


def summary(logits: np.ndarray) -> Answers:
    """Return what answers come to, from their logits, (n, labels) real."""
    given = logits.argmax(axis=1)
    counts = np.bincount(given)
    probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    return Answers(
        int(counts.argmax()),
        float(counts.max() / len(given)),
        float(probabilities.max(axis=1).mean()),
        float(entropies(logits).mean()),
    )


def nudged(
    classifier: keras.Model, images: np.ndarray, labels: np.ndarray, *, size: float, steps: int = 10
) -> np.ndarray:
    r"""Return images moved a little, so that a frozen classifier gives them other labels.

    In each step every pixel goes by size / steps against the sign of the loss's derivative: no
    pixel moves farther than `size` in all.

    Args:
        classifier: from images to logits; it is not trained.
        images: (n, 28, 28, 1) float32.
        labels: that it should give them, (n,).
        size: the largest change of a pixel.
        steps: how many.

    Returns:
        As `images`.

    Source: goodfellow2015explaining, equation for the fast gradient sign, here in several steps.
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")

    @tf.function
    def move(moved):
        for _ in tf.range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(moved)
                value = loss(labels, classifier(moved, training=False))
            moved -= size / steps * tf.sign(tape.gradient(value, moved))
        return moved

    return move(tf.constant(images)).numpy()
