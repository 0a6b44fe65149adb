"""Pictures of what readers of typefaces read of other faces."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.figures.letters import plot_letters
from assignment4.figures.outputs import plot_confusions
from assignment4.intervals import Interval
from assignment4.transfer.kinds import Reading, misread

_STYLES = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^:"), ("black", "D-."))
_APART = 0.05
"""Between the points of neighbouring curves, in the distance of two groups of faces."""


def plot_accuracies(curves: Mapping[str, Sequence[Interval]], faces: Sequence[str]) -> Axes:
    """Draw accuracies against what was trained on, with a bar for each interval, cut at 1.

    Args:
        curves: for each of up to four names an interval for each of `faces`.
        faces: what was trained on, in words, from few to many.
    """
    axes, places = plt.figure().subplots(), np.arange(len(faces))
    for number, ((name, found), (color, style)) in enumerate(
        zip(curves.items(), _STYLES, strict=False)
    ):
        shift = (number - (len(curves) - 1) / 2) * _APART
        means = [one.estimate for one in found]
        lower = [one.estimate - one.lower for one in found]
        upper = [min(one.upper, 1) - one.estimate for one in found]
        axes.errorbar(
            places + shift, means, [lower, upper], fmt=style, color=color, label=name, capsize=3,
            markersize=5,
        )  # fmt: skip
    axes.set_xticks(places, faces)
    axes.set(xlabel="trained on", ylabel="share read right", ylim=(None, 1.005))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    return axes


def plot_both_ways(readings: Sequence[Reading]) -> list[Axes]:
    """Draw the confusion matrix of each reading, side by side."""
    _, panels = plt.subplots(
        1, len(readings), figsize=(5.2 * len(readings), 5.2), layout="constrained", squeeze=False
    )
    for axes, one in zip(panels[0], readings, strict=True):
        letters = one.letters.letters
        plot_confusions(axes, one.counts, drawn=letters, read=letters)
        axes.set_title(f"trained on {one.trained_on},\nreading {one.of}", fontsize=10)
    return list(panels[0])


def plot_misread(readings: Sequence[Reading], *, rows: int = 4, columns: int = 8) -> list[Axes]:
    """Draw letters that were taken for others, a row for each pair most often confused.

    Args:
        readings: a panel for each.
        rows: how many pairs.
        columns: how many images of each at most.
    """
    _, panels = plt.subplots(
        1,
        len(readings),
        figsize=((0.5 * columns + 1.2) * len(readings), 0.5 * rows + 0.8),
        layout="constrained",
        squeeze=False,
    )
    for axes, one in zip(panels[0], readings, strict=True):
        plot_letters(axes, misread(one, rows=rows, columns=columns))
        axes.set_title(f"{one.of}, read by a reader of {one.trained_on}", fontsize=9)
    return list(panels[0])
