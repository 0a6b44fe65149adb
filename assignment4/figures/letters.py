"""Pictures of letters: rows of images, how they are drawn, what normalisation does."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assignment4.figures.colors import BLUE, ORANGE
from assignment4.figures.panels import panels_in_a_row, plot_tiles
from assignment4.letters import ALPHABETS, CYRILLIC, Alphabet, Letters, one_of_each
from assignment4.letters.pen import draw_hands, write_letters
from assignment4.letters.rendering import SIZE, draw_variations, render_image
from assignment4.letters.skeletons import skeletons


def letter_axes(rows: int, columns: int) -> Axes:
    """Return axes of a new figure in the right size for `plot_letters`."""
    return panels_in_a_row(1, 0.55 * columns + 1.2, 0.55 * rows + 0.4)[0]


def plot_letters(
    axes: Axes, rows: Mapping[str, np.ndarray], *, column_names: Sequence[str] = ()
) -> Axes:
    """Draw rows of images, each stretched to its own range from black to white.

    The rows are as many images, (columns, 28, 28) or (columns, 28, 28, 1); a constant one is black.
    """
    stretched = {}
    for name, images in rows.items():
        images = np.reshape(images, (-1, SIZE, SIZE)).astype(float)
        images = images - images.min(axis=(1, 2), keepdims=True)
        brightest = images.max(axis=(1, 2), keepdims=True)
        stretched[name] = images / np.where(brightest > 0, brightest, 1)
    plot_tiles(axes, stretched, column_names, cmap="gray", vmin=0)
    return axes


def samples_by_class(alphabet: Alphabet, *, count: int) -> dict[str, np.ndarray]:
    """Return so many rows for `plot_letters`, such as "Cyrillic 1", of an image of each class."""
    name = ALPHABETS["cyrillic" if alphabet.letters == CYRILLIC else "latin"]
    return {f"{name} {row + 1}": one_of_each(alphabet, row).images for row in range(count)}


def plot_rendering(shape: np.ndarray, *, seed: int, count: int = 4) -> list[Axes]:
    """Draw a letter's signed distances, and images that random variations make of it."""
    axes = panels_in_a_row(count + 1, 2 * (count + 1), 2.2)
    distances = axes[0].imshow(shape, cmap="PuOr", vmin=-15, vmax=15)
    axes[0].contour(shape, levels=[0], colors="black", linewidths=1)
    axes[0].figure.colorbar(distances, ax=axes[0], shrink=0.7)
    for panel, variation in zip(axes[1:], draw_variations(count, seed=seed), strict=True):
        panel.imshow(render_image(shape, variation), cmap="gray", vmin=0, vmax=255)
    for panel in axes:
        panel.set(xticks=[], yticks=[])
    return axes


def plot_forms(letter: str) -> list[Axes]:
    """Draw the strokes of each form of a letter of the pen, the first stroke in blue."""
    forms = skeletons()[letter]
    size = 1.3 * min(len(forms), 7), 1.5 * -(-len(forms) // 7)
    figure, axes = plt.subplots(-(-len(forms) // 7), min(len(forms), 7), figsize=size)
    panels = np.ravel(axes)
    for panel in panels:
        panel.axis("off")
    for panel, form in zip(panels, forms, strict=False):
        places = form.weights @ form.points
        of_stroke = form.stroke[form.weights.argmax(axis=1)]
        for number in np.unique(form.stroke):
            color = BLUE if number == 0 else ORANGE
            panel.plot(*places[of_stroke == number].T, color=color, lw=2.5)
        panel.set(aspect="equal", xlim=(-0.4, 1.2), ylim=(1.1, -0.1))
    figure.subplots_adjust(0, 0, 1, 1, 0.05, 0.05)
    return list(panels)


def plot_hands(letter: str, *, hands: int = 12, times: int = 4, seed: int = 0) -> Axes:
    """Draw a letter as some hands of the pen write it, a column each, several times."""
    some = list(enumerate(draw_hands(seed)[:hands]))
    rows = {}
    for time in range(times):
        written = [
            write_letters(letter, 1, hands=[hand], seed=time * hands + number)[0]
            for number, hand in some
        ]
        rows[f"{time + 1}"] = np.concatenate(written)
    axes = letter_axes(times, hands)
    return plot_letters(axes, rows, column_names=[f"hand {n + 1}" for n in range(hands)])


def plot_normalization(axes: Axes, images: np.ndarray) -> Axes:
    """Draw a dot for each image of (n, height, width): its mean and standard deviation."""
    axes.scatter(images.mean(axis=(1, 2)), images.std(axis=(1, 2)), s=4, alpha=0.4, color=BLUE)
    share = np.linspace(0, 1, 101)
    half_circle = 255 * np.sqrt(share * (1 - share))
    axes.plot(255 * share, half_circle, "--", color=ORANGE, label="black and white only")
    axes.set(xlabel="mean of the image", ylabel="standard deviation")
    axes.legend()
    return axes


def draw_contact_sheet(letters: Letters, *, count: int = 8) -> Figure:
    """Return a figure with up to `count` images of each letter, from the first to the last."""
    figure = Figure(figsize=(10, 8), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, alphabet in zip(panels, (letters.cyrillic, letters.latin), strict=True):
        rows = {}
        for label, letter in enumerate(alphabet.letters):
            images = alphabet.images[alphabet.labels == label]
            some = np.linspace(0, len(images) - 1, min(count, len(images)))
            rows[letter] = images[some.astype(int)]
        plot_letters(axes, rows)
    return figure
