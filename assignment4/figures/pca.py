"""Pictures of principal components: their eigenvalues, they themselves, and the search for them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, LINES, ORANGE
from assignment4.figures.panels import plot_tiles
from assignment4.pca.minimum.search import SubspaceSearch

ROUNDING = 1e-12  # shares below are not drawn


def plot_scree(axes: Axes, shares: Mapping[str, np.ndarray], *, marked: Sequence[int] = ()) -> Axes:
    """Draw the share of the variance that k components leave, against k, on logarithmic axes.

    The shares are (d + 1,), for k = 0 to d, as from `shares_left`, for up to three names. At each
    marked k the first curve has a dot with its share, where it is drawn.
    """
    for (name, values), (color, style) in zip(shares.items(), LINES, strict=False):
        numbers = np.flatnonzero(values > ROUNDING)
        axes.plot(numbers[1:], values[numbers[1:]], style, color=color, label=name)
    first = next(iter(shares.values()))
    marked = [k for k in marked if k and first[k] > ROUNDING]
    axes.plot(marked, first[marked], "o", color=BLUE)
    beside = {"xytext": (4, 4), "textcoords": "offset points", "fontsize": 8}
    for k in marked:
        axes.annotate(f"{first[k]:.2g}", (k, first[k]), **beside)
    axes.set(xscale="log", yscale="log", xlabel="components kept, k", ylabel="share left")
    axes.grid(alpha=0.3)
    axes.legend()
    return axes


def plot_components(axes: Axes, vectors: np.ndarray, *, columns: int = 10) -> Axes:
    """Draw components, the columns of (d, n), as square images, so many in a row.

    Positive entries are purple, negative ones orange, and each has its own range, the same to both
    sides of 0, which is white.
    """
    size = round(len(vectors) ** 0.5)
    images = (vectors / np.abs(vectors).max(axis=0)).T.reshape(-1, size, size)
    rows = {}
    for start in range(0, len(images), columns):
        row = images[start : start + columns]
        rows[f"{start + 1} to {start + len(row)}"] = row
    plot_tiles(axes, rows, cmap="PuOr", vmin=-1)
    return axes


def plot_search(axes: Axes, search: SubspaceSearch) -> Axes:
    """Draw errors of random subspaces as bars, those of eigenvectors as ticks, and the formula.

    All are shares of the error of k = 0.
    """
    edges = np.linspace(0, 1, 41)
    counts, _ = np.histogram(search.random_errors / search.total, bins=edges)
    axes.stairs(counts, edges, fill=True, color=BLUE, alpha=0.6, label="random subspaces")
    shares = search.subset_errors / search.total
    level = np.full(shares.shape, -0.06 * counts.max())
    axes.plot(shares, level, "|", color="black", markersize=9, label="choices of eigenvectors")
    axes.axvline(search.minimum / search.total, color=ORANGE, linestyle="--", label="formula")
    axes.set(xlabel="error, as a share of the total", ylabel="random subspaces")
    axes.set_ylim(bottom=-0.12 * counts.max())
    axes.legend(fontsize=9)
    return axes
