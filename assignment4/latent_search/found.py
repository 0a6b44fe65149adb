"""What a latent search finds: how near to the class means, and whether it is read as letters."""

from collections.abc import Sequence

import numpy as np

from assignment4.claims import Finding
from assignment4.encoder_decoder.assessment import LEAST_JUDGE_ACCURACY, LEAST_READING_ACCURACY
from assignment4.encoder_decoder.judges import LEAST_READ, MOST_READ, Judge
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.intervals import Interval, all_of, is_above, is_below, mean_interval

LARGEST_SHARE = 0.05
"""Of the squared distance to the class mean, in the class's own variance."""

TOLERANCE = 1e-3
"""The largest difference of pixels that counts as none; letters have the deviation 1."""


def shares_of_variance(
    images: np.ndarray, means: np.ndarray, constants: np.ndarray, labels: np.ndarray | slice = ...
) -> np.ndarray:
    """Return the squared distances of images to class means, over the classes' own variances.

    The letters of a class have the share 1 on average. Images are (..., classes, 28, 28, 1), in
    label order, or (n, 28, 28, 1) with labels (n,); means and constants are those of `search`.
    """
    distances = np.square(images - means[labels]).mean(axis=(-3, -2, -1))
    return distances / constants[labels]


def finds_letters(letters: Sequence[Interval], read: np.ndarray, shares: np.ndarray) -> Finding:
    """Return whether found images are letters: read right by judges, and near the class means.

    Judges count that are surely right on more than 95 % of `letters`, real ones that they have not
    seen. In `read`, integers (judges, starts, classes), each must surely be right on more than 90
    %, and for each class on more than half of the starts. Of the `shares_of_variance`, (starts,
    classes), the mean of each class must surely be below 5 %.
    """
    on_found = reading_accuracies(read)
    right = (read == np.arange(read.shape[-1])).mean(axis=1)
    holds = [is_above(share, LEAST_READING_ACCURACY) for share in on_found]
    holds += [bool((right > 0.5).all())]
    holds += [is_below(mean_interval(column), LARGEST_SHARE) for column in shares.T]
    judges_count = all(is_above(judge, LEAST_JUDGE_ACCURACY) for judge in letters)
    return Finding(
        all_of(holds) if judges_count else None,
        f"The judges read {' and '.join(map(str, on_found))} of the found images, and "
        f"{' and '.join(map(str, letters))} of real letters; the largest mean share is "
        f"≈{shares.mean(axis=0).max():.3f}. Needed, with certainty: above "
        f"{LEAST_READING_ACCURACY:.2f}, above {LEAST_JUDGE_ACCURACY:.2f}, and below "
        f"{LARGEST_SHARE:.2f}.",
    )


def are_letters(judges: Sequence[Judge], images: np.ndarray) -> Finding:
    """Find whether images, one of each class in label order, are readable by the judges' rule.

    Images are (classes, 28, 28, 1).
    """
    labels = np.arange(len(images))
    read = [accuracy(judge.read(images), labels) for judge in judges]
    holds = all_of([is_above(share, LEAST_READ) for share in read])
    if holds is False and not all(is_below(share, MOST_READ) for share in read):
        holds = None
    return Finding(holds, f"The judges read {' and '.join(map(str, read))} of these images.")


def reading_accuracies(read: np.ndarray) -> list[Interval]:
    """Return for each judge the share of images, (judges, starts, classes), read as their class."""
    labels = np.broadcast_to(np.arange(read.shape[-1]), read.shape[1:])
    return [accuracy(one.ravel(), labels.ravel()) for one in read]
