"""What an output is compared with: target letters of the input's class, drawn anew at each step.

Every draw is a function of the seed and the number of the step, so that an interrupted training
goes on with the very batches that it would have seen.
"""

from collections.abc import Callable, Sequence

import assignment4.reproducible  # noqa: F401  (before tensorflow)

import numpy as np
import tensorflow as tf

from assignment4.claims import Finding

BATCH_SIZE = 100
TARGETS_PER_IMAGE = 20

OUTPUTS = 15
"""Of the report's classifier: 14 letters, and one for noise."""

NOISE_LABEL = 14
"""The last output, counted from 0, which was meant for noise."""

NOISE_LABEL_OF_SCRIPTS = 15
"""One beyond it, which the report's scripts used."""

Batches = Callable[[int, int], tf.data.Dataset]
"""Called with the first step and the one after the last, gives one batch for each step."""


def letters_by_class(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Return for each label 0, 1, ... an array of its images, the targets of that class.

    Raises:
        ValueError: a label has no image.
    """
    pools = [images[labels == label] for label in range(labels.max() + 1)]
    for label, pool in enumerate(pools):
        if not len(pool):
            raise ValueError(f"label {label} has no image to serve as a target")
    return pools


def draw_with_targets(
    images: np.ndarray,
    labels: np.ndarray,
    pools: list[np.ndarray],
    *,
    seed: int,
    targets_per_image: int = TARGETS_PER_IMAGE,
    batch_size: int = BATCH_SIZE,
    answers: np.ndarray | None = None,
) -> Batches:
    """Return batches of random images, each with random targets of its class.

    All draws are with replacement.

    Args:
        images: (n, 28, 28, 1) float32, the inputs.
        labels: (n,) integers, the class of each.
        pools: for each class its targets, (m, 28, 28, 1) float32.
        seed: a non-negative integer.
        targets_per_image: how many targets each image gets at a step.
        batch_size: how many images a step draws.
        answers: (n, ...), what a classifier should answer to each output; where given, a batch has
            the pair of answers and targets.

    Source: report, Exercise 2 c; the numbers are those of its public source.
    """
    images, labels = tf.constant(images), tf.constant(labels, tf.int64)
    targets = tf.constant(np.concatenate(pools))
    sizes = np.array([len(pool) for pool in pools])
    firsts = tf.constant(np.cumsum(sizes) - sizes)
    sizes = tf.constant(sizes)

    def draw(step):
        chosen = _random_indices((batch_size, 1), len(images), seed, 2 * step)[:, 0]
        label = tf.gather(labels, chosen)[:, tf.newaxis]
        shape = (batch_size, targets_per_image)
        place = _random_indices(shape, tf.gather(sizes, label), seed, 2 * step + 1)
        drawn = tf.gather(targets, tf.gather(firsts, label) + place)
        if answers is None:
            return tf.gather(images, chosen), drawn
        return tf.gather(images, chosen), (tf.gather(answers, chosen), drawn)

    return _batches(draw)


def draw_with_labels(
    images: np.ndarray, labels: np.ndarray, *, seed: int, batch_size: int = BATCH_SIZE
) -> Batches:
    """Return batches of random images, (n, 28, 28, 1) float32, with their labels.

    Labels are (n,) integers, or (n, places) in a one-hot code. Otherwise as `draw_with_targets`.
    """
    images, labels = tf.constant(images), tf.constant(labels)

    def draw(step):
        chosen = _random_indices((batch_size,), len(images), seed, step)
        return tf.gather(images, chosen), tf.gather(labels, chosen)

    return _batches(draw)


def one_hot(labels: int | Sequence[int], places: int = OUTPUTS) -> np.ndarray:
    """Return the code that TensorFlow gives labels, (..., places) float32 of 0 and at most one 1.

    A label below 0 or from `places` on gets the zero vector, without a warning.
    """
    return tf.one_hot(labels, places).numpy()


def _random_indices(shape, count, seed, step) -> tf.Tensor:
    """Return integers from 0 to below count, which may be one number or broadcast to shape."""
    bits = tf.random.stateless_uniform(
        shape, seed=tf.stack([tf.constant(seed, tf.int64), step]), maxval=2**31 - 1, dtype=tf.int64
    )
    return bits % tf.cast(count, tf.int64)


def _batches(draw) -> Batches:
    options = tf.data.Options()
    options.autotune.enabled = False  # at its end it waits, in ticks that double, up to 10 s

    def batches(first: int, stop: int) -> tf.data.Dataset:
        return tf.data.Dataset.range(first, stop).map(draw).prefetch(2).with_options(options)

    return batches


def draws_anew(batches: Batches, *, classes: int = 14) -> Finding:
    """Find whether the targets of five steps are more than one set of twenty a class can be."""
    targets = [batch[1].numpy() for batch in batches(0, 5)]
    images = np.concatenate(targets).reshape(-1, targets[0][0, 0].size)
    distinct, fixed = len(np.unique(images, axis=0)), classes * TARGETS_PER_IMAGE
    numbers = f"Five steps compare with {distinct} letters; {fixed} can be fixed."
    return Finding(distinct > fixed, numbers)
