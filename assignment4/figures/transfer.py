"""Pictures of what readers of typefaces read of other faces."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from assignment4.figures.letters import plot_letters
from assignment4.figures.outputs import plot_confusions
from assignment4.figures.panels import panels_in_a_row, plot_intervals
from assignment4.intervals import Interval
from assignment4.transfer.kinds import Reading, misread


def plot_accuracies(curves: Mapping[str, Sequence[Interval]], faces: Sequence[str]) -> Axes:
    """Draw up to four curves of accuracies against what was trained on, from few faces to many."""
    axes, places = plt.figure().subplots(), range(len(faces))
    plot_intervals(axes, curves, places, apart=0.05, largest=1)
    axes.set_xticks(places, faces)
    axes.set(xlabel="trained on", ylabel="share read right", ylim=(None, 1.005))
    axes.legend(loc="lower right")
    return axes


def plot_both_ways(readings: Sequence[Reading]) -> list[Axes]:
    """Draw the confusion matrix of each reading, side by side."""
    panels = panels_in_a_row(len(readings), 5.2 * len(readings), 5.2)
    for axes, one in zip(panels, readings, strict=True):
        plot_confusions(axes, one.counts, one.letters.letters)
        axes.set_title(f"trained on {one.trained_on},\nreading {one.of}", fontsize=10)
    return panels


def plot_misread(readings: Sequence[Reading], *, rows: int = 4, columns: int = 8) -> list[Axes]:
    """Draw up to so many letters of each pair most often confused, a panel for each reading."""
    panels = panels_in_a_row(len(readings), (0.5 * columns + 1.2) * len(readings), 0.5 * rows + 0.8)
    for axes, one in zip(panels, readings, strict=True):
        plot_letters(axes, misread(one, rows=rows, columns=columns))
        axes.set_title(f"{one.of}, read by a reader of {one.trained_on}", fontsize=9)
    return panels
