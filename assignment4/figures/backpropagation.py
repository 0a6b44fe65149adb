"""Pictures of what goes forth and back through a convolution, with its matrix between them."""

import numpy as np
import scipy.sparse
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assignment4.figures.colors import BLUE


def plot_stored_entries(axes: Axes, matrix: scipy.sparse.sparray, *, size: float = 0.6) -> Axes:
    """Draw a dot for each stored entry of a sparse matrix, row 0 on top.

    Args:
        axes: to draw on.
        matrix: (rows, columns), sparse.
        size: of a dot, in points.
    """
    entries = matrix.tocoo()
    axes.plot(entries.col, entries.row, "s", color=BLUE, markersize=size, markeredgewidth=0)
    rows, columns = matrix.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set(xticks=[0, columns - 1], yticks=[0, rows - 1])
    axes.set(xticklabels=[1, columns], yticklabels=[1, rows])
    return axes


def plot_signed(axes: Axes, values: np.ndarray) -> Axes:
    """Draw an image of positive and negative values: purple above zero, orange below.

    Args:
        axes: to draw on.
        values: (h, w) float; the colours reach to its largest absolute value.
    """
    largest = np.abs(values).max()
    axes.imshow(values, cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    return axes


def plot_forth_and_back(
    figure: Figure,
    matrix: scipy.sparse.sparray,
    image: np.ndarray,
    values: np.ndarray,
    errors: np.ndarray,
    gradient: np.ndarray,
) -> dict[str, Axes]:
    """Draw y = A x above and A^T p below: images to the left, feature maps to the right.

    Args:
        figure: to draw on, empty.
        matrix: A, (outputs, inputs), sparse.
        image: x, (h, w).
        values: y, (output h, output w, 2), two feature maps.
        errors: p, the gradient by the values, in their shape.
        gradient: A^T p, the gradient by the image, (h, w).

    Returns:
        The axes by what they show: "x", "A", "y1", "y2" and "gradient", "A^T", "p1", "p2".
    """
    axes = figure.subplot_mosaic(
        [["x", "A", "y1", "y2"], ["gradient", "A^T", "p1", "p2"]],
        width_ratios=[1.4, 1.8, 1, 1],
    )
    rows, columns = matrix.shape
    axes["x"].imshow(image, cmap="gray", interpolation="nearest")
    axes["x"].set(xticks=[], yticks=[], title="image $x$")
    plot_signed(axes["gradient"], gradient).set_title(r"$\nabla E(x) = A^T p$")
    plot_stored_entries(axes["A"], matrix).set_title(rf"$A$, {rows} × {columns} $\rightarrow$")
    plot_stored_entries(axes["A^T"], matrix.T)
    axes["A^T"].set_title(rf"$\leftarrow$ $A^T$, {columns} × {rows}")
    for channel in (0, 1):
        place = channel + 1
        plot_signed(axes[f"y{place}"], values[..., channel])
        axes[f"y{place}"].set_title(f"$y$, map {place}")
        plot_signed(axes[f"p{place}"], errors[..., channel])
        axes[f"p{place}"].set_title(f"$p$, map {place}")
    return axes
