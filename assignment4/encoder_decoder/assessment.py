"""One yardstick for every trained encoder-decoder, and the verdicts that it leads to.

All is measured on outputs brought to mean 0 and deviation 1, as letters are before training, so
that brightness and contrast count for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.claims import Finding
from assignment4.encoder_decoder.judges import LEAST_READ, MOST_READ, Judge
from assignment4.encoder_decoder.metrics import (
    accuracy,
    class_means,
    nearest_distances,
    nearest_mean,
    sharpness,
    within_class_variances,
)
from assignment4.encoder_decoder.models import outputs_of
from assignment4.intervals import (
    Interval,
    all_of,
    is_above,
    is_below,
    mean_interval,
)
from assignment4.letters import Alphabet, normalize, one_of_each

LEAST_JUDGE_ACCURACY = 0.95
LEAST_READING_ACCURACY = 0.90
"""Of outputs that are nearest to the image of their class, where a network classifies."""

LARGEST_VARIANCE_SHARE = 0.05
LARGEST_DISTANCE = 0.05


@dataclass(frozen=True)
class Assessment:
    """The yardstick's numbers for n images, of letters or of a network's outputs.

    Attributes:
        images: what was measured, normalised, (n, 28, 28, 1) float32.
        labels: the letters that they should be, (n,).
        read: the label that each judge reads in each image, or NO_LETTER, (judges, n).
        variance_shares: the variance of each class's images, in that of unseen letters, (14,).
        to_mean: the mean squared distance, a pixel, to the class's normalised mean letter, (n,).
        to_representative: the same to the first Latin training letter of the class, (n,).
        sharpness: of each image, in the mean of unseen letters, (n,).
    """

    images: np.ndarray
    labels: np.ndarray
    read: np.ndarray
    variance_shares: np.ndarray
    to_mean: np.ndarray
    to_representative: np.ndarray
    sharpness: np.ndarray

    @property
    def reading_accuracies(self) -> list[Interval]:
        """For each judge the share of images that it reads as the right letter."""
        return [accuracy(read, self.labels) for read in self.read]

    @property
    def variance_share(self) -> Interval:
        """The mean of the classes' shares, with its interval."""
        return mean_interval(self.variance_shares)


class Yardstick:
    """What images are measured with: judges that saw no network, and Latin letters.

    Args:
        judges: see `train_judges`.
        known: the Latin training part, of means and representatives.
        unseen: the Latin test part; its own measures are the attribute `letters`.
    """

    def __init__(self, judges: Sequence[Judge], known: Alphabet, unseen: Alphabet) -> None:
        self._judges = judges
        means = class_means(normalize(known.images), known.labels)
        self.means = normalize(means[..., 0])
        self.representatives = normalize(one_of_each(known).images)
        letters = normalize(unseen.images)
        self._letter_variance = within_class_variances(letters, unseen.labels).mean()
        self._letter_sharpness = sharpness(letters).mean()
        self.letters = self.measure(letters, unseen.labels)

    def measure(self, images: np.ndarray, labels: np.ndarray) -> Assessment:
        """Measure images, (n, 28, 28, 1), that should be the letters of these labels, (n,).

        A constant image, which has no deviation, is measured as 0 everywhere.

        Raises:
            ValueError: an image has a value that is not finite.
        """
        images = normalize_outputs(images)
        variances = within_class_variances(images, labels)
        return Assessment(
            images=images,
            labels=labels,
            read=np.stack([judge.read(images) for judge in self._judges]),
            variance_shares=variances / self._letter_variance,
            to_mean=_squared_distances(images, self.means[labels]),
            to_representative=_squared_distances(images, self.representatives[labels]),
            sharpness=sharpness(images) / self._letter_sharpness,
        )

    def measure_outputs(self, model: keras.Model, cyrillic: Alphabet) -> Assessment:
        """Measure an encoder-decoder's outputs for a test part of the Cyrillic letters."""
        return self.measure(transcribe(model, cyrillic), cyrillic.labels)


def transcribe(model: keras.Model, cyrillic: Alphabet) -> np.ndarray:
    """Return the model's outputs for an alphabet's images, (n, 28, 28, 1) float32."""
    return outputs_of(model, normalize(cyrillic.images))


class Readability(NamedTuple):
    """What calibrated judges say of whether outputs can be read.

    Attributes:
        judges: for each judge its accuracy on unseen Latin letters.
        read: for each judge the share of outputs that it reads as the right letter.
    """

    judges: Sequence[Interval]
    read: Sequence[Interval]

    @property
    def verdict(self) -> bool | None:
        """Whether the outputs can be read.

        True where each judge surely reads more than 80 %, False where each surely reads less than
        20 %; None otherwise, and where a judge is not surely right on 95 % of real letters.
        """
        if not all(is_above(judge, LEAST_JUDGE_ACCURACY) for judge in self.judges):
            return None
        if all(is_above(share, LEAST_READ) for share in self.read):
            return True
        return False if all(is_below(share, MOST_READ) for share in self.read) else None

    @property
    def finding(self) -> Finding:
        """The verdict with its numbers."""
        return Finding(self.verdict, str(self))

    def __str__(self) -> str:
        read = " and ".join(map(str, self.read))
        return (
            f"The judges read {read} of the outputs. Readable: both surely above {LEAST_READ}; "
            f"unreadable: both surely below {MOST_READ}."
        )


def are_read_letter_by_letter(outputs: Assessment) -> Finding:
    """Find whether of each letter both judges read more than 80 %, as the numbers stand."""
    least = class_means((outputs.read == outputs.labels).all(axis=0), outputs.labels).min()
    return Finding(bool(least > LEAST_READ), f"Of the letter read least both read ≈{least:.2f}.")


def is_uniform(variance_shares: np.ndarray) -> bool | None:
    """Return whether outputs vary, within a class, by less than 5 % of the letters' own variance.

    For shares of each class, (14,): True where the mean is surely below 5 % and no class is above;
    False where the mean is surely above; None otherwise.
    """
    below = is_below(mean_interval(variance_shares), LARGEST_VARIANCE_SHARE)
    return None if below and max(variance_shares) > LARGEST_VARIANCE_SHARE else below


def varies_little(outputs: Assessment) -> Finding:
    """Find whether outputs are uniform within their classes."""
    shares = outputs.variance_shares
    return Finding(
        is_uniform(shares),
        f"The mean share is {outputs.variance_share}, the largest ≈{shares.max():.3f}. "
        f"Needed: both below {LARGEST_VARIANCE_SHARE}, the mean surely.",
    )


def returns_images(outputs: np.ndarray, labels: np.ndarray, images: np.ndarray) -> Finding:
    """Find whether a network classifies its inputs and returns one image for each class.

    It does where surely more than 90 % of the outputs are nearest to the image of their label, and
    the mean squared distance to the nearest is surely below 5 % of an image's variance, which is 1.
    Outputs, (n, 28, 28, 1), and the classes' images, (14, 28, 28, 1), are normalised.
    """
    share = accuracy(nearest_mean(outputs, images, np.arange(len(images))), labels)
    distance = mean_interval(nearest_distances(outputs, images))
    classified = is_above(share, LEAST_READING_ACCURACY)
    return Finding(
        all_of([classified, is_below(distance, LARGEST_DISTANCE)]),
        f"Nearest to their class's image are {share} of the outputs, needed: above "
        f"{LEAST_READING_ACCURACY:.2f}; the distance to the nearest is {distance}, needed: below "
        f"{LARGEST_DISTANCE}.",
    )


def all_hold(*findings: Finding | bool | None) -> Finding:
    """Find whether all of several findings hold, by `intervals.all_of`, with all their numbers."""
    every = [one if isinstance(one, Finding) else Finding(one) for one in findings]
    numbers = " ".join(one.numbers for one in every if one.numbers)
    return Finding(all_of([one.holds for one in every]), numbers)


def normalize_outputs(images: np.ndarray) -> np.ndarray:
    """Return outputs, (n, 28, 28, 1), brought to mean 0 and deviation 1; constant ones become 0."""
    result = np.zeros(images.shape, np.float32)
    varied = np.ptp(images, axis=(1, 2, 3)) != 0
    result[varied] = normalize(images[varied][..., 0])
    return result


def _squared_distances(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.square(images - others).reshape(len(images), -1).mean(axis=1)
