"""Letters that everyone can tell apart: fourteen patterns with noise, and who reads them."""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from assignment4.letters import CYRILLIC, LATIN, Alphabet, normalize

PATTERNS = np.random.default_rng(0).integers(0, 190, (14, 28, 28))


def alphabet(letters: str, count: int, *, seed: int) -> Alphabet:
    """Return images of the patterns, `count` of each, in an order without a system."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(14 * count) % 14)
    images = PATTERNS[labels] + generator.integers(0, 60, (len(labels), 28, 28))
    families = np.array(["STIX General", "Source Sans Pro", "Roboto", "Roboto"])
    families = families[np.arange(len(labels)) % 4]
    nobody = np.full(len(labels), "")
    return Alphabet(letters, images.astype(np.uint8), labels, families, nobody, 6015)


CYRILLIC_PART, UNSEEN_CYRILLIC = alphabet(CYRILLIC, 4, seed=1), alphabet(CYRILLIC, 3, seed=2)
LATIN_PART, UNSEEN_LATIN = alphabet(LATIN, 4, seed=3), alphabet(LATIN, 3, seed=4)


def pattern_reader(*, shifted_by: int = 0, outputs: int = 14) -> keras.Model:
    """Return a reader of the pattern to which an image is most alike, or of one behind it."""
    images = keras.Input((28, 28, 1))
    model = keras.Model(
        images, layers.Dense(outputs, use_bias=False)(layers.Flatten()(images)), name="classifier"
    )
    kernel = np.zeros((784, outputs), np.float32)
    kernel[:, :14] = np.roll(normalize(PATTERNS).reshape(14, -1).T, shifted_by, axis=1)
    model.set_weights([kernel])
    return model


class PatternJudge(NamedTuple):
    """A judge of patterns, by its reader."""

    model: keras.Model

    def read(self, images: np.ndarray) -> np.ndarray:
        """Return the label read in each image of (n, 28, 28, 1)."""
        return self.model.predict(images, verbose=0).argmax(axis=1)


def labels_of(inputs: Alphabet, *, prepare=normalize) -> dict[bytes, int]:
    """Return the label of each prepared image of an alphabet."""
    images = [image.tobytes() for image in prepare(inputs.images)]
    return dict(zip(images, inputs.labels.tolist(), strict=True))
