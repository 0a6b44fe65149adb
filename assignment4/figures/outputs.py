"""Pictures of what networks draw, and of what is read in it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.letters import letter_axes, plot_letters
from assignment4.letters import ALPHABETS

BRIGHTEST = 2.0
"""In deviations above the mean of an image: brighter pixels are drawn alike."""


def plot_rows(rows: Mapping[str, np.ndarray], *, column_names: Sequence[str] = ()) -> Axes:
    """Draw rows of images in a figure of the right size; see `letters.plot_letters`."""
    columns = max(len(images) for images in rows.values())
    return plot_letters(letter_axes(len(rows), columns), rows, column_names=column_names)


def plot_ghosts(
    inputs: np.ndarray, outputs: np.ndarray, weights: np.ndarray, means: np.ndarray
) -> Axes:
    """Draw outputs beside the mixtures of class means that come closest to them.

    Args:
        inputs: the letters, (n, 28, 28).
        outputs: a network's for them, (n, 28, 28, 1).
        weights: of the means in each mixture, (n, classes); the two largest stand above.
        means: of the classes, (classes, 28, 28, 1).
    """
    order = weights.argsort(axis=1)[:, ::-1]
    largest = np.sort(weights, axis=1)[:, :-3:-1]
    rows = {
        ALPHABETS["cyrillic"]: inputs,
        "output": outputs,
        "mixture": np.tensordot(weights, means, axes=1),
        "largest part": means[order[:, 0]],
        "second part": means[order[:, 1]],
    }
    return plot_rows(rows, column_names=[f"{a:.2f}\n{b:.2f}" for a, b in largest])


def plot_confusions(axes: Axes, counts: np.ndarray, *, drawn: str, read: str) -> Axes:
    """Draw a confusion matrix: shades for the share of a row, numbers for the errors.

    Args:
        axes: to draw on.
        counts: (letters, letters) integers, a row for each letter that should be read.
        drawn: names of the rows, one character each.
        read: names of the columns, one character each.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shares[row, column] > 0.5
        axes.text(
            column,
            row,
            counts[row, column],
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else "black",
        )
    axes.set_xticks(range(len(read)), list(read))
    axes.set_yticks(range(len(drawn)), list(drawn))
    axes.set(xlabel="read as", ylabel="should be")
    return axes


def clip_bright(images: np.ndarray) -> np.ndarray:
    """Return normalised images with every pixel at most two deviations above the mean."""
    return np.minimum(images, BRIGHTEST)


def plot_failures(
    axes: Axes, rows: Mapping[str, np.ndarray], column_names: Sequence[str], *, title: str
) -> Axes:
    """Draw outputs that were read wrong, in rows of images, or say that there is none.

    Args:
        axes: to draw on.
        rows: see `letters.plot_letters`.
        column_names: written above the columns; there may be none.
        title: the network's name.
    """
    if column_names:
        plot_letters(axes, rows, column_names=column_names)
    else:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes)
    axes.set_title(title, fontsize=9)
    return axes
