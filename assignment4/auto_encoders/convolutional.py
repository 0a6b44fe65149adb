"""The book's convolutional encoder-decoder with a narrow code, trained to give back its input.

Layers are those of Exercise 2 b as described, but for the code: k units in place of 512, plain
linear ones, and no dropout. A normalisation and an activation there would bend or bound the only
numbers that pass, and dropout would take some away; the k numbers of the PCA are linear and pass
untouched. So the two differ in the maps before and after the code, and in nothing else.
"""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4 import cache
from assignment4.encoder_decoder.models import AS_DESCRIBED, IMAGE_SHAPE, Blocks, outputs_of
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.encoder_decoder.training import Trained, train
from assignment4.letters import (
    Alphabet,
    Letters,
    normalize,
    split_as_reported,
    split_by_family,
)
from assignment4.pca.components import principal_components

SPLITS = {"as reported": split_as_reported, "by family": split_by_family}
AUTO_ENCODERS = {f"k = {k}": k for k in (2, 5, 10, 20, 50, 100, 200)}
"""The width of the code of each experiment, by its name."""


def build_auto_encoder(k: int) -> keras.Model:
    """Return the network, from images (n, 28, 28, 1) to the same, float32.

    Args:
        k: the width of the code, at least 1.

    Raises:
        ValueError: k is less than 1.

    Source: report, Exercise 2 b, Encoder and Decoder.
    """
    if k < 1:
        raise ValueError(f"a code needs at least 1 unit, got {k}")
    blocks = Blocks(AS_DESCRIBED)
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = blocks.convolve(images, 32, name="convolution_1")
    tensor = blocks.convolve(tensor, 64, name="convolution_2")
    tensor = layers.Flatten(name="flatten")(tensor)
    code = layers.Dense(k, name="code", **blocks.kernel)(tensor)
    tensor = blocks.connect(code, 7 * 7 * 64, name="expand")
    tensor = layers.Reshape((7, 7, 64), name="reshape")(tensor)
    tensor = blocks.enlarge(tensor, 32, name="transposed_1")
    tensor = blocks.enlarge(tensor, 1, name="transposed_2")
    tensor = layers.Flatten(name="flatten_image")(tensor)
    tensor = layers.Dense(28 * 28, name="last", **blocks.kernel)(tensor)
    return keras.Model(
        images, layers.Reshape(IMAGE_SHAPE, name="reconstruction")(tensor), name="auto_encoder"
    )


def train_auto_encoder(letters: Alphabet, k: int, *, steps: int, seed: int) -> Trained:
    """Train the network to give back normalised letters, with the mean squared error.

    Args:
        letters: to train on.
        k: the width of the code.
        steps: of Adam, each on a batch of 100 letters drawn with replacement.
        seed: of weights and draws.
    """
    images = normalize(letters.images)
    return train(
        lambda: build_auto_encoder(k),
        draw_with_labels(images, images, seed=seed),
        loss=keras.losses.MeanSquaredError(),
        steps=steps,
        seed=seed,
        data={"images": cache.array_digest(images), "k": k},
    )


def reconstruct(model: keras.Model, letters: Alphabet) -> np.ndarray:
    """Return what a network makes of normalised letters, (n, 28, 28, 1) float32."""
    return outputs_of(model, normalize(letters.images))


def mean_squared_error(letters: Alphabet, outputs: np.ndarray) -> float:
    """Return the mean squared error per pixel of outputs against normalised letters.

    Args:
        letters: n of them.
        outputs: (n, 28, 28, 1) real.
    """
    return float(np.square(normalize(letters.images) - outputs, dtype=np.float64).mean())


def reconstruct_by_pca(training_letters: Alphabet, letters: Alphabet, k: int) -> np.ndarray:
    """Return normalised letters from k principal components of others, (n, 28, 28, 1) float64."""
    components = principal_components(_as_rows(training_letters))
    return components.reconstruct(_as_rows(letters), k).reshape(-1, *IMAGE_SHAPE)


def run_auto_encoder(
    k: int, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train on the Latin training letters, and compare with the PCA of the same, by pixel.

    Args:
        k: the width of the code, and the number of components.
        letters: both alphabets.
        split: how they are divided.
        seed: of weights and draws; the PCA has none.
        steps: of Adam.

    Returns:
        The mean squared errors of both, on unseen letters and on those of the training, and the
        seconds of the training.
    """
    latin, unseen = SPLITS[split](letters.latin)
    trained = train_auto_encoder(latin, k, steps=steps, seed=seed)
    numbers = {
        "error on unseen letters": (unseen, reconstruct(trained.model, unseen)),
        "error on training letters": (latin, reconstruct(trained.model, latin)),
        "PCA's error on unseen letters": (unseen, reconstruct_by_pca(latin, unseen, k)),
        "PCA's error on training letters": (latin, reconstruct_by_pca(latin, latin, k)),
    }
    errors = {name: round(mean_squared_error(*pair), 6) for name, pair in numbers.items()}
    return errors | {"seconds": round(trained.seconds, 1)}


def _as_rows(letters: Alphabet) -> np.ndarray:
    return normalize(letters.images).reshape(len(letters), -1)
