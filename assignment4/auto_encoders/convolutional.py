"""The book's convolutional encoder-decoder with a narrow code, trained to give back its input.

Layers are those of Exercise 2 b as described, but for the code: k linear units without dropout, as
the k numbers of the PCA are linear and pass untouched. So the two differ in the maps before and
after the code, and in nothing else.
"""

from collections.abc import Mapping, Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4 import cache
from assignment4.encoder_decoder.experiments import Parts
from assignment4.encoder_decoder.models import AS_DESCRIBED, IMAGE_SHAPE, Blocks, outputs_of
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.encoder_decoder.training import Trained, train
from assignment4.intervals import is_below, mean_interval
from assignment4.letters import Alphabet, Letters, normalize
from assignment4.pca.components import principal_components
from assignment4.tables import Table, table

AUTO_ENCODERS = {f"k = {k}": k for k in (2, 5, 10, 20, 50, 100, 200)}
"""The width of the code of each experiment, by its name."""


def build_auto_encoder(k: int) -> keras.Model:
    """Return the network, from images (n, 28, 28, 1) to the same, float32, with a code of width k.

    Source: report, Exercise 2 b, Encoder and Decoder.
    """
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

    Each step of Adam is on 100 letters drawn with replacement; the seed is of weights and draws.
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
    """Return the mean squared error per pixel of (n, 28, 28, 1) against normalised letters."""
    return float(np.square(normalize(letters.images) - outputs, dtype=np.float64).mean())


def reconstruct_by_pca(training_letters: Alphabet, letters: Alphabet, k: int) -> np.ndarray:
    """Return normalised letters from k principal components of others, (n, 28, 28, 1) float64."""
    components = principal_components(_as_rows(training_letters))
    return components.reconstruct(_as_rows(letters), k).reshape(-1, *IMAGE_SHAPE)


def run_auto_encoder(
    k: int, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train on Latin letters, and compare the code of width k with as many of their components.

    Returned are the mean squared errors per pixel of network and PCA, on the training letters of
    the split ("as reported" or "by family") and on the others, and the seconds of the training.
    """
    parts = Parts.of(letters, split)
    trained = train_auto_encoder(parts.latin, k, steps=steps, seed=seed)
    numbers = {}
    for name, part in (("unseen", parts.unseen_latin), ("training", parts.latin)):
        by_network = reconstruct(trained.model, part)
        by_pca = reconstruct_by_pca(parts.latin, part, k)
        numbers[f"error on {name} letters"] = round(mean_squared_error(part, by_network), 6)
        numbers[f"PCA's error on {name} letters"] = round(mean_squared_error(part, by_pca), 6)
    return numbers | {"seconds": round(trained.seconds, 1)}


Runs = Mapping[int, Sequence[Mapping[str, float]]]
"""By k, what `run_auto_encoder` returned for each seed."""

ERROR = "error on unseen letters"


def compare_with_pca(runs: Runs) -> Table:
    """Return a table of both errors on unseen letters by k, the network's over the seeds."""
    words = {True: "lower", False: "higher", None: "not told apart"}
    rows = []
    for k, of_k in runs.items():
        by_network = mean_interval([run[ERROR] for run in of_k])
        by_pca = of_k[0][f"PCA's {ERROR}"]
        rows.append((k, by_network, f"≈{by_pca:.3f}", words[is_below(by_network, by_pca)]))
    return Table(["k", "network", "PCA", "the network's error is"], rows)


def compare_lengths(by_length: Mapping[str, Runs]) -> Table:
    """Return a table of the first seed's errors on unseen letters, by k and length of training."""
    first = next(iter(by_length.values()))
    widths = [k for k in first if all(runs[k] for runs in by_length.values())]
    columns = {
        length: [runs[k][0][ERROR] for k in widths] for length, runs in by_length.items()
    } | {"PCA": [first[k][0][f"PCA's {ERROR}"] for k in widths]}
    return table({"k": widths} | columns, measured=columns)


def _as_rows(letters: Alphabet) -> np.ndarray:
    return normalize(letters.images).reshape(len(letters), -1)
