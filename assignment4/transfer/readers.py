"""Readers of letters: a small classifier, trained on letters of any kind."""

from collections.abc import Callable
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4 import cache
from assignment4.encoder_decoder.classifiers import build_small_classifier, read_letters
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.encoder_decoder.training import Trained, train
from assignment4.intervals import Interval
from assignment4.letters import Alphabet, normalize

STEPS = 300
"""Batches of 100 images."""

CONTRAST, PAPER = 0.4, 50.0
"""Of faded letters: what is left of the range of grey values, and the darkest of them."""

Prepare = Callable[[np.ndarray], np.ndarray]
"""From images, (n, 28, 28) uint8, to a network's inputs, (n, 28, 28, 1) float32."""


class Reader(NamedTuple):
    """A trained classifier, and what prepares images for it."""

    trained: Trained
    prepare: Prepare

    def read(self, images: np.ndarray) -> np.ndarray:
        """Return the label read in each image of (n, 28, 28) uint8, (n,) int64."""
        return read_letters(self.trained.model, self.prepare(images))

    def accuracy(self, letters: Alphabet) -> Interval:
        """Return the share of letters read right, with Wilson's interval."""
        return accuracy(self.read(letters.images), letters.labels)


def train_reader(
    letters: Alphabet, *, seed: int, steps: int = STEPS, prepare: Prepare = normalize
) -> Reader:
    """Train a reader on prepared letters, in batches of 100, or take it from the cache."""
    images, labels = prepare(letters.images), letters.labels
    trained = train(
        build_small_classifier,
        draw_with_labels(images, labels, seed=seed),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps=steps,
        seed=seed,
        data={"letters": cache.array_digest(images, labels)},
    )
    return Reader(trained, prepare)


def faded(images: np.ndarray) -> np.ndarray:
    """Return images (n, 28, 28) uint8 as of a soft pencil: PAPER + CONTRAST x, rounded, for x."""
    return np.rint(PAPER + CONTRAST * images).astype(np.uint8)
