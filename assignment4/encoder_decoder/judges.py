"""Judges of readability, calibrated on images of which it is known whether a person reads them.

A judge is a classifier of Latin letters that never sees an encoder-decoder. It learns letters in
many guises, and images that are no letter; what it says of guises that it never saw is its
calibration.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers
from scipy import ndimage

from assignment4.cache import array_digest
from assignment4.claims import Finding
from assignment4.encoder_decoder.classifiers import read_letters
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.encoder_decoder.models import IMAGE_SHAPE
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.encoder_decoder.training import train
from assignment4.intervals import Interval, all_of, is_above, is_below
from assignment4.letters import Alphabet
from assignment4.tables import Table

NO_LETTER = 14
"""What a judge answers to an image in which it reads none of the fourteen letters."""

LEAST_READ, MOST_READ = 0.80, 0.20
"""Of readable and of unreadable images; every kind of known answer lies beyond its bound."""

WEIGHTS = Path(__file__).with_name("judges.npz")
"""Of the judges of the book's own letters."""

JUDGE_STEPS = 1200
IMAGES_OF_A_KIND = 2500
GREYS = 32
BLUR = 0.6
"""Deviation, in pixels, of the Gaussian through which images are seen."""

Kind = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""Changes images, (n, 28, 28) from 0 to 1, of these labels, (n,), at random."""


def _shifted(images, labels, generator):
    moves = generator.integers(-3, 4, (len(images), 2))
    pairs = zip(images, moves, strict=True)
    return np.stack([ndimage.shift(image, move, order=0) for image, move in pairs])


def _smaller(images, labels, generator):
    result = np.zeros_like(images)
    for place, image in enumerate(images):
        size = generator.integers(15, 25)
        row, column = generator.integers(0, 29 - size, 2)
        small = ndimage.zoom(image, size / 28, order=1)
        result[place, row : row + size, column : column + size] = small
    return result


def _thinner(images, labels, generator):
    above, left = np.roll(images, 1, axis=1), np.roll(images, 1, axis=2)
    return np.minimum(images, np.minimum(above, left))


def _noisy(images, labels, generator):
    deviations = generator.uniform(0.2, 0.5, (len(images), 1, 1))
    return images + deviations * generator.standard_normal(images.shape)


def _blurred(images, labels, generator):
    deviations = generator.uniform(0.5, 2.5, len(images))
    blurred = map(ndimage.gaussian_filter, images, deviations)
    return np.stack(list(blurred))


def _dotted(images, labels, generator):
    mask = np.zeros(images.shape[1:])
    mask[::2, ::2] = 1
    return images * mask


def _under_dots(images, labels, generator):
    dots = np.zeros(images.shape[1:])
    dots[::4, ::4] = 1
    return np.maximum(images, dots)


def _mean_of_ten(images, labels, generator):
    others = [_of_labels(images, labels, labels, generator) for _ in range(9)]
    return np.mean([images, *others], axis=0)


def _ghosts(images, labels, generator):
    return (images + _of_labels(images, labels, _other(labels, generator), generator)) / 2


def _shuffled(images, labels, generator):
    return generator.permuted(images.reshape(len(images), -1), axis=1).reshape(images.shape)


def _quarters(images, labels, generator):
    result = np.empty_like(images)
    for rows in (slice(14), slice(14, 28)):
        for columns in (slice(14), slice(14, 28)):
            others = _of_labels(images, labels, _other(labels, generator), generator)
            result[:, rows, columns] = others[:, rows, columns]
    return result


def _noise(images, labels, generator):
    noise = generator.standard_normal(images.shape)
    deviations = generator.integers(0, 3, len(images))
    return np.stack(list(map(ndimage.gaussian_filter, noise, deviations)))


def _grand_mean(images, labels, generator):
    others = [_of_labels(images, labels, np.full_like(labels, c), generator) for c in range(14)]
    return np.mean(others, axis=0)


def _halves(images, labels, generator):
    result = _of_labels(images, labels, _other(labels, generator), generator)
    result[:, 14:] = _of_labels(images, labels, _other(labels, generator), generator)[:, 14:]
    return result


def _other(labels, generator):
    return (labels + generator.integers(1, 14, len(labels))) % 14


def _of_labels(images, labels, wanted, generator):
    """Return for each wanted label a random image that has it."""
    members = [np.flatnonzero(labels == label) for label in range(14)]
    return images[[generator.choice(members[label]) for label in wanted]]


LEGIBLE: dict[str, Kind] = {
    "as it is": lambda images, labels, generator: images,
    "shifted by up to 3 pixels": _shifted,
    "15 to 24 pixels high": _smaller,
    "thinner": _thinner,
    "under noise": _noisy,
    "inverted": lambda images, labels, generator: 1 - images,
    "blurred": _blurred,
}
"""Guises in which a letter is still read, and on which judges are trained."""

ILLEGIBLE: dict[str, Kind] = {
    "two letters half and half": _ghosts,
    "pixels shuffled": _shuffled,
    "quarters of four others": _quarters,
    "noise, smooth or not": _noise,
}
"""Images that are no letter, and on which judges are trained."""

NEVER_SEEN: dict[str, Kind] = {
    "every fourth pixel": _dotted,
    "under bright dots": _under_dots,
    "mean of ten of its class": _mean_of_ten,
    "halves of two others": _halves,
    "mean of all classes": _grand_mean,
}
"""Kinds that no judge is trained on: the first three are read by a person, the last two not."""

READ_BY_PERSONS = (*LEGIBLE, *list(NEVER_SEEN)[:3])


def as_shown(images: np.ndarray) -> np.ndarray:
    """Return images as a person is shown them, (n, height, width, 1) float32.

    Each is scaled to its own range, in 32 greys, and slightly blurred, as a screen and an eye do;
    then brought to mean 0 and deviation 1. A constant image becomes 0.

    Args:
        images: (n, height, width, 1), of any range.
    """
    lowest = images.min(axis=(1, 2, 3), keepdims=True)
    span = images.max(axis=(1, 2, 3), keepdims=True) - lowest
    greys = np.rint((GREYS - 1) * (images - lowest) / np.where(span == 0, 1, span))
    seen = ndimage.gaussian_filter(greys.astype(np.float32), (0, BLUR, BLUR, 0))
    seen -= seen.mean(axis=(1, 2, 3), keepdims=True)
    deviation = seen.std(axis=(1, 2, 3), keepdims=True)
    return seen / np.where(deviation < 1e-3, 1, deviation)


class Judge(NamedTuple):
    """A trained judge."""

    model: keras.Model

    def read(self, images: np.ndarray) -> np.ndarray:
        """Return the label read in each image of (n, 28, 28, 1), or NO_LETTER, (n,) int64."""
        return read_letters(self.model, as_shown(images))


def _build_judge(kernel_size: int) -> keras.Model:
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = images
    for channels in (24, 48):
        convolution = layers.Conv2D(channels, kernel_size, padding="same", activation="relu")
        tensor = layers.MaxPooling2D()(convolution(tensor))
    tensor = layers.Dense(128, activation="relu")(layers.Flatten()(tensor))
    logits = layers.Dense(NO_LETTER + 1, name="logits")(layers.Dropout(0.3)(tensor))
    return keras.Model(images, logits, name="judge")


def _build_first() -> keras.Model:
    return _build_judge(3)


def _build_second() -> keras.Model:
    return _build_judge(5)


BUILDS = {1: _build_first, 2: _build_second}
"""By the seed of each judge."""


def train_judges(latin: Alphabet) -> list[Judge]:
    """Return the two judges, with kernels of 3 and of 5, for a Latin training part.

    Those of the book's own letters, split as reported, were trained once and come with it, in
    `judges.npz`: a yardstick must not change with the machine. Others are trained.
    """
    digest = array_digest(latin.images, latin.labels)
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        if digest == str(kept["letters"]):
            return [_kept_judge(kept, seed) for seed in BUILDS]
    judges = []
    for seed, build in BUILDS.items():
        images, labels = _lessons(latin, seed=seed)
        trained = train(
            build,
            draw_with_labels(images, labels, seed=seed),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            steps=JUDGE_STEPS,
            seed=seed,
            data={"letters": digest},
        )
        judges.append(Judge(trained.model))
    return judges


def _kept_judge(kept: Mapping[str, np.ndarray], seed: int) -> Judge:
    model = BUILDS[seed]()
    names = [f"{seed}-{index}" for index in range(len(model.weights))]
    model.set_weights([kept[name].astype(np.float32) for name in names])
    return Judge(model)


def _lessons(latin: Alphabet, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what a judge is trained on: equally many images of each kind, and their labels."""
    generator = np.random.default_rng(seed)
    images, labels = [], []
    for name, kind in (LEGIBLE | ILLEGIBLE).items():
        chosen = generator.integers(0, len(latin), IMAGES_OF_A_KIND)
        images.append(of_kind(kind, latin.select(chosen), generator))
        letters = latin.labels[chosen]
        labels.append(letters if name in LEGIBLE else np.full_like(letters, NO_LETTER))
    return as_shown(np.concatenate(images)), np.concatenate(labels)


def of_kind(kind: Kind, letters: Alphabet, generator: np.random.Generator) -> np.ndarray:
    """Return letters in the guise of a kind, (n, 28, 28, 1) float64."""
    return kind(letters.images / 255, letters.labels, generator)[..., np.newaxis]


def calibration(judges: Sequence[Judge], letters: Alphabet) -> dict[str, list[Interval]]:
    """Return for each kind, and each judge, the share of images read as the letter behind them.

    Args:
        judges: to be calibrated.
        letters: that they have not seen.
    """
    generator = np.random.default_rng(0)
    shares = {}
    for name, kind in (LEGIBLE | ILLEGIBLE | NEVER_SEEN).items():
        images = of_kind(kind, letters, generator)
        shares[name] = [accuracy(judge.read(images), letters.labels) for judge in judges]
    return shares


def are_calibrated(shares: Mapping[str, Sequence[Interval]]) -> Finding:
    """Find whether judges tell what persons read from what they do not, by `calibration`.

    For each judge the share read is surely above LEAST_READ for each kind that persons read, and
    surely below MOST_READ for each of the others.
    """
    read = [one for name in READ_BY_PERSONS for one in shares[name]]
    others = [one for name in shares.keys() - set(READ_BY_PERSONS) for one in shares[name]]
    holds = [is_above(one, LEAST_READ) for one in read]
    holds += [is_below(one, MOST_READ) for one in others]
    least, most = (
        choose(one.estimate for one in some) for choose, some in ((min, read), (max, others))
    )
    return Finding(
        all_of(holds),
        f"Of every kind that persons read the judges read at least ≈{least:.3f}, of every other at "
        f"most ≈{most:.3f}.",
    )


def calibration_table(shares: Mapping[str, Sequence[Interval]]) -> Table:
    """Return the shares of `calibration`, what persons read first."""
    rows = []
    for name in sorted(shares, key=lambda name: name not in READ_BY_PERSONS):
        shown = "no" if name in NEVER_SEEN else "yes"
        rows.append([name, "yes" if name in READ_BY_PERSONS else "no", shown, *shares[name]])
    return Table(
        ["letters", "persons read them", "trained on", "first judge", "second judge"], rows
    )
