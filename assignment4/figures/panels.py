"""What several figures have in common: axes side by side, curves of intervals, rows of images."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import POINTS
from assignment4.intervals import Interval

GAP = 2  # pixels between images in a picture of several


def panels_in_a_row(count: int, width: float, height: float, **options) -> list[Axes]:
    """Return axes side by side in a new figure, its size in inches."""
    figure = plt.figure(figsize=(width, height), layout="constrained")
    return list(figure.subplots(1, count, squeeze=False, **options)[0])


def plot_intervals(
    axes: Axes,
    curves: Mapping[str, Sequence[Interval]],
    places: Sequence[float],
    *,
    apart: float = 0,
    largest: float = np.inf,
) -> None:
    """Draw up to four curves of estimates with a bar for each interval, cut at the largest.

    Points at the same place are drawn so far apart.
    """
    for number, (name, found) in enumerate(curves.items()):
        color, style = POINTS[number]
        shift = (number - (len(curves) - 1) / 2) * apart
        lower, means, upper = np.transpose(found)
        bars = means - lower, np.minimum(upper, largest) - means
        look = {"fmt": style, "color": color, "capsize": 3, "markersize": 5}
        axes.errorbar(np.add(places, shift), means, bars, label=name, **look)
    axes.grid(alpha=0.3)
    axes.legend()


def plot_tiles(
    axes: Axes,
    rows: Mapping[str, np.ndarray],
    column_names: Sequence[str] = (),
    **colors: object,
) -> None:
    """Draw rows of images (n, size, size), values up to 1, with gaps and with the rows' names.

    The colours are options of imshow: cmap and vmin.
    """
    size = next(iter(rows.values())).shape[-1]
    step = size + GAP
    columns = max(len(images) for images in rows.values())
    mosaic = np.full((len(rows) * step - GAP, columns * step - GAP), np.nan)
    for row, images in enumerate(rows.values()):
        for column, image in enumerate(images):
            mosaic[row * step :, column * step :][:size, :size] = image
    axes.imshow(mosaic, vmax=1, interpolation="nearest", **colors)
    middle = (size - 1) / 2
    axes.set_yticks(np.arange(len(rows)) * step + middle, list(rows))
    axes.set_xticks(np.arange(len(column_names)) * step + middle, list(column_names))
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
