"""Pictures of principal components: their eigenvalues, they themselves, and what they restore."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.figures.letters import plot_letters
from assignment4.pca.components import PrincipalComponents

ROUNDING = 1e-12
"""Shares below this are rounding, and are not drawn."""

_GAP = 2
_CURVES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))


def plot_scree(axes: Axes, shares: Mapping[str, np.ndarray], *, marked: Sequence[int] = ()) -> Axes:
    """Draw the share of the variance that k components leave, against k, on logarithmic axes.

    Args:
        axes: to draw on.
        shares: for each of one to three names (d + 1,), for k = 0 to d, as from `shares_left`.
        marked: the k at which the first curve has a dot with its share.

    Raises:
        ValueError: there are more than three curves.
    """
    if len(shares) > len(_CURVES):
        raise ValueError(f"{len(shares)} curves, and colours for {len(_CURVES)}")
    for (name, values), (color, style) in zip(shares.items(), _CURVES, strict=False):
        numbers = np.flatnonzero(values > ROUNDING)
        axes.plot(numbers[1:], values[numbers[1:]], style, color=color, label=name)
    first = next(iter(shares.values()))
    axes.plot(marked, first[list(marked)], "o", color=BLUE)
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


def plot_reconstructions(
    axes: Axes,
    components: PrincipalComponents,
    images: np.ndarray,
    numbers: Sequence[int],
    *,
    names: Sequence[str] = (),
) -> Axes:
    """Draw images in a row, and below it rows of what k components restore of them.

    Every image is stretched to its own range from black to white.

    Args:
        axes: to draw on.
        components: of 784 entries.
        images: (n, 28, 28) or (n, 28, 28, 1) real, normalised as the samples were.
        numbers: the k, one row for each.
        names: written above the columns.
    """
    samples = images.reshape(len(images), -1)
    rows = {"original": images}
    rows |= {f"k = {k}": components.reconstruct(samples, k).reshape(-1, 28, 28) for k in numbers}
    return plot_letters(axes, rows, column_names=names)


def _side(entries: int) -> int:
    side = int(np.sqrt(entries))
    if side**2 != entries:
        raise ValueError(f"{entries} entries are no square image")
    return side
