"""Pictures of the latent search: how the losses fall, and where the vectors lie."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE

_STYLES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))


def plot_shares(axes: Axes, curves: Mapping[str, np.ndarray], *, bound: float) -> Axes:
    """Draw how far images are from their class means at each step, a line for each class.

    Args:
        axes: to draw on.
        curves: for each name up to three arrays, (steps + 1, classes), of squared distances over
            the variance of the class's letters.
        bound: drawn as a level line.
    """
    for (name, shares), (color, dashes) in zip(curves.items(), _STYLES, strict=False):
        lines = axes.plot(shares, dashes, color=color, alpha=0.7, linewidth=1)
        lines[0].set_label(name)
    axes.axhline(bound, color="black", linewidth=1)
    axes.annotate(f"{bound:g}", (0, bound), (3, 3), textcoords="offset points", fontsize=9)
    axes.set(yscale="log", xlabel="step", ylabel="share of the variance")
    axes.grid(alpha=0.3)
    axes.legend()
    return axes


def plot_latent_space(
    coordinates: Mapping[str, np.ndarray], distances: Mapping[str, np.ndarray]
) -> tuple[Axes, Axes]:
    """Draw how the coordinates of vectors are distributed, and distances of vectors.

    Args:
        coordinates: for each name up to three arrays of vectors, (n, 512).
        distances: for each name up to three arrays of distances, (n,).

    Returns:
        The left axes, a curve of densities for each name, and the right ones.
    """
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    values = {name: vectors.ravel() for name, vectors in coordinates.items()}
    _draw_densities(left, values, np.linspace(-4, 5, 181))
    left.set(xlabel="value of a coordinate", ylabel="density", yscale="log", ylim=(1e-3, None))
    _draw_densities(right, distances, np.linspace(0, max(map(np.max, distances.values())), 61))
    right.set(xlabel="distance", ylabel="density")
    return left, right


def _draw_densities(axes, samples, edges) -> None:
    for (name, values), (color, dashes) in zip(samples.items(), _STYLES, strict=False):
        density, _ = np.histogram(values, bins=edges, density=True)
        axes.stairs(density, edges, color=color, linestyle=dashes, linewidth=1.5, label=name)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)
