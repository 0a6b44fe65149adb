"""Checks of what the report says about the latent search, Exercise 2 e, on real decoders."""

from collections.abc import Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.assessment import LEAST_JUDGE_ACCURACY, LEAST_READING_ACCURACY
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.encoder_decoder.models import outputs_of
from assignment4.intervals import Interval, all_of, is_above, is_below, mean_interval
from assignment4.latent_search.search import Search
from assignment4.latent_search.trap import normalizations

LARGEST_SHARE = 0.05
"""Of the squared distance to the class mean, in the class's own variance."""

TOLERANCE = 1e-3
"""The largest difference of pixels that counts as none; letters have the deviation 1."""


def trains_only_latent(
    found: Search, starts: np.ndarray, before: keras.Model, after: keras.Model
) -> bool:
    """Say whether a search moved its vectors, nothing else, and drew with the decoder as it was.

    Every weight of the decoder, the moving statistics among them, must have the same bits before
    and after; every vector must have moved; and the images must be those that the decoder from
    before makes of the vectors.

    Args:
        found: what the search found.
        starts: the vectors from which it set out.
        before: the decoder as it was before the search, a copy.
        after: the decoder with which the search was made.
    """
    kept = all(
        first.tobytes() == last.tobytes()
        for first, last in zip(before.get_weights(), after.get_weights(), strict=True)
    )
    moved = (found.vectors != starts).any(axis=-1).all()
    drawn = outputs_of(before, found.vectors)
    return bool(kept and moved and np.allclose(drawn, found.images, rtol=0, atol=TOLERANCE))


def find_the_same(first: Search, second: Search) -> bool:
    """Say whether two searches found the same images, within the tolerance."""
    return np.allclose(first.images, second.images, rtol=0, atol=TOLERANCE)


def keeps_statistics(before: keras.Model, after: keras.Model) -> bool:
    """Say whether the moving means and variances of two decoders are equal."""
    pairs = zip(_statistics(before), _statistics(after), strict=True)
    return all((first == last).all() for first, last in pairs)


def finds_letters(letters: Sequence[Interval], read: np.ndarray, shares: np.ndarray) -> bool | None:
    """Say whether found images are letters: read right by judges, and near the class means.

    Needed are judges that are surely right on more than 95 % of real letters; for each judge,
    more than 90 % of the found images surely read right, and those of each class from more than
    half of the starts; for each class a mean squared distance to the class mean, over the starts,
    that is surely below 5 % of the class's own variance.

    Args:
        letters: for each judge, its accuracy on real letters that it has not seen.
        read: (judges, starts, classes) integers, the label that each reads in each found image.
        shares: (starts, classes), each image's squared distance to its class mean, a pixel, over
            the variance of the class's letters.

    Returns:
        True where all of it holds, False where the judges count and something surely does not
        hold, None otherwise.
    """
    if not all(is_above(judge, LEAST_JUDGE_ACCURACY) for judge in letters):
        return None
    right = read == np.arange(read.shape[-1])
    findings = [is_above(share, LEAST_READING_ACCURACY) for share in reading_accuracies(read)]
    findings += [bool((right.mean(axis=1) > 0.5).all())]
    findings += [is_below(mean_interval(column), LARGEST_SHARE) for column in shares.T]
    return all_of(findings)


def reading_accuracies(read: np.ndarray) -> list[Interval]:
    """Return for each judge the share of found images that it reads as their class.

    Args:
        read: (judges, starts, classes) integers.
    """
    labels = np.broadcast_to(np.arange(read.shape[-1]), read.shape[1:])
    return [accuracy(one.ravel(), labels.ravel()) for one in read]


def _statistics(decoder: keras.Model) -> list[np.ndarray]:
    return [
        statistic.numpy()
        for layer in normalizations(decoder)
        for statistic in (layer.moving_mean, layer.moving_variance)
    ]
