"""All losses side by side: the yardstick's numbers as a table, and what was read wrong."""

from collections.abc import Mapping

import numpy as np

from assignment4.encoder_decoder.assessment import Assessment, Readability
from assignment4.intervals import proportion_interval
from assignment4.tables import Table

COLUMNS = (
    "first judge",
    "second judge",
    "variance share",
    "to mean",
    "to representative",
    "to nearest letter",
    "sharpness",
    "training",
)


def comparison_table(assessments: Mapping[str, Assessment], seconds: Mapping[str, float]) -> Table:
    """Return a row of numbers for each name; see `Assessment` for their meaning.

    Args:
        assessments: of letters and of outputs.
        seconds: that a training took, for those names that had one.
    """
    rows = []
    for name, found in assessments.items():
        numbers = [accuracy.estimate for accuracy in found.reading_accuracies]
        numbers += [found.variance_share.estimate, found.to_mean.mean()]
        numbers += [found.to_representative.mean(), found.to_nearest.mean()]
        cells = [f"≈{number:.3f}" for number in numbers] + [f"≈{found.sharpness.mean():.2f}"]
        rows.append([name, *cells, f"≈{seconds[name]:.0f} s" if name in seconds else ""])
    return Table(["", *COLUMNS], rows)


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


def readability_of_run(result: Mapping[str, float], *, letters: int, outputs: int) -> Readability:
    """Return the readability of one stored run, whose shares are of so many images.

    Args:
        result: a line of results, such as `replication.read_results` gives.
        letters: how many unseen Latin letters the judges read.
        outputs: how many outputs were measured.
    """

    def interval(name: str, count: int):
        return proportion_interval(round(result[name] * count), count)

    judges = ("first", "second")
    return Readability(
        [interval(f"{judge} judge", letters) for judge in judges],
        [interval(f"read by {judge} judge", outputs) for judge in judges],
        interval("as near as letters", outputs),
    )
