"""Pictures of the latent search: how losses fall, where vectors lie, and walks between letters.

All images of a walk to be moved by hand are made before, and travel with the page in one picture;
the page's script chooses what to show. Beside the walk stands the plain fading of its first image
into its last.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.figures.outputs import plot_rows
from assignment4.figures.pages import check_name, fill_page, read_style
from assignment4.figures.sprites import (
    arrange_tiles,
    data_url,
    encode_png,
    option_elements,
    stretch_to_greys,
)
from assignment4.latent_search.walk import Walks

_STYLES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))
_COLUMNS = 21


def plot_shares(curves: Mapping[str, np.ndarray], *, bound: float) -> Axes:
    """Draw how far images are from their class means at each step, a line for each class.

    Args:
        curves: for each name up to three arrays, (steps + 1, classes), of squared distances over
            the variance of the class's letters.
        bound: drawn as a level line.
    """
    axes = plt.figure(figsize=(7, 3.6), layout="constrained").subplots()
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
        distances: for each name up to three arrays of distances, of any shape.
    """
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    _draw_densities(left, coordinates, np.linspace(-4, 5, 181))
    left.set(xlabel="value of a coordinate", ylabel="density", yscale="log", ylim=(1e-3, None))
    _draw_densities(right, distances, np.linspace(0, max(map(np.max, distances.values())), 61))
    right.set(xlabel="distance", ylabel="density")
    return left, right


def _draw_densities(axes: Axes, samples: Mapping[str, np.ndarray], edges: np.ndarray) -> None:
    for (name, values), (color, dashes) in zip(samples.items(), _STYLES, strict=False):
        density, _ = np.histogram(values, bins=edges, density=True)
        axes.stairs(density, edges, color=color, linestyle=dashes, linewidth=1.5, label=name)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)


def plot_walks(walks: Walks, pairs: Sequence[tuple[int, int]]) -> Axes:
    """Draw the walks between pairs of labels, each above the fading of its ends."""
    rows = {}
    for first, last in ((walks.letters[a], walks.letters[b]) for a, b in pairs):
        rows[f"{first} to {last}"] = walks.path(first, last)
        rows[f"{first} to {last}, faded"] = fade(rows[f"{first} to {last}"])
    return plot_rows(rows)


def fade(path: np.ndarray) -> np.ndarray:
    """Return the mixtures of a walk's ends at equal steps, in the shape of the walk."""
    share = np.linspace(0, 1, len(path))[:, np.newaxis, np.newaxis]
    return (1 - share) * path[0] + share * path[-1]


class LatentWalk:
    """Walks with two letters to choose and a slider to move.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        walks: between all pairs of letters.
        labels: what a judge reads in each of `walks.images`, (n,).

    Raises:
        ValueError: the name has other characters.
    """

    def __init__(self, name: str, walks: Walks, labels: np.ndarray) -> None:
        check_name(name)
        self.name, self.walks = name, walks
        self.readings = "".join(walks.letters[label] for label in labels)

    def __repr__(self) -> str:
        walks = self.walks
        return (
            f"LatentWalk({self.name!r}): {len(walks.pairs)} walks of {walks.positions} images "
            f"between {len(walks.letters)} letters"
        )

    def _repr_html_(self) -> str:
        letters = self.walks.letters
        tiles = arrange_tiles(stretch_to_greys(self.walks.images), columns=_COLUMNS)
        return fill_page(
            "latent_walk.html",
            style=read_style(),
            id=f"walk-{self.name}",
            first=option_elements(letters, selected=letters[0]),
            last=option_elements(letters, selected=letters[-1]),
            steps=self.walks.positions - 1,
            columns=_COLUMNS,
            size=self.walks.images.shape[-1],
            sprite=data_url("image/png", encode_png(tiles)),
            readings=data_url("text/plain", self.readings.encode()),
        )
