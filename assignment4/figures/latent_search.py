"""Pictures of the latent search: how losses fall, where vectors lie, and walks between letters."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.encoder_decoder.comparison import NO_LETTER_NAME
from assignment4.figures.colors import LINES
from assignment4.figures.outputs import plot_rows
from assignment4.figures.pages import check_name, fill_with_tiles, option_elements, to_greys
from assignment4.figures.panels import panels_in_a_row
from assignment4.latent_search.walk import Walks


def plot_shares(curves: Mapping[str, np.ndarray], *, bound: float) -> Axes:
    """Draw shares of variances at each step, (steps + 1, classes) for up to three names."""
    axes = plt.figure(figsize=(7, 3.6), layout="constrained").subplots()
    for (name, shares), (color, dashes) in zip(curves.items(), LINES, strict=False):
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
) -> list[Axes]:
    """Draw how coordinates and distances, of any shape, are distributed, by up to three names."""
    panels = panels_in_a_row(2, 9, 3.2)
    farthest = max(map(np.max, distances.values()))
    edges = np.linspace(-4, 5, 181), np.linspace(0, farthest, 61)
    for axes, samples, bins in zip(panels, (coordinates, distances), edges, strict=True):
        for (name, values), (color, dashes) in zip(samples.items(), LINES, strict=False):
            density, _ = np.histogram(values, bins=bins, density=True)
            axes.stairs(density, bins, color=color, linestyle=dashes, linewidth=1.5, label=name)
        axes.set(ylabel="density")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=9)
    panels[0].set(xlabel="value of a coordinate", yscale="log", ylim=(1e-3, None))
    panels[1].set(xlabel="distance")
    return panels


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
    """Walks between all pairs of letters, with two letters to choose and a slider to move.

    The name is for ids; see `check_name`. The labels (n,) are what a judge reads in the images.
    """

    def __init__(self, name: str, walks: Walks, labels: np.ndarray) -> None:
        check_name(name)
        self.name, self.walks = name, walks
        self.readings = "".join([*walks.letters, NO_LETTER_NAME][label] for label in labels)

    def __repr__(self) -> str:
        walks = self.walks
        return (
            f"LatentWalk({self.name!r}): {len(walks.pairs)} walks of {walks.positions} images "
            f"between {len(walks.letters)} letters"
        )

    def _repr_html_(self) -> str:
        letters, columns = self.walks.letters, 21
        return fill_with_tiles(
            "latent_walk.html",
            to_greys(self.walks.images),
            self.readings,
            columns=columns,
            id=f"walk-{self.name}",
            first=option_elements(letters),
            last=option_elements(letters, selected=letters[-1]),
            steps=self.walks.positions - 1,
        )
