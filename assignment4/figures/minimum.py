"""A picture of the search for the subspace with the least error, Exercise 4 b."""

import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, ORANGE
from assignment4.pca.minimum.search import SubspaceSearch

_BARS = 40


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
