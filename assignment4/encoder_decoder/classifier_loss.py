"""Training through a classifier, Exercise 2 c: what it answers, what fools it, and the checks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before tensorflow)

import keras
import numpy as np
import tensorflow as tf

from assignment4.claims import Finding
from assignment4.encoder_decoder.assessment import LEAST_JUDGE_ACCURACY, Readability
from assignment4.encoder_decoder.classifiers import probabilities
from assignment4.encoder_decoder.cross_entropy import entropies
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


class Answers(NamedTuple):
    """A classifier's answers to several images.

    Attributes:
        logit: the mean logit.
        label: the one that is given most often, from 0 on.
        share: of the images that are given it.
        confidence: the mean probability of the label that is given.
        entropy: the mean entropy of an answer, in nats.
    """

    logit: float
    label: int
    share: float
    confidence: float
    entropy: float


def summary(logits: np.ndarray) -> Answers:
    """Return what answers come to, from their logits, (n, labels) real."""
    given = logits.argmax(axis=1)
    counts = np.bincount(given)
    shares = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    return Answers(
        float(logits.mean()),
        int(counts.argmax()),
        float(counts.max() / len(given)),
        float(shares.max(axis=1).mean()),
        float(entropies(logits).mean()),
    )


def nudged(
    classifier: keras.Model, images: np.ndarray, labels: np.ndarray, *, size: float, steps: int = 10
) -> np.ndarray:
    r"""Return images moved a little, so that a frozen classifier gives them other labels.

    In each step every pixel goes by size / steps against the sign of the loss's derivative: no
    pixel moves farther than `size` in all.

    Args:
        classifier: from images, (n, 28, 28, 1) float32, to logits; it is not trained.
        images: (n, 28, 28, 1) float32.
        labels: that it should give them, (n,).
        size: the largest change of a pixel.
        steps: how many.

    Source: goodfellow2015explaining, equation for the fast gradient sign, here in several steps.
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")

    @tf.function
    def move(moved):
        for _ in tf.range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(moved)
                value = loss(labels, classifier(moved, training=False))
            moved -= size / steps * tf.sign(tape.gradient(value, moved))
        return moved

    return move(tf.constant(images)).numpy()


def share_surely_labelled(
    classifier: keras.Model, images: np.ndarray, *, labels: int = 14
) -> Interval:
    """Return the share of images to which a classifier gives a letter with more than 90 %.

    The letters are the first of its `labels` outputs.
    """
    sure = probabilities(classifier, images)[:, :labels].max(axis=1) > SURE
    return proportion_interval(sure.sum(), len(sure))


def is_unchanged(model: keras.Model, weights: Sequence[np.ndarray]) -> bool:
    """Return True if a model has these very weights, bit by bit, as `get_weights` gave them."""
    now = model.get_weights()
    return len(now) == len(weights) and all(map(np.array_equal, now, weights))


def is_about(share: Interval, stated: float) -> bool | None:
    """Return whether a share is what was stated, give or take two points.

    True where the whole interval is within two points of the stated share, False where none of it
    is, None otherwise.
    """
    lower, upper = stated - LARGEST_DEVIATION, stated + LARGEST_DEVIATION
    if lower < share.lower and share.upper < upper:
        return True
    return False if share.upper < lower or share.lower > upper else None


def reaches(share: Interval, *, about: float) -> Finding:
    """Find whether a network's accuracy is about what is stated."""
    lower, upper = about - LARGEST_DEVIATION, about + LARGEST_DEVIATION
    return Finding(
        is_about(share, about),
        f"The accuracy is {share}; about {about:.0%} is {lower:.2f} to {upper:.2f}.",
    )


def is_unreadable(found: Readability) -> bool | None:
    """Return whether outputs cannot be read: the opposite of their readability's verdict."""
    return opposite(found.verdict)


def are_unreadable(*founds: Readability) -> Finding:
    """Find whether outputs of several trainings cannot be read; the numbers are of the last."""
    return Finding(all_of([is_unreadable(found) for found in founds]), str(founds[-1]))


def did_not_help(found: Readability, gains: Sequence[Interval]) -> bool | None:
    """Return whether a change left outputs unreadable and gained nothing with any judge.

    True where the outputs are surely unreadable and each judge surely reads less than two points
    more of them; False where they can surely be read, or where every judge surely reads more; None
    otherwise.

    Args:
        found: of the outputs with the change.
        gains: for each judge, by how much the share that it reads exceeds that without the change.
    """
    if found.verdict or all(is_above(gain, 0) for gain in gains):
        return False
    little = all(is_below(gain, LARGEST_GAIN) for gain in gains)
    return True if is_unreadable(found) and little else None


def was_no_help(found: Readability, gains: Sequence[Interval]) -> Finding:
    """Find the same, with its numbers."""
    more = " and ".join(map(str, gains))
    return Finding(did_not_help(found, gains), f"{found} The judges read more by {more}.")


def labels_whatever_it_sees(shares: Mapping[str, Interval]) -> Finding:
    """Find whether a classifier is sure of a letter in most images of every kind, by name.

    It is where each share is surely above a half, and is not where one is surely below.
    """
    told = "; ".join(f"{name}, {share}" for name, share in shares.items())
    holds = all_of([is_above(share, 0.5) for share in shares.values()])
    return Finding(holds, f"It is sure of these shares: {told}; needed: above 0.5.")


def explains(reason: Finding, fact: Finding) -> Finding:
    """Find whether a reason is one for a fact: undecided as long as the fact is."""
    holds = None if fact.holds is None else all_of([reason.holds, fact.holds])
    return Finding(holds, reason.numbers)


def separates(letters: Interval, noise: Interval) -> bool | None:
    """Return whether a classifier with a noise class tells letters from noise.

    It does where it surely reads 95 % of unseen letters and surely gives less than 5 % of unseen
    noise a letter.
    """
    return all_of(
        [is_above(letters, LEAST_JUDGE_ACCURACY), is_below(noise, 1 - LEAST_JUDGE_ACCURACY)]
    )
