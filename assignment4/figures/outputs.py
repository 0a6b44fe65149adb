"""Pictures of what networks draw, and of what is read in it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.letters import letter_axes, plot_letters
from assignment4.letters import ALPHABETS


def plot_rows(rows: Mapping[str, np.ndarray], *, column_names: Sequence[str] = ()) -> Axes:
    """Draw rows of images in a figure of the right size; see `letters.plot_letters`."""
    columns = max(len(images) for images in rows.values())
    return plot_letters(letter_axes(len(rows), columns), rows, column_names=column_names)


def plot_ghosts(
    inputs: np.ndarray, outputs: np.ndarray, weights: np.ndarray, means: np.ndarray
) -> Axes:
    """Draw outputs beside the mixtures of class means that come closest to them.

    Letters and outputs are (n, 28, 28) and (n, 28, 28, 1), the means (classes, 28, 28, 1), and
    their weights in each mixture (n, classes); the two largest stand above.
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


def plot_confusions(axes: Axes, counts: np.ndarray, letters: str) -> None:
    """Draw a confusion matrix: shades for the share of a row, numbers for the counts.

    The counts have a row for each letter that should be read, and a column for each name.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    style = {"ha": "center", "va": "center", "fontsize": 8}
    for row, column in zip(*np.nonzero(counts), strict=True):
        color = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, counts[row, column], color=color, **style)
    axes.set_xticks(range(len(letters)), list(letters))
    axes.set_yticks(range(len(counts)), list(letters)[: len(counts)])
    axes.set(xlabel="read as", ylabel="should be")


def clip_bright(images: np.ndarray) -> np.ndarray:
    """Return normalised images with every pixel at most two deviations above the mean."""
    return np.minimum(images, 2.0)
