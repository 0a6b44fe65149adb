"""Checks of what the report says of training through a classifier, Exercise 2 c."""

from collections.abc import Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.assessment import LEAST_JUDGE_ACCURACY, Readability
from assignment4.intervals import (
    Interval,
    all_of,
    is_above,
    is_below,
    opposite,
    proportion_interval,
)

LARGEST_DEVIATION = 0.02
LARGEST_GAIN = 0.02
"""By how much a judge may read more where a change is said not to have helped."""

SURE = 0.9


def is_unchanged(model: keras.Model, weights: Sequence[np.ndarray]) -> bool:
    """Say whether a model has these very weights, bit by bit.

    Args:
        model: after a training of which it was a part.
        weights: as `model.get_weights()` gave them before.
    """
    now = model.get_weights()
    same_number = len(now) == len(weights)
    return same_number and all(map(np.array_equal, now, weights))


def is_about(share: Interval, stated: float) -> bool | None:
    """Say whether a share is what was stated, give or take two points.

    Returns:
        True where the whole interval is within two points of the stated share, False where none
        of it is, None otherwise.
    """
    lower, upper = stated - LARGEST_DEVIATION, stated + LARGEST_DEVIATION
    if lower < share.lower and share.upper < upper:
        return True
    return False if share.upper < lower or share.lower > upper else None


def is_unreadable(found: Readability) -> bool | None:
    """Say whether outputs cannot be read: the opposite of their readability's verdict."""
    return opposite(found.verdict)


def did_not_help(found: Readability, gains: Sequence[Interval]) -> bool | None:
    """Say whether a change left outputs unreadable and gained nothing with any judge.

    Args:
        found: of the outputs with the change.
        gains: for each judge, by how much the share that it reads exceeds that without the change.

    Returns:
        True where the outputs are surely unreadable and each judge surely reads less than two
        points more of them; False where they can surely be read, or where every judge surely reads
        more; None otherwise.
    """
    if found.verdict or all(is_above(gain, 0) for gain in gains):
        return False
    little = all(is_below(gain, LARGEST_GAIN) for gain in gains)
    return True if is_unreadable(found) and little else None


def share_surely_labelled(probabilities: np.ndarray, *, labels: int = 14) -> Interval:
    """Return the share of images to which a classifier gives a letter with more than 90 %.

    Args:
        probabilities: (n, places), of which the first `labels` stand for letters.
        labels: how many letters there are.
    """
    sure = probabilities[:, :labels].max(axis=1) > SURE
    return proportion_interval(sure.sum(), len(sure))


def labels_whatever_it_sees(shares: Sequence[Interval]) -> bool | None:
    """Say whether a classifier is sure of a letter in most images of every kind.

    Args:
        shares: for each kind of images that are no letters, as `share_surely_labelled` returns.

    Returns:
        True where each share is surely above a half, False where one is surely below, else None.
    """
    return all_of([is_above(share, 0.5) for share in shares])


def explains(reason: bool | None, fact: bool | None) -> bool | None:
    """Say whether a reason is one for a fact: undecided as long as the fact is.

    Args:
        reason: whether what is given as the reason is so.
        fact: whether what it is to explain is so.
    """
    return None if fact is None else all_of([reason, fact])


def separates(letters: Interval, noise: Interval) -> bool | None:
    """Say whether a classifier with a noise class tells letters from noise.

    Args:
        letters: the share of unseen letters that it reads right.
        noise: the share of unseen noise to which it surely gives a letter.

    Returns:
        True where it surely reads 95 % of the letters and surely gives less than 5 % of the noise
        a letter, False where one is surely not so, None otherwise.
    """
    return all_of(
        [is_above(letters, LEAST_JUDGE_ACCURACY), is_below(noise, 1 - LEAST_JUDGE_ACCURACY)]
    )
