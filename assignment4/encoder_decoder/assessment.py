"""One yardstick for every trained encoder-decoder: what a judge reads, and how outputs vary."""

from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.judge import read_letters
from assignment4.encoder_decoder.metrics import accuracy, within_class_variances
from assignment4.intervals import Interval, is_above, is_below, mean_interval
from assignment4.letters import Alphabet, normalize

LEAST_JUDGE_ACCURACY = 0.95
LEAST_READING_ACCURACY = 0.90
LARGEST_VARIANCE_SHARE = 0.05


@dataclass(frozen=True)
class Assessment:
    """The yardstick's numbers for one trained network.

    Attributes:
        judge_accuracy: the share of unseen Latin letters that the judge reads right.
        reading_accuracy: the share of outputs for unseen Cyrillic letters that it reads as the
            right Latin letter.
        variance_shares: for each class the variance of these outputs within the class, over the
            mean such variance of the unseen Latin letters, (14,).
        read: the label that the judge reads in each output, (n,).
    """

    judge_accuracy: Interval
    reading_accuracy: Interval
    variance_shares: np.ndarray
    read: np.ndarray

    @property
    def variance_share(self) -> Interval:
        """The mean of the classes' shares, with its interval."""
        return mean_interval(self.variance_shares)


def assess(
    model: keras.Model, judge: keras.Model, cyrillic: Alphabet, latin: Alphabet
) -> Assessment:
    """Assess a trained network.

    Args:
        model: the encoder-decoder, from normalised images to images, (n, 28, 28, 1) float32.
        judge: a classifier that never saw the model.
        cyrillic: a test part, the inputs.
        latin: a test part, to judge the judge and to compare variances with.
    """
    outputs = transcribe(model, cyrillic)
    letters = normalize(latin.images)
    variances = within_class_variances(outputs, cyrillic.labels)
    read = read_letters(judge, outputs)
    return Assessment(
        judge_accuracy=accuracy(read_letters(judge, letters), latin.labels),
        reading_accuracy=accuracy(read, cyrillic.labels),
        variance_shares=variances / within_class_variances(letters, latin.labels).mean(),
        read=read,
    )


def transcribe(model: keras.Model, cyrillic: Alphabet) -> np.ndarray:
    """Return the model's outputs for an alphabet's images, (n, 28, 28, 1) float32."""
    return model.predict(normalize(cyrillic.images), batch_size=500, verbose=0)


def is_readable(judge_accuracy: Interval, reading_accuracy: Interval) -> bool | None:
    """Say whether outputs are read right, by a judge whose word counts.

    Returns:
        True or False where the interval of the reading accuracy lies above or below 90 %; None
        where it does not, or where the judge is not surely right on 95 % of real letters.
    """
    if not is_above(judge_accuracy, LEAST_JUDGE_ACCURACY):
        return None
    return is_above(reading_accuracy, LEAST_READING_ACCURACY)


def is_uniform(variance_shares: np.ndarray) -> bool | None:
    """Say whether outputs vary, within a class, by less than 5 % of the letters' own variance.

    Args:
        variance_shares: one for each class, (14,).

    Returns:
        True where the mean is surely below 5 % and no class is above; False where the mean is
        surely above; None otherwise.
    """
    below = is_below(mean_interval(variance_shares), LARGEST_VARIANCE_SHARE)
    return None if below and max(variance_shares) > LARGEST_VARIANCE_SHARE else below
