"""Pictures of spectra: where in frequency the variance of images lies."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke

from assignment4.encoder_decoder.spectrum import lattice_frequencies
from assignment4.figures.panels import panels_in_a_row

FRAMES = {2: "o", 4: "s"}  # for each period the shape around its frequencies


def plot_spectra(spectra: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw mean spectra side by side, with frames around the frequencies of periods 2 and 4.

    The spectra are (size, size), as `mean_spectrum` returns them, and 4 divides the size. One
    logarithmic range of colours serves all, six powers of ten down from the largest share; what
    lies below, such as the zero frequency, is drawn in the darkest colour.
    """
    panels = panels_in_a_row(len(spectra), 2.7 * len(spectra) + 0.9, 3.5)
    largest = max(spectrum.max() for spectrum in spectra.values())
    colors = LogNorm(largest / 10**6, largest, clip=True)
    for axes, (name, spectrum) in zip(panels, spectra.items(), strict=True):
        _plot_spectrum(axes, spectrum, colors)
        axes.set_title(name)
    figure = panels[0].figure
    figure.colorbar(panels[-1].images[0], ax=panels, shrink=0.7, label="share of variance")
    figure.legend(handles=panels[0].lines, loc="outside lower center", ncols=len(FRAMES))
    return panels


def _plot_spectrum(axes: Axes, spectrum: np.ndarray, colors: LogNorm) -> None:
    size = len(spectrum)
    axes.imshow(spectrum, cmap="viridis", norm=colors, interpolation="nearest")
    look = {"color": "white", "fillstyle": "none", "markersize": 9, "clip_on": False}
    look["path_effects"] = [withStroke(linewidth=3, foreground="black")]
    for period, marker in FRAMES.items():
        rows, columns = np.nonzero(np.fft.fftshift(lattice_frequencies(size, period)))
        axes.plot(columns, rows, marker, label=f"period {period}", **look)
    ticks = np.arange(0, size, size // 4)
    names = ["−1/2", "−1/4", "0", "1/4"]
    axes.set(xticks=ticks, xticklabels=names, yticks=ticks, yticklabels=names)
    axes.set(xlabel="cycles per pixel")
