"""All losses side by side: the yardstick's numbers as tables, and what was read wrong."""

from collections.abc import Mapping
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.assessment import (
    LEAST_JUDGE_ACCURACY,
    LEAST_READ,
    MOST_READ,
    Assessment,
    Readability,
)
from assignment4.encoder_decoder.classifiers import read_letters
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.intervals import Interval, is_above, mean_interval
from assignment4.letters import ALPHABETS
from assignment4.tables import Table, table

NO_LETTER_NAME = "-"
"""What is shown where a judge reads no letter."""

READING_COLUMNS = ("own reader", "first judge", "second judge", "outputs are")


def describe(found: Readability) -> str:
    """Say in a word what is found of outputs: "readable", "unreadable", or why neither.

    "partly readable" where a judge surely reads a share between the bounds, or the judges differ;
    "too close to tell" where an interval holds a bound.
    """
    if found.verdict is not None:
        return "readable" if found.verdict else "unreadable"
    sides = [is_above(judge, LEAST_JUDGE_ACCURACY) for judge in found.judges]
    sides += [is_above(share, bound) for share in found.read for bound in (MOST_READ, LEAST_READ)]
    return "too close to tell" if None in sides else "partly readable"


def reading_table(
    letters: Assessment,
    outputs: Mapping[str, Assessment],
    own: Mapping[str, Interval],
    baselines: Mapping[str, Interval],
    words: Mapping[str, str],
) -> Table:
    """Return who reads how much of what, a row for each name.

    Args:
        letters: of unseen Latin letters.
        outputs: of networks, by name.
        own: the share of outputs that the network's own classifier reads right, where it has one.
        baselines: the accuracy of methods that draw nothing.
        words: what the outputs of a network are found to be, by name.
    """
    rows = []
    of_letters = {f"unseen {ALPHABETS['latin']} letters": letters}
    for name, found in (of_letters | dict(outputs)).items():
        rows.append([name, own.get(name, ""), *found.reading_accuracies, words.get(name, "")])
    rows += [[name, share, "", "", ""] for name, share in baselines.items()]
    return Table(["", *READING_COLUMNS], rows)


def distance_table(assessments: Mapping[str, Assessment]) -> Table:
    """Return how images vary, how far they are from others, and how sharp they are.

    All numbers are means over the images; see `Assessment` for their meaning.
    """
    found = assessments.values()
    columns = {
        "variance share": [one.variance_share.estimate for one in found],
        "to mean": [one.to_mean.mean() for one in found],
        "to representative": [one.to_representative.mean() for one in found],
        "sharpness": [one.sharpness.mean() for one in found],
    }
    return table({"": list(assessments)} | columns, measured=columns)


def apart(found: Assessment, stored: Mapping[str, float]) -> np.ndarray:
    """Return how far a network is from a stored run: in distance to the mean, and in what is read.

    The second is the share that the first judge reads; (2,) float, not negative.
    """
    numbers = found.to_mean.mean(), found.reading_accuracies[0].estimate
    return np.abs(np.subtract(numbers, [stored["to mean"], stored["read by first judge"]]))


def share_read(classifier: keras.Model, images: np.ndarray, labels: np.ndarray) -> Interval:
    """Return the share of images that a classifier reads as their letter.

    Args:
        classifier: of letters.
        images: (n, 28, 28, 1).
        labels: (n,).
    """
    return accuracy(read_letters(classifier, images), labels)


def gain_in_reading(outputs: Assessment, others: Assessment) -> Interval:
    """Return by how much the share that is read, a mean of both judges, exceeds that of others.

    Args:
        outputs: of one network.
        others: of another, for the same inputs; the interval is of the differences image by image.
    """
    right, before = (found.read == found.labels for found in (outputs, others))
    return mean_interval((right.astype(float) - before).mean(axis=0))


def confusion_matrix(read: np.ndarray, labels: np.ndarray, *, count: int = 14) -> np.ndarray:
    """Return how often each letter (row) was read as each (column), (count, count + 1) int64.

    Args:
        read: (n,) labels from 0 to count; the last, and so the last column, is that of no letter.
        labels: (n,) from 0 to count - 1.
        count: how many letters there are.
    """
    counts = np.zeros((count, count + 1), np.int64)
    np.add.at(counts, (labels, read), 1)
    return counts


class WorstLetter(NamedTuple):
    """The letter that is read right least often: its label, and how often of how many."""

    label: int
    right: int
    count: int

    def told(self, letters: str) -> str:
        """Return the letter and how often it is read right, such as "N: 12 of 60"."""
        return f"{letters[self.label]}: {self.right} of {self.count}"


def worst_letter(counts: np.ndarray) -> WorstLetter:
    """Return the letter of which the smallest share is read right.

    Args:
        counts: a `confusion_matrix` in which every letter occurs.
    """
    totals, right = counts.sum(axis=1), np.diag(counts)
    label = int(np.argmin(right / totals))
    return WorstLetter(label, int(right[label]), int(totals[label]))
