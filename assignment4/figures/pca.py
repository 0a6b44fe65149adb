"""Pictures of principal components: their eigenvalues, they themselves, and the search for them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.pca.minimum.search import SubspaceSearch

ROUNDING = 1e-12
"""Shares below this are rounding, and are not drawn."""

_GAP, _BARS = 2, 40
_CURVES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))


def plot_scree(axes: Axes, shares: Mapping[str, np.ndarray], *, marked: Sequence[int] = ()) -> Axes:
    """Draw the share of the variance that k components leave, against k, on logarithmic axes.

    Args:
        axes: to draw on.
        shares: for each of one to three names (d + 1,), for k = 0 to d, as from `shares_left`.
        marked: the k at which the first curve has a dot with its share, where it is drawn.

    Raises:
        ValueError: there are more than three curves.
    """
    if len(shares) > len(_CURVES):
        raise ValueError(f"{len(shares)} curves, and colours for {len(_CURVES)}")
    for (name, values), (color, style) in zip(shares.items(), _CURVES, strict=False):
        numbers = np.flatnonzero(values > ROUNDING)
        axes.plot(numbers[1:], values[numbers[1:]], style, color=color, label=name)
    first = next(iter(shares.values()))
    marked = [k for k in marked if k and first[k] > ROUNDING]
    axes.plot(marked, first[marked], "o", color=BLUE)
    for k in marked:
        axes.annotate(
            f"{first[k]:.2g}",
            (k, first[k]),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(xscale="log", yscale="log", xlabel="components kept, k", ylabel="share left")
    axes.grid(alpha=0.3)
    axes.legend()
    return axes


def plot_components(axes: Axes, vectors: np.ndarray, *, columns: int = 10) -> Axes:
    """Draw components as images in rows, positive entries in purple, negative ones in orange.

    Each has its own range, the same to both sides of 0, which is white.

    Args:
        axes: to draw on.
        vectors: (d, n), columns; d is a square number.
        columns: how many stand in a row.

    Raises:
        ValueError: d is no square number.
    """
    size = _side(len(vectors))
    step, rows = size + _GAP, -(-vectors.shape[1] // columns)
    mosaic = np.full((rows * step - _GAP, columns * step - _GAP), np.nan)
    for number, vector in enumerate(vectors.T):
        row, column = divmod(number, columns)
        image = (vector / np.abs(vector).max()).reshape(size, size)
        mosaic[row * step :, column * step :][:size, :size] = image
    axes.imshow(mosaic, cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
    starts = np.arange(rows) * columns
    ends = np.minimum(starts + columns, vectors.shape[1])
    names = [f"{start + 1} to {end}" for start, end in zip(starts, ends, strict=True)]
    axes.set_yticks(np.arange(rows) * step + (size - 1) / 2, names)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes


def plot_search(axes: Axes, search: SubspaceSearch) -> Axes:
    """Draw errors of random subspaces as bars, those of eigenvectors as ticks, and the formula.

    Args:
        axes: to draw on.
        search: its errors are drawn as shares of the error of k = 0.
    """
    edges = np.linspace(0, 1, _BARS + 1)
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


def _side(entries: int) -> int:
    side = int(np.sqrt(entries))
    if side**2 != entries:
        raise ValueError(f"{entries} entries are no square image")
    return side
