"""Pictures of Exercises 1 and 3: windows over an axis, proofs, matrices, images, forth and back."""

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse
import sympy
from IPython.display import Math
from matplotlib.axes import Axes
from sympy import latex

from assignment4.convolution.sizes import output_size, padding_amounts
from assignment4.convolution.symbolic_sizes import ProofStep, d, k, n
from assignment4.figures.colors import BLUE, ORANGE
from assignment4.figures.panels import panels_in_a_row


def plot_size_rules(sizes: Mapping[str, Sequence[int]], *, kernel: int, stride: int) -> list[Axes]:
    """Draw how windows lie over an axis: a row for each size, one panel for each padding.

    Padding is dashed, windows are bars below, and pixels that no window reads are hatched. The
    sizes are those of the input, for "SAME", "VALID" or both.
    """
    panels = panels_in_a_row(len(sizes), 4.4 * len(sizes), 2.6)
    for axes, (padding, row) in zip(panels, sizes.items(), strict=True):
        _plot_windows(axes, row, kernel=kernel, stride=stride, padding=padding)
    return panels


def _plot_windows(axes: Axes, sizes: Sequence[int], **options) -> None:
    kernel = options["kernel"]
    for row, size in enumerate(sizes):
        before, after = padding_amounts(size, **options)
        starts = np.arange(output_size(size, **options)) * options["stride"] - before
        for place in range(-before, size + after):
            inside = 0 <= place < size
            pixel = plt.Rectangle((place - 0.45, row - 0.25), 0.9, 0.5)
            pixel.set(facecolor="#dddddd" if inside else "white", linestyle="-" if inside else "--")
            pixel.set(edgecolor="black" if inside else ORANGE)
            if not ((starts <= place) & (place < starts + kernel)).any():
                pixel.set(hatch="////")
            axes.add_patch(pixel)
        for number, start in enumerate(starts):
            height = row + 0.34 + 0.12 * (number % 2)
            axes.plot([start - 0.4, start + kernel - 0.6], [height] * 2, color=BLUE, linewidth=3)
    labels = [f"{size} → {output_size(size, **options)}" for size in sizes]
    axes.set_yticks(range(len(sizes)), labels)
    axes.set(xlim=(-1.7, max(sizes) + 0.7), ylim=(len(sizes) - 0.35, -0.5), xticks=[])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(options["padding"])


def typeset_proof(steps: Iterable[ProofStep]) -> Math:
    """Return the steps of a proof about sizes in LaTeX, a line each under a head.

    The size of a window, (k - 1) d + 1, is written as k'.
    """
    window = sympy.Symbol("k'", integer=True, positive=True)
    lines = [r"\text{case} & \text{claim} & \text{without rounding} & \text{margin}"]
    for step in steps:
        parts = (step.case[n], step.claim, step.unrounded, step.margin)
        cells = [latex(part.subs(d * (k - 1), window - 1)) for part in parts]
        lines.append(f"n = {' & '.join(cells)}")
    return Math(r"\begin{array}{llll} " + r" \\[1.5ex] ".join(lines) + r" \end{array}")


def typeset_equations(equations: Sequence[sympy.Eq]) -> Math:
    """Return equations in LaTeX, four in a line."""
    texts = [latex(equation) for equation in equations]
    lines = [r" \qquad ".join(texts[start : start + 4]) for start in range(0, len(texts), 4)]
    return Math(r"\begin{gathered}" + r" \\[1ex] ".join(lines) + r"\end{gathered}")


def plot_images(images: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw images side by side under their names, each over its own range of grey."""
    return _plot_each(images, 2.2, 2.5, cmap="gray")


def plot_matrices(matrices: Mapping[str, scipy.sparse.sparray]) -> list[Axes]:
    """Draw small sparse matrices side by side under their names.

    They are coloured by value, and white where no entry is stored.
    """
    entries = {}
    for name, matrix in matrices.items():
        stored = matrix.tocoo()
        entries[name] = np.full(matrix.shape, np.nan)
        entries[name][stored.row, stored.col] = stored.data
    panels = _plot_each(entries, 3.5, 3.4, cmap="viridis")
    for axes, matrix in zip(panels, matrices.values(), strict=True):
        rows, columns = matrix.shape
        axes.set(xlabel=f"{columns} columns", ylabel=f"{rows} rows")
    return panels


def plot_contributions(counts: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw how many values reach each pixel, with the counts in the pixels and a name above."""
    largest = max(image.max() for image in counts.values())
    panels = _plot_each(counts, 3, 3.3, cmap="Blues", vmin=0, vmax=1.6 * largest)
    for axes, image in zip(panels, counts.values(), strict=True):
        for (row, column), number in np.ndenumerate(image):
            axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=9)
    return panels


def _plot_each(
    images: Mapping[str, np.ndarray], width: float, height: float, **colors
) -> list[Axes]:
    panels = panels_in_a_row(len(images), width * len(images), height)
    for axes, (name, image) in zip(panels, images.items(), strict=True):
        axes.imshow(image, interpolation="nearest", **colors)
        axes.set(title=name, xticks=[], yticks=[])
    return panels


def plot_stored_entries(axes: Axes, matrix: scipy.sparse.sparray, *, size: float = 0.6) -> Axes:
    """Draw a dot, so many points large, for each stored entry of a sparse matrix, row 0 on top."""
    entries = matrix.tocoo()
    axes.plot(entries.col, entries.row, "s", color=BLUE, markersize=size, markeredgewidth=0)
    rows, columns = matrix.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set(xticks=[0, columns - 1], yticks=[0, rows - 1])
    axes.set(xticklabels=[1, columns], yticklabels=[1, rows])
    return axes


def plot_forth_and_back(
    matrix: scipy.sparse.sparray,
    image: np.ndarray,
    values: np.ndarray,
    errors: np.ndarray,
    gradient: np.ndarray,
) -> dict[str, Axes]:
    """Draw y = A x above and A^T p below: images to the left, feature maps to the right.

    Image and gradient are x and A^T p, (h, w), values and errors two maps of y and p, (output h,
    output w, 2). In the coloured panels purple is above zero and orange below. The axes have the
    names "x", "A", "y1", "y2" and "gradient", "A^T", "p1", "p2".
    """
    axes = plt.figure(figsize=(8, 5.2), layout="constrained").subplot_mosaic(
        [["x", "A", "y1", "y2"], ["gradient", "A^T", "p1", "p2"]],
        width_ratios=[1.4, 1.8, 1, 1],
    )
    rows, columns = matrix.shape
    axes["x"].imshow(image, cmap="gray", interpolation="nearest")
    axes["x"].set(xticks=[], yticks=[], title="image $x$")
    plot_stored_entries(axes["A"], matrix).set_title(rf"$A$, {rows} × {columns} $\rightarrow$")
    plot_stored_entries(axes["A^T"], matrix.T)
    axes["A^T"].set_title(rf"$\leftarrow$ $A^T$, {columns} × {rows}")
    _plot_signed(axes["gradient"], gradient, r"$\nabla E(x) = A^T p$")
    for name, maps in {"y": values, "p": errors}.items():
        for number in (1, 2):
            _plot_signed(axes[f"{name}{number}"], maps[..., number - 1], f"${name}$, map {number}")
    return axes


def _plot_signed(axes: Axes, values: np.ndarray, title: str) -> None:
    largest = np.abs(values).max()
    axes.imshow(values, cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    axes.set(xticks=[], yticks=[], title=title)
