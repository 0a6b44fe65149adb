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
    """A classifier's answers to several images: the label that is given most often, to what share.

    Beside it the means of logits, of the probability of what is given, and of entropies, in nats.
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
    """Return images, (n, 28, 28, 1) float32, moved so that a frozen classifier gives them labels.

    In each step every pixel goes by size / steps against the sign of the loss's derivative: no
    pixel moves farther than `size` in all.

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


def are_unreadable(found: Readability) -> Finding:
    """Find whether outputs cannot be read, with the numbers."""
    return Finding(is_unreadable(found), str(found))


def did_not_help(gain: Interval) -> bool | None:
    """Return whether a change did not help: the share that is read rose by less than two points.

    True where that is sure, False where more is, None otherwise. The gain is the mean of the two
    judges' shares with the change less that without, over seeds or images.
    """
    return is_below(gain, LARGEST_GAIN)


def was_no_help(gain: Interval) -> Finding:
    """Find the same, with its numbers."""
    return Finding(
        did_not_help(gain),
        f"The share that is read, a mean of both judges, grew by {gain}; needed: surely less than "
        f"{LARGEST_GAIN}.",
    )


def if_it_reads(letters: Interval, found: Finding) -> Finding:
    """Return what was found, or that it is undecided where the classifier reads letters no more.

    It does where it surely reads 95 % of unseen letters: a remedy whose classifier does not was
    never tried.
    """
    reads = is_above(letters, LEAST_JUDGE_ACCURACY)
    return Finding(found.holds if reads else None, f"Its classifier reads {letters} of letters.")


def gives_the_reason(labelled: Interval, before: Readability, after: Readability) -> Finding:
    """Find whether outputs are unreadable because a classifier labels whatever it sees.

    True where unreadable outputs have become readable once the classifier had learned to call them
    noise: the reason taken away, the effect went. False where the classifier did not label them in
    the first place. None where they stay unreadable, since there may be more ways than were closed.

    Args:
        labelled: the share of the outputs that the classifier surely calls a letter.
        before: of outputs of the network trained through that classifier.
        after: of one trained through a classifier that has learned to call outputs noise.
    """
    numbers = f"It is sure of {labelled} of the outputs. Before: {before} After: {after}"
    if is_below(labelled, 0.5):
        return Finding(False, numbers)
    return Finding(True if before.verdict is False and after.verdict else None, numbers)


def labels_whatever_it_sees(shares: Mapping[str, Interval]) -> Finding:
    """Find whether a classifier is sure of a letter in most images of every kind, by name.

    It is where each share is surely above a half, and is not where one is surely below.
    """
    told = "; ".join(f"{name}, {share}" for name, share in shares.items())
    holds = all_of([is_above(share, 0.5) for share in shares.values()])
    return Finding(holds, f"It is sure of these shares: {told}; needed: above 0.5.")


def separates(letters: Interval, noise: Interval) -> bool | None:
    """Return whether a classifier with a noise class tells letters from noise.

    It does where it surely reads 95 % of unseen letters and surely gives less than 5 % of unseen
    noise a letter.
    """
    return all_of(
        [is_above(letters, LEAST_JUDGE_ACCURACY), is_below(noise, 1 - LEAST_JUDGE_ACCURACY)]
    )
