"""All losses side by side: the yardstick's numbers as tables, and what was read wrong."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assignment4.encoder_decoder.assessment import (
    LEAST_JUDGE_ACCURACY,
    LEAST_READING_ACCURACY,
    LEAST_SHARE_NEAR,
    Assessment,
    Readability,
    readability,
)
from assignment4.intervals import Interval, is_above, mean_interval
from assignment4.letters import ALPHABETS
from assignment4.tables import Table

READING_COLUMNS = ("own reader", "first judge", "second judge", "as near as letters", "outputs are")
DISTANCE_COLUMNS = (
    "variance share",
    "to mean",
    "to representative",
    "to nearest letter",
    "sharpness",
)


def describe(found: Readability) -> str:
    """Say in a word what is found of outputs: "readable", "unreadable", or why neither.

    "contradictory" where each measure is sure and they do not agree; "too close to tell" where an
    interval holds its bound.
    """
    if found.verdict is not None:
        return "readable" if found.verdict else "unreadable"
    sides = [is_above(judge, LEAST_JUDGE_ACCURACY) for judge in found.judges]
    sides += [is_above(share, LEAST_READING_ACCURACY) for share in found.read]
    sides.append(is_above(found.near, LEAST_SHARE_NEAR))
    return "too close to tell" if None in sides else "contradictory"


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
        measures = readability(letters, found)
        cells = [own.get(name, ""), *measures.read, measures.near, words.get(name, "")]
        rows.append([name, *cells])
    rows += [[name, share, "", "", "", ""] for name, share in baselines.items()]
    return Table(["", *READING_COLUMNS], rows)


def distance_table(assessments: Mapping[str, Assessment]) -> Table:
    """Return how images vary, how far they are from others, and how sharp they are.

    All numbers are means over the images; see `Assessment` for their meaning.
    """
    rows = []
    for name, found in assessments.items():
        numbers = [found.variance_share.estimate, found.to_mean.mean()]
        numbers += [found.to_representative.mean(), found.to_nearest.mean()]
        cells = [f"≈{number:.3f}" for number in numbers] + [f"≈{found.sharpness.mean():.2f}"]
        rows.append([name, *cells])
    return Table(["", *DISTANCE_COLUMNS], rows)


def judges_gains(outputs: Assessment, others: Assessment) -> list[Interval]:
    """Return for each judge by how much the share that it reads exceeds that of other outputs.

    Args:
        outputs: of one network.
        others: of another, for the same inputs; the interval is of the differences image by image.
    """
    right, before = (found.read == found.labels for found in (outputs, others))
    return [mean_interval(gains) for gains in right.astype(int) - before]


def confusion_matrix(read: np.ndarray, labels: np.ndarray, *, count: int = 14) -> np.ndarray:
    """Return how often each letter (row) was read as each (column), (count, count) int64.

    Args:
        read: (n,) labels from 0 to count - 1.
        labels: (n,) of the same range.
        count: how many letters there are.
    """
    counts = np.zeros((count, count), np.int64)
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


def worst(found: Assessment, *, count: int) -> np.ndarray:
    """Return the places of the outputs that at least one judge reads wrong.

    Those that most judges read wrong come first, then those that are farthest from the mean of
    their class.

    Args:
        found: of a network's outputs.
        count: how many places at most.
    """
    wrong = (found.read != found.labels).sum(axis=0)
    order = np.lexsort((-found.to_mean, -wrong))
    return order[wrong[order] > 0][:count]


def readings(found: Assessment, places: Sequence[int], letters: str) -> list[str]:
    """Return for some outputs the right letter and what each judge reads, such as "B: BR".

    Args:
        found: of a network's outputs.
        places: of the outputs.
        letters: the name of each label, one character each.
    """
    names = np.array(list(letters))
    return [
        f"{names[found.labels[place]]}: {''.join(names[found.read[:, place]])}" for place in places
    ]
