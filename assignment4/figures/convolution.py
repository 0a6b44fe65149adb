"""Pictures of convolutions: windows over an axis, proofs, matrices, images and contributions."""

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse
import sympy
from matplotlib.axes import Axes
from sympy import latex

from assignment4.convolution import output_size, padding_amounts
from assignment4.convolution.symbolic_sizes import Step, d, k, n
from assignment4.figures.colors import BLUE, ORANGE


def plot_windows(
    axes: Axes, sizes: Sequence[int], *, kernel: int, stride: int, padding: str
) -> Axes:
    """Draw a row of pixels for each size, with the padding dashed and the windows below as bars.

    Pixels behind the last window, which no window reads, are hatched.

    Args:
        axes: to draw on.
        sizes: of the input, in pixels.
        kernel: the number of taps.
        stride: in pixels.
        padding: "SAME" or "VALID".
    """
    options = {"kernel": kernel, "stride": stride, "padding": padding}
    for row, size in enumerate(sizes):
        before, after = padding_amounts(size, **options)
        starts = np.arange(output_size(size, **options)) * stride - before
        for place in range(-before, size + after):
            axes.add_patch(
                _pixel(place, row, inside=0 <= place < size, read=_is_read(place, starts, kernel))
            )
        for number, start in enumerate(starts):
            height = row + 0.34 + 0.12 * (number % 2)
            axes.plot([start - 0.4, start + kernel - 0.6], [height] * 2, color=BLUE, linewidth=3)
    axes.set_yticks(
        range(len(sizes)), [f"{size} → {output_size(size, **options)}" for size in sizes]
    )
    axes.set(xlim=(-1.7, max(sizes) + 0.7), ylim=(len(sizes) - 0.35, -0.5), xticks=[])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(padding)
    return axes


def _is_read(place: int, starts: np.ndarray, kernel: int) -> bool:
    return bool(((starts <= place) & (place < starts + kernel)).any())


def _pixel(place: int, row: int, *, inside: bool, read: bool) -> plt.Rectangle:
    return plt.Rectangle(
        (place - 0.45, row - 0.25),
        0.9,
        0.5,
        facecolor="#dddddd" if inside else "white",
        edgecolor="black" if inside else ORANGE,
        linestyle="-" if inside else "--",
        hatch=None if read else "////",
    )


def plot_size_rules(sizes: Mapping[str, Sequence[int]], *, kernel: int, stride: int) -> list[Axes]:
    """Draw the windows of `plot_windows` for each padding, one panel beside the other.

    Args:
        sizes: for "SAME", "VALID" or both the sizes of the input, in pixels.
        kernel: the number of taps.
        stride: in pixels.
    """
    _, panels = plt.subplots(
        1, len(sizes), figsize=(4.4 * len(sizes), 2.6), layout="constrained", squeeze=False
    )
    for axes, (padding, row) in zip(panels[0], sizes.items(), strict=True):
        plot_windows(axes, row, kernel=kernel, stride=stride, padding=padding)
    return list(panels[0])


def typeset_proof(steps: Iterable[Step]) -> str:
    """Return the steps of a proof about sizes in LaTeX, a line each under a head.

    The size of a window, (k - 1) d + 1, is written as k'.
    """
    lines = [r"\text{case} & \text{claim} & \text{without rounding} & \text{margin}"]
    for step in steps:
        parts = (step.case[n], step.claim, step.unrounded, step.margin)
        case, claim, unrounded, margin = (latex(_name_window(part)) for part in parts)
        lines.append(rf"n = {case} & {claim} & {unrounded} & {margin}")
    return r"\begin{array}{llll} " + r" \\[1.5ex] ".join(lines) + r" \end{array}"


def _name_window(expression: sympy.Basic) -> sympy.Basic:
    return expression.subs(d * (k - 1), sympy.Symbol("k'", integer=True, positive=True) - 1)


def plot_matrices(matrices: Mapping[str, scipy.sparse.sparray]) -> list[Axes]:
    """Draw small sparse matrices side by side under their names; see `plot_matrix`."""
    _, panels = plt.subplots(
        1, len(matrices), figsize=(3.5 * len(matrices), 3.4), layout="constrained", squeeze=False
    )
    for axes, (name, matrix) in zip(panels[0], matrices.items(), strict=True):
        plot_matrix(axes, matrix).set_title(name)
    return list(panels[0])


def plot_matrix(axes: Axes, matrix: scipy.sparse.sparray) -> Axes:
    """Draw a small sparse matrix, coloured by value, and white where no entry is stored."""
    stored = matrix.tocoo()
    entries = np.full(matrix.shape, np.nan)
    entries[stored.row, stored.col] = stored.data
    axes.imshow(entries, cmap="viridis", interpolation="nearest")
    rows, columns = matrix.shape
    axes.set(xlabel=f"{columns} columns", ylabel=f"{rows} rows", xticks=[], yticks=[])
    return axes


def plot_images(images: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw images side by side under their names, each over its own range of grey."""
    _, panels = plt.subplots(
        1, len(images), figsize=(2.2 * len(images), 2.5), layout="constrained", squeeze=False
    )
    for panel, (name, image) in zip(panels[0], images.items(), strict=True):
        panel.imshow(image, cmap="gray", interpolation="nearest")
        panel.set(title=name, xticks=[], yticks=[])
    return list(panels[0])


def plot_contributions(counts: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw how many values reach each pixel, the counts written into the pixels.

    Args:
        counts: for each name (h, w) integers; one range of colours serves all.
    """
    _, panels = plt.subplots(
        1, len(counts), figsize=(3 * len(counts), 3.3), layout="constrained", squeeze=False
    )
    largest = max(image.max() for image in counts.values())
    for panel, (name, image) in zip(panels[0], counts.items(), strict=True):
        panel.imshow(image, cmap="Blues", vmin=0, vmax=1.6 * largest, interpolation="nearest")
        _write(panel, image)
        panel.set(title=name, xticks=[], yticks=[])
    return list(panels[0])


def _write(axes: Axes, numbers: np.ndarray) -> None:
    for (row, column), number in np.ndenumerate(numbers):
        axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=9, color="black")
